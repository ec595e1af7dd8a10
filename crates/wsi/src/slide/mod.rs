//! Slide files -> blocks of RGB pixels, whatever the format.
//!
//! A reader gives pyramid levels and any rectangle of one of them, in that
//! level's own pixels. [`open`] picks the reader: OpenSlide where it is built in
//! and knows the file, else our own chunked TIFF reader, else PNG and JPEG.

mod chunk_cache;
mod jpeg_colour;
mod jpeg_end;
pub mod mpp;
#[cfg(feature = "openslide")]
mod openslide;
mod picture;
mod tiff;
mod tiff_check;
mod tiff_layout;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
pub use mpp::{PixelSize, ScaleHints};

/// One level of the pyramid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Width in pixels of this level.
    pub width: usize,
    /// Height in pixels of this level.
    pub height: usize,
    /// Level-0 pixels per pixel of this level; 1 for level 0.
    pub downsample: f64,
}

/// A slide that can be read in pieces, from several threads at once.
pub trait SlideReader: Send + Sync {
    /// The file as given; for messages only, never for outputs.
    fn path(&self) -> &Path;

    /// Name of the reader: `openslide`, `tiff` or `image`.
    fn reader(&self) -> &'static str;

    /// The levels, finest first; never empty.
    fn levels(&self) -> &[Level];

    /// What the file says about the size of its pixels.
    fn scale_hints(&self) -> &ScaleHints;

    /// Fills `rgb` with the rectangle at (`x`, `y`) of size `width` x `height`, in
    /// pixels of `level`: row-major, three bytes a pixel. What lies outside of the
    /// slide or is transparent is white.
    ///
    /// # Errors
    /// [`Error::Read`] when there is no such level or the file is damaged.
    fn read_region(&self, level: usize, area: Area, rgb: &mut Vec<u8>) -> Result<(), Error>;
}

/// A rectangle in pixels of a level; it may reach beyond the slide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Left edge.
    pub x: i64,
    /// Top edge.
    pub y: i64,
    /// Width.
    pub width: usize,
    /// Height.
    pub height: usize,
}

impl std::fmt::Display for Area {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} x {} pixels at ({}, {})",
            self.width, self.height, self.x, self.y
        )
    }
}

/// Which reader to open a slide with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reader {
    /// OpenSlide if it knows the file, else by content.
    #[default]
    Auto,
    /// OpenSlide, or fail.
    OpenSlide,
    /// The built-in TIFF reader, or fail.
    Tiff,
    /// The built-in PNG and JPEG reader, or fail.
    Image,
}

/// Version of the OpenSlide library in use; `None` where it isn't built in.
pub fn openslide_version() -> Option<String> {
    #[cfg(feature = "openslide")]
    return openslide_rs::OpenSlide::version().ok();
    #[cfg(not(feature = "openslide"))]
    None
}

/// Fewer pixels than this on a side is not a slide but a broken or wrong file.
const SMALLEST_SIDE: usize = 8;

/// Opens a slide.
///
/// # Errors
/// [`Error::Open`], naming the file and what each reader that was tried said: the
/// file is missing, empty, no image, truncated, smaller than 8 pixels on a side,
/// of tiles too large for memory, an OME-TIFF whose channels are pages of their own,
/// or of a kind that the reader can't decode.
pub fn open(path: &Path, choice: Reader) -> Result<Box<dyn SlideReader>, Error> {
    let kind = Kind::of(path)?;
    if kind == Kind::Tiff {
        tiff_check::check(path).map_err(|reason| cannot_open(path, format!("TIFF: {reason}")))?;
    }
    let slide = match choice {
        Reader::Auto => open_any(path, kind)?,
        Reader::OpenSlide => open_openslide(path)?,
        Reader::Tiff => Box::new(tiff::TiffSlide::open(path)?),
        Reader::Image => Box::new(picture::Picture::open(path)?),
    };
    let Level { width, height, .. } = slide.levels()[0];
    if width.min(height) < SMALLEST_SIDE {
        return Err(cannot_open(
            path,
            format!("it has {width} x {height} pixels, fewer than {SMALLEST_SIDE} on a side"),
        ));
    }
    tracing::debug!(reader = slide.reader(), width, height, "slide opened");
    Ok(slide)
}

fn open_any(path: &Path, kind: Kind) -> Result<Box<dyn SlideReader>, Error> {
    let refusal = match open_openslide(path) {
        Ok(slide) => return Ok(slide),
        Err(Error::Open { reason, .. }) => reason,
        Err(other) => return Err(other),
    };
    let fallback: Result<Box<dyn SlideReader>, Error> = match kind {
        Kind::Tiff => tiff::TiffSlide::open(path).map(|slide| Box::new(slide) as _),
        Kind::Picture => picture::Picture::open(path).map(|slide| Box::new(slide) as _),
        Kind::Other => Err(cannot_open(
            path,
            "it is not a TIFF, PNG or JPEG file".into(),
        )),
    };
    fallback.map_err(|error| match error {
        Error::Open { path, reason } => Error::Open {
            path,
            reason: format!("{reason} ({refusal})"),
        },
        other => other,
    })
}

