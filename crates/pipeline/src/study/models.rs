//! Whether the clinical table has what the models need.

use std::collections::BTreeSet;

use tables::Table;

use super::Config;
use super::check::{Checker, common, written_alike};
use crate::Error;
use crate::clinical::{self, Clinical, NONE};
use crate::reliability::{self, Reliability};

/// Columns that are outcomes.
fn outcomes(config: &Config) -> Vec<String> {
    let response = config.response.iter().map(|r| r.outcome.clone());
    let survival = config.survival.iter();
    response
        .chain(survival.flat_map(|s| [s.time.clone(), s.event.clone()]))
        .collect()
}

/// Notes columns of a table of features that are something else: they would be
/// taken for features, an outcome for one that predicts itself.
pub(super) fn no_features(checker: &mut Checker, key: &str, table: &Table) {
    let config = checker.config().clone();
    let roles = config.roles.roles();
    let mut others = outcomes(&config);
    others.extend(config.clinical.iter().flat_map(|c| c.covariates.clone()));
    others.extend(roles.cohort_col.filter(|c| c != NONE));
    others.extend(roles.centre_col.filter(|c| c != NONE));
    others.sort();
    others.dedup();
    others.retain(|column| table.has(column));
    // Text is set aside with a note when the table is read.
    others.retain(|column| table.numbers(column).is_ok());
    if !others.is_empty() {
        let text = format!(
            "{}: outcomes, covariates or roles stand among the features ({}): take these columns out of the table",
            table.file(),
            others.join(", ")
        );
        checker.note(key, text);
    }
}

/// Notes what is wrong with the clinical table; `radiomic`: patients with
/// features, where they are known.
pub(super) fn check(checker: &mut Checker, radiomic: Option<&[String]>) {
    let config = checker.config().clone();
    let Some(table) = &config.clinical else {
        return;
    };
    let (key, path) = ("[clinical] table", checker.study.path(&table.table));
    if !checker.readable(key, &path) {
        return;
    }
    let clinical = match Clinical::read(&path, &config.roles.roles()) {
        Ok(clinical) => clinical,
        Err(error) => {
            checker.note(key, error);
            // What is asked of other columns can be looked at all the same.
            if let Ok(table) = Table::read(&path) {
                roles(checker, &table, &config);
                let clinical = Clinical::without_roles(table);
                covariates(checker, &clinical, &config);
                columns(checker, &clinical, &config);
            }
            return;
        }
    };
    covariates(checker, &clinical, &config);
    let score = config.clinical.iter().flat_map(|c| &c.covariates);
    if score.clone().any(|c| c == "radiomic_score") {
        let text =
            "`radiomic_score` is the radiomic model's score and no covariate: rename the column";
        checker.note("[clinical] covariates", text);
    }
    let (response, survival) = columns(checker, &clinical, &config);
    let modelled = config.response.is_some() || config.survival.is_some();
    if let (Some(ids), true) = (radiomic, modelled)
        && common(&clinical.ids, ids) == 0
    {
        let alike = written_alike(&clinical.ids, ids, 0);
        let file = clinical.file();
        checker.note(
            key,
            format!("{file}: none of its patients has radiomic features{alike}"),
        );
        return;
    }
    let known: Option<BTreeSet<&String>> = radiomic.map(|ids| ids.iter().collect());
    let usable = |row: &usize| {
        let has_features = |ids: &BTreeSet<&String>| ids.contains(&clinical.ids[*row]);
        clinical.training[*row] && known.as_ref().is_none_or(has_features)
    };
    let usable: Vec<usize> = (0..clinical.ids.len()).filter(usable).collect();
    if let Some(outcome) = response {
        let count = |wanted| {
            usable
                .iter()
                .filter(|&&r| outcome[r] == Some(wanted))
                .count()
        };
        enough(checker, "[response]", count(true), Some(count(false)));
    }
    if let Some(outcome) = survival {
        let event = |row: &&usize| matches!(outcome[**row], Some((_, true)));
        let events = usable.iter().filter(event).count();
        enough(checker, "[survival]", events, None);
    }
}

