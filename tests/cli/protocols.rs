//! `radpath radiomics`: presets, parameter files, several regions of one case.

use crate::radiomics::volume_of;
use crate::support::{Csv, Folder};

/// A ramp of 8 x 8 x 8 voxels with a noisy bit, and a mask of two slabs, labels
/// 1 and 4, with a gap between them: `i.nrrd`, `m.nrrd`.
fn slabs(folder: &Folder) {
    let head = |kind: &str| {
        format!(
            "NRRD0004\ntype: {kind}\ndimension: 3\nsizes: 8 8 8\nencoding: raw\nendian: little\nspacings: 1 1 2\n\n"
        )
    };
    let voxels = || (0..512u16).map(|i| (i, i / 64));
    let image: Vec<u8> = voxels()
        .flat_map(|(i, z)| (10 * z as i16 + (i * 7 % 13) as i16).to_le_bytes())
        .collect();
    let label = |(i, z): (u16, u16)| match (i % 8, z) {
        (0 | 7, _) => 0,
        (_, 1 | 2) => 1,
        (_, 4 | 5) => 4,
        _ => 0,
    };
    let mask: Vec<u8> = voxels().map(label).collect();
    folder.write("i.nrrd", [head("short").as_bytes(), &image].concat());
    folder.write("m.nrrd", [head("uchar").as_bytes(), &mask].concat());
}

#[test]
fn presets_give_their_names() {
    let folder = Folder::new();
    slabs(&folder);
    folder
        .radpath("radiomics i.nrrd m.nrrd --preset ibsi --bin-width 5 --out f.csv --diagnostics")
        .exits(0);
    let table = Csv::parse(&folder.read("f.csv"));
    assert_eq!(table.number(0, "morph_vol_approx"), 96.0 * 2.0);
    assert!(table.number(0, "cm_contrast_3D_avg") > 0.0);
    assert_eq!(table.cell(0, "diagnostics_img_dim_x_init_img"), "8");
    let run: toml::Table = folder.read("f.run.toml").parse().unwrap();
    assert_eq!(run["settings"]["preset"]["value"].as_str(), Some("ibsi"));
    assert_eq!(
        run["settings"]["bin_width"]["source"].as_str(),
        Some("flag")
    );

    folder.write("own.toml", "resample_mm = [1, 1, 1]\nbin_count = 8\n");
    folder
        .radpath("radiomics i.nrrd m.nrrd --preset ibsi-c --settings own.toml --out g.csv")
        .exits(0);
    let run: toml::Table = folder.read("g.run.toml").parse().unwrap();
    let source = |key: &str| run["settings"][key]["source"].as_str().unwrap().to_owned();
    assert_eq!(source("resample_mm"), "settings file");
    assert_eq!(source("resegment_range"), "preset");
    assert!(
        run["settings"].get("bin_width").is_none(),
        "8 levels instead"
    );
    folder
        .radpath("radiomics i.nrrd m.nrrd --preset ibsi-f --out g.csv")
        .exits(2);
    folder.write("p.yaml", "setting:\n  binWidth: 5\n");
    folder
        .radpath("radiomics i.nrrd m.nrrd --preset ibsi --settings p.yaml --out g.csv")
        .exits(2)
        .says(&["p.yaml", "--preset pyradiomics"]);
}

#[test]
fn parameter_files_are_read_as_they_are() {
    let folder = Folder::new();
    slabs(&folder);
    let file = "imageType:\n  Original: {}\nfeatureClass:\n  firstorder: [Mean, Entropy]\n  glcm:\n    - Contrast\nsetting:\n  binWidth: 5 # HU\n  label: 4\n  enableCExtensions: true\n";
    folder.write("Params.yaml", file);
    folder
        .radpath("radiomics i.nrrd m.nrrd --settings Params.yaml --out f.csv")
        .exits(0);
    let table = Csv::parse(&folder.read("f.csv"));
    assert_eq!(
        table.header(),
        [
            "patient_id",
            "original_firstorder_Entropy",
            "original_firstorder_Mean",
            "original_glcm_Contrast"
        ]
    );
    // Slices 4 and 5, and a mean of 0 to 12.
    assert!((table.number(0, "original_firstorder_Mean") - 51.0).abs() < 1.5);
    let run: toml::Table = folder.read("f.run.toml").parse().unwrap();
    assert_eq!(
        run["settings"]["label"]["source"].as_str(),
        Some("settings file")
    );
    assert!(run["notes"].to_string().contains("enableCExtensions"));

    for (text, says) in [
        (file.replace("binWidth", "binWdth"), "binWdth"),
        (file.replace("  Original: {}", "  Mystery: {}"), "Mystery"),
        (file.replace("[Mean, Entropy]", "[Men]"), "Men"),
        (file.replace("binWidth: 5", "binWidth: -5"), "binWidth"),
    ] {
        folder.write("bad.yml", text);
        folder
            .radpath("radiomics i.nrrd m.nrrd --settings bad.yml --out g.csv")
            .exits(2)
            .says(&["bad.yml", says]);
    }
}

