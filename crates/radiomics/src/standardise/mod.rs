//! Intensities of MR images on a common scale.
//!
//! MR intensities have no unit: the same tissue has another number in every
//! scanner and examination. Before features of several examinations are
//! compared, [`crate::standardise::Method::apply`] brings the images on a
//! scale: [`crate::standardise::zscore()`] that of the brain's own mean and
//! spread, [`crate::standardise::white_stripe()`] that of white matter,
//! [`crate::standardise::nyul`] that of a training cohort's histogram.

mod density;
mod foreground;
/// The slow change of brightness across an image.
pub mod n4;
/// The mean histogram of a cohort.
pub mod nyul;
mod sequence;
mod white_stripe;
mod zscore;

pub use n4::N4;
pub use nyul::{Nyul, NyulLandmarks};
pub use sequence::Sequence;
pub use white_stripe::white_stripe;
pub use zscore::{Scale, zscore};

use serde::{Deserialize, Serialize};

use crate::io::Modality;
use crate::{Error, Volume};

/// How intensities are brought on a common scale.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Method {
    /// They stay as they are.
    #[default]
    None,
    /// [`zscore()`].
    #[serde(rename = "zscore")]
    ZScore,
    /// [`white_stripe()`].
    WhiteStripe {
        /// Where white matter stands in the histogram.
        sequence: Sequence,
    },
    /// [`NyulLandmarks::apply`].
    Nyul(NyulLandmarks),
}

impl Method {
    /// The image on the common scale, in double precision; with
    /// [`Self::None`] the image as it is.
    ///
    /// The scale is measured where the mask (of the brain or body, not of the
    /// tumour, which would lose what makes it differ) is above 0; without a
    /// mask on the voxels brighter than the mean of the whole image. It is
    /// applied to every voxel.
    ///
    /// # Errors
    /// [`Error::NotNormalisable`] for a mask on another grid, empty or with
    /// NaN; NaN or infinity where the scale is measured; an image that the
    /// method finds no scale in.
    pub fn apply(&self, image: &Volume, mask: Option<&Volume>) -> Result<Volume, Error> {
        match self {
            Self::None => Ok(image.clone()),
            Self::ZScore => zscore(image, mask).map(|scale| scale.apply(image)),
            Self::WhiteStripe { sequence } => {
                white_stripe(image, mask, *sequence).map(|scale| scale.apply(image))
            }
            Self::Nyul(landmarks) => landmarks.apply(image, mask),
        }
    }
}

/// What to say of an image before its features are taken: that intensities
/// without a unit were not `normalised`. None for other modalities, and where
/// the file doesn't tell.
pub fn advice(modality: Modality, normalised: bool) -> Option<String> {
    (modality == Modality::Mr && !normalised).then(|| {
        "MR intensities have no unit and were not standardised: features of intensity and \
         texture can't be compared between scanners or examinations; standardise with zscore, \
         white_stripe or nyul"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::{Geometry, Storage};

    /// An image of one row.
    pub(super) fn row(values: &[f64]) -> Volume {
        let voxels = Array3::from_shape_vec((1, 1, values.len()), values.to_vec()).unwrap();
        Volume::new(voxels, Geometry::aligned([values.len(), 1, 1], [1.0; 3])).unwrap()
    }

    #[test]
    fn methods_have_names() {
        let landmarks = NyulLandmarks::new(3, vec![1.0, 99.0], vec![0.0, 100.0]).unwrap();
        for (method, json) in [
            (Method::None, "\"none\""),
            (Method::ZScore, "\"zscore\""),
            (
                Method::WhiteStripe {
                    sequence: Sequence::Flair,
                },
                "{\"white_stripe\":{\"sequence\":\"FLAIR\"}}",
            ),
            (
                Method::Nyul(landmarks),
                "{\"nyul\":{\"images\":3,\"percentiles\":[1.0,99.0],\"landmarks\":[0.0,100.0]}}",
            ),
        ] {
            assert_eq!(serde_json::to_string(&method).unwrap(), json);
            assert_eq!(serde_json::from_str::<Method>(json).unwrap(), method);
        }
        let falling = "{\"nyul\":{\"images\":3,\"percentiles\":[1,99],\"landmarks\":[9,0]}}";
        assert!(serde_json::from_str::<Method>(falling).is_err());
    }

    #[test]
    fn every_method_takes_and_gives_volumes() {
        let image = row(&[1.0, 2.0, 3.0, 6.0, 7.0]).stored_as(Storage::Single);
        assert_eq!(Method::None.apply(&image, None).unwrap(), image);
        let scaled = Method::ZScore.apply(&image, None).unwrap();
        assert_eq!(scaled.values(), [-11.0, -9.0, -7.0, -1.0, 1.0]);
        let landmarks = NyulLandmarks::new(1, vec![0.0, 100.0], vec![0.0, 1.0]).unwrap();
        let scaled = Method::Nyul(landmarks).apply(&image, None).unwrap();
        assert_eq!(scaled.values(), [-5.0, -4.0, -3.0, 0.0, 1.0]);
        assert_eq!(scaled.storage(), Storage::Double);
    }

    #[test]
    fn only_mr_needs_advice() {
        assert!(advice(Modality::Mr, false).is_some());
        assert_eq!(advice(Modality::Mr, true), None);
        for other in [
            Modality::Ct,
            Modality::Pet,
            Modality::Other,
            Modality::Unknown,
        ] {
            assert_eq!(advice(other, false), None);
        }
    }
}
