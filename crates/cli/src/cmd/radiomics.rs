//! `radpath radiomics`: images and masks to one row of features a patient.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use cohort::notes::{self, Note};
use cohort::{Frame, Values};
use pipeline::failure::{self, Failure};
use pipeline::manifest::{self, Case};
use pipeline::provenance::{self, Input, Run, Timing};
use pipeline::{batch, output};
use radiomics::{Extraction, Settings};
use tables::Format;

use crate::context::{Context, check_ending, is_stdout, write_table};
use crate::{Outcome, progress};

const EXAMPLES: &str = "Examples:
  radpath radiomics t1.nii.gz tumour.nii.gz --out features.csv
  radpath radiomics --cases cases.csv --out radiomics.csv
  radpath radiomics ct.nrrd mask.nrrd --label 2 --out - | head

cases.csv has the columns patient_id, image, mask, and optionally label and
sequence (T1, T2, ...: then one row a patient, names prefixed by the sequence).
Beside FILE: FILE's stem with .run.toml, .timing.json, and where there is
something to say .failures.csv and .notes.csv.";

/// What may be written beside the table.
const SIDE_FILES: [&str; 4] = ["run.toml", "timing.json", "failures.csv", "notes.csv"];

/// Arguments of `radpath radiomics`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Radiomics {
    /// Image (NIfTI or NRRD)
    #[arg(required_unless_present = "cases", requires = "mask")]
    pub image: Option<PathBuf>,
    /// Mask on the image's grid (NIfTI or NRRD)
    pub mask: Option<PathBuf>,
    /// Table of images and masks, one case a row
    #[arg(long, value_name = "FILE", conflicts_with_all = ["image", "mask"])]
    pub cases: Option<PathBuf>,
    /// Table to write (.csv or .parquet); - for standard output
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Patient of the single image; the image's file name by default
    #[arg(long, value_name = "ID", conflicts_with = "cases", value_parser = NonEmptyStringValueParser::new())]
    pub patient: Option<String>,
    /// Column of --cases that holds the patient
    #[arg(long, value_name = "COLUMN", default_value = "patient_id")]
    pub id: String,
    /// Definitions to follow
    #[arg(long, value_name = "NAME", default_value = "pyradiomics")]
    pub preset: Preset,
    /// Settings (TOML): bin_width, bin_count, label, classes, distances, ...
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Label of the region in the mask; a label in --cases goes before it
    #[arg(long, value_name = "N")]
    pub label: Option<u32>,
    /// Width of a grey level in units of the image
    #[arg(long, value_name = "X")]
    pub bin_width: Option<f64>,
    /// Add PyRadiomics' diagnostics_* columns
    #[arg(long)]
    pub diagnostics: bool,
}

/// Whose definitions are followed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Preset {
    /// PyRadiomics: names, bin edges, special values
    Pyradiomics,
}

/// Runs the command.
///
/// # Errors
/// What stops all cases: settings, manifest, output. A single image that can't
/// be done, and a batch of which no case can.
pub fn run(command: &Radiomics, context: &Context) -> Result<Outcome> {
    let mut timing = Timing::start(context.threads);
    let (settings, explicit) = settings(command)?;
    let cases = cases(command)?;
    let inputs = inputs(command, &cases);
    check_ending(&command.out)?;
    if !is_stdout(&command.out) {
        check_outputs(&command.out, &inputs)?;
    }
    let bar = progress::bar(context, "radiomics", cases.len());
    let results = batch::run(
        &cases,
        context.threads,
        &|n| bar.set_position(n as u64),
        &|case| extract(case, &settings),
    );
    bar.finish_and_clear();

    let mut failures = Vec::new();
    let mut done: Vec<(&Case, Extraction)> = Vec::new();
    for (case, result) in cases.iter().zip(results) {
        timing.item(&name(case), result.elapsed);
        match result.outcome {
            Ok(extraction) => done.push((case, extraction)),
            // A single image: its error is the command's.
            Err(error) if command.cases.is_none() => bail!(error),
            Err(error) => {
                tracing::error!("{}: {error}", name(case));
                let paths = [
                    ("image", case.image.as_path()),
                    ("mask", case.mask.as_path()),
                ];
                failures.push(Failure::new(
                    &case.patient_id,
                    &case.sequence,
                    "radiomics",
                    &error,
                    &paths,
                ));
            }
        }
    }
    if !is_stdout(&command.out) {
        write_optional(&command.out, "failures.csv", &failure::frame(&failures)?)?;
    }
    if done.is_empty() {
        bail!("none of the {} cases could be done", cases.len());
    }

    let frame = wide(&done, command.diagnostics)?;
    if is_stdout(&command.out) {
        context.print(&frame)?;
    } else {
        write_table(&command.out, &frame, &inputs)?;
        write_optional(
            &command.out,
            "notes.csv",
            &notes::frame(&all_notes(&done, &command.out))?,
        )?;
        let mut run = Run::new("radiomics", env!("CARGO_PKG_VERSION"), context.seed);
        run.set_all("", &settings, &explicit)?;
        run.set("preset", "pyradiomics", "default");
        let given = |typed: bool| if typed { "flag" } else { "default" };
        run.set("id", command.id.clone(), given(command.id != "patient_id"));
        run.set(
            "diagnostics",
            command.diagnostics,
            given(command.diagnostics),
        );
        run.fact("cases", whole(cases.len()));
        run.fact("failed", whole(failures.len()));
        run.inputs = fingerprints(command, &cases)?;
        provenance::write_beside(&command.out, &run, &timing)?;
    }
    Ok(if failures.is_empty() {
        Outcome::Done
    } else {
        Outcome::SomeFailed
    })
}

