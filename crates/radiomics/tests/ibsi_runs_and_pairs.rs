//! Co-occurrence and run length features of IBSI's digital phantom, in all six
//! aggregations, and the counts beneath them.

#![allow(clippy::unwrap_used, clippy::approx_constant)]

mod support;

use ndarray::Array3;
use radiomics::discretise::{Binning, GreyLevels, discretise};
use radiomics::features::{Definition, glcm, glrlm};
use radiomics::matrices::glcm::Glcm;
use radiomics::matrices::glrlm::Glrlm;
use radiomics::matrices::offsets::directions;
use radiomics::matrices::{Aggregation, LevelGrid, Neighbourhood, Weighting};
use radiomics::{Geometry, Roi, Volume};

const AGGREGATIONS: [Aggregation; 6] = [
    Aggregation::D2Averaged,
    Aggregation::D2SliceMerged,
    Aggregation::D25DirectionMerged,
    Aggregation::D25Merged,
    Aggregation::D3Averaged,
    Aggregation::D3Merged,
];

/// IBSI reference manual, section 5.1 and the tables of its section 6 (CC BY
/// 4.0): tag, and the values in the order of [`AGGREGATIONS`], to three
/// significant digits. Tolerance 0, consensus very strong or strong.
const PUBLISHED: [(&str, [f64; 6]); 41] = [
    ("cm_joint_max", [0.519, 0.512, 0.489, 0.492, 0.503, 0.509]),
    ("cm_joint_avg", [2.14, 2.14, 2.2, 2.2, 2.14, 2.15]),
    ("cm_joint_var", [2.69, 2.71, 3.22, 3.24, 3.1, 3.13]),
    ("cm_joint_entr", [2.05, 2.24, 2.48, 2.61, 2.4, 2.57]),
    ("cm_diff_avg", [1.42, 1.4, 1.46, 1.44, 1.43, 1.38]),
    ("cm_diff_var", [2.9, 3.06, 3.11, 3.23, 3.06, 3.21]),
    ("cm_diff_entr", [1.4, 1.49, 1.61, 1.67, 1.56, 1.64]),
    ("cm_sum_avg", [4.28, 4.29, 4.41, 4.41, 4.29, 4.3]),
    ("cm_sum_var", [5.47, 5.66, 7.48, 7.65, 7.07, 7.41]),
    ("cm_sum_entr", [1.6, 1.79, 2.01, 2.14, 1.92, 2.11]),
    ("cm_energy", [0.368, 0.352, 0.286, 0.277, 0.303, 0.291]),
    ("cm_contrast", [5.28, 5.19, 5.39, 5.29, 5.32, 5.12]),
    ("cm_dissimilarity", [1.42, 1.4, 1.46, 1.44, 1.43, 1.38]),
    ("cm_inv_diff", [0.678, 0.683, 0.668, 0.673, 0.677, 0.688]),
    (
        "cm_inv_diff_norm",
        [0.851, 0.854, 0.847, 0.85, 0.851, 0.856],
    ),
    (
        "cm_inv_diff_mom",
        [0.619, 0.625, 0.606, 0.613, 0.618, 0.631],
    ),
    (
        "cm_inv_diff_mom_norm",
        [0.899, 0.901, 0.897, 0.899, 0.898, 0.902],
    ),
    (
        "cm_inv_var",
        [0.0567, 0.0553, 0.0597, 0.0582, 0.0604, 0.0574],
    ),
    ("cm_corr", [-0.0121, 0.0173, 0.178, 0.182, 0.157, 0.183]),
    ("cm_auto_corr", [5.09, 5.14, 5.4, 5.45, 5.06, 5.19]),
    ("cm_clust_tend", [5.47, 5.66, 7.48, 7.65, 7.07, 7.41]),
    ("cm_clust_shade", [7.0, 6.98, 16.6, 16.4, 16.6, 17.4]),
    ("cm_clust_prom", [79.1, 80.4, 147.0, 142.0, 145.0, 147.0]),
    (
        "cm_info_corr1",
        [-0.155, -0.0341, -0.124, -0.0334, -0.157, -0.0288],
    ),
    ("cm_info_corr2", [0.487, 0.263, 0.487, 0.291, 0.52, 0.269]),
    ("rlm_sre", [0.641, 0.661, 0.665, 0.68, 0.705, 0.729]),
    ("rlm_lre", [3.78, 3.51, 3.46, 3.27, 3.06, 2.76]),
    ("rlm_lgre", [0.604, 0.609, 0.58, 0.585, 0.603, 0.607]),
    ("rlm_hgre", [9.82, 9.74, 10.3, 10.2, 9.7, 9.64]),
    ("rlm_srlge", [0.294, 0.311, 0.296, 0.312, 0.352, 0.372]),
    ("rlm_srhge", [8.57, 8.67, 9.03, 9.05, 8.54, 8.67]),
    ("rlm_lrlge", [3.14, 2.92, 2.79, 2.63, 2.39, 2.16]),
    ("rlm_lrhge", [17.4, 16.1, 17.9, 17.0, 17.6, 15.6]),
    ("rlm_glnu", [5.2, 20.5, 19.5, 77.1, 21.8, 281.0]),
    ("rlm_glnu_norm", [0.46, 0.456, 0.413, 0.412, 0.43, 0.43]),
    ("rlm_rlnu", [6.12, 21.6, 22.3, 83.2, 26.9, 328.0]),
    ("rlm_rlnu_norm", [0.492, 0.441, 0.461, 0.445, 0.513, 0.501]),
    ("rlm_r_perc", [0.627, 0.627, 0.632, 0.632, 0.68, 0.68]),
    ("rlm_gl_var", [3.35, 3.37, 3.58, 3.59, 3.46, 3.48]),
    ("rlm_rl_var", [0.761, 0.778, 0.758, 0.767, 0.574, 0.598]),
    ("rlm_rl_entr", [2.17, 2.57, 2.52, 2.76, 2.43, 2.62]),
];

