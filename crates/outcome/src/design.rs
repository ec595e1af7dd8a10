//! Predictors as columns of numbers, and where each column comes from.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Error;

/// The values of one predictor over all patients.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Numbers; NaN where missing.
    Numbers(Vec<f64>),
    /// Names of levels; `None` where missing.
    Levels(Vec<Option<String>>),
}

/// A named predictor over all patients.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictor {
    /// Column name.
    pub name: String,
    /// One value a patient.
    pub values: Values,
}

/// What a column of numbers is made from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Source {
    /// 1 where a text column has this level, 0 where it has another one of the
    /// training cohort.
    Level {
        /// The column.
        column: String,
        /// The level.
        level: String,
        /// All levels of the training cohort: any other one counts as missing.
        levels: Vec<String>,
    },
    /// A column of numbers as it is.
    Column {
        /// The column.
        column: String,
    },
    /// The score of another model.
    Score {
        /// `radiomic`.
        score_of: String,
    },
}

impl Source {
    /// The name in tables: `age`, `sex=M`, `radiomic_score`.
    pub fn name(&self) -> String {
        match self {
            Self::Column { column } => column.clone(),
            Self::Level { column, level, .. } => format!("{column}={level}"),
            Self::Score { score_of } => format!("{score_of}_score"),
        }
    }

    /// The number that a level stands for; NaN for a missing or unknown one.
    pub fn indicator(level: &str, levels: &[String], value: Option<&str>) -> f64 {
        match value {
            Some(value) if value == level => 1.0,
            Some(value) if levels.iter().any(|known| known == value) => 0.0,
            _ => f64::NAN,
        }
    }
}

/// Columns of numbers over all patients; NaN where missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Design {
    /// What each column is made from.
    pub sources: Vec<Source>,
    /// One value a patient in each.
    pub columns: Vec<Vec<f64>>,
}

impl Design {
    /// Numbers as they are; a text column as one 0/1 column for each of its
    /// levels in the rows `training` but the first in alphabetical order. What
    /// other rows hold leaves the columns' meaning alone.
    ///
    /// # Errors
    /// [`Error::DuplicateColumn`]; [`Error::Infinite`].
    pub fn new(predictors: &[Predictor], training: &[usize]) -> Result<Self, Error> {
        let mut names = BTreeSet::new();
        let mut design = Self::default();
        for predictor in predictors {
            if !names.insert(&predictor.name) {
                return Err(Error::DuplicateColumn(predictor.name.clone()));
            }
            match &predictor.values {
                Values::Numbers(values) => {
                    if values.iter().any(|v| v.is_infinite()) {
                        return Err(Error::Infinite(predictor.name.clone()));
                    }
                    let column = predictor.name.clone();
                    design.push(Source::Column { column }, values.clone());
                }
                Values::Levels(values) => design.push_levels(&predictor.name, values, training),
            }
        }
        // A column `sex=M` beside a column `sex` of levels.
        let mut names = BTreeSet::new();
        match design
            .sources
            .iter()
            .map(Source::name)
            .find(|n| !names.insert(n.clone()))
        {
            Some(name) => Err(Error::DuplicateColumn(name)),
            None => Ok(design),
        }
    }

    /// Adds a column at the right.
    pub fn push(&mut self, source: Source, values: Vec<f64>) {
        self.sources.push(source);
        self.columns.push(values);
    }

    fn push_levels(&mut self, column: &str, values: &[Option<String>], training: &[usize]) {
        let levels: BTreeSet<&String> = training
            .iter()
            .filter_map(|&r| values[r].as_ref())
            .collect();
        let levels: Vec<String> = levels.into_iter().cloned().collect();
        for level in levels.iter().skip(1) {
            let indicator = |v: &Option<String>| Source::indicator(level, &levels, v.as_deref());
            let source = Source::Level {
                column: column.to_owned(),
                level: level.clone(),
                levels: levels.clone(),
            };
            self.push(source, values.iter().map(indicator).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_the_training_rows() {
        let text = |s: &str| (!s.is_empty()).then(|| s.to_owned());
        let predictors = [
            Predictor {
                name: "age".into(),
                values: Values::Numbers(vec![50.0, f64::NAN, 60.0, 70.0]),
            },
            Predictor {
                name: "sex".into(),
                values: Values::Levels(["M", "F", "", "X"].map(text).to_vec()),
            },
        ];
        let design = Design::new(&predictors, &[0, 1]).unwrap();
        let names: Vec<String> = design.sources.iter().map(Source::name).collect();
        assert_eq!(names, ["age", "sex=M"]);
        assert_eq!(design.columns[1][..2], [1.0, 0.0]);
        assert!(design.columns[1][2..].iter().all(|v| v.is_nan()));
        let twice = [predictors[0].clone(), predictors[0].clone()];
        assert!(matches!(
            Design::new(&twice, &[0]),
            Err(Error::DuplicateColumn(_))
        ));
    }
}
