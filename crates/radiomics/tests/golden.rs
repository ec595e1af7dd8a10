//! Features equal PyRadiomics' (master 8ed5793), with the settings that each
//! reference names: those of the original image to 1e-6 relative, those of
//! filtered images to 1e-4.

#![allow(clippy::unwrap_used)]

mod support;

use radiomics::{FeatureClass, Settings, Volume, io};
use serde_json::{Value, json};
use support::{assert_golden, synthetic_case};

/// How far a reference's values may be away, relative.
const TOLERANCE: f64 = 1e-6;

/// Those of images that a filter has made.
const FILTERED: f64 = 1e-4;

/// A reference's settings, with all of its image types or just the original.
fn settings(golden: &Value, filters: bool) -> Settings {
    let mut parameters = golden["settings"].clone();
    if !filters {
        parameters["imageType"] = json!({"Original": {}});
    }
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
        let filters = golden["settings"]["imageType"].get("Wavelet").is_some();
        let original = settings(&golden, false);
        assert_golden(image, mask, &original, &golden, TOLERANCE);
        if filters {
            let all = settings(&golden, true);
            assert_golden(image, mask, &all, &golden, FILTERED);
        }
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

/// LoG with five sigmas, the thinnest far below the slices' distance, and a
/// wavelet: 1,316 features.
#[test]
fn brain1_filtered_equals_pyradiomics() {
    nrrd_case("brain1", "brain1_full");
}

/// Normalised and resampled by a B-spline; every filter but binary patterns:
/// 1,595 features.
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

/// 1,316 features of 14 images.
#[test]
fn synthetic_case_filtered_equals_pyradiomics() {
    let (image, mask) = synthetic_case();
    compare(&image, &mask, "synth_full");
}