#[cfg(feature = "openslide")]
fn open_openslide(path: &Path) -> Result<Box<dyn SlideReader>, Error> {
    openslide::OpenSlideReader::open(path).map(|slide| Box::new(slide) as _)
}

#[cfg(not(feature = "openslide"))]
fn open_openslide(path: &Path) -> Result<Box<dyn SlideReader>, Error> {
    Err(cannot_open(
        path,
        "OpenSlide is not part of this build".into(),
    ))
}

fn cannot_open(path: &Path, reason: String) -> Error {
    Error::Open {
        path: path.to_path_buf(),
        reason,
    }
}

/// What the first bytes of a file say that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tiff,
    Picture,
    Other,
}

impl Kind {
    fn of(path: &Path) -> Result<Self, Error> {
        use std::io::Read;
        let mut start = Vec::new();
        // To open a pipe would be to wait for whoever writes to it.
        if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(cannot_open(path, "it is no file".into()));
        }
        std::fs::File::open(path)
            .and_then(|file| file.take(8).read_to_end(&mut start))
            .map_err(|error| cannot_open(path, error.to_string()))?;
        Ok(match start.as_slice() {
            [] => return Err(cannot_open(path, "the file is empty".into())),
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Self::Tiff,
            [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => Self::Picture,
            _ => Self::Other,
        })
    }
}

/// The part of `area` inside a `width` x `height` level, as (x, y, width, height)
/// in unsigned pixels; `None` when they don't meet.
fn inside(area: Area, width: usize, height: usize) -> Option<(usize, usize, usize, usize)> {
    let (x, w) = overlap(area.x, area.width, width)?;
    let (y, h) = overlap(area.y, area.height, height)?;
    Some((x, y, w, h))
}

fn overlap(start: i64, length: usize, limit: usize) -> Option<(usize, usize)> {
    let end = start
        .saturating_add_unsigned(length as u64)
        .min(i64::try_from(limit).ok()?);
    let start = start.max(0);
    (end > start).then_some((start as usize, (end - start) as usize))
}

/// Makes `rgb` a white block of the size of `area`.
fn whiten(rgb: &mut Vec<u8>, area: Area) {
    rgb.clear();
    rgb.resize(3 * area.width * area.height, 255);
}

/// Copies a rectangle of `source` (RGB rows of `source_width` pixels whose first
/// pixel is at (`source_x`, `source_y`) of the level) to where it belongs in a
/// block of `area`.
fn paste(
    source: &[u8],
    source_at: (usize, usize),
    source_size: (usize, usize),
    area: Area,
    rgb: &mut [u8],
) {
    let moved = Area {
        x: area.x - source_at.0 as i64,
        y: area.y - source_at.1 as i64,
        ..area
    };
    let Some((x, y, width, height)) = inside(moved, source_size.0, source_size.1) else {
        return;
    };
    let to_x = (x as i64 - moved.x) as usize;
    let to_y = (y as i64 - moved.y) as usize;
    for row in 0..height {
        let from = 3 * ((y + row) * source_size.0 + x);
        let to = 3 * ((to_y + row) * area.width + to_x);
        rgb[to..to + 3 * width].copy_from_slice(&source[from..from + 3 * width]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_clipped() {
        let area = |x, y, width, height| Area {
            x,
            y,
            width,
            height,
        };
        assert_eq!(inside(area(-2, 1, 4, 4), 10, 3), Some((0, 1, 2, 2)));
        assert_eq!(inside(area(10, 0, 4, 4), 10, 3), None);
        assert_eq!(inside(area(-9, 0, 4, 4), 10, 3), None);
        assert_eq!(inside(area(i64::MAX - 1, 0, 4, 4), 10, 3), None);
    }

    #[test]
    fn files_that_are_no_slides_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes, says) in [
            ("empty.svs", &b""[..], "empty"),
            ("text.svs", &b"not a slide at all"[..], "not a TIFF"),
            ("cut.tif", &b"II*\0\x08\0\0\0"[..], "cut.tif"),
            ("cut.png", &b"\x89PNG\r\n\x1a\n"[..], "cut.png"),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("written");
            let Err(error) = open(&path, Reader::Auto) else {
                panic!("{name} opened")
            };
            let text = error.to_string();
            assert!(text.contains(name) && text.contains(says), "{text}");
        }
        assert!(open(&folder.path().join("absent.svs"), Reader::Auto).is_err());
        assert!(open(folder.path(), Reader::Auto).is_err());
    }

    #[test]
    fn one_pixel_is_no_slide() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("one.png");
        image::RgbImage::new(1, 1).save(&path).expect("written");
        let Err(error) = open(&path, Reader::Auto) else {
            panic!("opened")
        };
        assert!(error.to_string().contains("1 x 1"), "{error}");
    }
}
