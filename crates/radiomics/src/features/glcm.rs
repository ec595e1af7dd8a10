//! Texture from the grey level co-occurrence matrix.
//!
//! Source: IBSI reference manual, section 3.6, aggregation "3D:averaged": each
//! feature is computed per direction, then averaged over the directions that
//! have pairs, as PyRadiomics does. p(i, j) is the matrix, px and py its
//! marginals with means ux, uy and deviations sx, sy; p+(k) the probability
//! that i + j = k, p-(k) that |i - j| = k; Ng the highest grey level.

use rayon::prelude::*;

use crate::eigen::symmetric_eigenvalues;
use crate::features::{Definition, EPSILON, define, entropy};
use crate::matrices::LevelGrid;
use crate::matrices::glcm::{Glcm, cooccurrence, directions};

/// What the features of one direction are made of.
#[derive(Debug, Clone)]
pub struct Joint {
    mean: [f64; 2],
    variance: [f64; 2],
    covariance: f64,
    autocorrelation: f64,
    /// sum p (i + j - ux - uy)^n for n = 2, 3, 4.
    cluster: [f64; 3],
    energy: f64,
    maximum: f64,
    entropy: f64,
    /// Entropies of px and py.
    marginal_entropy: [f64; 2],
    /// -sum p log2(px py) and -sum px py log2(px py).
    independent_entropy: [f64; 2],
    maximal_correlation: f64,
    /// p-(k) for k = 0 .. Ng - 1.
    difference: Vec<f64>,
    /// p+(k) for k = 0 .. 2 Ng.
    sum: Vec<f64>,
}

/// Mean of each feature over the directions with pairs, in the order of
/// [`FEATURES`]; all NaN when no two voxels are neighbours.
///
/// A direction where a feature is undefined is left out of its mean.
pub fn averaged(grid: &LevelGrid, distances: &[usize], symmetric: bool) -> Vec<f64> {
    let offsets = directions(distances, grid.size());
    // Collected in the order of the offsets, so that the sums don't depend on
    // the schedule.
    let by_direction: Vec<Option<Vec<f64>>> = offsets
        .into_par_iter()
        .map(|offset| {
            let joint = Joint::of(&cooccurrence(grid, offset, symmetric)?);
            Some(
                FEATURES
                    .iter()
                    .map(|feature| (feature.value)(&joint))
                    .collect(),
            )
        })
        .collect();
    (0..FEATURES.len())
        .map(|i| {
            let values = by_direction.iter().flatten().map(|features| features[i]);
            let defined: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
            defined.iter().sum::<f64>() / defined.len() as f64
        })
        .collect()
}

impl Joint {
    /// Measures one matrix.
    pub fn of(glcm: &Glcm) -> Self {
        let Glcm {
            levels,
            probability,
            ..
        } = glcm;
        let k = levels.len();
        let rows = || probability.chunks_exact(k);
        let px: Vec<f64> = rows().map(|row| row.iter().sum()).collect();
        let py: Vec<f64> = (0..k).map(|j| rows().map(|row| row[j]).sum()).collect();
        let marginals = [&px, &py];
        let over = |p: &[f64], f: &dyn Fn(f64) -> f64| -> f64 {
            p.iter().zip(levels).map(|(p, &level)| p * f(level)).sum()
        };
        let mean = marginals.map(|p| over(p, &|level| level));
        let variance =
            [0, 1].map(|side| over(marginals[side], &|level| (level - mean[side]).powi(2)));

        let highest = levels.last().map_or(0, |&level| level as usize);
        let mut joint = Self {
            mean,
            variance,
            covariance: 0.0,
            autocorrelation: 0.0,
            cluster: [0.0; 3],
            energy: probability.iter().map(|p| p * p).sum(),
            maximum: probability.iter().copied().fold(0.0, f64::max),
            entropy: entropy(probability.iter().copied()),
            marginal_entropy: marginals.map(|p| entropy(p.iter().copied())),
            independent_entropy: [0.0; 2],
            maximal_correlation: maximal_correlation(glcm, &px, &py),
            difference: vec![0.0; highest],
            sum: vec![0.0; 2 * highest + 1],
        };
        for (row, (&i, &pi)) in rows().zip(levels.iter().zip(&px)) {
            for (&p, (&j, &pj)) in row.iter().zip(levels.iter().zip(&py)) {
                let independent = pi * pj;
                if independent > 0.0 {
                    let bits = (independent + EPSILON).log2();
                    joint.independent_entropy[0] -= p * bits;
                    joint.independent_entropy[1] -= independent * bits;
                }
                if p > 0.0 {
                    joint.add(p, i, j);
                }
            }
        }
        joint
    }

