//! PyRadiomics' classes and the names of their features.

use serde::{Deserialize, Serialize};

use crate::features::{Definition, firstorder, glcm, glrlm, glszm, ngldm, ngtdm, shape, shape2d};

/// A family of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeatureClass {
    /// Size and form of the region; no intensities.
    Shape,
    /// Size and form of a region of one slice, with `force_2d`.
    #[serde(rename = "shape2D")]
    Shape2D,
    /// Distribution of the intensities; no positions.
    FirstOrder,
    /// Grey level co-occurrence.
    Glcm,
    /// Grey level dependence.
    Gldm,
    /// Grey level runs.
    Glrlm,
    /// Grey level zones.
    Glszm,
    /// Grey tone differences.
    Ngtdm,
}

impl FeatureClass {
    /// Every class, in output order.
    pub const ALL: [Self; 8] = [
        Self::Shape,
        Self::Shape2D,
        Self::FirstOrder,
        Self::Glcm,
        Self::Gldm,
        Self::Glrlm,
        Self::Glszm,
        Self::Ngtdm,
    ];

    /// Those that PyRadiomics extracts without a parameter file.
    pub const DEFAULT: [Self; 7] = [
        Self::Shape,
        Self::FirstOrder,
        Self::Glcm,
        Self::Gldm,
        Self::Glrlm,
        Self::Glszm,
        Self::Ngtdm,
    ];

    /// Name in columns and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shape => "shape",
            Self::Shape2D => "shape2D",
            Self::FirstOrder => "firstorder",
            Self::Glcm => "glcm",
            Self::Gldm => "gldm",
            Self::Glrlm => "glrlm",
            Self::Glszm => "glszm",
            Self::Ngtdm => "ngtdm",
        }
    }

    /// Names of its features, those that are computed only by name included.
    pub fn features(self) -> Vec<&'static str> {
        fn names<M>(table: &[Definition<M>]) -> Vec<&'static str> {
            table.iter().filter_map(|row| row.pyradiomics).collect()
        }
        match self {
            Self::Shape => names(&shape::FEATURES),
            Self::Shape2D => names(&shape2d::FEATURES),
            Self::FirstOrder => names(&firstorder::FEATURES),
            Self::Glcm => names(&glcm::FEATURES),
            Self::Gldm => names(&ngldm::FEATURES),
            Self::Glrlm => names(&glrlm::FEATURES),
            Self::Glszm => names(&glszm::FEATURES),
            Self::Ngtdm => names(&ngtdm::FEATURES),
        }
    }

    /// Names that PyRadiomics knows without giving a value, each with the
    /// feature that says the same.
    pub(super) fn removed(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Glcm => &[
                ("Dissimilarity", "DifferenceAverage"),
                ("Homogeneity1", "Id"),
                ("Homogeneity2", "Idm"),
                ("SumVariance", "ClusterTendency"),
            ],
            Self::Gldm => &[
                (
                    "GrayLevelNonUniformityNormalized",
                    "Uniformity of firstorder",
                ),
                ("DependencePercentage", "the number 1"),
            ],
            _ => &[],
        }
    }
}
