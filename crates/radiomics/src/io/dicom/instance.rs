//! What the elements of one file say of its images.

use std::path::PathBuf;

use dicom_dictionary_std::tags;

use super::elements::{text, texts, whole};
use super::file::File;
use super::pet::Tracer;
use super::pixels::PixelFormat;
use super::slice::{self, Slice};
use crate::io::Modality;

/// A file's images without their pixels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Instance {
    pub path: PathBuf,
    pub warnings: Vec<String>,
    pub sop_class: String,
    pub sop_instance: String,
    pub series: String,
    pub series_number: Option<i64>,
    pub modality: String,
    pub syntax: String,
    pub number: Option<i64>,
    pub frame_of_reference: Option<String>,
    pub localizer: bool,
    /// Its frames, or why they aren't an image.
    pub image: Result<Image, String>,
}

/// The image of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Image {
    pub format: PixelFormat,
    pub slices: Vec<Slice>,
    /// Of PET what turns its values to SUV.
    pub tracer: Option<Tracer>,
}

impl Instance {
    pub(super) fn of(file: &File) -> Self {
        let set = &file.object;
        let image_type = texts(set, tags::IMAGE_TYPE);
        let syntax = &file.syntax;
        let modality = text(set, tags::MODALITY).unwrap_or_default();
        Self {
            path: file.path.clone(),
            warnings: file.warnings.clone(),
            sop_class: file.sop_class(),
            sop_instance: text(set, tags::SOP_INSTANCE_UID).unwrap_or_default(),
            series: text(set, tags::SERIES_INSTANCE_UID).unwrap_or_default(),
            series_number: whole(set, tags::SERIES_NUMBER),
            syntax: format!("{} ({})", syntax.name, syntax.uid),
            number: whole(set, tags::INSTANCE_NUMBER),
            frame_of_reference: text(set, tags::FRAME_OF_REFERENCE_UID),
            localizer: image_type.iter().any(|part| part == "LOCALIZER"),
            image: image(file, &modality),
            modality,
        }
    }

    /// The instance and its file, as messages name them.
    pub(super) fn name(&self) -> String {
        let file = self.path.file_name().unwrap_or_default().to_string_lossy();
        match self.number {
            Some(number) => format!("instance {number} ({file})"),
            None => file.into_owned(),
        }
    }

    pub(super) fn kind(&self) -> Modality {
        match self.modality.as_str() {
            "CT" => Modality::Ct,
            "MR" => Modality::Mr,
            "PT" => Modality::Pet,
            "" => Modality::Unknown,
            _ => Modality::Other,
        }
    }
}

fn image(file: &File, modality: &str) -> Result<Image, String> {
    let class = file.sop_class();
    if let Some(reason) = super::classes::no_image(&class) {
        return Err(reason.to_owned());
    }
    if file.pixels.is_none() {
        return Err("it has no pixels".to_owned());
    }
    let format = PixelFormat::of(file)?;
    let set = &file.object;
    match text(set, tags::PHOTOMETRIC_INTERPRETATION).as_deref() {
        None | Some("MONOCHROME2") => {}
        Some("MONOCHROME1") => {
            return Err(
                "its grey values are inverted (MONOCHROME1), as in a photograph's negative; \
                 convert it to MONOCHROME2"
                    .to_owned(),
            );
        }
        Some(other) => {
            let known = [
                "RGB",
                "YBR_FULL",
                "YBR_FULL_422",
                "YBR_ICT",
                "YBR_RCT",
                "PALETTE COLOR",
            ];
            let other = known
                .iter()
                .find(|&&name| name == other)
                .unwrap_or(&"unknown");
            return Err(format!(
                "it is no grey image (PhotometricInterpretation {other}); convert it to \
                 MONOCHROME2"
            ));
        }
    }
    if slice::is_mosaic(set) {
        return Err(
            "it is a Siemens mosaic: many slices in one picture; split it into slices, for \
             example with dcm2niix, and take the NIfTI file"
                .to_owned(),
        );
    }
    Ok(Image {
        slices: slice::all(file, &format)?,
        tracer: (modality == "PT").then(|| Tracer::of(set)),
        format,
    })
}
