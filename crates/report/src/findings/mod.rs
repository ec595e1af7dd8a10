//! What was found and what was not, in plain words, by rules that are fixed
//! before anything is looked at: [`RULES`].
//!
//! * Radiology and pathology, a statement for each block (marker): found when
//!   the permutation p of the number of pairs with p < .05 is below .05 after
//!   Holm's correction over the blocks, and at least one pair has q < .05
//!   within the block; unconfirmed when the permutation p of the largest
//!   correlation is below .05 after Holm's correction and a pair has q < .05;
//!   otherwise not found.
//! * Response and survival, a statement for each: the radiomic model (the
//!   clinical one where there is no radiomic one) decides. Found when the lower
//!   95 % limit of its cross-validated AUC or C-index is above .5, and in every
//!   external cohort too; unconfirmed when only the cross-validated one is, or
//!   an external cohort has no interval; otherwise, and for a model without a
//!   feature, not found.
//! * What could not be computed is not tested.

mod blocks;
mod compare;
mod models;
mod risk;

pub(crate) use risk::median;

use serde::Serialize;

use crate::read::Study;

/// How a question of the study was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum Verdict {
    /// Shown, and confirmed wherever the study could confirm it.
    Found,
    /// Shown in the training patients, but not in every external cohort.
    Unconfirmed,
    /// Not shown. That is no proof of absence: [`NO_PROOF`].
    NotFound,
    /// It could not be computed.
    NotTested,
}

/// One statement about the study in plain words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The answer.
    pub verdict: Verdict,
    /// `radiology and pathology`, `response` or `survival`.
    pub area: &'static str,
    /// Sentences with numbers, intervals and numbers of patients; plain text.
    pub text: String,
}

/// What has to stand beside everything that was not found.
pub const NO_PROOF: &str = "That something was not found does not show that it is absent: with few patients, only strong associations can be told from chance.";

/// The rules of the verdicts, as the report prints them.
pub const RULES: [&str; 4] = [
    "Radiology and pathology: an association with a marker counts as found when the number of its pairs with p < .05 is larger than chance gives (permutation p < .05 after Holm's correction over the markers) and at least one pair has a false discovery rate q < .05 within the marker. It counts as unconfirmed, for single pairs, when only the largest correlation is beyond chance (permutation p < .05 after Holm's correction).",
    "Response and survival: the radiomic model decides (the clinical one where there is no radiomic one). Its discrimination counts as found when the lower 95 % limit of its cross-validated AUC or C-index is above .5, and in every external cohort too.",
    "It counts as unconfirmed when only the cross-validated limit is above .5, or when an external cohort gives no interval; as not found otherwise, and when no feature was selected.",
    "Risk groups and differences between models are described, and do not decide.",
];

/// Area of the statements on correlations.
pub(crate) const ASSOCIATION: &str = "radiology and pathology";

/// A finding in its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Statement {
    pub verdict: Verdict,
    pub area: &'static str,
    /// The answer in a sentence.
    pub claim: String,
    /// The numbers that it rests on.
    pub evidence: String,
    /// What belongs to it, a sentence each.
    pub details: Vec<String>,
}

impl From<Statement> for Finding {
    fn from(statement: Statement) -> Self {
        let sentences = [vec![statement.claim, statement.evidence], statement.details].concat();
        Self {
            verdict: statement.verdict,
            area: statement.area,
            text: sentences
                .into_iter()
                .filter(|sentence| !sentence.is_empty())
                .collect::<Vec<_>>()
                .join(" "),
        }
    }
}

/// All statements about a study: markers in the order of their table, then
/// response, then survival.
pub(crate) fn statements(study: &Study) -> Vec<Statement> {
    let mut statements = study
        .correlate
        .as_ref()
        .map_or_else(Vec::new, blocks::statements);
    statements.extend(study.models().map(models::statement));
    statements
}
