//! TIFFs put together tag by tag: damaged, sparse, and of unusual order.

use std::fs::File;
use std::path::{Path, PathBuf};

use tiff::encoder::{Rational, TiffEncoder};
use tiff::tags::Tag;
use wsi::slide::mpp::ResolutionUnit;
use wsi::slide::{self, Area, Reader};

const SIDE: usize = 64;
const UNCOMPRESSED: u16 = 1;
const JPEG: u16 = 7;

/// A tiled image; a tile without bytes is written as absent.
#[derive(Clone)]
struct Page {
    width: usize,
    height: usize,
    tile: (u32, u32),
    compression: u16,
    samples: u16,
    alpha: Option<u16>,
    subfile: u32,
    description: Option<&'static str>,
    pixels_per_cm: u32,
    tiles: Vec<Vec<u8>>,
}

impl Page {
    /// An image of one tile of its own size.
    fn of_one(tile: Vec<u8>) -> Self {
        Self {
            width: SIDE,
            height: SIDE,
            tile: (SIDE as u32, SIDE as u32),
            compression: UNCOMPRESSED,
            samples: 3,
            alpha: None,
            subfile: 0,
            description: None,
            pixels_per_cm: 20_000,
            tiles: vec![tile],
        }
    }

    /// An image of grey tiles.
    fn of_size(width: usize, height: usize) -> Self {
        let count = width.div_ceil(SIDE) * height.div_ceil(SIDE);
        Self {
            width,
            height,
            tiles: vec![vec![200; 3 * SIDE * SIDE]; count],
            ..Self::of_one(Vec::new())
        }
    }
}

fn write(folder: &tempfile::TempDir, pages: &[Page]) -> PathBuf {
    let path = folder.path().join("made.tif");
    let mut encoder = TiffEncoder::new(File::create(&path).expect("created")).expect("a TIFF");
    for page in pages {
        write_page(&mut encoder, page).expect("written");
    }
    path
}

fn write_page(encoder: &mut TiffEncoder<File>, page: &Page) -> tiff::TiffResult<()> {
    let mut directory = encoder.image_directory()?;
    let (mut offsets, mut counts) = (Vec::new(), Vec::new());
    for tile in &page.tiles {
        let at = directory.write_data(tile.as_slice())?;
        offsets.push(if tile.is_empty() { 0 } else { at as u32 });
        counts.push(tile.len() as u32);
    }
    let colour: u16 = match (page.samples, page.compression) {
        (1, _) => 1,
        (_, JPEG) => 6,
        _ => 2,
    };
    directory.write_tag(Tag::NewSubfileType, page.subfile)?;
    directory.write_tag(Tag::ImageWidth, page.width as u32)?;
    directory.write_tag(Tag::ImageLength, page.height as u32)?;
    directory.write_tag(Tag::BitsPerSample, &vec![8u16; page.samples.into()][..])?;
    directory.write_tag(Tag::Compression, page.compression)?;
    directory.write_tag(Tag::PhotometricInterpretation, colour)?;
    directory.write_tag(Tag::SamplesPerPixel, page.samples)?;
    if let Some(description) = page.description {
        directory.write_tag(Tag::ImageDescription, description)?;
    }
    let resolution = || Rational {
        n: page.pixels_per_cm,
        d: 1,
    };
    directory.write_tag(Tag::XResolution, resolution())?;
    directory.write_tag(Tag::YResolution, resolution())?;
    directory.write_tag(Tag::ResolutionUnit, 3u16)?;
    directory.write_tag(Tag::TileWidth, page.tile.0)?;
    directory.write_tag(Tag::TileLength, page.tile.1)?;
    directory.write_tag(Tag::TileOffsets, &offsets[..])?;
    directory.write_tag(Tag::TileByteCounts, &counts[..])?;
    if let Some(alpha) = page.alpha {
        directory.write_tag(Tag::ExtraSamples, alpha)?;
    }
    directory.finish()
}

