//! The convolutional filters of IBSI 2.
//!
//! Source: the reference manual of IBSI 2 (arXiv 2006.05470). Each filter takes
//! an image to a response map on the same grid. "2-D" means within slices of
//! constant z. An image must hold numbers only: what is none would spread.

mod fourier;
mod gabor;
mod laws;
mod log;
mod mean;
mod plane_transform;
mod pooling;
mod riesz;
mod riesz_log;
mod simoncelli;
mod wavelet;

use ndarray::{Array3, s};
use serde::{Deserialize, Serialize};

pub use gabor::{Gabor, Planes};
pub use laws::{Laws, LawsKernel};
pub use log::Log;
pub use mean::Mean;
pub use pooling::Pooling;
pub use riesz_log::RieszLog;
pub use simoncelli::Simoncelli;
pub use wavelet::Wavelet;

use super::{Boundary, wavelet_bank};
use crate::crop::Crop;
use crate::error::number;
use crate::{Error, Geometry, Volume};

/// A filter with its parameters; in TOML a table with the key `kind`.
///
/// ```
/// use radiomics::filters::ibsi::Filter;
///
/// let filter: Filter = toml::from_str("kind = 'log'\nsigma_mm = 1.5").unwrap();
/// assert_eq!(filter.name(), "log_3d_sigma1.5mm");
/// assert!(toml::from_str::<Filter>("kind = 'log'\nsigma = 1.5").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Filter {
    /// The mean of a square or cube of voxels.
    Mean(Mean),
    /// The Laplacian of Gaussian.
    Log(Log),
    /// Laws' kernels.
    Laws(Laws),
    /// Gabor's filter.
    Gabor(Gabor),
    /// A separable wavelet.
    Wavelet(Wavelet),
    /// Simoncelli's wavelet.
    Simoncelli(Simoncelli),
    /// The Riesz transform of the Laplacian of Gaussian.
    RieszLog(RieszLog),
}

impl Filter {
    /// The response map of an image, on its grid.
    ///
    /// # Errors
    /// [`Error::Settings`] for parameters out of range and for an image with
    /// NaN or infinity, [`Error::Volume`] for one without voxels.
    pub fn apply(&self, image: &Volume) -> Result<Volume, Error> {
        self.validate()?;
        check_finite(&self.name(), image)?;
        self.respond(image)
    }

    fn respond(&self, image: &Volume) -> Result<Volume, Error> {
        match self {
            Self::Mean(filter) => filter.apply(image),
            Self::Log(filter) => filter.apply(image),
            Self::Laws(filter) => filter.apply(image),
            Self::Gabor(filter) => filter.apply(image, whole(image)),
            Self::Wavelet(filter) => filter.apply(image),
            Self::Simoncelli(filter) => filter.apply(image),
            Self::RieszLog(filter) => filter.apply(image),
        }
    }

    /// The same response map within a box; it may be NaN elsewhere.
    pub(crate) fn apply_within(&self, image: &Volume, part: Crop) -> Result<Volume, Error> {
        self.validate()?;
        check_finite(&self.name(), image)?;
        if let Self::Gabor(filter) = self {
            return filter.apply(image, part);
        }
        let grid = image.geometry();
        let Some(reach) = self.reach(grid) else {
            return self.respond(image);
        };
        // All that the responses there see.
        let lower: [usize; 3] =
            std::array::from_fn(|axis| part.lower[axis].saturating_sub(reach[axis]));
        let upper: [usize; 3] = std::array::from_fn(|axis| {
            let end = part.lower[axis] + part.size[axis];
            end.saturating_add(reach[axis]).min(grid.size[axis])
        });
        let seen = s![lower[2]..upper[2], lower[1]..upper[1], lower[0]..upper[0]];
        let geometry = Geometry {
            size: std::array::from_fn(|axis| upper[axis] - lower[axis]),
            origin_mm: grid.position_mm(lower.map(|at| at as f64)),
            ..grid.clone()
        };
        let response = self.respond(&Volume::new(
            image.voxels().slice(seen).to_owned(),
            geometry,
        )?)?;
        let mut map = Array3::from_elem(image.voxels().dim(), f64::NAN);
        let first = std::array::from_fn(|axis| part.lower[axis] - lower[axis]);
        let cut = |[x, y, z]: [usize; 3]| {
            let [nx, ny, nz] = part.size;
            s![z..z + nz, y..y + ny, x..x + nx]
        };
        map.slice_mut(cut(part.lower))
            .assign(&response.voxels().slice(cut(first)));
        Volume::new(map, grid.clone())
    }

