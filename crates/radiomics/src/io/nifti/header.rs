//! The fields of a NIfTI header.

use std::io::Read;

use crate::error::number;
use crate::io::Problem;
use crate::io::samples::{Sample, damaged_stream};

/// What of a header is needed, whichever its version.
pub(super) struct Header {
    pub big_endian: bool,
    /// Number of axes, and size along each.
    dim: [i64; 8],
    data_type: i64,
    /// Handedness of the qform, and spacing along each axis.
    pub pixdim: [f64; 8],
    data_start: f64,
    slope: f64,
    intercept: f64,
    pub qform: i64,
    pub sform: i64,
    /// Parts b, c, d of the qform's quaternion.
    pub quaternion: [f64; 3],
    pub qform_origin: [f64; 3],
    pub sform_rows: [[f64; 4]; 3],
    units: u8,
    /// Whether the voxels follow in the same file.
    pub single_file: bool,
    /// Whether numbers are of double precision (NIfTI-2).
    pub double: bool,
}

/// Whether a file begins with the size of a NIfTI header, in either byte order.
pub(in crate::io) fn is_header(start: &[u8]) -> bool {
    start.first_chunk().copied().and_then(kind).is_some()
}

/// Size of the header that starts with these bytes, and whether it is big
/// endian.
fn kind(start: [u8; 4]) -> Option<(usize, bool)> {
    let sizes = [i32::from_le_bytes(start), i32::from_be_bytes(start)];
    [348, 540]
        .into_iter()
        .find_map(|size| sizes.iter().position(|&s| s == size).zip(Some(size)))
        .map(|(order, size)| (size as usize, order == 1))
}

impl Header {
    pub fn read(reader: &mut impl Read) -> Result<Self, Problem> {
        let mut bytes = Vec::new();
        reader
            .take(4)
            .read_to_end(&mut bytes)
            .map_err(damaged_stream)?;
        let Some((size, big_endian)) = bytes.first_chunk().copied().and_then(kind) else {
            return Err(Problem::Format(
                "not a NIfTI header, or shorter than one".to_owned(),
            ));
        };
        reader
            .take(size as u64 - 4)
            .read_to_end(&mut bytes)
            .map_err(damaged_stream)?;
        if bytes.len() < size {
            return Err(Problem::Format(format!(
                "shorter than a NIfTI-{} header; the file is truncated",
                if size == 540 { 2 } else { 1 }
            )));
        }
        let fields = Fields { bytes, big_endian };
        let header = if size == 540 {
            fields.second()
        } else {
            fields.first()
        }?;
        header.check_sizes()?;
        Ok(header)
    }

    fn check_sizes(&self) -> Result<(), String> {
        let dim = self.dim;
        let Ok(axes @ 1..=7) = usize::try_from(dim[0]) else {
            return Err(format!(
                "{} dimensions in the header; it is damaged",
                dim[0]
            ));
        };
        match dim[1..=axes].iter().find(|&&n| n < 1) {
            Some(bad) => Err(format!(
                "an axis has size {bad} (dim = {dim:?}); the header is damaged"
            )),
            None => Ok(()),
        }
    }

    /// Size along an axis, counted from 1; absent axes have 1.
    pub fn size(&self, axis: usize) -> u64 {
        if axis as i64 <= self.dim[0] {
            self.dim[axis].unsigned_abs()
        } else {
            1
        }
    }

    pub fn sample(&self) -> Result<Sample, String> {
        let what = match self.data_type {
            2 => return Ok(Sample::U8),
            4 => return Ok(Sample::I16),
            8 => return Ok(Sample::I32),
            16 => return Ok(Sample::F32),
            64 => return Ok(Sample::F64),
            256 => return Ok(Sample::I8),
            512 => return Ok(Sample::U16),
            768 => return Ok(Sample::U32),
            1024 => return Ok(Sample::I64),
            1280 => return Ok(Sample::U64),
            1 => "single bits",
            32 | 1792 | 2048 => "complex numbers; save magnitude or real part",
            128 | 2304 => "colours; save one grey channel",
            1536 => "128-bit numbers",
            _ => "unknown",
        };
        Err(format!(
            "voxels of NIfTI data type {} are not read ({what}); convert to a whole-number or \
             float type",
            self.data_type
        ))
    }

