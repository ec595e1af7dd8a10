//! NRRD: what is read right, and what is refused.

#![allow(clippy::unwrap_used)]

mod support;

use radiomics::io;
use support::files::{counts_up, file, gzip, read, refused};

const GEOMETRY: &str = "space: left-posterior-superior\n\
    space directions: (0.5,0,0) (0,-0.25,0) (0,0,3)\nspace origin: (1,2,-3)\n";

fn header(fields: &str) -> Vec<u8> {
    format!("NRRD0004\n# made by a test\ntype: short\ndimension: 3\nsizes: 4 3 2\n{fields}\n")
        .into_bytes()
}

fn nrrd(fields: &str, data: &[u8]) -> Vec<u8> {
    [header(fields), data.to_vec()].concat()
}

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

#[test]
fn nrrd_encodings() {
    let text: String = (0..24)
        .map(|i| format!("{i}{}", if i % 4 == 3 { "\n" } else { " " }))
        .collect();
    let little = format!("{GEOMETRY}endian: little\n");
    for (fields, data) in [
        (format!("{little}encoding: raw\n"), shorts(false)),
        (
            format!("{GEOMETRY}endian: big\nencoding: raw\n"),
            shorts(true),
        ),
        (format!("{little}encoding: gzip\n"), gzip(&shorts(false))),
        (
            format!("{GEOMETRY}endian: big\nencoding: GZ\n"),
            gzip(&shorts(true)),
        ),
        (
            format!("{GEOMETRY}encoding: ascii\n"),
            text.clone().into_bytes(),
        ),
        (format!("{GEOMETRY}encoding: txt\n"), text.into_bytes()),
        (
            format!("{little}encoding: hex\n"),
            shorts(false)
                .iter()
                .map(|byte| format!("{byte:02X}\n"))
                .collect::<String>()
                .into_bytes(),
        ),
        (
            format!("{little}encoding: raw\nbyte skip: 3\n"),
            [b"abc".to_vec(), shorts(false)].concat(),
        ),
        (
            format!("{little}encoding: raw\nbyte skip: -1\n"),
            [b"abc".to_vec(), shorts(false)].concat(),
        ),
        (
            format!("{little}encoding: raw\nline skip: 2\n"),
            [b"a\nbc\n".to_vec(), shorts(false)].concat(),
        ),
    ] {
        let volume = read("a.nrrd", &nrrd(&fields, &data)).unwrap();
        assert!(counts_up(&volume), "{fields}");
        let geometry = volume.geometry();
        assert_eq!(geometry.size, [4, 3, 2]);
        assert_eq!(geometry.spacing_mm, [0.5, 0.25, 3.0]);
        assert_eq!(geometry.origin_mm, [1.0, 2.0, -3.0]);
        assert_eq!(
            geometry.direction,
            [[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]]
        );
    }
}

#[test]
fn nrrd_windows_line_ends() {
    let fields = format!("{GEOMETRY}endian: little\nencoding: raw\n");
    let head = String::from_utf8(header(&fields))
        .unwrap()
        .replace('\n', "\r\n");
    let bytes = [head.into_bytes(), shorts(false)].concat();
    assert!(counts_up(&read("crlf.nrrd", &bytes).unwrap()));
}

#[test]
fn nrrd_spaces_become_lps() {
    let geometry = |space: &str| {
        let fields = format!(
            "{space}space directions: (0.5,0,0) (0,0.25,0) (0,0,3)\nspace origin: (1,2,3)\n\
             endian: little\nencoding: raw\n"
        );
        read("a.nrrd", &nrrd(&fields, &shorts(false)))
            .unwrap()
            .geometry()
            .clone()
    };
    for (space, signs) in [
        ("space: left-posterior-superior\n", [1.0, 1.0, 1.0]),
        ("space: LPS\n", [1.0, 1.0, 1.0]),
        ("space: right-anterior-superior\n", [-1.0, -1.0, 1.0]),
        ("space: RAS\n", [-1.0, -1.0, 1.0]),
        ("space: left-anterior-superior\n", [1.0, -1.0, 1.0]),
        ("space dimension: 3\n", [1.0, 1.0, 1.0]),
    ] {
        let geometry = geometry(space);
        assert_eq!(
            geometry.origin_mm,
            [signs[0], signs[1] * 2.0, signs[2] * 3.0],
            "{space}"
        );
        assert_eq!(
            std::array::from_fn(|i| geometry.direction[i][i]),
            signs,
            "{space}"
        );
    }
    let plain = read(
        "a.nrrd",
        &nrrd(
            "spacings: 1 2 3\nendian: little\nencoding: raw\n",
            &shorts(false),
        ),
    );
    assert_eq!(plain.unwrap().geometry().spacing_mm, [1.0, 2.0, 3.0]);
}

