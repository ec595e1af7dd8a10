//! Heatmaps: pixels where they belong, bounded size, hostile input refused.
#![allow(clippy::unwrap_used)]

use figures::heatmap::{Heatmap, Mark, Tree};
use figures::{Error, colour, png};

fn names(n: usize) -> Vec<String> {
    (0..n)
        .map(|i| format!("original_glcm_Feature{i}"))
        .collect()
}

fn refs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// A value that varies over the matrix without a random source.
fn waves(rows: usize, columns: usize) -> Vec<f64> {
    let wave = |i: usize| ((i / columns) as f64 * 0.37).sin() * ((i % columns) as f64 * 0.9).cos();
    (0..rows * columns).map(wave).collect()
}

fn rgb(svg: &str) -> image::RgbImage {
    image::load_from_memory(&png::render(svg, 1.0).unwrap())
        .unwrap()
        .to_rgb8()
}

fn pixels_of(image: &image::RgbImage, colour: [u8; 3]) -> usize {
    image.pixels().filter(|pixel| pixel.0 == colour).count()
}

#[test]
fn every_cell_has_the_colour_of_its_value() {
    let heatmap = Heatmap {
        rows: &["a", "b"],
        columns: &["c", "d"],
        values: &[0.31, -0.44, f64::NAN, 0.06],
        ..Heatmap::default()
    };
    let image = rgb(&heatmap.svg().unwrap());
    // Cells are 20 pixels with a line of one between them. The legend shows the
    // same colours, but in pieces that are smaller than a cell.
    for value in heatmap.values {
        let found = pixels_of(&image, colour::correlation(*value));
        assert!(found >= 19 * 19, "{value}: {found} pixels");
    }
}

#[test]
fn labels_are_inside_and_escaped() {
    let long = "wavelet-HHL_gldm_LargeDependenceHighGrayLevelEmphasis_of_the_tumour & oedema";
    let heatmap = Heatmap {
        title: "A <title> that is rather longer than the cells beneath it, by far",
        rows: &[long, "b\u{0}\u{1b}"],
        columns: &[long, "d < e"],
        values: &[0.1; 4],
        column_groups: &["H&E", "CD8"],
        marks: &[Mark::Dot, Mark::Ring, Mark::None, Mark::None],
        ..Heatmap::default()
    };
    let svg = heatmap.svg().unwrap();
    for text in [
        "H&amp;E",
        "d &lt; e",
        "&lt;title&gt;",
        "…",
        "p &lt; .05",
        "q &lt; .05",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    assert!(!svg.contains('\u{0}') && !svg.contains(long));
    let image = rgb(&svg);
    let (width, height) = image.dimensions();
    let white = |x, y| image.get_pixel(x, y).0 == [255, 255, 255];
    assert!((0..width).all(|x| white(x, 0) && white(x, height - 1)));
    assert!((0..height).all(|y| white(0, y) && white(width - 1, y)));
}

#[test]
fn thousands_of_cells_stay_small_and_equal() {
    let (rows, columns) = (names(438), names(40));
    let (rows, columns) = (refs(&rows), refs(&columns));
    let values = waves(438, 40);
    let heatmap = Heatmap {
        rows: &rows,
        columns: &columns,
        values: &values,
        ..Heatmap::default()
    };
    let svg = heatmap.svg().unwrap();
    assert_eq!(svg, heatmap.svg().unwrap());
    assert_eq!(
        png::render(&svg, 1.0).unwrap(),
        png::render(&svg, 1.0).unwrap()
    );
    assert!(svg.len() < 500_000, "{} bytes", svg.len());
    assert!(svg.contains("438 radiomic features") && svg.contains("Feature39"));
    let (width, height) = rgb(&svg).dimensions();
    assert!(width < 1500 && height < 1500, "{width} x {height}");
}

#[test]
fn hundreds_of_thousands_of_cells_are_drawn() {
    let (rows, columns) = (names(1000), names(800));
    let (rows, columns) = (refs(&rows), refs(&columns));
    let values = waves(1000, 800);
    let heatmap = Heatmap {
        rows: &rows,
        columns: &columns,
        values: &values,
        ..Heatmap::default()
    };
    let svg = heatmap.svg().unwrap();
    assert!(svg.len() < 6_500_000, "{} bytes", svg.len());
    assert!(png::render(&svg, 1.0).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn trees_must_join_every_leaf_once() {
    let heatmap = Heatmap {
        rows: &["a", "b", "c"],
        columns: &["d"],
        values: &[0.1, 0.2, 0.3],
        ..Heatmap::default()
    };
    let with = |order: &[usize], merges: &[(usize, usize, f64)]| {
        Heatmap {
            row_tree: Some(Tree { order, merges }),
            ..heatmap
        }
        .svg()
    };
    assert!(with(&[1, 2, 0], &[(1, 2, 0.2), (0, 3, 0.9)]).is_ok());
    assert!(with(&[1, 2, 0], &[(1, 2, 0.0), (0, 3, 0.0)]).is_ok());
    type Case<'a> = (&'a [usize], &'a [(usize, usize, f64)]);
    let wrong: [Case; 6] = [
        (&[1, 2], &[(1, 2, 0.2), (0, 3, 0.9)]),
        (&[1, 1, 0], &[(1, 2, 0.2), (0, 3, 0.9)]),
        (&[1, 2, 0], &[(1, 2, 0.2)]),
        (&[1, 2, 0], &[(1, 2, 0.2), (1, 3, 0.9)]),
        (&[1, 2, 0], &[(1, 4, 0.2), (0, 3, 0.9)]),
        (&[1, 2, 0], &[(1, 2, f64::NAN), (0, 3, 0.9)]),
    ];
    for (order, merges) in wrong {
        assert_eq!(with(order, merges), Err(Error::Tree("rows")));
    }
}

#[test]
fn hostile_input_is_refused() {
    let good = Heatmap {
        rows: &["a"],
        columns: &["b"],
        values: &[0.5],
        ..Heatmap::default()
    };
    assert!(good.svg().is_ok());
    assert_eq!(Heatmap::default().svg(), Err(Error::Empty));
    for value in [1.01, f64::INFINITY, f64::NEG_INFINITY] {
        let error = Heatmap {
            values: &[value],
            ..good
        }
        .svg();
        assert_eq!(
            error,
            Err(Error::Value {
                row: 0,
                column: 0,
                value
            })
        );
    }
    for short in [
        Heatmap {
            values: &[],
            ..good
        },
        Heatmap {
            marks: &[Mark::Dot; 2],
            ..good
        },
        Heatmap {
            column_groups: &["x", "y"],
            ..good
        },
    ] {
        assert!(matches!(short.svg(), Err(Error::Length { .. })));
    }
    let many = vec!["a"; 5_001];
    let error = Heatmap {
        rows: &many,
        values: &vec![0.0; 5_001],
        ..good
    }
    .svg();
    assert!(matches!(error, Err(Error::TooManyCells { .. })));
}
