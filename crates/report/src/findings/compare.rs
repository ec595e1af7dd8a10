//! The other models beside the primary one.

use super::models::{index, place};
use crate::numbers::{beside, list};
use crate::read::models::{CV, EXTERNAL, Models, Performance};

/// A sentence for each other model: its discrimination, the difference, and
/// what the difference means. In the external cohorts where there are some,
/// else in cross-validation.
pub(super) fn sentences(models: &Models, primary: &str) -> Vec<String> {
    let names = models.names();
    let other = |name: &&str| *name != primary && names.contains(name);
    ["clinical", "combined"]
        .into_iter()
        .filter(other)
        .map(|name| sentence(models, primary, name))
        .collect()
}

fn sentence(models: &Models, primary: &str, other: &str) -> String {
    if models.is_empty(other) {
        return format!("The {other} model is empty: nothing was selected into it.");
    }
    let endpoint = models.endpoint;
    let values: Vec<String> = measured(
        models,
        other,
        endpoint.cv_metric(),
        endpoint.external_metric(),
    )
    .into_iter()
    .map(|row| format!("{} {}", row.value.short(index), place(row)))
    .collect();
    let has = match values.is_empty() {
        true => format!("The {other} model could not be measured"),
        false => format!(
            "The {other} model has a {} of {}",
            endpoint.index(),
            list(&values)
        )
        .replace("a AUC", "an AUC"),
    };
    // The table has each pair once: either order is understood.
    let metric = endpoint.difference_metric();
    let found = [(primary, other), (other, primary)]
        .into_iter()
        .map(|(a, b)| {
            (
                a,
                b,
                measured(models, &format!("{a} - {b}"), metric, metric),
            )
        })
        .find(|(_, _, rows)| !rows.is_empty());
    let Some((a, b, rows)) = found else {
        return format!("{has}; it was not compared with the {primary} one.");
    };
    let same = |row: &&Performance| row.value.value == Some(0.0) && row.value.limits.is_none();
    if rows.iter().all(same) {
        return format!("{has}: it ranks these patients as the {primary} model does.");
    }
    let differences: Vec<String> = rows
        .iter()
        .map(|row| {
            let value = row.value.with_p(row.p, "p", |x| beside(x, 0.0));
            match rows.len() {
                1 => value,
                _ => format!("{value} {}", place(row)),
            }
        })
        .collect();
    format!(
        "{has}; {a} minus {b} is {}: {}.",
        list(&differences),
        meaning(&rows, a, b, primary, other)
    )
}

/// Rows of the external cohorts; of cross-validation where there is none.
fn measured<'a>(
    models: &'a Models,
    model: &str,
    cv_metric: &str,
    external_metric: &str,
) -> Vec<&'a Performance> {
    let externals = models.externals();
    if externals.is_empty() {
        return models
            .find(model, CV, None, cv_metric)
            .into_iter()
            .collect();
    }
    externals
        .into_iter()
        .filter_map(|cohort| models.find(model, EXTERNAL, Some(cohort), external_metric))
        .collect()
}

/// The side of zero that a difference lies on: 1, -1, or 0 when its interval
/// has zero in it. `None` without an interval.
fn side(row: &Performance) -> Option<i8> {
    row.value.limits.map(|(low, high)| {
        if low > 0.0 {
            1
        } else if high < 0.0 {
            -1
        } else {
            0
        }
    })
}

fn meaning(rows: &[&Performance], a: &str, b: &str, primary: &str, other: &str) -> String {
    let sides: Option<Vec<i8>> = rows.iter().map(|row| side(row)).collect();
    let all = |wanted: i8| {
        sides
            .as_ref()
            .is_some_and(|s| s.iter().all(|&side| side == wanted))
    };
    if sides.is_none() {
        "without an interval nothing follows from it".to_owned()
    } else if all(1) {
        format!("the {a} model did better than the {b} one")
    } else if all(-1) {
        format!("the {b} model did better than the {a} one")
    } else if all(0) {
        format!("the {other} model was not distinguishable from the {primary} one")
    } else {
        "the cohorts do not agree".to_owned()
    }
}