    /// How many voxels a response sees to each side; none where it sees the
    /// whole image.
    fn reach(&self, grid: &Geometry) -> Option<[usize; 3]> {
        let (boundary, reach) = match self {
            Self::Mean(filter) => (filter.boundary, [filter.support_voxels / 2; 3]),
            Self::Log(filter) => (filter.boundary, filter.reach(grid)),
            Self::Laws(filter) => {
                let energy = filter.energy_distance_voxels.unwrap_or(0);
                (filter.boundary, [2 + energy; 3])
            }
            Self::Wavelet(filter) => {
                let taps = wavelet_bank::wavelet(&filter.wavelet)?.low.len();
                (filter.boundary, [taps << filter.level; 3])
            }
            Self::Gabor(_) | Self::Simoncelli(_) | Self::RieszLog(_) => return None,
        };
        // From the other side: no box holds that.
        Some(reach).filter(|_| boundary != Boundary::Periodic)
    }

    /// Checks every parameter.
    ///
    /// # Errors
    /// [`Error::Settings`] that names the first parameter out of range.
    pub fn validate(&self) -> Result<(), Error> {
        match self {
            Self::Mean(filter) => filter.validate(),
            Self::Log(filter) => filter.validate(),
            Self::Laws(filter) => filter.validate(),
            Self::Gabor(filter) => filter.validate(),
            Self::Wavelet(filter) => filter.validate(),
            Self::Simoncelli(filter) => filter.validate(),
            Self::RieszLog(filter) => filter.validate(),
        }
    }

    /// A name made of the parameters, for columns. What has its default is left
    /// out where that is no scale or direction.
    pub fn name(&self) -> String {
        match self {
            Self::Mean(filter) => filter.name(),
            Self::Log(filter) => filter.name(),
            Self::Laws(filter) => filter.name(),
            Self::Gabor(filter) => filter.name(),
            Self::Wavelet(filter) => filter.name(),
            Self::Simoncelli(filter) => filter.name(),
            Self::RieszLog(filter) => filter.name(),
        }
    }

    /// What a user should know of this filter on such a grid.
    pub fn warnings(&self, grid: &Geometry) -> Vec<String> {
        match self {
            Self::Log(filter) => filter.warnings(grid),
            _ => Vec::new(),
        }
    }
}

/// All of an image.
fn whole(image: &Volume) -> Crop {
    Crop {
        lower: [0; 3],
        size: image.geometry().size,
    }
}

/// Refuses an image with NaN or infinity.
fn check_finite(filter: &str, image: &Volume) -> Result<(), Error> {
    let finite = |value: &f64| value.is_finite();
    let Some(first) = image.values().iter().position(|value| !finite(value)) else {
        return Ok(());
    };
    let odd = image.values().iter().filter(|value| !finite(value)).count();
    Err(Error::Settings(format!(
        "the filter {filter} needs an image without NaN and infinity, but {odd} of its voxels \
         are, the first at {:?}; repair the image",
        image.index_of(first)
    )))
}

/// The part of a name that tells the border, where it isn't the default.
fn border(boundary: Boundary) -> &'static str {
    match boundary {
        Boundary::Mirror => "",
        Boundary::Zero => "_zero",
        Boundary::Nearest => "_nearest",
        Boundary::Periodic => "_periodic",
    }
}

const fn mirror() -> Boundary {
    Boundary::Mirror
}

