//! From image, mask and settings to what maps are made of.

use crate::discretise::Binning;
use crate::matrices::Neighbourhood;
use crate::pyradiomics::prepare::{Image, prepare};
use crate::{Error, ImageType, Roi, Settings, Storage, Volume};

/// Image and region after preprocessing, and what the classes are told.
pub(super) struct Prepared<'a> {
    pub image: Image<'a>,
    /// Of the image's grid.
    pub roi: Roi,
    pub storage: Storage,
    pub binning: Binning,
    pub how: Neighbourhood,
    pub voxel_array_shift: f64,
}

pub(super) fn prepared<'a>(
    image: &'a Volume,
    mask: &Volume,
    settings: &Settings,
) -> Result<Prepared<'a>, Error> {
    settings.validate()?;
    let found = prepare(image, mask, settings)?;
    let own = settings.image_types.get(&ImageType::Original);
    let settings = own.map_or_else(|| settings.clone(), |own| settings.of_image_type(own));
    Ok(Prepared {
        binning: settings.binning(),
        how: settings.neighbourhood(settings.distances.clone(), found.roi.spacing_mm()),
        voxel_array_shift: settings.voxel_array_shift,
        image: found.image,
        roi: found.roi,
        storage: found.storage,
    })
}
