//! Discrimination of two classes: the ROC curve and the area under it.
//!
//! A score is never turned round: below 0.5 an area says that high scores go
//! with the negative class.

pub use crate::difference::Difference;

use crate::Error;
use crate::difference::share_interval;
use crate::error::{check_class_sizes, check_values};
use stats::rank::midranks;

/// The area under the ROC curve: the probability that a positive patient has a
/// higher score than a negative one, ties counted half.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Auc {
    /// The area, 0 to 1.
    pub value: f64,
    /// Its variance (DeLong, DeLong and Clarke-Pearson 1988); NaN when a class
    /// has one patient only.
    pub variance: f64,
    /// Patients of the positive class.
    pub positives: usize,
    /// Patients of the negative class.
    pub negatives: usize,
}

impl Auc {
    /// DeLong's interval, clipped to 0 and 1 as in pROC. `None` when the
    /// variance is 0 (classes that the score separates) or not defined, or
    /// when the level is not strictly between 0 and 1.
    pub fn interval(&self, level: f64) -> Option<(f64, f64)> {
        share_interval(self.value, self.variance.sqrt(), level)
    }

    /// Limits where DeLong has none, for classes that the score separates:
    /// `k` disjoint pairs of a positive and a negative patient, `k` the size of
    /// the smaller class, are all ordered alike with a probability of at most
    /// `AUC^k`, so that the limit is `((1 - level) / 2)^(1 / k)`. `None` for any
    /// other AUC.
    pub fn exact_interval(&self, level: f64) -> Option<(f64, f64)> {
        separated(self.value, self.positives.min(self.negatives), level)
    }
}

/// See [`Auc::exact_interval`]; `pairs` is the size of the smaller class.
pub(crate) fn separated(auc: f64, pairs: usize, level: f64) -> Option<(f64, f64)> {
    if pairs == 0 || !(level > 0.0 && level < 1.0) {
        return None;
    }
    let limit = (0.5 - level / 2.0).powf(1.0 / pairs as f64);
    match auc {
        1.0 => Some((limit, 1.0)),
        0.0 => Some((0.0, 1.0 - limit)),
        _ => None,
    }
}

/// The area under the curve with its variance, in `O(n log n)` by the mid-ranks
/// of Sun and Xu (2014).
///
/// # Errors
/// Lengths that differ, scores that are not finite, one class only.
pub fn auc(scores: &[f64], positive: &[bool]) -> Result<Auc, Error> {
    let placements = Placements::new(scores, positive)?;
    Ok(Auc {
        value: mean(&placements.of_positives),
        variance: placements.variance(),
        positives: placements.of_positives.len(),
        negatives: placements.of_negatives.len(),
    })
}

/// DeLong's test of the areas of two scores of the same patients, first minus
/// second. Scores that order the patients alike have neither interval nor p.
///
/// # Errors
/// As [`auc`]; a level that is not strictly between 0 and 1.
pub fn paired(
    first: &[f64],
    second: &[f64],
    positive: &[bool],
    level: f64,
) -> Result<Difference, Error> {
    let first = Placements::new(first, positive)?;
    let second = Placements::new(second, positive)?;
    let value = mean(&first.of_positives) - mean(&second.of_positives);
    Difference::new(value, first.minus(&second).variance(), level)
}

/// For each patient the share of the other class that it is placed right of
/// (positive patients) or left of (negative patients), ties counted half.
struct Placements {
    of_positives: Vec<f64>,
    of_negatives: Vec<f64>,
}

impl Placements {
    fn new(scores: &[f64], positive: &[bool]) -> Result<Self, Error> {
        check_values("scores", scores, positive.len())?;
        let (positives, negatives) = check_class_sizes(positive)?;
        let ranks = midranks(scores);
        let of_class = |class: bool| {
            let members = || (0..scores.len()).filter(move |&i| positive[i] == class);
            let own: Vec<f64> = members().map(|i| scores[i]).collect();
            let own = midranks(&own);
            members()
                .zip(own)
                .map(|(i, own)| ranks[i] - own)
                .collect::<Vec<f64>>()
        };
        let of_positives = of_class(true).into_iter().map(|r| r / negatives as f64);
        let of_negatives = of_class(false)
            .into_iter()
            .map(|r| 1.0 - r / positives as f64);
        Ok(Self {
            of_positives: of_positives.collect(),
            of_negatives: of_negatives.collect(),
        })
    }

