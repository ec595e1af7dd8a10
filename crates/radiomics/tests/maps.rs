//! Maps against the features of each neighbourhood as a region of its own, and
//! against values by hand.

#![allow(clippy::unwrap_used)]

use ndarray::Array3;
use radiomics::discretise::{Binning, GreyLevels, discretise};
use radiomics::features::{Definition, glcm, glrlm, glszm, ngldm, ngtdm};
use radiomics::maps::{Kernel, Map, Wanted, maps};
use radiomics::matrices::{LevelGrid, Neighbourhood};
use radiomics::{Geometry, Roi, Settings, Volume};

fn volume(size: [usize; 3], value: impl Fn([usize; 3]) -> f64) -> Volume {
    let [nx, ny, nz] = size;
    let voxels = Array3::from_shape_fn((nz, ny, nx), |(z, y, x)| value([x, y, z]));
    Volume::new(voxels, Geometry::aligned(size, [0.5, 1.0, 2.0])).unwrap()
}

fn wanted(names: &[&str]) -> Vec<Wanted> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn at(map: &Map, [x, y, z]: [usize; 3]) -> f64 {
    map.volume.voxels()[[z, y, x]]
}

/// A case with holes, several levels and flat places.
fn case(size: [usize; 3]) -> (Volume, Volume) {
    let noise =
        |[x, y, z]: [usize; 3]| ((x * 31) ^ (y * 17) ^ (z * 23)).wrapping_mul(2_654_435_761) >> 9;
    let image = volume(size, |at| {
        if at[0] < 2 {
            40.0
        } else {
            (noise(at) % 130) as f64
        }
    });
    let mask = volume(size, |at| f64::from(u8::from(noise(at) % 5 > 0)));
    (image, mask)
}

#[test]
fn means_by_hand() {
    // x + 10 y + 100 z; the region is all but the corner (0, 0, 0).
    let image = volume([4, 4, 4], |[x, y, z]| (x + 10 * y + 100 * z) as f64);
    let mask = volume([4, 4, 4], |[x, y, z]| f64::from(u8::from(x + y + z > 0)));
    let mean = |kernel: &Kernel| {
        let wanted = wanted(&["firstorder_Mean"]);
        let mut found = maps(&image, &mask, &Settings::default(), kernel, &wanted).unwrap();
        assert_eq!((found.len(), found[0].undefined), (1, 0));
        found.remove(0)
    };
    let masked = mean(&Kernel {
        initial_value: -7.0,
        ..Kernel::default()
    });
    // All 27 around (2, 2, 2); 26 around (1, 1, 1), of which 0 is missing; 7
    // around (1, 0, 0)'s corner of 12.
    assert_eq!(at(&masked, [2, 2, 2]), 222.0);
    assert_eq!(at(&masked, [1, 1, 1]), 111.0 * 27.0 / 26.0);
    assert_eq!(at(&masked, [1, 0, 0]), 56.0 * 12.0 / 11.0);
    assert_eq!(at(&masked, [0, 0, 0]), -7.0);
    let unmasked = mean(&Kernel {
        masked: false,
        ..Kernel::default()
    });
    assert_eq!(at(&unmasked, [1, 1, 1]), 111.0);
    // Farther than there are voxels: the mean of all.
    let wide = mean(&Kernel {
        radius: 20,
        ..Kernel::default()
    });
    assert!((at(&wide, [3, 0, 2]) - 166.5 * 64.0 / 63.0).abs() < 1e-12);
}

