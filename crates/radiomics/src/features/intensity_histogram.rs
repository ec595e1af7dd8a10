//! Distribution of the grey levels (IBSI's intensity histogram).
//!
//! Source: IBSI reference manual, section 3.4.

use crate::discretise::GreyLevels;
use crate::features::firstorder::ratio;
use crate::features::{Definition, entropy, ibsi, order};

/// Why a value is missing.
pub const UNDEFINED: &str = "no voxel lies between the 10th and the 90th percentile";

/// What the features are made of: how many voxels have each grey level.
#[derive(Debug, Clone)]
pub struct Histogram {
    /// From level 1 to the highest present.
    counts: Vec<usize>,
    voxels: f64,
    mean: f64,
    /// Central moments of order 2, 3 and 4.
    moments: [f64; 3],
    /// Change of the counts per level, at each level.
    gradient: Vec<f64>,
}

impl Histogram {
    /// Measures grey levels (at least one voxel).
    pub fn of(grey: &GreyLevels) -> Self {
        let highest = grey.present.last().map_or(0, |&level| level as usize);
        let mut counts = vec![0; highest];
        for (&level, &count) in grey.present.iter().zip(&grey.counts) {
            counts[level as usize - 1] = count;
        }
        let mut histogram = Self {
            voxels: grey.levels.len() as f64,
            gradient: gradient(&counts),
            counts,
            mean: 0.0,
            moments: [0.0; 3],
        };
        histogram.mean = histogram.average(|level| level);
        let mean = histogram.mean;
        histogram.moments = [2, 3, 4].map(|order| histogram.average(|g| (g - mean).powi(order)));
        histogram
    }

    /// Levels that occur and their numbers of voxels.
    fn occupied(&self) -> impl Iterator<Item = (f64, f64)> {
        let all = self.counts.iter().enumerate();
        let present = all.filter(|&(_, &count)| count > 0);
        present.map(|(index, &count)| (index as f64 + 1.0, count as f64))
    }

    /// Mean over the voxels.
    fn average(&self, value: impl Fn(f64) -> f64) -> f64 {
        let terms = self.occupied().map(|(level, count)| count * value(level));
        terms.sum::<f64>() / self.voxels
    }

    fn percentile(&self, q: f64) -> f64 {
        order::percentile(self.voxels as usize, q, |rank| {
            let mut reached = 0;
            let above = self.counts.iter().position(|count| {
                reached += count;
                reached > rank
            });
            above.map_or(f64::NAN, |index| index as f64 + 1.0)
        })
    }

    /// The lowest and the highest level that occur.
    fn ends(&self) -> [f64; 2] {
        let lowest = self.occupied().next().map_or(f64::NAN, |(level, _)| level);
        [lowest, self.counts.len() as f64]
    }

    /// The most frequent level; of several the one next to the mean, then the
    /// lower one.
    fn mode(&self) -> f64 {
        let mut best = (0.0, f64::INFINITY, f64::NAN);
        for (level, count) in self.occupied() {
            let distance = (level - self.mean).abs();
            if count > best.0 || count == best.0 && distance < best.1 {
                best = (count, distance, level);
            }
        }
        best.2
    }

    fn robust_deviation(&self) -> f64 {
        let (low, high) = (self.percentile(0.1), self.percentile(0.9));
        let between = || self.occupied().filter(|(g, _)| (low..=high).contains(g));
        let voxels: f64 = between().map(|(_, count)| count).sum();
        let mean = between().map(|(g, count)| count * g).sum::<f64>() / voxels;
        between()
            .map(|(g, count)| count * (g - mean).abs())
            .sum::<f64>()
            / voxels
    }

    fn standardised(&self, order: usize, flat: f64) -> f64 {
        let variance = self.moments[0];
        if variance == 0.0 {
            flat
        } else {
            self.moments[order - 2] / variance.powf(order as f64 / 2.0)
        }
    }

    /// The first of the levels at which the gradient is the most extreme in
    /// one direction (`sign`), and the gradient.
    fn steepest(&self, sign: f64) -> [f64; 2] {
        let mut best = [f64::NAN, f64::NEG_INFINITY];
        for (index, &slope) in self.gradient.iter().enumerate() {
            if sign * slope > best[1] {
                best = [index as f64 + 1.0, sign * slope];
            }
        }
        [best[0], sign * best[1]]
    }
}

/// Central differences, one-sided at the ends; 0 for a single level.
fn gradient(counts: &[usize]) -> Vec<f64> {
    let last = counts.len().saturating_sub(1);
    let at = |index: usize| counts[index] as f64;
    let slope = |index: usize| {
        let (before, after) = (index.saturating_sub(1), (index + 1).min(last));
        (at(after) - at(before)) / (after - before).max(1) as f64
    };
    (0..counts.len()).map(slope).collect()
}

