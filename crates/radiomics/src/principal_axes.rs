//! Lengths of the principal axes of a region.

use crate::Roi;
use crate::jacobi::eigenvalues;
use crate::moments::Moments;
use crate::vector::{cross, dot, minus};

/// 4 sqrt(eigenvalue) in mm (least, minor, major) of the covariance of the
/// voxel centres, over the number of voxels less `lost`.
///
/// Axes that the region doesn't extend along have length 0 exactly. NaN for
/// one voxel with `lost` 1, and where spacings overflow when squared.
pub(crate) fn lengths_mm(roi: &Roi, moments: &Moments, lost: u32) -> [f64; 3] {
    let values = eigenvalues(moments.covariance_mm2(roi.spacing_mm(), lost));
    let flat = 3 - dimensions(roi);
    std::array::from_fn(|axis| match values[axis] {
        value if value.is_nan() => value,
        _ if axis < flat => 0.0,
        // Rounding may take a very small one below 0.
        value => 4.0 * value.max(0.0).sqrt(),
    })
}

/// Dimensions that the voxel centres span: 0 for one voxel, 1 on a line, 2 in
/// a plane however it lies.
fn dimensions(roi: &Roi) -> usize {
    let mut indices = roi.indices().map(|index| index.map(|i| i as i64));
    let Some(first) = indices.next() else {
        return 0;
    };
    let mut steps = indices.map(|index| minus(index, first));
    let Some(line) = steps.next() else {
        return 0;
    };
    let Some(normal) = steps.map(|step| cross(line, step)).find(|&n| n != [0; 3]) else {
        return 1;
    };
    // Voxels before the one that opened the plane lie on the line.
    let mut indices = roi.indices().map(|index| index.map(|i| i as i64));
    match indices.any(|index| dot(normal, minus(index, first)) != 0) {
        true => 3,
        false => 2,
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::{Geometry, Volume};

    fn roi(spacing: [f64; 3], inside: impl Fn([usize; 3]) -> bool) -> Roi {
        let voxels = Array3::from_shape_fn((8, 8, 8), |(z, y, x)| {
            f64::from(u8::from(inside([x, y, z])))
        });
        let mask = Volume::new(voxels, Geometry::aligned([8; 3], spacing)).unwrap();
        Roi::select(&mask, 1).unwrap()
    }

    fn lengths(roi: &Roi, lost: u32) -> [f64; 3] {
        lengths_mm(roi, &Moments::of(roi), lost)
    }

    #[test]
    fn flat_regions_have_axes_of_length_zero_however_they_lie() {
        let spacing = [0.7, 1.3, 2.9];
        let one = roi(spacing, |i| i == [3, 2, 1]);
        assert_eq!(lengths(&one, 0), [0.0; 3]);
        assert!(lengths(&one, 1).iter().all(|l| l.is_nan()));
        let line = lengths(&roi(spacing, |[x, y, z]| x == y && y == z), 0);
        assert!(line[..2] == [0.0; 2] && line[2] > 0.0);
        let plane = lengths(&roi(spacing, |[x, y, z]| 2 * x + y == z), 1);
        assert!(plane[0] == 0.0 && plane[1] > 0.0);
        assert!(lengths(&roi(spacing, |[x, y, z]| (x + y).abs_diff(z) < 2), 1)[0] > 0.0);
    }

    #[test]
    fn box_has_the_variance_of_its_sides() {
        // Variance of 0..n is (n^2 - 1) / 12; over N - 1 n / (n - 1) times as much.
        let spacing = [1e-3, 1.0, 1e3];
        let block = roi(spacing, |[x, y, _]| x < 4 && y < 6);
        for (lost, factor) in [(0, 1.0), (1, 192.0 / 191.0)] {
            let found = lengths(&block, lost);
            for ((n, s), length) in [4.0, 6.0, 8.0].into_iter().zip(spacing).zip(found) {
                let expected = 4.0 * s * ((n * n - 1.0f64) / 12.0 * factor).sqrt();
                assert!((length / expected - 1.0).abs() < 1e-14);
            }
        }
    }
}
