//! `radpath survival`: features and follow-up to a validated model.

use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};
use cohort::notes;
use figures::kaplan_meier::{Curve, KaplanMeier};
use outcome::cox_table::{CoxTable, cox_table};
use outcome::groups::{Comparison, GroupCurve};
use outcome::model::{ModelFile, Predicted, Training};
use outcome::performance::{EstimateType, Performance};
use outcome::survival::{self, RISK_GROUPS, SurvivalResult};
use outcome::validate::{Inputs, ModelKind};
use outcome::{FollowUp, Target, export, split};
use pipeline::output::{OutputDir, file_name};
use pipeline::provenance::{self, Timing};
use tables::Format;

use super::models::{self, Joined, ModelOptions};
use crate::Outcome;
use crate::context::Context;

const EXAMPLES: &str = "Examples:
  radpath survival --features radiomics.csv --clinical clinical.csv --time os_months \\
      --event os_event --time-unit months --covariates age,stage --out survival
  radpath survival --clinical lung.csv --id row --time time --event status --event-value 2 \\
      --time-unit days --covariates age,sex,ph.ecog --by sex --out survival

Lasso Cox regression, validated as `radpath response` does it. Risk groups are cut at the
training patients' median score and applied unchanged to other cohorts. Kaplan-Meier curves,
log-rank tests, Harrell's C, and an unpenalised Cox table of the covariates. Written to DIR:
performance.csv, predictions.csv, selected.csv, groups.csv, km.csv, cox.csv, model.json, figures/,
run.toml, timing.json, and notes.csv where there is something to say.";

/// Arguments of `radpath survival`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Survival {
    /// Column of the clinical table with the time of follow-up
    #[arg(long, value_name = "COLUMN")]
    pub time: String,
    /// Column that says whether follow-up ended with the event: 1, or 0 for censoring
    #[arg(long, value_name = "COLUMN")]
    pub event: String,
    /// Value of the event column that means the event; every other one is censoring
    #[arg(long, value_name = "VALUE")]
    pub event_value: Option<String>,
    /// Unit of the time, for figures and tables
    #[arg(long, value_name = "UNIT")]
    pub time_unit: Option<TimeUnit>,
    /// Columns whose levels are compared as they were observed (Kaplan-Meier, log-rank)
    #[arg(long, value_name = "COLUMN,..", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Tables, validation, roles
    #[command(flatten)]
    pub options: ModelOptions,
}

/// Unit of the follow-up time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TimeUnit {
    /// Days
    Days,
    /// Months
    Months,
    /// Years
    Years,
}

impl TimeUnit {
    fn name(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Months => "months",
            Self::Years => "years",
        }
    }
}

