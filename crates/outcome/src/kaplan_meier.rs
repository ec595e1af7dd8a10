//! The Kaplan-Meier estimate of survival.

use crate::difference::normal_width;
use crate::{Error, FollowUp};

/// The scale on which a pointwise interval is symmetric (R's `conf.type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalKind {
    /// That of survival.
    Plain,
    /// That of its logarithm: R's default.
    Log,
    /// That of `log(-log(survival))`: never leaves 0 to 1.
    LogLog,
}

/// Survival at each distinct time, of events and of censorings, ascending. All
/// vectors have the same length. Before the first time survival is 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The times.
    pub time: Vec<f64>,
    /// Patients at risk just before the time.
    pub n_risk: Vec<usize>,
    /// Events at the time.
    pub n_event: Vec<usize>,
    /// Patients censored at the time.
    pub n_censor: Vec<usize>,
    /// Estimated probability to live longer than the time.
    pub survival: Vec<f64>,
    /// Greenwood's standard error of survival; NaN once survival is 0.
    pub std_error: Vec<f64>,
    /// Lower bound of survival; NaN where the interval is not defined: once
    /// survival is 0, for [`IntervalKind::LogLog`] also while it is 1.
    pub ci_low: Vec<f64>,
    /// Upper bound of survival, 1 at most; NaN as the lower one.
    pub ci_high: Vec<f64>,
}

/// The curve with pointwise intervals, as R's `survival::survfit` gives it.
///
/// # Errors
/// A level that is not strictly between 0 and 1.
pub fn curve(outcome: &FollowUp, kind: IntervalKind, level: f64) -> Result<Curve, Error> {
    let width = normal_width(level)?;
    let mut curve = Curve {
        time: Vec::new(),
        n_risk: Vec::new(),
        n_event: Vec::new(),
        n_censor: Vec::new(),
        survival: Vec::new(),
        std_error: Vec::new(),
        ci_low: Vec::new(),
        ci_high: Vec::new(),
    };
    let order = outcome.order();
    let mut at_risk = outcome.len();
    // Greenwood's sum is the variance of the logarithm of survival.
    let (mut survival, mut greenwood) = (1.0, 0.0);
    for tied in order.chunk_by(|&a, &b| outcome.time()[a] == outcome.time()[b]) {
        let events = tied.iter().filter(|&&row| outcome.event()[row]).count();
        let (n, d) = (at_risk as f64, events as f64);
        survival *= (n - d) / n;
        greenwood += d / (n * (n - d));
        let (low, high, std_error) = if at_risk == events {
            (f64::NAN, f64::NAN, f64::NAN)
        } else {
            let (low, high) = kind.bounds(survival, width * greenwood.sqrt());
            (low, high, survival * greenwood.sqrt())
        };
        curve.time.push(outcome.time()[tied[0]]);
        curve.n_risk.push(at_risk);
        curve.n_event.push(events);
        curve.n_censor.push(tied.len() - events);
        curve.survival.push(survival);
        curve.std_error.push(std_error);
        curve.ci_low.push(low);
        curve.ci_high.push(high);
        at_risk -= tied.len();
    }
    Ok(curve)
}

impl IntervalKind {
    /// Bounds from half the width of the interval of `ln(survival)`.
    fn bounds(self, survival: f64, half: f64) -> (f64, f64) {
        match self {
            Self::Plain => {
                let half = half * survival;
                ((survival - half).max(0.0), (survival + half).min(1.0))
            }
            Self::Log => {
                let log = survival.ln();
                ((log - half).exp(), (log + half).exp().min(1.0))
            }
            Self::LogLog if survival == 1.0 => (f64::NAN, f64::NAN),
            Self::LogLog => {
                let log = survival.ln();
                let (centre, half) = ((-log).ln(), half / log);
                let bound = |place: f64| (-place.exp()).exp();
                (bound(centre - half), bound(centre + half))
            }
        }
    }
}

/// Survival that differs by less than this from a quantile counts as equal to
/// it (R's `tolerance`, the square root of the machine's epsilon).
const SAME: f64 = 1.490_116_119_384_765_6e-8;

impl Curve {
    /// The time at which the probability of the event reaches `p`, and the
    /// limits of that time: those where the bounds of the curve reach it. With
    /// `p = 0.5` the median survival.
    ///
    /// R's definition: where a step of the curve lies at exactly `p`, the
    /// middle of the step. `None` where the level is not reached, or `p` is not
    /// strictly between 0 and 1.
    pub fn quantile(&self, p: f64) -> (Option<f64>, Option<f64>, Option<f64>) {
        let reached = |survival| reaches(&self.time, survival, p);
        (
            reached(&self.survival),
            reached(&self.ci_low),
            reached(&self.ci_high),
        )
    }

    /// Survival at any time: that of the last step up to it. 1 before the first
    /// step; after the last time it stays as it is. NaN at NaN.
    pub fn at(&self, t: f64) -> f64 {
        if t.is_nan() {
            return f64::NAN;
        }
        match self.time.partition_point(|&time| time <= t) {
            0 => 1.0,
            steps => self.survival[steps - 1],
        }
    }
}

