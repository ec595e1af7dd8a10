//! `radpath slides`: whole slides to cells, counts and scores.

mod job;
mod store;
pub mod worker;

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use pipeline::batch::Done;
use pipeline::failure::{self, Failure};
use pipeline::manifest::{self, SlideEntry};
use pipeline::output::OutputDir;
use pipeline::provenance::{self, Input, Run, Timing};
use pipeline::workers::{self, Limits};
use tables::{Format, parquet};
use wsi::contact;
use wsi::export::SlideRow;
use wsi::markers::Markers;
use wsi::quantify::Options;
use wsi::slide::Reader;

use crate::context::Context;
use crate::{Outcome, progress};
use job::{Finished, Job};
use store::Store;
use worker::Order;

const EXAMPLES: &str = "Examples:
  radpath slides tumour_ki67.svs --stain Ki67 --out ki67
  radpath slides --manifest slides.csv --out slides
  radpath slides crop.ome.tif --stain Ki67 --mpp 0.2271 --detection-threshold 0.2 --out crop

slides.csv has the columns patient_id, slide_id, path, stain, and optionally mpp and
exclude_fragments (numbers from fragments.csv, with spaces between). Written to DIR:
slides.csv, patients.csv, fragments.csv, tiles.parquet, cells/; contact.html with overlays/,
patches/, threshold/; run.toml, state/, timing.json, and failures.csv where a slide could not be done. Each slide is worked
on in a process of its own, so that one that crashes, hangs or grows fails alone. What is
done of a run that was stopped is kept beside DIR: the same command with --resume goes on.";

/// Arguments of `radpath slides`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Slides {
    /// Slides (anything OpenSlide opens; TIFF, OME-TIFF, PNG, JPEG)
    #[arg(required_unless_present = "manifest", requires = "stain")]
    pub slides: Vec<PathBuf>,
    /// Table of slides, one a row
    #[arg(long, value_name = "FILE", conflicts_with_all = ["slides", "stain", "patient"])]
    pub manifest: Option<PathBuf>,
    /// Stain of the slides: HE, CD8, CD45RO, PD-L1, CD163, Ki67, DAB, or one of --markers
    #[arg(long, value_name = "STAIN")]
    pub stain: Option<String>,
    /// Patient of the slides; each slide's file name by default
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub patient: Option<String>,
    /// Column of --manifest that holds the patient
    #[arg(long, value_name = "COLUMN", default_value = "patient_id")]
    pub id: String,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Pixel size at full resolution, um; a value in the manifest goes before it
    #[arg(long, value_name = "UM")]
    pub mpp: Option<f64>,
    /// Marker profiles (TOML) over the built-in ones
    #[arg(long, value_name = "FILE")]
    pub markers: Option<PathBuf>,
    /// Mean optical density over background from which a nucleus is found
    #[arg(long, value_name = "OD")]
    pub detection_threshold: Option<f64>,
    /// Reader of the files
    #[arg(long, value_name = "READER", default_value = "auto")]
    pub reader: ReaderChoice,
    /// Take the slides that an earlier run into the same folder has done, if neither they nor
    /// their settings have changed
    #[arg(long)]
    pub resume: bool,
    /// Slides to work on at once; by default a quarter of --threads, at least two
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub workers: Option<u16>,
    /// Memory that a slide's process may take (watched on Linux)
    #[arg(long, value_name = "MB", default_value_t = 4096, value_parser = clap::value_parser!(u64).range(64..=16_777_216))]
    pub memory_limit_mb: u64,
    /// Time that a slide may take; unlimited by default
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=525_600))]
    pub time_limit_min: Option<u64>,
    /// Time that a slide may go without progress
    #[arg(long, value_name = "MINUTES", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=525_600))]
    pub stall_limit_min: u64,
    /// Also write the cells as GeoJSON that QuPath opens, geojson/SLIDE.geojson.gz
    #[arg(long)]
    pub geojson: bool,
    /// Side of the squares of tiles.parquet, um [default: 256]
    #[arg(long, value_name = "UM")]
    pub tile_um: Option<f64>,
}

