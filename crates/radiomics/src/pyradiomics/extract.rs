//! From image and mask to named features.

use rayon::prelude::*;

use super::classes::FeatureClass;
use super::derived::{derive, named};
use super::families::{Row, Texture, first_order, shape, shape_2d};
use super::image_types::ImageType;
use super::prepare::prepare;
use super::settings::Settings;
use crate::discretise::{GreyLevels, discretise_stored};
use crate::extraction::Extraction;
use crate::{Error, Roi, Storage, Volume};

/// Grey levels that textures are usually counted on (PyRadiomics'
/// documentation of `binWidth`).
const USUAL_LEVELS: std::ops::RangeInclusive<usize> = 16..=128;

/// Extracts the features of one region.
///
/// Image types other than the original are made one after the other, of the
/// whole image (but see [`Settings::crop_filters`]).
///
/// # Errors
/// Settings out of range, image and mask on different grids, a label that is
/// missing or too small, NaN or infinity inside the region, too many grey
/// levels, an image that can't be filtered: see [`Error`]. A single feature
/// that is undefined is no error: it is NaN, with its reason in
/// [`Extraction::notes`].
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
            add(&mut out, "original", class, rows, settings);
        }
    }
    let classes = of_intensities(settings);
    if classes.is_empty() {
        return Ok(out);
    }
    let derived = settings
        .image_types
        .keys()
        .any(|t| *t != ImageType::Original);
    let whole = derived.then(|| prepared.image.whole());
    let roi = &prepared.roi;
    // Where the region lies in an image of its box alone.
    let moved = roi.moved_to([0; 3]);
    for (image_type, own) in &settings.image_types {
        let settings = settings.of_image_type(own);
        let Some(whole) = whole
            .as_ref()
            .filter(|_| *image_type != ImageType::Original)
        else {
            let measured = Measured {
                roi,
                intensities: &prepared.intensities,
                storage: prepared.storage,
            };
            measured.add_to(&mut out, "original", &classes, &settings)?;
            continue;
        };
        let warnings = derive(*image_type, whole, roi, &settings, &mut |name, volume| {
            let intensities = named(name, moved.intensities(&volume))?;
            let measured = Measured {
                roi: &moved,
                intensities: &intensities,
                storage: volume.storage(),
            };
            drop(volume);
            named(name, measured.add_to(&mut out, name, &classes, &settings))
        })?;
        out.warnings.extend(warnings);
    }
    Ok(out)
}

/// The classes that are wanted and need intensities, in output order.
fn of_intensities(settings: &Settings) -> Vec<FeatureClass> {
    let shapes = [FeatureClass::Shape, FeatureClass::Shape2D];
    let wanted = |class: &FeatureClass| settings.classes.contains(class) && !shapes.contains(class);
    FeatureClass::ALL.into_iter().filter(wanted).collect()
}

/// A region in one image.
struct Measured<'a> {
    roi: &'a Roi,
    intensities: &'a [f64],
    storage: Storage,
}

impl Measured<'_> {
    fn add_to(
        &self,
        out: &mut Extraction,
        image: &str,
        classes: &[FeatureClass],
        settings: &Settings,
    ) -> Result<(), Error> {
        let grey = discretise_stored(self.intensities, settings.binning(), self.storage)?;
        out.warnings
            .extend(unusual(&grey).map(|text| (image.to_owned(), text)));
        let texture = classes
            .iter()
            .any(|class| *class != FeatureClass::FirstOrder)
            .then(|| Texture::of(self.roi, &grey, settings))
            .transpose()?;
        let voxel_volume = self.roi.spacing_mm().iter().product();
        let rows = classes.par_iter().map(|&class| match &texture {
            Some(texture) if class != FeatureClass::FirstOrder => texture.rows(class),
            _ => first_order(self.intensities, &grey, settings, voxel_volume),
        });
        let rows: Vec<Vec<Row>> = rows.collect();
        for (class, rows) in classes.iter().zip(rows) {
            add(out, image, *class, rows, settings);
        }
        Ok(())
    }
}

/// What to know of an unusual number of grey levels.
fn unusual(grey: &GreyLevels) -> Option<String> {
    let levels = grey.present.len();
    let (least, most) = (USUAL_LEVELS.start(), USUAL_LEVELS.end());
    let change = if levels < *least {
        "a smaller bin_width (or a larger bin_count) gives more"
    } else {
        "a larger bin_width (or a smaller bin_count) gives fewer"
    };
    (!USUAL_LEVELS.contains(&levels)).then(|| {
        format!("the region has {levels} grey levels, usual are {least} to {most}; {change}")
    })
}

/// Adds what is wanted of a class, sorted by name.
fn add(
    out: &mut Extraction,
    image: &str,
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
        let name = format!("{image}_{}_{}", class.name(), row.name);
        out.push(name, row.value, row.undefined);
    }
}
