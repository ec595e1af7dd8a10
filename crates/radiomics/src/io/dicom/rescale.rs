//! Stored values to values, and the type that they are kept as.

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::elements::{functional_group, item, items, number, text};
use super::pixels::{Numbers, PixelFormat};
use crate::Storage;

/// `slope * stored + intercept`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rescale {
    pub slope: f64,
    pub intercept: f64,
    /// What the file calls the result, where that is a known term.
    pub unit: Option<&'static str>,
    pub source: Source,
}

/// Where a rescaling comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Rescale,
    RealWorld,
    Nothing,
}

/// Terms of RescaleType.
const UNITS: [&str; 9] = [
    "HU", "HU_MOD", "US", "OD", "MGML", "Z_EFF", "ED", "EDW", "PCT",
];

impl Rescale {
    /// That of a frame: pixel value transformation or rescale, a dose's
    /// scaling, else a linear real-world mapping.
    pub(super) fn of(set: &InMemDicomObject, frame: usize) -> Result<Self, String> {
        if !items(set, tags::MODALITY_LUT_SEQUENCE).is_empty() {
            return Err(
                "its values are to be looked up in a table (ModalityLUTSequence); apply it with \
                 another tool"
                    .to_owned(),
            );
        }
        let group = functional_group(set, frame, tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE);
        let group = group.unwrap_or(set);
        let unit = text(group, tags::RESCALE_TYPE);
        let unit = UNITS
            .into_iter()
            .find(|&known| unit.as_deref() == Some(known));
        let slope = number(group, tags::RESCALE_SLOPE);
        let intercept = number(group, tags::RESCALE_INTERCEPT);
        if slope.is_some() || intercept.is_some() {
            return Self::checked(slope, intercept, unit, Source::Rescale);
        }
        if let Some(scaling) = number(set, tags::DOSE_GRID_SCALING) {
            return Self::checked(Some(scaling), None, None, Source::Rescale);
        }
        let mapping = functional_group(set, frame, tags::REAL_WORLD_VALUE_MAPPING_SEQUENCE)
            .or_else(|| item(set, tags::REAL_WORLD_VALUE_MAPPING_SEQUENCE));
        let Some(mapping) = mapping else {
            return Self::checked(None, None, unit, Source::Nothing);
        };
        let slope = number(mapping, tags::REAL_WORLD_VALUE_SLOPE);
        if slope.is_none() && mapping.get(tags::REAL_WORLD_VALUE_LUT_DATA).is_some() {
            return Err(
                "its real-world values are to be looked up in a table; apply it with another tool"
                    .to_owned(),
            );
        }
        let intercept = number(mapping, tags::REAL_WORLD_VALUE_INTERCEPT);
        Self::checked(slope, intercept, unit, Source::RealWorld)
    }

    fn checked(
        slope: Option<f64>,
        intercept: Option<f64>,
        unit: Option<&'static str>,
        source: Source,
    ) -> Result<Self, String> {
        let slope = slope.unwrap_or(1.0);
        if slope == 0.0 {
            return Err("its rescale slope is 0, which makes all values the same".to_owned());
        }
        Ok(Self {
            slope,
            intercept: intercept.unwrap_or(0.0),
            unit,
            source,
        })
    }

    fn is_identity(&self) -> bool {
        self.slope == 1.0 && self.intercept == 0.0
    }
}

/// The type that values are kept as, by GDCM's rule: the stored one, else the
/// smallest of whole numbers that holds what the stored bits can become, else
/// double precision.
pub(super) fn storage<'a>(frames: impl Iterator<Item = (&'a PixelFormat, &'a Rescale)>) -> Storage {
    let mut least = f64::INFINITY;
    let mut most = f64::NEG_INFINITY;
    let mut single = false;
    for (format, rescale) in frames {
        let signed = match format.numbers {
            Numbers::Whole { signed } => signed,
            Numbers::Single if rescale.is_identity() => {
                single = true;
                continue;
            }
            _ => return Storage::Double,
        };
        let whole = |number: f64| number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX);
        if !whole(rescale.slope) || !whole(rescale.intercept) {
            return Storage::Double;
        }
        let bits = if rescale.is_identity() {
            format.bits_allocated.max(8)
        } else {
            format.bits_stored
        };
        let (low, high) = range(bits, signed);
        for end in [low, high] {
            let value = rescale.slope * end + rescale.intercept;
            least = least.min(value);
            most = most.max(value);
        }
    }
    if single {
        return if least.is_finite() {
            Storage::Double
        } else {
            Storage::Single
        };
    }
    [8, 16, 32]
        .into_iter()
        .map(|bits| range(bits, least < 0.0))
        .find(|(low, high)| *low <= least && most <= *high)
        .map_or(Storage::Double, |(least, most)| Storage::Whole {
            least,
            most,
        })
}

/// Numbers that so many bits can hold.
fn range(bits: u32, signed: bool) -> (f64, f64) {
    if signed {
        let half = f64::from(bits - 1).exp2();
        (-half, half - 1.0)
    } else {
        (0.0, f64::from(bits).exp2() - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bits_stored: u32, signed: bool, slope: f64, intercept: f64) -> Storage {
        let format = PixelFormat {
            rows: 1,
            columns: 1,
            frames: 1,
            numbers: Numbers::Whole { signed },
            bits_allocated: 16,
            bits_stored,
            high_bit: bits_stored - 1,
        };
        let rescale = Rescale::checked(Some(slope), Some(intercept), None, Source::Rescale);
        storage([(&format, &rescale.unwrap())].into_iter())
    }

    #[test]
    fn types_as_gdcm_chooses_them() {
        let whole = |least, most| Storage::Whole { least, most };
        let short = whole(-32768.0, 32767.0);
        assert_eq!(of(12, false, 1.0, -1024.0), short);
        assert_eq!(of(12, false, 1.0, 0.0), whole(0.0, 65535.0));
        // As SimpleITK gives it for 16 stored bits and an intercept.
        let int = whole(-2147483648.0, 2147483647.0);
        assert_eq!(of(16, true, 1.0, -1024.0), int);
        assert_eq!(of(16, true, 1.0, 0.0), short);
        assert_eq!(of(12, false, 0.5, 0.0), Storage::Double);
    }
}
