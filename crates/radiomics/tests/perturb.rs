//! Perturbations of whole images: what must hold exactly, and what about.
#![allow(clippy::unwrap_used)]

mod support;

use geometry::{Grid3, distance3};
use ndarray::Array3;
use radiomics::perturb::{Noise, Perturbation, Plan, apply, contour, noise};
use radiomics::{Error, Geometry, Roi, Settings, Volume, extract};

const LABEL: u32 = 2;
const NONE: Perturbation = Perturbation {
    rotation_deg: 0.0,
    translation: [0.0; 3],
    noise: None,
    volume_change: 0.0,
    randomise_contour: false,
};

/// A lesion in noisy tissue: an ellipsoid with half axes of 24, 18 and 20 mm,
/// brighter by 100, under a mask that follows it; another label beside.
fn lesion(size: [usize; 3], spacing: [f64; 3]) -> (Volume, Volume) {
    let mut stream = stats::rng::stream(11, "test", 0);
    let radius = |[x, y, z]: [usize; 3]| {
        let at = |axis: usize, i: usize| (i as f64 - (size[axis] / 2) as f64) * spacing[axis];
        ((at(0, x) / 24.0).powi(2) + (at(1, y) / 18.0).powi(2) + (at(2, z) / 20.0).powi(2)).sqrt()
    };
    let shape = (size[2], size[1], size[0]);
    let image = Array3::from_shape_fn(shape, |(z, y, x)| {
        let edge = 1.0 / (1.0 + (20.0 * (radius([x, y, z]) - 1.0)).exp());
        let texture = 15.0 * (0.7 * x as f64).sin() * (0.5 * y as f64 + z as f64).cos();
        100.0 * edge + texture + 8.0 * stream.normal()
    });
    let mask = Array3::from_shape_fn(shape, |(z, y, x)| {
        let inside = radius([x, y, z]) <= 1.0;
        if inside {
            f64::from(LABEL)
        } else {
            f64::from(u8::from(x < 2))
        }
    });
    let mut geometry = Geometry::aligned(size, spacing);
    geometry.origin_mm = [-30.0, 12.5, 100.0];
    (
        Volume::new(image, geometry.clone()).unwrap(),
        Volume::new(mask, geometry).unwrap(),
    )
}

fn run(case: &(Volume, Volume), what: Perturbation) -> (Volume, Volume) {
    apply(&case.0, &case.1, LABEL, &what, 5, 0).unwrap()
}

fn count(mask: &Volume) -> usize {
    Roi::select(mask, LABEL).unwrap().count()
}

#[test]
fn no_perturbation_gives_the_input_back() {
    let case = lesion([40, 36, 24], [2.0, 2.0, 3.0]);
    assert_eq!(run(&case, NONE), case);
    let (image, mask) = run(
        &case,
        Perturbation {
            noise: Some(Noise::Level(0.0)),
            ..NONE
        },
    );
    assert_eq!((image, mask), case);
}

/// On cubes a quarter turn meets voxels by voxels: the values are those of the
/// voxels at the same places in the patient.
#[test]
fn a_quarter_turn_is_the_turned_array() {
    let case = lesion([41, 37, 23], [2.5; 3]);
    for angle in [90.0, -90.0, 180.0] {
        let (image, mask) = run(
            &case,
            Perturbation {
                rotation_deg: angle,
                ..NONE
            },
        );
        let found = image.geometry();
        assert_eq!(found.direction[2], [0.0, 0.0, 1.0]);
        let mut seen = 0;
        for ((z, y, x), &value) in image.voxels().indexed_iter() {
            let place = found.position_mm([x as f64, y as f64, z as f64]);
            let old: [f64; 3] =
                std::array::from_fn(|axis| (place[axis] - case.0.geometry().origin_mm[axis]) / 2.5);
            let index = old.map(|index| index.round() as usize);
            assert!((0..3).all(|axis| (old[axis] - index[axis] as f64).abs() < 1e-9));
            let there = [index[2], index[1], index[0]];
            assert!(
                (value - case.0.voxels()[there]).abs() < 1e-9,
                "{angle} {there:?}"
            );
            let region = case.1.voxels()[there] == f64::from(LABEL);
            assert_eq!(mask.voxels()[[z, y, x]] == f64::from(LABEL), region);
            seen += 1;
        }
        assert_eq!(seen, 41 * 37 * 23);
    }
}

#[test]
fn a_shift_by_whole_voxels_meets_the_old_ones() {
    let case = lesion([40, 36, 24], [2.0, 2.4, 3.0]);
    let (image, mask) = run(
        &case,
        Perturbation {
            translation: [1.0, -2.0, 3.0],
            ..NONE
        },
    );
    assert_eq!(image.geometry(), case.0.geometry());
    let pairs = image.voxels().into_iter().zip(case.0.voxels());
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-9));
    let only = case
        .1
        .voxels()
        .mapv(|v| if v == f64::from(LABEL) { v } else { 0.0 });
    assert_eq!(mask.voxels(), only);
}

