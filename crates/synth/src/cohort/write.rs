//! A cohort to a folder, patient by patient in parallel.

use super::scanners::{MR_GAIN, MR_NOISE_SD, slide_scanner};
use super::truth::{PatientTruth, SlideRow, Truth};
use super::{CohortSpec, Patient, plan, tables};
use crate::slide::{self, SlideSpec, Stain};
use crate::volume::{self, Volume, VolumeSpec};
use crate::{Error, nifti, tiff};
use rayon::prelude::*;
use stats::rng::stream;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Draws the cohort of `spec` and writes it below `dir`, which is made where it
/// is missing; files of the same name are replaced. `progress` hears the number
/// of patients done and of all patients, from any thread. The bytes depend on
/// `spec` alone, not on the number of threads.
///
/// # Errors
/// [`Error::Setting`] for 0 or more than 10,000 patients; [`Error::Write`] and
/// [`Error::Encode`] when a file can't be written.
pub fn write(
    spec: &CohortSpec,
    dir: &Path,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Truth, Error> {
    let patients = plan(spec)?;
    for folder in ["images", "slides", "truth"] {
        let folder = dir.join(folder);
        std::fs::create_dir_all(&folder).map_err(Error::write(&folder))?;
    }
    let done = AtomicUsize::new(0);
    let truths: Result<Vec<PatientTruth>, Error> = patients
        .par_iter()
        .map(|patient| {
            let truth = write_patient(spec.seed, patient, dir)?;
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, patients.len());
            Ok(truth)
        })
        .collect();
    let truth = Truth {
        spec: spec.clone(),
        patients: truths?,
    };
    for (name, text) in [
        ("cases.csv", tables::cases(&patients)),
        ("slides.csv", tables::slides(&patients)),
        ("clinical.csv", tables::clinical(&patients)),
        ("study.toml", tables::study_toml(spec, &patients)),
        ("truth/patients.csv", tables::truth_patients(&truth)),
        ("truth/links.csv", tables::truth_links(&truth)),
        ("truth/truth.toml", tables::truth_toml(spec)),
        ("README.md", tables::readme(spec)),
    ] {
        let path = dir.join(name);
        std::fs::write(&path, text).map_err(Error::write(&path))?;
    }
    Ok(truth)
}

fn write_patient(seed: u64, patient: &Patient, dir: &Path) -> Result<PatientTruth, Error> {
    let spec = volume_spec(seed, patient);
    let volume = draw_volume(seed, patient, &spec)?;
    nifti::write_image(&dir.join(tables::image_path(&patient.id)), &volume)?;
    nifti::write_mask(&dir.join(tables::mask_path(&patient.id)), &volume)?;
    let slides: Result<Vec<SlideRow>, Error> = Stain::PANEL
        .par_iter()
        .map(|&stain| write_slide(seed, patient, stain, dir))
        .collect();
    Ok(PatientTruth {
        patient: patient.clone(),
        tumour_mm3: volume.tumour_mm3(),
        tumour_mean: spec.tumour_mean,
        slides: slides?,
    })
}

/// The MR volume the cohort of this seed holds for a patient.
pub(crate) fn draw_volume(
    seed: u64,
    patient: &Patient,
    spec: &VolumeSpec,
) -> Result<Volume, Error> {
    volume::render(
        spec,
        &mut stream(seed, "synthetic volume", patient.index as u64),
    )
}

pub(crate) fn volume_spec(seed: u64, patient: &Patient) -> VolumeSpec {
    let mut random = stream(seed, "synthetic volume settings", patient.index as u64);
    VolumeSpec {
        texture: patient.latents.texture,
        tumour_radius_mm: patient.latents.tumour_radius_mm(),
        tumour_mean: (1_450.0 + 70.0 * random.normal()).clamp(1_200.0, 1_700.0),
        gain: MR_GAIN[patient.centre],
        noise_sd: MR_NOISE_SD[patient.centre],
        ..VolumeSpec::default()
    }
}

fn write_slide(seed: u64, patient: &Patient, stain: Stain, dir: &Path) -> Result<SlideRow, Error> {
    let purpose = format!("synthetic slide {}", stain.name());
    let random = &mut stream(seed, &purpose, patient.index as u64);
    let side = |u: f64| 1_280 + (120.0 * u) as u32;
    let spec = SlideSpec {
        stain,
        size_px: [side(random.uniform()), side(random.uniform())],
        pieces: if random.uniform() < 0.35 { 2 } else { 1 },
        positive_mm2: patient.latents.positive_mm2(stain),
        scanner: slide_scanner(patient.centre),
    };
    let (image, truth) = slide::render(&spec, random)?;
    tiff::write(
        &dir.join(tables::slide_path(&patient.id, stain)),
        &image,
        slide::MPP,
    )?;
    Ok(SlideRow {
        stain,
        aimed_positive_mm2: spec.positive_mm2,
        counts: truth.counts,
    })
}
