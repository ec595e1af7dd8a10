//! The one font of all figures, and how wide text is in it.

use resvg::usvg::{self, ImageHrefResolver, Options, fontdb};
use std::fmt::Write;
use std::sync::{Arc, OnceLock};

/// DejaVu Sans 2.37; its licence lies beside it.
static DEJAVU_SANS: &[u8] = include_bytes!("../fonts/DejaVuSans.ttf");

pub(crate) const FAMILY: &str = "DejaVu Sans";

/// How SVG is read: with the embedded font alone, and without opening files.
pub(crate) fn options() -> Options<'static> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(DEJAVU_SANS.to_vec());
        for set in [
            fontdb::Database::set_serif_family,
            fontdb::Database::set_sans_serif_family,
            fontdb::Database::set_monospace_family,
        ] {
            set(&mut fonts, FAMILY);
        }
        Arc::new(fonts)
    });
    Options {
        font_family: FAMILY.to_owned(),
        fontdb: Arc::clone(fonts),
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    }
}

/// Width of the widest of `texts`, in the unit of `size`, rounded up; 0 when
/// there is nothing to see.
pub(crate) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, size: i32) -> i32 {
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' font-family='{FAMILY}' font-size='{size}'>"
    );
    for text in texts {
        // Writing to a String cannot fail.
        let _ = write!(svg, "<text>{}</text>", escape(text));
    }
    svg.push_str("</svg>");
    usvg::Tree::from_str(&svg, &options()).map_or(0, |tree| {
        tree.root().bounding_box().right().ceil().max(0.0) as i32
    })
}

/// A label that XML can hold (control characters become spaces) and that fits:
/// of a long one the middle gives way to an ellipsis, since radiomic names
/// differ at both ends.
pub(crate) fn label(text: &str, longest: usize) -> String {
    let visible = |c: char| !c.is_control() && c != '\u{fffe}' && c != '\u{ffff}';
    let clean: Vec<char> = text
        .chars()
        .map(|c| if visible(c) { c } else { ' ' })
        .collect();
    if clean.len() <= longest {
        return clean.into_iter().collect();
    }
    let head = (longest - 1) / 2;
    let tail = longest - 1 - head;
    clean[..head]
        .iter()
        .chain(&['…'])
        .chain(&clean[clean.len() - tail..])
        .collect()
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DejaVu Sans has 2048 units an em; `m` is 1995 wide, `i` 569.
    #[test]
    fn widths_are_those_of_the_font() {
        assert_eq!(widest(["m"], 2048), 1995);
        assert_eq!(widest(["i", "mm", "<&"], 2048), 2 * 1995);
        assert_eq!(widest([], 10), 0);
        assert_eq!(widest([" "], 10).min(5), widest([" "], 10));
    }

    #[test]
    fn long_and_odd_labels() {
        assert_eq!(label("abcdefghij", 5), "ab…ij");
        assert_eq!(label("a\u{0}b\nc", 9), "a b c");
        assert_eq!(label("", 9), "");
    }
}
