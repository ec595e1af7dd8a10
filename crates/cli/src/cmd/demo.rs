//! `radpath demo`: a synthetic cohort, and the tool run on it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Parser};
use pipeline::output::OutputDir;
use pipeline::provenance::{self, Run, Timing};
use synth::cohort::CohortSpec;
use tables::{Format, Table};

use super::{correlate, radiomics, slides};
use crate::args::{Cli, Command};
use crate::context::{Context, print_bytes};
use crate::{Outcome, progress};

const EXAMPLES: &str = "Examples:
  radpath demo --out demo
  radpath demo --out demo-null --null

Written to DIR: cohort/ (images, slides, tables, and the truth they were made from) and
results/ (radiomics.csv, slides/, correlate/). The cohort is made by formulas: nobody's data.";

/// Arguments of `radpath demo`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Demo {
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Number of patients
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u16).range(12..=2000))]
    pub patients: u16,
    /// Plant no link between images, slides and outcomes
    #[arg(long)]
    pub null: bool,
}

/// Runs the command.
///
/// # Errors
/// When the cohort can't be written or a step fails.
pub fn run(command: &Demo, context: &Context) -> Result<Outcome> {
    let timing = Timing::start(context.threads);
    let out = OutputDir::begin("demo", &command.out, &[])?;
    let (cohort, results) = (out.subfolder("cohort")?, out.subfolder("results")?);

    let seed = context.typed_seed.unwrap_or(CohortSpec::default().seed);
    let spec = CohortSpec {
        patients: usize::from(command.patients),
        seed,
        null: command.null,
    };
    let bar = progress::bar(context, "cohort", spec.patients);
    synth::cohort::write(&spec, &cohort, &|done, _| bar.set_position(done as u64))?;
    bar.finish_and_clear();
    let outcome = steps(&cohort, &results, context)?;

    let mut run = Run::new("demo", env!("CARGO_PKG_VERSION"), seed);
    run.set(
        "patients",
        i64::from(command.patients),
        if command.patients == 60 {
            "default"
        } else {
            "flag"
        },
    );
    run.set(
        "null",
        command.null,
        if command.null { "flag" } else { "default" },
    );
    let text = summary(&cohort, &results, &command.out, context.format)?;
    provenance::write_into(&out, &run, &timing)?;
    out.commit()?;
    print_bytes(text.as_bytes())?;
    Ok(outcome)
}

/// The commands as a user would type them.
fn steps(cohort: &Path, results: &Path, context: &Context) -> Result<Outcome> {
    let arguments = |words: &[&str], paths: &[(&str, PathBuf)]| -> Result<Command> {
        let mut line: Vec<std::ffi::OsString> = vec!["radpath".into()];
        line.extend(words.iter().map(Into::into));
        for (flag, path) in paths {
            line.push((*flag).into());
            line.push(path.into());
        }
        Ok(Cli::try_parse_from(line)?.command)
    };
    let ending = context.format.extension();
    let features = results.join(format!("radiomics.{ending}"));
    let (slides_dir, correlate_dir) = (results.join("slides"), results.join("correlate"));
    let mut outcome = Outcome::Done;
    for command in [
        arguments(
            &["radiomics"],
            &[
                ("--cases", cohort.join("cases.csv")),
                ("--out", features.clone()),
            ],
        )?,
        arguments(
            &["slides"],
            &[
                ("--manifest", cohort.join("slides.csv")),
                ("--out", slides_dir.clone()),
            ],
        )?,
        arguments(
            &["correlate"],
            &[
                ("--radiomics", features.clone()),
                ("--pathology", slides_dir.join(format!("patients.{ending}"))),
                ("--out", correlate_dir),
            ],
        )?,
    ] {
        let step = match &command {
            Command::Radiomics(command) => radiomics::run(command, context)?,
            Command::Slides(command) => slides::run(command, context)?,
            Command::Correlate(command) => correlate::run(command, context)?,
            Command::Demo(_) | Command::Doctor(_) => Outcome::Done,
        };
        if step == Outcome::SomeFailed {
            outcome = step;
        }
    }
    Ok(outcome)
}

/// What was found, in a few lines.
fn summary(cohort: &Path, results: &Path, place: &Path, format: Format) -> Result<String> {
    let read =
        |name: &str| Table::read(&results.join(format!("correlate/{name}.{}", format.extension())));
    let pairs = read("pairs")?;
    let text = |column: &str| -> Result<Vec<String>> { Ok(pairs.repeated_ids(column)?) };
    let (radiomic, pathology, rho) = (
        text("radiomic")?,
        text("pathology")?,
        pairs.numbers("estimate")?,
    );
    let strongest = (0..rho.len())
        .filter(|&i| !rho[i].is_nan())
        .max_by(|&a, &b| rho[a].abs().total_cmp(&rho[b].abs()));
    let strongest = strongest.context("no pair could be tested")?;
    let (low, high, q) = (
        pairs.numbers("ci_low")?,
        pairs.numbers("ci_high")?,
        pairs.numbers("q_all")?,
    );
    let patients = Table::read(&cohort.join("clinical.csv"))?.rows();
    let mut lines = format!(
        "cohort     {} ({patients} patients; the truth is in cohort/truth)\n\
         heatmap    {}\n\
         strongest  {} x {}: rho {:.2} ({:.2} to {:.2}), q {:.1e}\n",
        place.join("cohort").display(),
        place.join("results/correlate/heatmap.png").display(),
        radiomic[strongest],
        pathology[strongest],
        rho[strongest],
        low[strongest],
        high[strongest],
        q[strongest],
    );
    let blocks = read("blocks")?;
    let (names, tests) = (blocks.repeated_ids("block")?, blocks.numbers("n_tests")?);
    let (count, p) = (blocks.numbers("n_p05")?, blocks.numbers("p_count")?);
    for i in 0..names.len() {
        lines.push_str(&format!(
            "{:<10} {} of {} pairs have p < .05; by permutation of patients p = {:.4}\n",
            names[i], count[i], tests[i], p[i]
        ));
    }
    Ok(lines)
}
