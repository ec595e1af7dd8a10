//! What was done, in sentences for a paper, from the run.toml of the stages.

use std::collections::BTreeMap;

use serde::Serialize;
use toml::Value;

use crate::numbers::{count, list};
use crate::read::Study;
use crate::read::correlate::Correlate;
use crate::read::models::{Endpoint, Models};
use crate::read::radiomics::Radiomics;
use crate::read::run::{Run, in_words};
use crate::read::slides::Slides;
use crate::references::{References, Work};

/// A headed paragraph.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Paragraph {
    pub title: &'static str,
    pub text: String,
}

/// A paragraph for every stage that there is; adds what it cites.
pub(crate) fn paragraphs(
    study: &Study,
    radpath: &str,
    seed: u64,
    references: &mut References,
) -> Vec<Paragraph> {
    let mut paragraphs = Vec::new();
    let mut add = |title, sentences: Vec<String>| {
        paragraphs.push(Paragraph {
            title,
            text: sentences.join(" "),
        });
    };
    let from = match study.correlate {
        Some(_) => format!(
            " It links radiology to pathology as Sun et al. did {}, with tests of what chance gives.",
            references.cite(Work::Sun)
        ),
        None => String::new(),
    };
    add(
        "Software",
        vec![format!(
            "Everything was computed by radpath {radpath}, with the seed {seed} for its random numbers.{from}"
        )],
    );
    if let Some(stage) = &study.radiomics {
        add("Radiomic features", radiomics(stage, references));
    }
    if let Some(stage) = &study.slides {
        add("Slides", slides(stage, references));
    }
    if let Some(stage) = &study.correlate {
        add("Radiology and pathology", correlate(stage, references));
    }
    for stage in study.models() {
        let title = match stage.endpoint {
            Endpoint::Response => "Response",
            Endpoint::Survival => "Survival",
        };
        add(title, models(stage, references));
    }
    paragraphs
}

fn radiomics(stage: &Radiomics, references: &mut References) -> Vec<String> {
    let run = &stage.run;
    let classes = run.setting("classes");
    let classes = classes.map_or(String::new(), |classes| {
        format!(" of the classes {classes}")
    });
    let features = count(stage.features.len());
    let first = match run.setting("preset") {
        Some(preset) if preset.starts_with("ibsi") => format!(
            "{features} radiomic features were computed from each image within its mask, as the Image Biomarker Standardisation Initiative defines them {}.",
            references.cite(Work::Ibsi)
        ),
        _ => format!(
            "{features} radiomic features{classes} were computed from each image within its mask, as PyRadiomics defines them {}, in agreement with the Image Biomarker Standardisation Initiative {} where the two define the same.",
            references.cite(Work::PyRadiomics),
            references.cite(Work::Ibsi)
        ),
    };
    let mut sentences = vec![first];
    if let Some(rings) = run.setting("ring_mm") {
        sentences.push(format!(
            "Features of the tissue around the region, up to {rings} mm from it, were added."
        ));
    }
    if let Some(number) = run.setting("bin_count") {
        sentences.push(format!("Grey values were put into {number} bins."));
    } else if let Some(width) = run.setting("bin_width") {
        sentences.push(format!("Grey values were put into bins of width {width}."));
    }
    sentences
}

fn slides(stage: &Slides, references: &mut References) -> Vec<String> {
    let mut sentences = vec![format!(
        "On each slide, tissue was found, stains were unmixed by optical density, and nuclei were detected by the watershed cell detection of QuPath {}.",
        references.cite(Work::QuPath)
    )];
    // Profiles with the same score are told together.
    let mut scored: BTreeMap<(String, String, bool), Vec<String>> = BTreeMap::new();
    for (name, setting) in &stage.run.settings {
        let (Some(stain), Some(profile)) =
            (name.strip_prefix("profile."), setting.value.as_table())
        else {
            continue;
        };
        let (Some(score), Some(thresholds)) = (profile.get("score"), profile.get("thresholds"))
        else {
            continue;
        };
        let calibrated = profile.get("calibrated").and_then(Value::as_bool) == Some(true);
        let key = (in_words(score), in_words(thresholds), calibrated);
        scored.entry(key).or_default().push(stain.to_owned());
    }
    for ((score, thresholds, calibrated), stains) in scored {
        let set = match calibrated {
            true => "set for these stains",
            false => "uncalibrated defaults",
        };
        sentences.push(format!(
            "Cells of {} were scored by “{score}” with the thresholds {thresholds} of optical density for 1+, 2+ and 3+ ({set}); a cell from 1+ on is positive.",
            list(&stains)
        ));
    }
    sentences.push(
        "Densities are cells per mm² of analysed tissue; several slides of a patient and stain were pooled before dividing.".to_owned(),
    );
    sentences
}

fn correlate(stage: &Correlate, references: &mut References) -> Vec<String> {
    let run = &stage.run;
    let min_n = run.setting("min_n");
    let min_n = min_n.map_or(String::new(), |n| format!(" (at least {n})"));
    let permutations = run.setting("permutations");
    let permutations = permutations.map_or("random permutations".to_owned(), |n| {
        format!("{n} random permutations")
    });
    vec![
        format!(
            "Each radiomic feature was correlated with each pathology feature by Spearman's rho over the patients who have both{min_n}, with 95 % intervals after Bonett and Wright {}.",
            references.cite(Work::BonettWright)
        ),
        format!(
            "False discovery rates (q) are those of Benjamini and Hochberg {} within each marker.",
            references.cite(Work::BenjaminiHochberg)
        ),
        format!(
            "Because features of either side go together, the number of pairs with p < .05 was compared with the numbers under {permutations} of the patients, which leave the correlations within either side as they are; the permutation p of the markers was corrected after Holm {}.",
            references.cite(Work::Holm)
        ),
    ]
}

