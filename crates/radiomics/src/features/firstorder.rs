//! Distribution of the intensities of a region.
//!
//! Source: IBSI reference manual, section 3.3, and PyRadiomics. Percentiles
//! interpolate linearly, as both have it. PyRadiomics' kurtosis is not excess;
//! its Entropy and Uniformity are those of the discretised intensities, which
//! IBSI counts to the intensity histogram.

use crate::discretise::GreyLevels;
use crate::features::order::{self, ascending};
use crate::features::{Definition, both, deprecated, entropy, ibsi, pyradiomics};

/// Why a value is missing.
pub const UNDEFINED: &str = "it divides by 0: by the mean (coefficient of variation), by the sum \
                             of the quartiles (quartile dispersion), or as no voxel lies between \
                             the 10th and the 90th percentile (robust deviation)";

/// What the first-order features are made of.
#[derive(Debug, Clone)]
pub struct FirstOrder {
    ascending: Vec<f64>,
    mean: f64,
    /// Central moments of order 2, 3 and 4.
    moments: [f64; 3],
    mean_deviation: f64,
    median_deviation: f64,
    robust_mean_deviation: f64,
    energy: f64,
    voxel_volume_mm3: f64,
    /// Share of each grey level present.
    shares: Vec<f64>,
}

impl FirstOrder {
    /// Measures intensities (finite, at least one); `shift` is added for the
    /// energies.
    ///
    /// In a flat region the central moments are exactly 0, and so are
    /// skewness and kurtosis.
    pub fn of(intensities: &[f64], grey: &GreyLevels, shift: f64, voxel_volume_mm3: f64) -> Self {
        Self::of_counts(intensities, &grey.counts, shift, voxel_volume_mm3)
    }

    /// [`Self::of`] with the number of voxels of each grey level.
    pub(crate) fn of_counts(
        intensities: &[f64],
        counts: &[usize],
        shift: f64,
        voxel_volume_mm3: f64,
    ) -> Self {
        let n = intensities.len() as f64;
        Self {
            voxel_volume_mm3,
            shares: counts.iter().map(|&count| count as f64 / n).collect(),
            ..Self::of_ascending(ascending(intensities), shift)
        }
    }

    /// Measures intensities that are in [`ascending`] order (finite, at least
    /// one), for all but TotalEnergy, Entropy and Uniformity, which need more.
    pub fn of_ascending(ascending: Vec<f64>, shift: f64) -> Self {
        let n = ascending.len() as f64;
        let mean = mean_of(&ascending);
        let median = percentile(&ascending, 0.5);
        let [m2, m3, m4, from_mean, from_median, energy] = sums(&ascending, |value| {
            let d = value - mean;
            let (square, shifted) = (d * d, value + shift);
            [
                square,
                square * d,
                square * square,
                d.abs(),
                (value - median).abs(),
                shifted * shifted,
            ]
        });
        let low = percentile(&ascending, 0.1);
        let high = percentile(&ascending, 0.9);
        let from = ascending.partition_point(|&value| value < low);
        let to = ascending.partition_point(|&value| value <= high);
        Self {
            mean,
            moments: [m2 / n, m3 / n, m4 / n],
            mean_deviation: from_mean / n,
            median_deviation: from_median / n,
            robust_mean_deviation: robust(&ascending[from..to]),
            energy,
            voxel_volume_mm3: f64::NAN,
            shares: Vec::new(),
            ascending,
        }
    }

    fn percentile(&self, q: f64) -> f64 {
        percentile(&self.ascending, q)
    }

    fn minimum(&self) -> f64 {
        self.ascending[0]
    }

    fn maximum(&self) -> f64 {
        self.ascending[self.ascending.len() - 1]
    }

    /// m3 / m2^1.5 (order 3) or m4 / m2^2 (order 4).
    fn standardised(&self, order: usize, flat: f64) -> f64 {
        let variance = self.moments[0];
        if variance == 0.0 {
            flat
        } else {
            self.moments[order - 2] / variance.powf(order as f64 / 2.0)
        }
    }
}

/// Sums of several terms over values, in lanes for speed.
fn sums<const TERMS: usize>(values: &[f64], terms: impl Fn(f64) -> [f64; TERMS]) -> [f64; TERMS] {
    const LANES: usize = 4;
    let mut lanes = [[0.0; LANES]; TERMS];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            let terms = terms(chunk[lane]);
            for term in 0..TERMS {
                lanes[term][lane] += terms[term];
            }
        }
    }
    let mut sums = lanes.map(|[a, b, c, d]| (a + b) + (c + d));
    for &value in rest {
        for (sum, term) in sums.iter_mut().zip(terms(value)) {
            *sum += term;
        }
    }
    sums
}

