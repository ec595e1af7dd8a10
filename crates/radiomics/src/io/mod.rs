//! Files to volumes, NIfTI-1 and NRRD, and volumes to NIfTI-1.
//!
//! Whatever the file's convention, the geometry comes out in LPS millimetres,
//! as ITK gives it. What a header claims is checked against the file's length
//! before anything is allocated, and more than 2^30 voxels are not read.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use crate::{Error, Volume};

mod nifti;
mod nifti_write;
mod nrrd;
mod samples;

pub use nifti_write::write_nifti;

/// Why a file could not be read, before its name is known.
#[derive(Debug)]
enum Problem {
    Io(std::io::Error),
    Format(String),
}

impl From<String> for Problem {
    fn from(problem: String) -> Self {
        Self::Format(problem)
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Format(error.to_string())
    }
}

/// Reads a 3-D image or mask: NIfTI-1 (`.nii`, `.nii.gz`) or NRRD (`.nrrd`,
/// `.nhdr` with its data file).
///
/// The file's first bytes decide, not its name. Values are converted to
/// double precision (64-bit integers beyond 2^53 are rounded); NIfTI's
/// `scl_slope` and `scl_inter` are applied. Further axes of size 1 are
/// accepted.
///
/// # Errors
/// [`Error::Io`] or [`Error::File`], both naming the file: missing, of another
/// format, truncated, of an unsupported type or encoding, with several
/// volumes, of more than 2^30 voxels or more than memory holds, or with a
/// geometry that is no regular grid.
pub fn read(path: impl AsRef<Path>) -> Result<Volume, Error> {
    read_part(path.as_ref(), None)
}

/// [`read`], but of a NRRD with several values a voxel (an axis outside of
/// space: PyRadiomics' vector masks, overlapping segments) takes one channel,
/// counted from 0. A file with one value a voxel is read as it is.
///
/// # Errors
/// As [`read`]; a channel that isn't there.
pub fn read_channel(path: impl AsRef<Path>, channel: usize) -> Result<Volume, Error> {
    read_part(path.as_ref(), Some(channel))
}

fn read_part(path: &Path, channel: Option<usize>) -> Result<Volume, Error> {
    read_any(path, channel).map_err(|problem| match problem {
        Problem::Io(cause) => Error::Io {
            path: path.to_owned(),
            cause,
        },
        Problem::Format(problem) => Error::File {
            path: path.to_owned(),
            problem,
        },
    })
}

fn read_any(path: &Path, channel: Option<usize>) -> Result<Volume, Problem> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut magic = Vec::new();
    (&file).take(4).read_to_end(&mut magic)?;
    file.rewind()?;
    let reader = BufReader::new(file);
    match magic[..] {
        [0x1f, 0x8b, ..] => nifti::read_gzip(reader, length),
        [b'N', b'R', b'R', b'D'] => nrrd::read(reader, length, path.parent(), channel),
        [a, b, c, d] if nifti::is_header_size([a, b, c, d]) => nifti::read_plain(reader, length),
        _ => Err(Problem::Format(
            "neither NIfTI nor NRRD; convert it to .nii, .nii.gz or .nrrd".to_owned(),
        )),
    }
}
