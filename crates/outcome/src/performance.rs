//! Estimates of how good a model is, and of what kind they are.

use serde::{Deserialize, Serialize};

/// Level of all limits.
pub const LEVEL: f64 = 0.95;

/// How an estimate came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EstimateType {
    /// On the patients that the model was fitted on: optimistic.
    Apparent,
    /// By nested cross-validation in the training cohort.
    Cv,
    /// On a cohort that the model never saw.
    External,
    /// No model: what was observed.
    Observed,
}

impl EstimateType {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Apparent => "apparent",
            Self::Cv => "cv",
            Self::External => "external",
            Self::Observed => "observed",
        }
    }
}

/// Which patients and which kind of estimate a number is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Model, or two of them with ` - ` between for a difference.
    pub model: String,
    /// Cohort.
    pub cohort: String,
    /// Kind.
    pub estimate: EstimateType,
    /// Patients.
    pub n: usize,
    /// Patients with the event (the response).
    pub n_events: usize,
}

/// One number about a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Performance {
    /// About whom.
    pub setting: Setting,
    /// `auc`, `c_index_mean_of_folds`, ...
    pub metric: &'static str,
    /// The value; `None` where it can't be computed.
    pub value: Option<f64>,
    /// Limits.
    pub interval: Option<(f64, f64)>,
    /// How the limits were computed: `delong`, `nadeau_bengio`, `wilson`,
    /// `infinitesimal_jackknife`, `wald`; empty without limits.
    pub method: &'static str,
    /// The p-value that belongs to it, for differences and hazard ratios.
    pub p: Option<f64>,
}

impl Setting {
    /// A number with limits about this setting.
    pub fn with(
        &self,
        metric: &'static str,
        value: Option<f64>,
        interval: Option<(f64, f64)>,
        method: &'static str,
    ) -> Performance {
        Performance {
            setting: self.clone(),
            metric,
            value,
            interval,
            method: if interval.is_some() { method } else { "" },
            p: None,
        }
    }

    /// A number without limits.
    pub fn plain(&self, metric: &'static str, value: Option<f64>) -> Performance {
        self.with(metric, value, None, "")
    }
}

/// Limits cut to what the measure can be.
pub(crate) fn clipped(interval: Option<(f64, f64)>) -> Option<(f64, f64)> {
    interval.map(|(low, high)| (low.max(0.0), high.min(1.0)))
}
