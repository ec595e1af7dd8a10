//! An MR-like volume of a head with one tumour, whose texture is known.
//!
//! The tumour's intensity is `mean + sd * g`, where `g` is a Gaussian random
//! field with mean 0 and variance 1 over the tumour itself. The texture `t`
//! (a standard normal latent in a cohort) sets both parts of heterogeneity:
//! `sd = 160 exp(0.28 t)` and correlation `exp(-d^2 / 4 s^2)` with
//! `s = 1.2 exp(-0.2 t)` mm. A higher `t` is therefore a rougher tumour (GLCM
//! Contrast and JointEntropy rise, Idm falls); volume and mean are set apart.

use crate::Error;
use crate::error::within;
use crate::noise::gaussian_field;
use stats::rng::Stream;

const TISSUE_MEAN: f64 = 820.0;
const TISSUE_SD: f64 = 45.0;
const TISSUE_SIGMA_MM: f64 = 2.5;
const SCALP_MEAN: f64 = 1_250.0;
const BONE_MEAN: f64 = 170.0;

/// What a volume is to look like.
#[derive(Clone, Debug, PartialEq)]
pub struct VolumeSpec {
    /// Voxels along x, y, z; 16 to 256 each.
    pub size: [usize; 3],
    /// Voxel size along x, y, z, in mm; 0.2 to 10.
    pub spacing_mm: [f64; 3],
    /// Tumour texture (no unit, about -3 to 3): the planted quantity.
    pub texture: f64,
    /// Mean tumour radius in mm: at least 1.5 slices, at most 0.3 of the
    /// shortest side.
    pub tumour_radius_mm: f64,
    /// Mean tumour intensity before gain and bias (grey levels), 500 to 5000.
    pub tumour_mean: f64,
    /// The scanner's gain (no unit), 0.2 to 5.
    pub gain: f64,
    /// Standard deviation of the noise in each channel of the Rician signal
    /// (grey levels), 0 to 200.
    pub noise_sd: f64,
}

impl Default for VolumeSpec {
    fn default() -> Self {
        Self {
            size: [64, 64, 24],
            spacing_mm: [1.0, 1.0, 3.0],
            texture: 0.0,
            tumour_radius_mm: 9.0,
            tumour_mean: 1_400.0,
            gain: 1.0,
            noise_sd: 12.0,
        }
    }
}

/// An image and its tumour mask on one grid. Axes point to the patient's left,
/// back and head (LPS), as in DICOM.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    /// Voxels along x, y, z.
    pub size: [usize; 3],
    /// Voxel size along x, y, z, in mm.
    pub spacing_mm: [f64; 3],
    /// Centre of the first voxel, LPS, in mm.
    pub origin_mm: [f64; 3],
    /// Intensities, x fastest.
    pub image: Vec<i16>,
    /// 1 inside the tumour, else 0; x fastest.
    pub mask: Vec<u8>,
}

impl Volume {
    /// Tumour volume in mm3: voxels in the mask times the voxel volume.
    pub fn tumour_mm3(&self) -> f64 {
        let voxels = self.mask.iter().filter(|&&m| m == 1).count();
        voxels as f64 * self.spacing_mm.iter().product::<f64>()
    }
}

/// Draws the volume of `spec`; all that is random comes from `stream`.
///
/// # Errors
/// [`Error::Setting`] for a setting outside its range.
pub fn render(spec: &VolumeSpec, stream: &mut Stream) -> Result<Volume, Error> {
    check(spec)?;
    let grid = Grid::new(spec);
    let tumour = Tumour::new(spec, stream);
    let head = grid.head(spec, stream);
    let distances: Vec<f64> = grid.points().map(|p| tumour.excess_mm(p)).collect();
    let lesion = grid.lesion(spec, &distances, stream);
    let bias = Bias::new(&grid, stream);

    let image = grid
        .points()
        .zip(&distances)
        .enumerate()
        .map(|(i, (point, &distance))| {
            // The rim lies outside the mask: partial volume inside it would tie
            // texture to the ratio of surface to volume.
            let share = (1.0 - distance / grid.rim_mm).clamp(0.0, 1.0);
            let signal = head[i] + share * (lesion[i] - head[i]);
            let signal = (signal * spec.gain * bias.at(point)).max(0.0);
            let real = signal + spec.noise_sd * stream.normal();
            let imaginary = spec.noise_sd * stream.normal();
            real.hypot(imaginary).round().min(f64::from(i16::MAX)) as i16
        });
    Ok(Volume {
        size: spec.size,
        spacing_mm: spec.spacing_mm,
        origin_mm: grid.origin_mm,
        image: image.collect(),
        mask: distances.iter().map(|&d| u8::from(d <= 0.0)).collect(),
    })
}

