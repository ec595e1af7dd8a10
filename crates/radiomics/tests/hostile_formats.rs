//! Damaged and malicious files: an error that names the file, no panic, and no
//! memory that only a header's claim asks for.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use radiomics::io::{self, Options};
use stats::rng;
use support::files::{file, gzip, nifti_i16, refused};

fn nrrd(fields: &str) -> Vec<u8> {
    format!("NRRD0004\ntype: short\ndimension: 3\nendian: little\n{fields}\n\n").into_bytes()
}

fn meta(fields: &str) -> Vec<u8> {
    format!("ObjectType = Image\nNDims = 3\nElementType = MET_SHORT\n{fields}\n").into_bytes()
}

const SPACINGS: &str = "spacings: 1 1 1\nsizes: 4 3 2";
const GRID: &str = "ElementSpacing = 1 1 1\nDimSize = 4 3 2";

/// One small good file of every kind.
fn good() -> Vec<(&'static str, Vec<u8>)> {
    let voxels: Vec<u8> = (0..24i16).flat_map(i16::to_le_bytes).collect();
    let text: String = (0..24).map(|i| format!("{i} ")).collect();
    let head = |fields: &str| nrrd(&format!("{SPACINGS}\n{fields}"));
    let mha = |fields: &str| meta(&format!("{GRID}\n{fields}ElementDataFile = LOCAL"));
    vec![
        ("a.nii", nifti_i16([4, 3, 2], false)),
        ("b.nii", nifti_i16([4, 3, 2], true)),
        ("a.nii.gz", gzip(&nifti_i16([4, 3, 2], false))),
        ("a.nrrd", [head("encoding: raw"), voxels.clone()].concat()),
        ("b.nrrd", [head("encoding: gzip"), gzip(&voxels)].concat()),
        (
            "c.nrrd",
            [head("encoding: text"), text.clone().into_bytes()].concat(),
        ),
        ("a.mha", [mha(""), voxels].concat()),
        (
            "b.mha",
            [mha("BinaryData = False\n"), text.into_bytes()].concat(),
        ),
    ]
}

fn load(bytes: &[u8]) -> Result<io::Loaded, radiomics::Error> {
    io::load_bytes(bytes, &Options::default())
}

#[test]
fn any_truncation_is_an_error() {
    for (name, bytes) in good() {
        assert!(load(&bytes).is_ok(), "{name}");
        for length in 0..bytes.len() {
            // The last digits and blanks of a text may be gone.
            let blank = name == "c.nrrd" || name == "b.mha";
            if !(blank && length + 2 >= bytes.len()) {
                let message = load(&bytes[..length]).map(|_| (name, length)).unwrap_err();
                assert!(message.to_string().starts_with("memory: "), "{message}");
            }
        }
    }
}

/// Bytes changed, removed and doubled at random: an error or a volume.
#[test]
fn mutations_never_panic() {
    let mut random = rng::stream(11, "hostile formats", 0);
    let mut below = |n: usize| random.below(n);
    let odd = [
        0, 1, 9, 10, 32, 45, 46, 48, 49, 57, 58, 61, 0x7f, 0x80, 0xff,
    ];
    for (_, bytes) in good() {
        for _ in 0..3000 {
            let mut bytes = bytes.clone();
            for _ in 0..=below(4) {
                let at = below(bytes.len());
                match below(4) {
                    0 => bytes[at] = odd[below(odd.len())],
                    1 => bytes[at] ^= 1 << below(8),
                    2 => drop(bytes.drain(at..(at + below(5)).min(bytes.len()))),
                    _ => {
                        let end = (at + below(9)).min(bytes.len());
                        let copy = bytes[at..end].to_vec();
                        bytes.splice(at..at, copy);
                    }
                }
                if bytes.is_empty() {
                    bytes.push(0);
                }
            }
            let options = Options {
                volume: Some(below(3)),
                channel: Some(below(3)),
                ..Options::default()
            };
            let _ = io::load_bytes(&bytes, &options);
        }
    }
}

