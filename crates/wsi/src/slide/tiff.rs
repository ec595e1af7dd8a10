//! Tiled and stripped TIFF, BigTIFF and OME-TIFF, read a chunk at a time.
//!
//! The slide is the largest image of the shape of the first (some files begin with a
//! thumbnail). Images that are smaller copies of it are its levels; all others
//! (labels, macros, stacks) are ignored. Levels in SubIFDs are not seen: such a slide
//! is read from its full resolution.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

use super::chunk_cache::ChunkCache;
use super::mpp::{ResolutionUnit, ScaleHints, aperio_value};
use super::picture::blend_over_white;
use super::tiff_layout::{Colour, FileDecoder, Layout, is_reduced, sizes, tag};
use super::{Area, Level, SlideReader, cannot_open, inside, jpeg_colour, paste, whiten};
use crate::error::Error;

pub(super) struct TiffSlide {
    path: PathBuf,
    levels: Vec<Level>,
    layouts: Vec<Layout>,
    hints: ScaleHints,
    cache: ChunkCache,
    /// Idle decoders a level; a thread takes one or opens another.
    idle: Vec<Mutex<Vec<FileDecoder>>>,
}

impl TiffSlide {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let refuse = |reason: String| cannot_open(path, format!("TIFF: {reason}"));
        let mut decoder = new_decoder(path).map_err(&refuse)?;
        let bytes = std::fs::metadata(path)
            .map_err(|e| refuse(e.to_string()))?
            .len();
        let sizes = sizes(&mut decoder);
        let number = full_directory(&sizes);
        let full = layout(&mut decoder, number, bytes)
            .map_err(|reason| refuse(format!("directory {number}: {reason}")))?;
        let hints = hints(&mut decoder);
        // A side image that can't be decoded is no reason to refuse the slide.
        let mut layouts: Vec<Layout> = (0..sizes.len())
            .filter_map(|number| layout(&mut decoder, number, bytes).ok())
            .filter(|layout| layout.is_level_of(&full))
            .collect();
        layouts.push(full);
        layouts.sort_by_key(|layout| std::cmp::Reverse(layout.width));
        let full_width = layouts[0].width as f64;
        let levels = layouts
            .iter()
            .map(|l| Level {
                width: l.width,
                height: l.height,
                downsample: full_width / l.width as f64,
            })
            .collect();
        let idle = layouts.iter().map(|_| Mutex::default()).collect();
        Ok(Self {
            path: path.to_path_buf(),
            levels,
            layouts,
            hints,
            cache: ChunkCache::default(),
            idle,
        })
    }

    /// A chunk as RGB, of the size [`Layout`] says less what hangs over the edge.
    fn chunk(&self, level: usize, index: u32) -> Result<Arc<Vec<u8>>, String> {
        if let Some(chunk) = self.cache.get((level, index)) {
            return Ok(chunk);
        }
        let idle = &self.idle[level];
        let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut decoder = match taken {
            Some(decoder) => decoder,
            None => {
                let mut decoder = new_decoder(&self.path)?;
                decoder
                    .seek_to_image(self.layouts[level].directory)
                    .map_err(|e| e.to_string())?;
                decoder
            }
        };
        let chunk = Arc::new(decode(&mut decoder, &self.layouts[level], index)?);
        idle.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(decoder);
        self.cache.put((level, index), &chunk);
        Ok(chunk)
    }
}

impl SlideReader for TiffSlide {
    fn path(&self) -> &Path {
        &self.path
    }

    fn reader(&self) -> &'static str {
        "tiff"
    }

    fn levels(&self) -> &[Level] {
        &self.levels
    }

    fn scale_hints(&self) -> &ScaleHints {
        &self.hints
    }

    fn read_region(&self, level: usize, area: Area, rgb: &mut Vec<u8>) -> Result<(), Error> {
        let failed = |reason: String| Error::Read {
            path: self.path.clone(),
            what: format!("{area} of level {level}"),
            reason,
        };
        let layout = self
            .layouts
            .get(level)
            .ok_or_else(|| failed("there is no such level".into()))?;
        whiten(rgb, area);
        let Some((x, y, width, height)) = inside(area, layout.width, layout.height) else {
            return Ok(());
        };
        for row in y / layout.chunk_height..(y + height).div_ceil(layout.chunk_height) {
            for column in x / layout.chunk_width..(x + width).div_ceil(layout.chunk_width) {
                let index = u32::try_from(row * layout.chunks_across() + column)
                    .map_err(|error| failed(error.to_string()))?;
                let chunk = self.chunk(level, index).map_err(&failed)?;
                let at = (column * layout.chunk_width, row * layout.chunk_height);
                let size = data_size(layout, column, row);
                paste(&chunk, at, size, area, rgb);
            }
        }
        Ok(())
    }
}

fn layout(decoder: &mut FileDecoder, directory: usize, bytes: u64) -> Result<Layout, String> {
    decoder
        .seek_to_image(directory)
        .map_err(|e| e.to_string())?;
    Layout::of(decoder, directory, bytes)
}

/// The number of the largest image that the first is a copy of, else of the first. It
/// may be unreadable: a thumbnail must not stand in for a slide.
fn full_directory(sizes: &[(usize, usize)]) -> usize {
    let larger = (1..sizes.len()).filter(|&i| is_reduced(sizes[0], sizes[i]));
    larger
        .min_by_key(|&i| std::cmp::Reverse(sizes[i].0))
        .unwrap_or(0)
}

