//! The elements and frames of a SEG.

use std::path::Path;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::frame::{Bits, Frame, Pixels};
use super::grid::{Plane, Stated, stack};
use super::{Segment, Segmentation};
use crate::Error;
use crate::io::dicom::elements::{functional_group, item, items, number, text, vector, whole};
use crate::io::dicom::{File, Numbers, PixelFormat};

/// SOP class of label maps.
const LABEL_MAP: &str = "1.2.840.10008.5.1.4.1.1.66.7";
/// Code of DCM for the type Background.
const BACKGROUND: &str = "125040";

/// How pixels tell their segment.
enum Kind {
    /// Not 0: the frame's segment.
    Binary,
    /// At least half of the maximum: the frame's segment.
    Fractional { most: f64 },
    /// The value is the segment's number.
    LabelMap,
}

pub(super) fn read(path: &Path) -> Result<Segmentation, Error> {
    let mut file = File::open(path)?;
    let warnings = std::mem::take(&mut file.warnings);
    segmentation(&file, warnings).map_err(|problem| Error::File {
        path: path.to_owned(),
        problem,
    })
}

fn segmentation(file: &File, mut warnings: Vec<String>) -> Result<Segmentation, String> {
    let set = &file.object;
    let mut segments = segments(set)?;
    let format = PixelFormat::of(file)?;
    let kind = kind(file, &format, &mut warnings)?;
    let groups = items(set, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).len();
    if groups > format.frames {
        warnings.push(format!(
            "it describes {groups} frames and has the pixels of {}; the first are taken",
            format.frames
        ));
    } else if groups < format.frames && groups > 0 {
        return Err(format!(
            "it describes {groups} frames and should have {}; the file is damaged",
            format.frames
        ));
    }
    let planes = (0..format.frames)
        .map(|frame| plane(set, frame).map_err(|missing| missing_in(frame, missing)))
        .collect::<Result<Vec<Plane>, String>>()?;
    let stacked = stack(&planes, stated(set), [format.columns, format.rows])?;
    warnings.extend(stacked.warnings);
    if matches!(kind, Kind::LabelMap) {
        let background = background(set);
        segments.retain(|segment| !background.contains(&segment.number));
    }
    let mut seen = vec![false; 1 << 16];
    let mut frames = Vec::with_capacity(format.frames);
    for (frame, &slice) in stacked.slices.iter().enumerate() {
        let values = file.stored(&format, frame).map_err(without_path)?;
        let pixels = match kind {
            Kind::LabelMap => labels(&values, &mut seen),
            Kind::Binary => of_segment(set, &segments, frame, &values, |value| value != 0.0)?,
            Kind::Fractional { most } => {
                of_segment(set, &segments, frame, &values, |value| 2.0 * value >= most)?
            }
        };
        if let Pixels::Segment { number, inside } = &pixels
            && inside.any()
        {
            seen[*number as usize & 0xffff] = true;
        }
        frames.push(Frame { slice, pixels });
    }
    for segment in &segments {
        if !seen.get(segment.number as usize).is_some_and(|&seen| seen) {
            let Segment { number, label } = segment;
            warnings.push(format!("segment {number} {label:?} has no pixel"));
        }
    }
    Ok(Segmentation {
        segments,
        warnings,
        geometry: stacked.geometry,
        frames,
    })
}

/// An error of this file, whose path is added again farther up.
fn without_path(error: Error) -> String {
    match error {
        Error::File { problem, .. } => problem,
        other => other.to_string(),
    }
}

fn segments(set: &InMemDicomObject) -> Result<Vec<Segment>, String> {
    let listed = items(set, tags::SEGMENT_SEQUENCE);
    if listed.is_empty() {
        return Err("it lists no segments (Segment Sequence): it is no SEG".to_owned());
    }
    let mut segments: Vec<Segment> = Vec::with_capacity(listed.len());
    for (position, item) in listed.iter().enumerate() {
        let label = text(item, tags::SEGMENT_LABEL).unwrap_or_default();
        let number = segment_number(item, tags::SEGMENT_NUMBER).ok_or_else(|| {
            let place = position + 1;
            format!("segment {place} of the list ({label:?}) has no number from 0 to 65535")
        })?;
        segments.push(Segment { number, label });
    }
    let mut numbers: Vec<u32> = segments.iter().map(|segment| segment.number).collect();
    numbers.sort_unstable();
    match numbers.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(twice) => Err(format!("two segments have the number {}", twice[0])),
        None => Ok(segments),
    }
}

fn segment_number(item: &InMemDicomObject, tag: Tag) -> Option<u32> {
    u16::try_from(whole(item, tag)?).ok().map(u32::from)
}

