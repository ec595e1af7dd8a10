//! An open file, and what is to be read of it.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

use super::{Loaded, Modality, Options, Problem};
use crate::Volume;

/// Where a MetaImage must have named itself, as in ITK.
const START_BYTES: u64 = 8000;

pub(super) struct Source<'a, R> {
    /// The bytes, from the first.
    pub reader: R,
    /// How many there are.
    pub length: u64,
    /// The file; none in memory, where there are no files beside it.
    pub path: Option<&'a Path>,
    pub options: &'a Options,
    /// Collected for [`Loaded`].
    pub warnings: Vec<String>,
}

impl<'a, R: BufRead + Seek> Source<'a, R> {
    pub fn new(reader: R, length: u64, path: Option<&'a Path>, options: &'a Options) -> Self {
        Self {
            reader,
            length,
            path,
            options,
            warnings: Vec::new(),
        }
    }

    /// The first bytes; the reader is where it was.
    pub fn start(&mut self) -> Result<Vec<u8>, Problem> {
        let mut start = Vec::new();
        (&mut self.reader)
            .take(START_BYTES)
            .read_to_end(&mut start)?;
        self.reader.rewind()?;
        Ok(start)
    }

    pub fn loaded(self, volume: Volume, modality: Modality) -> Loaded {
        Loaded {
            volume,
            modality,
            warnings: self.warnings,
        }
    }
}

/// Opens a file with bytes of its own (pipes and devices have no end) and says
/// how many.
pub(super) fn open(path: &Path) -> Result<(BufReader<File>, u64), Problem> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(Problem::Format(
            "not a file with bytes of its own".to_owned(),
        ));
    }
    Ok((BufReader::new(File::open(path)?), metadata.len()))
}

/// What a file that can't be read may be.
pub(super) fn guess(start: &[u8]) -> &'static str {
    let known: [(&[u8], &str); 9] = [
        (b"", ""),
        (b"\x89PNG", " (it looks like PNG)"),
        (b"\xff\xd8\xff", " (it looks like JPEG)"),
        (b"II*\0", " (it looks like TIFF)"),
        (b"MM\0*", " (it looks like TIFF)"),
        (b"PK\x03\x04", " (it looks like a ZIP archive; unpack it)"),
        (b"BZh", " (it is compressed by bzip2; unpack it)"),
        (b"\xfd7zXZ", " (it is compressed by xz; unpack it)"),
        (b"\x89HDF", " (it looks like HDF5, perhaps MINC)"),
    ];
    if start.is_empty() {
        return " (it is empty)";
    }
    known
        .into_iter()
        .rfind(|(magic, _)| start.starts_with(magic))
        .map_or("", |(_, text)| text)
}
