//! `radpath reliability`, and what the models make of it.

use crate::models::{RESPONSE, SURVIVAL, cohort};
use crate::support::{Csv, Folder};

/// Shrout and Fleiss (1979), table 2, a table a judge: `f`, and `only` in the
/// last judge's; the first has the targets in another order.
fn judges(folder: &Folder) -> String {
    let ratings = [
        [9, 6, 8, 7, 10, 6],
        [2, 1, 4, 1, 5, 2],
        [5, 3, 6, 2, 6, 4],
        [8, 2, 8, 6, 9, 7],
    ];
    let mut line = String::from("reliability");
    for (judge, ratings) in ratings.iter().enumerate() {
        let row = |(target, rating)| format!("{target},{rating},7,{target}");
        let mut rows: Vec<String> = ratings.iter().enumerate().map(row).collect();
        if judge == 0 {
            rows.reverse();
        }
        let last = if judge == 3 { "only" } else { "other" };
        let text = format!("patient_id,f,flat,{last}\n{}\n", rows.join("\n"));
        folder.write(&format!("{judge}.csv"), text);
        line += &format!(" {judge}.csv");
    }
    line
}

/// psych's and pingouin's values, 1e-12.
#[test]
fn the_table_of_shrout_and_fleiss() {
    let folder = Folder::new();
    let line = judges(&folder);
    folder
        .radpath(&format!("{line} --out r/icc.csv"))
        .exits(0)
        .says(&["2 features are not in all tables"]);
    let text = folder.read("r/icc.csv");
    let table = Csv::parse(&text);
    assert_eq!(
        table.header().join(","),
        "feature,n,k,icc_2_1,icc_2_1_low,icc_2_1_high,icc_3_1,icc_3_1_low,icc_3_1_high,\
         sd_within,cv_within_percent,class"
    );
    for (column, expected) in [
        ("n", 6.0),
        ("k", 4.0),
        ("icc_2_1", 0.289_763_779_527_559),
        ("icc_2_1_low", 0.018_786_513_374_712),
        ("icc_2_1_high", 0.761_084_369_648_953),
        ("icc_3_1", 0.714_840_714_840_715),
        ("icc_3_1_low", 0.342_464_765_033_925),
        ("icc_3_1_high", 0.945_858_259_955_36),
        ("sd_within", 2.502_776_236_280_2),
        ("cv_within_percent", 53.904_265_719_088),
    ] {
        let found = table.number(0, column);
        assert!((found - expected).abs() < 1e-12, "{column}: {found}");
    }
    assert_eq!(table.cell(0, "class"), "poor");
    // All the same; in some tables only.
    assert!(
        text.contains("\nflat,6,4,NA,NA,NA,NA,NA,NA,0,0,NA\n"),
        "{text}"
    );
    let nothing = "NA,".repeat(8);
    assert!(
        text.contains(&format!("\nonly,0,4,{nothing}NA\n")),
        "{text}"
    );
    let notes = folder.read("r/icc.notes.csv");
    for piece in [
        "icc,,flat,the patients don't differ",
        "icc,,other,not in table_4: left out",
        "icc,,only,\"not in table_1, table_2, table_3: left out\"",
    ] {
        let piece = piece.replace(",,", ",NA,");
        assert!(notes.replace(",,", ",NA,").contains(&piece), "{notes}");
    }
    let run: toml::Table = folder.read("r/icc.run.toml").parse().unwrap();
    assert_eq!(run["summary"]["patients"].as_integer(), Some(6));
    assert_eq!(run["summary"]["features_poor"].as_integer(), Some(1));
    assert!(!folder.read("r/icc.run.toml").contains("0.csv"));

    // The same again, on standard output and by other threads.
    let before = folder.contents("r");
    folder
        .radpath(&format!("{line} --out r/icc.csv --threads 1"))
        .exits(0);
    assert!(folder.contents("r") == before);
    let piped = folder.radpath(&format!("{line} --out -")).exits(0);
    assert_eq!(piped.stdout, text);
    folder
        .radpath(&format!("{line} --out icc.parquet"))
        .exits(0);
    assert!(folder.path("icc.parquet").is_file());
}

