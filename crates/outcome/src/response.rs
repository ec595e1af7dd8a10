//! Models of response: who responds, how well it can be told, and where the
//! cut-off lies.

use stats::proportion::wilson;

use crate::crossval::{self, fold_mean};
use crate::fit::Fitting;
use crate::linear_model::probability;
use crate::patients::Patients;
use crate::performance::{EstimateType, LEVEL, Performance, Setting, clipped};
use crate::prediction::{self, Prediction};
use crate::split::Folds;
use crate::validate::{self, FoldResult, Inputs, Validated};
use crate::{Error, Target, compare, roc};

/// A receiver operating characteristic.
#[derive(Clone, Debug, PartialEq)]
pub struct RocCurve {
    /// About whom.
    pub setting: Setting,
    /// From the strictest threshold to the laxest.
    pub points: Vec<RocPoint>,
    /// Area under the curve; the mean over the folds in cross-validation.
    pub auc: Option<f64>,
    /// Its limits.
    pub interval: Option<(f64, f64)>,
}

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RocPoint {
    /// Positive at and above this score; `None` on a curve averaged over folds.
    pub threshold: Option<f64>,
    /// Share of the positive patients that reach it.
    pub sensitivity: f64,
    /// Share of the negative patients that don't.
    pub specificity: f64,
}

/// All that is known about the models of response.
#[derive(Clone, Debug)]
pub struct ResponseResult {
    /// The models.
    pub models: Vec<Validated>,
    /// Estimates of their performance.
    pub performance: Vec<Performance>,
    /// Predictions, out of fold and external.
    pub predictions: Vec<Prediction>,
    /// Curves, cross-validated and external.
    pub roc: Vec<RocCurve>,
    /// What could not be computed and why: cohort or model, and reason.
    pub notes: Vec<(String, String)>,
}

/// Fits and validates the models of response.
///
/// # Errors
/// As [`validate::validate`].
pub fn response(
    patients: &Patients,
    inputs: &Inputs<'_>,
    folds: &Folds,
    fitting: &Fitting,
    seed: u64,
) -> Result<ResponseResult, Error> {
    let models = validate::validate(inputs, folds, fitting, seed)?;
    let mut result = ResponseResult {
        models,
        performance: Vec::new(),
        predictions: Vec::new(),
        roc: Vec::new(),
        notes: Vec::new(),
    };
    cross_validated(&mut result, patients, inputs, folds)?;
    let training = (patients.training_name(), inputs.training.to_vec());
    on_cohort(
        &mut result,
        inputs.target,
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
            &(name, rows),
            EstimateType::External,
        )?;
    }
    Ok(result)
}

/// Whether a probability reaches the cut-off.
fn reaches(cutoff: Option<f64>, probability: f64) -> Option<bool> {
    cutoff.map(|cutoff| probability >= cutoff)
}

fn cross_validated(
    result: &mut ResponseResult,
    patients: &Patients,
    inputs: &Inputs<'_>,
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
    let high =
        |fold: &FoldResult, score: f64| reaches(fold.cutoff, probability(fold.intercept, score));
    for model in &result.models {
        let about = setting(model.kind.name());
        let values: Vec<f64> = crossval::per_fold(target, &model.folds)
            .into_iter()
            .flatten()
            .collect();
        let mean = fold_mean(&values, folds.outer, LEVEL);
        let interval = clipped(mean.and_then(|m| m.interval));
        let rows = &mut result.performance;
        let value = mean.map(|m| m.value);
        let smaller = about.n_events.min(about.n - about.n_events);
        let exact = value.and_then(|auc| roc::separated(auc, smaller, LEVEL));
        let method = if interval.is_some() {
            "nadeau_bengio"
        } else {
            "exact"
        };
        let interval = interval.or(exact);
        rows.push(about.with("auc_mean_of_folds", value, interval, method));
        let pooled = crossval::pooled(target, &model.folds)?;
        rows.push(about.plain("auc_pooled", Some(pooled)));

        for (metric, share) in shares(target, &model.folds, &high) {
            let mean = fold_mean(&share, folds.outer, LEVEL);
            let interval = clipped(mean.and_then(|m| m.interval));
            rows.push(about.with(metric, mean.map(|m| m.value), interval, "nadeau_bengio"));
        }
        rows.push(about.plain("brier", Some(cv_brier(target, model))));
        result.roc.push(RocCurve {
            points: crossval::mean_roc(target, &model.folds)?
                .into_iter()
                .map(|(rate, sensitivity)| RocPoint {
                    threshold: None,
                    sensitivity,
                    specificity: 1.0 - rate,
                })
                .collect(),
            auc: value,
            interval,
            setting: about,
        });
        for fold in &model.folds {
            for (&row, &score) in fold.rows.iter().zip(&fold.scores) {
                result.predictions.push(Prediction {
                    row,
                    kind: model.kind,
                    estimate: EstimateType::Cv,
                    fold: Some((fold.repeat, fold.fold)),
                    score,
                    value: probability(fold.intercept, score),
                    high: high(fold, score),
                });
            }
        }
    }
    let differences =
        compare::fold_differences(target, &result.models, folds, "auc_difference", setting);
    result.performance.extend(differences);
    Ok(())
}