/// Which reader opens the slides.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ReaderChoice {
    /// OpenSlide where it can, else by content
    Auto,
    /// OpenSlide only
    Openslide,
    /// The built-in TIFF reader only
    Tiff,
    /// The built-in PNG and JPEG reader only
    Image,
}

impl ReaderChoice {
    fn reader(self) -> (Reader, &'static str) {
        match self {
            Self::Auto => (Reader::Auto, "auto"),
            Self::Openslide => (Reader::OpenSlide, "openslide"),
            Self::Tiff => (Reader::Tiff, "tiff"),
            Self::Image => (Reader::Image, "image"),
        }
    }
}

/// Runs the command.
///
/// # Errors
/// What stops all slides: manifest, markers, output. A single slide that can't
/// be done, and a batch of which no slide can.
pub fn run(command: &Slides, context: &Context) -> Result<Outcome> {
    let mut timing = Timing::start(context.threads);
    let entries = entries(command)?;
    let markers = markers(command)?;
    let jobs = jobs(command, &entries, &markers)?;
    let inputs: Vec<&Path> = entries
        .iter()
        .map(|e| e.path.as_path())
        .chain(command.manifest.as_deref())
        .chain(command.markers.as_deref())
        .collect();
    let out = OutputDir::begin("slides", &command.out, &inputs)?;
    let store = Store::open(&out, command.resume)?;
    // A slide that can't be read fails by itself.
    let slides: Vec<Option<Input>> = jobs
        .iter()
        .map(|job| Input::of("slide", &job.entry.slide_id, &job.entry.path).ok())
        .collect();
    let results = work(command, context, &jobs, &slides, &store, &out)?;

    let mut failures = Vec::new();
    let mut done = Vec::new();
    let mut cards = Vec::new();
    for (job, result) in jobs.iter().zip(results) {
        let SlideEntry {
            patient_id,
            slide_id,
            path,
            ..
        } = &job.entry;
        timing.item(slide_id, result.elapsed);
        match result.outcome {
            Ok(()) => {
                let finished = store.take(job, &out)?;
                cards.push(finished.card());
                done.push(finished);
            }
            // A single slide: its error is the command's.
            Err(error) if command.manifest.is_none() && jobs.len() == 1 => bail!(error),
            Err(error) => {
                tracing::error!("{slide_id}: {error}");
                let paths = [("slide", path.as_path()), ("output", out.path())];
                let failure = Failure::new(patient_id, slide_id, "slides", &error, &paths);
                cards.push(job.failed(&failure));
                failures.push(failure);
            }
        }
    }
    if done.is_empty() {
        bail!("none of the {} slides could be done", jobs.len());
    }
    out.file("contact.html", contact::page(&cards).as_bytes())?;
    write_tables(&out, context.format, done)?;
    if !failures.is_empty() {
        out.table("failures", &failure::frame(&failures)?, Format::Csv)?;
    }
    let mut run = Run::new("slides", env!("CARGO_PKG_VERSION"), context.seed);
    describe(&mut run, command, &jobs, slides)?;
    run.fact("slides", i64::try_from(jobs.len())?);
    run.fact("failed", i64::try_from(failures.len())?);
    provenance::write_into(&out, &run, &timing)?;
    out.commit()?;
    Ok(if failures.is_empty() {
        Outcome::Done
    } else {
        Outcome::SomeFailed
    })
}

