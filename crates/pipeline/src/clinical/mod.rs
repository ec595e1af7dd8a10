//! The clinical table: who belongs to which cohort, covariates and outcomes.
//!
//! Values are compared as text, but `1`, `1.0` and `1.00` are one value.

mod outcome;
#[cfg(test)]
mod tests;
mod values;

use std::path::Path;

use tables::{Features, Table};

use crate::Error;
pub(crate) use values::same;
use values::{Values, is_number, looks_decimal};

/// The word that takes row numbers (1, 2, ...) as ids, where the table has no
/// column of that name.
pub const ROW: &str = "row";

/// The word that leaves a role without a column, where the table has no column
/// of that name: `--cohort-col none` makes everybody a training patient.
pub const NONE: &str = "none";

/// The column of the patient in radpath's own tables.
const OWN_ID: &str = "patient_id";

/// Which columns of the clinical table play a role in every analysis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Column of the patient; [`ROW`] for row numbers.
    pub id: String,
    /// Column of the cohort; `None`: `cohort`, if the table has one; [`NONE`].
    pub cohort_col: Option<String>,
    /// Value of the cohort column that the training patients have; every
    /// other value is an external cohort.
    pub train_value: String,
    /// Column of the centre; `None`: `centre`, if the table has one.
    pub centre_col: Option<String>,
}

impl Default for Roles {
    fn default() -> Self {
        Self {
            id: OWN_ID.into(),
            cohort_col: None,
            train_value: "train".into(),
            centre_col: None,
        }
    }
}

/// The clinical table with its roles resolved: one row a patient.
#[derive(Clone, Debug)]
pub struct Clinical {
    /// Patients, in the order of the table.
    pub ids: Vec<String>,
    /// Cohort of each patient; the training value for all where the table
    /// says nothing of cohorts.
    pub cohort: Vec<String>,
    /// True for the patients of the training cohort.
    pub training: Vec<bool>,
    /// Centre of each patient, if known.
    pub centre: Vec<Option<String>>,
    table: Table,
    /// Columns with a role: id, cohort, centre, where they are columns.
    roles: [Option<String>; 3],
}

/// A column that a model adjusts for.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariate {
    /// Column name.
    pub name: String,
    /// One value a patient.
    pub values: CovariateValues,
}

/// Values of a covariate.
#[derive(Clone, Debug, PartialEq)]
pub enum CovariateValues {
    /// A number a patient; NaN is missing.
    Numbers(Vec<f64>),
    /// A level a patient: the column is text.
    Levels(Vec<Option<String>>),
}

/// Unique ids of a table's rows: its column `id`, or with [`ROW`], where there
/// is no such column, the numbers of the data rows from 1.
///
/// # Errors
/// No such column; an empty or double id.
pub fn ids(table: &Table, id: &str) -> Result<Vec<String>, Error> {
    if id == ROW && !table.has(ROW) {
        return Ok(row_ids(table.rows()));
    }
    Ok(table.ids(id)?)
}

/// Column of the patient in a feature table: `id`, or where the table has none
/// `patient_id`, as radpath's own tables call it whatever its name is in the
/// clinical table.
pub fn id_column<'a>(table: &Table, id: &'a str) -> &'a str {
    if id == ROW || table.has(id) || !table.has(OWN_ID) {
        id
    } else {
        OWN_ID
    }
}

/// Patients and features of a feature table.
///
/// # Errors
/// As [`ids()`], of [`id_column`], and [`Table::features`].
pub fn features(table: &Table, id: &str) -> Result<(Vec<String>, Features), Error> {
    let column = id_column(table, id);
    let features = table.features(&[column, OWN_ID])?;
    Ok((ids(table, column)?, features))
}

/// `1`, `2`, ... up to `n`.
pub fn row_ids(n: usize) -> Vec<String> {
    (1..=n).map(|row| row.to_string()).collect()
}

impl Clinical {
    /// Reads a clinical table (CSV or Parquet). Without a cohort column every
    /// patient is a training patient.
    ///
    /// # Errors
    /// A file that is no table or has no rows; a role's column that was named
    /// and isn't there; an empty or double id; a row without a cohort; no
    /// patient of the training value.
    pub fn read(path: &Path, roles: &Roles) -> Result<Self, Error> {
        Self::of(Table::read(path)?, roles)
    }

