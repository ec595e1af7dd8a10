//! What can be wrong with the numbers.

/// An input that has no answer. Positions are counted from 0.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No patient at all.
    #[error("no patient is left: at least one is needed")]
    Empty,
    /// Two inputs that must have one value a patient differ in length.
    #[error("{found} values of {what} cannot be paired with {expected}: give one a patient")]
    Length {
        /// What has the wrong length.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length of what it is paired with.
        expected: usize,
    },
    /// A NaN or an infinity.
    #[error("value {index} of {what} is {value}: leave out or fill in missing values first")]
    NotFinite {
        /// Where it is.
        what: &'static str,
        /// Its position there.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A NaN or an infinity in a table of columns.
    #[error("row {row} of column {column} is {value}: leave out or fill in missing values first")]
    NotFiniteInColumn {
        /// The column.
        column: usize,
        /// The row in it.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A time before the start of follow-up.
    #[error("time {index} is {time:?}: follow-up starts at 0, so no time can be negative")]
    NegativeTime {
        /// Position of the patient.
        index: usize,
        /// The time.
        time: f64,
    },
    /// All patients are positive, or none is.
    #[error(
        "{positives} patients are positive and {negatives} negative: both classes need at least one"
    )]
    OneClass {
        /// Positive patients.
        positives: usize,
        /// Negative patients.
        negatives: usize,
    },
    /// Nobody had the event.
    #[error("none of the {n} patients had the event: nothing can be learnt about its time")]
    NoEvents {
        /// Patients.
        n: usize,
    },
    /// No column where at least one is needed.
    #[error("no column is left: a model needs at least one")]
    NoColumns,
    /// No two patients of whom it is known who had the event first.
    #[error("no pair of patients is comparable: of none is it known who had the event first")]
    NoComparablePair,
    /// A group number that is too large.
    #[error("patient {index} is in group {group}, but there are {groups} groups, counted from 0")]
    Group {
        /// Position of the patient.
        index: usize,
        /// The group given.
        group: usize,
        /// Number of groups.
        groups: usize,
    },
    /// A setting out of its range.
    #[error("{what} is {value:?}: it must {must}")]
    Setting {
        /// The setting.
        what: &'static str,
        /// Its value.
        value: f64,
        /// The rule it breaks.
        must: &'static str,
    },
    /// A column that says the same of every patient at risk.
    #[error("column {column} does not vary among the patients at risk: leave it out")]
    Constant {
        /// The column.
        column: usize,
    },
    /// A column that follows from those before it.
    #[error("column {column} is a linear combination of the columns before it: leave it out")]
    Collinear {
        /// The column.
        column: usize,
    },
    /// A column that separates those with the event from those without.
    #[error(
        "the coefficient of column {column} grows without end, as the column separates \
         patients with the event from those without: leave it out or use a penalised model"
    )]
    Monotone {
        /// The column.
        column: usize,
    },
    /// An iteration that did not come to an end.
    #[error("{what} did not converge within {iterations} iterations")]
    NotConverged {
        /// What was iterated.
        what: &'static str,
        /// Iterations made.
        iterations: usize,
    },
    /// A statistic that the crate `stats` refused.
    #[error("statistics: {cause}")]
    Statistics {
        /// What it says.
        #[from]
        cause: stats::Error,
    },
    /// Two predictors of one name.
    #[error("column `{0}` stands twice among the predictors: leave one out or rename it")]
    DuplicateColumn(String),
    /// An infinite value.
    #[error("column `{0}` holds an infinity: write NA where there is no number")]
    Infinite(String),
    /// A model needs a column that isn't there.
    #[error("the model needs the column `{0}`, which is not there")]
    MissingColumn(String),
    /// A score that is no number.
    #[error(
        "patient {row}: a value is so far from the training patients' that the score overflows"
    )]
    Overflow {
        /// Position of the patient.
        row: usize,
    },
    /// A path without a single model.
    #[error("no penalty gave a model: the columns hold values of extreme size")]
    EmptyPath,
    /// Folds that make no sense.
    #[error("cross-validation needs at least 2 outer folds, 2 inner folds and 1 repeat")]
    Folds,
    /// Too few events in the training cohort.
    #[error(
        "the training cohort has {events} patients with the {} and {others} without: at least {needed} {} are needed",
        if *both { "outcome" } else { "event" }, if *both { "of each" } else { "with it" }
    )]
    TooFewEvents {
        /// Patients with the event.
        events: usize,
        /// Patients without.
        others: usize,
        /// Both groups have to be large enough (a response), not the events alone.
        both: bool,
        /// How many are needed.
        needed: usize,
    },
    /// More folds than the smaller group has patients.
    #[error(
        "{folds} folds can't each hold one of {smaller} patients: use --folds {smaller} or fewer"
    )]
    TooManyFolds {
        /// Outer folds.
        folds: usize,
        /// Patients in the smaller group (with the event, for survival).
        smaller: usize,
    },
    /// Nothing to learn from.
    #[error("neither features nor covariates are given: give --features, --covariates or both")]
    NoPredictors,
    /// Survival of patients whose follow-up isn't known.
    #[error("survival needs a follow-up, not a response")]
    NoFollowUp,
    /// A model file that can't be read or written.
    #[error("{0}")]
    ModelFile(String),
}

/// Refuses values that are not one finite number for each of `n` patients.
pub(crate) fn check_values(what: &'static str, values: &[f64], n: usize) -> Result<(), Error> {
    if values.len() != n {
        return Err(Error::Length {
            what,
            found: values.len(),
            expected: n,
        });
    }
    match values.iter().position(|v| !v.is_finite()) {
        Some(index) => Err(Error::NotFinite {
            what,
            index,
            value: values[index],
        }),
        None => Ok(()),
    }
}

/// Refuses columns that are not one finite number for each of `n` patients.
pub(crate) fn check_columns(columns: &[Vec<f64>], n: usize) -> Result<(), Error> {
    for (column, values) in columns.iter().enumerate() {
        if values.len() != n {
            return Err(Error::Length {
                what: "a column",
                found: values.len(),
                expected: n,
            });
        }
        if let Some(row) = values.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotFiniteInColumn {
                column,
                row,
                value: values[row],
            });
        }
    }
    Ok(())
}

/// Numbers of positive and negative patients; refuses an absent class.
pub(crate) fn check_class_sizes(positive: &[bool]) -> Result<(usize, usize), Error> {
    let positives = positive.iter().filter(|&&positive| positive).count();
    let negatives = positive.len() - positives;
    if positives == 0 || negatives == 0 {
        return Err(Error::OneClass {
            positives,
            negatives,
        });
    }
    Ok((positives, negatives))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_named() {
        let error = check_values("scores", &[0.0, f64::NAN], 2).unwrap_err();
        assert!(error.to_string().starts_with("value 1 of scores is NaN"));
        let error = check_columns(&[vec![1.0], vec![f64::INFINITY]], 1).unwrap_err();
        assert!(error.to_string().starts_with("row 0 of column 1 is inf"));
        assert!(check_columns(&[vec![1.0, 2.0]], 1).is_err());
    }
}
