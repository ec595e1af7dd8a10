//! Texture from the grey level distance zone matrix.
//!
//! Source: IBSI reference manual, section 3.9; Thibault 2014. n(i, j) is the
//! number of zones of level i whose voxels come as near as j to the border of
//! the morphological region, in steps through faces, from 1; N is the number of
//! zones, p = n / N. Zones are those of the size zone matrix.

use crate::Roi;
use crate::features::dimensions::{self, SLICE_NORMAL};
use crate::features::emphases::Emphases;
use crate::features::{Definition, ibsi as ibsi_row};
use crate::matrices::gldzm::{Distances, distance_zones};
use crate::matrices::{Dimension, LevelGrid};

/// Why a feature is NaN.
pub const UNDEFINED: &str = "the region holds no voxel";

/// The features, in IBSI's order.
pub const FEATURES: [Definition<Emphases>; 16] = [
    ibsi_row(
        "dzm_sde",
        "0GBI",
        "1",
        "sum p / j^2",
        Emphases::small_extent,
    ),
    ibsi_row("dzm_lde", "MB4I", "1", "sum p j^2", Emphases::large_extent),
    ibsi_row("dzm_lgze", "S1RA", "1", "sum p / i^2", Emphases::low_level),
    ibsi_row("dzm_hgze", "K26C", "1", "sum p i^2", Emphases::high_level),
    ibsi_row(
        "dzm_sdlge",
        "RUVG",
        "1",
        "sum p / (i^2 j^2)",
        Emphases::small_extent_low_level,
    ),
    ibsi_row(
        "dzm_sdhge",
        "DKNJ",
        "1",
        "sum p i^2 / j^2",
        Emphases::small_extent_high_level,
    ),
    ibsi_row(
        "dzm_ldlge",
        "A7WM",
        "1",
        "sum p j^2 / i^2",
        Emphases::large_extent_low_level,
    ),
    ibsi_row(
        "dzm_ldhge",
        "KLTH",
        "1",
        "sum p i^2 j^2",
        Emphases::large_extent_high_level,
    ),
    ibsi_row(
        "dzm_glnu",
        "VFT7",
        "1",
        "sum over i of (sum over j of n)^2 / N",
        Emphases::level_non_uniformity,
    ),
    ibsi_row(
        "dzm_glnu_norm",
        "7HP3",
        "1",
        "sum over i of (sum over j of n)^2 / N^2",
        Emphases::level_non_uniformity_normalised,
    ),
    ibsi_row(
        "dzm_zdnu",
        "V294",
        "1",
        "sum over j of (sum over i of n)^2 / N",
        Emphases::extent_non_uniformity,
    ),
    ibsi_row(
        "dzm_zdnu_norm",
        "IATH",
        "1",
        "sum over j of (sum over i of n)^2 / N^2",
        Emphases::extent_non_uniformity_normalised,
    ),
    ibsi_row(
        "dzm_z_perc",
        "VIWW",
        "1",
        "N / number of voxels",
        Emphases::percentage,
    ),
    ibsi_row(
        "dzm_gl_var",
        "QK93",
        "1",
        "sum (i - ui)^2 p",
        Emphases::level_variance,
    ),
    ibsi_row(
        "dzm_zd_var",
        "7WT1",
        "1",
        "sum (j - uj)^2 p",
        Emphases::extent_variance,
    ),
    ibsi_row(
        "dzm_zd_entr",
        "GBDU",
        "bit",
        "-sum p log2 p",
        Emphases::entropy,
    ),
];

/// IBSI's values in the order of [`FEATURES`]; NaN where undefined.
///
/// The grid is that of the intensity region; zones lie in it, distances are
/// taken in the morphological region.
pub fn ibsi(
    grid: &LevelGrid,
    intensity: &Roi,
    morphological: &Roi,
    dimension: Dimension,
) -> Vec<f64> {
    let planar = dimension != Dimension::D3;
    let distances = Distances::new(grid, intensity, morphological, planar);
    let values = |grid: &LevelGrid, first_slice: usize| {
        let plane_normal = planar.then_some(SLICE_NORMAL);
        let cells = distance_zones(grid, plane_normal, &distances, first_slice);
        let voxels = grid.cells().iter().filter(|&&rank| rank > 0).count() as u64;
        Emphases::of(&cells, voxels).values(&FEATURES)
    };
    if dimension != Dimension::D2 {
        return values(grid, 0);
    }
    let [nx, ny, _] = intensity.size();
    let planes = intensity.inside().chunks_exact(nx * ny).enumerate();
    let occupied = planes.filter(|(_, plane)| plane.contains(&true));
    let slices = grid.slices().zip(occupied);
    dimensions::mean(slices.map(|(slice, (z, _))| values(&slice, z)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrices::sample;

    #[test]
    fn distances_belong_to_their_slice() {
        // The centre of the first slice, a corner of the third.
        let (morphological, _) = sample::region([5, 5, 3], 1, |_| 1);
        let (intensity, grid) = sample::region([5, 5, 3], 1, |at| match at {
            [2, 2, 0] => 1,
            [4, 4, 2] => 2,
            _ => 0,
        });
        let of = |dimension| ibsi(&grid, &intensity, &morphological, dimension);
        let at = |tag| FEATURES.iter().position(|f| f.tag == Some(tag)).unwrap();
        for (dimension, large, levels, percentage) in [
            (Dimension::D2, 5.0, 1.0, 1.0),
            (Dimension::D25, 5.0, 1.0, 1.0),
            (Dimension::D3, 1.0, 1.0, 1.0),
        ] {
            let found = of(dimension);
            let values = [
                found[at("dzm_lde")],
                found[at("dzm_glnu")],
                found[at("dzm_z_perc")],
            ];
            assert_eq!(values, [large, levels, percentage], "{dimension:?}");
        }
    }

    #[test]
    fn one_voxel() {
        let (roi, grid) = sample::slice([[3]]);
        for dimension in [Dimension::D2, Dimension::D25, Dimension::D3] {
            let found = ibsi(&grid, &roi, &roi, dimension);
            let [low, high] = [1.0 / 9.0, 9.0];
            let expected = [
                1.0, 1.0, low, high, low, high, low, high, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0,
            ];
            assert!(
                found
                    .iter()
                    .zip(expected)
                    .all(|(a, b)| (a - b).abs() < 1e-14),
                "{found:?}"
            );
        }
    }
}
