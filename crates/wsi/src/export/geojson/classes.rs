//! QuPath's classes and their colours. Its reader wants a colour with each.

use super::text::string;
use crate::positivity::Class;

/// Colours of QuPath's own classes (PathClass and the default list of its project);
/// those of intensity are as it shows them without a base class.
const COLOURS: [(&str, [u8; 3]); 13] = [
    ("Negative", [112, 112, 225]),
    ("Positive", [250, 62, 62]),
    ("1+", [255, 255, 0]),
    ("2+", [255, 187, 62]),
    ("3+", [250, 62, 62]),
    ("Tumor", [200, 0, 0]),
    ("Stroma", [150, 200, 150]),
    ("Immune cells", [160, 90, 160]),
    ("Necrosis", [50, 50, 50]),
    ("Other", [255, 200, 0]),
    ("Region*", [0, 0, 180]),
    ("Ignore*", [180, 180, 180]),
    ("Control", [0, 158, 115]),
];

/// Of classes that QuPath does not know.
const OTHER: [u8; 3] = [120, 120, 120];

/// Name of an intensity class; of a single threshold all above are Positive.
pub(super) fn intensity(class: Class, graded: bool) -> &'static str {
    match class {
        Class::Negative => "Negative",
        _ if !graded => "Positive",
        class => class.name(),
    }
}

/// The member `classification`, with a comma before it. `Tumor: Positive` is a class
/// of two levels, with the colour of the last one that has one.
pub(super) fn write(text: &mut Vec<u8>, class: &str) {
    let levels: Vec<&str> = class.split(':').map(str::trim).collect();
    let known = |level: &&str| {
        COLOURS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(level))
    };
    let [r, g, b] = levels.iter().rev().find_map(known).map_or(OTHER, |c| c.1);
    text.extend(b",\"classification\":{");
    match levels.as_slice() {
        [name] => {
            text.extend(b"\"name\":");
            string(text, name);
        }
        names => {
            text.extend(b"\"names\":[");
            for (i, name) in names.iter().enumerate() {
                text.extend(if i > 0 { &b","[..] } else { b"" });
                string(text, name);
            }
            text.push(b']');
        }
    }
    text.extend(format!(",\"color\":[{r},{g},{b}]}}").bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_as_qupath_writes_them() {
        let written = |class: &str| {
            let mut text = Vec::new();
            write(&mut text, class);
            String::from_utf8(text).expect("is text")
        };
        assert_eq!(
            written("Negative"),
            ",\"classification\":{\"name\":\"Negative\",\"color\":[112,112,225]}"
        );
        assert_eq!(
            written("Tumor: Positive"),
            ",\"classification\":{\"names\":[\"Tumor\",\"Positive\"],\"color\":[250,62,62]}"
        );
        assert!(written("a \"b\"").contains("\"a \\\"b\\\"\",\"color\":[120,120,120]"));
        assert_eq!(intensity(Class::TwoPlus, false), "Positive");
        assert_eq!(intensity(Class::TwoPlus, true), "2+");
    }
}
