//! `radpath radiomics`: images and masks to one row of features a patient.

mod maps;
mod perturbed;
mod protocol;
mod regions;
mod standardise;
mod table;

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use cohort::notes::{self, Note};
use pipeline::batch;
use pipeline::failure::{self, Failure};
use pipeline::manifest::{self, Case};
use pipeline::provenance::{self, Input, Run, Timing};
use radiomics::perturb::Named;

use super::beside;
use super::targets::{Reading, Target};
use crate::context::{Context, check_ending, is_stdout, write_table};
use crate::{Outcome, progress};
use protocol::Resolved;
use regions::{Job, Measured};
use standardise::Standardise;

pub use protocol::{Flags, Preset, resolve};
pub use regions::files;
pub use standardise::Way;

const EXAMPLES: &str = "Examples:
  radpath radiomics t1.nii.gz tumour.nii.gz --out features.csv
  radpath radiomics --cases cases.csv --out radiomics.csv
  radpath radiomics --cases cases.csv --settings Params.yaml --out radiomics.csv
  radpath radiomics ct.nii.gz gtv.nii.gz --preset ibsi-c --diagnostics --out ibsi.csv
  radpath radiomics t1.nii.gz tumour.nii.gz --ring-mm 3,5 --maps glcm_Contrast --out f.csv
  radpath radiomics --cases cases.csv --perturb rcv --out f.csv
  radpath radiomics ct_series/ rtstruct.dcm --roi 'GTV*' --out f.csv
  radpath radiomics ct.nrrd mask.nrrd --label 2 --out - | head

cases.csv has the columns patient_id, image, mask, and optionally label (one, or
several as 1;2: names prefixed label1_, label2_), roi (names or patterns of regions
of an RTSTRUCT or SEG: GTV*;Node), sequence (T1, T2, ...: then one
row a patient, names prefixed by the sequence), body_mask (rings stay in it),
brain_mask and cohort (for --standardise).
Beside FILE: FILE's stem with .run.toml, .timing.json, and where there is
something to say .failures.csv and .notes.csv; with --perturb STEM.perturbed/tables,
a table a perturbation; with --maps STEM.maps/maps; with --standardise nyul the
landmarks, STEM.landmarks.json.";

/// What may be written beside the table.
const SIDE_FILES: [&str; 5] = [
    "run.toml",
    "timing.json",
    "failures.csv",
    "notes.csv",
    standardise::SIDE_FILE,
];

/// Arguments of `radpath radiomics`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Radiomics {
    /// Image: NIfTI, NRRD, MetaImage, a DICOM file or the folder of a series
    #[arg(required_unless_present = "cases", requires = "mask")]
    pub image: Option<PathBuf>,
    /// Mask on the image's grid, DICOM RTSTRUCT or SEG
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
    /// Settings: TOML, or a parameter file of PyRadiomics (.yaml, .yml, .json) as it is
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Label of the region in the mask, or several; labels in --cases go before them
    #[arg(long, value_name = "N,..", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..))]
    pub label: Vec<u32>,
    /// Region of an RTSTRUCT or SEG by name, number or pattern (* and ?), or several with semicolons
    /// between them; a pattern joins all it matches; roi in --cases goes before them
    #[arg(long, value_name = "NAME;..", conflicts_with = "label")]
    pub roi: Option<String>,
    /// How image files are read
    #[command(flatten)]
    pub reading: Reading,
    /// Width of a grey level in units of the image
    #[arg(long, value_name = "X", conflicts_with = "bin_count")]
    pub bin_width: Option<f64>,
    /// Number of grey levels
    #[arg(long, value_name = "N")]
    pub bin_count: Option<usize>,
    /// Make filtered images (LoG, wavelets, ...) of a box around the region only: faster, nearly equal
    #[arg(long)]
    pub crop_filters: bool,
    /// MR intensities on a common scale
    #[command(flatten)]
    pub standardise: Standardise,
    /// Also measure the tissue around the region, up to so many mm from it
    #[arg(
        long,
        value_name = "MM,..",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    pub ring_mm: Vec<f64>,
    /// Mask of the body, which rings stay in
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "cases",
        requires = "ring_mm"
    )]
    pub body_mask: Option<PathBuf>,
    /// Rings stay in what is brighter than X (largest part, holes filled), where no mask says
    #[arg(
        long,
        value_name = "X",
        requires = "ring_mm",
        allow_negative_numbers = true
    )]
    pub body_above: Option<f64>,
    /// Also measure perturbed images and masks: a plan (TOML) or a set of Zwanenburg et al. 2019
    #[arg(long, value_name = "PLAN")]
    pub perturb: Option<String>,
    /// Also write voxel-wise maps of features: classes or names such as glcm_Contrast
    #[arg(long, value_name = "FEATURES", value_delimiter = ',')]
    pub maps: Vec<String>,
    /// Add diagnostics_* columns: image and region after each step
    #[arg(long)]
    pub diagnostics: bool,
}

