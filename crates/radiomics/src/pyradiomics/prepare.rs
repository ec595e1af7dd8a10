//! From image and mask to what the classes measure, in PyRadiomics' order:
//! normalise, resample (or crop), check, re-segment.

use std::borrow::Cow;

use super::diagnostics::Diagnostics;
use super::grids::{
    box_around, check_inside, corrected, cropped, nearest, new_spacing, same_spacing, select,
};
use super::normalise::Normalisation;
use super::resegment::resegmented;
use super::settings::Settings;
use crate::resample::itk::resample;
use crate::{Error, Geometry, Roi, Storage, Volume};

/// What the classes measure.
pub(crate) struct Prepared<'a> {
    /// The image that the regions lie in.
    pub image: Image<'a>,
    /// The region for intensities and textures.
    pub roi: Roi,
    /// Its intensities, finite, in memory order.
    pub intensities: Vec<f64>,
    /// The numbers they are stored as.
    pub storage: Storage,
    /// The region for shapes.
    pub shape: Roi,
    pub(super) diagnostics: Option<Diagnostics>,
}

/// An image whose values may still have to be normalised: of a large image
/// only those that count are.
pub(crate) struct Image<'a> {
    volume: Cow<'a, Volume>,
    normalisation: Option<Normalisation>,
}

impl Image<'_> {
    fn value(&self, value: f64) -> f64 {
        self.normalisation
            .map_or(value, |normalisation| normalisation.apply(value))
    }

    /// Normalised values are of double precision.
    fn storage(&self) -> Storage {
        match self.normalisation {
            Some(_) => Storage::Double,
            None => self.volume.storage(),
        }
    }

    /// Where its voxels lie.
    pub(crate) fn geometry(&self) -> &Geometry {
        self.volume.geometry()
    }

    /// All of it.
    pub(crate) fn whole(&self) -> Cow<'_, Volume> {
        match self.normalisation {
            None => Cow::Borrowed(&*self.volume),
            Some(normalisation) => {
                let volume = Volume::clone(&self.volume);
                let volume = volume.map(|value| normalisation.apply(value));
                Cow::Owned(volume.stored_as(Storage::Double))
            }
        }
    }

    /// Intensities of a region, in memory order.
    ///
    /// # Errors
    /// As [`Roi::intensities`].
    pub(crate) fn intensities(&self, roi: &Roi) -> Result<Vec<f64>, Error> {
        let mut values = roi.intensities(&self.volume)?;
        values
            .iter_mut()
            .for_each(|value| *value = self.value(*value));
        Ok(values)
    }

    fn cropped(&self, roi: &Roi, pad: usize) -> Result<Image<'static>, Error> {
        let map = |value| self.value(value);
        cropped(&self.volume, roi, pad, map, self.storage()).map(Image::done)
    }

    /// An image that is as it should be.
    pub(crate) fn done(volume: Volume) -> Image<'static> {
        Image {
            volume: Cow::Owned(volume),
            normalisation: None,
        }
    }
}

