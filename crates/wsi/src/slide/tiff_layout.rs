//! What one directory of a TIFF holds: how it is cut into chunks and coloured.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use tiff::decoder::{ChunkType, Decoder, IfdDecoder};
use tiff::tags::Tag;
use tiff::{ColorType, Directory};

use super::{jpeg_colour, jpeg_end};

pub(super) type FileDecoder = Decoder<BufReader<File>>;

/// The tag Compression of data as it is.
const UNCOMPRESSED: u16 = 1;
/// The tag Compression of JPEG data.
const JPEG: u16 = 7;
/// Enough of a chunk to hold the header of a JPEG.
const HEADER_BYTES: u64 = 4096;

/// More directories than this are a stack or a damaged file, not a pyramid.
const MOST_DIRECTORIES: usize = 256;

/// The directories in their order, up to the first that can't be followed.
pub(super) fn directories(decoder: &mut FileDecoder) -> Vec<Directory> {
    let mut found = Vec::new();
    let mut next = decoder.ifd_pointer();
    while let Some(pointer) = next
        && found.len() < MOST_DIRECTORIES
    {
        let Ok(directory) = decoder.read_directory(pointer) else {
            tracing::warn!(
                directory = found.len(),
                "unreadable TIFF directory; it and what follows are ignored"
            );
            break;
        };
        next = directory.next();
        found.push(directory);
    }
    found
}

/// Width and height that each directory states; 0 where it doesn't.
pub(super) fn sizes(decoder: &mut FileDecoder) -> Vec<(usize, usize)> {
    let directories = directories(decoder);
    let size = |directory| {
        let mut tags = decoder.read_directory_tags(directory);
        let mut side = |tag| number(&mut tags, tag).unwrap_or(0) as usize;
        (side(Tag::ImageWidth), side(Tag::ImageLength))
    };
    directories.iter().map(size).collect()
}

/// A tag as a number; `None` when it is absent or none.
pub(super) fn number(tags: &mut IfdDecoder<'_>, tag: Tag) -> Option<u64> {
    tags.find_tag_unsigned(tag).ok().flatten()
}

/// How the samples of a pixel become RGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Gray,
    Rgb,
    /// With straight alpha.
    Rgba,
    /// With associated alpha: the colours are multiplied by it.
    RgbaAssociated,
    YCbCr,
}

impl Colour {
    pub(super) fn samples(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb | Self::YCbCr => 3,
            Self::Rgba | Self::RgbaAssociated => 4,
        }
    }
}

/// Where the bytes of a chunk are. A chunk of no bytes is one that the scanner left
/// out: empty glass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) offset: u64,
    pub(super) bytes: u64,
}

/// One image of the file.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) directory: usize,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) chunk_width: usize,
    pub(super) chunk_height: usize,
    pub(super) tiled: bool,
    /// Each sample of a pixel has chunks of its own.
    pub(super) planar: bool,
    pub(super) colour: Colour,
    compression: u16,
    /// Samples of a pixel in a chunk as stored.
    stored_samples: usize,
    extents: Vec<Extent>,
}

impl Layout {
    pub(super) fn chunks_across(&self) -> usize {
        self.width.div_ceil(self.chunk_width)
    }

    pub(super) fn chunks_down(&self) -> usize {
        self.height.div_ceil(self.chunk_height)
    }

    /// Of the directory the decoder stands at; the reason if it can't be read.
    pub(super) fn of(
        decoder: &mut FileDecoder,
        directory: usize,
        file_bytes: u64,
    ) -> Result<Self, String> {
        let (width, height) = decoder.dimensions().map_err(|e| e.to_string())?;
        let compression: u16 = tag(decoder, Tag::Compression)?.unwrap_or(UNCOMPRESSED);
        check_compression(compression)?;
        let (chunk_width, chunk_height) = decoder.chunk_dimensions();
        if width == 0 || height == 0 || chunk_width == 0 || chunk_height == 0 {
            return Err("it has an empty image".into());
        }
        let tiled = decoder.get_chunk_type() == ChunkType::Tile;
        let planar = tag::<u16>(decoder, Tag::PlanarConfiguration)? == Some(2);
        let samples: usize = tag(decoder, Tag::SamplesPerPixel)?.unwrap_or(1);
        let mut layout = Self {
            directory,
            width: width as usize,
            height: height as usize,
            chunk_width: chunk_width as usize,
            chunk_height: (chunk_height as usize).min(height as usize),
            tiled,
            planar,
            colour: colour(decoder)?,
            compression,
            stored_samples: if planar { 1 } else { samples },
            extents: extents(decoder, tiled)?,
        };
        layout.check_extents(file_bytes)?;
        // Three samples that may be one or the other.
        if compression == JPEG && matches!(layout.colour, Colour::Rgb | Colour::YCbCr) && !planar {
            let first = layout.extents.iter().find(|extent| extent.bytes > 0);
            let start = first.map_or(0, |extent| extent.offset);
            let header = bytes_at(decoder, start, HEADER_BYTES).map_err(|e| e.to_string())?;
            let ycbcr = jpeg_colour::is_ycbcr(&header, layout.colour == Colour::YCbCr);
            layout.colour = if ycbcr { Colour::YCbCr } else { Colour::Rgb };
        }
        Ok(layout)
    }