    fn add(&mut self, p: f64, i: f64, j: f64) {
        let [ux, uy] = self.mean;
        self.autocorrelation += p * i * j;
        self.covariance += p * (i - ux) * (j - uy);
        let centred = i + j - ux - uy;
        let square = centred * centred;
        for (sum, power) in self
            .cluster
            .iter_mut()
            .zip([square, square * centred, square * square])
        {
            *sum += p * power;
        }
        // Levels are whole numbers, 1 to Ng.
        self.difference[(i - j).abs() as usize] += p;
        self.sum[(i + j) as usize] += p;
    }

    /// sum f(k) p-(k).
    fn over_differences(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.difference
            .iter()
            .enumerate()
            .map(|(k, p)| f(k as f64) * p)
            .sum()
    }

    fn highest_level(&self) -> f64 {
        self.difference.len() as f64
    }

    fn correlation(&self) -> f64 {
        let spread = self.variance[0].sqrt() * self.variance[1].sqrt();
        if spread == 0.0 {
            1.0
        } else {
            self.covariance / (spread + EPSILON)
        }
    }

    fn difference_variance(&self) -> f64 {
        let mean = self.over_differences(|k| k);
        self.over_differences(|k| (k - mean).powi(2))
    }

    fn information_1(&self) -> f64 {
        let gain = self.entropy - self.independent_entropy[0];
        let most = self.marginal_entropy[0].max(self.marginal_entropy[1]);
        if gain == 0.0 || most == 0.0 {
            0.0
        } else {
            gain / most
        }
    }

    fn information_2(&self) -> f64 {
        // Below 0 only by rounding.
        let gain = (self.independent_entropy[1] - self.entropy).max(0.0);
        (-(-2.0 * gain).exp_m1()).sqrt()
    }
}

/// Square root of the second largest eigenvalue of
/// Q(i, j) = sum over k of p(i, k) p(j, k) / (px(i) py(k)); 1 when the region
/// has one grey level.
///
/// Q is similar to S S' with S(i, j) = p(i, j) / sqrt(px(i) py(j)), whose
/// largest singular value is 1, with sqrt(px) and sqrt(py) as vectors. Taking
/// that part away leaves the one looked for on top. NaN without convergence.
fn maximal_correlation(glcm: &Glcm, px: &[f64], py: &[f64]) -> f64 {
    let k = px.len();
    if k < 2 {
        return 1.0;
    }
    let rest: Vec<f64> = (0..k * k)
        .map(|at| {
            let root = (px[at / k] * py[at % k]).sqrt();
            if root > 0.0 {
                glcm.probability[at] / root - root
            } else {
                0.0
            }
        })
        .collect();
    let largest = |matrix: &[f64]| {
        let values = symmetric_eigenvalues(matrix, k)?;
        Some(values.first()?.abs().max(values.last()?.abs()))
    };
    if glcm.symmetric {
        return largest(&rest).unwrap_or(f64::NAN);
    }
    let row = |i: usize| &rest[i * k..][..k];
    let squared: Vec<f64> = (0..k * k)
        .map(|at| {
            row(at / k)
                .iter()
                .zip(row(at % k))
                .map(|(a, b)| a * b)
                .sum()
        })
        .collect();
    largest(&squared).map_or(f64::NAN, f64::sqrt)
}

