//! `radpath slides`: whole slides to cells, counts and scores.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use pipeline::batch;
use pipeline::failure::{self, Failure};
use pipeline::manifest::{self, SlideEntry};
use pipeline::output::{OutputDir, file_name};
use pipeline::provenance::{self, Input, Run, Timing};
use tables::{Format, parquet};
use wsi::export::SlideRow;
use wsi::markers::{Markers, Profile};
use wsi::nuclear::NuclearMeans;
use wsi::quantify::{Cell, CellSink, Fragment, Options, Tile};
use wsi::slide::Reader;
use wsi::stain::StainSet;

use crate::context::Context;
use crate::{Outcome, progress};

const EXAMPLES: &str = "Examples:
  radpath slides tumour_ki67.svs --stain Ki67 --out ki67
  radpath slides --manifest slides.csv --out slides
  radpath slides crop.ome.tif --stain Ki67 --mpp 0.2271 --detection-threshold 0.2 --out crop

slides.csv has the columns patient_id, slide_id, path, stain, and optionally mpp and
exclude_fragments (numbers from fragments.csv, with spaces between). Written to DIR:
slides.csv, patients.csv, fragments.csv, tiles.parquet, cells/, overlays/, run.toml,
timing.json, and failures.csv where a slide could not be done.";

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

/// A slide with its profile.
struct Job {
    entry: SlideEntry,
    profile: Profile,
    options: Options,
}

/// What a job leaves beside the files it wrote.
struct Finished {
    row: SlideRow,
    fragments: Vec<Fragment>,
    tiles: Vec<Tile>,
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
    let folders = (out.subfolder("cells")?, out.subfolder("overlays")?);
    let (reader, reader_name) = command.reader.reader();

    let bar = progress::bar(context, "slides", jobs.len());
    let results = batch::run(
        &jobs,
        context.threads,
        &|n| bar.set_position(n as u64),
        &|job| quantify(job, reader, &folders).map_err(|e| format!("{e:#}")),
    );
    bar.finish_and_clear();

    let mut failures = Vec::new();
    let mut done = Vec::new();
    for (job, result) in jobs.iter().zip(results) {
        let SlideEntry {
            patient_id,
            slide_id,
            path,
            ..
        } = &job.entry;
        timing.item(slide_id, result.elapsed);
        match result.outcome {
            Ok(finished) => done.push(finished),
            // A single slide: its error is the command's.
            Err(error) if command.manifest.is_none() && jobs.len() == 1 => bail!(error),
            Err(error) => {
                tracing::error!("{slide_id}: {error}");
                discard(&folders, slide_id)?;
                failures.push(Failure::new(
                    patient_id,
                    slide_id,
                    "slides",
                    &error,
                    &[("slide", path), ("output", out.path())],
                ));
            }
        }
    }
    if done.is_empty() {
        bail!("none of the {} slides could be done", jobs.len());
    }
    write_tables(&out, context.format, done)?;
    if !failures.is_empty() {
        out.table("failures", &failure::frame(&failures)?, Format::Csv)?;
    }
    let mut run = Run::new("slides", env!("CARGO_PKG_VERSION"), context.seed);
    describe(&mut run, command, &jobs)?;
    run.set(
        "reader",
        reader_name,
        if reader == Reader::Auto {
            "default"
        } else {
            "flag"
        },
    );
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
        })
    };
    entries.iter().map(job).collect()
}

fn quantify(job: &Job, reader: Reader, (cells, overlays): &(PathBuf, PathBuf)) -> Result<Finished> {
    let slide = wsi::slide::open(&job.entry.path, reader)?;
    let name = file_name(&job.entry.slide_id);
    let path = cells.join(format!("{name}.parquet"));
    let mut sink = CellFile::begin(&path, job.profile.stains)?;
    let result = wsi::quantify::quantify(slide.as_ref(), &job.profile, &job.options, &mut sink)?;
    let nuclear = sink.finish()?;
    if let Some(overlay) = &result.overlay {
        let path = overlays.join(format!("{name}.png"));
        std::fs::write(&path, overlay.png()?).with_context(|| path.display().to_string())?;
    }
    let row = SlideRow {
        patient_id: job.entry.patient_id.clone(),
        slide_id: job.entry.slide_id.clone(),
        summary: result.summary,
        nuclear,
    };
    Ok(Finished {
        row,
        fragments: result.fragments,
        tiles: result.tiles,
    })
}

/// The cells of a slide on their way to their Parquet file.
struct CellFile {
    stains: StainSet,
    table: parquet::Stream<BufWriter<File>>,
    nuclear: NuclearMeans,
}

impl CellFile {
    fn begin(path: &Path, stains: StainSet) -> Result<Self> {
        let file = File::create(path).with_context(|| path.display().to_string())?;
        let head = wsi::export::cells(stains, &[])?;
        let table = parquet::Stream::begin(BufWriter::new(file), head)?;
        Ok(Self {
            stains,
            table,
            nuclear: NuclearMeans::default(),
        })
    }

    fn finish(self) -> Result<NuclearMeans> {
        self.table.finish()?;
        Ok(self.nuclear)
    }
}

impl CellSink for CellFile {
    fn cells(&mut self, _strip: usize, cells: &[Cell]) -> Result<(), wsi::Error> {
        self.nuclear.add(cells);
        let sink = |e: &dyn std::fmt::Display| wsi::Error::Sink(e.to_string());
        let frame = wsi::export::cells(self.stains, cells).map_err(|e| sink(&e))?;
        self.table.append(frame).map_err(|e| sink(&e))
    }
}

/// Takes away what a slide that failed had written.
fn discard((cells, overlays): &(PathBuf, PathBuf), slide_id: &str) -> Result<()> {
    let name = file_name(slide_id);
    for path in [
        cells.join(format!("{name}.parquet")),
        overlays.join(format!("{name}.png")),
    ] {
        if path.exists() {
            std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
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
fn describe(run: &mut Run, command: &Slides, jobs: &[Job]) -> Result<()> {
    let given = |typed: bool| if typed { "flag" } else { "default" };
    let tile_um = command.tile_um.unwrap_or(Options::default().tile_um);
    run.set("tile_um", tile_um, given(command.tile_um.is_some()));
    run.set("id", command.id.clone(), given(command.id != "patient_id"));
    if let Some(mpp) = command.mpp {
        run.set("mpp", mpp, "flag");
    }
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
    for job in jobs {
        // A slide that isn't there is in failures.csv.
        if let Ok(input) = Input::of("slide", &job.entry.slide_id, &job.entry.path) {
            run.inputs.push(input);
        }
    }
    Ok(())
}
