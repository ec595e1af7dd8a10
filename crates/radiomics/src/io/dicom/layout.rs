//! Where the elements of a data set lie, checked before anything is parsed.
//!
//! A parser that trusts a length allocates what a damaged file claims, and one
//! that recurses ends the process on a file of nested sequences. So every
//! length is held against its surroundings first.

use std::ops::Range;

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

/// Sequences nested deeper than this don't occur in images.
const MAX_DEPTH: usize = 48;
const UNDEFINED: u32 = u32::MAX;
const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);

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

/// The parts of a data set.
#[derive(Debug, PartialEq)]
pub(crate) struct Layout {
    /// The elements before the pixels that can be parsed.
    pub elements: Vec<Range<usize>>,
    /// The pixels, where there are any.
    pub pixels: Option<PixelBytes>,
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

/// Finds the parts of a data set that goes from `start` to the end of `bytes`.
pub(crate) fn layout(bytes: &[u8], start: usize, encoding: Encoding) -> Result<Layout, String> {
    let scan = Scan { bytes, encoding };
    let mut elements = Vec::new();
    let mut from = start;
    let mut at = start;
    while at < bytes.len() {
        // Fewer bytes than a header takes are padding.
        if bytes.len() - at < 8 {
            break;
        }
        let element = scan.header(at)?;
        if element.tag == ITEM_END {
            return Err(format!("an item ends at byte {at} that never began"));
        }
        if is_pixels(element.tag) {
            elements.push(from..at);
            let body = scan.pixels(&element);
            let pixels = PixelBytes {
                tag: element.tag,
                vr: element.vr,
                body,
            };
            return Ok(Layout {
                elements,
                pixels: Some(pixels),
            });
        }
        let end = scan.end(&element, bytes.len(), 0)?;
        if element.length == UNDEFINED && element.vr == VR::UN {
            // Its content has another encoding than the rest.
            elements.push(from..at);
            from = end;
        }
        at = end;
    }
    elements.push(from..at.min(bytes.len()));
    Ok(Layout {
        elements,
        pixels: None,
    })
}

fn is_pixels(tag: Tag) -> bool {
    [
        tags::PIXEL_DATA,
        tags::FLOAT_PIXEL_DATA,
        tags::DOUBLE_FLOAT_PIXEL_DATA,
    ]
    .contains(&tag)
}

struct Element {
    tag: Tag,
    vr: VR,
    length: u32,
    /// First byte of the value.
    body: usize,
}

#[derive(Clone, Copy)]
struct Scan<'a> {
    bytes: &'a [u8],
    encoding: Encoding,
}

