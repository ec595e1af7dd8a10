//! Response maps of IBSI 2's phase 1 on its digital phantoms, one test a map:
//! the largest difference is at most 1 % of the range of the reference map.
//!
//! Three rows of the table have no reference map: 9.b.2, 10.a, 10.b.2.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use radiomics::filters::ibsi::Filter;
use radiomics::{Volume, io};

/// Share of the reference map's range.
const TOLERANCE: f64 = 0.01;

fn check(map: &str, phantom: &str, filter: &str) {
    let phantom = format!("ibsi/ibsi_2_digital_phantom/nifti/{phantom}/image/{phantom}.nii.gz");
    let reference = format!("ibsi2_response_maps/{map}-ValidCRM.nii.gz");
    let read = |name: String| -> Option<Volume> {
        let path = testkit::data(&format!("radiomics/{name}"))?;
        Some(io::read(path).unwrap())
    };
    let (Some(image), Some(reference)) = (read(phantom), read(reference)) else {
        return;
    };
    let filter: Filter = toml::from_str(filter).unwrap();
    let response = filter.apply(&image).unwrap();
    assert_eq!(response.geometry(), image.geometry());
    let (response, reference) = (response.voxels(), reference.voxels());
    assert_eq!(response.dim(), reference.dim());
    let low = reference.iter().copied().fold(f64::INFINITY, f64::min);
    let high = reference.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let differences = response.iter().zip(reference).map(|(a, b)| (a - b).abs());
    let worst = differences.fold(0.0, f64::max);
    let share = worst / (high - low);
    println!("{map}: {share:.2e} of the range ({})", filter.name());
    assert!(share <= TOLERANCE, "{map}: {share} of the range");
}

/// Test, reference map, phantom, filter.
macro_rules! maps {
    ($($name:ident: $map:literal, $phantom:literal, $filter:literal;)*) => {
        $(
            #[test]
            fn $name() {
                check($map, $phantom, $filter);
            }
        )*

        const MAPS: &[&str] = &[$($map),*];
    };
}