    /// Checks that all chunks are listed and lie in the file.
    fn check_extents(&self, file_bytes: u64) -> Result<(), String> {
        let planes = if self.planar {
            self.colour.samples()
        } else {
            1
        };
        let needed = self
            .chunks_across()
            .checked_mul(self.chunks_down())
            .and_then(|chunks| chunks.checked_mul(planes))
            .unwrap_or(usize::MAX);
        if self.extents.len() < needed {
            return Err(format!(
                "it lists {} of {needed} tiles or strips; it is damaged",
                self.extents.len()
            ));
        }
        let stored = self.extents.iter().filter(|extent| extent.bytes > 0);
        let end = stored.map(|e| e.offset.saturating_add(e.bytes)).max();
        match end {
            Some(end) if end > file_bytes => Err(format!(
                "it is truncated: {file_bytes} bytes of at least {end}"
            )),
            _ => Ok(()),
        }
    }

    /// Whether a chunk has no bytes.
    pub(super) fn is_empty(&self, chunk: usize) -> bool {
        self.extents[chunk].bytes == 0
    }

    /// Checks that a chunk has all of its bytes where its decoder would not tell: it
    /// reads on into what follows, or fills the rest with flat colour.
    pub(super) fn check_chunk(
        &self,
        decoder: &mut FileDecoder,
        chunk: usize,
    ) -> Result<(), String> {
        let Extent { offset, bytes } = self.extents[chunk];
        let whole = match self.compression {
            UNCOMPRESSED => bytes >= self.raw_bytes(chunk),
            JPEG => {
                let length = bytes.min(jpeg_end::TAIL_BYTES);
                let tail = bytes_at(decoder, offset + bytes - length, length);
                jpeg_end::is_whole(&tail.map_err(|error| error.to_string())?)
            }
            _ => true,
        };
        if whole {
            return Ok(());
        }
        Err(format!(
            "tile or strip {chunk} is cut short at {bytes} bytes"
        ))
    }

    /// Bytes of a chunk without compression: tiles are padded, strips are not.
    fn raw_bytes(&self, chunk: usize) -> u64 {
        let row = chunk % (self.chunks_across() * self.chunks_down()) / self.chunks_across();
        let height = if self.tiled {
            self.chunk_height
        } else {
            self.chunk_height.min(self.height - row * self.chunk_height)
        };
        (self.chunk_width * height * self.stored_samples) as u64
    }

    /// Whether this image is `full`, made smaller: a level of its pyramid.
    pub(super) fn is_level_of(&self, full: &Self) -> bool {
        self.tiled == full.tiled && is_reduced((self.width, self.height), (full.width, full.height))
    }
}

/// Whether an image of the size `small` may be one of the size `full`, made smaller.
pub(super) fn is_reduced(small: (usize, usize), full: (usize, usize)) -> bool {
    let x = full.0 as f64 / small.0 as f64;
    let y = full.1 as f64 / small.1 as f64;
    // Sides are rounded to whole pixels, which matters on small levels.
    let slack = 0.01 + 1.0 / small.0.min(small.1) as f64;
    x > 1.5 && (x / y - 1.0).abs() < slack
}

fn extents(decoder: &mut FileDecoder, tiled: bool) -> Result<Vec<Extent>, String> {
    let (offsets, counts) = if tiled {
        (Tag::TileOffsets, Tag::TileByteCounts)
    } else {
        (Tag::StripOffsets, Tag::StripByteCounts)
    };
    let mut list = |tag| decoder.get_tag_u64_vec(tag).map_err(|e| e.to_string());
    let (offsets, counts) = (list(offsets)?, list(counts)?);
    let pairs = offsets.into_iter().zip(counts);
    Ok(pairs
        .map(|(offset, bytes)| Extent { offset, bytes })
        .collect())
}

/// A tag as an unsigned number; `None` when absent.
pub(super) fn tag<T: TryFrom<u64>>(
    decoder: &mut FileDecoder,
    tag: Tag,
) -> Result<Option<T>, String> {
    decoder.find_tag_unsigned(tag).map_err(|e| e.to_string())
}

fn check_compression(compression: u16) -> Result<(), String> {
    match compression {
        UNCOMPRESSED | 5 | JPEG | 8 | 32_773 | 32_946 => Ok(()),
        33_003 | 33_005 | 34_712 => Err(format!(
            "its compression (tag {compression}, JPEG 2000) needs OpenSlide"
        )),
        other => Err(format!(
            "its compression (tag {other}) is not one of none, LZW, deflate, PackBits, JPEG"
        )),
    }
}

/// Which kind of alpha; straight where the file does not say.
fn alpha(decoder: &mut FileDecoder) -> Result<Colour, String> {
    let extra = decoder
        .find_tag_unsigned_vec::<u16>(Tag::ExtraSamples)
        .map_err(|e| e.to_string())?
        .unwrap_or_default();
    Ok(match extra.first() {
        Some(1) => Colour::RgbaAssociated,
        _ => Colour::Rgba,
    })
}

fn colour(decoder: &mut FileDecoder) -> Result<Colour, String> {
    match decoder.colortype().map_err(|e| e.to_string())? {
        ColorType::Gray(8) => Ok(Colour::Gray),
        ColorType::RGB(8) => Ok(Colour::Rgb),
        ColorType::RGBA(8) => Ok(alpha(decoder)?),
        ColorType::YCbCr(8) => Ok(Colour::YCbCr),
        other => Err(format!(
            "its pixels are {other:?}; only 8-bit gray, RGB, RGBA and YCbCr are slides"
        )),
    }
}

/// At most `length` bytes of the file from `offset`.
fn bytes_at(decoder: &mut FileDecoder, offset: u64, length: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = decoder.inner();
    let before = file.stream_position()?;
    file.seek(SeekFrom::Start(offset))?;
    file.by_ref().take(length).read_to_end(&mut bytes)?;
    file.seek(SeekFrom::Start(before))?;
    Ok(bytes)
}
