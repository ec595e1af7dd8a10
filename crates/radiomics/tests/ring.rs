//! Rings and body mask on a whole scan.
#![allow(clippy::unwrap_used)]

mod support;

use ndarray::Array3;
use radiomics::body::body_above;
use radiomics::ring::ring;
use radiomics::{Roi, Volume};

/// Rings of a large ellipsoid have the volume of the shell between its
/// parallel surfaces: V(r) = V + S r + M r² + 4/3 pi r³ (Steiner), of which a
/// ball's terms are close bounds.
#[test]
fn rings_grow_with_the_distance_and_nest() {
    let (_, mask) = support::synthetic_case();
    let voxel = mask.geometry().voxel_volume_mm3();
    let volume = Roi::select(&mask, 1).unwrap().count() as f64 * voxel;
    let ball = (volume / (4.0 / 3.0 * std::f64::consts::PI)).cbrt();
    let mut before: Option<Volume> = None;
    for distance in [1.0, 3.0, 5.0, 10.0, 20.0] {
        let found = ring(&mask, 1, distance, None).unwrap();
        let cells = Roi::select(&found, 1).unwrap().count() as f64;
        let shell = 4.0 / 3.0 * std::f64::consts::PI * (ball + distance).powi(3) - volume;
        let share = cells * voxel / shell;
        println!("{distance} mm: {cells} voxels, {share} of a ball's");
        if distance >= 5.0 {
            assert!((0.9..1.2).contains(&share), "{distance} {share}");
        }
        let apart = found
            .voxels()
            .iter()
            .zip(mask.voxels())
            .all(|(&a, &b)| a * b == 0.0);
        assert!(apart);
        if let Some(before) = before {
            assert!(
                before
                    .voxels()
                    .iter()
                    .zip(found.voxels())
                    .all(|(a, b)| a <= b)
            );
        }
        before = Some(found);
    }
}

#[test]
fn the_body_bounds_the_ring() {
    let (_, mask) = support::synthetic_case();
    // A patient who ends right below the region, with a lung in it.
    let image = Array3::from_shape_fn(mask.voxels().dim(), |(z, y, x)| {
        let lung = (60..90).contains(&x) && (100..150).contains(&y) && z > 10;
        if y < 165 && (40..216).contains(&x) && (20..).contains(&y) && !lung {
            50.0
        } else {
            -1000.0
        }
    });
    let image = Volume::new(image, mask.geometry().clone()).unwrap();
    let body = body_above(&image, -300.0).unwrap();
    let found = ring(&mask, 1, 20.0, Some(&body)).unwrap();
    let free = ring(&mask, 1, 20.0, None).unwrap();
    let bodies = body.voxels();
    for ((&found, &free), ((_, y, _), &body)) in found
        .voxels()
        .iter()
        .zip(free.voxels())
        .zip(bodies.indexed_iter())
    {
        assert_eq!(found, free * body);
        assert!(found == 0.0 || y < 165);
    }
    assert_ne!(found, free);
    assert_eq!(bodies[[30, 120, 75]], 1.0);
}
