//! Elastic net paths of logistic and Cox regression.
//!
//! Both minimise `-(1/n) log L(b) + lambda (a |b|_1 + (1 - a)/2 |b|_2^2)`, `a`
//! the [`PathOptions::l1_ratio`], for a falling sequence of `lambda`, as R's
//! glmnet does (Friedman, Hastie and Tibshirani 2010; Simon et al. 2011). The
//! columns are taken as they are: give them mean 0 and a population standard
//! deviation of 1, else the penalty treats them unequally.

mod columns;
pub mod cox;
mod descent;
mod likelihood;
pub mod logistic;
mod path;
mod screen;
mod step;

use crate::vectors::add_scaled;

/// How a path is computed.
#[derive(Clone, Debug, PartialEq)]
pub struct PathOptions {
    /// Share of the L1 penalty: 1 for the lasso, 0 for ridge regression.
    pub l1_ratio: f64,
    /// The penalties.
    pub lambdas: Lambdas,
    /// A fit is done when no update of a coefficient changes the loss by more
    /// than about this share of the null model's loss (glmnet's `thresh`).
    pub tolerance: f64,
    /// Sweeps over the columns that one penalty may take.
    pub max_sweeps: usize,
}

impl Default for PathOptions {
    /// The lasso at glmnet's own penalties, with its tolerance of 1e-7.
    fn default() -> Self {
        Self {
            l1_ratio: 1.0,
            lambdas: Lambdas::Auto {
                count: 100,
                min_ratio: None,
            },
            tolerance: 1e-7,
            max_sweeps: 100_000,
        }
    }
}

/// The penalties of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Lambdas {
    /// Evenly spaced logarithms, from the smallest penalty that leaves no
    /// coefficient (for an `l1_ratio` below 0.001: that of 0.001) downwards.
    ///
    /// The path ends early, but not before the fifth fit, when the deviance
    /// ratio exceeds 0.999 or grows by less than 1e-5 of itself.
    Auto {
        /// Number of penalties.
        count: usize,
        /// Smallest to largest penalty; `None`: 0.01 with fewer rows than
        /// columns, else 0.0001.
        min_ratio: Option<f64>,
    },
    /// These, in this order (warm starts want them to fall): one fit for each.
    /// Once a fit has explained all but 0.0001 of the null deviance, the fits
    /// of smaller penalties repeat it. A path ends before the first penalty
    /// that takes too many sweeps.
    Given(Vec<f64>),
}

/// The model at one penalty.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The penalty.
    pub lambda: f64,
    /// The intercept, which is not penalised; 0 in a Cox model.
    pub intercept: f64,
    /// Coefficients that are not 0, by ascending column.
    pub coefficients: Vec<(usize, f64)>,
    /// Share of the null model's deviance that is explained.
    pub deviance_ratio: f64,
}

impl Fit {
    /// The linear predictor of each row, without the intercept; empty when
    /// there are no columns.
    ///
    /// # Panics
    /// When a column with a coefficient is not there.
    pub fn linear(&self, columns: &[Vec<f64>]) -> Vec<f64> {
        let mut linear = vec![0.0; columns.first().map_or(0, Vec::len)];
        for &(column, coefficient) in &self.coefficients {
            add_scaled(&mut linear, coefficient, &columns[column]);
        }
        linear
    }
}

/// The models of a sequence of penalties.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// One model a penalty, in the order of the penalties.
    pub fits: Vec<Fit>,
    /// Deviance of the model without any column: `2 (log L of a perfect model
    /// - log L)`.
    pub null_deviance: f64,
}