/// Runs the command.
///
/// # Errors
/// Tables that can't be read or joined, too few events, a negative time, an
/// output that can't be written.
pub fn run(command: &Survival, context: &Context) -> Result<Outcome> {
    let timing = Timing::start(context.threads);
    let options = &command.options;
    let clinical = options.read_clinical()?;
    let event_value = command.event_value.as_deref();
    let values = clinical.survival(&command.time, &command.event, event_value)?;
    let known: Vec<bool> = values.iter().map(Option::is_some).collect();
    let outcomes = [command.time.as_str(), command.event.as_str()];
    let mut joined = Joined::read(options, &clinical, &known, &outcomes)?;
    let by = by(command, &joined, &clinical)?;
    let rows = joined.clinical_rows.iter().filter_map(|&r| values[r]);
    let (times, events): (Vec<f64>, Vec<bool>) = rows.unzip();
    let follow_up = FollowUp::new(times, events)?;
    let target = Target::Survival(follow_up.clone());
    let training = joined.patients.training_rows();

    let events = target.count_events(&training);
    let folds = options.folds(events);
    split::check(&target, &training, &folds)
        .map_err(|e| anyhow!("column `{}`: {e}", command.event))?;
    let out = OutputDir::begin("survival", &options.out, &options.inputs())?;
    let inputs = Inputs {
        radiomic: joined.radiomic.as_ref(),
        clinical: joined.clinical.as_ref(),
        target: &target,
        training: &training,
    };
    let patients = &joined.patients;
    let mut found = survival::survival(patients, &inputs, &folds, &options.fitting(), context.seed)
        .map_err(|e| joined.named(e))?;
    let observed = survival::observed(patients, &follow_up, &by)?;
    let table = match &joined.clinical {
        Some(design) => {
            let radiomic = found.models.iter().find(|m| m.kind == ModelKind::Radiomic);
            cox_table(design, radiomic, &follow_up, patients)
        }
        None => CoxTable::default(),
    };
    found.performance.extend(table.c_index.iter().cloned());

    let format = context.format;
    out.table(
        "performance",
        &export::performance(&found.performance)?,
        format,
    )?;
    let predictions = export::predictions(&found.predictions, patients, &target, RISK_GROUPS)?;
    out.table("predictions", &predictions, format)?;
    out.table(
        "selected",
        &export::selected(&found.models, "hazard_ratio")?,
        format,
    )?;
    let comparisons: Vec<Comparison> = found.comparisons.iter().chain(&observed).cloned().collect();
    out.table("groups", &export::groups(&comparisons)?, format)?;
    out.table("km", &export::kaplan_meier(&comparisons)?, format)?;
    if !table.rows.is_empty() {
        out.table("cox", &export::cox(&table.rows)?, format)?;
    }
    let unit = command.time_unit.map_or("", TimeUnit::name);
    let predicted = Predicted::Survival {
        time: command.time.clone(),
        event: command.event.clone(),
        time_unit: unit.into(),
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
    draw(&comparisons, &found, unit, &out)?;
    models::performance_figure(&found.performance, "C-index", &out)?;

    let mut run = models::begin_run("survival", context);
    models::warn_of_fewer(options, &folds, &mut run);
    let given = |typed: bool| if typed { "flag" } else { "default" };
    run.set("time", command.time.clone(), "flag");
    run.set("event", command.event.clone(), "flag");
    let value = command.event_value.clone().unwrap_or_else(|| "1".into());
    run.set("event_value", value, given(command.event_value.is_some()));
    run.set("time_unit", unit, given(command.time_unit.is_some()));
    run.set("by", command.by.clone(), given(!command.by.is_empty()));
    joined.describe(&mut run, options, &folds, target.events(), &found.models)?;
    for (place, reason) in found.notes.iter().chain(&table.notes) {
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

/// The levels of the columns of --by, for the patients of the analysis.
fn by(
    command: &Survival,
    joined: &Joined,
    clinical: &pipeline::clinical::Clinical,
) -> Result<Vec<(String, Vec<Option<String>>)>> {
    const MOST_LEVELS: usize = 6;
    let mut columns = Vec::new();
    for column in &command.by {
        let levels = clinical.levels(column)?;
        let rows = joined.clinical_rows.iter();
        let levels: Vec<Option<String>> = rows.map(|&r| levels[r].clone()).collect();
        let distinct: std::collections::BTreeSet<_> = levels.iter().flatten().collect();
        if distinct.len() > MOST_LEVELS {
            return Err(anyhow!(
                "{}: column `{column}` has {} values: --by compares up to {MOST_LEVELS} groups",
                clinical.file(),
                distinct.len()
            ));
        }
        columns.push((column.clone(), levels));
    }
    Ok(columns)
}

/// A Kaplan-Meier figure for every comparison.
fn draw(
    comparisons: &[Comparison],
    found: &SurvivalResult,
    unit: &str,
    out: &OutputDir,
) -> Result<()> {
    let folder = out.subfolder("figures")?;
    let time_label = match unit {
        "" => "Time".to_owned(),
        unit => format!("Time ({unit})"),
    };
    for comparison in comparisons {
        let about = &comparison.setting;
        let (what, name) = match about.estimate {
            EstimateType::Cv => (
                format!(
                    "Risk groups in {}, {} model, cross-validated",
                    about.cohort, about.model
                ),
                format!("km_{}_cv", about.model),
            ),
            EstimateType::External => (
                format!(
                    "Risk groups in {}, {} model, external cohort",
                    about.cohort, about.model
                ),
                format!("km_{}_external_{}", about.model, file_name(&about.cohort)),
            ),
            _ => (
                match about.model.as_str() {
                    "all" => format!("Survival in {}", about.cohort),
                    column => format!("Survival in {} by {column}", about.cohort),
                },
                format!(
                    "km_observed_{}_{}",
                    file_name(&about.model),
                    file_name(&about.cohort)
                ),
            ),
        };
        let censored: Vec<Vec<f64>> = comparison.curves.iter().map(censored).collect();
        let labels: Vec<String> = comparison
            .curves
            .iter()
            .map(|c| match about.estimate {
                EstimateType::Observed => c.name.clone(),
                _ => format!("{} risk", c.name),
            })
            .collect();
        let curves: Vec<Curve> = comparison
            .curves
            .iter()
            .enumerate()
            .map(|(i, c)| Curve {
                label: &labels[i],
                time: &c.curve.time,
                survival: &c.curve.survival,
                ci_low: &c.curve.ci_low,
                ci_high: &c.curve.ci_high,
                censored: &censored[i],
                all_times: c.outcome.time(),
            })
            .collect();
        let svg = KaplanMeier {
            title: &format!("{what} ({} patients, {} events)", about.n, about.n_events),
            time_label: &time_label,
            months: unit == "months",
            survival_label: "Survival probability",
            curves: &curves,
            note: &comparison_note(comparison, &found.performance),
        }
        .svg()?;
        models::figure(&folder, &name, &svg)?;
    }
    Ok(())
}

fn censored(curve: &GroupCurve) -> Vec<f64> {
    let times = curve.outcome.time().iter().zip(curve.outcome.event());
    let mut censored: Vec<f64> = times.filter(|(_, e)| !**e).map(|(t, _)| *t).collect();
    censored.sort_by(f64::total_cmp);
    censored
}

/// Log-rank p, and the hazard ratio of two groups.
fn comparison_note(comparison: &Comparison, performance: &[Performance]) -> String {
    let about = &comparison.setting;
    let ratio = performance.iter().find(|row| {
        let s = &row.setting;
        row.metric == "hazard_ratio"
            && (&s.model, &s.cohort, s.estimate) == (&about.model, &about.cohort, about.estimate)
    });
    let Some(test) = &comparison.log_rank else {
        let ratio = ratio.and_then(|row| row.value);
        return ratio.map_or(String::new(), |value| {
            format!("first repeat; hazard ratio, mean of repeats {value:.1}")
        });
    };
    let p = match test.p {
        p if p < 0.001 => "log-rank p < .001".to_owned(),
        p => format!("log-rank p = {}", format!("{p:.3}").trim_start_matches('0')),
    };
    match ratio.and_then(|row| Some((row.value?, row.interval?))) {
        Some((value, (low, high))) => {
            format!("{p}; hazard ratio {value:.1} ({low:.1}–{high:.1})")
        }
        None => p,
    }
}
