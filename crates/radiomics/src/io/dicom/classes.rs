//! SOP classes: names, and which of them are no images.

use super::meta::is_uid;

const ROOT: &str = "1.2.840.10008.5.1.4.1.1.";

/// UIDs below [`ROOT`] and names.
const NAMES: &[(&str, &str)] = &[
    ("1", "Computed Radiography Image"),
    ("1.1", "Digital X-Ray Image"),
    ("1.2", "Digital Mammography Image"),
    ("2", "CT Image"),
    ("2.1", "Enhanced CT Image"),
    ("2.2", "Legacy Converted Enhanced CT Image"),
    ("3.1", "Ultrasound Multi-frame Image"),
    ("4", "MR Image"),
    ("4.1", "Enhanced MR Image"),
    ("4.2", "MR Spectroscopy"),
    ("4.3", "Enhanced MR Color Image"),
    ("4.4", "Legacy Converted Enhanced MR Image"),
    ("6.1", "Ultrasound Image"),
    ("6.2", "Enhanced US Volume"),
    ("7", "Secondary Capture Image"),
    ("7.1", "Multi-frame Single Bit Secondary Capture Image"),
    ("7.2", "Multi-frame Grayscale Byte Secondary Capture Image"),
    ("7.3", "Multi-frame Grayscale Word Secondary Capture Image"),
    ("7.4", "Multi-frame True Color Secondary Capture Image"),
    ("11.1", "Grayscale Softcopy Presentation State"),
    ("12.1", "X-Ray Angiographic Image"),
    ("13.1.3", "Breast Tomosynthesis Image"),
    ("20", "Nuclear Medicine Image"),
    ("30", "Parametric Map"),
    ("66", "Raw Data"),
    ("66.1", "Spatial Registration"),
    ("66.3", "Deformable Spatial Registration"),
    ("66.4", "Segmentation"),
    ("66.5", "Surface Segmentation"),
    ("66.7", "Label Map Segmentation"),
    ("67", "Real World Value Mapping"),
    ("77.1.6", "VL Whole Slide Microscopy Image"),
    ("88.11", "Basic Text SR"),
    ("88.22", "Enhanced SR"),
    ("88.33", "Comprehensive SR"),
    ("88.34", "Comprehensive 3D SR"),
    ("88.59", "Key Object Selection"),
    ("88.67", "X-Ray Radiation Dose SR"),
    ("104.1", "Encapsulated PDF"),
    ("128", "Positron Emission Tomography Image"),
    ("128.1", "Legacy Converted Enhanced PET Image"),
    ("130", "Enhanced PET Image"),
    ("481.1", "RT Image"),
    ("481.2", "RT Dose"),
    ("481.3", "RT Structure Set"),
    ("481.5", "RT Plan"),
];

/// Name of a SOP class; of others than those met in imaging their UID.
pub(super) fn name(uid: &str) -> String {
    if uid == DICOMDIR {
        return "Media Storage Directory".to_owned();
    }
    let tail = uid.strip_prefix(ROOT);
    let known = NAMES.iter().find(|(end, _)| tail == Some(end));
    known.map_or_else(|| shown(uid).to_owned(), |(_, name)| (*name).to_owned())
}

/// A UID, unless it is some other text that might name a patient.
pub(super) fn shown(uid: &str) -> &str {
    if is_uid(uid) { uid } else { "that is none" }
}

/// The directory of a disk.
pub(super) const DICOMDIR: &str = "1.2.840.10008.1.3.10";

/// Why a SOP class is no image; none for images and unknown classes.
pub(super) fn no_image(uid: &str) -> Option<&'static str> {
    if uid == DICOMDIR {
        return Some("it is the directory of a disk; give the folder of the images");
    }
    let tail = uid.strip_prefix(ROOT)?;
    match tail {
        "66.4" | "66.7" | "66.5" => Some("it is a segmentation; give it as the mask"),
        "481.3" => Some("it is a structure set; give it as the mask"),
        "481.5" | "481.8" => Some("it is a treatment plan, no image"),
        "4.2" => Some("it is a spectrum, no image"),
        "66" | "66.1" | "66.2" | "66.3" | "67" => Some("it is no image"),
        "77.1.6" => Some("it is a microscope's slide, no volume"),
        _ if tail.starts_with("88.") => Some("it is a report, no image"),
        _ if tail.starts_with("11.") => Some("it is a presentation state, no image"),
        _ if tail.starts_with("104.") => Some("it is a document, no image"),
        _ => None,
    }
}
