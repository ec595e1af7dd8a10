//! Texture from the neighbourhood grey tone difference matrix.
//!
//! Source: IBSI reference manual, section 3.10; Amadasun and King 1989. n(i) is
//! the number of voxels of level i, N their sum, p = n / N, s(i) the sum over
//! them of |i - mean level of the neighbours|, G the number of levels with
//! n > 0. IBSI leaves voxels without neighbours out; PyRadiomics counts them
//! with a difference of 0.

use crate::features::{Definition, both, dimensions};
use crate::matrices::ngtdm::{Tone, tone_differences};
use crate::matrices::offsets::neighbours;
use crate::matrices::{Dimension, LevelGrid, Neighbourhood};

/// Why a feature is NaN.
pub const UNDEFINED: &str = "no voxel of the region has a neighbour in it";

/// What the features are made of.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    /// N.
    voxels: f64,
    /// G.
    levels: f64,
    /// sum s.
    difference: f64,
    /// sum p s.
    weighted_difference: f64,
    /// sum over i and j of p(i) p(j) (i - j)^2.
    spread: f64,
    /// sum over i and j of |i p(i) - j p(j)|.
    imbalance: f64,
    /// sum over i and j of |i - j| (p(i) s(i) + p(j) s(j)) / (p(i) + p(j)).
    complexity: f64,
    /// sum over i and j of (p(i) + p(j)) (i - j)^2.
    strength: f64,
}

impl Measures {
    /// Measures the levels that occur.
    pub fn of(tones: &[Tone]) -> Self {
        let voxels = tones.iter().map(|tone| tone.count).sum::<u64>() as f64;
        let rows: Vec<[f64; 3]> = tones
            .iter()
            .map(|tone| {
                let p = tone.count as f64 / voxels;
                [f64::from(tone.level), p, p * tone.difference]
            })
            .collect();
        let mut measures = Self {
            voxels,
            levels: tones.len() as f64,
            difference: tones.iter().map(|tone| tone.difference).sum(),
            weighted_difference: rows.iter().map(|&[_, _, ps]| ps).sum(),
            ..Self::default()
        };
        // Pairs of different levels, both ways: a level with itself adds 0.
        for (at, &[i, pi, psi]) in rows.iter().enumerate() {
            for &[j, pj, psj] in &rows[..at] {
                let square = (i - j) * (i - j);
                measures.spread += 2.0 * pi * pj * square;
                measures.imbalance += 2.0 * (i * pi - j * pj).abs();
                measures.complexity += 2.0 * (i - j).abs() * (psi + psj) / (pi + pj);
                measures.strength += 2.0 * (pi + pj) * square;
            }
        }
        measures
    }

    /// NaN without voxels, `other` where the divisor is 0.
    fn ratio(&self, value: f64, divisor: f64, other: f64) -> f64 {
        if self.voxels == 0.0 {
            f64::NAN
        } else if divisor == 0.0 {
            other
        } else {
            value / divisor
        }
    }
}

/// The features, in IBSI's order.
pub const FEATURES: [Definition<Measures>; 5] = [
    both(
        "Coarseness",
        "ngt_coarseness",
        "QCDE",
        "1",
        "1 / sum p s; flat: 10^6",
        |m| m.ratio(1.0, m.weighted_difference, 1e6),
    ),
    both(
        "Contrast",
        "ngt_contrast",
        "65HE",
        "1",
        "sum sum p(i) p(j) (i - j)^2 / (G (G - 1)) * sum s / N; flat: 0",
        |m| {
            let pairs = m.levels * (m.levels - 1.0);
            m.ratio(m.spread * m.difference, pairs * m.voxels, 0.0)
        },
    ),
    both(
        "Busyness",
        "ngt_busyness",
        "NQ30",
        "1",
        "sum p s / sum sum |i p(i) - j p(j)|; divisor 0: 0",
        |m| m.ratio(m.weighted_difference, m.imbalance, 0.0),
    ),
    both(
        "Complexity",
        "ngt_complexity",
        "HDEZ",
        "1",
        "sum sum |i - j| (p(i) s(i) + p(j) s(j)) / (p(i) + p(j)) / N",
        |m| m.ratio(m.complexity, m.voxels, 0.0),
    ),
    both(
        "Strength",
        "ngt_strength",
        "1X9X",
        "1",
        "sum sum (p(i) + p(j)) (i - j)^2 / sum s; flat: 0",
        |m| m.ratio(m.strength, m.difference, 0.0),
    ),
];

