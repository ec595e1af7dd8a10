//! A DICOM file, whatever state its header is in.

use std::io::{Read, Seek, SeekFrom};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::data_set::{DataSet, data_set};
use super::elements::text;
use super::layout::{Encoding, PixelBytes};
use super::meta::{self, Meta};
use super::syntax::Syntax;
use crate::Error;
use crate::io::Problem;
use crate::io::samples::{damaged_stream, room};

/// Larger files aren't read: their 16-bit voxels would be too many.
const MAX_BYTES: u64 = 1 << 32;
/// Images deflate to a half, flat ones to a hundredth.
const MOST_INFLATED: u64 = 100;
const LEAST_INFLATED: u64 = 1 << 26;

/// An opened file: its elements and what was odd about it.
pub(crate) struct File {
    pub path: PathBuf,
    /// Its elements, without pixels and what follows them.
    pub object: InMemDicomObject,
    pub warnings: Vec<String>,
    pub syntax: Syntax,
    /// How it is really written.
    pub encoding: Encoding,
    pub pixels: Option<PixelBytes>,
    /// The whole file, inflated where it is deflated.
    pub bytes: Vec<u8>,
}

impl File {
    /// Opens a file with all its elements.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        Self::from_path(path).map_err(|problem| match problem {
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

    fn from_path(path: &Path) -> Result<Self, Problem> {
        let mut file = std::fs::File::open(path)?;
        let length = file.metadata()?.len();
        if length > MAX_BYTES {
            let problem = format!("{length} bytes are too many for a DICOM image; split the file");
            return Err(Problem::Format(problem));
        }
        let mut bytes = room(length, "bytes")?;
        file.read_to_end(&mut bytes)?;
        let mut opened = Self::from_bytes(bytes)?;
        path.clone_into(&mut opened.path);
        Ok(opened)
    }

    /// A file that is in memory.
    fn from_bytes(mut bytes: Vec<u8>) -> Result<Self, Problem> {
        let mut warnings = Vec::new();
        let Meta {
            mut start,
            syntax: named,
        } = meta::read(&bytes)?;
        let named = named.as_deref().map(Syntax::of);
        if named.as_ref().is_some_and(|syntax| syntax.deflated) {
            bytes = inflate(&bytes[start..])?;
            start = 0;
        }
        let (encoding, found, syntax) = match named {
            Some(syntax) => match syntax.encoding {
                Some(encoding) => {
                    let found = parse(&bytes, start, encoding).map_err(damaged)?;
                    (encoding, found, syntax)
                }
                None => {
                    let (encoding, found) = guess(&bytes, start)?;
                    (encoding, found, syntax)
                }
            },
            None => {
                let (encoding, found) = guess(&bytes, start)?;
                let syntax = Syntax::of_encoding(encoding);
                warnings.push(format!(
                    "the file doesn't say how it is written; it is taken for {}",
                    syntax.name
                ));
                (encoding, found, syntax)
            }
        };
        let DataSet { object, pixels } = found;
        Ok(Self {
            path: PathBuf::new(),
            object,
            warnings,
            syntax,
            encoding,
            pixels,
            bytes,
        })
    }

    /// SOP class of the file, empty where it names none.
    pub(crate) fn sop_class(&self) -> String {
        text(&self.object, tags::SOP_CLASS_UID).unwrap_or_default()
    }

    /// An error of this file.
    pub(crate) fn error(&self, problem: impl Into<String>) -> Error {
        Error::File {
            path: self.path.clone(),
            problem: problem.into(),
        }
    }
}

/// How a file is written that doesn't say so: the first way in which every
/// length fits and the first element is one that files begin with.
fn guess(bytes: &[u8], start: usize) -> Result<(Encoding, DataSet), String> {
    let ways = [Encoding::IMPLICIT, Encoding::EXPLICIT, Encoding::BIG_ENDIAN];
    let first = bytes.get(start..).and_then(|rest| rest.first_chunk());
    for encoding in ways {
        let group = first.map(|&group| {
            if encoding.big_endian {
                u16::from_be_bytes(group)
            } else {
                u16::from_le_bytes(group)
            }
        });
        if group.is_some_and(|group| group > 0x0010) {
            continue;
        }
        if let Ok(found) = parse(bytes, start, encoding) {
            return Ok((encoding, found));
        }
    }
    Err(
        "the file doesn't say how it is written, and its elements fit no way of writing; it is \
         truncated or damaged"
            .to_owned(),
    )
}

fn damaged(problem: String) -> String {
    format!("the elements are damaged or the file is truncated: {problem}; copy the file again")
}

/// The elements, also where the third party that reads their values panics.
fn parse(bytes: &[u8], start: usize, encoding: Encoding) -> Result<DataSet, String> {
    catch_unwind(|| data_set(bytes, start, encoding))
        .unwrap_or_else(|_| Err("they can't be parsed".to_owned()))
}

fn inflate(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let most = (bytes.len() as u64).saturating_mul(MOST_INFLATED) + LEAST_INFLATED;
    let mut inflated = Vec::new();
    flate2::read::DeflateDecoder::new(bytes)
        .take(most + 1)
        .read_to_end(&mut inflated)
        .map_err(damaged_stream)?;
    if inflated.len() as u64 > most {
        let problem = format!("it inflates to more than {most} bytes; that is no image");
        return Err(Problem::Format(problem));
    }
    Ok(inflated)
}

/// Whether a file looks like DICOM: its preamble, or a first element of a
/// group that DICOM files begin with.
pub(crate) fn is_dicom(file: &mut std::fs::File) -> std::io::Result<bool> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.by_ref().take(132).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let preamble = head.get(128..132) == Some(b"DICM".as_slice()) || head.starts_with(b"DICM");
    // Groups 0002 and 0008, in either byte order.
    let group = head.first_chunk::<2>().copied();
    let bare = matches!(group, Some([2 | 8, 0] | [0, 2 | 8])) && head.len() > 8;
    Ok(preamble || bare)
}