/// Every feature of both families by tag, in the order of the tables.
fn values(grid: &LevelGrid, aggregation: Aggregation) -> Vec<(&'static str, f64)> {
    fn tagged<M>(rows: &[Definition<M>], values: Vec<f64>) -> Vec<(&'static str, f64)> {
        let named = rows.iter().zip(values);
        named
            .filter_map(|(row, value)| Some((row.tag?, value)))
            .collect()
    }
    let mut all = tagged(&glcm::FEATURES, glcm::ibsi(grid, aggregation));
    all.extend(tagged(&glrlm::FEATURES, glrlm::ibsi(grid, aggregation)));
    all
}

fn phantom() -> LevelGrid {
    let (image, mask) = support::digital_phantom();
    let roi = Roi::select(&mask, 1).unwrap();
    let levels = discretise(&roi.intensities(&image).unwrap(), Binning::Width(1.0)).unwrap();
    LevelGrid::new(&roi, &levels, 1).unwrap()
}

fn three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap()
}

#[test]
fn phantom_equals_the_published_values() {
    let grid = phantom();
    for (column, aggregation) in AGGREGATIONS.into_iter().enumerate() {
        let found = values(&grid, aggregation);
        assert_eq!(found.len(), PUBLISHED.len());
        for ((tag, value), (published_tag, published)) in found.into_iter().zip(PUBLISHED) {
            assert_eq!(tag, published_tag);
            let suffix = aggregation.suffix();
            assert_eq!(
                three_digits(value),
                published[column],
                "{tag}_{suffix}: {value}"
            );
        }
    }
}

/// The values above are those of the reference table, and so are the codes.
#[test]
fn published_values_are_copied_right() {
    let Some(path) = testkit::data("radiomics/ibsi1_reference.csv") else {
        return;
    };
    let (header, rows) = testkit::read_csv(&path);
    let column = |name: &str| header.iter().position(|h| h == name).unwrap();
    let [dataset, code, tag] = ["dataset", "ibsi_code", "tag"].map(column);
    let [reference, tolerance] = ["reference_value", "tolerance"].map(column);
    let codes = glcm::FEATURES
        .iter()
        .filter(|row| row.tag.is_some())
        .map(|row| row.ibsi);
    let codes: Vec<_> = codes
        .chain(glrlm::FEATURES.iter().map(|row| row.ibsi))
        .collect();
    for ((base, published), ibsi) in PUBLISHED.into_iter().zip(codes) {
        for (aggregation, published) in AGGREGATIONS.into_iter().zip(published) {
            let full = format!("{base}_{}", aggregation.suffix());
            let row = rows
                .iter()
                .find(|row| row[dataset] == "digital_phantom" && row[tag] == full);
            let row = row.unwrap_or_else(|| panic!("no row for {full}"));
            assert_eq!(row[reference].parse::<f64>().unwrap(), published, "{full}");
            assert_eq!(row[tolerance], "0", "{full}");
            assert_eq!(Some(row[code].as_str()), ibsi, "{full}");
        }
    }
}

/// A region by the levels of its voxels (0: outside).
fn region(size: [usize; 3], level: impl Fn([usize; 3]) -> u32) -> LevelGrid {
    let [nx, ny, nz] = size;
    let cells = Array3::from_shape_fn((nz, ny, nx), |(z, y, x)| level([x, y, z]));
    let levels = cells.iter().copied().filter(|&level| level > 0).collect();
    let mask = cells.mapv(|level| f64::from(level.min(1)));
    let mask = Volume::new(mask, Geometry::aligned(size, [1.0; 3])).unwrap();
    let roi = Roi::select(&mask, 1).unwrap();
    LevelGrid::new(&roi, &GreyLevels::of(levels), 1).unwrap()
}

