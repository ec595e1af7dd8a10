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
    /// Median of the training patients: stands in for a missing value.
    pub median: f64,
}

impl Term {
    /// What a value adds to the score.
    pub fn contribution(&self, value: f64) -> f64 {
        let scale = Scale {
            median: self.median,
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
    /// above this score (survival: the median of the training patients). `None`
    /// for a model without terms.
    pub cutoff: Option<f64>,
}

impl Linear {
    /// Scores of the rows of a design whose sources include the model's:
    /// `sum coefficient (x - mean) / sd`, 0 for the average training patient.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] when the design lacks a source;
    /// [`Error::Overflow`] when a value is so far off that the score is no number.
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
        match scores.iter().position(|s| !s.is_finite()) {
            Some(at) => Err(Error::Overflow { row: rows[at] }),
            None => Ok(scores),
        }
    }

    /// Probability of a response at a score: `1 / (1 + exp(-(intercept + score)))`.
    pub fn probability(&self, score: f64) -> f64 {
        1.0 / (1.0 + (-(self.intercept + score)).exp())
    }
}
