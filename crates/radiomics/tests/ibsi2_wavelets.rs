//! IBSI 2's wavelets and Riesz transforms against the reference response maps
//! of its digital phantoms, phase 1. The tolerance is IBSI's: no voxel differs
//! by more than 1 % of the reference map's range.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use ndarray::Array3;
use radiomics::filters::ibsi::Filter;
use radiomics::{Geometry, Volume, io};

/// Largest difference as a share of the reference's range.
fn difference(found: &Volume, reference: &Volume) -> f64 {
    let pairs = || found.voxels().into_iter().zip(reference.voxels());
    let most = pairs().fold(0.0, |most: f64, (f, r)| most.max((f - r).abs()));
    let range = pairs().fold([f64::MAX, f64::MIN], |range, (_, r)| {
        [range[0].min(*r), range[1].max(*r)]
    });
    most / (range[1] - range[0])
}

/// Compares with the reference map of a test, to a share of its range.
fn agrees(test: &str, phantom: &str, filter: &str, tolerance: f64) {
    let folder = "radiomics/ibsi/ibsi_2_digital_phantom/nifti";
    let map = format!("radiomics/ibsi2_response_maps/{test}-ValidCRM.nii.gz");
    let (Some(image), Some(reference)) = (
        testkit::data(&format!("{folder}/{phantom}/image/{phantom}.nii.gz")),
        testkit::data(&map),
    ) else {
        return;
    };
    let filter: Filter = toml::from_str(filter).unwrap();
    let found = filter.apply(&io::read(image).unwrap()).unwrap();
    let difference = difference(&found, &io::read(reference).unwrap());
    println!(
        "{test}: {:.5} % of the range ({})",
        100.0 * difference,
        filter.name()
    );
    assert!(difference <= tolerance, "{test}: {difference}");
}

/// What IBSI tolerates.
const IBSI: f64 = 0.01;

#[test]
fn separable_wavelets() {
    for (test, phantom, filter) in [
        (
            "5_a_1",
            "impulse",
            "wavelet = 'db2'\nband = 'LHL'\nboundary = 'zero'",
        ),
        (
            "5_a_2",
            "impulse",
            "wavelet = 'db2'\nband = 'LHL'\npooling = 'mean'\nboundary = 'zero'",
        ),
        (
            "6_a_1",
            "sphere",
            "wavelet = 'coif1'\nband = 'HHL'\nboundary = 'periodic'",
        ),
        (
            "6_a_2",
            "sphere",
            "wavelet = 'coif1'\nband = 'HHL'\npooling = 'mean'\nboundary = 'periodic'",
        ),
        (
            "7_a_1",
            "checkerboard",
            "wavelet = 'haar'\nband = 'LLL'\nlevel = 2\npooling = 'mean'",
        ),
        (
            "7_a_2",
            "checkerboard",
            "wavelet = 'haar'\nband = 'HHH'\nlevel = 2\npooling = 'mean'",
        ),
    ] {
        agrees(test, phantom, &format!("kind = 'wavelet'\n{filter}"), IBSI);
    }
}

#[test]
fn simoncelli_wavelets() {
    for level in 1..=3 {
        let filter = format!("kind = 'simoncelli'\nlevel = {level}");
        agrees(&format!("8_a_{level}"), "checkerboard", &filter, IBSI);
    }
}

#[test]
fn riesz_transforms() {
    let log = |order: &str| {
        format!("kind = 'riesz_log'\nsigma_mm = 3\nriesz = {order}\nboundary = 'zero'")
    };
    agrees("9_a", "impulse", &log("[1, 0, 0]"), IBSI);
    agrees("9_b_1", "sphere", &log("[0, 2, 0]"), IBSI);
    let simoncelli = "kind = 'simoncelli'\nriesz = [0, 2, 0]";
    agrees("10_b_1", "pattern_1", simoncelli, IBSI);
    agrees(
        "10_b_1",
        "pattern_1",
        &format!("{simoncelli}\nboundary = 'nearest'"),
        IBSI,
    );
}

/// Every kind of filter, periodic.
const PERIODIC: [&str; 7] = [
    "kind = 'wavelet'\nwavelet = 'db2'\nband = 'LHL'\nlevel = 2",
    "kind = 'wavelet'\nwavelet = 'db3'\nband = 'HLL'\nlevel = 2\npooling = 'mean'",
    "kind = 'wavelet'\nwavelet = 'coif1'\nband = 'HH'\npooling = 'max'",
    "kind = 'simoncelli'\nlevel = 2",
    "kind = 'simoncelli'\nriesz = [1, 1, 0]\nby_slice = true",
    "kind = 'simoncelli'\nriesz = [0, 1, 1]",
    "kind = 'riesz_log'\nsigma_mm = 1.2\nriesz = [1, 0, 1]",
];

fn filtered(filter: &str, boundary: &str, image: &Volume) -> Volume {
    let filter: Filter = toml::from_str(&format!("{filter}\nboundary = '{boundary}'")).unwrap();
    filter.apply(image).unwrap()
}

