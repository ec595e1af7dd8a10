//! Zones and neighbourhoods of the IBSI digital phantom equal the published
//! values (Zwanenburg et al., IBSI reference manual, section 5.1 and the
//! reference values of IBSI 1; CC BY 4.0) in all three digits.

#![allow(clippy::unwrap_used)]

mod support;

use radiomics::Roi;
use radiomics::discretise::{Binning, discretise};
use radiomics::features::{Definition, gldzm, glszm, ngldm, ngtdm};
use radiomics::matrices::{Dimension, LevelGrid};

/// Tag and values in 2D, 2.5D and 3D.
type Row = (&'static str, [f64; 3]);

const SIZE_ZONES: [Row; 16] = [
    ("szm_sze", [0.363, 0.368, 0.255]),
    ("szm_lze", [43.9, 34.2, 550.0]),
    ("szm_lgze", [0.371, 0.368, 0.253]),
    ("szm_hgze", [16.4, 16.2, 15.6]),
    ("szm_szlge", [0.0259, 0.0295, 0.0256]),
    ("szm_szhge", [10.3, 9.87, 2.76]),
    ("szm_lzlge", [40.4, 30.6, 503.0]),
    ("szm_lzhge", [113.0, 107.0, 1490.0]),
    ("szm_glnu", [1.41, 5.44, 1.4]),
    ("szm_glnu_norm", [0.323, 0.302, 0.28]),
    ("szm_zsnu", [1.49, 3.44, 1.0]),
    ("szm_zsnu_norm", [0.333, 0.191, 0.2]),
    ("szm_z_perc", [0.24, 0.243, 0.0676]),
    ("szm_gl_var", [3.97, 3.92, 2.64]),
    ("szm_zs_var", [21.0, 17.3, 331.0]),
    ("szm_zs_entr", [1.93, 3.08, 2.32]),
];

const DISTANCE_ZONES: [Row; 16] = [
    ("dzm_sde", [0.946, 0.917, 1.0]),
    ("dzm_lde", [1.21, 1.33, 1.0]),
    ("dzm_lgze", [0.371, 0.368, 0.253]),
    ("dzm_hgze", [16.4, 16.2, 15.6]),
    ("dzm_sdlge", [0.367, 0.362, 0.253]),
    ("dzm_sdhge", [15.2, 14.3, 15.6]),
    ("dzm_ldlge", [0.386, 0.391, 0.253]),
    ("dzm_ldhge", [21.3, 23.7, 15.6]),
    ("dzm_glnu", [1.41, 5.44, 1.4]),
    ("dzm_glnu_norm", [0.323, 0.302, 0.28]),
    ("dzm_zdnu", [3.79, 14.4, 5.0]),
    ("dzm_zdnu_norm", [0.898, 0.802, 1.0]),
    ("dzm_z_perc", [0.24, 0.243, 0.0676]),
    ("dzm_gl_var", [3.97, 3.92, 2.64]),
    ("dzm_zd_var", [0.051, 0.0988, 0.0]),
    ("dzm_zd_entr", [1.73, 2.0, 1.92]),
];

const TONE_DIFFERENCES: [Row; 5] = [
    ("ngt_coarseness", [0.121, 0.0285, 0.0296]),
    ("ngt_contrast", [0.925, 0.601, 0.584]),
    ("ngt_busyness", [2.99, 6.8, 6.54]),
    ("ngt_complexity", [10.4, 14.1, 13.5]),
    ("ngt_strength", [2.88, 0.741, 0.763]),
];

const DEPENDENCES: [Row; 17] = [
    ("ngl_lde", [0.158, 0.159, 0.045]),
    ("ngl_hde", [19.2, 18.8, 109.0]),
    ("ngl_lgce", [0.702, 0.693, 0.693]),
    ("ngl_hgce", [7.49, 7.66, 7.66]),
    ("ngl_ldlge", [0.0473, 0.0477, 0.00963]),
    ("ngl_ldhge", [3.06, 3.07, 0.736]),
    ("ngl_hdlge", [17.6, 17.2, 102.0]),
    ("ngl_hdhge", [49.5, 50.8, 235.0]),
    ("ngl_glnu", [10.2, 37.9, 37.9]),
    ("ngl_glnu_norm", [0.562, 0.512, 0.512]),
    ("ngl_dcnu", [3.96, 12.4, 4.86]),
    ("ngl_dcnu_norm", [0.212, 0.167, 0.0657]),
    ("ngl_dc_perc", [1.0, 1.0, 1.0]),
    ("ngl_gl_var", [2.7, 3.05, 3.05]),
    ("ngl_dc_var", [2.73, 3.27, 22.1]),
    ("ngl_dc_entr", [2.71, 3.36, 4.4]),
    ("ngl_dc_energy", [0.17, 0.122, 0.0533]),
];

fn check<M>(features: &[Definition<M>], published: &[Row], of: impl Fn(Dimension) -> Vec<f64>) {
    assert_eq!(features.len(), published.len());
    let dimensions = [Dimension::D2, Dimension::D25, Dimension::D3];
    for (column, dimension) in dimensions.into_iter().enumerate() {
        let found = of(dimension);
        assert_eq!(found.len(), features.len());
        for ((feature, value), (tag, expected)) in features.iter().zip(found).zip(published) {
            assert_eq!(feature.tag, Some(*tag));
            let rounded: f64 = format!("{value:.2e}").parse().unwrap();
            assert_eq!(rounded, expected[column], "{tag} {dimension:?}: {value}");
        }
    }
}

#[test]
fn phantom_equals_the_published_values() {
    let (image, mask) = support::digital_phantom();
    let roi = Roi::select(&mask, 1).unwrap();
    let grey = discretise(&roi.intensities(&image).unwrap(), Binning::Width(1.0)).unwrap();
    let grid = LevelGrid::new(&roi, &grey, 1).unwrap();
    assert_eq!(grid.levels(), [1, 3, 4, 6]);
    check(&glszm::FEATURES, &SIZE_ZONES, |d| glszm::ibsi(&grid, d));
    check(&gldzm::FEATURES, &DISTANCE_ZONES, |d| {
        gldzm::ibsi(&grid, &roi, &roi, d)
    });
    check(&ngtdm::FEATURES, &TONE_DIFFERENCES, |d| {
        ngtdm::ibsi(&grid, d)
    });
    check(&ngldm::FEATURES, &DEPENDENCES, |d| ngldm::ibsi(&grid, d));
}
