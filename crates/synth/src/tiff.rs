//! An RGB image to a pyramidal, tiled JPEG TIFF, as slide readers expect it.
//!
//! Each directory is one level: the image itself, then reductions by 4 until
//! a level fits into one tile. Tiles are whole JPEG streams (YCbCr, 4:2:0), so
//! no shared tables are needed. The resolution is in pixels a centimetre.

use crate::Error;
use crate::error::within;
use image::RgbImage;
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, EncodingError, SamplingFactor};
use std::io::{BufWriter, Write};
use std::path::Path;
use tiff::encoder::{DirectoryEncoder, Rational, TiffEncoder, TiffKindStandard};
use tiff::tags::{CompressionMethod, PhotometricInterpretation, ResolutionUnit, Tag};

/// Side of a tile in pixels.
pub const TILE: u32 = 256;

/// Each level is this much smaller than the one before.
pub const REDUCTION: u32 = 4;

const QUALITY: u8 = 85;
const MAX_SIDE: u32 = 32_768;
const REDUCED_IMAGE: u32 = 1;

/// Writes `image` with pixels of `mpp` micrometres.
///
/// # Errors
/// [`Error::Setting`] for an image without pixels or above 32,768 pixels a
/// side, and for an `mpp` outside 0.01 to 100; [`Error::Write`] and
/// [`Error::Encode`] when the file can't be written.
pub fn write(path: &Path, image: &RgbImage, mpp: f64) -> Result<(), Error> {
    within("mpp", mpp, 0.01, 100.0, "0.01 to 100 um")?;
    for side in [image.width(), image.height()] {
        within(
            "image side (pixels)",
            side.into(),
            1.0,
            MAX_SIDE.into(),
            "1 to 32768",
        )?;
    }
    let file = std::fs::File::create(path).map_err(Error::write(path))?;
    let mut file = BufWriter::new(file);
    write_levels(&mut file, image, mpp).map_err(Error::encode(path))?;
    file.flush().map_err(Error::write(path))
}

