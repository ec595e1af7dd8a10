//! `radpath study`: a study.toml to every stage in order, and one report.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Parser};
use pipeline::clinical::Clinical;
use pipeline::output::WorkDir;
use pipeline::provenance::{self, Input, Run, Timing};
use pipeline::study::{self, Checked, Facts, Plan, Stage, StageDone};
use report::{Finding, NO_PROOF, Verdict};
use tables::Format;
use wsi::markers::Markers;

use super::radiomics::{Flags, Preset, Way, resolve};
use crate::Outcome;
use crate::args::Cli;
use crate::context::{Context, print_bytes};

const EXAMPLES: &str = "Examples:
  radpath study study.toml --out results --dry-run
  radpath study study.toml --out results
  radpath study examples/study/study.toml --out results

study.toml names the tables, the columns and the outcomes; examples/study/study.toml explains
every key. Everything is checked before anything is run, and all problems are told at once.
Written to DIR: a folder a stage (radiomics/, slides/, correlate/, response/, survival/, as the
commands of these names write them), report.html, run.toml, timing.json. A second run makes
again what has changed and what depends on it; a run that was stopped goes on where it was.";

/// Version of everything.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The report's name in the study's folder.
pub const REPORT: &str = "report.html";

/// Arguments of `radpath study`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Study {
    /// The study (TOML); paths in it start at its folder
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Folder to write, or to go on in
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Check everything, say what would be done and why, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Runs the command.
///
/// # Errors
/// All that is wrong with the study, at once; a stage that can't be done, by
/// name; an output that can't be written.
pub fn run(command: &Study, context: &Context) -> Result<Outcome> {
    if command.dry_run {
        WorkDir::check("study", &command.out)?;
        let prepared = Prepared::new(&command.file, &command.out, context)?;
        print_bytes(prepared.plan.preview()?.as_bytes())?;
        return Ok(Outcome::Done);
    }
    let finished = carry_out(&command.file, &command.out, context)?;
    let report = command.out.join(REPORT);
    let text = format!("{}report      {}\n", finished.findings(), report.display());
    print_bytes(text.as_bytes())?;
    Ok(finished.outcome)
}

/// A study that was carried out.
pub struct Finished {
    /// Whether some cases or slides failed, now or when their stage was made.
    pub outcome: Outcome,
    findings: Vec<Finding>,
}

impl Finished {
    /// The findings, the verdict in front.
    pub fn findings(&self) -> String {
        let line = |finding: &Finding| {
            let Finding { area, text, .. } = finding;
            wrapped(word(finding.verdict), &format!("{area}: {text}"))
        };
        let mut text: String = self.findings.iter().map(line).collect();
        if self.findings.iter().any(|f| f.verdict == Verdict::NotFound) {
            text.push_str(&wrapped("", NO_PROOF));
        }
        text
    }
}

/// A heading of 12 columns and a text beside it, broken at 100 columns.
fn wrapped(heading: &str, text: &str) -> String {
    const LONGEST: usize = 100 - 12;
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > LONGEST {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    format!("{heading:<12}{}\n", lines.join("\n            "))
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Found => "found",
        Verdict::Unconfirmed => "unconfirmed",
        Verdict::NotFound => "not found",
        _ => "not tested",
    }
}

/// Checks a study and brings the folder `out` up to date with it.
///
/// # Errors
/// As [`run`].
pub fn carry_out(file: &Path, out: &Path, context: &Context) -> Result<Finished> {
    let mut timing = Timing::start(context.threads);
    WorkDir::check("study", out)?;
    let prepared = Prepared::new(file, out, context)?;
    let work = WorkDir::begin("study", VERSION, out)?;
    // A report of other results than those beside it would be misread.
    work.remove(REPORT)?;
    let context = Context {
        seed: prepared.plan.seed,
        ..context.clone()
    };
    let done = prepared.plan.run(&mut |stage: &Stage| {
        let made = parse(stage).and_then(|cli| crate::dispatch(&cli.command, &context));
        made.map(|outcome| outcome == Outcome::SomeFailed)
            .with_context(|| {
                format!(
                    "stage {} (the stages before it are kept; the same command goes on here)",
                    stage.name
                )
            })
    })?;
    for stage in &done {
        timing.item(stage.name, stage.elapsed);
        if stage.reused {
            timing.reused(stage.name);
        }
    }
    let run = prepared.describe(&done, &context)?;
    let findings = prepared.report(&work, &run.notes).context("stage report")?;
    provenance::finish(&work, &run, &timing)?;
    let some_failed = done.iter().any(|stage| stage.some_failed);
    Ok(Finished {
        outcome: if some_failed {
            Outcome::SomeFailed
        } else {
            Outcome::Done
        },
        findings,
    })
}