/// The table may be replaced; the files beside it only if they are radpath's.
fn check_outputs(out: &Path, inputs: &[&Path]) -> Result<()> {
    output::check_file(out, inputs)?;
    let run =
        std::fs::read_to_string(provenance::beside(out, output::RUN_FILE)).unwrap_or_default();
    let run: toml::Table = run.parse().unwrap_or_default();
    let ours = run.get("command").and_then(toml::Value::as_str) == Some("radiomics");
    for ending in SIDE_FILES {
        let file = provenance::beside(out, ending);
        output::check_file(&file, inputs)?;
        if file.exists() && !ours && ending != "failures.csv" {
            bail!(
                "{}: radpath would write this file, and it is somebody else's: choose another --out",
                file.display()
            );
        }
    }
    Ok(())
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Settings and where each explicit one came from: flag, then file.
fn settings(command: &Radiomics) -> Result<(Settings, BTreeMap<String, &'static str>)> {
    let mut explicit = BTreeMap::new();
    let mut settings = Settings::default();
    if let Some(path) = &command.settings {
        let text = super::read_text(path)?;
        settings = Settings::from_toml(&text).with_context(|| path.display().to_string())?;
        explicit = super::keys(&text);
    }
    if let Some(label) = command.label {
        settings.label = label;
        explicit.insert("label".into(), "flag");
    }
    if let Some(width) = command.bin_width {
        if settings.bin_count.is_some() {
            bail!(
                "--bin-width and bin_count of {} exclude each other",
                show(command.settings.as_deref())
            );
        }
        settings.bin_width = width;
        explicit.insert("bin_width".into(), "flag");
    }
    settings.validate()?;
    Ok((settings, explicit))
}

fn show(path: Option<&Path>) -> String {
    path.map_or_else(|| "the settings".into(), |p| p.display().to_string())
}

fn cases(command: &Radiomics) -> Result<Vec<Case>> {
    if let Some(path) = &command.cases {
        return Ok(manifest::cases(path, &command.id)?);
    }
    let (Some(image), Some(mask)) = (&command.image, &command.mask) else {
        bail!("give an image and a mask, or --cases");
    };
    let stem = || {
        image
            .file_name()
            .map_or_else(String::new, |name| stem(&name.to_string_lossy()))
    };
    Ok(vec![Case {
        patient_id: command.patient.clone().unwrap_or_else(stem),
        sequence: String::new(),
        image: image.clone(),
        mask: mask.clone(),
        label: None,
    }])
}

/// File name without its ending; `.nii.gz` is one ending.
fn stem(name: &str) -> String {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.rsplit_once('.')
        .map_or(name, |(stem, _)| stem)
        .to_owned()
}

fn inputs<'a>(command: &'a Radiomics, cases: &'a [Case]) -> Vec<&'a Path> {
    let tables = command
        .cases
        .iter()
        .chain(&command.settings)
        .map(PathBuf::as_path);
    tables
        .chain(
            cases
                .iter()
                .flat_map(|c| [c.image.as_path(), c.mask.as_path()]),
        )
        .collect()
}

fn fingerprints(command: &Radiomics, cases: &[Case]) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for (role, path) in [("cases", &command.cases), ("settings", &command.settings)] {
        if let Some(path) = path {
            inputs.push(Input::of(role, "", path)?);
        }
    }
    for case in cases {
        for (role, path) in [("image", &case.image), ("mask", &case.mask)] {
            // A file that isn't there is in failures.csv.
            if let Ok(input) = Input::of(role, &name(case), path) {
                inputs.push(input);
            }
        }
    }
    Ok(inputs)
}

