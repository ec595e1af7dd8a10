//! Stored values of a frame.

use dicom_dictionary_std::tags;

use super::codec;
use super::elements::whole;
use super::file::File;
use super::layout::Body;
use super::syntax::Codec;
use crate::Error;
use crate::io::samples::{room, voxel_count};
use dicom_core::VR;

/// What kind of numbers pixels are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    Whole { signed: bool },
    Single,
    Double,
}

/// How pixels are stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PixelFormat {
    pub rows: usize,
    pub columns: usize,
    pub frames: usize,
    pub numbers: Numbers,
    pub bits_allocated: u32,
    pub bits_stored: u32,
    pub high_bit: u32,
}

impl PixelFormat {
    /// Pixels of a frame.
    pub(crate) fn area(&self) -> usize {
        self.rows * self.columns
    }

    /// Reads and checks the format: one value a pixel, sizes that the file's
    /// length allows.
    pub(crate) fn of(file: &File) -> Result<Self, String> {
        let set = &file.object;
        let needed = |tag, name: &str| {
            let value = whole(set, tag).ok_or_else(|| format!("{name} is missing"))?;
            u32::try_from(value).map_err(|_| format!("{name} is {value}"))
        };
        let pixels = file.pixels.as_ref().ok_or("it has no pixels")?;
        let samples = whole(set, tags::SAMPLES_PER_PIXEL).unwrap_or(1);
        if samples != 1 {
            return Err(format!(
                "it has {samples} values a pixel, a colour image; convert it to one \
                 channel of grey"
            ));
        }
        let numbers = match pixels.tag {
            tags::FLOAT_PIXEL_DATA => Numbers::Single,
            tags::DOUBLE_FLOAT_PIXEL_DATA => Numbers::Double,
            _ => Numbers::Whole {
                signed: match whole(set, tags::PIXEL_REPRESENTATION) {
                    None | Some(0) => false,
                    Some(1) => true,
                    Some(other) => return Err(format!("PixelRepresentation is {other}")),
                },
            },
        };
        let (bits_allocated, bits_stored, high_bit) = match numbers {
            Numbers::Single => (32, 32, 31),
            Numbers::Double => (64, 64, 63),
            Numbers::Whole { .. } => {
                let allocated = needed(tags::BITS_ALLOCATED, "BitsAllocated")?;
                let stored = whole(set, tags::BITS_STORED).unwrap_or(allocated.into());
                let high = whole(set, tags::HIGH_BIT).unwrap_or(stored - 1);
                let stored = u32::try_from(stored).unwrap_or(0);
                let high = u32::try_from(high).unwrap_or(u32::MAX);
                if ![1, 8, 16, 32].contains(&allocated)
                    || !(1..=allocated).contains(&stored)
                    || !(stored - 1..allocated).contains(&high)
                {
                    return Err(format!(
                        "BitsAllocated {allocated}, BitsStored {stored} and HighBit {high} are \
                         no pixel format that is read (1, 8, 16 or 32 bits)"
                    ));
                }
                (allocated, stored, high)
            }
        };
        let format = Self {
            rows: needed(tags::ROWS, "Rows")? as usize,
            columns: needed(tags::COLUMNS, "Columns")? as usize,
            frames: frame_count(file)?,
            numbers,
            bits_allocated,
            bits_stored,
            high_bit,
        };
        format.check_size(file)?;
        Ok(format)
    }