fn check(spec: &VolumeSpec) -> Result<(), Error> {
    for axis in 0..3 {
        within(
            "volume size (voxels)",
            spec.size[axis] as f64,
            16.0,
            512.0,
            "16 to 512",
        )?;
        within("spacing_mm", spec.spacing_mm[axis], 0.2, 10.0, "0.2 to 10")?;
    }
    let slice = spec.spacing_mm.iter().fold(0.0f64, |a, &b| a.max(b));
    let side = (0..3)
        .map(|a| spec.size[a] as f64 * spec.spacing_mm[a])
        .fold(f64::MAX, f64::min);
    let allowed = "at least 1.5 voxels and at most 0.3 of the shortest side";
    within(
        "tumour_radius_mm",
        spec.tumour_radius_mm,
        1.5 * slice,
        0.3 * side,
        allowed,
    )?;
    within("texture", spec.texture, -6.0, 6.0, "-6 to 6")?;
    within(
        "tumour_mean",
        spec.tumour_mean,
        500.0,
        5_000.0,
        "500 to 5000",
    )?;
    within("gain", spec.gain, 0.2, 5.0, "0.2 to 5")?;
    within("noise_sd", spec.noise_sd, 0.0, 200.0, "0 to 200").map(|_| ())
}

struct Grid {
    size: [usize; 3],
    spacing_mm: [f64; 3],
    origin_mm: [f64; 3],
    rim_mm: f64,
}

impl Grid {
    /// The grid is centred on the origin of the scanner.
    fn new(spec: &VolumeSpec) -> Self {
        let half = |a: usize| -0.5 * (spec.size[a] - 1) as f64 * spec.spacing_mm[a];
        Self {
            size: spec.size,
            spacing_mm: spec.spacing_mm,
            origin_mm: [half(0), half(1), half(2)],
            rim_mm: spec.spacing_mm[0].max(spec.spacing_mm[1]),
        }
    }

    /// Voxel centres in mm, x fastest.
    fn points(&self) -> impl Iterator<Item = [f64; 3]> + '_ {
        let [nx, ny, nz] = self.size;
        (0..nx * ny * nz).map(move |i| {
            let index = [i % nx, i / nx % ny, i / (nx * ny)];
            std::array::from_fn(|a| self.origin_mm[a] + index[a] as f64 * self.spacing_mm[a])
        })
    }

    /// Air, scalp, bone and soft tissue as nested ellipsoids.
    fn head(&self, spec: &VolumeSpec, stream: &mut Stream) -> Vec<f64> {
        let sigma = self.spacing_mm.map(|s| TISSUE_SIGMA_MM / s);
        let texture = standardised(gaussian_field(self.size, sigma, stream), |_| true);
        let radius: [f64; 3] = std::array::from_fn(|a| {
            0.5 * self.size[a] as f64 * spec.spacing_mm[a] * [0.94, 0.97, 1.25][a]
        });
        let value = |(i, p): (usize, [f64; 3])| {
            let r = (0..3)
                .map(|a| (p[a] / radius[a]).powi(2))
                .sum::<f64>()
                .sqrt();
            match r {
                r if r > 1.0 => 0.0,
                r if r > 0.93 => SCALP_MEAN,
                r if r > 0.86 => BONE_MEAN,
                _ => TISSUE_MEAN + TISSUE_SD * texture[i],
            }
        };
        self.points().enumerate().map(value).collect()
    }

    /// The tumour's intensity, standardised over the mask (distance <= 0).
    fn lesion(&self, spec: &VolumeSpec, distances: &[f64], stream: &mut Stream) -> Vec<f64> {
        let sd = 160.0 * (0.28 * spec.texture).exp();
        let sigma_mm = 1.2 * (-0.2 * spec.texture).exp();
        let sigma = self.spacing_mm.map(|s| sigma_mm / s);
        let field = gaussian_field(self.size, sigma, stream);
        let field = standardised(field, |i| distances[i] <= 0.0);
        field
            .into_iter()
            .map(|g| (spec.tumour_mean + sd * g).max(0.0))
            .collect()
    }
}

