//! `radpath response`: features and a response to a validated model.

use anyhow::{Result, anyhow};
use clap::Args;
use cohort::notes;
use figures::roc::{Curve, Roc};
use outcome::model::{ModelFile, Predicted, Training};
use outcome::performance::EstimateType;
use outcome::response::{ResponseResult, RocCurve};
use outcome::validate::Inputs;
use outcome::{Target, export, response, split};
use pipeline::output::{OutputDir, file_name};
use pipeline::provenance::{self, Timing};
use tables::Format;

use super::models::{self, Joined, ModelOptions};
use crate::Outcome;
use crate::context::Context;

const EXAMPLES: &str = "Examples:
  radpath response --features radiomics.csv --clinical clinical.csv --outcome response --out response
  radpath response --features radiomics.csv --clinical clinical.csv --outcome RECIST --positive PR \\
      --covariates age,sex,stage --out response

Lasso logistic regression. Imputation, scaling and penalty are chosen inside the training folds
of a nested cross-validation; cohorts other than the training cohort are predicted by the final
model and enter nothing. With covariates there are three models on the same patients and folds:
radiomic, clinical, and combined (covariates and the out-of-fold radiomic score). Written to DIR:
performance.csv, predictions.csv, selected.csv, roc.csv, model.json, figures/, run.toml,
timing.json, and notes.csv where there is something to say.";

/// Arguments of `radpath response`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Response {
    /// Column of the clinical table: 0 or 1, or two values and --positive
    #[arg(long, value_name = "COLUMN")]
    pub outcome: String,
    /// Value of the outcome that counts as a response
    #[arg(long, value_name = "VALUE")]
    pub positive: Option<String>,
    /// Tables, validation, roles
    #[command(flatten)]
    pub options: ModelOptions,
}

/// Runs the command.
///
/// # Errors
/// Tables that can't be read or joined, too few patients of an outcome, an
/// output that can't be written.
pub fn run(command: &Response, context: &Context) -> Result<Outcome> {
    let timing = Timing::start(context.threads);
    let options = &command.options;
    let clinical = options.read_clinical()?;
    let values = clinical.binary(&command.outcome, command.positive.as_deref())?;
    let known: Vec<bool> = values.iter().map(Option::is_some).collect();
    let mut joined = Joined::read(options, &clinical, &known, &[&command.outcome])?;
    let rows = joined.clinical_rows.iter();
    let target = Target::Response(rows.map(|&r| values[r] == Some(true)).collect());
    let training = joined.patients.training_rows();

    let events = target.count_events(&training);
    let folds = options.folds(events.min(training.len() - events));
    split::check(&target, &training, &folds)
        .map_err(|e| anyhow!("column `{}`: {e}", command.outcome))?;
    let out = OutputDir::begin("response", &options.out, &options.inputs())?;
    let inputs = Inputs {
        radiomic: joined.radiomic.as_ref(),
        clinical: joined.clinical.as_ref(),
        target: &target,
        training: &training,
    };
    let patients = &joined.patients;
    let found = response::response(patients, &inputs, &folds, &options.fitting(), context.seed)
        .map_err(|e| joined.named(e))?;

    let format = context.format;
    out.table(
        "performance",
        &export::performance(&found.performance)?,
        format,
    )?;
    let groups = ["negative", "positive"];
    let predictions = export::predictions(&found.predictions, patients, &target, groups)?;
    out.table("predictions", &predictions, format)?;
    out.table(
        "selected",
        &export::selected(&found.models, "odds_ratio")?,
        format,
    )?;
    out.table("roc", &export::roc(&found.roc)?, format)?;
    let predicted = Predicted::Response {
        outcome: command.outcome.clone(),
        positive: command.positive.clone().unwrap_or_else(|| "1".into()),
    };
    let fitted_on = Training {
        cohort: patients.training_name().to_owned(),
        patients: training.len(),
        events,
    };
    let version = env!("CARGO_PKG_VERSION");
    let file = ModelFile::new(
        version,
        predicted,
        fitted_on,
        &found.models,
        &target,
        &training,
    );
    out.file("model.json", file.to_json()?.as_bytes())?;
    draw(&found, &out)?;
    models::performance_figure(&found.performance, "AUC", &out)?;

    let mut run = models::begin_run("response", context);
    models::warn_of_fewer(options, &folds, &mut run);
    let given = |typed: bool| if typed { "flag" } else { "default" };
    run.set("outcome", command.outcome.clone(), "flag");
    let positive = command.positive.clone().unwrap_or_else(|| "1".into());
    run.set("positive", positive, given(command.positive.is_some()));
    joined.describe(&mut run, options, &folds, target.events(), &found.models)?;
    for (place, reason) in &found.notes {
        joined
            .notes
            .push(models::note("performance", place, "", reason));
    }
    if !joined.notes.is_empty() {
        out.table("notes", &notes::frame(&joined.notes)?, Format::Csv)?;
    }
    provenance::write_into(&out, &run, &timing)?;
    out.commit()?;
    Ok(Outcome::Done)
}

/// One figure of all models for the cross-validation and for every external
/// cohort.
fn draw(found: &ResponseResult, out: &OutputDir) -> Result<()> {
    let folder = out.subfolder("figures")?;
    let mut places: Vec<(EstimateType, &str)> = Vec::new();
    for curve in &found.roc {
        let place = (curve.setting.estimate, curve.setting.cohort.as_str());
        if !places.contains(&place) {
            places.push(place);
        }
    }
    for (estimate, cohort) in places {
        let here = |c: &&RocCurve| c.setting.estimate == estimate && c.setting.cohort == cohort;
        let curves: Vec<&RocCurve> = found.roc.iter().filter(here).collect();
        let points: Vec<Vec<(f64, f64)>> = curves
            .iter()
            .map(|c| {
                c.points
                    .iter()
                    .map(|p| (1.0 - p.specificity, p.sensitivity))
                    .collect()
            })
            .collect();
        let labels: Vec<String> = curves.iter().map(|c| label(c)).collect();
        let drawn: Vec<Curve> = labels
            .iter()
            .zip(&points)
            .map(|(label, points)| Curve { label, points })
            .collect();
        let (n, events) = curves
            .first()
            .map_or((0, 0), |c| (c.setting.n, c.setting.n_events));
        let (title, name) = match estimate {
            EstimateType::Cv => (
                format!("Response in {cohort}, cross-validated"),
                "roc_cv".to_owned(),
            ),
            _ => (
                format!("Response in {cohort}, external cohort"),
                format!("roc_external_{}", file_name(cohort)),
            ),
        };
        let mean = if estimate == EstimateType::Cv {
            "; mean over the folds"
        } else {
            ""
        };
        let svg = Roc {
            title: &title,
            note: &format!("{n} patients, {events} with a response{mean}"),
            legend_title: "AUC (95% CI)",
            curves: &drawn,
        }
        .svg()?;
        models::figure(&folder, &name, &svg)?;
    }
    Ok(())
}

fn label(curve: &RocCurve) -> String {
    let model = &curve.setting.model;
    match (curve.auc, curve.interval) {
        (Some(auc), Some((low, high))) => format!("{model}  {auc:.2} ({low:.2}–{high:.2})"),
        (Some(auc), None) => format!("{model}  {auc:.2}"),
        (None, _) => model.clone(),
    }
}
