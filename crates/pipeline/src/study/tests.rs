//! Problems found at once; stages that are made, reused and made again.

use std::fs;
use std::path::PathBuf;

use tables::Format;

use super::*;
use crate::Error;

/// A folder with a study of tables: 24 patients, two cohorts.
struct Place(tempfile::TempDir);

const STUDY: &str = "seed = 7\n[radiomics]\ntable = 'r.csv'\n[pathology]\ntable = 'p.csv'\n\
    [clinical]\ntable = 'c.csv'\ncovariates = ['age']\n[response]\noutcome = 'r'\n\
    [survival]\ntime = 't'\nevent = 'e'\n";

impl Place {
    fn new(study: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let (mut r, mut p) = (
            String::from("patient_id,a\n"),
            String::from("patient_id,CD8\n"),
        );
        let mut c = String::from("patient_id,cohort,age,r,t,e\n");
        for i in 0..24 {
            r += &format!("{i},{}\n", i * 3 % 7);
            p += &format!("{i},{}\n", i * 5 % 11);
            let cohort = if i % 4 == 3 { "test" } else { "train" };
            c += &format!("{i},{cohort},{},{},{i},{}\n", 40 + i, i % 2, (i + 1) % 2);
        }
        place.write("r.csv", &r);
        place.write("p.csv", &p);
        place.write("c.csv", &c);
        place.write("study.toml", study);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn study(&self) -> Study {
        Study::read(&self.path("study.toml")).unwrap()
    }

    fn problems(&self) -> Vec<String> {
        let (out, stains) = (self.path("out"), ["CD8".to_owned()]);
        let facts = Facts {
            fewest: 5,
            out: &out,
            stains: Some(&stains),
            min_n: 10,
        };
        check(&self.study(), &facts).1
    }

    fn plan(&self) -> Plan {
        let out = self.path("out");
        let facts = Facts {
            fewest: 5,
            out: &out,
            stains: None,
            min_n: 10,
        };
        let study = self.study();
        let (checked, problems) = check(&study, &facts);
        assert_eq!(problems, [""; 0]);
        let seed = study.config.seed.unwrap_or(1);
        Plan::new(&study, &checked, &out, "1", seed, Format::Csv)
    }

    /// Runs the study with commands that write their inputs' sizes; gives the
    /// stages that were made.
    fn run(&self) -> Vec<&'static str> {
        let mut made = Vec::new();
        self.plan()
            .run(&mut |stage: &Stage| -> Result<bool, Error> {
                made.push(stage.name);
                command(stage)
            })
            .unwrap();
        made
    }
}

fn command(stage: &Stage) -> Result<bool, Error> {
    let read = |source: &Source| fs::read_to_string(&source.path).unwrap_or_default();
    let text: String = stage.sources.iter().map(read).collect();
    fs::create_dir_all(stage.folder.join("figures")).unwrap();
    let file = match stage.name {
        "radiomics" => "radiomics.csv",
        "slides" => "patients.csv",
        _ => "performance.csv",
    };
    fs::write(stage.folder.join(file), text).unwrap();
    let run = format!("command = '{}'", stage.name);
    fs::write(stage.folder.join("run.toml"), run).unwrap();
    fs::write(stage.folder.join("figures/km.svg"), "<svg/>").unwrap();
    fs::write(stage.folder.join("timing.json"), stage.name).unwrap();
    Ok(stage.name == "correlate")
}

#[track_caller]
fn told(problems: &[String], expected: &[&str]) {
    for piece in expected {
        assert!(
            problems.iter().any(|p| p.contains(piece)),
            "no `{piece}` in: {problems:#?}"
        );
    }
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
}

#[test]
fn a_whole_study_has_no_problems() {
    assert_eq!(Place::new(STUDY).problems(), [""; 0]);
}