maps! {
    mean_1_a_1: "1_a_1", "checkerboard", "kind = 'mean'
        support_voxels = 15
        boundary = 'zero'";
    mean_1_a_2: "1_a_2", "checkerboard", "kind = 'mean'
        support_voxels = 15
        boundary = 'nearest'";
    mean_1_a_3: "1_a_3", "checkerboard", "kind = 'mean'
        support_voxels = 15
        boundary = 'periodic'";
    mean_1_a_4: "1_a_4", "checkerboard", "kind = 'mean'
        support_voxels = 15
        boundary = 'mirror'";
    mean_1_b_1: "1_b_1", "impulse", "kind = 'mean'
        support_voxels = 15
        by_slice = true
        boundary = 'zero'";
    log_2_a: "2_a", "impulse", "kind = 'log'
        sigma_mm = 3
        boundary = 'zero'";
    log_2_b: "2_b", "checkerboard", "kind = 'log'
        sigma_mm = 5";
    log_2_c: "2_c", "checkerboard", "kind = 'log'
        sigma_mm = 5
        by_slice = true";
    laws_3_a_1: "3_a_1", "impulse", "kind = 'laws'
        kernels = ['E5', 'L5', 'S5']
        boundary = 'zero'";
    laws_3_a_2: "3_a_2", "impulse", "kind = 'laws'
        kernels = ['E5', 'L5', 'S5']
        pooling = 'max'
        boundary = 'zero'";
    laws_3_a_3: "3_a_3", "impulse", "kind = 'laws'
        kernels = ['E5', 'L5', 'S5']
        pooling = 'max'
        energy_distance_voxels = 7
        boundary = 'zero'";
    laws_3_b_1: "3_b_1", "checkerboard", "kind = 'laws'
        kernels = ['E3', 'W5', 'R5']";
    laws_3_b_2: "3_b_2", "checkerboard", "kind = 'laws'
        kernels = ['E3', 'W5', 'R5']
        pooling = 'max'";
    laws_3_b_3: "3_b_3", "checkerboard", "kind = 'laws'
        kernels = ['E3', 'W5', 'R5']
        pooling = 'max'
        energy_distance_voxels = 7";
    laws_3_c_1: "3_c_1", "checkerboard", "kind = 'laws'
        kernels = ['L5', 'S5']";
    laws_3_c_2: "3_c_2", "checkerboard", "kind = 'laws'
        kernels = ['L5', 'S5']
        pooling = 'max'";
    laws_3_c_3: "3_c_3", "checkerboard", "kind = 'laws'
        kernels = ['L5', 'S5']
        pooling = 'max'
        energy_distance_voxels = 7";
    gabor_4_a_1: "4_a_1", "impulse", "kind = 'gabor'
        sigma_mm = 10
        lambda_mm = 4
        gamma = 0.5
        theta_deg = 60
        boundary = 'zero'";
    gabor_4_a_2: "4_a_2", "impulse", "kind = 'gabor'
        sigma_mm = 10
        lambda_mm = 4
        gamma = 0.5
        theta_step_deg = 45
        planes = 'orthogonal'
        boundary = 'zero'";
    gabor_4_b_1: "4_b_1", "sphere", "kind = 'gabor'
        sigma_mm = 20
        lambda_mm = 8
        gamma = 2.5
        theta_deg = 225";
    gabor_4_b_2: "4_b_2", "sphere", "kind = 'gabor'
        sigma_mm = 20
        lambda_mm = 8
        gamma = 2.5
        theta_step_deg = 22.5
        planes = 'orthogonal'";
    wavelet_5_a_1: "5_a_1", "impulse", "kind = 'wavelet'
        wavelet = 'db2'
        band = 'LHL'
        boundary = 'zero'";
    wavelet_5_a_2: "5_a_2", "impulse", "kind = 'wavelet'
        wavelet = 'db2'
        band = 'LHL'
        pooling = 'mean'
        boundary = 'zero'";
    wavelet_6_a_1: "6_a_1", "sphere", "kind = 'wavelet'
        wavelet = 'coif1'
        band = 'HHL'
        boundary = 'periodic'";
    wavelet_6_a_2: "6_a_2", "sphere", "kind = 'wavelet'
        wavelet = 'coif1'
        band = 'HHL'
        pooling = 'mean'
        boundary = 'periodic'";
    wavelet_7_a_1: "7_a_1", "checkerboard", "kind = 'wavelet'
        wavelet = 'haar'
        band = 'LLL'
        level = 2
        pooling = 'mean'";
    wavelet_7_a_2: "7_a_2", "checkerboard", "kind = 'wavelet'
        wavelet = 'haar'
        band = 'HHH'
        level = 2
        pooling = 'mean'";
    simoncelli_8_a_1: "8_a_1", "checkerboard", "kind = 'simoncelli'
        level = 1";
    simoncelli_8_a_2: "8_a_2", "checkerboard", "kind = 'simoncelli'
        level = 2";
    simoncelli_8_a_3: "8_a_3", "checkerboard", "kind = 'simoncelli'
        level = 3";
    riesz_log_9_a: "9_a", "impulse", "kind = 'riesz_log'
        sigma_mm = 3
        riesz = [1, 0, 0]
        boundary = 'zero'";
    riesz_log_9_b_1: "9_b_1", "sphere", "kind = 'riesz_log'
        sigma_mm = 3
        riesz = [0, 2, 0]
        boundary = 'zero'";
    riesz_simoncelli_10_b_1: "10_b_1", "pattern_1", "kind = 'simoncelli'
        riesz = [0, 2, 0]";
}

/// Every map of the table has a test.
#[test]
fn every_map_is_tested() {
    let Some(path) = testkit::data("radiomics/ibsi2_phase1_response_maps.csv") else {
        return;
    };
    let (header, rows) = testkit::read_csv(&path);
    let column = header
        .iter()
        .position(|h| h == "reference_map_file")
        .unwrap();
    let files = rows.iter().map(|row| row[column].as_str());
    let maps: Vec<_> = files
        .filter_map(|file| file.strip_suffix("-ValidCRM.nii.gz"))
        .collect();
    assert_eq!(maps, MAPS);
}
