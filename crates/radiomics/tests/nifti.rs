//! NIfTI: what is read right, and what is refused.

#![allow(clippy::unwrap_used)]

mod support;

use radiomics::io::Options;
use radiomics::{Error, io};
use support::files::{counts_up, file, gzip, nifti_i16, read, refused};

fn with(mut bytes: Vec<u8>, at: usize, value: &[u8]) -> Vec<u8> {
    bytes[at..at + value.len()].copy_from_slice(value);
    bytes
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

#[test]
fn nifti_in_both_byte_orders_plain_and_compressed() {
    for big_endian in [false, true] {
        let bytes = nifti_i16([4, 3, 2], big_endian);
        for volume in [
            read("a.nii", &bytes).unwrap(),
            read("a.nii.gz", &gzip(&bytes)).unwrap(),
        ] {
            let geometry = volume.geometry();
            assert_eq!(geometry.size, [4, 3, 2]);
            // Spacing is what single precision holds.
            assert_eq!(
                geometry.spacing_mm,
                [0.8999999761581421, 0.8999999761581421, 2.5]
            );
            assert_eq!(volume.voxels()[[1, 2, 3]], 23.0);
            assert!(counts_up(&volume));
        }
    }
}

#[test]
fn nifti_types_and_scaling() {
    let header = |code: i16| {
        with(
            nifti_i16([2, 1, 1], false)[..352].to_vec(),
            70,
            &code.to_le_bytes(),
        )
    };
    for (code, voxels, expected) in [
        (2, vec![200u8, 1], [200.0, 1.0]),
        (256, vec![200, 1], [-56.0, 1.0]),
        (4, vec![0xff, 0xff, 1, 0], [-1.0, 1.0]),
        (512, vec![0xff, 0xff, 1, 0], [65535.0, 1.0]),
        (
            8,
            [-5i32, 6].iter().flat_map(|v| v.to_le_bytes()).collect(),
            [-5.0, 6.0],
        ),
        (
            768,
            [u32::MAX, 6].iter().flat_map(|v| v.to_le_bytes()).collect(),
            [4294967295.0, 6.0],
        ),
        (
            1024,
            [-5i64, 6].iter().flat_map(|v| v.to_le_bytes()).collect(),
            [-5.0, 6.0],
        ),
        (
            1280,
            [5u64, 6].iter().flat_map(|v| v.to_le_bytes()).collect(),
            [5.0, 6.0],
        ),
        (16, floats(&[1.5, -2.0]), [1.5, -2.0]),
        (
            64,
            [0.1f64, -2.0]
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect(),
            [0.1, -2.0],
        ),
    ] {
        let mut bytes = header(code);
        bytes.extend(&voxels);
        let values = |bytes: &[u8]| {
            read("a.nii", bytes)
                .unwrap()
                .voxels()
                .iter()
                .copied()
                .collect::<Vec<_>>()
        };
        assert_eq!(values(&bytes), expected, "type {code}");
        let scaled = with(bytes.clone(), 112, &floats(&[2.0, 10.0]));
        // Scaled values are single precision but of doubles, as ITK gives them.
        let single = |value: f64| {
            if code == 64 {
                value
            } else {
                f64::from(value as f32)
            }
        };
        assert_eq!(
            values(&scaled),
            // ITK scales whole numbers after it has made single precision of
            // them.
            expected.map(|v| single(single(v) * 2.0 + 10.0)),
            "type {code}"
        );
        for slope in [f32::NAN, f32::INFINITY] {
            let unscaled = with(bytes.clone(), 112, &floats(&[slope, 10.0]));
            assert_eq!(values(&unscaled), expected);
        }
        let damaged = with(bytes.clone(), 112, &floats(&[2.0, f32::NAN]));
        assert!(refused("a.nii", &damaged).contains("scl_inter"));
        // Slope 0 means no scaling.
        assert_eq!(values(&with(bytes, 112, &floats(&[0.0, 10.0]))), expected);
    }
    for code in [0, 1, 32, 128, 1536, 2304] {
        assert!(refused("a.nii", &header(code)).contains("data type"));
    }
}

#[test]
fn nifti_sform_goes_before_qform() {
    let bytes = nifti_i16([4, 3, 2], false);
    let qform = with(
        with(bytes, 252, &[1, 0]),
        256,
        &floats(&[0.0, 0.0, 1.0, 10.0, 20.0, 30.0]),
    );
    let volume = read("q.nii", &qform).unwrap();
    // A half turn about z in RAS is none in LPS.
    let geometry = volume.geometry();
    assert_eq!(
        geometry.direction,
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    );
    assert_eq!(geometry.origin_mm, [-10.0, -20.0, 30.0]);

    let rows = floats(&[0.0, 0.9, 0.0, 1.0, -0.9, 0.0, 0.0, 2.0, 0.0, 0.0, 2.5, 3.0]);
    let sform = with(with(qform, 254, &[1, 0]), 280, &rows);
    let geometry = read("s.nii", &sform).unwrap().geometry().clone();
    let turned = [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]];
    let found = geometry.direction.as_flattened().iter();
    for (found, expected) in found.zip(turned.as_flattened()) {
        assert!((found - expected).abs() < 1e-15);
    }
    assert_eq!(geometry.origin_mm, [-1.0, -2.0, 3.0]);
    assert_eq!(geometry.spacing_mm[0], 0.8999999761581421);

    // As ITK: without right angles the qform counts, if there is one.
    let shear = floats(&[0.9, 0.3, 0.0, 0.0, 0.0, 0.9, 0.0, 0.0, 0.0, 0.0, 2.5, 0.0]);
    let sheared = with(sform.clone(), 280, &shear);
    let origin = |bytes: &[u8]| read("o.nii", bytes).unwrap().geometry().origin_mm;
    assert_eq!(origin(&sheared), [-10.0, -20.0, 30.0]);
    let alone = with(sheared, 252, &[0, 0]);
    assert!(refused("shear.nii", &alone).contains("right angles"));
    // Another sform than the qform counts when it is in scanner coordinates.
    let aligned = with(sform.clone(), 254, &[2, 0]);
    assert_eq!(origin(&aligned), [-10.0, -20.0, 30.0]);
    let loaded = io::load_bytes(&aligned, &io::Options::default()).unwrap();
    let [warning] = &loaded.warnings[..] else {
        panic!("{:?}", loaded.warnings)
    };
    assert!(warning.contains("qform was taken"), "{warning}");
    // A void sform falls back to the qform.
    let void = with(sform, 280, &floats(&[0.0; 12]));
    assert_eq!(
        read("v.nii", &void).unwrap().geometry().origin_mm,
        [-10.0, -20.0, 30.0]
    );
}

