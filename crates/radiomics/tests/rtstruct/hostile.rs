//! Damaged files: an error or a warning, never a panic.

use std::fs;
use std::path::Path;

use radiomics::Error;
use radiomics::io::rtstruct::{self, StructureSet};

use super::file::{Item, write};

const TRIANGLE: &str = "0\\0\\0\\4\\0\\0\\4\\4\\0";

fn read(rois: &[(&str, &str)], contours: &[(&str, Vec<Item>)]) -> Result<StructureSet, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.dcm");
    write(&path, rois, contours);
    rtstruct::read(&path).map_err(|error| {
        let message = error.to_string();
        assert!(message.contains("a.dcm"), "{message}");
        message
    })
}

#[test]
fn contours_that_are_no_points() {
    let good = Item::new(TRIANGLE);
    let set = read(&[("7", "GTV ")], &[("7", vec![good.clone()])]).unwrap();
    assert_eq!((set.rois[0].number, set.rois[0].name.as_str()), (7, "GTV"));
    let points = &set.rois[0].contours[0].points_mm;
    assert_eq!(points[..], [[0.0; 3], [4.0, 0.0, 0.0], [4.0, 4.0, 0.0]]);
    let changed = |data: &str, count: &str| Item {
        count: count.to_owned(),
        ..Item::new(data)
    };
    for (bad, problem) in [
        (changed("0\\0\\zero", "1"), "no list of finite numbers"),
        (changed("0\\0\\NaN", "1"), "no list of finite numbers"),
        (changed("0\\0\\1e999", "1"), "no list of finite numbers"),
        (changed("0\\\\0", "1"), "no list of finite numbers"),
        (
            changed("0\\0\\0\\1", "1"),
            "4 coordinates are not three a point",
        ),
        (
            changed(TRIANGLE, "1000000000"),
            "should have 1000000000 points and has 3",
        ),
        (changed(TRIANGLE, "-1"), "should have -1 points and has 3"),
        (changed("", "3"), "should have 3 points and has 0"),
        (
            changed("0\\0\\2e9", "1"),
            "2e9 mm lies outside of any patient",
        ),
    ] {
        let contours = [("1", vec![good.clone(), bad])];
        let message = read(&[("1", "GTV")], &contours).unwrap_err();
        let place = "ROI \"GTV\", contour 2 of 2: ";
        assert!(
            message.contains(place) && message.contains(problem),
            "{message}"
        );
    }
}

#[test]
fn lists_that_do_not_fit() {
    let contours = |number| [(number, vec![Item::new(TRIANGLE)])];
    let message = read(&[], &contours("1")).unwrap_err();
    assert!(message.contains("no ROIs"), "{message}");
    let message = read(&[("1", "a"), ("1", "b")], &contours("1")).unwrap_err();
    assert!(message.contains("two ROIs have the number 1"), "{message}");
    let message = read(&[("x", "a")], &contours("1")).unwrap_err();
    assert!(
        message.contains("ROI 1 of the list (\"a\") has no number"),
        "{message}"
    );
    let set = read(&[("1", "a")], &contours("2")).unwrap();
    assert!(set.warnings[0].contains("the number 2, which isn't listed"));
    assert_eq!(set.rois[0].contours, []);
}

#[test]
fn truncated_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.dcm");
    let contours = vec![Item::new(TRIANGLE), Item::new(TRIANGLE)];
    write(&path, &[("1", "GTV")], &[("1", contours)]);
    let bytes = fs::read(&path).unwrap();
    let whole = rtstruct::read(&path).unwrap();
    let mut read = 0;
    for length in 0..bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        match rtstruct::read(&path) {
            Ok(set) => {
                // Cut between two elements; the contours' absence is told.
                assert!(set == whole || !set.warnings.is_empty(), "{length}");
                read += 1;
            }
            Err(Error::File { .. } | Error::Io { .. }) => {}
            Err(other) => panic!("{length}: {other}"),
        }
    }
    assert!(read < 20, "{read}");
}

/// A length that claims 4 GB must not be believed.
#[test]
fn every_byte_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.dcm");
    write(&path, &[("1", "GTV")], &[("1", vec![Item::new(TRIANGLE)])]);
    let bytes = fs::read(&path).unwrap();
    for place in 132..bytes.len() {
        for value in [0, 0xff] {
            let mut changed = bytes.clone();
            changed[place] = value;
            fs::write(&path, &changed).unwrap();
            let _ = rtstruct::read(Path::new(&path));
        }
    }
}
