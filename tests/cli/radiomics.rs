//! `radpath radiomics`.

use crate::support::{Csv, Folder};
use synth::volume::VolumeSpec;

/// A small head with a tumour: `NAME.nii.gz` and `NAME_mask.nii.gz`.
pub fn volume(folder: &Folder, name: &str, index: u64) {
    volume_of(folder, name, index, 9.0);
}

/// The same with a tumour of another size.
pub fn volume_of(folder: &Folder, name: &str, index: u64, tumour_radius_mm: f64) {
    let spec = VolumeSpec {
        size: [40, 40, 16],
        tumour_radius_mm,
        ..VolumeSpec::default()
    };
    let volume =
        synth::volume::render(&spec, &mut stats::rng::stream(1, name, index)).expect("a volume");
    synth::nifti::write_image(&folder.path(&format!("{name}.nii.gz")), &volume).expect("written");
    synth::nifti::write_mask(&folder.path(&format!("{name}_mask.nii.gz")), &volume)
        .expect("written");
}

#[test]
fn one_image_gives_one_row_and_its_provenance() {
    let folder = Folder::new();
    volume(&folder, "t1", 0);
    folder
        .radpath("radiomics t1.nii.gz t1_mask.nii.gz --out f.csv --bin-width 10")
        .exits(0);
    let table = Csv::parse(&folder.read("f.csv"));
    assert_eq!(table.cell(0, "patient_id"), "t1");
    // PyRadiomics' 107.
    assert_eq!(table.header().len(), 1 + 107);
    assert!(table.number(0, "original_shape_VoxelVolume") > 500.0);
    let run: toml::Table = folder.read("f.run.toml").parse().unwrap();
    assert_eq!(
        run["settings"]["bin_width"]["source"].as_str(),
        Some("flag")
    );
    assert_eq!(run["settings"]["label"]["source"].as_str(), Some("default"));
    assert!(
        !folder.read("f.run.toml").contains("t1.nii.gz"),
        "no file names in run.toml"
    );
    assert!(folder.path("f.timing.json").is_file());

    let piped = folder
        .radpath("radiomics t1.nii.gz t1_mask.nii.gz --out - --bin-width 10")
        .exits(0);
    assert_eq!(piped.stdout, folder.read("f.csv"));
    let more = folder
        .radpath("radiomics t1.nii.gz t1_mask.nii.gz --out - --diagnostics")
        .exits(0);
    assert!(more.stdout.contains("diagnostics_Mask-original_VoxelNum"));
}

#[test]
fn one_bad_case_does_not_end_a_batch() {
    let folder = Folder::new();
    volume(&folder, "a", 0);
    volume(&folder, "b", 1);
    folder.write("broken.nii.gz", b"not gzip");
    let rows = "patient_id,image,mask\n01,a.nii.gz,a_mask.nii.gz\n02,broken.nii.gz,a_mask.nii.gz\n03,b.nii.gz,b_mask.nii.gz\n";
    folder.write(
        "data/cases.csv",
        rows.replace(',', ",../")
            .replace("../image,../mask", "image,mask"),
    );
    folder
        .radpath("radiomics --cases data/cases.csv --out out/f.csv")
        .exits(1)
        .says(&["02"]);
    let table = Csv::parse(&folder.read("out/f.csv"));
    assert_eq!(table.rows.len(), 2);
    assert_eq!(
        (table.cell(0, "patient_id"), table.cell(1, "patient_id")),
        ("01", "03")
    );
    let failures = folder.read("out/f.failures.csv");
    assert!(
        failures.contains("02,") && failures.contains("[image]"),
        "{failures}"
    );
    assert!(
        !failures.contains("broken"),
        "no file names in outputs: {failures}"
    );
}