/// The features, in IBSI's order. `g` is a voxel's grey level, `n` how many
/// voxels have a level, `p` their share.
pub const FEATURES: [Definition<Histogram>; 23] = [
    ibsi("ih_mean", "X6K6", "1", "sum g / N", |h| h.mean),
    ibsi("ih_var", "CH89", "1", "m2 = sum (g - mean)^2 / N", |h| {
        h.moments[0]
    }),
    ibsi("ih_skew", "88K1", "1", "m3 / m2^1.5; flat: 0", |h| {
        h.standardised(3, 0.0)
    }),
    ibsi("ih_kurt", "C3I7", "1", "m4 / m2^2 - 3; flat: 0", |h| {
        h.standardised(4, 3.0) - 3.0
    }),
    ibsi("ih_median", "WIFQ", "1", "50th percentile", |h| {
        h.percentile(0.5)
    }),
    ibsi("ih_min", "1PR8", "1", "min g", |h| h.ends()[0]),
    ibsi(
        "ih_p10",
        "GPMT",
        "1",
        "10th percentile, linear interpolation",
        |h| h.percentile(0.1),
    ),
    ibsi(
        "ih_p90",
        "OZ0C",
        "1",
        "90th percentile, linear interpolation",
        |h| h.percentile(0.9),
    ),
    ibsi("ih_max", "3NCY", "1", "max g", |h| h.ends()[1]),
    ibsi(
        "ih_mode",
        "AMMC",
        "1",
        "g with the largest n; of several the one next to the mean",
        |h| h.mode(),
    ),
    ibsi("ih_iqr", "WR0O", "1", "75th - 25th percentile", |h| {
        h.percentile(0.75) - h.percentile(0.25)
    }),
    ibsi("ih_range", "5Z3W", "1", "max g - min g", |h| {
        h.ends()[1] - h.ends()[0]
    }),
    ibsi("ih_mad", "D2ZX", "1", "sum |g - mean| / N", |h| {
        h.average(|g| (g - h.mean).abs())
    }),
    ibsi(
        "ih_rmad",
        "WRZB",
        "1",
        "mean absolute deviation of the levels from 10th to 90th percentile",
        |h| h.robust_deviation(),
    ),
    ibsi("ih_medad", "4RNL", "1", "sum |g - median| / N", |h| {
        let median = h.percentile(0.5);
        h.average(|g| (g - median).abs())
    }),
    ibsi("ih_cov", "CWYJ", "1", "sqrt(m2) / mean", |h| {
        h.moments[0].sqrt() / h.mean
    }),
    ibsi(
        "ih_qcod",
        "SLWD",
        "1",
        "(Q3 - Q1) / (Q3 + Q1), Q1 and Q3: 25th and 75th percentile",
        |h| {
            let (low, high) = (h.percentile(0.25), h.percentile(0.75));
            ratio(high - low, high + low)
        },
    ),
    ibsi("ih_entropy", "TLU2", "bit", "-sum p log2(p)", |h| {
        entropy(h.occupied().map(|(_, count)| count / h.voxels))
    }),
    ibsi("ih_uniformity", "BJ5W", "1", "sum p^2", |h| {
        h.occupied()
            .map(|(_, count)| (count / h.voxels).powi(2))
            .sum()
    }),
    ibsi(
        "ih_max_grad",
        "12CE",
        "1",
        "max of the gradient of n over g (central differences)",
        |h| h.steepest(1.0)[1],
    ),
    ibsi(
        "ih_max_grad_g",
        "8E6O",
        "1",
        "the first g where ih_max_grad is",
        |h| h.steepest(1.0)[0],
    ),
    ibsi(
        "ih_min_grad",
        "VQB3",
        "1",
        "min of the gradient of n over g (central differences)",
        |h| h.steepest(-1.0)[1],
    ),
    ibsi(
        "ih_min_grad_g",
        "RHQZ",
        "1",
        "the first g where ih_min_grad is",
        |h| h.steepest(-1.0)[0],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn value(levels: &[u32], tag: &str) -> f64 {
        let histogram = Histogram::of(&GreyLevels::of(levels.to_vec()));
        let row = FEATURES.iter().find(|f| f.tag == Some(tag)).unwrap();
        (row.value)(&histogram)
    }

    #[test]
    fn values_equal_those_of_the_levels() {
        let levels = [5, 1, 2, 2, 3, 7, 7, 3, 2];
        // numpy and scipy.stats of these levels.
        for (tag, expected) in [
            ("ih_mean", 32.0 / 9.0),
            ("ih_var", 4.469_135_802_469_136),
            ("ih_skew", 0.663_518_970_638_204_6),
            ("ih_kurt", -1.073_639_388_297_060_3),
            ("ih_median", 3.0),
            ("ih_p10", 1.8),
            ("ih_p90", 7.0),
            ("ih_iqr", 3.0),
            ("ih_range", 6.0),
            ("ih_mode", 2.0),
        ] {
            let found = value(&levels, tag);
            assert!((found - expected).abs() < 1e-12, "{tag}: {found}");
        }
    }

    #[test]
    fn gradients_take_absent_levels_as_0() {
        // Counts 1, 0, 0, 5: gradients -1, -0.5, 2.5, 5.
        let levels = [1, 4, 4, 4, 4, 4];
        assert_eq!(value(&levels, "ih_max_grad"), 5.0);
        assert_eq!(value(&levels, "ih_max_grad_g"), 4.0);
        assert_eq!(value(&levels, "ih_min_grad"), -1.0);
        assert_eq!(value(&levels, "ih_min_grad_g"), 1.0);
        // Of several modes the one next to the mean, then the lower.
        assert_eq!(value(&[1, 1, 2, 5, 5], "ih_mode"), 1.0);
        assert_eq!(value(&[1, 1, 3, 5, 5], "ih_mode"), 1.0);
    }

    #[test]
    fn flat_regions_have_one_level() {
        for (tag, expected) in [
            ("ih_var", 0.0),
            ("ih_skew", 0.0),
            ("ih_kurt", 0.0),
            ("ih_cov", 0.0),
            ("ih_qcod", 0.0),
            ("ih_rmad", 0.0),
            ("ih_max_grad", 0.0),
            ("ih_max_grad_g", 1.0),
            ("ih_min_grad", 0.0),
            ("ih_uniformity", 1.0),
        ] {
            assert_eq!(value(&[1, 1, 1], tag), expected, "{tag}");
        }
        assert!(value(&[1, 2], "ih_rmad").is_nan());
    }
}
