//! The figures of a stage, known by the names of their files.

use super::super::slides::decoded;
use crate::Error;
use crate::figures::{Figure, Figures};
use crate::numbers::{count, p_is, ratio};
use crate::read::models::{CV, EXTERNAL, Endpoint, Models};

/// The forest of all estimates.
const FOREST: &str = "performance";

/// The figures of the stage: all estimates, then ROC curves, or Kaplan-Meier
/// curves of each model and those that were observed.
pub(super) fn drawings(models: &Models, figures: &mut Figures) -> Result<Vec<Figure>, Error> {
    let mut drawn = Vec::new();
    for (stem, caption) in stems(models)? {
        let alt = alt(models, &stem, &caption);
        drawn.extend(figures.drawing(&models.stage, &format!("figures/{stem}"), alt, caption)?);
    }
    Ok(drawn)
}

fn alt(models: &Models, stem: &str, caption: &str) -> String {
    let what = match models.endpoint {
        _ if stem == FOREST => "A point and an interval for each estimate",
        Endpoint::Response => "Curves of sensitivity against 1 − specificity",
        Endpoint::Survival => "Survival curves",
    };
    format!("{what}. {caption} The numbers are in the tables.")
}

/// Names of the drawings and their captions: by model, cross-validation first.
fn stems(models: &Models) -> Result<Vec<(String, String)>, Error> {
    let folder = models.stage.folder.join("figures");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut stems = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(Error::io(&folder))? {
        let path = entry.map_err(Error::io(&folder))?.path();
        let is_svg = path.extension().is_some_and(|ending| ending == "svg");
        if let (true, Some(stem)) = (is_svg, path.file_stem().and_then(|stem| stem.to_str())) {
            stems.push(stem.to_owned());
        }
    }
    let names = models.names();
    let mut found: Vec<_> = stems
        .into_iter()
        .map(|stem| {
            let (model, place) = parts(&stem, &names);
            let rank = names.iter().position(|name| Some(*name) == model);
            let caption = caption(models, &stem, model, &place);
            let last = stem.starts_with(OBSERVED);
            (
                (stem != FOREST, last, rank, place != CV, place),
                stem,
                caption,
            )
        })
        .collect();
    found.sort();
    Ok(found
        .into_iter()
        .map(|(_, stem, caption)| (stem, caption))
        .collect())
}

/// How the names of curves begin that no model made.
const OBSERVED: &str = "km_observed_";

/// `km_radiomic_external_test`: the model and the cohort; `roc_cv`: the place.
fn parts<'a>(stem: &str, names: &[&'a str]) -> (Option<&'a str>, String) {
    let text = |name: &str| {
        let name = name.strip_prefix("external_").unwrap_or(name);
        String::from_utf8_lossy(&decoded(name)).into_owned()
    };
    let rest = stem.split_once('_').map_or(stem, |(_, rest)| rest);
    for &name in names {
        let after = rest.strip_prefix(name).and_then(|r| r.strip_prefix('_'));
        if let (true, Some(place)) = (stem.starts_with("km_"), after) {
            return (Some(name), text(place));
        }
    }
    (None, text(rest))
}

fn caption(models: &Models, stem: &str, model: Option<&str>, place: &str) -> String {
    let place_words = match place {
        CV => "cross-validation of the training cohort".to_owned(),
        cohort => format!("external cohort “{cohort}”"),
    };
    if stem == FOREST {
        return "All estimates of discrimination with 95 % intervals; the dashed line is chance."
            .into();
    }
    if let Some(what) = stem.strip_prefix(OBSERVED) {
        let text = String::from_utf8_lossy(&decoded(what)).into_owned();
        return match text.strip_prefix("all_") {
            Some(cohort) => format!("Kaplan–Meier curve of all patients of the cohort “{cohort}”."),
            None => format!(
                "Kaplan–Meier curves as observed: {}.",
                text.replace('_', " ")
            ),
        };
    }
    if stem.starts_with("roc_") {
        return format!("Receiver operating characteristic of the models, {place_words}.");
    }
    let Some(model) = model else {
        return format!("Survival: {}.", place.replace('_', " "));
    };
    let (kind, cohort) = match place {
        CV => (CV, None),
        cohort => (EXTERNAL, Some(cohort)),
    };
    let hazard = models.find(model, kind, cohort, "hazard_ratio");
    let hazard = hazard
        .filter(|row| row.value.value.is_some())
        .map_or(String::new(), |row| {
            let p = row
                .p
                .map_or(String::new(), |p| format!(", log-rank p {}", p_is(p)));
            format!(
                " Hazard ratio {}{p}, n = {}.",
                row.value.short(ratio),
                count(row.n)
            )
        });
    format!("Kaplan–Meier curves of the risk groups of the {model} model, {place_words}.{hazard}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_are_known_by_their_names() {
        let names = ["radiomic", "clinical"];
        assert_eq!(parts("roc_cv", &names), (None, "cv".into()));
        assert_eq!(
            parts("roc_external_h%C3%B4pital_2", &names),
            (None, "hôpital_2".into())
        );
        assert_eq!(
            parts("km_radiomic_cv", &names),
            (Some("radiomic"), "cv".into())
        );
        assert_eq!(
            parts("km_clinical_external_a_b", &names),
            (Some("clinical"), "a_b".into())
        );
        assert_eq!(parts("km_sex_train", &names), (None, "sex_train".into()));
    }
}
