//! Every DICOM file of the reference manifest (pydicom's stored values and
//! geometry): read to those values, or refused for the reason stated here.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use radiomics::io::dicom::stored_pixels;
use radiomics::io::{self, Options};
use serde_json::Value;

#[path = "dicom_support/sha256.rs"]
mod sha256;

/// Files that make no volume, and words of the reason.
const REFUSED: &[(&str, &str)] = &[
    ("dcm_qa_ts/In/", "mosaic"),
    ("dcmqi_ct_seg/liver.dcm", "segmentation"),
    ("dcmqi_ct_seg/partial_overlaps.dcm", "segmentation"),
    ("dcmqi_ct_seg/sparse-labelmap-noppv.dcm", "segmentation"),
    ("dcmqi_ct_seg/sparse-labelmap-ppv5.dcm", "segmentation"),
    ("dicompyler_rtss/rtss.dcm", "structure set"),
    // Two kinds of image, of different rescaling.
    ("odd/dcm_qa_enh/IM_0027_fMAP.dcm", "2 volumes"),
    // pydicom's plugins can't decode it either: its size is damaged.
    (
        "odd/pydicom/JPEG2000-embedded-sequence-delimiter.dcm",
        "but Columns x Rows is 256 x 1024",
    ),
    ("odd/pydicom/MR_truncated.dcm", "truncated"),
    ("odd/pydicom/image_dfl.dcm", "PixelSpacing"),
    ("odd/pydicom/liver_1frame.dcm", "segmentation"),
    (
        "odd/pydicom/meta_missing_tsyntax.dcm",
        "BitsAllocated is missing",
    ),
    ("odd/pydicom/nested_priv_SQ.dcm", "BitsAllocated is missing"),
    ("odd/pydicom/no_meta.dcm", "neither NIfTI nor NRRD"),
    ("odd/pydicom/rtstruct.dcm", "structure set"),
];

fn files() -> Option<(PathBuf, Vec<(String, Value)>)> {
    let root = testkit::data("dicom")?;
    let manifest = std::fs::read_to_string(root.join("manifest.json")).unwrap();
    let Value::Object(entries) = serde_json::from_str(&manifest.replace("NaN", "null")).unwrap()
    else {
        panic!("the manifest is no object")
    };
    let files = entries
        .into_iter()
        .filter(|(name, _)| name.ends_with(".dcm"));
    Some((root, files.collect()))
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap();
    list.iter().map(|number| number.as_f64().unwrap()).collect()
}

/// Little-endian bytes of the type that NumPy names.
fn bytes(values: &[f64], dtype: &str) -> Vec<u8> {
    let each = |write: fn(f64) -> Vec<u8>| values.iter().flat_map(|&v| write(v)).collect();
    match dtype {
        "uint8" => each(|v| vec![v as u8]),
        "uint16" | ">u2" => each(|v| (v as u16).to_le_bytes().to_vec()),
        "int16" | ">i2" => each(|v| (v as i16).to_le_bytes().to_vec()),
        "uint32" => each(|v| (v as u32).to_le_bytes().to_vec()),
        other => panic!("{other}"),
    }
}

#[test]
fn stored_values_equal_pydicom() {
    let Some((root, files)) = files() else { return };
    let mut compared = 0;
    for (name, entry) in &files {
        let Some(expected) = entry.get("stored").filter(|it| it.is_object()) else {
            continue;
        };
        let found = stored_pixels(&root.join(name)).unwrap_or_else(|error| panic!("{error}"));
        let shape: Vec<f64> = found.shape.iter().map(|&size| size as f64).collect();
        let wanted = numbers(&expected["shape"]);
        assert_eq!(&shape[3 - wanted.len()..], wanted, "{name}");
        let least = found.values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = found
            .values
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        assert_eq!(Some(least), expected["min"].as_f64(), "{name}");
        assert_eq!(Some(most), expected["max"].as_f64(), "{name}");
        let sum: f64 = found.values.iter().sum();
        assert_eq!(Some(sum), expected["sum"].as_f64(), "{name}");
        let hash = sha256::hex(&bytes(&found.values, expected["dtype"].as_str().unwrap()));
        assert_eq!(hash.get(..16), expected["sha256_le"].as_str(), "{name}");
        compared += 1;
    }
    assert_eq!(compared, 41);
}

#[test]
fn each_file_is_a_volume_or_refused_with_a_reason() {
    let Some((root, files)) = files() else { return };
    for (name, entry) in &files {
        let path = root.join(name);
        let loaded = io::load(&path, &Options::default());
        if let Some((_, reason)) = REFUSED.iter().find(|(start, _)| name.starts_with(start)) {
            let message = loaded.expect_err(name).to_string();
            assert!(message.contains(reason), "{message}");
            continue;
        }
        let loaded = loaded.unwrap_or_else(|error| panic!("{error}"));
        check(name, entry, &loaded.volume, &path);
    }
}

fn check(name: &str, entry: &Value, volume: &radiomics::Volume, path: &Path) {
    let geometry = volume.geometry();
    let frame = entry.get("frame0");
    let of = |key: &str| {
        entry
            .get(key)
            .or_else(|| frame?.get(key))
            .filter(|v| !v.is_null())
    };
    let size = |key: &str| of(key).and_then(Value::as_f64);
    assert_eq!(Some(geometry.size[0] as f64), size("Columns"), "{name}");
    assert_eq!(Some(geometry.size[1] as f64), size("Rows"), "{name}");
    assert_eq!(
        geometry.size[2] as f64,
        size("NumberOfFrames").unwrap_or(1.0),
        "{name}"
    );
    if let Some(spacing) = of("PixelSpacing") {
        let spacing = numbers(spacing);
        assert_eq!(geometry.spacing_mm[..2], [spacing[1], spacing[0]], "{name}");
    }
    if let (Some(position), 1) = (of("ImagePositionPatient"), geometry.size[2]) {
        assert_eq!(geometry.origin_mm[..], numbers(position), "{name}");
    }
    if let Some(orientation) = of("ImageOrientationPatient") {
        let orientation = numbers(orientation);
        for (axis, expected) in orientation.into_iter().enumerate() {
            let found = geometry.direction[axis % 3][axis / 3];
            // The file's own axes may be off right angles by their rounding.
            assert!((found - expected).abs() < 1e-4, "{name}");
        }
    }
    let slope = of("RescaleSlope").and_then(Value::as_f64);
    let intercept = of("RescaleIntercept").and_then(Value::as_f64);
    let stored = stored_pixels(path).unwrap().values;
    if entry["Modality"] != "RTDOSE" && geometry.size[2] == 1 {
        let rescaled = stored
            .iter()
            .map(|value| slope.unwrap_or(1.0) * value + intercept.unwrap_or(0.0));
        assert!(volume.voxels().iter().copied().eq(rescaled), "{name}");
    }
}