#[test]
fn all_problems_are_told_at_once() {
    let place = Place::new(
        "[roles]\ntrain_value = 'dev'\ncentre_col = 'site'\n\
         [radiomics]\ntable = 'none.csv'\nsettings = 's.toml'\n\
         [slides]\nmanifest = 's.csv'\n[pathology]\ntable = 'p2.csv'\n\
         [clinical]\ntable = 'c.csv'\ncovariates = ['age', 'grade']\n\
         [correlate]\npermutations = 5\n[response]\noutcome = 'x'\n\
         [survival]\ntime = 't'\nevent = 'e'\ntime_unit = 'weeks'\n\
         [validation]\nfolds = 1\nlambda = 'best'\n",
    );
    place.write("p2.csv", "patient_id,CD8\n1,high\n1,2\n");
    told(
        &place.problems(),
        &[
            "permutations: 5 is out of range: 19 to",
            "folds: 1 is out of range",
            "lambda: `best` isn't one of: min, 1se",
            "time_unit: `weeks` isn't one of: days, months, years",
            "[slides] and [pathology]",
            "settings: goes with `cases` only",
            "none.csv",
            "row 2, column `CD8`: `high`",
            "`1` stands in rows 2 and 3",
            "no patient has the training value `dev`",
            "`site`",
            "`grade`",
            "no column `x`",
        ],
    );
}

#[test]
fn columns_and_values_of_the_clinical_table() {
    let place = Place::new(
        "[roles]\ntrain_value = 'dev'\n[radiomics]\ntable = 'r.csv'\n[clinical]\ntable = 'c.csv'\n\
         [response]\noutcome = 'r'\n",
    );
    told(
        &place.problems(),
        &["`dev` (the values there: `train`, `test`); name yours with `train_value` in [roles]"],
    );
    let study = "[radiomics]\ntable = 'r.csv'\n[clinical]\ntable = 'c.csv'\n\
        covariates = ['age', 't', 'age', 'cohort', 'x,y']\n\
        [response]\noutcome = 'age'\n[survival]\ntime = 't'\nevent = 'cohort'\n";
    place.write("study.toml", study);
    told(
        &place.problems(),
        &[
            "column `age` is the outcome",
            "column `t` is the outcome",
            "`age` is named twice",
            "column `cohort` is the outcome",
            "without the comma",
            "more than two values",
            "`event_value` in [survival]",
        ],
    );
}

#[test]
fn too_few_patients_are_counted() {
    let place = Place::new(STUDY);
    // Ten patients with features, eight of them for training.
    let r: String = (0..10).map(|i| format!("{i},{i}\n")).collect();
    place.write("r.csv", &format!("patient_id,a\n{r}"));
    told(
        &place.problems(),
        &["[response]: of the patients that can be used, 3 with and 5 without"],
    );
    place.write("r.csv", "patient_id,a\nP1,1\nP2,2\n");
    told(
        &place.problems(),
        &[
            "none of its patients has radiomic features; are the ids written alike (`0` and `P1`)?",
            "[correlate]: 0 patients",
        ],
    );
    let folds = format!("{STUDY}[validation]\nfolds = 10\n");
    let place = Place::new(&folds);
    told(
        &place.problems(),
        &["6 with and 12 without the outcome are in the training cohort: too few for 10 folds"],
    );
}

#[test]
fn features_may_have_to_be_reliable() {
    let table = "[validation]\nreliability = 'icc.csv'\n";
    let place = Place::new(&format!("{STUDY}{table}min_icc = 1\n"));
    told(&place.problems(), &["icc.csv"]);
    place.write("icc.csv", "feature,icc_2_1\na,0.8\n");
    told(
        &place.problems(),
        &["0.8): lower `min_icc` in [validation]"],
    );
    place.write("study.toml", &format!("{STUDY}{table}min_icc = 0.7\n"));
    let plan = place.plan();
    for stage in &plan.stages {
        let models = ["response", "survival"].contains(&stage.name);
        assert_eq!(stage.typed().contains("--min-icc 0.7"), models);
        let reads = stage.sources.iter().any(|s| s.role == "reliability");
        assert_eq!(reads, models, "{}", stage.name);
    }
    assert!(
        !place
            .study()
            .explicit
            .contains_key("validation.reliability")
    );
    let column = format!("{STUDY}{table}icc_column = 'icc'\n");
    place.write("study.toml", &column);
    told(&place.problems(), &["no column `icc`"]);
    place.write("study.toml", &format!("{STUDY}[validation]\nmin_icc = 2\n"));
    told(
        &place.problems(),
        &["2 is out of range: 0 to 1", "goes with `reliability` only"],
    );
}