    /// Where the voxels begin in their file.
    pub fn data_start(&self) -> Result<u64, String> {
        let offset = self.data_start;
        let least = match (self.single_file, self.double) {
            (true, false) => 348.0,
            (true, true) => 540.0,
            (false, _) => 0.0,
        };
        if offset == 0.0 {
            // Header and the four bytes that announce extensions.
            return Ok(if self.single_file {
                least as u64 + 4
            } else {
                0
            });
        }
        // Exact in single precision, and far above any header extension.
        if offset.fract() == 0.0 && (least..=f64::from(1u32 << 30)).contains(&offset) {
            return Ok(offset as u64);
        }
        Err(format!(
            "the voxel data starts at byte {} (vox_offset); the header is damaged",
            number(offset)
        ))
    }

    /// Slope and intercept where they change anything: a slope of 0, NaN or
    /// infinity means that there is none (nifti1.h, nibabel).
    pub fn scaling(&self) -> Result<Option<(f64, f64)>, String> {
        let (slope, intercept) = (self.slope, self.intercept);
        if slope == 0.0 || !slope.is_finite() || (slope, intercept) == (1.0, 0.0) {
            return Ok(None);
        }
        if !intercept.is_finite() {
            return Err(format!(
                "values are to be scaled by {} and shifted by {} (scl_inter); the header is \
                 damaged",
                number(slope),
                number(intercept)
            ));
        }
        Ok(Some((slope, intercept)))
    }

    /// Millimetres a unit of length.
    pub fn unit_mm(&self) -> f64 {
        match self.units & 7 {
            1 => 1e3,
            3 => 1e-3,
            _ => 1.0,
        }
    }
}

struct Fields {
    bytes: Vec<u8>,
    big_endian: bool,
}

impl Fields {
    /// NIfTI-1.
    fn first(&self) -> Result<Header, String> {
        let single_file = match &self.bytes[344..348] {
            b"n+1\0" => true,
            b"ni1\0" => false,
            magic => {
                return Err(format!(
                    "not a NIfTI-1 header (magic {:?}, expected \"n+1\\0\" or \"ni1\\0\"); \
                     Analyze files must be converted to NIfTI",
                    String::from_utf8_lossy(magic)
                ));
            }
        };
        Ok(Header {
            big_endian: self.big_endian,
            dim: std::array::from_fn(|i| self.i16(40 + 2 * i)),
            data_type: self.i16(70),
            pixdim: self.singles(76),
            data_start: self.single(108),
            slope: self.single(112),
            intercept: self.single(116),
            qform: self.i16(252),
            sform: self.i16(254),
            quaternion: self.singles(256),
            qform_origin: self.singles(268),
            sform_rows: std::array::from_fn(|row| self.singles(280 + 16 * row)),
            units: self.bytes[123],
            single_file,
            double: false,
        })
    }

    /// NIfTI-2.
    fn second(&self) -> Result<Header, String> {
        let single_file = match &self.bytes[4..12] {
            b"n+2\0\r\n\x1a\n" => true,
            b"ni2\0\r\n\x1a\n" => false,
            magic => {
                return Err(format!(
                    "not a NIfTI-2 header (magic {:?}); if the file went through a text \
                     conversion, copy it again",
                    String::from_utf8_lossy(magic)
                ));
            }
        };
        Ok(Header {
            big_endian: self.big_endian,
            data_type: self.i16(12),
            dim: std::array::from_fn(|i| self.i64(16 + 8 * i)),
            pixdim: self.doubles(104),
            data_start: self.i64(168) as f64,
            slope: self.double(176),
            intercept: self.double(184),
            qform: self.i32(344),
            sform: self.i32(348),
            quaternion: self.doubles(352),
            qform_origin: self.doubles(376),
            sform_rows: std::array::from_fn(|row| self.doubles(400 + 32 * row)),
            units: self.i32(500).to_le_bytes()[0],
            single_file,
            double: true,
        })
    }

    /// Bytes in little-endian order.
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        std::array::from_fn(|i| {
            let i = if self.big_endian { N - 1 - i } else { i };
            self.bytes[at + i]
        })
    }

    fn i16(&self, at: usize) -> i64 {
        i16::from_le_bytes(self.array(at)).into()
    }

    fn i32(&self, at: usize) -> i64 {
        i32::from_le_bytes(self.array(at)).into()
    }

    fn i64(&self, at: usize) -> i64 {
        i64::from_le_bytes(self.array(at))
    }

    fn single(&self, at: usize) -> f64 {
        f32::from_le_bytes(self.array(at)).into()
    }

    fn double(&self, at: usize) -> f64 {
        f64::from_le_bytes(self.array(at))
    }

    fn singles<const N: usize>(&self, at: usize) -> [f64; N] {
        std::array::from_fn(|i| self.single(at + 4 * i))
    }

    fn doubles<const N: usize>(&self, at: usize) -> [f64; N] {
        std::array::from_fn(|i| self.double(at + 8 * i))
    }
}
