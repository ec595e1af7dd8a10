//! `radpath correlate`: radiomic and pathology tables to pairs and a heatmap.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use cohort::join;
use cohort::notes::{self, Note};
use correlation::{Association, Column, Inputs, Options, cluster};
use figures::heatmap::{Heatmap, MAX_CELLS, MAX_SIDE, Mark, Tree};
use pipeline::clinical;
use pipeline::output::OutputDir;
use pipeline::provenance::{self, Input, Run, Timing};
use tables::{Features, Format, Table};

use crate::Outcome;
use crate::context::Context;

const EXAMPLES: &str = "Examples:
  radpath correlate --radiomics radiomics.csv --pathology slides/patients.csv --out correlate
  radpath correlate --radiomics pyradiomics.csv --pathology immune.csv --id ID --out correlate

Spearman's rho of every radiomic with every pathology column over the patients that both
tables have. Pathology columns are grouped into blocks by a marker's name before the first
underscore (CD8_density_positive_mm2); all others are the block `all`. A count of small
p-values is always given with its permutation p. Written to DIR: pairs.csv, blocks.csv,
heatmap.svg, heatmap.png, run.toml, timing.json, and notes.csv where there is something
to say.";

/// All patients together: there are no cohorts in this analysis.
const COHORT: &str = "all";

/// Pixels of heatmap.png a unit of the drawing.
const PNG_SCALE: f64 = 2.0;

/// Arguments of `radpath correlate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Correlate {
    /// Table of radiomic features, one row a patient (radpath's, PyRadiomics', any)
    #[arg(long, value_name = "FILE")]
    pub radiomics: PathBuf,
    /// Table of pathology features, one row a patient
    #[arg(long, value_name = "FILE")]
    pub pathology: PathBuf,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Column of both tables that holds the patient
    #[arg(long, value_name = "COLUMN", default_value = "patient_id")]
    pub id: String,
    /// Fewest patients with both values for a pair to be tested [default: 10]
    #[arg(long, value_name = "N")]
    pub min_n: Option<u32>,
    /// Permutations of the patients behind the global tests [default: 1999]
    #[arg(long, value_name = "B", value_parser = clap::value_parser!(u32).range(19..=1_000_000))]
    pub permutations: Option<u32>,
}

/// Runs the command.
///
/// # Errors
/// Tables that can't be read or have too few patients in common, options out of
/// range, an output that can't be written.
pub fn run(command: &Correlate, context: &Context) -> Result<Outcome> {
    let timing = Timing::start(context.threads);
    let options = options(command, context)?;
    let sides = Sides::read(command, options.min_n)?;
    let out = OutputDir::begin(
        "correlate",
        &command.out,
        &[&command.radiomics, &command.pathology],
    )?;
    let blocks = sides.blocks();
    let blocks: Vec<&str> = blocks.iter().map(String::as_str).collect();
    let (radiomic, pathology) = (columns(&sides.radiomic), columns(&sides.pathology));
    let inputs = Inputs {
        radiomic: &radiomic,
        pathology: &pathology,
        blocks: &blocks,
        strata: None,
    };
    let found = correlation::associate(&inputs, &options)?;

    out.table(
        "pairs",
        &correlation::export::pairs(&found, &inputs, COHORT)?,
        context.format,
    )?;
    out.table(
        "blocks",
        &correlation::export::blocks(&found, COHORT)?,
        context.format,
    )?;
    if !sides.notes.is_empty() {
        out.table("notes", &notes::frame(&sides.notes)?, Format::Csv)?;
    }
    let mut run = Run::new("correlate", env!("CARGO_PKG_VERSION"), context.seed);
    match heatmap(&found, &inputs, &options, sides.patients)? {
        Some(svg) => {
            out.file("heatmap.svg", svg.as_bytes())?;
            out.file("heatmap.png", &figures::png::render(&svg, PNG_SCALE)?)?;
        }
        // The tables are whole: a figure that nobody could read is left out.
        None => {
            let note = "too many pairs for a heatmap: none is drawn";
            tracing::warn!("{note}");
            run.notes.push(note.into());
        }
    }
    describe(&mut run, command, &options, &sides)?;
    provenance::write_into(&out, &run, &timing)?;
    out.commit()?;
    Ok(Outcome::Done)
}