/// The co-occurrence features, in output order.
pub const FEATURES: [Definition<Joint>; 24] = [
    define("Autocorrelation", "QWB0", "1", "sum i j p", |g| {
        g.autocorrelation
    }),
    define(
        "ClusterProminence",
        "AE86",
        "1",
        "sum (i + j - ux - uy)^4 p",
        |g| g.cluster[2],
    ),
    define(
        "ClusterShade",
        "7NFM",
        "1",
        "sum (i + j - ux - uy)^3 p",
        |g| g.cluster[1],
    ),
    define(
        "ClusterTendency",
        "DG8W",
        "1",
        "sum (i + j - ux - uy)^2 p",
        |g| g.cluster[0],
    ),
    define("Contrast", "ACUI", "1", "sum (i - j)^2 p", |g| {
        g.over_differences(|k| k * k)
    }),
    define(
        "Correlation",
        "NI2N",
        "1",
        "sum (i - ux)(j - uy) p / (sx sy); flat: 1",
        |g| g.correlation(),
    ),
    define("DifferenceAverage", "TF7R", "1", "sum k p-(k)", |g| {
        g.over_differences(|k| k)
    }),
    define(
        "DifferenceEntropy",
        "NTRS",
        "bit",
        "-sum p-(k) log2 p-(k)",
        |g| entropy(g.difference.iter().copied()),
    ),
    define(
        "DifferenceVariance",
        "D3YU",
        "1",
        "sum (k - DifferenceAverage)^2 p-(k)",
        |g| g.difference_variance(),
    ),
    define("Id", "IB1Z", "1", "sum p-(k) / (1 + k)", |g| {
        g.over_differences(|k| 1.0 / (1.0 + k))
    }),
    define("Idm", "WF0Z", "1", "sum p-(k) / (1 + k^2)", |g| {
        g.over_differences(|k| 1.0 / (1.0 + k * k))
    }),
    define("Idmn", "1QCO", "1", "sum p-(k) / (1 + k^2 / Ng^2)", |g| {
        let n = g.highest_level();
        g.over_differences(|k| 1.0 / (1.0 + k * k / (n * n)))
    }),
    define("Idn", "NDRX", "1", "sum p-(k) / (1 + k / Ng)", |g| {
        let n = g.highest_level();
        g.over_differences(|k| 1.0 / (1.0 + k / n))
    }),
    define(
        "Imc1",
        "R8DG",
        "1",
        "(HXY - HXY1) / max(HX, HY); flat: 0",
        |g| g.information_1(),
    ),
    define("Imc2", "JN9H", "1", "sqrt(1 - exp(-2 (HXY2 - HXY)))", |g| {
        g.information_2()
    }),
    define(
        "InverseVariance",
        "E8JP",
        "1",
        "sum over k > 0 of p-(k) / k^2",
        |g| g.over_differences(|k| if k > 0.0 { 1.0 / (k * k) } else { 0.0 }),
    ),
    define("JointAverage", "60VM", "1", "ux = sum i p", |g| g.mean[0]),
    define("JointEnergy", "8ZQL", "1", "sum p^2", |g| g.energy),
    define("JointEntropy", "TU9B", "bit", "HXY = -sum p log2 p", |g| {
        g.entropy
    }),
    define(
        "MCC",
        "",
        "1",
        "sqrt(second eigenvalue of Q); one level: 1",
        |g| g.maximal_correlation,
    ),
    define("MaximumProbability", "GYBY", "1", "max p", |g| g.maximum),
    define("SumAverage", "ZGXS", "1", "sum k p+(k)", |g| {
        g.sum.iter().enumerate().map(|(k, p)| k as f64 * p).sum()
    }),
    define("SumEntropy", "P6QZ", "bit", "-sum p+(k) log2 p+(k)", |g| {
        entropy(g.sum.iter().copied())
    }),
    define("SumSquares", "UR99", "1", "sum (i - ux)^2 p", |g| {
        g.variance[0]
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str, levels: &[f64], probability: &[f64], symmetric: bool) -> f64 {
        let (levels, probability) = (levels.to_vec(), probability.to_vec());
        let joint = Joint::of(&Glcm {
            levels,
            probability,
            symmetric,
        });
        let feature = FEATURES.iter().find(|f| f.name == name).unwrap();
        (feature.value)(&joint)
    }

    #[test]
    fn one_grey_level_takes_the_special_values() {
        let of = |name| value(name, &[3.0], &[1.0], true);
        for (name, expected) in [
            ("Correlation", 1.0),
            ("MCC", 1.0),
            ("Imc1", 0.0),
            ("Imc2", 0.0),
            ("Contrast", 0.0),
            ("JointEnergy", 1.0),
            ("Id", 1.0),
            ("JointAverage", 3.0),
            ("SumAverage", 6.0),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
    }

    #[test]
    fn two_levels_by_hand() {
        // Two levels: MCC and |Correlation| are the same number.
        let p = [0.4, 0.1, 0.1, 0.4];
        for (name, expected) in [
            ("MCC", 0.6),
            ("Correlation", 0.6),
            ("Contrast", 0.2),
            ("InverseVariance", 0.2),
        ] {
            assert!(
                (value(name, &[1.0, 2.0], &p, true) - expected).abs() < 1e-12,
                "{name}"
            );
        }
        let lopsided = [0.5, 0.3, 0.1, 0.1];
        let mcc = value("MCC", &[1.0, 2.0], &lopsided, false);
        let correlation = value("Correlation", &[1.0, 2.0], &lopsided, false);
        assert!(
            (mcc - correlation.abs()).abs() < 1e-9,
            "{mcc} {correlation}"
        );
    }

    #[test]
    fn independent_levels_carry_no_information() {
        let p: Vec<f64> = [0.2, 0.3, 0.5]
            .iter()
            .flat_map(|a| [0.2, 0.3, 0.5].map(|b| a * b))
            .collect();
        let levels = [1.0, 2.0, 7.0];
        for name in ["Correlation", "MCC", "Imc1"] {
            assert!(value(name, &levels, &p, true).abs() < 1e-12, "{name}");
        }
        assert!(value("Imc2", &levels, &p, true) < 1e-6);
    }
}
