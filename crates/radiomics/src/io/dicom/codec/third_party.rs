//! JPEG and JPEG 2000 through `dicom-pixeldata`, a frame at a time.

use dicom_core::value::PixelFragmentSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use dicom_pixeldata::PixelDecoder;

use super::super::pixels::PixelFormat;

/// Samples of a code stream of such precision, by an object that holds
/// nothing else.
pub(super) fn decode(
    data: &[u8],
    format: &PixelFormat,
    precision: u32,
    newer: bool,
) -> Result<Vec<u32>, String> {
    let wide = precision > 8;
    let bits: u16 = if wide { 16 } else { 8 };
    let short = |tag: Tag, value: u16| DataElement::new(tag, VR::US, PrimitiveValue::from(value));
    let size = |size: usize| u16::try_from(size).map_err(|_| format!("{size} pixels in a row"));
    let fragments = PixelFragmentSequence::new_fragments(vec![data.to_vec()]);
    let object = InMemDicomObject::from_element_iter([
        short(tags::SAMPLES_PER_PIXEL, 1),
        DataElement::new(
            tags::PHOTOMETRIC_INTERPRETATION,
            VR::CS,
            PrimitiveValue::from("MONOCHROME2"),
        ),
        short(tags::ROWS, size(format.rows)?),
        short(tags::COLUMNS, size(format.columns)?),
        short(tags::BITS_ALLOCATED, bits),
        short(tags::BITS_STORED, bits),
        short(tags::HIGH_BIT, bits - 1),
        short(tags::PIXEL_REPRESENTATION, 0),
        DataElement::new(tags::PIXEL_DATA, VR::OB, fragments),
    ]);
    let syntax = if newer {
        uids::JPEG2000
    } else {
        uids::JPEG_LOSSLESS
    };
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(syntax)
        .media_storage_sop_class_uid(uids::CT_IMAGE_STORAGE)
        .media_storage_sop_instance_uid("0.0")
        .build()
        .map_err(|_| "no file meta group can be made".to_owned())?;
    let decoded = object.with_exact_meta(meta);
    let decoded = decoded.decode_pixel_data_frame(0).map_err(|error| {
        let cause = std::iter::successors(Some(&error as &dyn std::error::Error), |error| {
            error.source()
        });
        let cause = cause.last().map(ToString::to_string).unwrap_or_default();
        format!("the compressed data is damaged or of a kind not read: {cause}")
    })?;
    let bytes = decoded.data();
    Ok(if wide {
        let pairs = bytes.as_chunks().0.iter();
        pairs.map(|&pair| u16::from_le_bytes(pair).into()).collect()
    } else {
        bytes.iter().map(|&byte| byte.into()).collect()
    })
}
