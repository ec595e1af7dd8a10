//! Performance of the models and their differences.

use super::super::grid::Grid;
use super::{setting, settings};
use crate::numbers::{NONE, beside, count, fixed, p_or_none, ratio, significant};
use crate::read::models::{Models, Performance, distinct};

/// Words for a metric; its own name where there are none.
fn metric(name: &str) -> &str {
    match name {
        "auc" => "AUC",
        "auc_mean_of_folds" => "AUC, mean over the folds",
        "auc_pooled" => "AUC, folds pooled",
        "c_index" => "C-index",
        "c_index_mean_of_folds" => "C-index, mean over the folds",
        "c_index_pooled" => "C-index, folds pooled",
        "sensitivity" => "Sensitivity",
        "specificity" => "Specificity",
        "accuracy" => "Accuracy",
        "brier" => "Brier score",
        "c_index_unpenalised" => "C-index of the Cox table",
        "hazard_ratio" => "Hazard ratio, high against low risk",
        other => other,
    }
}

/// Words for a method of intervals.
fn method(name: &str) -> &str {
    match name {
        "nadeau_bengio" => "Nadeau and Bengio",
        "delong" => "DeLong",
        "wilson" => "Wilson",
        "wald" => "Wald",
        "exact" => "exact binomial",
        "infinitesimal_jackknife" => "infinitesimal jackknife",
        other => other,
    }
}

fn is_difference(row: &Performance) -> bool {
    row.model.contains(" - ")
}

pub(super) fn performance(models: &Models) -> Option<Grid> {
    let rows: Vec<&Performance> = models
        .performance
        .iter()
        .filter(|r| !is_difference(r))
        .collect();
    let names = distinct(rows.iter().map(|row| row.model.as_str()));
    let mut head = vec!["Measure".to_owned()];
    head.extend(names.iter().map(|name| format!("{name} model")));
    let mut grid = Grid::new(
        "Performance of the models, with 95 % intervals",
        &head.iter().map(String::as_str).collect::<Vec<_>>(),
        1,
    );
    for (kind, cohort) in settings(rows.iter().map(|r| (r.kind.as_str(), r.cohort.as_str()))) {
        let here: Vec<&&Performance> = rows
            .iter()
            .filter(|row| row.kind == kind && row.cohort == cohort)
            .collect();
        let cells = |label: &str, cell: &dyn Fn(&str) -> Option<String>| {
            let cells = names
                .iter()
                .map(|name| cell(name).unwrap_or(NONE.to_owned()));
            [vec![label.to_owned()], cells.collect()].concat()
        };
        let of = |name: &str| here.iter().find(move |row| row.model == name);
        let patients = |name: &str| {
            of(name).map(|row| format!("{} ({})", count(row.n), models.endpoint.events(row.events)))
        };
        let mut lines = vec![cells("Patients", &patients)];
        for measure in distinct(here.iter().map(|row| row.metric.as_str())) {
            let value = |name: &str| {
                let row = here
                    .iter()
                    .find(|r| r.model == name && r.metric == measure)?;
                Some(written(row))
            };
            lines.push(cells(metric(measure), &value));
        }
        grid = grid.rows(setting(kind, cohort), lines);
    }
    grid.note(interval_note(&rows)).if_any()
}

fn written(row: &Performance) -> String {
    match row.metric.as_str() {
        "hazard_ratio" => row.value.with_p(row.p, "p", ratio),
        "brier" => row.value.short(|x| fixed(x, 3)),
        _ => row.value.short(|x| beside(x, 0.5)),
    }
}

/// Which interval belongs to which measure, and how far in time they look.
fn interval_note(rows: &[&Performance]) -> String {
    let mut parts = Vec::new();
    for name in distinct(rows.iter().map(|row| row.ci_method.as_str())) {
        let measures = distinct(
            rows.iter()
                .filter(|row| row.ci_method == name)
                .map(|row| metric(&row.metric)),
        );
        if !name.is_empty() {
            parts.push(format!("{}: {}", method(name), measures.join("; ")));
        }
    }
    let mut note = match parts.is_empty() {
        true => String::new(),
        false => format!("Methods of the intervals. {}.", parts.join(". ")),
    };
    if let Some(tau) = rows.iter().find_map(|row| row.tau) {
        note.push_str(&format!(
            " Times are looked at up to {}.",
            significant(tau, 3)
        ));
    }
    note
}

pub(super) fn differences(models: &Models) -> Option<Grid> {
    let rows: Vec<&Performance> = models
        .performance
        .iter()
        .filter(|r| is_difference(r))
        .collect();
    let head = ["Models", "Difference (95 % interval)", "p", "n"];
    let caption = format!(
        "Differences of the {} on the same patients",
        models.endpoint.index()
    );
    let mut grid = Grid::new(&caption, &head, 1);
    for (kind, cohort) in settings(rows.iter().map(|r| (r.kind.as_str(), r.cohort.as_str()))) {
        let lines = rows
            .iter()
            .filter(|row| row.kind == kind && row.cohort == cohort)
            .map(|row| {
                vec![
                    row.model.replace(" - ", " minus "),
                    row.value.short(|x| beside(x, 0.0)),
                    p_or_none(row.p),
                    count(row.n),
                ]
            })
            .collect();
        grid = grid.rows(setting(kind, cohort), lines);
    }
    grid.note("The p-values are not corrected for the number of differences.")
        .if_any()
}