#[test]
fn missing_values_and_patients_are_left_out_and_told() {
    let folder = Folder::new();
    folder.write("a.csv", "patient_id,x,y\n1,1,-1\n2,2,0\n3,3,1\n4,4,NA\n");
    folder.write(
        "b.csv",
        "patient_id,x,y\n5,9,9\n4,4,3\n3,,2\n2,2,NA\n1,1,-2\n",
    );
    folder
        .radpath("reliability a.csv b.csv --out icc.csv")
        .exits(0)
        .says(&["1 patients are not in all tables"]);
    let table = Csv::parse(&folder.read("icc.csv"));
    assert_eq!(table.cell(0, "n"), "3");
    for column in ["icc_2_1", "icc_2_1_low", "icc_2_1_high", "icc_3_1_low"] {
        assert_eq!(table.cell(0, column), "1", "{column}");
    }
    assert_eq!(table.cell(0, "class"), "excellent");
    assert_eq!(table.cell(1, "n"), "2");
    assert_eq!(table.cell(1, "cv_within_percent"), "NA");
    let notes = folder.read("icc.notes.csv");
    for piece in [
        "patients,5,",
        "not in table_1: left out",
        "x,1 of 4 patients have no value",
        "y,2 of 4 patients have no value",
        "y,the values are not all of one sign",
    ] {
        assert!(notes.contains(piece), "no {piece} in {notes}");
    }
    // Nothing to say the second time: the notes go.
    folder.write("a.csv", "patient_id,x\n1,1\n2,2\n3,3\n");
    folder.write("b.csv", "patient_id,x\n1,1\n2,2\n3,4\n");
    folder
        .radpath("reliability a.csv b.csv --out icc.csv")
        .exits(0);
    assert!(!folder.path("icc.notes.csv").exists());
}

#[test]
fn what_is_no_repetition_is_refused() {
    let folder = Folder::new();
    folder.write("a.csv", "patient_id,x\n1,1\n2,2\n");
    let refused = |text: &str, pieces: &[&str]| {
        folder.write("b.csv", text);
        let ran = folder.radpath("reliability a.csv b.csv --out icc.csv");
        ran.exits(2).says(pieces);
        assert!(!folder.path("icc.csv").exists());
    };
    refused("patient_id,x\n1,1\n1,2\n", &["b.csv", "rows 2 and 3"]);
    refused(
        "patient_id,x\nP1,1\nP2,2\n",
        &["0 patients", "`1` in a.csv, `P1` in b.csv"],
    );
    refused("patient_id,x\n1,1\n3,2\n", &["1 patients", "at least 2"]);
    refused(
        "patient_id,y\n1,1\n2,2\n",
        &["no feature is in all tables", "a.csv, b.csv"],
    );
    refused("patient_id,x\n1,high\n2,1\n", &["b.csv", "row 2", "`high`"]);
    refused(
        "patient_id,name\n1,u\n2,v\n",
        &["b.csv", "no column of numbers"],
    );
    refused("ID,x\n1,1\n2,2\n", &["no column `patient_id`"]);
    refused("patient_id,x\n1,1\n2,inf\n", &["row 3", "infinite"]);
    refused("", &["b.csv", "empty"]);
    folder.radpath("reliability a.csv --out icc.csv").exits(2);
    folder.radpath("reliability --out icc.csv").exits(2);
    folder
        .radpath("reliability a.csv none.csv --out icc.csv")
        .exits(2)
        .says(&["none.csv"]);
    folder
        .radpath("reliability a.csv a.csv --out icc.csv")
        .exits(0)
        .says(&["a.csv and a.csv hold the same bytes"]);
    assert!(folder.read("icc.run.toml").contains("table_1 and table_2"));
    // Neither inputs nor what isn't radpath's are replaced.
    folder
        .radpath("reliability a.csv icc.csv --out icc.csv")
        .exits(2)
        .says(&["would replace the input"]);
    folder.write("own.notes.csv", "somebody's");
    folder
        .radpath("reliability a.csv a.csv --out own.csv")
        .exits(2)
        .says(&["own.notes.csv", "somebody else's"]);
    assert_eq!(folder.read("own.notes.csv"), "somebody's");
    // Rows instead of ids need the same rows.
    folder.write("b.csv", "x\n1\n2\n3\n");
    folder.write("c.csv", "x\n1\n3\n");
    let rows = "reliability --id row --out rows.csv";
    folder
        .radpath(&format!("{rows} b.csv c.csv"))
        .exits(2)
        .says(&["c.csv", "2 rows"]);
    folder.write("c.csv", "x\n1\n3\n5\n");
    folder.radpath(&format!("{rows} b.csv c.csv")).exits(0);
}

