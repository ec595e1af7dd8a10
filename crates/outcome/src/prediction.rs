//! What a model says of a patient.

use crate::patients::Patients;
use crate::performance::EstimateType;
use crate::validate::{ModelKind, Validated};

/// A model's word on one patient.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// The patient's row.
    pub row: usize,
    /// The model.
    pub kind: ModelKind,
    /// Cross-validation or an external cohort.
    pub estimate: EstimateType,
    /// Repeat and fold from 0; `None` outside of cross-validation.
    pub fold: Option<(usize, usize)>,
    /// The score; NaN where a value is so far off that there is none.
    pub score: f64,
    /// Probability of a response; for survival the hazard relative to the
    /// average training patient, NaN where it is beyond all numbers.
    pub value: f64,
    /// In the higher group; `None` for a model without a cut-off.
    pub high: Option<bool>,
}

/// External patients without a score: a prediction that says so from every
/// model, and a note.
pub(crate) fn without_score(
    rows: &[usize],
    models: &[Validated],
    patients: &Patients,
    predictions: &mut Vec<Prediction>,
    notes: &mut Vec<(String, String)>,
) {
    const REASON: &str = "a value is so far from the training patients' that there is no score: left out of the estimates; check its unit";
    for &row in rows {
        notes.push((patients.ids[row].clone(), REASON.to_owned()));
        predictions.extend(models.iter().map(|model| Prediction {
            row,
            kind: model.kind,
            estimate: EstimateType::External,
            fold: None,
            score: f64::NAN,
            value: f64::NAN,
            high: None,
        }));
    }
}