#[test]
fn several_labels_and_rings_stand_beside_each_other() {
    let folder = Folder::new();
    slabs(&folder);
    folder
        .radpath("radiomics i.nrrd m.nrrd --label 4,1 --ring-mm 2,4.5 --out f.csv")
        .exits(0);
    let table = Csv::parse(&folder.read("f.csv"));
    assert_eq!(table.header().len(), 1 + 6 * 107);
    for prefix in ["label4_", "label1_"] {
        assert_eq!(
            table.number(0, &format!("{prefix}original_shape_VoxelVolume")),
            96.0 * 2.0
        );
    }
    let volume = |ring: &str| table.number(0, &format!("label1_{ring}_original_shape_VoxelVolume"));
    assert!(0.0 < volume("ring2mm") && volume("ring2mm") < volume("ring4.5mm"));

    // As a table: labels of the rows, one of which isn't there.
    folder.write(
        "cases.csv",
        "patient_id,image,mask,label\n1,i.nrrd,m.nrrd,1;4\n2,i.nrrd,m.nrrd,1 3\n3,i.nrrd,m.nrrd,4\n",
    );
    folder
        .radpath("radiomics --cases cases.csv --out c.csv")
        .exits(1)
        .says(&["label 3 is not in the mask"]);
    let table = Csv::parse(&folder.read("c.csv"));
    assert_eq!(table.rows.len(), 3);
    assert_eq!(table.cell(2, "label1_original_firstorder_Mean"), "NA");
    assert_eq!(table.cell(1, "label4_original_firstorder_Mean"), "NA");
    assert_eq!(
        table.cell(2, "label4_original_firstorder_Mean"),
        table.cell(0, "label4_original_firstorder_Mean")
    );
    let failures = folder.read("c.failures.csv");
    assert!(failures.contains("label3: "), "{failures}");

    // A body mask of slices up to 3 cuts the ring.
    let bytes = std::fs::read(folder.path("m.nrrd")).unwrap();
    let mut body = bytes.clone();
    let start = bytes.len() - 512;
    for (i, voxel) in body[start..].iter_mut().enumerate() {
        *voxel = u8::from(i / 64 <= 3);
    }
    folder.write("body.nrrd", body);
    folder
        .radpath("radiomics i.nrrd m.nrrd --ring-mm 4.5 --body-mask body.nrrd --out b.csv")
        .exits(0);
    let inside = Csv::parse(&folder.read("b.csv"));
    assert!(inside.number(0, "ring4.5mm_original_shape_VoxelVolume") < volume("ring4.5mm"));
    folder
        .radpath("radiomics i.nrrd m.nrrd --ring-mm 0.5 --out b.csv")
        .exits(1)
        .says(&["ring0.5mm"]);
    for (flags, says) in [
        ("--ring-mm 3,-1", "positive"),
        ("--ring-mm nan", "positive"),
        ("--ring-mm 3,3", "3 twice"),
        ("--label 4,1,4", "4 twice"),
    ] {
        folder
            .radpath(&format!("radiomics i.nrrd m.nrrd {flags} --out b.csv"))
            .exits(2)
            .says(&[says]);
    }
}