/// Notes what is wrong with the table of how well features repeat.
pub(super) fn reliability(checker: &mut Checker) {
    let config = checker.config().clone();
    let validation = &config.validation;
    let Some(table) = &validation.reliability else {
        for (key, given) in [
            ("[validation] min_icc", validation.min_icc.is_some()),
            ("[validation] icc_column", validation.icc_column.is_some()),
        ] {
            if given {
                checker.note(key, "goes with `reliability` only: take it out");
            }
        }
        return;
    };
    let (key, path) = ("[validation] reliability", checker.study.path(table));
    let Some(radiomics) = &config.radiomics else {
        checker.note(
            key,
            "is about radiomic features, and there are none: take it out",
        );
        return;
    };
    if !checker.readable(key, &path) {
        return;
    }
    let column = validation.icc_column.as_deref();
    let known = Reliability::read(
        &path,
        column.unwrap_or(reliability::COLUMN),
        validation.min_icc.unwrap_or(reliability::MIN_ICC),
    );
    let table = radiomics.table.as_ref().map(|t| checker.study.path(t));
    let features = table.and_then(|path| {
        let table = Table::read(&path).ok()?;
        clinical::features(&table, &config.roles.roles().id).ok()
    });
    let filtered = known.and_then(|known| match features {
        Some((_, mut features)) => known.filter(&mut features).map(|_| ()),
        // They aren't extracted yet, or are a problem of their own.
        None => Ok(()),
    });
    if let Err(error) = filtered {
        checker.note(key, error);
    }
}

/// Notes the columns of roles that aren't there.
fn roles(checker: &mut Checker, table: &Table, config: &Config) {
    let keys = &config.roles;
    for (key, column) in [
        ("[roles] cohort_col", &keys.cohort_col),
        ("[roles] centre_col", &keys.centre_col),
    ] {
        let named = column.as_deref().filter(|&column| column != NONE);
        if let Some(Err(error)) = named.map(|column| table.text(column)) {
            checker.note(key, error);
        }
    }
}

fn covariates(checker: &mut Checker, clinical: &Clinical, config: &Config) {
    let forbidden = outcomes(config);
    let forbidden: Vec<&str> = forbidden.iter().map(String::as_str).collect();
    let names = config.clinical.as_ref().map(|c| c.covariates.as_slice());
    let names = names.unwrap_or_default();
    let key = "[clinical] covariates";
    for (place, name) in names.iter().enumerate() {
        if names[..place].contains(name) {
            checker.note(key, format!("`{name}` is named twice: name it once"));
        } else if name.contains(',') {
            checker.note(key, format!("column `{name}`: rename it without the comma"));
        } else if let Err(error) = clinical.covariates(std::slice::from_ref(name), &forbidden) {
            checker.note(key, error);
        }
    }
}

type Response = Option<Vec<Option<bool>>>;
type Survival = Option<Vec<Option<(f64, bool)>>>;

/// The outcomes, as far as they can be had.
fn columns(checker: &mut Checker, clinical: &Clinical, config: &Config) -> (Response, Survival) {
    let mut note = |key: &str, error: Error| checker.note(key, error);
    let response = config.response.as_ref().and_then(|response| {
        let outcome = clinical.binary(&response.outcome, response.positive.as_deref());
        outcome.map_err(|error| note("[response]", error)).ok()
    });
    let survival = config.survival.as_ref().and_then(|survival| {
        let (time, event) = (&survival.time, &survival.event);
        let outcome = clinical.survival(time, event, survival.event_value.as_deref());
        outcome.map_err(|error| note("[survival]", error)).ok()
    });
    (response, survival)
}

/// Notes a training cohort from which nothing can be learnt, or too little for
/// the folds that are asked for.
fn enough(checker: &mut Checker, key: &str, events: usize, others: Option<usize>) {
    let smaller = others.map_or(events, |others| others.min(events));
    let found = match others {
        Some(others) => format!(
            "of the patients that can be used, {events} with and {others} without the outcome are in the training cohort"
        ),
        None => format!(
            "of the patients that can be used, {events} in the training cohort had the event"
        ),
    };
    let fewest = checker.facts.fewest;
    if smaller < fewest {
        let each = if others.is_some() { " of each" } else { "" };
        checker.note(
            key,
            format!("{found}: a model needs at least {fewest}{each}"),
        );
        return;
    }
    let folds = checker.config().validation.folds;
    if let Some(folds) = folds.and_then(|f| usize::try_from(f).ok())
        && folds > smaller
    {
        checker.note(
            key,
            format!("{found}: too few for {folds} folds; set `folds` in [validation] to {smaller} or less"),
        );
    }
}