/// Counts along every offset, with a hole-ridden region, against counts made
/// voxel by voxel.
#[test]
fn counts_equal_plain_counts() {
    const N: usize = 6;
    for seed in 0..20 {
        let mut stream = stats::rng::stream(seed, "radiomics-runs-and-pairs", 0);
        let highest = 1 + seed as usize % 4;
        let mut cells = [[[0u32; N]; N]; N];
        for cell in cells.iter_mut().flatten().flatten() {
            *cell = if stream.below(4) > 0 {
                1 + stream.below(highest) as u32
            } else {
                0
            };
        }
        // The corners hold voxels, so that the box is the whole cube.
        (cells[0][0][0], cells[N - 1][N - 1][N - 1]) = (1, 1);
        let grid = region([N; 3], |[x, y, z]| cells[z][y][x]);
        let k = grid.levels().len();
        let rank = |level: u32| grid.levels().iter().position(|&l| l == level).unwrap();
        let at = |index: [isize; 3]| {
            let inside = index.iter().all(|&i| (0..N as isize).contains(&i));
            let [x, y, z] = index.map(|i| i as usize);
            if inside { cells[z][y][x] } else { 0 }
        };
        for offset in directions(&[1, 2, 4], [N; 3], None) {
            let along = |index: [isize; 3], n: isize| {
                at([0, 1, 2].map(|axis| index[axis] + n * offset[axis]))
            };
            let (mut pairs, mut runs) = (vec![0.0; k * k], vec![0.0; k * N]);
            for position in 0..(N * N * N) as isize {
                let n = N as isize;
                let index = [position % n, position / n % n, position / n / n];
                let (here, there) = (along(index, 0), along(index, 1));
                if here > 0 && there > 0 {
                    pairs[rank(here) * k + rank(there)] += 1.0;
                }
                if here > 0 && along(index, -1) != here {
                    let length = (1..).find(|&n| along(index, n) != here).unwrap();
                    runs[(length as usize - 1) * k + rank(here)] += 1.0;
                }
            }
            let total: f64 = pairs.iter().sum();
            let found = Glcm::merged(&grid, &[(offset, 1.0)], false);
            let found = found.map_or(vec![0.0; k * k], |glcm| glcm.probability);
            for (found, expected) in found.into_iter().zip(pairs) {
                assert_eq!((found * total).round(), expected, "{offset:?}");
            }
            if offset.iter().all(|step| step.abs() <= 1) {
                let mut found = Glrlm::merged(&grid, &[(offset, 1.0)]).unwrap().runs;
                found.resize(k * N, 0.0);
                assert_eq!(found, runs, "{offset:?}");
            }
        }
    }
}

fn how() -> Neighbourhood {
    Neighbourhood {
        distances: vec![1],
        plane_normal: None,
        weighting: None,
        symmetrical_glcm: true,
        gldm_a: 0,
        spacing_mm: [1.0, 2.0, 3.0],
    }
}

/// PyRadiomics' value of one feature of either family.
fn named(name: &str, grid: &LevelGrid, how: &Neighbourhood) -> f64 {
    let row = |found: Option<&str>| found == Some(name);
    let pairs = glcm::FEATURES.iter().position(|f| row(f.pyradiomics));
    let runs = glrlm::FEATURES.iter().position(|f| row(f.pyradiomics));
    match (pairs, runs) {
        (Some(i), _) => glcm::pyradiomics(grid, how)[i],
        (_, Some(i)) => glrlm::pyradiomics(grid, how)[i],
        _ => panic!("no feature {name}"),
    }
}

#[test]
fn regions_without_neighbours() {
    let one = region([1, 1, 1], |_| 3);
    let apart = |levels: [u32; 2]| {
        region([5, 3, 1], move |index| match index {
            [0, 0, 0] => levels[0],
            [4, 2, 0] => levels[1],
            _ => 0,
        })
    };
    let (unlike, alike) = (apart([1, 2]), apart([2, 2]));
    for grid in [&one, &unlike, &alike] {
        for weighting in [
            None,
            Some(Weighting::Euclidean),
            Some(Weighting::NoWeighting),
        ] {
            let how = Neighbourhood { weighting, ..how() };
            let values = [
                glcm::pyradiomics(grid, &how),
                glrlm::pyradiomics(grid, &how),
            ];
            let defined = values.iter().flatten().filter(|value| !value.is_nan());
            // PyRadiomics gives a maximal correlation to one level, whatever
            // its pairs, where it averages over directions.
            let exception = std::ptr::eq(grid, &alike) && weighting.is_none();
            assert_eq!(defined.count(), usize::from(exception), "{values:?}");
        }
        for aggregation in AGGREGATIONS {
            assert!(
                glcm::ibsi(grid, aggregation)
                    .iter()
                    .all(|value| value.is_nan())
            );
            // Each voxel is a run, in all directions.
            let runs = glrlm::ibsi(grid, aggregation);
            assert!(runs.iter().all(|value| value.is_finite()), "{runs:?}");
        }
    }
}