    fn check_size(&self, file: &File) -> Result<(), String> {
        let sizes = [self.columns, self.rows, self.frames].map(|size| size as u64);
        let voxels = voxel_count(&sizes)?;
        match file.pixels.as_ref().map(|pixels| &pixels.body) {
            Some(Body::Native(_)) if file.syntax.codec != Codec::Native => Err(format!(
                "the transfer syntax {} ({}) compresses pixels, but these are not; write the \
                 file anew, for example with `gdcmconv --raw`",
                file.syntax.name, file.syntax.uid
            )),
            Some(Body::Native(range)) => {
                let expected = (voxels * u64::from(self.bits_allocated)).div_ceil(8);
                if (range.len() as u64) < expected {
                    return Err(format!(
                        "the pixels have {} bytes, but {} x {} x {} of {} bits take {expected}; \
                         the file is truncated: copy it again",
                        range.len(),
                        self.columns,
                        self.rows,
                        self.frames,
                        self.bits_allocated
                    ));
                }
                Ok(())
            }
            Some(Body::Fragments {
                fragments,
                truncated,
                ..
            }) => {
                if fragments.len() < self.frames {
                    let state = if *truncated { "; it is truncated" } else { "" };
                    return Err(format!(
                        "the file has {} compressed frames where NumberOfFrames is {}{state}",
                        fragments.len(),
                        self.frames
                    ));
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn value(&self, raw: u32, bits: u32) -> f64 {
        let shift = 32 - bits;
        if self.numbers == (Numbers::Whole { signed: true }) {
            f64::from(((raw << shift) as i32) >> shift)
        } else {
            f64::from((raw << shift) >> shift)
        }
    }
}

fn frame_count(file: &File) -> Result<usize, String> {
    let Some(count) = whole(&file.object, tags::NUMBER_OF_FRAMES) else {
        return Ok(1);
    };
    usize::try_from(count)
        .ok()
        .filter(|&count| count > 0)
        .ok_or_else(|| format!("NumberOfFrames is {count}"))
}

impl File {
    /// Stored values of a frame (counted from 0), row after row: bits that
    /// aren't stored are masked and signs extended, and nothing is rescaled.
    ///
    /// # Errors
    /// A frame that isn't there, a compression that isn't read, damaged data.
    pub(crate) fn stored(&self, format: &PixelFormat, frame: usize) -> Result<Vec<f64>, Error> {
        stored(self, format, frame).map_err(|problem| self.error(problem))
    }
}

fn stored(file: &File, format: &PixelFormat, frame: usize) -> Result<Vec<f64>, String> {
    let pixels = file.pixels.as_ref().ok_or("it has no pixels")?;
    if frame >= format.frames {
        let count = format.frames;
        return Err(format!("there is no frame {} of {count}", frame + 1));
    }
    match &pixels.body {
        Body::Native(range) => {
            let bytes = file.bytes.get(range.clone()).unwrap_or_default();
            let big = file.encoding.big_endian;
            // In big-endian words of two bytes the second pixel comes first.
            let swapped = big && pixels.vr == VR::OW;
            native(bytes, format, frame, big, swapped)
        }
        Body::Fragments { .. } => {
            let data = codec::frame_data(file, &pixels.body, format, frame)?;
            let decoded = match file.syntax.codec {
                Codec::Rle => codec::rle(&data, format),
                Codec::Deflated => codec::deflated(&data, format),
                Codec::JpegLs => codec::jpeg_ls(&data, format),
                Codec::Jpeg | Codec::Jpeg2000 => codec::jpeg(&data, format, file.syntax.codec),
                Codec::Native | Codec::Other => Err(format!(
                    "pixels in the transfer syntax {} ({}) can't be read; decompress the file, \
                     for example with `gdcmconv --raw` or `dcmdjpeg`",
                    file.syntax.name, file.syntax.uid
                )),
            };
            let decoded = decoded.map_err(|problem| format!("frame {}: {problem}", frame + 1))?;
            let mut values = room(format.area() as u64, "pixels")?;
            let bits = decoded.bits;
            let raw = decoded.samples.into_iter();
            values.extend(raw.map(|raw| format.value(raw >> decoded.shift, bits)));
            Ok(values)
        }
    }
}

/// Values of uncompressed pixels.
fn native(
    bytes: &[u8],
    format: &PixelFormat,
    frame: usize,
    big_endian: bool,
    swapped: bool,
) -> Result<Vec<f64>, String> {
    let area = format.area();
    let mut values = room(area as u64, "pixels")?;
    let first = frame * area;
    if format.bits_allocated == 1 {
        let bits = (first..first + area).map(|pixel| {
            let byte = bytes.get(pixel / 8).copied().unwrap_or(0);
            f64::from((byte >> (pixel % 8)) & 1)
        });
        values.extend(bits);
        return Ok(values);
    }
    let width = format.bits_allocated as usize / 8;
    let part = bytes
        .get(first * width..(first + area) * width)
        .ok_or("the pixels end early")?;
    let shift = format.high_bit + 1 - format.bits_stored.min(32);
    let bits = format.bits_stored;
    macro_rules! each {
        ($type:ty, $convert:expr) => {{
            let convert = $convert;
            let chunks = part.as_chunks::<{ size_of::<$type>() }>().0.iter();
            if big_endian {
                values.extend(chunks.map(|&bytes| convert(<$type>::from_be_bytes(bytes))));
            } else {
                values.extend(chunks.map(|&bytes| convert(<$type>::from_le_bytes(bytes))));
            }
        }};
    }
    match (format.numbers, width) {
        (Numbers::Single, _) => each!(f32, f64::from),
        (Numbers::Double, _) => each!(f64, |value| value),
        (_, 1) if swapped => values.extend((first..first + area).map(|pixel| {
            let byte = bytes.get(pixel ^ 1).copied().unwrap_or(0);
            format.value(u32::from(byte) >> shift, bits)
        })),
        (_, 1) => each!(u8, |raw| format.value(u32::from(raw) >> shift, bits)),
        (_, 2) => each!(u16, |raw| format.value(u32::from(raw) >> shift, bits)),
        _ => each!(u32, |raw| format.value(raw >> shift, bits)),
    }
    Ok(values)
}
