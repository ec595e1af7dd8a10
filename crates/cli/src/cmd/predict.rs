//! `radpath predict`: a saved model applied to new patients.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use cohort::join;
use cohort::notes::{self, Note};
use cohort::{Frame, Values as Cells};
use outcome::design::{Predictor, Values};
use outcome::model::{ModelFile, NewPrediction, Predicted};
use outcome::survival::RISK_GROUPS;
use outcome::validate::ModelKind;
use pipeline::clinical;
use pipeline::output;
use pipeline::provenance::{self, Input, Timing};
use tables::{Format, Table};

use super::models;
use crate::Outcome;
use crate::context::{Context, check_ending, is_stdout, write_table};

const EXAMPLES: &str = "Examples:
  radpath predict response/model.json --features new.csv --out predictions.csv
  radpath predict survival/model.json --features new.csv --clinical clinical.csv --out -

Applies every model of the file whose columns are given: the radiomic one to --features, the
clinical one to --clinical, the combined one to both. A missing value, or a level that no training
patient had, is filled in from the training patients, and said so in STEM.notes.csv beside the
output.";

/// Arguments of `radpath predict`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Predict {
    /// model.json of `radpath response` or `radpath survival`
    #[arg(value_name = "MODEL.json")]
    pub model: PathBuf,
    /// Table of features, one row a patient
    #[arg(long, value_name = "FILE")]
    pub features: Option<PathBuf>,
    /// Table of covariates, one row a patient
    #[arg(long, value_name = "FILE")]
    pub clinical: Option<PathBuf>,
    /// Table to write (.csv or .parquet), or `-`
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Column of the patient in both tables; `row` takes row numbers
    #[arg(long, value_name = "COLUMN", default_value = "patient_id")]
    pub id: String,
}

/// Runs the command.
///
/// # Errors
/// A file that is no model, a column that a model needs and isn't there, an
/// output that can't be written.
pub fn run(command: &Predict, context: &Context) -> Result<Outcome> {
    let timing = Timing::start(context.threads);
    check_ending(&command.out)?;
    let mut inputs = vec![command.model.as_path()];
    inputs.extend(
        command
            .features
            .iter()
            .chain(&command.clinical)
            .map(PathBuf::as_path),
    );
    if !is_stdout(&command.out) {
        for ending in ["notes.csv", "run.toml", "timing.json"] {
            output::check_file(&provenance::beside(&command.out, ending), &inputs)?;
        }
    }
    let path = command.model.display();
    let text = std::fs::read_to_string(&command.model).with_context(|| path.to_string())?;
    let file = ModelFile::from_json(&text).map_err(|e| anyhow!("{path}: {e}"))?;
    let tables = Tables::read(command)?;
    let kinds = tables.kinds(&file);
    if kinds.is_empty() {
        let there: Vec<&str> = file.models.iter().map(|m| m.model.name()).collect();
        bail!(
            "{path} holds the models {}: the radiomic one needs --features, the clinical one --clinical, the combined one both",
            there.join(", ")
        );
    }
    let mut notes = Filled::default();
    let mut predictions = Vec::new();
    for &kind in &kinds {
        let [features, covariates] = file.columns(kind);
        let features = tables.predictors(0, &features, &mut notes)?;
        let covariates = tables.predictors(1, &covariates, &mut notes)?;
        let found = file.predict(kind, tables.ids.len(), &features, &covariates)?;
        for (row, _) in found.iter().enumerate().filter(|(_, p)| p.score.is_nan()) {
            let reason = "a value is so far from the training patients' that there is no score; check its unit";
            notes.notes.push(models::note(
                "predictions",
                &tables.ids[row],
                "score",
                reason,
            ));
        }
        predictions.extend(found.into_iter().enumerate().map(|(row, p)| (kind, row, p)));
    }
    let frame = frame(&predictions, &tables.ids, &file.predicted)?;
    let notes = notes.notes;
    if is_stdout(&command.out) {
        for note in &notes {
            tracing::warn!("{} {}: {}", note.id, note.column, note.reason);
        }
        context.print(&frame)?;
        return Ok(Outcome::Done);
    }
    let notes_file = provenance::beside(&command.out, "notes.csv");
    write_table(&command.out, &frame, &inputs)?;
    if notes.is_empty() {
        // Those of an earlier run would speak of other values.
        if provenance::beside(&command.out, "run.toml").exists() && notes_file.is_file() {
            std::fs::remove_file(&notes_file).with_context(|| notes_file.display().to_string())?;
        }
    } else {
        tracing::warn!(
            "{} values are filled in or without a prediction (see notes)",
            notes.len()
        );
        output::write_table(&notes_file, &notes::frame(&notes)?, Format::Csv)?;
    }
    let mut run = models::begin_run("predict", context);
    run.fact("patients", i64::try_from(tables.ids.len())?);
    let names: Vec<&str> = kinds.iter().map(|k| k.name()).collect();
    run.fact("models", names.join(", "));
    run.set(
        "id",
        command.id.clone(),
        if command.id == "patient_id" {
            "default"
        } else {
            "flag"
        },
    );
    run.inputs.push(Input::of("model", "", &command.model)?);
    for (role, path) in [
        ("features", &command.features),
        ("clinical", &command.clinical),
    ] {
        if let Some(path) = path {
            run.inputs.push(Input::of(role, "", path)?);
        }
    }
    provenance::write_beside(&command.out, &run, &timing)?;
    Ok(Outcome::Done)
}

