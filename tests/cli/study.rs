//! `radpath study`: everything is checked first, nothing is made twice.

use crate::support::{Csv, Folder};

/// Two tables of 14 patients, and the study that correlates them.
fn correlation() -> Folder {
    let folder = Folder::new();
    let (mut radiomics, mut pathology) = (
        String::from("patient_id,a,b\n"),
        String::from("patient_id,CD8_x\n"),
    );
    for i in 0..14 {
        radiomics += &format!("{i},{},{}\n", i * i, i * 5 % 14);
        pathology += &format!("{i},{}\n", 3 * i + 1);
    }
    folder.write("in/r.csv", radiomics);
    folder.write("in/p.csv", pathology);
    folder.write(
        "in/study.toml",
        "title = 'Two tables'\n[radiomics]\ntable = 'r.csv'\n[pathology]\ntable = 'p.csv'\n\
         [correlate]\npermutations = 99\n",
    );
    folder
}

const RUN: &str = "study in/study.toml --out out";

fn replace(folder: &Folder, name: &str, from: &str, to: &str) {
    let text = folder.read(name);
    assert!(text.contains(from), "{name}");
    folder.write(name, text.replace(from, to));
}

/// The stages that a second run would make, and those that it would reuse.
#[track_caller]
fn planned(folder: &Folder, run: usize, reuse: usize) -> String {
    let text = folder.radpath(&format!("{RUN} --dry-run")).exits(0).stdout;
    let count = |what: &str| {
        let said = |line: &&str| {
            let mut words = line.split_whitespace();
            let stage = words.next().filter(|_| !line.starts_with(' '));
            stage.is_some_and(|s| s != "report")
                && words.next().is_some_and(|w| w.starts_with(what))
        };
        text.lines().filter(said).count()
    };
    let found = (count("run"), count("reuse"));
    assert_eq!(found, (run, reuse), "{text}");
    text
}

#[test]
fn all_problems_are_told_at_once_and_nothing_is_written() {
    let folder = correlation();
    folder.write("in/c.csv", "patient_id,cohort,r\n0,train,1\n0,train,2\n");
    folder.write("in/cases.csv", "patient_id,image,mask\n0,i.nii,m.nii\n");
    folder.write("in/settings.toml", "bin_width = -1\n");
    folder.write("in/markers.toml", "[CD8]\ncolour = 1\n");
    folder.write(
        "in/study.toml",
        "[radiomics]\ncases = 'cases.csv'\nsettings = 'settings.toml'\n\
         [slides]\nmanifest = 'slides.csv'\nmarkers = 'markers.toml'\n\
         [clinical]\ntable = 'c.csv'\n[response]\noutcome = 'response'\n\
         [validation]\nrepeats = 0\n",
    );
    folder.radpath(RUN).exits(2).says(&[
        "in/study.toml: 8 problems",
        "[validation] repeats: 0 is out of range",
        "in/cases.csv, row 2, column `image`: `i.nii`",
        "in/cases.csv, row 2, column `mask`: `m.nii`",
        "in/slides.csv",
        "`0` stands in rows 2 and 3",
        "no column `response`",
        "bin_width",
        "colour",
    ]);
    assert!(!folder.path("out").exists());
}

/// An outcome among the features would predict itself.
#[test]
fn outcomes_are_no_features() {
    let folder = correlation();
    let rows: String = (0..12).map(|i| format!("{i},{}\n", i % 2)).collect();
    folder.write("in/c.csv", format!("patient_id,response\n{rows}"));
    let rows: String = (0..12)
        .map(|i| format!("{i},{},{}\n", i * i, i % 2))
        .collect();
    folder.write("in/f.csv", format!("patient_id,a,response\n{rows}"));
    folder.write(
        "in/study.toml",
        "[radiomics]\ntable = 'f.csv'\n[clinical]\ntable = 'c.csv'\n[response]\noutcome = 'response'\n",
    );
    folder
        .radpath(RUN)
        .exits(2)
        .says(&["in/f.csv", "among the features (response)"]);
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let folder = correlation();
    replace(&folder, "in/study.toml", "permutations", "permutation");
    folder
        .radpath(RUN)
        .exits(2)
        .says(&["in/study.toml", "line 7", "permutation = 99", "min_n"]);
}