/// Width and height of a chunk less its padding.
fn data_size(layout: &Layout, column: usize, row: usize) -> (usize, usize) {
    let width = layout
        .chunk_width
        .min(layout.width - column * layout.chunk_width);
    let height = layout
        .chunk_height
        .min(layout.height - row * layout.chunk_height);
    (width, height)
}

pub(super) fn new_decoder(path: &Path) -> Result<FileDecoder, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let mut limits = Limits::default();
    // Offsets of the tiles of the largest slides; the default stops at 1 MiB.
    limits.ifd_value_size = 64 << 20;
    Ok(Decoder::new(BufReader::new(file))
        .map_err(|e| e.to_string())?
        .with_limits(limits))
}

fn decode(decoder: &mut FileDecoder, layout: &Layout, index: u32) -> Result<Vec<u8>, String> {
    let across = layout.chunks_across();
    let (width, height) = data_size(layout, index as usize % across, index as usize / across);
    let samples = layout.colour.samples();
    let planes = if layout.planar { samples } else { 1 };
    let plane = across * layout.chunks_down();
    let chunks = (0..planes).map(|number| index as usize + number * plane);
    if chunks.clone().all(|chunk| layout.is_empty(chunk)) {
        return Ok(vec![255; 3 * width * height]);
    }
    let mut planes = chunks
        .map(|chunk| read_chunk(decoder, layout, chunk))
        .collect::<Result<Vec<_>, _>>()?;
    let bytes = if planes.len() == 1 {
        planes.swap_remove(0)
    } else {
        (0..planes[0].len())
            .flat_map(|i| planes.iter().map(move |p| p[i]))
            .collect()
    };
    if bytes.len() < width * height * samples {
        return Err(format!("tile or strip {index} is too short"));
    }
    Ok(to_rgb(bytes, layout.colour))
}

fn read_chunk(decoder: &mut FileDecoder, layout: &Layout, chunk: usize) -> Result<Vec<u8>, String> {
    layout.check_chunk(decoder, chunk)?;
    match decoder.read_chunk(chunk as u32) {
        Ok(DecodingResult::U8(bytes)) => Ok(bytes),
        Ok(_) => Err("its samples are not 8-bit".into()),
        Err(error) => Err(error.to_string()),
    }
}

fn to_rgb(bytes: Vec<u8>, colour: Colour) -> Vec<u8> {
    match colour {
        Colour::Rgb => bytes,
        Colour::Gray => bytes.iter().flat_map(|&v| [v; 3]).collect(),
        Colour::YCbCr => {
            let mut rgb = bytes;
            for pixel in rgb.as_chunks_mut::<3>().0 {
                *pixel = jpeg_colour::to_rgb(pixel[0], pixel[1], pixel[2]);
            }
            rgb
        }
        Colour::Rgba => {
            let pixels = bytes.as_chunks::<4>().0.iter();
            pixels
                .flat_map(|&[r, g, b, a]| [r, g, b].map(|c| blend_over_white(c, a)))
                .collect()
        }
        Colour::RgbaAssociated => {
            let pixels = bytes.as_chunks::<4>().0.iter();
            pixels
                .flat_map(|&[r, g, b, a]| [r, g, b].map(|c| c.saturating_add(255 - a)))
                .collect()
        }
    }
}

/// Whether the file has an image that one of the size `small` is a copy of.
#[cfg(feature = "openslide")]
pub(super) fn has_larger(path: &Path, small: (usize, usize)) -> bool {
    new_decoder(path)
        .is_ok_and(|mut decoder| sizes(&mut decoder).iter().any(|&s| is_reduced(small, s)))
}

/// What the directory of the image of this size says of its scale; `None` when it is
/// the first directory, or there is none.
#[cfg(feature = "openslide")]
pub(super) fn hints_of_later(path: &Path, size: (usize, usize)) -> Option<ScaleHints> {
    let mut decoder = new_decoder(path).ok()?;
    let number = sizes(&mut decoder).iter().position(|&s| s == size)?;
    if number == 0 {
        return None;
    }
    decoder.seek_to_image(number).ok()?;
    Some(hints(&mut decoder))
}

fn hints(decoder: &mut FileDecoder) -> ScaleHints {
    let description = decoder.get_tag_ascii_string(Tag::ImageDescription).ok();
    let unit = match tag::<u16>(decoder, Tag::ResolutionUnit) {
        // Inch is the default of the standard, but who leaves the unit out seldom
        // means the number: such a resolution is not used.
        Ok(Some(2)) => Some(ResolutionUnit::Inch),
        Ok(Some(3)) => Some(ResolutionUnit::Centimetre),
        _ => None,
    };
    let x = ratio(decoder, Tag::XResolution);
    let y = ratio(decoder, Tag::YResolution).or(x);
    let aperio = |key| aperio_value(description.as_deref()?, key);
    ScaleHints {
        vendor_um: aperio("MPP").map(|um| (um, um)),
        objective_power: aperio("AppMag"),
        resolution: x.zip(y).zip(unit).map(|((x, y), unit)| (x, y, unit)),
        description,
    }
}

fn ratio(decoder: &mut FileDecoder, tag: Tag) -> Option<f64> {
    let value = decoder.find_tag(tag).ok()??;
    match value {
        tiff::decoder::ifd::Value::Rational(top, bottom) => {
            Some(f64::from(top) / f64::from(bottom))
        }
        tiff::decoder::ifd::Value::Float(value) => Some(f64::from(value)),
        tiff::decoder::ifd::Value::Double(value) => Some(value),
        _ => None,
    }
}