/// A study that can be run.
struct Prepared {
    study: study::Study,
    plan: Plan,
    typed_seed: bool,
}

impl Prepared {
    fn new(file: &Path, out: &Path, context: &Context) -> Result<Self> {
        let study = study::Study::read(file)?;
        let mut problems = Vec::new();
        let stains = stains(&study, &mut problems);
        let facts = Facts {
            out,
            stains: stains.as_deref(),
            min_n: correlation::Options::default().min_n,
            fewest: outcome::split::FEWEST,
        };
        let (checked, found) = study::check(&study, &facts);
        problems.splice(0..0, found);
        extraction(&study, &mut problems);
        refuse(&study, problems)?;
        let plan = plan(&study, &checked, out, context);
        let lines = plan.stages.iter().filter_map(|stage| {
            let error = parse(stage).err()?;
            Some(format!("[{}]: {error}", stage.name))
        });
        refuse(&study, lines.collect())?;
        Ok(Self {
            study,
            plan,
            typed_seed: context.typed_seed.is_some(),
        })
    }

    /// run.toml, without a word about what was reused.
    fn describe(&self, done: &[StageDone], context: &Context) -> Result<Run> {
        let mut run = Run::new("study", VERSION, context.seed);
        let roles = self.study.config.roles.roles();
        run.set("roles.id", roles.id, "default");
        run.set("roles.train_value", roles.train_value, "default");
        for (key, value) in &self.study.explicit {
            run.set(key, value.clone(), "study.toml");
        }
        let source = match (self.typed_seed, self.study.config.seed) {
            (true, _) => "flag",
            (false, Some(_)) => "study.toml",
            (false, None) => "default",
        };
        let seed = i64::try_from(context.seed).context("the seed is too large")?;
        run.set("seed", seed, source);
        let csv = context.format == Format::Csv;
        let source = if csv { "default" } else { "flag" };
        run.set("format", context.format.extension(), source);
        run.inputs.push(Input::of("study", "", &self.study.file)?);
        run.inputs.extend(self.plan.inputs()?);
        for stage in done {
            run.stages.insert(stage.name.to_owned(), stage.key.clone());
            if stage.some_failed {
                let what = format!(
                    "{}: some of it failed and is left out (see its failures.csv)",
                    stage.name
                );
                run.notes.push(what);
            }
        }
        run.fact("stages", i64::try_from(done.len())?);
        Ok(run)
    }

    /// Writes report.html and gives what it says in short.
    fn report(&self, work: &WorkDir, notes: &[String]) -> Result<Vec<Finding>> {
        let roles = self.roles()?;
        let request = report::Request {
            folder: work.path(),
            title: self.study.config.title.as_deref().unwrap_or("Study"),
            radpath: VERSION,
            seed: self.plan.seed,
            format: self.plan.format,
            roles: &roles,
            notes,
        };
        work.file(REPORT, report::html(&request)?.as_bytes())?;
        Ok(report::findings(&request)?)
    }