#[test]
fn nifti_units_and_extra_axes() {
    let bytes = nifti_i16([4, 3, 2], false);
    let microns = read("u.nii", &with(bytes.clone(), 123, &[3])).unwrap();
    assert!((microns.geometry().spacing_mm[2] - 0.0025).abs() < 1e-12);
    let four = with(bytes.clone(), 40, &[4, 0]);
    assert!(counts_up(&read("4.nii", &four).unwrap()));
    let mut several = with(four, 48, &[2, 0]);
    several.extend((24..48i16).flat_map(i16::to_le_bytes));
    assert!(refused("several.nii", &several).contains("2 volumes"));
    let first = |bytes: &[u8], options: &Options| {
        io::load_bytes(bytes, options).map(|loaded| loaded.volume.voxels()[[0, 0, 0]])
    };
    let one = |volume: Option<usize>, channel: Option<usize>| Options {
        volume,
        channel,
        ..Options::default()
    };
    for bytes in [several.clone(), gzip(&several)] {
        assert_eq!(first(&bytes, &one(Some(0), None)).unwrap(), 0.0);
        assert_eq!(first(&bytes, &one(Some(1), None)).unwrap(), 24.0);
        let message = first(&bytes, &one(Some(2), None)).unwrap_err().to_string();
        assert!(message.contains("volume 2 is not there"), "{message}");
    }
    // Where there is but one, there is nothing to choose.
    assert_eq!(first(&bytes, &one(Some(7), Some(7))).unwrap(), 0.0);
    // The fifth axis counts channels.
    let vector = with(with(several, 40, &[5, 0]), 48, &[1, 0, 2, 0]);
    assert!(refused("v.nii", &vector).contains("2 channels"));
    assert_eq!(first(&vector, &one(None, Some(1))).unwrap(), 24.0);
}

