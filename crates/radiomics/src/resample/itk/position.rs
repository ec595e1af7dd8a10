//! Where the voxels of a grid lie in an image, by ITK's arithmetic.

use super::inverse::inverse;
use crate::Geometry;

/// From indices of a target grid to continuous indices of an image.
pub(super) struct Mapping {
    to_mm: [[f64; 3]; 3],
    target_origin_mm: [f64; 3],
    to_index: [[f64; 3]; 3],
    image_origin_mm: [f64; 3],
}

impl Mapping {
    pub(super) fn new(target: &Geometry, image: &Geometry) -> Self {
        Self {
            to_mm: steps_mm(target),
            target_origin_mm: target.origin_mm,
            to_index: inverse(steps_mm(image)),
            image_origin_mm: image.origin_mm,
        }
    }

    /// Positions of a row of `n` voxels along x: ITK interpolates them between
    /// the first and the one past the last.
    pub(super) fn row(&self, y: usize, z: usize, n: usize) -> impl Iterator<Item = [f64; 3]> {
        let [y, z] = [y as f64, z as f64];
        let start = self.index([0.0, y, z]);
        let end = self.index([n as f64, y, z]);
        (0..n).map(move |x| {
            let along = x as f64 / n as f64;
            std::array::from_fn(|axis| start[axis] + along * (end[axis] - start[axis]))
        })
    }

    /// Position of one index.
    pub(super) fn index(&self, index: [f64; 3]) -> [f64; 3] {
        to_index(self.to_index, self.image_origin_mm, {
            std::array::from_fn(|row| {
                (0..3).fold(self.target_origin_mm[row], |sum, axis| {
                    sum + self.to_mm[row][axis] * index[axis]
                })
            })
        })
    }
}

/// The continuous index (x, y, z) in an image of a position in mm.
pub fn continuous_index(image: &Geometry, position_mm: [f64; 3]) -> [f64; 3] {
    to_index(inverse(steps_mm(image)), image.origin_mm, position_mm)
}

/// The position in mm of a continuous index (x, y, z).
pub fn position_mm(geometry: &Geometry, index: [f64; 3]) -> [f64; 3] {
    let moved = product(steps_mm(geometry), index);
    std::array::from_fn(|row| moved[row] + geometry.origin_mm[row])
}

fn to_index(matrix: [[f64; 3]; 3], origin_mm: [f64; 3], position_mm: [f64; 3]) -> [f64; 3] {
    product(
        matrix,
        std::array::from_fn(|row| position_mm[row] - origin_mm[row]),
    )
}

fn product(matrix: [[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
}

/// Columns: the steps from voxel to voxel in mm.
fn steps_mm(geometry: &Geometry) -> [[f64; 3]; 3] {
    geometry
        .direction
        .map(|row| std::array::from_fn(|axis| row[axis] * geometry.spacing_mm[axis]))
}
