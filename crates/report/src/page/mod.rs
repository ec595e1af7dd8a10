//! The page: every section's numbers and words, put into the templates.

mod correlate;
mod files;
mod grid;
mod models;
mod patients;
mod radiology;
mod settings;
mod slides;

use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

use crate::figures::Figures;
use crate::findings::{NO_PROOF, RULES, Statement, Verdict};
use crate::limits::limits;
use crate::methods::{Paragraph, paragraphs};
use crate::read::Study;
use crate::references::References;
use crate::{Error, Request, findings};
use grid::Grid;

const TEMPLATES: [(&str, &str); 5] = [
    ("page.html", include_str!("../../templates/page.html")),
    ("macros.html", include_str!("../../templates/macros.html")),
    (
        "findings.html",
        include_str!("../../templates/findings.html"),
    ),
    ("results.html", include_str!("../../templates/results.html")),
    ("methods.html", include_str!("../../templates/methods.html")),
];

const STYLE: &str = include_str!("../../templates/style.css");

#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    radpath: &'a str,
    seed: u64,
    style: &'static str,
    notes: Vec<String>,
    no_proof: &'static str,
    answers: Vec<Answer>,
    patients: patients::Patients,
    radiology: Option<radiology::Section>,
    slides: Option<slides::Section>,
    correlate: Option<correlate::Section>,
    models: Vec<models::Section>,
    methods: Vec<Paragraph>,
    roles: Option<Grid>,
    settings: Grid,
    rules: &'static [&'static str],
    limits: Vec<String>,
    references: Vec<&'static str>,
    files: Vec<files::Folder>,
}

/// All statements of one verdict.
#[derive(Serialize)]
struct Answer {
    id: &'static str,
    title: &'static str,
    /// What to say when there is no statement; empty: leave the part out.
    otherwise: &'static str,
    statements: Vec<Statement>,
}

/// The page of a study.
pub(crate) fn render(request: &Request<'_>, study: &Study) -> Result<String, Error> {
    let mut references = References::default();
    let mut figures = Figures::default();
    let methods = paragraphs(study, request.radpath, request.seed, &mut references);
    let correlate = study.correlate.as_ref();
    let page = Page {
        title: request.title,
        radpath: request.radpath,
        seed: request.seed,
        style: STYLE,
        notes: notes(request, study),
        no_proof: NO_PROOF,
        answers: answers(&findings::statements(study)),
        patients: patients::section(study),
        radiology: study.radiomics.as_ref().map(radiology::section),
        slides: study.slides.as_ref().map(slides::section).transpose()?,
        correlate: correlate
            .map(|stage| correlate::section(stage, &mut figures))
            .transpose()?,
        models: study
            .models()
            .map(|stage| models::section(stage, &mut figures))
            .collect::<Result<_, _>>()?,
        methods,
        roles: settings::roles(request.roles),
        settings: settings::settings(study),
        rules: &RULES,
        limits: limits(study),
        references: references.list(),
        files: files::folders(request.folder)?,
    };
    let mut environment = Environment::new();
    environment.add_filter("unbroken", unbroken);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment
        .get_template("page.html")?
        .render(Serde(&page))?)
}

/// Remarks of the study, then those of its stages.
fn notes(request: &Request<'_>, study: &Study) -> Vec<String> {
    let mut notes = request.notes.to_vec();
    for (stage, run) in study.runs() {
        notes.extend(
            run.notes
                .iter()
                .map(|note| format!("{}: {note}", stage.name)),
        );
    }
    notes
}

fn answers(statements: &[Statement]) -> Vec<Answer> {
    let of = |verdict: Verdict| {
        statements
            .iter()
            .filter(|s| s.verdict == verdict)
            .cloned()
            .collect()
    };
    let answer = |id, title, otherwise, verdict| Answer {
        id,
        title,
        otherwise,
        statements: of(verdict),
    };
    let nothing = "Nothing met the rules for a finding.";
    vec![
        answer("found", "What was found", nothing, Verdict::Found),
        answer(
            "unconfirmed",
            "What was seen, but not confirmed",
            "",
            Verdict::Unconfirmed,
        ),
        answer(
            "not-found",
            "What was not found",
            "Every question of this study met the rules for a finding, or could not be tested.",
            Verdict::NotFound,
        ),
        answer(
            "not-tested",
            "What could not be tested",
            "",
            Verdict::NotTested,
        ),
    ]
}

