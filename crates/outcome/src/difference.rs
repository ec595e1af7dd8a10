//! The difference of two estimates from the same patients.

use crate::Error;
use stats::distribution::{normal_p, normal_quantile};

/// A difference, first minus second, with its test and interval by the normal
/// approximation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// First minus second.
    pub value: f64,
    /// `value -+ z se`; `None` when the standard error is 0 or not defined.
    pub interval: Option<(f64, f64)>,
    /// `value / se`; `None` as above.
    pub z: Option<f64>,
    /// Two-sided p of `z`; `None` as above.
    pub p: Option<f64>,
}

impl Difference {
    pub(crate) fn new(value: f64, variance: f64, level: f64) -> Result<Self, Error> {
        let width = normal_width(level)?;
        let std_error = variance.sqrt();
        let known = std_error > 0.0;
        let z = known.then_some(value / std_error);
        Ok(Self {
            value,
            interval: known.then_some((value - width * std_error, value + width * std_error)),
            z,
            p: z.map(normal_p),
        })
    }
}

/// `value -+ z std_error` within 0 to 1; `None` when the standard error is 0 or
/// NaN, or the level is not strictly between 0 and 1.
pub(crate) fn share_interval(value: f64, std_error: f64, level: f64) -> Option<(f64, f64)> {
    let half = normal_width(level).ok()? * std_error;
    (half > 0.0).then(|| ((value - half).max(0.0), (value + half).min(1.0)))
}

/// The normal deviates that enclose `level`: 1.96 for 0.95.
pub(crate) fn normal_width(level: f64) -> Result<f64, Error> {
    if !(level > 0.0 && level < 1.0) {
        return Err(stats::Error::Level(level).into());
    }
    Ok(normal_quantile(0.5 + 0.5 * level)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_test_without_a_standard_error() {
        for variance in [0.0, f64::NAN] {
            let difference = Difference::new(0.1, variance, 0.95).unwrap();
            assert_eq!(
                (difference.interval, difference.z, difference.p),
                (None, None, None)
            );
        }
        assert!(Difference::new(0.1, 1.0, 1.0).is_err());
        assert_eq!(share_interval(0.5, 0.0, 0.95), None);
        assert_eq!(share_interval(0.5, 1.0, 0.95), Some((0.0, 1.0)));
    }
}
