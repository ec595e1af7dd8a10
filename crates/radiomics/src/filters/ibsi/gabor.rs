//! Gabor's filter.

use std::f64::consts::TAU;

use ndarray::{Array3, s};
use rayon::prelude::*;
use rustfft::num_complex::Complex;
use serde::{Deserialize, Serialize};

use super::plane_transform::PlaneTransform;
use super::pooling::{Pool, Pooling};
use super::{border, check_scale, mirror};
use crate::crop::Crop;
use crate::error::number;
use crate::filters::Boundary;
use crate::{Error, Volume};

/// Planes in which an image is filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Planes {
    /// Slices of constant z.
    #[default]
    Axial,
    /// Planes of constant z, of constant y and of constant x, the responses
    /// joined.
    Orthogonal,
}

/// The modulus of Gabor's filter within planes:
/// `g = exp(-(u^2 + gamma^2 v^2) / (2 sigma^2) + 2 pi i u / lambda)`, where
/// `u = a cos(theta) + b sin(theta)` and `v = b cos(theta) - a sin(theta)` of a
/// voxel at (a, b) mm from the centre; a and b are (x, y), (x, z) or (y, z).
///
/// Source: IBSI 2, section on Gabor filters (Q88H). The kernel is a sum over
/// voxels without a norm. It is cut where its square reaches `truncate` times
/// the larger of sigma and sigma / gamma (IBSI does not cut it), and at the
/// image's larger side at the latest. Takes room for four images, 256 MiB of
/// kernels at most (if one is not larger), and four padded planes a thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gabor {
    /// Scale along the wave in mm.
    pub sigma_mm: f64,
    /// Wavelength in mm.
    pub lambda_mm: f64,
    /// Scale along the wave by scale across.
    pub gamma: f64,
    /// Angle of the wave in degrees, from the first axis of a plane to the
    /// second; default 0.
    #[serde(default)]
    pub theta_deg: f64,
    /// With it, responses at `theta_deg` and all further steps round the circle
    /// are joined; it divides 360.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theta_step_deg: Option<f64>,
    /// How responses are joined; default `"mean"`.
    #[serde(default = "mean")]
    pub pooling: Pooling,
    /// `"axial"` (default) or `"orthogonal"`.
    #[serde(default)]
    pub planes: Planes,
    /// Scales from the centre at which the kernel is cut; default 6.
    #[serde(default = "six")]
    pub truncate: f64,
    /// What lies beyond the border; default `"mirror"`.
    #[serde(default = "mirror")]
    pub boundary: Boundary,
}

const fn mean() -> Pooling {
    Pooling::Mean
}

const fn six() -> f64 {
    6.0
}

/// Bytes of kernels held at once.
const KERNELS: usize = 256 << 20;

impl Gabor {
    /// Steps finer than this would take forever.
    const FINEST_STEP_DEG: f64 = 1.0;

    /// The response map in a part of the image; NaN elsewhere.
    ///
    /// # Errors
    /// None for parameters that are valid.
    pub(super) fn apply(&self, image: &Volume, part: Crop) -> Result<Volume, Error> {
        let normals: &[usize] = match self.planes {
            Planes::Axial => &[2],
            Planes::Orthogonal => &[2, 1, 0],
        };
        let angles = self.angles();
        let [nx, ny, nz] = part.size;
        let mut pool = Pool::new(self.pooling, nx * ny * nz);
        for &normal in normals {
            let planes = PlaneFilter::new(self, image, part, normal);
            let held = KERNELS / (planes.transform.len() * size_of::<Complex<f64>>());
            for angles in angles.chunks(held.max(1)) {
                let responses = planes.joined(angles);
                pool.add(|at| {
                    let index = [at % nx, at / nx % ny, at / nx / ny];
                    let [a, b] = planes.axes.map(|axis| index[axis]);
                    responses[index[normal]][b * planes.size[0] + a]
                });
            }
        }
        let joined = pool.finish(normals.len() * angles.len());
        let joined = Array3::from_shape_vec((nz, ny, nx), joined)
            .map_err(|error| Error::Volume(error.to_string()))?;
        let mut map = Array3::from_elem(image.voxels().dim(), f64::NAN);
        let [x, y, z] = part.lower;
        map.slice_mut(s![z..z + nz, y..y + ny, x..x + nx])
            .assign(&joined);
        Volume::new(map, image.geometry().clone())
    }

    /// Angles in radians; opposite waves have one modulus and count once.
    fn angles(&self) -> Vec<f64> {
        let Some(step) = self.theta_step_deg else {
            return vec![self.theta_deg.to_radians()];
        };
        let steps = (360.0 / step).round() as usize;
        let steps = if steps.is_multiple_of(2) {
            steps / 2
        } else {
            steps
        };
        (0..steps)
            .map(|k| (self.theta_deg + k as f64 * step).to_radians())
            .collect()
    }

