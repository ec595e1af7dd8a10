//! Contours to masks, beside reference masks.

use radiomics::io::{self, Mask, Options, rtstruct};
use radiomics::{Geometry, Volume};
use testkit::data;

fn count(mask: &Volume) -> usize {
    mask.voxels().iter().filter(|&&value| value == 1.0).count()
}

/// The IBSI 1 CT phantom: its RTSTRUCT on the image's grid equals its NIfTI
/// mask, voxel for voxel.
#[test]
fn ibsi_contours_equal_ibsi_mask() {
    const FOLDER: &str = "radiomics/ibsi/ibsi_1_ct_radiomics_phantom";
    let Some(folder) = data(FOLDER) else { return };
    let image = io::read(folder.join("nifti/image/phantom.nii.gz")).unwrap();
    let expected = io::read(folder.join("nifti/mask/mask.nii.gz")).unwrap();
    let contours = folder.join("dicom/mask/DCM_RS_00060.dcm");
    let mask = io::read_mask(&contours, &Options::default()).unwrap();
    let chosen = mask.choose("GTV-1").unwrap();
    let drawn = mask.on(&chosen, image.geometry(), 1e-6).unwrap();
    assert_eq!(count(&drawn), 125_256);
    assert_eq!(drawn.voxels(), expected.voxels());
    let Mask::Structures(set) = mask else {
        panic!()
    };
    let (_, warnings) = set.draw(&chosen, image.geometry()).unwrap();
    assert_eq!(warnings, Vec::<String>::new());
    assert_eq!(set.series.len(), 1);
}

/// dicompyler-core's breast case, of whose CT there is one slice.
#[test]
fn clinical_contours_on_one_slice() {
    let Some(folder) = data("dicom") else { return };
    let expected = folder.join("reference_volumes/dicompyler_roi1_evenodd.nii.gz");
    let expected = io::read(expected).unwrap();
    let set = rtstruct::read(&folder.join("dicompyler_rtss/rtss.dcm")).unwrap();
    let contours: Vec<usize> = set.rois.iter().map(|roi| roi.contours.len()).collect();
    assert_eq!(contours, [141, 0, 2, 48, 33, 165, 4, 6, 18, 24]);
    let (drawn, warnings) = set.draw(&[0], expected.geometry()).unwrap();
    assert_eq!(count(&drawn), 40_396);
    assert_eq!(drawn.voxels(), expected.voxels());
    assert_eq!(
        warnings,
        [
            "ROI \"BODY\": 137 of 141 contours lie before the image's first or behind its last \
             slice and are left out"
        ]
    );
    let message = |chosen: usize| {
        let drawn = set.mask(&[chosen], expected.geometry());
        drawn.unwrap_err().to_string()
    };
    assert_eq!(
        message(1),
        "region \"Areola\": it has no contours; choose another, or draw it"
    );
    assert!(
        message(5).starts_with("region \"Lt Lung\": it encloses no voxel's centre in the image")
    );
}

/// Areas of the contours by the shoelace formula against the counts of voxels
/// on a fine grid: the fill neither loses nor gains a margin.
#[test]
fn counted_voxels_have_the_area_of_the_contours() {
    let Some(file) = data("dicom/dicompyler_rtss/rtss.dcm") else {
        return;
    };
    let set = rtstruct::read(&file).unwrap();
    let mut grid = Geometry::aligned([1000, 1000, 98], [0.55, 0.5, 3.0]);
    grid.origin_mm = [-275.0, -530.0, -122.44];
    for (place, name) in [(4, "Heart"), (8, "Tumor Bed"), (5, "Lt Lung")] {
        let roi = &set.rois[place];
        assert_eq!(roi.name, name);
        let mask = set.mask(&[place], &grid).unwrap();
        let area: f64 = roi
            .contours
            .iter()
            .map(|contour| {
                let points = &contour.points_mm;
                let next = points.iter().cycle().skip(1);
                let twice = points
                    .iter()
                    .zip(next)
                    .map(|(a, b)| a[0] * b[1] - b[0] * a[1]);
                twice.sum::<f64>() / 2.0
            })
            .fold(0.0, |sum, area| {
                sum + if name == "Lt Lung" { area } else { area.abs() }
            });
        let counted = count(&mask) as f64 * 0.55 * 0.5;
        let error = counted / area.abs() - 1.0;
        assert!(error.abs() < 2e-3, "{name}: {counted} mm2 of {area} mm2");
    }
}

/// pydicom's file without a meta group: three contours and two isocentres.
#[test]
fn file_without_meta_group() {
    let Some(file) = data("dicom/odd/pydicom/rtstruct.dcm") else {
        return;
    };
    let mask = io::read_mask(&file, &Options::default()).unwrap();
    assert_eq!(mask.choose("Isocenter*").unwrap(), [1, 2]);
    let Mask::Structures(set) = mask else {
        panic!()
    };
    let contours: Vec<usize> = set.rois.iter().map(|roi| roi.contours.len()).collect();
    assert_eq!(contours, [3, 1, 1]);
    let mut grid = Geometry::aligned([100, 100, 4], [10.0; 3]);
    grid.origin_mm = [-500.0, -500.0, -200.0];
    let (_, warnings) = set.draw(&[0, 1], &grid).unwrap();
    assert_eq!(
        warnings,
        [
            "ROI \"Isocenter 1\": 1 of 1 contours enclose no area (POINT) and are left out",
            "ROI \"Isocenter 1\": none of its 1 contours encloses an area (POINT); choose another",
        ]
    );
    assert_eq!(
        set.draw(&[2], &grid).unwrap_err().to_string(),
        "region \"Isocenter 2\": none of its 1 contours encloses an area (POINT); choose another"
    );
}
