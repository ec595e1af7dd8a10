//! The elements of an RTSTRUCT.

use std::path::Path;

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::{Contour, StructureRoi, StructureSet};
use crate::Error;
use crate::io::dicom::File;
use crate::io::dicom::elements::{items, numbers, text, whole};

/// No patient reaches farther from the frame's origin, in mm.
const FARTHEST_MM: f64 = 1e6;

pub(super) fn read(path: &Path) -> Result<StructureSet, Error> {
    let file = File::open(path)?;
    let mut set = structure_set(&file.object).map_err(|problem| Error::File {
        path: path.to_owned(),
        problem,
    })?;
    set.warnings.splice(0..0, file.warnings);
    Ok(set)
}

fn structure_set(object: &InMemDicomObject) -> Result<StructureSet, String> {
    let listed = items(object, tags::STRUCTURE_SET_ROI_SEQUENCE);
    if listed.is_empty() {
        return Err(
            "it lists no ROIs (Structure Set ROI Sequence): it is no RTSTRUCT, or truncated"
                .to_owned(),
        );
    }
    let mut rois = Vec::with_capacity(listed.len());
    for (position, item) in listed.iter().enumerate() {
        let name = text(item, tags::ROI_NAME).unwrap_or_default();
        let number = unsigned(item, tags::ROI_NUMBER)
            .ok_or_else(|| format!("ROI {} of the list ({name:?}) has no number", position + 1))?;
        rois.push(StructureRoi {
            number,
            name,
            frame_of_reference: text(item, tags::REFERENCED_FRAME_OF_REFERENCE_UID)
                .unwrap_or_default(),
            contours: Vec::new(),
        });
    }
    let mut numbers: Vec<u32> = rois.iter().map(|roi| roi.number).collect();
    numbers.sort_unstable();
    if let Some(twice) = numbers.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!(
            "two ROIs have the number {}, so that their contours can't be told apart",
            twice[0]
        ));
    }
    let mut warnings = Vec::new();
    // A file cut between two elements reads well, without any contours.
    if object.get(tags::ROI_CONTOUR_SEQUENCE).is_none() {
        warnings.push(
            "there are no contours at all (ROI Contour Sequence); the file may be truncated"
                .to_owned(),
        );
    }
    for item in items(object, tags::ROI_CONTOUR_SEQUENCE) {
        let number = unsigned(item, tags::REFERENCED_ROI_NUMBER);
        let roi = rois.iter_mut().find(|roi| Some(roi.number) == number);
        let Some(roi) = roi else {
            let number = number.map_or("no number".to_owned(), |n| format!("the number {n}"));
            warnings.push(format!(
                "contours of an ROI with {number}, which isn't listed, are left out"
            ));
            continue;
        };
        let found = items(item, tags::CONTOUR_SEQUENCE);
        for (position, item) in found.iter().enumerate() {
            let contour = contour(item).map_err(|problem| {
                format!(
                    "ROI {:?}, contour {} of {}: {problem}",
                    roi.name,
                    position + 1,
                    found.len()
                )
            })?;
            roi.contours.push(contour);
        }
    }
    Ok(StructureSet {
        rois,
        series: series(object),
        warnings,
    })
}

fn unsigned(item: &InMemDicomObject, tag: dicom_core::Tag) -> Option<u32> {
    whole(item, tag)?.try_into().ok()
}

fn contour(item: &InMemDicomObject) -> Result<Contour, String> {
    let kind = text(item, tags::CONTOUR_GEOMETRIC_TYPE).unwrap_or_default();
    let values = match numbers(item, tags::CONTOUR_DATA) {
        Some(values) => values,
        None if text(item, tags::CONTOUR_DATA).is_none() => Vec::new(),
        None => return Err("its points are no list of finite numbers".to_owned()),
    };
    let (points, rest) = values.as_chunks::<3>();
    if !rest.is_empty() {
        return Err(format!(
            "{} coordinates are not three a point; the file is damaged",
            values.len()
        ));
    }
    if let Some(claimed) = text(item, tags::NUMBER_OF_CONTOUR_POINTS)
        && claimed.parse() != Ok(points.len())
    {
        return Err(format!(
            "it should have {claimed} points and has {}; the file is damaged",
            points.len()
        ));
    }
    if let Some(far) = points.iter().flatten().find(|at| at.abs() > FARTHEST_MM) {
        return Err(format!("a point at {far:e} mm lies outside of any patient"));
    }
    Ok(Contour {
        kind,
        points_mm: points.to_vec(),
    })
}

/// The image series that the file refers to.
fn series(object: &InMemDicomObject) -> Vec<String> {
    let frames = items(object, tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE).iter();
    let studies = frames.flat_map(|frame| items(frame, tags::RT_REFERENCED_STUDY_SEQUENCE));
    let series = studies.flat_map(|study| items(study, tags::RT_REFERENCED_SERIES_SEQUENCE));
    series
        .filter_map(|series| text(series, tags::SERIES_INSTANCE_UID))
        .collect()
}
