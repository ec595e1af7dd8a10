//! Shape features equal PyRadiomics' (master 8ed5793) to 1e-6 relative.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use radiomics::features::shape::{FEATURES, Shape};
use radiomics::{Roi, Volume, io};
use support::{digital_phantom, synthetic_case};

fn value(shape: &Shape, name: &str) -> f64 {
    let row = FEATURES.iter().find(|d| d.pyradiomics == Some(name));
    (row.unwrap().value)(shape)
}

fn assert_shape(mask: &Volume, golden: &str) {
    let Some(path) = testkit::data(&format!("radiomics/golden/{golden}.json")) else {
        return;
    };
    let golden = testkit::read_json(&path);
    let shape = Shape::of(&Roi::select(mask, 1).unwrap());
    let (mut compared, mut worst) = (0, 0.0f64);
    for (name, expected) in golden["features"].as_object().unwrap() {
        let Some(name) = name.strip_prefix("original_shape_") else {
            continue;
        };
        let error = testkit::relative_error(value(&shape, name), expected.as_f64().unwrap());
        assert!(error < 1e-6, "{name}: {} {expected}", value(&shape, name));
        (compared, worst) = (compared + 1, worst.max(error));
    }
    assert_eq!(compared, 14);
    println!("largest relative error {worst:e}");
    // PyRadiomics' formulae of the features that it no longer computes unasked.
    let (volume, area) = (value(&shape, "MeshVolume"), value(&shape, "SurfaceArea"));
    let pi = std::f64::consts::PI;
    for (name, expected) in [
        ("Compactness1", volume / (area.powf(1.5) * pi.sqrt())),
        ("Compactness2", 36.0 * pi * volume.powi(2) / area.powi(3)),
        (
            "SphericalDisproportion",
            area / (36.0 * pi * volume.powi(2)).cbrt(),
        ),
    ] {
        assert!(testkit::relative_error(value(&shape, name), expected) < 1e-14);
        assert!(
            FEATURES
                .iter()
                .any(|d| d.pyradiomics == Some(name) && d.deprecated)
        );
    }
}

#[test]
fn nrrd_cases_equal_pyradiomics() {
    for (case, golden) in [
        ("brain1", "brain1_default"),
        ("brain1", "brain1_force2d"),
        ("brain1", "brain1_full"),
        ("breast1", "breast1_default"),
    ] {
        let mask = testkit::data(&format!("radiomics/pyradiomics/{case}_label.nrrd"));
        if let Some(mask) = mask {
            assert_shape(&io::read(mask).unwrap(), golden);
        }
    }
}

#[test]
fn phantom_equals_pyradiomics() {
    assert_shape(&digital_phantom().1, "ibsi_digital_phantom_pyradiomics");
}

#[test]
fn synthetic_case_equals_pyradiomics() {
    let mask = synthetic_case().1;
    assert_shape(&mask, "synth_default");
    assert_shape(&mask, "synth_full");
}
