//! SVG written by hand: places to a hundredth of a unit, dashes, transparency.
//!
//! Nothing in it has an id, so that figures can share one HTML page.

use crate::colour::{self, Rgb};
use crate::font;
use std::fmt::Write;

// Writing to a String cannot fail: its results are ignored below.

pub(crate) const INK: Rgb = [0x22, 0x22, 0x22];
pub(crate) const GREY: Rgb = [0x88, 0x88, 0x88];

/// A place: to the right and down from the upper left corner.
pub(crate) type Point = (f64, f64);

/// The part of a text that lies on its point; it is always level with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stroke {
    pub colour: Rgb,
    pub width: f64,
    /// As SVG's `stroke-dasharray`; empty for a solid line.
    pub dash: &'static str,
}

/// The thin solid line of axes.
pub(crate) const AXIS: Stroke = Stroke {
    colour: INK,
    width: 1.0,
    dash: "",
};

/// The dashed line that says where nothing is to be seen.
pub(crate) const REFERENCE: Stroke = Stroke {
    colour: GREY,
    width: 1.2,
    dash: "4 3",
};

/// The outline of one point of data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    Circle,
    Triangle,
    Square,
    Diamond,
    Cross,
    Nabla,
}

#[derive(Default)]
pub(crate) struct Canvas {
    body: String,
}

impl Canvas {
    pub fn line(&mut self, points: &[Point], stroke: &Stroke) {
        let _ = write!(
            self.body,
            "<path fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"",
            colour::hex(stroke.colour),
            stroke.width
        );
        if !stroke.dash.is_empty() {
            let _ = write!(self.body, " stroke-dasharray=\"{}\"", stroke.dash);
        }
        let _ = writeln!(self.body, " d=\"{}\"/>", path(points));
    }

    /// A filled outline; `opacity` from 0 to 1.
    pub fn area(&mut self, outline: &[Point], fill: Rgb, opacity: f64) {
        let _ = writeln!(
            self.body,
            "<path fill=\"{}\" fill-opacity=\"{opacity}\" d=\"{}Z\"/>",
            colour::hex(fill),
            path(outline)
        );
    }

    pub fn rectangle(&mut self, (x, y): Point, (width, height): Point, fill: Rgb) {
        let outline = [
            (x, y),
            (x + width, y),
            (x + width, y + height),
            (x, y + height),
        ];
        self.area(&outline, fill, 1.0);
    }

    /// An open mark, its inside faintly filled.
    pub fn mark(&mut self, shape: Shape, at: Point, ink: Rgb) {
        let _ = writeln!(
            self.body,
            "<path fill=\"{0}\" fill-opacity=\".15\" stroke=\"{0}\" stroke-opacity=\".8\" \
             stroke-width=\"1.3\" d=\"{1}\"/>",
            colour::hex(ink),
            outline(shape, at)
        );
    }

    /// A text; one without anything to see leaves no trace.
    pub fn text(&mut self, text: &str, at: Point, size: i32, anchor: Anchor, ink: Rgb) {
        self.any_text(text, at, size, anchor, ink, "");
    }

    /// A text in heavier strokes: the font has no bold, which browsers and
    /// [`crate::png`] would each replace in their own way.
    pub fn heading(&mut self, text: &str, at: Point, size: i32, anchor: Anchor) {
        let heavy = format!(" stroke=\"{}\" stroke-width=\".45\"", colour::hex(INK));
        self.any_text(text, at, size, anchor, INK, &heavy);
    }

    /// Separate straight pieces, each from its first to its second point.
    pub fn pieces(&mut self, pieces: &[[Point; 2]], stroke: &Stroke) {
        if pieces.is_empty() {
            return;
        }
        let each = pieces.iter().map(|[from, to]| {
            let [(x1, y1), (x2, y2)] = [from, to].map(|&(x, y)| (short(x), short(y)));
            format!("M{x1} {y1}L{x2} {y2}")
        });
        let _ = writeln!(
            self.body,
            "<path fill=\"none\" stroke-linecap=\"square\" stroke=\"{}\" stroke-width=\"{}\" \
             d=\"{}\"/>",
            colour::hex(stroke.colour),
            stroke.width,
            each.collect::<String>()
        );
    }

