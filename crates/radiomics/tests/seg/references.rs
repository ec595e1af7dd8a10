//! Segments to masks, beside reference volumes.

use std::path::Path;

use radiomics::io::{self, Mask, Options, seg};
use radiomics::{Geometry, Volume};
use testkit::data;

/// The one segment or segments of that name on the segmentation's own grid.
fn segment(file: &Path, wanted: &str) -> Volume {
    let mask = io::read_mask(file, &Options::default()).unwrap();
    let chosen = mask.choose(wanted).unwrap();
    let Mask::Segments(segmentation) = mask else {
        panic!()
    };
    segmentation.mask(&chosen).unwrap()
}

/// Compares with the voxels of one value of a label map on the same slices,
/// from a slice of it on.
fn assert_equal(found: &Volume, expected: &Volume, value: f64) -> usize {
    let [x, y, z] = found.geometry().size;
    let from = found.geometry().origin_mm[2] - expected.geometry().origin_mm[2];
    let from = from.round() as usize;
    assert_eq!([x, y], expected.geometry().size[..2]);
    let mut count = 0;
    for ((k, j, i), &label) in expected.voxels().indexed_iter() {
        let inside = label == value;
        count += usize::from(inside);
        let ours = k >= from && k < from + z && found.voxels()[[k - from, j, i]] == 1.0;
        assert_eq!(ours, inside, "{i} {j} {k}");
    }
    assert_eq!(found.voxels().sum(), count as f64);
    count
}

/// dcmqi's liver, against the NRRD that it was made of and highdicom's reading
/// of it.
#[test]
fn binary_equals_what_it_was_made_of() {
    let Some(folder) = data("dicom") else { return };
    let found = segment(&folder.join("dcmqi_ct_seg/liver.dcm"), "Liver");
    for (name, label) in [
        ("dcmqi_ct_seg/liver_seg.nrrd", 1.0),
        ("dcmqi_ct_seg/liver_spine_seg.nrrd", 1.0),
        ("reference_volumes/dcmqi_liver_on_ct_highdicom.nii.gz", 1.0),
    ] {
        let expected = io::read(folder.join(name)).unwrap();
        assert_eq!(assert_equal(&found, &expected, label), 107_098, "{name}");
        radiomics::grid::check_grid(expected.geometry(), found.geometry(), 1e-4).unwrap();
    }
}

/// Five segments that overlap, some on one of the three slices.
#[test]
fn overlapping_segments() {
    let Some(folder) = data("dicom/dcmqi_ct_seg") else {
        return;
    };
    for (name, file, value, voxels) in [
        ("GREEN", 1, 1.0, 9602),
        ("ORANGE", 2, 2.0, 11_888),
        ("PURPLE", 3, 3.0, 10_743),
        ("LIGHT_BLUE", 1, 4.0, 6693),
        ("DARK_BLUE", 1, 5.0, 4713),
    ] {
        let expected = io::read(folder.join(format!("partial_overlaps-{file}.nrrd"))).unwrap();
        let found = segment(&folder.join("partial_overlaps.dcm"), name);
        assert_eq!(found.geometry().size, [512, 512, 3]);
        assert_eq!(assert_equal(&found, &expected, value), voxels, "{name}");
    }
    let blue = segment(&folder.join("partial_overlaps.dcm"), "*blue");
    assert_eq!(blue.voxels().sum(), 11_406.0);
}

/// A label map without its middle slice, with and without PixelPaddingValue.
#[test]
fn label_map_with_a_slice_left_out() {
    let Some(folder) = data("dicom/dcmqi_ct_seg") else {
        return;
    };
    for name in ["sparse-labelmap-noppv.dcm", "sparse-labelmap-ppv5.dcm"] {
        let mask = io::read_mask(&folder.join(name), &Options::default()).unwrap();
        let names: Vec<String> = mask
            .regions()
            .into_iter()
            .map(|region| region.name)
            .collect();
        assert_eq!(names, ["Liver"]);
        let Mask::Segments(segmentation) = mask else {
            panic!()
        };
        assert_eq!(segmentation.warnings, Vec::<String>::new());
        let liver = segmentation.mask(&[0]).unwrap();
        // The slices of mf.dcm, the image that it belongs to.
        let geometry = Geometry {
            size: [24, 38, 3],
            spacing_mm: [0.7, 0.7, 2.5],
            origin_mm: [46.464901, 5.018_809_8, -177.75],
            ..Geometry::aligned([24, 38, 3], [1.0; 3])
        };
        assert_eq!(liver.geometry(), &geometry);
        let slices: Vec<f64> = liver
            .voxels()
            .outer_iter()
            .map(|slice| slice.sum())
            .collect();
        assert_eq!(slices, [315.0, 0.0, 315.0]);
    }
}

/// pydicom's file of one frame that describes three.
#[test]
fn single_frame() {
    let Some(file) = data("dicom/odd/pydicom/liver_1frame.dcm") else {
        return;
    };
    let segmentation = seg::read(&file).unwrap();
    assert_eq!(segmentation.geometry().size, [512, 512, 1]);
    assert_eq!(segmentation.geometry().spacing_mm[2], 1.0);
    assert_eq!(segmentation.warnings.len(), 1);
    assert_eq!(segmentation.mask(&[0]).unwrap().voxels().sum(), 36_233.0);
}