impl Radiomics {
    /// The names of regions that were typed.
    fn rois(&self) -> Result<Vec<String>> {
        let typed = self.roi.as_deref().unwrap_or_default();
        manifest::parse_names(typed).map_err(|problem| anyhow!("--roi {typed}: {problem}"))
    }

    /// Refuses rings that are none, and regions that are named twice.
    fn check_regions(&self) -> Result<()> {
        if let Some(width) = self
            .ring_mm
            .iter()
            .find(|mm| !(mm.is_finite() && **mm > 0.0))
        {
            bail!("--ring-mm {width}: a ring's width in mm is positive and finite");
        }
        let again = |i: &usize| self.ring_mm[..*i].contains(&self.ring_mm[*i]);
        if let Some(i) = (0..self.ring_mm.len()).find(again) {
            bail!("--ring-mm has {} twice", self.ring_mm[i]);
        }
        let again = |i: &usize| self.label[..*i].contains(&self.label[*i]);
        if let Some(i) = (0..self.label.len()).find(again) {
            bail!("--label has {} twice", self.label[i]);
        }
        Ok(())
    }

    fn flags(&self) -> Flags<'_> {
        Flags {
            settings: self.settings.as_deref(),
            labels: &self.label,
            bin_width: self.bin_width,
            bin_count: self.bin_count,
            crop_filters: self.crop_filters,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// What stops all cases: settings, manifest, output. A single image that can't
/// be done, and a batch of which no case can.
pub fn run(command: &Radiomics, context: &Context) -> Result<Outcome> {
    let mut timing = Timing::start(context.threads);
    command.check_regions()?;
    let resolved = resolve(command.preset, &command.flags())?;
    let cases = cases(command)?;
    let inputs = inputs(command, &cases);
    check_ending(&command.out)?;
    if !is_stdout(&command.out) {
        beside::check("radiomics", &command.out, &SIDE_FILES, &inputs)?;
    }
    let perturbations = perturbed::plan(command.perturb.as_deref())?;
    let folder = perturbed::begin(&command.out, &perturbations, &inputs)?;
    let protocol = if command.diagnostics {
        resolved.protocol.clone()
    } else {
        resolved.protocol.without_diagnostics()
    };
    let maps = maps::begin(&command.maps, &resolved.protocol, &command.out, &inputs)?;
    let options = command.reading.options();
    let out = &command.out;
    let scale = standardise::plan(
        &command.standardise,
        &resolved.protocol,
        &cases,
        &options,
        out,
        context.threads,
    )?;
    let rois = command.rois()?;
    let regions = cases.iter().map(|case| (&case.rois, &case.labels));
    let regions: Vec<_> = regions.chain([(&rois, &resolved.labels)]).collect();
    distinct_columns(regions.iter().map(|(rois, _)| rois.as_slice()))?;
    let several = |(rois, labels): &(&Vec<String>, &Vec<u32>)| rois.len() > 1 || labels.len() > 1;
    let job = Job {
        maps: maps.as_ref(),
        protocol: &protocol,
        options: &options,
        scale: &scale,
        labels: &resolved.labels,
        rois: &rois,
        rings_mm: &command.ring_mm,
        body_above: command.body_above,
        perturbations: &perturbations,
        seed: context.seed,
        name_regions: regions.iter().any(several),
    };
    let bar = progress::bar(context, "radiomics", cases.len());
    let results = batch::run(
        &cases,
        context.threads,
        &|n| bar.set_position(n as u64),
        &|case| job.run(case),
    );
    bar.finish_and_clear();

    let mut done = Done::default();
    for (case, result) in cases.iter().zip(results) {
        timing.item(&case_name(case), result.elapsed);
        match result.outcome {
            Ok(measured) => done.take(case, measured, &perturbations),
            Err(error) => done.fail(case, &error),
        }
    }
    // A single image: its error is the command's.
    if let ([only], None, true) = (&done.errors[..], &command.cases, done.parts.is_empty()) {
        bail!("{only}");
    }
    if !is_stdout(&command.out) {
        beside::write_optional(
            &command.out,
            "failures.csv",
            &failure::frame(&done.failures)?,
        )?;
    }
    if done.of(0).is_empty() {
        bail!("none of the {} cases could be done", cases.len());
    }
    let frame = table::wide(&done.of(0), command.diagnostics)?;
    if is_stdout(&command.out) {
        context.print(&frame)?;
    } else {
        write_table(&command.out, &frame, &inputs)?;
        beside::write_optional(
            &command.out,
            "notes.csv",
            &notes::frame(&done.notes(&command.out))?,
        )?;
        scale.write(out)?;
        let mut run = run_file(command, context, &cases, &resolved, &done)?;
        run.notes.extend(scale.notes.iter().cloned());
        if let Some(folder) = folder {
            let tables = (1..).zip(&perturbations);
            let tables = tables.map(|(variant, named)| (named.name.as_str(), done.of(variant)));
            perturbed::write(folder, tables, &run, &timing, context.format)?;
        }
        if let Some(maps) = maps {
            maps.finish(&run, &timing)?;
        }
        provenance::write_beside(&command.out, &run, &timing)?;
    }
    Ok(if done.failures.is_empty() {
        Outcome::Done
    } else {
        Outcome::SomeFailed
    })
}

/// What has been measured, and what could not be.
#[derive(Default)]
struct Done<'a> {
    parts: Vec<(&'a Case, usize, String, radiomics::Extraction)>,
    warnings: Vec<(&'a Case, String)>,
    failures: Vec<Failure>,
    errors: Vec<String>,
}

impl<'a> Done<'a> {
    fn take(&mut self, case: &'a Case, measured: Measured, perturbations: &[Named]) {
        for warning in measured.warnings {
            tracing::warn!("{}: {warning}", case_name(case));
            self.warnings.push((case, warning));
        }
        for part in measured.parts {
            match part.outcome {
                Ok(extraction) => {
                    for (_, warning) in extraction.warnings.iter().filter(|_| part.variant == 0) {
                        tracing::warn!("{}: {}{warning}", case_name(case), told(&part.prefix));
                    }
                    self.parts
                        .push((case, part.variant, part.prefix, extraction));
                }
                Err(error) => {
                    let region = part.prefix.trim_end_matches('_');
                    let perturbed = part.variant.checked_sub(1).map(|n| &perturbations[n].name);
                    let place: Vec<&str> = [Some(region), perturbed.map(String::as_str)]
                        .into_iter()
                        .flatten()
                        .filter(|text| !text.is_empty() && *text != case.sequence)
                        .collect();
                    let error = if place.is_empty() {
                        error
                    } else {
                        format!("{}: {error}", place.join(", "))
                    };
                    self.fail(case, &error);
                }
            }
        }
    }

    fn fail(&mut self, case: &Case, error: &str) {
        tracing::error!("{}: {error}", case_name(case));
        self.errors.push(error.to_owned());
        self.failures.push(Failure::new(
            &case.patient_id,
            &case.sequence,
            "radiomics",
            error,
            &regions::files(case),
        ));
    }

    /// The regions of one variant.
    fn of(&self, variant: usize) -> Vec<table::Cell<'_>> {
        let mine = self.parts.iter().filter(|part| part.1 == variant);
        mine.map(|(case, _, prefix, extraction)| table::Cell {
            patient: &case.patient_id,
            prefix,
            extraction,
        })
        .collect()
    }

    /// Why values of the main table are missing, and what to know of others.
    fn notes(&self, out: &Path) -> Vec<Note> {
        let table = out.file_stem().unwrap_or_default().to_string_lossy();
        let note = |case: &Case, column: String, reason: &str| Note {
            table: table.clone().into_owned(),
            id: case.patient_id.clone(),
            column,
            reason: reason.to_owned(),
        };
        let warnings = self.warnings.iter();
        let mut notes: Vec<Note> = warnings
            .map(|(case, warning)| note(case, case.sequence.clone(), warning))
            .collect();
        for (case, variant, prefix, extraction) in &self.parts {
            if *variant > 0 {
                continue;
            }
            let said = extraction.warnings.iter().chain(&extraction.notes);
            notes.extend(said.map(|(what, why)| note(case, format!("{prefix}{what}"), why)));
        }
        notes
    }
}

fn run_file(
    command: &Radiomics,
    context: &Context,
    cases: &[Case],
    resolved: &Resolved,
    done: &Done,
) -> Result<Run> {
    let mut run = Run::new("radiomics", env!("CARGO_PKG_VERSION"), context.seed);
    match &resolved.protocol {
        radiomics::Protocol::PyRadiomics(s) => run.set_all("", s, &resolved.explicit)?,
        radiomics::Protocol::Ibsi(s) => run.set_all("", s, &resolved.explicit)?,
    }
    let given = |typed: bool| if typed { "flag" } else { "default" };
    let preset = command.preset;
    run.set("preset", preset.name(), given(preset != Preset::default()));
    run.set("id", command.id.clone(), given(command.id != "patient_id"));
    run.set(
        "diagnostics",
        command.diagnostics,
        given(command.diagnostics),
    );
    if resolved.labels.len() > 1 {
        let labels: Vec<i64> = resolved.labels.iter().map(|&l| i64::from(l)).collect();
        run.set("label", labels, "flag");
    }
    if !command.ring_mm.is_empty() {
        run.set("ring_mm", command.ring_mm.clone(), "flag");
    }
    if let Some(roi) = &command.roi {
        run.set("roi", roi.clone(), "flag");
    }
    command.standardise.record(&mut run);
    for (key, value) in command.reading.typed() {
        run.set(key, value, "flag");
    }
    if let Some(threshold) = command.body_above {
        run.set("body_above", threshold, "flag");
    }
    if !command.maps.is_empty() {
        run.set("maps", command.maps.clone(), "flag");
    }
    if let Some(plan) = &command.perturb {
        run.set("perturb", plan.clone(), "flag");
    }
    run.notes.extend(resolved.notes.iter().cloned());
    run.fact("cases", whole(cases.len()));
    run.fact("failed", whole(done.failures.len()));
    run.inputs = fingerprints(command, cases)?;
    Ok(run)
}

/// What stands before a warning that is about one of several regions.
fn told(prefix: &str) -> String {
    match prefix.trim_end_matches('_') {
        "" => String::new(),
        region => format!("{region}: "),
    }
}

/// Refuses regions that would share their columns.
fn distinct_columns<'a>(lists: impl Iterator<Item = &'a [String]>) -> Result<()> {
    for names in lists {
        let columns: Vec<String> = names.iter().map(|name| Target::column(name)).collect();
        if let Some(i) = (0..names.len()).find(|&i| columns[..i].contains(&columns[i])) {
            bail!(
                "`{}` and another region would both have the columns {}_*: measure them one after \
                   the other",
                names[i],
                columns[i]
            );
        }
    }
    Ok(())
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn cases(command: &Radiomics) -> Result<Vec<Case>> {
    if let Some(path) = &command.cases {
        return Ok(manifest::cases(path, &command.id)?);
    }
    let (Some(image), Some(mask)) = (&command.image, &command.mask) else {
        bail!("give an image and a mask, or --cases");
    };
    let stem = || image_stem(image);
    Ok(vec![Case {
        patient_id: command.patient.clone().unwrap_or_else(stem),
        sequence: String::new(),
        image: image.clone(),
        mask: mask.clone(),
        labels: Vec::new(),
        rois: Vec::new(),
        body_mask: command.body_mask.clone(),
        brain_mask: command.standardise.brain_mask.clone(),
        cohort: None,
    }])
}

/// The file name of an image (or folder) without its ending.
pub fn image_stem(image: &Path) -> String {
    image
        .file_name()
        .map_or_else(String::new, |name| stem(&name.to_string_lossy()))
}

/// File name without its ending; `.nii.gz` is one ending.
fn stem(name: &str) -> String {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.rsplit_once('.')
        .map_or(name, |(stem, _)| stem)
        .to_owned()
}

fn inputs<'a>(command: &'a Radiomics, cases: &'a [Case]) -> Vec<&'a Path> {
    let tables = command.cases.iter().chain(&command.settings);
    let tables = tables.chain(&command.standardise.landmarks);
    tables
        .map(PathBuf::as_path)
        .chain(
            cases
                .iter()
                .flat_map(|case| regions::files(case).into_iter().map(|file| file.1)),
        )
        .collect()
}

fn fingerprints(command: &Radiomics, cases: &[Case]) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for (role, path) in [
        ("cases", &command.cases),
        ("settings", &command.settings),
        ("landmarks", &command.standardise.landmarks),
    ] {
        if let Some(path) = path {
            inputs.push(Input::of(role, "", path)?);
        }
    }
    for case in cases {
        for (role, path) in regions::files(case) {
            // A file that isn't there is in failures.csv.
            if let Ok(input) = Input::of(role, &case_name(case), path) {
                inputs.push(input);
            }
        }
    }
    Ok(inputs)
}

/// A case as messages name it.
pub fn case_name(case: &Case) -> String {
    if case.sequence.is_empty() {
        case.patient_id.clone()
    } else {
        format!("{} {}", case.patient_id, case.sequence)
    }
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
