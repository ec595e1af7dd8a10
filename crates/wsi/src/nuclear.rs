//! Means of nuclear measurements over the cells of a slide.

use serde::{Deserialize, Serialize};

use crate::quantify::Cell;

/// Names of the means, in the order of [`NuclearMeans::values`].
pub const NAMES: [&str; 4] = [
    "nucleus_area_um2_mean",
    "nucleus_circularity_mean",
    "nucleus_eccentricity_mean",
    "nucleus_hematoxylin_od_mean",
];

/// Running means of area (um2), circularity, eccentricity and mean haematoxylin
/// optical density of the nuclei. Sums run in the order of the cells, which is
/// fixed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct NuclearMeans {
    n: u64,
    sums: [f64; 4],
}

impl NuclearMeans {
    /// Adds cells.
    pub fn add(&mut self, cells: &[Cell]) {
        for cell in cells {
            let nucleus = &cell.nucleus;
            let values = [
                nucleus.area_um2,
                nucleus.circularity,
                nucleus.eccentricity,
                cell.hematoxylin.nucleus.mean,
            ];
            self.n += 1;
            for (sum, value) in self.sums.iter_mut().zip(values) {
                *sum += f64::from(value);
            }
        }
    }

    /// Takes in the cells of another slide.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        for (sum, value) in self.sums.iter_mut().zip(other.sums) {
            *sum += value;
        }
    }

    /// The means, as [`NAMES`]; `None` without cells.
    pub fn values(&self) -> [Option<f64>; 4] {
        self.sums
            .map(|sum| (self.n > 0).then(|| sum / self.n as f64))
    }
}
