//! Models of survival: who is at risk, how well it can be told, and the curves
//! of the risk groups.

use crate::cox::{self, Ties};
use crate::crossval::{self, fold_mean};
use crate::fit::Fitting;
use crate::groups::{Comparison, compare_groups};
use crate::linear_model::relative_hazard;
use crate::patients::Patients;
use crate::performance::{EstimateType, LEVEL, Performance, Setting, clipped};
use crate::prediction::{self, Prediction};
use crate::split::Folds;
use crate::validate::{self, FoldResult, Inputs, Validated};
use crate::{Error, FollowUp, Target, compare, concordance};

/// Names of the risk groups, the lower first.
pub const RISK_GROUPS: [&str; 2] = ["low", "high"];

/// All that is known about the models of survival.
#[derive(Clone, Debug)]
pub struct SurvivalResult {
    /// The models.
    pub models: Vec<Validated>,
    /// Estimates of their performance.
    pub performance: Vec<Performance>,
    /// Predictions, out of fold and external.
    pub predictions: Vec<Prediction>,
    /// Risk groups, cross-validated and external, with their log-rank tests.
    pub comparisons: Vec<Comparison>,
    /// What could not be computed and why: cohort or model, and reason.
    pub notes: Vec<(String, String)>,
}

/// Fits and validates the models of survival.
///
/// # Errors
/// As [`validate::validate`]; a response for a target.
pub fn survival(
    patients: &Patients,
    inputs: &Inputs<'_>,
    folds: &Folds,
    fitting: &Fitting,
    seed: u64,
) -> Result<SurvivalResult, Error> {
    let Target::Survival(follow_up) = inputs.target else {
        return Err(Error::NoFollowUp);
    };
    let models = validate::validate(inputs, folds, fitting, seed)?;
    let mut result = SurvivalResult {
        models,
        performance: Vec::new(),
        predictions: Vec::new(),
        comparisons: Vec::new(),
        notes: Vec::new(),
    };
    cross_validated(&mut result, patients, inputs, follow_up, folds)?;
    let training = (patients.training_name(), inputs.training.to_vec());
    on_cohort(
        &mut result,
        inputs.target,
        follow_up,
        &training,
        EstimateType::Apparent,
    )?;
    for (name, all) in patients.external() {
        let (rows, unscored) = validate::scorable(&result.models, &all);
        prediction::without_score(
            &unscored,
            &result.models,
            patients,
            &mut result.predictions,
            &mut result.notes,
        );
        if rows.is_empty() {
            continue;
        }
        on_cohort(
            &mut result,
            inputs.target,
            follow_up,
            &(name, rows),
            EstimateType::External,
        )?;
    }
    Ok(result)
}

/// Above the median of the training patients.
fn above(cutoff: Option<f64>, score: f64) -> Option<bool> {
    cutoff.map(|cutoff| score > cutoff)
}