fn options(command: &Correlate, context: &Context) -> Result<Options> {
    let defaults = Options::default();
    let given = |n: Option<u32>, default: usize| n.map_or(Ok(default), usize::try_from);
    Ok(Options {
        min_n: given(command.min_n, defaults.min_n)?,
        permutations: given(command.permutations, defaults.permutations)?,
        seed: context.seed,
        ..defaults
    })
}

/// Both tables, lined up by patient.
struct Sides {
    radiomic: Features,
    pathology: Features,
    patients: usize,
    notes: Vec<Note>,
}

impl Sides {
    fn read(command: &Correlate, min_n: usize) -> Result<Self> {
        let (radiomic, radiomic_ids) = read(&command.radiomics, &command.id)?;
        let (pathology, pathology_ids) = read(&command.pathology, &command.id)?;
        let joined = join::inner(&radiomic_ids, &pathology_ids);
        let mut rows = joined.pairs;
        // By id: permutations then don't depend on the order of the files.
        rows.sort_by(|a, b| radiomic_ids[a.0].cmp(&radiomic_ids[b.0]));
        let (left, right) = (command.radiomics.display(), command.pathology.display());
        if let (true, Some(a), Some(b)) =
            (rows.is_empty(), radiomic_ids.first(), pathology_ids.first())
        {
            bail!(
                "no patient is in both {left} and {right}: is `{}` written alike (`{a}` and `{b}`)?",
                command.id
            );
        }
        if rows.len() < min_n {
            bail!(
                "{} patients are in both {left} and {right}, and a pair needs {min_n} (--min-n)",
                rows.len()
            );
        }
        let mut notes = Vec::new();
        for (table, ids) in [
            ("radiomics", &joined.only_left),
            ("pathology", &joined.only_right),
        ] {
            if !ids.is_empty() {
                tracing::warn!(
                    "{} patients are only in the {table} table and are left out",
                    ids.len()
                );
            }
            notes.extend(
                ids.iter()
                    .map(|id| note(table, id, "", "patient only in this table: left out")),
            );
        }
        for (table, features) in [("radiomics", &radiomic), ("pathology", &pathology)] {
            if !features.set_aside.is_empty() {
                tracing::warn!(
                    "{table}: columns without numbers are set aside: {}",
                    features.set_aside.join(", ")
                );
            }
            let reason = "not a feature (text or diagnostics): set aside";
            notes.extend(
                features
                    .set_aside
                    .iter()
                    .map(|column| note(table, "", column, reason)),
            );
        }
        let pick = |features: Features, side: fn(&(usize, usize)) -> usize| Features {
            columns: features
                .columns
                .iter()
                .map(|c| rows.iter().map(|r| c[side(r)]).collect())
                .collect(),
            ..features
        };
        Ok(Self {
            radiomic: pick(radiomic, |r| r.0),
            pathology: pick(pathology, |r| r.1),
            patients: rows.len(),
            notes,
        })
    }

    /// The marker before a column's first underscore, or `all`.
    fn blocks(&self) -> Vec<String> {
        let markers = wsi::markers::Markers::built_in();
        let known: Vec<&str> = markers.names().collect();
        let block = |name: &String| match name.split_once('_') {
            Some((prefix, _)) if known.contains(&prefix) => prefix.to_owned(),
            _ => "all".to_owned(),
        };
        self.pathology.names.iter().map(block).collect()
    }
}

fn read(path: &Path, id: &str) -> Result<(Features, Vec<String>)> {
    let (ids, features) = clinical::features(&Table::read(path)?, id)?;
    if features.names.is_empty() {
        bail!("{}: no column of numbers beside `{id}`", path.display());
    }
    Ok((features, ids))
}

