//! What was computed from the images.

use std::collections::BTreeMap;

use serde::Serialize;

use super::grid::Grid;
use crate::numbers::{count, counted};
use crate::read::radiomics::Radiomics;

/// More kinds than this are no kinds: names follow another scheme.
const MOST_KINDS: usize = 24;

#[derive(Serialize)]
pub(crate) struct Section {
    summary: String,
    kinds: Option<Grid>,
    failures: Option<Grid>,
}

pub(super) fn section(stage: &Radiomics) -> Section {
    let failed = match stage.failures.len() {
        0 => "No case failed.".to_owned(),
        n => format!(
            "{} failed and {} missing from all that follows.",
            counted(n, "case"),
            if n == 1 { "is" } else { "are" }
        ),
    };
    let missing = match stage.missing {
        0 => "no value is missing".to_owned(),
        n => format!("{} missing", counted(n, "value")),
    };
    Section {
        summary: format!(
            "{} were computed for {}; {missing}. {failed}",
            counted(stage.features.len(), "feature"),
            counted(stage.patients, "patient"),
        ),
        kinds: kinds(&stage.features),
        failures: failures("Cases that failed", "Cases", &stage.failures),
    }
}

/// Features by what stands before their own name: `original_glcm`.
fn kinds(features: &[String]) -> Option<Grid> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for name in features {
        let (kind, _) = name.rsplit_once('_')?;
        *kinds.entry(kind).or_default() += 1;
    }
    let rows = kinds
        .iter()
        .map(|(kind, &n)| vec![(*kind).to_owned(), count(n)])
        .collect();
    let grid = Grid::new(
        "Radiomic features by image type and class",
        &["Class", "Features"],
        1,
    );
    (kinds.len() <= MOST_KINDS)
        .then(|| grid.rows("", rows))
        .and_then(Grid::if_any)
}

/// Failures by their text, the most frequent first.
pub(super) fn failures(caption: &str, what: &str, errors: &[String]) -> Option<Grid> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for error in errors {
        *reasons.entry(error).or_default() += 1;
    }
    let mut reasons: Vec<(&str, usize)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let rows = reasons
        .into_iter()
        .map(|(reason, n)| vec![reason.to_owned(), count(n)])
        .collect();
    Grid::new(caption, &["Reason", what], 1)
        .rows("", rows)
        .if_any()
}
