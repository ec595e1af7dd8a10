//! `radpath correlate`.

use crate::support::{Csv, Folder};

/// 12 patients; a goes with b, c is something else.
fn tables(folder: &Folder) {
    let mut radiomics = String::from("patient_id,a,Cohort\n");
    let mut pathology = String::from("patient_id,CD8_b,c\n");
    for i in 0..12 {
        radiomics += &format!("{i:03},{},train\n", i * i);
        pathology += &format!("{i:03},{},{}\n", 2 * i + 1, (i * 7) % 12);
    }
    folder.write("r.csv", radiomics);
    folder.write("p.csv", pathology);
}

#[test]
fn writes_pairs_blocks_and_a_heatmap() {
    let folder = Folder::new();
    tables(&folder);
    folder
        .radpath("correlate --radiomics r.csv --pathology p.csv --out out --permutations 99")
        .exits(0)
        .says(&["Cohort"]);
    let pairs = Csv::parse(&folder.read("out/pairs.csv"));
    assert_eq!(pairs.rows.len(), 2);
    assert_eq!(pairs.cell(0, "block"), "CD8");
    assert_eq!(pairs.number(0, "estimate"), 1.0);
    assert_eq!(pairs.number(0, "p"), 0.0);
    assert_eq!(pairs.cell(1, "block"), "all");
    let blocks = Csv::parse(&folder.read("out/blocks.csv"));
    // No permutation of 99 reaches the planted correlation.
    assert_eq!(blocks.number(0, "p_max_abs"), 0.01);
    assert!(folder.read("out/heatmap.svg").contains("CD8_b"));
    assert!(
        std::fs::read(folder.path("out/heatmap.png"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
    assert!(folder.read("out/notes.csv").contains("Cohort"));
    assert!(folder.read("out/run.toml").contains("permutations"));
}

#[test]
fn order_of_patients_and_threads_do_not_matter() {
    let folder = Folder::new();
    tables(&folder);
    let mut lines: Vec<String> = folder.read("r.csv").lines().map(str::to_owned).collect();
    lines[1..].reverse();
    folder.write("r2.csv", lines.join("\n"));
    folder
        .radpath("correlate --radiomics r.csv --pathology p.csv --out one --threads 1")
        .exits(0);
    folder
        .radpath("correlate --radiomics r.csv --pathology p.csv --out two --threads 2")
        .exits(0);
    folder
        .radpath("correlate --radiomics r2.csv --pathology p.csv --out turned")
        .exits(0);
    assert_eq!(folder.contents("one"), folder.contents("two"));
    assert_eq!(
        folder.read("one/pairs.csv"),
        folder.read("turned/pairs.csv")
    );
    assert_eq!(
        folder.read("one/blocks.csv"),
        folder.read("turned/blocks.csv")
    );
}

/// Reference: data/tables/plgg_chop/reference.json (SciPy's spearmanr, average
/// ranks, t approximation; BH over all pairs). Tolerance 1e-8 absolute, the
/// precision of the file.
#[test]
fn paediatric_glioma_against_scipy() {
    let Some(data) = testkit::data("tables/plgg_chop") else {
        return;
    };
    let folder = Folder::new();
    let path = |name: &str| data.join(name).display().to_string();
    let (radiomics, immune) = (path("radiomics_201.csv"), path("immune_40_measures.csv"));
    let arguments = [
        "correlate",
        "--radiomics",
        &radiomics,
        "--pathology",
        &immune,
        "--out",
        "out",
        "--permutations",
        "199",
    ];
    folder.radpath_with(&arguments).exits(0);

    let blocks = Csv::parse(&folder.read("out/blocks.csv"));
    assert_eq!(blocks.rows.len(), 1);
    assert_eq!(blocks.number(0, "n_tests"), 17_520.0);
    assert_eq!(blocks.number(0, "n_abs_r_03"), 38.0);
    assert_eq!(blocks.number(0, "n_p05"), 1_639.0);

    let pairs = Csv::parse(&folder.read("out/pairs.csv"));
    let (header, expected) =
        testkit::read_csv(&data.join("spearman_plgg_radiomics_x_immune.csv.gz"));
    assert_eq!(header, ["x", "y", "n", "rho", "p", "q_bh"]);
    assert_eq!(pairs.rows.len(), expected.len());
    let mut found = std::collections::BTreeMap::new();
    for row in 0..pairs.rows.len() {
        found.insert(
            (pairs.cell(row, "radiomic"), pairs.cell(row, "pathology")),
            row,
        );
    }
    let mut significant = 0;
    for row in &expected {
        let at = found[&(row[0].as_str(), row[1].as_str())];
        let reference = |column: usize| row[column].parse::<f64>().unwrap();
        assert_eq!(pairs.number(at, "n"), reference(2));
        for (column, reference) in [
            ("estimate", reference(3)),
            ("p", reference(4)),
            ("q_all", reference(5)),
        ] {
            let value = pairs.number(at, column);
            assert!(
                (value - reference).abs() <= 1e-8,
                "{row:?}: {column} {value}"
            );
        }
        significant += usize::from(pairs.number(at, "q_all") < 0.05);
    }
    assert_eq!(significant, 26);
}
