//! Series of small files: how they are put together, and what is refused.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use radiomics::io::{self, Loaded, Modality, Options};
use radiomics::{Error, Storage};

#[path = "dicom_support/writer.rs"]
mod writer;

use writer::{DESCRIPTION, NAME, ct, save, save_as, sequence, series, short, text, words};

fn load(path: &Path) -> Result<Loaded, Error> {
    io::load(path, &Options::default())
}

/// The message of a refusal, which never names the patient.
fn refusal(path: &Path, options: &Options) -> String {
    let message = io::load(path, options).unwrap_err().to_string();
    for private in [NAME, DESCRIPTION, "SECRET"] {
        assert!(!message.contains(private), "{message}");
    }
    message
}

#[test]
fn slices_are_sorted_along_the_normal() {
    let folder = series(&[30.0, 10.0, 20.0]);
    std::fs::write(folder.path().join("notes.txt"), "not DICOM").unwrap();
    let loaded = load(folder.path()).unwrap();
    let geometry = loaded.volume.geometry();
    assert_eq!(geometry.size, [4, 3, 3]);
    assert_eq!(geometry.spacing_mm, [0.25, 0.5, 10.0]);
    assert_eq!(geometry.origin_mm, [-10.0, -20.0, 10.0]);
    let voxels = loaded.volume.voxels();
    assert_eq!(voxels[[0, 0, 0]], 200.0 - 1024.0);
    assert_eq!(voxels[[1, 0, 1]], 301.0 - 1024.0);
    assert_eq!(voxels[[2, 2, 3]], 111.0 - 1024.0);
    assert_eq!(loaded.modality, Modality::Ct);
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let whole = Storage::Whole {
        least: -32768.0,
        most: 32767.0,
    };
    assert_eq!(loaded.volume.storage(), whole);
}

#[test]
fn gaps_doubles_and_leaning_name_their_instances() {
    let missing = series(&[0.0, 2.0, 4.0, 8.0, 10.0]);
    let message = refusal(missing.path(), &Options::default());
    assert!(
        message.contains("1 slice is missing between instance 3 (3.dcm) and instance 4 (4.dcm)"),
        "{message}"
    );
    let uneven = series(&[0.0, 2.0, 4.0, 6.8]);
    let message = refusal(uneven.path(), &Options::default());
    assert!(message.contains("unevenly spaced"), "{message}");
    let slightly = series(&[0.0, 2.0, 4.06, 6.0]);
    assert!(load(slightly.path()).unwrap().warnings[0].contains("by 2.0000 mm"));
    let double = series(&[0.0, 2.0, 2.0, 4.0]);
    let message = refusal(double.path(), &Options::default());
    assert!(
        message.contains("instance 2 (2.dcm), instance 3 (3.dcm)"),
        "{message}"
    );
    let folder = tempfile::tempdir().unwrap();
    for number in 1..4u16 {
        let z = f64::from(number);
        let mut tilted = ct(number, z);
        let position = format!("-10\\{}\\{z}", 0.3 * z);
        text(&mut tilted, tags::IMAGE_POSITION_PATIENT, VR::DS, &position);
        save(tilted, folder.path(), &format!("{number}.dcm"));
    }
    let message = refusal(folder.path(), &Options::default());
    assert!(message.contains("16.70 degrees"), "{message}");
}

#[test]
fn several_series_are_listed_and_one_chosen() {
    let folder = series(&[0.0, 1.0]);
    for number in [1, 2] {
        let mut other = ct(number, f64::from(number));
        text(&mut other, tags::SERIES_INSTANCE_UID, VR::UI, "1.9");
        text(&mut other, tags::SERIES_NUMBER, VR::IS, "7");
        text(
            &mut other,
            tags::SOP_INSTANCE_UID,
            VR::UI,
            &format!("1.9.{number}"),
        );
        save(other, folder.path(), &format!("other{number}.dcm"));
    }
    let message = refusal(folder.path(), &Options::default());
    assert!(
        message.contains("series 5 (CT, 2 files, UID 1.2.3); series 7 (CT, 2 files, UID 1.9)"),
        "{message}"
    );
    for series in ["7", "1.9"] {
        let options = Options {
            series: Some(series.to_owned()),
            ..Options::default()
        };
        let loaded = io::load(folder.path(), &options).unwrap();
        assert_eq!(loaded.volume.geometry().origin_mm[2], 1.0);
    }
}

#[test]
fn localizers_reports_and_copies_are_left_out() {
    let folder = series(&[0.0, 1.0]);
    let mut scout = ct(9, 50.0);
    text(
        &mut scout,
        tags::IMAGE_TYPE,
        VR::CS,
        "ORIGINAL\\PRIMARY\\LOCALIZER",
    );
    text(&mut scout, tags::SERIES_INSTANCE_UID, VR::UI, "1.2.9");
    save(scout, folder.path(), "scout.dcm");
    save(ct(2, 1.0), folder.path(), "copy.dcm");
    let mut report = ct(8, 0.0);
    text(
        &mut report,
        tags::SOP_CLASS_UID,
        VR::UI,
        "1.2.840.10008.5.1.4.1.1.88.11",
    );
    save(report, folder.path(), "report.dcm");
    let loaded = load(folder.path()).unwrap();
    assert_eq!(loaded.volume.geometry().size[2], 2);
    let warnings = loaded.warnings.join("\n");
    for part in ["localizers left out: 1", "is a copy of", "Basic Text SR"] {
        assert!(warnings.contains(part), "{warnings}");
    }
    assert!(!warnings.contains("SECRET"), "{warnings}");
}

