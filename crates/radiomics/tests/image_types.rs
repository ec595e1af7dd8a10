//! Features of filtered images: names, order, settings and warnings.

#![allow(clippy::unwrap_used)]

use ndarray::Array3;
use radiomics::pyradiomics::Sigma;
use radiomics::{
    Extraction, FeatureClass, Geometry, ImageType, Overrides, Settings, Volume, extract,
};

/// Voxels of 1 x 1 x 3 mm, an ellipsoid in the middle.
fn case() -> (Volume, Volume) {
    let geometry = Geometry::aligned([21, 18, 9], [1.0, 1.0, 3.0]);
    let volume = |value: &dyn Fn(i32, i32, i32) -> i32| {
        let voxels = Array3::from_shape_fn((9, 18, 21), |(z, y, x)| {
            f64::from(value(x as i32, y as i32, z as i32))
        });
        Volume::new(voxels, geometry.clone()).unwrap()
    };
    let image = volume(&|x, y, z| (7 * x * x + 5 * y + 30 * z + x * y * z) % 997);
    let mask = volume(&|x, y, z| {
        let [x, y, z] = [x - 10, y - 9, z - 4];
        i32::from(x * x + y * y + 4 * z * z <= 36)
    });
    (image, mask)
}

fn settings(text: &str) -> Settings {
    let (settings, _) = Settings::from_pyradiomics_yaml(text).unwrap();
    settings
}

/// Beginnings of the columns' names, in order.
fn images(found: &Extraction) -> Vec<&str> {
    let names = found.features.iter();
    let mut images: Vec<&str> = names.filter_map(|f| f.name.split('_').next()).collect();
    images.dedup();
    images
}

#[test]
fn columns_are_named_as_pyradiomics_names_them() {
    let (image, mask) = case();
    let settings = settings(
        "
setting: {binWidth: 20, sigma: [3, 4.5]}
featureClass: {firstorder: [Mean]}
imageType:
  LBP3D: {lbp3DLevels: 3}
  LBP2D: {}
  Gradient: {}
  Exponential: {}
  Logarithm: {}
  SquareRoot: {}
  Square: {}
  Wavelet: {level: 2, wavelet: haar}
  LoG: {}
  Original: {}
",
    );
    let found = extract(&image, &mask, &settings).unwrap();
    let expected = [
        "original",
        "log-sigma-3-mm-3D",
        "log-sigma-4-5-mm-3D",
        "wavelet-LLH",
        "wavelet-LHL",
        "wavelet-LHH",
        "wavelet-HLL",
        "wavelet-HLH",
        "wavelet-HHL",
        "wavelet-HHH",
        "wavelet2-LLH",
        "wavelet2-LHL",
        "wavelet2-LHH",
        "wavelet2-HLL",
        "wavelet2-HLH",
        "wavelet2-HHL",
        "wavelet2-HHH",
        "wavelet2-LLL",
        "square",
        "squareroot",
        "logarithm",
        "exponential",
        "gradient",
        "lbp-2D",
        "lbp-3D-m1",
        "lbp-3D-m2",
        "lbp-3D-m3",
        "lbp-3D-k",
    ];
    assert_eq!(images(&found), expected);
    assert_eq!(found.features[1].name, "log-sigma-3-mm-3D_firstorder_Mean");
}

#[test]
fn image_types_follow_their_own_settings() {
    let (image, mask) = case();
    let settings = settings(
        "
setting: {binWidth: 20}
featureClass: {firstorder: [Mean, Entropy]}
imageType:
  Wavelet: {force2D: true, force2Ddimension: 1, start_level: 1, wavelet: db2, binCount: 32}
",
    );
    let found = extract(&image, &mask, &settings).unwrap();
    let expected = ["wavelet-LH", "wavelet-HL", "wavelet-HH", "wavelet-LL"];
    assert_eq!(images(&found), expected);
}

