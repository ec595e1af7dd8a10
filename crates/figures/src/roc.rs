//! Receiver operating characteristic: sensitivity over 1 − specificity.
//!
//! Straight segments through the points from (0, 0) to (1, 1), the line of
//! chance dashed. The legend stands in the lower right while no curve passes
//! there, else below the plot.

use crate::axes::{Axis, MARGIN, Plot, right_margin};
use crate::canvas::{Canvas, Point, REFERENCE};
use crate::check;
use crate::colour::MOST_SERIES;
use crate::legend::{self, Key, Legend};
use crate::{Error, header, room, ticks};

const WIDTH: f64 = 560.0;
/// Between the legend and what it must not touch.
const PAD: f64 = 8.0;

/// What the figure shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Roc<'a> {
    /// The line above the figure; may be empty.
    pub title: &'a str,
    /// A line below the title, the numbers of patients for instance; may be
    /// empty.
    pub note: &'a str,
    /// What the numbers in the labels are, "AUC (95% CI)" for instance; may be
    /// empty.
    pub legend_title: &'a str,
    /// One to six curves.
    pub curves: &'a [Curve<'a>],
}

/// One curve.
#[derive(Clone, Copy, Debug, Default)]
pub struct Curve<'a> {
    /// Its line in the legend. What follows two spaces stands in a column of its
    /// own: "radiomic  0.81 (0.70–0.91)". An empty label has no line.
    pub label: &'a str,
    /// 1 − specificity and sensitivity, both from 0 to 1 and neither falling; the
    /// corners (0, 0) and (1, 1) may be left out.
    pub points: &'a [(f64, f64)],
}

impl Roc<'_> {
    /// Draws the figure, 560 units wide and about as high.
    ///
    /// # Errors
    /// No curve or more than six; a curve without points; a point beyond 0 to 1
    /// or below the one before it.
    pub fn svg(&self) -> Result<String, Error> {
        self.check()?;
        let mut canvas = Canvas::default();
        let top = header::draw(&mut canvas, self.title, self.note, WIDTH);
        let plot = plot(top);
        let axes_end = plot.draw_axes(&mut canvas);

        let place = |points: &[Point]| points.iter().map(|&point| plot.at(point)).collect();
        let chance: Vec<Point> = place(&[(0.0, 0.0), (1.0, 1.0)]);
        canvas.line(&chance, &REFERENCE);
        let mut lines: Vec<Vec<Point>> = vec![chance];
        for (i, curve) in self.curves.iter().enumerate() {
            let line = place(&with_corners(curve.points));
            canvas.line(&line, &legend::stroke(i));
            lines.push(line);
        }

        let labels = self.curves.iter().map(|curve| curve.label);
        let room = WIDTH - 2.0 * MARGIN;
        let legend = Legend::new(Key::Curve, self.legend_title, labels, room);
        let block = legend.block();
        let at = (plot.right - block.width, plot.bottom - PAD - block.height);
        let lowest = room::extent(&lines, (at.0 - PAD, plot.right));
        if at.0 >= plot.left && lowest.is_none_or(|(_, lowest)| lowest <= at.1) {
            legend.draw(&mut canvas, &block, at);
            return Ok(canvas.finish(WIDTH, axes_end + MARGIN));
        }
        let below = if block.width <= room {
            block
        } else {
            legend.lines(room)
        };
        legend.draw(&mut canvas, &below, (MARGIN, axes_end + PAD));
        Ok(canvas.finish(WIDTH, axes_end + PAD + below.height + MARGIN))
    }

    fn check(&self) -> Result<(), Error> {
        check::count("ROC plot", "curve", self.curves.len(), MOST_SERIES)?;
        check::each("curve", self.curves, |curve| {
            check::count("ROC curve", "point", curve.points.len(), usize::MAX)?;
            let x = || curve.points.iter().map(|point| point.0);
            let y = || curve.points.iter().map(|point| point.1);
            check::shares("1 − specificity", x())?;
            check::shares("sensitivity", y())?;
            check::rising("1 − specificity", x())?;
            check::rising("sensitivity", y())
        })
    }
}

/// The square between the axes.
fn plot(top: f64) -> Plot<'static> {
    let axis = |title| Axis {
        low: 0.0,
        high: 1.0,
        logarithmic: false,
        ticks: ticks::round(0.0, 1.0, 5),
        title,
    };
    let (x, y) = (axis("1 − specificity"), axis("Sensitivity"));
    let left = MARGIN + y.width_beside(WIDTH / 2.0);
    let side = WIDTH - left - right_margin(&x.ticks);
    Plot {
        left,
        right: left + side,
        top,
        bottom: top + side,
        x,
        y,
    }
}

fn with_corners(points: &[Point]) -> Vec<Point> {
    let mut line = vec![(0.0, 0.0)];
    line.extend(
        points
            .iter()
            .map(|p| (p.0.clamp(0.0, 1.0), p.1.clamp(0.0, 1.0))),
    );
    line.push((1.0, 1.0));
    line
}