#[test]
fn sequences_become_columns() {
    let folder = Folder::new();
    volume(&folder, "a", 0);
    volume(&folder, "b", 1);
    let rows = "patient_id,image,mask,sequence\n1,a.nii.gz,a_mask.nii.gz,T1\n2,a.nii.gz,a_mask.nii.gz,T1\n1,b.nii.gz,b_mask.nii.gz,T2\n";
    folder.write("cases.csv", rows);
    folder
        .radpath("radiomics --cases cases.csv --out f.csv")
        .exits(0);
    let table = Csv::parse(&folder.read("f.csv"));
    assert_eq!((table.rows.len(), table.header().len()), (2, 1 + 2 * 107));
    assert_eq!(table.cell(1, "T2_original_firstorder_Mean"), "NA");
    assert_eq!(
        table.cell(0, "T1_original_firstorder_Mean"),
        table.cell(1, "T1_original_firstorder_Mean")
    );
}

#[test]
fn threads_do_not_change_a_byte() {
    let folder = Folder::new();
    let mut rows = String::from("patient_id,image,mask\n");
    for i in 0..4 {
        volume(&folder, &format!("v{i}"), i);
        rows += &format!("{i},v{i}.nii.gz,v{i}_mask.nii.gz\n");
    }
    folder.write("cases.csv", rows);
    folder
        .radpath("radiomics --cases cases.csv --out one/f.parquet --threads 1")
        .exits(0);
    folder
        .radpath("radiomics --cases cases.csv --out two/f.parquet --threads 2")
        .exits(0);
    assert_eq!(folder.contents("one"), folder.contents("two"));
}

#[test]
fn an_output_never_replaces_an_input() {
    let folder = Folder::new();
    volume(&folder, "a", 0);
    let rows = "patient_id,image,mask\n1,a.nii.gz,a_mask.nii.gz\n";
    for (manifest, says) in [
        ("f.csv", "would replace the input"),
        ("f.notes.csv", "would replace the input"),
        ("f.run.toml", "would replace the input"),
    ] {
        let folder_rows = folder.write(manifest, rows);
        folder
            .radpath(&format!("radiomics --cases {manifest} --out f.csv"))
            .exits(2)
            .says(&[says]);
        assert_eq!(folder.read(manifest), rows);
        std::fs::remove_file(folder_rows).expect("removed");
    }
    folder.write("f.notes.csv", "somebody else's");
    folder
        .radpath("radiomics a.nii.gz a_mask.nii.gz --out f.csv")
        .exits(2)
        .says(&["f.notes.csv"]);
    assert_eq!(folder.read("f.notes.csv"), "somebody else's");
    folder
        .radpath("radiomics a.nii.gz a_mask.nii.gz --out f.xlsx")
        .exits(2)
        .says(&[".csv or .parquet"]);
}

/// Voxels that are no numbers outside of the region must not shift the
/// columns of other cases.
#[test]
fn diagnostics_stand_under_their_names() {
    let folder = Folder::new();
    volume(&folder, "a", 0);
    let head = "NRRD0004\ntype: float\ndimension: 3\nsizes: 5 5 5\nencoding: raw\nendian: little\nspacings: 1 1 1\n\n";
    let mut image: Vec<u8> = (0..125u16)
        .flat_map(|i| f32::from(i).to_le_bytes())
        .collect();
    image[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    let mask: Vec<u8> = (0..125u8)
        .map(|i| u8::from((30..90).contains(&i)))
        .collect();
    folder.write("n.nrrd", [head.as_bytes(), &image].concat());
    folder.write(
        "m.nrrd",
        [head.replace("float", "uchar").as_bytes(), &mask].concat(),
    );
    for order in [
        ["1,a.nii.gz,a_mask.nii.gz", "2,n.nrrd,m.nrrd"],
        ["2,n.nrrd,m.nrrd", "1,a.nii.gz,a_mask.nii.gz"],
    ] {
        folder.write(
            "cases.csv",
            format!("patient_id,image,mask\n{}\n", order.join("\n")),
        );
        folder
            .radpath("radiomics --cases cases.csv --out f.parquet --diagnostics")
            .exits(0);
        let table = tables::Table::read(&folder.path("f.parquet")).expect("a table");
        let voxels = table
            .text("diagnostics_Mask-original_VoxelNum")
            .expect("a column");
        let ids = table.text("patient_id").expect("a column");
        let row = ids
            .iter()
            .position(|id| id.as_deref() == Some("2"))
            .expect("patient 2");
        assert_eq!(voxels[row].as_deref(), Some("60"));
    }
}
