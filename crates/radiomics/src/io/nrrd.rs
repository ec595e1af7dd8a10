//! NRRD, attached or with a data file of its own.
//!
//! Source: the NRRD format definition (teem.sourceforge.net/nrrd/format.html).
//! Read are the encodings raw, gzip and text; the spaces LPS, RAS and LAS,
//! others being taken for LPS with a warning; without `space directions`, the
//! `spacings`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::str::FromStr;

use flate2::bufread::MultiGzDecoder;
use ndarray::Array3;

use super::Problem;
use super::samples::{Sample, damaged_stream, read_exactly, room, voxel_count};
use crate::error::number;
use crate::{Geometry, Volume};

/// A header longer than this is no header.
const MAX_HEADER_BYTES: u64 = 1 << 20;

pub(super) fn read(
    mut reader: BufReader<File>,
    length: u64,
    folder: Option<&Path>,
    channel: Option<usize>,
) -> Result<Volume, Problem> {
    let header = Header::read(&mut reader)?;
    let sizes = header.sizes()?;
    let count = voxel_count(&sizes)?;
    let channels = header.channels(&sizes, channel)?;
    let geometry = header.geometry(&sizes)?;
    let values = match header.get(&["data file", "datafile"]) {
        None => header.values(reader, length, count)?,
        Some(name) => {
            if name.starts_with("LIST") || name.contains('%') {
                let problem =
                    format!("data file {name:?}: several data files are not read; join them");
                return Err(Problem::Format(problem));
            }
            let path = folder.unwrap_or(Path::new("")).join(name);
            let file = File::open(&path)
                .map_err(|error| format!("its data file {name:?} can't be opened: {error}"))?;
            let length = file.metadata()?.len();
            header.values(BufReader::new(file), length, count)?
        }
    };
    let values = match channels {
        Some(channels) => channels.pick(&values),
        None => values,
    };
    let [nx, ny, nz] = geometry.size;
    let values = Array3::from_shape_vec((nz, ny, nx), values)
        .map_err(|error| format!("voxels don't fill the grid: {error}"))?;
    let storage = header.sample()?.storage();
    Ok(Volume::new(values, geometry)?.stored_as(storage))
}

/// One of several values a voxel.
struct Channels {
    /// Values that stand together: those of the axes before the channels'.
    inner: usize,
    count: usize,
    channel: usize,
}

impl Channels {
    fn pick(&self, values: &[f64]) -> Vec<f64> {
        let blocks = values.chunks_exact(self.inner * self.count);
        let from = self.inner * self.channel;
        let mine = blocks.flat_map(|block| &block[from..from + self.inner]);
        mine.copied().collect()
    }
}

/// The fields, by name in lower case.
struct Header(BTreeMap<String, String>);

impl Header {
    /// Reads up to the empty line that ends the header.
    fn read(reader: &mut impl BufRead) -> Result<Self, Problem> {
        let mut limited = reader.take(MAX_HEADER_BYTES);
        let mut fields = BTreeMap::new();
        let mut line = Vec::new();
        for number in 1usize.. {
            line.clear();
            if limited.read_until(b'\n', &mut line)? == 0 {
                if limited.limit() == 0 {
                    return Err(Problem::Format("the NRRD header doesn't end".to_owned()));
                }
                break;
            }
            let text = std::str::from_utf8(&line)
                .map_err(|_| format!("line {number} of the NRRD header is not text"))?
                .trim();
            if text.is_empty() {
                break;
            }
            if number == 1 {
                let version = text
                    .strip_prefix("NRRD")
                    .and_then(|v| v.parse::<u32>().ok());
                if !matches!(version, Some(1..=5)) {
                    return Err(Problem::Format(format!(
                        "{text:?} is no NRRD version (1 to 5)"
                    )));
                }
                continue;
            }
            // `key:=value` pairs are free comments.
            if text.starts_with('#') || text.contains(":=") {
                continue;
            }
            let Some((name, value)) = text.split_once(':') else {
                let problem = format!("line {number} of the NRRD header is no field: {text:?}");
                return Err(Problem::Format(problem));
            };
            let name = name.trim().to_ascii_lowercase();
            if let Some(earlier) = fields.insert(name.clone(), value.trim().to_owned())
                && earlier != value.trim()
            {
                return Err(Problem::Format(format!(
                    "two different NRRD fields {name:?}"
                )));
            }
        }
        Ok(Self(fields))
    }

