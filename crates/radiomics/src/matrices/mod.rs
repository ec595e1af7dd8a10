//! Texture matrices: how grey levels lie beside each other.
//!
//! A [`LevelGrid`](crate::matrices::LevelGrid) holds the grey levels of a region. A kernel counts on it,
//! given the offsets to the neighbours it looks at. Neighbours within one
//! plane make a matrix of all slices together (2.5D); a kernel run on each of
//! [`LevelGrid::slices`](crate::matrices::LevelGrid::slices) makes a matrix a slice (2D).

mod border_distance;
pub mod glcm;
pub mod gldzm;
pub mod glrlm;
pub mod glszm;
mod grid;
pub mod level_extents;
mod neighbours;
pub mod ngldm;
pub mod ngtdm;
pub mod offsets;
#[cfg(test)]
pub(crate) mod sample;
mod zones;

pub use grid::LevelGrid;
pub(crate) use zones::Links;

/// In which space IBSI counts zones and neighbourhoods.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Dimension {
    /// A matrix a slice, features averaged over the slices.
    #[serde(rename = "2D")]
    D2,
    /// Neighbours in the slice, one matrix of all slices.
    #[serde(rename = "2.5D")]
    D25,
    /// Neighbours in space.
    #[serde(rename = "3D")]
    D3,
}

impl Dimension {
    /// End of the tag.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::D2 => "2D",
            Self::D25 => "2_5D",
            Self::D3 => "3D",
        }
    }
}

/// How IBSI pools matrices of directions and slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aggregation {
    /// 2D: a matrix a slice and direction, features averaged over both.
    D2Averaged,
    /// 2D: directions merged in each slice, features averaged over slices.
    D2SliceMerged,
    /// 2.5D: slices merged for each direction, averaged over directions.
    D25DirectionMerged,
    /// 2.5D: one matrix of all slices and directions.
    D25Merged,
    /// 3D: a matrix a direction, features averaged.
    D3Averaged,
    /// 3D: one matrix of all directions.
    D3Merged,
}

impl Aggregation {
    /// Those of a dimension.
    pub fn of(dimension: Dimension) -> [Self; 2] {
        match dimension {
            Dimension::D2 => [Self::D2Averaged, Self::D2SliceMerged],
            Dimension::D25 => [Self::D25DirectionMerged, Self::D25Merged],
            Dimension::D3 => [Self::D3Averaged, Self::D3Merged],
        }
    }

    /// End of the tag.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::D2Averaged => "2D_avg",
            Self::D2SliceMerged => "2D_comb",
            Self::D25DirectionMerged => "2_5D_avg",
            Self::D25Merged => "2_5D_comb",
            Self::D3Averaged => "3D_avg",
            Self::D3Merged => "3D_comb",
        }
    }
}

/// PyRadiomics' `weightingNorm`: matrices of directions are weighted by
/// exp(-d²) (glcm) or d (glrlm), d the length of the offset in mm in this
/// norm, and merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// Sum of the components.
    Manhattan,
    /// Straight length.
    Euclidean,
    /// Largest component.
    Infinity,
    /// Weight 1: merged without weights.
    NoWeighting,
}

/// What PyRadiomics' texture classes are told.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbourhood {
    /// Neighbour distances in voxels by the infinity norm, for glcm, ngtdm and
    /// gldm.
    pub distances: Vec<usize>,
    /// `force2D`: the axis (0 = x, 1 = y, 2 = z) that neighbours don't leave.
    pub plane_normal: Option<usize>,
    /// Whether matrices of directions are weighted and merged (glcm, glrlm).
    pub weighting: Option<Weighting>,
    /// Whether a pair of neighbours counts both ways (glcm).
    pub symmetrical_glcm: bool,
    /// Largest difference of levels of dependent voxels (gldm).
    pub gldm_a: u32,
    /// Voxel spacing (x, y, z) in mm, for the weights.
    pub spacing_mm: [f64; 3],
}
