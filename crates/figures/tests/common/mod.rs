//! Whether the texts of a figure stay on it and off each other.
#![allow(clippy::unwrap_used)]

use figures::{Error, png};
use resvg::usvg::{self, Node, Options, Rect, fontdb};
use std::sync::Arc;

pub const LONG: &str = "wavelet-HHL_glszm_SmallAreaHighGrayLevelEmphasis of the whole tumour & \
    the ring around it,  standardised over both hospitals < and read a second time \u{0}\u{1b}\n by \
    one of two readers, whichever came first  0.81 (0.70–0.91)";
pub const INF: f64 = f64::INFINITY;
pub const NAN: f64 = f64::NAN;

/// The boxes of all texts, and the canvas.
pub fn boxes(svg: &str) -> (Vec<Rect>, Rect) {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(include_bytes!("../../fonts/DejaVuSans.ttf").to_vec());
    let options = Options {
        fontdb: Arc::new(fonts),
        font_family: "DejaVu Sans".to_owned(),
        ..Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options).unwrap();
    let (width, height) = (tree.size().width(), tree.size().height());
    let canvas = Rect::from_xywh(0.0, 0.0, width, height).unwrap();
    let mut texts = Vec::new();
    collect(tree.root(), &mut texts);
    (texts, canvas)
}

fn collect(group: &usvg::Group, texts: &mut Vec<Rect>) {
    for node in group.children() {
        match node {
            Node::Text(text) => texts.push(text.abs_bounding_box()),
            Node::Group(group) => collect(group, texts),
            _ => {}
        }
    }
}

/// Fails where a text leaves the canvas or lies on another.
pub fn assert_tidy(svg: &str) {
    let (texts, canvas) = boxes(svg);
    assert_eq!(texts.len(), svg.matches("<text").count());
    for (i, text) in texts.iter().enumerate() {
        let inside = text.left() >= 0.0
            && text.top() >= 0.0
            && text.right() <= canvas.right()
            && text.bottom() <= canvas.bottom();
        assert!(inside, "{text:?} in {canvas:?}");
        for other in &texts[..i] {
            let apart =
                |a: &Rect, b: &Rect| a.right() < b.left() + 0.5 || a.bottom() < b.top() + 0.5;
            assert!(
                apart(text, other) || apart(other, text),
                "{text:?} {other:?}"
            );
        }
    }
    assert!(png::render(svg, 0.5).unwrap().starts_with(b"\x89PNG"));
}

/// The part of a figure that was refused, and why.
pub fn cause(error: Result<String, Error>) -> (usize, Error) {
    match error {
        Err(Error::Part { index, cause, .. }) => (index, *cause),
        other => panic!("{other:?}"),
    }
}
