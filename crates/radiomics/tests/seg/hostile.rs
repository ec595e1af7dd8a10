//! Damaged files: an error or a warning, never a panic.

use std::fs;

use radiomics::Error;
use radiomics::io::seg;

use super::file::Seg;

#[test]
fn what_does_not_fit_is_refused() {
    let good = Seg::default;
    assert!(good().read().is_ok());
    for (bad, problem) in [
        (
            Seg {
                frame_count: "4",
                ..good()
            },
            "take 60",
        ),
        (
            Seg {
                frame_count: "2000000000",
                ..good()
            },
            "voxels",
        ),
        (
            Seg {
                frame_count: "-1",
                ..good()
            },
            "NumberOfFrames is -1",
        ),
        (
            Seg {
                frame_count: "0",
                ..good()
            },
            "NumberOfFrames is 0",
        ),
        (
            Seg {
                pixels: vec![0; 44],
                ..good()
            },
            "truncated",
        ),
        (
            Seg {
                segments: vec![],
                ..good()
            },
            "no segments",
        ),
        (
            Seg {
                segments: vec![(1, "a"), (1, "b")],
                ..good()
            },
            "two segments have the number 1",
        ),
        (
            Seg {
                segments: vec![(1, "a"), (3, "b")],
                ..good()
            },
            "frame 2 is of segment 2, which",
        ),
        (
            Seg {
                kind: "SURFACE",
                ..good()
            },
            "SegmentationType is \"SURFACE\"",
        ),
        (
            Seg {
                frames: vec![(1, 0.0)],
                ..good()
            },
            "describes 1 frames and should have 3",
        ),
        (
            Seg {
                frames: vec![(1, 0.0), (1, 2.0), (1, 5.0)],
                ..good()
            },
            "2.0000 to 3.0000 mm apart",
        ),
        (
            Seg {
                frames: vec![(1, 0.0), (1, 1e5), (1, 2e5)],
                spacing_between: "0.0001",
                ..good()
            },
            "voxels: more than 1073741824",
        ),
        (
            Seg {
                frames: vec![],
                ..good()
            },
            "frame 1 has no ImagePositionPatient",
        ),
        (
            Seg {
                frames: vec![(1, f64::NAN), (1, 1.0), (1, 2.0)],
                ..good()
            },
            "frame 1 has no ImagePositionPatient",
        ),
    ] {
        let message = bad.read().unwrap_err();
        assert!(message.contains(problem), "{problem}: {message}");
    }
    let more = Seg {
        frame_count: "2",
        ..good()
    }
    .read()
    .unwrap();
    assert!(more.warnings[0].contains("describes 3 frames and has the pixels of 2"));
}

#[test]
fn truncated_or_changed_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.dcm");
    Seg::default().write(&path);
    let bytes = fs::read(&path).unwrap();
    for length in 0..bytes.len() - 1 {
        fs::write(&path, &bytes[..length]).unwrap();
        match seg::read(&path) {
            Err(Error::File { .. } | Error::Io { .. }) => {}
            other => panic!("{length}: {other:?}"),
        }
    }
    for place in 132..bytes.len() {
        for value in [0, 0xff] {
            let mut changed = bytes.clone();
            changed[place] = value;
            fs::write(&path, &changed).unwrap();
            if let Ok(segmentation) = seg::read(&path) {
                let _ = segmentation.mask(&[0]);
            }
        }
    }
}
