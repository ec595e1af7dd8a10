//! Images on other grids.
//!
//! Both grids have their axes along the same directions, so a voxel's index
//! on the new grid maps to `offset + scale * index` on the old one, axis by
//! axis, and every kernel is a product of weights for each axis.

mod bspline;
mod grid;
pub mod itk;
mod weights;

use std::borrow::Cow;

pub use grid::centre_aligned;
use weights::AxisWeights;
pub use weights::Kernel;

use crate::error::number;
use crate::{Error, Geometry, Volume};

/// 8 GiB of voxels: a larger grid is a wrong spacing.
const MAX_VOXELS: f64 = (1u64 << 30) as f64;

/// Largest difference of direction cosines that is taken for rounding.
const DIRECTION_TOLERANCE: f64 = 1e-6;

/// The image on another grid. Positions outside of the image take the value
/// at its edge (of the outermost voxel centres).
///
/// A voxel that is NaN or infinite makes those that it weighs in so too; with
/// [`Kernel::CubicBSpline`] these are all of its lines along the axes that
/// change.
///
/// # Errors
/// [`Error::Volume`] when the grids' axes point in different directions, or
/// the target is not a grid or has more than 2^30 voxels.
///
/// ```
/// use ndarray::array;
/// use radiomics::resample::{Kernel, centre_aligned, resample};
/// use radiomics::{Geometry, Volume};
///
/// let image = Volume::new(array![[[0.0, 10.0]]], Geometry::aligned([2, 1, 1], [3.0, 1.0, 1.0]))?;
/// let fine = centre_aligned(image.geometry(), [2.0, 0.0, 0.0]);
/// let resampled = resample(&image, &fine, Kernel::Linear)?;
/// // Centres at -2, 0 and 2 mm from the middle; the image's at -1.5 and 1.5.
/// assert_eq!(resampled.voxels(), array![[[0.0, 5.0, 10.0]]]);
/// # Ok::<(), radiomics::Error>(())
/// ```
pub fn resample(image: &Volume, target: &Geometry, kernel: Kernel) -> Result<Volume, Error> {
    let positions = positions(image.geometry(), target)?;
    let last = image.geometry().size.map(|n| (n - 1) as f64);
    let clamped = [0, 1, 2].map(|axis| {
        let here = positions[axis].iter();
        here.map(|p| p.clamp(0.0, last[axis])).collect::<Vec<_>>()
    });
    let values = passes(image, &clamped, kernel);
    volume(values, target)
}

/// The image on another grid, with `fill` where a voxel's centre lies more
/// than half a voxel outside of the outermost voxel centres, as ITK has it.
///
/// # Errors
/// As [`resample`].
pub fn resample_filled(
    image: &Volume,
    target: &Geometry,
    kernel: Kernel,
    fill: f64,
) -> Result<Volume, Error> {
    let positions = positions(image.geometry(), target)?;
    let size = image.geometry().size;
    let rims = size.map(|n| (-0.5, n as f64 - 0.5));
    let clamped = [0, 1, 2].map(|axis| {
        let (low, high) = rims[axis];
        let here = positions[axis].iter();
        here.map(|p| p.clamp(low, high)).collect::<Vec<_>>()
    });
    let mut values = passes(image, &clamped, kernel);
    let outside = [0, 1, 2].map(|axis| {
        let moved = positions[axis].iter().zip(&clamped[axis]);
        moved.map(|(p, q)| p != q).collect::<Vec<_>>()
    });
    let [nx, ny, _] = target.size;
    for (row, cells) in values.chunks_exact_mut(nx).enumerate() {
        if outside[1][row % ny] || outside[2][row / ny] {
            cells.fill(fill);
        } else {
            let gone = cells.iter_mut().zip(&outside[0]).filter(|(_, out)| **out);
            gone.for_each(|(cell, _)| *cell = fill);
        }
    }
    volume(values, target)
}

fn volume(values: Vec<f64>, target: &Geometry) -> Result<Volume, Error> {
    let [nx, ny, nz] = target.size;
    let voxels = ndarray::Array3::from_shape_vec((nz, ny, nx), values)
        .map_err(|error| Error::Volume(error.to_string()))?;
    Volume::new(voxels, target.clone())
}

/// For each axis, the index in the image of each index of the target.
pub(crate) fn positions(image: &Geometry, target: &Geometry) -> Result<[Vec<f64>; 3], Error> {
    target.check().map_err(Error::Volume)?;
    let voxels: f64 = target.size.iter().map(|&n| n as f64).product();
    if voxels > MAX_VOXELS {
        return Err(Error::Volume(format!(
            "resampling would give {} voxels (at most {MAX_VOXELS}); take a larger spacing",
            number(voxels)
        )));
    }
    let turned = (0..9).any(|i| {
        let difference = target.direction[i / 3][i % 3] - image.direction[i / 3][i % 3];
        difference.abs() > DIRECTION_TOLERANCE
    });
    if turned {
        return Err(Error::Volume(
            "the axes of the grid to resample on point in other directions than the image's; \
             resampling cannot turn an image"
                .to_owned(),
        ));
    }
    let moved: [f64; 3] = std::array::from_fn(|row| target.origin_mm[row] - image.origin_mm[row]);
    Ok([0, 1, 2].map(|axis| {
        let along: f64 = (0..3)
            .map(|row| image.direction[row][axis] * moved[row])
            .sum();
        let offset = along / image.spacing_mm[axis];
        let scale = target.spacing_mm[axis] / image.spacing_mm[axis];
        let index = 0..target.size[axis];
        index.map(|i| snap(offset + scale * i as f64)).collect()
    }))
}

