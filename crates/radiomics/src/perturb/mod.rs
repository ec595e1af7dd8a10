//! Image and region as another examination might have shown them.
//!
//! A feature that changes much when the patient lies a little differently, the
//! image is a little noisier or the region a little differently drawn is no
//! biomarker. The perturbations are those of Zwanenburg et al., Assessing
//! robustness of radiomic features by image perturbation (Sci Rep 9:614,
//! 2019), in the order of that group's software MIRP: noise
//! ([`crate::perturb::noise`]), then translation and rotation by one
//! interpolation ([`crate::perturb::turn`]), then growth or shrinkage of the
//! region ([`crate::perturb::volume_change`]), then randomisation of its contour
//! ([`crate::perturb::contour`]). [`crate::perturb::Plan`] lists the
//! perturbations of a study.

use std::borrow::Cow;

use crate::error::number;
use crate::{Error, Roi, Volume};

/// Randomised contours.
pub mod contour;
/// Noise: how much an image has, and more of it.
pub mod noise;
mod plan;
mod recipe;
mod sample;
mod slic;
/// Rotated and shifted grids.
pub mod turn;
/// Grown and shrunk regions.
pub mod volume_change;

pub use plan::{Named, Plan};

/// Largest shift, in voxels.
const MOST_TRANSLATION: f64 = 10.0;
/// Largest growth, as a fraction of the region's volume.
const MOST_GROWTH: f64 = 5.0;

/// How much noise is added.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noise {
    /// As much as the image has already ([`noise::estimate`]).
    Estimated,
    /// Gaussian noise of this standard deviation, in the image's unit.
    Level(f64),
}

/// One perturbation; the default changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Perturbation {
    /// Turn of the grid about its third axis (the normal of the slices), in
    /// degrees, from the first axis to the second; -180 to 180.
    pub rotation_deg: f64,
    /// Shift of the grid along each of the image's axes (x, y, z), as a
    /// fraction of the voxel spacing; -10 to 10.
    pub translation: [f64; 3],
    /// Noise to add.
    pub noise: Option<Noise>,
    /// Change of the region's volume, as a fraction of it: 0.15 grows it by
    /// 15 %, -0.15 shrinks it; above -1, at most 5.
    pub volume_change: f64,
    /// Whether to draw the contour anew along supervoxels.
    pub randomise_contour: bool,
}

impl Perturbation {
    /// Checks every value.
    ///
    /// # Errors
    /// [`Error::Perturbation`] that names the first value out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let wrong = |what: &str, value: f64, range: &str| {
            Err(Error::Perturbation(format!(
                "{what} is {}; it must be {range}",
                number(value)
            )))
        };
        if !(-180.0..=180.0).contains(&self.rotation_deg) {
            return wrong(
                "the rotation",
                self.rotation_deg,
                "from -180 to 180 degrees",
            );
        }
        for shift in self.translation {
            if !(-MOST_TRANSLATION..=MOST_TRANSLATION).contains(&shift) {
                return wrong("the translation", shift, "from -10 to 10 voxels");
            }
        }
        if !(self.volume_change > -1.0 && self.volume_change <= MOST_GROWTH) {
            let range = "above -1 (nothing left) and at most 5";
            return wrong("the volume change", self.volume_change, range);
        }
        match self.noise {
            Some(Noise::Level(sd)) if !(sd.is_finite() && sd >= 0.0) => {
                wrong("the noise level", sd, "0 or more and finite")
            }
            _ => Ok(()),
        }
    }
}

/// Applies a perturbation to an image and the region of `label` in its mask.
///
/// The image keeps its grid unless it is turned or shifted ([`turn::apply`]
/// says which grid it then gets). The mask holds the label's region alone,
/// unless the region isn't touched: then, and so without any perturbation,
/// the mask is the one that was given, bit for bit.
///
/// Random numbers are fixed by `seed` and `index` (of the perturbation, and
/// better of the patient as well), whatever the number of threads.
///
/// # Errors
/// [`Error::Perturbation`] when a value is out of range
/// ([`Perturbation::validate`]), the image has another size than the mask, or
/// the region vanishes, can't grow or can't be followed in the image, with the
/// reason; those of [`Roi::select`] and [`noise::estimate`].
pub fn apply(
    image: &Volume,
    mask: &Volume,
    label: u32,
    what: &Perturbation,
    seed: u64,
    index: u64,
) -> Result<(Volume, Volume), Error> {
    what.validate()?;
    let (here, there) = (image.geometry().size, mask.geometry().size);
    if here != there {
        return Err(Error::Perturbation(format!(
            "the image has {here:?} voxels (x, y, z) and the mask {there:?}; resample the mask \
             on the image's grid"
        )));
    }
    // Also where the mask stays as it is: a missing label is an error.
    Roi::select(mask, label)?;
    let (mut image, mut mask) = (Cow::Borrowed(image), Cow::Borrowed(mask));
    let sd = match what.noise {
        None => 0.0,
        Some(Noise::Level(sd)) => sd,
        Some(Noise::Estimated) => noise::estimate(&image)?,
    };
    if sd > 0.0 {
        image = Cow::Owned(noise::add(&image, sd, seed, index)?);
    }
    if what.rotation_deg != 0.0 || what.translation != [0.0; 3] {
        let (turned, region) =
            turn::apply(&image, &mask, label, what.rotation_deg, what.translation)?;
        (image, mask) = (Cow::Owned(turned), Cow::Owned(region));
    }
    if what.volume_change != 0.0 {
        let changed = volume_change::apply(&mask, label, what.volume_change, seed, index)?;
        mask = Cow::Owned(changed);
    }
    if what.randomise_contour {
        mask = Cow::Owned(contour::randomise(&image, &mask, label, seed, index)?);
    }
    Ok((image.into_owned(), mask.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_out_of_range_are_named() {
        let wrong = |change: &dyn Fn(&mut Perturbation)| {
            let mut what = Perturbation::default();
            change(&mut what);
            what.validate().unwrap_err().to_string()
        };
        assert!(Perturbation::default().validate().is_ok());
        assert!(wrong(&|p| p.rotation_deg = 181.0).contains("rotation is 181"));
        assert!(wrong(&|p| p.rotation_deg = f64::NAN).contains("NaN"));
        assert!(wrong(&|p| p.translation[2] = -11.0).contains("translation"));
        assert!(wrong(&|p| p.volume_change = -1.0).contains("volume change"));
        assert!(wrong(&|p| p.noise = Some(Noise::Level(f64::INFINITY))).contains("noise"));
    }
}
