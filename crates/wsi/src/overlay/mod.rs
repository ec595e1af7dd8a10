//! Pictures to check a slide by eye.
//!
//! [`Overlay`]: the slide with the outline of its tissue, beside a map of its
//! (positive) cells per mm2. [`patches`]: a few fields as they are and with the
//! outlines of nuclei and cells. [`panel`]: the cells nearest to the threshold. What is
//! in them is chosen by fixed rules ([`Samples`](crate::quantify::Samples)).
//!
//! Colours can be told apart by the colour-blind: classes from Okabe and Ito
//! (negative blue, 1+ yellow, 2+ orange, 3+ vermillion; cells of an unscored stain
//! yellow), densities in viridis.

mod density;
mod page;
pub mod panel;
pub mod patches;
mod sheet;

use image::codecs::jpeg::JpegEncoder;
use image::{RgbImage, imageops};

use crate::error::Error;
use crate::positivity::Class;
use crate::quantify::{Cell, PatchKind, Quantified};
use crate::tissue::TissueMask;
use crate::tissue_outline::Polygon;
use density::Counts;
pub(crate) use sheet::grouped;
use sheet::{Anchor, Colour, INK, Sheet};

/// Room around pictures, px.
const MARGIN: f64 = 24.0;
/// Room above the pictures.
const HEAD: f64 = 84.0;
/// Room below each picture.
const FOOT: f64 = 74.0;
/// A page narrower than this has no room for its text.
const NARROWEST: f64 = 760.0;
/// Width of a thumbnail, px.
const THUMBNAIL: u32 = 480;

/// The slide as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// The slide.
    pub picture: RgbImage,
    /// Size of a pixel in x and y, um.
    pub pixel_um: (f64, f64),
    /// The same with densities; empty until all cells are known.
    map: RgbImage,
    /// Cells per mm2 at the end of the scale.
    top: f64,
    scored: bool,
    counts: Counts,
    /// Number, whether excluded, and outline of the pieces of tissue.
    fragments: Vec<(u32, bool, Vec<Polygon>)>,
    /// Boxes of the patches, um: left, top, width, height.
    boxes: Vec<(PatchKind, [f64; 4])>,
    summary: String,
}

impl Overlay {
    /// Pixels of an overview of this size per pixel of the overlay, so that the page
    /// is at most `side_px` long.
    pub(crate) fn step((width, height): (f64, f64), side_px: usize) -> f64 {
        let side = side_px as f64;
        let (wide, high) = if is_side_by_side(width, height) {
            ((side - 3.0 * MARGIN) / 2.0, side - HEAD - FOOT)
        } else {
            (side - 2.0 * MARGIN, (side - HEAD) / 2.0 - FOOT)
        };
        (width / wide.max(32.0))
            .max(height / high.max(32.0))
            .max(1.0)
    }

    pub(crate) fn new(
        rgb: Vec<u8>,
        (width, height): (usize, usize),
        pixel_um: (f64, f64),
        scored: bool,
    ) -> Self {
        let picture = RgbImage::from_raw(width as u32, height as u32, rgb)
            .expect("the overview has three bytes a pixel");
        Self {
            picture: sheet::without_noise(picture),
            pixel_um,
            map: RgbImage::default(),
            top: 1.0,
            scored,
            counts: Counts::new(width as f64 * pixel_um.0, height as f64 * pixel_um.1),
            fragments: Vec::new(),
            boxes: Vec::new(),
            summary: String::new(),
        }
    }

    /// Counts cells into the map: positive ones where the stain is scored, else all.
    pub(crate) fn draw(&mut self, cells: &[Cell]) {
        for cell in cells {
            if !self.scored || cell.class > Some(Class::Negative) {
                self.counts.add(cell.x_um, cell.y_um);
            }
        }
    }

    /// Draws the map, once all cells are in.
    pub(crate) fn finish(mut self, mask: &TissueMask, result: &Quantified) -> Self {
        let excluded: Vec<u32> = result
            .fragments
            .iter()
            .filter(|f| f.excluded)
            .map(|f| f.fragment)
            .collect();
        let density = self.counts.per_mm2(mask, &excluded);
        (self.map, self.top) = density.map(&self.picture, self.pixel_um, mask, &excluded);
        let rows = result.fragments.iter().zip(&result.tissue);
        self.fragments = rows
            .map(|(row, o)| (row.fragment, row.excluded, o.clone()))
            .collect();
        let patches = result.samples.iter().flat_map(|samples| &samples.patches);
        self.boxes = patches
            .map(|patch| {
                let p = &patch.picture;
                let (w, h) = p.rgb.dimensions();
                let size = [f64::from(w) * p.pixel_um.0, f64::from(h) * p.pixel_um.1];
                (patch.kind, [p.left_um, p.top_um, size[0], size[1]])
            })
            .collect();
        self.summary = summary(result);
        self
    }

