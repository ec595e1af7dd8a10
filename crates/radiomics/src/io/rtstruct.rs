//! DICOM RTSTRUCT: contours to masks.
//!
//! Source: DICOM PS3.3, C.8.8.5 (Structure Set Module) and C.8.8.6 (ROI
//! Contour Module). The file's regions are read with [`read`], and drawn on
//! the grid of the image that they belong to with [`crate::io::rtstruct::StructureSet::mask`].

use std::path::Path;

use ndarray::Array3;

use super::samples::{Sample, voxel_count, zeros};
use crate::{Error, Geometry, Volume};

mod draw;
mod fill;
mod parse;
mod place;

/// The regions of a structure set, by their contours.
#[derive(Debug, Clone, PartialEq)]
pub struct StructureSet {
    /// The regions, in the file's order.
    pub rois: Vec<StructureRoi>,
    /// SeriesInstanceUIDs of the images that they were drawn on.
    pub series: Vec<String>,
    /// What was odd about the file, a sentence each.
    pub warnings: Vec<String>,
}

/// One region.
#[derive(Debug, Clone, PartialEq)]
pub struct StructureRoi {
    /// ROI number.
    pub number: u32,
    /// ROI name.
    pub name: String,
    /// UID of the frame of reference that its points are in; empty where the
    /// file names none.
    pub frame_of_reference: String,
    /// Its contours.
    pub contours: Vec<Contour>,
}

/// One contour.
#[derive(Debug, Clone, PartialEq)]
pub struct Contour {
    /// Geometric type: `CLOSED_PLANAR`, `POINT`, ...
    pub kind: String,
    /// Points in the patient's LPS millimetres.
    pub points_mm: Vec<[f64; 3]>,
}

/// Reads a structure set.
///
/// # Errors
/// [`Error::Io`] or [`Error::File`], naming the file and, where it is one's
/// fault, the ROI and contour: no RTSTRUCT, damaged or truncated, points that
/// are no numbers or not as many as the file says, two ROIs with one number.
pub fn read(path: &Path) -> Result<StructureSet, Error> {
    parse::read(path)
}

impl StructureSet {
    /// The union of some regions (places in `rois`) as a mask of 0 and 1 on
    /// an image's grid; warnings go to the log.
    ///
    /// # Errors
    /// As [`Self::draw`].
    pub fn mask(&self, chosen: &[usize], grid: &Geometry) -> Result<Volume, Error> {
        let (mask, warnings) = self.draw(chosen, grid)?;
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        Ok(mask)
    }

    /// The union of some regions (places in `rois`) as a mask of 0 and 1 on
    /// an image's grid, with what was odd, a sentence each.
    ///
    /// A contour belongs on the image's slice that it lies on. Slices are the
    /// planes of the grid, across its third axis or, when more contours of the
    /// region are flat in those, across another. A voxel belongs to the region
    /// when its centre lies inside an odd number of the region's contours on
    /// its slice, so that a contour within another is a hole. Contours are
    /// rounded to a millionth of a voxel (2^-20); of centres exactly on an edge
    /// those belong that have the inside towards greater column or, on an edge
    /// along the rows, greater row.
    ///
    /// Left out with a warning are contours that enclose no area (`POINT`,
    /// `OPEN_PLANAR`, fewer than 3 points), those before the first and behind
    /// the last slice, what lies beyond the sides of the image, and a second
    /// contour of the same points. A warning also tells of slices without a
    /// contour between the first and last, of contours more than 1 % of the
    /// slice distance off their slice, and of chosen regions that get no voxel.
    ///
    /// # Errors
    /// [`Error::Region`], naming the ROI and contour: one that leaves its
    /// slice by more than a tenth of the slice distance, with its angle; one
    /// more than a quarter of it from the nearest slice, in mm; when none of
    /// the regions gets a voxel. [`Error::Volume`] for a grid that is none or
    /// of more than 2^30 voxels.
    pub fn draw(&self, chosen: &[usize], grid: &Geometry) -> Result<(Volume, Vec<String>), Error> {
        grid.check().map_err(Error::Volume)?;
        let count = voxel_count(&grid.size.map(|n| n as u64)).map_err(Error::Volume)?;
        let mut values = zeros(count).map_err(Error::Volume)?;
        let mut warnings = Vec::new();
        let mut empty = None;
        let mut voxels = 0;
        for &place in chosen {
            let roi = self.rois.get(place).ok_or_else(|| Error::Region {
                name: place.to_string(),
                problem: format!("there are only {} regions", self.rois.len()),
            })?;
            let (drawn, odd) = draw::draw(roi, grid, &mut values)?;
            let named = |problem: String| format!("ROI {:?}: {problem}", roi.label());
            warnings.extend(odd.into_iter().map(named));
            voxels += drawn;
            if drawn == 0 {
                let problem = roi.why_empty(grid);
                warnings.push(named(problem.clone()));
                let name = roi.label();
                empty.get_or_insert(Error::Region { name, problem });
            }
        }
        if voxels == 0 {
            return Err(empty.unwrap_or(Error::EmptyMask));
        }
        let [nx, ny, nz] = grid.size;
        let values = Array3::from_shape_vec((nz, ny, nx), values)
            .map_err(|error| Error::Volume(error.to_string()))?;
        let mask = Volume::new(values, grid.clone())?.stored_as(Sample::U8.storage());
        Ok((mask, warnings))
    }
}

