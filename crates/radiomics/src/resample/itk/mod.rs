//! Images on any grid, as ITK's ResampleImageFilter has them.
//!
//! Unlike [`super::resample`], positions, weights and sums follow ITK's
//! arithmetic to the last bit, also between grids whose axes differ: where
//! values are cut to whole numbers, or lie midway between two voxels of a
//! mask, PyRadiomics' numbers depend on it. Source: ITK 5.4.

mod inverse;
mod kernels;
mod position;
mod spline;

use ndarray::Array3;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{MAX_VOXELS, number};
use crate::volume::Storage;
use crate::{Error, Geometry, Volume};
use kernels::{Taps, reach, value};
pub use position::{continuous_index, position_mm};

/// SimpleITK's interpolators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Interpolator {
    /// The nearest voxel; halfway the one of the higher index.
    #[serde(rename = "sitkNearestNeighbor")]
    NearestNeighbor,
    /// Linear along each axis.
    #[serde(rename = "sitkLinear")]
    Linear,
    /// The cubic B-spline through the voxels, mirrored at the edges.
    #[serde(rename = "sitkBSpline")]
    BSpline,
    /// A Gaussian of 0.8 voxels, cut at 4 standard deviations.
    #[serde(rename = "sitkGaussian")]
    Gaussian,
    /// The value with the largest share of a Gaussian of 1 voxel, cut at 1
    /// standard deviation.
    #[serde(rename = "sitkLabelGaussian")]
    LabelGaussian,
    /// Sinc over 5 voxels to either side, windowed by Hamming.
    #[serde(rename = "sitkHammingWindowedSinc")]
    HammingWindowedSinc,
    /// Windowed by a cosine.
    #[serde(rename = "sitkCosineWindowedSinc")]
    CosineWindowedSinc,
    /// Windowed by Welch.
    #[serde(rename = "sitkWelchWindowedSinc")]
    WelchWindowedSinc,
    /// Windowed by Lanczos.
    #[serde(rename = "sitkLanczosWindowedSinc")]
    LanczosWindowedSinc,
    /// Windowed by Blackman.
    #[serde(rename = "sitkBlackmanWindowedSinc")]
    BlackmanWindowedSinc,
}

impl Interpolator {
    /// In the order of the numbers 1 to 10 that parameter files may give.
    pub const ALL: [Self; 10] = [
        Self::NearestNeighbor,
        Self::Linear,
        Self::BSpline,
        Self::Gaussian,
        Self::LabelGaussian,
        Self::HammingWindowedSinc,
        Self::CosineWindowedSinc,
        Self::WelchWindowedSinc,
        Self::LanczosWindowedSinc,
        Self::BlackmanWindowedSinc,
    ];

    /// SimpleITK's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::NearestNeighbor => "sitkNearestNeighbor",
            Self::Linear => "sitkLinear",
            Self::BSpline => "sitkBSpline",
            Self::Gaussian => "sitkGaussian",
            Self::LabelGaussian => "sitkLabelGaussian",
            Self::HammingWindowedSinc => "sitkHammingWindowedSinc",
            Self::CosineWindowedSinc => "sitkCosineWindowedSinc",
            Self::WelchWindowedSinc => "sitkWelchWindowedSinc",
            Self::LanczosWindowedSinc => "sitkLanczosWindowedSinc",
            Self::BlackmanWindowedSinc => "sitkBlackmanWindowedSinc",
        }
    }
}

