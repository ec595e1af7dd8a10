//! The columns and options of an association, and their checks.

use crate::Error;
use crate::panel::MAX_PATIENTS;
use serde::{Deserialize, Serialize};

/// A named numeric column, one value a patient; NaN is a missing value.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Its name, for messages.
    pub name: &'a str,
    /// Its values, in the order of the patients.
    pub values: &'a [f64],
}

/// Two sets of columns over the same patients.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// Radiomic columns.
    pub radiomic: &'a [Column<'a>],
    /// Pathology columns.
    pub pathology: &'a [Column<'a>],
    /// The block (the stain, for instance) of every pathology column.
    pub blocks: &'a [&'a str],
    /// The stratum (the centre, for instance) of every patient: permutations
    /// then keep patients within it. `None` permutes freely.
    pub strata: Option<&'a [usize]>,
}

/// How to associate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Fewest patients with both values for a pair to be tested; at least 4.
    pub min_n: usize,
    /// Permutations of the global tests; at least 19, the fewest that can
    /// reach p = .05. The smallest p possible is `1 / (permutations + 1)`.
    pub permutations: usize,
    /// Seed of the permutations.
    pub seed: u64,
    /// Level of the counts (`p < level`, `q < level`), and 1 - level is the
    /// confidence level of the intervals.
    pub level: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            min_n: 10,
            permutations: 1999,
            seed: 1,
            level: 0.05,
        }
    }
}

impl Options {
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_min_n(self.min_n)?;
        if self.permutations < 19 {
            let found = self.permutations as f64;
            return Err(Error::Option {
                option: "permutations",
                found,
                range: "19 or more",
            });
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            let range = "strictly between 0 and 1";
            return Err(Error::Option {
                option: "level",
                found: self.level,
                range,
            });
        }
        Ok(())
    }
}

pub(crate) fn check_min_n(min_n: usize) -> Result<(), Error> {
    if min_n < 4 {
        let found = min_n as f64;
        return Err(Error::Option {
            option: "min_n",
            found,
            range: "4 or more",
        });
    }
    Ok(())
}

impl Inputs<'_> {
    /// The number of patients, when everything fits together.
    pub(crate) fn check(&self) -> Result<usize, Error> {
        if self.radiomic.is_empty() {
            return Err(Error::NoColumns("radiomic"));
        }
        if self.pathology.is_empty() {
            return Err(Error::NoColumns("pathology"));
        }
        if self.blocks.len() != self.pathology.len() {
            let (found, expected) = (self.blocks.len(), self.pathology.len());
            return Err(Error::Blocks { found, expected });
        }
        let patients = self.radiomic[0].values.len();
        check_columns(self.radiomic, patients)?;
        check_columns(self.pathology, patients)?;
        match self.strata {
            Some(strata) if strata.len() != patients => Err(Error::Strata {
                found: strata.len(),
                expected: patients,
            }),
            _ => Ok(patients),
        }
    }
}

pub(crate) fn check_columns(columns: &[Column], patients: usize) -> Result<(), Error> {
    if patients > MAX_PATIENTS {
        return Err(Error::TooManyPatients {
            found: patients,
            limit: MAX_PATIENTS,
        });
    }
    for column in columns {
        let name = || column.name.to_owned();
        if column.values.len() != patients {
            let found = column.values.len();
            return Err(Error::Length {
                column: name(),
                found,
                expected: patients,
            });
        }
        if let Some(row) = column.values.iter().position(|v| v.is_infinite()) {
            return Err(Error::Infinite {
                column: name(),
                row,
            });
        }
    }
    Ok(())
}