#[test]
fn echoes_are_volumes() {
    let folder = tempfile::tempdir().unwrap();
    for number in 1..7u16 {
        let (slice, echo) = ((number - 1) / 2, (number - 1) % 2);
        let mut object = ct(number, f64::from(slice));
        text(
            &mut object,
            tags::ECHO_TIME,
            VR::DS,
            ["30", "5"][usize::from(echo)],
        );
        text(
            &mut object,
            tags::ACQUISITION_TIME,
            VR::TM,
            &format!("10000{number}"),
        );
        save(object, folder.path(), &format!("{number}.dcm"));
    }
    let message = refusal(folder.path(), &Options::default());
    assert!(
        message.contains("2 volumes, which differ in echo time"),
        "{message}"
    );
    let options = Options {
        volume: Some(0),
        ..Options::default()
    };
    let loaded = io::load(folder.path(), &options).unwrap();
    // The shorter echo comes first.
    assert_eq!(loaded.volume.voxels()[[0, 0, 0]], 200.0 - 1024.0);
    assert_eq!(loaded.volume.voxels()[[2, 0, 0]], 600.0 - 1024.0);
}

#[test]
fn oblique_slices_and_mixed_kinds() {
    let folder = series(&[0.0, 1.0]);
    let mut other = ct(3, 2.0);
    text(
        &mut other,
        tags::IMAGE_ORIENTATION_PATIENT,
        VR::DS,
        "0\\1\\0\\0\\0\\-1",
    );
    save(other, folder.path(), "3.dcm");
    let message = refusal(folder.path(), &Options::default());
    assert!(message.contains("orientation differs"), "{message}");
    let mut other = ct(3, 2.0);
    short(&mut other, tags::ROWS, 2);
    save(other, folder.path(), "3.dcm");
    let message = refusal(folder.path(), &Options::default());
    assert!(
        message.contains("4 x 3 in instance 1 (1.dcm), 4 x 2"),
        "{message}"
    );
    let mut other = ct(3, 2.0);
    text(&mut other, tags::FRAME_OF_REFERENCE_UID, VR::UI, "1.2.5");
    save(other, folder.path(), "3.dcm");
    let message = refusal(folder.path(), &Options::default());
    assert!(message.contains("frame of reference differs"), "{message}");
}

#[test]
fn values_by_sign_padding_and_slope() {
    let folder = tempfile::tempdir().unwrap();
    let mut object = ct(1, 0.0);
    short(&mut object, tags::PIXEL_REPRESENTATION, 1);
    text(&mut object, tags::RESCALE_SLOPE, VR::DS, "0.5");
    // Bits above the twelfth are no part of the value.
    let mut values = vec![0xf800, 0x07ff, 0x1fff, 0x0800];
    values.resize(20, 0);
    words(&mut object, &values);
    let path = save(object, folder.path(), "1.dcm");
    let loaded = load(&path).unwrap();
    let row: Vec<f64> = loaded.volume.voxels().iter().take(4).copied().collect();
    assert_eq!(row, [-2048.0, -0.5, -1024.5, -2048.0]);
    assert_eq!(loaded.volume.storage(), Storage::Double);
    assert!(loaded.warnings.iter().any(|it| it.contains("5 mm")));
}

