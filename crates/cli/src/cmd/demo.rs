//! `radpath demo`: a synthetic cohort, and its study.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use pipeline::output::OutputDir;
use pipeline::provenance::{self, Run, Timing};
use synth::cohort::CohortSpec;

use super::study;
use crate::context::{Context, print_bytes};
use crate::{Outcome, progress};

const EXAMPLES: &str = "Examples:
  radpath demo --out demo
  radpath demo --out demo-null --null
  radpath study demo/cohort/study.toml --out demo/results

Written to DIR: cohort/ (images, slides, tables, study.toml, and the truth they were made from)
and results/, the study of it (report.html, radiomics/, slides/, correlate/, response/,
survival/). The cohort is made by formulas: nobody's data. Change cohort/study.toml and run the
study again: only what depends on the change is made anew.";

/// Arguments of `radpath demo`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Demo {
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Number of patients
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u16).range(24..=2000))]
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
    // A flag for the cohort is in its study.toml too: the same study, run again
    // without it, finds every stage as it is.
    let of_study = Context {
        typed_seed: None,
        ..context.clone()
    };
    let finished = study::carry_out(&cohort.join("study.toml"), &results, &of_study)
        .context("the study of the synthetic cohort")?;

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
    provenance::write_into(&out, &run, &timing)?;
    out.commit()?;
    let place = |name: &str| command.out.join(name).display().to_string();
    let text = format!(
        "cohort      {} ({} patients; the truth is in cohort/truth)\n\
         {}heatmap     {}\n\
         report      {}\n",
        place("cohort"),
        command.patients,
        finished.findings(),
        place("results/correlate/heatmap.png"),
        place(&format!("results/{}", study::REPORT)),
    );
    print_bytes(text.as_bytes())?;
    Ok(finished.outcome)
}
