//! Damaged and hostile files: an error each, never a panic, and no memory that
//! a header alone asks for.

#![allow(clippy::unwrap_used)]

use dicom_core::value::PixelFragmentSequence;
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::{tags, uids};
use radiomics::io::{self, Options};

#[path = "dicom_support/writer.rs"]
mod writer;

use writer::{ct, save, save_as, short, text};

fn read(path: &std::path::Path) -> Result<io::Loaded, String> {
    io::load(path, &Options::default()).map_err(|error| error.to_string())
}

#[test]
fn truncations_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1.dcm");
    for syntax in [
        uids::EXPLICIT_VR_LITTLE_ENDIAN,
        uids::IMPLICIT_VR_LITTLE_ENDIAN,
        writer::BIG_ENDIAN,
        uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    ] {
        save_as(ct(1, 0.0), &path, syntax);
        let whole = std::fs::read(&path).unwrap();
        for length in (0..whole.len()).step_by(7) {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert!(read(&path).is_err(), "{syntax} {length}");
        }
    }
}

#[test]
fn changed_bytes_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(ct(1, 0.0), folder.path(), "1.dcm");
    let whole = std::fs::read(&path).unwrap();
    for place in 128..whole.len() {
        for byte in [0x00, 0xff, whole[place] ^ 0x01] {
            let mut changed = whole.clone();
            changed[place] = byte;
            std::fs::write(&path, &changed).unwrap();
            drop(read(&path));
        }
    }
}

/// A frame of such bytes in a transfer syntax.
fn compressed(
    frame: Vec<u8>,
    syntax: &str,
    folder: &std::path::Path,
) -> Result<io::Loaded, String> {
    let mut object = ct(1, 0.0);
    let fragments = PixelFragmentSequence::new_fragments(vec![frame]);
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, fragments));
    let path = folder.join("1.dcm");
    save_as(object, &path, syntax);
    read(&path)
}

#[test]
fn compressed_garbage_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let syntaxes = [
        uids::RLE_LOSSLESS,
        uids::JPEG_BASELINE8_BIT,
        uids::JPEG_LOSSLESS_SV1,
        uids::JPEGLS_LOSSLESS,
        uids::JPEG2000_LOSSLESS,
    ];
    let heads: [&[u8]; 6] = [
        b"",
        b"\x02\0\0\0\x40\0\0\0\x41\0\0\0",
        b"\xff\xd8\xff\xc3\0\x0b\x10\0\x03\0\x04\x01\x01\x11\0\xff\xc4\0\x15\0",
        b"\xff\xd8\xff\xc0\0\x0b\x08\0\x03\0\x04\x01\x01\x11\0\xff\xda",
        b"\xff\xd8\xff\xf7\0\x0b\x0c\0\x03\0\x04\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\0\0",
        b"\xff\x4f\xff\x51\0\x29\0\0\0\0\0\x04\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\x04\0\0\0\x03\
          \0\0\0\0\0\0\0\0\0\x01\x0b\x01\x01\xff\x52",
    ];
    let mut noise = 1u32;
    for syntax in syntaxes {
        for head in heads {
            for length in [0, 40, 400] {
                let mut frame = head.to_vec();
                for _ in 0..length {
                    noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    frame.push((noise >> 24) as u8);
                }
                if frame.len() % 2 == 1 {
                    frame.push(0);
                }
                // An error or noise, but an answer.
                drop(compressed(frame, syntax, folder.path()));
            }
        }
    }
}

#[test]
fn a_compressed_frame_of_another_size_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let frame = b"\xff\xd8\xff\xf7\0\x0b\x0c\xff\xff\xff\xff\x01\x01\x11\0\0".to_vec();
    let message = compressed(frame, uids::JPEGLS_LOSSLESS, folder.path()).unwrap_err();
    assert!(message.contains("65535 x 65535"), "{message}");
}

#[test]
fn absurd_sizes_take_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    for (rows, columns, frames) in [
        (u16::MAX, u16::MAX, "1"),
        (3, 4, "2147483647"),
        (32768, 32768, "1"),
        (0, 4, "1"),
        (3, 4, "0"),
        (3, 4, "-1"),
    ] {
        let mut object = ct(1, 0.0);
        short(&mut object, tags::ROWS, rows);
        short(&mut object, tags::COLUMNS, columns);
        text(&mut object, tags::NUMBER_OF_FRAMES, VR::IS, frames);
        assert!(read(&save(object, folder.path(), "1.dcm")).is_err());
    }
}

#[test]
fn truncated_pixels_state_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(ct(1, 0.0), folder.path(), "1.dcm");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 10]).unwrap();
    let message = read(&path).unwrap_err();
    assert!(
        message.contains("14 bytes") && message.contains("take 24"),
        "{message}"
    );
}
