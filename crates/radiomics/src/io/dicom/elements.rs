//! Values of elements, whatever they are stored as.

use dicom_core::value::PrimitiveValue;
use dicom_core::{DicomValue, Tag};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

/// Text of an element without padding; none where it is absent or empty.
pub(crate) fn text(set: &InMemDicomObject, tag: Tag) -> Option<String> {
    let text = match set.get(tag)?.value() {
        // Private elements of implicit files are of unknown representation.
        DicomValue::Primitive(PrimitiveValue::U8(bytes)) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        DicomValue::Primitive(value) => value.to_str().into_owned(),
        _ => return None,
    };
    let text = text.trim_matches(['\0', ' ']).to_owned();
    (!text.is_empty()).then_some(text)
}

/// The parts of a text with backslashes.
pub(crate) fn texts(set: &InMemDicomObject, tag: Tag) -> Vec<String> {
    let text = text(set, tag).unwrap_or_default();
    let parts = text.split('\\').map(|part| part.trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

/// Numbers of an element; none where it is absent, empty, or any of them is
/// no finite number.
pub(crate) fn numbers(set: &InMemDicomObject, tag: Tag) -> Option<Vec<f64>> {
    let numbers = match set.get(tag)?.value() {
        DicomValue::Primitive(
            PrimitiveValue::U8(_) | PrimitiveValue::Str(_) | PrimitiveValue::Strs(_),
        ) => {
            let text = text(set, tag)?;
            let numbers = text.split('\\').map(|part| part.trim().parse().ok());
            numbers.collect::<Option<Vec<f64>>>()?
        }
        DicomValue::Primitive(value) => value.to_multi_float64().ok()?,
        _ => return None,
    };
    let sound = !numbers.is_empty() && numbers.iter().all(|number| number.is_finite());
    sound.then_some(numbers)
}

/// The first number of an element.
pub(crate) fn number(set: &InMemDicomObject, tag: Tag) -> Option<f64> {
    numbers(set, tag)?.first().copied()
}

/// Exactly `N` numbers of an element.
pub(crate) fn vector<const N: usize>(set: &InMemDicomObject, tag: Tag) -> Option<[f64; N]> {
    numbers(set, tag)?.try_into().ok()
}

/// The first number of an element, if it is a whole one.
pub(crate) fn whole(set: &InMemDicomObject, tag: Tag) -> Option<i64> {
    let number = number(set, tag)?;
    // Beyond 2^53 not every whole number is one of double precision.
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

/// Items of a sequence; none where it is absent.
pub(crate) fn items(set: &InMemDicomObject, tag: Tag) -> &[InMemDicomObject] {
    set.get(tag)
        .and_then(|element| element.items())
        .unwrap_or_default()
}

/// The first item of a sequence.
pub(crate) fn item(set: &InMemDicomObject, tag: Tag) -> Option<&InMemDicomObject> {
    items(set, tag).first()
}

/// The item of a functional group of a frame (counted from 0): its own, else
/// the one that all frames share.
pub(crate) fn functional_group(
    set: &InMemDicomObject,
    frame: usize,
    group: Tag,
) -> Option<&InMemDicomObject> {
    let own = items(set, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).get(frame);
    own.and_then(|own| item(own, group)).or_else(|| {
        let shared = item(set, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)?;
        item(shared, group)
    })
}

#[cfg(test)]
mod tests {
    use dicom_core::{DataElement, VR};

    use super::*;

    #[test]
    fn numbers_of_any_representation() {
        let tag = tags::PIXEL_SPACING;
        let set = |vr, value: PrimitiveValue| {
            InMemDicomObject::from_element_iter([DataElement::new(tag, vr, value)])
        };
        for (set, expected) in [
            (set(VR::DS, "0.5 \\ 1e1".into()), Some(vec![0.5, 10.0])),
            (
                set(VR::UN, PrimitiveValue::from(b"0.5\\2 ".to_vec())),
                Some(vec![0.5, 2.0]),
            ),
            (set(VR::FD, 0.25_f64.into()), Some(vec![0.25])),
            (set(VR::US, 7_u16.into()), Some(vec![7.0])),
            (set(VR::DS, "0.5\\x".into()), None),
            (set(VR::DS, "nan".into()), None),
            (set(VR::DS, "".into()), None),
        ] {
            assert_eq!(numbers(&set, tag), expected);
        }
        assert_eq!(whole(&set(VR::DS, "3.0".into()), tag), Some(3));
        assert_eq!(whole(&set(VR::DS, "3.5".into()), tag), None);
        assert_eq!(
            text(&set(VR::DS, " 3 \0".into()), tag).as_deref(),
            Some("3")
        );
    }
}
