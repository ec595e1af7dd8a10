//! NIfTI-1 and NIfTI-2: one file, plain or gzip, or a header (`.hdr`) beside
//! its voxels (`.img`).
//!
//! Source: nifti1.h and nifti2.h. Which of the header's two orientations
//! counts stands in [`orientation`].

use std::io::{BufRead, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::samples::{Sample, one_of, read_exactly, skip, volume, voxel_count};
use super::source::{self, Source};
use super::{GZIP, Loaded, Modality, Problem};
use crate::Storage;

mod header;
mod orientation;

use header::Header;
pub(super) use header::is_header;

pub(super) fn read<R: BufRead + Seek>(mut source: Source<R>) -> Result<Loaded, Problem> {
    let compressed = source.start()?.starts_with(&GZIP);
    let header = if compressed {
        Header::read(&mut MultiGzDecoder::new(&mut source.reader))
            .map_err(|problem| inside(&mut source, problem))?
    } else {
        Header::read(&mut source.reader)?
    };
    let sample = header.sample()?;
    let geometry = orientation::geometry(&header, &mut source.warnings)?;
    let voxels = voxel_count(&geometry.size.map(|n| n as u64))?;
    let number = which(&header, &source)?;
    let scaling = header.scaling()?;

    let wanted = voxels * sample.bytes();
    let first = header.data_start()?;
    let start = number
        .checked_mul(wanted)
        .and_then(|before| before.checked_add(first))
        .ok_or_else(|| "more volumes than can be counted; the header is damaged".to_owned())?;
    let data = if header.single_file {
        read_at(&mut source.reader, start, wanted, source.length, compressed)?
    } else {
        let path = voxels_beside(source.path)?;
        let (mut reader, length) = source::open(&path)?;
        let compressed = reader.fill_buf()?.starts_with(&GZIP);
        read_at(&mut reader, start, wanted, length, compressed)?
    };
    let mut values = sample.decode(&data, header.big_endian)?;
    drop(data);
    let mut storage = sample.storage();
    if let Some((slope, intercept)) = scaling {
        // Scaled whole numbers are of single precision, as ITK has them.
        if sample != Sample::F64 {
            storage = Storage::Single;
        }
        for value in &mut values {
            *value = storage.store(storage.store(*value) * slope + intercept);
        }
    }
    let volume = volume(values, geometry, storage)?;
    Ok(source.loaded(volume, Modality::Unknown))
}

/// Which block of voxels is to be read: the fourth axis counts volumes, the
/// fifth channels.
fn which<R>(header: &Header, source: &Source<R>) -> Result<u64, String> {
    let size = |axis: usize| header.size(axis);
    if let Some(axis) = (6..=7).find(|&axis| size(axis) > 1) {
        return Err(format!(
            "axis {axis} has size {}; images of more than five axes are not read, split it",
            size(axis)
        ));
    }
    let volume = one_of(size(4), source.options.volume, "volume")?;
    let channel = one_of(size(5), source.options.channel, "channel")?;
    channel
        .checked_mul(size(4))
        .and_then(|before| before.checked_add(volume))
        .ok_or_else(|| "more volumes than can be counted; the header is damaged".to_owned())
}

fn read_at<R: BufRead + Seek>(
    reader: &mut R,
    start: u64,
    wanted: u64,
    length: u64,
    compressed: bool,
) -> Result<Vec<u8>, Problem> {
    reader.rewind()?;
    if compressed {
        let mut reader = MultiGzDecoder::new(reader);
        skip(&mut reader, start)?;
        read_exactly(&mut reader, wanted, length, true)
    } else {
        let left = length.saturating_sub(start);
        if left > 0 {
            reader.seek(SeekFrom::Start(start))?;
        }
        read_exactly(&mut reader.take(left), wanted, left, false)
    }
}

/// What is inside of a gzip file that is no NIfTI file.
fn inside<R: BufRead + Seek>(source: &mut Source<R>, problem: Problem) -> Problem {
    let mut start = Vec::new();
    let read = source.reader.rewind().and_then(|()| {
        MultiGzDecoder::new(&mut source.reader)
            .take(8000)
            .read_to_end(&mut start)
    });
    let found = match start {
        _ if read.is_err() || is_header(&start) || start.len() < 4 => return problem,
        _ if super::nrrd::is_header(&start) => "a NRRD file is compressed as a whole",
        _ if super::meta_image::is_header(&start) => "a MetaImage file is compressed as a whole",
        _ if start.get(128..132) == Some(b"DICM") => "a DICOM file is compressed as a whole",
        _ => {
            return Problem::Format("compressed, but not a NIfTI file inside".to_owned());
        }
    };
    Problem::Format(format!("{found}; unpack it with gunzip"))
}

/// The header of a pair, where a path is that of its voxels.
pub(super) fn header_beside(path: &Path) -> Option<PathBuf> {
    beside(path, "img", ["hdr", "HDR", "hdr.gz"])
}

/// The voxels of a pair, where a path is that of its header.
fn voxels_beside(header: Option<&Path>) -> Result<PathBuf, String> {
    header
        .and_then(|path| beside(path, "hdr", ["img", "IMG", "img.gz"]))
        .ok_or_else(|| {
            "the header of a .hdr/.img pair; its voxels (.img or .img.gz of the same name) are \
             not beside it"
                .to_owned()
        })
}

/// The file of the same name but for its ending that exists.
fn beside(path: &Path, ending: &str, others: [&str; 3]) -> Option<PathBuf> {
    let is = |path: &Path, ending: &str| {
        path.extension()
            .is_some_and(|found| found.eq_ignore_ascii_case(ending))
    };
    let plain = if is(path, "gz") {
        path.with_extension("")
    } else {
        path.to_owned()
    };
    if !is(&plain, ending) {
        return None;
    }
    others
        .into_iter()
        .map(|other| plain.with_extension(other))
        .find(|path| path.is_file())
}
