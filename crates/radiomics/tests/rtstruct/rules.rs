//! What the documentation says of drawing.

use proptest::prelude::*;
use radiomics::io::rtstruct::{Contour, StructureRoi, StructureSet};
use radiomics::{Geometry, Volume};

/// A contour of indices on a grid.
fn contour(grid: &Geometry, corners: &[[f64; 3]]) -> Contour {
    Contour {
        kind: "CLOSED_PLANAR".to_owned(),
        points_mm: corners.iter().map(|&at| grid.position_mm(at)).collect(),
    }
}

fn set(contours: Vec<Contour>) -> StructureSet {
    StructureSet {
        rois: vec![StructureRoi {
            number: 1,
            name: "GTV".to_owned(),
            frame_of_reference: String::new(),
            contours,
        }],
        series: Vec::new(),
        warnings: Vec::new(),
    }
}

/// Corners of a square around the centre of a voxel.
fn square(x: f64, y: f64, z: f64, half: f64) -> [[f64; 3]; 4] {
    let corner = |i: f64, j: f64| [x + i * half, y + j * half, z];
    [
        corner(-1.0, -1.0),
        corner(1.0, -1.0),
        corner(1.0, 1.0),
        corner(-1.0, 1.0),
    ]
}

fn sums(mask: &Volume) -> Vec<f64> {
    mask.voxels()
        .outer_iter()
        .map(|slice| slice.sum())
        .collect()
}

/// Turned about two axes, of odd spacings.
fn oblique() -> Geometry {
    let (s, c) = 0.4f64.sin_cos();
    let (t, d) = (-0.7f64).sin_cos();
    Geometry {
        size: [12, 10, 6],
        spacing_mm: [0.9, 1.3, 3.1],
        origin_mm: [-40.0, 17.0, 250.0],
        direction: [[c, -s * d, s * t], [s, c * d, -c * t], [0.0, t, d]],
    }
}

#[test]
fn oblique_grids_are_drawn_on_as_straight_ones() {
    let straight = Geometry::aligned([12, 10, 6], [1.0; 3]);
    let shapes = |grid: &Geometry| {
        set(vec![
            contour(grid, &square(5.2, 4.8, 2.0, 3.3)),
            contour(grid, &square(5.2, 4.8, 2.0, 1.6)),
            contour(grid, &square(6.1, 5.2, 3.0, 2.7)),
        ])
    };
    let expected = shapes(&straight).draw(&[0], &straight).unwrap();
    let found = shapes(&oblique()).draw(&[0], &oblique()).unwrap();
    assert_eq!(found.0.voxels(), expected.0.voxels());
    assert_eq!(found.0.geometry(), &oblique());
    assert_eq!(sums(&found.0), [0.0, 0.0, 49.0 - 9.0, 25.0, 0.0, 0.0]);
    assert_eq!((found.1, expected.1), (vec![], vec![]));
}

#[test]
fn a_grid_stored_sagittally_gives_the_same_voxels() {
    let axial = oblique();
    let contours = set(vec![
        contour(&axial, &square(5.2, 4.8, 2.0, 3.3)),
        contour(&axial, &square(5.2, 4.8, 2.0, 1.6)),
    ]);
    let expected = contours.mask(&[0], &axial).unwrap();
    let order = [2, 0, 1];
    let permuted = Geometry {
        size: order.map(|axis| axial.size[axis]),
        spacing_mm: order.map(|axis| axial.spacing_mm[axis]),
        origin_mm: axial.origin_mm,
        direction: axial.direction.map(|row| order.map(|axis| row[axis])),
    };
    let found = contours.mask(&[0], &permuted).unwrap();
    // (z, y, x) of the permuted grid is (y, x, z) of the other.
    let turned = found.voxels().permuted_axes([2, 0, 1]);
    assert_eq!(turned, expected.voxels());
}

#[test]
fn contours_off_the_slices() {
    let grid = oblique();
    let at = |z: f64| set(vec![contour(&grid, &square(5.0, 5.0, z, 2.5))]).draw(&[0], &grid);
    assert_eq!(at(2.004).unwrap().1, Vec::<String>::new());
    let (mask, warnings) = at(2.2).unwrap();
    assert_eq!(sums(&mask)[2], 25.0);
    assert!(
        warnings[0].contains("off the image's slices, by 0.620 mm at most"),
        "{warnings:?}"
    );
    for (z, text) in [
        (
            2.3,
            "contour 1 of 1: it lies 0.930 mm from the nearest slice of the image (2;",
        ),
        (2.5, "1.550 mm from the nearest slice"),
        (
            -0.6,
            "it encloses no voxel's centre in the image: it lies at x",
        ),
        (
            6.0,
            "it encloses no voxel's centre in the image: it lies at x",
        ),
    ] {
        let message = at(z).unwrap_err().to_string();
        assert!(
            message.starts_with("region \"GTV\": ") && message.contains(text),
            "{message}"
        );
    }
}

