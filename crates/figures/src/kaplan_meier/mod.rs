//! Kaplan-Meier curves with the numbers at risk below them.
//!
//! Survival falls in steps that belong to the later side (right-continuous),
//! from 1 at time 0 to the last follow-up; bands are confidence intervals,
//! small upright lines are patients who were censored. Legend and note stand in
//! the plot while no curve passes there, else above it.

mod at_risk;
mod draw;
mod steps;

use crate::colour::MOST_SERIES;
use crate::{Error, check};

/// What the figure shows.
#[derive(Clone, Copy, Debug)]
pub struct KaplanMeier<'a> {
    /// The line above the figure; may be empty.
    pub title: &'a str,
    /// Test and effect, "log-rank p = .003; hazard ratio 2.7 (1.6–4.8)" for
    /// instance; may be empty.
    pub note: &'a str,
    /// What time is, and its unit.
    pub time_label: &'a str,
    /// Whether the unit of time is a month: ticks then fall on quarters and years.
    pub months: bool,
    /// What survives.
    pub survival_label: &'a str,
    /// One to six curves.
    pub curves: &'a [Curve<'a>],
}

impl Default for KaplanMeier<'_> {
    fn default() -> Self {
        Self {
            title: "",
            note: "",
            time_label: "Time (months)",
            months: true,
            survival_label: "Overall survival probability",
            curves: &[],
        }
    }
}

/// One group of patients.
#[derive(Clone, Copy, Debug, Default)]
pub struct Curve<'a> {
    /// Its name.
    pub label: &'a str,
    /// Times of the steps, ascending; empty when nobody had an event.
    pub time: &'a [f64],
    /// Survival from each of these times on, from 0 to 1 and never rising.
    pub survival: &'a [f64],
    /// Lower end of its confidence interval; NaN where there is none, and empty,
    /// as `ci_high`, for no band.
    pub ci_low: &'a [f64],
    /// Upper end of its confidence interval.
    pub ci_high: &'a [f64],
    /// Times at which patients were censored, in any order.
    pub censored: &'a [f64],
    /// The follow-up time of every patient, in any order; at risk at a time are
    /// those whose own time is not below it.
    pub all_times: &'a [f64],
}

impl KaplanMeier<'_> {
    /// Draws the figure, 600 units wide.
    ///
    /// # Errors
    /// No curve or more than six; a curve without follow-up times; lists whose
    /// lengths do not fit; a time that is not finite or below 0; a survival that
    /// is not from 0 to 1; times that fall or survival that rises.
    pub fn svg(&self) -> Result<String, Error> {
        self.check()?;
        Ok(draw::svg(self))
    }

    fn check(&self) -> Result<(), Error> {
        let curves = self.curves.len();
        check::count("Kaplan-Meier plot", "curve", curves, MOST_SERIES)?;
        check::each("curve", self.curves, |curve| {
            let (patients, steps) = (curve.all_times.len(), curve.time.len());
            let figure = "Kaplan-Meier curve";
            check::count(figure, "follow-up time", patients, usize::MAX)?;
            check::length("values of survival", curve.survival.len(), steps)?;
            let bounds = [&curve.ci_low, &curve.ci_high];
            if bounds.iter().any(|bound| !bound.is_empty()) {
                check::length("lower confidence limits", curve.ci_low.len(), steps)?;
                check::length("upper confidence limits", curve.ci_high.len(), steps)?;
            }
            let numbers = |values: &[f64]| values.to_vec();
            check::times("time", numbers(curve.time))?;
            check::times("censoring time", numbers(curve.censored))?;
            check::times("follow-up time", numbers(curve.all_times))?;
            check::shares("survival", numbers(curve.survival))?;
            for bound in bounds {
                let given = bound.iter().map(|v| if v.is_nan() { 0.0 } else { *v });
                check::shares("confidence limit", given)?;
            }
            check::rising("time", numbers(curve.time))?;
            check::falling("survival", numbers(curve.survival))
        })
    }
}
