//! Features equal PyRadiomics' (master 8ed5793) to 1e-6 relative.

#![allow(clippy::unwrap_used)]

mod support;

use radiomics::{Settings, io};
use support::{assert_golden, synthetic_case};

fn nrrd_case(name: &str) {
    let data = |file: String| testkit::data(&format!("radiomics/{file}"));
    let (Some(image), Some(mask), Some(golden)) = (
        data(format!("pyradiomics/{name}_image.nrrd")),
        data(format!("pyradiomics/{name}_label.nrrd")),
        data(format!("golden/{name}_default.json")),
    ) else {
        return;
    };
    let (image, mask) = (io::read(image).unwrap(), io::read(mask).unwrap());
    assert_golden(
        &image,
        &mask,
        &Settings::default(),
        &testkit::read_json(&golden),
    );
}

/// Two parts, slices of 6.5 mm, and a y axis that points to the front.
#[test]
fn brain1_equals_pyradiomics() {
    nrrd_case("brain1");
}

/// A region of 143 voxels.
#[test]
fn breast1_equals_pyradiomics() {
    nrrd_case("breast1");
}

/// 200,997 voxels, 32-bit floats.
#[test]
fn synthetic_case_equals_pyradiomics() {
    let Some(golden) = testkit::data("radiomics/golden/synth_default.json") else {
        return;
    };
    let (image, mask) = synthetic_case();
    assert_golden(
        &image,
        &mask,
        &Settings::default(),
        &testkit::read_json(&golden),
    );
}
