//! Masks of any kind behind one door.

use std::path::Path;

use super::rtstruct::StructureSet;
use super::seg::Segmentation;
use super::{Options, rtstruct, seg};
use crate::{Error, Geometry, Volume, align};

mod choose;

/// A mask as its file has it.
#[derive(Debug, Clone, PartialEq)]
pub enum Mask {
    /// Labels on a grid.
    Labels(Volume),
    /// Contours of an RTSTRUCT.
    Structures(StructureSet),
    /// Segments of a SEG.
    Segments(Segmentation),
}

/// A region that has a name.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedRegion {
    /// ROI number or segment number.
    pub number: u32,
    /// ROI name or segment label.
    pub name: String,
}

/// SOP classes of files that hold named regions.
const STRUCTURES: &str = "1.2.840.10008.5.1.4.1.1.481.3";
const SEGMENTS: [&str; 2] = [
    "1.2.840.10008.5.1.4.1.1.66.4",
    "1.2.840.10008.5.1.4.1.1.66.7",
];

/// Whether a file is an RTSTRUCT or SEG.
///
/// # Errors
/// As [`super::load`].
pub fn has_named_regions(path: &Path) -> Result<bool, Error> {
    let class = super::dicom_class(path)?;
    Ok(class.is_some_and(|class| class == STRUCTURES || SEGMENTS.contains(&class.as_str())))
}

/// Reads a mask: RTSTRUCT and SEG by their SOP class, else as an image.
///
/// # Errors
/// As [`super::load`].
pub fn read_mask(path: &Path, options: &Options) -> Result<Mask, Error> {
    match super::dicom_class(path)?.as_deref() {
        Some(STRUCTURES) => rtstruct::read(path).map(Mask::Structures),
        Some(class) if SEGMENTS.contains(&class) => seg::read(path).map(Mask::Segments),
        _ => super::load(path, options).map(|loaded| Mask::Labels(loaded.volume)),
    }
}

impl Mask {
    /// Its named regions; none for labels.
    pub fn regions(&self) -> Vec<NamedRegion> {
        match self {
            Self::Labels(_) => Vec::new(),
            Self::Structures(set) => {
                let named = |roi: &rtstruct::StructureRoi| NamedRegion {
                    number: roi.number,
                    name: roi.name.clone(),
                };
                set.rois.iter().map(named).collect()
            }
            Self::Segments(segmentation) => {
                let named = |segment: &seg::Segment| NamedRegion {
                    number: segment.number,
                    name: segment.label.clone(),
                };
                segmentation.segments.iter().map(named).collect()
            }
        }
    }

    /// Places in [`Self::regions`] of what is asked for: the region of that
    /// very name; else of that number; else of that name in any case; else all
    /// whose names fit a pattern of `*` (any characters) and `?` (one), in any
    /// case, in the file's order.
    ///
    /// # Errors
    /// [`Error::Region`], with the names that are there, when none fits, or
    /// when a name without wildcards fits several.
    pub fn choose(&self, wanted: &str) -> Result<Vec<usize>, Error> {
        match self {
            Self::Labels(_) => Err(Error::Region {
                name: wanted.to_owned(),
                problem: "the mask is a label map, whose labels have no names; set `label` to \
                          a number"
                    .to_owned(),
            }),
            _ => choose::choose(&self.regions(), wanted),
        }
    }

    /// The mask on an image's grid: labels brought into its orientation, of
    /// named regions the union of those chosen (places in [`Self::regions`]),
    /// as 0 and 1. Warnings go to the log.
    ///
    /// # Errors
    /// A grid that doesn't fit, with the difference; as
    /// [`StructureSet::draw`] and [`Segmentation::mask`].
    pub fn on(&self, chosen: &[usize], image: &Geometry, tolerance: f64) -> Result<Volume, Error> {
        let (mask, warnings) = self.on_with_warnings(chosen, image, tolerance)?;
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        Ok(mask)
    }

    /// [`Self::on`], with what was odd about the file and the chosen regions,
    /// a sentence each.
    ///
    /// # Errors
    /// As [`Self::on`].
    pub fn on_with_warnings(
        &self,
        chosen: &[usize],
        image: &Geometry,
        tolerance: f64,
    ) -> Result<(Volume, Vec<String>), Error> {
        match self {
            Self::Labels(volume) => {
                let mask = align::reoriented(volume, image, tolerance)?;
                Ok((mask.into_owned(), Vec::new()))
            }
            Self::Structures(set) => {
                let (mask, odd) = set.draw(chosen, image)?;
                Ok((mask, [set.warnings.clone(), odd].concat()))
            }
            Self::Segments(segmentation) => {
                let mask = align::embedded(&segmentation.mask(chosen)?, image, tolerance)?;
                Ok((mask, segmentation.warnings.clone()))
            }
        }
    }
}