#[test]
fn a_dry_run_shows_the_command_and_writes_nothing() {
    let folder = correlation();
    let text = planned(&folder, 1, 0);
    let line = "radpath correlate --radiomics in/r.csv --pathology in/p.csv --permutations 99 \
        --out out/correlate";
    assert!(text.contains(line), "{text}");
    assert!(text.contains("sha256"), "{text}");
    assert!(!folder.path("out").exists());
    // The line is what it says.
    folder.radpath(line.trim_start_matches("radpath ")).exits(0);
}

#[test]
fn a_second_run_reuses_and_leaves_the_same_bytes() {
    let folder = correlation();
    let ran = folder.radpath(RUN).exits(0);
    assert!(ran.stdout.contains("out/report.html"), "{}", ran.stdout);
    let first = folder.contents("out");
    assert!(!folder.read("out/timing.json").contains("reused"));
    planned(&folder, 0, 1);
    folder.radpath(&format!("{RUN} --threads 1")).exits(0);
    assert!(folder.contents("out") == first);
    assert!(folder.read("out/timing.json").contains("reused"));
    let run = folder.read("out/run.toml");
    for piece in [
        "command = \"study\"",
        "study.toml",
        "correlate = ",
        "role = \"pathology\"",
    ] {
        assert!(run.contains(piece), "no {piece} in {run}");
    }
    // From nothing, in another place: the same bytes.
    folder
        .radpath("study in/study.toml --out new/place")
        .exits(0);
    assert!(folder.contents("new/place") == first);
    let elsewhere = folder.radpath(
        "correlate --radiomics in/r.csv --pathology in/p.csv --permutations 99 --out alone",
    );
    elsewhere.exits(0);
    assert_eq!(
        folder.read("alone/run.toml"),
        folder.read("out/correlate/run.toml")
    );
}

#[test]
fn changes_and_damage_are_noticed() {
    let folder = correlation();
    folder.radpath(RUN).exits(0);
    let whole = folder.contents("out/correlate");
    folder.write("out/correlate/pairs.csv", "damaged");
    assert!(planned(&folder, 1, 0).contains("pairs.csv was changed"));
    folder.radpath(RUN).exits(0);
    assert!(folder.contents("out/correlate") == whole);
    std::fs::remove_file(folder.path("out/correlate/run.toml")).unwrap();
    assert!(planned(&folder, 1, 0).contains("run.toml is missing"));
    folder.radpath(RUN).exits(0);
    assert!(folder.contents("out/correlate") == whole);
    // A comment changes nothing.
    folder.write(
        "in/study.toml",
        folder.read("in/study.toml") + "# a remark\n",
    );
    planned(&folder, 0, 1);
    replace(&folder, "in/p.csv", "13,40", "13,41");
    assert!(planned(&folder, 1, 0).contains("changed: input pathology"));
    folder.radpath(RUN).exits(0);
    planned(&folder, 0, 1);
    let seed = folder
        .radpath(&format!("{RUN} --seed 5 --dry-run"))
        .exits(0);
    assert!(seed.stdout.contains("changed: seed"), "{}", seed.stdout);
}

#[test]
fn foreign_folders_and_inputs_are_safe() {
    let folder = correlation();
    folder
        .radpath("study in/study.toml --out in")
        .exits(2)
        .says(&["it holds `p.csv`"]);
    folder
        .radpath("study in/study.toml --out in --dry-run")
        .exits(2)
        .says(&["it holds `p.csv`"]);
    folder.radpath(RUN).exits(0);
    std::fs::copy(folder.path("in/r.csv"), folder.path("out/r.csv")).unwrap();
    replace(&folder, "in/study.toml", "'r.csv'", "'../out/r.csv'");
    folder.radpath(RUN).exits(2).says(&["lies in the output"]);
    folder
        .radpath("correlate --radiomics in/r.csv --pathology in/p.csv --out out")
        .exits(2)
        .says(&["it holds `r.csv`"]);
}

