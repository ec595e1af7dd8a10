//! Named columns of one length.

use crate::Error;

/// The values of a column. A missing value (NA) is `None`, or NaN in the two
/// floating-point kinds.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Double precision; NaN is NA.
    Float(Vec<f64>),
    /// Single precision, for measurements of millions of cells; NaN is NA.
    Single(Vec<f32>),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// Text.
    Text(Vec<Option<String>>),
}

impl Values {
    /// A text column without missing values.
    pub fn text<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::Text(items.into_iter().map(|s| Some(s.into())).collect())
    }

    /// A column of whole numbers without missing values.
    pub fn counts(items: impl IntoIterator<Item = usize>) -> Self {
        let whole = |n| i64::try_from(n).unwrap_or(i64::MAX);
        Self::Integer(items.into_iter().map(|n| Some(whole(n))).collect())
    }

    /// A double-precision column; `None` becomes NA.
    pub fn optional(items: impl IntoIterator<Item = Option<f64>>) -> Self {
        Self::Float(items.into_iter().map(|x| x.unwrap_or(f64::NAN)).collect())
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Float(v) => v.len(),
            Self::Single(v) => v.len(),
            Self::Integer(v) => v.len(),
            Self::Text(v) => v.len(),
        }
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A named column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Header in files; the unit is its ending (`_um`, `_mm2`).
    pub name: String,
    /// One value a row.
    pub values: Values,
}

/// Columns of one length, in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    columns: Vec<Column>,
}

impl Frame {
    /// Adds a column at the right.
    ///
    /// # Errors
    /// [`Error::DuplicateColumn`] when the name is taken, [`Error::Length`]
    /// when the number of rows differs from the columns that are there.
    pub fn push(&mut self, name: impl Into<String>, values: Values) -> Result<(), Error> {
        let name = name.into();
        if self.column(&name).is_some() {
            return Err(Error::DuplicateColumn(name));
        }
        if !self.columns.is_empty() && values.len() != self.rows() {
            return Err(Error::Length {
                name,
                found: values.len(),
                expected: self.rows(),
            });
        }
        self.columns.push(Column { name, values });
        Ok(())
    }

    /// Number of rows; 0 without columns.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |c| c.values.len())
    }

    /// The columns from left to right.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_keep_their_order_and_length() {
        let mut frame = Frame::default();
        frame.push("b", Values::counts([1, 2])).unwrap();
        frame.push("a", Values::text(["x", "y"])).unwrap();
        assert_eq!(frame.rows(), 2);
        assert_eq!(frame.columns()[0].name, "b");
        let short = frame.push("c", Values::Float(vec![1.0]));
        assert!(matches!(
            short,
            Err(Error::Length {
                found: 1,
                expected: 2,
                ..
            })
        ));
        let twice = frame.push("a", Values::counts([1, 2]));
        assert_eq!(twice, Err(Error::DuplicateColumn("a".into())));
    }
}
