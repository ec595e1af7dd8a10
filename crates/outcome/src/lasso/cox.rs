//! Cox regression with Breslow's handling of tied times.

use super::columns::Columns;
use super::likelihood::Likelihood;
use super::{Fit, Path, PathOptions};
use crate::error::check_columns;
use crate::vectors::dot;
use crate::{Error, FollowUp};

/// The elastic net path of a Cox model (glmnet with `family = "cox"` and
/// `standardize = FALSE`, which divides the partial log likelihood by the
/// number of patients).
///
/// # Errors
/// Lengths that differ, values that are not finite, no column, no event, no
/// event while others are at risk, options out of their range, more than
/// `max_sweeps` sweeps.
pub fn path(
    columns: &[Vec<f64>],
    outcome: &FollowUp,
    options: &PathOptions,
) -> Result<Path, Error> {
    check_columns(columns, outcome.len())?;
    if outcome.events() == 0 {
        return Err(Error::NoEvents { n: outcome.len() });
    }
    let order = outcome.order();
    let likelihood = PartialLikelihood::new(outcome, &order);
    if likelihood.says_nothing() {
        return Err(Error::NoComparablePair);
    }
    super::path::path(
        Columns::new(columns, order.into_iter()),
        likelihood,
        options,
    )
}

/// The partial log likelihood of the linear predictors, which may be as large
/// as they like; 0 when there is no event.
///
/// # Panics
/// When the lengths differ.
pub fn log_likelihood(linear: &[f64], outcome: &FollowUp) -> f64 {
    let events = linear.iter().zip(outcome.event());
    let observed: f64 = events.filter(|(_, event)| **event).map(|(l, _)| l).sum();
    let at_risk = log_risk_sets(linear, outcome);
    let expected = |&(_, deaths, log_risk): &(f64, f64, f64)| deaths * log_risk;
    observed - at_risk.iter().map(expected).sum::<f64>()
}

/// Breslow's cumulative baseline hazard: at each distinct time of an event the
/// sum, up to then, of the number of events by the sum of `exp(linear)` over
/// the patients at risk. The survival of a patient is
/// `exp(-hazard * exp(linear))`.
///
/// A hazard beyond the range of numbers stays at the largest one.
///
/// # Panics
/// When the lengths differ.
pub fn baseline(linear: &[f64], outcome: &FollowUp) -> Vec<(f64, f64)> {
    let mut hazard = 0.0;
    let step = |(time, deaths, log_risk): (f64, f64, f64)| {
        hazard = f64::min(hazard + deaths * (-log_risk).exp(), f64::MAX);
        (time, hazard)
    };
    log_risk_sets(linear, outcome)
        .into_iter()
        .map(step)
        .collect()
}

/// Time, number of events and `ln sum exp(linear)` over the patients at risk,
/// at each distinct time of an event, ascending.
fn log_risk_sets(linear: &[f64], outcome: &FollowUp) -> Vec<(f64, f64, f64)> {
    assert_eq!(linear.len(), outcome.len());
    let order = outcome.order();
    let mut sets = Vec::new();
    // The sum is kept as exp(largest) * sum, lest it overflow.
    let (mut largest, mut sum) = (f64::NEG_INFINITY, 0.0);
    let time_of = |row: usize| outcome.time()[row];
    for tied in order.chunk_by(|&a, &b| time_of(a) == time_of(b)).rev() {
        for &row in tied {
            let value = linear[row];
            if value > largest {
                sum = sum * (largest - value).exp() + 1.0;
                largest = value;
            } else {
                sum += (value - largest).exp();
            }
        }
        let deaths = tied.iter().filter(|&&row| outcome.event()[row]).count();
        if deaths > 0 {
            sets.push((time_of(tied[0]), deaths as f64, largest + sum.ln()));
        }
    }
    sets.reverse();
    sets
}

/// Linear predictors are floored this far below their largest, so that the
/// square of no sum over a risk set vanishes.
const LOWEST: f64 = -300.0;

/// The events of one time.
struct Tie {
    /// The first row at risk: all later ones are at risk too.
    first: usize,
    deaths: f64,
    /// Sum of the relative hazards at risk.
    at_risk: f64,
    /// Scratch of [`Likelihood::bend`].
    pull: f64,
}

/// Rows are sorted by time.
struct PartialLikelihood {
    event: Vec<f64>,
    ties: Vec<Tie>,
    perfect: f64,
    /// Relative hazards `exp(linear - largest)`.
    hazards: Vec<f64>,
    /// Those times the cumulative baseline hazard.
    expected: Vec<f64>,
    cumulative: Vec<f64>,
    residuals: Vec<f64>,
}