/// IBSI's values (Chebyshev distance 1) in the order of [`FEATURES`]; NaN where
/// undefined.
pub fn ibsi(grid: &LevelGrid, dimension: Dimension) -> Vec<f64> {
    dimensions::values(grid, dimension, |grid, plane_normal| {
        let offsets = neighbours(&[1], grid.size(), plane_normal);
        values(&tone_differences(grid, &offsets, false))
    })
}

/// PyRadiomics' values in the order of [`FEATURES`]; NaN where undefined.
pub fn pyradiomics(grid: &LevelGrid, how: &Neighbourhood) -> Vec<f64> {
    of_windows(how, grid.size(), FEATURES.to_vec())(grid)
}

/// [`pyradiomics`] for `rows`, on boxes of this size.
pub(crate) fn of_windows(
    how: &Neighbourhood,
    size: [usize; 3],
    rows: Vec<Definition<Measures>>,
) -> impl Fn(&LevelGrid) -> Vec<f64> + use<> {
    let offsets = neighbours(&how.distances, size, how.plane_normal);
    move |grid| {
        let measures = Measures::of(&tone_differences(grid, &offsets, true));
        rows.iter().map(|f| (f.value)(&measures)).collect()
    }
}

fn values(tones: &[Tone]) -> Vec<f64> {
    let measures = Measures::of(tones);
    FEATURES.iter().map(|f| (f.value)(&measures)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrices::sample;

    const FLAT: [f64; 5] = [1e6, 0.0, 0.0, 0.0, 0.0];

    fn default() -> Neighbourhood {
        Neighbourhood {
            distances: vec![1],
            plane_normal: None,
            weighting: None,
            symmetrical_glcm: true,
            gldm_a: 0,
            spacing_mm: [1.0; 3],
        }
    }

    #[test]
    fn flat_regions_take_the_special_values() {
        let (_, flat) = sample::slice([[3; 4]; 2]);
        assert_eq!(pyradiomics(&flat, &default()), FLAT);
        for dimension in [Dimension::D2, Dimension::D25, Dimension::D3] {
            assert_eq!(ibsi(&flat, dimension), FLAT);
        }
    }

    #[test]
    fn lonely_voxels_count_for_pyradiomics_alone() {
        for rows in [[[3, 0, 0, 0]], [[3, 0, 0, 5]]] {
            let (_, grid) = sample::slice(rows);
            assert_eq!(pyradiomics(&grid, &default()), FLAT);
            assert!(
                ibsi(&grid, Dimension::D3)
                    .iter()
                    .all(|value| value.is_nan())
            );
        }
        let (_, pair) = sample::slice([[1, 3, 0, 0, 1]]);
        // p = 2 / 3, 1 / 3 and s = 2, 2; without the last, p = 1 / 2 each.
        let close = |a: &[f64], b: [f64; 5]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
        let all = pyradiomics(&pair, &default());
        assert!(
            close(&all, [0.5, 16.0 / 9.0 * 2.0 / 3.0, 3.0, 8.0 / 3.0, 2.0]),
            "{all:?}"
        );
        let two = ibsi(&pair, Dimension::D3);
        assert!(close(&two, [0.5, 2.0, 1.0, 4.0, 2.0]), "{two:?}");
    }

    #[test]
    fn slices_without_neighbours_are_left_out_of_the_mean() {
        let levels = [[1, 3], [5, 0]];
        let (_, both) = sample::region([2, 1, 2], 1, |[x, _, z]| levels[z][x]);
        let (_, first) = sample::slice([[1, 3]]);
        assert_eq!(ibsi(&both, Dimension::D2), ibsi(&first, Dimension::D2));
    }
}