#[test]
fn perturbations_feed_reliability() {
    let folder = Folder::new();
    let mut rows = String::from("patient_id,image,mask\n");
    for i in 0..4 {
        volume_of(&folder, &format!("v{i}"), i, 6.0 + i as f64);
        rows += &format!("{i},v{i}.nii.gz,v{i}_mask.nii.gz\n");
    }
    folder.write("cases.csv", rows);
    let plan = "rotation_deg = [-7, 7]\nnoise_repetitions = 1\nvolume_change = [0.1]\ncontour_repetitions = 1\n";
    folder.write("perturb.toml", plan);
    let line = "radiomics --cases cases.csv --perturb perturb.toml --bin-width 10";
    folder
        .radpath(&format!("{line} --out one/f.csv --threads 1"))
        .exits(0);
    folder
        .radpath(&format!("{line} --out two/f.csv --threads 2"))
        .exits(0);
    assert_eq!(folder.contents("one"), folder.contents("two"));
    let mut tables: Vec<_> = std::fs::read_dir(folder.path("one/f.perturbed/tables"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    tables.sort();
    assert_eq!(tables.len(), 2 + 1 + 1 + 1);
    // Nobody is perturbed in the table itself.
    folder
        .radpath("radiomics --cases cases.csv --bin-width 10 --out plain.csv")
        .exits(0);
    assert_eq!(folder.read("plain.csv"), folder.read("one/f.csv"));

    let mut arguments = vec!["reliability", "one/f.csv"];
    arguments.extend(tables.iter().map(|path| path.to_str().unwrap()));
    arguments.extend(["--out", "r.csv"]);
    folder.radpath_with(&arguments).exits(0);
    let table = Csv::parse(&folder.read("r.csv"));
    let row = |feature: &str| {
        let mut rows = 0..table.rows.len();
        rows.find(|&row| table.cell(row, "feature") == feature)
            .unwrap()
    };
    assert!(table.number(row("original_shape_VoxelVolume"), "icc_2_1") > 0.9);
    folder
        .radpath("radiomics --cases cases.csv --perturb xyz --out f.csv")
        .exits(2)
        .says(&["xyz"]);
    folder
        .radpath("radiomics --cases cases.csv --perturb r --out -")
        .exits(2)
        .says(&["name a file"]);
}

/// A turned or shifted region has its own grid, and neither the body mask nor
/// other labels may be lost on the way.
#[test]
fn rings_of_perturbed_regions_keep_their_bounds() {
    let folder = Folder::new();
    slabs(&folder);
    let mut body = std::fs::read(folder.path("m.nrrd")).unwrap();
    let start = body.len() - 512;
    for (i, voxel) in body[start..].iter_mut().enumerate() {
        *voxel = u8::from(i / 64 <= 4);
    }
    folder.write("body.nrrd", body);
    folder.write("shift.toml", "translation_fraction = [0.25]\n");
    let ring = |flags: &str| {
        folder
            .radpath(&format!(
                "radiomics i.nrrd m.nrrd --ring-mm 4.5 --perturb shift.toml {flags} --out f.csv"
            ))
            .exits(0);
        ["f.csv", "f.perturbed/tables/trans0.25.csv"].map(|table| {
            Csv::parse(&folder.read(table)).number(0, "ring4.5mm_original_shape_VoxelVolume")
        })
    };
    for flags in ["", "--body-mask body.nrrd", "--body-above -1"] {
        let [still, shifted] = ring(flags);
        // Label 4 would add 96 voxels of 2 mm3 to some 200.
        assert!(
            (shifted / still - 1.0).abs() < 0.2,
            "{flags}: {still} {shifted}"
        );
    }
}

#[test]
fn maps_are_images() {
    let folder = Folder::new();
    slabs(&folder);
    let line = "radiomics i.nrrd m.nrrd --label 1,4 --maps glcm_Contrast,firstorder_Mean";
    for threads in ["1", "2"] {
        folder
            .radpath(&format!("{line} --threads {threads} --out {threads}/f.csv"))
            .exits(0);
    }
    assert_eq!(folder.contents("1"), folder.contents("2"));
    for label in [1, 4] {
        let name = format!("1/f.maps/maps/i_label{label}_original_firstorder_Mean.nii.gz");
        let map = radiomics::io::read(folder.path(&name)).expect("an image");
        // The slab's box and one voxel around it.
        assert_eq!(map.geometry().size, [8, 8, 4]);
        assert_eq!(map.voxels()[[0, 0, 0]], 0.0);
        assert!(map.voxels()[[1, 4, 4]] > 0.0);
    }
    for (asked, says) in [
        ("glcm_Contrst", "Contrst"),
        ("shape", "one value"),
        ("glcm --preset ibsi", "PyRadiomics"),
    ] {
        folder
            .radpath(&format!(
                "radiomics i.nrrd m.nrrd --maps {asked} --out g.csv"
            ))
            .exits(2)
            .says(&[says]);
    }
}
