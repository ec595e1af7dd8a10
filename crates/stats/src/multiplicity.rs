//! Corrections for a family of tests.
//!
//! A NaN stands for a test that was not made: it stays NaN and does not count
//! towards the size of the family.

use crate::Error;

/// Q-values of Benjamini and Hochberg (1995), as R's `p.adjust(p, "BH")`:
/// `q_(i) = min over j >= i of min(1, m p_(j) / j)`, `m` the tests made.
/// They bound the false discovery rate under independence or positive
/// dependence.
///
/// # Errors
/// A value outside of 0 to 1.
pub fn benjamini_hochberg(p: &[f64]) -> Result<Vec<f64>, Error> {
    step_up(p, |_| 1.0)
}

/// Q-values of Benjamini and Yekutieli (2001), as R's `p.adjust(p, "BY")`:
/// those of Benjamini and Hochberg times `1 + 1/2 + ... + 1/m`, valid under
/// any dependence.
///
/// # Errors
/// A value outside of 0 to 1.
pub fn benjamini_yekutieli(p: &[f64]) -> Result<Vec<f64>, Error> {
    step_up(p, |m| (1..=m).rev().map(|i| 1.0 / i as f64).sum())
}

fn step_up(p: &[f64], factor: impl Fn(usize) -> f64) -> Result<Vec<f64>, Error> {
    for (index, &value) in p.iter().enumerate() {
        if !value.is_nan() && !(0.0..=1.0).contains(&value) {
            return Err(Error::NotAProbability { index, value });
        }
    }
    // Among values from 0 to 1 the bit patterns sort like the numbers (adding 0
    // takes the sign off -0).
    let mut made: Vec<(u64, usize)> = p
        .iter()
        .enumerate()
        .filter(|(_, value)| !value.is_nan())
        .map(|(index, value)| ((value + 0.0).to_bits(), index))
        .collect();
    made.sort_unstable();
    let m = made.len();
    let scale = factor(m) * m as f64;
    let mut q = vec![f64::NAN; p.len()];
    let mut smallest: f64 = 1.0;
    for (place, &(_, index)) in made.iter().enumerate().rev() {
        smallest = smallest.min(scale / (place + 1) as f64 * p[index]);
        q[index] = smallest;
    }
    Ok(q)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 4 p / 1, 4 p / 2, ... from the largest downwards.
    #[test]
    fn by_hand() {
        let q = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.5]).unwrap();
        let expected = [0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5];
        for (found, expected) in q.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15);
        }
        let harmonic = 1.0 + 0.5 + 1.0 / 3.0 + 0.25;
        let by = benjamini_yekutieli(&[0.01, 0.04, 0.03, 0.5]).unwrap();
        assert!((by[0] - 0.04 * harmonic).abs() < 1e-15);
        assert_eq!(by[3], 1.0);
    }

    #[test]
    fn what_was_not_tested_does_not_count() {
        let with = benjamini_hochberg(&[f64::NAN, 0.01, 0.04, f64::NAN, 0.03]).unwrap();
        let without = benjamini_hochberg(&[0.01, 0.04, 0.03]).unwrap();
        assert!(with[0].is_nan() && with[3].is_nan());
        assert_eq!([with[1], with[2], with[4]], without[..]);
        assert_eq!(benjamini_hochberg(&[]), Ok(vec![]));
        assert!(benjamini_yekutieli(&[f64::NAN]).unwrap()[0].is_nan());
    }

    #[test]
    fn no_p_beyond_one() {
        for bad in [1.5, -0.1, f64::INFINITY] {
            let error = benjamini_hochberg(&[0.2, bad]).unwrap_err();
            assert_eq!(
                error,
                Error::NotAProbability {
                    index: 1,
                    value: bad
                }
            );
        }
    }
}
