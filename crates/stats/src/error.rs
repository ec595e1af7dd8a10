//! What can be wrong with the numbers.

/// An input that has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two slices that must be paired have different lengths.
    #[error("{left} values cannot be paired with {right}: give one of each a patient")]
    Length {
        /// Length of the first slice.
        left: usize,
        /// Length of the second slice.
        right: usize,
    },
    /// A NaN where missing values must have been left out.
    #[error("value {index} (counted from 0) is NaN: leave missing values out first")]
    NotANumber {
        /// Position in the slice.
        index: usize,
    },
    /// A p-value outside of 0 to 1.
    #[error("p-value {index} (counted from 0) is {value:?}: it must lie between 0 and 1")]
    NotAProbability {
        /// Position in the slice.
        index: usize,
        /// The value found.
        value: f64,
    },
    /// Too few observations for the statistic.
    #[error("{n} observations are too few: at least {needed} are needed")]
    TooFew {
        /// Observations given.
        n: usize,
        /// Smallest number that works.
        needed: usize,
    },
    /// A level that is not strictly between 0 and 1.
    #[error("level {0:?} must lie strictly between 0 and 1")]
    Level(f64),
    /// More successes than there are observations.
    #[error("{successes} successes of {n} observations: there can be {n} at most")]
    Successes {
        /// Successes given.
        successes: usize,
        /// Observations given.
        n: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn huge_numbers_stay_short() {
        let value = 1e300;
        let p = Error::NotAProbability { index: 3, value };
        assert!(p.to_string().contains("is 1e300:"), "{p}");
        assert_eq!(
            Error::Level(value).to_string(),
            "level 1e300 must lie strictly between 0 and 1"
        );
        assert!(Error::Level(1.5).to_string().contains("level 1.5 "));
    }
}
