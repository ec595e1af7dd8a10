//! The IBSI digital phantom (Zwanenburg et al., IBSI reference manual, section
//! 5.1; CC BY 4.0) against the published values and against PyRadiomics.

#![allow(clippy::unwrap_used)]

mod support;

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

/// Published value with the manual's own tolerance; where that is 0, the value
/// must agree to the three digits given.
fn agrees(found: f64, code: &str, published: f64, tolerance: f64) {
    let digit = 10f64.powi(published.abs().log10().floor() as i32 - 2);
    let tolerance = if tolerance > 0.0 {
        tolerance
    } else {
        0.5000001 * digit
    };
    assert!(
        (found - published).abs() <= tolerance,
        "{code}: {found}, published {published}"
    );
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
    assert_golden(&image, &mask, &settings(), &testkit::read_json(&golden));
}

/// IBSI code, our feature, published value, tolerance of the manual (0: three
/// digits).
const SAME_DEFINITION: [(&str, &str, f64, f64); 50] = [
    ("Q3CK", "shape_Elongation", 0.816, 0.005),
    ("N17B", "shape_Flatness", 0.749, 0.005),
    ("TDIC", "shape_MajorAxisLength", 11.4, 0.1),
    ("L0JK", "shape_Maximum3DDiameter", 13.1, 0.1),
    ("RNU0", "shape_MeshVolume", 556.0, 4.0),
    ("QCFX", "shape_Sphericity", 0.843, 0.005),
    ("C0JK", "shape_SurfaceArea", 388.0, 3.0),
    ("2PR5", "shape_SurfaceVolumeRatio", 0.698, 0.004),
    ("YEKZ", "shape_VoxelVolume", 592.0, 4.0),
    ("QG58", "firstorder_10Percentile", 1.0, 0.0),
    ("8DWT", "firstorder_90Percentile", 4.0, 0.0),
    ("N8CA", "firstorder_Energy", 567.0, 0.0),
    ("TLU2", "firstorder_Entropy", 1.27, 0.0),
    ("SALO", "firstorder_InterquartileRange", 3.0, 0.0),
    ("84IY", "firstorder_Maximum", 6.0, 0.0),
    ("Q4LE", "firstorder_Mean", 2.15, 0.0),
    ("4FUA", "firstorder_MeanAbsoluteDeviation", 1.55, 0.0),
    ("Y12H", "firstorder_Median", 1.0, 0.0),
    ("1GSF", "firstorder_Minimum", 1.0, 0.0),
    ("2OJQ", "firstorder_Range", 5.0, 0.0),
    ("1128", "firstorder_RobustMeanAbsoluteDeviation", 1.11, 0.0),
    ("5ZWQ", "firstorder_RootMeanSquared", 2.77, 0.0),
    ("KE2A", "firstorder_Skewness", 1.08, 0.0),
    ("BJ5W", "firstorder_Uniformity", 0.512, 0.0),
    ("ECT3", "firstorder_Variance", 3.05, 0.0),
    ("QWB0", "glcm_Autocorrelation", 5.06, 0.0),
    ("AE86", "glcm_ClusterProminence", 145.0, 0.0),
    ("7NFM", "glcm_ClusterShade", 16.6, 0.0),
    ("DG8W", "glcm_ClusterTendency", 7.07, 0.0),
    ("ACUI", "glcm_Contrast", 5.32, 0.0),
    ("NI2N", "glcm_Correlation", 0.157, 0.0),
    ("TF7R", "glcm_DifferenceAverage", 1.43, 0.0),
    ("8S9J", "glcm_DifferenceAverage", 1.43, 0.0),
    ("NTRS", "glcm_DifferenceEntropy", 1.56, 0.0),
    ("D3YU", "glcm_DifferenceVariance", 3.06, 0.0),
    ("IB1Z", "glcm_Id", 0.677, 0.0),
    ("WF0Z", "glcm_Idm", 0.618, 0.0),
    ("1QCO", "glcm_Idmn", 0.898, 0.0),
    ("NDRX", "glcm_Idn", 0.851, 0.0),
    ("R8DG", "glcm_Imc1", -0.157, 0.0),
    ("JN9H", "glcm_Imc2", 0.52, 0.0),
    ("E8JP", "glcm_InverseVariance", 0.0604, 0.0),
    ("60VM", "glcm_JointAverage", 2.14, 0.0),
    ("8ZQL", "glcm_JointEnergy", 0.303, 0.0),
    ("TU9B", "glcm_JointEntropy", 2.4, 0.0),
    ("GYBY", "glcm_MaximumProbability", 0.503, 0.0),
    ("ZGXS", "glcm_SumAverage", 4.29, 0.0),
    ("OEEB", "glcm_ClusterTendency", 7.07, 0.0),
    ("P6QZ", "glcm_SumEntropy", 1.92, 0.0),
    ("UR99", "glcm_SumSquares", 3.1, 0.0),
];

#[test]
fn features_equal_the_published_values() {
    let found = features();
    for (code, feature, published, tolerance) in SAME_DEFINITION {
        agrees(value(&found, feature), code, published, tolerance);
    }
}

/// Where PyRadiomics defines a feature otherwise than IBSI, and how the two
/// are related.
#[test]
fn other_definitions_are_converted() {
    let found = features();
    // Kurtosis is not excess.
    agrees(
        value(&found, "firstorder_Kurtosis") - 3.0,
        "IPH6",
        -0.355,
        0.0,
    );
    // The covariance of the 74 voxel centres is over N, IBSI's over N - 1.
    let over_n_1 = (74.0f64 / 73.0).sqrt();
    for (code, feature, published, tolerance) in [
        ("TDIC", "shape_MajorAxisLength", 11.4, 0.1),
        ("P9VJ", "shape_MinorAxisLength", 9.31, 0.06),
        ("7J51", "shape_LeastAxisLength", 8.54, 0.05),
    ] {
        agrees(
            value(&found, feature) * over_n_1,
            code,
            published,
            tolerance,
        );
    }
    // The published minor axis is met to all its digits only over N - 1.
    let minor = value(&found, "shape_MinorAxisLength");
    assert!((minor - 9.31).abs() > 0.005 && (minor * over_n_1 - 9.31).abs() < 0.005);
}

/// The values above are those of the reference table.
#[test]
fn published_values_are_copied_right() {
    let Some(path) = testkit::data("radiomics/ibsi1_reference.csv") else {
        return;
    };
    let (header, rows) = testkit::read_csv(&path);
    let column = |name: &str| header.iter().position(|h| h == name).unwrap();
    let (dataset, code, aggregation) = (
        column("dataset"),
        column("ibsi_code"),
        column("aggregation"),
    );
    let (reference, tolerance) = (column("reference_value"), column("tolerance"));
    for (ibsi, _, published, allowed) in SAME_DEFINITION {
        let row = rows.iter().find(|row| {
            row[dataset] == "digital_phantom"
                && row[code] == ibsi
                && (row[aggregation].is_empty() || row[aggregation] == "3D:averaged")
        });
        let row = row.unwrap_or_else(|| panic!("no row for {ibsi}"));
        assert_eq!(row[reference].parse::<f64>().unwrap(), published, "{ibsi}");
        assert_eq!(row[tolerance].parse::<f64>().unwrap(), allowed, "{ibsi}");
    }
}