/// Mean of ascending values; exact where they are all the same, so that flat
/// regions have no spread by rounding. NaN for none.
fn mean_of(ascending: &[f64]) -> f64 {
    match ascending {
        [first, .., last] if first == last => *first,
        _ => sum(ascending) / ascending.len() as f64,
    }
}

/// The sum of values, in an order that depends on their number alone.
pub(crate) fn sum(values: &[f64]) -> f64 {
    let [sum] = sums(values, |value| [value]);
    sum
}

/// Mean and standard deviation (over N) of at least one value.
pub(crate) fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = match order::range(values) {
        [low, high] if low == high => low,
        _ => sum(values) / n,
    };
    let [square] = sums(values, |value| [(value - mean) * (value - mean)]);
    (mean, (square / n).sqrt())
}

/// Mean absolute deviation. Two voxels or fewer may have none between the
/// percentiles: then NaN.
fn robust(between: &[f64]) -> f64 {
    let mean = mean_of(between);
    sums(between, |value| [(value - mean).abs()])[0] / between.len() as f64
}

fn percentile(ascending: &[f64], q: f64) -> f64 {
    order::percentile(ascending.len(), q, |rank| ascending[rank])
}

/// A quotient; NaN (not infinite) where it divides by 0.
pub(super) fn ratio(numerator: f64, denominator: f64) -> f64 {
    if denominator == 0.0 {
        f64::NAN
    } else {
        numerator / denominator
    }
}