    /// At (a, b) mm from the centre.
    fn kernel(&self, angle: f64, a: f64, b: f64) -> Complex<f64> {
        let (sin, cos) = angle.sin_cos();
        let (u, v) = (a * cos + b * sin, b * cos - a * sin);
        let square = u * u + (self.gamma * v).powi(2);
        let size = (-square / (2.0 * self.sigma_mm.powi(2))).exp();
        Complex::from_polar(size, TAU * u / self.lambda_mm)
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        check_scale("gabor", "sigma_mm", self.sigma_mm, 1000.0)?;
        check_scale("gabor", "lambda_mm", self.lambda_mm, 1e6)?;
        check_scale("gabor", "gamma", self.gamma, 1e6)?;
        check_scale("gabor", "truncate", self.truncate, 100.0)?;
        if !(-360.0..=360.0).contains(&self.theta_deg) {
            return Err(Error::Settings(format!(
                "gabor: theta_deg is {}; it must be between -360 and 360",
                number(self.theta_deg)
            )));
        }
        let divides = |step: f64| {
            let steps = 360.0 / step;
            (Self::FINEST_STEP_DEG..=360.0).contains(&step) && (steps - steps.round()).abs() < 1e-9
        };
        match self.theta_step_deg.filter(|&step| !divides(step)) {
            Some(step) => Err(Error::Settings(format!(
                "gabor: theta_step_deg is {}; it must divide 360 and be at least {}",
                number(step),
                Self::FINEST_STEP_DEG
            ))),
            None => Ok(()),
        }
    }

    pub(super) fn name(&self) -> String {
        let planes = match self.planes {
            Planes::Axial => "axial",
            Planes::Orthogonal => "orthogonal",
        };
        let mut name = format!(
            "gabor_{planes}_sigma{}mm_lambda{}mm_gamma{}",
            self.sigma_mm, self.lambda_mm, self.gamma
        );
        if self.theta_step_deg.is_none() || self.theta_deg != 0.0 {
            name += &format!("_theta{}deg", self.theta_deg);
        }
        if let Some(step) = self.theta_step_deg {
            name += &format!("_step{step}deg");
        }
        if self.theta_step_deg.is_some() || self.planes == Planes::Orthogonal {
            name += &format!("_{}", self.pooling.name());
        }
        if self.truncate != six() {
            name += &format!("_truncate{}", self.truncate);
        }
        name + border(self.boundary)
    }
}

/// The filter within the planes of a part across an axis.
struct PlaneFilter<'a> {
    filter: &'a Gabor,
    image: &'a Volume,
    part: Crop,
    normal: usize,
    /// Axes of a plane.
    axes: [usize; 2],
    /// Voxels of the part along them.
    size: [usize; 2],
    spacing_mm: [f64; 2],
    /// Voxels that the kernel reaches to each side along them.
    radius: [usize; 2],
    transform: PlaneTransform,
}

impl<'a> PlaneFilter<'a> {
    fn new(filter: &'a Gabor, image: &'a Volume, part: Crop, normal: usize) -> Self {
        let axes = match normal {
            0 => [1, 2],
            1 => [0, 2],
            _ => [0, 1],
        };
        let size = axes.map(|axis| part.size[axis]);
        let spacing_mm = axes.map(|axis| image.geometry().spacing_mm[axis]);
        let reach = filter.truncate * filter.sigma_mm * (1.0 / filter.gamma).max(1.0);
        let most = axes.map(|axis| image.geometry().size[axis]);
        let most = most[0].max(most[1]) as f64;
        let radius = spacing_mm.map(|spacing| (reach / spacing + 0.5).floor().min(most) as usize);
        let padded = [0, 1].map(|i| size[i] + 2 * radius[i]);
        Self {
            filter,
            image,
            part,
            normal,
            axes,
            size,
            spacing_mm,
            radius,
            transform: PlaneTransform::new(padded),
        }
    }

    /// For each plane the joined responses at some angles, row by row.
    fn joined(&self, angles: &[f64]) -> Vec<Vec<f64>> {
        let kernels: Vec<_> = angles.par_iter().map(|&angle| self.kernel(angle)).collect();
        let first = self.part.lower[self.normal];
        (first..first + self.part.size[self.normal])
            .into_par_iter()
            .map(|plane| self.response(plane, &kernels))
            .collect()
    }