/// Directions out of a slice hold no pair in it and are left out by
/// PyRadiomics; IBSI has runs of one voxel there.
#[test]
fn one_slice() {
    let rows = [[1, 1, 2], [3, 2, 2]];
    let grid = region([3, 2, 1], |[x, y, _]| rows[y][x]);
    let flat = Neighbourhood {
        plane_normal: Some(2),
        ..how()
    };
    let of = |how: &Neighbourhood| {
        [
            glcm::pyradiomics(&grid, how),
            glrlm::pyradiomics(&grid, how),
        ]
        .concat()
    };
    let same = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits());
    assert!(same(&of(&how()), &of(&flat)));
    let by = |aggregation| glcm::ibsi(&grid, aggregation);
    assert!(same(
        &by(Aggregation::D3Averaged),
        &by(Aggregation::D2Averaged)
    ));
    assert!(same(
        &by(Aggregation::D3Merged),
        &by(Aggregation::D25Merged)
    ));
    let share = |aggregation| {
        let row = glrlm::FEATURES
            .iter()
            .position(|f| f.tag == Some("rlm_r_perc"))
            .unwrap();
        glrlm::ibsi(&grid, aggregation)[row]
    };
    // 4 runs along x, 5, 6 and 5 along the others: 20 for 4 x 6 voxels, and 6
    // for each of the 9 directions out of the slice.
    assert!((share(Aggregation::D2SliceMerged) - 20.0 / 24.0).abs() < 1e-15);
    assert!((share(Aggregation::D3Merged) - (20.0 + 54.0) / 78.0).abs() < 1e-15);
}

#[test]
fn flat_regions_take_the_special_values() {
    let grid = region([4, 3, 2], |_| 7);
    for (name, expected) in [
        ("Correlation", 1.0),
        ("MCC", 1.0),
        ("Imc1", 0.0),
        ("Imc2", 0.0),
        ("JointAverage", 7.0),
        ("Idn", 1.0),
        ("ClusterShade", 0.0),
        ("GrayLevelVariance", 0.0),
        ("GrayLevelNonUniformityNormalized", 1.0),
        ("HighGrayLevelRunEmphasis", 49.0),
    ] {
        assert_eq!(named(name, &grid, &how()), expected, "{name}");
    }
}

/// Pairs along x are 1 mm apart, pairs along y 2 mm: weights exp(-1) and
/// exp(-4) for pairs, 1 and 2 for runs.
#[test]
fn weights_of_directions() {
    let rows = [[1, 1, 1], [0, 2, 0]];
    let grid = region([3, 2, 1], |[x, y, _]| rows[y][x]);
    let weighted = Neighbourhood {
        weighting: Some(Weighting::Infinity),
        ..how()
    };
    // Two pairs 1-1 along x; one pair 1-2 along y and along each diagonal,
    // whose largest component is 2 mm, too.
    let (x, y) = (2.0 * (-1f64).exp(), 3.0 * (-4f64).exp());
    let contrast = named("Contrast", &grid, &weighted);
    assert!((contrast / (y / (x + y)) - 1.0).abs() < 1e-14, "{contrast}");
    // Along x 1 run of 3 and one of 1; along the others 4 of 1.
    let share = named("RunPercentage", &grid, &weighted);
    let expected = (1.0 * 2.0 + 3.0 * 2.0 * 4.0) / (4.0 * (1.0 + 3.0 * 2.0));
    assert!((share / expected - 1.0).abs() < 1e-14, "{share} {expected}");
    // Weight 1 for all.
    let even = Neighbourhood {
        weighting: Some(Weighting::NoWeighting),
        ..how()
    };
    assert!((named("Contrast", &grid, &even) - 3.0 / 5.0).abs() < 1e-15);
    assert!((named("RunPercentage", &grid, &even) - 14.0 / 16.0).abs() < 1e-15);
    // So far apart that every weight is 0.
    let far = Neighbourhood {
        spacing_mm: [100.0; 3],
        ..weighted
    };
    assert!(named("Contrast", &grid, &far).is_nan());
}
