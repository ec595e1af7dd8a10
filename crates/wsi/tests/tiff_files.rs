//! The built-in TIFF reader on files made here and on real ones.

use std::fs::File;
use std::path::Path;

use tiff::encoder::{Compression, DeflateLevel, TiffEncoder, colortype};
use wsi::slide::{self, Area, Reader, SlideReader};

const WIDTH: usize = 300;
const HEIGHT: usize = 200;

fn colour(x: usize, y: usize, channel: usize) -> u8 {
    ((x * 3 + y * 5 + channel * 40) % 251) as u8
}

fn samples(width: usize, height: usize, channels: usize, step: usize) -> Vec<u8> {
    let mut all = Vec::new();
    for y in 0..height {
        for x in 0..width {
            all.extend((0..channels).map(|c| colour(x * step, y * step, c)));
        }
    }
    all
}

fn read(slide: &dyn SlideReader, level: usize, area: Area) -> Vec<u8> {
    let mut rgb = vec![7; 5];
    slide.read_region(level, area, &mut rgb).expect("reads");
    rgb
}

fn open(path: &Path) -> Box<dyn SlideReader> {
    slide::open(path, Reader::Tiff).expect("opens")
}

/// Checks a region that crosses strips and the edges of the slide.
fn check(slide: &dyn SlideReader) {
    assert_eq!(
        (slide.levels()[0].width, slide.levels()[0].height),
        (WIDTH, HEIGHT)
    );
    let area = Area {
        x: -4,
        y: 150,
        width: WIDTH + 9,
        height: 60,
    };
    let rgb = read(slide, 0, area);
    for row in 0..area.height {
        for column in 0..area.width {
            let pixel = &rgb[3 * (row * area.width + column)..][..3];
            let (x, y) = (column as i64 - 4, row + 150);
            let inside = (0..WIDTH as i64).contains(&x) && y < HEIGHT;
            for (channel, &value) in pixel.iter().enumerate() {
                let expected = if inside {
                    colour(x as usize, y, channel)
                } else {
                    255
                };
                assert_eq!(value, expected, "({x}, {y})");
            }
        }
    }
}

#[test]
fn strips_in_every_compression() {
    let folder = tempfile::tempdir().expect("a folder");
    let compressions = [
        Compression::Uncompressed,
        Compression::Lzw,
        Compression::Deflate(DeflateLevel::Balanced),
        Compression::Packbits,
    ];
    for (i, compression) in compressions.into_iter().enumerate() {
        let path = folder.path().join(format!("{i}.tif"));
        let file = File::create(&path).expect("created");
        let mut encoder = TiffEncoder::new(file)
            .expect("a TIFF")
            .with_compression(compression);
        let mut image = encoder
            .new_image::<colortype::RGB8>(WIDTH as u32, HEIGHT as u32)
            .expect("an image");
        image.rows_per_strip(7).expect("strips");
        image
            .write_data(&samples(WIDTH, HEIGHT, 3, 1))
            .expect("written");
        check(&*open(&path));
    }
}

