//! Imputation and scaling: fitted on training rows, applied to any row.

use crate::design::{Design, Source};

/// How a column is brought to mean 0 and standard deviation 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Stands in for a missing value.
    pub fill: f64,
    /// Mean of the training rows after imputation.
    pub mean: f64,
    /// Population standard deviation (1/n) of the training rows after imputation.
    pub sd: f64,
}

/// Why a column can't tell the training rows apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silent {
    /// It has no value there.
    Empty,
    /// It has the same value in all of them.
    Constant,
    /// It varies by less than 1e-10 of its largest value: rounding, as far as
    /// one can tell.
    Rounding,
    /// Its values are too large to be squared.
    Huge,
}

impl Silent {
    /// In plain words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Empty => "no value in the training cohort",
            Self::Constant => "the same value in the whole training cohort",
            Self::Rounding => "varies by less than 1e-10 of its size in the training cohort",
            Self::Huge => "values too large to be scaled in the training cohort",
        }
    }
}

impl Scale {
    /// Fits a column of the given source on the rows. A missing number is
    /// filled in with the median of the rows, a missing level with the mean of
    /// its column, so that it counts for nothing.
    ///
    /// # Errors
    /// [`Silent`], for a column that can't tell the rows apart.
    pub fn fit(source: &Source, values: &[f64], rows: &[usize]) -> Result<Self, Silent> {
        let mut present: Vec<f64> = rows.iter().map(|&r| values[r]).collect();
        present.retain(|v| !v.is_nan());
        let first = *present.first().ok_or(Silent::Empty)?;
        if present.iter().all(|&v| v == first) {
            return Err(Silent::Constant);
        }
        let largest = present.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let fill = match source {
            Source::Level { .. } => present.iter().sum::<f64>() / present.len() as f64,
            _ => median(&mut present).ok_or(Silent::Empty)?,
        };
        let n = rows.len() as f64;
        let value = |&r: &usize| if values[r].is_nan() { fill } else { values[r] };
        let mean = rows.iter().map(value).sum::<f64>() / n;
        let square = |r: &usize| (value(r) - mean).powi(2);
        let sd = (rows.iter().map(square).sum::<f64>() / n).sqrt();
        if !sd.is_finite() {
            return Err(Silent::Huge);
        }
        if sd <= 1e-10 * largest {
            return Err(Silent::Rounding);
        }
        Ok(Self { fill, mean, sd })
    }

    /// A value on the scale; the fill where it is missing.
    pub fn apply(&self, value: f64) -> f64 {
        let value = if value.is_nan() { self.fill } else { value };
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
        let columns = design.sources.iter().zip(&design.columns).enumerate();
        let scale = |(i, (source, column)): (usize, (&Source, &Vec<f64>))| {
            Some((i, Scale::fit(source, column, rows).ok()?))
        };
        Self {
            kept: columns.filter_map(scale).collect(),
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

    fn number() -> Source {
        Source::Column { column: "x".into() }
    }

    #[test]
    fn training_rows_alone_decide() {
        let values = [1.0, 3.0, f64::NAN, 5.0, 1e9];
        let scale = Scale::fit(&number(), &values, &[0, 1, 2, 3]).unwrap();
        assert_eq!((scale.fill, scale.mean), (3.0, 3.0));
        assert!((scale.sd - 2.0_f64.sqrt()).abs() < 1e-15);
        assert_eq!(scale.apply(f64::NAN), 0.0);
    }

    #[test]
    fn silent_columns_say_why() {
        let fit = |values: &[f64]| Scale::fit(&number(), values, &[0, 1, 2]).unwrap_err();
        assert_eq!(fit(&[f64::NAN; 3]), Silent::Empty);
        assert_eq!(fit(&[3.0, 3.0, f64::NAN]), Silent::Constant);
        assert_eq!(fit(&[0.1 + 0.2, 0.3, 0.3]), Silent::Rounding);
        assert_eq!(fit(&[1e300, 0.0, 1.0]), Silent::Huge);
    }

    #[test]
    fn a_missing_level_counts_for_nothing() {
        let source = Source::Level {
            column: "site".into(),
            level: "b".into(),
            levels: vec!["a".into(), "b".into(), "c".into()],
        };
        let values = [1.0, 0.0, 0.0, f64::NAN];
        let scale = Scale::fit(&source, &values, &[0, 1, 2, 3]).unwrap();
        assert!(scale.apply(f64::NAN).abs() < 1e-15);
    }

    #[test]
    fn medians() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&mut []), None);
    }
}