    fn get(&self, names: &[&str]) -> Option<&str> {
        names
            .iter()
            .find_map(|&name| self.0.get(name))
            .map(String::as_str)
    }

    fn need(&self, name: &str) -> Result<&str, String> {
        self.get(&[name])
            .ok_or_else(|| format!("the NRRD header has no field {name:?}"))
    }

    fn sizes(&self) -> Result<Vec<u64>, String> {
        let text = self.need("sizes")?;
        let sizes: Vec<u64> = text
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| format!("sizes {text:?} are not whole numbers"))?;
        let dimension = self.need("dimension")?;
        if dimension.parse() != Ok(sizes.len()) {
            return Err(format!("dimension is {dimension}, but sizes are {sizes:?}"));
        }
        Ok(sizes)
    }

    fn sample(&self) -> Result<Sample, String> {
        Ok(match self.need("type")? {
            "signed char" | "int8" | "int8_t" => Sample::I8,
            "uchar" | "unsigned char" | "uint8" | "uint8_t" => Sample::U8,
            "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => {
                Sample::I16
            }
            "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => {
                Sample::U16
            }
            "int" | "signed int" | "int32" | "int32_t" => Sample::I32,
            "uint" | "unsigned int" | "uint32" | "uint32_t" => Sample::U32,
            "longlong"
            | "long long"
            | "long long int"
            | "signed long long"
            | "signed long long int"
            | "int64"
            | "int64_t" => Sample::I64,
            "ulonglong"
            | "unsigned long long"
            | "unsigned long long int"
            | "uint64"
            | "uint64_t" => Sample::U64,
            "float" => Sample::F32,
            "double" => Sample::F64,
            other => return Err(format!("voxels of type {other:?} are not read")),
        })
    }

    fn big_endian(&self, sample: Sample) -> Result<bool, String> {
        match self.get(&["endian"]) {
            Some("little") => Ok(false),
            Some("big") => Ok(true),
            None if sample.bytes() == 1 => Ok(false),
            None => Err("the NRRD header has no field \"endian\"".to_owned()),
            Some(other) => Err(format!("endian is {other:?}; it must be little or big")),
        }
    }

    /// How much to leave out; the type decides whether it may be negative.
    fn skip<T: FromStr>(&self, names: &[&str]) -> Result<T, String> {
        let text = self.get(names).unwrap_or("0");
        text.parse().map_err(|_| {
            format!(
                "{} is {text:?}; it must be a whole number, 0 or more",
                names[0]
            )
        })
    }

    /// Decodes the voxels from a reader that stands where they begin.
    fn values(
        &self,
        mut reader: BufReader<File>,
        length: u64,
        count: u64,
    ) -> Result<Vec<f64>, Problem> {
        let sample = self.sample()?;
        let wanted = count * sample.bytes();
        let lines: u64 = self.skip(&["line skip", "lineskip"])?;
        for _ in 0..lines {
            if reader.skip_until(b'\n')? == 0 {
                return Err(Problem::Format(format!(
                    "fewer than the {lines} lines of line skip"
                )));
            }
        }
        let skip: i64 = self.skip(&["byte skip", "byteskip"])?;
        let encoding = self.need("encoding")?.to_ascii_lowercase();
        match encoding.as_str() {
            "raw" => {
                if skip == -1 {
                    // The voxels are the end of the file.
                    let Some(start) = length.checked_sub(wanted) else {
                        let problem = format!("{wanted} bytes of voxels in {length}; truncated");
                        return Err(Problem::Format(problem));
                    };
                    std::io::Seek::seek(&mut reader, std::io::SeekFrom::Start(start))?;
                } else {
                    skip_bytes(&mut reader, skip)?;
                }
                let bytes = read_exactly(&mut reader, wanted, length, false)?;
                Ok(sample.decode(&bytes, self.big_endian(sample)?)?)
            }
            "gzip" | "gz" => {
                let mut reader = MultiGzDecoder::new(reader);
                skip_bytes(&mut reader, skip)?;
                let bytes = read_exactly(&mut reader, wanted, length, true)?;
                Ok(sample.decode(&bytes, self.big_endian(sample)?)?)
            }
            "ascii" | "text" | "txt" => {
                skip_bytes(&mut reader, skip)?;
                read_text(reader, count, length)
            }
            other => Err(Problem::Format(format!(
                "encoding {other:?} is not read; save it as raw or gzip"
            ))),
        }
    }

    fn geometry(&self, sizes: &[u64]) -> Result<Geometry, String> {
        if let Some(units) = self.get(&["space units"])
            && units
                .split('"')
                .any(|u| !["", "mm", "millimeter", "millimeters"].contains(&u.trim()))
        {
            return Err(format!("space units are {units}; only mm is read"));
        }
        let axes = self.axes(sizes.len())?;
        let spatial: Vec<usize> = (0..axes.len()).filter(|&i| axes[i].is_some()).collect();
        let Ok(steps) = <[[f64; 3]; 3]>::try_from(axes.into_iter().flatten().collect::<Vec<_>>())
        else {
            return Err(format!(
                "{} spatial axes; only 3-D images are read",
                spatial.len()
            ));
        };
        let origin = match self.get(&["space origin"]) {
            None => [0.0; 3],
            Some(text) => vectors(text)?
                .pop()
                .flatten()
                .ok_or_else(|| format!("space origin {text:?} is no vector"))?,
        };
        // Steps came a row an axis; a matrix has them in columns.
        let columns = std::array::from_fn(|r| std::array::from_fn(|c| steps[c][r]));
        let (_, spacing_mm) = Geometry::split_columns(columns);
        // To the last bit as ITK reads it.
        let direction: [[f64; 3]; 3] =
            columns.map(|row| std::array::from_fn(|c| row[c] * (1.0 / spacing_mm[c])));
        let signs = self.signs();
        let turn = |row: usize, value: f64| if signs[row] < 0.0 { 0.0 - value } else { value };
        let size = std::array::from_fn(|i| sizes[spatial[i]] as usize);
        if let Some(axis) = spacing_mm.iter().position(|&s| !(s.is_finite() && s > 0.0)) {
            return Err(format!(
                "spacing of axis {} is {} mm; it must be positive and finite",
                axis + 1,
                number(spacing_mm[axis])
            ));
        }
        Ok(Geometry {
            size,
            spacing_mm,
            origin_mm: std::array::from_fn(|r| turn(r, origin[r])),
            direction: std::array::from_fn(|r| direction[r].map(|cosine| turn(r, cosine))),
        })
    }

    /// The channel to take of several; `None` where there is one.
    fn channels(&self, sizes: &[u64], channel: Option<usize>) -> Result<Option<Channels>, String> {
        let axes = self.axes(sizes.len())?;
        let mut extra = (0..axes.len()).filter(|&i| axes[i].is_none() && sizes[i] != 1);
        let Some(axis) = extra.next() else {
            return Ok(None);
        };
        let split = |axis: usize| {
            format!(
                "axis {} holds {} volumes or components; split it, one volume a file",
                axis + 1,
                sizes[axis]
            )
        };
        let channel = channel.ok_or_else(|| split(axis))?;
        if let Some(other) = extra.next() {
            return Err(split(other));
        }
        let count = sizes[axis] as usize;
        if channel >= count {
            return Err(format!(
                "channel {channel} is not there; it holds {count}, counted from 0"
            ));
        }
        let inner = sizes[..axis].iter().product::<u64>() as usize;
        Ok(Some(Channels {
            inner,
            count,
            channel,
        }))
    }

    /// For each axis its step in mm; `None` for one that is not in space.
    fn axes(&self, dimension: usize) -> Result<Vec<Option<[f64; 3]>>, String> {
        let axes = if let Some(text) = self.get(&["space directions"]) {
            vectors(text)?
        } else if let Some(text) = self.get(&["spacings"]) {
            let spacings: Vec<f64> = text
                .split_whitespace()
                .map(str::parse)
                .collect::<Result<_, _>>()
                .map_err(|_| format!("spacings {text:?} are not numbers"))?;
            // The first three axes are space.
            let step = |(i, &s): (usize, &f64)| {
                (i < 3).then(|| std::array::from_fn(|axis| if axis == i { s } else { 0.0 }))
            };
            spacings.iter().enumerate().map(step).collect()
        } else {
            return Err(
                "neither space directions nor spacings: the voxel size is unknown; add one \
                        of them"
                    .to_owned(),
            );
        };
        if axes.len() != dimension {
            return Err(format!(
                "{dimension} axes, but directions or spacings for {}",
                axes.len()
            ));
        }
        Ok(axes)
    }

    /// What each coordinate of the file's space is multiplied by to get LPS.
    fn signs(&self) -> [f64; 3] {
        let space = self.get(&["space"]).map(str::to_ascii_lowercase);
        match space.as_deref() {
            Some("left-posterior-superior" | "lps") | None => [1.0, 1.0, 1.0],
            Some("right-anterior-superior" | "ras") => [-1.0, -1.0, 1.0],
            Some("left-anterior-superior" | "las") => [1.0, -1.0, 1.0],
            Some(other) => {
                tracing::warn!(space = other, "NRRD space is not anatomical; taken for LPS");
                [1.0, 1.0, 1.0]
            }
        }
    }
}

