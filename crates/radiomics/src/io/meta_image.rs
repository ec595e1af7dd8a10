//! MetaImage: `.mha`, or `.mhd` with its data files.
//!
//! Source: MetaIO's documentation and source, as ITK reads it. A fourth axis
//! counts volumes, `ElementNumberOfChannels` the values of a voxel.

use std::io::{BufRead, Seek, SeekFrom};

use flate2::bufread::{MultiGzDecoder, ZlibDecoder};

use super::samples::{Sample, one_of, pick, read_exactly, volume, voxel_count};
use super::source::Source;
use super::text::read_numbers;
use super::{GZIP, Loaded, Modality, Problem, data_files};

mod geometry;
mod header;

use header::Header;
pub(super) use header::is_header;

pub(super) fn read<R: BufRead + Seek>(mut source: Source<R>) -> Result<Loaded, Problem> {
    let header = Header::read(&mut source.reader)?;
    let sizes = header.sizes()?;
    let channels = header.channels()?;
    let count = voxel_count(&[sizes.as_slice(), &[channels]].concat())?;
    let data = Data::new(&header)?;
    let geometry = geometry::geometry(&header, &sizes)?;
    let volumes = sizes.get(3).copied().unwrap_or(1);
    let number = one_of(volumes, source.options.volume, "volume")?;
    let channel = one_of(channels, source.options.channel, "channel")?;
    if header.rescales()? {
        source.warnings.push(
            "ElementToIntensityFunctionSlope and -Offset were not applied, as in ITK".to_owned(),
        );
    }
    let mut values = match header.data_files(&sizes)? {
        Some(names) => data_files::read(source.path, &names, count, |reader, length, count| {
            data.values(reader, length, count)
        })?,
        None => data.values(&mut source.reader, source.length, count)?,
    };
    if volumes > 1 {
        let inner = (count / volumes) as usize;
        values = pick(&values, inner, volumes as usize, number as usize);
    }
    if channels > 1 {
        values = pick(&values, 1, channels as usize, channel as usize);
    }
    let volume = volume(values, geometry, data.sample.storage())?;
    let modality = match header.get("Modality") {
        Some("MET_MOD_CT") => Modality::Ct,
        Some("MET_MOD_MR") => Modality::Mr,
        Some("MET_MOD_NM" | "MET_MOD_US" | "MET_MOD_OTHER") => Modality::Other,
        _ => Modality::Unknown,
    };
    Ok(source.loaded(volume, modality))
}

/// How voxels are stored.
struct Data {
    sample: Sample,
    binary: bool,
    compressed: bool,
    /// 0 when they go to the end of the file.
    compressed_bytes: u64,
    big_endian: bool,
    /// Bytes before them; -1 when they are the end of the file.
    header_size: i64,
}

impl Data {
    fn new(header: &Header) -> Result<Self, String> {
        let binary = header.flag("BinaryData")?.unwrap_or(true);
        let order = header.flag("BinaryDataByteOrderMSB")?;
        let data = Self {
            sample: header.sample()?,
            binary,
            compressed: binary && header.flag("CompressedData")?.unwrap_or(false),
            compressed_bytes: header.whole("CompressedDataSize")?.unwrap_or(0),
            big_endian: order
                .or(header.flag("ElementByteOrderMSB")?)
                .unwrap_or(false),
            header_size: header.whole("HeaderSize")?.unwrap_or(0),
        };
        if data.header_size < -1 || data.header_size == -1 && (data.compressed || !binary) {
            return Err(format!(
                "HeaderSize is {}; it must be 0 or more, or -1 with voxels that are neither \
                 compressed nor text",
                data.header_size
            ));
        }
        Ok(data)
    }

    /// Decodes voxels from a reader that stands behind the header, or at the
    /// beginning of a data file.
    fn values<R: BufRead + Seek>(
        &self,
        mut reader: R,
        length: u64,
        count: u64,
    ) -> Result<Vec<f64>, Problem> {
        let wanted = count * self.sample.bytes();
        let start = match self.header_size {
            0 => None,
            -1 => Some(length.checked_sub(wanted).ok_or_else(|| {
                format!("{wanted} bytes of voxels in a file of {length}; it is truncated")
            })?),
            bytes => Some(bytes.unsigned_abs()),
        };
        if let Some(start) = start {
            if start > length {
                return Err(Problem::Format(format!(
                    "HeaderSize is {start}, but the file has only {length} bytes"
                )));
            }
            reader.seek(SeekFrom::Start(start))?;
        }
        if !self.binary {
            return read_numbers(reader, count, length, self.sample.storage());
        }
        let bytes = if self.compressed {
            let stored = match self.compressed_bytes {
                0 => u64::MAX,
                bytes => bytes,
            };
            let mut reader = reader.take(stored);
            if reader.fill_buf()?.first() == GZIP.first() {
                let mut reader = MultiGzDecoder::new(reader);
                read_exactly(&mut reader, wanted, length, true)?
            } else {
                read_exactly(&mut ZlibDecoder::new(reader), wanted, length, true)?
            }
        } else {
            read_exactly(&mut reader, wanted, length, false)?
        };
        Ok(self.sample.decode(&bytes, self.big_endian)?)
    }
}
