//! The risk groups of the primary survival model.

use crate::numbers::{NONE, count, counted, ratio, significant};
use crate::read::models::{CV, EXTERNAL, Group, Models, Performance};

/// A sentence for each external cohort; for cross-validation where there is none.
pub(super) fn sentences(models: &Models, primary: &str) -> Vec<String> {
    let hazard = |kind, cohort| models.find(primary, kind, cohort, "hazard_ratio");
    let externals = models.externals();
    if externals.is_empty() {
        let row = hazard(CV, None).into_iter();
        return row
            .map(|row| sentence(models, row, "cross-validation"))
            .collect();
    }
    externals
        .into_iter()
        .map(|cohort| match hazard(EXTERNAL, Some(cohort)) {
            Some(row) => sentence(models, row, &format!("“{cohort}”")),
            None => format!("There are no two risk groups to compare in “{cohort}”."),
        })
        .collect()
}

fn sentence(models: &Models, row: &Performance, place: &str) -> String {
    let groups: Vec<String> = ["high", "low"]
        .into_iter()
        .filter_map(|name| {
            let group = models.groups.iter().find(|group| {
                (&group.model, &group.cohort, &group.kind) == (&row.model, &row.cohort, &row.kind)
                    && group.group == name
            })?;
            Some(format!(
                "{} in {} at {name} risk ({})",
                median(group, &models.time_unit()),
                counted(group.n, "patient"),
                counted(group.events, "event")
            ))
        })
        .collect();
    if row.value.value.is_none() {
        return format!(
            "The risk groups in {place} (n = {}) have no hazard ratio.",
            count(row.n)
        );
    }
    if row.kind == CV {
        return format!(
            "Out of fold, the group at high risk has a hazard ratio of {} against the one at low risk (mean of the repeats, n = {}; without interval or test, since the folds share patients).",
            row.value.short(ratio),
            count(row.n)
        );
    }
    let medians = match groups.is_empty() {
        true => String::new(),
        false => format!("; median time {}", groups.join(", ")),
    };
    let meaning = match row.value.limits {
        Some((low, high)) if low > 1.0 || high < 1.0 => "",
        Some(_) => " The groups are not distinguishable.",
        None => " Without an interval nothing follows from it.",
    };
    format!(
        "Of the two risk groups in {place} (n = {}), the one at high risk has a hazard ratio of {}{medians}.{meaning}",
        count(row.n),
        row.value.with_p(row.p, "log-rank p", ratio)
    )
}

/// `15.9 months (11.1 to not reached)`.
pub(crate) fn median(group: &Group, unit: &str) -> String {
    let time = |x: Option<f64>| x.map_or("not reached".to_owned(), |x| significant(x, 3));
    let limits = match (group.low, group.high) {
        (None, None) => String::new(),
        (low, high) => {
            let low = low.map_or(NONE.to_owned(), |x| significant(x, 3));
            format!(" ({low} to {})", time(high))
        }
    };
    match group.median {
        None => format!("not reached{limits}"),
        Some(median) => format!("{}{unit}{limits}", significant(median, 3)),
    }
}
