//! Texture from the grey level size zone matrix.
//!
//! Source: IBSI reference manual, section 3.8; Thibault 2009. n(i, j) is the
//! number of zones of level i with j voxels, N their number, p = n / N; a zone
//! is what is connected by faces, edges and corners. The two dialects mean the
//! same numbers.

use std::sync::OnceLock;

use crate::features::emphases::Emphases;
use crate::features::{Definition, both, dimensions};
use crate::matrices::glszm::{size_zones, size_zones_by};
use crate::matrices::level_extents::Cell;
use crate::matrices::{Dimension, LevelGrid, Links, Neighbourhood};

/// Why a feature is NaN.
pub const UNDEFINED: &str = "the region holds no voxel";

/// The features, in IBSI's order.
pub const FEATURES: [Definition<Emphases>; 16] = [
    both(
        "SmallAreaEmphasis",
        "szm_sze",
        "P001",
        "1",
        "sum p / j^2",
        Emphases::small_extent,
    ),
    both(
        "LargeAreaEmphasis",
        "szm_lze",
        "48P8",
        "1",
        "sum p j^2",
        Emphases::large_extent,
    ),
    both(
        "LowGrayLevelZoneEmphasis",
        "szm_lgze",
        "XMSY",
        "1",
        "sum p / i^2",
        Emphases::low_level,
    ),
    both(
        "HighGrayLevelZoneEmphasis",
        "szm_hgze",
        "5GN9",
        "1",
        "sum p i^2",
        Emphases::high_level,
    ),
    both(
        "SmallAreaLowGrayLevelEmphasis",
        "szm_szlge",
        "5RAI",
        "1",
        "sum p / (i^2 j^2)",
        Emphases::small_extent_low_level,
    ),
    both(
        "SmallAreaHighGrayLevelEmphasis",
        "szm_szhge",
        "HW1V",
        "1",
        "sum p i^2 / j^2",
        Emphases::small_extent_high_level,
    ),
    both(
        "LargeAreaLowGrayLevelEmphasis",
        "szm_lzlge",
        "YH51",
        "1",
        "sum p j^2 / i^2",
        Emphases::large_extent_low_level,
    ),
    both(
        "LargeAreaHighGrayLevelEmphasis",
        "szm_lzhge",
        "J17V",
        "1",
        "sum p i^2 j^2",
        Emphases::large_extent_high_level,
    ),
    both(
        "GrayLevelNonUniformity",
        "szm_glnu",
        "JNSA",
        "1",
        "sum over i of (sum over j of n)^2 / N",
        Emphases::level_non_uniformity,
    ),
    both(
        "GrayLevelNonUniformityNormalized",
        "szm_glnu_norm",
        "Y1RO",
        "1",
        "sum over i of (sum over j of n)^2 / N^2",
        Emphases::level_non_uniformity_normalised,
    ),
    both(
        "SizeZoneNonUniformity",
        "szm_zsnu",
        "4JP3",
        "1",
        "sum over j of (sum over i of n)^2 / N",
        Emphases::extent_non_uniformity,
    ),
    both(
        "SizeZoneNonUniformityNormalized",
        "szm_zsnu_norm",
        "VB3A",
        "1",
        "sum over j of (sum over i of n)^2 / N^2",
        Emphases::extent_non_uniformity_normalised,
    ),
    both(
        "ZonePercentage",
        "szm_z_perc",
        "P30P",
        "1",
        "N / number of voxels",
        Emphases::percentage,
    ),
    both(
        "GrayLevelVariance",
        "szm_gl_var",
        "BYLV",
        "1",
        "sum (i - ui)^2 p",
        Emphases::level_variance,
    ),
    both(
        "ZoneVariance",
        "szm_zs_var",
        "3NSA",
        "1",
        "sum (j - uj)^2 p",
        Emphases::extent_variance,
    ),
    both(
        "ZoneEntropy",
        "szm_zs_entr",
        "GU8N",
        "bit",
        "-sum p log2 p",
        Emphases::entropy,
    ),
];

/// IBSI's values in the order of [`FEATURES`]; NaN where undefined.
pub fn ibsi(grid: &LevelGrid, dimension: Dimension) -> Vec<f64> {
    dimensions::values(grid, dimension, values)
}

/// PyRadiomics' values in the order of [`FEATURES`]; NaN where undefined. Of
/// the neighbourhood, only `plane_normal` counts.
pub fn pyradiomics(grid: &LevelGrid, how: &Neighbourhood) -> Vec<f64> {
    values(grid, how.plane_normal)
}

/// [`pyradiomics`] for `rows`, on grids of one size and reach.
pub(crate) fn of_windows(
    how: &Neighbourhood,
    rows: Vec<Definition<Emphases>>,
) -> impl Fn(&LevelGrid) -> Vec<f64> + use<> {
    let plane_normal = how.plane_normal;
    let links = OnceLock::new();
    move |grid| {
        let links = links.get_or_init(|| Links::new(grid, plane_normal));
        measures(&size_zones_by(grid, links)).values(&rows)
    }
}

fn values(grid: &LevelGrid, plane_normal: Option<usize>) -> Vec<f64> {
    measures(&size_zones(grid, plane_normal)).values(&FEATURES)
}

fn measures(cells: &[Cell]) -> Emphases {
    let voxels = cells
        .iter()
        .map(|cell| u64::from(cell.extent) * cell.count)
        .sum();
    Emphases::of(cells, voxels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrices::sample;

    #[test]
    fn flat_region_of_two_parts() {
        let (_, grid) = sample::slice([[2, 2, 0, 2], [2, 0, 0, 0]]);
        let expected = [
            5.0 / 9.0,
            5.0,
            0.25,
            4.0,
            5.0 / 36.0,
            20.0 / 9.0,
            1.25,
            20.0,
            2.0,
            1.0,
            1.0,
            0.5,
            0.5,
            0.0,
            1.0,
            1.0,
        ];
        for dimension in [Dimension::D2, Dimension::D25, Dimension::D3] {
            let found = ibsi(&grid, dimension);
            let close = |(a, b): (&f64, f64)| (a - b).abs() < 1e-14;
            assert!(found.iter().zip(expected).all(close), "{found:?}");
        }
    }
}