/// The features, in IBSI's order, PyRadiomics' own last.
pub const FEATURES: [Definition<FirstOrder>; 23] = [
    both("Mean", "stat_mean", "Q4LE", "I", "sum x / N", |f| f.mean),
    both(
        "Variance",
        "stat_var",
        "ECT3",
        "I^2",
        "m2 = sum (x - mean)^2 / N",
        |f| f.moments[0],
    ),
    both(
        "Skewness",
        "stat_skew",
        "KE2A",
        "1",
        "m3 / m2^1.5; flat: 0",
        |f| f.standardised(3, 0.0),
    ),
    ibsi("stat_kurt", "IPH6", "1", "m4 / m2^2 - 3; flat: 0", |f| {
        f.standardised(4, 3.0) - 3.0
    }),
    both(
        "Median",
        "stat_median",
        "Y12H",
        "I",
        "50th percentile",
        |f| f.percentile(0.5),
    ),
    both("Minimum", "stat_min", "1GSF", "I", "min x", |f| f.minimum()),
    both(
        "10Percentile",
        "stat_p10",
        "QG58",
        "I",
        "10th percentile, linear interpolation",
        |f| f.percentile(0.1),
    ),
    both(
        "90Percentile",
        "stat_p90",
        "8DWT",
        "I",
        "90th percentile, linear interpolation",
        |f| f.percentile(0.9),
    ),
    both("Maximum", "stat_max", "84IY", "I", "max x", |f| f.maximum()),
    both(
        "InterquartileRange",
        "stat_iqr",
        "SALO",
        "I",
        "75th - 25th percentile",
        |f| f.percentile(0.75) - f.percentile(0.25),
    ),
    both("Range", "stat_range", "2OJQ", "I", "max x - min x", |f| {
        f.maximum() - f.minimum()
    }),
    both(
        "MeanAbsoluteDeviation",
        "stat_mad",
        "4FUA",
        "I",
        "sum |x - mean| / N",
        |f| f.mean_deviation,
    ),
    both(
        "RobustMeanAbsoluteDeviation",
        "stat_rmad",
        "1128",
        "I",
        "mean absolute deviation of the values from 10th to 90th percentile",
        |f| f.robust_mean_deviation,
    ),
    ibsi("stat_medad", "N72L", "I", "sum |x - median| / N", |f| {
        f.median_deviation
    }),
    ibsi("stat_cov", "7TET", "1", "sqrt(m2) / mean", |f| {
        ratio(f.moments[0].sqrt(), f.mean)
    }),
    ibsi(
        "stat_qcod",
        "9S40",
        "1",
        "(Q3 - Q1) / (Q3 + Q1), Q1 and Q3: 25th and 75th percentile",
        |f| {
            let (low, high) = (f.percentile(0.25), f.percentile(0.75));
            ratio(high - low, high + low)
        },
    ),
    both(
        "Energy",
        "stat_energy",
        "N8CA",
        "I^2",
        "sum (x + voxel_array_shift)^2",
        |f| f.energy,
    ),
    both(
        "RootMeanSquared",
        "stat_rms",
        "5ZWQ",
        "I",
        "sqrt(sum (x + voxel_array_shift)^2 / N)",
        |f| (f.energy / f.ascending.len() as f64).sqrt(),
    ),
    pyradiomics(
        "Kurtosis",
        "",
        "1",
        "m4 / m2^2 (not excess: IBSI IPH6 + 3); flat: 0",
        |f| f.standardised(4, 0.0),
    ),
    pyradiomics(
        "TotalEnergy",
        "",
        "I^2 mm^3",
        "Energy times voxel volume",
        |f| f.energy * f.voxel_volume_mm3,
    ),
    pyradiomics(
        "Entropy",
        "TLU2",
        "bit",
        "-sum p log2(p), p: share of a grey level",
        |f| entropy(f.shares.iter().copied()),
    ),
    pyradiomics(
        "Uniformity",
        "BJ5W",
        "1",
        "sum p^2, p: share of a grey level",
        |f| f.shares.iter().map(|p| p * p).sum(),
    ),
    deprecated("StandardDeviation", "", "I", "sqrt(m2)", |f| {
        f.moments[0].sqrt()
    }),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discretise::{Binning, discretise};

    fn value(values: &[f64], name: &str) -> f64 {
        let grey = discretise(values, Binning::Width(25.0)).unwrap();
        let measures = FirstOrder::of(values, &grey, 0.0, 2.0);
        let feature = FEATURES
            .iter()
            .find(|f| f.pyradiomics == Some(name))
            .unwrap();
        (feature.value)(&measures)
    }

    #[test]
    fn sums_of_lanes_are_sums() {
        for n in 0..10u32 {
            let values: Vec<f64> = (0..n).map(f64::from).collect();
            let expected = f64::from(n * n.saturating_sub(1) / 2);
            assert_eq!(sums(&values, |v| [v, -v]), [expected, -expected]);
        }
    }

    #[test]
    fn quotients_by_0_are_undefined() {
        let of = |values: &[f64], tag: &str| {
            let measures = FirstOrder::of_ascending(ascending(values), 0.0);
            (FEATURES.iter().find(|f| f.tag == Some(tag)).unwrap().value)(&measures)
        };
        let balanced = [1.0, -1.0, 2.0, -2.0];
        assert!(of(&balanced, "stat_cov").is_nan());
        assert!(of(&balanced, "stat_qcod").is_nan());
        assert_eq!(of(&[3.0; 4], "stat_kurt"), 0.0);
        // 1, 1, 3, 3: m4 = m2 = 1.
        assert_eq!(of(&[1.0, 3.0, 3.0, 1.0], "stat_kurt"), -2.0);
        assert_eq!(of(&[1.0, 3.0, 3.0, 1.0], "stat_cov"), 0.5);
        assert_eq!(of(&[1.0, 3.0, 3.0, 1.0], "stat_qcod"), 0.5);
        assert_eq!(of(&[0.0, 0.0, 6.0], "stat_medad"), 2.0);
    }

    #[test]
    fn flat_regions_have_no_spread() {
        let flat = [0.1; 7];
        for name in [
            "Variance",
            "Skewness",
            "Kurtosis",
            "MeanAbsoluteDeviation",
            "Range",
        ] {
            assert_eq!(value(&flat, name), 0.0, "{name}");
        }
        assert_eq!(mean_and_deviation(&flat), (0.1, 0.0));
        assert_eq!(value(&flat, "Uniformity"), 1.0);
        assert!(value(&flat, "Entropy").abs() < 1e-15);
        assert_eq!(value(&flat, "RobustMeanAbsoluteDeviation"), 0.0);
    }

    #[test]
    fn two_voxels_have_no_robust_deviation() {
        // 10th to 90th percentile of (0, 1) holds neither, as in PyRadiomics.
        assert!(value(&[0.0, 1.0], "RobustMeanAbsoluteDeviation").is_nan());
    }
}
