//! Whole volumes against SimpleITK, dcm2niix and IBSI's NIfTI files.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use radiomics::io::{self, Modality, Options};
use radiomics::{Geometry, Storage, Volume};
use serde_json::Value;

fn load(path: &Path, volume: Option<usize>) -> io::Loaded {
    let options = Options {
        volume,
        ..Options::default()
    };
    io::load(path, &options).unwrap_or_else(|error| panic!("{error}"))
}

fn same_values(a: &Volume, b: &Volume, tolerance: f64) {
    assert_eq!(a.voxels().dim(), b.voxels().dim());
    let worst = a
        .voxels()
        .iter()
        .zip(b.voxels().iter())
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max);
    assert!(worst <= tolerance, "values differ by {worst}");
}

fn same_grid(a: &Geometry, b: &Geometry, tolerance_mm: f64) {
    assert_eq!(a.size, b.size);
    let last = a.size.map(|size| size as f64 - 1.0);
    for corner in 0..8 {
        let index = std::array::from_fn(|axis| last[axis] * f64::from(corner >> axis & 1));
        let (a, b) = (a.position_mm(index), b.position_mm(index));
        for axis in 0..3 {
            assert!((a[axis] - b[axis]).abs() <= tolerance_mm, "{a:?} {b:?}");
        }
    }
}

fn reference(of: &Value) -> Geometry {
    let list = |key: &str| -> Vec<f64> {
        let list = of[key].as_array().unwrap();
        list.iter().map(|number| number.as_f64().unwrap()).collect()
    };
    let three = |key: &str| -> [f64; 3] { list(key).try_into().unwrap() };
    let direction = list("direction");
    Geometry {
        size: three("size").map(|size| size as usize),
        spacing_mm: three("spacing"),
        origin_mm: three("origin"),
        direction: std::array::from_fn(|r| std::array::from_fn(|c| direction[3 * r + c])),
    }
}