    /// The spectrum of the kernel, by the number of its cells.
    fn kernel(&self, angle: f64) -> Vec<Complex<f64>> {
        let [ra, rb] = self.radius;
        let scale = 1.0 / self.transform.len() as f64;
        let at =
            |axis: usize, i: usize| self.spacing_mm[axis] * (i as f64 - self.radius[axis] as f64);
        let row = |b: usize| {
            (0..=2 * ra).map(move |a| self.filter.kernel(angle, at(0, a), at(1, b)) * scale)
        };
        self.transform
            .spectrum(2 * ra + 1, (0..=2 * rb).flat_map(row))
    }

    /// The joined moduli of one plane.
    fn response(&self, plane: usize, kernels: &[Vec<Complex<f64>>]) -> Vec<f64> {
        let [ra, rb] = self.radius;
        let [na, nb] = self.size;
        let voxels = self.image.voxels();
        let boundary = self.filter.boundary;
        let source = |i: usize| -> Vec<Option<usize>> {
            let (axis, radius) = (self.axes[i], self.radius[i]);
            let n = self.image.geometry().size[axis];
            let first = self.part.lower[axis] as isize - radius as isize;
            (0..self.size[i] + 2 * radius)
                .map(|at| boundary.source(first + at as isize, n))
                .collect()
        };
        let (columns, rows) = (source(0), source(1));
        let value = |a: &Option<usize>, b: &Option<usize>| {
            let (Some(a), Some(b)) = (*a, *b) else {
                return Complex::default();
            };
            let [x, y, z] = match self.normal {
                0 => [plane, a, b],
                1 => [a, plane, b],
                _ => [a, b, plane],
            };
            Complex::new(voxels[[z, y, x]], 0.0)
        };
        let values = rows
            .iter()
            .flat_map(|b| columns.iter().map(move |a| value(a, b)));
        let spectrum = self.transform.spectrum(columns.len(), values);
        let pooling = self.filter.pooling;
        let mut joined = Vec::new();
        let mut product = vec![Complex::default(); spectrum.len()];
        for kernel in kernels {
            for ((product, a), b) in product.iter_mut().zip(&spectrum).zip(kernel) {
                *product = a * b;
            }
            // Both image and kernel start a radius early.
            let response = self.transform.back(&mut product, 2 * rb..2 * rb + nb);
            let rows = response.chunks_exact(self.transform.width());
            let moduli = rows.flat_map(|row| row[2 * ra..2 * ra + na].iter().map(|v| v.norm()));
            if joined.is_empty() {
                joined.extend(moduli);
            } else {
                for (joined, modulus) in joined.iter_mut().zip(moduli) {
                    *joined = pooling.join(*joined, modulus);
                }
            }
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Geometry;

    fn gabor() -> Gabor {
        Gabor {
            sigma_mm: 1.5,
            lambda_mm: 2.5,
            gamma: 0.8,
            theta_deg: 30.0,
            theta_step_deg: None,
            pooling: Pooling::Mean,
            planes: Planes::Axial,
            truncate: 2.0,
            boundary: Boundary::Mirror,
        }
    }

    /// The sum as it is defined.
    #[test]
    fn responses_are_sums_over_the_kernel() {
        let size = [7, 6, 2];
        let voxels = Array3::from_shape_fn((2, 6, 7), |(z, y, x)| {
            ((x * 7 + y * y * 3 + z * 5) % 11) as f64
        });
        let image = Volume::new(voxels, Geometry::aligned(size, [1.0, 0.8, 1.0])).unwrap();
        let filter = gabor();
        let response = filter.apply(&image, super::super::whole(&image)).unwrap();
        // 2 * 1.5 / 0.8 mm.
        let (ra, rb) = (4, 5);
        for [x, y, z] in [[0, 0, 0], [3, 2, 1], [6, 5, 1]] {
            let mut sum = Complex::new(0.0, 0.0);
            for b in -rb..=rb {
                for a in -ra..=ra {
                    let at = |i: usize, d: isize, n| Boundary::Mirror.source(i as isize - d, n);
                    let (x, y) = (at(x, a, 7).unwrap(), at(y, b, 6).unwrap());
                    let kernel = filter.kernel(30_f64.to_radians(), a as f64, 0.8 * b as f64);
                    sum += kernel * image.voxels()[[z, y, x]];
                }
            }
            let found = response.voxels()[[z, y, x]];
            assert!((found - sum.norm()).abs() < 1e-10, "{found} {}", sum.norm());
        }
    }

    #[test]
    fn steps_go_round_once() {
        let degrees = |step| {
            let filter = Gabor {
                theta_step_deg: Some(step),
                ..gabor()
            };
            let angles = filter.angles();
            angles
                .iter()
                .map(|a| a.to_degrees().round())
                .collect::<Vec<_>>()
        };
        assert_eq!(degrees(45.0), [30.0, 75.0, 120.0, 165.0]);
        assert_eq!(degrees(120.0), [30.0, 150.0, 270.0]);
    }
}