#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error(transparent)]
    Tiff(#[from] tiff::TiffError),
    #[error(transparent)]
    Jpeg(#[from] EncodingError),
}

fn write_levels<W: Write + std::io::Seek>(
    file: &mut W,
    image: &RgbImage,
    mpp: f64,
) -> Result<(), Cause> {
    let mut encoder = TiffEncoder::new(file)?;
    write_level(encoder.image_directory()?, image, mpp, 0)?;
    let (mut level, mut scale) = (reduced(image), mpp);
    let mut larger = image.width().max(image.height());
    while larger > TILE {
        scale *= f64::from(REDUCTION);
        write_level(encoder.image_directory()?, &level, scale, REDUCED_IMAGE)?;
        larger = level.width().max(level.height());
        level = reduced(&level);
    }
    Ok(())
}

fn write_level<W: Write + std::io::Seek>(
    mut directory: DirectoryEncoder<'_, W, TiffKindStandard>,
    image: &RgbImage,
    mpp: f64,
    subfile_type: u32,
) -> Result<(), Cause> {
    let (mut offsets, mut lengths) = (Vec::<u32>::new(), Vec::<u32>::new());
    for row in 0..image.height().div_ceil(TILE) {
        for column in 0..image.width().div_ceil(TILE) {
            let jpeg = encode_tile(image, column * TILE, row * TILE)?;
            let offset = directory.write_data(&jpeg[..])?;
            offsets.push(u32::try_from(offset).map_err(tiff::TiffError::from)?);
            lengths.push(jpeg.len() as u32);
        }
    }
    let density = Rational {
        n: (1e4 / mpp * 1e3).round() as u32,
        d: 1_000,
    };
    directory.write_tag(Tag::NewSubfileType, subfile_type)?;
    directory.write_tag(Tag::ImageWidth, image.width())?;
    directory.write_tag(Tag::ImageLength, image.height())?;
    directory.write_tag(Tag::BitsPerSample, &[8u16, 8, 8][..])?;
    directory.write_tag(Tag::Compression, CompressionMethod::ModernJPEG)?;
    directory.write_tag(
        Tag::PhotometricInterpretation,
        PhotometricInterpretation::YCbCr,
    )?;
    directory.write_tag(Tag::SamplesPerPixel, 3u16)?;
    directory.write_tag(Tag::XResolution, density.clone())?;
    directory.write_tag(Tag::YResolution, density)?;
    directory.write_tag(Tag::PlanarConfiguration, 1u16)?;
    directory.write_tag(Tag::ResolutionUnit, ResolutionUnit::Centimeter)?;
    directory.write_tag(Tag::Software, "radpath synth")?;
    directory.write_tag(Tag::TileWidth, TILE)?;
    directory.write_tag(Tag::TileLength, TILE)?;
    directory.write_tag(Tag::TileOffsets, &offsets[..])?;
    directory.write_tag(Tag::TileByteCounts, &lengths[..])?;
    directory.write_tag(Tag::ChromaSubsampling, &[2u16, 2][..])?;
    Ok(directory.finish()?)
}

/// One tile as a JPEG stream; beyond the image its last row and column repeat,
/// which keeps the border free of ringing.
fn encode_tile(image: &RgbImage, left: u32, top: u32) -> Result<Vec<u8>, EncodingError> {
    let mut pixels = Vec::with_capacity((TILE * TILE * 3) as usize);
    let stride = image.width() as usize * 3;
    let inside = (image.width() - left).min(TILE) as usize * 3;
    for y in top..top + TILE {
        let start = y.min(image.height() - 1) as usize * stride + left as usize * 3;
        let row = &image.as_raw()[start..start + inside];
        pixels.extend_from_slice(row);
        for _ in inside / 3..TILE as usize {
            pixels.extend_from_slice(&row[inside - 3..]);
        }
    }
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder.encode(&pixels, TILE as u16, TILE as u16, ColorType::Rgb)?;
    Ok(jpeg)
}

/// The image reduced by [`REDUCTION`]: means of whole blocks, rounded; at least
/// one pixel a side.
fn reduced(image: &RgbImage) -> RgbImage {
    let side = |n: u32| (n / REDUCTION).max(1);
    RgbImage::from_fn(side(image.width()), side(image.height()), |x, y| {
        let mut sum = [0u32; 3];
        for dy in 0..REDUCTION {
            for dx in 0..REDUCTION {
                let at_x = (x * REDUCTION + dx).min(image.width() - 1);
                let at_y = (y * REDUCTION + dy).min(image.height() - 1);
                let pixel = image.get_pixel(at_x, at_y);
                for (total, value) in sum.iter_mut().zip(pixel.0) {
                    *total += u32::from(value);
                }
            }
        }
        let n = REDUCTION * REDUCTION;
        image::Rgb(sum.map(|s| ((s + n / 2) / n) as u8))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiff::decoder::ifd::Value;
    use tiff::decoder::{Decoder, DecodingResult};

    fn picture(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let wave = |a: u32, b: f64| (128.0 + 90.0 * (f64::from(a) / b).sin()) as u8;
            image::Rgb([wave(x, 130.0), wave(y, 110.0), wave(x + y, 170.0)])
        })
    }

    /// Decoded by the `tiff` crate (with zune-jpeg): sizes, resolution, and the
    /// mean absolute error below 2.5 grey levels: the loss of quality 85 and
    /// halved chroma. A tile out of place costs tens.
    #[test]
    fn levels_decode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tif");
        let image = picture(1100, 600);
        write(&path, &image, 0.5).unwrap();

        let mut decoder = Decoder::new(std::fs::File::open(&path).unwrap()).unwrap();
        let mut level = image;
        let levels = [((1100, 600), 0), ((275, 150), 1), ((68, 37), 1)];
        for (index, (size, subfile)) in levels.into_iter().enumerate() {
            assert_eq!(decoder.dimensions().unwrap(), size);
            assert_eq!(decoder.colortype().unwrap(), tiff::ColorType::YCbCr(8));
            assert_eq!(decoder.get_tag_u32(Tag::NewSubfileType).unwrap(), subfile);
            let density: Vec<f64> = [Tag::XResolution, Tag::YResolution]
                .map(|tag| rational(&decoder.get_tag(tag).unwrap()))
                .to_vec();
            let shrunk = f64::from(REDUCTION.pow(index as u32));
            assert_eq!(density, [20_000.0 / shrunk; 2]);
            assert_eq!(decoder.get_tag_u32(Tag::ResolutionUnit).unwrap(), 3);
            let mean_error = mean_absolute_error(&mut decoder, &level);
            assert!(
                mean_error < 2.5,
                "{size:?}: mean absolute error {mean_error}"
            );
            level = reduced(&level);
            if decoder.more_images() {
                decoder.next_image().unwrap();
            }
        }
        assert!(!decoder.more_images());
    }

    fn rational(value: &Value) -> f64 {
        match value {
            Value::Rational(n, d) => f64::from(*n) / f64::from(*d),
            other => panic!("not a rational: {other:?}"),
        }
    }

    /// JFIF's colour conversion: the `tiff` crate leaves YCbCr as it is.
    fn rgb([y, cb, cr]: [u8; 3]) -> [f64; 3] {
        let (y, cb, cr) = (f64::from(y), f64::from(cb) - 128.0, f64::from(cr) - 128.0);
        [
            y + 1.402 * cr,
            y - 0.344_136 * cb - 0.714_136 * cr,
            y + 1.772 * cb,
        ]
    }

    fn mean_absolute_error(decoder: &mut Decoder<std::fs::File>, image: &RgbImage) -> f64 {
        let across = image.width().div_ceil(TILE);
        let (mut total, mut n) = (0.0, 0);
        for chunk in 0..across * image.height().div_ceil(TILE) {
            let (left, top) = (chunk % across * TILE, chunk / across * TILE);
            let (width, height) = decoder.chunk_data_dimensions(chunk);
            let DecodingResult::U8(bytes) = decoder.read_chunk(chunk).unwrap() else {
                panic!("not 8 bit")
            };
            for y in 0..height {
                for x in 0..width {
                    let at = ((y * width + x) * 3) as usize;
                    let found = rgb([bytes[at], bytes[at + 1], bytes[at + 2]]);
                    let expected = image.get_pixel(left + x, top + y);
                    for c in 0..3 {
                        total += (found[c] - f64::from(expected[c])).abs();
                        n += 1;
                    }
                }
            }
        }
        total / f64::from(n)
    }

    #[test]
    fn odd_sizes_and_hostile_settings() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tif");
        for (width, height) in [(1, 1), (1, 300), (257, 3)] {
            write(&path, &picture(width, height), 0.25).unwrap();
            let mut decoder = Decoder::new(std::fs::File::open(&path).unwrap()).unwrap();
            assert_eq!(decoder.dimensions().unwrap(), (width, height));
        }
        for mpp in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                write(&path, &picture(4, 4), mpp),
                Err(Error::Setting { what: "mpp", .. })
            ));
        }
        assert!(write(&path, &RgbImage::new(0, 5), 0.5).is_err());
        let nowhere = folder.path().join("absent/a.tif");
        let error = write(&nowhere, &picture(4, 4), 0.5).unwrap_err();
        assert!(matches!(error, Error::Write { .. }));
    }
}