/// A NIfTI-2 header of the same content as a NIfTI-1 header.
fn second(first: &[u8], big_endian: bool) -> Vec<u8> {
    let mut bytes = vec![0u8; 544];
    let mut put = |at: usize, mut value: Vec<u8>| {
        if big_endian {
            value.reverse();
        }
        bytes[at..at + value.len()].copy_from_slice(&value);
    };
    let at = |at: usize, n: usize| {
        let mut value = first[at..at + n].to_vec();
        if big_endian {
            value.reverse();
        }
        value
    };
    let double = |from: usize| {
        let single = f32::from_le_bytes(at(from, 4).try_into().unwrap());
        f64::from(single).to_le_bytes().to_vec()
    };
    put(0, 540i32.to_le_bytes().to_vec());
    put(12, at(70, 2));
    for i in 0..8 {
        let size = i16::from_le_bytes(at(40 + 2 * i, 2).try_into().unwrap());
        put(16 + 8 * i, i64::from(size).to_le_bytes().to_vec());
        put(104 + 8 * i, double(76 + 4 * i));
    }
    put(168, 544i64.to_le_bytes().to_vec());
    put(176, double(112));
    put(184, double(116));
    for (to, from) in [(344, 252), (348, 254)] {
        let code = i16::from_le_bytes(at(from, 2).try_into().unwrap());
        put(to, i32::from(code).to_le_bytes().to_vec());
    }
    for i in 0..6 {
        put(352 + 8 * i, double(256 + 4 * i));
    }
    for i in 0..12 {
        put(400 + 8 * i, double(280 + 4 * i));
    }
    put(500, i32::from(first[123]).to_le_bytes().to_vec());
    bytes[4..12].copy_from_slice(b"n+2\0\r\n\x1a\n");
    bytes.extend(&first[352..]);
    bytes
}

#[test]
fn the_second_version_says_the_same() {
    for big_endian in [false, true] {
        let mut bytes = nifti_i16([4, 3, 2], big_endian);
        for (at, value) in [
            (256, 0.1f32),
            (260, 0.2),
            (264, -0.3),
            (268, 7.5),
            (112, 2.0),
        ] {
            let value = if big_endian {
                value.to_be_bytes()
            } else {
                value.to_le_bytes()
            };
            bytes = with(bytes, at, &value);
        }
        bytes = with(bytes, 252, if big_endian { &[0, 1] } else { &[1, 0] });
        let old = read("1.nii", &bytes).unwrap();
        let new = second(&bytes, big_endian);
        for new in [read("2.nii", &new), read("2.nii.gz", &gzip(&new))] {
            let new = new.unwrap();
            assert_eq!(new.voxels(), old.voxels());
            let (a, b) = (old.geometry(), new.geometry());
            assert_eq!(
                (a.size, a.spacing_mm, a.origin_mm),
                (b.size, b.spacing_mm, b.origin_mm)
            );
            let cosines = a.direction.as_flattened().iter();
            for (a, b) in cosines.zip(b.direction.as_flattened()) {
                assert!((a - b).abs() < 1e-6);
            }
        }
        for length in 0..new.len() {
            refused("short.nii", &new[..length]);
        }
        assert!(refused("text.nii", &with(new, 8, b"\n\n")).contains("text conversion"));
    }
}

#[test]
fn header_and_voxels_in_two_files() {
    let bytes = nifti_i16([4, 3, 2], false);
    let header = with(with(bytes[..352].to_vec(), 344, b"ni1\0"), 108, &[0; 4]);
    let voxels = &bytes[352..];
    assert!(refused("alone.hdr", &header).contains("pair"));
    for (names, header, voxels) in [
        (["a.hdr", "a.img"], header.clone(), voxels.to_vec()),
        (["a.HDR", "a.IMG"], header.clone(), voxels.to_vec()),
        (["a.hdr.gz", "a.img.gz"], gzip(&header), gzip(voxels)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let contents = [header.clone(), voxels];
        let paths = [0, 1].map(|i| file(&folder, names[i], &contents[i]));
        for path in &paths {
            assert!(counts_up(&io::read(path).unwrap()), "{path:?}");
        }
        std::fs::write(&paths[1], [1, 2]).unwrap();
        assert!(io::read(&paths[0]).is_err());
    }
    let behind = with(header, 108, &floats(&[3.0]));
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "b.hdr", &behind);
    file(&folder, "b.img", &[&[9, 9, 9], voxels].concat());
    assert!(counts_up(&io::read(path).unwrap()));
}