    fn minus(&self, other: &Self) -> Self {
        let minus = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
        Self {
            of_positives: minus(&self.of_positives, &other.of_positives),
            of_negatives: minus(&self.of_negatives, &other.of_negatives),
        }
    }

    fn variance(&self) -> f64 {
        variance_of_mean(&self.of_positives) + variance_of_mean(&self.of_negatives)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// NaN for a single value.
fn variance_of_mean(values: &[f64]) -> f64 {
    let (n, mean) = (values.len() as f64, mean(values));
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    squares / (n - 1.0) / n
}

/// What one threshold gives: patients with a score of at least `threshold` are
/// called positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The threshold.
    pub threshold: f64,
    /// Share of the positive patients that are called positive.
    pub sensitivity: f64,
    /// Share of the negative patients that are not.
    pub specificity: f64,
}

/// The ROC curve: one point for each distinct score as the threshold, from
/// strict to lax. It ends at sensitivity 1; the corner of sensitivity 0, whose
/// threshold is infinite, is left out.
///
/// # Errors
/// As [`auc`].
pub fn curve(scores: &[f64], positive: &[bool]) -> Result<Vec<Point>, Error> {
    check_values("scores", scores, positive.len())?;
    let (positives, negatives) = check_class_sizes(positive)?;
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let (mut hits, mut alarms) = (0, 0);
    let tied = order.chunk_by(|&a, &b| scores[a] == scores[b]);
    let point = |members: &[usize]| {
        let new = members.iter().filter(|&&i| positive[i]).count();
        hits += new;
        alarms += members.len() - new;
        Point {
            threshold: scores[members[0]],
            sensitivity: hits as f64 / positives as f64,
            specificity: (negatives - alarms) as f64 / negatives as f64,
        }
    };
    Ok(tied.map(point).collect())
}

/// The point with the largest Youden index, `sensitivity + specificity - 1`.
/// Its threshold lies half-way between two neighbouring scores, as in pROC; of
/// equal indices the one with the lowest threshold is given. `None` when all
/// scores are equal. (For a score that is worse than chance pROC would give an
/// infinite threshold, which is no threshold to use.)
///
/// # Errors
/// As [`auc`].
pub fn youden(scores: &[f64], positive: &[bool]) -> Result<Option<Point>, Error> {
    let curve = curve(scores, positive)?;
    let between = curve.windows(2).map(|pair| {
        let (high, low) = (pair[0].threshold, pair[1].threshold);
        let half = 0.5 * high + 0.5 * low;
        Point {
            // Between neighbouring numbers there is nothing.
            threshold: if half > low { half } else { high },
            ..pair[0]
        }
    });
    // The sums of equal indices may differ in the last digit.
    let better = |best: Option<Point>, point: Point| match best {
        Some(best) if index(&best) > index(&point) + 1e-12 => Some(best),
        _ => Some(point),
    };
    Ok(between.fold(None, better))
}

fn index(point: &Point) -> f64 {
    point.sensitivity + point.specificity - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reference: SciPy 1.17.1, `binomtest(k, k).proportion_ci(.95, "exact").low`,
    /// Clopper and Pearson's limit where all succeed. Tolerance 1e-12.
    #[test]
    fn limits_of_separated_classes() {
        for (pairs, expected) in [(8, 0.630_583_352_447_180_8), (20, 0.831_566_529_016_914_5)] {
            let (low, high) = separated(1.0, pairs, 0.95).unwrap();
            assert!((low - expected).abs() < 1e-12, "{low}");
            assert_eq!(high, 1.0);
            assert_eq!(separated(0.0, pairs, 0.95), Some((0.0, 1.0 - low)));
        }
        assert_eq!(separated(0.9, 8, 0.95), None);
    }

    #[test]
    fn ties_count_half() {
        let found = auc(&[1.0, 2.0, 2.0, 3.0], &[false, false, true, true]).unwrap();
        assert_eq!((found.value, found.positives), (0.875, 2));
        let alike = auc(&[1.0; 4], &[false, false, true, true]).unwrap();
        assert_eq!(
            (alike.value, alike.variance, alike.interval(0.95)),
            (0.5, 0.0, None)
        );
    }

    #[test]
    fn degenerate_classes() {
        let one = auc(&[1.0, 2.0, 0.0], &[false, true, false]).unwrap();
        assert!(one.value == 1.0 && one.variance.is_nan() && one.interval(0.95).is_none());
        assert!(auc(&[1.0, 2.0], &[true, true]).is_err());
        assert!(auc(&[], &[]).is_err());
        assert!(auc(&[f64::NAN, 2.0], &[true, false]).is_err());
        assert!(auc(&[1.0], &[true, false]).is_err());
    }

    #[test]
    fn a_score_does_not_differ_from_itself() {
        let positive = [true, false, true, false, true];
        let scores = [0.3, 0.2, 0.1, 0.15, 0.7];
        let stretched = scores.map(|s: f64| s.exp());
        let difference = paired(&scores, &stretched, &positive, 0.95).unwrap();
        assert_eq!((difference.value, difference.p), (0.0, None));
    }

    #[test]
    fn the_curve_and_its_best_point() {
        let scores = [0.1, 0.4, 0.35, 0.8, 0.4];
        let positive = [false, false, true, true, true];
        let curve = curve(&scores, &positive).unwrap();
        let thresholds: Vec<f64> = curve.iter().map(|p| p.threshold).collect();
        assert_eq!(thresholds, [0.8, 0.4, 0.35, 0.1]);
        assert_eq!(
            (curve[1].sensitivity, curve[1].specificity),
            (2.0 / 3.0, 0.5)
        );
        assert_eq!((curve[3].sensitivity, curve[3].specificity), (1.0, 0.0));
        // 0.35 to the positives, 0.1 to the negatives.
        let best = youden(&scores, &positive).unwrap().unwrap();
        assert!((best.threshold - 0.225).abs() < 1e-15);
        assert_eq!((best.sensitivity, best.specificity), (1.0, 0.5));
        assert_eq!(youden(&[1.0, 1.0], &[true, false]).unwrap(), None);
    }

    fn patients() -> impl Strategy<Value = Vec<(f64, bool)>> {
        let patient = ((-20_i32..20).prop_map(f64::from), any::<bool>());
        proptest::collection::vec(patient, 4..60)
    }

    fn of(patients: &[(f64, bool)]) -> Option<Auc> {
        let (scores, positive): (Vec<f64>, Vec<bool>) = patients.iter().copied().unzip();
        auc(&scores, &positive).ok()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12 || (a.is_nan() && b.is_nan())
    }

    proptest! {
        #[test]
        fn only_the_order_of_scores_matters(mut patients in patients()) {
            let Some(before) = of(&patients) else { return Ok(()) };
            for patient in &mut patients {
                patient.0 = (0.1 * patient.0).exp() - 3.0;
            }
            prop_assert_eq!(of(&patients).unwrap().value, before.value);
            patients.reverse();
            let after = of(&patients).unwrap();
            prop_assert!(close(after.value, before.value));
            prop_assert!(close(after.variance, before.variance));
        }

        #[test]
        fn it_is_the_share_of_pairs_in_order(patients in patients()) {
            let Some(found) = of(&patients) else { return Ok(()) };
            let mut sum = 0.0;
            for a in patients.iter().filter(|p| p.1) {
                for b in patients.iter().filter(|p| !p.1) {
                    sum += if a.0 > b.0 { 1.0 } else if a.0 == b.0 { 0.5 } else { 0.0 };
                }
            }
            let pairs = (found.positives * found.negatives) as f64;
            prop_assert!(close(found.value, sum / pairs));
        }
    }
}
