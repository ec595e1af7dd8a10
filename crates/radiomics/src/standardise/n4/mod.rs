//! The slow change of brightness across an MR image, and the image without it.

mod lattice;
mod otsu;
mod sharpen;

use rayon::prelude::*;

use super::foreground::{self, failed};
use crate::error::number;
use crate::features::order::range;
use crate::{Error, Storage, Volume};
use lattice::{Fit, Lattice};
use sharpen::Sharpened;

/// Settings of the correction, SimpleITK's defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct N4 {
    /// Most iterations of each level, coarse to fine; each level halves the
    /// spans of the splines.
    pub iterations: Vec<usize>,
    /// A level ends when the field's ratio to the last one has a smaller
    /// coefficient of variation.
    pub threshold: f64,
    /// Control points along x, y and z of the first level, at least 4.
    pub control_points: [usize; 3],
    /// Bins of the histogram of log intensities.
    pub bins: usize,
    /// Full width at half maximum of the Gaussian that the bias blurs the
    /// histogram with, in log intensity.
    pub fwhm: f64,
    /// Noise of the Wiener filter.
    pub noise: f64,
    /// Of so many voxels along each axis one is looked at; 4 is 64 times as
    /// fast as 1 and hardly another field.
    pub shrink: usize,
}

impl Default for N4 {
    fn default() -> Self {
        Self {
            iterations: vec![50; 4],
            threshold: 0.001,
            control_points: [4; 3],
            bins: 200,
            fwhm: 0.15,
            noise: 0.01,
            shrink: 1,
        }
    }
}

/// Most control points of a field.
const MOST_POINTS: usize = 1 << 24;

