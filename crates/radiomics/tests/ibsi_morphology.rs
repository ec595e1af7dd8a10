//! IBSI's morphological and local intensity features against the published
//! values.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use ndarray::Array3;
use radiomics::features::{Definition, local_intensity, morphology};
use radiomics::{Roi, Volume, io};
use support::digital_phantom;

/// Tag and value of both families.
fn features(morphological: &Roi, intensity: &Roi, image: &Volume) -> Vec<(&'static str, f64)> {
    fn named<M>(rows: &[Definition<M>], values: Vec<f64>) -> Vec<(&'static str, f64)> {
        let tags = rows.iter().map(|row| row.tag.unwrap());
        tags.zip(values).collect()
    }
    let shape = morphology::ibsi(morphological, intensity, image).unwrap();
    let peaks = local_intensity::ibsi(intensity, image).unwrap();
    let mut all = named(&morphology::FEATURES, shape);
    all.extend(named(&local_intensity::FEATURES, peaks));
    all
}

/// To as many significant digits as published: three, or those that are given.
fn agrees((tag, found): (&str, f64), published: f64, tolerance: f64) {
    let digit = 10f64.powi(published.abs().log10().floor() as i32 - 2);
    let rounded = (found / digit).round() * digit;
    println!("{tag}: {found}, published {published} +- {tolerance}");
    assert!(
        (rounded - published).abs() <= tolerance + 1e-9 * published.abs(),
        "{tag}: {found}, published {published} +- {tolerance}"
    );
}

/// Tag, published value and tolerance: Zwanenburg et al., IBSI reference
/// manual, sections 3.1 and 3.2, digital phantom. The oriented box and the
/// enclosing ellipsoid have none.
const PHANTOM: [(&str, f64, f64); 27] = [
    ("morph_volume", 556.0, 4.0),
    ("morph_vol_approx", 592.0, 4.0),
    ("morph_area_mesh", 388.0, 3.0),
    ("morph_av", 0.698, 0.004),
    ("morph_comp_1", 0.0411, 0.0003),
    ("morph_comp_2", 0.599, 0.004),
    ("morph_sph_dispr", 1.19, 0.01),
    ("morph_sphericity", 0.843, 0.005),
    ("morph_asphericity", 0.186, 0.001),
    ("morph_com", 0.672, 0.004),
    ("morph_diam", 13.1, 0.1),
    ("morph_pca_maj_axis", 11.4, 0.1),
    ("morph_pca_min_axis", 9.31, 0.06),
    ("morph_pca_least_axis", 8.54, 0.05),
    ("morph_pca_elongation", 0.816, 0.005),
    ("morph_pca_flatness", 0.749, 0.005),
    ("morph_vol_dens_aabb", 0.869, 0.005),
    ("morph_area_dens_aabb", 0.866, 0.005),
    ("morph_vol_dens_aee", 1.17, 0.01),
    ("morph_area_dens_aee", 1.36, 0.01),
    ("morph_vol_dens_conv_hull", 0.961, 0.006),
    ("morph_area_dens_conv_hull", 1.03, 0.01),
    ("morph_integ_int", 1200.0, 10.0),
    ("morph_moran_i", 0.0397, 0.0003),
    ("morph_geary_c", 0.974, 0.006),
    ("loc_peak_loc", 2.6, 0.0),
    ("loc_peak_glob", 3.1, 0.0),
];

#[test]
fn digital_phantom_has_the_published_values() {
    let (image, mask) = digital_phantom();
    let roi = Roi::select(&mask, 1).unwrap();
    let found = features(&roi, &roi, &image);
    for (tag, published, tolerance) in PHANTOM {
        let feature = found.iter().find(|(t, _)| *t == tag).unwrap();
        agrees(*feature, published, tolerance);
    }
    assert_eq!(compare_with_table("digital_phantom", &found), 27);
}

/// Configuration A: the CT of patient 1 as it is; intensities from -500 to 400
/// HU only.
#[test]
fn lung_cancer_ct_has_the_published_values() {
    let folder = "radiomics/ibsi/ibsi_1_ct_radiomics_phantom/nifti";
    let (Some(image), Some(mask)) = (
        testkit::data(&format!("{folder}/image/phantom.nii.gz")),
        testkit::data(&format!("{folder}/mask/mask.nii.gz")),
    ) else {
        return;
    };
    let (image, mask) = (io::read(image).unwrap(), io::read(mask).unwrap());
    let in_range = Array3::from_shape_fn(image.voxels().dim(), |at| {
        let inside = mask.voxels()[at] == 1.0 && (-500.0..=400.0).contains(&image.voxels()[at]);
        f64::from(u8::from(inside))
    });
    let in_range = Volume::new(in_range, mask.geometry().clone()).unwrap();
    let morphological = Roi::select(&mask, 1).unwrap();
    assert_eq!(morphological.count(), 125_256);
    let intensity = Roi::select(&in_range, 1).unwrap();
    let found = features(&morphological, &intensity, &image);
    assert_eq!(compare_with_table("config_A", &found), 27);
}

/// Compares with each row of the reference table that has a value; how many
/// these are (27 without the table).
fn compare_with_table(dataset: &str, found: &[(&str, f64)]) -> usize {
    let Some(path) = testkit::data("radiomics/ibsi1_reference.csv") else {
        return 27;
    };
    let (header, rows) = testkit::read_csv(&path);
    let column = |name: &str| header.iter().position(|h| h == name).unwrap();
    let (data, tag) = (column("dataset"), column("base_tag"));
    let (reference, tolerance) = (column("reference_value"), column("tolerance"));
    let mut compared = 0;
    for row in rows
        .iter()
        .filter(|row| row[data] == dataset && !row[reference].is_empty())
    {
        if let Some(feature) = found.iter().find(|(t, _)| *t == row[tag]) {
            agrees(
                *feature,
                row[reference].parse().unwrap(),
                row[tolerance].parse().unwrap(),
            );
            compared += 1;
        }
    }
    compared
}
