//! A SEG file made in memory: 5 columns, 3 rows.

use std::path::Path;

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use radiomics::io::seg::{self, Segmentation};

const CLASS: &str = "1.2.840.10008.5.1.4.1.1.66";
pub const PIXELS: usize = 15;

/// What a test changes of the file.
#[derive(Clone)]
pub struct Seg {
    pub kind: &'static str,
    pub bits: u16,
    pub segments: Vec<(u16, &'static str)>,
    /// Segment and height of each frame.
    pub frames: Vec<(u16, f64)>,
    pub frame_count: &'static str,
    pub spacing_between: &'static str,
    pub pixels: Vec<u8>,
    pub more: Vec<DataElement<InMemDicomObject>>,
}

impl Default for Seg {
    /// Two segments of 8-bit pixels that count up, on three slices.
    fn default() -> Self {
        Self {
            kind: "BINARY",
            bits: 8,
            segments: vec![(1, "Left"), (2, "Right")],
            frames: vec![(1, 0.0), (2, 2.0), (1, 4.0)],
            frame_count: "3",
            spacing_between: "2",
            pixels: (0..3 * PIXELS as u8).collect(),
            more: Vec::new(),
        }
    }
}

pub fn element(
    tag: Tag,
    vr: VR,
    value: impl Into<PrimitiveValue>,
) -> DataElement<InMemDicomObject> {
    DataElement::new(tag, vr, value.into())
}

fn item<const N: usize>(elements: [DataElement<InMemDicomObject>; N]) -> InMemDicomObject {
    InMemDicomObject::from_element_iter(elements)
}

fn sequence(tag: Tag, items: Vec<InMemDicomObject>) -> DataElement<InMemDicomObject> {
    DataElement::new(tag, VR::SQ, DataSetSequence::from(items))
}

fn group(tag: Tag, elements: Vec<DataElement<InMemDicomObject>>) -> DataElement<InMemDicomObject> {
    sequence(tag, vec![InMemDicomObject::from_element_iter(elements)])
}

impl Seg {
    pub fn write(&self, path: &Path) {
        let class = format!("{CLASS}.{}", if self.kind == "LABELMAP" { 7 } else { 4 });
        let segments = self.segments.iter().map(|&(number, label)| {
            item([
                element(tags::SEGMENT_NUMBER, VR::US, number),
                element(tags::SEGMENT_LABEL, VR::LO, label),
            ])
        });
        let frames = self.frames.iter().map(|&(segment, height)| {
            let position = format!("10\\20\\{height}");
            item([
                group(
                    tags::PLANE_POSITION_SEQUENCE,
                    vec![element(tags::IMAGE_POSITION_PATIENT, VR::DS, position)],
                ),
                group(
                    tags::SEGMENT_IDENTIFICATION_SEQUENCE,
                    vec![element(tags::REFERENCED_SEGMENT_NUMBER, VR::US, segment)],
                ),
            ])
        });
        let measures = vec![
            element(tags::PIXEL_SPACING, VR::DS, "0.7\\0.5"),
            element(tags::SPACING_BETWEEN_SLICES, VR::DS, self.spacing_between),
        ];
        let orientation = element(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0");
        let shared = vec![
            group(tags::PIXEL_MEASURES_SEQUENCE, measures),
            group(tags::PLANE_ORIENTATION_SEQUENCE, vec![orientation]),
        ];
        let whole = |tag, value: u16| element(tag, VR::US, value);
        let mut object = item([
            element(tags::SOP_CLASS_UID, VR::UI, class.as_str()),
            element(tags::SOP_INSTANCE_UID, VR::UI, "1.2.3"),
            element(tags::SEGMENTATION_TYPE, VR::CS, self.kind),
            element(tags::NUMBER_OF_FRAMES, VR::IS, self.frame_count),
            whole(tags::SAMPLES_PER_PIXEL, 1),
            whole(tags::ROWS, 3),
            whole(tags::COLUMNS, 5),
            whole(tags::BITS_ALLOCATED, self.bits),
            whole(tags::BITS_STORED, self.bits),
            whole(tags::HIGH_BIT, self.bits - 1),
            whole(tags::PIXEL_REPRESENTATION, 0),
            sequence(tags::SEGMENT_SEQUENCE, segments.collect()),
            group(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, shared),
            sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, frames.collect()),
            element(tags::PIXEL_DATA, VR::OB, self.pixels.clone()),
        ]);
        for more in &self.more {
            object.put(more.clone());
        }
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax("1.2.840.10008.1.2.1")
            .media_storage_sop_class_uid(class.as_str())
            .media_storage_sop_instance_uid("1.2.3");
        object.with_meta(meta).unwrap().write_to_file(path).unwrap();
    }

    pub fn read(&self) -> Result<Segmentation, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.dcm");
        self.write(&path);
        seg::read(&path).map_err(|error| {
            let message = error.to_string();
            assert!(message.contains("a.dcm"), "{message}");
            message
        })
    }
}