impl N4 {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::Settings`] that names the first one out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let wrong = |what: &str| Err(Error::Settings(format!("N4: {what}")));
        let finest = |points: &usize| {
            let halvings = self.iterations.len().saturating_sub(1).min(32);
            points.saturating_sub(3).saturating_mul(1 << halvings) + 3
        };
        let finest = self.control_points.iter().map(finest);
        if self.control_points.iter().any(|&points| points < 4) {
            wrong("a cubic spline has at least 4 control points along each axis")
        } else if finest.fold(1, usize::saturating_mul) > MOST_POINTS {
            wrong("so many levels and control points are more than 2^24 in the end; take fewer")
        } else if !(2..=1 << 16).contains(&self.bins) {
            wrong("the histogram has 2 to 65536 bins")
        } else if ![self.threshold, self.fwhm, self.noise]
            .iter()
            .all(|value| value.is_finite() && *value > 0.0)
        {
            wrong("threshold, fwhm and noise are positive and finite")
        } else if self.iterations.is_empty() || self.shrink == 0 {
            wrong("there is at least one level, and the shrink factor is at least 1")
        } else {
            Ok(())
        }
    }
}

/// The bias field of an image, N4 (Tustison et al. 2010, IEEE Trans Med
/// Imaging 29, 1310-1320) as ITK has it: positive, about 1, on the image's
/// grid; the image divided by it is even.
///
/// It is estimated in the voxels where the mask is above 0, without a mask in
/// those above Otsu's threshold of 200 bins; voxels of 0 and below, which have
/// no logarithm, are left out.
///
/// # Errors
/// [`Error::Settings`] of [`N4::validate`]; [`Error::NotNormalisable`] for a
/// mask on another grid, with NaN or without a positive voxel, NaN or infinity
/// in it, voxels that all have one value, and fewer than 2 voxels along an
/// axis.
pub fn bias_field(image: &Volume, mask: Option<&Volume>, settings: &N4) -> Result<Volume, Error> {
    settings.validate()?;
    let size = image.geometry().size;
    let shrunk = size.map(|n| Shrink::new(n, settings.shrink));
    let small = shrunk.map(|axis| axis.size);
    if small.iter().any(|&n| n < 2) {
        return failed(format!(
            "N4 needs 2 voxels along each axis, and {small:?} are left; shrink it less"
        ));
    }
    let mask = match mask {
        Some(mask) => foreground::inside(image, mask)?,
        None => otsu::above(image)?,
    };
    let (values, mask) = (
        pick(image.values(), size, shrunk),
        pick(&mask, size, shrunk),
    );
    let mask: Vec<bool> = mask
        .iter()
        .zip(&values)
        .map(|(&m, &v)| m && v > 0.0)
        .collect();
    let log: Vec<f64> = values
        .iter()
        .zip(&mask)
        .map(|(&v, &m)| if m { v.ln() } else { 0.0 })
        .collect();
    let inside = values.iter().zip(&mask).filter(|(_, m)| **m);
    let inside: Vec<f64> = inside.map(|(&v, _)| v).collect();
    let [least, most] = range(&inside);
    if inside.is_empty() {
        return failed("no voxel of the mask is above 0; N4 works on logarithms".to_owned());
    }
    if least >= most {
        return failed(format!(
            "the {} voxels of the mask all have the value {}",
            inside.len(),
            number(least)
        ));
    }
    let field = estimate(&log, &mask, small, settings).field(size);
    let values = field.into_iter().map(f64::exp).collect();
    let [nx, ny, nz] = size;
    let voxels = ndarray::Array3::from_shape_vec((nz, ny, nx), values)
        .map_err(|error| Error::Volume(error.to_string()))?;
    Volume::new(voxels, image.geometry().clone())
}

/// The image divided by its [`bias_field`], in double precision.
///
/// # Errors
/// As [`bias_field`].
pub fn correct(image: &Volume, mask: Option<&Volume>, settings: &N4) -> Result<Volume, Error> {
    let field = bias_field(image, mask, settings)?;
    let even = &image.voxels() / &field.voxels();
    Volume::new(even, image.geometry().clone()).map(|even| even.stored_as(Storage::Double))
}

/// The logarithm of the field as a lattice.
fn estimate(log: &[f64], mask: &[bool], size: [usize; 3], settings: &N4) -> Lattice {
    let mut lattice = Lattice::zeros(settings.control_points);
    let mut field = vec![0.0; log.len()];
    for (level, &iterations) in settings.iterations.iter().enumerate() {
        if level > 0 {
            lattice = lattice.refined();
        }
        let fit = Fit::new(mask, size, lattice.size());
        for _ in 0..iterations {
            let even: Vec<f64> = log.iter().zip(&field).map(|(v, bias)| v - bias).collect();
            let here = even.iter().zip(mask).filter(|(_, m)| **m).map(|(&v, _)| v);
            let Some(sharpened) = Sharpened::of(here, settings) else {
                break;
            };
            let residual: Vec<f64> = even.par_iter().map(|&v| v - sharpened.at(v)).collect();
            lattice.add(&fit.of(&residual));
            let next = lattice.field(size);
            let change = variation(&field, &next, mask);
            field = next;
            if change <= settings.threshold {
                break;
            }
        }
    }
    lattice
}

/// Coefficient of variation (over n - 1) of the ratio of two log fields.
fn variation(before: &[f64], after: &[f64], mask: &[bool]) -> f64 {
    let pairs = before.iter().zip(after).zip(mask).filter(|(_, m)| **m);
    let ratios: Vec<f64> = pairs.map(|((a, b), _)| (a - b).exp()).collect();
    let n = ratios.len() as f64;
    let mean = ratios.iter().sum::<f64>() / n;
    let squares: f64 = ratios.iter().map(|r| (r - mean) * (r - mean)).sum();
    (squares / (n - 1.0)).sqrt() / mean
}

/// Which voxels of an axis are looked at.
#[derive(Debug, Clone, Copy)]
struct Shrink {
    size: usize,
    start: usize,
    step: usize,
}

impl Shrink {
    /// Every `step`-th, centred as ITK's `Shrink` does.
    fn new(voxels: usize, step: usize) -> Self {
        let size = (voxels / step).max(1);
        let step = step.min(voxels);
        let left = voxels - 1 - (size - 1) * step;
        Self {
            size,
            start: left.div_ceil(2),
            step,
        }
    }

    fn indices(self) -> impl Iterator<Item = usize> {
        (0..self.size).map(move |i| self.start + i * self.step)
    }
}

fn pick<T: Copy>(values: &[T], [nx, ny, _]: [usize; 3], [x, y, z]: [Shrink; 3]) -> Vec<T> {
    let rows = z
        .indices()
        .flat_map(move |z| y.indices().map(move |y| z * ny + y));
    rows.flat_map(|row| x.indices().map(move |x| values[row * nx + x]))
        .collect()
}

#[cfg(test)]
mod tests;