#[test]
fn tilted_contours_are_refused() {
    let grid = Geometry::aligned([20, 20, 9], [1.0, 1.0, 2.0]);
    let mut tilted = square(9.0, 9.0, 4.0, 4.0);
    for corner in &mut tilted {
        corner[2] += (corner[0] - 9.0) / 8.0;
    }
    let message = set(vec![
        contour(&grid, &square(9.0, 9.0, 3.0, 4.0)),
        contour(&grid, &tilted),
    ])
    .draw(&[0], &grid)
    .unwrap_err()
    .to_string();
    let expected = "contour 2 of 2: its plane is tilted by 14.0 degrees against the image's \
                    slices, which it leaves by 2.00 mm";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn what_is_left_out_is_told() {
    let grid = Geometry::aligned([10, 10, 6], [1.0; 3]);
    let mut open = contour(&grid, &square(5.0, 5.0, 1.0, 2.5));
    open.kind = "OPEN_PLANAR".to_owned();
    let set = set(vec![
        contour(&grid, &square(5.0, 5.0, 1.0, 2.5)),
        contour(&grid, &square(5.0, 5.0, 1.0, 2.5)),
        contour(&grid, &square(0.0, 5.0, 4.0, 2.5)),
        contour(&grid, &square(5.0, 5.0, 9.0, 2.5)),
        contour(&grid, &[[1.0, 1.0, 1.0], [2.0, 2.0, 1.0]]),
        open,
    ]);
    let (mask, warnings) = set.draw(&[0], &grid).unwrap();
    assert_eq!(sums(&mask), [0.0, 25.0, 0.0, 0.0, 15.0, 0.0]);
    let expected = [
        "2 of 6 contours enclose no area (OPEN_PLANAR, fewer than 3 points) and are left out",
        "1 of 6 contours lie before the image's first or behind its last slice and are left out",
        "1 of 6 contours reach beyond the sides of the image and are cut there",
        "1 of 6 contours are there twice and count once",
        "2 slices between its first and last (1 to 4) have no contour and stay empty: it is of \
         several parts, or contours are missing",
    ];
    assert_eq!(
        warnings,
        expected.map(|text| format!("ROI \"GTV\": {text}"))
    );
    assert!(set.draw(&[1], &grid).is_err());
    assert!(set.draw(&[], &grid).is_err());
    let huge = Geometry::aligned([1 << 20, 1 << 20, 1 << 20], [1.0; 3]);
    assert!(set.draw(&[0], &huge).is_err());
    let bad = Geometry::aligned([10, 10, 6], [1.0, 0.0, 1.0]);
    assert!(set.draw(&[0], &bad).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_transposed_grid_gives_a_transposed_mask(
        corners in prop::collection::vec((-3.0..14.0f64, -3.0..12.0f64), 3..14),
        hole in prop::collection::vec((-3.0..14.0f64, -3.0..12.0f64), 3..6),
    ) {
        let grid = oblique();
        let at = |corners: &[(f64, f64)]| {
            let corners: Vec<[f64; 3]> = corners.iter().map(|&(x, y)| [x, y, 3.0]).collect();
            contour(&grid, &corners)
        };
        let set = set(vec![at(&corners), at(&hole)]);
        let swap = |v: [f64; 3]| [v[1], v[0], v[2]];
        let transposed = Geometry {
            size: [grid.size[1], grid.size[0], grid.size[2]],
            spacing_mm: swap(grid.spacing_mm),
            origin_mm: grid.origin_mm,
            direction: grid.direction.map(swap),
        };
        match (set.draw(&[0], &grid), set.draw(&[0], &transposed)) {
            (Ok((a, _)), Ok((b, _))) => {
                prop_assert_eq!(a.voxels(), b.voxels().permuted_axes([0, 2, 1]));
            }
            (a, b) => prop_assert!(a.is_err() && b.is_err()),
        }
    }
}
