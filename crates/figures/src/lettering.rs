//! Text that fits: measured, shortened, broken into lines.

use crate::font;

/// Of longer texts the middle is left out before anything is measured.
const LONGEST: usize = 400;

/// Width of a text, once it is [`clean`], in the unit of `size`.
pub(crate) fn width(text: &str, size: i32) -> f64 {
    widest([text], size)
}

/// Width of the widest text.
pub(crate) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, size: i32) -> f64 {
    let texts: Vec<String> = texts.into_iter().map(clean).collect();
    f64::from(font::widest(texts.iter().map(String::as_str), size))
}

/// The text without control characters, its words one space apart: all that
/// is drawn is clean.
fn clean(text: &str) -> String {
    let text = font::label(text, LONGEST);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text, [`clean`] and its middle shortened until it is no wider than `room`.
pub(crate) fn fit(text: &str, size: i32, room: f64) -> String {
    let clean = clean(text);
    if width(&clean, size) <= room {
        return clean;
    }
    // The most characters that fit; the ellipsis alone always may stay.
    let (mut fitting, mut too_many) = (1, clean.chars().count());
    while too_many - fitting > 1 {
        let middle = usize::midpoint(fitting, too_many);
        if width(&font::label(&clean, middle), size) <= room {
            fitting = middle;
        } else {
            too_many = middle;
        }
    }
    font::label(&clean, fitting)
}

/// The text in lines no wider than `room`, broken at spaces and within names at
/// `_`, `-` and `/`. What is left at the last of `most` lines is shortened.
pub(crate) fn wrap(text: &str, size: i32, room: f64, most: usize) -> Vec<String> {
    let clean = clean(text);
    let mut rest = clean.as_str();
    let mut lines = Vec::new();
    while !rest.is_empty() {
        let end = if lines.len() + 1 < most {
            first_line(rest, size, room)
        } else {
            rest.len()
        };
        let (line, after) = rest.split_at(end);
        lines.push(fit(line, size, room));
        rest = after.trim_start();
    }
    lines
}

/// Where the first line of a text ends: after the last piece that fits, or
/// after the first piece.
fn first_line(text: &str, size: i32, room: f64) -> usize {
    if width(text, size) <= room {
        return text.len();
    }
    let mut end = 0;
    for piece in text.split_inclusive([' ', '_', '-', '/']) {
        let next = end + piece.len();
        if end > 0 && width(text[..next].trim_end(), size) > room {
            break;
        }
        end = next;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_its_room() {
        let name = "wavelet-HHL_glszm_SmallAreaHighGrayLevelEmphasis";
        let long = "x".repeat(5000);
        for text in [name, &long, "a short title of several words", "", "\u{0}\n"] {
            for room in [15.0, 80.0, 200.0] {
                assert!(width(&fit(text, 12, room), 12) <= room, "{text} {room}");
                let lines = wrap(text, 12, room, 3);
                assert!(lines.len() <= 3);
                assert!(lines.iter().all(|line| width(line, 12) <= room));
            }
        }
    }

    #[test]
    fn lines_break_where_words_and_names_do() {
        assert_eq!(
            wrap("log-rank p = .003", 12, 70.0, 2),
            ["log-rank p", "= .003"]
        );
        assert_eq!(wrap("glcm_Entropy", 12, 55.0, 2), ["glcm_", "Entropy"]);
        assert!(wrap(" ", 12, 55.0, 2).is_empty());
    }
}
