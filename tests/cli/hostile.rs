//! Bad input is answered with a message and exit code 2, or with a row of
//! failures.csv; never with a panic.

use crate::radiomics::volume;
use crate::support::{Csv, Folder};

#[test]
fn files_that_are_not_there() {
    let folder = Folder::new();
    folder
        .radpath("radiomics none.nii.gz none.nii.gz --out f.csv")
        .exits(2)
        .says(&["none.nii.gz"]);
    folder
        .radpath("radiomics --cases none.csv --out f.csv")
        .exits(2)
        .says(&["none.csv"]);
    folder
        .radpath("slides none.svs --stain HE --out out")
        .exits(2)
        .says(&["none.svs"]);
    folder
        .radpath("correlate --radiomics a.csv --pathology b.csv --out out")
        .exits(2)
        .says(&["a.csv"]);
}

#[test]
fn broken_images_and_masks() {
    let folder = Folder::new();
    volume(&folder, "a", 0);
    let whole = std::fs::read(folder.path("a.nii.gz")).unwrap();
    folder.write("cut.nii.gz", &whole[..whole.len() / 2]);
    folder
        .radpath("radiomics cut.nii.gz a_mask.nii.gz --out f.csv")
        .exits(2)
        .says(&["cut.nii.gz"]);
    folder
        .radpath("radiomics a.nii.gz a_mask.nii.gz --label 7 --out f.csv")
        .exits(2)
        .says(&["7"]);

    // A mask of another shape, an empty one, voxels that are no numbers.
    let nrrd = |name: &str, kind: &str, sizes: &str, values: &[u8]| {
        let head = format!(
            "NRRD0004\ntype: {kind}\ndimension: 3\nsizes: {sizes}\nencoding: raw\nendian: little\nspacings: 1 1 1\n\n"
        );
        folder.write(name, [head.as_bytes(), values].concat());
    };
    let floats = |value: f32| value.to_le_bytes().repeat(64);
    nrrd("image.nrrd", "float", "4 4 4", &floats(3.0));
    nrrd("nan.nrrd", "float", "4 4 4", &floats(f32::NAN));
    nrrd("mask.nrrd", "uchar", "4 4 4", &[1; 64]);
    nrrd("small.nrrd", "uchar", "4 4 2", &[1; 32]);
    nrrd("empty.nrrd", "uchar", "4 4 4", &[0; 64]);
    nrrd("huge.nrrd", "float", "99999999 99999999 99999999", &[0; 64]);
    folder
        .radpath("radiomics image.nrrd mask.nrrd --out flat.csv")
        .exits(0);
    folder
        .radpath("radiomics image.nrrd small.nrrd --out f.csv")
        .exits(2)
        .says(&["4", "2"]);
    folder
        .radpath("radiomics image.nrrd empty.nrrd --out f.csv")
        .exits(2)
        .says(&["empty"]);
    folder
        .radpath("radiomics nan.nrrd mask.nrrd --out f.csv")
        .exits(2)
        .says(&["64"]);
    folder
        .radpath("radiomics huge.nrrd mask.nrrd --out f.csv")
        .exits(2)
        .says(&["huge.nrrd"]);
    assert!(!folder.path("f.csv").exists());
}

#[test]
fn tables_with_faults() {
    let folder = Folder::new();
    let good: String = (0..12)
        .map(|i| format!("{i},{},{}\n", i, i * i % 7))
        .collect();
    folder.write("good.csv", format!("patient_id,a,b\n{good}"));
    let refused = |text: &str, pieces: &[&str]| {
        folder.write("bad.csv", text);
        let ran = folder.radpath("correlate --radiomics bad.csv --pathology good.csv --out out");
        ran.exits(2).says(&[&["bad.csv"], pieces].concat());
    };
    refused(
        &format!("name,a\n{}", "x,1\n".repeat(12)),
        &["patient_id", "name"],
    );
    refused("patient_id,a\n1,2\n1,3\n", &["rows 2 and 3"]);
    refused("patient_id,a\n1,2\n,3\n", &["row 3"]);
    refused("patient_id,a\n1,2\n2,inf\n", &["row 3", "`a`", "infinite"]);
    refused("patient_id,a\n1,2\n2,high\n", &["row 3", "`high`"]);
    refused("patient_id,a,a\n1,2,3\n", &["`a`"]);
    refused("patient_id,a\n1,2\n2,3\n", &["2 patients are in both"]);
    refused("", &["empty"]);
    assert!(!folder.path("out").exists());
}

#[test]
fn a_tied_column_and_a_lonely_patient_are_said() {
    let folder = Folder::new();
    let rows = |from: i32| {
        (from..from + 14)
            .map(|i| format!("{i},{},5\n", i % 9))
            .collect::<String>()
    };
    folder.write("r.csv", format!("patient_id,a,flat\n{}", rows(0)));
    folder.write("p.csv", format!("patient_id,CD8_x,CD8_flat\n{}", rows(1)));
    folder
        .radpath("correlate --radiomics r.csv --pathology p.csv --out out")
        .exits(0)
        .says(&["1 patients are only"]);
    let pairs = Csv::parse(&folder.read("out/pairs.csv"));
    assert_eq!(pairs.rows.len(), 4);
    assert_eq!(pairs.cell(3, "estimate"), "NA");
    assert!(pairs.cell(3, "reason").contains("constant"));
    assert!(folder.read("out/notes.csv").contains("only in this table"));
}

#[test]
fn usage() {
    let folder = Folder::new();
    folder.radpath("").exits(2);
    folder.radpath("radiomics a.nii --out f.csv").exits(2);
    folder
        .radpath("correlate --radiomics a.csv --out x")
        .exits(2);
    folder.radpath("--threads 0 doctor").exits(2);
    let doctor = folder.radpath("doctor").exits(0);
    assert!(doctor.stdout.contains("radpath") && doctor.stdout.contains("cores"));
    let help = folder.radpath("slides --help").exits(0);
    assert!(help.stdout.contains("Examples"));
}
