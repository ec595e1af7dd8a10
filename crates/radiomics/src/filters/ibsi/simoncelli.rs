//! Simoncelli's wavelet.

use realfft::num_complex::Complex;
use serde::{Deserialize, Serialize};

use super::fourier::Extension;
use super::riesz::{Riesz, check_order, named};
use crate::filters::Boundary;
use crate::{Error, Volume};

/// The band-pass map B of Simoncelli's isotropic wavelet, or its Riesz
/// transform.
///
/// Source: IBSI 2, section on non-separable wavelets (PRT7): level j multiplies
/// the spectrum by `cos(pi/2 log2(2 w / m))` for `m / 4 < w <= m`, where
/// `m = 2^(1 - j)` and w is the length of the frequency, each axis' highest
/// being 1; else by 0. Frequencies are n equal steps from -1 to 1 along an axis
/// of n voxels, as the reference maps have them: for odd n those of the discrete
/// Fourier transform times n / (n - 1), for even n half a step beside them, and
/// of the two responses that opposite frequencies then have, the mean is taken.
///
/// An image that is not periodic is continued by 2^(j + 3) voxels beyond the
/// border, at most by its own size, filtered and cut back. Takes room for the
/// image and three such boxes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Simoncelli {
    /// Level, from 1 (the highest frequencies); default 1.
    #[serde(default = "one")]
    pub level: u32,
    /// Order along x, y and z of the Riesz transform that follows; none by
    /// default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub riesz: Option<[u32; 3]>,
    /// Whether slices are filtered one by one; default false.
    #[serde(default)]
    pub by_slice: bool,
    /// What lies beyond the border; default `"periodic"`.
    #[serde(default = "periodic")]
    pub boundary: Boundary,
}

const fn one() -> u32 {
    1
}

const fn periodic() -> Boundary {
    Boundary::Periodic
}

impl Simoncelli {
    /// More would see nothing but the mean.
    const DEEPEST: u32 = 10;

    /// The response map.
    ///
    /// # Errors
    /// [`Error::Settings`] for an image beyond all memory.
    pub(super) fn apply(&self, image: &Volume) -> Result<Volume, Error> {
        let grid = image.geometry();
        let reach = grid.size.map(|n| n.min(8 << self.level));
        let extension = Extension::new(image, reach, self.by_slice, self.boundary)?;
        let band = Band::new(self.level, extension.size, self.by_slice);
        let response = match self.riesz {
            None => extension.filter(image, |index| band.at(index).into()),
            Some(order) => {
                let riesz = Riesz::new(order, extension.size, grid);
                extension.filter(image, |index| match band.at(index) {
                    0.0 => Complex::default(),
                    band => riesz.at(index) * band,
                })
            }
        };
        Volume::new(response, grid.clone())
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        if !(1..=Self::DEEPEST).contains(&self.level) {
            return Err(Error::Settings(format!(
                "simoncelli: level is {}; it must be from 1 to {}",
                self.level,
                Self::DEEPEST
            )));
        }
        self.riesz.map_or(Ok(()), |order| {
            check_order("simoncelli", order, self.by_slice)
        })
    }

    pub(super) fn name(&self) -> String {
        let riesz = self.riesz.map(|order| named(order, self.by_slice));
        format!(
            "simoncelli_{}d_level{}{}{}",
            if self.by_slice { 2 } else { 3 },
            self.level,
            riesz.unwrap_or_default(),
            match self.boundary {
                Boundary::Periodic => "",
                Boundary::Zero => "_zero",
                Boundary::Nearest => "_nearest",
                Boundary::Mirror => "_mirror",
            }
        )
    }
}

/// What the wavelet does to each frequency of a box.
struct Band {
    highest: f64,
    /// For each axis the square of each frequency and of its opposite.
    squares: [Vec<[f64; 2]>; 3],
}

