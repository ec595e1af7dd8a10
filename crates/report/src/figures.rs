//! Figures of the page: drawings inlined, pictures as thumbnails, all of them
//! in the page itself.

use std::io::Cursor;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use serde::Serialize;

use crate::svg::{self, Drawing};
use crate::{Error, read::stage::Stage};

/// A longer drawing is shown as a picture: browsers get slow.
const LONGEST_SVG: u64 = 1_500_000;
/// Longer side of a thumbnail, pixels.
const THUMBNAIL: u32 = 640;
/// Side of the detail beside it, pixels.
const DETAIL: u32 = 320;
/// Quality of the JPEGs, of 100.
const QUALITY: u8 = 82;
/// Colours that overlays draw around positive and unscored nuclei.
const MARKS: [[u8; 3]; 3] = [[240, 228, 66], [230, 159, 0], [213, 94, 0]];

/// A figure with its words. Either a drawing or a picture.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Figure {
    /// What one would see.
    pub alt: String,
    pub caption: String,
    /// A warning after the caption; empty when there is none.
    pub warning: String,
    /// viewBox and inside of an SVG.
    pub view_box: String,
    pub body: String,
    /// A picture as a data URI; empty for a drawing.
    pub picture: String,
    /// A part of the picture at full size, as a data URI; empty for none.
    pub detail: String,
    /// Natural width in pixels.
    pub width: f64,
    /// Natural height of a picture in pixels.
    pub height: u32,
}

/// Makes figures and counts them, so that no two share ids.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    made: usize,
}

impl Figures {
    /// The figure `STEM.svg` of a stage; `STEM.png` when the drawing is too
    /// long; `None` when neither is there.
    pub fn drawing(
        &mut self,
        stage: &Stage,
        stem: &str,
        alt: String,
        caption: String,
    ) -> Result<Option<Figure>, Error> {
        let words = Figure {
            alt,
            caption,
            ..Figure::default()
        };
        let path = stage.folder.join(format!("{stem}.svg"));
        match std::fs::metadata(&path) {
            Ok(file) if file.len() < LONGEST_SVG => {
                let text = std::fs::read_to_string(&path).map_err(Error::io(&path))?;
                let prefix = self.prefix();
                let Drawing {
                    view_box,
                    width,
                    body,
                } = svg::drawing(&text, &prefix)
                    .map_err(|problem| Error::Figure { path, problem })?;
                Ok(Some(Figure {
                    view_box,
                    width,
                    body,
                    ..words
                }))
            }
            _ => picture(&stage.folder.join(format!("{stem}.png")), words),
        }
    }

    fn prefix(&mut self) -> String {
        self.made += 1;
        format!("f{}-", self.made)
    }
}

/// A PNG as it is.
fn picture(path: &Path, words: Figure) -> Result<Option<Figure>, Error> {
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = std::fs::read(path).map_err(Error::io(path))?;
    let (width, height) =
        image::ImageReader::with_format(Cursor::new(&bytes), image::ImageFormat::Png)
            .into_dimensions()
            .map_err(|cause| Error::Picture {
                path: path.to_owned(),
                cause,
            })?;
    Ok(Some(Figure {
        picture: uri("png", &bytes),
        width: f64::from(width),
        height,
        ..words
    }))
}

/// A small JPEG of an overlay. Thin outlines fade in it: where cells have some,
/// the part with most of them stands beside it at full size.
pub(crate) fn thumbnail(path: &Path, words: Figure) -> Result<Figure, Error> {
    let failed = |cause| Error::Picture {
        path: path.to_owned(),
        cause,
    };
    let bytes = std::fs::read(path).map_err(Error::io(path))?;
    let picture = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png)
        .map_err(failed)?
        .into_rgb8();
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    if longer <= THUMBNAIL {
        return Ok(Figure {
            picture: jpeg(&picture).map_err(failed)?,
            width: f64::from(width),
            height,
            ..words
        });
    }
    let side = |n: u32| ((n * THUMBNAIL).div_ceil(longer)).max(1);
    let small = image::imageops::resize(&picture, side(width), side(height), FilterType::Triangle);
    let detail = match busiest(&picture) {
        Some((x, y)) => {
            let part = image::imageops::crop_imm(&picture, x, y, DETAIL, DETAIL);
            jpeg(&part.to_image()).map_err(failed)?
        }
        None => String::new(),
    };
    Ok(Figure {
        picture: jpeg(&small).map_err(failed)?,
        detail,
        width: f64::from(small.width()),
        height: small.height(),
        ..words
    })
}

