//! Slides that OpenSlide knows.

use std::path::{Path, PathBuf};

use openslide_rs::{Address, OpenSlide, Region, Size};

use super::mpp::{ResolutionUnit, ScaleHints};
use super::{Area, Level, SlideReader, cannot_open, inside, paste, tiff, whiten};
use crate::error::Error;

/// OpenSlide paints small squares faster than large ones, and squares on a grid
/// decode each tile of the file fewer times.
const SQUARE: usize = 512;

pub(super) struct OpenSlideReader {
    path: PathBuf,
    slide: OpenSlide,
    levels: Vec<Level>,
    hints: ScaleHints,
}

impl OpenSlideReader {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let slide = OpenSlide::new(path)
            .map_err(|error| cannot_open(path, format!("OpenSlide: {error}")))?;
        let levels: Vec<Level> = slide
            .all_level_dimensions()
            .iter()
            .zip(slide.all_level_downsamples())
            .map(|(size, &downsample)| Level {
                width: size.w as usize,
                height: size.h as usize,
                downsample,
            })
            .collect();
        if levels.is_empty() {
            return Err(cannot_open(path, "OpenSlide: it has no levels".into()));
        }
        let vendor = slide.property_value("openslide.vendor");
        let own = match vendor.as_deref() {
            Ok("generic-tiff") => generic_hints(path, &levels[0])?,
            _ => None,
        };
        let hints = own.unwrap_or_else(|| hints(&slide));
        Ok(Self {
            path: path.to_path_buf(),
            slide,
            levels,
            hints,
        })
    }

    /// Reads one square of a level; it must lie inside of the level.
    fn square(
        &self,
        level: usize,
        x: usize,
        y: usize,
        size: (usize, usize),
    ) -> Result<Vec<u8>, String> {
        // OpenSlide wants the corner in level-0 pixels. Rounding up keeps it in the
        // intended pixel of the level; the shift is less than a level-0 pixel.
        let downsample = self.levels[level].downsample;
        let level0 = |position: usize| (position as f64 * downsample).ceil() as u32;
        let region = Region {
            address: Address {
                x: level0(x),
                y: level0(y),
            },
            level: u32::try_from(level).map_err(|error| error.to_string())?,
            size: Size {
                w: size.0 as u32,
                h: size.1 as u32,
            },
        };
        let argb = self
            .slide
            .read_region(&region)
            .map_err(|error| error.to_string())?;
        let mut rgb = Vec::with_capacity(argb.len() / 4 * 3);
        for pixel in argb.as_chunks::<4>().0 {
            let [alpha, red, green, blue] = u32::from_ne_bytes(*pixel).to_be_bytes();
            // Premultiplied colour over white.
            let white = 255 - alpha;
            rgb.extend([red, green, blue].map(|c| c.saturating_add(white)));
        }
        Ok(rgb)
    }
}

impl SlideReader for OpenSlideReader {
    fn path(&self) -> &Path {
        &self.path
    }

    fn reader(&self) -> &'static str {
        "openslide"
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
        let size = self
            .levels
            .get(level)
            .ok_or_else(|| failed("there is no such level".into()))?;
        whiten(rgb, area);
        let Some((x, y, width, height)) = inside(area, size.width, size.height) else {
            return Ok(());
        };
        for top in grid(y, y + height) {
            for left in grid(x, x + width) {
                let square_size = (left.1 - left.0, top.1 - top.0);
                let square = self
                    .square(level, left.0, top.0, square_size)
                    .map_err(failed)?;
                paste(&square, (left.0, top.0), square_size, area, rgb);
            }
        }
        Ok(())
    }
}

/// The range cut at the multiples of [`SQUARE`].
fn grid(start: usize, end: usize) -> impl Iterator<Item = (usize, usize)> {
    (start / SQUARE..end.div_ceil(SQUARE))
        .map(move |i| ((i * SQUARE).max(start), ((i + 1) * SQUARE).min(end)))
}

/// Of a TIFF of no vendor, OpenSlide takes the first directory for level 0 or at least
/// for its resolution, though it may be a thumbnail.
fn generic_hints(path: &Path, full: &Level) -> Result<Option<ScaleHints>, Error> {
    let size = (full.width, full.height);
    if tiff::has_larger(path, size) {
        return Err(cannot_open(
            path,
            "OpenSlide: it takes a thumbnail for the slide".into(),
        ));
    }
    Ok(tiff::hints_of_later(path, size))
}

fn hints(slide: &OpenSlide) -> ScaleHints {
    let text = |name: &str| slide.property_value(name).ok();
    let number = |name: &str| text(name)?.trim().parse::<f64>().ok();
    let pair = |x: &str, y: &str| number(x).map(|x| (x, number(y).unwrap_or(x)));
    let unit = match text("tiff.ResolutionUnit").as_deref() {
        Some("centimeter") => Some(ResolutionUnit::Centimetre),
        Some("inch") => Some(ResolutionUnit::Inch),
        _ => None,
    };
    ScaleHints {
        vendor_um: pair("openslide.mpp-x", "openslide.mpp-y"),
        description: text("tiff.ImageDescription"),
        resolution: pair("tiff.XResolution", "tiff.YResolution")
            .zip(unit)
            .map(|((x, y), unit)| (x, y, unit)),
        objective_power: number("openslide.objective-power"),
    }
}
