//! PyRadiomics' parameter files, read as they are.

#![allow(clippy::unwrap_used)]

use std::fs;

use radiomics::matrices::Weighting;
use radiomics::pyradiomics::Sigma;
use radiomics::resample::itk::Interpolator;
use radiomics::{FeatureClass, ImageType, Overrides, ResegmentMode, Settings};

fn read(text: &str) -> Settings {
    Settings::from_pyradiomics_yaml(text).unwrap().0
}

fn refused(text: &str) -> String {
    let error = Settings::from_pyradiomics_yaml(text).expect_err(text);
    error.to_string()
}

/// The settings of a file from PyRadiomics or AutoRadiomics; `None` without
/// reference data.
fn published(name: &str) -> Option<Settings> {
    let path = testkit::data(&format!("interop/pyradiomics/{name}.yaml"))?;
    let text = fs::read_to_string(path).unwrap();
    let (settings, notes) = Settings::from_pyradiomics_yaml(&text).unwrap();
    assert_eq!(notes, [""; 0]);
    // All of these files leave SumAverage out.
    let glcm = &settings.features[&FeatureClass::Glcm];
    assert_eq!((settings.features.len(), glcm.len()), (1, 22));
    assert!(!glcm.contains(&"SumAverage".to_owned()));
    Some(settings)
}

/// The classes of most of the files: no ngtdm.
const SIX: [FeatureClass; 6] = [
    FeatureClass::Shape,
    FeatureClass::FirstOrder,
    FeatureClass::Glcm,
    FeatureClass::Glrlm,
    FeatureClass::Glszm,
    FeatureClass::Gldm,
];