/// The tables at hand, lined up by patient.
struct Tables {
    ids: Vec<String>,
    /// Features and covariates: the table, and the row of each patient in it.
    sides: [Option<(Table, Vec<usize>)>; 2],
}

/// What was filled in.
#[derive(Default)]
struct Filled {
    notes: Vec<Note>,
    /// Side, column, patient.
    seen: BTreeSet<(usize, String, usize)>,
}

const NAMES: [&str; 2] = ["features", "clinical"];

impl Tables {
    fn read(command: &Predict) -> Result<Self> {
        let mut sides = [None, None];
        let mut common: Option<Vec<String>> = None;
        for (side, path) in sides.iter_mut().zip([&command.features, &command.clinical]) {
            let Some(path) = path else { continue };
            let table = Table::read(path)?;
            let ids = clinical::ids(&table, clinical::id_column(&table, &command.id))?;
            common = Some(match common {
                None => ids.clone(),
                Some(before) => {
                    models::same_rows(&command.id, &table, before.len())?;
                    let joined = join::inner(&before, &ids);
                    joined.pairs.iter().map(|p| before[p.0].clone()).collect()
                }
            });
            *side = Some((table, ids));
        }
        let Some(mut ids) = common else {
            bail!("nothing to predict from: give --features FILE, --clinical FILE, or both");
        };
        if ids.is_empty() {
            bail!(
                "no patient is in all tables: is `{}` written alike?",
                command.id
            );
        }
        ids.sort();
        let place = |side: Option<(Table, Vec<String>)>| {
            side.map(|(table, own)| {
                let places: std::collections::BTreeMap<&String, usize> =
                    own.iter().enumerate().map(|(row, id)| (id, row)).collect();
                let rows = ids
                    .iter()
                    .filter_map(|id| places.get(id).copied())
                    .collect();
                if own.len() > ids.len() {
                    tracing::warn!(
                        "{} patients are in one table only and are left out",
                        own.len() - ids.len()
                    );
                }
                (table, rows)
            })
        };
        let sides = sides.map(place);
        Ok(Self { ids, sides })
    }

    /// The models whose tables are given.
    fn kinds(&self, file: &ModelFile) -> Vec<ModelKind> {
        let [features, clinical] = [self.sides[0].is_some(), self.sides[1].is_some()];
        let able = |kind: &ModelKind| match kind {
            ModelKind::Radiomic => features,
            ModelKind::Clinical => clinical,
            ModelKind::Combined => features && clinical,
        };
        file.models.iter().map(|m| m.model).filter(able).collect()
    }

    /// The columns that a model needs, with a note for every missing value.
    fn predictors(
        &self,
        side: usize,
        columns: &[(String, Vec<String>)],
        filled: &mut Filled,
    ) -> Result<Vec<Predictor>> {
        let Some((table, rows)) = &self.sides[side] else {
            return Ok(Vec::new());
        };
        let absent: Vec<&str> = columns
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| !table.has(name))
            .collect();
        if !absent.is_empty() {
            bail!(
                "{}: the model needs the columns {}",
                table.file(),
                absent.join(", ")
            );
        }
        let mut predictors = Vec::new();
        for (name, levels) in columns {
            let mut fill = |row: usize, what: &str| {
                // Two models may read one value.
                if filled.seen.insert((side, name.clone(), row)) {
                    let reason = format!("{what}: filled in from the training patients");
                    let note = models::note(NAMES[side], &self.ids[row], name, &reason);
                    filled.notes.push(note);
                }
            };
            let values = if levels.is_empty() {
                let numbers = table.numbers(name)?;
                let numbers: Vec<f64> = rows.iter().map(|&r| numbers[r]).collect();
                let missing = (0..numbers.len()).filter(|&i| numbers[i].is_nan());
                missing.for_each(|row| fill(row, "missing"));
                Values::Numbers(numbers)
            } else {
                let cells = table.text(name)?;
                let cells: Vec<_> = rows.iter().map(|&r| cells[r].clone()).collect();
                for (row, cell) in cells.iter().enumerate() {
                    match cell {
                        None => fill(row, "missing"),
                        Some(level) if !levels.contains(level) => {
                            fill(row, &format!("no training patient has the level `{level}`"));
                        }
                        Some(_) => {}
                    }
                }
                Values::Levels(cells)
            };
            predictors.push(Predictor {
                name: name.clone(),
                values,
            });
        }
        Ok(predictors)
    }
}

fn frame(
    predictions: &[(ModelKind, usize, NewPrediction)],
    ids: &[String],
    predicted: &Predicted,
) -> Result<Frame> {
    let (value, groups) = match predicted {
        Predicted::Response { .. } => ("probability", ["negative", "positive"]),
        Predicted::Survival { .. } => ("risk", RISK_GROUPS),
    };
    let mut frame = Frame::default();
    let rows = || predictions.iter();
    frame.push("patient_id", Cells::text(rows().map(|p| ids[p.1].as_str())))?;
    frame.push("model", Cells::text(rows().map(|p| p.0.name())))?;
    frame.push("score", Cells::Float(rows().map(|p| p.2.score).collect()))?;
    frame.push(value, Cells::Float(rows().map(|p| p.2.value).collect()))?;
    let group = |p: &NewPrediction| p.high.map(|high| groups[usize::from(high)].to_owned());
    frame.push("group", Cells::Text(rows().map(|p| group(&p.2)).collect()))?;
    Ok(frame)
}
