//! A volume to a gzipped NIfTI-1 file.

use crate::{Error, Volume};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;
use std::path::Path;

const HEADER_BYTES: usize = 352;
const UINT8: i16 = 2;
const INT16: i16 = 4;
const SCANNER_ANATOMICAL: i16 = 1;
const MILLIMETRE: u8 = 2;

/// Writes the intensities as 16-bit integers (`.nii.gz`).
///
/// # Errors
/// [`Error::Write`] when the file can't be written.
pub fn write_image(path: &Path, volume: &Volume) -> Result<(), Error> {
    let voxels: Vec<u8> = volume.image.iter().flat_map(|v| v.to_le_bytes()).collect();
    write(path, &header(volume, INT16), &voxels)
}

/// Writes the tumour mask as bytes, 0 or 1 (`.nii.gz`).
///
/// # Errors
/// [`Error::Write`] when the file can't be written.
pub fn write_mask(path: &Path, volume: &Volume) -> Result<(), Error> {
    write(path, &header(volume, UINT8), &volume.mask)
}

fn write(path: &Path, header: &[u8], voxels: &[u8]) -> Result<(), Error> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let packed = gzip
        .write_all(header)
        .and_then(|()| gzip.write_all(voxels))
        .and_then(|()| gzip.finish())
        .map_err(Error::write(path))?;
    std::fs::write(path, packed).map_err(Error::write(path))
}

/// The 348 bytes of a NIfTI-1 header and 4 that say "no extension" (see
/// nifti1.h for the offsets). The file's world is RAS: x and y change sign.
fn header(volume: &Volume, datatype: i16) -> Vec<u8> {
    let mut bytes = vec![0u8; HEADER_BYTES];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    let [sx, sy, sz] = volume.spacing_mm.map(|s| s as f32);
    let [ox, oy, oz] = volume.origin_mm.map(|o| o as f32);
    let dimensions = volume.size.map(|n| n as i16);

    put(0, &348i32.to_le_bytes());
    put(
        40,
        &shorts(&[3, dimensions[0], dimensions[1], dimensions[2], 1, 1, 1, 1]),
    );
    put(
        70,
        &shorts(&[datatype, if datatype == UINT8 { 8 } else { 16 }]),
    );
    put(76, &floats(&[1.0, sx, sy, sz, 0.0, 0.0, 0.0, 0.0]));
    put(108, &floats(&[HEADER_BYTES as f32, 1.0, 0.0]));
    put(123, &[MILLIMETRE]);
    put(148, b"radpath synthetic volume");
    put(252, &shorts(&[SCANNER_ANATOMICAL, SCANNER_ANATOMICAL]));
    // Half a turn about z, then the first voxel's position.
    put(256, &floats(&[0.0, 0.0, 1.0, -ox, -oy, oz]));
    put(280, &floats(&[-sx, 0.0, 0.0, -ox]));
    put(296, &floats(&[0.0, -sy, 0.0, -oy]));
    put(312, &floats(&[0.0, 0.0, sz, oz]));
    put(344, b"n+1\0");
    bytes
}

fn shorts(values: &[i16]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::volume::{VolumeSpec, render};
    use nifti::{
        InMemNiftiVolume, NiftiObject, NiftiVolume, RandomAccessNiftiVolume, ReaderOptions,
    };

    /// Read back with the `nifti` crate: every voxel, the spacing, and the
    /// position of the first voxel (LPS here, RAS in the file).
    #[test]
    fn reads_back() {
        let volume = render(&VolumeSpec::default(), &mut stats::rng::stream(1, "n", 0)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (image, mask) = (
            folder.path().join("a.nii.gz"),
            folder.path().join("m.nii.gz"),
        );
        write_image(&image, &volume).unwrap();
        write_mask(&mask, &volume).unwrap();

        let file = ReaderOptions::new().read_file(&image).unwrap();
        let header = file.header();
        assert_eq!(header.pixdim[1..4], [1.0, 1.0, 3.0]);
        assert_eq!(header.srow_x, [-1.0, 0.0, 0.0, 31.5]);
        assert_eq!(header.srow_y, [0.0, -1.0, 0.0, 31.5]);
        assert_eq!(header.srow_z, [0.0, 0.0, 3.0, -34.5]);
        assert_eq!(volume.origin_mm, [-31.5, -31.5, -34.5]);
        assert_eq!(header.quatern_d, 1.0);
        same(&file.into_volume(), &volume, |i| f64::from(volume.image[i]));
        let file = ReaderOptions::new().read_file(&mask).unwrap();
        same(&file.into_volume(), &volume, |i| f64::from(volume.mask[i]));
    }

    fn same(file: &InMemNiftiVolume, volume: &Volume, expected: impl Fn(usize) -> f64) {
        let [nx, ny, nz] = volume.size;
        assert_eq!(file.dim(), volume.size.map(|n| n as u16));
        for i in 0..nx * ny * nz {
            let at = [i % nx, i / nx % ny, i / (nx * ny)].map(|a| a as u16);
            assert_eq!(file.get_f64(&at).unwrap(), expected(i));
        }
    }

    #[test]
    fn a_missing_folder_is_an_error_that_names_the_file() {
        let volume = render(&VolumeSpec::default(), &mut stats::rng::stream(1, "n", 0)).unwrap();
        let path = Path::new("absent-folder/a.nii.gz");
        let error = write_image(path, &volume).unwrap_err().to_string();
        assert!(error.contains("absent-folder"), "{error}");
    }
}
