//! What the numbers of a figure must be.

use crate::Error;
use crate::ticks::{LARGEST, SMALLEST};

/// Shares that rounding carried this far beyond 0 or 1 are still shares.
const ROUNDING: f64 = 1e-9;

pub(crate) fn length(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected {
        Ok(())
    } else {
        Err(Error::Length {
            what,
            found,
            expected,
        })
    }
}

/// At least one `what`, and no more than `most`.
pub(crate) fn count(
    figure: &'static str,
    what: &'static str,
    found: usize,
    most: usize,
) -> Result<(), Error> {
    match found {
        0 => Err(Error::Nothing { figure, what }),
        _ if found > most => Err(Error::TooMany { what, found, most }),
        _ => Ok(()),
    }
}

/// Runs a check on every part of a figure, and says which part fails it.
pub(crate) fn each<T>(
    part: &'static str,
    parts: &[T],
    check: impl Fn(&T) -> Result<(), Error>,
) -> Result<(), Error> {
    for (index, one) in parts.iter().enumerate() {
        check(one).map_err(|cause| Error::Part {
            part,
            index,
            cause: Box::new(cause),
        })?;
    }
    Ok(())
}

/// Every value is from 0 to 1.
pub(crate) fn shares(
    what: &'static str,
    values: impl IntoIterator<Item = f64>,
) -> Result<(), Error> {
    let share = |value: f64| (-ROUNDING..=1.0 + ROUNDING).contains(&value);
    all(what, values, "from 0 to 1", share)
}

/// Every value is a number that can be drawn.
pub(crate) fn finite(
    what: &'static str,
    values: impl IntoIterator<Item = f64>,
) -> Result<(), Error> {
    let drawable = |value: f64| value.abs() <= LARGEST;
    all(what, values, "finite and within ±1e300", drawable)
}

/// The value can stand on a logarithmic axis.
pub(crate) fn above_zero(what: &'static str, value: f64) -> Result<(), Error> {
    let need = "above 0 and at most 1e300 on a logarithmic scale";
    let good = |value: f64| (SMALLEST..=LARGEST).contains(&value);
    all(what, [value], need, good)
}

/// Every value is a time since the start.
pub(crate) fn times(
    what: &'static str,
    values: impl IntoIterator<Item = f64>,
) -> Result<(), Error> {
    let time = |value: f64| (0.0..=LARGEST).contains(&value);
    all(what, values, "finite and not below 0", time)
}

pub(crate) fn all(
    what: &'static str,
    values: impl IntoIterator<Item = f64>,
    need: &'static str,
    mut good: impl FnMut(f64) -> bool,
) -> Result<(), Error> {
    for (index, value) in values.into_iter().enumerate() {
        if !good(value) {
            return Err(Error::Number {
                what,
                index,
                value,
                need,
            });
        }
    }
    Ok(())
}

/// No value is below the one before it.
pub(crate) fn rising(
    what: &'static str,
    values: impl IntoIterator<Item = f64>,
) -> Result<(), Error> {
    let mut before = f64::NEG_INFINITY;
    all(what, values, "no less than the one before it", |value| {
        value >= std::mem::replace(&mut before, value) - ROUNDING
    })
}

/// No value is above the one before it.
pub(crate) fn falling(
    what: &'static str,
    values: impl IntoIterator<Item = f64>,
) -> Result<(), Error> {
    let mut before = f64::INFINITY;
    all(what, values, "no more than the one before it", |value| {
        value <= std::mem::replace(&mut before, value) + ROUNDING
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wrong_value_is_named() {
        let wrong = |found: Result<(), Error>| match found {
            Err(Error::Number { index, .. }) => Some(index),
            _ => None,
        };
        assert_eq!(wrong(shares("x", [0.0, 1.0 + 1e-12, 1.1])), Some(2));
        assert_eq!(wrong(shares("x", [f64::NAN])), Some(0));
        assert_eq!(wrong(finite("x", [1e300, f64::INFINITY])), Some(1));
        assert_eq!(wrong(times("x", [0.0, -0.1])), Some(1));
        assert_eq!(wrong(rising("x", [0.0, 0.0, 2.0, 1.0, 0.0])), Some(3));
        assert_eq!(rising("x", []), Ok(()));
    }
}
