//! Bytes to numbers, and how many bytes to expect.

use std::io::Read;

use ndarray::Array3;

use super::Problem;
use crate::{Geometry, Storage, Volume};

/// Deflate can't expand a byte to more than 1,032.
const MAX_EXPANSION: u64 = 1032;
/// 8 GiB in double precision; a clinical scan has a hundredth of it.
const MAX_VOXELS: u64 = 1 << 30;

/// Type of a stored voxel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

impl Sample {
    pub(super) fn bytes(self) -> u64 {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    pub(super) fn storage(self) -> Storage {
        let whole = |least: f64, most: f64| Storage::Whole { least, most };
        match self {
            Self::U8 => whole(0.0, u8::MAX.into()),
            Self::I8 => whole(i8::MIN.into(), i8::MAX.into()),
            Self::U16 => whole(0.0, u16::MAX.into()),
            Self::I16 => whole(i16::MIN.into(), i16::MAX.into()),
            Self::U32 => whole(0.0, u32::MAX.into()),
            Self::I32 => whole(i32::MIN.into(), i32::MAX.into()),
            Self::U64 => whole(0.0, u64::MAX as f64),
            Self::I64 => whole(i64::MIN as f64, i64::MAX as f64),
            Self::F32 => Storage::Single,
            Self::F64 => Storage::Double,
        }
    }

    /// Numbers of a buffer whose length is a multiple of the type's; an error
    /// when there is no memory for them.
    pub(super) fn decode(self, buffer: &[u8], big_endian: bool) -> Result<Vec<f64>, String> {
        let mut values = room(buffer.len() as u64 / self.bytes(), "voxels")?;
        macro_rules! numbers {
            ($type:ty, $convert:expr) => {{
                let convert: fn($type) -> f64 = $convert;
                let chunks = buffer.as_chunks::<{ size_of::<$type>() }>().0.iter();
                if big_endian {
                    values.extend(chunks.map(|&bytes| convert(<$type>::from_be_bytes(bytes))));
                } else {
                    values.extend(chunks.map(|&bytes| convert(<$type>::from_le_bytes(bytes))));
                }
            }};
        }
        match self {
            Self::U8 => numbers!(u8, f64::from),
            Self::I8 => numbers!(i8, f64::from),
            Self::U16 => numbers!(u16, f64::from),
            Self::I16 => numbers!(i16, f64::from),
            Self::U32 => numbers!(u32, f64::from),
            Self::I32 => numbers!(i32, f64::from),
            Self::U64 => numbers!(u64, |value| value as f64),
            Self::I64 => numbers!(i64, |value| value as f64),
            Self::F32 => numbers!(f32, f64::from),
            Self::F64 => numbers!(f64, |value| value),
        }
        Ok(values)
    }
}

/// An empty vector with room for `count` elements. Memory that isn't there is
/// an error of this file, where a plain allocation would end a whole batch.
pub(super) fn room<T>(count: u64, what: &str) -> Result<Vec<T>, String> {
    let mut values = Vec::new();
    usize::try_from(count)
        .ok()
        .and_then(|count| values.try_reserve_exact(count).ok())
        .ok_or_else(|| {
            format!("not enough memory for {count} {what}; crop the image or free memory")
        })?;
    Ok(values)
}

/// Zeros; an error when there is no memory for them.
pub(super) fn zeros(count: u64) -> Result<Vec<f64>, String> {
    drop(room::<f64>(count, "voxels")?);
    // Fresh from the system, they take no memory until they are written.
    Ok(vec![0.0; count as usize])
}

/// Number of voxels of a grid; an error when a size is 0 or there are more
/// than [`MAX_VOXELS`].
pub(super) fn voxel_count(sizes: &[u64]) -> Result<u64, String> {
    if let Some(axis) = sizes.iter().position(|&size| size == 0) {
        return Err(format!(
            "axis {} of {sizes:?} has size 0; the header is damaged",
            axis + 1
        ));
    }
    // A product that overflows no integer; exact wherever it is accepted.
    let count: f64 = sizes.iter().map(|&size| size as f64).product();
    if count > MAX_VOXELS as f64 {
        return Err(format!(
            "{count:.1e} voxels: more than {MAX_VOXELS} are not read; crop or resample the image"
        ));
    }
    Ok(count as u64)
}

/// Reads exactly `wanted` bytes from the data of a file of `length` bytes.
/// Nothing is allocated that the file can't fill.
pub(super) fn read_exactly(
    reader: &mut impl Read,
    wanted: u64,
    length: u64,
    compressed: bool,
) -> Result<Vec<u8>, Problem> {
    let most = if compressed {
        length.saturating_mul(MAX_EXPANSION)
    } else {
        length
    };
    if wanted > most {
        return Err(Problem::Format(format!(
            "the header asks for {wanted} bytes of voxels, but the file has only {length} bytes{}; \
             it is truncated or its header is damaged",
            if compressed { " (compressed)" } else { "" }
        )));
    }
    // One byte more: a decompressor checks its checksum only at the end. What
    // is compressed beyond the usual must first prove to be there.
    let usual = length.saturating_mul(8).saturating_add(1);
    let mut buffer = room((wanted + 1).min(usual), "bytes of voxels")?;
    reader
        .take(wanted + 1)
        .read_to_end(&mut buffer)
        .map_err(damaged_stream)?;
    if (buffer.len() as u64) < wanted {
        return Err(Problem::Format(format!(
            "the voxel data ends after {} of {wanted} bytes; the file is truncated",
            buffer.len()
        )));
    }
    buffer.truncate(wanted as usize);
    Ok(buffer)
}

/// Leaves out bytes of a stream that can't seek.
pub(super) fn skip(reader: &mut impl Read, bytes: u64) -> Result<(), Problem> {
    let skipped = std::io::copy(&mut reader.take(bytes), &mut std::io::sink());
    if skipped.map_err(damaged_stream)? < bytes {
        return Err(Problem::Format(format!(
            "the data ends within the {bytes} bytes before the voxels; the file is truncated or \
             its header is damaged"
        )));
    }
    Ok(())
}

/// Of values in blocks of `count` parts of `inner` values each, one part of
/// every block: one channel or volume of several.
pub(super) fn pick(values: &[f64], inner: usize, count: usize, part: usize) -> Vec<f64> {
    let from = inner * part;
    values
        .chunks_exact(inner * count)
        .flat_map(|block| &block[from..from + inner])
        .copied()
        .collect()
}

/// Which of several volumes or channels (`what`) is to be read; the first
/// where there is but one.
pub(super) fn one_of(count: u64, asked: Option<usize>, what: &str) -> Result<u64, String> {
    match asked {
        _ if count == 1 => Ok(0),
        Some(number) if (number as u64) < count => Ok(number as u64),
        Some(number) => Err(format!(
            "{what} {number} is not there; the file holds {count}, counted from 0"
        )),
        None => Err(format!(
            "{count} {what}s in one file; choose one by the option {what} (0 to {})",
            count - 1
        )),
    }
}

/// Values of the size that the geometry says, x varying fastest, as a volume.
pub(super) fn volume(
    values: Vec<f64>,
    geometry: Geometry,
    storage: Storage,
) -> Result<Volume, Problem> {
    let [nx, ny, nz] = geometry.size;
    let values = Array3::from_shape_vec((nz, ny, nx), values)
        .map_err(|error| format!("voxels don't fill the grid: {error}"))?;
    Ok(Volume::new(values, geometry)?.stored_as(storage))
}

/// A decompressor's complaint is about the file's content, not the disk.
pub(super) fn damaged_stream(error: std::io::Error) -> Problem {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match error.kind() {
        InvalidData | InvalidInput | UnexpectedEof => Problem::Format(format!(
            "the compressed data is damaged or truncated ({error}); copy the file again"
        )),
        _ => Problem::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_byte_orders() {
        let decoded = |sample: Sample, bytes: &[u8], big| sample.decode(bytes, big).unwrap();
        for (bytes, big) in [
            ([0xff, 0xfe, 0x00, 0x01], true),
            ([0xfe, 0xff, 0x01, 0x00], false),
        ] {
            assert_eq!(decoded(Sample::I16, &bytes, big), [-2.0, 1.0]);
        }
        assert_eq!(decoded(Sample::F32, &1.5f32.to_be_bytes(), true), [1.5]);
        assert_eq!(decoded(Sample::U64, &7u64.to_le_bytes(), false), [7.0]);
        assert_eq!(decoded(Sample::I8, &[0x80], false), [-128.0]);
    }

    #[test]
    fn absurd_sizes() {
        assert_eq!(voxel_count(&[2, 3, 4]).unwrap(), 24);
        assert_eq!(voxel_count(&[1 << 15, 1 << 15]).unwrap(), MAX_VOXELS);
        assert!(voxel_count(&[2, 0, 4]).is_err());
        assert!(voxel_count(&[MAX_VOXELS + 1]).is_err());
        assert!(voxel_count(&[u64::MAX; 16]).is_err());
        let message = voxel_count(&[2000, 2000, 4000]).unwrap_err();
        assert!(
            message.contains("1.6e10 voxels: more than 1073741824 are not read"),
            "{message}"
        );
        assert!(read_exactly(&mut [0u8; 4].as_slice(), 1 << 40, 4, true).is_err());
        assert!(read_exactly(&mut [0u8; 4].as_slice(), 8, 8, false).is_err());
    }

    #[test]
    fn memory_that_is_not_there_is_an_error() {
        assert!(room::<f64>(1000, "voxels").unwrap().capacity() >= 1000);
        for count in [1 << 60, u64::MAX] {
            let message = room::<f64>(count, "voxels").unwrap_err();
            let expected = format!("not enough memory for {count} voxels");
            assert!(message.contains(&expected), "{message}");
        }
    }
}
