//! A whole synthetic cohort: volumes, slides, tables and the truth about them.

mod plan;
mod scanners;
mod spearman;
mod tables;
#[cfg(test)]
mod tests;
mod truth;
mod write;

pub use plan::{Latents, Patient, Split, plan};
pub use truth::{Link, PatientTruth, SlideRow, Truth};
pub use write::write;

use serde::{Deserialize, Serialize};

/// What cohort to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CohortSpec {
    /// Number of patients, 1 to 10,000.
    pub patients: usize,
    /// Seed of everything random.
    pub seed: u64,
    /// No link is planted: texture, CD8, response and survival are drawn
    /// independently, each distributed as it is in a cohort with links.
    pub null: bool,
}

impl Default for CohortSpec {
    fn default() -> Self {
        Self {
            patients: 60,
            seed: 20_250_915,
            null: false,
        }
    }
}
