//! What can be wrong with a cohort.

/// Why columns or ids are refused.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// Two columns of one name.
    #[error("column `{0}` appears twice: rename one of the two")]
    DuplicateColumn(String),
    /// A column of another length than the frame.
    #[error("column `{name}` has {found} rows, the table has {expected}")]
    Length {
        /// The column's name.
        name: String,
        /// Its number of rows.
        found: usize,
        /// The number of rows of the frame.
        expected: usize,
    },
    /// A row without an id.
    #[error("row {row}: column `{column}` is empty: every row needs an id")]
    EmptyId {
        /// The id column.
        column: String,
        /// 1-based data row (the header is not counted).
        row: usize,
    },
    /// An id that stands in two rows.
    #[error("`{id}` stands in rows {first} and {second} of column `{column}`: ids must be unique")]
    DuplicateId {
        /// The id column.
        column: String,
        /// The id.
        id: String,
        /// 1-based data row of its first appearance.
        first: usize,
        /// 1-based data row of its second.
        second: usize,
    },
}
