//! Why a value is missing: one line of notes.csv.

use crate::{Error, Frame, Values};

/// The reason of one missing value or of one warning about a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// File stem of the table the value belongs to.
    pub table: String,
    /// Patient or slide.
    pub id: String,
    /// Column of the value; empty when the note is about the whole row.
    pub column: String,
    /// In plain words.
    pub reason: String,
}

/// The table notes.csv: table, id, column, reason.
///
/// # Errors
/// None in practice: the four columns have one length.
pub fn frame(notes: &[Note]) -> Result<Frame, Error> {
    let mut frame = Frame::default();
    let column = |part: fn(&Note) -> &String| Values::text(notes.iter().map(part));
    frame.push("table", column(|n| &n.table))?;
    frame.push("id", column(|n| &n.id))?;
    frame.push("column", column(|n| &n.column))?;
    frame.push("reason", column(|n| &n.reason))?;
    Ok(frame)
}
