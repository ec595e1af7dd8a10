//! The models of one endpoint: performance, differences, features, groups.

mod drawings;
mod performance;

use serde::Serialize;

use super::grid::Grid;
use crate::Error;
use crate::figures::{Figure, Figures};
use crate::findings::median;
use crate::numbers::{beside, count, counted, fixed, or_none, p_or_none, ratio};
use crate::read::models::{CV, EXTERNAL, Endpoint, Models, Selected, Term, distinct};

/// Features of a model that are shown.
const SHOWN: usize = 15;

#[derive(Serialize)]
pub(crate) struct Section {
    id: &'static str,
    title: &'static str,
    performance: Option<Grid>,
    differences: Option<Grid>,
    figures: Vec<Figure>,
    groups: Option<Grid>,
    selected: Option<Grid>,
    empty: Vec<String>,
    cox: Option<Grid>,
}

pub(super) fn section(models: &Models, figures: &mut Figures) -> Result<Section, Error> {
    let unselected = |name: &&str| models.is_empty(name);
    Ok(Section {
        id: models.stage.name,
        title: match models.endpoint {
            Endpoint::Response => "Response",
            Endpoint::Survival => "Survival",
        },
        performance: performance::performance(models),
        differences: performance::differences(models),
        figures: drawings::drawings(models, figures)?,
        groups: groups(models),
        selected: selected(models),
        empty: models
            .names()
            .into_iter()
            .filter(unselected)
            .map(str::to_owned)
            .collect(),
        cox: cox(models),
    })
}

/// `Cross-validation in train`; the apparent ones are told from the others.
fn setting(kind: &str, cohort: &str) -> String {
    match kind {
        CV => format!("Cross-validation, training cohort “{cohort}”"),
        EXTERNAL => format!("External cohort “{cohort}”"),
        "apparent" => format!("Apparent, training cohort “{cohort}”: optimistic, for completeness"),
        "observed" => format!("Observed, cohort “{cohort}”"),
        other => format!("{other}, {cohort}"),
    }
}

/// Kinds and cohorts in the order in which they matter.
fn settings<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, &'a str)> {
    let mut settings: Vec<(&str, &str)> = Vec::new();
    for row in rows {
        if !settings.contains(&row) {
            settings.push(row);
        }
    }
    let rank = |kind: &str| [CV, EXTERNAL, "apparent"].iter().position(|k| *k == kind);
    settings.sort_by_key(|(kind, _)| rank(kind).unwrap_or(3));
    settings
}

fn selected(models: &Models) -> Option<Grid> {
    let ratio_name = match models.endpoint {
        Endpoint::Response => "Odds ratio",
        Endpoint::Survival => "Hazard ratio",
    };
    let head = ["Feature", "Coefficient", ratio_name, "Selected in"];
    let mut grid = Grid::new("What the models selected", &head, 1);
    let mut more = false;
    for name in distinct(models.selected.iter().map(|row| row.model.as_str())) {
        let mut rows: Vec<&Selected> = models.selected.iter().filter(|r| r.model == name).collect();
        let size = |row: &&Selected| row.coefficient.map_or(0.0, f64::abs);
        rows.sort_by(|a, b| size(b).total_cmp(&size(a)));
        let title = match rows.len() > SHOWN {
            true => format!(
                "{name} model: the {SHOWN} largest of {}",
                counted(rows.len(), "feature")
            ),
            false => format!("{name} model"),
        };
        more |= rows.len() > SHOWN;
        let line = |row: &&Selected| {
            vec![
                row.feature.clone(),
                or_none(row.coefficient, |x| beside(x, 0.0)),
                or_none(row.ratio, ratio),
                or_none(row.frequency, |x| format!("{} %", fixed(100.0 * x, 0))),
            ]
        };
        grid = grid.rows(title, rows.iter().take(SHOWN).map(line).collect());
    }
    let rest = if more {
        " The others are in the table selected."
    } else {
        ""
    };
    grid.note(format!("Coefficients and ratios are per standard deviation, and shrunken by the lasso: they have no intervals. Selected in: share of the cross-validation's fits.{rest}"))
        .if_any()
}

fn groups(models: &Models) -> Option<Grid> {
    let head = [
        "Group",
        "Patients",
        "Events",
        "Median time (95 % interval)",
        "Log-rank p",
    ];
    let mut grid = Grid::new("Survival by group", &head, 1);
    let unit = models.time_unit();
    let all = settings(
        models
            .groups
            .iter()
            .map(|g| (g.kind.as_str(), g.cohort.as_str())),
    );
    for (kind, cohort) in all {
        let lines = models
            .groups
            .iter()
            .filter(|group| group.kind == kind && group.cohort == cohort)
            .map(|group| {
                let name = match (group.kind.as_str(), group.model.as_str()) {
                    ("observed", "all") => "all patients".to_owned(),
                    ("observed", column) => format!("{column}: {}", group.group),
                    (_, model) => format!("{model} model, {} risk", group.group),
                };
                vec![
                    name,
                    count(group.n),
                    count(group.events),
                    median(group, &unit),
                    p_or_none(group.p),
                ]
            })
            .collect();
        grid = grid.rows(setting(kind, cohort), lines);
    }
    grid.note("Log-rank p is of the comparison that the group belongs to.")
        .if_any()
}

fn cox(models: &Models) -> Option<Grid> {
    let head = ["Term", "Hazard ratio (95 % interval)", "p"];
    let mut grid = Grid::new("Cox regression without penalty", &head, 1);
    for place in distinct(
        models
            .cox
            .iter()
            .map(|row| (row.model.as_str(), row.cohort.as_str())),
    ) {
        let rows = || {
            let here = |row: &&Term| (row.model.as_str(), row.cohort.as_str()) == place;
            models.cox.iter().filter(here)
        };
        let of = rows().next().map_or(String::new(), |row| {
            format!(
                " ({}, {})",
                counted(row.n, "patient"),
                models.endpoint.events(row.events)
            )
        });
        let words = match place.0 {
            "clinical" => "The covariates".to_owned(),
            "combined" => "The covariates and the radiomic score".to_owned(),
            other => other.to_owned(),
        };
        let cohort = place.1;
        let line = |row: &Term| {
            vec![
                row.term.clone(),
                row.hazard_ratio.short(ratio),
                p_or_none(row.p),
            ]
        };
        grid = grid.rows(
            format!("{words}, in “{cohort}”{of}"),
            rows().map(line).collect(),
        );
    }
    grid.note("Per unit of each term. The radiomic score is that of the frozen model, on patients that it was not fitted on; a hazard ratio of 2.72 a unit would mean that it is calibrated.")
        .if_any()
}