fn name(case: &Case) -> String {
    if case.sequence.is_empty() {
        case.patient_id.clone()
    } else {
        format!("{} {}", case.patient_id, case.sequence)
    }
}

fn extract(case: &Case, settings: &Settings) -> Result<Extraction, radiomics::Error> {
    let image = radiomics::io::read(&case.image)?;
    let mask = radiomics::io::read(&case.mask)?;
    let label = case.label.unwrap_or(settings.label);
    radiomics::extract(
        &image,
        &mask,
        &Settings {
            label,
            ..settings.clone()
        },
    )
}

/// One row a patient in the order of the manifest; the columns of a sequence
/// stand together, sequences in the order of their first appearance.
fn wide(done: &[(&Case, Extraction)], diagnostics: bool) -> Result<Frame> {
    let patients = distinct(done.iter().map(|(case, _)| case.patient_id.as_str()));
    let sequences = distinct(done.iter().map(|(case, _)| case.sequence.as_str()));
    let mut frame = Frame::default();
    frame.push("patient_id", Values::text(patients.iter().copied()))?;
    for sequence in sequences {
        let of_sequence: BTreeMap<&str, &Extraction> = done
            .iter()
            .filter(|(case, _)| case.sequence == sequence)
            .map(|(case, extraction)| (case.patient_id.as_str(), extraction))
            .collect();
        let rows: Vec<Option<&Extraction>> = patients
            .iter()
            .map(|p| of_sequence.get(p).copied())
            .collect();
        let Some(first) = rows.iter().flatten().next() else {
            continue;
        };
        let prefix = if sequence.is_empty() {
            String::new()
        } else {
            format!("{sequence}_")
        };
        if diagnostics {
            for (column, _) in &first.diagnostics {
                let cell = |row: &Option<&Extraction>| {
                    let found = row
                        .as_ref()?
                        .diagnostics
                        .iter()
                        .find(|(name, _)| name == column)?;
                    Some(found.1.clone())
                };
                let values = Values::Text(rows.iter().map(cell).collect());
                // The prefix comes second: tools know these columns by their beginning.
                let rest = column.strip_prefix("diagnostics_").unwrap_or(column);
                frame.push(format!("diagnostics_{prefix}{rest}"), values)?;
            }
        }
        for (i, feature) in first.features.iter().enumerate() {
            let cell = |row: &Option<&Extraction>| row.map(|e| e.features[i].value);
            frame.push(
                format!("{prefix}{}", feature.name),
                Values::optional(rows.iter().map(cell)),
            )?;
        }
    }
    Ok(frame)
}

fn distinct<'a>(items: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    items.filter(|item| seen.insert(*item)).collect()
}

fn all_notes(done: &[(&Case, Extraction)], out: &Path) -> Vec<Note> {
    let table = out.file_stem().unwrap_or_default().to_string_lossy();
    done.iter()
        .flat_map(|(case, extraction)| {
            extraction.notes.iter().map(|(feature, reason)| Note {
                table: table.clone().into_owned(),
                id: name(case),
                column: feature.clone(),
                reason: reason.clone(),
            })
        })
        .collect()
}

/// Writes `STEM.ending` if there is something to write, else removes what an
/// earlier run left there.
fn write_optional(out: &Path, ending: &str, frame: &Frame) -> Result<()> {
    let path = provenance::beside(out, ending);
    if frame.rows() > 0 {
        output::write_table(&path, frame, Format::Csv)?;
    } else if has_header(&path, frame) {
        std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// Whether there is a table of these columns.
fn has_header(path: &Path, frame: &Frame) -> bool {
    let names = frame.columns().iter().map(|c| c.name.as_str());
    tables::Table::read(path).is_ok_and(|table| table.names().into_iter().eq(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_of_images() {
        for name in ["a.b.nii.gz", "a.b.nii", "a.b.nrrd"] {
            assert_eq!(stem(name), "a.b");
        }
    }
}