    fn of(table: Table, roles: &Roles) -> Result<Self, Error> {
        let ids = ids(&table, &roles.id)?;
        if ids.is_empty() {
            return Err(problem(&table, "the table has a header and no rows"));
        }
        let cohort_col = role(&table, roles.cohort_col.as_deref(), "cohort");
        let centre_col = role(&table, roles.centre_col.as_deref(), "centre");
        let cohort = match &cohort_col {
            Some(column) => cohorts(&table, column)?,
            None => vec![roles.train_value.clone(); ids.len()],
        };
        let training: Vec<bool> = cohort
            .iter()
            .map(|cohort| values::same(cohort, &roles.train_value))
            .collect();
        if let (Some(column), false) = (&cohort_col, training.contains(&true)) {
            let there = Values::of(&cohort.into_iter().map(Some).collect::<Vec<_>>());
            let text = format!(
                "column `{column}`: no patient has the training value `{}` (the values there: {}); name yours with --train-value",
                roles.train_value,
                there.list()
            );
            return Err(problem(&table, &text));
        }
        let centre = match &centre_col {
            Some(column) => values::unified(table.text(column)?),
            None => vec![None; ids.len()],
        };
        let id = table.has(&roles.id).then(|| roles.id.clone());
        Ok(Self {
            ids,
            cohort,
            training,
            centre,
            table,
            roles: [id, cohort_col, centre_col],
        })
    }

    /// The table without any role, for what is asked of single columns.
    pub(crate) fn without_roles(table: Table) -> Self {
        let rows = table.rows();
        Self {
            ids: row_ids(rows),
            cohort: vec![String::new(); rows],
            training: vec![true; rows],
            centre: vec![None; rows],
            table,
            roles: [None, None, None],
        }
    }

    /// The table's file, as it was named.
    pub fn file(&self) -> &str {
        self.table.file()
    }

    /// Column of the cohort, if the table has one.
    pub fn cohort_column(&self) -> Option<&str> {
        self.roles[1].as_deref()
    }

    /// Column of the centre, if the table has one.
    pub fn centre_column(&self) -> Option<&str> {
        self.roles[2].as_deref()
    }

    /// Columns to adjust for, numbers or levels. `outcomes` are columns that a
    /// model must not see.
    ///
    /// # Errors
    /// A column that isn't there, stands twice in `columns`, is an outcome or
    /// has a role; text among numbers; an infinity or a decimal comma.
    pub fn covariates(
        &self,
        columns: &[String],
        outcomes: &[&str],
    ) -> Result<Vec<Covariate>, Error> {
        let covariate = |(place, name): (usize, &String)| {
            if columns[..place].contains(name) {
                let text = format!("the covariate `{name}` is named twice: name it once");
                return Err(problem(&self.table, &text));
            }
            if outcomes.contains(&name.as_str()) {
                let text = format!("column `{name}` is the outcome: it can't be a covariate too");
                return Err(problem(&self.table, &text));
            }
            if self.roles.iter().flatten().any(|role| role == name) {
                let text =
                    format!("column `{name}` is the id, the cohort or the centre, no covariate");
                return Err(problem(&self.table, &text));
            }
            Ok(Covariate {
                name: name.clone(),
                values: self.covariate(name)?,
            })
        };
        columns.iter().enumerate().map(covariate).collect()
    }

    fn covariate(&self, column: &str) -> Result<CovariateValues, Error> {
        let cells = self.table.text(column)?;
        let present = || cells.iter().flatten();
        let Some(text) = cells
            .iter()
            .position(|c| c.as_deref().is_some_and(|cell| !is_number(cell)))
        else {
            return Ok(CovariateValues::Numbers(self.table.numbers(column)?));
        };
        let cell = cells[text].as_deref().unwrap_or_default();
        if present().all(|cell| looks_decimal(cell)) {
            let why = "looks like a number with a decimal comma; write a decimal point";
            return Err(self.table.cell_error(text, column, cell, why).into());
        }
        let number = |c: &Option<String>| c.as_deref().is_some_and(is_number);
        if let Some(row) = cells.iter().position(number) {
            let why = format!(
                "is text in a column that holds numbers too (row {}); write numbers or words throughout, and NA where there is no value",
                self.table.row_number(row)
            );
            return Err(self.table.cell_error(text, column, cell, &why).into());
        }
        Ok(CovariateValues::Levels(cells))
    }

    /// Levels of a column, numbers too: the groups of an analysis.
    ///
    /// # Errors
    /// A column that isn't there.
    pub fn levels(&self, column: &str) -> Result<Vec<Option<String>>, Error> {
        Ok(values::unified(self.table.text(column)?))
    }
}

/// The column of a role: the one that was named (whether it is there or not),
/// else the usual one where there is such a column.
fn role(table: &Table, named: Option<&str>, usual: &str) -> Option<String> {
    match named {
        Some(NONE) if !table.has(NONE) => None,
        Some(column) => Some(column.to_owned()),
        None => table.has(usual).then(|| usual.to_owned()),
    }
}

fn cohorts(table: &Table, column: &str) -> Result<Vec<String>, Error> {
    let cells = values::unified(table.text(column)?);
    let present = |(row, cell): (usize, Option<String>)| {
        cell.ok_or_else(|| {
            let text = format!(
                "row {}, column `{column}` is empty: every patient needs a cohort (the training value, or the name of an external cohort)",
                table.row_number(row)
            );
            problem(table, &text)
        })
    };
    cells.into_iter().enumerate().map(present).collect()
}

fn problem(table: &Table, text: &str) -> Error {
    Error::Table(tables::Error::Format {
        file: table.file().to_owned(),
        problem: text.to_owned(),
    })
}