#[test]
fn nrrd_with_an_axis_that_is_not_space() {
    let with_sizes = |sizes: &str| {
        format!(
            "NRRD0005\ntype: unsigned char\ndimension: 4\nsizes: {sizes}\nkinds: list domain domain domain\n\
             space: LPS\nspace directions: none (1,0,0) (0, 1, 0) (0,0,1)\nencoding: raw\n\n"
        )
    };
    let bytes = [with_sizes("1 2 2 1").into_bytes(), vec![0, 1, 2, 3]].concat();
    let volume = read("a.nrrd", &bytes).unwrap();
    assert_eq!(volume.geometry().size, [2, 2, 1]);
    assert!(counts_up(&volume));
    let several = [with_sizes("2 2 1 1").into_bytes(), vec![0, 1, 2, 3]].concat();
    assert!(refused("several.nrrd", &several).contains("2 channels"));
}

#[test]
fn nrrd_with_a_data_file() {
    let folder = tempfile::tempdir().unwrap();
    file(&folder, "voxels.raw.gz", &gzip(&shorts(false)));
    let fields = format!("{GEOMETRY}endian: little\nencoding: gzip\n");
    let detached = |name: &str| {
        file(
            &folder,
            "a.nhdr",
            &header(&format!("{fields}data file: {name}\n")),
        )
    };
    assert!(counts_up(&io::read(detached("voxels.raw.gz")).unwrap()));
    for (name, problem) in [
        ("absent.raw", "absent.raw"),
        (".", "a file with bytes"),
        ("LIST", "0 data files"),
        ("LIST\nvoxels.raw.gz\nabsent.raw", "absent.raw"),
        ("a%03d.raw 1 3 1", "3 data files"),
        ("a%03d.raw 1 2 1", "a001.raw"),
        ("a%s.raw 1 2 1", "only %d"),
    ] {
        let message = io::read(detached(name)).unwrap_err().to_string();
        assert!(
            message.contains("a.nhdr") && message.contains(problem),
            "{message}"
        );
    }
}

#[test]
fn nrrd_with_several_data_files() {
    let folder = tempfile::tempdir().unwrap();
    let slices: Vec<_> = shorts(false).chunks(24).map(<[u8]>::to_vec).collect();
    for (i, slice) in slices.iter().enumerate() {
        file(&folder, &format!("s{:02}.raw", i + 1), slice);
        file(&folder, &format!("s {}.gz", 9 - i), &gzip(slice));
    }
    for (encoding, names) in [
        ("raw", "LIST\ns01.raw\ns02.raw\n"),
        ("raw", "LIST 2\ns01.raw\ns02.raw"),
        ("raw", "s%02d.raw 1 2 1\n"),
        ("gzip", "s %d.gz 9 8 -1 2\n"),
    ] {
        let fields = format!("{GEOMETRY}endian: little\nencoding: {encoding}\ndata file: {names}");
        let path = file(&folder, "several.nhdr", &header(&fields));
        assert!(counts_up(&io::read(path).unwrap()), "{names}");
    }
}

#[test]
fn nrrd_with_time() {
    let bytes: Vec<u8> = (0..8).collect();
    let head = |fields: &str| {
        format!("NRRD0004\ntype: uchar\ndimension: 4\nsizes: 2 2 1 2\nencoding: raw\n{fields}\n\n")
    };
    for fields in [
        "kinds: domain domain domain time\nspace: LPS\n\
         space directions: (1,0,0) (0,1,0) (0,0,1) none",
        "space: RAST\nspace directions: (-1,0,0,0) (0,-1,0,0) (0,0,1,0) (0,0,0,5)",
        "spacings: 1 1 1 5",
        "spacings: 1 1 1 nan\nkinds: space space space time",
    ] {
        let file = [head(fields).into_bytes(), bytes.clone()].concat();
        let volume = |volume| {
            let options = io::Options {
                volume,
                ..io::Options::default()
            };
            io::load_bytes(&file, &options).map(|loaded| loaded.volume)
        };
        let message = volume(None).unwrap_err().to_string();
        assert!(message.contains("2 volumes"), "{message}");
        let second = volume(Some(1)).unwrap();
        assert_eq!(second.voxels()[[0, 0, 0]], 4.0);
        assert_eq!(second.geometry().direction[0][0], 1.0, "{fields}");
    }
}

#[test]
fn old_nrrd_has_spacings_and_mins() {
    let origin = |fields: &str| {
        let fields = format!("spacings: 1 2 3\n{fields}endian: little\nencoding: raw\n");
        read("old.nrrd", &nrrd(&fields, &shorts(false)))
            .unwrap()
            .geometry()
            .origin_mm
    };
    assert_eq!(origin(""), [0.0; 3]);
    assert_eq!(origin("axis mins: 5 5 5\n"), [5.5, 6.0, 6.5]);
    assert_eq!(
        origin("axis mins: 5 5 5\ncenters: node node cell\n"),
        [5.0, 5.0, 6.5]
    );
    assert_eq!(origin("axis mins: nan 5 5\n"), [0.0; 3]);
}