/// Takes rounding off positions at or midway between voxels, where a kernel
/// may jump.
fn snap(position: f64) -> f64 {
    let near = (2.0 * position).round() / 2.0;
    if (position - near).abs() < 1e-8 {
        near
    } else {
        position
    }
}

/// One pass per axis that changes.
fn passes(image: &Volume, positions: &[Vec<f64>; 3], kernel: Kernel) -> Vec<f64> {
    let mut values = Cow::Borrowed(image.values());
    let mut inner = 1;
    for (positions, n) in positions.iter().zip(image.geometry().size) {
        let unchanged = positions.len() == n && (0..n).all(|i| positions[i] == i as f64);
        if !unchanged {
            if kernel == Kernel::CubicBSpline {
                bspline::coefficients(values.to_mut(), n, inner);
            }
            values = Cow::Owned(AxisWeights::of(kernel, positions, n).apply(&values, inner));
        }
        inner *= positions.len();
    }
    values.into_owned()
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    fn ramp(size: [usize; 3], spacing: [f64; 3]) -> Volume {
        let [nx, ny, nz] = size;
        let voxels = Array3::from_shape_fn((nz, ny, nx), |(z, y, x)| {
            100.0 * z as f64 * spacing[2] + 10.0 * y as f64 * spacing[1] + x as f64 * spacing[0]
        });
        Volume::new(voxels, Geometry::aligned(size, spacing)).unwrap()
    }

    const KERNELS: [Kernel; 3] = [Kernel::Nearest, Kernel::Linear, Kernel::CubicBSpline];

    #[test]
    fn the_same_grid_gives_the_same_image() {
        let image = ramp([4, 3, 2], [1.0, 2.0, 3.0]);
        for kernel in KERNELS {
            assert_eq!(resample(&image, image.geometry(), kernel).unwrap(), image);
        }
    }

    #[test]
    fn planes_are_met_inside() {
        let image = ramp([24, 24, 24], [1.0, 2.0, 3.0]);
        let mut target = Geometry::aligned([3, 3, 2], [0.3, 0.7, 1.1]);
        target.origin_mm = [11.2, 22.1, 33.4];
        for kernel in [Kernel::Linear, Kernel::CubicBSpline] {
            let found = resample(&image, &target, kernel).unwrap();
            for ((z, y, x), &value) in found.voxels().indexed_iter() {
                let [x, y, z] = target.position_mm([x as f64, y as f64, z as f64]);
                // The mirrored edge of a spline fades as 0.27^distance.
                let error = (value - (100.0 * z + 10.0 * y + x)).abs();
                assert!(error < 2e-3, "{kernel:?} {error}");
            }
        }
    }

    #[test]
    fn outside_is_the_edge_or_the_fill() {
        let image = ramp([3, 1, 1], [1.0; 3]);
        let mut target = Geometry::aligned([5, 1, 1], [1.0; 3]);
        target.origin_mm[0] = -1.5;
        for kernel in KERNELS {
            let edge = resample(&image, &target, kernel).unwrap();
            let filled = resample_filled(&image, &target, kernel, -7.0).unwrap();
            let (edge, filled) = (edge.values(), filled.values());
            assert!((edge[0] - 0.0).abs() < 1e-15 && (edge[1] - 0.0).abs() < 1e-15);
            assert_eq!(filled[0], -7.0);
            assert!(filled[1..].iter().all(|&value| value >= 0.0));
        }
        target.origin_mm[1] = 0.6;
        let filled = resample_filled(&image, &target, Kernel::Linear, -7.0).unwrap();
        assert_eq!(filled.values(), [-7.0; 5]);
    }

    #[test]
    fn halves_are_rounded_up_whatever_the_rounding() {
        // 0.1 + 0.2 style noise around half a voxel.
        let image = ramp([4, 1, 1], [0.3, 1.0, 1.0]);
        for noise in [-1e-16, 0.0, 1e-16] {
            let mut target = Geometry::aligned([1, 1, 1], [0.3, 1.0, 1.0]);
            target.origin_mm[0] = 0.45 + noise;
            let found = resample(&image, &target, Kernel::Nearest).unwrap();
            assert!((found.values()[0] - 0.6).abs() < 1e-12);
        }
    }

    #[test]
    fn odd_targets_are_refused() {
        let image = ramp([3, 3, 3], [1.0; 3]);
        let mut turned = image.geometry().clone();
        turned.direction = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]];
        assert!(resample(&image, &turned, Kernel::Linear).is_err());
        let huge = Geometry::aligned([1 << 20, 1 << 20, 1], [1.0; 3]);
        assert!(resample(&image, &huge, Kernel::Linear).is_err());
        let none = Geometry::aligned([0, 3, 3], [1.0; 3]);
        assert!(resample(&image, &none, Kernel::Linear).is_err());
    }
}
