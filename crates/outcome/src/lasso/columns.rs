//! The columns of a path, one after the other in memory.

/// Columns of equal length.
pub(super) struct Columns {
    values: Vec<f64>,
    rows: usize,
}

impl Columns {
    /// A copy of the columns with their rows in the given order.
    pub fn new(columns: &[Vec<f64>], order: impl Iterator<Item = usize> + Clone) -> Self {
        let rows = order.clone().count();
        let mut values = Vec::with_capacity(rows * columns.len());
        for column in columns {
            values.extend(order.clone().map(|row| column[row]));
        }
        Self { values, rows }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn len(&self) -> usize {
        self.values.len() / self.rows
    }

    pub fn column(&self, column: usize) -> &[f64] {
        &self.values[column * self.rows..][..self.rows]
    }
}
