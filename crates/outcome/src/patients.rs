//! Who belongs to which cohort.

use std::collections::BTreeSet;

/// The patients of an analysis, all with a known outcome.
#[derive(Clone, Debug, Default)]
pub struct Patients {
    /// Ids.
    pub ids: Vec<String>,
    /// Cohort of each.
    pub cohort: Vec<String>,
    /// Whether the cohort is the training cohort.
    pub training: Vec<bool>,
    /// Centre of each, where it is known.
    pub centre: Vec<Option<String>>,
}

impl Patients {
    /// Rows of the training cohort.
    pub fn training_rows(&self) -> Vec<usize> {
        (0..self.ids.len()).filter(|&r| self.training[r]).collect()
    }

    /// Name of the training cohort.
    pub fn training_name(&self) -> &str {
        let first = self.training.iter().position(|&t| t);
        first.map_or("train", |row| &self.cohort[row])
    }

    /// The external cohorts in alphabetical order, with their rows.
    pub fn external(&self) -> Vec<(&str, Vec<usize>)> {
        let rows = || (0..self.ids.len()).filter(|&r| !self.training[r]);
        let names: BTreeSet<&str> = rows().map(|r| self.cohort[r].as_str()).collect();
        let of = |name: &str| rows().filter(|&r| self.cohort[r] == name).collect();
        names.into_iter().map(|name| (name, of(name))).collect()
    }
}
