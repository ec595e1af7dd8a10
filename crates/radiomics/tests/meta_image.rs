//! MetaImage: what is read right, and what is refused.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};
use radiomics::io::{self, Modality, Options};
use support::files::{counts_up, file, gzip, read, refused};

const HEAD: &str = "ObjectType = Image\nNDims = 3\nBinaryData = True\n\
    BinaryDataByteOrderMSB = False\nCompressedData = False\n\
    TransformMatrix = 0 1 0 -1 0 0 0 0 1\nOffset = 1 -2 3.5\nCenterOfRotation = 0 0 0\n\
    AnatomicalOrientation = RAI\nElementSpacing = 0.5 0.25 3\nDimSize = 4 3 2\n\
    ElementType = MET_SHORT\nElementDataFile = LOCAL\n";

fn shorts(big_endian: bool) -> Vec<u8> {
    let bytes = |i: i16| {
        if big_endian {
            i.to_be_bytes()
        } else {
            i.to_le_bytes()
        }
    };
    (0..24).flat_map(bytes).collect()
}

fn meta(head: &str, data: &[u8]) -> Vec<u8> {
    [head.as_bytes(), data].concat()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The header with some fields changed.
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(HEAD.to_owned(), |head, (old, new)| {
        assert!(head.contains(old), "{old}");
        head.replace(old, new)
    })
}

