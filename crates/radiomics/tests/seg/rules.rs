//! What the documentation says of reading.

use dicom_core::VR;
use dicom_dictionary_std::tags;
use radiomics::io::Mask;
use radiomics::io::seg::Segmentation;

use super::file::{PIXELS, Seg, element};

/// The mask of a segment, a slice a row of text.
fn drawn(segmentation: &Segmentation, chosen: &[usize]) -> Vec<String> {
    let mask = segmentation.mask(chosen).unwrap();
    let slices = mask.voxels();
    let slices = slices.outer_iter();
    slices
        .map(|slice| {
            slice
                .iter()
                .map(|&v| if v == 1.0 { '#' } else { '.' })
                .collect()
        })
        .collect()
}

const NONE: &str = "...............";

#[test]
fn bits_run_on_from_frame_to_frame() {
    // 15 pixels a frame: the second frame begins at the highest bit of a byte.
    let bits = Seg {
        bits: 1,
        pixels: vec![
            0b0000_0011,
            0b1000_0000,
            0b0000_0001,
            0b0000_0000,
            0,
            0b0001_0000,
        ],
        ..Seg::default()
    };
    let read = bits.read().unwrap();
    assert_eq!(read.geometry().spacing_mm, [0.5, 0.7, 2.0]);
    assert_eq!(read.geometry().origin_mm, [10.0, 20.0, 0.0]);
    assert_eq!(
        drawn(&read, &[0]),
        ["##.............", NONE, "..............#"]
    );
    assert_eq!(drawn(&read, &[1]), [NONE, "##.............", NONE]);
    assert_eq!(
        drawn(&read, &[1, 0]),
        ["##.............", "##.............", "..............#"]
    );
}

#[test]
fn frames_on_one_slice_and_slices_without() {
    let seg = Seg {
        frames: vec![(1, 6.0), (2, 6.0), (1, 0.0)],
        pixels: [vec![1; PIXELS], vec![0; PIXELS], vec![1; PIXELS]].concat(),
        ..Seg::default()
    };
    let read = seg.read().unwrap();
    assert_eq!(read.geometry().size, [5, 3, 4]);
    let all = "###############";
    assert_eq!(drawn(&read, &[0]), [all, NONE, NONE, all]);
    assert_eq!(read.warnings, ["segment 2 \"Right\" has no pixel"]);
    assert_eq!(
        read.mask(&[1]).unwrap_err().to_string(),
        "region \"Right\": no pixel of the file belongs to this segment; choose another"
    );
    assert!(read.mask(&[]).is_err() && read.mask(&[2]).is_err());
    let mask = Mask::Segments(read);
    assert_eq!(mask.choose("right").unwrap(), [1]);
    assert_eq!(mask.choose("*").unwrap(), [0, 1]);
}

#[test]
fn half_of_the_fraction_belongs() {
    let fractional = |most: Option<u16>| Seg {
        kind: "FRACTIONAL",
        more: most
            .map(|most| element(tags::MAXIMUM_FRACTIONAL_VALUE, VR::US, most))
            .into_iter()
            .collect(),
        ..Seg::default()
    };
    // Pixels count from 0 to 44.
    let read = fractional(Some(18)).read().unwrap();
    assert_eq!(drawn(&read, &[0])[0], ".........######");
    assert!(
        read.warnings[0].contains("at least half of 18 belong"),
        "{:?}",
        read.warnings
    );
    let read = fractional(Some(17)).read().unwrap();
    assert_eq!(drawn(&read, &[0])[0], ".........######");
    let read = fractional(None).read().unwrap();
    assert!(read.warnings[0].contains("255 is assumed"));
    assert!(
        fractional(Some(0))
            .read()
            .unwrap_err()
            .contains("must be positive")
    );
}

#[test]
fn label_maps_of_8_and_16_bits() {
    let map = Seg {
        kind: "LABELMAP",
        segments: vec![(0, "Air"), (3, "Left"), (300, "Right")],
        frames: vec![(0, 0.0), (0, 2.0)],
        frame_count: "2",
        pixels: (0..30).map(|i| [0, 3, 4][i % 3]).collect(),
        ..Seg::default()
    };
    let read = map.read().unwrap();
    let numbers = |read: &Segmentation| read.segments.iter().map(|s| s.number).collect::<Vec<_>>();
    assert_eq!(numbers(&read), [3, 300]);
    assert_eq!(drawn(&read, &[0])[1], ".#..#..#..#..#.");
    assert_eq!(read.warnings, ["segment 300 \"Right\" has no pixel"]);
    let words = [300u16, 3, 0, 1, 300].repeat(6);
    let wide = Seg {
        bits: 16,
        pixels: words.into_iter().flat_map(u16::to_le_bytes).collect(),
        more: vec![element(tags::PIXEL_PADDING_VALUE, VR::US, 3_u16)],
        ..map
    };
    let read = wide.read().unwrap();
    assert_eq!(numbers(&read), [0, 300]);
    assert_eq!(drawn(&read, &[1])[0], "#...##...##...#");
    assert_eq!(drawn(&read, &[0])[0], "..#....#....#..");
}
