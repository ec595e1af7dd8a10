//! Features equal PyRadiomics' (master 8ed5793) to 1e-6 relative, with the
//! settings that each reference names.

#![allow(clippy::unwrap_used)]

mod support;

use radiomics::{FeatureClass, Settings, Volume, io};
use serde_json::{Value, json};
use support::{assert_golden, synthetic_case};

/// A reference's settings, for its original features.
fn settings(golden: &Value) -> Settings {
    let mut parameters = golden["settings"].clone();
    parameters["imageType"] = json!({"Original": {}});
    let text = parameters.to_string();
    let (settings, notes) = Settings::from_pyradiomics_yaml(&text).unwrap();
    assert!(notes.is_empty(), "{notes:?}");
    Settings {
        // The references were made without a parameter file.
        classes: FeatureClass::DEFAULT.to_vec(),
        ..settings
    }
}

fn compare(image: &Volume, mask: &Volume, golden: &str) {
    if let Some(golden) = testkit::data(&format!("radiomics/golden/{golden}.json")) {
        let golden = testkit::read_json(&golden);
        assert_golden(image, mask, &settings(&golden), &golden);
    }
}

fn nrrd_case(name: &str, golden: &str) {
    let data = |what: &str| testkit::data(&format!("radiomics/pyradiomics/{name}_{what}.nrrd"));
    if let (Some(image), Some(mask)) = (data("image"), data("label")) {
        let (image, mask) = (io::read(image).unwrap(), io::read(mask).unwrap());
        compare(&image, &mask, golden);
    }
}

/// Two parts, slices of 6.5 mm, and a y axis that points to the front.
#[test]
fn brain1_equals_pyradiomics() {
    nrrd_case("brain1", "brain1_default");
}

/// Textures within slices.
#[test]
fn brain1_by_slices_equals_pyradiomics() {
    nrrd_case("brain1", "brain1_force2d");
}

/// Normalised and resampled by a B-spline.
#[test]
fn brain1_as_mri_equals_pyradiomics() {
    nrrd_case("brain1", "brain1_mri");
}

/// A region of 143 voxels.
#[test]
fn breast1_equals_pyradiomics() {
    nrrd_case("breast1", "breast1_default");
}

/// 200,997 voxels.
#[test]
fn synthetic_case_equals_pyradiomics() {
    let (image, mask) = synthetic_case();
    compare(&image, &mask, "synth_default");
}
