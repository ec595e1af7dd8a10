//! Rows of the tables in response and survival.

use std::collections::BTreeSet;

use tables::Table;

use super::Endpoint;
use crate::Error;
use crate::numbers::Estimate;
use crate::read::stage::{numbers, text, whole};

/// One row of performance.csv.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Performance {
    pub model: String,
    pub cohort: String,
    pub kind: String,
    pub metric: String,
    pub value: Estimate,
    pub ci_method: String,
    pub n: usize,
    pub events: usize,
    pub tau: Option<f64>,
    pub p: Option<f64>,
}

/// Patients of one cohort that have a prediction.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cohort {
    pub name: String,
    pub patients: usize,
    pub events: usize,
    /// Some of its predictions come from cross-validation.
    pub training: bool,
}

/// One row of selected.csv.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Selected {
    pub model: String,
    pub feature: String,
    pub coefficient: Option<f64>,
    /// Odds or hazard ratio per standard deviation.
    pub ratio: Option<f64>,
    pub frequency: Option<f64>,
}

/// One row of groups.csv.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub model: String,
    pub cohort: String,
    pub kind: String,
    pub group: String,
    pub n: usize,
    pub events: usize,
    pub median: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Log-rank p of the comparison that the group belongs to.
    pub p: Option<f64>,
}

/// One row of cox.csv.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    pub model: String,
    pub cohort: String,
    pub term: String,
    pub hazard_ratio: Estimate,
    pub p: Option<f64>,
    pub n: usize,
    pub events: usize,
}

pub(super) fn performance(table: &Table) -> Result<Vec<Performance>, Error> {
    let (model, cohort) = (text(table, "model")?, text(table, "cohort")?);
    let (kind, metric) = (text(table, "estimate_type")?, text(table, "metric")?);
    let value = numbers(table, "value")?;
    let (low, high) = (numbers(table, "ci_low")?, numbers(table, "ci_high")?);
    let ci_method = text(table, "ci_method")?;
    let (n, events) = (whole(table, "n")?, whole(table, "n_events")?);
    let (tau, p) = (numbers(table, "tau")?, numbers(table, "p")?);
    Ok((0..table.rows())
        .map(|i| Performance {
            model: model[i].clone(),
            cohort: cohort[i].clone(),
            kind: kind[i].clone(),
            metric: metric[i].clone(),
            value: Estimate::new(value[i], low[i], high[i]),
            ci_method: ci_method[i].clone(),
            n: n[i],
            events: events[i],
            tau: tau[i],
            p: p[i],
        })
        .collect())
}

/// Counts each patient once, however many models and repeats there are.
pub(super) fn cohorts(table: &Table, endpoint: Endpoint) -> Result<Vec<Cohort>, Error> {
    let ids = table.repeated_ids("patient_id")?;
    let (cohort, repeat) = (text(table, "cohort")?, table.text("repeat")?);
    let event = numbers(
        table,
        match endpoint {
            Endpoint::Response => "outcome",
            Endpoint::Survival => "event",
        },
    )?;
    let mut cohorts: Vec<Cohort> = Vec::new();
    let mut seen = BTreeSet::new();
    for i in 0..table.rows() {
        let place = cohorts.iter().position(|c| c.name == cohort[i]);
        let place = place.unwrap_or_else(|| {
            cohorts.push(Cohort {
                name: cohort[i].clone(),
                patients: 0,
                events: 0,
                training: false,
            });
            cohorts.len() - 1
        });
        let into = &mut cohorts[place];
        into.training |= repeat[i].is_some();
        if seen.insert((&cohort[i], &ids[i])) {
            into.patients += 1;
            into.events += usize::from(event[i] == Some(1.0));
        }
    }
    // The training cohort first, the others as they stand in the table.
    cohorts.sort_by_key(|c| !c.training);
    Ok(cohorts)
}

pub(super) fn selected(table: &Table, endpoint: Endpoint) -> Result<Vec<Selected>, Error> {
    let (model, feature) = (text(table, "model")?, text(table, "feature")?);
    let coefficient = numbers(table, "coefficient")?;
    let ratio = numbers(
        table,
        match endpoint {
            Endpoint::Response => "odds_ratio",
            Endpoint::Survival => "hazard_ratio",
        },
    )?;
    let frequency = numbers(table, "selection_frequency")?;
    Ok((0..table.rows())
        .map(|i| Selected {
            model: model[i].clone(),
            feature: feature[i].clone(),
            coefficient: coefficient[i],
            ratio: ratio[i],
            frequency: frequency[i],
        })
        .collect())
}

pub(super) fn groups(table: &Table) -> Result<Vec<Group>, Error> {
    let (model, cohort) = (text(table, "model")?, text(table, "cohort")?);
    let (kind, group) = (text(table, "estimate_type")?, text(table, "group")?);
    let (n, events) = (whole(table, "n")?, whole(table, "n_events")?);
    let median = numbers(table, "median_time")?;
    let (low, high) = (
        numbers(table, "median_low")?,
        numbers(table, "median_high")?,
    );
    let p = numbers(table, "p")?;
    Ok((0..table.rows())
        .map(|i| Group {
            model: model[i].clone(),
            cohort: cohort[i].clone(),
            kind: kind[i].clone(),
            group: group[i].clone(),
            n: n[i],
            events: events[i],
            median: median[i],
            low: low[i],
            high: high[i],
            p: p[i],
        })
        .collect())
}

pub(super) fn terms(table: &Table) -> Result<Vec<Term>, Error> {
    let (model, term) = (text(table, "model")?, text(table, "term")?);
    let cohort = text(table, "cohort")?;
    let ratio = numbers(table, "hazard_ratio")?;
    let (low, high) = (numbers(table, "ci_low")?, numbers(table, "ci_high")?);
    let p = numbers(table, "p")?;
    let (n, events) = (whole(table, "n")?, whole(table, "n_events")?);
    Ok((0..table.rows())
        .map(|i| Term {
            model: model[i].clone(),
            cohort: cohort[i].clone(),
            term: term[i].clone(),
            hazard_ratio: Estimate::new(ratio[i], low[i], high[i]),
            p: p[i],
            n: n[i],
            events: events[i],
        })
        .collect())
}