fn cross_validated(
    result: &mut SurvivalResult,
    patients: &Patients,
    inputs: &Inputs<'_>,
    follow_up: &FollowUp,
    folds: &Folds,
) -> Result<(), Error> {
    let target = inputs.target;
    let setting = |model: &str| Setting {
        model: model.to_owned(),
        cohort: patients.training_name().to_owned(),
        estimate: EstimateType::Cv,
        n: inputs.training.len(),
        n_events: target.count_events(inputs.training),
    };
    let high = |fold: &FoldResult, score: f64| above(fold.cutoff, score);
    let models = result.models.clone();
    for model in &models {
        let about = setting(model.kind.name());
        let of_folds = crossval::per_fold(target, &model.folds);
        let silent = of_folds.iter().filter(|v| v.is_none()).count();
        if silent > 0 {
            let reason = format!(
                "{silent} of {} folds had no two patients to compare",
                of_folds.len()
            );
            result.notes.push((model.kind.name().to_owned(), reason));
        }
        let values: Vec<f64> = of_folds.into_iter().flatten().collect();
        let mean = fold_mean(&values, folds.outer, LEVEL);
        let interval = clipped(mean.and_then(|m| m.interval));
        let rows = &mut result.performance;
        let value = mean.map(|m| m.value);
        rows.push(about.with("c_index_mean_of_folds", value, interval, "nadeau_bengio"));
        let pooled = crossval::pooled(target, &model.folds).ok();
        rows.push(about.plain("c_index_pooled", pooled));

        let ratios = fold_ratios(follow_up, inputs.training, model, high);
        rows.push(about.plain("hazard_ratio", ratios));
        let first = crossval::first_repeat(&model.folds, high);
        let (mut comparison, _) = compare_groups(
            about,
            &follow_up.select(&first.rows),
            &place(&first.high),
            &RISK_GROUPS,
        )?;
        // A test would take patients for independent whose models share patients.
        comparison.log_rank = None;
        comparison.curves.iter_mut().for_each(|c| c.expected = None);
        if !comparison.curves.is_empty() {
            result.comparisons.push(comparison);
        }
        for fold in &model.folds {
            for (&row, &score) in fold.rows.iter().zip(&fold.scores) {
                result.predictions.push(Prediction {
                    row,
                    kind: model.kind,
                    estimate: EstimateType::Cv,
                    fold: Some((fold.repeat, fold.fold)),
                    score,
                    value: relative_hazard(score),
                    high: high(fold, score),
                });
            }
        }
    }
    let differences =
        compare::fold_differences(target, &models, folds, "c_index_difference", setting);
    result.performance.extend(differences);
    Ok(())
}

fn c_index(
    about: &Setting,
    metric: &'static str,
    outcome: &FollowUp,
    scores: &[f64],
) -> Performance {
    match concordance::harrell(outcome, scores) {
        Ok(c) => about.with(
            metric,
            Some(c.value),
            c.interval(LEVEL),
            "infinitesimal_jackknife",
        ),
        Err(_) => about.plain(metric, None),
    }
}

/// Groups by their place in [`RISK_GROUPS`].
fn place(high: &[Option<bool>]) -> Vec<Option<usize>> {
    high.iter().map(|h| h.map(usize::from)).collect()
}

/// Hazard ratio of the out-of-fold risk groups: the geometric mean of the
/// repeats. `None` when a repeat has none.
fn fold_ratios(
    follow_up: &FollowUp,
    training: &[usize],
    model: &Validated,
    high: impl Fn(&FoldResult, f64) -> Option<bool>,
) -> Option<f64> {
    let repeats = model.folds.iter().map(|f| f.repeat + 1).max()?;
    let mut sum = 0.0;
    for repeat in 0..repeats {
        let mut of_row = std::collections::BTreeMap::new();
        for fold in model.folds.iter().filter(|f| f.repeat == repeat) {
            for (&row, &score) in fold.rows.iter().zip(&fold.scores) {
                of_row.insert(row, high(fold, score));
            }
        }
        let told: Vec<(usize, bool)> = training
            .iter()
            .filter_map(|row| Some((*row, of_row.get(row).copied()??)))
            .collect();
        let rows: Vec<usize> = told.iter().map(|t| t.0).collect();
        let groups: Vec<f64> = told.iter().map(|t| f64::from(u8::from(t.1))).collect();
        if rows.is_empty() {
            return None;
        }
        let fit = cox::fit(&[groups], &follow_up.select(&rows), Ties::Efron).ok()?;
        sum += fit.coefficients[0];
    }
    let ratio = (sum / repeats as f64).exp();
    ratio.is_finite().then_some(ratio)
}

/// The risk groups' curves, their log-rank test and hazard ratio.
fn groups(
    result: &mut SurvivalResult,
    about: Setting,
    outcome: &FollowUp,
    high: &[Option<bool>],
) -> Result<(), Error> {
    let (comparison, hazard_ratio) = compare_groups(about, outcome, &place(high), &RISK_GROUPS)?;
    let about = &comparison.setting;
    match hazard_ratio {
        Ok((ratio, interval)) => result.performance.push(Performance {
            p: comparison.log_rank.as_ref().map(|test| test.p),
            ..about.with("hazard_ratio", Some(ratio), Some(interval), "wald")
        }),
        Err(reason) => {
            result.performance.push(Performance {
                p: comparison.log_rank.as_ref().map(|test| test.p),
                ..about.plain("hazard_ratio", None)
            });
            let place = format!("{}, {}", about.model, about.cohort);
            result
                .notes
                .push((place, format!("no hazard ratio: {reason}")));
        }
    }
    if !comparison.curves.is_empty() {
        result.comparisons.push(comparison);
    }
    Ok(())
}

