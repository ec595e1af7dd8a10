//! NIfTI-1 in one file, plain or gzip.
//!
//! Source: the NIfTI-1 header (nifti1.h). Orientation: sform, else qform, else
//! the axes of the file taken for L, P, S. NIfTI's RAS+ becomes LPS by turning
//! over x and y. Spacing is `pixdim`, single precision as stored; where the
//! sform's columns differ from it by more than 0.1 %, the columns count.

use std::io::Read;

use flate2::bufread::MultiGzDecoder;
use ndarray::Array3;

use super::Problem;
use super::samples::{Sample, damaged_stream, read_exactly, voxel_count};
use crate::error::number;
use crate::{Geometry, Storage, Volume};

const HEADER_BYTES: usize = 348;
/// Header and the four bytes that announce extensions.
const DATA_START: u64 = 352;

/// Whether a file's first four bytes are the size of a NIfTI header, in either
/// byte order (NIfTI-2's too, which then gets an error of its own).
pub(super) fn is_header_size(bytes: [u8; 4]) -> bool {
    let sizes = [i32::from_le_bytes(bytes), i32::from_be_bytes(bytes)];
    sizes.iter().any(|size| [348, 540].contains(size))
}

pub(super) fn read_gzip(reader: impl std::io::BufRead, length: u64) -> Result<Volume, Problem> {
    read(MultiGzDecoder::new(reader), length, true)
}

pub(super) fn read_plain(reader: impl Read, length: u64) -> Result<Volume, Problem> {
    read(reader, length, false)
}

fn read(mut reader: impl Read, length: u64, compressed: bool) -> Result<Volume, Problem> {
    let mut bytes = Vec::new();
    (&mut reader)
        .take(HEADER_BYTES as u64)
        .read_to_end(&mut bytes)
        .map_err(damaged_stream)?;
    if let Some(&first) = bytes.first_chunk::<4>()
        && !is_header_size(first)
    {
        return Err(Problem::Format(
            "compressed, but not a NIfTI file inside".to_owned(),
        ));
    }
    let Ok(bytes) = <[u8; HEADER_BYTES]>::try_from(bytes) else {
        return Err(Problem::Format(
            "shorter than a NIfTI header; the file is truncated".into(),
        ));
    };
    let header = Header::new(bytes)?;
    let geometry = header.geometry()?;
    let sample = header.sample()?;
    let voxels = voxel_count(&geometry.size.map(|n| n as u64))?;
    let start = header.data_start()?;
    let wanted = (start - HEADER_BYTES as u64) + voxels * sample.bytes();
    let mut data = read_exactly(&mut reader, wanted, length, compressed)?;
    data.drain(..(start - HEADER_BYTES as u64) as usize);

    let mut values = sample.decode(&data, header.big_endian)?;
    let mut storage = sample.storage();
    if let Some((slope, intercept)) = header.scaling() {
        // Scaled whole numbers are of single precision, as ITK has them.
        if sample != Sample::F64 {
            storage = Storage::Single;
        }
        for value in &mut values {
            *value = storage.store(*value * slope + intercept);
        }
    }
    let [nx, ny, nz] = geometry.size;
    let values = Array3::from_shape_vec((nz, ny, nx), values)
        .map_err(|error| format!("voxels don't fill the grid: {error}"))?;
    Ok(Volume::new(values, geometry)?.stored_as(storage))
}

struct Header {
    bytes: [u8; HEADER_BYTES],
    big_endian: bool,
}