/// A smooth image is what it is, however it is sampled.
#[test]
fn turned_grids_show_the_same_patient() {
    let size = [80, 70, 40];
    let spacing = [0.8, 1.1, 2.0];
    let mut geometry = Geometry::aligned(size, spacing);
    geometry.origin_mm = [5.0, -7.0, 11.0];
    geometry.direction = [[0.6, -0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, -1.0]];
    let at = |place: [f64; 3]| {
        100.0
            + 50.0 * (place[0] / 9.0).sin() * (place[1] / 7.0).cos()
            + 20.0 * (place[2] / 11.0).sin()
    };
    let shape = (size[2], size[1], size[0]);
    let places = |(z, y, x): (usize, usize, usize)| [x as f64, y as f64, z as f64];
    let image = Array3::from_shape_fn(shape, |i| at(geometry.position_mm(places(i))));
    let middle = geometry.position_mm([40.0, 35.0, 20.0]);
    let inside =
        |place: [f64; 3]| (0..3).map(|a| (place[a] - middle[a]).powi(2)).sum::<f64>() <= 100.0;
    let mask = Array3::from_shape_fn(shape, |i| {
        if inside(geometry.position_mm(places(i))) {
            f64::from(LABEL)
        } else {
            0.0
        }
    });
    let case = (
        Volume::new(image, geometry.clone()).unwrap(),
        Volume::new(mask, geometry).unwrap(),
    );
    for (rotation_deg, translation) in [
        (0.0, [0.25, 0.5, 0.75]),
        (-33.0, [0.0; 3]),
        (77.0, [0.3, 0.6, -0.9]),
    ] {
        let (image, mask) = run(
            &case,
            Perturbation {
                rotation_deg,
                translation,
                ..NONE
            },
        );
        assert_eq!(mask.geometry(), image.geometry());
        let region = Roi::select(&mask, LABEL).unwrap();
        for (i, &value) in image.voxels().indexed_iter() {
            let place = image.geometry().position_mm(places(i));
            if mask.voxels()[i] > 0.0 {
                assert!((value - at(place)).abs() < 0.05, "{value} {}", at(place));
                let off = (0..3)
                    .map(|a| (place[a] - middle[a]).powi(2))
                    .sum::<f64>()
                    .sqrt();
                assert!(off < 10.0 + 1.0);
            }
        }
        let share = region.count() as f64 / count(&case.1) as f64;
        assert!((share - 1.0).abs() < 0.01, "{share}");
        let centre = image.geometry().position_mm(region.centre_index());
        assert!((0..3).all(|a| (centre[a] - middle[a]).abs() < 0.3));
    }
}

#[test]
fn noise_is_as_strong_as_the_images_own() {
    let case = lesion([64, 64, 20], [1.0, 1.0, 2.5]);
    let own = noise::estimate(&case.0).unwrap();
    assert!((own / 8.0 - 1.0).abs() < 0.05, "{own}");
    let (image, mask) = run(
        &case,
        Perturbation {
            noise: Some(Noise::Estimated),
            ..NONE
        },
    );
    assert_eq!(mask, case.1);
    let differences = image.voxels().to_owned() - case.0.voxels();
    let sd = differences.std(0.0);
    assert!((sd / own - 1.0).abs() < 0.02, "{sd} {own}");
    let both = noise::estimate(&image).unwrap();
    assert!(
        (both / (own * 2f64.sqrt()) - 1.0).abs() < 0.03,
        "{both} {own}"
    );
}

#[test]
fn random_contours_keep_the_volume_and_the_inside() {
    let case = lesion([60, 54, 40], [1.5, 1.5, 2.0]);
    let roi = Roi::select(&case.1, LABEL).unwrap();
    let inside: Vec<bool> = case
        .1
        .voxels()
        .iter()
        .map(|&v| v == f64::from(LABEL))
        .collect();
    let inside = Grid3::from_vec([60, 54, 40], inside).unwrap();
    let spacing = case.1.geometry().spacing_mm;
    let out = distance3::squared(&inside, spacing);
    let deep = distance3::squared(&inside.map(|&inside| !inside), spacing);
    let mut mean = 0.0;
    let mut changed = 0;
    for index in 0..20 {
        let mask = contour::randomise(&case.0, &case.1, LABEL, 3, index).unwrap();
        mean += count(&mask) as f64 / roi.count() as f64 / 20.0;
        for (position, (&new, &old)) in mask.voxels().iter().zip(&inside.data).enumerate() {
            if (new > 0.0) != old {
                changed += 1;
                // Two widths of a supervoxel of 500 mm³.
                let square = out.data[position].max(deep.data[position]);
                assert!(square <= (2.0 * 500f64.cbrt()).powi(2), "{}", square.sqrt());
            }
        }
    }
    println!(
        "mean volume {mean}, changed {}",
        changed as f64 / 20.0 / roi.count() as f64
    );
    assert!((mean - 1.0).abs() < 0.05, "{mean}");
    assert!(changed > 0);
}