fn models(stage: &Models, references: &mut References) -> Vec<String> {
    let run = &stage.run;
    let (kind, fitted) = match stage.endpoint {
        Endpoint::Response => {
            let outcome = run.setting("outcome");
            let outcome = outcome.map_or(String::new(), |column| format!(" “{column}”"));
            (
                format!(
                    "The outcome{outcome} was modelled by logistic regression with the lasso penalty"
                ),
                references.cite(Work::Glmnet),
            )
        }
        Endpoint::Survival => {
            let columns: Vec<String> = ["time", "event"]
                .into_iter()
                .filter_map(|role| run.setting(role).map(|column| format!("{role} “{column}”")))
                .collect();
            let columns = match columns.is_empty() {
                true => String::new(),
                false => format!(" ({})", columns.join(", ")),
            };
            (
                format!("Survival{columns} was modelled by Cox regression with the lasso penalty"),
                [
                    references.cite(Work::Glmnet),
                    references.cite(Work::GlmnetCox),
                ]
                .join(" and "),
            )
        }
    };
    let mut sentences = vec![format!("{kind}, fitted by coordinate descent {fitted}.")];
    let covariates = run
        .setting("covariates")
        .map_or("the covariates".to_owned(), |c| {
            format!("the covariates ({c})")
        });
    let described: Vec<String> = stage
        .names()
        .into_iter()
        .map(|name| match name {
            "radiomic" => "the radiomic model chooses among the radiomic features".to_owned(),
            "clinical" => format!("the clinical model among {covariates}"),
            "combined" => {
                "the combined model among the covariates and the out-of-fold score of the radiomic model".to_owned()
            }
            other => format!("there is a model {other}"),
        })
        .collect();
    if !described.is_empty() {
        sentences.push(capital(&format!("{}.", list(&described))));
    }
    sentences.extend(reliability(run, references));
    let part = |name: &str, text: &dyn Fn(&str) -> String| {
        run.setting(name)
            .map_or(String::new(), |value| text(&value))
    };
    sentences.push(format!(
        "Everything that is fitted was fitted inside of the training folds of a nested cross-validation{}{}{}{}.",
        part("folds", &|n| format!(": {n} folds")),
        part("repeats", &|n| format!(", repeated {n} times")),
        part("inner_folds", &|n| format!(", the penalty chosen by {n} inner folds")),
        part("lambda", &|rule| format!(" (rule “{rule}”)")),
    ));
    if !stage.externals().is_empty() {
        sentences.push("The model fitted to all training patients was frozen, cut-off included, and applied to the external cohorts.".to_owned());
    }
    sentences.extend(intervals(stage, references));
    sentences
}

/// Which features were left out because they repeat badly.
fn reliability(run: &Run, references: &mut References) -> Option<String> {
    let (min, column) = (run.setting("min_icc")?, run.setting("icc_column")?);
    let icc = match column.as_str() {
        "icc_2_1" => "intraclass correlation ICC(2,1)".to_owned(),
        "icc_2_1_low" => "lower 95 % limit of the intraclass correlation ICC(2,1)".to_owned(),
        "icc_3_1" => "intraclass correlation ICC(3,1)".to_owned(),
        "icc_3_1_low" => "lower 95 % limit of the intraclass correlation ICC(3,1)".to_owned(),
        other => format!("reliability “{other}”"),
    };
    let number = match run.count("features_unreliable")? {
        0 => "none".to_owned(),
        number => count(number),
    };
    Some(format!(
        "Features whose {icc} {} between repeated measurements is below {min} or unknown ({number}) were left out before anything was fitted and without a look at the outcome.",
        references.cite(Work::ShroutFleiss)
    ))
}

/// The methods of the intervals, by what performance.csv names.
fn intervals(stage: &Models, references: &mut References) -> Option<String> {
    let mut parts = Vec::new();
    let uses = |method: &str| stage.performance.iter().any(|row| row.ci_method == method);
    if stage.endpoint == Endpoint::Survival {
        parts.push(format!(
            "Harrell's C-index {}",
            references.cite(Work::Harrell)
        ));
    }
    if uses("nadeau_bengio") {
        parts.push(format!(
            "the corrected t interval of Nadeau and Bengio for means over folds {}",
            references.cite(Work::NadeauBengio)
        ));
    }
    if uses("delong") {
        parts.push(format!(
            "DeLong's interval and test of the AUC {}",
            references.cite(Work::DeLong)
        ));
    }
    if uses("wilson") {
        parts.push(format!(
            "Wilson's interval of shares {}",
            references.cite(Work::Wilson)
        ));
    }
    if uses("infinitesimal_jackknife") {
        parts.push("infinitesimal jackknife intervals of the C-index".to_owned());
    }
    if !stage.groups.is_empty() {
        parts.push(format!(
            "Kaplan and Meier's curves with log-rank tests {}",
            references.cite(Work::KaplanMeier)
        ));
    }
    if uses("wald") || !stage.cox.is_empty() {
        parts.push(format!(
            "hazard ratios of an unpenalised Cox model with Efron's ties and Wald intervals {}",
            references.cite(Work::Efron)
        ));
    }
    (!parts.is_empty()).then(|| format!("Reported are {}.", list(&parts)))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