impl Scan<'_> {
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

    fn header(&self, at: usize) -> Result<Element, String> {
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

    /// End of an element's value, which must not lie beyond `limit`.
    fn end(&self, element: &Element, limit: usize, depth: usize) -> Result<usize, String> {
        if depth > MAX_DEPTH {
            return Err(format!("sequences are nested deeper than {MAX_DEPTH}"));
        }
        if element.length == UNDEFINED {
            if element.tag == tags::PIXEL_DATA {
                return match self.pixels(element) {
                    Body::Fragments {
                        fragments,
                        truncated: false,
                        ..
                    } => Ok(fragments.last().map_or(element.body, |last| last.end) + 8),
                    _ => Err(ends_within(element)),
                };
            }
            let inside = if element.vr == VR::UN {
                Self {
                    encoding: Encoding {
                        explicit: self.encoding.explicit && self.looks_explicit(element.body + 8),
                        ..self.encoding
                    },
                    ..*self
                }
            } else {
                *self
            };
            return inside.items(element, limit, depth);
        }
        let end = element
            .body
            .checked_add(element.length as usize)
            .filter(|&end| end <= limit)
            .ok_or_else(|| ends_within(element))?;
        if element.vr == VR::SQ {
            self.items(element, end, depth)?;
        }
        Ok(end)
    }

    fn looks_explicit(&self, at: usize) -> bool {
        self.four(at + 4)
            .is_ok_and(|[first, second, ..]| VR::from_binary([first, second]).is_some())
    }

    /// End of a sequence, which is the limit where its length is defined.
    fn items(&self, sequence: &Element, limit: usize, depth: usize) -> Result<usize, String> {
        let mut at = sequence.body;
        loop {
            if at >= limit {
                return if sequence.length == UNDEFINED {
                    Err(ends_within(sequence))
                } else {
                    Ok(limit)
                };
            }
            let item = self.header(at)?;
            match item.tag {
                SEQUENCE_END => return Ok(item.body),
                ITEM => at = self.item(&item, limit, depth)?,
                tag => return Err(format!("{tag} stands at byte {at} in place of an item")),
            }
        }
    }

    fn item(&self, item: &Element, limit: usize, depth: usize) -> Result<usize, String> {
        let mut at = item.body;
        let end = if item.length == UNDEFINED {
            limit
        } else {
            let end = item.body.checked_add(item.length as usize);
            end.filter(|&end| end <= limit)
                .ok_or_else(|| ends_within(item))?
        };
        while at < end {
            let element = self.header(at)?;
            if element.tag == ITEM_END {
                return Ok(element.body);
            }
            at = self.end(&element, end, depth + 1)?;
        }
        if item.length == UNDEFINED {
            Err(ends_within(item))
        } else {
            Ok(end)
        }
    }

    /// The bytes of pixels, as far as the file has them.
    fn pixels(&self, element: &Element) -> Body {
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

fn ends_within(element: &Element) -> String {
    format!(
        "{} at byte {} is longer than what holds it",
        element.tag, element.body
    )
}

/// Whether the length of such a value takes two bytes.
fn is_short(vr: VR) -> bool {
    use VR::{AE, AS, AT, CS, DA, DS, DT, FD, FL, IS, LO, LT, PN, SH, SL, SS, ST, TM, UI, UL, US};
    [
        AE, AS, AT, CS, DA, DS, DT, FD, FL, IS, LO, LT, PN, SH, SL, SS, ST, TM, UI, UL, US,
    ]
    .contains(&vr)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(tag: Tag, length: u32, value: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(tag.0.to_le_bytes());
        bytes.extend(tag.1.to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.extend(value);
        bytes
    }

    #[test]
    fn lengths_beyond_their_surroundings_are_refused() {
        let sequence = tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE;
        let inner = element(tags::ROWS, 1000, &[1, 0]);
        let item = element(ITEM, inner.len() as u32, &inner);
        let bytes = element(sequence, item.len() as u32, &item);
        assert!(layout(&bytes, 0, Encoding::IMPLICIT).is_err());
        let item = element(ITEM, 10, &element(tags::ROWS, 2, &[1, 0]));
        let bytes = element(sequence, item.len() as u32, &item);
        assert!(layout(&bytes, 0, Encoding::IMPLICIT).is_ok());
    }

    #[test]
    fn deep_nesting_is_refused() {
        let mut bytes = Vec::new();
        for _ in 0..100_000 {
            bytes.extend(element(
                tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
                UNDEFINED,
                &element(ITEM, UNDEFINED, &[]),
            ));
        }
        let message = layout(&bytes, 0, Encoding::IMPLICIT).unwrap_err();
        assert!(message.contains("nested deeper"), "{message}");
    }

    #[test]
    fn fragments_are_found_and_cut_at_the_end() {
        let mut bytes = element(tags::ROWS, 2, &[1, 0]);
        bytes.extend(element(tags::PIXEL_DATA, UNDEFINED, &element(ITEM, 0, &[])));
        bytes.extend(element(ITEM, 4, &[1, 2, 3, 4]));
        bytes.extend(element(ITEM, 400, &[1, 2]));
        let found = layout(&bytes, 0, Encoding::IMPLICIT).unwrap();
        assert!(matches!(found.elements[..], [Range { start: 0, end: 10 }]));
        let Body::Fragments {
            fragments,
            truncated,
            ..
        } = found.pixels.unwrap().body
        else {
            panic!()
        };
        assert!(truncated);
        assert_eq!(fragments, [34..38, 46..48]);
    }
}