/// Prepares a case.
///
/// # Errors
/// As [`super::extract()`].
pub(crate) fn prepare<'a>(
    image: &'a Volume,
    mask: &Volume,
    settings: &Settings,
) -> Result<Prepared<'a>, Error> {
    let mut roi = Roi::select(mask, settings.label)?;
    let mut diagnostics = settings
        .additional_info
        .then(|| Diagnostics::of(settings, image, mask, &roi));
    let normalisation = settings
        .normalize
        .then(|| Normalisation::of(image, settings));
    let mut image = Image {
        volume: Cow::Borrowed(image),
        normalisation: normalisation.transpose()?,
    };
    let mut mask = Cow::Borrowed(mask);

    if let Some(spacing) = settings.resampled_pixel_spacing {
        let (new_image, new_mask) = resampled(&image, &mask, &roi, spacing, settings)?;
        roi = select(&new_mask, settings.label)?;
        (image, mask) = (new_image, Cow::Owned(new_mask));
        if let Some(diagnostics) = &mut diagnostics {
            let values = roi.intensities(&image.volume)?;
            diagnostics.add_interpolated(&image.volume, &mask, &roi, &values);
        }
    } else if settings.pre_crop {
        if let Some(new) = corrected(image.volume.geometry(), &mask, &roi, settings)? {
            mask = Cow::Owned(new);
            roi = select(&mask, settings.label)?;
        }
        roi.check(settings)?;
        image = image.cropped(&roi, settings.pad_distance)?;
        mask = Cow::Owned(crop_mask(&mask, &roi, settings)?);
        roi = Roi::select(&mask, settings.label)?;
    }

    if let Some(new) = corrected(image.volume.geometry(), &mask, &roi, settings)? {
        mask = Cow::Owned(new);
        roi = select(&mask, settings.label)?;
        if let Some(diagnostics) = &mut diagnostics {
            diagnostics.add_mask("corrected", &mask, &roi, &image.intensities(&roi)?);
        }
    }
    roi.check(settings)?;
    // Within the tolerance the image's spacing counts.
    roi = spaced(roi, image.volume.geometry().spacing_mm);
    let intensities = image.intensities(&roi)?;
    let mut prepared = Prepared {
        storage: image.storage(),
        image,
        shape: roi.clone(),
        roi,
        intensities,
        diagnostics,
    };
    if let Some(range) = &settings.resegment_range {
        prepared.resegment(range, &mask, settings)?;
    }
    Ok(prepared)
}

impl Prepared<'_> {
    fn resegment(
        &mut self,
        range: &[f64],
        mask: &Volume,
        settings: &Settings,
    ) -> Result<(), Error> {
        let (whole, values) = (&self.roi, &self.intensities);
        let (roi, intensities) = resegmented(whole, values, range, settings, self.storage)?;
        roi.check(settings)?;
        if let Some(diagnostics) = &mut self.diagnostics {
            diagnostics.add_mask("resegmented", mask, &roi, &intensities);
        }
        // PyRadiomics crops also the whole region to what is left.
        self.shape = if settings.resegment_shape {
            roi.clone()
        } else {
            within(whole, &roi)
        };
        (self.roi, self.intensities) = (roi, intensities);
        Ok(())
    }
}

/// A region whose voxels have another spacing.
fn spaced(roi: Roi, spacing_mm: [f64; 3]) -> Roi {
    if roi.spacing_mm() == spacing_mm {
        return roi;
    }
    let inside = roi.inside().to_vec();
    Roi::from_inside(roi.lower(), roi.size(), spacing_mm, inside).unwrap_or(roi)
}

/// The voxels of a region that lie in the bounding box of a part of it.
fn within(roi: &Roi, part: &Roi) -> Roi {
    let inside = roi.indices().map(|index| {
        (0..3).all(|axis| {
            let at = roi.lower()[axis] + index[axis];
            (part.lower()[axis]..part.lower()[axis] + part.size()[axis]).contains(&at)
        })
    });
    // The part itself is in it, so it isn't empty.
    roi.subset(inside).unwrap_or_else(|| part.clone())
}

/// Image and mask on the resampled grid, around the region.
fn resampled(
    image: &Image,
    mask: &Volume,
    roi: &Roi,
    spacing_mm: [f64; 3],
    settings: &Settings,
) -> Result<(Image<'static>, Volume), Error> {
    let geometry = image.volume.geometry();
    check_inside(geometry, mask.geometry(), roi)?;
    let spacing_mm = new_spacing(mask.geometry(), roi, spacing_mm);
    if same_spacing(geometry.spacing_mm, spacing_mm) {
        // Only the mask is resampled, where it isn't on the image's grid.
        if mask.geometry() == geometry {
            let image = image.cropped(roi, settings.pad_distance)?;
            return Ok((image, crop_mask(mask, roi, settings)?));
        }
        let mask = nearest(mask, geometry)?;
        let roi = select(&mask, settings.label)?;
        let image = image.cropped(&roi, settings.pad_distance)?;
        return Ok((image, crop_mask(&mask, &roi, settings)?));
    }
    let target = box_around(mask.geometry(), roi, spacing_mm, settings.pad_distance);
    let volume = resample(
        &image.volume,
        &target,
        settings.interpolator,
        |value| image.value(value),
        image.storage(),
    )?;
    Ok((Image::done(volume), nearest(mask, &target)?))
}

