//! Each class's features of a region.

use super::classes::FeatureClass;
use super::settings::Settings;
use crate::discretise::GreyLevels;
use crate::features::{Definition, firstorder, glcm, glrlm, glszm, ngldm, ngtdm, shape, shape2d};
use crate::matrices::{LevelGrid, Neighbourhood};
use crate::{Error, Roi};

/// One feature of a region.
pub(super) struct Row {
    pub name: &'static str,
    pub value: f64,
    /// Computed only where it is asked for by name.
    pub deprecated: bool,
    /// Why it would be missing.
    pub undefined: &'static str,
}

/// What texture classes count on.
pub(super) struct Texture {
    grid: LevelGrid,
    how: Neighbourhood,
}

impl Texture {
    pub(super) fn of(roi: &Roi, grey: &GreyLevels, settings: &Settings) -> Result<Self, Error> {
        // Farther than the box is wide there are no neighbours.
        let widest = roi.size().into_iter().max().unwrap_or(1);
        let distances = settings.distances.iter().copied().filter(|&d| d < widest);
        let distances: Vec<usize> = distances.collect();
        let reach = distances.iter().copied().max().unwrap_or(1);
        let how = settings.neighbourhood(distances, roi.spacing_mm());
        let grid = LevelGrid::new(roi, grey, reach)?;
        Ok(Self { grid, how })
    }

    /// Rows of a texture class; none of another class.
    pub(super) fn rows(&self, class: FeatureClass) -> Vec<Row> {
        let (grid, how) = (&self.grid, &self.how);
        match class {
            FeatureClass::Glcm => {
                let values = glcm::pyradiomics(grid, how);
                rows(&glcm::FEATURES, &values, glcm::UNDEFINED)
            }
            FeatureClass::Gldm => {
                let values = ngldm::pyradiomics(grid, how);
                rows(&ngldm::FEATURES, &values, ngldm::UNDEFINED)
            }
            FeatureClass::Glrlm => {
                let values = glrlm::pyradiomics(grid, how);
                rows(&glrlm::FEATURES, &values, glrlm::UNDEFINED)
            }
            FeatureClass::Glszm => {
                let values = glszm::pyradiomics(grid, how);
                rows(&glszm::FEATURES, &values, glszm::UNDEFINED)
            }
            FeatureClass::Ngtdm => {
                let values = ngtdm::pyradiomics(grid, how);
                rows(&ngtdm::FEATURES, &values, ngtdm::UNDEFINED)
            }
            FeatureClass::Shape | FeatureClass::Shape2D | FeatureClass::FirstOrder => Vec::new(),
        }
    }
}

pub(super) fn first_order(
    intensities: &[f64],
    grey: &GreyLevels,
    settings: &Settings,
    voxel_volume_mm3: f64,
) -> Vec<Row> {
    let shift = settings.voxel_array_shift;
    let measures = firstorder::FirstOrder::of(intensities, grey, shift, voxel_volume_mm3);
    measured(&firstorder::FEATURES, &measures, firstorder::UNDEFINED)
}

pub(super) fn shape(roi: &Roi) -> Vec<Row> {
    measured(&shape::FEATURES, &shape::Shape::of(roi), shape::UNDEFINED)
}

/// The shape of a region of one slice; none without `force_2d`.
///
/// Nor is there one where PyRadiomics skips it: by a slip it looks for more
/// than one voxel along x where dimension 0 (z) was asked for, along z for 2
/// (x), and along y for 1 (y), so that slices across y have none.
///
/// # Errors
/// [`Error::NotOneSlice`] when it has more.
pub(super) fn shape_2d(roi: &Roi, settings: &Settings) -> Result<Vec<Row>, Error> {
    let Some(normal) = settings.plane_normal() else {
        tracing::warn!("shape2D is left out: it needs force_2d");
        return Ok(Vec::new());
    };
    if roi.size()[settings.force_2d_dimension] == 1 {
        tracing::warn!(
            "shape2D is left out: the region is one voxel wide in its plane, or a slice across y"
        );
        return Ok(Vec::new());
    }
    let measures = shape2d::Shape2d::of(roi, normal)?;
    Ok(measured(&shape2d::FEATURES, &measures, shape2d::UNDEFINED))
}

fn measured<M>(definitions: &[Definition<M>], measures: &M, undefined: &'static str) -> Vec<Row> {
    let values: Vec<f64> = definitions.iter().map(|d| (d.value)(measures)).collect();
    rows(definitions, &values, undefined)
}

fn rows<M>(definitions: &[Definition<M>], values: &[f64], undefined: &'static str) -> Vec<Row> {
    let row = |(d, &value): (&Definition<M>, &f64)| {
        Some(Row {
            name: d.pyradiomics?,
            value,
            deprecated: d.deprecated,
            undefined,
        })
    };
    definitions.iter().zip(values).filter_map(row).collect()
}
