//! Intensities in standard deviations from their mean.

use super::foreground::{failed, intensities};
use crate::error::number;
use crate::features::order::range;
use crate::{Error, Storage, Volume};

/// Mean and standard deviation of a tissue's intensities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Mean, in the image's unit.
    pub mean: f64,
    /// Population standard deviation (over n), in the image's unit; positive.
    pub sd: f64,
}

impl Scale {
    /// Mean = sum x / n and sd = sqrt(sum (x - mean)^2 / n) of finite values.
    ///
    /// # Errors
    /// [`Error::NotNormalisable`] when there are none or all are the same.
    pub(super) fn of(values: &[f64], tissue: &str) -> Result<Self, Error> {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
        let sd = (squares / n).sqrt();
        let [low, high] = range(values);
        // Rounding gives equal values a spread.
        if low >= high || !(sd > 0.0 && (1.0 / sd).is_finite()) {
            return failed(format!(
                "the {} voxels of {tissue} have no spread (from {} to {}); give a larger mask",
                values.len(),
                number(low),
                number(high)
            ));
        }
        Ok(Self { mean, sd })
    }

    /// (x - mean) / sd in every voxel, stored in double precision.
    pub fn apply(&self, image: &Volume) -> Volume {
        let Self { mean, sd } = *self;
        let scaled = image.clone().map(|value| (value - mean) / sd);
        scaled.stored_as(Storage::Double)
    }
}

/// The scale of z-scores: mean and population standard deviation (over n, as
/// intensity-normalization has it; PyRadiomics' `normalize` divides by n - 1)
/// of the voxels where the mask is above 0; without a mask of those brighter
/// than the mean of the whole image.
///
/// # Errors
/// [`Error::NotNormalisable`] for a mask on another grid, empty or with NaN;
/// NaN or infinity where it is looked at; voxels that all have one value.
pub fn zscore(image: &Volume, mask: Option<&Volume>) -> Result<Scale, Error> {
    let values = intensities(image, mask)?;
    let tissue = if mask.is_some() {
        "its brain mask"
    } else {
        "its foreground"
    };
    Scale::of(&values, tissue)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standardise::tests::row;

    #[test]
    fn values_are_in_standard_deviations() {
        let image = row(&[1.0, 2.0, 3.0, 4.0, 5.0, 90.0]);
        let mask = row(&[1.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
        let scale = zscore(&image, Some(&mask)).unwrap();
        assert_eq!((scale.mean, scale.sd), (3.0, 2.0_f64.sqrt()));
        let found = scale.apply(&image.stored_as(Storage::Single));
        assert_eq!(found.storage(), Storage::Double);
        assert_eq!(found.values()[5], 87.0 / 2.0_f64.sqrt());
        assert_eq!(found.values()[2], 0.0);
    }

    #[test]
    fn equal_values_have_no_scale() {
        // Ten times 0.1 has a mean that is not 0.1.
        for image in [&[0.1; 10][..], &[4.0]] {
            let image = row(image);
            let error = zscore(&image, Some(&image)).unwrap_err();
            assert!(error.to_string().contains("no spread"), "{error}");
        }
    }
}