fn jpeg() -> Vec<u8> {
    let image = image::RgbImage::from_fn(SIDE as u32, SIDE as u32, |x, y| {
        image::Rgb([(x * 3) as u8, (y * 3) as u8, (x * y) as u8])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90)
        .encode_image(&image)
        .expect("a JPEG");
    bytes
}

fn read(path: &Path) -> Result<Vec<u8>, wsi::Error> {
    let slide = slide::open(path, Reader::Tiff)?;
    let level = slide.levels()[0];
    let area = Area {
        x: 0,
        y: 0,
        width: level.width,
        height: level.height,
    };
    let mut rgb = Vec::new();
    slide.read_region(0, area, &mut rgb).map(|()| rgb)
}

fn refusal(path: &Path, reader: Reader) -> String {
    match slide::open(path, reader) {
        Ok(_) => panic!("{} opened", path.display()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_cut_jpeg_tile_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = |tile: Vec<u8>| Page {
        compression: JPEG,
        ..Page::of_one(tile)
    };
    let whole = jpeg();
    let padded = [&whole[..], &[0; 7]].concat();
    assert!(read(&write(&folder, &[page(padded)])).is_ok());
    let cut = whole[..whole.len() / 4 * 3].to_vec();
    let error = read(&write(&folder, &[page(cut)])).expect_err("cut");
    assert!(error.to_string().contains("cut short"), "{error}");
}

#[test]
fn absent_tiles_are_white() {
    let folder = tempfile::tempdir().expect("a folder");
    for (compression, tile) in [(UNCOMPRESSED, vec![9; 3 * SIDE * SIDE]), (JPEG, jpeg())] {
        let page = Page {
            width: 2 * SIDE,
            compression,
            tiles: vec![Vec::new(), tile],
            ..Page::of_one(Vec::new())
        };
        let rgb = read(&write(&folder, &[page])).expect("reads");
        for row in rgb.chunks(6 * SIDE) {
            assert!(row[..3 * SIDE].iter().all(|&v| v == 255));
            assert!(row[3 * SIDE..].iter().any(|&v| v < 255));
        }
    }
}

#[test]
fn a_short_uncompressed_tile_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let short = Page::of_one(vec![9; 3 * SIDE * SIDE - 1]);
    // What follows in the file must not be taken for its pixels.
    let path = write(&folder, &[short, Page::of_size(SIDE, SIDE)]);
    let error = read(&path).expect_err("short");
    assert!(error.to_string().contains("cut short"), "{error}");
}

#[test]
fn absurd_sizes_are_refused_before_memory_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    for tile in [(1 << 20, 1 << 20), (1 << 31, 1 << 31), (16_384, 8192)] {
        let page = Page {
            tile,
            ..Page::of_one(vec![9; 100])
        };
        for pages in [vec![page.clone()], vec![Page::of_size(128, 128), page]] {
            let path = write(&folder, &pages);
            for reader in [Reader::Auto, Reader::Tiff] {
                let text = refusal(&path, reader);
                assert!(
                    text.contains("made.tif") && text.contains("256 MB"),
                    "{text}"
                );
            }
        }
    }
    let endless = Page {
        width: u32::MAX as usize,
        height: u32::MAX as usize,
        ..Page::of_one(vec![9; 100])
    };
    let path = write(&folder, &[Page::of_size(128, 128), endless]);
    let text = refusal(&path, Reader::Auto);
    assert!(text.contains("more than any slide"), "{text}");
    let long = Page {
        width: i32::MAX as usize,
        height: i32::MAX as usize,
        tile: (1, 1),
        ..Page::of_one(vec![9; 100])
    };
    let text = refusal(&write(&folder, &[long]), Reader::Tiff);
    assert!(text.contains("made.tif"), "{text}");
}

#[test]
fn a_thumbnail_may_come_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let thumbnail = Page {
        pixels_per_cm: 5000,
        ..Page::of_size(128, 96)
    };
    let label = Page::of_size(512, 100);
    let path = write(&folder, &[thumbnail, label, Page::of_size(512, 384)]);
    let slide = slide::open(&path, Reader::Tiff).expect("opens");
    let widths: Vec<usize> = slide.levels().iter().map(|level| level.width).collect();
    assert_eq!(widths, [512, 128]);
    let expected = (20_000.0, 20_000.0, ResolutionUnit::Centimetre);
    assert_eq!(slide.scale_hints().resolution, Some(expected));
}

#[test]
fn the_scale_is_that_of_level_0_with_any_reader() {
    let folder = tempfile::tempdir().expect("a folder");
    let thumbnail = Page {
        pixels_per_cm: 5000,
        ..Page::of_size(128, 96)
    };
    // OpenSlide passes over later directories that aren't marked as reduced.
    for subfile in [0, 1] {
        let full = Page {
            subfile,
            ..Page::of_size(512, 384)
        };
        let path = write(&folder, &[thumbnail.clone(), full]);
        let slide = slide::open(&path, Reader::Auto).expect("opens");
        assert_eq!(slide.levels()[0].width, 512);
        let pixel = slide::mpp::pixel_size(&path, slide.scale_hints(), None).expect("a size");
        assert!((pixel.x_um - 0.5).abs() < 1e-9, "{pixel:?}");
    }
}

/// A thumbnail must not stand in for a slide that can't be read.
#[test]
fn an_unreadable_slide_is_refused_despite_its_thumbnail() {
    let folder = tempfile::tempdir().expect("a folder");
    let cut = Page {
        tiles: vec![vec![9; 3 * SIDE * SIDE]],
        ..Page::of_size(512, 384)
    };
    let path = write(&folder, &[Page::of_size(128, 96), cut]);
    for reader in [Reader::Auto, Reader::Tiff] {
        let text = refusal(&path, reader);
        assert!(text.contains("directory 1"), "{text}");
    }
}

#[test]
fn channels_on_pages_of_their_own_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let ome = "<OME><Image><Pixels SizeC=\"3\" SizeX=\"64\" SizeY=\"64\"></Pixels></Image></OME>";
    let page = Page {
        samples: 1,
        description: Some(ome),
        ..Page::of_one(vec![9; SIDE * SIDE])
    };
    let path = write(&folder, &[page.clone(), page.clone(), page.clone()]);
    for reader in [Reader::Auto, Reader::Tiff] {
        let text = refusal(&path, reader);
        assert!(text.contains("interleaved RGB"), "{text}");
    }
    let interleaved = Page {
        description: Some(ome),
        ..Page::of_size(SIDE, SIDE)
    };
    assert!(read(&write(&folder, &[interleaved])).is_ok());
}

#[test]
fn both_kinds_of_alpha_are_laid_over_white() {
    let folder = tempfile::tempdir().expect("a folder");
    for (alpha, expected) in [(1, 227), (2, 177)] {
        let page = Page {
            samples: 4,
            alpha: Some(alpha),
            ..Page::of_one([100, 100, 100, 128].repeat(SIDE * SIDE))
        };
        let rgb = read(&write(&folder, &[page])).expect("reads");
        assert!(rgb.iter().all(|&v| v == expected), "{alpha}: {}", rgb[0]);
    }
}