fn references() -> Option<Value> {
    let path = testkit::data("dicom/reference.json")?;
    Some(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
}

fn close(found: &Geometry, expected: &Geometry, tolerance: f64) {
    assert_eq!(found.size, expected.size);
    for axis in 0..3 {
        assert!((found.spacing_mm[axis] - expected.spacing_mm[axis]).abs() < tolerance);
        assert!((found.origin_mm[axis] - expected.origin_mm[axis]).abs() < tolerance);
        for column in 0..3 {
            let (a, b) = (
                found.direction[axis][column],
                expected.direction[axis][column],
            );
            assert!((a - b).abs() < tolerance, "{a} {b}");
        }
    }
}

#[test]
fn ibsi_phantom_equals_its_nifti() {
    let folder = "radiomics/ibsi/ibsi_1_ct_radiomics_phantom";
    let Some(dicom) = testkit::data(&format!("{folder}/dicom/image")) else {
        return;
    };
    let found = load(&dicom, None);
    let nifti = testkit::data(&format!("{folder}/nifti/image/phantom.nii.gz")).unwrap();
    let expected = io::read(nifti).unwrap();
    same_values(&found.volume, &expected, 0.0);
    same_grid(found.volume.geometry(), expected.geometry(), 1e-4);
    assert_eq!(found.modality, Modality::Ct);
    let whole = Storage::Whole {
        least: -32768.0,
        most: 32767.0,
    };
    assert_eq!(found.volume.storage(), whole);
    let reference = &references().unwrap()["dicom"]["ibsi1"]["dicom"];
    close(found.volume.geometry(), &self::reference(reference), 1e-12);
}

#[test]
fn series_equal_simpleitk() {
    let Some(references) = references() else {
        return;
    };
    for (folder, nifti, reference) in [
        (
            "dcmqi_ct_seg/ct-3slice",
            "dcmqi_ct3_sitk.nii.gz",
            &references["dicom"]["dcmqi"]["ct"],
        ),
        (
            "odd/rt_utils_oriented",
            "rt_utils_oriented_sitk.nii.gz",
            &references["odd_geometry"]["rt_utils_oriented"],
        ),
    ] {
        let found = load(&testkit::data(&format!("dicom/{folder}")).unwrap(), None);
        let path = testkit::data(&format!("dicom/reference_volumes/{nifti}")).unwrap();
        let expected = io::read(path).unwrap();
        same_values(&found.volume, &expected, 1e-12);
        same_grid(found.volume.geometry(), expected.geometry(), 1e-3);
        close(found.volume.geometry(), &self::reference(reference), 1e-12);
    }
}

/// dcm2niix writes rows from back to front, and columns where their axis
/// points to the left; the voxel of the same place counts.
fn same_in_space(found: &Volume, expected: &Volume, tolerance: f64) {
    let size = found.geometry().size;
    assert_eq!(expected.geometry().size, size);
    let turned: [bool; 3] = std::array::from_fn(|axis| {
        let along = |volume: &Volume| volume.geometry().direction.map(|row| row[axis]);
        let (a, b) = (along(found), along(expected));
        a[0] * b[0] + a[1] * b[1] + a[2] * b[2] < 0.0
    });
    let other = |index: [usize; 3]| -> [usize; 3] {
        std::array::from_fn(|axis| {
            if turned[axis] {
                size[axis] - 1 - index[axis]
            } else {
                index[axis]
            }
        })
    };
    let mut worst: f64 = 0.0;
    for ((k, j, i), value) in found.voxels().indexed_iter() {
        let [x, y, z] = other([i, j, k]);
        worst = worst.max((value - expected.voxels()[[z, y, x]]).abs());
    }
    assert!(worst <= tolerance, "values differ by {worst}");
    let at = |volume: &Volume, index: [usize; 3]| {
        volume
            .geometry()
            .position_mm(index.map(|index| index as f64))
    };
    for index in [[0, 0, 0], size.map(|size| size - 1), [3, 5, 1]] {
        let (a, b) = (at(found, index), at(expected, other(index)));
        for axis in 0..3 {
            assert!((a[axis] - b[axis]).abs() < 1e-2, "{a:?} {b:?}");
        }
    }
}

/// One volume of a four-dimensional NIfTI-1 file, as a file of its own.
fn one_volume(nifti: &Path, volume: usize, folder: &Path) -> PathBuf {
    let bytes = std::fs::read(nifti).unwrap();
    let short = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let length = short(42) * short(44) * short(46) * short(72) / 8;
    let mut one = bytes[..352].to_vec();
    one[40] = 3;
    one[48] = 1;
    one.extend(&bytes[352 + volume * length..][..length]);
    let path = folder.join("one.nii");
    std::fs::write(&path, one).unwrap();
    path
}

#[test]
fn enhanced_mr_equals_dcm2niix() {
    let Some(folder) = testkit::data("dicom/odd/dcm_qa_enh") else {
        return;
    };
    let references = references().unwrap();
    let nifti = folder.join("Siemens_REST1_w_SMS_PF7-8_6.nii");
    let temporary = tempfile::tempdir().unwrap();
    for time in 0..4 {
        let file = folder.join(format!("6_{}.dcm", time + 1));
        let found = load(&file, None).volume;
        let key = format!("xa10_{}", time + 1);
        close(
            found.geometry(),
            &reference(&references["odd_geometry"][key]["sitk"]),
            1e-9,
        );
        let expected = io::read(one_volume(&nifti, time, temporary.path())).unwrap();
        same_in_space(&found, &expected, 0.0);
    }
    let file = folder.join("IM_0027_fMAP.dcm");
    let fieldmap = io::read(folder.join("Philips_WIP_B0_NS_801_e2_fieldmaphz.nii")).unwrap();
    // dcm2niix keeps slope and intercept in single precision.
    same_in_space(&load(&file, Some(0)).volume, &fieldmap, 6e-3);
    // Of the magnitude it writes Philips' own scale (stored values times
    // 118,362.24, from a private element); the standard's is the rescale slope.
    let magnitude = io::read(folder.join("Philips_WIP_B0_NS_801_e1.nii")).unwrap();
    let rescaled = magnitude
        .voxels()
        .mapv(|value| value / 118_362.242_187_5 * 1.279_853_479_853_47);
    let magnitude = Volume::new(rescaled, magnitude.geometry().clone()).unwrap();
    same_in_space(&load(&file, Some(1)).volume, &magnitude, 1e-3);
}

#[test]
fn time_points_of_a_folder_are_told_apart() {
    let Some(folder) = testkit::data("dicom/odd/dcm_qa_enh") else {
        return;
    };
    let files: Vec<_> = (1..5).map(|n| folder.join(format!("6_{n}.dcm"))).collect();
    let read = |volume| {
        let options = Options {
            volume,
            ..Options::default()
        };
        io::dicom::read_series(&files, &options)
    };
    let message = read(None).unwrap_err().to_string();
    assert!(message.contains("4 volumes"), "{message}");
    for (time, file) in files.iter().enumerate() {
        let found = read(Some(time)).unwrap();
        assert_eq!(found.volume, load(file, None).volume);
    }
    let message = read(Some(4)).unwrap_err().to_string();
    assert!(message.contains("no volume 4; there are 4"), "{message}");
}

#[test]
fn legacy_converted_ct() {
    let Some(file) = testkit::data("dicom/dcmqi_ct_seg/mf.dcm") else {
        return;
    };
    let found = load(&file, None);
    assert_eq!(found.modality, Modality::Ct);
    let geometry = found.volume.geometry();
    assert_eq!(geometry.size, [24, 38, 3]);
    assert_eq!(geometry.spacing_mm[..2], [0.7, 0.7]);
    assert_eq!(found.volume.voxels().sum(), 315.0);
}

#[test]
fn folders_are_described_without_names() {
    let Some(folder) = testkit::data("dicom") else {
        return;
    };
    let found = io::dicom::describe(&folder).unwrap();
    let text = format!("{found:?}");
    for private in ["CompressedSamples", "stc_test", "ax_asc_35sl", "crlab"] {
        assert!(!text.contains(private), "{private}");
    }
    let of = |uid_modality: &str| {
        found
            .iter()
            .filter(|it| it.modality == uid_modality)
            .count()
    };
    assert!(
        of("CT") >= 4 && of("MR") >= 4 && of("RTSTRUCT") >= 1,
        "{text}"
    );
    assert!(
        found
            .iter()
            .any(|it| it.geometry.is_some() && it.problem.is_none())
    );
}
