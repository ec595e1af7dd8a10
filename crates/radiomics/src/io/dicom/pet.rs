//! PET: activity concentrations to SUV by body weight.
//!
//! The rule is QIBA's vendor-neutral one (which IBSI refers to): the values
//! are decay-corrected to the start of the scan (`START`) or to the
//! administration (`ADMIN`), and
//! `SUVbw = Bq/ml * weight in g / dose in Bq left at that moment`.

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::dates::{of_day, of_moment, seconds};
use super::elements::{item, number, text, texts};

const SUV_FACTOR: Tag = Tag(0x7053, 0x1000);
const ACTIVITY_FACTOR: Tag = Tag(0x7053, 0x1009);
const PHILIPS_CREATOR: Tag = Tag(0x7053, 0x0010);
/// A dose below this many Bq was written in MBq.
const LEAST_DOSE_BQ: f64 = 1e4;

/// What of a PET image's elements matters for SUV.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Tracer {
    pub units: String,
    suv_type: String,
    decay_correction: String,
    corrections: Vec<String>,
    weight_kg: Option<f64>,
    dose_bq: Option<f64>,
    half_life_s: Option<f64>,
    /// Start of the injection, as a moment or as a time of day.
    start: Option<f64>,
    start_of_day: Option<f64>,
    series: Option<f64>,
    acquisition: Option<f64>,
    /// The moment that values are corrected to, where it is named.
    corrected_to: Option<f64>,
    philips_suv: Option<f64>,
    philips_activity: Option<f64>,
}

/// What to multiply values with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Factor {
    pub factor: f64,
    pub warning: Option<String>,
}

impl Tracer {
    pub(super) fn of(set: &InMemDicomObject) -> Self {
        let radio = item(set, tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE);
        let value = |tag| {
            radio
                .and_then(|radio| number(radio, tag))
                .filter(|&value| value > 0.0)
        };
        let moment = |date, time| seconds(&text(set, date)?, &text(set, time)?);
        let philips =
            text(set, PHILIPS_CREATOR).is_some_and(|creator| creator.starts_with("Philips PET"));
        let private = |tag| number(set, tag).filter(|&factor| philips && factor > 0.0);
        let named = |tag| text(set, tag).unwrap_or_default();
        Self {
            units: named(tags::UNITS),
            suv_type: named(tags::SUV_TYPE),
            decay_correction: named(tags::DECAY_CORRECTION),
            corrections: texts(set, tags::CORRECTED_IMAGE),
            weight_kg: number(set, tags::PATIENT_WEIGHT).filter(|&weight| weight > 0.0),
            dose_bq: value(tags::RADIONUCLIDE_TOTAL_DOSE),
            half_life_s: value(tags::RADIONUCLIDE_HALF_LIFE),
            start: radio
                .and_then(|radio| text(radio, tags::RADIOPHARMACEUTICAL_START_DATE_TIME))
                .and_then(|moment| of_moment(&moment)),
            start_of_day: radio
                .and_then(|radio| text(radio, tags::RADIOPHARMACEUTICAL_START_TIME))
                .and_then(|time| of_day(&time)),
            series: moment(tags::SERIES_DATE, tags::SERIES_TIME),
            acquisition: text(set, tags::ACQUISITION_DATE_TIME)
                .and_then(|moment| of_moment(&moment))
                .or_else(|| moment(tags::ACQUISITION_DATE, tags::ACQUISITION_TIME)),
            corrected_to: text(set, tags::DECAY_CORRECTION_DATE_TIME)
                .and_then(|moment| of_moment(&moment)),
            philips_suv: private(SUV_FACTOR),
            philips_activity: private(ACTIVITY_FACTOR),
        }
    }

    /// The moment that values are decay-corrected to: the series' own time,
    /// unless that is later than the first acquisition, as of a series made
    /// afterwards.
    fn scan(&self, first_acquisition: Option<f64>) -> Option<f64> {
        self.corrected_to
            .or(match (self.series, first_acquisition) {
                (Some(series), Some(acquisition)) => Some(series.min(acquisition)),
                (series, acquisition) => series.or(acquisition),
            })
    }

