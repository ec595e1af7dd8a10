//! Files to volumes, and volumes to NIfTI-1.
//!
//! Read are NIfTI-1 and -2, NRRD, MetaImage and DICOM; what a file is its
//! content says, not its name. Whatever the file's convention, the geometry
//! comes out in LPS millimetres, as ITK gives it. What a header claims is
//! checked against the file's length before anything is allocated, and more
//! than 2^30 voxels are not read.

use std::fs::File;
use std::io::{BufRead, Seek};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Error, Volume};

mod data_files;
/// DICOM images.
pub mod dicom;
mod mask;
mod meta_image;
mod nifti;
mod nifti_write;
mod nrrd;
/// Contours of DICOM RTSTRUCT.
pub mod rtstruct;
mod samples;
/// Segments of DICOM SEG.
pub mod seg;
mod source;
mod text;

pub use mask::{Mask, NamedRegion, has_named_regions, read_mask};
pub use nifti_write::{write_nifti, write_nifti_exact};

use source::Source;

/// What kind of scanner made an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Modality {
    /// Computed tomography, in Hounsfield units.
    Ct,
    /// Magnetic resonance, in units of no meaning of their own.
    Mr,
    /// Positron emission tomography, in SUV by body weight unless said
    /// otherwise.
    #[serde(rename = "PT")]
    Pet,
    /// Another kind.
    Other,
    /// The file doesn't say.
    #[default]
    Unknown,
}

/// What of a file is to be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Of several volumes (a fourth axis) the one to take, counted from 0;
    /// without it they are refused.
    pub volume: Option<usize>,
    /// Of several values a voxel the one to take, counted from 0; without it
    /// they are refused.
    pub channel: Option<usize>,
    /// Of a folder with several DICOM series the one to take, by its
    /// SeriesInstanceUID or SeriesNumber; without it they are refused.
    pub series: Option<String>,
    /// Whether PET may stay in Bq/ml where SUV can't be computed.
    pub raw_bq: bool,
}

/// An image and what its file says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The image.
    pub volume: Volume,
    /// What made it.
    pub modality: Modality,
    /// What was odd and has been put right or assumed, a sentence each.
    pub warnings: Vec<String>,
}

/// Why a file could not be read, before its name is known.
#[derive(Debug)]
enum Problem {
    Io(std::io::Error),
    Format(String),
}

impl Problem {
    fn of(self, path: &Path) -> Error {
        let path = path.to_owned();
        match self {
            Self::Io(cause) => Error::Io { path, cause },
            Self::Format(problem) => Error::File { path, problem },
        }
    }
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

/// Reads a 3-D image or mask: NIfTI-1 or -2 (`.nii`, `.nii.gz`, `.hdr` with
/// `.img`), NRRD (`.nrrd`, `.nhdr` with its data files), MetaImage (`.mha`,
/// `.mhd` with its data files) or DICOM (a file, or a folder with a series).
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
    load(path.as_ref(), &Options::default()).map(|loaded| loaded.volume)
}

/// [`read`], but of a file with several values a voxel (PyRadiomics' vector
/// masks, overlapping segments) takes one channel, counted from 0. A file with
/// one value a voxel is read as it is.
///
/// # Errors
/// As [`read`]; a channel that isn't there.
pub fn read_channel(path: impl AsRef<Path>, channel: usize) -> Result<Volume, Error> {
    let options = Options {
        channel: Some(channel),
        ..Options::default()
    };
    load(path.as_ref(), &options).map(|loaded| loaded.volume)
}

/// [`read`] with options, and with what the file says of the image: a DICOM
/// series (a folder of files) or file, or one of the other formats.
///
/// # Errors
/// As [`read`].
pub fn load(path: &Path, options: &Options) -> Result<Loaded, Error> {
    if dicom_class(path)?.is_some() {
        return dicom::read(path, options);
    }
    source::open(path)
        .and_then(|(reader, length)| read_any(Source::new(reader, length, Some(path), options)))
        .map_err(|problem| problem.of(path))
}

/// [`load`] of a file in memory, which has no data files beside it; not DICOM.
#[doc(hidden)]
pub fn load_bytes(bytes: &[u8], options: &Options) -> Result<Loaded, Error> {
    let reader = std::io::Cursor::new(bytes);
    read_any(Source::new(reader, bytes.len() as u64, None, options))
        .map_err(|problem| problem.of(Path::new("memory")))
}

/// Whether a path is a DICOM file, or a folder.
///
/// # Errors
/// As [`load`].
pub fn is_dicom(path: &Path) -> Result<bool, Error> {
    dicom_class(path).map(|class| class.is_some())
}

/// The SOP class of a DICOM file, empty for a folder or where it names none;
/// none for other files.
fn dicom_class(path: &Path) -> Result<Option<String>, Error> {
    let told = |cause| Error::Io {
        path: path.to_owned(),
        cause,
    };
    // Before it is opened: a pipe would wait for its writer.
    let metadata = std::fs::metadata(path).map_err(told)?;
    if metadata.is_dir() {
        return Ok(Some(String::new()));
    }
    if !metadata.is_file() {
        return Err(Problem::Format("not a file with bytes of its own".to_owned()).of(path));
    }
    let mut file = File::open(path).map_err(told)?;
    if !dicom::is_dicom(&mut file).map_err(told)? {
        return Ok(None);
    }
    dicom::File::open(path).map(|file| Some(file.sop_class()))
}

fn read_any<R: BufRead + Seek>(mut source: Source<R>) -> Result<Loaded, Problem> {
    if let Some(header) = source.path.and_then(nifti::header_beside) {
        let (reader, length) = source::open(&header)?;
        return nifti::read(Source::new(reader, length, Some(&header), source.options));
    }
    let start = source.start()?;
    if start.starts_with(&GZIP) || nifti::is_header(&start) {
        nifti::read(source)
    } else if nrrd::is_header(&start) {
        nrrd::read(source)
    } else if meta_image::is_header(&start) {
        meta_image::read(source)
    } else {
        Err(Problem::Format(format!(
            "neither NIfTI nor NRRD, MetaImage or DICOM{}; convert it to .nii, .nii.gz, .nrrd or \
             .mha",
            source::guess(&start)
        )))
    }
}

/// How compressed files begin.
const GZIP: [u8; 2] = [0x1f, 0x8b];
