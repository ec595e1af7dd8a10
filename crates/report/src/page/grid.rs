//! A table of the page.

use serde::Serialize;

/// Cells as text, in groups of rows.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Grid {
    pub caption: String,
    pub head: Vec<String>,
    /// So many columns at the left are words; all others are numbers.
    pub words: usize,
    /// The last column is words, too.
    pub words_last: bool,
    pub groups: Vec<Rows>,
    /// Small print under the table.
    pub note: String,
}

/// Rows under a common title, which may be empty.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Rows {
    pub title: String,
    pub rows: Vec<Vec<String>>,
}

impl Grid {
    /// A table without rows.
    pub fn new(caption: &str, head: &[&str], words: usize) -> Self {
        Self {
            caption: caption.to_owned(),
            head: head.iter().map(|&name| name.to_owned()).collect(),
            words,
            words_last: false,
            groups: Vec::new(),
            note: String::new(),
        }
    }

    /// Adds rows under a title; no rows, no title.
    pub fn rows(mut self, title: impl Into<String>, rows: Vec<Vec<String>>) -> Self {
        if !rows.is_empty() {
            self.groups.push(Rows {
                title: title.into(),
                rows,
            });
        }
        self
    }

    /// Makes the last column one of words.
    pub fn words_last(mut self) -> Self {
        self.words_last = true;
        self
    }

    /// Sets the small print.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The table, if it has a row.
    pub fn if_any(self) -> Option<Self> {
        (!self.groups.is_empty()).then_some(self)
    }
}
