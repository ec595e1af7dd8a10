//! `radpath convert`, `inspect`, `qc`, and DICOM in `radpath radiomics`.

use crate::radiomics::volume;
use crate::support::{Csv, Folder};

#[test]
fn images_are_converted_without_loss() {
    let folder = Folder::new();
    volume(&folder, "t1", 0);
    folder.radpath("convert t1.nii.gz --out plain.nii").exits(0);
    folder
        .radpath("convert t1_mask.nii.gz --out mask.nii")
        .exits(0);
    folder
        .radpath("radiomics t1.nii.gz t1_mask.nii.gz --patient p --out a.csv")
        .exits(0);
    folder
        .radpath("radiomics plain.nii mask.nii --patient p --out b.csv")
        .exits(0);
    assert_eq!(folder.read("a.csv"), folder.read("b.csv"));

    let seen = folder.radpath("inspect mask.nii").exits(0).stdout;
    for piece in ["40 x 40 x 16 voxels", "label 1", "x axis"] {
        assert!(seen.contains(piece), "no `{piece}` in {seen}");
    }
    folder
        .radpath("convert t1.nii.gz --out x.nrrd")
        .exits(2)
        .says(&["x.nrrd", ".nii.gz"]);
    folder
        .radpath("convert t1.nii.gz --roi GTV --out x.nii")
        .exits(2)
        .says(&["no named regions"]);
    folder
        .radpath("inspect none.nii")
        .exits(2)
        .says(&["none.nii"]);
    let same = folder.radpath("convert plain.nii --out plain.nii").exits(2);
    same.says(&["plain.nii"]);
}

#[test]
fn every_case_has_its_picture() {
    let folder = Folder::new();
    volume(&folder, "a", 0);
    volume(&folder, "b", 1);
    folder
        .radpath("qc a.nii.gz a_mask.nii.gz --out a.png")
        .exits(0);
    let picture = image::open(folder.path("a.png"))
        .expect("a picture")
        .to_rgb8();
    assert_eq!(picture.width(), 1500);
    let orange = picture
        .pixels()
        .filter(|pixel| pixel.0 == [0xe6, 0x9f, 0x00])
        .count();
    assert!(orange > 1000, "{orange} pixels of outline");
    folder
        .radpath("qc a.nii.gz a_mask.nii.gz --out again.png")
        .exits(0);
    assert_eq!(
        std::fs::read(folder.path("a.png")).unwrap(),
        std::fs::read(folder.path("again.png")).unwrap()
    );

    folder.write(
        "cases.csv",
        "patient_id,image,mask,label\na,a.nii.gz,a_mask.nii.gz,\nb,b.nii.gz,b_mask.nii.gz,7\n",
    );
    folder
        .radpath("qc --cases cases.csv --out pictures")
        .exits(1)
        .says(&["label 7"]);
    assert!(folder.path("pictures/figures/a.png").is_file());
    assert!(!folder.path("pictures/figures/b.png").exists());
    assert!(folder.read("pictures/failures.csv").contains("label 7"));
    folder
        .radpath("qc a.nii.gz a_mask.nii.gz --window 3,1 --out a.png")
        .exits(2)
        .says(&["--window"]);
    folder
        .radpath("qc a.nii.gz none.nii --out a.png")
        .exits(2)
        .says(&["none.nii"]);
}

#[test]
fn names_need_a_mask_that_has_some() {
    let folder = Folder::new();
    volume(&folder, "t1", 0);
    let ran = folder.radpath("radiomics t1.nii.gz t1_mask.nii.gz --roi GTV --out f.csv");
    ran.exits(2).says(&["`GTV`", "label"]);
    let ran = folder.radpath("radiomics t1.nii.gz t1_mask.nii.gz --roi GTV --label 2 --out f.csv");
    ran.exits(2);
    let line = [
        "radiomics",
        "t1.nii.gz",
        "t1_mask.nii.gz",
        "--roi",
        "a b;a-b",
        "--out",
        "f.csv",
    ];
    folder.radpath_with(&line).exits(2).says(&["a-b_*"]);
}

/// IBSI's CT phantom as DICOM with its RTSTRUCT gives the features of the same
/// as NIfTI: the mask is equal voxel for voxel, the spacing of slices differs
/// by rounding (2.9999999999998486 mm).
#[test]
fn dicom_gives_the_features_of_nifti() {
    let data = |name: &str| {
        testkit::data(&format!(
            "radiomics/ibsi/ibsi_1_ct_radiomics_phantom/{name}"
        ))
    };
    let (Some(series), Some(structures)) =
        (data("dicom/image"), data("dicom/mask/DCM_RS_00060.dcm"))
    else {
        return;
    };
    let (Some(image), Some(mask)) = (
        data("nifti/image/phantom.nii.gz"),
        data("nifti/mask/mask.nii.gz"),
    ) else {
        return;
    };
    let folder = Folder::new();
    let text = |path: &std::path::Path| path.to_str().expect("a path").to_owned();
    let run = |image: &str, mask: &str, out: &str, more: &[&str]| {
        let mut line = vec!["radiomics", image, mask, "--patient", "p", "--out", out];
        line.extend(more);
        folder.radpath_with(&line)
    };
    let (series, structures) = (text(&series), text(&structures));
    run(&text(&image), &text(&mask), "nifti.csv", &[]).exits(0);
    run(&series, &structures, "dicom.csv", &["--roi", "gtv*"]).exits(0);
    run(&series, &structures, "only.csv", &[]).exits(0);
    assert_eq!(folder.read("dicom.csv"), folder.read("only.csv"));
    let (nifti, dicom) = (
        Csv::parse(&folder.read("nifti.csv")),
        Csv::parse(&folder.read("dicom.csv")),
    );
    assert_eq!(nifti.header(), dicom.header());
    for name in nifti.header().iter().filter(|name| *name != "patient_id") {
        let (a, b) = (nifti.number(0, name), dicom.number(0, name));
        assert!((a - b).abs() <= 1e-9 * a.abs(), "{name}: {a} and {b}");
    }
    run(&series, &structures, "none.csv", &["--roi", "liver"])
        .exits(2)
        .says(&["liver", "GTV-1"]);

    let line = [
        "convert",
        &structures,
        "--image",
        &series,
        "--out",
        "gtv.nii.gz",
    ];
    folder.radpath_with(&line).exits(0);
    assert!(folder.read("gtv.labels.csv").contains("GTV-1"));
    run(&series, "gtv.nii.gz", "converted.csv", &[]).exits(0);
    let converted = Csv::parse(&folder.read("converted.csv"));
    let volume = "original_shape_VoxelVolume";
    assert!((converted.number(0, volume) - dicom.number(0, volume)).abs() < 1e-3);

    let line = ["inspect", &structures, "--image", &series];
    let seen = folder.radpath_with(&line).exits(0).stdout;
    assert!(
        seen.contains("GTV-1") && seen.contains("125256 voxels"),
        "{seen}"
    );
    let seen = folder.radpath_with(&["inspect", &series]).exits(0).stdout;
    assert!(seen.contains("204 x 201 x 60"), "{seen}");
    let line = ["qc", &series, &structures, "--out", "gtv.png"];
    folder.radpath_with(&line).exits(0);
    assert!(folder.path("gtv.png").is_file());
}