/// Where `1 - survival`, which starts at 0 at time 0, reaches `p`.
fn reaches(time: &[f64], survival: &[f64], p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    // Each level once, at the first time it is met.
    let mut levels: Vec<(f64, f64)> = vec![(0.0, 0.0)];
    for (&time, survival) in time.iter().zip(survival) {
        let level = 1.0 - survival;
        if !level.is_nan() && levels.iter().rev().all(|known| known.0 != level) {
            levels.push((level, time));
        }
    }
    let last = levels.last().copied();
    // Bounds of survival may rise again: the smallest level that reaches p counts.
    levels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let first_from = |p: f64| {
        levels
            .iter()
            .find(|level| level.0 >= p)
            .map(|level| level.1)
    };
    let from = first_from(p - SAME)?;
    let defined_to_the_end = survival.last().is_some_and(|s| !s.is_nan());
    let at_the_end = last.is_some_and(|last| (last.0 - p).abs() < SAME);
    let to = if defined_to_the_end && at_the_end {
        time.last().copied()
    } else {
        first_from(p + SAME)
    };
    Some(0.5 * (from + to?))
}

/// Patients still at risk just before `t`: those whose time is `t` or more.
pub fn n_at_risk(outcome: &FollowUp, t: f64) -> usize {
    outcome.time().iter().filter(|&&time| time >= t).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn follow_up(patients: &[(f64, bool)]) -> FollowUp {
        let (time, event) = patients.iter().copied().unzip();
        FollowUp::new(time, event).unwrap()
    }

    #[test]
    fn by_hand() {
        let outcome = follow_up(&[(1.0, true), (2.0, false), (3.0, true), (3.0, false)]);
        let curve = curve(&outcome, IntervalKind::Log, 0.95).unwrap();
        assert_eq!(curve.time, [1.0, 2.0, 3.0]);
        assert_eq!(
            (&curve.n_risk[..], &curve.n_event[..]),
            (&[4, 3, 2][..], &[1, 0, 1][..])
        );
        assert_eq!(curve.n_censor, [0, 1, 1]);
        assert_eq!(curve.survival, [0.75, 0.75, 0.375]);
        assert!((curve.std_error[0] - (0.75_f64 * 0.25 / 4.0).sqrt()).abs() < 1e-15);
        let at = [0.5, 1.0, 2.9, 3.0, 9.0].map(|t| curve.at(t));
        assert_eq!(at, [1.0, 0.75, 0.75, 0.375, 0.375]);
        // The step at 0.75 lasts from 1 to 3.
        assert_eq!(
            (curve.quantile(0.25).0, curve.quantile(0.5).0),
            (Some(2.0), Some(3.0))
        );
        assert_eq!(
            (curve.quantile(0.9).0, curve.quantile(f64::NAN).0),
            (None, None)
        );
        assert_eq!(
            [0.0, 2.0, 2.5, 4.0].map(|t| n_at_risk(&outcome, t)),
            [4, 3, 2, 0]
        );
    }

    #[test]
    fn ends_of_the_curve() {
        let dead = curve(&follow_up(&[(1.0, true)]), IntervalKind::Plain, 0.95).unwrap();
        assert_eq!((dead.survival[0], dead.std_error[0].is_nan()), (0.0, true));
        assert!(dead.ci_low[0].is_nan() && dead.ci_high[0].is_nan());
        assert_eq!(dead.quantile(0.5).0, Some(1.0));
        let alive = follow_up(&[(1.0, false)]);
        let plain = curve(&alive, IntervalKind::Plain, 0.95).unwrap();
        assert_eq!(
            (plain.ci_low[0], plain.ci_high[0], plain.at(5.0)),
            (1.0, 1.0, 1.0)
        );
        assert!(curve(&alive, IntervalKind::LogLog, 0.95).unwrap().ci_low[0].is_nan());
        assert_eq!(plain.quantile(0.5), (None, None, None));
        assert!(curve(&alive, IntervalKind::Log, 0.0).is_err());
    }

    proptest! {
        /// Without censoring it is the share that lives longer, with the
        /// binomial standard error; and every patient weighs the same.
        #[test]
        fn shares_without_censoring(times in proptest::collection::vec(0_i32..20, 1..40)) {
            let n = times.len() as f64;
            let patients: Vec<_> = times.iter().map(|&t| (f64::from(t), true)).collect();
            let once = curve(&follow_up(&patients), IntervalKind::Log, 0.95).unwrap();
            let twice = follow_up(&[&patients[..], &patients[..]].concat());
            let twice = curve(&twice, IntervalKind::Log, 0.95).unwrap();
            for (i, &time) in once.time.iter().enumerate() {
                let longer = patients.iter().filter(|p| p.0 > time).count() as f64 / n;
                prop_assert!((once.survival[i] - longer).abs() < 1e-12);
                prop_assert!((once.survival[i] - twice.survival[i]).abs() < 1e-12);
                let binomial = (longer * (1.0 - longer) / n).sqrt();
                prop_assert!(longer == 0.0 || (once.std_error[i] - binomial).abs() < 1e-12);
            }
        }
    }
}
