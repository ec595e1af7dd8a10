//! What can be wrong with a table.

/// Why a table can't be read or written. Rows are numbered as a spreadsheet
/// shows them: the header is row 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file can't be opened, read or written.
    #[error("{file}: {cause}")]
    Io {
        /// The file, as the user named it.
        file: String,
        /// The system's answer.
        cause: std::io::Error,
    },
    /// The file isn't a table of its kind.
    #[error("{file}: {problem}")]
    Format {
        /// The file.
        file: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A column that is needed isn't there.
    #[error(
        "{file}: no column `{column}` (it has: {present}); rename one, or name yours with the option for this role"
    )]
    MissingColumn {
        /// The file.
        file: String,
        /// The column that was asked for.
        column: String,
        /// The columns that are there.
        present: String,
    },
    /// A cell that isn't what its column needs.
    #[error("{file}, row {row}, column `{column}`: `{cell}` {problem}")]
    Cell {
        /// The file.
        file: String,
        /// Row, the header being row 1.
        row: usize,
        /// Column name.
        column: String,
        /// The cell's text.
        cell: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// Ids are missing or not unique.
    #[error("{file}: {cause}")]
    Cohort {
        /// The file.
        file: String,
        /// What is wrong.
        cause: cohort::Error,
    },
    /// An infinite number was about to be written.
    #[error(
        "column `{column}`, row {row}: the value is infinite; radpath writes finite numbers or NA"
    )]
    Infinite {
        /// Column name.
        column: String,
        /// Row, the header being row 1.
        row: usize,
    },
    /// The Parquet library refused.
    #[error("Parquet: {0}")]
    Parquet(String),
}
