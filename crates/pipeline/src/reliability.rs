//! Which features repeat well enough to be learnt from: the table of `radpath
//! reliability`, or any with a feature a row.

use std::collections::BTreeMap;
use std::path::Path;

use tables::{Features, Table, number};

use crate::Error;

/// Column of the features' names.
pub const FEATURE: &str = "feature";

/// Column of the correlation that is looked at, if no other one is named: the
/// estimate of ICC(2,1), as most studies do it. Its lower limit is stricter.
pub const COLUMN: &str = "icc_2_1";

/// Least correlation, if no other one is named: "good" after Koo and Li (2016).
pub const MIN_ICC: f64 = 0.75;

/// What a least correlation can be.
pub const RANGE: std::ops::RangeInclusive<f64> = 0.0..=1.0;

/// Intraclass correlations by feature.
#[derive(Clone, Debug)]
pub struct Reliability {
    file: String,
    column: String,
    min: f64,
    by_feature: BTreeMap<String, f64>,
}

impl Reliability {
    /// Reads the correlations from `column` of a table; features need `min`.
    ///
    /// # Errors
    /// A file that is no table or has not both columns, an empty or double
    /// feature, text among the numbers.
    pub fn read(path: &Path, column: &str, min: f64) -> Result<Self, Error> {
        let table = Table::read(path)?;
        let features = table.ids(FEATURE)?;
        let values = table.numbers(column)?;
        Ok(Self {
            file: table.file().to_owned(),
            column: column.to_owned(),
            min,
            by_feature: features.into_iter().zip(values).collect(),
        })
    }

    /// Takes the features out that don't repeat well enough, or that the table
    /// doesn't have; gives their names, and why. No outcome has a part in it, so
    /// that it may stand outside of all folds.
    ///
    /// # Errors
    /// None would be left.
    pub fn filter(&self, features: &mut Features) -> Result<Vec<(String, String)>, Error> {
        let all = std::mem::take(&mut features.names).into_iter();
        let all = all.zip(std::mem::take(&mut features.columns));
        let mut left_out = Vec::new();
        for (name, column) in all {
            match self.against(&name) {
                None => {
                    features.names.push(name);
                    features.columns.push(column);
                }
                Some(reason) => left_out.push((name, reason)),
            }
        }
        if features.names.is_empty() {
            return Err(self.none_left(&left_out));
        }
        Ok(left_out)
    }

    /// Why a feature must not be learnt from.
    fn against(&self, feature: &str) -> Option<String> {
        let Self { column, min, .. } = self;
        match self.by_feature.get(feature) {
            None => Some("not in the reliability table: left out".to_owned()),
            Some(icc) if icc.is_nan() => {
                Some(format!("no {column} in the reliability table: left out"))
            }
            Some(icc) if icc < min => {
                let (icc, min) = (number::format(*icc), number::format(*min));
                Some(format!("{column} {icc} is below {min}: left out"))
            }
            Some(_) => None,
        }
    }

    fn none_left(&self, left_out: &[(String, String)]) -> Error {
        let column = &self.column;
        let known = left_out.iter().filter_map(|(f, _)| self.by_feature.get(f));
        let best = known.copied().filter(|icc| !icc.is_nan());
        let problem = match best.max_by(f64::total_cmp) {
            Some(best) => format!(
                "no feature has {column} of {} or more (the highest is {}): lower --min-icc, or take other features",
                number::format(self.min),
                number::format(best)
            ),
            None => format!(
                "it has {column} of none of the features: are they named alike (`{}` and `{}`)?",
                self.by_feature.keys().next().map_or("", String::as_str),
                left_out.first().map_or("", |(name, _)| name)
            ),
        };
        Error::Table(tables::Error::Format {
            file: self.file.clone(),
            problem,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(names: &[&str]) -> Features {
        Features {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            columns: vec![vec![1.0]; names.len()],
            set_aside: Vec::new(),
        }
    }

    #[test]
    fn a_feature_has_to_be_known_and_good() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.csv");
        std::fs::write(&path, "feature,icc_2_1\na,0.75\nb,0.7499\nc,NA\n").unwrap();
        let table = Reliability::read(&path, COLUMN, MIN_ICC).unwrap();
        let mut some = features(&["c", "b", "a", "d"]);
        let left_out = table.filter(&mut some).unwrap();
        assert_eq!(some.names, ["a"]);
        assert_eq!(some.columns.len(), 1);
        let reasons: Vec<&str> = left_out.iter().map(|(_, why)| why.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "no icc_2_1 in the reliability table: left out",
                "icc_2_1 0.7499 is below 0.75: left out",
                "not in the reliability table: left out"
            ]
        );
        let none = |names: &[&str]| {
            let error = table.filter(&mut features(names)).unwrap_err();
            error.to_string()
        };
        assert!(none(&["b", "c"]).contains("the highest is 0.7499"));
        assert!(none(&["x"]).contains("(`a` and `x`)"));
        std::fs::write(&path, "feature,icc_2_1\na,1\na,1\n").unwrap();
        let twice = Reliability::read(&path, COLUMN, MIN_ICC).unwrap_err();
        assert!(twice.to_string().contains("rows 2 and 3"), "{twice}");
    }
}
