//! NRRD, attached or with data files of its own.
//!
//! Source: the NRRD format definition (teem.sourceforge.net/nrrd/format.html).
//! Read are the encodings raw, gzip, text and hex. Of axes outside of space
//! those of the kind `time` count volumes, the others channels.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use flate2::bufread::MultiGzDecoder;

use super::samples::{Sample, one_of, pick, read_exactly, skip, volume, voxel_count};
use super::source::Source;
use super::text::{read_hex, read_numbers};
use super::{Loaded, Modality, Problem, data_files};

mod axes;
mod header;

use axes::Axis;
use header::Header;
pub(super) use header::is_header;

pub(super) fn read<R: BufRead + Seek>(mut source: Source<R>) -> Result<Loaded, Problem> {
    let header = Header::read(&mut source.reader)?;
    let sizes = header.sizes()?;
    let count = voxel_count(&sizes)?;
    let sample = header.sample()?;
    let axes = axes::axes(&header, sizes.len())?;
    let geometry = axes::geometry(&header, &sizes, &axes, &mut source.warnings)?;
    let chosen = chosen(&sizes, &axes, &source)?;
    let mut values = match header.data_files(&sizes)? {
        Some(names) => data_files::read(source.path, &names, count, |reader, length, count| {
            read_values(&header, sample, reader, length, count)
        })?,
        None => read_values(&header, sample, &mut source.reader, source.length, count)?,
    };
    // The last axis first, so that those before keep their sizes.
    for (axis, number) in chosen.into_iter().rev() {
        let inner: u64 = sizes[..axis].iter().product();
        values = pick(
            &values,
            inner as usize,
            sizes[axis] as usize,
            number as usize,
        );
    }
    let volume = volume(values, geometry, sample.storage())?;
    Ok(source.loaded(volume, Modality::Unknown))
}

/// Of each axis outside of space with several volumes or channels the one to
/// be read. Where there is one such axis, either option chooses.
fn chosen<R>(
    sizes: &[u64],
    axes: &[Axis],
    source: &Source<R>,
) -> Result<Vec<(usize, u64)>, String> {
    let several: Vec<usize> = (0..axes.len())
        .filter(|&i| !matches!(axes[i], Axis::Space(_)) && sizes[i] > 1)
        .collect();
    let options = source.options;
    let choose = |&axis: &usize| {
        let time = matches!(axes[axis], Axis::Time);
        let (what, asked, other) = if time {
            ("volume", options.volume, None)
        } else {
            ("channel", options.channel, options.volume)
        };
        let asked = asked.or(if several.len() == 1 { other } else { None });
        one_of(sizes[axis], asked, what).map(|number| (axis, number))
    };
    let alike = |time: bool| {
        let matching = |&&i: &&usize| matches!(axes[i], Axis::Time) == time;
        several.iter().filter(matching).count() > 1
    };
    if alike(true) || alike(false) {
        return Err(format!(
            "sizes {sizes:?}: several axes outside of space; split it, one volume a file"
        ));
    }
    several.iter().map(choose).collect()
}

/// Decodes voxels from a reader that stands behind the header, or at the
/// beginning of a data file.
fn read_values<R: BufRead + Seek>(
    header: &Header,
    sample: Sample,
    mut reader: R,
    length: u64,
    count: u64,
) -> Result<Vec<f64>, Problem> {
    let wanted = count * sample.bytes();
    let lines: u64 = header.skip(&["line skip", "lineskip"])?;
    for _ in 0..lines {
        if reader.skip_until(b'\n')? == 0 {
            return Err(Problem::Format(format!(
                "fewer than the {lines} lines of line skip"
            )));
        }
    }
    let bytes: i64 = header.skip(&["byte skip", "byteskip"])?;
    let encoding = header.need("encoding")?.to_ascii_lowercase();
    let from_end = encoding == "raw" && bytes == -1;
    let before = match u64::try_from(bytes) {
        Ok(before) => before,
        Err(_) if from_end => 0,
        Err(_) => {
            return Err(Problem::Format(format!(
                "byte skip is {bytes}; it must be 0 or more, or -1 with the encoding raw"
            )));
        }
    };
    let skipped = |reader: &mut dyn Read| {
        skip(&mut { reader }, before).map_err(|problem| match problem {
            Problem::Format(_) => {
                Problem::Format(format!("fewer than the {before} bytes of byte skip"))
            }
            other => other,
        })
    };
    match encoding.as_str() {
        "raw" => {
            if from_end {
                // The voxels are the end of the file.
                let Some(start) = length.checked_sub(wanted) else {
                    let problem = format!("{wanted} bytes of voxels in {length}; truncated");
                    return Err(Problem::Format(problem));
                };
                reader.seek(SeekFrom::Start(start))?;
            } else {
                skipped(&mut reader)?;
            }
            let bytes = read_exactly(&mut reader, wanted, length, false)?;
            Ok(sample.decode(&bytes, header.big_endian(sample)?)?)
        }
        "gzip" | "gz" => {
            let mut reader = MultiGzDecoder::new(reader);
            skipped(&mut reader)?;
            let bytes = read_exactly(&mut reader, wanted, length, true)?;
            Ok(sample.decode(&bytes, header.big_endian(sample)?)?)
        }
        "hex" => {
            skipped(&mut reader)?;
            let bytes = read_hex(reader, wanted, length)?;
            Ok(sample.decode(&bytes, header.big_endian(sample)?)?)
        }
        "ascii" | "text" | "txt" => {
            skipped(&mut reader)?;
            read_numbers(BufReader::new(reader), count, length, sample.storage())
        }
        other => Err(Problem::Format(format!(
            "encoding {other:?} is not read; save it as raw or gzip"
        ))),
    }
}