/// A BigTIFF whose second image is the first at half size, and whose third is not.
#[test]
fn smaller_copies_are_levels() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pyramid.tif");
    let mut encoder = TiffEncoder::new_big(File::create(&path).expect("created")).expect("a TIFF");
    for (width, height, step) in [(WIDTH, HEIGHT, 1), (WIDTH / 2, HEIGHT / 2, 2), (90, 90, 1)] {
        encoder
            .write_image::<colortype::RGB8>(
                width as u32,
                height as u32,
                &samples(width, height, 3, step),
            )
            .expect("written");
    }
    drop(encoder);
    let slide = open(&path);
    check(&*slide);
    assert_eq!(slide.levels().len(), 2);
    assert_eq!(slide.levels()[1].downsample, 2.0);
    let rgb = read(
        &*slide,
        1,
        Area {
            x: 10,
            y: 20,
            width: 1,
            height: 1,
        },
    );
    assert_eq!(
        rgb,
        [colour(20, 40, 0), colour(20, 40, 1), colour(20, 40, 2)]
    );
    let mut rgb = Vec::new();
    assert!(
        slide
            .read_region(
                2,
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

#[test]
fn gray_and_alpha_become_rgb() {
    let folder = tempfile::tempdir().expect("a folder");
    let gray = folder.path().join("gray.tif");
    let mut encoder = TiffEncoder::new(File::create(&gray).expect("created")).expect("a TIFF");
    encoder
        .write_image::<colortype::Gray8>(16, 16, &[90; 256])
        .expect("written");
    drop(encoder);
    let area = Area {
        x: 3,
        y: 3,
        width: 1,
        height: 1,
    };
    assert_eq!(read(&*open(&gray), 0, area), [90; 3]);

    let clear = folder.path().join("clear.tif");
    let mut encoder = TiffEncoder::new(File::create(&clear).expect("created")).expect("a TIFF");
    let pixels: Vec<u8> = [10, 20, 30, 0].repeat(256);
    encoder
        .write_image::<colortype::RGBA8>(16, 16, &pixels)
        .expect("written");
    drop(encoder);
    assert_eq!(read(&*open(&clear), 0, area), [255; 3]);
}

#[test]
fn other_pixels_are_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep.tif");
    let mut encoder = TiffEncoder::new(File::create(&path).expect("created")).expect("a TIFF");
    encoder
        .write_image::<colortype::RGB16>(16, 16, &[9u16; 768])
        .expect("written");
    drop(encoder);
    let Err(error) = slide::open(&path, Reader::Tiff) else {
        panic!("opened")
    };
    let text = error.to_string();
    assert!(
        text.contains("deep.tif") && text.contains("8-bit"),
        "{text}"
    );
}

/// Every cut of a good file gives an error or a readable slide, never a panic.
#[test]
fn cut_files_are_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = folder.path().join("whole.tif");
    let mut encoder = TiffEncoder::new(File::create(&whole).expect("created"))
        .expect("a TIFF")
        .with_compression(Compression::Lzw);
    encoder
        .write_image::<colortype::RGB8>(40, 30, &samples(40, 30, 3, 1))
        .expect("written");
    drop(encoder);
    let bytes = std::fs::read(&whole).expect("reads");
    for length in (0..bytes.len()).step_by(13) {
        let cut = folder.path().join("cut.tif");
        std::fs::write(&cut, &bytes[..length]).expect("written");
        if let Ok(slide) = slide::open(&cut, Reader::Tiff) {
            let area = Area {
                x: 0,
                y: 0,
                width: 40,
                height: 30,
            };
            let _ = slide.read_region(0, area, &mut Vec::new());
        }
    }
}

/// Means of columns 250 to 899 and rows 300 to 699, by tifffile and imagecodecs
/// (libjpeg-turbo); JPEG decoders may differ by a level of rounding.
#[test]
fn real_files_have_the_colours_tifffile_reads() {
    for (name, expected) in REGION_MEANS {
        let Some(path) = testkit::data(&format!("slides/{name}")) else {
            return;
        };
        let rgb = read(
            &*open(&path),
            0,
            Area {
                x: 250,
                y: 300,
                width: 650,
                height: 400,
            },
        );
        for (channel, expected) in expected.iter().enumerate() {
            let values = rgb.iter().skip(channel).step_by(3);
            let mean = values.map(|&v| f64::from(v)).sum::<f64>() / (650.0 * 400.0);
            assert!(
                (mean - expected).abs() < 0.5,
                "{name} {channel}: {mean} {expected}"
            );
        }
    }
}

const REGION_MEANS: [(&str, [f64; 3]); 3] = [
    ("OS-2-ndpi.ome.tif", [171.733, 179.022, 190.976]),
    ("HE_example.tif", [156.425, 103.679, 179.465]),
    ("kidney-48-5.tif", [250.641, 250.722, 251.034]),
];
