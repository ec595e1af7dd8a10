//! The elements of a data set.
//!
//! A parser that trusts a length allocates what a damaged file claims, and one
//! that recurses ends the process on a file of nested sequences. Nor would it
//! help to check a file before some other parser reads it, as no two of them
//! agree about damaged files. So headers and sequences are read here, every
//! length held against what holds it, and only values that lie within the file
//! are left to `dicom-parser`.

use std::io::Cursor;

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::header::DataElementHeader;
use dicom_core::value::DataSetSequence;
use dicom_core::{DicomValue, Length, PrimitiveValue, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_encoding::Endianness;
use dicom_encoding::decode::basic::BasicDecoder;
use dicom_encoding::decode::explicit_le::ExplicitVRLittleEndianDecoder;
use dicom_encoding::text::SpecificCharacterSet;
use dicom_object::InMemDicomObject;
use dicom_object::mem::InMemElement;
use dicom_parser::{StatefulDecode, StatefulDecoder};

use super::layout::{
    Body, Element, Encoding, ITEM, ITEM_END, Layout, PixelBytes, SEQUENCE_END, UNDEFINED, is_pixels,
};

/// Sequences nested deeper than this don't occur in images.
const MAX_DEPTH: usize = 48;
/// What the header of an element takes at least.
const HEADER: usize = 8;

/// A data set.
#[derive(Debug)]
pub(super) struct DataSet {
    /// Its elements, without pixels and what follows them.
    pub object: InMemDicomObject,
    /// The pixels, where there are any.
    pub pixels: Option<PixelBytes>,
}

/// Reads the data set that goes from `start` to the end of `bytes`.
///
/// # Errors
/// If a length reaches beyond what holds the element, or sequences are nested
/// too deep. No message quotes a value, which might name a patient.
pub(super) fn data_set(bytes: &[u8], start: usize, encoding: Encoding) -> Result<DataSet, String> {
    let layout = Layout { bytes, encoding };
    let mut values = Values::new(layout);
    let mut object = InMemDicomObject::new_empty();
    let mut at = start;
    // Fewer bytes than a header takes are padding.
    while at.saturating_add(HEADER) <= bytes.len() {
        let element = layout.header(at)?;
        if element.tag == ITEM_END {
            return Err(format!("an item ends at byte {at} that never began"));
        }
        if is_pixels(element.tag) {
            let pixels = PixelBytes {
                tag: element.tag,
                vr: element.vr,
                body: layout.pixels(&element),
            };
            return Ok(DataSet {
                object,
                pixels: Some(pixels),
            });
        }
        let (value, end) = values.element(layout, &element, bytes.len(), 0)?;
        put(&mut object, &element, value);
        at = end;
    }
    Ok(DataSet {
        object,
        pixels: None,
    })
}

type Value = DicomValue<InMemDicomObject>;

fn put(object: &mut InMemDicomObject, element: &Element, value: Option<Value>) {
    if let Some(value) = value {
        object.put(InMemElement::new(element.tag, element.vr, value));
    }
}

/// Reads values, with what earlier elements say about later ones.
struct Values<'a> {
    decoder: StatefulDecoder<ExplicitVRLittleEndianDecoder, Cursor<&'a [u8]>>,
    signed: bool,
}

impl<'a> Values<'a> {
    fn new(layout: Layout<'a>) -> Self {
        let order = if layout.encoding.big_endian {
            Endianness::Big
        } else {
            Endianness::Little
        };
        // The decoder of headers is never asked.
        let headers = ExplicitVRLittleEndianDecoder::default();
        let text = SpecificCharacterSet::default();
        let values = BasicDecoder::new(order);
        Self {
            decoder: StatefulDecoder::new(Cursor::new(layout.bytes), headers, values, text),
            signed: false,
        }
    }

    /// An element's value, none of what isn't kept, and where it ends, which
    /// must not lie beyond `limit`.
    fn element(
        &mut self,
        layout: Layout,
        element: &Element,
        limit: usize,
        depth: usize,
    ) -> Result<(Option<Value>, usize), String> {
        if depth > MAX_DEPTH {
            return Err(format!("sequences are nested deeper than {MAX_DEPTH}"));
        }
        if element.length == UNDEFINED {
            if element.tag == tags::PIXEL_DATA {
                return Ok((None, icon_end(layout, element, limit)?));
            }
            let inside = if element.vr == VR::UN {
                inside_unknown(layout, element)
            } else {
                layout
            };
            let (items, end) = self.items(inside, element, limit, depth)?;
            return Ok((Some(sequence(items)), end));
        }
        let end = end(element, limit)?;
        let value = if element.vr == VR::SQ {
            sequence(self.items(layout, element, end, depth)?.0)
        } else {
            self.primitive(element)?.into()
        };
        Ok((Some(value), end))
    }

