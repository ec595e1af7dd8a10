//! Estimates with their intervals, one a row, under the headings of their groups.
//!
//! From the left: the name of the row, its square and interval over a common
//! axis, and its numbers as text. An interval that leaves the axis ends in an
//! arrowhead; an estimate without an interval is an open square.

mod columns;

use crate::axes::{Axis, LINE, MARGIN, TEXT_SIZE};
use crate::canvas::{Anchor, Canvas, Point, REFERENCE};
use crate::colour::Rgb;
use crate::ticks::{self, LARGEST, SMALLEST};
use crate::{Error, check, header, lettering};
use columns::{Columns, GUTTER, INDENT, WIDEST_TEXT};

/// Most rows of a figure.
pub const MOST_ROWS: usize = 200;

const WIDTH: f64 = 640.0;
const ROW: f64 = 22.0;
/// Above a heading.
const APART: f64 = 6.0;
/// White between the intervals and the ends of the axis, as a part of it.
const PAD: f64 = 0.05;
/// Without a given range, a logarithmic axis reaches at most this many times
/// beyond the estimates, however wide the intervals.
const LOG_REACH: f64 = 5.0;
/// Of the axis, at most.
const MOST_STEPS: usize = 6;
const BAND: Rgb = [0xf5, 0xf5, 0xf5];

/// What the figure shows.
#[derive(Clone, Copy, Debug)]
pub struct Forest<'a> {
    /// The line above the figure; may be empty.
    pub title: &'a str,
    /// A line below the title; may be empty.
    pub note: &'a str,
    /// What the axis shows, "C-index" or "Hazard ratio (log scale)" for instance.
    pub axis_label: &'a str,
    /// What the texts on the right are, "AUC (95% CI)" for instance; may be empty.
    pub text_label: &'a str,
    /// Where the dashed line stands: .5 for an AUC, 1 for a hazard ratio; NaN for
    /// none. It belongs to the axis unless a range is given.
    pub reference: f64,
    /// The rows, from the top.
    pub rows: &'a [Row<'a>],
    /// Whether the axis is logarithmic.
    pub log_scale: bool,
    /// The ends of the axis; `None` to take them from the rows.
    pub range: Option<(f64, f64)>,
}

impl Default for Forest<'_> {
    fn default() -> Self {
        Self {
            title: "",
            note: "",
            axis_label: "",
            text_label: "",
            reference: f64::NAN,
            rows: &[],
            log_scale: false,
            range: None,
        }
    }
}

/// One row.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row<'a> {
    /// Its name.
    pub label: &'a str,
    /// The heading above it; rows of one group in sequence share it, and an empty
    /// one is not drawn.
    pub group: &'a str,
    /// The estimate.
    pub value: f64,
    /// Lower end of its interval, which may be infinite (or 0 on a logarithmic
    /// scale); NaN, together with `high`, for no interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
    /// The numbers as text, "0.81 (0.70–0.91)" for instance.
    pub text: &'a str,
}

