//! The IBSI digital phantom (Zwanenburg et al., IBSI reference manual, section
//! 5.1; CC BY 4.0) in PyRadiomics' dialect, against the published values and
//! against PyRadiomics.

#![allow(clippy::unwrap_used)]

mod ibsi_reference;
mod support;

use radiomics::features::catalogue;
use radiomics::{Extraction, Settings, extract, io};
use support::{assert_golden, digital_phantom, value};

fn settings() -> Settings {
    Settings {
        bin_width: 1.0,
        ..Settings::default()
    }
}

fn features() -> Extraction {
    let (image, mask) = digital_phantom();
    extract(&image, &mask, &settings()).unwrap()
}

#[test]
fn tables_equal_the_published_files() {
    let folder = "radiomics/ibsi/ibsi_1_digital_phantom/nifti";
    let (Some(image), Some(mask)) = (
        testkit::data(&format!("{folder}/image/phantom.nii.gz")),
        testkit::data(&format!("{folder}/mask/mask.nii.gz")),
    ) else {
        return;
    };
    let (our_image, our_mask) = digital_phantom();
    let (image, mask) = (io::read(image).unwrap(), io::read(mask).unwrap());
    assert_eq!(image.voxels(), our_image.voxels());
    assert_eq!(mask.voxels(), our_mask.voxels());
    assert_eq!(image.geometry(), our_image.geometry());
}

#[test]
fn phantom_equals_pyradiomics() {
    let golden = "radiomics/golden/ibsi_digital_phantom_pyradiomics.json";
    let Some(golden) = testkit::data(golden) else {
        return;
    };
    let (image, mask) = digital_phantom();
    assert_golden(
        &image,
        &mask,
        &settings(),
        &testkit::read_json(&golden),
        1e-6,
    );
}

/// PyRadiomics' features whose numbers are others than IBSI's of that code.
const OTHER_NUMBERS: [&str; 2] = ["LeastAxisLength", "MinorAxisLength"];

/// What has a code of IBSI has IBSI's number. (PyRadiomics averages over the
/// directions in space.)
#[test]
fn features_with_a_code_equal_the_published_values() {
    let found = features();
    let rows = ibsi_reference::digital_phantom();
    let of_others = |tag: &str| ["2D", "2_5D", "comb"].iter().any(|part| tag.contains(part));
    let mut compared = 0;
    for feature in catalogue() {
        let (Some(name), Some(code)) = (feature.pyradiomics, feature.ibsi) else {
            continue;
        };
        let full = format!("original_{}_{name}", feature.family);
        let Some(value) = found.features.iter().find(|f| f.name == full) else {
            continue;
        };
        if OTHER_NUMBERS.contains(&name) {
            continue;
        }
        let mut in_space = rows.iter().filter(|row| !of_others(&row.tag));
        let row = in_space.find(|row| row.code == code);
        let row = row.unwrap_or_else(|| panic!("no row for {full} ({code})"));
        row.agrees(value.value).unwrap();
        compared += 1;
    }
    assert!(compared >= 48, "{compared}");
}

/// Where PyRadiomics defines a feature otherwise than IBSI, and how the two
/// are related.
#[test]
fn other_definitions_are_converted() {
    let found = features();
    // Kurtosis is not excess.
    let rows = ibsi_reference::digital_phantom();
    let row = |tag: &str| rows.iter().find(|row| row.tag == tag).unwrap();
    let kurtosis = value(&found, "firstorder_Kurtosis");
    row("stat_kurt").agrees(kurtosis - 3.0).unwrap();
    // The covariance of the 74 voxel centres is over N, IBSI's over N - 1.
    let over_n_1 = (74.0f64 / 73.0).sqrt();
    for (tag, feature) in [
        ("morph_pca_maj_axis", "shape_MajorAxisLength"),
        ("morph_pca_min_axis", "shape_MinorAxisLength"),
        ("morph_pca_least_axis", "shape_LeastAxisLength"),
    ] {
        row(tag).agrees(value(&found, feature) * over_n_1).unwrap();
    }
    // The published minor axis is met to all its digits only over N - 1.
    let minor = value(&found, "shape_MinorAxisLength");
    assert!((minor - 9.31).abs() > 0.005 && (minor * over_n_1 - 9.31).abs() < 0.005);
}
