//! What sets frames at the same place apart.

use std::cmp::Ordering;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::elements::{functional_group, item, number, numbers, text};

/// A value that may differ between volumes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    Absent,
    Number(f64),
    Text(String),
}

impl Key {
    /// Numbers before texts, both upwards.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Absent => 0,
            Self::Number(_) => 1,
            Self::Text(_) => 2,
        }
    }

    fn number(value: Option<f64>) -> Self {
        value.map_or(Self::Absent, Self::Number)
    }

    fn text(value: Option<String>) -> Self {
        value.map_or(Self::Absent, Self::Text)
    }
}

/// Names of the keys, those of a file's own dimensions being left out.
pub(super) const NAMES: [&str; 12] = [
    "temporal position",
    "echo time",
    "diffusion b-value",
    "diffusion direction",
    "image type",
    "inversion time",
    "flip angle",
    "tube voltage",
    "trigger time",
    "cardiac phase",
    "acquisition number",
    "acquisition time",
];

/// Name of a key by its place.
pub(super) fn name(place: usize) -> &'static str {
    NAMES.get(place).copied().unwrap_or("dimension index")
}

/// The keys of a frame: functional groups before the elements of old.
pub(super) fn all(set: &InMemDicomObject, frame: usize) -> Vec<Key> {
    let grouped = |sequence: Tag, new: Tag, old: Tag| {
        let group = functional_group(set, frame, sequence);
        Key::number(
            group
                .and_then(|group| number(group, new))
                .or_else(|| number(set, old)),
        )
    };
    let content = functional_group(set, frame, tags::FRAME_CONTENT_SEQUENCE);
    let mut keys = vec![
        grouped(
            tags::FRAME_CONTENT_SEQUENCE,
            tags::TEMPORAL_POSITION_INDEX,
            tags::TEMPORAL_POSITION_IDENTIFIER,
        ),
        grouped(
            tags::MR_ECHO_SEQUENCE,
            tags::EFFECTIVE_ECHO_TIME,
            tags::ECHO_TIME,
        ),
        grouped(
            tags::MR_DIFFUSION_SEQUENCE,
            tags::DIFFUSION_B_VALUE,
            tags::DIFFUSION_B_VALUE,
        ),
        direction(set, frame),
        image_type(set, frame),
        grouped(
            tags::MR_MODIFIER_SEQUENCE,
            tags::INVERSION_TIMES,
            tags::INVERSION_TIME,
        ),
        grouped(
            tags::MR_TIMING_AND_RELATED_PARAMETERS_SEQUENCE,
            tags::FLIP_ANGLE,
            tags::FLIP_ANGLE,
        ),
        grouped(tags::CTX_RAY_DETAILS_SEQUENCE, tags::KVP, tags::KVP),
        grouped(
            tags::CARDIAC_SYNCHRONIZATION_SEQUENCE,
            tags::NOMINAL_CARDIAC_TRIGGER_DELAY_TIME,
            tags::TRIGGER_TIME,
        ),
        grouped(
            tags::CARDIAC_SYNCHRONIZATION_SEQUENCE,
            tags::NOMINAL_PERCENTAGE_OF_CARDIAC_PHASE,
            tags::NOMINAL_PERCENTAGE_OF_CARDIAC_PHASE,
        ),
        grouped(
            tags::FRAME_CONTENT_SEQUENCE,
            tags::FRAME_ACQUISITION_NUMBER,
            tags::ACQUISITION_NUMBER,
        ),
        time(set, content),
    ];
    let indices = content.and_then(|content| numbers(content, tags::DIMENSION_INDEX_VALUES));
    keys.extend(indices.unwrap_or_default().into_iter().map(Key::Number));
    keys
}

fn direction(set: &InMemDicomObject, frame: usize) -> Key {
    let group = functional_group(set, frame, tags::MR_DIFFUSION_SEQUENCE)
        .and_then(|group| item(group, tags::DIFFUSION_GRADIENT_DIRECTION_SEQUENCE))
        .unwrap_or(set);
    let direction = numbers(group, tags::DIFFUSION_GRADIENT_ORIENTATION);
    Key::text(direction.map(|direction| format!("{direction:?}")))
}

/// The type with its complex component: magnitude, phase, real, imaginary.
fn image_type(set: &InMemDicomObject, frame: usize) -> Key {
    const GROUPS: [Tag; 3] = [
        tags::MR_IMAGE_FRAME_TYPE_SEQUENCE,
        tags::CT_IMAGE_FRAME_TYPE_SEQUENCE,
        tags::PET_FRAME_TYPE_SEQUENCE,
    ];
    let group = GROUPS
        .into_iter()
        .find_map(|sequence| functional_group(set, frame, sequence));
    let (types, component) = match group {
        Some(group) => (
            text(group, tags::FRAME_TYPE),
            text(group, tags::COMPLEX_IMAGE_COMPONENT),
        ),
        None => (
            text(set, tags::IMAGE_TYPE),
            text(set, tags::COMPLEX_IMAGE_COMPONENT),
        ),
    };
    let parts: Vec<String> = types.into_iter().chain(component).collect();
    Key::text((!parts.is_empty()).then(|| parts.join("\\")))
}

fn time(set: &InMemDicomObject, content: Option<&InMemDicomObject>) -> Key {
    let frame = content.and_then(|content| text(content, tags::FRAME_ACQUISITION_DATE_TIME));
    Key::text(frame.or_else(|| {
        text(set, tags::ACQUISITION_DATE_TIME).or_else(|| {
            let time = text(set, tags::ACQUISITION_TIME)?;
            let date = text(set, tags::ACQUISITION_DATE).unwrap_or_default();
            Some(format!("{date}{time}"))
        })
    }))
}