/// Every texture at every voxel.
#[test]
fn textures_are_those_of_the_neighbourhood_alone() {
    let size = [7, 6, 5];
    let (image, mask) = case(size);
    let settings = Settings {
        bin_width: 20.0,
        ..Settings::default()
    };
    let region = Roi::select(&mask, 1).unwrap();
    let values = region.intensities(&image).unwrap();
    let grey = discretise(&values, Binning::Width(settings.bin_width)).unwrap();
    let level_of: std::collections::BTreeMap<_, _> = region.indices().zip(&grey.levels).collect();
    let how = Neighbourhood {
        distances: vec![1],
        plane_normal: None,
        weighting: None,
        symmetrical_glcm: true,
        gldm_a: 0,
        spacing_mm: region.spacing_mm(),
    };
    let wanted = wanted(&["glcm", "glrlm", "glszm", "gldm", "ngtdm"]);
    for radius in [1, 2] {
        let kernel = Kernel {
            radius,
            ..Kernel::default()
        };
        let found = maps(&image, &mask, &settings, &kernel, &wanted).unwrap();
        let mut compared = 0;
        for centre in region.indices() {
            let near = |at: &[usize; 3]| (0..3).all(|i| at[i].abs_diff(centre[i]) <= radius);
            let alone = region.subset(region.indices().map(|at| near(&at))).unwrap();
            let levels = level_of.iter().filter(|(at, _)| near(at));
            let mut levels: Vec<_> = levels
                .map(|(at, level)| ([at[2], at[1], at[0]], **level))
                .collect();
            levels.sort_unstable();
            let grey = GreyLevels::of(levels.into_iter().map(|(_, level)| level).collect());
            let grid = LevelGrid::new(&alone, &grey, 1).unwrap();
            fn rows<M>(
                class: &str,
                table: &[Definition<M>],
                values: Vec<f64>,
            ) -> Vec<(String, f64)> {
                let name = |row: &Definition<M>| {
                    row.pyradiomics
                        .map(|name| format!("original_{class}_{name}"))
                };
                table
                    .iter()
                    .zip(values)
                    .filter_map(|(row, v)| Some((name(row)?, v)))
                    .collect()
            }
            let expected = [
                rows("glcm", &glcm::FEATURES, glcm::pyradiomics(&grid, &how)),
                rows("glrlm", &glrlm::FEATURES, glrlm::pyradiomics(&grid, &how)),
                rows("glszm", &glszm::FEATURES, glszm::pyradiomics(&grid, &how)),
                rows("gldm", &ngldm::FEATURES, ngldm::pyradiomics(&grid, &how)),
                rows("ngtdm", &ngtdm::FEATURES, ngtdm::pyradiomics(&grid, &how)),
            ];
            // These take something from the whole region.
            let whole = ["Idn", "Idmn", "MCC"].map(|name| format!("original_glcm_{name}"));
            for (name, value) in expected.concat() {
                if whole.contains(&name) {
                    continue;
                }
                let map = found.iter().find(|map| map.name == name).unwrap();
                let here = at(map, centre);
                let same = here == value || (here - value).abs() <= 1e-12 * value.abs();
                assert!(
                    same || (here.is_nan() && value.is_nan()),
                    "{name} {centre:?}: {here} {value}"
                );
                compared += 1;
            }
        }
        assert_eq!(compared, region.count() * (75 - 3));
    }
}

#[test]
fn highest_level_is_that_of_the_whole_region() {
    // Levels 1, 2 on the left and 11 far to the right: Ng = 11.
    let image = volume([9, 2, 1], |[x, y, _]| if x == 8 { 10.0 } else { y as f64 });
    let mask = volume([9, 2, 1], |_| 1.0);
    let settings = Settings {
        bin_width: 1.0,
        ..Settings::default()
    };
    let names = ["glcm_Idn", "glcm_Contrast", "glcm_MCC", "glcm_Correlation"];
    let found = maps(
        &image,
        &mask,
        &settings,
        &Kernel::default(),
        &wanted(&names),
    )
    .unwrap();
    // Along x levels are equal, along the other three directions they are 1
    // and 2.
    let idn = (1.0 + 3.0 / (1.0 + 1.0 / 11.0)) / 4.0;
    assert!((at(&found[0], [1, 0, 0]) - idn).abs() < 1e-15);
    assert_eq!(at(&found[1], [1, 0, 0]), 0.75);
    assert_eq!(at(&found[2], [1, 0, 0]), 1.0);
    // A flat neighbourhood in a region that isn't flat.
    let stripes = volume([9, 2, 1], |[x, _, _]| if x > 5 { 10.0 } else { 0.0 });
    let found = maps(
        &stripes,
        &mask,
        &settings,
        &Kernel::default(),
        &wanted(&names),
    )
    .unwrap();
    assert_eq!(
        [0, 1, 2, 3].map(|i| at(&found[i], [1, 0, 0])),
        [1.0, 0.0, 0.0, 1.0]
    );
}