#[test]
fn manifests_are_read_and_their_files_looked_for() {
    let place = Place::new(
        "[radiomics]\ncases = 'cases.csv'\n[slides]\nmanifest = 'slides.csv'\nmarkers = 'm.toml'\n",
    );
    let cases: String = (0..12).map(|i| format!("{i},t{i}.nii,m.nii\n")).collect();
    place.write("cases.csv", &format!("patient_id,image,mask\n{cases}"));
    place.write("m.nii", "");
    place.write("a.svs", "");
    place.write(
        "slides.csv",
        "patient_id,slide_id,path,stain\n0,s,a.svs,cd8\n1,t,b.svs,XY\n",
    );
    told(
        &place.problems(),
        &[
            "row 2, column `image`: `t0.nii`",
            "row 3, column `image`",
            "row 4, column `image`",
            "row 5, column `image`",
            "row 6, column `image`",
            "and 7 more rows",
            "m.toml",
            "row 3, column `path`: `b.svs`",
            "row 3, column `stain`: `XY` is no known stain (CD8)",
            "2 patients have both",
        ],
    );
    place.write("cases.csv", "patient_id,image,mask\n1,a,m\n1,b,m\n");
    let problems = place.problems();
    assert!(
        problems.iter().any(|p| p.contains("rows 2 and 3")),
        "{problems:#?}"
    );
}

#[test]
fn a_study_with_nothing_to_do_and_missing_parts() {
    told(&Place::new("title = 'x'\n").problems(), &["nothing to do"]);
    let table = "[radiomics]\ntable = 'r.csv'\n";
    told(&Place::new(table).problems(), &["nothing to do"]);
    told(&Place::new("[radiomics]\n").problems(), &["needs `cases`"]);
    let skipped = format!("{table}[pathology]\ntable = 'p.csv'\n[correlate]\nskip = true\n");
    told(&Place::new(&skipped).problems(), &["nothing to do"]);
    told(
        &Place::new(&format!("{table}[correlate]\n[response]\noutcome = 'r'\n")).problems(),
        &["[correlate]: needs", "[response]: needs the clinical table"],
    );
    told(
        &Place::new("[clinical]\ntable = 'c.csv'\n[response]\noutcome = 'r'\n").problems(),
        &["nothing to predict from"],
    );
}

#[test]
fn inputs_inside_the_output_are_refused() {
    let place = Place::new("[radiomics]\ntable = 'out/r.csv'\n[pathology]\ntable = 'p.csv'\n");
    fs::create_dir(place.path("out")).unwrap();
    fs::copy(place.path("r.csv"), place.path("out/r.csv")).unwrap();
    told(&place.problems(), &["lies in the output"]);
}

#[test]
fn command_lines_are_what_a_user_would_type() {
    let place = Place::new(&format!(
        "{STUDY}[roles]\nid = 'patient_id'\n[validation]\nfolds = 3\nlambda = '1se'\n"
    ));
    let plan = place.plan();
    let at = |name: &str| place.path(name).display().to_string();
    let (r, c, out) = (at("r.csv"), at("c.csv"), at("out/response"));
    assert_eq!(
        plan.stages[1].typed(),
        format!(
            "radpath response --features {r} --clinical {c} --covariates age --folds 3 --lambda 1se \
             --id patient_id --outcome r --out {out} --seed 7"
        )
    );
    let names: Vec<&str> = plan.stages.iter().map(|stage| stage.name).collect();
    assert_eq!(names, ["correlate", "response", "survival"]);
    let preview = plan.preview().unwrap();
    assert!(
        preview.contains("run: not made yet") && preview.contains("c.csv"),
        "{preview}"
    );
    assert!(!place.path("out").exists(), "a preview writes nothing");
}

#[test]
fn values_that_begin_with_a_dash_stay_values() {
    let place = Place::new(&STUDY.replace("'r'", "'r'\npositive = '-1'"));
    place.write(
        "c.csv",
        &fs::read_to_string(place.path("c.csv"))
            .unwrap()
            .replace(",0,", ",-1,"),
    );
    let typed = place.plan().stages[1].typed();
    assert!(typed.contains("--positive=-1 "), "{typed}");
}

#[test]
fn stages_are_made_once() {
    let place = Place::new(STUDY);
    assert_eq!(place.run(), ["correlate", "response", "survival"]);
    assert_eq!(place.run(), [""; 0]);
    // timing.json says nothing of the result.
    fs::write(place.path("out/response/timing.json"), "later").unwrap();
    assert_eq!(place.run(), [""; 0]);
    let done = place
        .plan()
        .run(&mut |_| Err(Error::Busy("".into())))
        .unwrap();
    let failed: Vec<bool> = done.iter().map(|stage| stage.some_failed).collect();
    assert_eq!(failed, [true, false, false], "kept when reused");
    assert!(done.iter().all(|stage| stage.reused));
}

