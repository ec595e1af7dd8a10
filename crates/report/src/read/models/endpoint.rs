//! What models predict, and what it is measured by.

/// What the models predict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Response,
    Survival,
}

impl Endpoint {
    /// The measure of discrimination; .5 is chance.
    pub fn index(self) -> &'static str {
        match self {
            Self::Response => "AUC",
            Self::Survival => "C-index",
        }
    }

    /// Its metric in cross-validation that has an interval.
    pub fn cv_metric(self) -> &'static str {
        match self {
            Self::Response => "auc_mean_of_folds",
            Self::Survival => "c_index_mean_of_folds",
        }
    }

    /// Its metric in a cohort that the model has not seen.
    pub fn external_metric(self) -> &'static str {
        match self {
            Self::Response => "auc",
            Self::Survival => "c_index",
        }
    }

    /// The metric of two models' difference.
    pub fn difference_metric(self) -> &'static str {
        match self {
            Self::Response => "auc_difference",
            Self::Survival => "c_index_difference",
        }
    }

    /// Patients that count: `13 positive`, `26 events`.
    pub fn events(self, n: usize) -> String {
        match self {
            Self::Response => format!("{n} positive"),
            Self::Survival => crate::numbers::counted(n, "event"),
        }
    }
}
