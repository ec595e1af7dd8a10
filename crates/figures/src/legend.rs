//! Which colour is what: a block inside a plot, or lines outside it.

use crate::axes::{LINE, TEXT_SIZE};
use crate::canvas::{Anchor, Canvas, INK, Point, Shape, Stroke};
use crate::colour;
use crate::header::NOTE;
use crate::lettering;

/// Length of a piece of a curve.
const PIECE: f64 = 26.0;
/// Width of a mark.
const MARK: f64 = 10.0;
const GAP: f64 = 7.0;
/// Between entries side by side, and between the columns of a block.
const APART: f64 = 18.0;

const DASHES: [&str; colour::MOST_SERIES] = ["", "8 3", "2.5 2.5", "10 3 2.5 3", "5 2", "14 3"];
const SHAPES: [Shape; colour::MOST_SERIES] = [
    Shape::Circle,
    Shape::Triangle,
    Shape::Square,
    Shape::Diamond,
    Shape::Cross,
    Shape::Nabla,
];

/// The line of a curve: colours differ, and for print without them dashes do;
/// pale ones are thicker.
pub(crate) fn stroke(index: usize) -> Stroke {
    let colour = colour::series(index);
    Stroke {
        colour,
        width: if colour::pale(colour) { 2.5 } else { 2.0 },
        dash: DASHES[index % DASHES.len()],
    }
}

/// The mark of a group of points.
pub(crate) fn shape(index: usize) -> Shape {
    SHAPES[index % SHAPES.len()]
}

/// What an entry explains.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Key {
    Curve,
    Points,
}

/// What is to be said of each series; those without a label are left out.
pub(crate) struct Legend {
    key: Key,
    title: String,
    entries: Vec<Entry>,
}

struct Entry {
    series: usize,
    name: String,
    /// What follows two spaces in the label.
    numbers: String,
}

/// Where title and entries stand, from the upper left corner of the legend.
pub(crate) struct Arrangement {
    pub width: f64,
    pub height: f64,
    title: f64,
    /// Upper left corner of each entry.
    places: Vec<Point>,
    /// Where the numbers of each entry stand, from its corner.
    numbers: Vec<f64>,
}

impl Legend {
    /// No entry is wider than `room`.
    pub fn new<'a>(
        key: Key,
        title: &str,
        labels: impl IntoIterator<Item = &'a str>,
        room: f64,
    ) -> Self {
        let room = room - key.width();
        let mut entries = Vec::new();
        for (series, label) in labels.into_iter().enumerate() {
            let (name, numbers) = columns(label);
            let numbers = lettering::fit(numbers, TEXT_SIZE, room / 2.0);
            let rest = room - text_width(&numbers) - GAP;
            let name = lettering::fit(name, TEXT_SIZE, rest);
            if !(name.is_empty() && numbers.is_empty()) {
                entries.push(Entry {
                    series,
                    name,
                    numbers,
                });
            }
        }
        let title = if entries.is_empty() { "" } else { title };
        Self {
            key,
            title: lettering::fit(title, TEXT_SIZE, room),
            entries,
        }
    }

    /// One entry a line, all numbers in one column under the title.
    pub fn block(&self) -> Arrangement {
        let top = self.title_height();
        let names = self.entries.iter().map(|entry| entry.name.as_str());
        let numbers = self.entries.iter().map(|entry| entry.numbers.as_str());
        let names = self.key.width() + lettering::widest(names, TEXT_SIZE);
        let numbers = lettering::widest(numbers, TEXT_SIZE);
        let column = if numbers > 0.0 { names + APART } else { names };
        let title_width = text_width(&self.title);
        // Over the numbers, unless it would reach far beyond them.
        let title = if title_width <= 1.5 * numbers {
            column
        } else {
            self.key.width()
        };
        let lines = 0..self.entries.len();
        Arrangement {
            width: (column + numbers).max(title + title_width),
            height: top + self.entries.len() as f64 * LINE,
            title,
            places: lines.map(|i| (0.0, top + i as f64 * LINE)).collect(),
            numbers: vec![column; self.entries.len()],
        }
    }

    /// As many entries a line as `room` allows.
    pub fn lines(&self, room: f64) -> Arrangement {
        let (mut x, mut y): Point = (0.0, self.title_height());
        let title = self.key.width();
        let mut widest = title + text_width(&self.title);
        let (mut places, mut numbers) = (Vec::new(), Vec::new());
        for entry in &self.entries {
            let name = self.key.width() + text_width(&entry.name);
            let width = match text_width(&entry.numbers) {
                0.0 => name,
                width => name + GAP + width,
            };
            if x > 0.0 && x + width > room {
                (x, y) = (0.0, y + LINE);
            }
            places.push((x, y));
            numbers.push(name + GAP);
            widest = widest.max(x + width);
            x += width + APART;
        }
        Arrangement {
            width: widest,
            height: if places.is_empty() { 0.0 } else { y + LINE },
            title,
            places,
            numbers,
        }
    }

    fn title_height(&self) -> f64 {
        if self.title.is_empty() { 0.0 } else { LINE }
    }

    pub fn draw(&self, canvas: &mut Canvas, arrangement: &Arrangement, (left, top): Point) {
        let middle = top + LINE / 2.0;
        let at = (left + arrangement.title, middle);
        canvas.text(&self.title, at, TEXT_SIZE, Anchor::Start, NOTE);
        let places = arrangement.places.iter().zip(&arrangement.numbers);
        for (entry, (&(dx, dy), numbers)) in self.entries.iter().zip(places) {
            let (x, y) = (left + dx, middle + dy);
            self.key.draw(canvas, entry.series, (x, y));
            for (text, x) in [
                (&entry.name, x + self.key.width()),
                (&entry.numbers, x + numbers),
            ] {
                canvas.text(text, (x, y), TEXT_SIZE, Anchor::Start, INK);
            }
        }
    }
}

impl Key {
    /// With the white up to the text.
    fn width(self) -> f64 {
        GAP + match self {
            Key::Curve => PIECE,
            Key::Points => MARK,
        }
    }

    fn draw(self, canvas: &mut Canvas, series: usize, (x, y): Point) {
        match self {
            Key::Curve => canvas.line(&[(x, y), (x + PIECE, y)], &stroke(series)),
            Key::Points => {
                canvas.mark(shape(series), (x + MARK / 2.0, y), colour::series(series));
            }
        }
    }
}

fn text_width(text: &str) -> f64 {
    lettering::width(text, TEXT_SIZE)
}

fn columns(label: &str) -> (&str, &str) {
    let label = label.trim();
    label.rsplit_once("  ").unwrap_or((label, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stand_in_lines_that_fit() {
        let labels = ["first", "", "second one", "third of them"];
        let legend = Legend::new(Key::Curve, "title", labels, 300.0);
        assert_eq!(legend.block().height, 4.0 * LINE);
        let wide = legend.lines(1000.0);
        assert_eq!((wide.height, wide.places[0].1), (2.0 * LINE, LINE));
        let narrow = legend.lines(120.0);
        assert_eq!(narrow.height, 4.0 * LINE);
        assert!(narrow.width <= 300.0);
        let none = Legend::new(Key::Curve, "title", ["", " "], 300.0);
        assert_eq!((none.block().height, none.lines(9.0).height), (0.0, 0.0));
    }

    #[test]
    fn two_spaces_make_columns() {
        assert_eq!(columns("a b  0.8 (0.7–0.9)"), ("a b", "0.8 (0.7–0.9)"));
        assert_eq!(columns(" a b  "), ("a b", ""));
    }
}
