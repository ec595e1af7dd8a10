//! Texture from the grey level co-occurrence matrix.
//!
//! Source: IBSI reference manual, section 3.6. p(i, j) is the matrix, px and
//! py its marginals with means ux, uy and deviations sx, sy; p+(k) the
//! probability that i + j = k, p-(k) that |i - j| = k; Ng the highest grey
//! level of the region; HXY, HX, HY the entropies of p, px, py.
//!
//! PyRadiomics knows four more names (Dissimilarity, Homogeneity1,
//! Homogeneity2, SumVariance) and gives no value for them: [`WITHOUT_VALUE`].

mod joint;

pub use joint::Joint;
use joint::Region;

use crate::features::directional::{Scheme, Weighted, length_mm};
use crate::features::{Definition, both, entropy, ibsi as ibsi_only, pyradiomics as own};
use crate::matrices::glcm::Glcm;
use crate::matrices::offsets::directions;
use crate::matrices::{Aggregation, LevelGrid, Neighbourhood};

/// Why a feature is missing.
pub const UNDEFINED: &str = "no two voxels of the region are neighbours at the distances asked for";

/// Names that PyRadiomics accepts and answers with nothing, each with the
/// feature that is mathematically the same.
pub const WITHOUT_VALUE: [(&str, &str); 4] = [
    ("Dissimilarity", "DifferenceAverage"),
    ("Homogeneity1", "Id"),
    ("Homogeneity2", "Idm"),
    ("SumVariance", "ClusterTendency"),
];

/// IBSI's values in the order of [`FEATURES`], from symmetric matrices at
/// Chebyshev distance 1; NaN where no two voxels are neighbours, and for
/// features that IBSI doesn't have.
pub fn ibsi(grid: &LevelGrid, aggregation: Aggregation) -> Vec<f64> {
    let measure =
        |grid: &LevelGrid, offsets: &[Weighted]| Glcm::merged(grid, offsets, true).map(Joint::of);
    Scheme::ibsi(aggregation).means(grid, &FEATURES, |row| row.tag.is_some(), measure)
}

/// PyRadiomics' values in the order of [`FEATURES`]; NaN where no two voxels
/// are neighbours, and for features that PyRadiomics doesn't have.
///
/// Means over the directions that have pairs, or with weights the values of
/// one matrix: the directions' matrices times exp(-d²), d the length of the
/// offset in mm.
pub fn pyradiomics(grid: &LevelGrid, how: &Neighbourhood) -> Vec<f64> {
    let mut values = of_windows(how, grid.size(), grid.levels(), FEATURES.to_vec())(grid);
    let offsets = directions(&how.distances, grid.size(), how.plane_normal);
    let separate = how.weighting.is_none() && offsets.len() > 1;
    if separate && grid.levels().len() == 1 {
        // Even where no direction has pairs.
        let rows = FEATURES.iter().zip(&mut values);
        let mcc = rows.filter(|(row, _)| row.pyradiomics == Some("MCC"));
        mcc.for_each(|(_, value)| *value = 1.0);
    }
    values
}

/// PyRadiomics' values of `rows`, for windows of this size that are cut out of
/// a region with these levels.
pub(crate) fn of_windows(
    how: &Neighbourhood,
    size: [usize; 3],
    levels: &[u32],
    rows: Vec<Definition<Joint>>,
) -> impl Fn(&LevelGrid) -> Vec<f64> + use<> {
    let offsets = directions(&how.distances, size, how.plane_normal);
    let scheme = match how.weighting {
        None => Scheme::averaged(offsets),
        Some(norm) => Scheme::merged(offsets, |offset| {
            length_mm(offset, how.spacing_mm, norm).map_or(1.0, |d| (-d * d).exp())
        }),
    };
    let (region, symmetrical) = (Region::of(levels), how.symmetrical_glcm);
    let measure = move |grid: &LevelGrid, offsets: &[Weighted]| {
        let glcm = Glcm::merged(grid, offsets, symmetrical)?;
        Some(Joint::within(glcm, region))
    };
    move |grid| scheme.means(grid, &rows, |row| row.pyradiomics.is_some(), measure)
}

