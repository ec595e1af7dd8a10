//! Intervals of a proportion.

use crate::Error;
use crate::distribution::normal_quantile;

/// Wilson's score interval (1927) of a proportion, without continuity
/// correction: `(c - h, c + h)` with `c = (p + z^2 / 2n) / (1 + z^2 / n)` and
/// `h = z sqrt(p (1 - p) / n + z^2 / 4n^2) / (1 + z^2 / n)`.
///
/// It starts at exactly 0 without a success and ends at exactly 1 without a
/// failure.
///
/// # Errors
/// No observation, more successes than observations, a level that is not
/// strictly between 0 and 1.
pub fn wilson(successes: usize, n: usize, level: f64) -> Result<(f64, f64), Error> {
    if n == 0 {
        return Err(Error::TooFew { n, needed: 1 });
    }
    if successes > n {
        return Err(Error::Successes { successes, n });
    }
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::Level(level));
    }
    let z = normal_quantile(0.5 + 0.5 * level)?;
    let (count, p) = (n as f64, successes as f64 / n as f64);
    let scale = 1.0 + z * z / count;
    let centre = (p + z * z / (2.0 * count)) / scale;
    let half = z / scale * (p * (1.0 - p) / count + z * z / (4.0 * count * count)).sqrt();
    let low = if successes == 0 { 0.0 } else { centre - half };
    let high = if successes == n { 1.0 } else { centre + half };
    Ok((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R: prop.test(x, n, correct = FALSE)$conf.int, here from SciPy 1.17
    /// (binomtest(x, n).proportion_ci(method = "wilson")); 1e-12.
    #[test]
    fn intervals_of_r() {
        let expected = [
            (26, 41, 0.481_207_010_879_120_1, 0.764_101_689_803_105_6),
            (58, 72, 0.699_672_410_541_114_7, 0.880_485_206_205_494_4),
            (0, 10, 0.0, 0.277_532_799_862_889_2),
            (10, 10, 0.722_467_200_137_110_7, 1.0),
        ];
        for (successes, n, low, high) in expected {
            let found = wilson(successes, n, 0.95).unwrap();
            assert!((found.0 - low).abs() < 1e-12 && (found.1 - high).abs() < 1e-12);
        }
    }

    #[test]
    fn refuses_what_is_no_proportion() {
        assert!(wilson(0, 0, 0.95).is_err());
        assert!(wilson(2, 1, 0.95).is_err());
        assert!(wilson(1, 2, 1.0).is_err());
    }
}
