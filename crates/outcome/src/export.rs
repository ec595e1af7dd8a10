//! Results to the columns of the output tables.

use std::collections::BTreeMap;

use cohort::{Frame, Values};

use crate::Target;
use crate::groups::Comparison;
use crate::patients::Patients;
use crate::performance::{Performance, Setting};
use crate::prediction::Prediction;
use crate::response::RocCurve;
use crate::validate::Validated;

type Result<T> = std::result::Result<T, cohort::Error>;

/// performance.csv.
///
/// # Errors
/// None in practice: the columns have one length.
pub fn performance(rows: &[Performance]) -> Result<Frame> {
    let mut frame = Frame::default();
    settings(&mut frame, rows.iter().map(|r| &r.setting))?;
    let limit =
        |pick: fn((f64, f64)) -> f64| Values::optional(rows.iter().map(|r| r.interval.map(pick)));
    let method = |r: &Performance| (!r.method.is_empty()).then(|| r.method.to_owned());
    frame.push("metric", Values::text(rows.iter().map(|r| r.metric)))?;
    frame.push("value", Values::optional(rows.iter().map(|r| r.value)))?;
    frame.push("ci_low", limit(|i| i.0))?;
    frame.push("ci_high", limit(|i| i.1))?;
    frame.push("ci_method", Values::Text(rows.iter().map(method).collect()))?;
    frame.push("n", Values::counts(rows.iter().map(|r| r.setting.n)))?;
    frame.push(
        "n_events",
        Values::counts(rows.iter().map(|r| r.setting.n_events)),
    )?;
    // The time up to which a measure looks: none of these has one.
    frame.push("tau", Values::optional(rows.iter().map(|_| None)))?;
    frame.push("p", Values::optional(rows.iter().map(|r| r.p)))?;
    Ok(frame)
}

fn settings<'a>(frame: &mut Frame, rows: impl Iterator<Item = &'a Setting> + Clone) -> Result<()> {
    frame.push(
        "model",
        Values::text(rows.clone().map(|s| s.model.as_str())),
    )?;
    frame.push(
        "cohort",
        Values::text(rows.clone().map(|s| s.cohort.as_str())),
    )?;
    frame.push(
        "estimate_type",
        Values::text(rows.map(|s| s.estimate.name())),
    )
}

/// predictions.csv; `groups` names the lower and the higher group.
///
/// # Errors
/// As [`performance`].
pub fn predictions(
    rows: &[Prediction],
    patients: &Patients,
    target: &Target,
    groups: [&str; 2],
) -> Result<Frame> {
    let mut frame = Frame::default();
    let text = |of: fn(&Patients, usize) -> Option<String>| {
        Values::Text(rows.iter().map(|p| of(patients, p.row)).collect())
    };
    frame.push("patient_id", text(|p, r| Some(p.ids[r].clone())))?;
    frame.push("cohort", text(|p, r| Some(p.cohort[r].clone())))?;
    frame.push("centre", text(|p, r| p.centre[r].clone()))?;
    frame.push("model", Values::text(rows.iter().map(|p| p.kind.name())))?;
    let number = |pick: fn((usize, usize)) -> usize| {
        let cell = |p: &Prediction| p.fold.and_then(|f| i64::try_from(pick(f) + 1).ok());
        Values::Integer(rows.iter().map(cell).collect())
    };
    frame.push("repeat", number(|f| f.0))?;
    frame.push("fold", number(|f| f.1))?;
    frame.push(
        "score",
        Values::Float(rows.iter().map(|p| p.score).collect()),
    )?;
    let value = Values::Float(rows.iter().map(|p| p.value).collect());
    let group = |p: &Prediction| p.high.map(|high| groups[usize::from(high)].to_owned());
    let group = Values::Text(rows.iter().map(group).collect());
    let events = Values::counts(rows.iter().map(|p| usize::from(target.events()[p.row])));
    match target {
        Target::Response(_) => {
            frame.push("probability", value)?;
            frame.push("group", group)?;
            frame.push("outcome", events)?;
        }
        Target::Survival(follow_up) => {
            let times = rows.iter().map(|p| follow_up.time()[p.row]).collect();
            frame.push("risk", value)?;
            frame.push("group", group)?;
            frame.push("time", Values::Float(times))?;
            frame.push("event", events)?;
        }
    }
    Ok(frame)
}

