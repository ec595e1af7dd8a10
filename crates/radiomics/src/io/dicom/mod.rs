//! DICOM images: a folder, a file or a list of files to a volume.
//!
//! Messages name files, numbers and UIDs, but never what might name a patient.

use std::path::{Path, PathBuf};

use super::{Loaded, Options};
use crate::Error;

mod assemble;
mod classes;
mod codec;
mod collect;
mod data_set;
mod dates;
mod describe;
pub(crate) mod elements;
mod file;
mod instance;
mod keys;
mod layout;
mod meta;
mod pet;
mod pixels;
mod plan;
mod rescale;
mod slice;
mod stack;
mod syntax;
mod volumes;

pub use describe::{SeriesSummary, describe};
pub(crate) use file::{File, is_dicom};
pub(crate) use pixels::{Numbers, PixelFormat};

/// Reads one series of images: of a folder all its files, else the one file.
pub(crate) fn read(path: &Path, options: &Options) -> Result<Loaded, Error> {
    load(path, &collect::files(path)?, options)
}

/// Reads one series of images from a list of files.
///
/// # Errors
/// As [`super::load`].
pub fn read_series(files: &[PathBuf], options: &Options) -> Result<Loaded, Error> {
    let Some(first) = files.first() else {
        return Err(Error::File {
            path: PathBuf::from("(no file)"),
            problem: "the list of files is empty".to_owned(),
        });
    };
    let path = if files.len() == 1 {
        first.as_path()
    } else {
        first.parent().unwrap_or(first)
    };
    load(path, files, options)
}

/// Pixels of a file as they are stored, whatever it is an image of.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPixels {
    /// Frames, rows and columns.
    pub shape: [usize; 3],
    /// Values, column after column, row after row, frame after frame; bits
    /// that aren't stored are masked, signs extended, nothing is rescaled.
    pub values: Vec<f64>,
}

/// Decodes all pixels of a file without asking what they show: a mosaic, a
/// segmentation, a picture without a place. To compare with other readers.
///
/// # Errors
/// [`Error::Io`] or [`Error::File`]: no DICOM, no or truncated pixels, colour,
/// a compression that isn't read.
pub fn stored_pixels(path: &Path) -> Result<StoredPixels, Error> {
    let file = File::open(path)?;
    let format = PixelFormat::of(&file).map_err(|problem| file.error(problem))?;
    let mut values = Vec::new();
    for frame in 0..format.frames {
        values.append(&mut file.stored(&format, frame)?);
    }
    Ok(StoredPixels {
        shape: [format.frames, format.rows, format.columns],
        values,
    })
}

fn load(path: &Path, files: &[PathBuf], options: &Options) -> Result<Loaded, Error> {
    let told = |problem| Error::File {
        path: path.to_owned(),
        problem,
    };
    let mut warnings = Vec::new();
    let instances = collect::instances(files)?;
    let series =
        collect::choose(instances, options.series.as_deref(), &mut warnings).map_err(told)?;
    let mut plan = plan::plan(&series, options).map_err(told)?;
    warnings.append(&mut plan.warnings);
    Ok(Loaded {
        volume: assemble::volume(path, &plan)?,
        modality: plan.modality,
        warnings,
    })
}
