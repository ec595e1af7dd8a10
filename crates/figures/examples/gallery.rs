//! One figure of each kind, from made-up numbers, as SVG and PNG.
//!
//! ```text
//! cargo run --release -p figures --example gallery -- FOLDER [NAME...]
//! ```
//! Names: roc, survival, survival-of-four, hazards, models, scatter; all of them
//! when none is given.

use figures::forest::{self, Forest};
use figures::kaplan_meier::{self, KaplanMeier};
use figures::roc::{self, Roc};
use figures::scatter::Scatter;
use figures::{Error, png};
use std::path::Path;

type Figure = (&'static str, fn() -> Result<String, Error>);

const FIGURES: [Figure; 6] = [
    ("roc", roc),
    ("survival", survival),
    ("survival-of-four", survival_of_four),
    ("hazards", hazards),
    ("models", models),
    ("scatter", scatter),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name a folder")?;
    let wanted: Vec<String> = arguments.collect();
    std::fs::create_dir_all(&folder)?;
    for (name, draw) in FIGURES {
        if wanted.is_empty() || wanted.iter().any(|one| one == name) {
            let svg = draw()?;
            let file = Path::new(&folder).join(name);
            std::fs::write(file.with_extension("png"), png::render(&svg, 2.0)?)?;
            std::fs::write(file.with_extension("svg"), svg)?;
        }
    }
    Ok(())
}

/// Evenly spread from 0 to 1, in an order without a pattern to the eye.
fn spread(index: usize, stream: usize) -> f64 {
    let step = [0.618_034, 0.754_878, 0.569_840][stream % 3];
    ((index + 1) as f64 * step + 0.37 * stream as f64).fract()
}

/// A bell-shaped number of mean 0 and about unit variance.
fn bell(index: usize, stream: usize) -> f64 {
    let share = spread(index, stream).clamp(0.005, 0.995);
    (share / (1.0 - share)).ln() * 0.551
}

fn roc() -> Result<String, Error> {
    let curve = |shift: f64, stream| -> Vec<(f64, f64)> {
        // 48 of 120 patients with, 72 without what is to be found.
        let mut scores: Vec<(f64, bool)> = (0..120)
            .map(|i| (i, i % 5 < 2))
            .map(|(i, ill)| (bell(i, stream) + if ill { shift } else { 0.0 }, ill))
            .collect();
        scores.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut wrong, mut right) = (0, 0);
        let point = |(_, ill): &(f64, bool)| {
            right += usize::from(*ill);
            wrong += usize::from(!*ill);
            (wrong as f64 / 72.0, right as f64 / 48.0)
        };
        scores.iter().map(point).collect()
    };
    let (both, radiomic, clinical) = (curve(1.7, 0), curve(1.2, 1), curve(0.6, 2));
    let one = |label, points| roc::Curve { label, points };
    Roc {
        title: "Detection of CD8-rich tumours",
        note: "Repeated nested cross-validation, 120 patients, 48 CD8-rich",
        legend_title: "AUC (95% CI)",
        curves: &[
            one("radiomic + clinical  0.88 (0.81–0.93)", &both),
            one("radiomic  0.81 (0.72–0.88)", &radiomic),
            one("clinical  0.66 (0.56–0.76)", &clinical),
        ],
    }
    .svg()
}

/// The Kaplan-Meier estimate of patients with exponential survival.
#[derive(Default)]
struct Group {
    time: Vec<f64>,
    survival: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    censored: Vec<f64>,
    all_times: Vec<f64>,
}

impl Group {
    fn new(patients: usize, median: f64, stream: usize) -> Self {
        let mut patients: Vec<(f64, bool)> = (0..patients)
            .map(|i| {
                let death = -spread(i, stream).ln() * median / std::f64::consts::LN_2;
                let censoring = 14.0 + 58.0 * spread(i, stream + 1);
                (death.min(censoring), death <= censoring)
            })
            .collect();
        patients.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut group = Self::default();
        let (mut survival, mut greenwood) = (1.0, 0.0);
        for (i, &(time, died)) in patients.iter().enumerate() {
            group.all_times.push(time);
            if !died {
                group.censored.push(time);
                continue;
            }
            let at_risk = (patients.len() - i) as f64;
            survival *= 1.0 - 1.0 / at_risk;
            greenwood += 1.0 / (at_risk * (at_risk - 1.0));
            // The interval is symmetric for ln(-ln(survival)).
            let spread = (1.96 * greenwood.sqrt() / survival.ln()).exp();
            group.time.push(time);
            group.survival.push(survival);
            group.low.push(survival.powf(1.0 / spread));
            group.high.push(survival.powf(spread));
        }
        group
    }

    fn curve<'a>(&'a self, label: &'a str) -> kaplan_meier::Curve<'a> {
        kaplan_meier::Curve {
            label,
            time: &self.time,
            survival: &self.survival,
            ci_low: &self.low,
            ci_high: &self.high,
            censored: &self.censored,
            all_times: &self.all_times,
        }
    }
}