/// Keeps `p = .03`, `n = 60`, `95 %` and `C-index` on one line.
fn unbroken(text: String) -> String {
    const SPACE: &str = "\u{a0}";
    [" = ", " < ", " > "]
        .iter()
        .fold(text, |text, sign| {
            text.replace(sign, &sign.replace(' ', SPACE))
        })
        .replace(" %", "\u{a0}%")
        .replace("C-index", "C\u{2011}index")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::Made;

    /// Everything that a page can refer to is in it.
    fn is_self_contained(page: &str) {
        for (mark, allowed) in [("src=", "\"data:image/"), ("url(", "#"), ("href=", "\"")] {
            for (at, _) in page.match_indices(mark) {
                assert!(
                    page[at + mark.len()..].starts_with(allowed),
                    "{}",
                    &page[at..at + 40]
                );
            }
        }
        for word in ["http:", "https:", "<script", "@import", "javascript:"] {
            assert!(!page.contains(word), "{word}");
        }
    }

    const DRAWING: &[&str] = &[
        "<?xml version=\"1.0\"?>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"3\" viewBox=\"0 0 4 3\">",
        "<clipPath id=\"a\"><rect width=\"4\" height=\"3\"/></clipPath><g clip-path=\"url(#a)\"/></svg>",
    ];

    fn whole() -> Made {
        let made = Made::new();
        made.correlate("CD8", "volume");
        made.file("correlate/heatmap.svg", DRAWING);
        made.file(
            "radiomics/radiomics.csv",
            &["patient_id,original_shape_A", "A,1", "B,NA"],
        );
        made.file("slides/slides.csv", &[
            "patient_id,slide_id,stain,tissue_mm2,n_cells,density_all_mm2,positive_percent,qc_flags",
            "A,A/1,CD8,2.5,1200,480,12.5,uncalibrated_thresholds small_tissue",
        ]);
        std::fs::create_dir(made.folder().join("slides/overlays")).unwrap();
        image::RgbImage::new(4, 4)
            .save(made.folder().join("slides/overlays/A%2F1.png"))
            .unwrap();
        let cv = "radiomic,train,cv,auc_mean_of_folds,0.8,0.7,0.9";
        made.models("response", &[cv], &["radiomic"]);
        made.file("response/figures/roc_cv.svg", DRAWING);
        let cv = "radiomic,train,cv,c_index_mean_of_folds,0.8,0.7,0.9";
        made.models("survival", &[cv], &[]);
        made.file(
            "survival/notes.csv",
            &["table,id,column,reason", "clinical,D,time,no time"],
        );
        made
    }

    #[test]
    fn a_whole_study_makes_one_page_that_needs_no_other() {
        let made = whole();
        let page = made.html().unwrap();
        is_self_contained(&page);
        for part in [
            "For research use only.",
            "What was found",
            "What was not found",
            "uncalibrated defaults",
            "data:image/jpeg;base64,",
            "id=\"f1-a\"",
            "url(#f2-a)",
            "No feature was selected for the radiomic model",
            "no time",
            "href=\"response/performance.csv\"",
            "10.34133/research.0749",
        ] {
            assert!(page.contains(part), "{part}");
        }
        assert_eq!(page, made.html().unwrap(), "same input, same bytes");
        assert!(!page.contains(&made.folder().display().to_string()));
    }

    #[test]
    fn headings_go_down_by_one() {
        let page = whole().html().unwrap();
        let levels: Vec<u32> = page
            .match_indices("<h")
            .filter_map(|(at, _)| page[at + 2..].chars().next()?.to_digit(10))
            .collect();
        assert_eq!(levels[0], 1);
        assert!(
            levels.windows(2).all(|w| w[1] <= w[0] + 1 && w[1] > 1),
            "{levels:?}"
        );
    }

    #[test]
    fn a_stage_that_is_not_there_has_no_section() {
        let made = Made::new();
        let page = made.html().unwrap();
        assert!(page.contains("Nothing met the rules"));
        for id in ["radiology", "slides", "correlate", "response", "survival"] {
            assert!(!page.contains(&format!("id=\"{id}\"")), "{id}");
        }
        made.correlate("CD8", "volume");
        let page = made.html().unwrap();
        assert!(page.contains("id=\"correlate\"") && !page.contains("id=\"response\""));
        assert!(!page.contains("DeLong") && page.contains("Bonett"));
    }

    #[test]
    fn hostile_names_are_text() {
        let made = Made::new();
        made.correlate("\"<b>&'\"", "\"<script>alert(1)</script>\"");
        let title = "<img src=x onerror=alert(1)>".to_owned();
        let notes = [title.clone()];
        let roles = [(title.clone(), title.clone())];
        let page = crate::html(&Request {
            title: &title,
            notes: &notes,
            roles: &roles,
            ..made.request()
        })
        .unwrap();
        is_self_contained(&page.replace("&lt;img src=x", ""));
        assert!(page.contains("&lt;script&gt;") && !page.contains("<b>") && !page.contains("<img"));
    }

    #[test]
    fn damage_is_named() {
        let text = |made: &Made| made.html().unwrap_err().to_string();
        let made = whole();
        made.file(
            "correlate/blocks.csv",
            &["cohort,block,n_tests", "all,CD8,many"],
        );
        assert!(
            text(&made).contains("blocks.csv, row 2, column `n_tests`: `many`"),
            "{}",
            text(&made)
        );
        let made = whole();
        made.file("response/performance.csv", &["model", "radiomic"]);
        assert!(
            text(&made).contains("performance.csv: no column `cohort`"),
            "{}",
            text(&made)
        );
        let made = whole();
        std::fs::remove_file(made.folder().join("response/selected.csv")).unwrap();
        assert!(text(&made).contains("selected.csv"), "{}", text(&made));
        let made = whole();
        made.file("survival/run.toml", &["summary = "]);
        assert!(text(&made).contains("run.toml"), "{}", text(&made));
        let made = whole();
        made.file(
            "correlate/heatmap.svg",
            &["<svg viewBox=\"0 0 4 3\"><script/></svg>"],
        );
        assert!(
            text(&made).contains("heatmap.svg: it holds <script>"),
            "{}",
            text(&made)
        );
        let request = Request {
            folder: std::path::Path::new("no/such/study"),
            ..made.request()
        };
        assert!(
            crate::html(&request)
                .unwrap_err()
                .to_string()
                .contains("no/such/study")
        );
    }
}
