//! Which columns a fit has to look at.

/// The columns that a fit works on: those that the strong rule (Tibshirani et
/// al. 2012) can't tell to stay at 0, and those that it was wrong about.
pub(super) struct Screen {
    pub columns: Vec<usize>,
    inside: Vec<bool>,
}

impl Screen {
    pub fn new(n_columns: usize) -> Self {
        Self {
            columns: Vec::with_capacity(n_columns),
            inside: vec![false; n_columns],
        }
    }

    /// Chooses anew: columns whose slope is at least `likely`, and those that
    /// have a coefficient.
    pub fn start(&mut self, gradient: &[f64], coefficients: &[f64], likely: f64) {
        self.columns.clear();
        for (column, (slope, coefficient)) in gradient.iter().zip(coefficients).enumerate() {
            self.inside[column] = slope.abs() >= likely || *coefficient != 0.0;
            if self.inside[column] {
                self.columns.push(column);
            }
        }
    }

    /// Adds the columns outside that would not stay at 0.
    pub fn add_violators(&mut self, gradient: &[f64], l1: f64) -> bool {
        let before = self.columns.len();
        for (column, slope) in gradient.iter().enumerate() {
            if !self.inside[column] && slope.abs() > l1 {
                self.inside[column] = true;
                self.columns.push(column);
            }
        }
        self.columns.len() > before
    }
}
