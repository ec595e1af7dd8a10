//! Distribution of the intensities of a region.
//!
//! Source: IBSI reference manual, sections 3.3 and 3.4, as PyRadiomics
//! computes it: percentiles interpolate linearly, kurtosis is not excess,
//! Entropy and Uniformity are those of the discretised intensities.

use crate::discretise::GreyLevels;
use crate::features::{Definition, define, entropy};

/// What the first-order features are made of.
#[derive(Debug, Clone)]
pub struct FirstOrder {
    /// Ascending.
    sorted: Vec<f64>,
    mean: f64,
    /// Central moments of order 2, 3 and 4.
    moments: [f64; 3],
    mean_deviation: f64,
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
        let n = intensities.len() as f64;
        let mut sorted = intensities.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let mean = mean_of(&sorted);
        let mut moments = [0.0; 3];
        for value in &sorted {
            let d = value - mean;
            moments[0] += d * d;
            moments[1] += d * d * d;
            moments[2] += d * d * d * d;
        }
        let low = percentile(&sorted, 0.1);
        let high = percentile(&sorted, 0.9);
        let from = sorted.partition_point(|&value| value < low);
        let to = sorted.partition_point(|&value| value <= high);
        let energy = sorted
            .iter()
            .map(|value| (value + shift) * (value + shift))
            .sum();
        Self {
            mean,
            moments: moments.map(|sum| sum / n),
            mean_deviation: mean_deviation(&sorted, mean),
            robust_mean_deviation: robust(&sorted[from..to]),
            energy,
            voxel_volume_mm3,
            shares: grey.counts.iter().map(|&count| count as f64 / n).collect(),
            sorted,
        }
    }

    fn minimum(&self) -> f64 {
        self.sorted[0]
    }

    fn maximum(&self) -> f64 {
        self.sorted[self.sorted.len() - 1]
    }

    fn standardised(&self, moment: f64, power: f64) -> f64 {
        let variance = self.moments[0];
        if variance == 0.0 {
            0.0
        } else {
            moment / variance.powf(power)
        }
    }
}

/// Mean of ascending values; exact where they are all the same, so that flat
/// regions have no spread by rounding. NaN for none.
fn mean_of(sorted: &[f64]) -> f64 {
    match sorted {
        [first, .., last] if first == last => *first,
        _ => sorted.iter().sum::<f64>() / sorted.len() as f64,
    }
}

fn mean_deviation(values: &[f64], mean: f64) -> f64 {
    values.iter().map(|value| (value - mean).abs()).sum::<f64>() / values.len() as f64
}

/// Two voxels or fewer may have none between the percentiles: then NaN.
fn robust(between: &[f64]) -> f64 {
    mean_deviation(between, mean_of(between))
}

/// Linear interpolation between order statistics at rank q (n - 1), as
/// `numpy.percentile` does.
fn percentile(sorted: &[f64], q: f64) -> f64 {
    let rank = q * (sorted.len() - 1) as f64;
    let below = rank.floor();
    let (a, t) = (sorted[below as usize], rank - below);
    let b = sorted[(below as usize + 1).min(sorted.len() - 1)];
    // numpy's form: exact at both ends.
    if t < 0.5 {
        a + (b - a) * t
    } else {
        b - (b - a) * (1.0 - t)
    }
}

/// The first-order features, in output order.
pub const FEATURES: [Definition<FirstOrder>; 18] = [
    define(
        "10Percentile",
        "QG58",
        "I",
        "10th percentile, linear interpolation",
        |f| percentile(&f.sorted, 0.1),
    ),
    define(
        "90Percentile",
        "8DWT",
        "I",
        "90th percentile, linear interpolation",
        |f| percentile(&f.sorted, 0.9),
    ),
    define(
        "Energy",
        "N8CA",
        "I^2",
        "sum (x + voxel_array_shift)^2",
        |f| f.energy,
    ),
    define(
        "Entropy",
        "TLU2",
        "bit",
        "-sum p log2(p), p: share of a grey level",
        |f| entropy(f.shares.iter().copied()),
    ),
    define(
        "InterquartileRange",
        "SALO",
        "I",
        "75th - 25th percentile",
        |f| percentile(&f.sorted, 0.75) - percentile(&f.sorted, 0.25),
    ),
    define(
        "Kurtosis",
        "",
        "1",
        "m4 / m2^2 (not excess: IBSI IPH6 + 3); flat: 0",
        |f| f.standardised(f.moments[2], 2.0),
    ),
    define("Maximum", "84IY", "I", "max x", |f| f.maximum()),
    define("Mean", "Q4LE", "I", "sum x / N", |f| f.mean),
    define(
        "MeanAbsoluteDeviation",
        "4FUA",
        "I",
        "sum |x - mean| / N",
        |f| f.mean_deviation,
    ),
    define("Median", "Y12H", "I", "50th percentile", |f| {
        percentile(&f.sorted, 0.5)
    }),
    define("Minimum", "1GSF", "I", "min x", |f| f.minimum()),
    define("Range", "2OJQ", "I", "max x - min x", |f| {
        f.maximum() - f.minimum()
    }),
    define(
        "RobustMeanAbsoluteDeviation",
        "1128",
        "I",
        "mean absolute deviation of the values from 10th to 90th percentile",
        |f| f.robust_mean_deviation,
    ),
    define(
        "RootMeanSquared",
        "5ZWQ",
        "I",
        "sqrt(sum (x + voxel_array_shift)^2 / N)",
        |f| (f.energy / f.sorted.len() as f64).sqrt(),
    ),
    define("Skewness", "KE2A", "1", "m3 / m2^1.5; flat: 0", |f| {
        f.standardised(f.moments[1], 1.5)
    }),
    define(
        "TotalEnergy",
        "",
        "I^2 mm^3",
        "Energy times voxel volume",
        |f| f.energy * f.voxel_volume_mm3,
    ),
    define(
        "Uniformity",
        "BJ5W",
        "1",
        "sum p^2, p: share of a grey level",
        |f| f.shares.iter().map(|p| p * p).sum(),
    ),
    define(
        "Variance",
        "ECT3",
        "I^2",
        "m2 = sum (x - mean)^2 / N",
        |f| f.moments[0],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;
    use crate::discretise::discretise;

    fn value(values: &[f64], name: &str) -> f64 {
        let grey = discretise(values, &Settings::default()).unwrap();
        let measures = FirstOrder::of(values, &grey, 0.0, 2.0);
        let feature = FEATURES.iter().find(|f| f.name == name).unwrap();
        (feature.value)(&measures)
    }

    #[test]
    fn percentiles_follow_numpy() {
        // numpy.percentile([1, 2, 3, 10], [10, 25, 50, 75, 90])
        let sorted = [1.0, 2.0, 3.0, 10.0];
        for (q, expected) in [
            (0.1, 1.3),
            (0.25, 1.75),
            (0.5, 2.5),
            (0.75, 4.75),
            (0.9, 7.9),
        ] {
            assert!((percentile(&sorted, q) - expected).abs() < 1e-14);
        }
        assert_eq!(percentile(&[5.0], 0.9), 5.0);
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
