//! Imputation and scaling: fitted on training rows, applied to any row.

use crate::design::Design;

/// How a column is brought to mean 0 and standard deviation 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Median of the training rows: stands in for a missing value.
    pub median: f64,
    /// Mean of the training rows after imputation.
    pub mean: f64,
    /// Population standard deviation (1/n) of the training rows after imputation.
    pub sd: f64,
}

impl Scale {
    /// Fits a column on the rows. `None` for a column that tells nothing there:
    /// without any value, or the same in every row (a spread below 1e-10 of its
    /// largest value counts as rounding).
    pub fn fit(values: &[f64], rows: &[usize]) -> Option<Self> {
        let mut present: Vec<f64> = rows.iter().map(|&r| values[r]).collect();
        present.retain(|v| !v.is_nan());
        let median = median(&mut present)?;
        let largest = present.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let n = rows.len() as f64;
        let value = |&r: &usize| {
            if values[r].is_nan() {
                median
            } else {
                values[r]
            }
        };
        let mean = rows.iter().map(value).sum::<f64>() / n;
        let square = |r: &usize| (value(r) - mean).powi(2);
        let sd = (rows.iter().map(square).sum::<f64>() / n).sqrt();
        (sd.is_finite() && sd > 1e-10 * largest).then_some(Self { median, mean, sd })
    }

    /// A value on the scale; the median where it is missing.
    pub fn apply(&self, value: f64) -> f64 {
        let value = if value.is_nan() { self.median } else { value };
        (value - self.mean) / self.sd
    }
}

/// The middle value, or the mean of the two middle ones; `None` without values.
pub fn median(values: &mut [f64]) -> Option<f64> {
    let n = values.len();
    if n == 0 {
        return None;
    }
    let (below, &mut upper, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    if n % 2 == 1 {
        return Some(upper);
    }
    let lower = below
        .iter()
        .copied()
        .max_by(f64::total_cmp)
        .unwrap_or(upper);
    Some(lower + (upper - lower) / 2.0)
}

/// The scales of a design's columns, fitted on some rows.
#[derive(Clone, Debug)]
pub struct Preparation {
    /// The columns that tell something, and their scales.
    pub kept: Vec<(usize, Scale)>,
}

impl Preparation {
    /// Fits every column on the rows.
    pub fn fit(design: &Design, rows: &[usize]) -> Self {
        let scales = design.columns.iter().enumerate();
        Self {
            kept: scales
                .filter_map(|(i, column)| Some((i, Scale::fit(column, rows)?)))
                .collect(),
        }
    }

    /// The kept columns on their scales, for the rows.
    pub fn apply(&self, design: &Design, rows: &[usize]) -> Vec<Vec<f64>> {
        let column = |(i, scale): &(usize, Scale)| {
            let values = &design.columns[*i];
            rows.iter().map(|&r| scale.apply(values[r])).collect()
        };
        self.kept.iter().map(column).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_rows_alone_decide() {
        let values = [1.0, 3.0, f64::NAN, 5.0, 1e9];
        let scale = Scale::fit(&values, &[0, 1, 2, 3]).unwrap();
        assert_eq!((scale.median, scale.mean), (3.0, 3.0));
        assert!((scale.sd - 2.0_f64.sqrt()).abs() < 1e-15);
        assert_eq!(scale.apply(f64::NAN), 0.0);
        assert_eq!(Scale::fit(&values, &[2]), None);
        assert_eq!(Scale::fit(&[0.1 + 0.2, 0.3, 0.3], &[0, 1, 2]), None);
    }

    #[test]
    fn medians() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&mut []), None);
    }
}
