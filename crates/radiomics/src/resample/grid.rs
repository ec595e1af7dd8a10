//! Grids to resample on.

use crate::Geometry;

/// IBSI's grid of another spacing (x, y, z) in mm; 0 keeps an axis.
///
/// Its size is ceil(n old / new) along each axis, and its centre is that of
/// the old grid. Source: IBSI reference manual, section 2.4.
pub fn centre_aligned(geometry: &Geometry, spacing_mm: [f64; 3]) -> Geometry {
    let keep = |axis: usize| spacing_mm[axis] == 0.0;
    let spacing_mm: [f64; 3] = std::array::from_fn(|axis| {
        if keep(axis) {
            geometry.spacing_mm[axis]
        } else {
            spacing_mm[axis]
        }
    });
    let size: [usize; 3] = std::array::from_fn(|axis| {
        let n = geometry.size[axis];
        if keep(axis) {
            return n;
        }
        let extent = n as f64 * geometry.spacing_mm[axis] / spacing_mm[axis];
        // Spacings are often stored in single precision.
        (extent * (1.0 - 1e-6)).ceil().max(1.0) as usize
    });
    let middle = |size: [usize; 3]| size.map(|n| (n as f64 - 1.0) / 2.0);
    let mut target = Geometry {
        size,
        spacing_mm,
        ..geometry.clone()
    };
    let old = geometry.position_mm(middle(geometry.size));
    let new = target.position_mm(middle(size));
    for axis in 0..3 {
        target.origin_mm[axis] += old[axis] - new[axis];
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn centres_coincide_and_sizes_are_rounded_up() {
        let mut old = Geometry::aligned([204, 201, 60], [0.9765625, 0.9765625, 3.0]);
        old.origin_mm = [5.0, -3.0, 7.5];
        old.direction[1][1] = -1.0;
        let new = centre_aligned(&old, [2.0; 3]);
        assert_eq!(new.size, [100, 99, 90]);
        assert_eq!(
            new.position_mm([49.5, 49.0, 44.5]),
            old.position_mm([101.5, 100.0, 29.5])
        );
        assert_eq!(centre_aligned(&old, [0.0; 3]), old);
        // 30 voxels of 0.1f32 are one of 3 mm, not two.
        let single = Geometry::aligned([30, 1, 1], [f64::from(0.1f32), 1.0, 1.0]);
        assert_eq!(centre_aligned(&single, [3.0, 50.0, 0.0]).size, [1, 1, 1]);
    }
}
