//! From image and mask to named features.

use rayon::prelude::*;

use super::classes::FeatureClass;
use super::families::{Row, Texture, first_order, shape, shape_2d};
use super::image_types::ImageType;
use super::prepare::{Prepared, prepare};
use super::settings::Settings;
use crate::discretise::discretise_stored;
use crate::extraction::Extraction;
use crate::{Error, Volume};

/// Extracts the features of one region.
///
/// # Errors
/// Settings out of range, image and mask on different grids, a label that is
/// missing or too small, NaN or infinity inside the region, too many grey
/// levels: see [`Error`]. A single feature that is undefined is no error: it
/// is NaN, with its reason in [`Extraction::notes`].
pub fn extract(image: &Volume, mask: &Volume, settings: &Settings) -> Result<Extraction, Error> {
    settings.validate()?;
    let mut prepared = prepare(image, mask, settings)?;
    let diagnostics = prepared.diagnostics.take();
    let mut out = Extraction {
        diagnostics: diagnostics.map_or_else(Vec::new, |all| all.into_entries()),
        ..Extraction::default()
    };
    for class in [FeatureClass::Shape, FeatureClass::Shape2D] {
        if settings.classes.contains(&class) {
            let rows = match class {
                FeatureClass::Shape => shape(&prepared.shape),
                _ => shape_2d(&prepared.shape, settings)?,
            };
            add(&mut out, ImageType::Original, class, rows, settings);
        }
    }
    for (image_type, own) in &settings.image_types {
        let settings = settings.of_image_type(own);
        for (class, rows) in of_intensities(&prepared, &settings)? {
            add(&mut out, *image_type, class, rows, &settings);
        }
    }
    Ok(out)
}

/// Rows of the classes that need intensities, in output order.
fn of_intensities(
    prepared: &Prepared,
    settings: &Settings,
) -> Result<Vec<(FeatureClass, Vec<Row>)>, Error> {
    let wanted = |class: &FeatureClass| {
        settings.classes.contains(class)
            && ![FeatureClass::Shape, FeatureClass::Shape2D].contains(class)
    };
    let classes: Vec<FeatureClass> = FeatureClass::ALL.into_iter().filter(wanted).collect();
    if classes.is_empty() {
        return Ok(Vec::new());
    }
    let (roi, intensities) = (&prepared.roi, &prepared.intensities);
    let grey = discretise_stored(intensities, settings.binning(), prepared.storage)?;
    let texture = classes
        .iter()
        .any(|class| *class != FeatureClass::FirstOrder)
        .then(|| Texture::of(roi, &grey, settings))
        .transpose()?;
    let voxel_volume = roi.spacing_mm().iter().product();
    let rows = classes.into_par_iter().map(|class| {
        let rows = match &texture {
            Some(texture) if class != FeatureClass::FirstOrder => texture.rows(class),
            _ => first_order(intensities, &grey, settings, voxel_volume),
        };
        (class, rows)
    });
    Ok(rows.collect())
}

/// Adds what is wanted of a class, sorted by name.
fn add(
    out: &mut Extraction,
    image_type: ImageType,
    class: FeatureClass,
    mut rows: Vec<Row>,
    settings: &Settings,
) {
    let named = settings.features.get(&class);
    rows.retain(|row| match named {
        Some(names) => names.iter().any(|name| name == row.name),
        None => !row.deprecated,
    });
    rows.sort_by_key(|row| row.name);
    for row in rows {
        let name = format!("{}_{}_{}", image_type.prefix(), class.name(), row.name);
        out.push(name, row.value, row.undefined);
    }
}