/// `f0`, which decides the outcome, is read differently by a second reader.
#[test]
fn a_feature_that_does_not_repeat_is_not_learnt_from() {
    let folder = Folder::new();
    cohort(&folder);
    // The second reader reads the others a hundredth higher.
    let second = |(i, line): (usize, &str)| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        if i > 0 {
            for cell in &mut cells[1..] {
                *cell = (cell.parse::<f64>().unwrap() + 0.01).to_string();
            }
            cells[1] = (i * 37 % 90).to_string();
        }
        // And knows nothing of the last one.
        cells.pop();
        cells.join(",")
    };
    let features = folder.read("f.csv");
    let lines: Vec<String> = features.lines().enumerate().map(second).collect();
    folder.write("second.csv", lines.join("\n"));
    folder
        .radpath("reliability f.csv second.csv --out icc.csv")
        .exits(0);
    let table = Csv::parse(&folder.read("icc.csv"));
    assert!(table.number(0, "icc_2_1") < 0.5 && table.number(1, "icc_2_1") > 0.99);
    let selected = |folder: &Folder| {
        let table = Csv::parse(&folder.read("out/selected.csv"));
        (0..table.rows.len()).any(|row| table.cell(row, "feature") == "f0")
    };
    for line in [RESPONSE, SURVIVAL] {
        folder.radpath(&format!("{line} --out out")).exits(0);
        assert!(selected(&folder));
        folder
            .radpath(&format!("{line} --reliability icc.csv --out out"))
            .exits(0)
            .says(&["2 of 10 features are left out"]);
        assert!(!selected(&folder));
        let model = folder.read("out/model.json");
        assert!(!model.contains("\"f0\"") && !model.contains("\"f9\""));
        let notes = folder.read("out/notes.csv");
        assert!(notes.contains("f0,icc_2_1 "), "{notes}");
        assert!(notes.contains("f9,no icc_2_1"), "{notes}");
        let run: toml::Table = folder.read("out/run.toml").parse().unwrap();
        let fact = |name: &str| run["summary"][name].as_integer();
        assert_eq!(
            (fact("features_unreliable"), fact("features")),
            (Some(2), Some(8))
        );
        let setting = &run["settings"]["min_icc"];
        assert_eq!(setting["value"].as_float(), Some(0.75));
        assert_eq!(setting["source"].as_str(), Some("default"));
        std::fs::remove_dir_all(folder.path("out")).unwrap();
    }

    let run = |rest: &str| {
        let line = format!("{RESPONSE} --reliability icc.csv {rest} --out out");
        folder.radpath(&line)
    };
    run("--min-icc 1")
        .exits(2)
        .says(&["icc.csv", "the highest is 0.99", "--min-icc"]);
    run("--min-icc 1.5").exits(2).says(&["not from 0 to 1"]);
    run("--icc-column icc")
        .exits(2)
        .says(&["icc.csv", "no column `icc`"]);
    folder
        .radpath(&format!("{RESPONSE} --min-icc 0.8 --out out"))
        .exits(2)
        .says(&["--reliability"]);
    folder.write("others.csv", "feature,icc_2_1\ng0,0.9\n");
    folder
        .radpath(&format!("{RESPONSE} --reliability others.csv --out out"))
        .exits(2)
        .says(&["others.csv", "named alike (`g0` and `f0`)"]);
    assert!(!folder.path("out").exists());
    run("--icc-column icc_2_1_low --min-icc 0.6").exits(0);
    assert!(folder.read("out/notes.csv").contains("f0,icc_2_1_low "));
}

#[test]
fn a_study_tells_what_it_left_out() {
    let folder = Folder::new();
    cohort(&folder);
    let iccs: String = (0..10).map(|i| format!("f{i},0.{}\n", 9 - i)).collect();
    folder.write("icc.csv", format!("feature,icc_2_1\n{iccs}"));
    folder.write(
        "study.toml",
        "[radiomics]\ntable = 'f.csv'\n[clinical]\ntable = 'c.csv'\n\
         [response]\noutcome = 'response'\n\
         [validation]\nrepeats = 1\nreliability = 'icc.csv'\nmin_icc = 0.8\n",
    );
    folder.radpath("study study.toml --out out").exits(0);
    let run = folder.read("out/response/run.toml");
    assert!(run.contains("features_unreliable = 8"), "{run}");
    let report = folder.read("out/report.html");
    assert!(
        report.contains("is below 0.8 or unknown (8) were left out before anything was fitted"),
        "the methods tell it"
    );
    assert!(report.contains("Shrout"));
}
