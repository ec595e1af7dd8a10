//! Spearman's rank correlation and its interval.

use crate::{Error, distribution, rank::midranks};

/// Spearman's rho: Pearson's correlation of the mid-ranks (dimensionless,
/// -1 to 1). `None` when either slice is constant or has fewer than 2 values.
///
/// # Errors
/// Slices of different lengths; a NaN (leave incomplete patients out first).
pub fn rho(x: &[f64], y: &[f64]) -> Result<Option<f64>, Error> {
    if x.len() != y.len() {
        return Err(Error::Length {
            left: x.len(),
            right: y.len(),
        });
    }
    for values in [x, y] {
        if let Some(index) = values.iter().position(|v| v.is_nan()) {
            return Err(Error::NotANumber { index });
        }
    }
    let mean = (x.len() as f64 + 1.0) / 2.0;
    // Centred mid-ranks are multiples of 1/2, so that every sum is exact and
    // does not depend on the order of the patients.
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (a, b) in midranks(x).iter().zip(midranks(y)) {
        let (a, b) = (a - mean, b - mean);
        xy += a * b;
        xx += a * a;
        yy += b * b;
    }
    Ok((xx > 0.0 && yy > 0.0).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0)))
}

/// The interval of Bonett and Wright (2000) for Spearman's rho:
/// `tanh(atanh(r) -+ z sqrt((1 + r^2 / 2) / (n - 3)))`.
///
/// `level` is the confidence level, .95 for instance. At `r = +-1` the
/// interval shrinks to that point.
///
/// # Errors
/// Fewer than 4 observations; a level outside of 0 to 1; a NaN for `r`.
pub fn bonett_wright(r: f64, n: usize, level: f64) -> Result<(f64, f64), Error> {
    Interval::new(n, level)?.around(r)
}

/// [`bonett_wright`] for many correlations with the same `n` and level.
#[derive(Clone, Copy, Debug)]
pub struct Interval {
    z: f64,
    free: f64,
}

impl Interval {
    /// The interval for `n` observations at the confidence level `level`.
    ///
    /// # Errors
    /// Fewer than 4 observations; a level outside of 0 to 1.
    pub fn new(n: usize, level: f64) -> Result<Self, Error> {
        if n < 4 {
            return Err(Error::TooFew { n, needed: 4 });
        }
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::Level(level));
        }
        let z = distribution::normal_quantile(0.5 + level / 2.0)?;
        Ok(Self {
            z,
            free: (n - 3) as f64,
        })
    }

    /// Lower and upper end around `r`, which is clamped to -1 to 1.
    ///
    /// # Errors
    /// A NaN for `r`.
    pub fn around(&self, r: f64) -> Result<(f64, f64), Error> {
        if r.is_nan() {
            return Err(Error::NotANumber { index: 0 });
        }
        let r = r.clamp(-1.0, 1.0);
        let half = self.z * ((1.0 + r * r / 2.0) / self.free).sqrt();
        let centre = r.atanh();
        Ok(((centre - half).tanh(), (centre + half).tanh()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degenerate_input() {
        assert_eq!(rho(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), Ok(None));
        assert_eq!(rho(&[], &[]), Ok(None));
        assert_eq!(rho(&[1.0], &[1.0]), Ok(None));
        assert_eq!(rho(&[1.0], &[]), Err(Error::Length { left: 1, right: 0 }));
        assert_eq!(
            rho(&[1.0, 2.0], &[1.0, f64::NAN]),
            Err(Error::NotANumber { index: 1 })
        );
        assert!(bonett_wright(0.3, 3, 0.95).is_err());
        assert!(bonett_wright(0.3, 30, 1.0).is_err());
        assert!(bonett_wright(f64::NAN, 30, 0.95).is_err());
    }

    #[test]
    fn perfect_agreement_is_exact() {
        let x = [0.1, 0.5, 0.5, 0.9, 2.0, 3.0, 3.0];
        let minus: Vec<f64> = x.iter().map(|v| -v).collect();
        assert_eq!(rho(&x, &x), Ok(Some(1.0)));
        assert_eq!(rho(&x, &minus), Ok(Some(-1.0)));
        assert_eq!(bonett_wright(1.0, 7, 0.95), Ok((1.0, 1.0)));
    }
}