/// What the lesion is like must not depend on such little things; contours
/// along supervoxels of half a cubic centimetre change more.
#[test]
fn features_stay_near() {
    let case = lesion([60, 54, 40], [1.5, 1.5, 2.0]);
    let settings = Settings {
        label: LABEL,
        ..Settings::default()
    };
    let of = |case: &(Volume, Volume)| extract(&case.0, &case.1, &settings).unwrap();
    let before = of(&case);
    for (chain, factor) in [("rn", 1.0), ("v", 4.0), ("t", 1.0), ("c", 8.0)] {
        for named in Plan::preset(chain).unwrap().perturbations() {
            let after = of(&run(&case, named.perturbation));
            for (name, most) in [
                ("shape_VoxelVolume", 0.04),
                ("shape_Sphericity", 0.04),
                ("firstorder_Mean", 0.04),
                ("firstorder_Entropy", 0.06),
                ("glcm_JointEntropy", 0.1),
            ] {
                let [a, b] = [&before, &after].map(|e| support::value(e, name));
                let change = b / a - 1.0;
                assert!(
                    change.abs() < factor * most,
                    "{} {name} {change}",
                    named.name
                );
            }
        }
    }
}

#[test]
fn a_chain_is_its_links_and_any_number_of_threads_gives_the_same_bits() {
    let case = lesion([48, 44, 24], [2.0, 2.0, 4.0]);
    let what = Perturbation {
        rotation_deg: 12.0,
        translation: [0.25, 0.75, 0.25],
        noise: Some(Noise::Estimated),
        volume_change: -0.15,
        randomise_contour: true,
    };
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| run(&case, what))
    };
    let all = on(1);
    assert_eq!(all, on(3));
    let links = [
        Perturbation {
            noise: what.noise,
            ..NONE
        },
        Perturbation {
            rotation_deg: 12.0,
            translation: what.translation,
            ..NONE
        },
        Perturbation {
            volume_change: -0.15,
            ..NONE
        },
        Perturbation {
            randomise_contour: true,
            ..NONE
        },
    ];
    let chained = links
        .into_iter()
        .fold(case.clone(), |case, link| run(&case, link));
    assert_eq!(all, chained);
    let other = apply(&case.0, &case.1, LABEL, &what, 5, 1).unwrap();
    assert_ne!(all.0, other.0);
    assert_ne!(all.1, other.1);
}

#[test]
fn what_cannot_be_perturbed_says_so() {
    let refused = |case: &(Volume, Volume), what: Perturbation| {
        apply(&case.0, &case.1, LABEL, &what, 0, 0)
            .unwrap_err()
            .to_string()
    };
    let point = |image: f64| {
        let geometry = Geometry::aligned([9, 9, 5], [1.0; 3]);
        let mask = Array3::from_shape_fn((5, 9, 9), |i| if i == (2, 4, 4) { 2.0 } else { 0.0 });
        (
            Volume::new(Array3::from_elem((5, 9, 9), image), geometry.clone()).unwrap(),
            Volume::new(mask, geometry).unwrap(),
        )
    };
    let half = Perturbation {
        translation: [0.5; 3],
        ..NONE
    };
    assert!(refused(&point(1.0), half).contains("nothing is left"));
    assert!(refused(&point(f64::NAN), half).contains("NaN"));
    let drawn = Perturbation {
        randomise_contour: true,
        ..NONE
    };
    assert!(refused(&point(f64::NAN), drawn).contains("NaN"));
    let noisy = Perturbation {
        noise: Some(Noise::Estimated),
        ..NONE
    };
    assert!(refused(&point(1.0), noisy).contains("noise level"));
    let shrunk = Perturbation {
        volume_change: -0.9,
        ..NONE
    };
    assert!(refused(&point(1.0), shrunk).contains("shrink it less"));
    let wild = Perturbation {
        rotation_deg: f64::NAN,
        ..NONE
    };
    assert!(refused(&point(1.0), wild).contains("rotation"));
    let (image, mask) = (point(1.0).0, lesion([9, 9, 6], [1.0; 3]).1);
    assert!(refused(&(image.clone(), mask), half).contains("[9, 9, 6]"));
    let missing = apply(&image, &image, 7, &NONE, 0, 0).unwrap_err();
    assert!(matches!(missing, Error::LabelMissing { .. }));
    // A flat region has a contour all the same.
    let (_, mask) = run(
        &point(1.0),
        Perturbation {
            randomise_contour: true,
            ..NONE
        },
    );
    assert!(count(&mask) > 0);
}
