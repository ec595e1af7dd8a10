//! The images of an image type.

use super::image_types::ImageType;
use super::settings::Settings;
use super::surroundings::Surroundings;
use crate::error::number;
use crate::filters::lbp::{Lbp2d, Lbp3d, lbp_2d, lbp_3d};
use crate::filters::pointwise::Pointwise;
use crate::filters::stationary_wavelet::Decomposition;
use crate::filters::{itk, wavelet_bank};
use crate::{Error, Roi, Volume};

/// Gets images one after the other: the beginning of their columns' names, and
/// the values on the box asked for.
pub(crate) type Take<'a> = dyn FnMut(&str, Volume) -> Result<(), Error> + 'a;

/// What it is about, and a sentence.
pub(crate) type Warning = (String, String);

/// Axes that an image must have this many voxels along, for ITK's recursive
/// Gaussian.
const LEAST_FOR_LOG: usize = 4;

/// Makes the images of a type other than the original, each on the bounding
/// box of a region alone, with the settings of that type. Gives warnings.
///
/// # Errors
/// [`Error::ImageType`], and what `take` gives.
pub(crate) fn derive(
    image_type: ImageType,
    image: &Volume,
    around: &Roi,
    settings: &Settings,
    take: &mut Take,
) -> Result<Vec<Warning>, Error> {
    let pointwise = |function: Pointwise, name: &str, take: &mut Take| {
        take(name, named(name, function.of(image, around))?)
    };
    match image_type {
        ImageType::Original => {}
        ImageType::LoG => return laplacians(image, around, settings, take),
        ImageType::Wavelet => wavelets(image, around, settings, take)?,
        ImageType::Square => pointwise(Pointwise::Square, "square", take)?,
        ImageType::SquareRoot => pointwise(Pointwise::SquareRoot, "squareroot", take)?,
        ImageType::Logarithm => pointwise(Pointwise::Logarithm, "logarithm", take)?,
        ImageType::Exponential => pointwise(Pointwise::Exponential, "exponential", take)?,
        ImageType::Gradient => {
            let made = itk::gradient_magnitude(image, around, settings.gradient_use_spacing);
            take("gradient", named("gradient", made)?)?;
        }
        ImageType::Lbp2D => {
            take(
                "lbp-2D",
                named("lbp-2D", patterns_2d(image, around, settings))?,
            )?;
        }
        ImageType::Lbp3D => {
            for (name, volume) in named("lbp-3D", patterns_3d(image, around, settings))? {
                take(&name, volume)?;
            }
            if settings.force_2d {
                let text = "the patterns are those of space, but textures are counted in slices";
                return Ok(vec![("lbp-3D".to_owned(), text.to_owned())]);
            }
        }
    }
    Ok(Vec::new())
}

/// An error of an image with the name of the image.
pub(crate) fn named<T>(name: &str, result: Result<T, Error>) -> Result<T, Error> {
    result.map_err(|cause| Error::ImageType {
        image: name.to_owned(),
        cause: Box::new(cause),
    })
}

fn laplacians(
    image: &Volume,
    around: &Roi,
    settings: &Settings,
    take: &mut Take,
) -> Result<Vec<Warning>, Error> {
    let (size, spacing_mm) = (image.geometry().size, image.geometry().spacing_mm);
    let mut warnings = Vec::new();
    let left_out = "; there are no such features, as in PyRadiomics";
    if settings.sigma.is_empty() {
        let text = format!("no sigma is given{left_out}");
        return Ok(vec![("log".to_owned(), text)]);
    }
    if size.iter().any(|&n| n < LEAST_FOR_LOG) {
        let text = format!(
            "the image has {size:?} voxels and must have {LEAST_FOR_LOG} or more along each \
             axis{left_out}"
        );
        return Ok(vec![("log".to_owned(), text)]);
    }
    for sigma in &settings.sigma {
        let (name, mm) = (sigma.prefix(), sigma.mm());
        let fits = |axis: usize| size[axis] as f64 >= (mm / spacing_mm[axis]).ceil() + 1.0;
        if let Some(axis) = (0..3).find(|axis| !fits(*axis)) {
            let text = format!(
                "sigma {} mm is too large for the {} voxels of {} mm that the image has along \
                 {}{left_out}",
                number(mm),
                size[axis],
                number(spacing_mm[axis]),
                ["x", "y", "z"][axis]
            );
            warnings.push((name, text));
            continue;
        }
        warnings.extend(too_fine(mm, spacing_mm).map(|text| (name.clone(), text)));
        let made = if settings.crop_filters {
            let part = named(&name, Surroundings::for_gaussian(image, around, mm))?;
            itk::laplacian_of_gaussian(&part.image, &part.around, mm)
        } else {
            itk::laplacian_of_gaussian(image, around, mm)
        };
        take(&name, named(&name, made)?)?;
    }
    Ok(warnings)
}

/// What is wrong with a Gaussian that is narrower than a voxel.
fn too_fine(sigma_mm: f64, spacing_mm: [f64; 3]) -> Option<String> {
    let coarsest = (0..3).max_by(|&a, &b| spacing_mm[a].total_cmp(&spacing_mm[b]))?;
    let spacing = spacing_mm[coarsest];
    (sigma_mm < spacing).then(|| {
        format!(
            "sigma {} mm is less than the voxel spacing of {} mm along {}, so that the filter \
             sees hardly any neighbour there; take a larger sigma, or resample the image",
            number(sigma_mm),
            number(spacing),
            ["x", "y", "z"][coarsest]
        )
    })
}

fn wavelets(
    image: &Volume,
    around: &Roi,
    settings: &Settings,
    take: &mut Take,
) -> Result<(), Error> {
    let wavelet = wavelet_bank::wavelet(&settings.wavelet)
        .ok_or_else(|| Error::Settings(format!("there is no wavelet {:?}", settings.wavelet)))?;
    let how = Decomposition {
        wavelet,
        start_level: settings.start_level,
        level: settings.level,
        leave_out: settings.plane_normal(),
    };
    how.bands(image, around, &mut |band| {
        let name = match band.level {
            1 => format!("wavelet-{}", band.letters),
            level => format!("wavelet{level}-{}", band.letters),
        };
        take(&name, band.volume)
    })
}

fn patterns_2d(image: &Volume, around: &Roi, settings: &Settings) -> Result<Volume, Error> {
    let how = Lbp2d {
        radius: settings.lbp_2d_radius,
        samples: settings.lbp_2d_samples,
        method: settings.lbp_2d_method,
        dimension: settings.force_2d_dimension,
    };
    lbp_2d(image, around, &how)
}

fn patterns_3d(
    image: &Volume,
    around: &Roi,
    settings: &Settings,
) -> Result<Vec<(String, Volume)>, Error> {
    let how = Lbp3d {
        levels: settings.lbp_3d_levels,
        icosphere_radius: settings.lbp_3d_icosphere_radius,
        icosphere_subdivision: settings.lbp_3d_icosphere_subdivision as u32,
    };
    lbp_3d(image, around, &how)
}
