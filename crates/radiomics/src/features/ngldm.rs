//! Texture from the neighbouring grey level dependence matrix (PyRadiomics'
//! gldm).
//!
//! Source: IBSI reference manual, section 3.11; Sun and Wee 1983. n(i, j) is
//! the number of voxels of level i with dependence j: 1 and the number of
//! neighbours whose level differs by alpha or less; N is the number of voxels,
//! p = n / N.

use crate::features::emphases::Emphases;
use crate::features::{Definition, both, dimensions, ibsi as ibsi_row};
use crate::matrices::ngldm::dependences;
use crate::matrices::offsets::neighbours;
use crate::matrices::{Dimension, LevelGrid, Neighbourhood};

/// Why a feature is NaN.
pub const UNDEFINED: &str = "the region holds no voxel";

/// The features, in IBSI's order. PyRadiomics refuses to compute the two of
/// them that are always 1 or the first-order uniformity.
pub const FEATURES: [Definition<Emphases>; 17] = [
    both(
        "SmallDependenceEmphasis",
        "ngl_lde",
        "SODN",
        "1",
        "sum p / j^2",
        Emphases::small_extent,
    ),
    both(
        "LargeDependenceEmphasis",
        "ngl_hde",
        "IMOQ",
        "1",
        "sum p j^2",
        Emphases::large_extent,
    ),
    both(
        "LowGrayLevelEmphasis",
        "ngl_lgce",
        "TL9H",
        "1",
        "sum p / i^2",
        Emphases::low_level,
    ),
    both(
        "HighGrayLevelEmphasis",
        "ngl_hgce",
        "OAE7",
        "1",
        "sum p i^2",
        Emphases::high_level,
    ),
    both(
        "SmallDependenceLowGrayLevelEmphasis",
        "ngl_ldlge",
        "EQ3F",
        "1",
        "sum p / (i^2 j^2)",
        Emphases::small_extent_low_level,
    ),
    both(
        "SmallDependenceHighGrayLevelEmphasis",
        "ngl_ldhge",
        "JA6D",
        "1",
        "sum p i^2 / j^2",
        Emphases::small_extent_high_level,
    ),
    both(
        "LargeDependenceLowGrayLevelEmphasis",
        "ngl_hdlge",
        "NBZI",
        "1",
        "sum p j^2 / i^2",
        Emphases::large_extent_low_level,
    ),
    both(
        "LargeDependenceHighGrayLevelEmphasis",
        "ngl_hdhge",
        "9QMG",
        "1",
        "sum p i^2 j^2",
        Emphases::large_extent_high_level,
    ),
    both(
        "GrayLevelNonUniformity",
        "ngl_glnu",
        "FP8K",
        "1",
        "sum over i of (sum over j of n)^2 / N",
        Emphases::level_non_uniformity,
    ),
    ibsi_row(
        "ngl_glnu_norm",
        "5SPA",
        "1",
        "sum over i of (sum over j of n)^2 / N^2",
        Emphases::level_non_uniformity_normalised,
    ),
    both(
        "DependenceNonUniformity",
        "ngl_dcnu",
        "Z87G",
        "1",
        "sum over j of (sum over i of n)^2 / N",
        Emphases::extent_non_uniformity,
    ),
    both(
        "DependenceNonUniformityNormalized",
        "ngl_dcnu_norm",
        "OKJI",
        "1",
        "sum over j of (sum over i of n)^2 / N^2",
        Emphases::extent_non_uniformity_normalised,
    ),
    ibsi_row(
        "ngl_dc_perc",
        "6XV8",
        "1",
        "N / number of voxels",
        Emphases::percentage,
    ),
    both(
        "GrayLevelVariance",
        "ngl_gl_var",
        "1PFV",
        "1",
        "sum (i - ui)^2 p",
        Emphases::level_variance,
    ),
    both(
        "DependenceVariance",
        "ngl_dc_var",
        "DNX2",
        "1",
        "sum (j - uj)^2 p",
        Emphases::extent_variance,
    ),
    both(
        "DependenceEntropy",
        "ngl_dc_entr",
        "FCBV",
        "bit",
        "-sum p log2 p",
        Emphases::entropy,
    ),
    ibsi_row("ngl_dc_energy", "CAS9", "1", "sum p^2", Emphases::energy),
];

/// IBSI's values (Chebyshev distance 1, alpha 0) in the order of [`FEATURES`];
/// NaN where undefined.
pub fn ibsi(grid: &LevelGrid, dimension: Dimension) -> Vec<f64> {
    dimensions::values(grid, dimension, |grid, plane_normal| {
        values(grid, &[1], plane_normal, 0)
    })
}

/// PyRadiomics' values in the order of [`FEATURES`]; NaN where undefined.
pub fn pyradiomics(grid: &LevelGrid, how: &Neighbourhood) -> Vec<f64> {
    values(grid, &how.distances, how.plane_normal, how.gldm_a)
}

/// [`pyradiomics`] for `rows`, on boxes of this size.
pub(crate) fn of_windows(
    how: &Neighbourhood,
    size: [usize; 3],
    rows: Vec<Definition<Emphases>>,
) -> impl Fn(&LevelGrid) -> Vec<f64> + use<> {
    let offsets = neighbours(&how.distances, size, how.plane_normal);
    let alpha = how.gldm_a;
    move |grid| measures(grid, &offsets, alpha).values(&rows)
}

fn values(
    grid: &LevelGrid,
    distances: &[usize],
    plane_normal: Option<usize>,
    alpha: u32,
) -> Vec<f64> {
    let offsets = neighbours(distances, grid.size(), plane_normal);
    measures(grid, &offsets, alpha).values(&FEATURES)
}

fn measures(grid: &LevelGrid, offsets: &[[isize; 3]], alpha: u32) -> Emphases {
    let cells = dependences(grid, offsets, alpha);
    let voxels = cells.iter().map(|cell| cell.count).sum();
    Emphases::of(&cells, voxels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrices::sample;

    #[test]
    fn a_voxel_without_neighbours_depends_on_itself() {
        let (_, grid) = sample::slice([[2]]);
        let expected = [
            1.0, 1.0, 0.25, 4.0, 0.25, 4.0, 0.25, 4.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0,
        ];
        for dimension in [Dimension::D2, Dimension::D25, Dimension::D3] {
            let found = ibsi(&grid, dimension);
            let close = |(a, b): (&f64, f64)| (a - b).abs() < 1e-14;
            assert!(found.iter().zip(expected).all(close), "{found:?}");
        }
    }
}
