//! Regions by number, name or pattern.

use super::NamedRegion;
use crate::Error;

/// So many names an error lists.
const SHOWN: usize = 50;

pub(super) fn choose(regions: &[NamedRegion], wanted: &str) -> Result<Vec<usize>, Error> {
    let places = |fits: &dyn Fn(&NamedRegion) -> bool| -> Vec<usize> {
        (0..regions.len()).filter(|&i| fits(&regions[i])).collect()
    };
    let error = |problem: String| Error::Region {
        name: wanted.to_owned(),
        problem,
    };
    let lower = wanted.trim().to_lowercase();
    let mut found = places(&|region| region.name == wanted);
    if found.is_empty()
        && let Ok(number) = wanted.trim().parse::<u32>()
    {
        found = places(&|region| region.number == number);
    }
    if found.is_empty() {
        found = places(&|region| region.name.to_lowercase() == lower);
    }
    if found.len() > 1 {
        let numbers = found.iter().map(|&place| regions[place].number.to_string());
        return Err(error(format!(
            "several regions have this name (numbers {}); choose one by its number",
            numbers.collect::<Vec<_>>().join(", ")
        )));
    }
    if found.is_empty() {
        let pattern: Vec<char> = lower.chars().collect();
        found = places(&|region| {
            let name: Vec<char> = region.name.to_lowercase().chars().collect();
            fits(&pattern, &name)
        });
    }
    if found.is_empty() {
        return Err(error(format!(
            "the mask has none of this name or number; {}",
            listed(regions)
        )));
    }
    Ok(found)
}

/// `it holds 1 "GTV", 2 "Lung"`.
fn listed(regions: &[NamedRegion]) -> String {
    if regions.is_empty() {
        return "it holds no regions".to_owned();
    }
    let shown = regions.iter().take(SHOWN);
    let names = shown.map(|region| format!("{} {:?}", region.number, region.name));
    let mut list = format!("it holds {}", names.collect::<Vec<_>>().join(", "));
    if regions.len() > SHOWN {
        list += &format!(" and {} more", regions.len() - SHOWN);
    }
    list
}

/// Whether a name fits a pattern of `*` and `?`.
fn fits(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    // The last star, and where the part of the name begins that it doesn't take.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&c) if c == '?' || c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match &mut star {
                Some((at, taken)) => {
                    *taken += 1;
                    (p, n) = (*at + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(wanted: &str) -> Result<Vec<usize>, String> {
        let names = [
            "GTV", "gtv-2", "GTV 2", "2", "Lung*", "Lung L", "Node", "Node", "Über",
        ];
        let region = |(i, name): (usize, &&str)| NamedRegion {
            number: 10 + i as u32,
            name: (*name).to_owned(),
        };
        let regions: Vec<NamedRegion> = names.iter().enumerate().map(region).collect();
        choose(&regions, wanted).map_err(|error| error.to_string())
    }

    #[test]
    fn names_before_numbers_before_patterns() {
        for (wanted, expected) in [
            ("GTV", vec![0]),
            ("gtv", vec![0]),
            ("2", vec![3]),
            ("11", vec![1]),
            ("17", vec![7]),
            ("gtv*", vec![0, 1, 2]),
            ("GTV?2", vec![1, 2]),
            ("Lung*", vec![4]),
            ("lung?l", vec![5]),
            ("*o*e", vec![6, 7]),
            ("*", (0..9).collect()),
            ("**2**", vec![1, 2, 3]),
            ("über", vec![8]),
        ] {
            assert_eq!(chosen(wanted), Ok(expected), "{wanted}");
        }
    }

    #[test]
    fn what_fits_none_or_several_is_told() {
        let message = chosen("Node").unwrap_err();
        assert!(message.contains("(numbers 16, 17)"), "{message}");
        for wanted in ["Liver", "99", "", "???????"] {
            let message = chosen(wanted).unwrap_err();
            assert!(
                message.contains("it holds 10 \"GTV\", 11 \"gtv-2\""),
                "{message}"
            );
        }
        let none = choose(&[], "*").unwrap_err().to_string();
        assert_eq!(
            none,
            "region \"*\": the mask has none of this name or number; it holds no regions"
        );
    }
}
