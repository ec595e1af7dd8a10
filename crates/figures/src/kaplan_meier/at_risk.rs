//! The table of the numbers at risk.

use super::KaplanMeier;
use crate::axes::{LINE, MARGIN, Plot, TEXT_SIZE};
use crate::canvas::{Anchor, Canvas};
use crate::{colour, lettering};

const WIDEST_LABEL: f64 = 120.0;
const GAP: f64 = 18.0;

/// The width of the names of the rows, with white up to the first number.
pub(super) fn width(figure: &KaplanMeier) -> f64 {
    let labels = figure.curves.iter().map(|curve| curve.label);
    let label = lettering::widest(labels, TEXT_SIZE).min(WIDEST_LABEL);
    let most = figure
        .curves
        .iter()
        .map(|curve| curve.all_times.len())
        .max();
    let number = most.unwrap_or(0).to_string();
    label + GAP + lettering::width(&number, TEXT_SIZE) / 2.0
}

/// Draws one row a curve, its numbers below the ticks of time; gives the place
/// where the table ends.
pub(super) fn draw(canvas: &mut Canvas, figure: &KaplanMeier, plot: &Plot, top: f64) -> f64 {
    let heading = (MARGIN, top + LINE / 2.0);
    canvas.heading("Number at risk", heading, TEXT_SIZE, Anchor::Start);
    let mut y = heading.1;
    for (i, curve) in figure.curves.iter().enumerate() {
        y += LINE;
        let ink = colour::readable(colour::series(i));
        let label = lettering::fit(curve.label, TEXT_SIZE, WIDEST_LABEL);
        canvas.text(&label, (MARGIN, y), TEXT_SIZE, Anchor::Start, ink);
        for &time in &plot.x.ticks.values {
            let number = at_risk(curve.all_times, time).to_string();
            let at = (plot.at((time, 0.0)).0, y);
            canvas.text(&number, at, TEXT_SIZE, Anchor::Middle, ink);
        }
    }
    y + LINE / 2.0
}

/// Patients whose time is not below `time`.
fn at_risk(all_times: &[f64], time: f64) -> usize {
    all_times.iter().filter(|own| **own >= time).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_whose_time_it_is_are_at_risk() {
        let counts = [0.0, 2.0, 2.1, 9.0].map(|time| at_risk(&[2.0, 5.0, 9.0], time));
        assert_eq!(counts, [3, 3, 2, 1]);
    }
}
