//! The Riesz transform of the Laplacian of Gaussian.

use realfft::num_complex::Complex;
use rustfft::FftPlanner;
use serde::{Deserialize, Serialize};

use super::fourier::Extension;
use super::riesz::{Riesz, check_order, named};
use super::{border, check_scale, mirror};
use crate::filters::Boundary;
use crate::{Error, Geometry, Volume};

/// The Riesz transform of the response of a Laplacian of Gaussian.
///
/// Source: IBSI 2, sections on Laplacian of Gaussian filters (L6PA) and on Riesz
/// transforms (AYRS): the Laplacian of Gaussian is sampled at the voxels of a
/// box that reaches `floor(truncate * s + 0.5)` voxels to each side, s the scale
/// in voxels, and the transform of order (l1, l2, l3) along x, y and z
/// multiplies the spectrum of its response by
/// `(-i)^L sqrt(L! / (l1! l2! l3!)) v1^l1 v2^l2 v3^l3 / |v|^L`. The image is
/// continued by 8 scales (or the kernel, if it reaches farther) beyond the
/// border, filtered and cut back. Takes room for the image and three such boxes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RieszLog {
    /// Scale in mm.
    pub sigma_mm: f64,
    /// Order along x, y and z.
    pub riesz: [u32; 3],
    /// Scales from the centre at which the kernel is cut; default 4.
    #[serde(default = "four")]
    pub truncate: f64,
    /// Whether slices are filtered one by one (the order along z must be 0);
    /// default false.
    #[serde(default)]
    pub by_slice: bool,
    /// What lies beyond the border; default `"mirror"`.
    #[serde(default = "mirror")]
    pub boundary: Boundary,
}

const fn four() -> f64 {
    4.0
}

impl RieszLog {
    /// The response map.
    ///
    /// # Errors
    /// [`Error::Settings`] for a scale far beyond the image.
    pub(super) fn apply(&self, image: &Volume) -> Result<Volume, Error> {
        let grid = image.geometry();
        let reach = grid.spacing_mm.map(|spacing| {
            let scales = 8.0 * self.sigma_mm / spacing;
            self.radius(spacing).max(scales.ceil() as usize)
        });
        let extension = Extension::new(image, reach, self.by_slice, self.boundary)?;
        let kernel = Kernel::new(self, extension.size, grid);
        let riesz = Riesz::new(self.riesz, extension.size, grid);
        let response = extension.filter(image, |index| riesz.at(index) * kernel.at(index));
        Volume::new(response, grid.clone())
    }

    fn axes(&self) -> usize {
        if self.by_slice { 2 } else { 3 }
    }

    /// How many voxels the kernel reaches to each side.
    fn radius(&self, spacing_mm: f64) -> usize {
        // A conversion that saturates.
        (self.truncate * self.sigma_mm / spacing_mm + 0.5).floor() as usize
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        check_scale("riesz_log", "sigma_mm", self.sigma_mm, 1000.0)?;
        check_scale("riesz_log", "truncate", self.truncate, 100.0)?;
        check_order("riesz_log", self.riesz, self.by_slice)
    }

    pub(super) fn name(&self) -> String {
        let cut = if self.truncate == four() {
            String::new()
        } else {
            format!("_truncate{}", self.truncate)
        };
        format!(
            "log_{}d_sigma{}mm{cut}{}{}",
            self.axes(),
            self.sigma_mm,
            named(self.riesz, self.by_slice),
            border(self.boundary)
        )
    }
}

/// The spectrum of a sampled Laplacian of Gaussian: for each axis the Gaussian
/// times (x^2 / s^2 - 1) there and the Gaussian along the others, added up.
struct Kernel {
    smooth: [Vec<f64>; 3],
    curved: [Vec<f64>; 3],
}

impl Kernel {
    fn new(filter: &RieszLog, size: [usize; 3], grid: &Geometry) -> Self {
        let axes = filter.axes();
        let sigma = filter.sigma_mm;
        let voxel: f64 = grid.spacing_mm[..axes].iter().product();
        let norm = (std::f64::consts::TAU.sqrt() * sigma).powi(axes as i32);
        // In units of the voxel's edge, that of a cube of its size.
        let scale = voxel.powf(2.0 / axes as f64) / (sigma * sigma) * voxel / norm;
        let mut kernel = Self {
            smooth: [(); 3].map(|()| vec![1.0]),
            curved: [(); 3].map(|()| vec![0.0]),
        };
        for (axis, &spacing) in grid.spacing_mm[..axes].iter().enumerate() {
            let radius = filter.radius(spacing);
            let gauss = |x: f64| (-0.5 * (x * spacing / sigma).powi(2)).exp();
            let curve = |x: f64| ((x * spacing / sigma).powi(2) - 1.0) * gauss(x);
            let scale = if axis == 0 { scale } else { 1.0 };
            kernel.smooth[axis] = spectrum(size[axis], radius, |x| scale * gauss(x));
            kernel.curved[axis] = spectrum(size[axis], radius, |x| scale * curve(x));
        }
        kernel
    }