    /// A text that is read upwards, its middle on the point.
    pub fn upwards(&mut self, text: &str, (x, y): Point, size: i32) {
        let turn = format!(" transform=\"rotate(-90 {} {})\"", short(x), short(y));
        self.any_text(text, (x, y), size, Anchor::Middle, INK, &turn);
    }

    fn any_text(
        &mut self,
        text: &str,
        (x, y): Point,
        size: i32,
        anchor: Anchor,
        ink: Rgb,
        more: &str,
    ) {
        if text.trim().is_empty() {
            return;
        }
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        // Capitals and digits are .73 em high.
        let baseline = y + 0.365 * f64::from(size);
        let _ = writeln!(
            self.body,
            "<text x=\"{}\" y=\"{}\" font-size=\"{size}\" text-anchor=\"{anchor}\" \
             fill=\"{}\"{more}>{}</text>",
            short(x),
            short(baseline),
            colour::hex(ink),
            font::escape(text)
        );
    }

    /// The figure on white.
    pub fn finish(self, width: f64, height: f64) -> String {
        let (width, height) = (width.ceil(), height.ceil());
        let ground = format!("<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n");
        self.on(&ground, width, height)
    }

    /// The figure on nothing, to be laid over pixels.
    pub fn finish_clear(self, width: f64, height: f64) -> String {
        self.on("", width.ceil(), height.ceil())
    }

    fn on(self, ground: &str, width: f64, height: f64) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{}, Verdana, sans-serif\">{ground}{}\
             </svg>\n",
            font::FAMILY,
            self.body
        )
    }
}

/// A path through the points; a point where the last one is adds nothing.
fn path(points: &[Point]) -> String {
    let mut path = String::new();
    let mut last = None;
    for &(x, y) in points {
        let place = (short(x), short(y));
        if last != Some(place) {
            let step = if last.is_none() { 'M' } else { 'L' };
            let _ = write!(path, "{step}{} {}", place.0, place.1);
            last = Some(place);
        }
    }
    path
}

/// The shapes have about the same area.
fn outline(shape: Shape, (x, y): Point) -> String {
    let closed = |corners: &[Point]| {
        let corners: Vec<Point> = corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
        format!("{}Z", path(&corners))
    };
    match shape {
        Shape::Circle => format!(
            "M{} {}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z",
            short(x - 4.0),
            short(y)
        ),
        Shape::Triangle => closed(&[(0.0, -5.0), (4.7, 3.4), (-4.7, 3.4)]),
        Shape::Square => closed(&[(-3.6, -3.6), (3.6, -3.6), (3.6, 3.6), (-3.6, 3.6)]),
        Shape::Diamond => closed(&[(0.0, -5.0), (5.0, 0.0), (0.0, 5.0), (-5.0, 0.0)]),
        Shape::Cross => closed(&[
            (-1.5, -4.6),
            (1.5, -4.6),
            (1.5, -1.5),
            (4.6, -1.5),
            (4.6, 1.5),
            (1.5, 1.5),
            (1.5, 4.6),
            (-1.5, 4.6),
            (-1.5, 1.5),
            (-4.6, 1.5),
            (-4.6, -1.5),
            (-1.5, -1.5),
        ]),
        Shape::Nabla => closed(&[(0.0, 5.0), (4.7, -3.4), (-4.7, -3.4)]),
    }
}

/// A place rounded to a hundredth, without a negative zero.
fn short(place: f64) -> f64 {
    (place * 100.0).round() / 100.0 + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_short() {
        assert_eq!(
            path(&[(0.0, -0.001), (0.001, 0.0), (1.0 / 3.0, 2.0)]),
            "M0 0L0.33 2"
        );
        assert_eq!(path(&[]), "");
    }

    #[test]
    fn text_is_escaped() {
        let mut canvas = Canvas::default();
        canvas.text("a < b &", (1.0, 2.0), 10, Anchor::End, INK);
        canvas.text("  ", (1.0, 2.0), 10, Anchor::End, INK);
        let svg = canvas.finish(10.2, 20.0);
        assert!(svg.contains(">a &lt; b &amp;</text>"));
        assert_eq!(svg.matches("<text").count(), 1);
        assert!(svg.contains("viewBox=\"0 0 11 20\""));
    }
}
