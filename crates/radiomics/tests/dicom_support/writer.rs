//! Small DICOM files.
#![allow(dead_code, reason = "each test uses some of it")]

use std::path::{Path, PathBuf};

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};

pub const COLUMNS: u16 = 4;
pub const ROWS: u16 = 3;
pub const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";
pub const NAME: &str = "SECRET^NAME";
pub const DESCRIPTION: &str = "seen by Dr SECRET";

pub fn text(object: &mut InMemDicomObject, tag: Tag, vr: VR, value: &str) {
    object.put(DataElement::new(tag, vr, PrimitiveValue::from(value)));
}

pub fn short(object: &mut InMemDicomObject, tag: Tag, value: u16) {
    object.put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
}

pub fn words(object: &mut InMemDicomObject, values: &[u16]) {
    let words = PrimitiveValue::U16(values.into());
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, words));
}

pub fn sequence(object: &mut InMemDicomObject, tag: Tag, items: Vec<InMemDicomObject>) {
    object.put(DataElement::new(tag, VR::SQ, DataSetSequence::from(items)));
}

/// An axial CT slice at a height, whose pixels count up from its number.
pub fn ct(number: u16, z: f64) -> InMemDicomObject {
    let mut object = InMemDicomObject::new_empty();
    let mut put = |tag, vr, value: &str| text(&mut object, tag, vr, value);
    put(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\AXIAL");
    put(tags::SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE);
    put(tags::SOP_INSTANCE_UID, VR::UI, &format!("1.2.3.{number}"));
    put(tags::MODALITY, VR::CS, "CT");
    put(tags::PATIENT_NAME, VR::PN, NAME);
    put(tags::PATIENT_ID, VR::LO, NAME);
    put(tags::SERIES_DESCRIPTION, VR::LO, DESCRIPTION);
    put(tags::SERIES_INSTANCE_UID, VR::UI, "1.2.3");
    put(tags::SERIES_NUMBER, VR::IS, "5");
    put(tags::INSTANCE_NUMBER, VR::IS, &number.to_string());
    put(tags::FRAME_OF_REFERENCE_UID, VR::UI, "1.2.4");
    put(
        tags::IMAGE_POSITION_PATIENT,
        VR::DS,
        &format!("-10\\-20\\{z}"),
    );
    put(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0");
    put(tags::PIXEL_SPACING, VR::DS, "0.5\\0.25");
    put(tags::SLICE_THICKNESS, VR::DS, "5");
    put(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2");
    put(tags::RESCALE_INTERCEPT, VR::DS, "-1024");
    put(tags::RESCALE_SLOPE, VR::DS, "1");
    for (tag, value) in [
        (tags::SAMPLES_PER_PIXEL, 1),
        (tags::ROWS, ROWS),
        (tags::COLUMNS, COLUMNS),
        (tags::BITS_ALLOCATED, 16),
        (tags::BITS_STORED, 12),
        (tags::HIGH_BIT, 11),
        (tags::PIXEL_REPRESENTATION, 0),
    ] {
        short(&mut object, tag, value);
    }
    let values: Vec<u16> = (0..ROWS * COLUMNS)
        .map(|pixel| 100 * number + pixel)
        .collect();
    words(&mut object, &values);
    object
}

pub fn save_as(object: InMemDicomObject, path: &Path, syntax: &str) {
    let meta = FileMetaTableBuilder::new().transfer_syntax(syntax);
    object.with_meta(meta).unwrap().write_to_file(path).unwrap();
}

pub fn save(object: InMemDicomObject, folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    save_as(object, &path, uids::EXPLICIT_VR_LITTLE_ENDIAN);
    path
}

/// A folder of slices, `heights` from the feet up.
pub fn series(heights: &[f64]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (index, &z) in heights.iter().enumerate() {
        let number = index as u16 + 1;
        save(ct(number, z), folder.path(), &format!("{number}.dcm"));
    }
    folder
}
