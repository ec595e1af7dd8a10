//! `radpath radiomics --standardise`.

use crate::radiomics::{volume, volume_of};
use crate::support::{Csv, Folder};

const MEAN: &str = "original_firstorder_Mean";

fn cases(folder: &Folder, cohorts: &[&str]) {
    let mut rows = String::from("patient_id,image,mask,sequence,cohort\n");
    for (i, cohort) in cohorts.iter().enumerate() {
        rows += &format!("{i},v{i}.nii.gz,v{i}_mask.nii.gz,T1,{cohort}\n");
    }
    folder.write("cases.csv", rows);
}

#[test]
fn landmarks_see_the_training_rows_alone() {
    let folder = Folder::new();
    for i in 0..4 {
        volume(&folder, &format!("v{i}"), i);
    }
    cases(&folder, &["train", "train", "test", ""]);
    let line = "radiomics --cases cases.csv --standardise nyul --bin-count 32 --out f.csv";
    folder.radpath(line).exits(0).says(&["2 images only"]);
    let (table, landmarks) = (folder.read("f.csv"), folder.read("f.landmarks.json"));
    // Other images in every row that is no training row.
    volume_of(&folder, "v2", 9, 6.0);
    volume_of(&folder, "v3", 8, 6.0);
    folder.radpath(line).exits(0);
    assert_eq!(folder.read("f.landmarks.json"), landmarks);
    assert_ne!(folder.read("f.csv"), table);
    // Another training image.
    volume_of(&folder, "v1", 9, 6.0);
    folder.radpath(line).exits(0);
    assert_ne!(folder.read("f.landmarks.json"), landmarks);
}

#[test]
fn saved_landmarks_give_the_same_features() {
    let folder = Folder::new();
    for i in 0..2 {
        volume(&folder, &format!("v{i}"), i);
    }
    cases(&folder, &["train", "test"]);
    let line = "radiomics --cases cases.csv --standardise nyul --bin-count 32";
    folder.radpath(&format!("{line} --out a.csv")).exits(0);
    folder
        .radpath(&format!("{line} --landmarks a.landmarks.json --out b.csv"))
        .exits(0);
    assert_eq!(folder.read("a.csv"), folder.read("b.csv"));
    assert!(!folder.path("b.landmarks.json").exists());
    let single = "radiomics v0.nii.gz v0_mask.nii.gz --standardise nyul --bin-count 32";
    folder
        .radpath(&format!("{single} --out c.csv"))
        .exits(2)
        .says(&["--landmarks"]);
    folder
        .radpath(&format!(
            "{single} --landmarks a.landmarks.json --out c.csv"
        ))
        .exits(2)
        .says(&["`T1`", "--standardise-sequence"]);
    folder
        .radpath(&format!(
            "{single} --landmarks a.landmarks.json --standardise-sequence T1 --out c.csv"
        ))
        .exits(0);
    let (a, c) = (folder.read("a.csv"), folder.read("c.csv"));
    let batch = Csv::parse(&a).number(0, &format!("T1_{MEAN}"));
    assert_eq!(Csv::parse(&c).number(0, MEAN), batch);
}

#[test]
fn what_can_not_be_standardised_is_told() {
    let folder = Folder::new();
    volume(&folder, "v0", 0);
    let line = "radiomics v0.nii.gz v0_mask.nii.gz --out f.csv --standardise";
    folder
        .radpath(&format!("{line} white-stripe"))
        .exits(2)
        .says(&["--standardise-sequence"]);
    folder
        .radpath(&format!("{line} zscore --landmarks f.json"))
        .exits(2)
        .says(&["goes with"]);
    folder
        .radpath(&format!("{line} zscore"))
        .exits(0)
        .says(&["few of them"]);
    assert!(Csv::parse(&folder.read("f.csv")).number(0, MEAN).abs() < 10.0);
    cases(&folder, &["dev"]);
    folder
        .radpath("radiomics --cases cases.csv --out g.csv --standardise nyul")
        .exits(2)
        .says(&["`train`", "dev", "--train-value"]);
}
