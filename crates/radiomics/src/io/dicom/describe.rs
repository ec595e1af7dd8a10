//! What is in a folder or file, without pixels and without names.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::classes;
use super::collect::{by_series, files, is_code};
use super::file::File;
use super::instance::Instance;
use super::plan::plan;
use crate::io::Options;
use crate::{Error, Geometry};

/// A series as `describe` sees it; nothing in it names a patient.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesSummary {
    /// Modality: `CT`, `MR`, `PT`, `RTSTRUCT`, ...; empty where the file names
    /// none.
    pub modality: String,
    /// Name of the SOP class, its UID where it is none of imaging.
    pub sop_class: String,
    /// SeriesNumber.
    pub series_number: Option<i64>,
    /// SeriesInstanceUID, empty where there is none.
    pub uid: String,
    /// Files.
    pub instances: usize,
    /// Frames of all files.
    pub frames: usize,
    /// Volumes that the frames make: time points, echoes, ...; 0 where there
    /// is no image.
    pub volumes: usize,
    /// Size, spacing, origin and direction of the (first) volume.
    pub geometry: Option<Geometry>,
    /// Name and UID of the transfer syntax.
    pub transfer_syntax: String,
    /// What was odd.
    pub warnings: Vec<String>,
    /// Why it would not load as it is.
    pub problem: Option<String>,
    /// Its first file.
    pub first_file: PathBuf,
}

/// Looks into a DICOM file or a folder of them (all files below it), without
/// decoding pixels: one summary a series, and one for each file that can't be
/// read.
///
/// # Errors
/// [`Error::Io`] where the path can't be read, [`Error::File`] where a folder
/// holds no DICOM file.
pub fn describe(path: &Path) -> Result<Vec<SeriesSummary>, Error> {
    let files = files(path)?;
    let heads: Vec<Result<Instance, Error>> = files
        .par_iter()
        .map(|path| File::open(path).map(|file| Instance::of(&file)))
        .collect();
    let mut instances = Vec::new();
    let mut damaged = Vec::new();
    for (head, path) in heads.into_iter().zip(files) {
        match head {
            Ok(head) => instances.push(head),
            Err(error) => damaged.push(unreadable(path, &error)),
        }
    }
    let mut summaries: Vec<SeriesSummary> = by_series(instances)
        .into_iter()
        .filter_map(|series| summary(&series))
        .collect();
    summaries.append(&mut damaged);
    Ok(summaries)
}

fn summary(series: &super::collect::Series) -> Option<SeriesSummary> {
    let first = series.instances.first()?;
    let images = series
        .instances
        .iter()
        .filter_map(|it| it.image.as_ref().ok());
    let frames = images.map(|image| image.slices.len()).sum();
    let modality = if is_code(&first.modality) {
        first.modality.clone()
    } else {
        "odd".to_owned()
    };
    let mut summary = SeriesSummary {
        modality,
        sop_class: classes::name(&first.sop_class),
        series_number: first.series_number,
        uid: classes::shown(&first.series).to_owned(),
        instances: series.instances.len(),
        frames,
        volumes: 0,
        geometry: None,
        transfer_syntax: first.syntax.clone(),
        warnings: Vec::new(),
        problem: None,
        first_file: first.path.clone(),
    };
    match plan(series, &Options::default()) {
        Ok(plan) => {
            summary.volumes = plan.volumes;
            summary.geometry = Some(plan.stack.geometry);
            summary.warnings = plan.warnings;
        }
        Err(problem) => {
            summary.problem = Some(problem);
            let chosen = Options {
                volume: Some(0),
                raw_bq: true,
                ..Options::default()
            };
            if let Ok(plan) = plan(series, &chosen) {
                summary.volumes = plan.volumes;
                summary.geometry = Some(plan.stack.geometry);
                summary.warnings = plan.warnings;
            }
        }
    }
    Some(summary)
}

fn unreadable(path: PathBuf, error: &Error) -> SeriesSummary {
    SeriesSummary {
        modality: String::new(),
        sop_class: String::new(),
        series_number: None,
        uid: String::new(),
        instances: 1,
        frames: 0,
        volumes: 0,
        geometry: None,
        transfer_syntax: String::new(),
        warnings: Vec::new(),
        problem: Some(error.to_string()),
        first_file: path,
    }
}