impl Header {
    fn new(bytes: [u8; HEADER_BYTES]) -> Result<Self, String> {
        let big_endian = bytes[..2] == [0, 0];
        let header = Self { bytes, big_endian };
        match (header.i32(0), &header.bytes[344..348]) {
            (348, b"n+1\0") => Ok(header),
            (348, b"ni1\0") => {
                Err("a .hdr/.img pair; convert it to one file (.nii or .nii.gz)".to_owned())
            }
            (540, _) => Err("NIfTI-2 is not read; convert it to NIfTI-1".to_owned()),
            (_, magic) => Err(format!(
                "not a NIfTI-1 header (magic {:?}, expected \"n+1\\0\"); Analyze files must be \
                 converted to NIfTI",
                String::from_utf8_lossy(magic)
            )),
        }
    }

    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        std::array::from_fn(|i| {
            self.bytes[if self.big_endian {
                at + N - 1 - i
            } else {
                at + i
            }]
        })
    }

    fn i16(&self, at: usize) -> i16 {
        i16::from_le_bytes(self.array(at))
    }

    fn i32(&self, at: usize) -> i32 {
        i32::from_le_bytes(self.array(at))
    }

    fn f32(&self, at: usize) -> f64 {
        f64::from(f32::from_le_bytes(self.array(at)))
    }

    fn floats<const N: usize>(&self, at: usize) -> [f64; N] {
        std::array::from_fn(|i| self.f32(at + 4 * i))
    }

    /// Size along x, y, z; absent axes have 1.
    fn size(&self) -> Result<[usize; 3], String> {
        let dim: [i16; 8] = std::array::from_fn(|i| self.i16(40 + 2 * i));
        let Ok(axes @ 1..=7) = usize::try_from(dim[0]) else {
            return Err(format!(
                "{} dimensions in the header; it is damaged",
                dim[0]
            ));
        };
        let used = &dim[1..=axes];
        if let Some(bad) = used.iter().find(|&&n| n < 1) {
            return Err(format!(
                "an axis has size {bad} (dim = {dim:?}); the header is damaged"
            ));
        }
        if let Some(extra) = used.iter().skip(3).find(|&&n| n > 1) {
            return Err(format!(
                "{extra} volumes in one file (dim = {dim:?}); split it, one volume a file"
            ));
        }
        Ok(std::array::from_fn(|i| {
            used.get(i).map_or(1, |&n| usize::from(n.unsigned_abs()))
        }))
    }

    fn sample(&self) -> Result<Sample, String> {
        Ok(match self.i16(70) {
            2 => Sample::U8,
            4 => Sample::I16,
            8 => Sample::I32,
            16 => Sample::F32,
            64 => Sample::F64,
            256 => Sample::I8,
            512 => Sample::U16,
            768 => Sample::U32,
            1024 => Sample::I64,
            1280 => Sample::U64,
            code => {
                return Err(format!(
                    "voxels of NIfTI data type {code} are not read (complex, RGB, bits or 128-bit \
                     numbers); convert to a whole-number or float type"
                ));
            }
        })
    }

    fn data_start(&self) -> Result<u64, String> {
        let offset = self.f32(108);
        if offset == 0.0 {
            return Ok(DATA_START);
        }
        // Exact in single precision, and far above any header extension.
        if offset.fract() == 0.0 && (348.0..=f64::from(1u32 << 30)).contains(&offset) {
            return Ok(offset as u64);
        }
        Err(format!(
            "the voxel data starts at byte {} (vox_offset); the header is damaged",
            number(offset)
        ))
    }

    /// Slope and intercept where they change anything.
    fn scaling(&self) -> Option<(f64, f64)> {
        let (slope, intercept) = (self.f32(112), self.f32(116));
        let given = slope != 0.0 && slope.is_finite() && intercept.is_finite();
        (given && (slope, intercept) != (1.0, 0.0)).then_some((slope, intercept))
    }

    /// Millimetres a unit of length.
    fn unit_mm(&self) -> f64 {
        match self.bytes[123] & 7 {
            1 => 1e3,
            3 => 1e-3,
            _ => 1.0,
        }
    }

    fn geometry(&self) -> Result<Geometry, String> {
        let size = self.size()?;
        let pixdim: [f64; 8] = self.floats(76);
        let mut spacing: [f64; 3] = std::array::from_fn(|i| pixdim[i + 1].abs());
        let (mut direction, mut origin) = ([[0.0; 3]; 3], [0.0; 3]);
        let rows: [[f64; 4]; 3] = std::array::from_fn(|r| self.floats(280 + 16 * r));
        let (unit, length) = Geometry::split_columns(rows.map(|row| [row[0], row[1], row[2]]));
        let has_sform = self.i16(254) > 0 && length.iter().all(|&l| l.is_finite() && l > 0.0);
        if has_sform {
            direction = unit;
            origin = rows.map(|row| row[3]);
            let agree = |i: usize| (length[i] - spacing[i]).abs() <= 1e-3 * length[i];
            if !(0..3).all(agree) {
                tracing::warn!(?length, pixdim = ?spacing, "NIfTI sform and pixdim disagree; the sform counts");
                spacing = length;
            }
        } else if self.i16(252) > 0 {
            direction = rotation(self.floats(256), pixdim[0]);
            origin = self.floats(268);
        } else {
            for (axis, row) in direction.iter_mut().enumerate() {
                // Turned over again below.
                row[axis] = if axis < 2 { -1.0 } else { 1.0 };
            }
        }
        // RAS to LPS.
        for row in 0..2 {
            direction[row] = direction[row].map(|cosine| 0.0 - cosine);
            origin[row] = 0.0 - origin[row];
        }
        let mm = self.unit_mm();
        Ok(Geometry {
            size,
            spacing_mm: spacing.map(|s| s * mm),
            origin_mm: origin.map(|o| o * mm),
            direction,
        })
    }
}

/// Rotation matrix of a quaternion (b, c, d; a >= 0 is implied); `handedness`
/// below 0 turns the third axis over.
fn rotation([b, c, d]: [f64; 3], handedness: f64) -> [[f64; 3]; 3] {
    let rest = 1.0 - (b * b + c * c + d * d);
    let (a, b, c, d) = if rest < 1e-7 {
        // A half turn, up to single precision: make it one.
        let norm = (b * b + c * c + d * d).sqrt();
        (0.0, b / norm, c / norm, d / norm)
    } else {
        (rest.sqrt(), b, c, d)
    };
    let third = if handedness < 0.0 { -1.0 } else { 1.0 };
    [
        [
            a * a + b * b - c * c - d * d,
            2.0 * (b * c - a * d),
            third * 2.0 * (b * d + a * c),
        ],
        [
            2.0 * (b * c + a * d),
            a * a + c * c - b * b - d * d,
            third * 2.0 * (c * d - a * b),
        ],
        [
            2.0 * (b * d - a * c),
            2.0 * (c * d + a * b),
            third * (a * a + d * d - b * b - c * c),
        ],
    ]
}
