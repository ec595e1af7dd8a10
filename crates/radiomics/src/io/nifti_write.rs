//! Volumes to NIfTI-1 in one file.
//!
//! Source: the NIfTI-1 header (nifti1.h). Orientation goes into sform and
//! qform; LPS becomes NIfTI's RAS+ by turning over x and y. The same volume
//! gives the same bytes, compressed too: gzip's header has no time and no name.

use std::io::Write;

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};

use crate::{Error, Geometry, Storage, Volume};

/// Header and the four bytes that say that there are no extensions.
const DATA_START: usize = 352;

/// The header counts voxels in 16 bits with sign.
const MOST_VOXELS: usize = i16::MAX as usize;

/// Writes a volume as NIfTI-1 (`.nii`, or with `gzip` `.nii.gz`), voxels in
/// double precision. The same volume gives the same bytes.
///
/// The header holds origin, spacing and axes in single precision (some seven
/// digits). NaN is written as it is; ITK's reader, and so SimpleITK's and 3D
/// Slicer's, makes 0 of it.
///
/// # Errors
/// [`Error::Volume`] for an axis of more than 32,767 voxels, [`Error::Write`].
pub fn write_nifti(volume: &Volume, to: &mut dyn Write, gzip: bool) -> Result<(), Error> {
    write_as(Number::F64, volume, to, gzip)
}

/// [`write_nifti`], but in the smallest type that holds every value exactly
/// and keeps what the volume is stored as: whole numbers (also of a mask in
/// double precision) as 8-bit without sign, 16-bit or 32-bit with it, single
/// precision as such, and all else in double precision.
///
/// # Errors
/// As [`write_nifti`].
pub fn write_nifti_exact(volume: &Volume, to: &mut dyn Write, gzip: bool) -> Result<(), Error> {
    write_as(Number::smallest(volume), volume, to, gzip)
}

fn write_as(number: Number, volume: &Volume, to: &mut dyn Write, gzip: bool) -> Result<(), Error> {
    let header = header(volume.geometry(), number)?;
    let written = if gzip {
        // Without time and name of a file.
        let mut encoder: GzEncoder<_> = GzBuilder::new().write(to, Compression::default());
        write(volume, number, &header, &mut encoder).and_then(|()| encoder.finish()?.flush())
    } else {
        write(volume, number, &header, to).and_then(|()| to.flush())
    };
    written.map_err(|cause| Error::Write { cause })
}

/// Types that voxels are written in.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Number {
    U8,
    I16,
    I32,
    F32,
    F64,
}

impl Number {
    fn smallest(volume: &Volume) -> Self {
        let smaller: &[Self] = match volume.storage() {
            Storage::Single => &[Self::F32],
            Storage::Whole { .. } | Storage::Double => &[Self::U8, Self::I16, Self::I32],
        };
        let exact = |number: &&Self| volume.values().iter().all(|&value| number.holds(value));
        smaller.iter().find(exact).copied().unwrap_or(Self::F64)
    }

    /// Whether a value comes back to the last bit; NaN as NaN.
    fn holds(self, value: f64) -> bool {
        let back = match self {
            Self::U8 => f64::from(value as u8),
            Self::I16 => f64::from(value as i16),
            Self::I32 => f64::from(value as i32),
            Self::F32 => f64::from(value as f32),
            Self::F64 => value,
        };
        back.to_bits() == value.to_bits() || back.is_nan() && value.is_nan()
    }

    /// NIfTI's code and the number of bits.
    fn code(self) -> [i16; 2] {
        match self {
            Self::U8 => [2, 8],
            Self::I16 => [4, 16],
            Self::I32 => [8, 32],
            Self::F32 => [16, 32],
            Self::F64 => [64, 64],
        }
    }

    fn put(self, values: &[f64], bytes: &mut Vec<u8>) {
        match self {
            Self::U8 => bytes.extend(values.iter().map(|&v| v as u8)),
            Self::I16 => bytes.extend(values.iter().flat_map(|&v| (v as i16).to_le_bytes())),
            Self::I32 => bytes.extend(values.iter().flat_map(|&v| (v as i32).to_le_bytes())),
            Self::F32 => bytes.extend(values.iter().flat_map(|&v| (v as f32).to_le_bytes())),
            Self::F64 => bytes.extend(values.iter().flat_map(|&v| v.to_le_bytes())),
        }
    }
}

fn write(
    volume: &Volume,
    number: Number,
    header: &[u8],
    to: &mut dyn Write,
) -> std::io::Result<()> {
    const AT_ONCE: usize = 8192;
    to.write_all(header)?;
    let mut bytes = Vec::with_capacity(8 * AT_ONCE);
    for values in volume.values().chunks(AT_ONCE) {
        bytes.clear();
        number.put(values, &mut bytes);
        to.write_all(&bytes)?;
    }
    Ok(())
}

