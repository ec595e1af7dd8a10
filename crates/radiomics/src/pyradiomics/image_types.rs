//! Images that features are extracted from.

use serde::{Deserialize, Serialize};

use crate::matrices::Weighting;

/// An image made from the one that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageType {
    /// The image itself.
    Original,
}

impl ImageType {
    /// Every type, in output order, with PyRadiomics' name in parameter files.
    pub(super) const ALL: [(Self, &'static str); 1] = [(Self::Original, "Original")];

    /// PyRadiomics' types that are not supported.
    pub(super) const UNSUPPORTED: [&'static str; 9] = [
        "Exponential",
        "Gradient",
        "LBP2D",
        "LBP3D",
        "LoG",
        "Logarithm",
        "Square",
        "SquareRoot",
        "Wavelet",
    ];

    /// Beginning of column names.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Original => "original",
        }
    }
}

/// Settings for one image type; what is absent is as for all. (Other settings
/// take effect before images are made.)
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Overrides {
    /// As [`super::Settings::bin_width`].
    pub bin_width: Option<f64>,
    /// As [`super::Settings::bin_count`].
    pub bin_count: Option<usize>,
    /// As [`super::Settings::voxel_array_shift`].
    pub voxel_array_shift: Option<f64>,
    /// As [`super::Settings::force_2d`]; not for shape2D.
    pub force_2d: Option<bool>,
    /// As [`super::Settings::force_2d_dimension`]; not for shape2D.
    pub force_2d_dimension: Option<usize>,
    /// As [`super::Settings::distances`].
    pub distances: Option<Vec<usize>>,
    /// As [`super::Settings::weighting_norm`].
    pub weighting_norm: Option<Weighting>,
    /// As [`super::Settings::symmetrical_glcm`].
    pub symmetrical_glcm: Option<bool>,
    /// As [`super::Settings::gldm_a`].
    pub gldm_a: Option<u32>,
}
