//! What must not change the features.

#![allow(clippy::unwrap_used)]

mod support;

use ndarray::{Array3, s};
use proptest::prelude::*;
use radiomics::{Extraction, FeatureClass, Geometry, Settings, Volume, extract};

const SIZE: usize = 7;
const SPACING: [f64; 3] = [0.7, 1.3, 2.1];

/// A lumpy region and multiples of 1/4 as intensities, so that shifts are
/// exact.
fn case() -> impl Strategy<Value = (Array3<f64>, Array3<f64>)> {
    any::<u64>().prop_map(|seed| {
        let mut stream = stats::rng::stream(seed, "radiomics-invariance", 0);
        let shape = (SIZE, SIZE, SIZE);
        let image = Array3::from_shape_simple_fn(shape, || stream.below(800) as f64 / 4.0);
        let mut mask =
            Array3::from_shape_simple_fn(shape, || f64::from(u8::from(stream.below(3) > 0)));
        // Never flat, whatever the draw.
        mask[[1, 1, 1]] = 1.0;
        mask[[2, 1, 1]] = 1.0;
        mask[[2, 3, 2]] = 1.0;
        (image, mask)
    })
}

fn run(
    image: &Array3<f64>,
    mask: &Array3<f64>,
    spacing: [f64; 3],
    settings: &Settings,
) -> Extraction {
    let (z, y, x) = image.dim();
    place(image, mask, Geometry::aligned([x, y, z], spacing), settings)
}

fn place(
    image: &Array3<f64>,
    mask: &Array3<f64>,
    geometry: Geometry,
    settings: &Settings,
) -> Extraction {
    let image = Volume::new(image.clone(), geometry.clone()).unwrap();
    let mask = Volume::new(mask.clone(), geometry).unwrap();
    extract(&image, &mask, settings).unwrap()
}

fn only(class: FeatureClass) -> Settings {
    Settings {
        classes: vec![class],
        ..Settings::default()
    }
}

fn assert_same(a: &Extraction, b: &Extraction, skip: &[&str], tolerance: f64) {
    for (a, b) in a.features.iter().zip(&b.features) {
        if skip.iter().any(|name| a.name.ends_with(name)) {
            continue;
        }
        let difference = (a.value - b.value).abs();
        assert!(
            difference <= tolerance * a.value.abs().max(1.0),
            "{}: {} {}",
            a.name,
            a.value,
            b.value
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn moving_the_region_changes_nothing((image, mask) in case(), at in prop::array::uniform3(0usize..4)) {
        let place = |values: &Array3<f64>, fill: f64| {
            let mut wide = Array3::from_elem((SIZE + 4, SIZE + 5, SIZE + 6), fill);
            let [x, y, z] = at;
            wide.slice_mut(s![z..z + SIZE, y..y + SIZE, x..x + SIZE]).assign(values);
            wide
        };
        let still = run(&image, &mask, SPACING, &Settings::default());
        let moved = run(&place(&image, 9e9), &place(&mask, 0.0), SPACING, &Settings::default());
        prop_assert_eq!(still.features, moved.features);
    }

    /// A turn about z by 90 degrees, the spacing turned with it. Ambiguous
    /// cases of marching cubes are not symmetric, so the mesh may differ.
    #[test]
    fn turning_changes_no_size_and_no_distribution((image, mask) in case()) {
        let turned = |values: &Array3<f64>| {
            Array3::from_shape_fn(values.dim(), |(z, y, x)| values[[z, x, SIZE - 1 - y]])
        };
        let spacing = [SPACING[1], SPACING[0], SPACING[2]];
        let still = run(&image, &mask, SPACING, &only(FeatureClass::FirstOrder));
        let round = run(&turned(&image), &turned(&mask), spacing, &only(FeatureClass::FirstOrder));
        assert_same(&still, &round, &[], 1e-12);

        let still = run(&image, &mask, SPACING, &only(FeatureClass::Shape));
        let round = run(&turned(&image), &turned(&mask), spacing, &only(FeatureClass::Shape));
        let skip = ["Column", "Row", "MeshVolume", "Sphericity", "SurfaceArea", "SurfaceVolumeRatio"];
        assert_same(&still, &round, &skip, 1e-9);
        let diameter = |e: &Extraction, axis| support::value(e, &format!("shape_Maximum2DDiameter{axis}"));
        prop_assert!((diameter(&still, "Column") - diameter(&round, "Row")).abs() < 1e-9);
        prop_assert!((diameter(&still, "Row") - diameter(&round, "Column")).abs() < 1e-9);
    }

    /// The same patient elsewhere in the scanner, image resampled.
    #[test]
    fn moving_the_grid_changes_nothing((image, mask) in case(), at in prop::array::uniform3(-500i32..500)) {
        let settings = Settings {
            // No voxel of the new grid lies midway between two of the old.
            resampled_pixel_spacing: Some([0.9, 1.1, 1.7]),
            bin_count: Some(16),
            ..Settings::default()
        };
        let still = Geometry::aligned([SIZE; 3], SPACING);
        let mut moved = still.clone();
        moved.origin_mm = at.map(|n| f64::from(n) / 8.0);
        moved.direction = [[0.8, 0.0, -0.6], [0.0, -1.0, 0.0], [-0.6, 0.0, -0.8]];
        let a = place(&image, &mask, still, &settings);
        let b = place(&image, &mask, moved, &settings);
        assert_same(&a, &b, &[], 1e-8);
    }

    #[test]
    fn units_do_not_matter_where_intensities_are_normalised((image, mask) in case()) {
        let settings = Settings { normalize: true, ..only(FeatureClass::FirstOrder) };
        let other = image.mapv(|value| 3.0 * value - 700.0);
        let a = run(&image, &mask, SPACING, &settings);
        let b = run(&other, &mask, SPACING, &settings);
        assert_same(&a, &b, &["Entropy", "Uniformity"], 1e-9);
    }

    #[test]
    fn whole_bins_added_keep_the_texture((image, mask) in case(), bins in -8i32..8) {
        let shifted = image.mapv(|value| value + 25.0 * f64::from(bins));
        let a = run(&image, &mask, SPACING, &only(FeatureClass::Glcm));
        let b = run(&shifted, &mask, SPACING, &only(FeatureClass::Glcm));
        prop_assert_eq!(a.features, b.features);
    }

    /// Reading the voxels in the opposite order turns every direction round;
    /// symmetric matrices don't notice.
    #[test]
    fn voxel_order_does_not_matter((image, mask) in case()) {
        let reversed = |values: &Array3<f64>| values.slice(s![..;-1, ..;-1, ..;-1]).to_owned();
        for class in [FeatureClass::FirstOrder, FeatureClass::Glcm] {
            let a = run(&image, &mask, SPACING, &only(class));
            let b = run(&reversed(&image), &reversed(&mask), SPACING, &only(class));
            assert_same(&a, &b, &[], 1e-12);
        }
    }
}

/// A convex region has no ambiguous cubes: its mesh turns with it.
#[test]
fn mesh_of_an_ellipsoid_turns_with_it() {
    let inside = |x: usize, y: usize, z: usize| {
        let [x, y, z] = [x, y, z].map(|n| n as f64 - 10.0);
        x * x / 64.0 + y * y / 36.0 + z * z / 25.0 <= 1.0
    };
    let mask = Array3::from_shape_fn((21, 21, 21), |(z, y, x)| {
        f64::from(u8::from(inside(x, y, z)))
    });
    let turned = Array3::from_shape_fn((21, 21, 21), |(z, y, x)| {
        f64::from(u8::from(inside(z, x, y)))
    });
    let [a, b, c] = SPACING;
    let still = run(&mask, &mask, [a, b, c], &only(FeatureClass::Shape));
    let round = run(&turned, &turned, [b, c, a], &only(FeatureClass::Shape));
    assert_same(&still, &round, &["Column", "Row", "Slice"], 1e-12);
    // And it is an ellipsoid, up to the facets of a few voxels' radius.
    let volume = support::value(&still, "shape_MeshVolume");
    let expected = 4.0 / 3.0 * std::f64::consts::PI * 8.0 * 6.0 * 5.0 * a * b * c;
    assert!(
        (volume / expected - 1.0).abs() < 0.05,
        "{volume} {expected}"
    );
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let (image, mask) = support::synthetic_case();
    let on = |threads, settings: &Settings| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| extract(&image, &mask, settings).unwrap())
    };
    let mut settings = Settings::default();
    assert_eq!(on(1, &settings), on(3, &settings));
    settings.normalize = true;
    settings.bin_width = 0.1;
    settings.resampled_pixel_spacing = Some([2.0; 3]);
    settings.resegment_range = Some(vec![-1.0, 2.0]);
    assert_eq!(on(1, &settings), on(3, &settings));
}

