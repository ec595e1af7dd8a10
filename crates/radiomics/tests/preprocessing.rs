//! Normalisation, resampling and re-segmentation as PyRadiomics has them.
//!
//! Reference: PyRadiomics 3.1.1.dev0 (master 8ed5793), NumPy 2.4.6 and
//! SimpleITK 2.5.7, on an image that a formula gives.

#![allow(clippy::unwrap_used)]

mod support;

use ndarray::Array3;
use radiomics::{Geometry, Settings, Storage, Volume, extract};

/// 16-bit whole numbers on a grid turned about z, and an ellipsoid.
fn case() -> (Volume, Volume) {
    let geometry = Geometry {
        size: [16, 14, 10],
        spacing_mm: [0.8, 1.1, 2.5],
        origin_mm: [10.0, -20.0, 5.0],
        direction: [[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]],
    };
    let volume = |value: &dyn Fn(i32, i32, i32) -> i32| {
        let voxels = Array3::from_shape_fn((10, 14, 16), |(z, y, x)| {
            f64::from(value(x as i32, y as i32, z as i32))
        });
        Volume::new(voxels, geometry.clone()).unwrap()
    };
    let image = volume(&|x, y, z| (7 * x + 5 * y + 3 * z + x * y) % 23 * 10 - 60);
    let mask = volume(&|x, y, z| {
        let [x, y, z] = [x - 7, y - 6, z - 5];
        i32::from(x * x * 36 + y * y * 45 + z * z * 100 <= 900)
    });
    let short = Storage::Whole {
        least: -32768.0,
        most: 32767.0,
    };
    (image.stored_as(short), mask)
}

/// Features of the references.
const FEATURES: [&str; 7] = [
    "shape_VoxelVolume",
    "shape_MeshVolume",
    "shape_Maximum3DDiameter",
    "firstorder_Energy",
    "firstorder_Entropy",
    "firstorder_Median",
    "firstorder_Skewness",
];

fn compare(parameters: &str, expected: [f64; 7]) {
    let (image, mask) = case();
    let (settings, _) = Settings::from_pyradiomics_yaml(parameters).unwrap();
    let found = extract(&image, &mask, &settings).unwrap();
    for (name, expected) in FEATURES.into_iter().zip(expected) {
        let value = support::value(&found, name);
        let error = testkit::relative_error(value, expected);
        assert!(error < 1e-9, "{name}: {value} {expected}");
    }
}

#[test]
fn normalised_resampled_linearly_and_resegmented_by_sigma() {
    compare(
        "
setting:
  normalize: true
  normalizeScale: 100
  removeOutliers: 1.5
  binWidth: 20
  resampledPixelSpacing: [1, 1, 0]
  interpolator: sitkLinear
  resegmentMode: sigma
  resegmentRange: [-1.25, 1.0]
featureClass: {shape: , firstorder: }
",
        [
            670.0,
            648.75,
            14.361406616345072,
            186597.8858805996,
            2.5860498298331844,
            -9.150630353647095,
            0.06417506735359618,
        ],
    );
}

/// Values are cut to whole numbers, the shape is that of what is left.
#[test]
fn whole_numbers_resampled_by_a_spline_and_resegmented_by_the_maximum() {
    compare(
        "
setting:
  binCount: 16
  padDistance: 2
  resampledPixelSpacing: [1.6, 1.1, 1.25]
  resegmentMode: relative
  resegmentRange: [0.9, 0.1]
  resegmentShape: true
featureClass: {shape: [], firstorder: []}
",
        [
            411.40000000000003,
            381.9750000000002,
            16.25,
            964912.0,
            3.8518156118364315,
            57.0,
            0.559401293750363,
        ],
    );
}

#[test]
fn resampled_by_a_windowed_sinc() {
    compare(
        "
setting:
  binWidth: 10
  interpolator: sitkLanczosWindowedSinc
  resampledPixelSpacing: [1.2, 1.2, 1.2]
  voxelArrayShift: 100
featureClass: {shape: , firstorder: }
",
        [
            594.432,
            578.0159999999984,
            14.549226783578568,
            8407842.0,
            4.375165267713736,
            44.5,
            0.024888988992822797,
        ],
    );
}

/// The shape is the whole region's, cropped to the box of what is left.
#[test]
fn normalised_pre_cropped_and_resegmented() {
    compare(
        "
setting:
  binWidth: 0.25
  normalize: true
  padDistance: 0
  preCrop: true
  resegmentRange: [-0.5]
featureClass: {shape: , firstorder: }
",
        [
            605.0,
            584.833333333335,
            15.379531852432962,
            136.68580475756812,
            3.116784222103038,
            0.6001389031790085,
            0.04134457389446982,
        ],
    );
}
