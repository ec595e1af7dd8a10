//! From the optical density of a cell to negative, 1+, 2+ or 3+.

use serde::{Deserialize, Serialize};

use crate::cell::{Compartments, Stat};

/// Part of a cell that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compartment {
    /// The nucleus.
    Nucleus,
    /// The cell without its nucleus.
    Cytoplasm,
    /// All of the cell.
    Cell,
}

/// How the pixels of a compartment become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// Their mean.
    Mean,
    /// The largest.
    Max,
}

/// What is scored, written as QuPath does: `Nucleus: DAB OD mean`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Measure {
    /// Where.
    pub compartment: Compartment,
    /// Which number.
    pub statistic: Statistic,
}

impl Measure {
    const ALL: [(Self, &'static str); 6] = {
        use Compartment::{Cell, Cytoplasm, Nucleus};
        use Statistic::{Max, Mean};
        const fn of(compartment: Compartment, statistic: Statistic) -> Measure {
            Measure {
                compartment,
                statistic,
            }
        }
        [
            (of(Nucleus, Mean), "Nucleus: DAB OD mean"),
            (of(Nucleus, Max), "Nucleus: DAB OD max"),
            (of(Cytoplasm, Mean), "Cytoplasm: DAB OD mean"),
            (of(Cytoplasm, Max), "Cytoplasm: DAB OD max"),
            (of(Cell, Mean), "Cell: DAB OD mean"),
            (of(Cell, Max), "Cell: DAB OD max"),
        ]
    };

    /// The scored value of a cell, from the measurements of its DAB. NaN for an
    /// empty cytoplasm, which counts as negative.
    pub fn of(&self, dab: &Compartments) -> f64 {
        let Stat { mean, max, .. } = match self.compartment {
            Compartment::Nucleus => dab.nucleus,
            Compartment::Cytoplasm => dab.cytoplasm,
            Compartment::Cell => dab.cell,
        };
        f64::from(match self.statistic {
            Statistic::Mean => mean,
            Statistic::Max => max,
        })
    }
}

impl TryFrom<String> for Measure {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found.map(|(measure, _)| *measure).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(_, name)| *name).collect();
            format!("score `{text}` is not one of: {}", names.join(", "))
        })
    }
}

impl From<Measure> for String {
    fn from(measure: Measure) -> Self {
        Measure::ALL
            .iter()
            .find(|(m, _)| *m == measure)
            .map_or_else(Self::new, |(_, name)| (*name).to_owned())
    }
}

/// Intensity class of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Class {
    /// Below the first threshold.
    Negative,
    /// Weakly positive.
    #[serde(rename = "1+")]
    OnePlus,
    /// Moderately positive.
    #[serde(rename = "2+")]
    TwoPlus,
    /// Strongly positive.
    #[serde(rename = "3+")]
    ThreePlus,
}

impl Class {
    /// `Negative`, `1+`, `2+` or `3+`, as in QuPath.
    pub fn name(self) -> &'static str {
        match self {
            Self::Negative => "Negative",
            Self::OnePlus => "1+",
            Self::TwoPlus => "2+",
            Self::ThreePlus => "3+",
        }
    }
}

/// Lower bounds of 1+, 2+ and 3+ in optical density; a value at the bound is in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds(pub [f64; 3]);

impl Default for Thresholds {
    fn default() -> Self {
        Self([0.2, 0.4, 0.6])
    }
}

impl Thresholds {
    /// Checks that 0 < 1+ <= 2+ <= 3+ <= 5.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn validate(&self) -> Result<(), String> {
        let [one, two, three] = self.0;
        if one > 0.0 && one <= two && two <= three && three <= 5.0 {
            Ok(())
        } else {
            Err(format!(
                "thresholds {:?} must rise, above 0 and up to 5",
                self.0
            ))
        }
    }

    /// Class of a value. NaN (an empty cytoplasm) is negative.
    pub fn class(&self, value: f64) -> Class {
        let [one, two, three] = self.0;
        if value >= three {
            Class::ThreePlus
        } else if value >= two {
            Class::TwoPlus
        } else if value >= one {
            Class::OnePlus
        } else {
            Class::Negative
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_the_upper_class() {
        let thresholds = Thresholds::default();
        let classes =
            [0.0, 0.2, 0.3999, 0.4, 0.6, 9.0, f64::NAN, -1.0].map(|v| thresholds.class(v).name());
        assert_eq!(
            classes,
            [
                "Negative", "1+", "1+", "2+", "3+", "3+", "Negative", "Negative"
            ]
        );
    }

    #[test]
    fn measures_are_written_and_read() {
        for (measure, name) in Measure::ALL {
            assert_eq!(String::from(measure), name);
            assert_eq!(Measure::try_from(name.to_owned()), Ok(measure));
        }
        assert!(Measure::try_from("Nucleus: H OD mean".to_owned()).is_err());
    }

    #[test]
    fn thresholds_must_rise() {
        assert!(Thresholds([0.2, 0.2, 0.2]).validate().is_ok());
        for wrong in [
            [0.0, 0.1, 0.2],
            [0.3, 0.2, 0.4],
            [0.1, 0.2, f64::NAN],
            [0.1, 0.2, 6.0],
        ] {
            assert!(Thresholds(wrong).validate().is_err());
        }
    }
}