#[test]
fn what_changed_is_made_again_and_nothing_else() {
    let place = Place::new(STUDY);
    place.run();
    let c = fs::read_to_string(place.path("c.csv")).unwrap();
    place.write("c.csv", &c.replace("0,train,40", "0,train,41"));
    assert!(
        place
            .plan()
            .preview()
            .unwrap()
            .contains("run: changed: input clinical")
    );
    assert_eq!(place.run(), ["response", "survival"]);
    place.write("study.toml", &format!("{STUDY}[correlate]\nmin_n = 9\n"));
    assert_eq!(place.run(), ["correlate"]);
    fs::write(place.path("out/survival/performance.csv"), "damaged").unwrap();
    assert!(
        place
            .plan()
            .preview()
            .unwrap()
            .contains("performance.csv was changed")
    );
    assert_eq!(place.run(), ["survival"]);
    fs::remove_file(place.path("out/response/run.toml")).unwrap();
    assert_eq!(place.run(), ["response"]);
    place.write("study.toml", &STUDY.replace("seed = 7", "seed = 8"));
    assert_eq!(place.run().len(), 3);
}

#[test]
fn moved_inputs_are_the_same_inputs() {
    let place = Place::new(STUDY);
    place.run();
    fs::create_dir(place.path("sub")).unwrap();
    fs::rename(place.path("r.csv"), place.path("sub/r2.csv")).unwrap();
    place.write("study.toml", &STUDY.replace("r.csv", "sub/r2.csv"));
    assert_eq!(place.run(), [""; 0]);
}

#[test]
fn stages_wait_for_those_before_and_may_still_be_reused() {
    let study = "[radiomics]\ncases = 'cases.csv'\n[pathology]\ntable = 'p.csv'\n";
    let place = Place::new(study);
    let cases: String = (0..24).map(|i| format!("{i},i.nii,i.nii\n")).collect();
    place.write("cases.csv", &format!("patient_id,image,mask\n{cases}"));
    place.write("i.nii", "image");
    assert_eq!(
        place.plan().decisions().unwrap()[1],
        Decision::After("radiomics")
    );
    assert_eq!(place.run(), ["radiomics", "correlate"]);
    // A moved file: the rows say the same.
    fs::rename(place.path("i.nii"), place.path("j.nii")).unwrap();
    place.write(
        "cases.csv",
        &format!("patient_id,image,mask\n{}", cases.replace("i.nii", "j.nii")),
    );
    assert_eq!(place.run(), [""; 0]);
    place.write("j.nii", "other");
    assert!(place.plan().preview().unwrap().contains("input image 0"));
    assert_eq!(place.run(), ["radiomics", "correlate"]);
    // Made anew with the same result: what follows is reused.
    fs::write(place.path("out/radiomics/stage.toml"), "half").unwrap();
    assert_eq!(place.run(), ["radiomics"]);
}

#[test]
fn a_stage_that_fails_keeps_those_before() {
    let place = Place::new(STUDY);
    let mut made = Vec::new();
    let failed = place.plan().run(&mut |stage: &Stage| {
        made.push(stage.name);
        if stage.name == "response" {
            return Err(Error::Busy("here".into()));
        }
        command(stage)
    });
    assert!(failed.is_err());
    assert_eq!(made, ["correlate", "response"]);
    assert_eq!(place.run(), ["response", "survival"]);
}

#[test]
fn folders_of_stages_that_are_gone_are_removed() {
    let place = Place::new(STUDY);
    place.run();
    place.write("study.toml", STUDY.split("[survival]").next().unwrap());
    assert_eq!(place.run(), [""; 0]);
    assert!(!place.path("out/survival").exists());
    fs::create_dir(place.path("out/slides")).unwrap();
    fs::write(place.path("out/slides/mine.txt"), "").unwrap();
    let refused = place.plan().run(&mut command).unwrap_err().to_string();
    assert!(refused.contains("remove it yourself"), "{refused}");
    assert!(place.path("out/slides/mine.txt").exists());
}
