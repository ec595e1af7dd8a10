//! How elements are laid out in a file: their headers, and where the bytes of
//! the pixels lie.

use std::ops::Range;

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

/// The length of what ends with a mark of its own.
pub(super) const UNDEFINED: u32 = u32::MAX;
pub(super) const ITEM: Tag = Tag(0xfffe, 0xe000);
pub(super) const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
pub(super) const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);

/// How elements are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Encoding {
    /// Whether each element names its value representation.
    pub explicit: bool,
    pub big_endian: bool,
}

impl Encoding {
    pub(crate) const IMPLICIT: Self = Self {
        explicit: false,
        big_endian: false,
    };
    pub(crate) const EXPLICIT: Self = Self {
        explicit: true,
        big_endian: false,
    };
    pub(crate) const BIG_ENDIAN: Self = Self {
        explicit: true,
        big_endian: true,
    };
}

/// Where the bytes of the pixels lie.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PixelBytes {
    pub tag: Tag,
    pub vr: VR,
    pub body: Body,
}

/// Pixels as they are, or compressed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    /// Uncompressed; a file that ends early has fewer bytes.
    Native(Range<usize>),
    /// The table of offsets and the fragments.
    Fragments {
        offsets: Range<usize>,
        fragments: Vec<Range<usize>>,
        /// Whether the file ends within them.
        truncated: bool,
    },
}

/// Whether an element is the pixels of the image.
pub(super) fn is_pixels(tag: Tag) -> bool {
    [
        tags::PIXEL_DATA,
        tags::FLOAT_PIXEL_DATA,
        tags::DOUBLE_FLOAT_PIXEL_DATA,
    ]
    .contains(&tag)
}

/// The header of an element.
pub(super) struct Element {
    pub tag: Tag,
    pub vr: VR,
    pub length: u32,
    /// First byte of the value.
    pub body: usize,
}

/// A file and how its elements are written.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    pub bytes: &'a [u8],
    pub encoding: Encoding,
}

impl Layout<'_> {
    fn four(&self, at: usize) -> Result<[u8; 4], String> {
        let bytes = self.bytes.get(at..).and_then(|rest| rest.first_chunk());
        bytes
            .copied()
            .ok_or_else(|| format!("the file ends within an element, at byte {at}"))
    }

    fn short(&self, bytes: [u8; 2]) -> u16 {
        if self.encoding.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        }
    }

    fn long(&self, at: usize) -> Result<u32, String> {
        let bytes = self.four(at)?;
        Ok(if self.encoding.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }

    /// The header that begins at a byte.
    pub(super) fn header(&self, at: usize) -> Result<Element, String> {
        let [a, b, c, d] = self.four(at)?;
        let tag = Tag(self.short([a, b]), self.short([c, d]));
        if tag.0 == 0xfffe || !self.encoding.explicit {
            let known = StandardDataDictionary.by_tag(tag);
            return Ok(Element {
                tag,
                vr: known.map_or(VR::UN, |entry| entry.vr().relaxed()),
                length: self.long(at + 4)?,
                body: at + 8,
            });
        }
        let [first, second, low, high] = self.four(at + 4)?;
        let vr = VR::from_binary([first, second]).unwrap_or(VR::UN);
        let (length, body) = if is_short(vr) {
            (self.short([low, high]).into(), at + 8)
        } else {
            (self.long(at + 8)?, at + 12)
        };
        Ok(Element {
            tag,
            vr,
            length,
            body,
        })
    }

    /// Whether the header at a byte names a value representation.
    pub(super) fn looks_explicit(&self, at: usize) -> bool {
        self.four(at + 4)
            .is_ok_and(|[first, second, ..]| VR::from_binary([first, second]).is_some())
    }

    /// The bytes of pixels, as far as the file has them.
    pub(super) fn pixels(&self, element: &Element) -> Body {
        let length = self.bytes.len();
        if element.length != UNDEFINED {
            let end = element.body.saturating_add(element.length as usize);
            return Body::Native(element.body.min(length)..end.min(length));
        }
        let mut parts = Vec::new();
        let mut at = element.body;
        let truncated = loop {
            let Ok(item) = self.header(at) else {
                break true;
            };
            if item.tag != ITEM {
                break item.tag != SEQUENCE_END;
            }
            let end = item.body.saturating_add(item.length as usize);
            parts.push(item.body..end.min(length));
            if end > length {
                break true;
            }
            at = end;
        };
        let offsets = if parts.is_empty() {
            at.min(length)..at.min(length)
        } else {
            parts.remove(0)
        };
        Body::Fragments {
            offsets,
            fragments: parts,
            truncated,
        }
    }
}

/// Whether the length of such a value takes two bytes.
fn is_short(vr: VR) -> bool {
    use VR::{AE, AS, AT, CS, DA, DS, DT, FD, FL, IS, LO, LT, PN, SH, SL, SS, ST, TM, UI, UL, US};
    [
        AE, AS, AT, CS, DA, DS, DT, FD, FL, IS, LO, LT, PN, SH, SL, SS, ST, TM, UI, UL, US,
    ]
    .contains(&vr)
}
