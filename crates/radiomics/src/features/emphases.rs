//! Features of a matrix of grey levels i against extents j (sizes or distances
//! of zones, counts of like neighbours), which are the same for each kind.
//!
//! n(i, j) is the matrix, N its sum, p = n / N; extents count from 1.

use crate::features::{Definition, entropy};
use crate::matrices::level_extents::Cell;

/// What the features of such a matrix are made of.
#[derive(Debug, Clone)]
pub struct Emphases {
    total: f64,
    voxels: f64,
    /// sum p i^a j^b, by a and b in the order -2, 0, 2.
    emphasis: [[f64; 3]; 3],
    /// sum over i of (sum over j of n)^2 / N, and the other way round.
    non_uniformity: [f64; 2],
    /// sum (i - ui)^2 p, and of j.
    variance: [f64; 2],
    entropy: f64,
    energy: f64,
}

const INVERSE: usize = 0;
const ONE: usize = 1;
const SQUARE: usize = 2;

impl Emphases {
    /// Measures a matrix of a region or slice of so many voxels.
    pub fn of(cells: &[Cell], voxels: u64) -> Self {
        let total = cells.iter().map(|cell| cell.count).sum::<u64>() as f64;
        let p = |cell: &Cell| cell.count as f64 / total;
        let mut emphasis = [[0.0; 3]; 3];
        for cell in cells {
            let powers = |value: u32| {
                let square = f64::from(value).powi(2);
                [square.recip(), 1.0, square]
            };
            let extents = powers(cell.extent);
            for (row, level) in emphasis.iter_mut().zip(powers(cell.level)) {
                for (sum, extent) in row.iter_mut().zip(extents) {
                    *sum += cell.count as f64 * level * extent / total;
                }
            }
        }
        let marginals = [
            marginal(cells.iter().map(|cell| (cell.level, cell.count))),
            marginal(cells.iter().map(|cell| (cell.extent, cell.count))),
        ];
        let non_uniformity =
            |marginal: &Vec<(f64, f64)>| marginal.iter().map(|(_, n)| n * n).sum::<f64>() / total;
        let variance = |marginal: &Vec<(f64, f64)>| {
            let mean = marginal.iter().map(|(value, n)| value * n).sum::<f64>() / total;
            let squares = marginal.iter().map(|(value, n)| (value - mean).powi(2) * n);
            squares.sum::<f64>() / total
        };
        Self {
            total,
            voxels: voxels as f64,
            emphasis,
            non_uniformity: marginals.each_ref().map(non_uniformity),
            variance: marginals.each_ref().map(variance),
            entropy: entropy(cells.iter().map(p)),
            energy: cells.iter().map(|cell| p(cell).powi(2)).sum(),
        }
    }

    /// The values of a family.
    pub(super) fn values(&self, features: &[Definition<Self>]) -> Vec<f64> {
        features.iter().map(|f| (f.value)(self)).collect()
    }

    /// sum p / j^2.
    pub fn small_extent(&self) -> f64 {
        self.emphasis[ONE][INVERSE]
    }

    /// sum p j^2.
    pub fn large_extent(&self) -> f64 {
        self.emphasis[ONE][SQUARE]
    }

    /// sum p / i^2.
    pub fn low_level(&self) -> f64 {
        self.emphasis[INVERSE][ONE]
    }

    /// sum p i^2.
    pub fn high_level(&self) -> f64 {
        self.emphasis[SQUARE][ONE]
    }

    /// sum p / (i^2 j^2).
    pub fn small_extent_low_level(&self) -> f64 {
        self.emphasis[INVERSE][INVERSE]
    }

    /// sum p i^2 / j^2.
    pub fn small_extent_high_level(&self) -> f64 {
        self.emphasis[SQUARE][INVERSE]
    }

    /// sum p j^2 / i^2.
    pub fn large_extent_low_level(&self) -> f64 {
        self.emphasis[INVERSE][SQUARE]
    }

    /// sum p i^2 j^2.
    pub fn large_extent_high_level(&self) -> f64 {
        self.emphasis[SQUARE][SQUARE]
    }

    /// sum over i of (sum over j of n)^2 / N.
    pub fn level_non_uniformity(&self) -> f64 {
        self.non_uniformity[0]
    }

    /// sum over i of (sum over j of n)^2 / N^2.
    pub fn level_non_uniformity_normalised(&self) -> f64 {
        self.non_uniformity[0] / self.total
    }

    /// sum over j of (sum over i of n)^2 / N.
    pub fn extent_non_uniformity(&self) -> f64 {
        self.non_uniformity[1]
    }

    /// sum over j of (sum over i of n)^2 / N^2.
    pub fn extent_non_uniformity_normalised(&self) -> f64 {
        self.non_uniformity[1] / self.total
    }

    /// N / number of voxels.
    pub fn percentage(&self) -> f64 {
        self.total / self.voxels
    }

    /// sum (i - ui)^2 p.
    pub fn level_variance(&self) -> f64 {
        self.variance[0]
    }

    /// sum (j - uj)^2 p.
    pub fn extent_variance(&self) -> f64 {
        self.variance[1]
    }

    /// -sum p log2 p.
    pub fn entropy(&self) -> f64 {
        self.entropy
    }

    /// sum p^2.
    pub fn energy(&self) -> f64 {
        self.energy
    }
}

/// Counts by value, ascending.
fn marginal(counts: impl Iterator<Item = (u32, u64)>) -> Vec<(f64, f64)> {
    let mut sorted: Vec<_> = counts.collect();
    sorted.sort_unstable();
    let values = sorted.chunk_by(|a, b| a.0 == b.0);
    let sum = |same: &[(u32, u64)]| same.iter().map(|&(_, count)| count).sum::<u64>() as f64;
    values
        .map(|same| (f64::from(same[0].0), sum(same)))
        .collect()
}