fn survival() -> Result<String, Error> {
    let (low, high) = (Group::new(62, 61.0, 0), Group::new(58, 21.0, 1));
    KaplanMeier {
        title: "Overall survival by radiomic risk",
        note: "log-rank p < .001; hazard ratio 2.7 (1.6–4.8)",
        curves: &[low.curve("low risk"), high.curve("high risk")],
        ..KaplanMeier::default()
    }
    .svg()
}

fn survival_of_four() -> Result<String, Error> {
    let groups = [90.0, 55.0, 30.0, 14.0].map(|median| Group::new(30, median, median as usize));
    let labels = [
        "first quarter",
        "second quarter",
        "third quarter",
        "fourth quarter",
    ];
    let curves: Vec<_> = groups
        .iter()
        .zip(labels)
        .map(|(group, label)| kaplan_meier::Curve {
            ci_low: &[],
            ci_high: &[],
            ..group.curve(label)
        })
        .collect();
    KaplanMeier {
        title: "Overall survival by quarters of tumour sphericity",
        note: "log-rank p for trend = .002",
        curves: &curves,
        ..KaplanMeier::default()
    }
    .svg()
}

fn row<'a>(
    group: &'a str,
    label: &'a str,
    (value, low, high): (f64, f64, f64),
    text: &'a str,
) -> forest::Row<'a> {
    forest::Row {
        label,
        group,
        value,
        low,
        high,
        text,
    }
}

fn hazards() -> Result<String, Error> {
    let (c, r, p) = ("Clinical", "Radiomic", "Pathology");
    Forest {
        title: "Hazard of death, multivariable Cox model",
        note: "120 patients, 74 deaths; continuous columns per standard deviation",
        axis_label: "Hazard ratio (log scale)",
        text_label: "HR (95% CI)",
        reference: 1.0,
        log_scale: true,
        range: Some((0.2, 8.0)),
        rows: &[
            row(c, "Age", (1.12, 0.88, 1.43), "1.12 (0.88–1.43)"),
            row(c, "Stage III–IV", (2.05, 1.21, 3.47), "2.05 (1.21–3.47)"),
            row(
                c,
                "Performance status ≥ 2",
                (3.4, 0.9, 12.8),
                "3.40 (0.90–12.8)",
            ),
            row(r, "Volume", (1.38, 1.06, 1.8), "1.38 (1.06–1.80)"),
            row(
                r,
                "GLCM joint entropy",
                (1.21, 0.93, 1.57),
                "1.21 (0.93–1.57)",
            ),
            row(r, "Sphericity", (0.74, 0.57, 0.96), "0.74 (0.57–0.96)"),
            row(p, "CD8 density", (0.61, 0.46, 0.81), "0.61 (0.46–0.81)"),
            row(
                p,
                "Ki-67 positive share",
                (1.3, 1.01, 1.67),
                "1.30 (1.01–1.67)",
            ),
            row(
                p,
                "Necrosis",
                (1.09, f64::NAN, f64::NAN),
                "1.09 (not estimable)",
            ),
        ],
    }
    .svg()
}

fn models() -> Result<String, Error> {
    let (a, n) = ("Apparent (optimistic)", "Nested cross-validation");
    Forest {
        title: "Discrimination by model and kind of estimate",
        axis_label: "AUC",
        text_label: "AUC (95% CI)",
        reference: 0.5,
        range: Some((0.4, 1.0)),
        rows: &[
            row(a, "Clinical", (0.74, 0.65, 0.82), "0.74 (0.65–0.82)"),
            row(a, "Radiomic", (0.97, 0.94, 0.99), "0.97 (0.94–0.99)"),
            row(
                a,
                "Radiomic + clinical",
                (0.99, 0.97, 1.0),
                "0.99 (0.97–1.00)",
            ),
            row(n, "Clinical", (0.66, 0.56, 0.76), "0.66 (0.56–0.76)"),
            row(n, "Radiomic", (0.71, 0.61, 0.8), "0.71 (0.61–0.80)"),
            row(
                n,
                "Radiomic + clinical",
                (0.73, 0.63, 0.82),
                "0.73 (0.63–0.82)",
            ),
            row(
                "Permuted labels",
                "Radiomic + clinical",
                (0.5, 0.38, 0.61),
                "0.50 (0.38–0.61)",
            ),
        ],
        ..Forest::default()
    }
    .svg()
}

fn scatter() -> Result<String, Error> {
    let entropy = |i| 6.2 + 1.1 * bell(i, 1);
    let density = |i| 1240.0 - 260.0 * (entropy(i) - 6.2) + 290.0 * bell(i, 2);
    let points: Vec<(f64, f64)> = (0..60).map(|i| (entropy(i), density(i))).collect();
    let groups: Vec<usize> = (0..60).map(|i| usize::from(i % 5 < 2)).collect();
    Scatter {
        title: "Heterogeneity on CT and lymphocytes",
        note: "Spearman ρ = −0.58 (−0.73 to −0.37), q = .001, n = 60",
        x_label: "original_glcm_JointEntropy (bits)",
        y_label: "CD8-positive cells per mm²",
        points: &points,
        groups: &groups,
        group_labels: &["adenocarcinoma", "squamous cell carcinoma"],
    }
    .svg()
}
