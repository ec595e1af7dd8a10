//! `radpath qc`: a picture of each case, slices with the mask's outline.

mod picture;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use pipeline::batch;
use pipeline::failure::{self, Failure};
use pipeline::manifest::{self, Case};
use pipeline::output::{self, OutputDir};
use pipeline::provenance::{self, Input, Run, Timing};
use radiomics::io;

use super::radiomics::{case_name, files, image_stem};
use super::targets::{Reading, Target, Wanted, targets};
use crate::context::Context;
use crate::{Outcome, progress};

const EXAMPLES: &str = "Examples:
  radpath qc t1.nii.gz tumour.nii.gz --out t1.png
  radpath qc ct_series/ rtstruct.dcm --roi 'GTV*' --out gtv.png
  radpath qc --cases cases.csv --out pictures";

/// How far mask and image grid may differ, as PyRadiomics has it.
const TOLERANCE: f64 = 1e-6;

/// Arguments of `radpath qc`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Qc {
    /// Image: NIfTI, NRRD, MetaImage, a DICOM file or the folder of a series
    #[arg(required_unless_present = "cases", requires = "mask")]
    pub image: Option<PathBuf>,
    /// Mask on the image's grid, DICOM RTSTRUCT or SEG
    pub mask: Option<PathBuf>,
    /// Table of images and masks, one case a row
    #[arg(long, value_name = "FILE", conflicts_with_all = ["image", "mask"])]
    pub cases: Option<PathBuf>,
    /// Picture to write (.png); with --cases a folder, a picture a region
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Column of --cases that holds the patient
    #[arg(long, value_name = "COLUMN", default_value = "patient_id")]
    pub id: String,
    /// Label of the region in the mask, 1 by default; a label in --cases goes before it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub label: Option<u32>,
    /// Region of an RTSTRUCT or SEG by name, number or pattern; roi in --cases goes before it
    #[arg(long, value_name = "NAME", conflicts_with = "label")]
    pub roi: Option<String>,
    /// Intensities that are black and white; by default CT: -160,240 (lung: -1350,150), else the 1st
    /// and 99th percentile of what is shown
    #[arg(
        long,
        value_name = "LOW,HIGH",
        num_args = 2,
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    pub window: Vec<f64>,
    /// How image files are read
    #[command(flatten)]
    pub reading: Reading,
}

/// Runs the command.
///
/// # Errors
/// A single case that can't be drawn; a batch of which none can.
pub fn run(command: &Qc, context: &Context) -> Result<Outcome> {
    let window = match command.window[..] {
        [low, high] if low.is_finite() && high.is_finite() && low < high => Some([low, high]),
        [] => None,
        _ => bail!("--window: give two numbers, the lower first, such as -160,240"),
    };
    match (&command.cases, &command.image, &command.mask) {
        (Some(path), _, _) => batch_of(command, context, path, window),
        (None, Some(image), Some(mask)) => {
            let png = command
                .out
                .extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("png"));
            if !png {
                bail!("{}: name the picture .png", command.out.display());
            }
            output::check_file(&command.out, &[image, mask])?;
            let case = Case {
                patient_id: image_stem(image),
                sequence: String::new(),
                image: image.clone(),
                mask: mask.clone(),
                labels: Vec::new(),
                rois: Vec::new(),
                body_mask: None,
                brain_mask: None,
                cohort: None,
            };
            let pictures = draw(command, &case, window)?;
            let [(_, png)] = &pictures[..] else {
                bail!("one picture is one region: name one with --roi or --label");
            };
            output::write_file(&command.out, &[image, mask], |to| {
                to.write_all(png).map_err(pipeline::Error::io(&command.out))
            })?;
            Ok(Outcome::Done)
        }
        _ => bail!("give an image and a mask, or --cases"),
    }
}

fn batch_of(
    command: &Qc,
    context: &Context,
    path: &Path,
    window: Option<[f64; 2]>,
) -> Result<Outcome> {
    let mut timing = Timing::start(context.threads);
    let cases = manifest::cases(path, &command.id)?;
    let inputs: Vec<&Path> = [path]
        .into_iter()
        .chain(
            cases
                .iter()
                .flat_map(|case| files(case).into_iter().map(|file| file.1)),
        )
        .collect();
    let folder = OutputDir::begin("qc", &command.out, &inputs)?;
    folder.subfolder("figures")?;
    let bar = progress::bar(context, "qc", cases.len());
    let results = batch::run(
        &cases,
        context.threads,
        &|n| bar.set_position(n as u64),
        &|case| {
            let pictures = draw(command, case, window)?;
            for (name, png) in &pictures {
                let file = folder
                    .path()
                    .join(format!("figures/{}.png", output::file_name(name)));
                std::fs::write(&file, png).with_context(|| file.display().to_string())?;
            }
            anyhow::Ok(pictures.len())
        },
    );
    bar.finish_and_clear();
    let (mut failures, mut pictures) = (Vec::new(), 0);
    for (case, result) in cases.iter().zip(results) {
        timing.item(&case_name(case), result.elapsed);
        match result.outcome {
            Ok(n) => pictures += n,
            Err(error) => {
                tracing::error!("{}: {error}", case_name(case));
                failures.push(Failure::new(
                    &case.patient_id,
                    &case.sequence,
                    "qc",
                    &error,
                    &files(case),
                ));
            }
        }
    }
    if pictures == 0 {
        bail!("none of the {} cases could be drawn", cases.len());
    }
    folder.table("failures", &failure::frame(&failures)?, context.format)?;
    let mut run = Run::new("qc", env!("CARGO_PKG_VERSION"), context.seed);
    if let Some([low, high]) = window {
        run.set("window", vec![low, high], "flag");
    }
    for (key, value) in command.reading.typed() {
        run.set(key, value, "flag");
    }
    run.inputs = vec![Input::of("cases", "", path)?];
    provenance::write_into(&folder, &run, &timing)?;
    folder.commit()?;
    Ok(if failures.is_empty() {
        Outcome::Done
    } else {
        Outcome::SomeFailed
    })
}

/// The pictures of a case, by name.
fn draw(command: &Qc, case: &Case, window: Option<[f64; 2]>) -> Result<Vec<(String, Vec<u8>)>> {
    let options = command.reading.options();
    let loaded = io::load(&case.image, &options)?;
    let mask = io::read_mask(&case.mask, &options)?;
    let typed: Vec<String> = command.roi.iter().cloned().collect();
    let label: Vec<u32> = command.label.into_iter().collect();
    let (rois, labels) = if case.rois.is_empty() && case.labels.is_empty() {
        (&typed, &label)
    } else {
        (&case.rois, &case.labels)
    };
    let wanted = Wanted {
        rois,
        labels,
        label: 1,
    };
    let geometry = loaded.volume.geometry();
    let (targets, odd) = targets(&mask, geometry, wanted, TOLERANCE)?;
    for warning in loaded.warnings.iter().chain(&odd) {
        tracing::warn!("{}: {warning}", case_name(case));
    }
    let several = targets.len() > 1;
    let picture = |target: &Target| {
        let mut name = case_name(case).replace(' ', "_");
        if several {
            name += &format!("_{}", Target::column(&target.name));
        }
        let title = format!("{}, {}", case_name(case), Target::column(&target.name));
        let png = picture::draw(&title, &loaded, &target.mask, target.label, window)?;
        anyhow::Ok((name, png))
    };
    targets.iter().map(picture).collect()
}