/// Does in worker processes what isn't done yet.
fn work(
    command: &Slides,
    context: &Context,
    jobs: &[Job],
    inputs: &[Option<Input>],
    store: &Store,
    out: &OutputDir,
) -> Result<Vec<Done<()>>> {
    let mut results: Vec<Done<()>> = Vec::with_capacity(jobs.len());
    let mut orders = Vec::new();
    let mut ordered = Vec::new();
    for (index, (job, input)) in jobs.iter().zip(inputs).enumerate() {
        let key = job.key(input.as_ref().map(|input| &input.fingerprint))?;
        let kept = command.resume && store.has(job, &key, out)?;
        let mut outcome = Ok(());
        if !kept {
            let order = Order {
                job: job.clone(),
                key,
                place: store.place(job),
            };
            match serde_json::to_string(&order) {
                Ok(order) => {
                    orders.push(order);
                    ordered.push(index);
                }
                // Paths that are no text.
                Err(error) => outcome = Err(format!("{error}: rename the file or its folder")),
            }
        }
        results.push(Done {
            outcome,
            elapsed: Duration::ZERO,
        });
    }
    if orders.len() < jobs.len() {
        tracing::info!("{} slides were done before", jobs.len() - orders.len());
    }
    let workers = command
        .workers
        .map_or_else(|| (context.threads / 4).max(2), usize::from)
        .min(context.threads)
        .clamp(1, orders.len().max(1));
    let program = std::env::current_exe().context("the program's own file")?;
    let process = || {
        let mut process = Command::new(&program);
        process.arg("slide-worker");
        process.args(["--threads", &(context.threads / workers).max(1).to_string()]);
        process.args(&context.log_arguments);
        process
    };
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let limits = Limits {
        stalled: Some(minutes(command.stall_limit_min)),
        time: command.time_limit_min.map(minutes),
        memory_bytes: Some(command.memory_limit_mb << 20),
    };
    let bar = progress::parts(context, "slides", jobs.len());
    bar.inc(progress::PARTS * (jobs.len() - orders.len()) as u64);
    let parts = Mutex::new(vec![0; orders.len()]);
    let moved = |order: usize, part: f64| {
        let part = (part.clamp(0.0, 1.0) * progress::PARTS as f64) as u64;
        if let Ok(mut parts) = parts.lock() {
            bar.inc(part.saturating_sub(parts[order]));
            parts[order] = part.max(parts[order]);
        }
        if part == progress::PARTS {
            summarise(&bar, store, &jobs[ordered[order]]);
        }
    };
    let done = workers::run(&process, &orders, workers, &limits, &moved);
    bar.finish_and_clear();
    for (index, done) in ordered.iter().zip(done) {
        results[*index] = done;
    }
    Ok(results)
}

/// A line about a slide that is done, above the bar or in the log.
fn summarise(bar: &ProgressBar, store: &Store, job: &Job) {
    let Some(finished) = store.peek(job) else {
        return;
    };
    if bar.is_hidden() {
        tracing::info!("{}", finished.line());
    } else {
        bar.println(finished.line());
    }
}

fn entries(command: &Slides) -> Result<Vec<SlideEntry>> {
    if let Some(path) = &command.manifest {
        return Ok(manifest::slides(path, &command.id)?);
    }
    let stain = command.stain.as_deref().context("give --stain")?;
    let mut entries: Vec<SlideEntry> = Vec::new();
    for path in &command.slides {
        let name = path
            .file_stem()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        // OME-TIFF has two endings.
        let slide_id = name.strip_suffix(".ome").unwrap_or(&name).to_owned();
        if let Some(other) = entries.iter().find(|e| e.slide_id == slide_id) {
            bail!(
                "{} and {} would both be the slide `{slide_id}`: give them ids with --manifest",
                other.path.display(),
                path.display()
            );
        }
        entries.push(SlideEntry {
            patient_id: command.patient.clone().unwrap_or_else(|| slide_id.clone()),
            slide_id,
            path: path.clone(),
            stain: stain.to_owned(),
            mpp: None,
            exclude_fragments: Vec::new(),
        });
    }
    Ok(entries)
}

fn markers(command: &Slides) -> Result<Markers> {
    match &command.markers {
        Some(path) => Ok(Markers::with_user(
            &super::read_text(path)?,
            &path.display().to_string(),
        )?),
        None => Ok(Markers::built_in()),
    }
}