fn crop_mask(mask: &Volume, roi: &Roi, settings: &Settings) -> Result<Volume, Error> {
    cropped(
        mask,
        roi,
        settings.pad_distance,
        |value| value,
        mask.storage(),
    )
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    /// 10 x 4 x 3 voxels, intensity x, the region from x = 2 to 7.
    fn case() -> (Volume, Volume) {
        let geometry = Geometry::aligned([10, 4, 3], [1.0, 2.0, 3.0]);
        let volume = |value: fn(usize) -> f64| {
            let voxels = Array3::from_shape_fn((3, 4, 10), |(_, _, x)| value(x));
            Volume::new(voxels, geometry.clone()).unwrap()
        };
        let mask = volume(|x| f64::from(u8::from((2..8).contains(&x))));
        (volume(|x| x as f64), mask)
    }

    #[test]
    fn shape_is_cropped_to_what_resegmentation_leaves() {
        let (image, mask) = case();
        let mut settings = Settings {
            resegment_range: Some(vec![3.0, 5.0]),
            ..Settings::default()
        };
        let prepared = prepare(&image, &mask, &settings).unwrap();
        assert_eq!((prepared.roi.count(), prepared.shape.count()), (36, 36));
        assert_eq!(prepared.roi.lower(), [3, 0, 0]);
        settings.resegment_range = Some(vec![7.5]);
        let error = prepare(&image, &mask, &settings).err().unwrap();
        assert!(error.to_string().contains("resegment_range (7.5 to inf)"));
    }

    #[test]
    fn normalising_before_a_crop_changes_nothing() {
        let (image, mask) = case();
        let mut settings = Settings {
            normalize: true,
            remove_outliers: Some(1.0),
            ..Settings::default()
        };
        let whole = prepare(&image, &mask, &settings).unwrap().intensities;
        settings.pre_crop = true;
        settings.pad_distance = 1;
        assert_eq!(
            prepare(&image, &mask, &settings).unwrap().intensities,
            whole
        );
        settings.resampled_pixel_spacing = Some([1.0, 0.0, 3.0]);
        assert_eq!(
            prepare(&image, &mask, &settings).unwrap().intensities,
            whole
        );
        assert_eq!(whole[5], -whole[0]);
    }

    #[test]
    fn whole_numbers_are_cut_by_resampling() {
        let (image, mask) = case();
        let whole = Storage::Whole {
            least: 0.0,
            most: 255.0,
        };
        let settings = Settings {
            resampled_pixel_spacing: Some([0.5, 0.0, 0.0]),
            interpolator: crate::resample::itk::Interpolator::Linear,
            ..Settings::default()
        };
        let image = image.stored_as(whole);
        let found = prepare(&image, &mask, &settings).unwrap();
        // Positions 1.75, 2.25, 2.75, ... of a ramp.
        assert_eq!(found.intensities[..5], [1.0, 2.0, 2.0, 3.0, 3.0]);
        assert_eq!(found.roi.spacing_mm(), [0.5, 2.0, 3.0]);
    }

    #[test]
    fn masks_on_other_grids_are_corrected_on_demand() {
        let (image, mask) = case();
        let mut moved = mask.geometry().clone();
        moved.origin_mm[0] = 1.0;
        let mask = Volume::new(mask.voxels().to_owned(), moved).unwrap();
        let mut settings = Settings::default();
        let error = prepare(&image, &mask, &settings).err().unwrap();
        assert!(matches!(error, Error::Grid { what: "origin", .. }));
        settings.correct_mask = true;
        let found = prepare(&image, &mask, &settings).unwrap();
        assert_eq!(found.roi.lower(), [3, 0, 0]);
        assert_eq!(found.intensities[0], 3.0);
    }
}
