//! What is to be predicted: a response or a follow-up, and how well a score
//! does it.

use crate::lasso::{self, Fit, Lambdas, Path, PathOptions};
use crate::{Error, FollowUp, concordance, roc};

/// The outcome of every patient, in the patients' order.
#[derive(Clone, Debug)]
pub enum Target {
    /// True for a responder.
    Response(Vec<bool>),
    /// Time and event.
    Survival(FollowUp),
}

impl Target {
    /// Number of patients.
    pub fn len(&self) -> usize {
        match self {
            Self::Response(positive) => positive.len(),
            Self::Survival(follow_up) => follow_up.len(),
        }
    }

    /// True without patients.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether each patient had the event (the response).
    pub fn events(&self) -> &[bool] {
        match self {
            Self::Response(positive) => positive,
            Self::Survival(follow_up) => follow_up.event(),
        }
    }

    /// Patients with the event among the rows.
    pub fn count_events(&self, rows: &[usize]) -> usize {
        rows.iter().filter(|&&r| self.events()[r]).count()
    }

    /// The outcome of some patients.
    pub fn select(&self, rows: &[usize]) -> Self {
        match self {
            Self::Response(positive) => Self::Response(rows.iter().map(|&r| positive[r]).collect()),
            Self::Survival(follow_up) => Self::Survival(follow_up.select(rows)),
        }
    }

    /// 0 or 1 a patient: folds keep the share of events.
    pub fn strata(&self, rows: &[usize]) -> Vec<usize> {
        rows.iter()
            .map(|&r| usize::from(self.events()[r]))
            .collect()
    }

    /// The penalised models of all lambdas, for columns of the same patients.
    pub(crate) fn path(&self, columns: &[Vec<f64>], options: &PathOptions) -> Result<Path, Error> {
        if columns.is_empty() {
            return self.empty_path(options);
        }
        match self {
            Self::Response(positive) => lasso::logistic::path(columns, positive, options),
            Self::Survival(follow_up) => lasso::cox::path(columns, follow_up, options),
        }
    }

    /// The path where no column tells anything: everybody has the same score.
    fn empty_path(&self, options: &PathOptions) -> Result<Path, Error> {
        let lambdas = match &options.lambdas {
            Lambdas::Given(lambdas) => lambdas.clone(),
            Lambdas::Auto { .. } => vec![0.0],
        };
        let n = self.events().len() as f64;
        let events = self.events().iter().filter(|&&e| e).count() as f64;
        let intercept = match self {
            Self::Response(_) => (events / (n - events)).ln(),
            Self::Survival(_) => 0.0,
        };
        if !intercept.is_finite() {
            let (positives, negatives) = (events as usize, (n - events) as usize);
            return Err(Error::OneClass {
                positives,
                negatives,
            });
        }
        let fit = |lambda| Fit {
            lambda,
            intercept,
            coefficients: Vec::new(),
            deviance_ratio: 0.0,
        };
        Ok(Path {
            fits: lambdas.into_iter().map(fit).collect(),
            null_deviance: 0.0,
        })
    }

    /// How well scores order these patients: the AUC or Harrell's C, .5 for
    /// equal scores.
    ///
    /// # Errors
    /// One class only, or no pair that can be compared.
    pub fn discrimination(&self, scores: &[f64]) -> Result<f64, Error> {
        match self {
            Self::Response(positive) => Ok(roc::auc(scores, positive)?.value),
            Self::Survival(follow_up) => Ok(concordance::harrell(follow_up, scores)?.value),
        }
    }
}