fn jobs(command: &Slides, entries: &[SlideEntry], markers: &Markers) -> Result<Vec<Job>> {
    let job = |entry: &SlideEntry| -> Result<Job> {
        let mut profile = markers
            .get(&entry.stain)
            .with_context(|| format!("slide {}", entry.slide_id))?
            .clone();
        if let Some(threshold) = command.detection_threshold {
            profile.detection.threshold = threshold;
        }
        if command.detection_threshold.is_some() {
            profile.validate().context("--detection-threshold")?;
        }
        let options = Options {
            mpp: entry.mpp.or(command.mpp),
            tile_um: command.tile_um.unwrap_or(Options::default().tile_um),
            exclude_fragments: entry.exclude_fragments.clone(),
            ..Options::default()
        };
        options.validate()?;
        Ok(Job {
            entry: entry.clone(),
            profile,
            options,
            reader: command.reader.reader().0,
            geojson: command.geojson,
        })
    };
    entries.iter().map(job).collect()
}

fn write_tables(out: &OutputDir, format: Format, done: Vec<Finished>) -> Result<()> {
    let rows: Vec<SlideRow> = done.iter().map(|f| f.row.clone()).collect();
    out.table("slides", &wsi::export::slides(&rows)?, format)?;
    out.table("patients", &wsi::patient::pool(&rows)?, format)?;
    let path = out.path().join("tiles.parquet");
    let file = File::create(&path).with_context(|| path.display().to_string())?;
    let mut tiles: Option<parquet::Stream<BufWriter<File>>> = None;
    let mut file = Some(BufWriter::new(file));
    let mut fragments = Vec::with_capacity(done.len());
    for finished in done {
        let frame = wsi::export::tiles(&finished.row, &finished.tiles)?;
        match (&mut tiles, file.take()) {
            (Some(stream), _) => stream.append(frame)?,
            (None, Some(file)) => tiles = Some(parquet::Stream::begin(file, frame)?),
            (None, None) => {}
        }
        fragments.push((finished.row, finished.fragments));
    }
    if let Some(stream) = tiles {
        stream.finish()?;
    }
    out.table("fragments", &wsi::export::fragments(&fragments)?, format)?;
    Ok(())
}

/// Settings by profile, and the inputs.
fn describe(
    run: &mut Run,
    command: &Slides,
    jobs: &[Job],
    slides: Vec<Option<Input>>,
) -> Result<()> {
    let given = |typed: bool| if typed { "flag" } else { "default" };
    let tile_um = command.tile_um.unwrap_or(Options::default().tile_um);
    run.set("tile_um", tile_um, given(command.tile_um.is_some()));
    run.set("geojson", command.geojson, given(command.geojson));
    run.set("id", command.id.clone(), given(command.id != "patient_id"));
    if let Some(mpp) = command.mpp {
        run.set("mpp", mpp, "flag");
    }
    let (reader, name) = command.reader.reader();
    run.set("reader", name, given(reader != Reader::Auto));
    let built_in = Markers::built_in();
    for job in jobs {
        let key = format!("profile.{}", job.profile.name);
        if !run.settings.contains_key(&key) {
            let source = match built_in.get(&job.profile.name) {
                _ if command.detection_threshold.is_some() => "flag",
                Ok(profile) if *profile == job.profile => "default",
                _ => "settings file",
            };
            run.set(&key, toml::Value::try_from(&job.profile)?, source);
        }
    }
    if jobs
        .iter()
        .any(|j| j.profile.score.is_some() && !j.profile.calibrated)
    {
        run.notes.push(
            "thresholds of optical density are uncalibrated defaults: set your own from control tissue (--markers)"
                .to_owned(),
        );
    }
    for (role, path) in [
        ("manifest", &command.manifest),
        ("markers", &command.markers),
    ] {
        if let Some(path) = path {
            run.inputs.push(Input::of(role, "", path)?);
        }
    }
    // A slide that isn't there is in failures.csv.
    run.inputs.extend(slides.into_iter().flatten());
    Ok(())
}