/// The co-occurrence features, in IBSI's order.
pub const FEATURES: [Definition<Joint>; 26] = [
    both(
        "MaximumProbability",
        "cm_joint_max",
        "GYBY",
        "1",
        "max p",
        |g| g.maximum,
    ),
    both(
        "JointAverage",
        "cm_joint_avg",
        "60VM",
        "1",
        "ux = sum i p",
        |g| g.mean[0],
    ),
    both(
        "SumSquares",
        "cm_joint_var",
        "UR99",
        "1",
        "sum (i - ux)^2 p",
        |g| g.variance[0],
    ),
    both(
        "JointEntropy",
        "cm_joint_entr",
        "TU9B",
        "bit",
        "HXY = -sum p log2 p",
        Joint::entropy,
    ),
    both(
        "DifferenceAverage",
        "cm_diff_avg",
        "TF7R",
        "1",
        "sum k p-(k)",
        |g| g.over_differences(|k| k),
    ),
    both(
        "DifferenceVariance",
        "cm_diff_var",
        "D3YU",
        "1",
        "sum (k - DifferenceAverage)^2 p-(k)",
        |g| g.difference_variance(),
    ),
    both(
        "DifferenceEntropy",
        "cm_diff_entr",
        "NTRS",
        "bit",
        "-sum p-(k) log2 p-(k)",
        |g| entropy(g.difference.iter().copied()),
    ),
    both(
        "SumAverage",
        "cm_sum_avg",
        "ZGXS",
        "1",
        "sum k p+(k)",
        |g| g.over_sums(|k| k),
    ),
    ibsi_only(
        "cm_sum_var",
        "OEEB",
        "1",
        "sum (k - SumAverage)^2 p+(k)",
        |g| g.cluster(2),
    ),
    both(
        "SumEntropy",
        "cm_sum_entr",
        "P6QZ",
        "bit",
        "-sum p+(k) log2 p+(k)",
        |g| entropy(g.sum.iter().copied()),
    ),
    both("JointEnergy", "cm_energy", "8ZQL", "1", "sum p^2", |g| {
        g.energy
    }),
    both(
        "Contrast",
        "cm_contrast",
        "ACUI",
        "1",
        "sum (i - j)^2 p",
        |g| g.over_differences(|k| k * k),
    ),
    ibsi_only("cm_dissimilarity", "8S9J", "1", "sum |i - j| p", |g| {
        g.over_differences(|k| k)
    }),
    both(
        "Id",
        "cm_inv_diff",
        "IB1Z",
        "1",
        "sum p-(k) / (1 + k)",
        |g| g.over_differences(|k| 1.0 / (1.0 + k)),
    ),
    both(
        "Idn",
        "cm_inv_diff_norm",
        "NDRX",
        "1",
        "sum p-(k) / (1 + k / Ng)",
        |g| {
            let n = g.highest_level();
            g.over_differences(|k| 1.0 / (1.0 + k / n))
        },
    ),
    both(
        "Idm",
        "cm_inv_diff_mom",
        "WF0Z",
        "1",
        "sum p-(k) / (1 + k^2)",
        |g| g.over_differences(|k| 1.0 / (1.0 + k * k)),
    ),
    both(
        "Idmn",
        "cm_inv_diff_mom_norm",
        "1QCO",
        "1",
        "sum p-(k) / (1 + k^2 / Ng^2)",
        |g| {
            let n = g.highest_level();
            g.over_differences(|k| 1.0 / (1.0 + k * k / (n * n)))
        },
    ),
    both(
        "InverseVariance",
        "cm_inv_var",
        "E8JP",
        "1",
        "sum over k > 0 of p-(k) / k^2",
        |g| g.over_differences(|k| if k > 0.0 { 1.0 / (k * k) } else { 0.0 }),
    ),
    both(
        "Correlation",
        "cm_corr",
        "NI2N",
        "1",
        "sum (i - ux)(j - uy) p / (sx sy); flat: 1",
        |g| g.correlation(),
    ),
    both(
        "Autocorrelation",
        "cm_auto_corr",
        "QWB0",
        "1",
        "sum i j p",
        |g| g.autocorrelation,
    ),
    both(
        "ClusterTendency",
        "cm_clust_tend",
        "DG8W",
        "1",
        "sum (i + j - ux - uy)^2 p",
        |g| g.cluster(2),
    ),
    both(
        "ClusterShade",
        "cm_clust_shade",
        "7NFM",
        "1",
        "sum (i + j - ux - uy)^3 p",
        |g| g.cluster(3),
    ),
    both(
        "ClusterProminence",
        "cm_clust_prom",
        "AE86",
        "1",
        "sum (i + j - ux - uy)^4 p",
        |g| g.cluster(4),
    ),
    both(
        "Imc1",
        "cm_info_corr1",
        "R8DG",
        "1",
        "(HXY - HX - HY) / max(HX, HY); flat: 0",
        |g| g.information_1(),
    ),
    both(
        "Imc2",
        "cm_info_corr2",
        "JN9H",
        "1",
        "sqrt(1 - exp(-2 (HX + HY - HXY)))",
        |g| g.information_2(),
    ),
    own(
        "MCC",
        "",
        "1",
        "sqrt(second eigenvalue of Q); one level: 1",
        |g| g.maximal_correlation(),
    ),
];