#[test]
fn degenerate_regions_are_answered() {
    let line = |points: &[usize]| {
        let mut mask = Array3::zeros((1, 1, 9));
        for &x in points {
            mask[[0, 0, x]] = 1.0;
        }
        mask
    };
    let settings = Settings {
        minimum_roi_dimensions: 1,
        ..Settings::default()
    };
    let image = Array3::from_shape_fn((1, 1, 9), |(_, _, x)| x as f64);

    // Two voxels that are no neighbours: no texture, with a reason each.
    let apart = run(&image, &line(&[1, 7]), SPACING, &settings);
    let missing = apart.features.iter().filter(|f| f.value.is_nan());
    let names: Vec<_> = missing.map(|f| f.name.clone()).collect();
    assert_eq!(
        names,
        apart
            .notes
            .iter()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
    );
    assert_eq!(names.iter().filter(|n| n.contains("glcm")).count(), 24);
    assert!(
        apart
            .notes
            .iter()
            .any(|(_, reason)| reason.contains("neighbours"))
    );
    assert_eq!(support::value(&apart, "shape_Elongation"), 0.0);

    // A flat region takes PyRadiomics' special values.
    let flat = run(&image.mapv(|_| 7.0), &line(&[3, 4, 5]), SPACING, &settings);
    assert_eq!(flat.notes, []);
    for (name, expected) in [
        ("firstorder_Skewness", 0.0),
        ("firstorder_Kurtosis", 0.0),
        ("firstorder_Uniformity", 1.0),
        ("glcm_Correlation", 1.0),
        ("glcm_MCC", 1.0),
        ("glcm_Imc1", 0.0),
        ("glcm_Imc2", 0.0),
    ] {
        assert_eq!(support::value(&flat, name), expected, "{name}");
    }

    // Values near the end of double precision overflow, and say so.
    let huge = run(
        &image.mapv(|x| x * 1e200),
        &line(&[3, 4, 5]),
        SPACING,
        &Settings {
            bin_count: Some(8),
            ..settings
        },
    );
    assert!(
        huge.notes
            .iter()
            .any(|(name, _)| name == "original_firstorder_Energy")
    );
    assert!(huge.features.iter().all(|f| !f.value.is_infinite()));
}