/// Sensitivity, specificity and accuracy; patients without a group are left out.
fn at_cutoff(about: &Setting, high: &[Option<bool>], positive: &[bool]) -> Vec<Performance> {
    let told: Vec<(bool, bool)> = high
        .iter()
        .zip(positive)
        .filter_map(|(high, &positive)| Some(((*high)?, positive)))
        .collect();
    let share = |metric, of: &dyn Fn(bool) -> bool| {
        let cases = told.iter().filter(|(_, positive)| of(*positive));
        let n = cases.clone().count();
        let right = cases.filter(|(high, positive)| high == positive).count();
        let value = (n > 0).then(|| right as f64 / n as f64);
        about.with(metric, value, wilson(right, n, LEVEL).ok(), "wilson")
    };
    vec![
        share("sensitivity", &|positive| positive),
        share("specificity", &|positive| !positive),
        share("accuracy", &|_| true),
    ]
}

/// Sensitivity, specificity and accuracy of every fold whose model has a
/// cut-off, at that cut-off.
fn shares(
    target: &Target,
    folds: &[FoldResult],
    high: &impl Fn(&FoldResult, f64) -> Option<bool>,
) -> [(&'static str, Vec<f64>); 3] {
    let share = |of: fn(bool) -> bool| {
        let one = |fold: &FoldResult| {
            let (mut right, mut n) = (0.0, 0.0);
            for (&row, &score) in fold.rows.iter().zip(&fold.scores) {
                let positive = target.events()[row];
                if of(positive) {
                    n += 1.0;
                    right += f64::from(u8::from(high(fold, score)? == positive));
                }
            }
            (n > 0.0).then_some(right / n)
        };
        folds.iter().filter_map(one).collect()
    };
    [
        ("sensitivity", share(|positive| positive)),
        ("specificity", share(|positive| !positive)),
        ("accuracy", share(|_| true)),
    ]
}

/// Mean squared distance of probability and outcome over patients and repeats.
fn cv_brier(target: &Target, model: &Validated) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for fold in &model.folds {
        for (&row, &score) in fold.rows.iter().zip(&fold.scores) {
            let outcome = f64::from(u8::from(target.events()[row]));
            sum += (probability(fold.intercept, score) - outcome).powi(2);
            n += 1.0;
        }
    }
    sum / n
}

/// The final models on a cohort.
fn on_cohort(
    result: &mut ResponseResult,
    target: &Target,
    (cohort, rows): &(&str, Vec<usize>),
    estimate: EstimateType,
) -> Result<(), Error> {
    let outcome = target.select(rows);
    let positive = outcome.events();
    let setting = |model: &str| Setting {
        model: model.to_owned(),
        cohort: (*cohort).to_owned(),
        estimate,
        n: rows.len(),
        n_events: target.count_events(rows),
    };
    let both = positive.contains(&true) && positive.contains(&false);
    if !both {
        let reason = "all patients have the same outcome: no AUC".to_owned();
        result.notes.push(((*cohort).to_owned(), reason));
    }
    let scores_of = |model: &Validated| rows.iter().map(|&r| model.scores[r]).collect::<Vec<_>>();
    for model in &result.models {
        let about = setting(model.kind.name());
        let scores = scores_of(model);
        let linear = &model.fitted.linear;
        let probabilities: Vec<f64> = scores.iter().map(|&s| linear.probability(s)).collect();
        let high: Vec<Option<bool>> = probabilities
            .iter()
            .map(|&p| reaches(linear.cutoff, p))
            .collect();
        let mut auc_row = about.plain("auc", None);
        if both {
            let auc = roc::auc(&scores, positive)?;
            let (interval, method) = match auc.interval(LEVEL) {
                Some(interval) => (Some(interval), "delong"),
                None => (auc.exact_interval(LEVEL), "exact"),
            };
            auc_row = about.with("auc", Some(auc.value), interval, method);
            if estimate == EstimateType::External {
                let point = |p: roc::Point| RocPoint {
                    threshold: Some(p.threshold),
                    sensitivity: p.sensitivity,
                    specificity: p.specificity,
                };
                let points = roc::curve(&scores, positive)?;
                result.roc.push(RocCurve {
                    setting: about.clone(),
                    points: points.into_iter().map(point).collect(),
                    auc: Some(auc.value),
                    interval,
                });
            }
        }
        result.performance.push(auc_row);
        result
            .performance
            .extend(at_cutoff(&about, &high, positive));
        let outcomes = positive.iter().map(|&y| f64::from(u8::from(y)));
        let squares = probabilities
            .iter()
            .zip(outcomes)
            .map(|(p, y)| (p - y).powi(2));
        let brier = squares.sum::<f64>() / rows.len() as f64;
        result.performance.push(about.plain("brier", Some(brier)));
        if estimate == EstimateType::External {
            for (i, &row) in rows.iter().enumerate() {
                result.predictions.push(Prediction {
                    row,
                    kind: model.kind,
                    estimate,
                    fold: None,
                    score: scores[i],
                    value: probabilities[i],
                    high: high[i],
                });
            }
        }
    }
    if both && estimate == EstimateType::External {
        for (first, second) in compare::pairs(&result.models) {
            let (a, b) = (scores_of(first), scores_of(second));
            let d = roc::paired(&a, &b, positive, LEVEL)?;
            let about = setting(&compare::name(first, second));
            let row = about.with("auc_difference", Some(d.value), d.interval, "delong");
            result.performance.push(Performance { p: d.p, ..row });
        }
    }
    Ok(())
}
