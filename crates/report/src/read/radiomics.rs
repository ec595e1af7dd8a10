//! The folder radiomics: one row a patient.

use super::run::Run;
use super::stage::{Note, Stage};
use crate::Error;

/// What the report says about radiomic features.
#[derive(Clone, Debug)]
pub(crate) struct Radiomics {
    pub stage: Stage,
    pub run: Run,
    pub patients: usize,
    /// Names of the features.
    pub features: Vec<String>,
    /// Cells without a value.
    pub missing: usize,
    pub failures: Vec<String>,
    pub notes: Vec<Note>,
}

impl Radiomics {
    pub fn read(stage: Stage) -> Result<Self, Error> {
        let run = stage.run("radiomics.run.toml")?;
        let id = run.setting("id").unwrap_or("patient_id".to_owned());
        let table = stage.table("radiomics")?;
        let patients = table.ids(&id)?.len();
        let features = table.features(&[&id])?;
        let missing = |column: &Vec<f64>| column.iter().filter(|x| x.is_nan()).count();
        Ok(Self {
            patients,
            missing: features.columns.iter().map(missing).sum(),
            features: features.names,
            failures: stage.failures("radiomics.failures")?,
            notes: stage.notes("radiomics.notes")?,
            run,
            stage,
        })
    }
}
