//! What repeated cross-validation says: means over folds, with an interval that
//! knows that folds share patients.

use crate::validate::FoldResult;
use crate::{Error, Target, roc};

/// A mean over the folds of all repeats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FoldMean {
    /// The mean.
    pub value: f64,
    /// Limits; `None` when every fold gave the same.
    pub interval: Option<(f64, f64)>,
    /// Two-sided p of the mean being 0; for differences.
    pub p: Option<f64>,
}

/// Mean of a measure over the `J` folds of all repeats with the corrected
/// resampled t interval: `mean +- t(J - 1) sqrt((1 / J + n_test / n_train) s2)`
/// (Nadeau & Bengio 2003, doi 10.1023/A:1024068626366). The uncorrected `s2 / J`
/// would be far too small, since folds share most of their training patients.
/// `None` without a value.
pub fn fold_mean(values: &[f64], folds: usize, level: f64) -> Option<FoldMean> {
    let n = values.len() as f64;
    if values.is_empty() || folds < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let share = 1.0 / (folds as f64 - 1.0);
    let error = ((1.0 / n + share) * variance).sqrt();
    // Equal folds: rounding is no spread.
    if error.is_nan() || error <= 1e-12 {
        let (value, interval, p) = (mean, None, None);
        return Some(FoldMean { value, interval, p });
    }
    let t = stats::distribution::student_t_quantile(0.5 + level / 2.0, n - 1.0).ok();
    Some(FoldMean {
        value: mean,
        interval: t.map(|t| (mean - t * error, mean + t * error)),
        p: stats::distribution::student_t_p(mean / error, n - 1.0).ok(),
    })
}

/// The discrimination of every fold, `None` where it can't be told (a fold
/// without a pair to compare).
pub fn per_fold(target: &Target, folds: &[FoldResult]) -> Vec<Option<f64>> {
    let one = |fold: &FoldResult| target.select(&fold.rows).discrimination(&fold.scores).ok();
    folds.iter().map(one).collect()
}

/// The discrimination of the out-of-fold scores of all training patients,
/// averaged over repeats.
///
/// # Errors
/// As [`Target::discrimination`].
pub fn pooled(target: &Target, folds: &[FoldResult]) -> Result<f64, Error> {
    let repeats = folds.iter().map(|f| f.repeat + 1).max().unwrap_or(0);
    let mut sum = 0.0;
    for repeat in 0..repeats {
        let of_repeat = folds.iter().filter(|f| f.repeat == repeat);
        let (mut rows, mut scores) = (Vec::new(), Vec::new());
        for fold in of_repeat {
            rows.extend(&fold.rows);
            scores.extend(&fold.scores);
        }
        sum += target.select(&rows).discrimination(&scores)?;
    }
    Ok(sum / repeats as f64)
}

/// The first repeat: every training patient once, with a model that never saw
/// them.
#[derive(Clone, Debug, Default)]
pub struct FirstRepeat {
    /// The patients' rows.
    pub rows: Vec<usize>,
    /// In the higher group; `None` when the fold's model had no cut-off.
    pub high: Vec<Option<bool>>,
}

/// The out-of-fold groups of the first repeat. Not an average or a vote over
/// repeats: by chance alone a patient's average comes out on the wrong side,
/// since each model was fitted without just this patient.
pub fn first_repeat(
    folds: &[FoldResult],
    high: impl Fn(&FoldResult, f64) -> Option<bool>,
) -> FirstRepeat {
    let mut first = FirstRepeat::default();
    for fold in folds.iter().filter(|f| f.repeat == 0) {
        for (&row, &score) in fold.rows.iter().zip(&fold.scores) {
            first.rows.push(row);
            first.high.push(high(fold, score));
        }
    }
    first
}

/// Steps of the averaged curve between false positive rates 0 and 1.
const STEPS: usize = 100;

/// The mean over all folds of sensitivity at false positive rates 0, .01, ... 1
/// (vertical averaging): pairs of rate and mean sensitivity. Scores of different
/// models are never mixed.
///
/// # Errors
/// A fold with one class only.
pub fn mean_roc(target: &Target, folds: &[FoldResult]) -> Result<Vec<(f64, f64)>, Error> {
    let mut sums = vec![0.0; STEPS + 1];
    for fold in folds {
        let outcome = target.select(&fold.rows);
        let curve = roc::curve(&fold.scores, outcome.events())?;
        let mut corners = vec![(0.0, 0.0)];
        corners.extend(curve.iter().map(|p| (1.0 - p.specificity, p.sensitivity)));
        corners.push((1.0, 1.0));
        for (step, sum) in sums.iter_mut().enumerate() {
            *sum += sensitivity_at(&corners, step as f64 / STEPS as f64);
        }
    }
    let mean = |(step, sum): (usize, f64)| (step as f64 / STEPS as f64, sum / folds.len() as f64);
    Ok(sums.into_iter().enumerate().map(mean).collect())
}

/// Height of a curve of straight segments; the upper end of a vertical one.
fn sensitivity_at(corners: &[(f64, f64)], rate: f64) -> f64 {
    // A rate of 1/3 is not to miss its corner by rounding.
    let after = corners.partition_point(|c| c.0 <= rate + 1e-12);
    let (low, high) = (corners[after - 1], corners.get(after));
    match high {
        None => low.1,
        Some(high) => {
            let share = ((rate - low.0) / (high.0 - low.0)).max(0.0);
            low.1 + share * (high.1 - low.1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reference: R, `m <- mean(x); s <- sqrt((1/4 + 1/4) * var(x));
    /// m + c(-1, 1) * qt(.975, 3) * s` for x = c(.7, .8, .6, .9), n2/n1 = 1/4;
    /// qt(.975, 3) = 3.182446305284263. Tolerance 1e-9.
    #[test]
    fn the_interval_knows_of_shared_patients() {
        let mean = fold_mean(&[0.7, 0.8, 0.6, 0.9], 5, 0.95).unwrap();
        let error = (0.5_f64 * 0.05 / 3.0).sqrt();
        let (low, high) = mean.interval.unwrap();
        assert!((mean.value - 0.75).abs() < 1e-12);
        assert!((low - (0.75 - 3.182_446_305_284_263 * error)).abs() < 1e-9);
        assert!((high - (0.75 + 3.182_446_305_284_263 * error)).abs() < 1e-9);
    }

    #[test]
    fn averaged_curves() {
        let fold = |scores: [f64; 4]| FoldResult {
            repeat: 0,
            fold: 0,
            rows: vec![0, 1, 2, 3],
            scores: scores.to_vec(),
            intercept: 0.0,
            cutoff: None,
            selected: vec![],
        };
        let target = Target::Response(vec![true, false, true, false]);
        // One fold orders all rightly, the other one knows nothing.
        let folds = [fold([4.0, 1.0, 3.0, 2.0]), fold([0.0; 4])];
        let curve = mean_roc(&target, &folds).unwrap();
        assert_eq!((curve[0], curve[100]), ((0.0, 0.5), (1.0, 1.0)));
        assert!((curve[50].1 - 0.75).abs() < 1e-12);
    }

    #[test]
    fn equal_folds_have_no_interval() {
        let mean = fold_mean(&[0.5; 10], 5, 0.95).unwrap();
        assert_eq!((mean.value, mean.interval), (0.5, None));
        assert_eq!(fold_mean(&[], 5, 0.95), None);
    }
}
