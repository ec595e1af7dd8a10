//! The families of features.

use serde::{Deserialize, Serialize};

/// A family of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Size and form (`morph_`).
    Morphology,
    /// Peaks (`loc_`).
    LocalIntensity,
    /// Distribution of the intensities (`stat_`).
    Statistics,
    /// Distribution of the grey levels (`ih_`).
    IntensityHistogram,
    /// Share of the region by intensity (`ivh_`).
    IntensityVolume,
    /// Grey level co-occurrence (`cm_`).
    Glcm,
    /// Grey level runs (`rlm_`).
    Glrlm,
    /// Grey level zones by size (`szm_`).
    Glszm,
    /// Grey level zones by distance to the border (`dzm_`).
    Gldzm,
    /// Neighbourhood grey tone differences (`ngt_`).
    Ngtdm,
    /// Neighbouring grey level dependence (`ngl_`).
    Ngldm,
}

impl Family {
    /// Every family, in output order.
    pub const ALL: [Self; 11] = [
        Self::Morphology,
        Self::LocalIntensity,
        Self::Statistics,
        Self::IntensityHistogram,
        Self::IntensityVolume,
        Self::Glcm,
        Self::Glrlm,
        Self::Glszm,
        Self::Gldzm,
        Self::Ngtdm,
        Self::Ngldm,
    ];
}
