//! The Laplacian of Gaussian.

use ndarray::Array3;
use serde::{Deserialize, Serialize};

use super::{border, check_scale, mirror};
use crate::error::number;
use crate::filters::Boundary;
use crate::filters::convolve::{add_along, along};
use crate::{Error, Geometry, Volume};

/// The Laplacian of Gaussian, sampled at the voxels of a box:
/// `g = -1 / s^2 (1 / (sqrt(2 pi) s))^D (D - r^2 / s^2) exp(-r^2 / (2 s^2))`, s
/// the scale and r the distance in voxels.
///
/// Source: IBSI 2, section on Laplacian of Gaussian filters (L6PA). The box
/// reaches `floor(truncate * s + 0.5)` voxels to each side along an axis.
/// Voxels that are not cubes (squares within a slice): r and s are taken in mm,
/// and g is times the voxel's size (area, volume) and its square edge, the
/// geometric mean of the spacings; IBSI resamples to cubes first. Takes room
/// for five images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Scale in mm.
    pub sigma_mm: f64,
    /// Scales from the centre at which the kernel is cut; default 4.
    #[serde(default = "four")]
    pub truncate: f64,
    /// Whether slices are filtered one by one (D = 2); default false.
    #[serde(default)]
    pub by_slice: bool,
    /// What lies beyond the border; default `"mirror"`.
    #[serde(default = "mirror")]
    pub boundary: Boundary,
}

const fn four() -> f64 {
    4.0
}

/// Weights along one axis.
struct Weights {
    /// A Gaussian, exp(-x^2 / (2 s^2)).
    smooth: Vec<f64>,
    /// The Gaussian times (x^2 / s^2 - 1).
    curved: Vec<f64>,
    radius: usize,
}

impl Log {
    fn axes(&self) -> usize {
        if self.by_slice { 2 } else { 3 }
    }

    /// The response map.
    ///
    /// # Errors
    /// None for an image that is there.
    pub(super) fn apply(&self, image: &Volume) -> Result<Volume, Error> {
        let axes = self.axes();
        let spacing = &image.geometry().spacing_mm[..axes];
        let weights: Vec<_> = spacing
            .iter()
            .zip(image.geometry().size)
            .map(|(&spacing, n)| self.weights(spacing, n))
            .collect();
        let size: f64 = spacing.iter().product();
        let edge2 = size.powf(2.0 / axes as f64);
        let sigma = self.sigma_mm;
        let norm = (std::f64::consts::TAU.sqrt() * sigma).powi(axes as i32);
        let scale = edge2 / (sigma * sigma) * size / norm;

        let pass = |image: &Array3<f64>, axis: usize, kernel: &[f64]| {
            along(
                image.view(),
                axis,
                kernel,
                weights[axis].radius,
                self.boundary,
            )
        };
        // The sum over the axes of the curved kernel there and smooth ones
        // along the others.
        let voxels = image.voxels();
        let first = &weights[0];
        let mut smooth = along(voxels, 0, &first.smooth, first.radius, self.boundary);
        let mut curved = along(voxels, 0, &first.curved, first.radius, self.boundary);
        for (axis, weights) in weights.iter().enumerate().skip(1) {
            let mut both = pass(&curved, axis, &weights.smooth);
            add_along(
                &mut both,
                smooth.view(),
                axis,
                &weights.curved,
                weights.radius,
                self.boundary,
            );
            curved = both;
            if axis + 1 < axes {
                smooth = pass(&smooth, axis, &weights.smooth);
            }
        }
        curved.mapv_inplace(|value| value * scale);
        Volume::new(curved, image.geometry().clone())
    }

    /// Weights along an axis of n voxels.
    fn weights(&self, spacing_mm: f64, n: usize) -> Weights {
        let sigma = self.sigma_mm / spacing_mm;
        let radius = self.radius(spacing_mm, n);
        let at = (0..=2 * radius).map(|i| i as f64 - radius as f64);
        let smooth = |x: f64| (-0.5 * (x / sigma).powi(2)).exp();
        Weights {
            smooth: at.clone().map(smooth).collect(),
            curved: at
                .map(|x| ((x / sigma).powi(2) - 1.0) * smooth(x))
                .collect(),
            radius,
        }
    }