/// `(1,0,0) none (0,1,0)` as vectors.
fn vectors(text: &str) -> Result<Vec<Option<[f64; 3]>>, String> {
    let wrong = || format!("{text:?} is not a list of vectors (a,b,c)");
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("none") {
            found.push(None);
            rest = after.trim_start();
            continue;
        }
        let (inner, after) = rest
            .strip_prefix('(')
            .and_then(|r| r.split_once(')'))
            .ok_or_else(wrong)?;
        let numbers: Vec<f64> = inner
            .split(',')
            .map(|number| number.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|_| wrong())?;
        found.push(Some(<[f64; 3]>::try_from(numbers).map_err(|_| wrong())?));
        rest = after.trim_start();
    }
    Ok(found)
}

fn skip_bytes(reader: &mut impl Read, bytes: i64) -> Result<(), Problem> {
    let Ok(bytes) = u64::try_from(bytes) else {
        return Err(Problem::Format(format!(
            "byte skip is {bytes}; it must be 0 or more, or -1 with the encoding raw"
        )));
    };
    let skipped = std::io::copy(&mut reader.take(bytes), &mut std::io::sink());
    if skipped.map_err(damaged_stream)? < bytes {
        return Err(Problem::Format(format!(
            "fewer than the {bytes} bytes of byte skip"
        )));
    }
    Ok(())
}

/// Numbers in words, exactly `count` of them.
fn read_text(mut reader: impl Read, count: u64, length: u64) -> Result<Vec<f64>, Problem> {
    if count > length {
        let problem =
            format!("{count} voxels can't be written in {length} bytes of text; truncated");
        return Err(Problem::Format(problem));
    }
    let mut text = String::new();
    reader.read_to_string(&mut text).map_err(damaged_stream)?;
    let found = text.split_whitespace().count();
    if found as u64 != count {
        let problem = format!("{found} voxels, but the header says {count}");
        return Err(Problem::Format(problem));
    }
    let mut values = room(count, "voxels")?;
    for word in text.split_whitespace() {
        let value: f64 = word
            .parse()
            .map_err(|_| format!("voxel {word:?} is not a number"))?;
        values.push(value);
    }
    Ok(values)
}
