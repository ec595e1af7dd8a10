//! What can be wrong with the columns or the options.

/// Why nothing was computed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// One side has no columns.
    #[error("no {0} columns: give at least one numeric column")]
    NoColumns(&'static str),
    /// A column covers other patients than the first one.
    #[error(
        "column {column} has {found} values, the first column {expected}: join by patient first"
    )]
    Length {
        /// Name of the column.
        column: String,
        /// Its number of values.
        found: usize,
        /// The number of patients.
        expected: usize,
    },
    /// An infinite value.
    #[error("column {column}, row {row} (counted from 0) is infinite: mend it or mark it missing")]
    Infinite {
        /// Name of the column.
        column: String,
        /// Row of the value.
        row: usize,
    },
    /// The blocks do not fit the pathology columns.
    #[error("{found} block names for {expected} pathology columns: give one for each")]
    Blocks {
        /// Block names given.
        found: usize,
        /// Pathology columns given.
        expected: usize,
    },
    /// The strata do not fit the patients.
    #[error("{found} strata for {expected} patients: give one for each, or none")]
    Strata {
        /// Strata given.
        found: usize,
        /// The number of patients.
        expected: usize,
    },
    /// More patients than the ranks' number type holds.
    #[error("{found} patients are more than the {limit} that can be ranked: split the cohort")]
    TooManyPatients {
        /// Patients given.
        found: usize,
        /// Largest number that works.
        limit: usize,
    },
    /// An option out of its range.
    #[error("option {option} is {found}: it must be {range}")]
    Option {
        /// Its name.
        option: &'static str,
        /// The value found.
        found: f64,
        /// What it may be.
        range: &'static str,
    },
    /// A given permutation does not name every patient once.
    #[error(
        "permutation {index} (counted from 0) does not name each of the {patients} patients once"
    )]
    Permutation {
        /// Which one.
        index: usize,
        /// The number of patients.
        patients: usize,
    },
    /// The arithmetic refused a number.
    #[error(transparent)]
    Statistics(#[from] stats::Error),
}
