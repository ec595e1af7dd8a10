//! What is written as NIfTI comes back.

#![allow(clippy::unwrap_used)]

mod support;

use ndarray::Array3;
use nifti::{NiftiObject, ReaderOptions};
use radiomics::io::{read, write_nifti, write_nifti_exact};
use radiomics::{Error, Geometry, Storage, Volume};
use support::files::file;

/// A rotation by 30 degrees about z, then 50 about x, with axes swapped and
/// turned.
fn volumes() -> Vec<Volume> {
    let turn = |degrees: f64| degrees.to_radians().sin_cos();
    let ((s, c), (t, d)) = (turn(30.0), turn(50.0));
    let oblique = [[c, -s, 0.0], [d * s, d * c, -t], [t * s, t * c, d]];
    let swap = |axes: [[f64; 3]; 3], order: [usize; 3], signs: [f64; 3]| {
        axes.map(|row| [0, 1, 2].map(|i| signs[i] * row[order[i]]))
    };
    let value = |(z, y, x): (usize, usize, usize)| match x + y + z {
        0 => f64::NAN,
        sum => (sum as f64).sin() * 1e-7f64.powi(z as i32),
    };
    let volume = |direction| {
        let geometry = Geometry {
            size: [4, 3, 5],
            spacing_mm: [0.78125, 1.1, 6.5],
            origin_mm: [-117.25, 33.3, -1200.7],
            direction,
        };
        Volume::new(Array3::from_shape_fn((5, 3, 4), value), geometry).unwrap()
    };
    let orders = [[0, 1, 2], [1, 2, 0], [2, 1, 0]];
    let signs = [[1.0; 3], [-1.0, 1.0, 1.0], [-1.0, -1.0, 1.0]];
    let all = orders.into_iter().flat_map(|o| signs.map(|s| (o, s)));
    all.map(|(order, signs)| volume(swap(oblique, order, signs)))
        .collect()
}

fn bytes(volume: &Volume, gzip: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_nifti(volume, &mut bytes, gzip).unwrap();
    bytes
}

fn assert_same(found: &Volume, expected: &Volume, tolerance: f64) {
    let (a, b) = (found.geometry(), expected.geometry());
    assert_eq!(a.size, b.size);
    for i in 0..3 {
        assert!((a.spacing_mm[i] / b.spacing_mm[i] - 1.0).abs() < tolerance);
        let origin = (a.origin_mm[i] - b.origin_mm[i]).abs();
        assert!(origin <= tolerance * b.origin_mm[i].abs());
        for j in 0..3 {
            assert!((a.direction[i][j] - b.direction[i][j]).abs() < tolerance);
        }
    }
    let bits = |volume: &Volume| volume.voxels().mapv(f64::to_bits);
    assert_eq!(bits(found), bits(expected));
}

#[test]
fn comes_back_through_our_reader() {
    let folder = tempfile::tempdir().unwrap();
    for volume in volumes() {
        for gzip in [false, true] {
            let written = bytes(&volume, gzip);
            assert_eq!(written, bytes(&volume, gzip));
            assert_same(&read(file(&folder, "a", &written)).unwrap(), &volume, 1e-6);
        }
        // By the quaternion alone.
        let mut written = bytes(&volume, false);
        written[254..256].fill(0);
        assert_same(&read(file(&folder, "q", &written)).unwrap(), &volume, 1e-6);
    }
}

#[test]
fn comes_back_through_the_nifti_crate() {
    let folder = tempfile::tempdir().unwrap();
    for volume in volumes() {
        let path = file(&folder, "a.nii.gz", &bytes(&volume, true));
        let found = ReaderOptions::new().read_file(path).unwrap();
        let header = found.header();
        let geometry = volume.geometry();
        assert_eq!(header.dim().unwrap(), geometry.size.map(|n| n as u16));
        let rows = [header.srow_x, header.srow_y, header.srow_z];
        for (r, row) in rows.into_iter().enumerate() {
            let sign = if r < 2 { -1.0 } else { 1.0 };
            let [at, steps] = [[0.0; 3], [1.0; 3]].map(|index| geometry.position_mm(index)[r]);
            assert!((f64::from(row[3]) - sign * at).abs() < 1e-4);
            let there: f32 = row.iter().sum();
            assert!((f64::from(there) - sign * steps).abs() < 1e-3);
        }
        let values = found.into_volume().into_nifti_typed_data::<f64>().unwrap();
        assert!(
            values
                .iter()
                .map(|v| v.to_bits())
                .eq(volume.voxels().iter().map(|v| v.to_bits()))
        );
    }
}

/// In the smallest type that keeps every value and the kind of storage.
#[test]
fn conversions_keep_every_value() {
    let folder = tempfile::tempdir().unwrap();
    let whole = |least, most| Storage::Whole { least, most };
    let short = whole(-32768.0, 32767.0);
    let long = whole(-2147483648.0, 2147483647.0);
    let huge = whole(0.0, 4294967295.0);
    let single = f64::from(0.1f32);
    for (values, storage, code) in [
        ([0.0, 1.0, 255.0], short, 2),
        ([0.0, 1.0, 2.0], Storage::Double, 2),
        ([-1.0, 0.0, 32767.0], short, 4),
        ([0.0, 0.0, 32768.0], long, 8),
        ([0.0, 0.0, 4294967295.0], huge, 64),
        ([0.0, 1.0, 2.0], Storage::Single, 16),
        ([single, f64::NAN, f64::INFINITY], Storage::Single, 16),
        ([0.1, 0.0, 0.0], Storage::Single, 64),
        ([0.5, 1.0, 0.0], Storage::Double, 64),
        ([-0.0, 1.0, 0.0], Storage::Double, 64),
        ([0.0, f64::NAN, 0.0], Storage::Double, 64),
    ] {
        let geometry = Geometry::aligned([3, 1, 1], [0.5, 1.0, 2.0]);
        let voxels = Array3::from_shape_vec((1, 1, 3), values.to_vec()).unwrap();
        let volume = Volume::new(voxels, geometry).unwrap().stored_as(storage);
        for gzip in [false, true] {
            let mut written = Vec::new();
            write_nifti_exact(&volume, &mut written, gzip).unwrap();
            if !gzip {
                assert_eq!(i16::from_le_bytes([written[70], written[71]]), code);
                let codes = &written[252..256];
                assert_eq!(codes, [1, 0, 1, 0], "qform and sform");
            }
            let found = read(file(&folder, "a", &written)).unwrap();
            assert_same(&found, &volume, 1e-6);
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let geometry = Geometry::aligned([1, 32768, 1], [1.0; 3]);
    let long = Volume::new(Array3::zeros((1, 32768, 1)), geometry).unwrap();
    let message = write_nifti(&long, &mut Vec::new(), false)
        .unwrap_err()
        .to_string();
    assert!(message.contains("32768 voxels along y"), "{message}");

    // A full disk.
    let mut full = [0u8; 400];
    for gzip in [false, true] {
        let error = write_nifti(
            &volumes()[0],
            &mut &mut full[..if gzip { 9 } else { 400 }],
            gzip,
        );
        assert!(matches!(error, Err(Error::Write { .. })), "{error:?}");
    }
}