#[test]
fn users_are_warned() {
    let (image, mask) = case();
    let settings = settings(
        "
setting: {binWidth: 200}
featureClass: {firstorder: [Mean]}
imageType:
  LoG: {sigma: [2.0, 25, 3], binWidth: 4}
  Wavelet: {wavelet: haar, force2D: true}
",
    );
    let found = extract(&image, &mask, &settings).unwrap();
    let about = |subject: &str| {
        let warnings = found.warnings.iter();
        let about = warnings.filter(|(about, _)| about == subject);
        about.map(|(_, text)| text.as_str()).collect::<Vec<_>>()
    };
    let fine = about("log-sigma-2-0-mm-3D");
    assert!(
        fine.iter().any(|text| text.contains("sigma 2 mm")),
        "{fine:?}"
    );
    assert!(
        fine.iter().any(|text| text.contains("3 mm along z")),
        "{fine:?}"
    );
    let large = about("log-sigma-25-mm-3D");
    assert_eq!(large.len(), 1);
    assert!(
        large[0].contains("too large for the 21 voxels"),
        "{large:?}"
    );
    assert!(!images(&found).contains(&"log-sigma-25-mm-3D"));
    let coarse = about("wavelet-HH");
    assert!(coarse[0].contains("grey levels"), "{coarse:?}");
    assert!(coarse[0].contains("a smaller bin_width"), "{coarse:?}");

    let settings = Settings {
        image_types: [(ImageType::LoG, Overrides::default())].into(),
        ..settings
    };
    let found = extract(&image, &mask, &settings).unwrap();
    assert!(found.features.is_empty());
    assert!(found.warnings[0].1.contains("no sigma"));
}

/// Of the whole image, whatever the number of threads; of the surroundings, to
/// the tolerance that is documented.
#[test]
fn cropping_changes_little() {
    let (image, mask) = case();
    let mut settings = Settings {
        classes: vec![FeatureClass::FirstOrder],
        sigma: vec![Sigma::Decimal(0.5), Sigma::Decimal(1.0)],
        bin_width: 20.0,
        ..Settings::default()
    };
    for image_type in [ImageType::LoG, ImageType::Wavelet, ImageType::Gradient] {
        settings
            .image_types
            .insert(image_type, Overrides::default());
    }
    let pool = |threads| {
        let builder = rayon::ThreadPoolBuilder::new().num_threads(threads);
        builder.build().unwrap()
    };
    let whole = pool(1).install(|| extract(&image, &mask, &settings).unwrap());
    let again = pool(3).install(|| extract(&image, &mask, &settings).unwrap());
    assert_eq!(whole, again);
    settings.crop_filters = true;
    let cropped = extract(&image, &mask, &settings).unwrap();
    assert_eq!(whole.features.len(), cropped.features.len());
    for (whole, cropped) in whole.features.iter().zip(&cropped.features) {
        let error = testkit::relative_error(cropped.value, whole.value);
        assert!(
            error < 1e-3,
            "{}: {} {}",
            whole.name,
            whole.value,
            cropped.value
        );
        if !whole.name.starts_with("log") {
            assert_eq!(whole, cropped);
        }
    }
}

#[test]
fn problems_name_the_image() {
    let (image, mask) = case();
    let zero = Volume::new(Array3::zeros((9, 18, 21)), image.geometry().clone()).unwrap();
    let of = |image: &Volume, image_type, bin_width| {
        let settings = Settings {
            image_types: [(image_type, Overrides::default())].into(),
            bin_width,
            ..Settings::default()
        };
        extract(image, &mask, &settings).unwrap_err().to_string()
    };
    let message = of(&zero, ImageType::Square, 1.0);
    assert!(
        message.contains("square: the square of the image"),
        "{message}"
    );
    let message = of(&image, ImageType::Wavelet, 1e-9);
    assert!(message.contains("image type wavelet-"), "{message}");
    assert!(message.contains("grey levels are too many"), "{message}");
}