#[test]
fn a_stage_that_fails_is_named() {
    let folder = correlation();
    // Not to be known before: both columns are constant where both are known.
    folder.write("in/i.nii", "no image");
    let rows: String = (0..14).map(|i| format!("{i},i.nii,i.nii\n")).collect();
    folder.write("in/cases.csv", format!("patient_id,image,mask\n{rows}"));
    replace(
        &folder,
        "in/study.toml",
        "table = 'r.csv'",
        "cases = 'cases.csv'",
    );
    folder
        .radpath(RUN)
        .exits(2)
        .says(&["stage radiomics", "none of the 14 cases"]);
    assert!(!folder.path("out/report.html").exists());
    assert!(folder.read("out/run.toml").contains("finished = false"));
    // Mended, the same command goes on in the same folder.
    replace(
        &folder,
        "in/study.toml",
        "cases = 'cases.csv'",
        "table = 'r.csv'",
    );
    folder
        .radpath(RUN)
        .exits(2)
        .says(&["out/radiomics", "remove it yourself"]);
    std::fs::remove_dir_all(folder.path("out/radiomics")).unwrap();
    folder.radpath(RUN).exits(0);
}

/// The example's study: what is planted is found, what isn't is not.
#[test]
fn a_study_of_tables_from_end_to_end() {
    let folder = Folder::new();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/study");
    for name in [
        "study.toml",
        "radiomics.csv",
        "pathology.csv",
        "clinical.csv",
    ] {
        let text = std::fs::read(format!("{example}/{name}")).unwrap();
        folder.write(&format!("in/{name}"), text);
    }
    let ran = folder.radpath(RUN).exits(0);
    assert!(ran.stdout.contains("out/report.html"), "{}", ran.stdout);
    let page = folder.read("out/report.html");
    assert!(page.contains("Texture, CD8, response and survival in 80 made-up patients"));
    for name in ["correlate", "response", "survival"] {
        assert!(
            folder.path(&format!("out/{name}/stage.toml")).exists(),
            "{name}"
        );
    }
    for (name, metric) in [("response", "auc"), ("survival", "c_index")] {
        let table = Csv::parse(&folder.read(&format!("out/{name}/performance.csv")));
        let external = (0..table.rows.len()).find(|&row| {
            table.cell(row, "model") == "radiomic"
                && table.cell(row, "estimate_type") == "external"
                && table.cell(row, "metric") == metric
        });
        let external = external.expect("an external row");
        assert!(table.number(external, "value") > 0.65, "{name}");
        let selected = Csv::parse(&folder.read(&format!("out/{name}/selected.csv")));
        let planted = (0..selected.rows.len())
            .any(|row| selected.cell(row, "feature") == "original_glcm_Contrast");
        assert!(planted, "{name}");
    }
    let blocks = Csv::parse(&folder.read("out/correlate/blocks.csv"));
    for row in 0..blocks.rows.len() {
        let found = blocks.number(row, "n_q05") > 0.0;
        assert_eq!(found, blocks.cell(row, "block") == "CD8");
    }

    // An outcome that changes is no matter for the correlation.
    let first = folder.contents("out");
    replace(
        &folder,
        "in/clinical.csv",
        "E01,train,A,50,",
        "E01,train,A,51,",
    );
    planned(&folder, 2, 1);
    folder.radpath(RUN).exits(0);
    assert!(folder.contents("out") != first);
    replace(
        &folder,
        "in/clinical.csv",
        "E01,train,A,51,",
        "E01,train,A,50,",
    );
    folder.radpath(&format!("{RUN} --threads 1")).exits(0);
    assert!(folder.contents("out") == first);
}

#[test]
fn what_failed_is_told_again_when_it_is_reused() {
    let folder = Folder::new();
    for i in 0..2 {
        crate::radiomics::volume(&folder, &format!("p{i}"), i);
    }
    folder.write("bad.nii", "no image");
    let rows = "p0,p0.nii.gz,p0_mask.nii.gz\np1,p1.nii.gz,p1_mask.nii.gz\n";
    folder.write(
        "cases.csv",
        format!("patient_id,image,mask\n{rows}p2,bad.nii,bad.nii\n"),
    );
    folder.write("study.toml", "[radiomics]\ncases = 'cases.csv'\n");
    let run = "study study.toml --out out";
    folder.radpath(run).exits(1).says(&["p2"]);
    let first = folder.contents("out");
    folder.radpath(run).exits(1);
    assert!(folder.contents("out") == first);
    assert!(
        folder
            .read("out/run.toml")
            .contains("radiomics: some of it failed")
    );
    folder.write("cases.csv", format!("patient_id,image,mask\n{rows}"));
    folder.radpath(run).exits(0);
    assert!(!folder.path("out/radiomics/radiomics.failures.csv").exists());
}