    /// Items of a sequence, and its end: the limit where its length is
    /// defined.
    fn items(
        &mut self,
        layout: Layout,
        sequence: &Element,
        limit: usize,
        depth: usize,
    ) -> Result<(Vec<InMemDicomObject>, usize), String> {
        let mut items = Vec::new();
        let mut at = sequence.body;
        while at < limit {
            let item = layout.header(at)?;
            match item.tag {
                SEQUENCE_END if item.body <= limit => return Ok((items, item.body)),
                ITEM => {
                    let (object, end) = self.item(layout, &item, limit, depth)?;
                    items.push(object);
                    at = end;
                }
                tag => return Err(format!("{tag} stands at byte {at} in place of an item")),
            }
        }
        if sequence.length == UNDEFINED {
            Err(ends_within(sequence))
        } else {
            Ok((items, limit))
        }
    }

    fn item(
        &mut self,
        layout: Layout,
        item: &Element,
        limit: usize,
        depth: usize,
    ) -> Result<(InMemDicomObject, usize), String> {
        let limit = if item.length == UNDEFINED {
            limit
        } else {
            end(item, limit)?
        };
        let mut object = InMemDicomObject::new_empty();
        let mut at = item.body;
        while at < limit {
            let element = layout.header(at)?;
            if element.tag == ITEM_END && element.body <= limit {
                return Ok((object, element.body));
            }
            let (value, end) = self.element(layout, &element, limit, depth + 1)?;
            put(&mut object, &element, value);
            at = end;
        }
        if item.length == UNDEFINED {
            Err(ends_within(item))
        } else {
            Ok((object, limit))
        }
    }

    /// A value that lies within the file.
    fn primitive(&mut self, element: &Element) -> Result<PrimitiveValue, String> {
        let Element { tag, length, .. } = *element;
        let known = StandardDataDictionary.by_tag(tag);
        let vr = if self.signed && known.is_some_and(|entry| entry.vr() == VirtualVr::Xs) {
            VR::SS
        } else {
            element.vr
        };
        let value = self
            .decoder
            .seek(element.body as u64)
            .and_then(|()| {
                let header = DataElementHeader::new(tag, vr, Length(length));
                self.decoder.read_value_preserved(&header)
            })
            .map_err(|_| format!("{tag} at byte {} can't be read", element.body))?;
        if tag == tags::PIXEL_REPRESENTATION {
            self.signed = value.to_int::<u16>().is_ok_and(|value| value == 1);
        }
        Ok(value)
    }
}

fn sequence(items: Vec<InMemDicomObject>) -> Value {
    DataSetSequence::from(items).into()
}

/// Where an element ends that says how long it is.
fn end(element: &Element, limit: usize) -> Result<usize, String> {
    element
        .body
        .checked_add(element.length as usize)
        .filter(|&end| end <= limit)
        .ok_or_else(|| ends_within(element))
}

/// Sequences of unknown representation are implicit, whatever surrounds them;
/// some writers leave them as they were.
fn inside_unknown<'a>(layout: Layout<'a>, element: &Element) -> Layout<'a> {
    let explicit = layout.encoding.explicit && layout.looks_explicit(element.body + HEADER);
    let encoding = Encoding {
        explicit,
        ..layout.encoding
    };
    Layout { encoding, ..layout }
}

/// End of compressed pixels within a sequence.
fn icon_end(layout: Layout, element: &Element, limit: usize) -> Result<usize, String> {
    let Body::Fragments {
        offsets,
        fragments,
        truncated: false,
    } = layout.pixels(element)
    else {
        return Err(ends_within(element));
    };
    let last = fragments.last().unwrap_or(&offsets);
    Some(last.end + HEADER)
        .filter(|&end| end <= limit)
        .ok_or_else(|| ends_within(element))
}