/// The final models on a cohort.
fn on_cohort(
    result: &mut SurvivalResult,
    target: &Target,
    follow_up: &FollowUp,
    (cohort, rows): &(&str, Vec<usize>),
    estimate: EstimateType,
) -> Result<(), Error> {
    let outcome = follow_up.select(rows);
    let setting = |model: &str| Setting {
        model: model.to_owned(),
        cohort: (*cohort).to_owned(),
        estimate,
        n: rows.len(),
        n_events: target.count_events(rows),
    };
    let scores_of = |model: &Validated| rows.iter().map(|&r| model.scores[r]).collect::<Vec<_>>();
    let models = result.models.clone();
    for model in &models {
        let about = setting(model.kind.name());
        let scores = scores_of(model);
        result
            .performance
            .push(c_index(&about, "c_index", &outcome, &scores));
        if estimate != EstimateType::External {
            continue;
        }
        let cutoff = model.fitted.linear.cutoff;
        let high: Vec<Option<bool>> = scores.iter().map(|&s| above(cutoff, s)).collect();
        for (i, &row) in rows.iter().enumerate() {
            result.predictions.push(Prediction {
                row,
                kind: model.kind,
                estimate,
                fold: None,
                score: scores[i],
                value: relative_hazard(scores[i]),
                high: high[i],
            });
        }
        groups(result, about, &outcome, &high)?;
    }
    if estimate == EstimateType::External {
        for (first, second) in compare::pairs(&models) {
            let about = setting(&compare::name(first, second));
            let (a, b) = (scores_of(first), scores_of(second));
            let row = match concordance::paired(&outcome, &a, &b, LEVEL) {
                Ok(d) => Performance {
                    p: d.p,
                    ..about.with(
                        "c_index_difference",
                        Some(d.value),
                        d.interval,
                        "infinitesimal_jackknife",
                    )
                },
                Err(_) => about.plain("c_index_difference", None),
            };
            result.performance.push(row);
        }
    }
    Ok(())
}

/// Kaplan-Meier curves of what was observed: everybody of each cohort, and the
/// levels of columns such as `sex` in each cohort.
///
/// # Errors
/// As [`compare_groups`].
pub fn observed(
    patients: &Patients,
    follow_up: &FollowUp,
    by: &[(String, Vec<Option<String>>)],
) -> Result<Vec<Comparison>, Error> {
    let mut cohorts = vec![(patients.training_name(), patients.training_rows())];
    cohorts.extend(patients.external());
    let mut comparisons = Vec::new();
    for (cohort, rows) in &cohorts {
        let outcome = follow_up.select(rows);
        let about = |model: &str| Setting {
            model: model.to_owned(),
            cohort: (*cohort).to_owned(),
            estimate: EstimateType::Observed,
            n: rows.len(),
            n_events: outcome.events(),
        };
        let everybody = vec![Some(0); rows.len()];
        comparisons.push(compare_groups(about("all"), &outcome, &everybody, &["all"])?.0);
        for (column, values) in by {
            let present = rows.iter().filter_map(|&r| values[r].as_deref());
            let levels: std::collections::BTreeSet<&str> = present.collect();
            let levels: Vec<&str> = levels.into_iter().collect();
            let place = |r: &usize| {
                let value = values[*r].as_deref()?;
                levels.iter().position(|level| *level == value)
            };
            let groups: Vec<Option<usize>> = rows.iter().map(place).collect();
            if !levels.is_empty() {
                comparisons.push(compare_groups(about(column), &outcome, &groups, &levels)?.0);
            }
        }
    }
    Ok(comparisons)
}