fn kind(file: &File, format: &PixelFormat, warnings: &mut Vec<String>) -> Result<Kind, String> {
    let set = &file.object;
    let named = text(set, tags::SEGMENTATION_TYPE).unwrap_or_default();
    let label_map = named == "LABELMAP" || file.sop_class() == LABEL_MAP;
    match named.as_str() {
        _ if label_map && unsigned_16(format) => Ok(Kind::LabelMap),
        _ if label_map => Err("a label map of other pixels than 8 or 16 bits without sign".into()),
        "BINARY" => Ok(Kind::Binary),
        "" if format.bits_allocated == 1 => Ok(Kind::Binary),
        "FRACTIONAL" => {
            let most = number(set, tags::MAXIMUM_FRACTIONAL_VALUE).unwrap_or_else(|| {
                warnings.push("MaximumFractionalValue is missing; 255 is assumed".to_owned());
                255.0
            });
            if most <= 0.0 {
                return Err(format!(
                    "MaximumFractionalValue is {most}; it must be positive"
                ));
            }
            let of = text(set, tags::SEGMENTATION_FRACTIONAL_TYPE).unwrap_or_default();
            warnings.push(format!(
                "the segments are fractional ({of}): pixels of at least half of {most} belong to \
                 them"
            ));
            Ok(Kind::Fractional { most })
        }
        other => Err(format!(
            "SegmentationType is {other:?}; BINARY, FRACTIONAL and LABELMAP are read"
        )),
    }
}

fn unsigned_16(format: &PixelFormat) -> bool {
    format.bits_allocated <= 16 && format.numbers == Numbers::Whole { signed: false }
}

/// Where a frame lies: from its functional groups, in a file without them
/// from the elements of a plain image. The error is what is missing.
fn plane(set: &InMemDicomObject, frame: usize) -> Result<Plane, &'static str> {
    let group = |tag| functional_group(set, frame, tag).unwrap_or(set);
    let position = vector(
        group(tags::PLANE_POSITION_SEQUENCE),
        tags::IMAGE_POSITION_PATIENT,
    );
    let orientation = vector(
        group(tags::PLANE_ORIENTATION_SEQUENCE),
        tags::IMAGE_ORIENTATION_PATIENT,
    );
    let spacing = vector(group(tags::PIXEL_MEASURES_SEQUENCE), tags::PIXEL_SPACING);
    let [a, b, c, d, e, f] = orientation.ok_or("ImageOrientationPatient")?;
    // Of the file, the distance between rows comes first.
    let [between_rows, between_columns] = spacing.ok_or("PixelSpacing")?;
    Ok(Plane {
        position: position.ok_or("ImagePositionPatient")?,
        along_row: [a, b, c],
        down: [d, e, f],
        spacing: [between_columns, between_rows],
    })
}

fn missing_in(frame: usize, missing: &str) -> String {
    format!(
        "frame {} has no {missing}, so that its place in the patient is unknown (segmentations of \
         slides aren't read)",
        frame + 1
    )
}

fn stated(set: &InMemDicomObject) -> Stated {
    let measures = functional_group(set, 0, tags::PIXEL_MEASURES_SEQUENCE).unwrap_or(set);
    Stated {
        between: number(measures, tags::SPACING_BETWEEN_SLICES),
        thickness: number(measures, tags::SLICE_THICKNESS),
    }
}

/// Numbers that mean that a pixel belongs to no segment.
fn background(set: &InMemDicomObject) -> Vec<u32> {
    let padding = segment_number(set, tags::PIXEL_PADDING_VALUE);
    let typed = items(set, tags::SEGMENT_SEQUENCE).iter().filter(|segment| {
        item(segment, tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE).is_some_and(|code| {
            text(code, tags::CODE_VALUE).as_deref() == Some(BACKGROUND)
                && text(code, tags::CODING_SCHEME_DESIGNATOR).as_deref() == Some("DCM")
        })
    });
    let typed = typed.filter_map(|segment| segment_number(segment, tags::SEGMENT_NUMBER));
    typed.chain([padding.unwrap_or(0)]).collect()
}

fn labels(values: &[f64], seen: &mut [bool]) -> Pixels {
    // The format was checked: at most 16 bits, without sign.
    let labels: Vec<u16> = values.iter().map(|&value| value as u16).collect();
    for &label in &labels {
        seen[usize::from(label)] = true;
    }
    Pixels::Labels(labels)
}

fn of_segment(
    set: &InMemDicomObject,
    segments: &[Segment],
    frame: usize,
    values: &[f64],
    inside: impl Fn(f64) -> bool,
) -> Result<Pixels, String> {
    let named = functional_group(set, frame, tags::SEGMENT_IDENTIFICATION_SEQUENCE)
        .and_then(|group| segment_number(group, tags::REFERENCED_SEGMENT_NUMBER));
    let number = match (named, segments) {
        (Some(number), _) if segments.iter().any(|segment| segment.number == number) => number,
        (Some(number), _) => {
            return Err(format!(
                "frame {} is of segment {number}, which the file doesn't list",
                frame + 1
            ));
        }
        (None, [only]) => only.number,
        (None, _) => return Err(format!("frame {} doesn't say its segment", frame + 1)),
    };
    Ok(Pixels::Segment {
        number,
        inside: Bits::of(values, inside),
    })
}