#[test]
fn encodings() {
    let little = shorts(false);
    let text: String = (0..24).map(|i| format!("{i} ")).collect();
    let compressed = ("CompressedData = False", "CompressedData = True");
    let known = format!(
        "CompressedData = True\nCompressedDataSize = {}",
        zlib(&little).len()
    );
    let msb = (
        "BinaryDataByteOrderMSB = False",
        "ElementByteOrderMSB = True",
    );
    for (changes, data) in [
        (vec![], little.clone()),
        (vec![msb], shorts(true)),
        (vec![compressed], zlib(&little)),
        (vec![compressed], gzip(&little)),
        (
            vec![("CompressedData = False", known.as_str())],
            [zlib(&little), vec![1, 2, 3]].concat(),
        ),
        (
            vec![("BinaryData = True", "BinaryData = False")],
            text.into_bytes(),
        ),
        (
            vec![("NDims = 3", "NDims = 3\nHeaderSize = -1")],
            [vec![7; 5], little.clone()].concat(),
        ),
        (vec![("\n", "\r\n")], little.clone()),
        (
            vec![("ObjectType = Image\n", "Comment = \u{e4} = b\n")],
            little.clone(),
        ),
        (vec![("MET_SHORT", "MET_SHORT_ARRAY")], little.clone()),
    ] {
        let volume = read("a.mha", &meta(&changed(&changes), &data)).unwrap();
        assert!(counts_up(&volume), "{changes:?}");
        let geometry = volume.geometry();
        assert_eq!(geometry.size, [4, 3, 2]);
        assert_eq!(geometry.spacing_mm, [0.5, 0.25, 3.0]);
        assert_eq!(geometry.origin_mm, [1.0, -2.0, 3.5]);
        // The first axis points along y.
        assert_eq!(
            geometry.direction,
            [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
        );
    }
}

#[test]
fn other_names_for_the_same() {
    let geometry = |changes: &[(&str, &str)]| {
        let bytes = meta(&changed(changes), &shorts(false));
        read("a.mha", &bytes).unwrap().geometry().clone()
    };
    let usual = geometry(&[]);
    for name in ["Position", "Origin", "ImagePosition"] {
        assert_eq!(geometry(&[("Offset", name)]), usual);
    }
    for name in ["Rotation", "Orientation"] {
        assert_eq!(geometry(&[("TransformMatrix", name)]), usual);
    }
    assert_eq!(geometry(&[("ElementSpacing", "ElementSize")]), usual);
    let newer = [
        ("NDims", "FileFormatVersion = 1\nNDims"),
        ("Offset", "ElementOrigin"),
        ("TransformMatrix", "ElementDirection"),
    ];
    assert_eq!(geometry(&newer), usual);
    let both = ("ElementSpacing", "ElementSize = 9 9 9\nElementSpacing");
    assert_eq!(geometry(&[both]), usual);
    let matrix = "TransformMatrix = 0 1 0 -1 0 0 0 0 1\nOffset = 1 -2 3.5\n";
    let aligned = geometry(&[(matrix, "")]);
    assert_eq!(aligned.origin_mm, [0.0; 3]);
    assert_eq!(aligned.direction[0], [1.0, 0.0, 0.0]);
}

#[test]
fn every_type() {
    for (name, bytes, expected) in [
        ("MET_CHAR", vec![0xff], -1.0),
        ("MET_UCHAR", vec![0xff], 255.0),
        ("MET_SHORT", vec![0xff; 2], -1.0),
        ("MET_USHORT", vec![0xff; 2], 65535.0),
        ("MET_INT", vec![0xff; 4], -1.0),
        ("MET_LONG", vec![0xff; 4], -1.0),
        ("MET_UINT", vec![0xff; 4], 4294967295.0),
        ("MET_ULONG", vec![0xff; 4], 4294967295.0),
        ("MET_LONG_LONG", vec![0xff; 8], -1.0),
        ("MET_ULONG_LONG", 5u64.to_le_bytes().to_vec(), 5.0),
        ("MET_FLOAT", 1.5f32.to_le_bytes().to_vec(), 1.5),
        ("MET_DOUBLE", 0.1f64.to_le_bytes().to_vec(), 0.1),
    ] {
        let head = changed(&[("MET_SHORT", name), ("4 3 2", "1 1 1")]);
        let volume = read("a.mha", &meta(&head, &bytes)).unwrap();
        assert_eq!(volume.voxels()[[0, 0, 0]], expected, "{name}");
    }
}

#[test]
fn volumes_channels_and_modality() {
    let options = |volume, channel| Options {
        volume,
        channel,
        ..Options::default()
    };
    let four = changed(&[
        ("NDims = 3", "NDims = 4\nModality = MET_MOD_CT"),
        ("4 3 2", "2 1 3 4"),
        ("0 1 0 -1 0 0 0 0 1", "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1"),
        ("1 -2 3.5", "1 -2 3.5 0"),
        ("0.5 0.25 3", "0.5 0.25 3 1"),
    ]);
    let bytes = meta(&four, &shorts(false));
    assert!(refused("a.mha", &bytes).contains("4 volumes"));
    let loaded = io::load_bytes(&bytes, &options(Some(2), None)).unwrap();
    assert_eq!(loaded.modality, Modality::Ct);
    let values: Vec<f64> = loaded.volume.voxels().iter().copied().collect();
    assert_eq!(values, [12.0, 13.0, 14.0, 15.0, 16.0, 17.0]);

    let vector = changed(&[
        ("NDims = 3", "NDims = 3\nElementNumberOfChannels = 2"),
        ("4 3 2", "4 3 1"),
    ]);
    let bytes = meta(&vector, &shorts(false));
    assert!(refused("a.mha", &bytes).contains("2 channels"));
    let odd = io::load_bytes(&bytes, &options(None, Some(1))).unwrap();
    let expected = (0..12).map(|i| f64::from(2 * i + 1));
    assert!(odd.volume.voxels().iter().copied().eq(expected));
    let message = io::load_bytes(&bytes, &options(None, Some(2))).unwrap_err();
    assert!(message.to_string().contains("channel 2 is not there"));
}

#[test]
fn data_in_other_files() {
    let folder = tempfile::tempdir().unwrap();
    let slices: Vec<_> = shorts(false).chunks(24).map(<[u8]>::to_vec).collect();
    file(&folder, "all.raw", &shorts(false));
    file(&folder, "all.zraw", &zlib(&shorts(false)));
    file(&folder, "late.raw", &[vec![0; 9], shorts(false)].concat());
    for (i, slice) in slices.iter().enumerate() {
        file(&folder, &format!("s{}.raw", i + 1), slice);
    }
    let compressed = ("CompressedData = False", "CompressedData = True");
    for changes in [
        vec![("LOCAL", "all.raw")],
        vec![("LOCAL", "all.zraw"), compressed],
        vec![("LOCAL", "late.raw"), ("NDims", "HeaderSize = 9\nNDims")],
        vec![("LOCAL", "late.raw"), ("NDims", "HeaderSize = -1\nNDims")],
        vec![("LOCAL", "LIST\ns1.raw\ns2.raw")],
        vec![("LOCAL", "LIST 2\ns1.raw\r\ns2.raw\n\n")],
        vec![("LOCAL", "s%d.raw")],
        vec![("LOCAL", "s%01d.raw 1 2 1")],
    ] {
        let path = file(&folder, "a.mhd", changed(&changes).as_bytes());
        assert!(counts_up(&io::read(path).unwrap()), "{changes:?}");
    }
    for (name, problem) in [
        ("absent.raw", "absent.raw"),
        ("LIST\ns1.raw\n", "1 data files"),
        ("LIST\ns1.raw\nabsent.raw", "absent.raw"),
        ("s%d.raw 2 3 1", "s3.raw"),
        ("s1.raw", "truncated"),
    ] {
        let path = file(&folder, "b.mhd", changed(&[("LOCAL", name)]).as_bytes());
        let message = io::read(path).unwrap_err().to_string();
        assert!(
            message.contains(problem) && message.contains("b.mhd"),
            "{problem}: {message}"
        );
    }
    let alone = changed(&[("LOCAL", "all.raw")]);
    let message = io::load_bytes(alone.as_bytes(), &Options::default()).unwrap_err();
    assert!(message.to_string().contains("another file"));
}

#[test]
fn damaged_ones_are_refused() {
    let packed = changed(&[("CompressedData = False", "CompressedData = True")]);
    for (head, data) in [(HEAD, shorts(false)), (&packed, zlib(&shorts(false)))] {
        let good = meta(head, &data);
        assert!(read("good.mha", &good).is_ok());
        for length in 0..good.len() {
            refused("short.mha", &good[..length]);
        }
    }
    for (old, new, problem) in [
        ("= Image", "= Tube", "a Tube"),
        ("NDims = 3", "NDims = 2", "2 axes"),
        ("NDims = 3", "NDims = x", "NDims is"),
        ("NDims = 3", "NDims = 4", "DimSize has"),
        ("4 3 2", "4 0 2", "size 0"),
        ("4 3 2", "4 -3 2", "whole numbers"),
        ("4 3 2", "4000 3000 2000", "more than 1073741824"),
        ("4 3 2", "1000 1000 1000", "truncated"),
        ("MET_SHORT", "MET_STRING", "MET_STRING"),
        ("MET_SHORT", "MET_FLOAT_MATRIX", "MET_FLOAT_MATRIX"),
        ("0.5 0.25 3", "0.5 0 3", "spacing"),
        ("0.5 0.25 3", "0.5 -1 3", "spacing"),
        ("0.5 0.25 3", "0.5 nan 3", "spacing"),
        ("0.5 0.25 3", "0.5 1", "2 numbers"),
        ("ElementSpacing", "Other", "voxel size is unknown"),
        ("0 1 0 -1", "0 1 0.5 -1", "right angles"),
        ("0 1 0 -1", "0 inf 0 -1", "right angles"),
        ("1 -2 3.5", "1 -2 x", "not numbers"),
        ("1 -2 3.5", "1 -2 inf", "origin"),
        ("= RAI", "= RAI\nDistanceUnits = um", "DistanceUnits"),
        ("= RAI", "= RAI\nHeaderSize = -2", "HeaderSize"),
        ("= RAI", "= RAI\nHeaderSize = 99999", "HeaderSize"),
        ("= RAI", "= RAI\nElementNumberOfChannels = 0", "Channels"),
        ("= RAI", "= RAI\nno field", "no field"),
        ("= RAI", "= RAI\nNDims = 4", "two different"),
        ("Data = False", "Data = maybe", "neither True"),
        ("Data = False", "Data = True", "damaged"),
        ("BinaryData = True", "BinaryData = False", "not text"),
        ("LOCAL", "", "empty"),
    ] {
        let mut data = shorts(false);
        data[0] = 0xff;
        let bytes = meta(&changed(&[(old, new)]), &data);
        let message = refused("bad.mha", &bytes);
        assert!(message.contains(problem), "{problem}: {message}");
    }
}
