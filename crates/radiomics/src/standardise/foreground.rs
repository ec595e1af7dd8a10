//! The voxels that a scale is measured on.

use crate::align::reoriented;
use crate::grid::check_grid;
use crate::{Error, Volume};

/// How far the mask's grid may differ from the image's, by the rule of
/// [`check_grid`].
const GRID_TOLERANCE: f64 = 1e-4;

/// Intensities in memory order of the voxels where the mask is above 0, or
/// without a mask of those brighter than the mean of the whole image.
///
/// # Errors
/// [`Error::NotNormalisable`] for a mask on another grid, with NaN, or
/// without a voxel; an image that is flat or holds NaN or infinity where it is
/// looked at.
pub(super) fn intensities(image: &Volume, mask: Option<&Volume>) -> Result<Vec<f64>, Error> {
    match mask {
        Some(mask) => in_mask(image, mask),
        None => above_mean(image),
    }
}

pub(super) fn failed<T>(problem: String) -> Result<T, Error> {
    Err(Error::NotNormalisable(problem))
}

/// Whether voxels of the image lie where the mask is above 0.
///
/// # Errors
/// As [`intensities`].
pub(super) fn inside(image: &Volume, mask: &Volume) -> Result<Vec<bool>, Error> {
    let mask = reoriented(mask, image.geometry(), GRID_TOLERANCE)?;
    match check_grid(image.geometry(), mask.geometry(), GRID_TOLERANCE) {
        Err(Error::Grid {
            what, difference, ..
        }) => {
            return failed(format!(
                "the brain mask's {what} differs from the image's by {difference}; make it on \
                 the image's grid"
            ));
        }
        other => other?,
    }
    let nan = mask.values().iter().filter(|value| value.is_nan()).count();
    if nan > 0 {
        return failed(format!(
            "{nan} voxels of the brain mask are NaN; set them to 0 or 1"
        ));
    }
    let inside: Vec<bool> = mask.values().iter().map(|&value| value > 0.0).collect();
    if !inside.contains(&true) {
        return failed("its brain mask is empty; take one that is 1 in the brain".to_owned());
    }
    let within = image.values().iter().zip(&inside);
    match within
        .filter(|(value, inside)| **inside && !value.is_finite())
        .count()
    {
        0 => Ok(inside),
        odd => failed(format!(
            "{odd} voxels of its brain mask are NaN or infinite; repair the image or leave \
             them out of the mask"
        )),
    }
}

fn in_mask(image: &Volume, mask: &Volume) -> Result<Vec<f64>, Error> {
    let inside = inside(image, mask)?;
    let pairs = image.values().iter().zip(inside);
    Ok(pairs.filter(|pair| pair.1).map(|pair| *pair.0).collect())
}

fn above_mean(image: &Volume) -> Result<Vec<f64>, Error> {
    let values = image.values();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    if !mean.is_finite() {
        return failed(
            "some of its voxels are NaN or infinite; repair the image or give a brain mask \
             without them"
                .to_owned(),
        );
    }
    let bright: Vec<f64> = values.iter().copied().filter(|&v| v > mean).collect();
    if bright.is_empty() {
        return failed("all of its voxels have one value; take another image".to_owned());
    }
    Ok(bright)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standardise::tests::row;

    #[test]
    fn bright_voxels_are_the_foreground() {
        let image = row(&[0.0, 0.0, 3.0, 5.0, 2.0]);
        assert_eq!(intensities(&image, None).unwrap(), [3.0, 5.0]);
        let mask = row(&[0.0, 0.5, 0.0, 2.0, -1.0]);
        assert_eq!(intensities(&image, Some(&mask)).unwrap(), [0.0, 5.0]);
    }

    #[test]
    fn what_has_no_foreground_is_refused() {
        let problem = |image: &[f64], mask: Option<&[f64]>| {
            let mask = mask.map(row);
            let error = intensities(&row(image), mask.as_ref()).unwrap_err();
            assert!(matches!(error, Error::NotNormalisable(_)), "{error}");
            error.to_string()
        };
        assert!(problem(&[7.0, 7.0], None).contains("one value"));
        assert!(problem(&[7.0, f64::NAN], None).contains("NaN"));
        assert!(problem(&[7.0, f64::INFINITY], None).contains("infinite"));
        assert!(problem(&[7.0, f64::NAN], Some(&[0.0, 1.0])).contains("1 voxels of its brain"));
        assert!(problem(&[1.0, 2.0], Some(&[0.0, 0.0])).contains("empty"));
        assert!(problem(&[1.0, 2.0], Some(&[0.0, f64::NAN])).contains("mask are NaN"));
        assert!(problem(&[1.0, 2.0], Some(&[1.0])).contains("size differs"));
        // What lies outside of the mask is not looked at.
        let image = row(&[1.0, f64::NAN]);
        assert!(intensities(&image, Some(&row(&[1.0, 0.0]))).is_ok());
    }
}