    /// Columns and what they stand for, as they were resolved.
    fn roles(&self) -> Result<Vec<(String, String)>> {
        let config = &self.study.config;
        let roles = config.roles.roles();
        let mut found = vec![("patient".to_owned(), roles.id.clone())];
        let mut add = |role: &str, column: Option<&str>| {
            found.extend(column.map(|c| (role.to_owned(), c.to_owned())));
        };
        if let Some(table) = &config.clinical {
            let clinical = Clinical::read(&self.study.path(&table.table), &roles)?;
            add("cohort", clinical.cohort_column());
            if clinical.cohort_column().is_some() {
                add("training cohort", Some(&roles.train_value));
            }
            add("centre", clinical.centre_column());
            let covariates = table.covariates.join(", ");
            add(
                "covariates",
                Some(covariates.as_str()).filter(|list| !list.is_empty()),
            );
        }
        if let Some(response) = &config.response {
            add("response", Some(&response.outcome));
            add("positive response", response.positive.as_deref());
        }
        if let Some(survival) = &config.survival {
            add("time", Some(&survival.time));
            add("time unit", survival.time_unit.as_deref());
            add("event", Some(&survival.event));
            add("event value", survival.event_value.as_deref());
        }
        Ok(found)
    }
}

fn refuse(study: &study::Study, problems: Vec<String>) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    let trimmed = problems.iter().map(|text| text.trim_end().to_owned());
    Err(pipeline::Error::Study {
        file: study.file.clone(),
        problems: trimmed.collect(),
    }
    .into())
}

fn plan(study: &study::Study, checked: &Checked, out: &Path, context: &Context) -> Plan {
    let seed = context.typed_seed.or(study.config.seed);
    let seed = seed.unwrap_or(context.seed);
    Plan::new(study, checked, out, VERSION, seed, context.format)
}

/// A stage's command line, read as if it had been typed.
fn parse(stage: &Stage) -> Result<Cli> {
    Cli::try_parse_from(&stage.arguments).or_else(|error| {
        let text = error.to_string();
        let first = text.split("\n\n").next().unwrap_or_default();
        bail!("{}", first.trim().trim_start_matches("error: "))
    })
}

/// Stains that slides may have; `None` when the markers can't be read.
fn stains(study: &study::Study, problems: &mut Vec<String>) -> Option<Vec<String>> {
    let file = study
        .config
        .slides
        .as_ref()
        .and_then(|s| s.markers.as_ref());
    let markers = match file.map(|path| study.path(path)) {
        None => Markers::built_in(),
        Some(path) => {
            // A file that isn't there is told by the check.
            let text = std::fs::read_to_string(&path).ok()?;
            match Markers::with_user(&text, &path.display().to_string()) {
                Ok(markers) => markers,
                Err(error) => {
                    problems.push(format!("[slides] markers: {error}"));
                    return None;
                }
            }
        }
    };
    Some(markers.names().map(str::to_owned).collect())
}

/// Notes a preset, settings or rings of the extraction that aren't any.
fn extraction(study: &study::Study, problems: &mut Vec<String>) {
    let Some(radiomics) = &study.config.radiomics else {
        return;
    };
    if let Some(rings) = &radiomics.ring_mm
        && let Some(width) = rings.iter().find(|mm| !(mm.is_finite() && **mm > 0.0))
    {
        problems.push(format!(
            "[radiomics] ring_mm: {width} is not a width in mm; write positive numbers"
        ));
    }
    if let Some(way) = &radiomics.standardise
        && <Way as clap::ValueEnum>::from_str(way, false).is_err()
    {
        problems.push(format!(
            "[radiomics] standardise: `{way}` is none of zscore, white-stripe, nyul"
        ));
    }
    let preset = match radiomics
        .preset
        .as_deref()
        .map(Preset::from_name)
        .transpose()
    {
        Ok(preset) => preset.unwrap_or_default(),
        Err(error) => return problems.push(format!("[radiomics] preset: {error}")),
    };
    let settings = radiomics.settings.as_ref().map(|path| study.path(path));
    // A file that can't be read has been told of.
    if settings
        .as_ref()
        .is_some_and(|path| std::fs::read_to_string(path).is_err())
    {
        return;
    }
    if let Err(error) = resolve(
        preset,
        &Flags {
            settings: settings.as_deref(),
            ..Flags::default()
        },
    ) {
        problems.push(format!("[radiomics] settings: {error:#}"));
    }
}