impl Forest<'_> {
    /// Draws the figure, 640 units wide and as high as its rows ask for.
    ///
    /// # Errors
    /// No rows or more than [`MOST_ROWS`]; an estimate that is not finite; half an
    /// interval, or one whose ends are in the wrong order; on a logarithmic scale
    /// an estimate, reference or range that is not above 0, or an interval below
    /// 0; a range that is none.
    pub fn svg(&self) -> Result<String, Error> {
        self.check()?;
        let mut canvas = Canvas::default();
        let mut top = header::draw(&mut canvas, self.title, self.note, WIDTH);
        let columns = Columns::new(self);
        if !self.text_label.trim().is_empty() {
            let text = lettering::fit(self.text_label, TEXT_SIZE, WIDEST_TEXT);
            let at = (columns.text, top + LINE / 2.0);
            canvas.heading(&text, at, TEXT_SIZE, Anchor::Start);
            top += LINE + APART;
        }
        let axis = self.axis();
        let (lines, bottom) = self.lines(top);
        let rows = || {
            lines
                .iter()
                .filter(|(line, _)| matches!(line, Line::Row(_)))
        };
        for (_, y) in rows().step_by(2) {
            let left = MARGIN - INDENT / 2.0;
            let size = (WIDTH - 2.0 * left, ROW);
            canvas.rectangle((left, y - ROW / 2.0), size, BAND);
        }
        if (axis.low..=axis.high).contains(&self.reference) {
            let x = columns.at(axis.share(self.reference));
            canvas.line(&[(x, top), (x, bottom)], &REFERENCE);
        }
        for (line, y) in &lines {
            match line {
                Line::Heading(text) => {
                    let text = lettering::fit(text, TEXT_SIZE, columns.left - MARGIN - GUTTER);
                    canvas.heading(&text, (MARGIN, *y), TEXT_SIZE, Anchor::Start);
                }
                Line::Row(row) => columns.row(&mut canvas, row, &axis, *y),
            }
        }
        let end = axis.below(&mut canvas, (columns.left, columns.right), bottom);
        Ok(canvas.finish(WIDTH, end + MARGIN))
    }

    fn check(&self) -> Result<(), Error> {
        check::count("forest plot", "row", self.rows.len(), MOST_ROWS)?;
        check::each("row", self.rows, |row| {
            check::finite("estimate", [row.value])?;
            if self.log_scale {
                check::above_zero("estimate", row.value)?;
            }
            let none = row.low.is_nan() && row.high.is_nan();
            let least = if self.log_scale {
                0.0
            } else {
                f64::NEG_INFINITY
            };
            if none || (least <= row.low && row.low <= row.high) {
                return Ok(());
            }
            Err(Error::Interval {
                low: row.low,
                high: row.high,
            })
        })?;
        if self.log_scale && !self.reference.is_nan() {
            check::above_zero("reference", self.reference)?;
        }
        let Some((low, high)) = self.range else {
            return Ok(());
        };
        let least = if self.log_scale { 0.0 } else { -LARGEST };
        let drawable = low < high && (low, high) == ticks::range(low, high);
        if drawable && low >= least && !(self.log_scale && low == 0.0) {
            Ok(())
        } else {
            Err(Error::Range { low, high })
        }
    }

    /// Every heading and row, and its middle; the last number is their end.
    fn lines(&self, top: f64) -> (Vec<(Line<'_>, f64)>, f64) {
        let mut lines = Vec::new();
        let mut y = top;
        for (i, group) in self.rows.chunk_by(|a, b| a.group == b.group).enumerate() {
            y += if i > 0 { APART } else { 0.0 };
            if !group[0].group.trim().is_empty() {
                lines.push((Line::Heading(group[0].group), y + ROW / 2.0));
                y += ROW;
            }
            for row in group {
                lines.push((Line::Row(row), y + ROW / 2.0));
                y += ROW;
            }
        }
        (lines, y)
    }

    fn axis(&self) -> Axis<'_> {
        let (low, high) = self.range.unwrap_or_else(|| self.extent());
        let ticks = if self.log_scale {
            ticks::logarithmic(low, high)
        } else {
            ticks::round(low, high, MOST_STEPS)
        };
        Axis {
            low,
            high,
            logarithmic: self.log_scale,
            ticks,
            title: self.axis_label,
        }
    }

    /// The ends of an axis that shows all rows, with some white around them.
    fn extent(&self) -> (f64, f64) {
        let values = self.rows.iter().map(|row| row.value);
        let ends = self.rows.iter().flat_map(|row| [row.low, row.high]);
        let (least, most) = ends_of(values.clone());
        let near = |end: f64| {
            if self.log_scale {
                end.clamp(least / LOG_REACH, most * LOG_REACH)
            } else {
                end
            }
        };
        let shown = values.chain(ends.map(near)).chain([self.reference]);
        let (low, high) = ends_of(shown.filter(|value| value.is_finite()));
        if self.log_scale {
            let pad = (PAD * (high.ln() - low.ln())).exp().max(1.1);
            return ((low / pad).max(SMALLEST), (high * pad).min(LARGEST));
        }
        let (low, high) = ticks::range(low, high);
        let pad = PAD * (high - low);
        (low - pad, high + pad)
    }
}

enum Line<'a> {
    Heading(&'a str),
    Row(&'a Row<'a>),
}

fn ends_of(values: impl Iterator<Item = f64>) -> Point {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    })
}
