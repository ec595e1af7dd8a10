//! One frame: where it lies, what scales its values, and what may set it apart
//! from another at the same place.

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::elements::{functional_group, items, number, numbers, text, texts, vector};
use super::file::File;
use super::keys::{self, Key};
use super::pixels::PixelFormat;
use super::rescale::Rescale;
use crate::vector::cross;

/// A frame as its file describes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slice {
    /// Number in its file, counted from 0.
    pub frame: usize,
    /// Centre of the first pixel, in the patient's LPS millimetres.
    pub position_mm: Option<[f64; 3]>,
    /// Directions of a row and of a column.
    pub orientation: Option<[f64; 6]>,
    /// Distance of rows and of columns.
    pub spacing_mm: Option<[f64; 2]>,
    /// Distance to the next slice as the file claims it, else the thickness.
    pub thickness_mm: Option<f64>,
    pub rescale: Rescale,
    /// What may set volumes apart, in the order of [`keys::NAMES`] and then
    /// the file's dimensions.
    pub keys: Vec<Key>,
    /// The stack that it belongs to.
    pub stack: Option<String>,
}

/// All frames of a file.
pub(super) fn all(file: &File, format: &PixelFormat) -> Result<Vec<Slice>, String> {
    let set = &file.object;
    let own = items(set, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).len();
    if own != 0 && own != format.frames {
        return Err(format!(
            "it describes {own} frames (PerFrameFunctionalGroupsSequence) where NumberOfFrames is \
             {}; the file is damaged",
            format.frames
        ));
    }
    let offsets = dose_offsets(set, format.frames);
    (0..format.frames)
        .map(|frame| {
            let mut slice = one(set, frame)?;
            if let (Some(offsets), Some(position), Some(orientation)) =
                (&offsets, slice.position_mm, slice.orientation)
            {
                let (row, column) = halves(orientation);
                let normal = cross(row, column);
                slice.position_mm = Some(std::array::from_fn(|axis| {
                    position[axis] + offsets[frame] * normal[axis]
                }));
            }
            Ok(slice)
        })
        .collect()
}

fn one(set: &InMemDicomObject, frame: usize) -> Result<Slice, String> {
    let group = |tag| functional_group(set, frame, tag);
    let from = |sequence: Tag| group(sequence).unwrap_or(set);
    let measures = from(tags::PIXEL_MEASURES_SEQUENCE);
    let thickness = [tags::SPACING_BETWEEN_SLICES, tags::SLICE_THICKNESS]
        .into_iter()
        .filter_map(|tag| number(measures, tag))
        .find(|&length| length > 0.0);
    let content = group(tags::FRAME_CONTENT_SEQUENCE);
    Ok(Slice {
        frame,
        position_mm: vector(
            from(tags::PLANE_POSITION_SEQUENCE),
            tags::IMAGE_POSITION_PATIENT,
        ),
        orientation: vector(
            from(tags::PLANE_ORIENTATION_SEQUENCE),
            tags::IMAGE_ORIENTATION_PATIENT,
        ),
        spacing_mm: vector(measures, tags::PIXEL_SPACING),
        thickness_mm: thickness,
        rescale: Rescale::of(set, frame)?,
        keys: keys::all(set, frame),
        stack: content.and_then(|content| text(content, tags::STACK_ID)),
    })
}

/// Where the frames of a dose lie along the normal, from its first.
fn dose_offsets(set: &InMemDicomObject, frames: usize) -> Option<Vec<f64>> {
    let offsets = numbers(set, tags::GRID_FRAME_OFFSET_VECTOR)?;
    let first = *offsets.first()?;
    (offsets.len() == frames).then(|| offsets.iter().map(|offset| offset - first).collect())
}

/// Whether a picture is a mosaic of slices.
pub(super) fn is_mosaic(set: &InMemDicomObject) -> bool {
    /// NumberOfImagesInMosaic of Siemens, and whose element that is.
    const TILES: Tag = Tag(0x0019, 0x100a);
    const CREATOR: Tag = Tag(0x0019, 0x0010);
    let tiles = text(set, CREATOR).is_some_and(|creator| creator == "SIEMENS MR HEADER")
        && number(set, TILES).is_some_and(|tiles| tiles > 1.0);
    let frame_types = functional_group(set, 0, tags::MR_IMAGE_FRAME_TYPE_SEQUENCE);
    let frame_types = frame_types.map_or_else(Vec::new, |types| texts(types, tags::FRAME_TYPE));
    let mut types = texts(set, tags::IMAGE_TYPE).into_iter().chain(frame_types);
    tiles || types.any(|part| part == "MOSAIC")
}

/// Row and column of an orientation.
pub(super) fn halves(orientation: [f64; 6]) -> ([f64; 3], [f64; 3]) {
    let [a, b, c, d, e, f] = orientation;
    ([a, b, c], [d, e, f])
}