fn note(table: &str, id: &str, column: &str, reason: &str) -> Note {
    Note {
        table: table.into(),
        id: id.into(),
        column: column.into(),
        reason: reason.into(),
    }
}

fn columns(features: &Features) -> Vec<Column<'_>> {
    let pairs = features.names.iter().zip(&features.columns);
    pairs
        .map(|(name, values)| Column { name, values })
        .collect()
}

/// Rows are clustered; columns are clustered within their block. `None` when
/// there are too many cells to draw.
fn heatmap(
    found: &Association,
    inputs: &Inputs,
    options: &Options,
    patients: usize,
) -> Result<Option<String>> {
    let (rows, columns) = (inputs.radiomic.len(), inputs.pathology.len());
    if rows.max(columns) > MAX_SIDE || rows * columns > MAX_CELLS {
        return Ok(None);
    }
    let rows = cluster::cluster(inputs.radiomic, options.min_n)?;
    let columns = cluster::within_blocks(inputs.pathology, inputs.blocks, options.min_n)?;
    let place = |order: &[usize]| {
        let mut place = vec![0; order.len()];
        order
            .iter()
            .enumerate()
            .for_each(|(at, &column)| place[column] = at);
        place
    };
    let (row_of, column_of) = (place(&rows.order), place(&columns));
    let mut values = vec![f64::NAN; rows.order.len() * columns.len()];
    let mut marks = vec![Mark::None; values.len()];
    for pair in &found.pairs {
        let Ok(estimate) = pair.result else { continue };
        let cell = row_of[pair.radiomic] * columns.len() + column_of[pair.pathology];
        values[cell] = estimate.rho;
        marks[cell] = match estimate {
            e if e.q_block < options.level => Mark::Dot,
            e if e.p < options.level => Mark::Ring,
            _ => Mark::None,
        };
    }
    let merges: Vec<(usize, usize, f64)> = rows
        .merges
        .iter()
        .map(|m| (m.first, m.second, m.height))
        .collect();
    let svg = Heatmap {
        title: &format!("Radiomic and pathology features, {patients} patients"),
        rows: &rows
            .order
            .iter()
            .map(|&i| inputs.radiomic[i].name)
            .collect::<Vec<_>>(),
        columns: &columns
            .iter()
            .map(|&i| inputs.pathology[i].name)
            .collect::<Vec<_>>(),
        values: &values,
        column_groups: &columns
            .iter()
            .map(|&i| inputs.blocks[i])
            .collect::<Vec<_>>(),
        marks: &marks,
        row_tree: Some(Tree {
            order: &rows.order,
            merges: &merges,
        }),
        dot_label: "q < .05 in its block",
        ring_label: "p < .05 only",
        ..Heatmap::default()
    }
    .svg()?;
    Ok(Some(svg))
}

fn describe(run: &mut Run, command: &Correlate, options: &Options, sides: &Sides) -> Result<()> {
    let given = |typed: bool| if typed { "flag" } else { "default" };
    run.set("id", command.id.clone(), given(command.id != "patient_id"));
    run.set("method", "spearman", "default");
    run.set(
        "min_n",
        i64::try_from(options.min_n)?,
        given(command.min_n.is_some()),
    );
    let permutations = i64::try_from(options.permutations)?;
    run.set(
        "permutations",
        permutations,
        given(command.permutations.is_some()),
    );
    run.set("level", options.level, "default");
    run.fact("patients", i64::try_from(sides.patients)?);
    run.fact(
        "radiomic_features",
        i64::try_from(sides.radiomic.names.len())?,
    );
    run.fact(
        "pathology_features",
        i64::try_from(sides.pathology.names.len())?,
    );
    run.inputs
        .push(Input::of("radiomics", "", &command.radiomics)?);
    run.inputs
        .push(Input::of("pathology", "", &command.pathology)?);
    Ok(())
}