/// The image on another grid; 0 where a voxel's centre lies outside of the
/// image's voxels. Values pass through `before` first, and are stored as
/// `storage` in the end (whole numbers are cut, not rounded).
///
/// Only what the target needs is read. A value that is not finite makes those
/// near it so too.
///
/// # Errors
/// [`Error::Volume`] when the target is not a grid or has more than 2^30
/// voxels.
pub fn resample(
    image: &Volume,
    target: &Geometry,
    how: Interpolator,
    before: impl Fn(f64) -> f64 + Sync,
    storage: Storage,
) -> Result<Volume, Error> {
    target.check().map_err(Error::Volume)?;
    let voxels: f64 = target.size.iter().map(|&n| n as f64).product();
    if voxels > MAX_VOXELS {
        return Err(Error::Volume(format!(
            "resampling would give {} voxels (at most {MAX_VOXELS}); take a larger spacing",
            number(voxels)
        )));
    }
    let mapping = position::Mapping::new(target, image.geometry());
    let (full, spacing) = (image.geometry().size, image.geometry().spacing_mm);
    let [nx, ny, nz] = target.size;
    let mut values = vec![0.0; nx * ny * nz];
    if let Some(part) = Part::needed(image, target, how, before) {
        let rows = values.par_chunks_exact_mut(nx).enumerate();
        rows.for_each(|(row, cells)| {
            // Taps of the last position: most axes keep theirs along a row.
            let mut known = [f64::NAN; 3];
            let mut taps = [Taps::NONE; 3];
            for (cell, position) in cells.iter_mut().zip(mapping.row(row % ny, row / ny, nx)) {
                let inside = |axis: usize| {
                    position[axis] >= -0.5 && position[axis] < full[axis] as f64 - 0.5
                };
                if !(0..3).all(inside) {
                    continue;
                }
                for axis in 0..3 {
                    if known[axis] != position[axis] {
                        known[axis] = position[axis];
                        let here = Taps::at(how, position[axis], full[axis], spacing[axis]);
                        taps[axis] = here.moved(part.lower[axis]);
                    }
                }
                *cell = storage.store(value(how, &part.values, part.size, &taps));
            }
        });
    }
    let voxels = Array3::from_shape_vec((nz, ny, nx), values)
        .map_err(|error| Error::Volume(error.to_string()))?;
    Ok(Volume::new(voxels, target.clone())?.stored_as(storage))
}

/// The part of an image that a target grid needs.
struct Part {
    lower: [usize; 3],
    size: [usize; 3],
    /// Values, or the spline's coefficients.
    values: Vec<f64>,
}