fn header(geometry: &Geometry, number: Number) -> Result<[u8; DATA_START], Error> {
    if let Some(axis) = geometry.size.iter().position(|&n| n > MOST_VOXELS) {
        return Err(Error::Volume(format!(
            "{} voxels along {}, and NIfTI-1 holds {MOST_VOXELS} at most; crop it",
            geometry.size[axis],
            ["x", "y", "z"][axis]
        )));
    }
    let mut header = Header([0; DATA_START]);
    header.put(0, 348i32.to_le_bytes());
    let [nx, ny, nz] = geometry.size.map(|n| n as i16);
    for (i, n) in [3, nx, ny, nz, 1, 1, 1, 1].into_iter().enumerate() {
        header.put(40 + 2 * i, n.to_le_bytes());
    }
    for (i, code) in number.code().into_iter().enumerate() {
        header.put(70 + 2 * i, code.to_le_bytes());
    }

    let turn = |row: usize, value: f64| if row < 2 { 0.0 - value } else { value };
    let axes: [[f64; 3]; 3] =
        std::array::from_fn(|row| geometry.direction[row].map(|cosine| turn(row, cosine)));
    let origin: [f64; 3] = std::array::from_fn(|row| turn(row, geometry.origin_mm[row]));
    let (quaternion, handedness) = quaternion(axes);
    let [sx, sy, sz] = geometry.spacing_mm;
    header.floats(76, &[handedness, sx, sy, sz]);
    header.floats(108, &[DATA_START as f64, 1.0]);
    // Millimetres.
    header.put(123, [2]);
    // Scanner coordinates, both.
    header.put(252, 1i16.to_le_bytes());
    header.put(254, 1i16.to_le_bytes());
    header.floats(256, &quaternion);
    header.floats(268, &origin);
    for row in 0..3 {
        let steps: [f64; 3] = std::array::from_fn(|c| axes[row][c] * geometry.spacing_mm[c]);
        header.floats(280 + 16 * row, &[steps[0], steps[1], steps[2], origin[row]]);
    }
    header.put(344, *b"n+1\0");
    Ok(header.0)
}

struct Header([u8; DATA_START]);

impl Header {
    fn put<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        self.0[at..at + N].copy_from_slice(&bytes);
    }

    fn floats(&mut self, at: usize, values: &[f64]) {
        for (i, &value) in values.iter().enumerate() {
            self.put(at + 4 * i, (value as f32).to_le_bytes());
        }
    }
}

/// The last three parts of the unit quaternion (the first is not negative) of
/// a rotation, and -1 when its third axis is to be turned over (1 otherwise).
fn quaternion(axes: [[f64; 3]; 3]) -> ([f64; 3], f64) {
    let [x, y, z] = [0, 1, 2].map(|axis| axes.map(|row| row[axis]));
    let across = [
        x[1] * y[2] - x[2] * y[1],
        x[2] * y[0] - x[0] * y[2],
        x[0] * y[1] - x[1] * y[0],
    ];
    let along: f64 = across.iter().zip(z).map(|(a, b)| a * b).sum();
    let handedness = if along < 0.0 { -1.0 } else { 1.0 };
    let r = axes.map(|[x, y, z]| [x, y, handedness * z]);
    // Four times the products of the parts with one another, row by row; the
    // longest row is the most accurate.
    let (sum, difference) = (
        |i: usize, j: usize| r[i][j] + r[j][i],
        |i: usize, j: usize| r[i][j] - r[j][i],
    );
    let [xx, yy, zz] = [r[0][0], r[1][1], r[2][2]];
    let [b, c, d] = [difference(2, 1), difference(0, 2), difference(1, 0)];
    let products = [
        [1.0 + xx + yy + zz, b, c, d],
        [b, 1.0 + xx - yy - zz, sum(0, 1), sum(0, 2)],
        [c, sum(0, 1), 1.0 - xx + yy - zz, sum(1, 2)],
        [d, sum(0, 2), sum(1, 2), 1.0 - xx - yy + zz],
    ];
    let longest = (0..4).fold(0, |best, i| {
        if products[i][i] > products[best][best] {
            i
        } else {
            best
        }
    });
    let row = products[longest];
    let length = row.iter().map(|part| part * part).sum::<f64>().sqrt();
    let sign = if row[0] < 0.0 { -1.0 } else { 1.0 };
    (
        [row[1], row[2], row[3]].map(|part| sign * part / length),
        handedness,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quaternions_of_known_rotations() {
        let identity = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        assert_eq!(quaternion(identity), ([0.0; 3], 1.0));
        // Half turns about each axis, a third of a turn about the diagonal.
        let half = |axis: usize| {
            let sign = |i: usize| if i == axis { 1.0 } else { -1.0 };
            std::array::from_fn(|r| std::array::from_fn(|c| if r == c { sign(r) } else { 0.0 }))
        };
        for axis in 0..3 {
            let (found, handedness) = quaternion(half(axis));
            assert_eq!((found.map(f64::abs)[axis], handedness), (1.0, 1.0));
        }
        let third = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
        assert_eq!(quaternion(third), ([0.5; 3], 1.0));
        let mirrored = third.map(|[x, y, z]| [x, y, -z]);
        assert_eq!(quaternion(mirrored), ([0.5; 3], -1.0));
    }
}
