//! One column against another: an open mark a patient.
//!
//! Groups differ in colour and shape. Note and legend stand above the plot,
//! where no point can be.

use crate::axes::{Axis, MARGIN, Plot, right_margin};
use crate::canvas::Canvas;
use crate::colour::{self, MOST_SERIES};
use crate::legend::{self, Key, Legend};
use crate::{Error, check, header, ticks};

const WIDTH: f64 = 560.0;
/// Height of the area between the axes.
const HEIGHT: f64 = 380.0;
/// White between the data and the ends of the axes, as a part of their range.
const PAD: f64 = 0.04;

/// What the figure shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scatter<'a> {
    /// The line above the figure; may be empty.
    pub title: &'a str,
    /// A line below the title, "Spearman ρ = .62, n = 60" for instance; may be
    /// empty.
    pub note: &'a str,
    /// Name and unit of the first number of every point.
    pub x_label: &'a str,
    /// Name and unit of the second.
    pub y_label: &'a str,
    /// The points, at least one.
    pub points: &'a [(f64, f64)],
    /// The group of every point, an index of `group_labels`; empty for none.
    pub groups: &'a [usize],
    /// Names of the groups, at most six.
    pub group_labels: &'a [&'a str],
}

impl Scatter<'_> {
    /// Draws the figure, 560 units wide.
    ///
    /// # Errors
    /// No points; a number that is not finite or beyond ±1e300; groups of another
    /// number than the points, without a label, or more than six.
    pub fn svg(&self) -> Result<String, Error> {
        self.check()?;
        let mut canvas = Canvas::default();
        let mut top = header::draw(&mut canvas, self.title, self.note, WIDTH);
        if !self.groups.is_empty() {
            let room = WIDTH - 2.0 * MARGIN;
            let labels = self.group_labels.iter().copied();
            let legend = Legend::new(Key::Points, "", labels, room);
            let lines = legend.lines(room);
            legend.draw(&mut canvas, &lines, (MARGIN, top));
            top += lines.height + 10.0;
        }
        let plot = self.plot(top);
        let bottom = plot.draw_axes(&mut canvas);
        for (i, &point) in self.points.iter().enumerate() {
            let group = self.groups.get(i).copied().unwrap_or(0);
            canvas.mark(legend::shape(group), plot.at(point), colour::series(group));
        }
        Ok(canvas.finish(WIDTH, bottom + MARGIN))
    }

    fn check(&self) -> Result<(), Error> {
        check::count("scatter plot", "point", self.points.len(), usize::MAX)?;
        check::finite("x", self.points.iter().map(|point| point.0))?;
        check::finite("y", self.points.iter().map(|point| point.1))?;
        if self.groups.is_empty() {
            return Ok(());
        }
        check::length("groups", self.groups.len(), self.points.len())?;
        let labels = self.group_labels.len();
        check::count("grouped scatter plot", "group label", labels, MOST_SERIES)?;
        match self.groups.iter().max() {
            Some(&last) if last >= labels => {
                check::length("group labels", labels, last.saturating_add(1))
            }
            _ => Ok(()),
        }
    }

    fn plot(&self, top: f64) -> Plot<'_> {
        let x = axis(self.points.iter().map(|point| point.0), self.x_label, 7);
        let y = axis(self.points.iter().map(|point| point.1), self.y_label, 6);
        let left = MARGIN + y.width_beside(HEIGHT);
        Plot {
            left,
            right: WIDTH - right_margin(&x.ticks),
            top,
            bottom: top + HEIGHT,
            x,
            y,
        }
    }
}

fn axis(values: impl Iterator<Item = f64>, title: &str, steps: usize) -> Axis<'_> {
    let ends = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let (low, high) = ticks::range(ends.0, ends.1);
    let pad = PAD * (high - low);
    let (low, high) = (low - pad, high + pad);
    Axis {
        low,
        high,
        logarithmic: false,
        ticks: ticks::round(low, high, steps),
        title,
    }
}
