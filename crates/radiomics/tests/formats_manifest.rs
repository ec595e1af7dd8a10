//! Public NIfTI files, against what nibabel read of them; NRRD files against
//! SimpleITK.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use radiomics::io::{self, Options};
use radiomics::{Error, Geometry, Volume};
use serde_json::Value;

fn volume_of(path: &Path, volume: Option<usize>) -> Result<Volume, Error> {
    let options = Options {
        volume,
        ..Options::default()
    };
    io::load(path, &options).map(|loaded| loaded.volume)
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap();
    list.iter().map(|v| v.as_f64().unwrap()).collect()
}

/// nibabel's affine is from voxel index to RAS mm.
fn assert_affine(geometry: &Geometry, affine: &Value, name: &str) {
    for (row, expected) in affine.as_array().unwrap().iter().take(3).enumerate() {
        let sign = if row < 2 { -1.0 } else { 1.0 };
        for (column, expected) in numbers(expected).into_iter().enumerate() {
            let found = match column {
                3 => geometry.origin_mm[row],
                axis => geometry.direction[row][axis] * geometry.spacing_mm[axis],
            };
            // Single precision of the header.
            let near = (sign * found - expected).abs() <= 1e-6 * expected.abs().max(1.0);
            assert!(
                near,
                "{name}: row {row}, column {column}: {found}, {expected}"
            );
        }
    }
}

#[test]
fn nifti_files_are_read_as_by_nibabel() {
    let Some(manifest) = testkit::data("dicom/manifest.json") else {
        return;
    };
    // Python writes NaN, which is no JSON.
    let text = std::fs::read_to_string(&manifest).unwrap();
    let manifest: Value = serde_json::from_str(&text.replace(": NaN", ": null")).unwrap();
    let mut files = 0;
    for (name, expected) in manifest.as_object().unwrap() {
        if !(name.ends_with(".nii") || name.ends_with(".nii.gz")) {
            continue;
        }
        files += 1;
        let path = testkit::data(&format!("dicom/{name}")).unwrap();
        let shape = numbers(&expected["shape"]);
        let volumes = shape.get(3).map_or(1, |&n| n as usize);
        if volumes > 1 {
            let message = volume_of(&path, None).unwrap_err().to_string();
            assert!(message.contains(&format!("{volumes} volumes")), "{message}");
            assert!(volume_of(&path, Some(volumes)).is_err());
        }
        let mut values = Vec::new();
        for number in 0..volumes {
            let volume = volume_of(&path, (volumes > 1).then_some(number)).unwrap();
            let size = volume.geometry().size.map(|n| n as f64);
            assert_eq!(size[..], shape[..3], "{name}");
            assert_affine(volume.geometry(), &expected["affine"], name);
            values.extend(volume.voxels().iter().copied());
        }
        let scaled = &expected["scaled"];
        let sum: f64 = values.iter().sum();
        let extreme =
            |start: f64, pick: fn(f64, f64) -> f64| values.iter().copied().fold(start, pick);
        match scaled["sum"].as_f64() {
            None => assert!(sum.is_nan(), "{name}: {sum}"),
            Some(expected_sum) => {
                for (what, found, expected) in [
                    ("sum", sum, expected_sum),
                    (
                        "min",
                        extreme(f64::INFINITY, f64::min),
                        scaled["min"].as_f64().unwrap(),
                    ),
                    (
                        "max",
                        extreme(f64::NEG_INFINITY, f64::max),
                        scaled["max"].as_f64().unwrap(),
                    ),
                ] {
                    // Scaled whole numbers are of single precision here.
                    let near = (found - expected).abs() <= 1e-7 * expected.abs();
                    assert!(near, "{name}: {what} {found}, {expected}");
                }
            }
        }
    }
    assert!(files >= 11, "{files}");
}

/// Counts and sums by `sitk.GetArrayFromImage(sitk.ReadImage(path))`.
#[test]
fn nrrd_files_are_read_as_by_simpleitk() {
    for (name, size, sum, labelled) in NRRD {
        let Some(path) = testkit::data(name) else {
            return;
        };
        let volume = io::read(&path).unwrap();
        assert_eq!(volume.geometry().size, size, "{name}");
        assert_eq!(volume.voxels().iter().sum::<f64>(), sum, "{name}");
        let found = volume.voxels().iter().filter(|&&v| v != 0.0).count();
        assert_eq!(found, labelled, "{name}");
    }
}

const NRRD: [(&str, [usize; 3], f64, usize); 16] = [
    (
        "dicom/dcmqi_ct_seg/liver_seg.nrrd",
        [512, 512, 3],
        107098.0,
        107098,
    ),
    (
        "dicom/dcmqi_ct_seg/liver_spine_seg.nrrd",
        [512, 512, 3],
        131976.0,
        119537,
    ),
    (
        "dicom/dcmqi_ct_seg/partial_overlaps-1.nrrd",
        [512, 512, 3],
        59939.0,
        21008,
    ),
    (
        "dicom/dcmqi_ct_seg/partial_overlaps-2.nrrd",
        [512, 512, 3],
        23776.0,
        11888,
    ),
    (
        "dicom/dcmqi_ct_seg/partial_overlaps-3.nrrd",
        [512, 512, 3],
        32229.0,
        10743,
    ),
    (
        "dicom/dcmqi_ct_seg/spine_seg.nrrd",
        [512, 512, 3],
        24878.0,
        12439,
    ),
    (
        "radiomics/pyradiomics/brain1_image.nrrd",
        [256, 256, 25],
        631859459.0,
        1546861,
    ),
    (
        "radiomics/pyradiomics/brain1_label.nrrd",
        [256, 256, 25],
        4137.0,
        4137,
    ),
    (
        "radiomics/pyradiomics/brain2_image.nrrd",
        [256, 256, 23],
        356034155.0,
        1412106,
    ),
    (
        "radiomics/pyradiomics/brain2_label.nrrd",
        [256, 256, 23],
        453.0,
        453,
    ),
    (
        "radiomics/pyradiomics/breast1_image.nrrd",
        [45, 120, 21],
        7187342.0,
        113400,
    ),
    (
        "radiomics/pyradiomics/breast1_label.nrrd",
        [45, 120, 21],
        143.0,
        143,
    ),
    (
        "radiomics/pyradiomics/lung1_label.nrrd",
        [512, 512, 48],
        837.0,
        837,
    ),
    (
        "radiomics/pyradiomics/lung2_label.nrrd",
        [512, 512, 61],
        24644.0,
        24644,
    ),
    (
        "radiomics/pyradiomics/prostate_phantom_subvolume-label.nrrd",
        [82, 67, 13],
        107126.0,
        12423,
    ),
    (
        "radiomics/pyradiomics/prostate_phantom_subvolume.nrrd",
        [82, 67, 13],
        27811967.0,
        71369,
    ),
];
