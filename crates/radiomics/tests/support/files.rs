//! Image files made in memory, read from a temporary folder.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use flate2::{Compression, write::GzEncoder};
use radiomics::{Error, Volume, io};
use tempfile::TempDir;

pub fn file(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

pub fn read(name: &str, bytes: &[u8]) -> Result<Volume, Error> {
    let folder = tempfile::tempdir().unwrap();
    io::read(file(&folder, name, bytes))
}

/// The message of an error that names the file.
pub fn refused(name: &str, bytes: &[u8]) -> String {
    let message = read(name, bytes).expect_err("must be refused").to_string();
    assert!(message.contains(name), "{message}");
    message
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn counts_up(volume: &Volume) -> bool {
    volume
        .voxels()
        .iter()
        .enumerate()
        .all(|(i, &value)| value == i as f64)
}

/// A NIfTI-1 file of 16-bit voxels 0, 1, 2, ... with room for a test to change
/// bytes.
pub fn nifti_i16(size: [u16; 3], big_endian: bool) -> Vec<u8> {
    let mut bytes = vec![0u8; 352];
    let mut put = |at: usize, little: &[u8]| {
        let mut value = little.to_vec();
        if big_endian {
            value.reverse();
        }
        bytes[at..at + value.len()].copy_from_slice(&value);
    };
    put(0, &348i32.to_le_bytes());
    for (i, n) in [3, size[0], size[1], size[2], 1, 1, 1, 1]
        .into_iter()
        .enumerate()
    {
        put(40 + 2 * i, &n.to_le_bytes());
    }
    put(70, &4i16.to_le_bytes());
    put(72, &16i16.to_le_bytes());
    for (i, s) in [1.0f32, 0.9, 0.9, 2.5].into_iter().enumerate() {
        put(76 + 4 * i, &s.to_le_bytes());
    }
    put(108, &352f32.to_le_bytes());
    bytes[344..348].copy_from_slice(b"n+1\0");
    let count: usize = size.iter().map(|&n| usize::from(n)).product();
    for i in 0..count {
        let value = i as i16;
        bytes.extend(if big_endian {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        });
    }
    bytes
}
