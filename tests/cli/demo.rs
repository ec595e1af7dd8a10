//! `radpath demo`: the planted link is found, and a null cohort is called null.

use crate::support::{Csv, Folder};

#[test]
fn the_planted_link_is_found() {
    let folder = Folder::new();
    let ran = folder.radpath("demo --out demo --patients 30").exits(0);
    for piece in ["heatmap.png", "demo/results/report.html"] {
        assert!(ran.stdout.contains(piece), "{}", ran.stdout);
    }
    assert!(
        std::fs::read(folder.path("demo/results/correlate/heatmap.png"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
    let pairs = Csv::parse(&folder.read("demo/results/correlate/pairs.csv"));
    let planted = (0..pairs.rows.len()).filter(|&row| {
        pairs.cell(row, "radiomic").starts_with("original_glcm")
            && pairs.cell(row, "pathology") == "CD8_density_positive_mm2"
    });
    let strongest = planted
        .map(|row| pairs.number(row, "estimate").abs())
        .fold(0.0, f64::max);
    assert!(strongest >= 0.6, "rho {strongest}");
    let blocks = Csv::parse(&folder.read("demo/results/correlate/blocks.csv"));
    for row in 0..blocks.rows.len() {
        let p = blocks.number(row, "p_count");
        if blocks.cell(row, "block") == "CD8" {
            assert!(p < 0.05, "CD8: p {p}");
        }
    }
    let slides = Csv::parse(&folder.read("demo/results/slides/slides.csv"));
    assert_eq!(slides.rows.len(), 30 * 5);
    for name in ["response", "survival"] {
        assert!(
            !folder
                .read(&format!("demo/results/{name}/performance.csv"))
                .is_empty()
        );
    }

    // No output knows where it was made, or what the folder was called then.
    let top = folder.path("").display().to_string();
    for (name, bytes) in folder.contents("demo") {
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            !text.contains(&top) && !text.contains(".demo.partial"),
            "{name}"
        );
    }

    // The study of the demo, run by itself, has nothing to do.
    let before = folder.contents("demo/results");
    let again = "study demo/cohort/study.toml --out demo/results";
    let ran = folder.radpath(&format!("{again} --dry-run")).exits(0);
    assert_eq!(ran.stdout.matches("reuse:").count(), 5, "{}", ran.stdout);
    folder.radpath(again).exits(0);
    assert!(folder.contents("demo/results") == before);
    assert!(folder.read("demo/results/timing.json").contains("reused"));
}

#[test]
fn a_null_cohort_is_called_null() {
    let folder = Folder::new();
    // A few patients can be linked by chance; those of this seed are not.
    folder
        .radpath("demo --out demo --patients 24 --null --seed 5")
        .exits(0);
    let blocks = Csv::parse(&folder.read("demo/results/correlate/blocks.csv"));
    let cd8 = (0..blocks.rows.len())
        .find(|&row| blocks.cell(row, "block") == "CD8")
        .expect("a CD8 block");
    assert!(blocks.number(cd8, "p_count") > 0.05);
    assert_eq!(blocks.number(cd8, "n_q05"), 0.0);
}