    /// Slide and map as a small JPEG, for a list of slides; nothing is written on it.
    ///
    /// # Errors
    /// [`Error::Overlay`] when it cannot be encoded.
    pub fn thumbnail(&self) -> Result<Vec<u8>, Error> {
        let (width, height) = self.picture.dimensions();
        let beside = is_side_by_side(f64::from(width), f64::from(height));
        let (across, down, at) = if beside {
            (2 * width + 8, height, (i64::from(width) + 8, 0))
        } else {
            (width, 2 * height + 8, (0, i64::from(height) + 8))
        };
        let mut both = RgbImage::from_pixel(across, down, image::Rgb([255; 3]));
        imageops::replace(&mut both, &self.picture, 0, 0);
        imageops::replace(&mut both, &self.map, at.0, at.1);
        let scale = (f64::from(THUMBNAIL) / f64::from(across.max(down))).min(1.0);
        let size = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
        let small = imageops::resize(
            &both,
            size(across),
            size(down),
            imageops::FilterType::Triangle,
        );
        let mut bytes = Vec::new();
        small
            .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 82))
            .map_err(|error| Error::Overlay(error.to_string()))?;
        Ok(bytes)
    }
}

fn is_side_by_side(width: f64, height: f64) -> bool {
    width <= 1.4 * height
}

/// The slide in a line.
fn summary(result: &Quantified) -> String {
    let s = &result.summary;
    let mut parts = vec![
        s.stain.clone(),
        format!("{:.2} mm² analysed", s.analysed_mm2),
        format!("{} cells", grouped(s.n_cells)),
    ];
    if let (Some(n), Some(percent)) = (s.n_positive, s.positive_percent) {
        parts.push(format!("{} positive ({percent:.1} %)", grouped(n)));
    }
    let score = result
        .samples
        .as_ref()
        .and_then(|samples| samples.threshold.as_ref());
    if let Some((name, threshold)) = score {
        parts.push(format!("{name} ≥ {threshold}"));
    }
    parts.join("  ·  ")
}

/// Colour of the outlines of a class.
fn colour(class: Option<Class>) -> Colour {
    match class {
        None => [240, 228, 66],
        Some(Class::Negative) => [0, 114, 178],
        Some(Class::OnePlus) => [240, 228, 66],
        Some(Class::TwoPlus) => [230, 159, 0],
        Some(Class::ThreePlus) => [213, 94, 0],
    }
}

/// The key to the colours: of the classes that a stain can have.
fn key(sheet: &mut Sheet, (mut x, y): (f64, f64), scored: bool) {
    let classes: &[(Option<Class>, &str)] = if scored {
        &[
            (Some(Class::Negative), "negative"),
            (Some(Class::OnePlus), "1+"),
            (Some(Class::TwoPlus), "2+"),
            (Some(Class::ThreePlus), "3+"),
        ]
    } else {
        &[(None, "cell")]
    };
    for &(class, name) in classes {
        sheet.rectangle(x, y - 11.0, 18.0, 12.0, colour(class));
        sheet.text((x + 24.0, y), 14.0, Anchor::Start, INK, name);
        x += 44.0 + 8.6 * name.len() as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_keep_to_their_size() {
        for size in [
            (9000.0, 9000.0),
            (20_000.0, 3000.0),
            (100.0, 20_000.0),
            (50.0, 60.0),
        ] {
            let step = Overlay::step(size, 2000);
            let (width, height) = (size.0 / step, size.1 / step);
            let page = if is_side_by_side(width, height) {
                (2.0 * width + 3.0 * MARGIN, HEAD + height + FOOT)
            } else {
                (width + 2.0 * MARGIN, HEAD + 2.0 * (height + FOOT))
            };
            assert!(
                page.0 <= 2000.1 && page.1 <= 2000.1 && step >= 1.0,
                "{size:?} {page:?}"
            );
        }
    }
}
