//! The gradient's magnitude.

use ndarray::Array3;
use rayon::prelude::*;

use super::{fitting, in_box};
use crate::{Error, Roi, Storage, Volume};

/// Magnitude of an image's gradient, as PyRadiomics' Gradient has it:
/// SimpleITK's `GradientMagnitude`, the square root of the sum of squares of
/// `(after - before) / (2 * spacing)` along x, y, z.
///
/// Without `use_spacing` a voxel is taken to be 1 wide; else the unit is the
/// image's by mm. The image goes on beyond its border with its outermost voxels.
/// The result is of single precision and has the region's bounding box. NaN and
/// infinities of the image make NaN or infinity in the voxel itself and its six
/// neighbours, no farther.
///
/// # Errors
/// [`Error::Grid`] when the region is not in the image.
pub fn gradient_magnitude(
    image: &Volume,
    around: &Roi,
    use_spacing: bool,
) -> Result<Volume, Error> {
    let [xs, ys, zs] = fitting(image, around)?;
    let geometry = image.geometry();
    let half = geometry.spacing_mm.map(|spacing| {
        if use_spacing {
            0.5 * (1.0 / spacing)
        } else {
            0.5
        }
    });
    let [nx, ny, nz] = geometry.size;
    let row = |y: usize, z: usize| &image.values()[(z * ny + y) * nx..][..nx];
    let [sx, sy, sz] = around.size();
    let rows = (0..sy * sz).into_par_iter().map(|i| {
        let (y, z) = (ys.start + i % sy, zs.start + i / sy);
        let here = row(y, z);
        let across = [
            (row(y.saturating_sub(1), z), row((y + 1).min(ny - 1), z)),
            (row(y, z.saturating_sub(1)), row(y, (z + 1).min(nz - 1))),
        ];
        let magnitude = |x: usize| {
            // As ITK sums, so that results are equal to the last bit.
            let slope = |axis: usize, before: f64, after: f64| {
                half[axis] * before + 0.0 * here[x] - half[axis] * after
            };
            let along = slope(0, here[x.saturating_sub(1)], here[(x + 1).min(nx - 1)]);
            let [y, z] = [0, 1].map(|i| slope(i + 1, across[i].0[x], across[i].1[x]));
            f64::from((along * along + y * y + z * z).sqrt() as f32)
        };
        xs.clone().map(magnitude).collect::<Vec<f64>>()
    });
    let values = rows.collect::<Vec<_>>().concat();
    let values = Array3::from_shape_vec((sz, sy, sx), values)
        .map_err(|error| Error::Volume(error.to_string()))?;
    in_box(values, image, around, Storage::Single)
}
