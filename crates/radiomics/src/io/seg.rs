//! DICOM SEG: segments to masks.
//!
//! Source: DICOM PS3.3, A.51 and C.8.20 (Segmentation), C.7.6.16 (functional
//! groups). Binary, fractional and label map segmentations are read.

use std::path::Path;

use ndarray::Array3;

use self::frame::{Frame, Pixels};
use super::samples::{Sample, zeros};
use crate::{Error, Geometry, Volume};

mod frame;
mod grid;
mod parse;

/// The segments of a file, on its own grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmentation {
    /// The segments, in the file's order; of a label map without the
    /// background.
    pub segments: Vec<Segment>,
    /// What was odd about the file, a sentence each.
    pub warnings: Vec<String>,
    geometry: Geometry,
    frames: Vec<Frame>,
}

/// One segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Segment number.
    pub number: u32,
    /// Segment label.
    pub label: String,
}

/// Reads a segmentation.
///
/// Of a fractional one those pixels belong to a segment that have at least
/// half of the maximum value. The background of a label map is the value
/// PixelPaddingValue, a segment whose type is Background, and without
/// PixelPaddingValue 0.
///
/// The grid is spanned by the frames, whatever their order: slices lie as far
/// apart as SpacingBetweenSlices says if the frames' positions agree, else by
/// the smallest distance of two frames. Slices without a frame are empty.
///
/// # Errors
/// [`Error::Io`] or [`Error::File`], naming the file: no SEG, damaged or
/// truncated, frames of different orientation or spacing or shifted against
/// each other, of unknown place or segment, of uneven distances, compressed in
/// a way that isn't read, more than 2^30 voxels.
pub fn read(path: &Path) -> Result<Segmentation, Error> {
    parse::read(path)
}

impl Segmentation {
    /// The grid that its frames span.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// The union of some segments (places in `segments`) as a mask of 0 and 1
    /// on the segmentation's own grid.
    ///
    /// # Errors
    /// [`Error::Region`] when none of them has a voxel; [`Error::Volume`]
    /// without memory.
    pub fn mask(&self, chosen: &[usize]) -> Result<Volume, Error> {
        let mut wanted = Vec::with_capacity(chosen.len());
        for &place in chosen {
            let segment = self.segments.get(place).ok_or_else(|| Error::Region {
                name: place.to_string(),
                problem: format!("there are only {} segments", self.segments.len()),
            })?;
            wanted.push(segment.number);
        }
        let [nx, ny, nz] = self.geometry.size;
        let mut values = zeros((nx * ny * nz) as u64).map_err(Error::Volume)?;
        let mut voxels = 0;
        for frame in &self.frames {
            let slice = &mut values[frame.slice * nx * ny..][..nx * ny];
            voxels += match &frame.pixels {
                Pixels::Segment { number, inside } if wanted.contains(number) => {
                    mark(slice, inside.iter())
                }
                Pixels::Segment { .. } => 0,
                Pixels::Labels(labels) => {
                    let inside = |&label: &u16| wanted.contains(&label.into());
                    mark(slice, labels.iter().map(inside))
                }
            };
        }
        if voxels == 0 {
            let first = chosen.first().map(|&place| &self.segments[place]);
            return Err(first.map_or(Error::EmptyMask, |segment| Error::Region {
                name: segment.label.clone(),
                problem: "no pixel of the file belongs to this segment; choose another".to_owned(),
            }));
        }
        let values = Array3::from_shape_vec((nz, ny, nx), values)
            .map_err(|error| Error::Volume(error.to_string()))?;
        let mask = Volume::new(values, self.geometry.clone())?;
        Ok(mask.stored_as(Sample::U8.storage()))
    }
}

/// Sets 1 where a pixel is inside; the number of these.
fn mark(slice: &mut [f64], inside: impl Iterator<Item = bool>) -> usize {
    let mut count = 0;
    for (value, inside) in slice.iter_mut().zip(inside) {
        // Where nothing is written, no memory is taken.
        if inside {
            *value = 1.0;
            count += 1;
        }
    }
    count
}
