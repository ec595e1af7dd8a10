//! The options that name columns of the clinical table, alike in every command.

use clap::Args;
use pipeline::clinical::Roles;

/// Columns that play a role.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Columns")]
pub struct RoleOptions {
    /// Column of the patient in all tables; `row` takes row numbers (1, 2, ...)
    /// where a table has no column of that name
    #[arg(long, value_name = "COLUMN", default_value = "patient_id")]
    pub id: String,
    /// Column of the cohort [default: `cohort` where there is one]; `none` makes everybody a
    /// training patient
    #[arg(long, value_name = "COLUMN")]
    pub cohort_col: Option<String>,
    /// Value of the training cohort; every other value is an external cohort
    #[arg(long, value_name = "VALUE", default_value = "train")]
    pub train_value: String,
    /// Column of the centre [default: `centre` where there is one]
    #[arg(long, value_name = "COLUMN")]
    pub centre_col: Option<String>,
}

impl RoleOptions {
    /// The roles as the libraries take them.
    pub fn roles(&self) -> Roles {
        Roles {
            id: self.id.clone(),
            cohort_col: self.cohort_col.clone(),
            train_value: self.train_value.clone(),
            centre_col: self.centre_col.clone(),
        }
    }
}