/// The field shifted and scaled to mean 0 and variance 1 over the voxels that
/// `counts`; unchanged where it is constant there.
fn standardised(field: Vec<f64>, counts: impl Fn(usize) -> bool) -> Vec<f64> {
    let chosen: Vec<f64> = field
        .iter()
        .enumerate()
        .filter(|(i, _)| counts(*i))
        .map(|(_, &v)| v)
        .collect();
    let n = chosen.len().max(1) as f64;
    let mean = chosen.iter().sum::<f64>() / n;
    let sd = (chosen.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    if sd <= 0.0 {
        return field;
    }
    field.into_iter().map(|v| (v - mean) / sd).collect()
}

/// A star-shaped body: an ellipsoid whose radius is perturbed by plane waves
/// over the direction.
struct Tumour {
    centre_mm: [f64; 3],
    axes_mm: [f64; 3],
    waves: Vec<([f64; 3], f64)>,
}

impl Tumour {
    fn new(spec: &VolumeSpec, stream: &mut Stream) -> Self {
        let centre_mm = std::array::from_fn(|_| stream.between(-3.0, 3.0));
        let stretch: [f64; 3] = std::array::from_fn(|_| stream.between(0.85, 1.18));
        // Stretching keeps the volume of the ball.
        let keep = stretch.iter().product::<f64>().cbrt();
        let axes_mm = stretch.map(|s| spec.tumour_radius_mm * s / keep);
        let waves = (0..6)
            .map(|_| {
                let frequency = std::array::from_fn(|_| 2.2 * stream.normal());
                (frequency, stream.between(0.0, std::f64::consts::TAU))
            })
            .collect();
        Self {
            centre_mm,
            axes_mm,
            waves,
        }
    }

    /// How far (mm, along the ray from the centre) a point lies beyond the
    /// surface; negative inside.
    fn excess_mm(&self, point: [f64; 3]) -> f64 {
        let offset: [f64; 3] = std::array::from_fn(|a| point[a] - self.centre_mm[a]);
        let distance = offset.iter().map(|d| d * d).sum::<f64>().sqrt();
        if distance < 1e-9 {
            return -self.axes_mm[0];
        }
        let direction = offset.map(|d| d / distance);
        let ellipsoid = (0..3)
            .map(|a| (direction[a] / self.axes_mm[a]).powi(2))
            .sum::<f64>()
            .sqrt()
            .recip();
        let bumps: f64 = self
            .waves
            .iter()
            .map(|(k, phase)| {
                let along = (0..3).map(|a| k[a] * direction[a]).sum::<f64>();
                (along + phase).cos()
            })
            .sum();
        distance - ellipsoid * (1.0 + 0.045 * bumps)
    }
}

/// A smooth multiplicative shading of a few per cent, as of a receive coil.
struct Bias {
    slope_per_mm: [f64; 3],
    curve_per_mm2: f64,
}

impl Bias {
    fn new(grid: &Grid, stream: &mut Stream) -> Self {
        let half: [f64; 3] = grid.origin_mm.map(|o| o.abs().max(1.0));
        Self {
            slope_per_mm: std::array::from_fn(|a| 0.03 * stream.normal() / half[a]),
            curve_per_mm2: stream.between(-0.05, 0.02) / (half[0] * half[1]),
        }
    }

    fn at(&self, point: [f64; 3]) -> f64 {
        let slope: f64 = (0..3).map(|a| self.slope_per_mm[a] * point[a]).sum();
        1.0 + slope + self.curve_per_mm2 * (point[0] * point[0] + point[1] * point[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stats::rng::stream;

    /// The mask of the default volume holds a ball of 9 mm, give or take its
    /// bumps; mean and standard deviation inside are those documented.
    #[test]
    fn the_tumour_is_as_stated() {
        for texture in [-2.0, 0.0, 2.0] {
            let spec = VolumeSpec {
                texture,
                noise_sd: 0.0,
                ..VolumeSpec::default()
            };
            let volume = render(&spec, &mut stream(3, "tumour", 0)).unwrap();
            let ball = 4.0 / 3.0 * std::f64::consts::PI * 9f64.powi(3);
            assert!(
                (volume.tumour_mm3() / ball - 1.0).abs() < 0.35,
                "{}",
                volume.tumour_mm3()
            );

            let inside: Vec<f64> = (0..volume.mask.len())
                .filter(|&i| volume.mask[i] == 1)
                .map(|i| f64::from(volume.image[i]))
                .collect();
            let n = inside.len() as f64;
            let mean = inside.iter().sum::<f64>() / n;
            let sd = (inside.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
            // Shading moves both by a few per cent.
            assert!((mean / 1_400.0 - 1.0).abs() < 0.05, "mean {mean}");
            assert!(
                (sd / (160.0 * (0.28 * texture).exp()) - 1.0).abs() < 0.1,
                "sd {sd}"
            );
        }
    }

    #[test]
    fn the_tumour_is_one_piece_away_from_the_border() {
        let volume = render(&VolumeSpec::default(), &mut stream(4, "tumour", 0)).unwrap();
        let [nx, ny, nz] = volume.size;
        for (i, _) in volume.mask.iter().enumerate().filter(|(_, m)| **m == 1) {
            let at = [i % nx, i / nx % ny, i / (nx * ny)];
            assert!((0..3).all(|a| at[a] > 0 && at[a] + 1 < [nx, ny, nz][a]));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn no_setting_panics(
            texture in prop_oneof![-8.0..8.0, Just(f64::NAN), Just(f64::INFINITY)],
            radius in prop_oneof![0.0..20.0, Just(f64::NAN)],
            spacing in prop_oneof![0.0..12.0, Just(f64::NAN)],
            side in 0usize..40,
        ) {
            let spec = VolumeSpec {
                size: [side, 20, 16],
                spacing_mm: [spacing, 1.0, 2.0],
                texture,
                tumour_radius_mm: radius,
                ..VolumeSpec::default()
            };
            if let Ok(volume) = render(&spec, &mut stream(1, "any", 0)) {
                prop_assert_eq!(volume.image.len(), side * 20 * 16);
                prop_assert!(volume.mask.contains(&1));
            }
        }
    }
}