#[test]
fn damaged_nrrd_is_refused() {
    let fields = format!("{GEOMETRY}endian: little\nencoding: gzip\n");
    let good = nrrd(&fields, &gzip(&shorts(false)));
    assert!(read("good.nrrd", &good).is_ok());
    for length in 0..good.len() {
        refused("short.nrrd", &good[..length]);
    }
    let raw = nrrd(&fields.replace("gzip", "raw"), &shorts(false));
    for length in 0..raw.len() {
        refused("short.nrrd", &raw[..length]);
    }
    let text = String::from_utf8(header(&fields)).unwrap();
    for (old, new, problem) in [
        ("NRRD0004", "NRRD0009", "version"),
        ("type: short", "type: block", "block"),
        ("sizes: 4 3 2", "sizes: 4 3", "dimension"),
        ("sizes: 4 3 2", "sizes: 4 0 2", "size 0"),
        ("sizes: 4 3 2", "sizes: 4 -3 2", "whole numbers"),
        (
            "sizes: 4 3 2",
            "sizes: 4000000000 4000000000 4000000000",
            "more than 1073741824 are not read",
        ),
        (
            "sizes: 4 3 2",
            "sizes: 99999999999999999999 1 1",
            "whole numbers",
        ),
        ("sizes: 4 3 2", "sizes: 40000 3000 2000", "2.4e11 voxels"),
        ("sizes: 4 3 2", "sizes: 1000 1000 1000", "truncated"),
        ("dimension: 3", "dimension: 4", "dimension"),
        ("encoding: gzip", "encoding: bzip2", "bzip2"),
        ("endian: little", "endian: middle", "middle"),
        ("endian: little\n", "", "endian"),
        ("(0.5,0,0)", "(0.5,0)", "vectors"),
        ("(0.5,0,0)", "(nan,0,0)", "spacing"),
        ("(0.5,0,0)", "(0,0,0)", "spacing"),
        ("(0.5,0,0)", "(0.5,0.1,0)", "right angles"),
        ("(0.5,0,0)", "none", "volumes"),
        ("(1,2,-3)", "none", "origin"),
        ("(1,2,-3)", "(1,inf,-3)", "origin"),
        (
            "endian: little",
            "endian: little\nendian: big",
            "two different",
        ),
        (
            "endian: little",
            "space units: \"um\" \"um\" \"um\"\nendian: little",
            "units",
        ),
        (
            "endian: little",
            "no colon here\nendian: little",
            "no field",
        ),
        (
            "endian: little",
            "byte skip: -7\nendian: little",
            "byte skip",
        ),
        (
            "endian: little",
            "line skip: -1\nendian: little",
            "line skip",
        ),
        (
            "endian: little",
            "byte skip: 9999\nendian: little",
            "byte skip",
        ),
        (
            "endian: little",
            "line skip: 99\nendian: little",
            "line skip",
        ),
    ] {
        assert!(text.contains(old), "{old}");
        let bytes = [text.replace(old, new).into_bytes(), gzip(&shorts(false))].concat();
        let message = refused("bad.nrrd", &bytes);
        assert!(message.contains(problem), "{problem}: {message}");
    }
    let raw_fields = fields.replace("gzip", "raw");
    let before = nrrd(&format!("{raw_fields}byte skip: -7\n"), &shorts(false));
    assert!(refused("before.nrrd", &before).contains("byte skip is -7"));
    let no_spacing = nrrd("endian: little\nencoding: raw\n", &shorts(false));
    assert!(refused("unknown.nrrd", &no_spacing).contains("voxel size is unknown"));
    for words in [
        "1 2 3",
        "x",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25",
    ] {
        refused(
            "text.nrrd",
            &nrrd(&format!("{GEOMETRY}encoding: ascii\n"), words.as_bytes()),
        );
    }
}

#[test]
fn a_channel_is_taken_of_several() {
    // Voxel n has the values n, 100 + n and 200 + n.
    let voxels = || 0..24i16;
    let together: Vec<u8> = voxels()
        .flat_map(|n| [n, 100 + n, 200 + n])
        .flat_map(i16::to_le_bytes)
        .collect();
    let apart: Vec<u8> = [0, 100, 200]
        .into_iter()
        .flat_map(|add| voxels().map(move |n| add + n))
        .flat_map(i16::to_le_bytes)
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let space = "space: left-posterior-superior\nendian: little\nencoding: raw\n";
    let directions = "(1,0,0) (0,1,0) (0,0,1)";
    for (name, sizes, directions, data) in [
        (
            "first.nrrd",
            "3 4 3 2",
            format!("none {directions}"),
            together,
        ),
        ("last.nrrd", "4 3 2 3", format!("{directions} none"), apart),
    ] {
        let head = format!(
            "NRRD0004\ntype: short\ndimension: 4\nsizes: {sizes}\n{space}space directions: {directions}\n\n"
        );
        let path = file(&folder, name, &[head.as_bytes(), &data].concat());
        for channel in 0..3 {
            let volume = io::read_channel(&path, channel).unwrap();
            assert_eq!(volume.geometry().size, [4, 3, 2]);
            let mut expected = voxels().map(|n| f64::from(n) + 100.0 * channel as f64);
            assert!(volume.voxels().iter().all(|&v| Some(v) == expected.next()));
        }
        let message =
            |result: Result<radiomics::Volume, radiomics::Error>| result.unwrap_err().to_string();
        assert!(message(io::read_channel(&path, 3)).contains("channel 3 is not there"));
        assert!(message(io::read(&path)).contains("3 channels in one file"));
    }
}
