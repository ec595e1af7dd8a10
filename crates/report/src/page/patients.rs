//! How many patients each step has, and why others are missing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::grid::Grid;
use crate::numbers::{NONE, count};
use crate::read::Study;
use crate::read::models::{Endpoint, Models};
use crate::read::stage::Note;

#[derive(Serialize)]
pub(crate) struct Patients {
    flow: Option<Grid>,
    left_out: Option<Grid>,
}

pub(super) fn section(study: &Study) -> Patients {
    let row = |step: &str, patients: usize, events: &str| {
        vec![step.to_owned(), count(patients), events.to_owned()]
    };
    let mut steps = Vec::new();
    if let Some(stage) = &study.radiomics {
        steps.push(row("Radiomic features", stage.patients, NONE));
    }
    if let Some(stage) = &study.slides {
        steps.push(row("Slides", stage.patients(), NONE));
    }
    if let Some(patients) = study
        .correlate
        .as_ref()
        .and_then(|c| c.run.count("patients"))
    {
        steps.push(row("Radiology and pathology: both", patients, NONE));
    }
    let head = ["Step", "Patients", "Outcome"];
    let mut flow = Grid::new("Patients at each step", &head, 1).rows("", steps);
    for models in study.models() {
        flow = flow.rows(title(models), cohorts(models));
    }
    Patients {
        flow: flow.if_any(),
        left_out: left_out(study),
    }
}

fn title(models: &Models) -> &'static str {
    match models.endpoint {
        Endpoint::Response => "Response",
        Endpoint::Survival => "Survival",
    }
}

fn cohorts(models: &Models) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = models
        .cohorts
        .iter()
        .map(|cohort| {
            let kind = match cohort.training {
                true => "training cohort",
                false => "external cohort",
            };
            vec![
                format!("{kind} “{}”", cohort.name),
                count(cohort.patients),
                models.endpoint.events(cohort.events),
            ]
        })
        .collect();
    if let Some(patients) = models.run.count("left_out") {
        rows.push(vec!["left out".into(), count(patients), NONE.into()]);
    }
    rows
}

/// The notes by stage, table and reason, with what they are about.
fn left_out(study: &Study) -> Option<Grid> {
    let mut grid = Grid::new(
        "What was left out or could not be computed, and why",
        &["Table", "Reason", "Patients or slides", "Columns"],
        2,
    );
    let mut of = |stage: &str, notes: &[Note]| {
        let rows = grouped(notes);
        let one = std::mem::replace(&mut grid, Grid::new("", &[], 0));
        grid = one.rows(stage, rows);
    };
    if let Some(stage) = &study.radiomics {
        of("Radiology", &stage.notes);
    }
    if let Some(stage) = &study.slides {
        of("Slides", &stage.notes);
    }
    if let Some(stage) = &study.correlate {
        of("Radiology and pathology", &stage.notes);
    }
    for models in study.models() {
        of(title(models), &models.notes);
    }
    grid.if_any()
}

fn grouped(notes: &[Note]) -> Vec<Vec<String>> {
    type Things<'a> = (BTreeSet<&'a str>, BTreeSet<&'a str>);
    let mut reasons: BTreeMap<(&str, &str), Things<'_>> = BTreeMap::new();
    for note in notes {
        let (ids, columns) = reasons.entry((&note.table, &note.reason)).or_default();
        ids.extend(note.id.as_deref());
        columns.extend(note.column.as_deref());
    }
    let number = |n: usize| if n == 0 { NONE.to_owned() } else { count(n) };
    reasons
        .into_iter()
        .map(|((table, reason), (ids, columns))| {
            vec![
                table.to_owned(),
                reason.to_owned(),
                number(ids.len()),
                number(columns.len()),
            ]
        })
        .collect()
}