#[test]
fn box_reaches_around_the_region_as_far_as_the_image() {
    let image = volume([9, 8, 7], |[x, y, z]| (x * y + z) as f64);
    let mask = volume([9, 8, 7], |[x, y, z]| {
        f64::from(u8::from(x < 3 && (4..6).contains(&y) && z == 6))
    });
    let kernel = Kernel {
        radius: 2,
        initial_value: f64::NAN,
        ..Kernel::default()
    };
    let found = maps(
        &image,
        &mask,
        &Settings::default(),
        &kernel,
        &wanted(&["ngtdm"]),
    )
    .unwrap();
    assert_eq!(found.len(), 5);
    for map in found {
        let geometry = map.volume.geometry();
        assert_eq!(geometry.size, [5, 6, 3]);
        assert_eq!(geometry.origin_mm, [0.0, 2.0, 8.0]);
        assert_eq!(map.undefined, 0);
        let inside = map.volume.voxels().iter().filter(|v| !v.is_nan()).count();
        assert_eq!(inside, 6);
    }
}

#[test]
fn voxels_without_neighbours_are_counted() {
    let image = volume([6, 1, 1], |[x, _, _]| x as f64);
    let mask = volume([6, 1, 1], |[x, _, _]| f64::from(u8::from(x != 3 && x != 5)));
    let settings = Settings {
        minimum_roi_dimensions: 1,
        ..Settings::default()
    };
    let names = [
        "glcm_Contrast",
        "glrlm_RunEntropy",
        "glszm_ZonePercentage",
        "ngtdm_Coarseness",
    ];
    let found = maps(
        &image,
        &mask,
        &settings,
        &Kernel::default(),
        &wanted(&names),
    )
    .unwrap();
    // The region is 0, 1, 2 and 4; 4 stands alone.
    assert_eq!([0, 1, 2, 3].map(|i| found[i].undefined), [1, 1, 0, 0]);
    assert!(at(&found[0], [4, 0, 0]).is_nan());
    assert_eq!(at(&found[0], [3, 0, 0]), 0.0);
    assert_eq!(at(&found[3], [4, 0, 0]), 1e6);
}

#[test]
fn the_same_for_any_number_of_threads() {
    let (image, mask) = case([20, 19, 18]);
    let wanted = wanted(&["firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"]);
    let bits = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let settings = Settings {
            bin_width: 20.0,
            ..Settings::default()
        };
        let found = pool.install(|| maps(&image, &mask, &settings, &Kernel::default(), &wanted));
        let bits = |map: Map| {
            (
                map.name,
                map.undefined,
                map.volume.voxels().mapv(f64::to_bits),
            )
        };
        found.unwrap().into_iter().map(bits).collect::<Vec<_>>()
    };
    assert_eq!(bits(1), bits(3));
}

#[test]
fn what_makes_no_map_is_refused() {
    let (image, mask) = case([5, 5, 5]);
    let mut odd = image.voxels().to_owned();
    // Of the case's region or just around it.
    odd[[0, 0, 0]] = f64::NAN;
    let odd = Volume::new(odd, image.geometry().clone()).unwrap();
    let corner = volume([5, 5, 5], |[x, y, z]| {
        f64::from(u8::from(x > 0 && y > 0 && z > 0))
    });
    let of = |image: &Volume, mask: &Volume, kernel: Kernel, names: &[&str]| {
        maps(image, mask, &Settings::default(), &kernel, &wanted(names)).map_err(|e| e.to_string())
    };
    let usual = Kernel::default();
    assert!(of(&odd, &corner, usual, &["ngtdm"]).is_ok());
    for (image, mask, kernel, names, expected) in [
        (
            &image,
            &mask,
            Kernel { radius: 0, ..usual },
            &["glcm"][..],
            "radius is 0",
        ),
        (
            &image,
            &mask,
            Kernel {
                radius: 21,
                ..usual
            },
            &["glcm"],
            "from 1 to 20",
        ),
        (
            &image,
            &mask,
            Kernel {
                initial_value: f64::INFINITY,
                ..usual
            },
            &["glcm"],
            "inf",
        ),
        (&image, &mask, usual, &[], "no feature is asked for"),
        (
            &odd,
            &corner,
            Kernel {
                masked: false,
                ..usual
            },
            &["ngtdm"],
            "[0, 0, 0]",
        ),
    ] {
        let message = of(image, mask, kernel, names).unwrap_err();
        assert!(message.contains(expected), "{message}");
    }
}