impl Band {
    fn new(level: u32, size: [usize; 3], by_slice: bool) -> Self {
        let squares = std::array::from_fn(|axis| {
            let n = size[axis];
            if n == 1 || by_slice && axis == 2 {
                return vec![[0.0; 2]; n];
            }
            let centre = (n as f64 - 1.0) / 2.0;
            let square = |at: usize| (((at + n / 2) % n) as f64 / centre - 1.0).powi(2);
            (0..n)
                .map(|at| [square(at), square((n - at) % n)])
                .collect()
        });
        Self {
            highest: 0.5_f64.powi(level as i32 - 1),
            squares,
        }
    }

    fn at(&self, [x, y, z]: [usize; 3]) -> f64 {
        let [x, y, z] = [self.squares[0][x], self.squares[1][y], self.squares[2][z]];
        let here = self.response(x[0] + y[0] + z[0]);
        let opposite = self.response(x[1] + y[1] + z[1]);
        (here + opposite) / 2.0
    }

    /// For the square of a frequency.
    fn response(&self, square: f64) -> f64 {
        // In units of the band's highest frequency.
        let square = square / (self.highest * self.highest);
        if (1.0 / 16.0..=1.0).contains(&square) {
            (std::f64::consts::FRAC_PI_2 * (1.0 + 0.5 * square.log2())).cos()
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::Geometry;

    const N: usize = 9;

    fn wave(waves: usize, phase: f64) -> Volume {
        let value = |x: usize| {
            let turns = (waves * x) as f64 / N as f64;
            (std::f64::consts::TAU * turns + phase).cos()
        };
        let voxels = Array3::from_shape_fn((1, 1, N), |(_, _, x)| value(x));
        Volume::new(voxels, Geometry::aligned([N, 1, 1], [1.0; 3])).unwrap()
    }

    fn close(found: &Volume, expected: &[f64]) {
        for (found, expected) in found.values().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
    }

    #[test]
    fn waves_pass_by_their_frequency() {
        // 1, 2, 3, 4 waves in 9 voxels are 1/4, 1/2, 3/4 and all of the highest.
        let sixth = (std::f64::consts::FRAC_PI_2 * 1.5_f64.log2()).cos();
        for (level, passed) in [(1, [0.0, 1.0, sixth, 0.0]), (2, [1.0, 0.0, 0.0, 0.0])] {
            let filter: Simoncelli = toml::from_str(&format!("level = {level}")).unwrap();
            for (waves, share) in (1..=4).zip(passed) {
                let image = wave(waves, 0.3);
                let expected: Vec<_> = image.values().iter().map(|v| v * share).collect();
                close(&filter.apply(&image).unwrap(), &expected);
            }
            let flat = wave(0, 0.0);
            close(&filter.apply(&flat).unwrap(), &[0.0; N]);
        }
    }

    #[test]
    fn the_first_riesz_transform_delays_a_wave_by_a_quarter() {
        let filter: Simoncelli = toml::from_str("riesz = [1, 0, 0]").unwrap();
        let quarter = std::f64::consts::FRAC_PI_2;
        let response = filter.apply(&wave(2, 0.3)).unwrap();
        close(&response, wave(2, 0.3 - quarter).values());
    }

    #[test]
    fn bad_parameters_are_named() {
        for (text, told) in [
            ("level = 0", "level is 0"),
            ("level = 11", "level is 11"),
            ("riesz = [0, 0, 0]", "riesz is [0, 0, 0]"),
            ("riesz = [4294967295, 1, 0]", "add up to 1 to 18"),
            ("riesz = [0, 1, 1]\nby_slice = true", "along z must be 0"),
        ] {
            let filter: Simoncelli = toml::from_str(text).unwrap();
            let message = filter.validate().unwrap_err().to_string();
            assert!(message.contains(told), "{message}");
        }
        assert!(toml::from_str::<Simoncelli>("sigma_mm = 1").is_err());
        let name = |text: &str| toml::from_str::<Simoncelli>(text).unwrap().name();
        assert_eq!(name("level = 2"), "simoncelli_3d_level2");
        assert_eq!(
            name("riesz = [0, 2, 0]\nby_slice = true\nboundary = 'mirror'"),
            "simoncelli_2d_level1_riesz0-2_mirror"
        );
    }
}