/// selected.csv: the terms of the final models. `ratio` names their exponential
/// (`odds_ratio`, `hazard_ratio`).
///
/// # Errors
/// As [`performance`].
pub fn selected(models: &[Validated], ratio: &str) -> Result<Frame> {
    let mut frame = Frame::default();
    let terms: Vec<_> = models
        .iter()
        .flat_map(|m| {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for name in m.folds.iter().flat_map(|f| &f.selected) {
                *counts.entry(name).or_default() += 1;
            }
            let folds = m.folds.len() as f64;
            m.fitted.linear.terms.iter().map(move |term| {
                let name = term.source.name();
                let count = counts.get(name.as_str()).copied().unwrap_or(0);
                (m.kind.name(), name, term, count as f64 / folds)
            })
        })
        .collect();
    let finite = |x: f64| x.is_finite().then_some(x);
    frame.push("model", Values::text(terms.iter().map(|t| t.0)))?;
    frame.push("feature", Values::text(terms.iter().map(|t| t.1.as_str())))?;
    let numbers = |of: &dyn Fn(&crate::linear_model::Term) -> f64| {
        Values::optional(terms.iter().map(|t| finite(of(t.2))))
    };
    frame.push("coefficient", numbers(&|t| t.coefficient))?;
    frame.push(ratio, numbers(&|t| t.coefficient.exp()))?;
    frame.push("mean", numbers(&|t| t.mean))?;
    frame.push("sd", numbers(&|t| t.sd))?;
    let shares = terms.iter().map(|t| t.3).collect();
    frame.push("selection_frequency", Values::Float(shares))?;
    Ok(frame)
}

/// roc.csv.
///
/// # Errors
/// As [`performance`].
pub fn roc(curves: &[RocCurve]) -> Result<Frame> {
    let mut frame = Frame::default();
    let rows = || {
        curves
            .iter()
            .flat_map(|c| c.points.iter().map(move |p| (&c.setting, p)))
    };
    settings(&mut frame, rows().map(|r| r.0))?;
    frame.push("threshold", Values::optional(rows().map(|r| r.1.threshold)))?;
    frame.push(
        "sensitivity",
        Values::Float(rows().map(|r| r.1.sensitivity).collect()),
    )?;
    frame.push(
        "specificity",
        Values::Float(rows().map(|r| r.1.specificity).collect()),
    )?;
    Ok(frame)
}

/// groups.csv.
///
/// # Errors
/// As [`performance`].
pub fn groups(comparisons: &[Comparison]) -> Result<Frame> {
    let mut frame = Frame::default();
    let rows = || {
        comparisons
            .iter()
            .flat_map(|c| c.curves.iter().map(move |g| (c, g)))
    };
    settings(&mut frame, rows().map(|r| &r.0.setting))?;
    frame.push("group", Values::text(rows().map(|r| r.1.name.as_str())))?;
    frame.push("n", Values::counts(rows().map(|r| r.1.outcome.len())))?;
    frame.push(
        "n_events",
        Values::counts(rows().map(|r| r.1.outcome.events())),
    )?;
    frame.push(
        "median_time",
        Values::optional(rows().map(|r| r.1.median.0)),
    )?;
    frame.push("median_low", Values::optional(rows().map(|r| r.1.median.1)))?;
    frame.push(
        "median_high",
        Values::optional(rows().map(|r| r.1.median.2)),
    )?;
    frame.push("expected", Values::optional(rows().map(|r| r.1.expected)))?;
    let test = |pick: fn(&crate::logrank::LogRank) -> f64| {
        Values::optional(rows().map(|r| r.0.log_rank.as_ref().map(pick)))
    };
    frame.push("chi_squared", test(|t| t.chi_squared))?;
    frame.push("df", test(|t| t.df as f64))?;
    frame.push("p", test(|t| t.p))?;
    Ok(frame)
}

