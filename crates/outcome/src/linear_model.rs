//! A fitted model: named terms, their scales and coefficients.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::design::{Design, Source};
use crate::prepare::Scale;

/// A predictor of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// What the number is made from.
    pub source: Source,
    /// Coefficient a standard deviation: log odds or log hazard.
    pub coefficient: f64,
    /// Mean of the training patients.
    pub mean: f64,
    /// Population standard deviation of the training patients.
    pub sd: f64,
    /// Stands in for a missing value: the median of the training patients, or
    /// for a level the share of those that have it.
    pub fill: f64,
}

impl Term {
    /// What a value adds to the score.
    pub fn contribution(&self, value: f64) -> f64 {
        let scale = Scale {
            fill: self.fill,
            mean: self.mean,
            sd: self.sd,
        };
        self.coefficient * scale.apply(value)
    }
}

/// A lasso model; without terms it gives everybody the same score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Linear {
    /// The penalty that the inner cross-validation chose.
    pub lambda: f64,
    /// Log odds at score 0; 0 for survival.
    pub intercept: f64,
    /// Number of columns that could have been selected.
    pub candidates: usize,
    /// The selected columns.
    pub terms: Vec<Term>,
    /// Patients are in the higher group from this probability on (response),
    /// above this score (survival: the median of the training patients, or the
    /// largest score below it where none exceeds it). `None` for a model without
    /// terms.
    pub cutoff: Option<f64>,
}

impl Linear {
    /// Scores of the rows of a design whose sources include the model's:
    /// `sum coefficient (x - mean) / sd`, 0 for the average training patient.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] when the design lacks a source. A score is NaN
    /// when a value is so far off that there is none.
    pub fn scores(&self, design: &Design, rows: &[usize]) -> Result<Vec<f64>, Error> {
        let mut scores = vec![0.0; rows.len()];
        for term in &self.terms {
            let place = design.sources.iter().position(|s| *s == term.source);
            let missing = || Error::MissingColumn(term.source.name());
            let values = &design.columns[place.ok_or_else(missing)?];
            for (score, &row) in scores.iter_mut().zip(rows) {
                *score += term.contribution(values[row]);
            }
        }
        let finite = |s: f64| if s.is_finite() { s } else { f64::NAN };
        Ok(scores.into_iter().map(finite).collect())
    }

    /// Probability of a response at a score.
    pub fn probability(&self, score: f64) -> f64 {
        probability(self.intercept, score)
    }
}

/// `1 / (1 + exp(-(intercept + score)))`.
pub fn probability(intercept: f64, score: f64) -> f64 {
    1.0 / (1.0 + (-(intercept + score)).exp())
}

/// `exp(score)`: hazard relative to the average training patient; NaN where it
/// is beyond all numbers.
pub fn relative_hazard(score: f64) -> f64 {
    let hazard = score.exp();
    if hazard.is_finite() { hazard } else { f64::NAN }
}
