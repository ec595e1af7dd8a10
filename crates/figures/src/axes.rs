//! The area of a plot and its two axes, which stand a little off the data so
//! that a curve along an end of the scale can be seen.

use crate::canvas::{AXIS, Anchor, Canvas, INK, Point};
use crate::lettering;
use crate::ticks::Ticks;

/// White at the edges of every figure.
pub(crate) const MARGIN: f64 = 16.0;
/// Size of numbers on axes, of legends and of notes.
pub(crate) const TEXT_SIZE: i32 = 12;
/// Height of a line of them.
pub(crate) const LINE: f64 = 18.0;
/// Size of the titles of axes.
const TITLE_SIZE: i32 = 13;
const TITLE_LINE: f64 = 17.0;
const TICK: f64 = 5.0;
/// Between data and axis.
const OFF: f64 = 6.0;
/// Between the parts of an axis.
const GAP: f64 = 5.0;
/// Titles have at most so many lines.
const MOST_LINES: usize = 2;

/// One axis: the range of its values, and what is written on it.
#[derive(Clone, Debug)]
pub(crate) struct Axis<'a> {
    pub low: f64,
    pub high: f64,
    pub logarithmic: bool,
    pub ticks: Ticks,
    pub title: &'a str,
}

impl Axis<'_> {
    /// How far along the axis a value is: 0 at its low end, 1 at its high end.
    pub fn share(&self, value: f64) -> f64 {
        let along = |value: f64| if self.logarithmic { value.ln() } else { value };
        let (low, high) = (along(self.low), along(self.high));
        (along(value) - low) / (high - low)
    }

    /// Draws it below the data that lie between `left` and `right` and end at
    /// `top`; gives the place where it ends.
    pub fn below(&self, canvas: &mut Canvas, (left, right): Point, top: f64) -> f64 {
        let y = top + OFF;
        canvas.line(&[(left, y), (right, y)], &AXIS);
        let middle = y + TICK + GAP + f64::from(TEXT_SIZE) / 2.0;
        let mut free = f64::NEG_INFINITY;
        for (&value, label) in self.ticks.values.iter().zip(&self.ticks.labels) {
            let x = left + self.share(value) * (right - left);
            canvas.line(&[(x, y), (x, y + TICK)], &AXIS);
            let half = lettering::width(label, TEXT_SIZE) / 2.0;
            if x - half >= free {
                canvas.text(label, (x, middle), TEXT_SIZE, Anchor::Middle, INK);
                free = x + half + 2.0 * GAP;
            }
        }
        let mut bottom = middle + f64::from(TEXT_SIZE) / 2.0;
        for line in lettering::wrap(self.title, TITLE_SIZE, right - left, MOST_LINES) {
            let at = ((left + right) / 2.0, bottom + GAP + TITLE_LINE / 2.0);
            canvas.text(&line, at, TITLE_SIZE, Anchor::Middle, INK);
            bottom += TITLE_LINE;
        }
        bottom + GAP
    }

    /// The width of this axis as a vertical one beside data `height` high.
    pub fn width_beside(&self, height: f64) -> f64 {
        let lines = lettering::wrap(self.title, TITLE_SIZE, height, MOST_LINES).len();
        let title = if lines > 0 { GAP } else { 0.0 } + lines as f64 * TITLE_LINE;
        self.tick_width() + title
    }

    fn tick_width(&self) -> f64 {
        let labels = self.ticks.labels.iter().map(String::as_str);
        OFF + TICK + GAP + lettering::widest(labels, TEXT_SIZE)
    }

    /// Draws it to the left of the data that start at `left`.
    fn beside(&self, canvas: &mut Canvas, (top, bottom): Point, left: f64) {
        let x = left - OFF;
        canvas.line(&[(x, top), (x, bottom)], &AXIS);
        for (&value, label) in self.ticks.values.iter().zip(&self.ticks.labels) {
            let y = bottom - self.share(value) * (bottom - top);
            canvas.line(&[(x - TICK, y), (x, y)], &AXIS);
            let at = (x - TICK - GAP, y);
            canvas.text(label, at, TEXT_SIZE, Anchor::End, INK);
        }
        let lines = lettering::wrap(self.title, TITLE_SIZE, bottom - top, MOST_LINES);
        let right = left - self.tick_width() - GAP;
        for (i, line) in lines.iter().rev().enumerate() {
            let x = right - (i as f64 + 0.5) * TITLE_LINE;
            canvas.upwards(line, (x, (top + bottom) / 2.0), TITLE_SIZE);
        }
    }
}

/// The area in which data are drawn, in places of the canvas, and its axes.
#[derive(Clone, Debug)]
pub(crate) struct Plot<'a> {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub x: Axis<'a>,
    pub y: Axis<'a>,
}

impl Plot<'_> {
    /// Where a pair of values is drawn.
    pub fn at(&self, (x, y): Point) -> Point {
        (
            self.left + self.x.share(x) * (self.right - self.left),
            self.bottom - self.y.share(y) * (self.bottom - self.top),
        )
    }

    /// Draws both axes; gives the place where the lower one ends.
    pub fn draw_axes(&self, canvas: &mut Canvas) -> f64 {
        self.y.beside(canvas, (self.top, self.bottom), self.left);
        self.x.below(canvas, (self.left, self.right), self.bottom)
    }

    pub fn move_down(&mut self, by: f64) {
        self.top += by;
        self.bottom += by;
    }
}

/// Half the widest of the numbers, which may stand at the end of an axis, but
/// at least the margin.
pub(crate) fn right_margin(ticks: &Ticks) -> f64 {
    let labels = ticks.labels.iter().map(String::as_str);
    (lettering::widest(labels, TEXT_SIZE) / 2.0 + GAP).max(MARGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_the_axis() {
        let mut axis = Axis {
            low: 0.5,
            high: 8.0,
            logarithmic: true,
            ticks: Ticks::default(),
            title: "",
        };
        assert_eq!(axis.share(2.0), 0.5);
        axis.logarithmic = false;
        assert_eq!(axis.share(4.25), 0.5);
    }
}