    fn radius(&self, spacing_mm: f64, n: usize) -> usize {
        // Beyond so many voxels any kernel is 0, or sees the image repeated.
        let most = (4 * n).max(4096) as f64;
        let radius = self.truncate * self.sigma_mm / spacing_mm + 0.5;
        radius.floor().min(most) as usize
    }

    /// Voxels that the kernel reaches to each side.
    pub(super) fn reach(&self, grid: &Geometry) -> [usize; 3] {
        std::array::from_fn(|axis| self.radius(grid.spacing_mm[axis], grid.size[axis]))
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        check_scale("log", "sigma_mm", self.sigma_mm, 1000.0)?;
        check_scale("log", "truncate", self.truncate, 100.0)
    }

    pub(super) fn name(&self) -> String {
        let cut = if self.truncate == four() {
            String::new()
        } else {
            format!("_truncate{}", self.truncate)
        };
        format!(
            "log_{}d_sigma{}mm{cut}{}",
            self.axes(),
            self.sigma_mm,
            border(self.boundary)
        )
    }

    /// A kernel finer than the voxels no longer sums to 0.
    pub(super) fn warnings(&self, grid: &Geometry) -> Vec<String> {
        let axes = ["x", "y", "z"].into_iter().zip(grid.spacing_mm);
        let coarse = axes
            .take(self.axes())
            .filter(|(_, spacing)| self.sigma_mm < *spacing);
        let coarse: Vec<_> = coarse
            .map(|(axis, spacing)| format!("{} mm along {axis}", number(spacing)))
            .collect();
        if coarse.is_empty() {
            return Vec::new();
        }
        vec![format!(
            "sigma_mm = {} is below the voxel spacing of {}: the sampled kernel does not sum to \
             0, and the response follows the intensities; raise sigma_mm or resample",
            number(self.sigma_mm),
            coarse.join(" and ")
        )]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(sigma_mm: f64, by_slice: bool) -> Log {
        Log {
            sigma_mm,
            truncate: 4.0,
            by_slice,
            boundary: Boundary::Zero,
        }
    }

    #[test]
    fn an_impulse_gives_the_kernel() {
        let mut voxels = Array3::zeros((15, 15, 15));
        voxels[[7, 7, 7]] = 1.0;
        let image = Volume::new(voxels, Geometry::aligned([15; 3], [2.0; 3])).unwrap();
        for (by_slice, d) in [(true, 2), (false, 3)] {
            let response = log(3.0, by_slice).apply(&image).unwrap();
            let s2: f64 = 1.5 * 1.5;
            for [x, y, z] in [[7_usize, 7, 7], [8, 5, 7], [4, 9, 9], [1, 7, 7], [0, 7, 7]] {
                let square = |at: usize| (at as f64 - 7.0).powi(2);
                let r2 = square(x) + square(y) + square(z);
                let norm = (std::f64::consts::TAU * s2).powf(-0.5 * f64::from(d));
                let kernel = -norm / s2 * (f64::from(d) - r2 / s2) * (-0.5 * r2 / s2).exp();
                let inside = x > 0 && (!by_slice || z == 7);
                let expected = if inside { kernel } else { 0.0 };
                let found = response.voxels()[[z, y, x]];
                assert!((found - expected).abs() < 1e-16, "{x} {y} {z}: {found}");
            }
        }
    }

    #[test]
    fn scales_below_the_spacing_are_told() {
        let grid = Geometry::aligned([4; 3], [0.9, 1.0, 2.5]);
        assert!(log(1.0, true).warnings(&grid).is_empty());
        let told = log(1.0, false).warnings(&grid);
        assert!(told[0].contains("sigma_mm = 1 is below the voxel spacing of 2.5 mm along z"));
    }
}