impl PartialLikelihood {
    fn new(outcome: &FollowUp, order: &[usize]) -> Self {
        let n = order.len();
        let indicator = |&row: &usize| f64::from(u8::from(outcome.event()[row]));
        let event: Vec<f64> = order.iter().map(indicator).collect();
        let mut ties = Vec::new();
        let mut first = 0;
        for tied in order.chunk_by(|&a, &b| outcome.time()[a] == outcome.time()[b]) {
            let deaths: f64 = event[first..first + tied.len()].iter().sum();
            if deaths > 0.0 {
                ties.push(Tie {
                    first,
                    deaths,
                    at_risk: 0.0,
                    pull: 0.0,
                });
            }
            first += tied.len();
        }
        Self {
            event,
            perfect: -ties.iter().map(|t| t.deaths * t.deaths.ln()).sum::<f64>(),
            ties,
            hazards: vec![0.0; n],
            expected: vec![0.0; n],
            cumulative: vec![0.0; n],
            residuals: vec![0.0; n],
        }
    }

    /// Whether every event was that of all patients still at risk.
    fn says_nothing(&self) -> bool {
        let n = self.event.len();
        let all = |tie: &Tie| tie.deaths == (n - tie.first) as f64;
        self.ties.iter().all(all)
    }
}

/// The rows from one tie to the next.
fn rows_between(ties: &[Tie], tie: usize, n: usize) -> std::ops::Range<usize> {
    ties[tie].first..ties.get(tie + 1).map_or(n, |next| next.first)
}

impl Likelihood for PartialLikelihood {
    const INTERCEPT: bool = false;

    fn null_intercept(&self) -> f64 {
        0.0
    }

    fn move_to(&mut self, linear: &[f64]) -> f64 {
        let n = linear.len();
        let largest = linear.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut log_likelihood = 0.0;
        for ((&linear, event), hazard) in linear.iter().zip(&self.event).zip(&mut self.hazards) {
            let relative = (linear - largest).max(LOWEST);
            log_likelihood += event * relative;
            *hazard = relative.exp();
        }
        let mut at_risk = 0.0;
        for tie in (0..self.ties.len()).rev() {
            at_risk += self.hazards[rows_between(&self.ties, tie, n)]
                .iter()
                .sum::<f64>();
            self.ties[tie].at_risk = at_risk;
            log_likelihood -= self.ties[tie].deaths * at_risk.ln();
        }
        let mut cumulative = 0.0;
        for tie in 0..self.ties.len() {
            cumulative += self.ties[tie].deaths / self.ties[tie].at_risk;
            self.cumulative[rows_between(&self.ties, tie, n)].fill(cumulative);
        }
        let share = 1.0 / n as f64;
        for row in 0..n {
            self.expected[row] = share * self.hazards[row] * self.cumulative[row];
            self.residuals[row] = share * self.event[row] - self.expected[row];
        }
        share * (self.perfect - log_likelihood)
    }

    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn bend(&mut self, direction: &[f64], bent: &mut [f64]) {
        let n = direction.len();
        let share = 1.0 / n as f64;
        let mut sum = 0.0;
        for tie in (0..self.ties.len()).rev() {
            let rows = rows_between(&self.ties, tie, n);
            sum += dot(&direction[rows.clone()], &self.hazards[rows]);
            let tie = &mut self.ties[tie];
            tie.pull = share * sum * tie.deaths / (tie.at_risk * tie.at_risk);
        }
        bent.fill(0.0);
        let mut pull = 0.0;
        for tie in 0..self.ties.len() {
            pull += self.ties[tie].pull;
            for row in rows_between(&self.ties, tie, n) {
                bent[row] = direction[row] * self.expected[row] - self.hazards[row] * pull;
            }
        }
    }

    fn stalled(fits: &[Fit]) -> bool {
        match fits {
            [.., before, _, _, _, last] => {
                last.deviance_ratio - before.deviance_ratio < 1e-5 * last.deviance_ratio
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: deaths at 1 (three at risk) and 2 (two at risk, a tie of a
    /// death and a censoring).
    #[test]
    fn log_likelihood_and_baseline_by_hand() {
        let outcome = FollowUp::new(vec![2.0, 1.0, 2.0], vec![true, true, false]).unwrap();
        let linear = [0.3, -0.2, 0.5];
        let later = 0.3_f64.exp() + 0.5_f64.exp();
        let all = later + (-0.2_f64).exp();
        let expected = 0.3 - 0.2 - all.ln() - later.ln();
        assert!((log_likelihood(&linear, &outcome) - expected).abs() < 1e-15);
        let hazard = baseline(&linear, &outcome);
        assert_eq!((hazard.len(), hazard[0].0, hazard[1].0), (2, 1.0, 2.0));
        assert!((hazard[0].1 - 1.0 / all).abs() < 1e-15);
        assert!((hazard[1].1 - 1.0 / all - 1.0 / later).abs() < 1e-15);
    }

    #[test]
    fn large_linear_predictors() {
        let outcome = FollowUp::new(vec![1.0, 2.0, 3.0], vec![true; 3]).unwrap();
        assert_eq!(log_likelihood(&[4000.0, 0.0, -4000.0], &outcome), 0.0);
        assert_eq!(log_likelihood(&[-4000.0, 0.0, 4000.0], &outcome), -12000.0);
        let hazard = baseline(&[4000.0, 0.0, -4000.0], &outcome);
        assert!(hazard.iter().all(|(_, hazard)| hazard.is_finite()));
    }
}