    fn at(&self, [x, y, z]: [usize; 3]) -> f64 {
        let [sx, sy, sz] = [self.smooth[0][x], self.smooth[1][y], self.smooth[2][z]];
        let [cx, cy, cz] = [self.curved[0][x], self.curved[1][y], self.curved[2][z]];
        cx * sy * sz + sx * cy * sz + sx * sy * cz
    }
}

/// The spectrum of an even kernel on n cells that go round.
fn spectrum(n: usize, radius: usize, value: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut cells = vec![Complex::new(0.0, 0.0); n];
    for at in 0..=2 * radius {
        let offset = at as isize - radius as isize;
        cells[offset.rem_euclid(n as isize) as usize].re += value(offset as f64);
    }
    FftPlanner::new().plan_fft_forward(n).process(&mut cells);
    cells.iter().map(|sum| sum.re).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn second_orders_add_up_to_the_laplacian_of_gaussian() {
        let mut voxels = Array3::zeros((15, 15, 16));
        voxels[[7, 7, 7]] = 1.0;
        let grid = Geometry::aligned([16, 15, 15], [2.0; 3]);
        let image = Volume::new(voxels, grid).unwrap();
        for (by_slice, d) in [(true, 2), (false, 3)] {
            let mut sum = Array3::zeros((15, 15, 16));
            for axis in 0..d {
                let mut filter = RieszLog {
                    sigma_mm: 3.0,
                    riesz: [0; 3],
                    truncate: 4.0,
                    by_slice,
                    boundary: Boundary::Periodic,
                };
                filter.riesz[axis] = 2;
                sum -= &filter.apply(&image).unwrap().voxels();
            }
            let s2 = 2.25_f64;
            let kernel = |[x, y, z]: [usize; 3]| {
                let square = |at: usize| (at as f64 - 7.0).powi(2);
                let within = |at: usize| at.abs_diff(7) <= 6;
                if !(within(x) && within(y) && within(z)) || by_slice && z != 7 {
                    return 0.0;
                }
                let r2 = square(x) + square(y) + square(z);
                let norm = (std::f64::consts::TAU * s2).powf(-0.5 * d as f64);
                -norm / s2 * (d as f64 - r2 / s2) * (-0.5 * r2 / s2).exp()
            };
            // The frequency 0 is lost.
            let slice = |z| (0..240).map(|i| kernel([i % 16, i / 16, z])).sum::<f64>();
            let mean = |z| match by_slice {
                true => slice(z) / 240.0,
                false => (0..15).map(slice).sum::<f64>() / 3600.0,
            };
            let means: Vec<_> = (0..15).map(mean).collect();
            for ((z, y, x), found) in sum.indexed_iter() {
                let expected = kernel([x, y, z]) - means[z];
                assert!((found - expected).abs() < 1e-16, "{x} {y} {z}: {found}");
            }
        }
    }

    #[test]
    fn filters_have_names_and_limits() {
        let read = |text: &str| toml::from_str::<RieszLog>(text).unwrap();
        let filter = read("sigma_mm = 1.5\nriesz = [1, 1, 0]");
        assert_eq!(filter.name(), "log_3d_sigma1.5mm_riesz1-1-0");
        for (text, told) in [
            ("sigma_mm = 0\nriesz = [1, 0, 0]", "sigma_mm is 0"),
            ("sigma_mm = 1\nriesz = [0, 0, 0]", "riesz is [0, 0, 0]"),
            (
                "sigma_mm = 1\ntruncate = nan\nriesz = [1, 0, 0]",
                "truncate",
            ),
        ] {
            let message = read(text).validate().unwrap_err().to_string();
            assert!(message.contains(told), "{message}");
        }
        let image = Volume::new(
            Array3::zeros((1, 1, 1)),
            Geometry::aligned([1; 3], [0.1; 3]),
        );
        let far = read("sigma_mm = 1000\nriesz = [1, 0, 0]").apply(&image.unwrap());
        assert!(far.unwrap_err().to_string().contains("smaller scale"));
    }
}
