//! `radpath reliability`: features of repeated readers to their intraclass
//! correlations.

mod readers;
mod row;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use cohort::notes;
use pipeline::provenance::{self, Input, Run, Timing};

use super::beside;
use super::models::{self, note};
use crate::Outcome;
use crate::context::{Context, check_ending, is_stdout, write_table};
use readers::{Readers, name};
use row::{CLASSES, LEVEL, Row};

const EXAMPLES: &str = "Examples:
  radpath reliability reader_a.csv reader_b.csv --out reliability.csv
  radpath reliability original.csv eroded.csv dilated.csv shifted.csv --out reliability.csv
  radpath response --features reader_a.csv --reliability reliability.csv --min-icc 0.75 \\
      --clinical clinical.csv --outcome response --out response

Each table holds the features of the same patients, as another reader drew the masks or from
another perturbation of images or masks. Patients are matched by id; who lacks a value in a table
is left out of that feature (column n). Written are, for each feature, ICC(2,1) (absolute
agreement) and ICC(3,1) (consistency) with 95% intervals, standard deviation and coefficient of
variation within patients, and a class by the lower limit of ICC(2,1) after Koo and Li: poor
below .5, moderate below .75, good below .9, else excellent. Beside FILE: FILE's stem with
.run.toml, .timing.json, and where there is something to say .notes.csv.";

/// What may be written beside the table.
const SIDE_FILES: [&str; 3] = ["run.toml", "timing.json", "notes.csv"];

/// Arguments of `radpath reliability`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Reliability {
    /// Tables of features, one row a patient, one table a reader or perturbation
    #[arg(value_name = "FILE", required = true, num_args = 2..)]
    pub tables: Vec<PathBuf>,
    /// Table to write (.csv or .parquet); - for standard output
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Column of the patient in all tables; `row` takes row numbers
    #[arg(long, value_name = "COLUMN", default_value = "patient_id")]
    pub id: String,
}

/// Runs the command.
///
/// # Errors
/// Tables that can't be read or have no two patients or no feature in common,
/// an output that can't be written.
pub fn run(command: &Reliability, context: &Context) -> Result<Outcome> {
    let timing = Timing::start(context.threads);
    check_ending(&command.out)?;
    let inputs: Vec<&Path> = command.tables.iter().map(PathBuf::as_path).collect();
    if !is_stdout(&command.out) {
        beside::check("reliability", &command.out, &SIDE_FILES, &inputs)?;
    }
    let mut run = models::begin_run("reliability", context);
    run.inputs = fingerprints(command)?;
    warn_of_doubles(command, &mut run);
    let readers = Readers::read(&command.tables, &command.id)?;
    let rows = readers.features.iter().map(|f| Row::of(f, &readers));
    let rows = rows.collect::<Result<Vec<Row>>>()?;
    let frame = row::frame(&rows, readers.tables.len())?;
    if is_stdout(&command.out) {
        context.print(&frame)?;
        return Ok(Outcome::Done);
    }
    write_table(&command.out, &frame, &inputs)?;
    write_notes(&command.out, &readers, &rows)?;
    let source = match command.id.as_str() {
        "patient_id" => "default",
        _ => "flag",
    };
    run.set("id", command.id.clone(), source);
    run.set("level", LEVEL, "default");
    run.fact("tables", i64::try_from(readers.tables.len())?);
    run.fact("patients", i64::try_from(readers.ids.len())?);
    run.fact("features", i64::try_from(rows.len())?);
    for (class, _) in CLASSES {
        let of_class = rows.iter().filter(|row| row.class() == Some(class));
        run.fact(
            &format!("features_{class}"),
            i64::try_from(of_class.count())?,
        );
    }
    provenance::write_beside(&command.out, &run, &timing)?;
    Ok(Outcome::Done)
}

fn fingerprints(command: &Reliability) -> Result<Vec<Input>> {
    let tables = command.tables.iter().enumerate();
    tables
        .map(|(i, path)| Ok(Input::of("features", &name(i), path)?))
        .collect()
}

/// Says which tables are the same: they agree with themselves.
fn warn_of_doubles(command: &Reliability, run: &mut Run) {
    for (i, input) in run.inputs.iter().enumerate() {
        let same = |other: &Input| other.fingerprint == input.fingerprint;
        if let Some(first) = run.inputs[..i].iter().position(same) {
            tracing::warn!(
                "{} and {} hold the same bytes: that they agree says nothing",
                command.tables[first].display(),
                command.tables[i].display()
            );
            let note = format!("{} and {} hold the same bytes", name(first), name(i));
            run.notes.push(note);
        }
    }
}

/// Writes what there is to say, or removes what an earlier run had to say.
fn write_notes(out: &Path, readers: &Readers, rows: &[Row]) -> Result<()> {
    let table = out.file_stem().unwrap_or_default().to_string_lossy();
    let mut notes = readers.notes.clone();
    for row in rows {
        let reasons = row.reasons.iter();
        notes.extend(reasons.map(|reason| note(&table, "", row.feature, reason)));
    }
    beside::write_optional(out, "notes.csv", &notes::frame(&notes)?)
}
