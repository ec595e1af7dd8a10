//! The transform of a kernel that is even along each axis.

use std::ops::Range;

use super::transform::Transform;

/// A kernel, transformed along x for some frequencies: for each a plane (y
/// fastest) of the offsets up to half of the box.
pub(super) struct Kernel {
    planes: Vec<f64>,
    rows: usize,
}

impl Kernel {
    /// Transforms `value` of the offsets (x, y, z), none of them negative.
    pub fn along_x(
        [x, y, z]: &[Transform; 3],
        range: Range<usize>,
        value: impl Fn([usize; 3]) -> f64,
    ) -> Self {
        let rows = y.frequencies() * z.frequencies();
        let mut planes = vec![0.0; range.len() * rows];
        let mut work = x.workspace();
        let mut values = vec![0.0; x.frequencies()];
        for row in 0..rows {
            let (dy, dz) = (row % y.frequencies(), row / y.frequencies());
            for (dx, cell) in values.iter_mut().enumerate() {
                *cell = value([dx, dy, dz]);
            }
            let spectrum = &x.even(&mut work, &values)[range.clone()];
            for (slab, sum) in spectrum.iter().enumerate() {
                planes[slab * rows + row] = sum.re;
            }
        }
        Self { planes, rows }
    }

    /// The plane of a frequency along x, counted from the first in range,
    /// transformed along y and z (z fastest).
    pub fn plane(&self, slab: usize, y: &Transform, z: &Transform) -> Vec<f64> {
        let (height, depth) = (y.frequencies(), z.frequencies());
        let mut plane = vec![0.0; height * depth];
        let mut work = y.workspace();
        let rows = self.planes[slab * self.rows..][..self.rows].chunks_exact(height);
        for (dz, row) in rows.enumerate() {
            for (frequency, sum) in y.even(&mut work, row).iter().enumerate() {
                plane[frequency * depth + dz] = sum.re;
            }
        }
        let mut work = z.workspace();
        for column in plane.chunks_exact_mut(depth) {
            let spectrum = z.even(&mut work, column);
            for (cell, sum) in column.iter_mut().zip(spectrum) {
                *cell = sum.re;
            }
        }
        plane
    }
}