impl Part {
    /// `None` when the target lies outside.
    fn needed(
        image: &Volume,
        target: &Geometry,
        how: Interpolator,
        before: impl Fn(f64) -> f64,
    ) -> Option<Self> {
        let mapping = position::Mapping::new(target, image.geometry());
        let full = image.geometry().size;
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for corner in 0..8 {
            let end = |axis: usize| ((corner >> axis & 1) * target.size[axis]) as f64;
            let position = mapping.index([end(0), end(1), end(2)]);
            for axis in 0..3 {
                low[axis] = low[axis].min(position[axis]);
                high[axis] = high[axis].max(position[axis]);
            }
        }
        let margin = reach(how) as f64;
        let (mut lower, mut size) = ([0; 3], [0; 3]);
        for axis in 0..3 {
            let last = full[axis] as f64 - 1.0;
            let from = (low[axis].floor() - margin).max(0.0);
            let to = (high[axis].ceil() + margin).min(last);
            if from > to {
                return None;
            }
            lower[axis] = from as usize;
            size[axis] = to as usize - lower[axis] + 1;
        }
        let mut values = Vec::with_capacity(size.iter().product());
        for z in lower[2]..lower[2] + size[2] {
            for y in lower[1]..lower[1] + size[1] {
                let start = (z * full[1] + y) * full[0] + lower[0];
                let row = &image.values()[start..start + size[0]];
                values.extend(row.iter().map(|&value| before(value)));
            }
        }
        if how == Interpolator::BSpline {
            spline::coefficients(&mut values, size);
        }
        Some(Self {
            lower,
            size,
            values,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (7 x + 5 y + 3 z + x y) mod 23.
    fn image(size: [usize; 3], spacing_mm: [f64; 3]) -> Volume {
        let [nx, ny, nz] = size;
        let voxels = Array3::from_shape_fn((nz, ny, nx), |(z, y, x)| {
            ((7 * x + 5 * y + 3 * z + x * y) % 23) as f64
        });
        Volume::new(voxels, Geometry::aligned(size, spacing_mm)).unwrap()
    }

    #[test]
    fn interpolators_equal_simpleitks() {
        // SimpleITK 2.5.7 (ITK 5.4): voxels (0, 0, 0), (1, 1, 0), (3, 2, 1). The
        // error function of its Gaussian is good to 1e-7 only.
        let expected = [
            [0.0, 5.0, 8.0],
            [3.3499999999999996, 9.15, 8.755000000000006],
            [3.1773294561608165, 7.497328277566962, 5.926536338106102],
            [6.885487352174491, 10.357304297367444, 11.29999895288391],
            [0.0, 13.0, 8.0],
            [2.2875889952096014, 8.815946354991295, 5.983922692920327],
            [2.286253696596364, 8.72556873302054, 6.011519632480749],
            [2.2963046389558466, 8.729486527293549, 6.072066863937724],
            [2.2668224758339033, 8.72439435777512, 5.930123470027056],
            [2.1440336803236133, 8.749356234974599, 5.833673836368058],
        ];
        let image = image([7, 6, 5], [1.0, 1.5, 2.0]);
        let mut target = Geometry::aligned([4, 3, 2], [0.7, 0.9, 1.3]);
        target.origin_mm = [-0.35, 0.6, 0.9];
        for (how, expected) in Interpolator::ALL.into_iter().zip(expected) {
            let found = resample(&image, &target, how, |v| v, Storage::Double).unwrap();
            let found = found.voxels();
            let found = [found[[0, 0, 0]], found[[0, 1, 1]], found[[1, 2, 3]]];
            let tolerance = if how == Interpolator::Gaussian {
                1e-6
            } else {
                1e-12
            };
            for (found, expected) in found.into_iter().zip(expected) {
                assert!(
                    (found - expected).abs() < tolerance,
                    "{how:?} {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn only_the_part_that_counts_is_read() {
        let image = image([200, 100, 3], [1.0; 3]);
        let mut target = Geometry::aligned([20, 10, 3], [0.9; 3]);
        target.origin_mm = [90.0, 47.0, 0.0];
        let part = Part::needed(&image, &target, Interpolator::BSpline, |v| v).unwrap();
        assert_eq!((part.lower, part.size), ([47, 4, 0], [105, 96, 3]));
        // The rest changes nothing, to the last bit.
        let mut other = image.voxels().to_owned();
        other.slice_mut(ndarray::s![.., .., ..40]).fill(1e3);
        let other = Volume::new(other, image.geometry().clone()).unwrap();
        let of = |image| {
            resample(
                image,
                &target,
                Interpolator::BSpline,
                |v| v,
                Storage::Double,
            )
        };
        assert_eq!(of(&image).unwrap(), of(&other).unwrap());
    }

    #[test]
    fn outside_is_zero() {
        let image = image([3, 3, 3], [1.0; 3]);
        let mut target = Geometry::aligned([4, 1, 1], [1.0; 3]);
        target.origin_mm = [-1.0, 1.0, 1.0];
        for how in Interpolator::ALL {
            let found = resample(&image, &target, how, |v| v + 100.0, Storage::Single).unwrap();
            assert_eq!(found.voxels()[[0, 0, 0]], 0.0);
            assert!(found.voxels().iter().skip(1).all(|&v| v > 50.0), "{how:?}");
        }
        target.origin_mm[2] = 9.0;
        let found = resample(
            &image,
            &target,
            Interpolator::Linear,
            |v| v,
            Storage::Double,
        );
        assert_eq!(found.unwrap().voxels().sum(), 0.0);
        target.size = [1 << 20, 1 << 20, 1];
        assert!(
            resample(
                &image,
                &target,
                Interpolator::Linear,
                |v| v,
                Storage::Double
            )
            .is_err()
        );
    }

    #[test]
    fn turned_grids_are_met() {
        // A quarter turn about z, and back.
        let image = image([4, 5, 3], [1.0, 2.0, 3.0]);
        let target = Geometry {
            size: [5, 4, 3],
            spacing_mm: [2.0, 1.0, 3.0],
            origin_mm: [0.0; 3],
            direction: [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
        };
        for how in [Interpolator::NearestNeighbor, Interpolator::Linear] {
            let found = resample(&image, &target, how, |v| v, Storage::Double).unwrap();
            let turned = found.voxels().permuted_axes([0, 2, 1]).to_owned();
            assert_eq!(turned, image.voxels());
        }
    }
}
