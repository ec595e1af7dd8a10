//! Logistic regression.

use super::columns::Columns;
use super::likelihood::Likelihood;
use super::{Fit, Path, PathOptions};
use crate::Error;
use crate::error::{check_class_sizes, check_columns};

/// The elastic net path of a logistic model of `positive` (glmnet with
/// `family = "binomial"` and `standardize = FALSE`).
///
/// # Errors
/// Lengths that differ, values that are not finite, no column, one class only,
/// options out of their range, more than `max_sweeps` sweeps.
pub fn path(columns: &[Vec<f64>], positive: &[bool], options: &PathOptions) -> Result<Path, Error> {
    check_columns(columns, positive.len())?;
    check_class_sizes(positive)?;
    let likelihood = Binomial::new(positive);
    super::path::path(
        Columns::new(columns, 0..positive.len()),
        likelihood,
        options,
    )
}

/// Minus twice the log likelihood of the classes. The linear predictors
/// include the intercept, and may be as large as they like.
///
/// # Panics
/// When the lengths differ.
pub fn deviance(linear_with_intercept: &[f64], positive: &[bool]) -> f64 {
    assert_eq!(linear_with_intercept.len(), positive.len());
    let loss = |(&linear, &positive): (&f64, &bool)| {
        let against = if positive { -linear } else { linear };
        against.max(0.0) + (-linear.abs()).exp().ln_1p()
    };
    2.0 * linear_with_intercept
        .iter()
        .zip(positive)
        .map(loss)
        .sum::<f64>()
}

struct Binomial {
    /// 1 for positive rows, -1 for the others.
    sign: Vec<f64>,
    residuals: Vec<f64>,
    /// Second derivatives: `p (1 - p) / n`.
    weights: Vec<f64>,
}

impl Binomial {
    fn new(positive: &[bool]) -> Self {
        let sign = |&positive: &bool| if positive { 1.0 } else { -1.0 };
        Self {
            sign: positive.iter().map(sign).collect(),
            residuals: vec![0.0; positive.len()],
            weights: vec![0.0; positive.len()],
        }
    }
}

impl Likelihood for Binomial {
    const INTERCEPT: bool = true;

    fn null_intercept(&self) -> f64 {
        let positives = self.sign.iter().filter(|&&sign| sign > 0.0).count();
        let negatives = self.sign.len() - positives;
        (positives as f64 / negatives as f64).ln()
    }

    fn move_to(&mut self, linear: &[f64]) -> f64 {
        let share = 1.0 / self.sign.len() as f64;
        let mut loss = 0.0;
        let places = self.residuals.iter_mut().zip(&mut self.weights);
        for ((&linear, &sign), (residual, weight)) in linear.iter().zip(&self.sign).zip(places) {
            // Both probabilities keep all their digits, however small one is.
            let tail = (-linear.abs()).exp();
            let (small, large) = (tail / (1.0 + tail), 1.0 / (1.0 + tail));
            let margin = sign * linear;
            *residual = sign * share * if margin > 0.0 { small } else { large };
            *weight = share * small * large;
            loss += tail.ln_1p() + (-margin).max(0.0);
        }
        share * loss
    }

    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn bend(&mut self, direction: &[f64], bent: &mut [f64]) {
        for ((bent, along), weight) in bent.iter_mut().zip(direction).zip(&self.weights) {
            *bent = along * weight;
        }
    }

    fn stalled(fits: &[Fit]) -> bool {
        match fits {
            [.., before, last] => last.deviance_ratio - before.deviance_ratio < 1e-5,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviance_of_any_size() {
        let even = deviance(&[0.0, 0.0], &[true, false]);
        assert!((even - 4.0 * 2.0_f64.ln()).abs() < 1e-15);
        assert_eq!(deviance(&[1e4, -1e4], &[true, false]), 0.0);
        assert_eq!(deviance(&[1e4, -1e4], &[false, true]), 4e4);
    }
}