/// Refuses what is not positive and finite, or above the largest that makes
/// sense.
fn check_scale(filter: &str, name: &str, value: f64, most: f64) -> Result<(), Error> {
    if value > 0.0 && value <= most {
        return Ok(());
    }
    Err(Error::Settings(format!(
        "{filter}: {name} is {}; it must be above 0 and at most {}",
        number(value),
        number(most)
    )))
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    fn read(text: &str) -> Result<Filter, String> {
        let filter: Filter = toml::from_str(text).map_err(|error| error.to_string())?;
        filter.validate().map_err(|error| error.to_string())?;
        Ok(filter)
    }

    #[test]
    fn filters_survive_toml_and_have_names() {
        for (text, name) in [
            ("kind = 'mean'\nsupport_voxels = 5", "mean_3d_support5"),
            (
                "kind = 'mean'\nsupport_voxels = 3\nby_slice = true\nboundary = 'zero'",
                "mean_2d_support3_zero",
            ),
            (
                "kind = 'log'\nsigma_mm = 2\nby_slice = true\ntruncate = 3",
                "log_2d_sigma2mm_truncate3",
            ),
            ("kind = 'laws'\nkernels = ['L5', 'S5']", "laws_2d_L5S5"),
            (
                "kind = 'laws'\nkernels = ['L5', 'E5', 'E5']\npooling = 'max'\n\
                 energy_distance_voxels = 7",
                "laws_3d_L5E5E5_max_energy7",
            ),
            (
                "kind = 'gabor'\nsigma_mm = 10\nlambda_mm = 4\ngamma = 0.5\ntheta_deg = 60",
                "gabor_axial_sigma10mm_lambda4mm_gamma0.5_theta60deg",
            ),
            (
                "kind = 'gabor'\nsigma_mm = 10\nlambda_mm = 4\ngamma = 0.5\n\
                 theta_step_deg = 22.5\nplanes = 'orthogonal'",
                "gabor_orthogonal_sigma10mm_lambda4mm_gamma0.5_step22.5deg_mean",
            ),
        ] {
            let filter = read(text).unwrap();
            assert_eq!(filter.name(), name);
            assert_eq!(read(&toml::to_string(&filter).unwrap()), Ok(filter));
        }
    }

    #[test]
    fn bad_parameters_are_named() {
        for (text, name) in [
            ("sigma_mm = 1", "kind"),
            ("kind = 'median'", "median"),
            ("kind = 'mean'", "support_voxels"),
            ("kind = 'mean'\nsupport_voxels = 4", "support_voxels is 4"),
            ("kind = 'mean'\nsupport_voxels = 3\nsize = 3", "size"),
            (
                "kind = 'mean'\nsupport_voxels = 3\nboundary = 'wrap'",
                "wrap",
            ),
            ("kind = 'log'\nsigma_mm = 0", "sigma_mm is 0"),
            ("kind = 'log'\nsigma_mm = nan", "sigma_mm"),
            ("kind = 'log'\nsigma_mm = 1\ntruncate = inf", "truncate"),
            ("kind = 'laws'\nkernels = ['L5']", "kernels"),
            ("kind = 'wavelet'\nwavelet = 'db99'\nband = 'LH'", "db99"),
            ("kind = 'wavelet'\nwavelet = 'haar'\nband = 'LX'", "band"),
            ("kind = 'simoncelli'\nlevel = 0", "level is 0"),
            (
                "kind = 'riesz_log'\nsigma_mm = 1\nriesz = [0, 0, 0]",
                "riesz",
            ),
            ("kind = 'laws'\nkernels = ['L5', 'L7']", "L7"),
            (
                "kind = 'gabor'\nsigma_mm = 1\nlambda_mm = 1\ngamma = 0",
                "gamma",
            ),
            (
                "kind = 'gabor'\nsigma_mm = 1\nlambda_mm = 1\ngamma = 1\ntheta_step_deg = 50",
                "theta_step_deg is 50",
            ),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.contains(name), "{text}: {message}");
        }
    }

    #[test]
    fn a_part_has_the_responses_of_the_whole() {
        let size = [19, 17, 13];
        let voxels = Array3::from_shape_fn((13, 17, 19), |(z, y, x)| {
            ((x * x * 3 + y * 7 + z * z * 5) % 23) as f64
        });
        let image = Volume::new(voxels, Geometry::aligned(size, [1.0, 1.0, 1.5])).unwrap();
        let part = Crop {
            lower: [6, 1, 5],
            size: [3, 7, 8],
        };
        for (text, tolerance) in [
            ("kind = 'mean'\nsupport_voxels = 5", 0.0),
            (
                "kind = 'mean'\nsupport_voxels = 9\nboundary = 'periodic'",
                0.0,
            ),
            ("kind = 'log'\nsigma_mm = 1.3\nboundary = 'nearest'", 0.0),
            (
                "kind = 'laws'\nkernels = ['E5', 'L5', 'S5']\npooling = 'min'\n\
                 energy_distance_voxels = 2",
                0.0,
            ),
            (
                "kind = 'gabor'\nsigma_mm = 1\nlambda_mm = 2\ngamma = 0.8\n\
                 theta_step_deg = 90\nplanes = 'orthogonal'\nboundary = 'zero'",
                1e-10,
            ),
            (
                "kind = 'wavelet'\nwavelet = 'db2'\nband = 'LHH'\nlevel = 2",
                0.0,
            ),
            ("kind = 'simoncelli'\nlevel = 2", 0.0),
        ] {
            let filter = read(text).unwrap();
            let whole = filter.apply(&image).unwrap();
            let found = filter.apply_within(&image, part).unwrap();
            assert_eq!(found.geometry(), whole.geometry());
            for z in 5..13 {
                for (y, x) in (1..8).flat_map(|y| (6..9).map(move |x| (y, x))) {
                    let at = [z, y, x];
                    let difference = (found.voxels()[at] - whole.voxels()[at]).abs();
                    assert!(difference <= tolerance, "{text}: {at:?} {difference:e}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let mut voxels = Array3::zeros((2, 3, 4));
        voxels[[1, 2, 3]] = f64::NAN;
        let image = Volume::new(voxels, Geometry::aligned([4, 3, 2], [1.0; 3])).unwrap();
        let filter = read("kind = 'mean'\nsupport_voxels = 3").unwrap();
        let message = filter.apply(&image).unwrap_err().to_string();
        assert!(message.contains("1 of its voxels are, the first at [3, 2, 1]"));
    }
}