/// Default settings with what a published file names, apart from classes: the
/// original, the Laplacian of Gaussian with these sigmas, and wavelets; with no
/// sigma, the original alone.
fn assert_published(name: &str, classes: &[FeatureClass], sigma: &[f64], expected: Settings) {
    if let Some(found) = published(name) {
        assert_eq!(found.classes, classes, "{name}");
        let mut image_types = expected.image_types.clone();
        if !sigma.is_empty() {
            let sigma = sigma.iter().copied().map(Sigma::Decimal).collect();
            let own = Overrides {
                sigma: Some(sigma),
                ..Overrides::default()
            };
            image_types.insert(ImageType::LoG, own);
            image_types.insert(ImageType::Wavelet, Overrides::default());
        }
        let expected = Settings {
            classes: found.classes.clone(),
            features: found.features.clone(),
            image_types,
            ..expected
        };
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn published_files_are_understood() {
    let normalised = |spacing, bin_width: f64| Settings {
        normalize: true,
        normalize_scale: 100.0,
        resampled_pixel_spacing: Some(spacing),
        bin_width,
        voxel_array_shift: 300.0,
        ..Settings::default()
    };
    assert_published("Params", &SIX, &[], Settings::default());
    let sigma = [1.0, 2.0, 3.0, 4.0, 5.0];
    let expected = normalised([2.0; 3], 5.0);
    assert_published("exampleMR_3mm", &SIX, &sigma[1..], expected);
    let expected = normalised([3.0; 3], 5.0);
    assert_published("exampleMR_5mm", &SIX, &[3.0, 5.0], expected);
    assert_published(
        "exampleCT",
        &SIX,
        &sigma,
        Settings {
            resampled_pixel_spacing: Some([1.0; 3]),
            pad_distance: 10,
            voxel_array_shift: 1000.0,
            ..Settings::default()
        },
    );
    let mut slices = SIX.to_vec();
    slices[0] = FeatureClass::Shape2D;
    slices.push(FeatureClass::Ngtdm);
    assert_published(
        "MR_2D_extraction",
        &slices,
        &sigma[1..],
        Settings {
            pad_distance: 10,
            pre_crop: true,
            force_2d: true,
            ..normalised([2.0, 2.0, 0.0], 5.0)
        },
    );
    let mut seven = SIX.to_vec();
    seven.push(FeatureClass::Ngtdm);
    assert_published(
        "autorad_MR_default",
        &seven,
        &[3.0, 5.0],
        Settings {
            normalize_scale: 500.0,
            interpolator: Interpolator::Linear,
            minimum_roi_dimensions: 1,
            voxel_array_shift: 1000.0,
            ..normalised([2.0, 2.0, 0.0], 25.0)
        },
    );
}

/// Every setting, in YAML and in this crate's TOML.
#[test]
fn yaml_and_toml_give_the_same_settings() {
    let yaml = read(
        "
setting: # all of them
  minimumROIDimensions: 1
  minimumROISize: 50
  geometryTolerance: 1e-3
  correctMask: true
  additionalInfo: false
  label: 3
  label_channel: 1
  binWidth: 12.5
  binCount: 32
  normalize: True
  normalizeScale: 100
  removeOutliers: 3
  resampledPixelSpacing: [1, 1.5, 0]
  interpolator: 6
  padDistance: 0
  distances: [1, 2]
  force2D: true
  force2Ddimension: 2
  resegmentRange:
    - -3
    - .inf
  resegmentMode: sigma
  resegmentShape: true
  preCrop: true
  voxelArrayShift: -20
  symmetricalGLCM: false
  weightingNorm: no_weighting
  gldm_a: 1
  sigma: [1, 2.0, 1, 1e1]
  wavelet: bior2.2
  level: 2
  start_level: 1
  gradientUseSpacing: false
  lbp2DRadius: 2
  lbp2DSamples: 9
  lbp2DMethod: ror
  lbp3DLevels: 3
  lbp3DIcosphereRadius: 1.5
  lbp3DIcosphereSubdivision: 0
voxelSetting: {kernelRadius: 2, maskedKernel: false, initValue: -1, voxelBatch: 1000}
featureClass:
  shape2D:
  gldm: []
  firstorder: ['10Percentile', \"Mean\"]
imageType:
  Original: {binWidth: 5, distances: [3], weightingNorm: manhattan, force2D: false,
    force2Ddimension: 1, binCount: 8, voxelArrayShift: 7, symmetricalGLCM: true, gldm_a: 2}
  LoG: {sigma: [0.5, 3, 3]}
  Wavelet: {wavelet: haar, level: 3, start_level: 0, binWidth: 1}
  Square: {}
  SquareRoot: {}
  Logarithm: {}
  Exponential: {}
  Gradient: {gradientUseSpacing: true}
  LBP2D: {lbp2DRadius: 1, lbp2DSamples: 4, lbp2DMethod: var}
  LBP3D: {lbp3DLevels: 1, lbp3DIcosphereRadius: 2, lbp3DIcosphereSubdivision: 2}
",
    );
    let toml = Settings::from_toml(
        "
label = 3
label_channel = 1
bin_width = 12.5
bin_count = 32
voxel_array_shift = -20
normalize = true
normalize_scale = 100
remove_outliers = 3
resampled_pixel_spacing = [1, 1.5, 0]
interpolator = 'sitkHammingWindowedSinc'
pad_distance = 0
pre_crop = true
resegment_range = [-3, inf]
resegment_mode = 'sigma'
resegment_shape = true
force_2d = true
force_2d_dimension = 2
distances = [1, 2]
weighting_norm = 'no_weighting'
symmetrical_glcm = false
gldm_a = 1
geometry_tolerance = 1e-3
correct_mask = true
minimum_roi_dimensions = 1
minimum_roi_size = 50
additional_info = false
sigma = [1, 2.0, 10.0]
wavelet = 'bior2.2'
level = 2
start_level = 1
gradient_use_spacing = false
lbp_2d_radius = 2
lbp_2d_samples = 9
lbp_2d_method = 'ror'
lbp_3d_levels = 3
lbp_3d_icosphere_radius = 1.5
lbp_3d_icosphere_subdivision = 0
classes = ['shape2D', 'gldm', 'firstorder']
features = { firstorder = ['10Percentile', 'Mean'] }
voxel = { kernel_radius = 2, masked_kernel = false, init_value = -1, voxel_batch = 1000 }

[image_types.original]
bin_width = 5
bin_count = 8
voxel_array_shift = 7
force_2d = false
force_2d_dimension = 1
distances = [3]
weighting_norm = 'manhattan'
symmetrical_glcm = true
gldm_a = 2

[image_types]
log = { sigma = [0.5, 3] }
wavelet = { wavelet = 'haar', level = 3, start_level = 0, bin_width = 1 }
square = {}
squareroot = {}
logarithm = {}
exponential = {}
gradient = { gradient_use_spacing = true }
lbp2d = { lbp_2d_radius = 1, lbp_2d_samples = 4, lbp_2d_method = 'var' }
lbp3d = { lbp_3d_levels = 1, lbp_3d_icosphere_radius = 2, lbp_3d_icosphere_subdivision = 2 }
",
    )
    .unwrap();
    assert_eq!(yaml, toml);
    assert_eq!(yaml.interpolator, Interpolator::HammingWindowedSinc);
    assert_eq!(yaml.resegment_mode, ResegmentMode::Sigma);
    let own = yaml.of_image_type(&yaml.image_types[&ImageType::Original]);
    assert_eq!(own.weighting_norm, Some(Weighting::Manhattan));
    assert_eq!((own.bin_count, own.label), (Some(8), 3));
}

#[test]
fn json_is_read_too() {
    let json = "{\n\t\"setting\": {\"binWidth\": 10, \"resegmentRange\": null},\n\t\
                \"featureClass\": {\"firstorder\": null, \"glcm\": [\"Contrast\"]}\n}\n";
    let yaml = "setting: {binWidth: 10}\nfeatureClass:\n  firstorder:\n  glcm:\n  - Contrast\n";
    assert_eq!(read(json), read(yaml));
}

#[test]
fn what_is_absent_takes_pyradiomics_defaults() {
    for text in ["{}", "setting: {}", "imageType: {}", "featureClass: {}"] {
        let settings = read(text);
        assert_eq!(settings.classes, FeatureClass::ALL, "{text}");
        let classes = FeatureClass::DEFAULT.to_vec();
        assert_eq!(
            Settings {
                classes,
                ..settings
            },
            Settings::default()
        );
    }
}

#[test]
fn no_value_means_what_it_means_in_python() {
    let settings = read(
        "setting:
  resampledPixelSpacing: [1, 1, 1]
  interpolator:
  minimumROISize: null
  removeOutliers: ~
  weightingNorm:
  geometryTolerance:
  symmetricalGLCM:
  normalize:
",
    );
    let expected = Settings {
        symmetrical_glcm: false,
        classes: FeatureClass::ALL.to_vec(),
        ..Settings::default()
    };
    assert_eq!(settings, expected);
}

#[test]
fn anchors_comments_and_layouts_are_read() {
    let settings = read(
        "\u{feff}# größe
setting: &all
  binWidth:   10   # ä
  distances:
  - 1
  -   2
imageType:
  Original: *all
",
    );
    assert_eq!(
        (settings.bin_width, &settings.distances[..]),
        (10.0, &[1, 2][..])
    );
    let own = &settings.image_types[&ImageType::Original];
    assert_eq!(own.bin_width, Some(10.0));
    assert!(
        read("voxelSetting: {initValue: nan}")
            .voxel
            .init_value
            .is_nan()
    );
    assert!(
        read("voxelSetting: {initValue: .nan}")
            .voxel
            .init_value
            .is_nan()
    );
}

#[test]
fn what_has_no_effect_is_noted() {
    for (text, note) in [
        (
            "setting: {enableCExtensions: true}",
            "setting.enableCExtensions",
        ),
        ("setting: {sigma: [1, 2], binWidth: 10}", "setting.sigma"),
        ("imageType: {LoG: {}}", "no sigma"),
        (
            "imageType: {Wavelet: {sigma: [1]}}",
            "imageType.Wavelet.sigma",
        ),
        (
            "imageType: {Original: {level: 2}}",
            "imageType.Original.level",
        ),
        ("setting: {distances: [1, 1]}", "setting.distances"),
        ("voxelSetting: {voxelBatch: 100}", "voxelSetting.voxelBatch"),
        (
            "imageType: {Original: {normalize: true}}",
            "imageType.Original.normalize",
        ),
        (
            "featureClass: {glcm: [Contrast, Homogeneity1]}",
            "Homogeneity1",
        ),
    ] {
        let (_, notes) = Settings::from_pyradiomics_yaml(text).unwrap();
        assert_eq!(notes.len(), 1, "{text}: {notes:?}");
        assert!(notes[0].contains(note), "{notes:?}");
    }
}

#[test]
fn wrong_files_are_refused_with_the_place() {
    for (text, part) in [
        ("", "empty"),
        ("# nothing\n", "empty"),
        ("- a", "a list; it must be a map"),
        ("setting:\n", "setting (line 1) has no value"),
        ("setting: {}\n---\nsetting: {}\n", "2 YAML documents"),
        ("setting:\n\tbinWidth: 10\n", "tabs"),
        ("setting:\n  binWidth: 10\n  binWidth: 20\n", "line 3"),
        ("setting: {binWidth: 10", "not a parameter file"),
        ("settings: {}", "settings (line 1) is no section"),
        ("1: {}", "key that is not text"),
        ("setting:\n  binwidth: 10\n", "setting.binwidth (line 2)"),
        (
            "setting:\n  kernelRadius: 2\n",
            "setting.kernelRadius (line 2)",
        ),
        ("voxelSetting: {radius: 2}", "voxelSetting.radius"),
        ("setting: {binWidth: '10'}", "without quotes"),
        ("setting: {binWidth: 0}", "binWidth (line 1) is 0"),
        ("setting: {binWidth: }", "has no value"),
        ("setting: {binWidth: .inf}", "is inf"),
        (
            "setting: {binCount: 32.0}",
            "is 32.0; it must be a whole number",
        ),
        ("setting: {binCount: true}", "binCount"),
        ("setting: {label: 0}", "label"),
        ("setting: {label: 4294967296}", "label"),
        ("setting: {normalize: yes}", "true or false"),
        ("setting: {force2D: }", "force2D"),
        ("setting: {force2Ddimension: 3}", "from 0 to 2"),
        ("setting: {distances: 1}", "must be a list"),
        ("setting: {distances: [1.0]}", "distances"),
        ("setting: {distances: []}", "distances"),
        ("setting: {resampledPixelSpacing: [1, 1]}", "three numbers"),
        ("setting: {resampledPixelSpacing: [1, 1, -1]}", "0 or more"),
        ("setting: {interpolator: linear}", "sitkLinear"),
        ("setting: {interpolator: 11}", "interpolator"),
        ("setting: {resegmentRange: []}", "one or two"),
        ("setting: {resegmentRange: [1, 2, 3]}", "one or two"),
        ("setting: {resegmentRange: [null, 3]}", "has no value"),
        (
            "setting: {resegmentMode: Sigma}",
            "absolute, relative, sigma",
        ),
        ("setting: {weightingNorm: l2}", "no_weighting"),
        ("setting: {voxelArrayShift: 0.5}", "whole number"),
        ("setting: {gldm_a: -1}", "gldm_a"),
        ("setting: {padDistance: -1}", "padDistance"),
        ("setting: {sigma: [0]}", "sigma"),
        ("setting: {lbp2DMethod: best}", "uniform"),
        ("featureClass: [glcm]", "featureClass (line 1) is a list"),
        (
            "featureClass: {glcmx: }",
            "glcmx (line 1) is no feature class",
        ),
        ("featureClass: {firstorder: Mean}", "must be a list"),
        ("featureClass: {firstorder: [mean]}", "no feature \"mean\""),
        ("featureClass: {firstorder: [1]}", "must be text"),
        ("imageType: {original: {}}", "no image type of PyRadiomics"),
        ("imageType: {Wavelets: {}}", "Exponential, Gradient, LBP2D"),
        (
            "imageType: {Wavelet: {wavelet: coif9x}}",
            "wavelet (line 1)",
        ),
        (
            "imageType: {Wavelet: {wavelet: mexh}}",
            "must be one of haar",
        ),
        ("imageType: {Wavelet: {level: 0}}", "from 1 to 20"),
        ("imageType: {LoG: {sigma: 1}}", "must be a list"),
        ("imageType: {LoG: {sigma: [1, -2]}}", "sigma (line 1) is -2"),
        ("imageType: {LoG: {sigma: ['1']}}", "without quotes"),
        ("imageType: {LoG: {sigma: }}", "sigma"),
        (
            "imageType: {Gradient: {gradientUseSpacing: 1}}",
            "true or false",
        ),
        ("imageType: {LBP3D: {lbp3DLevels: 1.0}}", "lbp3DLevels"),
        (
            "setting: {crop_filters: true}",
            "is no setting of PyRadiomics",
        ),
        ("imageType: {Original: }", "has no value"),
        ("imageType: {Original: {foo: 1}}", "imageType.Original.foo"),
        ("imageType: {Original: {label: 2}}", "can't differ"),
        ("imageType: {Original: {binCount: }}", "has no value"),
    ] {
        let message = refused(text);
        assert!(message.contains(part), "{text}: {message}");
    }
}
