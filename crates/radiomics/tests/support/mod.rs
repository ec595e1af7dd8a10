//! Volumes and comparisons that several tests share.
#![allow(dead_code, unused_imports, clippy::print_stdout, clippy::unwrap_used)]

use ndarray::Array3;
use radiomics::{Extraction, Geometry, Settings, Storage, Volume, extract};
use serde_json::Value;

pub mod files;
mod phantom;

pub use phantom::digital_phantom;

/// The synthetic reference case: image and mask of 256 x 256 x 64 voxels in
/// exact integer arithmetic, so that every tool sees the same bits. Spacing as
/// a NIfTI file stores it, in single precision.
pub fn synthetic_case() -> (Volume, Volume) {
    const SIZE: [usize; 3] = [256, 256, 64];
    let [nx, ny, nz] = SIZE;
    let noise: Vec<u32> = (0..nx * ny * nz)
        .map(|i| (splitmix64(i as u64) >> 54) as u32)
        .collect();
    let noise = Array3::from_shape_vec((nz, ny, nx), noise).unwrap();
    let smooth = box_sum(&box_sum(&box_sum(&noise, 0), 1), 2);
    let image = Array3::from_shape_fn((nz, ny, nx), |(z, y, x)| {
        let step = 2048 * ((x / 16 + y / 16 + z / 8) % 4) as u32;
        f64::from(smooth[[z, y, x]] + step) / 32.0
    });
    let mask = Array3::from_shape_fn((nz, ny, nx), |(z, y, x)| {
        let [x, y, z] = [x as i64 - 128, y as i64 - 128, z as i64 - 32];
        let [a, b, c] = [x * 40 * 24, y * 50 * 24, z * 50 * 40];
        f64::from(u8::from(a * a + b * b + c * c <= (50 * 40 * 24_i64).pow(2)))
    });
    let geometry = Geometry::aligned(SIZE, [0.9, 0.9, 2.5].map(|s: f64| f64::from(s as f32)));
    (
        Volume::new(image, geometry.clone())
            .unwrap()
            .stored_as(Storage::Single),
        Volume::new(mask, geometry).unwrap(),
    )
}

fn splitmix64(i: u64) -> u64 {
    let z = i.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Sum over 5 voxels along an axis, the edge repeated.
fn box_sum(values: &Array3<u32>, axis: usize) -> Array3<u32> {
    let last = values.shape()[axis] - 1;
    Array3::from_shape_fn(values.dim(), |(z, y, x)| {
        (0..5)
            .map(|k| {
                let mut at = [z, y, x];
                at[axis] = (at[axis] + k).saturating_sub(2).min(last);
                values[at]
            })
            .sum()
    })
}

/// The value of a feature, by its name without `original_`.
pub fn value(extraction: &Extraction, name: &str) -> f64 {
    let full = format!("original_{name}");
    let feature = extraction.features.iter().find(|f| f.name == full);
    feature.unwrap_or_else(|| panic!("no feature {full}")).value
}

/// Compares with PyRadiomics' output: the same features of the image types of
/// the settings, to a relative tolerance; gives the largest error.
pub fn assert_golden(
    image: &Volume,
    mask: &Volume,
    settings: &Settings,
    golden: &Value,
    tolerance: f64,
) -> f64 {
    let extraction = extract(image, mask, settings).unwrap();
    assert_eq!(extraction.notes, []);
    let reference = golden["features"].as_object().unwrap();
    let all = settings.image_types.len() > 1;
    let ours = |name: &str| all || name.starts_with("original_");
    let mut expected: Vec<_> = reference.keys().filter(|name| ours(name)).collect();
    let mut found: Vec<_> = extraction.features.iter().map(|f| &f.name).collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    let mut worst = (0.0, "");
    for feature in &extraction.features {
        let expected = reference[&feature.name].as_f64().unwrap();
        let error = testkit::relative_error(feature.value, expected);
        assert!(
            error < tolerance,
            "{}: {} {expected} ({error:e})",
            feature.name,
            feature.value
        );
        if error > worst.0 {
            worst = (error, &feature.name);
        }
    }
    println!(
        "{} features, largest relative error {:e} ({})",
        found.len(),
        worst.0,
        worst.1
    );
    assert_diagnostics(&extraction, &golden["diagnostics"]);
    worst.0
}

fn assert_diagnostics(extraction: &Extraction, golden: &Value) {
    for (name, text) in &extraction.diagnostics {
        let numbers = |text: &str| -> Vec<f64> {
            let inner = text.trim_matches(['(', ')']);
            inner
                .split(", ")
                .filter_map(|number| number.parse().ok())
                .collect()
        };
        let expected: Vec<f64> = match &golden[name] {
            Value::Array(values) => values.iter().filter_map(Value::as_f64).collect(),
            Value::Number(value) => value.as_f64().into_iter().collect(),
            _ => continue,
        };
        let found = numbers(text);
        assert_eq!(found.len(), expected.len(), "{name}: {text}");
        for (found, expected) in found.into_iter().zip(expected) {
            assert!(
                (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                "{name}: {text}"
            );
        }
    }
}