fn close(found: &Volume, expected: &Volume, what: &str) {
    let difference = difference(found, expected);
    assert!(difference < 1e-12, "{what}: {difference}");
}

/// No two voxels alike.
fn value(index: [usize; 3]) -> f64 {
    ((index[0] * 37 + index[1] * 101 + index[2] * 211 + index[0] * index[1]) % 59) as f64
}

fn image(size: [usize; 3], value: impl Fn([usize; 3]) -> f64) -> Volume {
    let [nx, ny, nz] = size;
    let voxels = Array3::from_shape_fn((nz, ny, nx), |(z, y, x)| value([x, y, z]));
    Volume::new(voxels, Geometry::aligned(size, [1.0; 3])).unwrap()
}

#[test]
fn a_moved_image_gives_the_moved_response() {
    let size = [10, 9, 8];
    let moved = |[x, y, z]: [usize; 3]| [(x + 3) % 10, (y + 5) % 9, (z + 7) % 8];
    for filter in PERIODIC {
        let response = filtered(filter, "periodic", &image(size, value));
        let other = filtered(filter, "periodic", &image(size, |at| value(moved(at))));
        let expected = image(size, |at| {
            let [x, y, z] = moved(at);
            response.voxels()[[z, y, x]]
        });
        close(&other, &expected, filter);
    }
}

/// A quarter turn about z, and one about x where there is space: the voxel of
/// the turned image at an index was at another.
#[test]
fn a_turned_image_gives_the_turned_response() {
    type Turn = ([usize; 3], fn([usize; 3]) -> [usize; 3]);
    let size = [11, 9, 7];
    let about_z: Turn = ([9, 11, 7], |[x, y, z]| [y, 8 - x, z]);
    let about_x: Turn = ([11, 7, 9], |[x, y, z]| [x, z, 6 - y]);
    for filter in [
        "kind = 'wavelet'\nwavelet = 'db2'\nband = 'HLL'\npooling = 'mean'",
        "kind = 'wavelet'\nwavelet = 'db3'\nband = 'LHH'\nlevel = 2\npooling = 'max'",
        "kind = 'wavelet'\nwavelet = 'haar'\nband = 'HHH'\nlevel = 3\npooling = 'min'",
        "kind = 'wavelet'\nwavelet = 'coif1'\nband = 'LH'\nlevel = 2\npooling = 'max'",
        "kind = 'simoncelli'",
        "kind = 'simoncelli'\nby_slice = true",
    ] {
        let flat = filter.contains("'LH'") || filter.contains("by_slice");
        for (turned_size, from) in [about_z, about_x]
            .into_iter()
            .take(if flat { 1 } else { 2 })
        {
            // Other borders of Simoncelli's wavelet make an even box.
            let borders = ["periodic", "mirror", "nearest", "zero"];
            let some = if filter.contains("wavelet") { 4 } else { 1 };
            for border in borders.into_iter().take(some) {
                let response = filtered(filter, border, &image(size, value));
                let turned = image(turned_size, |at| value(from(at)));
                let expected = image(turned_size, |at| {
                    let [x, y, z] = from(at);
                    response.voxels()[[z, y, x]]
                });
                close(&filtered(filter, border, &turned), &expected, filter);
            }
        }
    }
}

/// The Riesz transform along x of an image turned about z is, but for the sign,
/// that along y.
#[test]
fn a_turn_exchanges_the_orders_of_a_riesz_transform() {
    let from = |[x, y, z]: [usize; 3]| [y, 8 - x, z];
    for filter in ["kind = 'riesz_log'\nsigma_mm = 1.5", "kind = 'simoncelli'"] {
        let along = |order: &str, image: &Volume| {
            filtered(&format!("{filter}\nriesz = {order}"), "periodic", image)
        };
        let response = along("[0, 1, 2]", &image([11, 9, 7], value));
        let turned = image([9, 11, 7], |at| value(from(at)));
        let expected = image([9, 11, 7], |at| {
            let [x, y, z] = from(at);
            -response.voxels()[[z, y, x]]
        });
        close(&along("[1, 0, 2]", &turned), &expected, filter);
    }
}

#[test]
fn what_is_no_number_is_refused() {
    let holed = image([4, 4, 4], |at| if at == [1, 2, 3] { f64::NAN } else { 1.0 });
    for filter in PERIODIC {
        let filter: Filter = toml::from_str(filter).unwrap();
        let message = filter.apply(&holed).unwrap_err().to_string();
        assert!(message.contains("[1, 2, 3]"), "{message}");
    }
}

#[test]
fn thin_images_have_responses() {
    for size in [[1, 1, 1], [1, 6, 1], [5, 1, 2], [2, 2, 2]] {
        for border in ["zero", "nearest", "periodic", "mirror"] {
            for filter in PERIODIC {
                let response = filtered(filter, border, &image(size, value));
                assert!(response.voxels().iter().all(|value| value.is_finite()));
            }
        }
    }
}
