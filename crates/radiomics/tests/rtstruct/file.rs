//! An RTSTRUCT file made in memory.

use std::path::Path;

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};

const CLASS: &str = "1.2.840.10008.5.1.4.1.1.481.3";

/// A contour as the file has it.
#[derive(Clone)]
pub struct Item {
    pub kind: &'static str,
    pub count: String,
    pub data: String,
}

impl Item {
    pub fn new(data: &str) -> Self {
        Self {
            kind: "CLOSED_PLANAR",
            count: ((data.matches('\\').count() + 1) / 3).to_string(),
            data: data.to_owned(),
        }
    }
}

fn element(tag: Tag, vr: VR, text: &str) -> DataElement<InMemDicomObject> {
    DataElement::new(tag, vr, PrimitiveValue::from(text))
}

fn item<const N: usize>(elements: [DataElement<InMemDicomObject>; N]) -> InMemDicomObject {
    InMemDicomObject::from_element_iter(elements)
}

fn sequence(tag: Tag, items: Vec<InMemDicomObject>) -> DataElement<InMemDicomObject> {
    DataElement::new(tag, VR::SQ, DataSetSequence::from(items))
}

/// A file of regions (number, name) and of contours by the region's number.
pub fn write(path: &Path, rois: &[(&str, &str)], contours: &[(&str, Vec<Item>)]) {
    let listed = rois.iter().map(|(number, name)| {
        item([
            element(tags::ROI_NUMBER, VR::IS, number),
            element(tags::ROI_NAME, VR::LO, name),
        ])
    });
    let contours = contours.iter().map(|(number, contours)| {
        let contours = contours.iter().map(|contour| {
            item([
                element(tags::CONTOUR_GEOMETRIC_TYPE, VR::CS, contour.kind),
                element(tags::NUMBER_OF_CONTOUR_POINTS, VR::IS, &contour.count),
                element(tags::CONTOUR_DATA, VR::DS, &contour.data),
            ])
        });
        item([
            element(tags::REFERENCED_ROI_NUMBER, VR::IS, number),
            sequence(tags::CONTOUR_SEQUENCE, contours.collect()),
        ])
    });
    let object = item([
        element(tags::SOP_CLASS_UID, VR::UI, CLASS),
        element(tags::SOP_INSTANCE_UID, VR::UI, "1.2.3"),
        sequence(tags::STRUCTURE_SET_ROI_SEQUENCE, listed.collect()),
        sequence(tags::ROI_CONTOUR_SEQUENCE, contours.collect()),
    ]);
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax("1.2.840.10008.1.2.1")
        .media_storage_sop_class_uid(CLASS)
        .media_storage_sop_instance_uid("1.2.3");
    object.with_meta(meta).unwrap().write_to_file(path).unwrap();
}