/// km.csv.
///
/// # Errors
/// As [`performance`].
pub fn kaplan_meier(comparisons: &[Comparison]) -> Result<Frame> {
    let mut frame = Frame::default();
    let rows = || {
        let curves = comparisons
            .iter()
            .flat_map(|c| c.curves.iter().map(move |g| (c, g)));
        curves.flat_map(|(c, g)| (0..g.curve.time.len()).map(move |i| (c, g, i)))
    };
    settings(&mut frame, rows().map(|r| &r.0.setting))?;
    frame.push("group", Values::text(rows().map(|r| r.1.name.as_str())))?;
    frame.push(
        "time",
        Values::Float(rows().map(|(_, g, i)| g.curve.time[i]).collect()),
    )?;
    frame.push(
        "n_risk",
        Values::counts(rows().map(|(_, g, i)| g.curve.n_risk[i])),
    )?;
    frame.push(
        "n_event",
        Values::counts(rows().map(|(_, g, i)| g.curve.n_event[i])),
    )?;
    frame.push(
        "n_censor",
        Values::counts(rows().map(|(_, g, i)| g.curve.n_censor[i])),
    )?;
    frame.push(
        "survival",
        Values::Float(rows().map(|(_, g, i)| g.curve.survival[i]).collect()),
    )?;
    frame.push(
        "ci_low",
        Values::Float(rows().map(|(_, g, i)| g.curve.ci_low[i]).collect()),
    )?;
    frame.push(
        "ci_high",
        Values::Float(rows().map(|(_, g, i)| g.curve.ci_high[i]).collect()),
    )?;
    Ok(frame)
}

/// A row of cox.csv: one term of an unpenalised Cox model.
#[derive(Clone, Debug, PartialEq)]
pub struct CoxRow {
    /// `clinical` or `combined`.
    pub model: String,
    /// Cohort that it is fitted on.
    pub cohort: String,
    /// Name of the term.
    pub term: String,
    /// Log hazard ratio a unit, its standard error, z and p; `None` where the
    /// model has no finite solution.
    pub estimate: Option<[f64; 4]>,
    /// Hazard ratio and its limits.
    pub hazard_ratio: Option<(f64, f64, f64)>,
    /// Patients and events.
    pub n: (usize, usize),
}

/// cox.csv.
///
/// # Errors
/// As [`performance`].
pub fn cox(rows: &[CoxRow]) -> Result<Frame> {
    let mut frame = Frame::default();
    let number = |i: usize| Values::optional(rows.iter().map(|r| r.estimate.map(|e| e[i])));
    let ratio = |pick: fn((f64, f64, f64)) -> f64| {
        Values::optional(rows.iter().map(|r| r.hazard_ratio.map(pick)))
    };
    frame.push("model", Values::text(rows.iter().map(|r| r.model.as_str())))?;
    frame.push(
        "cohort",
        Values::text(rows.iter().map(|r| r.cohort.as_str())),
    )?;
    frame.push("term", Values::text(rows.iter().map(|r| r.term.as_str())))?;
    frame.push("coefficient", number(0))?;
    frame.push("hazard_ratio", ratio(|r| r.0))?;
    frame.push("ci_low", ratio(|r| r.1))?;
    frame.push("ci_high", ratio(|r| r.2))?;
    frame.push("se", number(1))?;
    frame.push("z", number(2))?;
    frame.push("p", number(3))?;
    frame.push("n", Values::counts(rows.iter().map(|r| r.n.0)))?;
    frame.push("n_events", Values::counts(rows.iter().map(|r| r.n.1)))?;
    Ok(frame)
}
