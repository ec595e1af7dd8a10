//! Feature maps: each feature at each voxel of a region, computed from the
//! voxel's neighbourhood (PyRadiomics' voxel-based extraction).
//!
//! The neighbourhood of a voxel is a cube around it, or with `force2D` a
//! square. Grey levels are those of the whole region, so that maps of two
//! voxels compare; so are Ng of glcm's Idn and Idmn, and its MCC of one grey
//! level (1 where the whole region has one alone, else 0). Beyond that, a
//! value is the feature of the neighbourhood as a region of its own.
//!
//! Three accidents of PyRadiomics are not repeated. Its glcm JointAverage is
//! NaN where any one direction has no pair of neighbours; here it is the mean
//! over the others, as every other feature is. Its MCC map stays at the
//! initial value throughout where any one voxel of a batch has such a
//! direction; here MCC is computed voxel by voxel. And names without a value
//! ([`crate::features::glcm::WITHOUT_VALUE`]) are refused where PyRadiomics
//! gives a map of the initial value.
//!
//! ```
//! use ndarray::Array3;
//! use radiomics::maps::{Kernel, maps};
//! use radiomics::{Geometry, Settings, Volume};
//!
//! let geometry = Geometry::aligned([5, 5, 5], [1.0; 3]);
//! let image = Array3::from_shape_fn((5, 5, 5), |(_, _, x)| x as f64);
//! let image = Volume::new(image, geometry.clone())?;
//! let mask = Volume::new(Array3::ones((5, 5, 5)), geometry)?;
//!
//! let wanted = ["firstorder_Mean".parse()?];
//! let found = maps(&image, &mask, &Settings::default(), &Kernel::default(), &wanted)?;
//! assert_eq!(found[0].name, "original_firstorder_Mean");
//! assert_eq!(found[0].volume.voxels()[[2, 2, 0]], 0.5);
//! # Ok::<(), radiomics::Error>(())
//! ```

mod families;
mod field;
mod fill;
mod prepared;
mod wanted;

pub use wanted::Wanted;

use crate::error::number;
use crate::{Error, Settings, Volume};

/// Neighbourhoods of 41 x 41 x 41 voxels are no texture of a voxel any more.
const MAX_RADIUS: usize = 20;

/// The neighbourhood of a voxel, and what a map holds elsewhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kernel {
    /// `kernelRadius`: the neighbourhood reaches this many voxels in each
    /// direction, 1 to 20; default 1, which makes 3 x 3 x 3 voxels.
    pub radius: usize,
    /// `maskedKernel`: whether only voxels of the region count. Otherwise all
    /// of the image do, and grey levels are those of the region's bounding box
    /// and `radius` voxels around it. Default true.
    pub masked: bool,
    /// `initValue`: value of voxels outside of the region; default 0, may be
    /// NaN.
    pub initial_value: f64,
}

impl Default for Kernel {
    fn default() -> Self {
        Self {
            radius: 1,
            masked: true,
            initial_value: 0.0,
        }
    }
}

/// One feature as an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// `<image>_<class>_<feature>`, such as `original_glcm_Contrast`.
    pub name: String,
    /// The values, on the region's bounding box and [`Kernel::radius`] voxels
    /// around it, as far as the image reaches.
    pub volume: Volume,
    /// At how many voxels of the region the feature is undefined; they hold
    /// NaN. A voxel without neighbours has no glcm and no glrlm, for example.
    pub undefined: usize,
}

/// Computes maps of each image of the settings' image types, in the order asked
/// for; a class gives all its features, sorted by name, and a feature that is
/// asked for twice comes once.
///
/// # Errors
/// [`Error::Settings`] for a radius or an initial value out of range and for no
/// feature at all; else as [`crate::extract`]. Where the kernel is not masked, the voxels around the
/// region must be finite too.
pub fn maps(
    image: &Volume,
    mask: &Volume,
    settings: &Settings,
    kernel: &Kernel,
    features: &[Wanted],
) -> Result<Vec<Map>, Error> {
    if !(1..=MAX_RADIUS).contains(&kernel.radius) {
        return Err(Error::Settings(format!(
            "the kernel's radius is {}; it must be from 1 to {MAX_RADIUS}",
            kernel.radius
        )));
    }
    if kernel.initial_value.is_infinite() {
        return Err(Error::Settings(format!(
            "the initial value is {}; it must be finite or NaN",
            number(kernel.initial_value)
        )));
    }
    let chosen = wanted::chosen(features);
    if chosen.is_empty() {
        return Err(Error::Settings(format!(
            "no feature is asked for; name {}",
            wanted::choice()
        )));
    }
    let mut all = Vec::new();
    prepared::each(image, mask, settings, kernel.radius, &mut |prepared| {
        all.extend(fill::fill(prepared, kernel, &chosen)?);
        Ok(())
    })?;
    Ok(all)
}
