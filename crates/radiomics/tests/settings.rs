//! Settings other than the defaults, on the IBSI digital phantom.
//!
//! Reference: the formulas of PyRadiomics' own glcm.py and imageoperations.py
//! (master 8ed5793) run under NumPy, its C matrices replaced by plain loops;
//! with default settings that set-up gives PyRadiomics' published output of
//! the phantom to the last bit.

#![allow(clippy::unwrap_used)]

mod support;

use radiomics::{FeatureClass, Settings, extract};

/// Feature; value with asymmetric matrices, distances 1 and 2, bin width 1;
/// value with distance 2 and 4 bins.
const REFERENCE: [(&str, f64, f64); 24] = [
    ("Autocorrelation", 4.834221854806065, 3.117879667385262),
    ("ClusterProminence", 100.04138522899206, 12.492456177794203),
    ("ClusterShade", 9.117715085329776, 1.505363479238823),
    ("ClusterTendency", 5.786791148058784, 2.089584110568345),
    ("Contrast", 7.697076914648848, 3.20693823479071),
    ("Correlation", -0.058440300397812575, -0.19710254642045208),
    ("DifferenceAverage", 1.9841208090496179, 1.3298618625039695),
    ("DifferenceEntropy", 1.6911824991185809, 1.7026045946378594),
    ("DifferenceVariance", 3.3926940174487195, 1.3214997971381595),
    ("Id", 0.5687687432069412, 0.5954466330550103),
    ("Idm", 0.49091359131544166, 0.5227767059766892),
    ("Idmn", 0.8559658063456541, 0.8578146227726792),
    ("Idn", 0.7964847493120335, 0.790600440166959),
    ("Imc1", -0.16067210039349356, -0.1530105209105333),
    ("Imc2", 0.5833385220227928, 0.5446964576823209),
    ("InverseVariance", 0.06867563409018423, 0.18295584874946821),
    ("JointAverage", 2.640409699309507, 1.8369401571406836),
    ("JointEnergy", 0.277641265566097, 0.23207704633571338),
    ("JointEntropy", 2.2277747090403763, 2.5175648819422562),
    ("MCC", 0.5017261765489838, 0.4235821986515276),
    (
        "MaximumProbability",
        0.42381213175632015,
        0.37568255213919244,
    ),
    ("SumAverage", 4.5858370550518535, 3.673880314281367),
    ("SumEntropy", 1.891995117284363, 1.8838737424075218),
    ("SumSquares", 3.470258492936176, 1.3241305863397639),
];

#[test]
fn asymmetric_matrices_and_several_distances() {
    compare(
        &Settings {
            bin_width: 1.0,
            symmetrical_glcm: false,
            distances: vec![2, 1],
            ..Settings::default()
        },
        |row| row.1,
    );
}

#[test]
fn bin_count_and_distance_two() {
    let settings = Settings {
        bin_count: Some(4),
        distances: vec![2],
        ..Settings::default()
    };
    compare(&settings, |row| row.2);

    // Shares 50, 1, 16 and 7 of 74.
    let (image, mask) = support::digital_phantom();
    let found = extract(&image, &mask, &settings).unwrap();
    let entropy = support::value(&found, "firstorder_Entropy");
    assert!((entropy - 1.2656115555865246).abs() < 1e-12);
}

fn compare(settings: &Settings, expected: impl Fn(&(&str, f64, f64)) -> f64) {
    let (image, mask) = support::digital_phantom();
    let settings = Settings {
        classes: vec![FeatureClass::Glcm],
        ..settings.clone()
    };
    let found = extract(&image, &mask, &settings).unwrap();
    assert_eq!(found.features.len(), REFERENCE.len());
    for row in &REFERENCE {
        let value = support::value(&found, &format!("glcm_{}", row.0));
        let error = testkit::relative_error(value, expected(row));
        assert!(error < 1e-9, "{}: {value} ({error:e})", row.0);
    }
}