    /// Factor from Bq/ml to SUV, or what stands against it.
    fn suv_of_concentration(&self, first_acquisition: Option<f64>) -> Result<f64, String> {
        for needed in ["ATTN", "DECY"] {
            if !self.corrections.is_empty() && !self.corrections.iter().any(|it| it == needed) {
                return Err(format!("CorrectedImage doesn't name {needed}"));
            }
        }
        let mut missing = Vec::new();
        let scan = self.scan(first_acquisition);
        let start = self.start.or_else(|| {
            // Only a time of day: of the same day, or the day before.
            let (scan, of_day) = (scan?, self.start_of_day?);
            let midnight = (scan / 86_400.0).floor() * 86_400.0;
            let start = midnight + of_day;
            Some(if start > scan {
                start - 86_400.0
            } else {
                start
            })
        });
        let mut need = |value: Option<f64>, name: &'static str| {
            if value.is_none() {
                missing.push(name);
            }
            value.unwrap_or(f64::NAN)
        };
        let weight = need(self.weight_kg, "PatientWeight");
        let dose = need(self.dose_bq, "RadionuclideTotalDose");
        let elapsed_in_lives = match self.decay_correction.as_str() {
            "ADMIN" => 0.0,
            "START" => {
                let half_life = need(self.half_life_s, "RadionuclideHalfLife");
                let scan = need(scan, "SeriesTime or AcquisitionTime");
                let start = need(start, "RadiopharmaceuticalStartDateTime or -StartTime");
                (scan - start) / half_life
            }
            "NONE" => return Err("the values are not decay-corrected".to_owned()),
            _ => need(None, "DecayCorrection"),
        };
        if !missing.is_empty() {
            return Err(format!("{} missing", missing.join(", ")));
        }
        if dose < LEAST_DOSE_BQ {
            return Err(format!(
                "RadionuclideTotalDose is {dose}, which can't be Bq; write it in Bq"
            ));
        }
        if !(0.0..=20.0).contains(&elapsed_in_lives) {
            return Err(format!(
                "the scan began {elapsed_in_lives:.2} half-lives after the injection; correct \
                 the times"
            ));
        }
        Ok(weight * 1000.0 / (dose * (-elapsed_in_lives).exp2()))
    }

    /// What turns rescaled values to SUV by body weight; with `raw_bq` 1 and a
    /// warning where that can't be computed.
    pub(super) fn factor(
        &self,
        first_acquisition: Option<f64>,
        raw_bq: bool,
    ) -> Result<Factor, String> {
        let suv = match self.units.as_str() {
            "BQML" => self.suv_of_concentration(first_acquisition),
            "CNTS" => match (self.philips_suv, self.philips_activity) {
                (Some(factor), _) => Ok(factor),
                (None, Some(activity)) => self
                    .suv_of_concentration(first_acquisition)
                    .map(|factor| factor * activity),
                (None, None) => Err(
                    "the values are counts, and neither the private SUV factor (7053,1000) nor \
                     the activity factor (7053,1009) is there"
                        .to_owned(),
                ),
            },
            "GML" if ["", "BW"].contains(&self.suv_type.as_str()) => Ok(1.0),
            "GML" => Err("the values are SUV of another kind than by body weight".to_owned()),
            "" => Err("Units missing".to_owned()),
            _ => Err("the values are in other Units than BQML, CNTS and GML".to_owned()),
        };
        match suv {
            Ok(factor) => Ok(Factor {
                factor,
                warning: None,
            }),
            Err(problem) if raw_bq => {
                let unit = match self.units.as_str() {
                    "BQML" => "Bq/ml",
                    "CNTS" => "counts",
                    "GML" => "g/ml",
                    _ => "unknown units",
                };
                Ok(Factor {
                    factor: 1.0,
                    warning: Some(format!(
                        "PET stays in {unit}; SUV can't be computed: {problem}"
                    )),
                })
            }
            Err(problem) => Err(format!(
                "SUV by body weight can't be computed: {problem}; complete the header, or ask for \
                 the values as they are (raw_bq)"
            )),
        }
    }

    /// The moment of the acquisition.
    pub(super) fn acquisition(&self) -> Option<f64> {
        self.acquisition
    }

    /// Whether another image of the series is of the same injection and
    /// correction.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        let of = |it: &Self| {
            let mut it = it.clone();
            it.acquisition = None;
            it
        };
        of(self) == of(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracer() -> Tracer {
        Tracer {
            units: "BQML".to_owned(),
            decay_correction: "START".to_owned(),
            weight_kg: Some(70.0),
            dose_bq: Some(350e6),
            half_life_s: Some(6586.2),
            start_of_day: of_day("100000"),
            series: seconds("20240101", "110000"),
            acquisition: seconds("20240101", "110500"),
            ..Tracer::default()
        }
    }

    fn factor(tracer: &Tracer) -> f64 {
        tracer.factor(tracer.acquisition, false).unwrap().factor
    }

    #[test]
    fn decay_from_injection_to_scan() {
        let expected = 70e3 / (350e6 * (-(2f64.ln()) * 3600.0 / 6586.2).exp());
        assert!((factor(&tracer()) / expected - 1.0).abs() < 1e-12);
        let after_midnight = Tracer {
            start_of_day: of_day("233000"),
            series: seconds("20240101", "003000"),
            ..tracer()
        };
        assert!((factor(&after_midnight) / expected - 1.0).abs() < 1e-12);
        // A series made afterwards: the acquisition counts.
        let later = Tracer {
            series: seconds("20240101", "150000"),
            acquisition: seconds("20240101", "110000"),
            ..tracer()
        };
        assert!((factor(&later) / expected - 1.0).abs() < 1e-12);
    }

    #[test]
    fn other_units_and_corrections() {
        let admin = Tracer {
            decay_correction: "ADMIN".to_owned(),
            ..tracer()
        };
        assert!((factor(&admin) - 2e-4).abs() < 1e-16);
        let philips = Tracer {
            units: "CNTS".to_owned(),
            philips_activity: Some(3.0),
            ..admin
        };
        assert!((factor(&philips) - 6e-4).abs() < 1e-16);
        let factors = Tracer {
            philips_suv: Some(0.25),
            ..philips
        };
        assert_eq!(factor(&factors), 0.25);
        let suv = Tracer {
            units: "GML".to_owned(),
            ..Tracer::default()
        };
        assert_eq!(factor(&suv), 1.0);
    }

    #[test]
    fn what_is_missing_is_named() {
        let poor = Tracer {
            weight_kg: None,
            half_life_s: None,
            ..tracer()
        };
        let problem = poor.factor(None, false).unwrap_err();
        assert!(
            problem.contains("PatientWeight, RadionuclideHalfLife missing"),
            "{problem}"
        );
        let raw = poor.factor(None, true).unwrap();
        assert_eq!(raw.factor, 1.0);
        assert!(raw.warning.unwrap().contains("stays in Bq/ml"));
        let mega = Tracer {
            dose_bq: Some(350.0),
            ..tracer()
        };
        assert!(mega.factor(None, false).is_err());
    }
}