fn ends_within(element: &Element) -> String {
    format!(
        "{} at byte {} is longer than what holds it",
        element.tag, element.body
    )
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use dicom_core::Tag;

    use super::super::elements::{item, items, text, whole};
    use super::*;

    fn element(tag: Tag, length: u32, value: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(tag.0.to_le_bytes());
        bytes.extend(tag.1.to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.extend(value);
        bytes
    }

    const SEQUENCE: Tag = tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE;

    #[test]
    fn lengths_beyond_their_surroundings_are_refused() {
        let inner = element(tags::ROWS, 1000, &[1, 0]);
        let within = element(ITEM, inner.len() as u32, &inner);
        let bytes = element(SEQUENCE, within.len() as u32, &within);
        assert!(data_set(&bytes, 0, Encoding::IMPLICIT).is_err());
        let within = element(ITEM, 10, &element(tags::ROWS, 2, &[1, 0]));
        let bytes = element(SEQUENCE, within.len() as u32, &within);
        let set = data_set(&bytes, 0, Encoding::IMPLICIT).unwrap();
        let within = item(&set.object, SEQUENCE).unwrap();
        assert_eq!(whole(within, tags::ROWS), Some(1));
        // Of a claim of 4 GB nothing is taken.
        let bytes = element(tags::STUDY_ID, UNDEFINED - 1, b"1 ");
        assert!(data_set(&bytes, 0, Encoding::IMPLICIT).is_err());
    }

    #[test]
    fn marks_end_items_and_sequences() {
        let mut bytes = element(SEQUENCE, UNDEFINED, &[]);
        for (rows, length) in [(3, UNDEFINED), (4, 18)] {
            bytes.extend(element(ITEM, length, &element(tags::ROWS, 2, &[rows, 0])));
            bytes.extend(element(ITEM_END, 0, &[]));
        }
        bytes.extend(element(SEQUENCE_END, 0, &[]));
        bytes.extend(element(tags::STUDY_ID, 2, b"7 "));
        // Padding.
        bytes.extend([0; 7]);
        let set = data_set(&bytes, 0, Encoding::IMPLICIT).unwrap();
        let rows = items(&set.object, SEQUENCE)
            .iter()
            .map(|item| whole(item, tags::ROWS));
        assert!(rows.eq([Some(3), Some(4)]));
        assert_eq!(text(&set.object, tags::STUDY_ID).as_deref(), Some("7"));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let mut bytes = Vec::new();
        for _ in 0..100_000 {
            let begun = element(ITEM, UNDEFINED, &[]);
            bytes.extend(element(SEQUENCE, UNDEFINED, &begun));
        }
        let message = data_set(&bytes, 0, Encoding::IMPLICIT).unwrap_err();
        assert!(message.contains("nested deeper"), "{message}");
    }

    #[test]
    fn sequences_of_unknown_representation_are_implicit() {
        // (0009,1010) UN, undefined, in an explicit file.
        let mut bytes = b"\x09\0\x10\x10UN\0\0\xff\xff\xff\xff".to_vec();
        let within = element(tags::ROWS, 2, &[5, 0]);
        bytes.extend(element(ITEM, within.len() as u32, &within));
        bytes.extend(element(SEQUENCE_END, 0, &[]));
        bytes.extend(b"\x28\0\x11\0US\x02\0\x06\0");
        let set = data_set(&bytes, 0, Encoding::EXPLICIT).unwrap();
        let within = item(&set.object, Tag(0x0009, 0x1010)).unwrap();
        assert_eq!(whole(within, tags::ROWS), Some(5));
        assert_eq!(whole(&set.object, tags::COLUMNS), Some(6));
    }

    #[test]
    fn signed_pixels_make_their_padding_signed() {
        for (signed, padding) in [(0, 65_535), (1, -1)] {
            let mut bytes = element(tags::PIXEL_REPRESENTATION, 2, &[signed, 0]);
            bytes.extend(element(tags::PIXEL_PADDING_VALUE, 2, &[255, 255]));
            let set = data_set(&bytes, 0, Encoding::IMPLICIT).unwrap();
            assert_eq!(whole(&set.object, tags::PIXEL_PADDING_VALUE), Some(padding));
        }
    }

    #[test]
    fn icons_are_passed_over() {
        for fragments in [vec![], vec![element(ITEM, 4, &[1, 2, 3, 4])]] {
            let mut icon = element(tags::PIXEL_DATA, UNDEFINED, &element(ITEM, 0, &[]));
            icon.extend(fragments.concat());
            icon.extend(element(SEQUENCE_END, 0, &[]));
            icon.extend(element(tags::STUDY_ID, 2, b"7 "));
            let within = element(ITEM, icon.len() as u32, &icon);
            let bytes = element(tags::ICON_IMAGE_SEQUENCE, within.len() as u32, &within);
            let set = data_set(&bytes, 0, Encoding::IMPLICIT).unwrap();
            assert!(set.pixels.is_none());
            let within = item(&set.object, tags::ICON_IMAGE_SEQUENCE).unwrap();
            assert_eq!(text(within, tags::STUDY_ID).as_deref(), Some("7"));
        }
    }

    #[test]
    fn fragments_are_found_and_cut_at_the_end() {
        let mut bytes = element(tags::ROWS, 2, &[1, 0]);
        bytes.extend(element(tags::PIXEL_DATA, UNDEFINED, &element(ITEM, 0, &[])));
        bytes.extend(element(ITEM, 4, &[1, 2, 3, 4]));
        bytes.extend(element(ITEM, 400, &[1, 2]));
        let found = data_set(&bytes, 0, Encoding::IMPLICIT).unwrap();
        assert_eq!(whole(&found.object, tags::ROWS), Some(1));
        let Body::Fragments {
            fragments,
            truncated,
            ..
        } = found.pixels.unwrap().body
        else {
            panic!()
        };
        assert!(truncated);
        let expected: [Range<usize>; 2] = [34..38, 46..48];
        assert_eq!(fragments, expected);
    }
}