impl StructureRoi {
    /// What messages call it: its name, or its number if it has none.
    fn label(&self) -> String {
        if self.name.is_empty() {
            self.number.to_string()
        } else {
            self.name.clone()
        }
    }

    fn contour_error(&self, position: usize, problem: &str) -> Error {
        Error::Region {
            name: self.label(),
            problem: format!(
                "contour {} of {}: {problem}",
                position + 1,
                self.contours.len()
            ),
        }
    }

    /// The kinds of the contours that enclose no area.
    fn kinds_without_area(&self) -> String {
        let without = self.contours.iter().filter(|contour| !contour.is_area());
        let mut kinds: Vec<&str> = without
            .map(|contour| match contour.kind.as_str() {
                _ if contour.is_closed() => "fewer than 3 points",
                kind @ ("POINT" | "OPEN_PLANAR" | "OPEN_NONPLANAR") => kind,
                _ => "of no known kind",
            })
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.join(", ")
    }

    /// Why it has no voxel in an image.
    fn why_empty(&self, grid: &Geometry) -> String {
        if self.contours.is_empty() {
            return "it has no contours; choose another, or draw it".to_owned();
        }
        if self.contours.iter().all(|contour| !contour.is_area()) {
            return format!(
                "none of its {} contours encloses an area ({}); choose another",
                self.contours.len(),
                self.kinds_without_area()
            );
        }
        let last = grid.size.map(|n| (n - 1) as f64);
        let corners = (0..8).map(|corner| {
            let index = std::array::from_fn(|axis| {
                if corner >> axis & 1 == 1 {
                    last[axis]
                } else {
                    0.0
                }
            });
            grid.position_mm(index)
        });
        let points = self.contours.iter().flat_map(|contour| &contour.points_mm);
        format!(
            "it encloses no voxel's centre in the image: it lies at {}, the image at {}",
            extent(points.copied()),
            extent(corners)
        )
    }
}

impl Contour {
    fn is_closed(&self) -> bool {
        ["CLOSED_PLANAR", "CLOSEDPLANAR_XOR"].contains(&self.kind.as_str())
    }

    /// Whether it can enclose an area.
    fn is_area(&self) -> bool {
        self.is_closed() && self.points_mm.len() >= 3
    }
}

/// From where to where points lie, by axis.
fn extent(points: impl Iterator<Item = [f64; 3]>) -> String {
    let nothing = [(f64::INFINITY, f64::NEG_INFINITY); 3];
    let extent = points.fold(nothing, |extent, point| {
        std::array::from_fn(|axis| {
            let (low, high) = extent[axis];
            (low.min(point[axis]), high.max(point[axis]))
        })
    });
    let [x, y, z] = extent.map(|(low, high)| format!("{low:.1} to {high:.1}"));
    format!("x {x}, y {y}, z {z} mm")
}