#[test]
fn other_kinds_are_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |change: &dyn Fn(&mut dicom_object::InMemDicomObject)| {
        let mut object = ct(1, 0.0);
        change(&mut object);
        refusal(&save(object, folder.path(), "1.dcm"), &Options::default())
    };
    let inverted = refused(&|it| {
        text(it, tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME1");
    });
    assert!(inverted.contains("MONOCHROME1"), "{inverted}");
    let colour = refused(&|it| {
        short(it, tags::SAMPLES_PER_PIXEL, 3);
        text(it, tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "RGB");
    });
    assert!(colour.contains("colour"), "{colour}");
    let table = refused(&|it| sequence(it, tags::MODALITY_LUT_SEQUENCE, vec![ct(2, 0.0)]));
    assert!(table.contains("ModalityLUTSequence"), "{table}");
    let mosaic = refused(&|it| {
        text(it, tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\M\\MOSAIC");
    });
    assert!(mosaic.contains("mosaic"), "{mosaic}");
    let bare = refused(&|it| {
        it.remove_element(tags::PIXEL_SPACING);
    });
    assert!(bare.contains("PixelSpacing"), "{bare}");
    let huge = refused(&|it| {
        short(it, tags::ROWS, u16::MAX);
        short(it, tags::COLUMNS, u16::MAX);
    });
    assert!(huge.contains("voxels"), "{huge}");
    let many = refused(&|it| text(it, tags::NUMBER_OF_FRAMES, VR::IS, "1000000"));
    assert!(many.contains("24 bytes"), "{many}");
}

#[test]
fn unplaced_pictures_are_one_slice() {
    let folder = tempfile::tempdir().unwrap();
    let mut object = ct(1, 0.0);
    object.remove_element(tags::IMAGE_POSITION_PATIENT);
    let path = save(object, folder.path(), "1.dcm");
    let loaded = load(&path).unwrap();
    assert_eq!(loaded.volume.geometry().spacing_mm, [0.25, 0.5, 5.0]);
    assert!(loaded.warnings[0].contains("placed at the origin"));
}

#[test]
fn other_ways_of_writing() {
    let folder = tempfile::tempdir().unwrap();
    let expected = load(&save(ct(1, 0.0), folder.path(), "1.dcm")).unwrap();
    for syntax in [
        uids::IMPLICIT_VR_LITTLE_ENDIAN,
        writer::BIG_ENDIAN,
        uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    ] {
        let path = folder.path().join("2.dcm");
        save_as(ct(1, 0.0), &path, syntax);
        assert_eq!(load(&path).unwrap().volume, expected.volume, "{syntax}");
        if syntax == uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN {
            continue;
        }
        // Without preamble and file meta group.
        let bytes = std::fs::read(&path).unwrap();
        let length = u32::from_le_bytes(bytes[140..144].try_into().unwrap()) as usize;
        std::fs::write(&path, &bytes[144 + length..]).unwrap();
        let bare = load(&path).unwrap();
        assert_eq!(bare.volume, expected.volume, "{syntax}");
        assert!(bare.warnings[0].contains("doesn't say how it is written"));
    }
    let path = folder.path().join("3.dcm");
    save_as(ct(1, 0.0), &path, "1.2.840.10008.1.2.4.201");
    let message = refusal(&path, &Options::default());
    assert!(
        message.contains("HTJ2K") || message.contains("read"),
        "{message}"
    );
}

fn pet(number: u16, z: f64) -> dicom_object::InMemDicomObject {
    let mut object = ct(number, z);
    text(&mut object, tags::MODALITY, VR::CS, "PT");
    text(&mut object, tags::RESCALE_INTERCEPT, VR::DS, "0");
    text(&mut object, tags::RESCALE_SLOPE, VR::DS, "2.5");
    text(&mut object, tags::UNITS, VR::CS, "BQML");
    text(&mut object, tags::DECAY_CORRECTION, VR::CS, "START");
    text(&mut object, tags::CORRECTED_IMAGE, VR::CS, "DECY\\ATTN");
    text(&mut object, tags::PATIENT_WEIGHT, VR::DS, "70");
    text(&mut object, tags::SERIES_DATE, VR::DA, "20240101");
    text(&mut object, tags::SERIES_TIME, VR::TM, "110000");
    text(&mut object, tags::ACQUISITION_DATE, VR::DA, "20240101");
    text(
        &mut object,
        tags::ACQUISITION_TIME,
        VR::TM,
        &format!("11000{number}"),
    );
    let mut tracer = dicom_object::InMemDicomObject::new_empty();
    text(
        &mut tracer,
        tags::RADIOPHARMACEUTICAL_START_TIME,
        VR::TM,
        "100000",
    );
    text(
        &mut tracer,
        tags::RADIONUCLIDE_TOTAL_DOSE,
        VR::DS,
        "350000000",
    );
    text(&mut tracer, tags::RADIONUCLIDE_HALF_LIFE, VR::DS, "6586.2");
    let tag = tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE;
    sequence(&mut object, tag, vec![tracer]);
    object
}

#[test]
fn pet_becomes_suv() {
    let folder = tempfile::tempdir().unwrap();
    for number in [1, 2] {
        save(
            pet(number, f64::from(number)),
            folder.path(),
            &format!("{number}.dcm"),
        );
    }
    let loaded = load(folder.path()).unwrap();
    assert_eq!(loaded.modality, Modality::Pet);
    assert_eq!(loaded.volume.storage(), Storage::Double);
    let suv = 100.0 * 2.5 * 70e3 / (350e6 * (-3600.0 / 6586.2f64).exp2());
    assert!((loaded.volume.voxels()[[0, 0, 0]] / suv - 1.0).abs() < 1e-12);
    let mut poor = pet(2, 2.0);
    poor.remove_element(tags::PATIENT_WEIGHT);
    let mut other = pet(1, 1.0);
    other.remove_element(tags::PATIENT_WEIGHT);
    save(poor, folder.path(), "2.dcm");
    save(other, folder.path(), "1.dcm");
    let message = refusal(folder.path(), &Options::default());
    assert!(message.contains("PatientWeight missing"), "{message}");
    let options = Options {
        raw_bq: true,
        ..Options::default()
    };
    let raw = io::load(folder.path(), &options).unwrap();
    assert_eq!(raw.volume.voxels()[[0, 0, 0]], 250.0);
    assert!(raw.warnings[0].contains("Bq/ml"));
}