/// Against a reader that isn't ours: the `nifti` crate, on the published
/// phantoms.
#[test]
fn nifti_agrees_with_the_nifti_crate() {
    use nifti::volume::RandomAccessNiftiVolume;
    use nifti::{NiftiObject, ReaderOptions};
    for name in [
        "ibsi_1_digital_phantom/nifti/image/phantom.nii.gz",
        "ibsi_1_ct_radiomics_phantom/nifti/mask/mask.nii.gz",
        "ibsi_2_digital_phantom/nifti/pattern_1/image/pattern_1.nii.gz",
    ] {
        let Some(path) = testkit::data(&format!("radiomics/ibsi/{name}")) else {
            return;
        };
        let ours = io::read(&path).unwrap();
        let theirs = ReaderOptions::new().read_file(&path).unwrap();
        let header = theirs.header();
        for axis in 0..3 {
            assert_eq!(
                ours.geometry().size[axis],
                usize::from(header.dim[axis + 1])
            );
            assert_eq!(
                ours.geometry().spacing_mm[axis],
                f64::from(header.pixdim[axis + 1].abs())
            );
        }
        for ((z, y, x), &value) in ours.voxels().indexed_iter() {
            let at = [x as u16, y as u16, z as u16];
            assert_eq!(
                theirs.volume().get_f64(&at).unwrap(),
                value,
                "{name} {at:?}"
            );
        }
    }
}

#[test]
fn damaged_nifti_is_refused() {
    let good = nifti_i16([4, 3, 2], false);
    for length in 0..good.len() {
        refused("short.nii", &good[..length]);
    }
    let packed = gzip(&good);
    for length in 0..packed.len() {
        refused("short.nii.gz", &packed[..length]);
    }
    for (problem, at, value) in [
        ("dimensions", 40, vec![0, 0]),
        ("dimensions", 40, vec![9, 0]),
        ("dimensions", 40, vec![0xff, 0xff]),
        ("size 0", 42, vec![0, 0]),
        ("size -1", 44, vec![0xff, 0xff]),
        ("truncated", 42, 1000i16.to_le_bytes().repeat(3)),
        ("3.5e13 voxels", 42, i16::MAX.to_le_bytes().repeat(3)),
        ("spacing", 80, floats(&[0.0])),
        ("spacing", 80, floats(&[f32::NAN])),
        ("spacing", 80, floats(&[f32::INFINITY])),
        ("vox_offset", 108, floats(&[f32::NAN])),
        ("vox_offset", 108, floats(&[-352.0])),
        ("e30 (vox_offset)", 108, floats(&[1e30])),
        ("truncated", 108, floats(&[1e9])),
        ("pair", 344, b"ni1\0".to_vec()),
        ("Analyze", 344, vec![0; 4]),
        ("NIfTI-2", 0, 540i32.to_le_bytes().to_vec()),
    ] {
        let bytes = with(good.clone(), at, &value);
        let message = refused("bad.nii", &bytes);
        assert!(message.contains(problem), "{problem}: {message}");
        refused("bad.nii.gz", &gzip(&bytes));
    }
    // A flipped bit in the data fails the checksum.
    let mut flipped = packed;
    let checksum = flipped.len() - 8;
    flipped[checksum] ^= 1;
    assert!(refused("flipped.nii.gz", &flipped).contains("damaged"));
    // Any single byte of the header may be wrong: an error or a volume.
    for at in 0..352 {
        for value in [0, 0x7f, 0xff] {
            let _ = read("any.nii", &with(good.clone(), at, &[value]));
        }
    }
    // 2 GB of zeros in 70 bytes is not inflated.
    let bomb = with(good.clone(), 42, &1000i16.to_le_bytes().repeat(3));
    assert!(refused("bomb.nii.gz", &gzip(&bomb)).contains("compressed"));
    let huge = with(good, 42, &2000i16.to_le_bytes().repeat(3));
    assert!(refused("huge.nii.gz", &gzip(&huge)).contains("more than 1073741824 are not read"));
}

#[test]
fn other_files_are_refused() {
    assert!(refused("a.txt", b"hello").contains("neither NIfTI nor NRRD"));
    assert!(refused("empty.nii", b"").contains("neither"));
    for (start, what) in [
        (&b"PK\x03\x04"[..], "ZIP"),
        (b"\x89PNG\r\n", "PNG"),
        (b"", "empty"),
    ] {
        assert!(refused("a.dat", start).contains(what));
    }
    assert!(refused("a.gz", &gzip(&[7; 1000])).contains("not a NIfTI"));
    assert!(refused("a.nrrd.gz", &gzip(b"NRRD0004\n")).contains("gunzip"));
    assert!(refused("a.mha.gz", &gzip(b"ObjectType = Image\n")).contains("gunzip"));
    let absent = io::read("/no/such/file.nii").unwrap_err();
    assert!(matches!(absent, Error::Io { .. }) && absent.to_string().contains("file.nii"));
    // What the system said stands in the message, and there alone.
    assert!(std::error::Error::source(&absent).is_none());
    let folder = tempfile::tempdir().unwrap();
    assert!(io::read(folder.path()).is_err());
}