#[test]
fn absurd_claims_are_refused() {
    let raw = "encoding: raw";
    for (fields, problem) in [
        ("sizes: 1024 1024 1024\nspacings: 1 1 1", "truncated"),
        (
            "sizes: 1024 1024 1025\nspacings: 1 1 1",
            "more than 1073741824",
        ),
        (
            "sizes: 18446744073709551615 18446744073709551615 2\nspacings: 1 1 1",
            "more than 1073741824",
        ),
        ("sizes: -4 3 2\nspacings: 1 1 1", "whole numbers"),
        ("sizes: four 3 2\nspacings: 1 1 1", "whole numbers"),
        ("sizes: 4 3 2\nspacings: 0 1 1", "spacing"),
        ("sizes: 4 3 2\nspacings: 1e400 1 1", "spacing"),
        ("sizes: 4 3 2\nspacings: 1 one 1", "not numbers"),
        (
            "sizes: 4 3 2\nspacings: 1 1 1\nline skip: 18446744073709551615",
            "line skip",
        ),
        (
            "sizes: 4 3 2\nspacings: 1 1 1\nbyte skip: 9223372036854775807",
            "byte skip",
        ),
        (
            "sizes: 4 3 2\nspacings: 1 1 1\ndata file: a%d.raw 0 9223372036854775807 1",
            "at most 65536 files",
        ),
        (
            "sizes: 4 3 2\nspacings: 1 1 1\ndata file: ../../no/such/file",
            "another file",
        ),
    ] {
        let bytes = [nrrd(&format!("{fields}\n{raw}")), vec![0; 48]].concat();
        let message = load(&bytes).unwrap_err().to_string();
        assert!(message.contains(problem), "{problem}: {message}");
    }
    for (fields, problem) in [
        (
            "ElementSpacing = 1 1 1\nDimSize = 1024 1024 1024",
            "truncated",
        ),
        (
            "ElementSpacing = 1 1 1\nDimSize = 99999 99999 99999",
            "more than",
        ),
        ("ElementSpacing = 1 1 1\nDimSize = 4 3 -2", "whole numbers"),
        ("ElementSpacing = 1 1 0\nDimSize = 4 3 2", "spacing"),
        (
            "ElementSpacing = 1 1 1\nDimSize = 4 3 2\nElementNumberOfChannels = 999999999",
            "more than",
        ),
        (
            "ElementSpacing = 1 1 1\nDimSize = 4 3 2\nHeaderSize = 9223372036854775807",
            "HeaderSize",
        ),
    ] {
        let fields = format!("{fields}\nElementDataFile = LOCAL");
        let bytes = [meta(&fields), vec![0; 48]].concat();
        let message = load(&bytes).unwrap_err().to_string();
        assert!(message.contains(problem), "{problem}: {message}");
    }
    // A header without an end.
    let long = [b"NRRD0004\n".to_vec(), b"#\n".repeat(1 << 20)].concat();
    assert!(refused("long.nrrd", &long).contains("doesn't end"));
    let long = [b"NDims = 3\n".to_vec(), b"A = 1\n".repeat(1 << 20)].concat();
    assert!(refused("long.mha", &long).contains("ElementDataFile"));
}

/// Two thousand volumes of a billion voxels each, of which only the claim
/// exists.
#[test]
fn more_volumes_than_bytes() {
    let mut bytes = nifti_i16([1024, 1024, 1024], false);
    bytes.truncate(1000);
    bytes[40..42].copy_from_slice(&5i16.to_le_bytes());
    bytes[48..52].copy_from_slice(&[0xff, 0x7f, 0xff, 0x7f]);
    for bytes in [bytes.clone(), gzip(&bytes)] {
        let options = Options {
            volume: Some(32000),
            channel: Some(32000),
            ..Options::default()
        };
        assert!(io::load_bytes(&bytes, &options).is_err());
    }
}

/// A gigabyte of zeros in a megabyte: read no further than the header asks,
/// and refused when the header asks for more than there can be.
#[test]
fn gzip_bombs_are_not_inflated() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&nifti_i16([4, 3, 2], false)).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..64 {
        encoder.write_all(&zeros).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1 << 17);
    assert_eq!(load(&bomb).unwrap().volume.voxels().len(), 24);
    let claims = nifti_i16([1000, 1000, 900], false)[..352].to_vec();
    assert!(refused("claim.nii.gz", &gzip(&claims)).contains("compressed"));
}

#[test]
fn pipes_and_devices_are_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let header = nrrd(&format!("{SPACINGS}\nencoding: raw\ndata file: /dev/zero"));
    let path = file(&folder, "zero.nhdr", &header);
    let message = io::read(path).unwrap_err().to_string();
    assert!(message.contains("not a file with bytes"), "{message}");
    #[cfg(unix)]
    assert!(io::read("/dev/zero").is_err());
}