/// Corner of the window with most pixels in the colours of marks; the first of
/// equal ones; `None` when there is no such pixel, or the picture is too small.
fn busiest(picture: &RgbImage) -> Option<(u32, u32)> {
    let last = |length: u32| length.checked_sub(DETAIL);
    let (right, bottom) = (last(picture.width())?, last(picture.height())?);
    let step = DETAIL as usize / 2;
    let marked = |x: u32, y: u32| {
        image::imageops::crop_imm(picture, x, y, DETAIL, DETAIL)
            .to_image()
            .pixels()
            .filter(|pixel| MARKS.contains(&pixel.0))
            .count()
    };
    let mut best = (0, None);
    for y in (0..=bottom).step_by(step) {
        for x in (0..=right).step_by(step) {
            let count = marked(x, y);
            if count > best.0 {
                best = (count, Some((x, y)));
            }
        }
    }
    best.1
}

fn jpeg(picture: &RgbImage) -> Result<String, image::ImageError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture)?;
    Ok(uri("jpeg", &bytes))
}

fn uri(kind: &str, bytes: &[u8]) -> String {
    format!("data:image/{kind};base64,{}", STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbnails_are_small_and_keep_their_form() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("overlay.png");
        RgbImage::new(1280, 320).save(&path).unwrap();
        let figure = thumbnail(&path, Figure::default()).unwrap();
        assert_eq!((figure.width, figure.height), (640.0, 160));
        assert!(figure.picture.starts_with("data:image/jpeg;base64,/9j/"));
        assert!(figure.detail.is_empty(), "nothing is marked");
        std::fs::write(&path, b"no picture").unwrap();
        let error = thumbnail(&path, Figure::default()).unwrap_err();
        assert!(error.to_string().contains("overlay.png"), "{error}");
    }

    #[test]
    fn the_detail_is_where_most_is_marked() {
        let mut picture = RgbImage::new(1000, 700);
        assert_eq!(busiest(&picture), None);
        for x in 610..630 {
            picture.put_pixel(x, 500, image::Rgb(MARKS[2]));
        }
        picture.put_pixel(3, 3, image::Rgb(MARKS[0]));
        assert_eq!(busiest(&picture), Some((320, 320)));
        assert_eq!(busiest(&RgbImage::new(1000, 100)), None);
    }

    #[test]
    fn a_long_drawing_is_shown_as_a_picture() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("correlate");
        std::fs::create_dir(&place).unwrap();
        let stage = Stage::open(folder.path(), "correlate", tables::Format::Csv).unwrap();
        let mut figures = Figures::default();
        let mut draw = || figures.drawing(&stage, "heatmap", String::new(), String::new());
        assert!(draw().unwrap().is_none());
        RgbImage::new(8, 4).save(place.join("heatmap.png")).unwrap();
        std::fs::write(place.join("heatmap.svg"), "<svg viewBox=\"0 0 8 4\"></svg>").unwrap();
        assert_eq!(draw().unwrap().unwrap().view_box, "0 0 8 4");
        let long = " ".repeat(LONGEST_SVG as usize);
        std::fs::write(place.join("heatmap.svg"), long).unwrap();
        let picture = draw().unwrap().unwrap().picture;
        assert!(picture.starts_with("data:image/png;base64,iVBOR"));
    }
}
