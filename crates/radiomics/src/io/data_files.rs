//! Headers that leave the voxels to other files.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::{Problem, source};

/// One file an axial slice, and then some.
const MOST_FILES: i64 = 1 << 16;

/// Names from a pattern with one `%d` (`%03d`) and the numbers `first last
/// step` behind it, each of which may be absent where there is a default.
///
/// # Errors
/// No such pattern, numbers that lead nowhere, or more than 65,536 files.
pub(super) fn names(pattern: &str, default: [Option<i64>; 3]) -> Result<Vec<String>, String> {
    let wrong = |what: &str| format!("data files {pattern:?}: {what}");
    // The name itself may have spaces in it.
    let (start, rest) = pattern
        .split_once('%')
        .ok_or_else(|| wrong("no % in the pattern"))?;
    let (width, rest) = rest
        .split_once(['d', 'i', 'u'])
        .ok_or_else(|| wrong("only %d is read"))?;
    let zeros = width.starts_with('0');
    let width: usize = match width {
        "" => 0,
        digits => digits
            .parse()
            .ok()
            .filter(|&width| width < 100)
            .ok_or_else(|| wrong("only %d with a width is read"))?,
    };
    let mut words: Vec<&str> = rest.split(' ').collect();
    let mut numbers = Vec::new();
    while words.len() > 1 && numbers.len() < 4 {
        match words.last().map(|word| (word.is_empty(), word.parse())) {
            Some((true, _)) => {
                words.pop();
            }
            Some((_, Ok(number))) => {
                numbers.insert(0, number);
                words.pop();
            }
            _ => break,
        }
    }
    let end = words.join(" ");
    if end.contains('%') {
        return Err(wrong("more than one %"));
    }
    // A fourth number says how many axes a file has; that follows from the
    // sizes.
    let number = |i: usize, what: &str| {
        let found: Option<i64> = numbers.get(i).copied().or(default[i]);
        found.ok_or_else(|| wrong(&format!("the {what} number is missing")))
    };
    let (first, last) = (number(0, "first")?, number(1, "last")?);
    let step = number(2, "step")?;
    let steps = last
        .checked_sub(first)
        .zip(Some(step))
        .and_then(|(way, step)| way.checked_div(step))
        .filter(|steps| (0..MOST_FILES).contains(steps))
        .ok_or_else(|| wrong("the numbers are no range of at most 65536 files"))?;
    let named = |i: i64| {
        let number = first + i * step;
        if zeros {
            format!("{start}{number:0width$}{end}")
        } else {
            format!("{start}{number:width$}{end}")
        }
    };
    Ok((0..=steps).map(named).collect())
}

/// Reads the voxels of all files, an equal part from each, in order.
pub(super) fn read(
    header: Option<&Path>,
    names: &[String],
    count: u64,
    mut values: impl FnMut(BufReader<File>, u64, u64) -> Result<Vec<f64>, Problem>,
) -> Result<Vec<f64>, Problem> {
    let files = names.len() as u64;
    if files == 0 || !count.is_multiple_of(files) {
        return Err(Problem::Format(format!(
            "{count} voxels can't be divided among {files} data files; name them all"
        )));
    }
    let folder = header
        .ok_or_else(|| "the voxels are in another file".to_owned())?
        .parent()
        .unwrap_or(Path::new(""));
    let mut all = Vec::new();
    for name in names {
        let (reader, length) = source::open(&folder.join(name)).map_err(|problem| {
            let cause = match problem {
                Problem::Io(error) => error.to_string(),
                Problem::Format(problem) => problem,
            };
            format!("its data file {name:?} can't be opened: {cause}")
        })?;
        let part = values(reader, length, count / files).map_err(|problem| match problem {
            Problem::Format(problem) => Problem::Format(format!("data file {name:?}: {problem}")),
            other => other,
        })?;
        if files == 1 {
            return Ok(part);
        }
        all.try_reserve(part.len())
            .map_err(|_| format!("not enough memory for {count} voxels"))?;
        all.extend(part);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_become_names() {
        let none = [None; 3];
        let all = |pattern, default| names(pattern, default).unwrap().join("|");
        assert_eq!(all("a%03d.raw 1 3 1", none), "a001.raw|a002.raw|a003.raw");
        assert_eq!(all("a b%d 9 7 -2 2", none), "a b9|a b7");
        assert_eq!(all("s%2d c.raw 8 10 2", none), "s 8 c.raw|s10 c.raw");
        assert_eq!(all("x%d", [Some(1), Some(2), Some(1)]), "x1|x2");
        for bad in [
            "a",
            "a%s 1 2 1",
            "a%d%d 1 2 1",
            "a%d",
            "a%d 1 2",
            "a%d 1 2 0",
            "a%d 2 1 1",
            "a%d 0 99999999 1",
            "a%d -9223372036854775808 9223372036854775807 1",
            "a%999999d 1 2 1",
            "a%-3d 1 2 1",
        ] {
            assert!(names(bad, none).is_err(), "{bad}");
        }
    }
}
