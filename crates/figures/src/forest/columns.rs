//! The three columns of a forest plot, and one row of them.

use super::{Forest, Row, WIDTH};
use crate::axes::{Axis, MARGIN, TEXT_SIZE};
use crate::canvas::{Anchor, Canvas, INK, Shape, Stroke};
use crate::{colour, lettering};

/// Rows stand to the right of their heading by this.
pub(super) const INDENT: f64 = 12.0;
/// Between the columns.
pub(super) const GUTTER: f64 = 20.0;
pub(super) const WIDEST_TEXT: f64 = 165.0;
const WIDEST_LABEL: f64 = 225.0;

/// Where labels end, the axis lies and texts begin.
pub(super) struct Columns {
    pub left: f64,
    pub right: f64,
    pub text: f64,
    indent: f64,
}

impl Columns {
    pub fn new(forest: &Forest) -> Self {
        let rows = forest.rows;
        let indent = if rows.iter().any(|row| !row.group.trim().is_empty()) {
            INDENT
        } else {
            0.0
        };
        let width = |text: &str| lettering::width(text, TEXT_SIZE);
        let rows_width = rows.iter().map(|row| width(row.label) + indent);
        let headings = rows.iter().map(|row| width(row.group));
        let label = rows_width.chain(headings).fold(0.0, f64::max);
        let texts = rows.iter().map(|row| width(row.text));
        let text = texts.fold(width(forest.text_label), f64::max);
        let text = WIDTH - MARGIN - text.min(WIDEST_TEXT);
        Self {
            left: MARGIN + label.min(WIDEST_LABEL) + GUTTER,
            right: text - GUTTER,
            text,
            indent,
        }
    }

    pub fn at(&self, share: f64) -> f64 {
        self.left + share * (self.right - self.left)
    }

    /// Name, square, interval and text of a row whose middle is at `y`.
    pub fn row(&self, canvas: &mut Canvas, row: &Row, axis: &Axis, y: f64) {
        let start = MARGIN + self.indent;
        let label = lettering::fit(row.label, TEXT_SIZE, self.left - GUTTER - start);
        canvas.text(&label, (start, y), TEXT_SIZE, Anchor::Start, INK);
        let text = lettering::fit(row.text, TEXT_SIZE, WIDEST_TEXT);
        canvas.text(&text, (self.text, y), TEXT_SIZE, Anchor::Start, INK);

        let blue = colour::series(0);
        let middle = axis.share(row.value);
        if row.low.is_nan() {
            if (0.0..=1.0).contains(&middle) {
                canvas.mark(Shape::Square, (self.at(middle), y), blue);
            }
        } else {
            let (low, high) = (axis.share(row.low), axis.share(row.high));
            let line = [low, high].map(|share| (self.at(share.clamp(0.0, 1.0)), y));
            let stroke = Stroke {
                colour: blue,
                width: 1.6,
                dash: "",
            };
            canvas.line(&line, &stroke);
            if (0.0..=1.0).contains(&middle) {
                let corner = (self.at(middle) - 3.5, y - 3.5);
                canvas.rectangle(corner, (7.0, 7.0), blue);
            }
        }
        for (beyond, end, towards) in [
            (row.low.min(row.value) < axis.low, self.left, -1.0),
            (row.high.max(row.value) > axis.high, self.right, 1.0),
        ] {
            if beyond {
                let head = [
                    (end, y),
                    (end - 7.0 * towards, y - 4.0),
                    (end - 7.0 * towards, y + 4.0),
                ];
                canvas.area(&head, blue, 1.0);
            }
        }
    }
}
