//! From image, mask and settings to what maps are made of.

use super::field::surroundings;
use crate::discretise::Binning;
use crate::matrices::Neighbourhood;
use crate::pyradiomics::derived::{derive, named};
use crate::pyradiomics::prepare::{Image, prepare};
use crate::{Error, ImageType, Roi, Settings, Storage, Volume};

/// Image and region after preprocessing, and what the classes are told.
pub(super) struct Prepared<'a> {
    /// Beginning of the maps' names.
    pub name: &'a str,
    pub image: &'a Image<'a>,
    /// Of the image's grid.
    pub roi: &'a Roi,
    pub storage: Storage,
    pub binning: Binning,
    pub how: Neighbourhood,
    pub voxel_array_shift: f64,
}

/// Hands over what is prepared of each image of the settings' image types.
///
/// An image that a filter made is there on the region's bounding box and
/// `radius` voxels around it alone.
pub(super) fn each(
    image: &Volume,
    mask: &Volume,
    settings: &Settings,
    radius: usize,
    take: &mut dyn FnMut(&Prepared) -> Result<(), Error>,
) -> Result<(), Error> {
    settings.validate()?;
    let found = prepare(image, mask, settings)?;
    let (lower, size) = surroundings(&found.roi, found.image.geometry().size, radius);
    let all = vec![true; size.iter().product()];
    let around = Roi::from_inside(lower, size, found.roi.spacing_mm(), all);
    let around = around.unwrap_or_else(|| found.roi.clone());
    let moved = found
        .roi
        .moved_to([0, 1, 2].map(|axis| found.roi.lower()[axis] - lower[axis]));
    for (image_type, own) in &settings.image_types {
        let settings = settings.of_image_type(own);
        if *image_type == ImageType::Original {
            let storage = found.storage;
            take(&Prepared::of(
                "original",
                &found.image,
                &found.roi,
                storage,
                &settings,
            ))?;
            continue;
        }
        let whole = found.image.whole();
        derive(
            *image_type,
            &whole,
            &around,
            &settings,
            &mut |name, volume| {
                let storage = volume.storage();
                let image = Image::done(volume);
                let prepared = Prepared::of(name, &image, &moved, storage, &settings);
                named(name, take(&prepared))
            },
        )?;
    }
    Ok(())
}

impl<'a> Prepared<'a> {
    fn of(
        name: &'a str,
        image: &'a Image<'a>,
        roi: &'a Roi,
        storage: Storage,
        settings: &Settings,
    ) -> Self {
        Self {
            name,
            image,
            roi,
            storage,
            binning: settings.binning(),
            how: settings.neighbourhood(settings.distances.clone(), roi.spacing_mm()),
            voxel_array_shift: settings.voxel_array_shift,
        }
    }
}
