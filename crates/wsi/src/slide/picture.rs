//! PNG and JPEG: small fields and crops, whole in memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use super::mpp::ScaleHints;
use super::{Area, Level, SlideReader, cannot_open, jpeg_end, paste, whiten};
use crate::error::Error;

/// Largest picture that is taken into memory: 400 megapixels, 1.2 GB.
const MOST_PIXELS: u64 = 400_000_000;
/// The same in bytes as decoded: four a pixel.
const MOST_BYTES: u64 = 4 * MOST_PIXELS;

pub(super) struct Picture {
    path: PathBuf,
    levels: [Level; 1],
    hints: ScaleHints,
    rgb: Vec<u8>,
}

impl Picture {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let refuse = |reason: String| cannot_open(path, reason);
        let mut reader = ImageReader::open(path)
            .and_then(ImageReader::with_guessed_format)
            .map_err(|error| refuse(error.to_string()))?;
        if reader.format() == Some(ImageFormat::Jpeg) {
            check_end(path).map_err(refuse)?;
        }
        // Our own limits take the place of the library's.
        reader.no_limits();
        let decoder = reader.into_decoder().map_err(|e| refuse(e.to_string()))?;
        let (width, height) = decoder.dimensions();
        check_size(width, height, decoder.total_bytes()).map_err(refuse)?;
        let image = DynamicImage::from_decoder(decoder).map_err(|e| refuse(e.to_string()))?;
        let rgb = over_white(image);
        let level = Level {
            width: width as usize,
            height: height as usize,
            downsample: 1.0,
        };
        Ok(Self {
            path: path.to_path_buf(),
            levels: [level],
            hints: ScaleHints::default(),
            rgb,
        })
    }
}

/// `bytes` is the size as decoded: a pixel of a PNG may have eight.
fn check_size(width: u32, height: u32, bytes: u64) -> Result<(), String> {
    if u64::from(width) * u64::from(height) > MOST_PIXELS || bytes > MOST_BYTES {
        return Err(format!(
            "{width} x {height} pixels ({} MB) are too many for a PNG or JPEG; convert it to a tiled TIFF",
            bytes / 1_000_000
        ));
    }
    Ok(())
}

fn check_end(path: &Path) -> Result<(), String> {
    if jpeg_end::is_whole(&tail(path).map_err(|error| error.to_string())?) {
        return Ok(());
    }
    Err("it is truncated: the JPEG has no end marker; copy it again from its source".into())
}

fn tail(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(jpeg_end::TAIL_BYTES);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn over_white(image: DynamicImage) -> Vec<u8> {
    if !image.color().has_alpha() {
        return image.into_rgb8().into_raw();
    }
    let rgba = image.into_rgba8().into_raw();
    rgba.as_chunks::<4>()
        .0
        .iter()
        .flat_map(|&[r, g, b, a]| [r, g, b].map(|c| blend_over_white(c, a)))
        .collect()
}

/// A straight-alpha value over white.
pub(super) fn blend_over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

impl SlideReader for Picture {
    fn path(&self) -> &Path {
        &self.path
    }

    fn reader(&self) -> &'static str {
        "image"
    }

    fn levels(&self) -> &[Level] {
        &self.levels
    }

    fn scale_hints(&self) -> &ScaleHints {
        &self.hints
    }

    fn read_region(&self, level: usize, area: Area, rgb: &mut Vec<u8>) -> Result<(), Error> {
        let Some(size) = self.levels.get(level) else {
            return Err(Error::Read {
                path: self.path.clone(),
                what: format!("level {level}"),
                reason: "there is no such level".into(),
            });
        };
        whiten(rgb, area);
        paste(&self.rgb, (0, 0), (size.width, size.height), area, rgb);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_jpeg_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jpg");
        let image = image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([x as u8, y as u8, 9]));
        image.save(&path).expect("written");
        let mut bytes = std::fs::read(&path).expect("reads");
        std::fs::write(&path, [&bytes[..], &[0; 40]].concat()).expect("written");
        assert!(Picture::open(&path).is_ok(), "padding is no damage");
        bytes.truncate(bytes.len() - bytes.len() / 4);
        std::fs::write(&path, bytes).expect("written");
        let Err(error) = Picture::open(&path) else {
            panic!("opened")
        };
        assert!(error.to_string().contains("truncated"), "{error}");
    }

    #[test]
    fn bytes_are_limited_as_pixels_are() {
        assert!(check_size(20_000, 20_000, 1_600_000_000).is_ok());
        for (side, pixel_bytes) in [(20_001, 3), (15_000, 8)] {
            let bytes = u64::from(side) * u64::from(side) * pixel_bytes;
            let text = check_size(side, side, bytes).expect_err("refused");
            assert!(text.contains("tiled TIFF"), "{text}");
        }
    }

    #[test]
    fn transparent_pixels_are_white() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.png");
        let mut image = image::RgbaImage::from_pixel(8, 8, image::Rgba([10, 20, 30, 255]));
        image.put_pixel(1, 0, image::Rgba([10, 20, 30, 0]));
        image.save(&path).expect("written");
        let picture = Picture::open(&path).expect("opens");
        let mut rgb = Vec::new();
        picture
            .read_region(
                0,
                Area {
                    x: -1,
                    y: 0,
                    width: 3,
                    height: 1,
                },
                &mut rgb,
            )
            .expect("read");
        assert_eq!(rgb, [255, 255, 255, 10, 20, 30, 255, 255, 255]);
        assert!(
            picture
                .read_region(
                    1,
                    Area {
                        x: 0,
                        y: 0,
                        width: 1,
                        height: 1
                    },
                    &mut rgb
                )
                .is_err()
        );
    }
}
