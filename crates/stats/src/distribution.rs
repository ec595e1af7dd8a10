//! P-values and quantiles: Student's t, the correlation coefficient, the
//! normal and the chi-squared distribution.

use crate::Error;
use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::beta::beta_reg;
use statrs::function::gamma::checked_gamma_ur;

/// Two-sided p of Student's t with `df` degrees of freedom (`df > 0`, need not
/// be whole): `I_{df / (df + t^2)}(df / 2, 1 / 2)`, the regularised incomplete
/// beta function. 0 for an infinite `t`.
///
/// # Errors
/// A NaN for `t`; `df` that is not a positive finite number.
pub fn student_t_p(t: f64, df: f64) -> Result<f64, Error> {
    if t.is_nan() {
        return Err(Error::NotANumber { index: 0 });
    }
    valid_df(df)?;
    if t.is_infinite() {
        return Ok(0.0);
    }
    // Dividing by the larger of df and t^2 keeps t^2 from overflowing.
    let x = if t * t > df {
        (df / t / t) / (1.0 + df / t / t)
    } else {
        df / (df + t * t)
    };
    Ok(beta_reg(df / 2.0, 0.5, x))
}

/// The quantile of Student's t with `df` degrees of freedom (`df > 0`, need not
/// be whole): the `t` below which it lies with probability `p`.
///
/// # Errors
/// `p` that is not strictly between 0 and 1; `df` that is not a positive finite
/// number.
pub fn student_t_quantile(p: f64, df: f64) -> Result<f64, Error> {
    if !(p > 0.0 && p < 1.0) {
        return Err(Error::Level(p));
    }
    let two_sided = 2.0 * p.min(1.0 - p);
    let (mut low, mut high) = (0.0, 1.0);
    while student_t_p(high, df)? > two_sided && high < f64::MAX / 2.0 {
        (low, high) = (high, 2.0 * high);
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if student_t_p(middle, df)? > two_sided {
            low = middle
        } else {
            high = middle
        }
    }
    Ok(match p.total_cmp(&0.5) {
        std::cmp::Ordering::Less => -high,
        std::cmp::Ordering::Equal => 0.0,
        std::cmp::Ordering::Greater => high,
    })
}

/// Two-sided p of a standard normal deviate: that of `z^2` as chi-squared with
/// 1 degree of freedom. 0 for an infinite `z`, NaN for NaN.
pub fn normal_p(z: f64) -> f64 {
    chi_squared_p(z * z, 1.0).unwrap_or(f64::NAN)
}

/// The probability that chi-squared with `df` degrees of freedom (`df > 0`,
/// need not be whole) exceeds `x`: `Q(df / 2, x / 2)`, the regularised upper
/// incomplete gamma function. 1 for an `x` of 0 or less, 0 for an infinite one
/// and where the probability is below the smallest number.
///
/// # Errors
/// A NaN for `x`; `df` that is not a positive finite number.
pub fn chi_squared_p(x: f64, df: f64) -> Result<f64, Error> {
    if x.is_nan() {
        return Err(Error::NotANumber { index: 0 });
    }
    if x <= 0.0 {
        return valid_df(df).map(|_| 1.0);
    }
    if x.is_infinite() {
        return valid_df(df).map(|_| 0.0);
    }
    let p = checked_gamma_ur(0.5 * valid_df(df)?, 0.5 * x);
    p.map_err(|_| Error::NotANumber { index: 0 })
}

fn valid_df(df: f64) -> Result<f64, Error> {
    if df > 0.0 && df.is_finite() {
        Ok(df)
    } else {
        Err(Error::TooFew { n: 0, needed: 1 })
    }
}

/// The normal quantile: the `z` below which a standard normal deviate lies
/// with probability `p`.
///
/// # Errors
/// `p` that is not strictly between 0 and 1.
pub fn normal_quantile(p: f64) -> Result<f64, Error> {
    if !(p > 0.0 && p < 1.0) {
        return Err(Error::Level(p));
    }
    Ok(Normal::standard().inverse_cdf(p))
}

/// The test that a correlation from `n` observations is 0, by the t
/// approximation with `n - 2` degrees of freedom: `t = r sqrt((n - 2) / (1 - r^2))`.
///
/// Its two-sided p is `I_{1 - r^2}((n - 2) / 2, 1 / 2)`. What depends on `n`
/// alone is computed once, so that a test of many pairs is cheap.
#[derive(Clone, Copy, Debug)]
pub struct CorrelationTest {
    /// Half the degrees of freedom.
    a: f64,
    /// The beta function B(a, 1/2).
    beta: f64,
}

impl CorrelationTest {
    /// The test for `n` observations.
    ///
    /// # Errors
    /// Fewer than 3 observations.
    pub fn new(n: usize) -> Result<Self, Error> {
        if n < 3 {
            return Err(Error::TooFew { n, needed: 3 });
        }
        let df = n - 2;
        // B(1/2, 1/2) = pi, B(1, 1/2) = 2, B(a + 1, 1/2) = B(a, 1/2) a / (a + 1/2):
        // no difference of large log-gammas.
        let (mut a, mut beta) = if df % 2 == 1 {
            (0.5, std::f64::consts::PI)
        } else {
            (1.0, 2.0)
        };
        while a < df as f64 / 2.0 {
            beta *= a / (a + 0.5);
            a += 1.0;
        }
        Ok(Self { a, beta })
    }

    /// Two-sided p of the correlation `r`; exactly 0 at `|r| >= 1`, 1 at 0,
    /// NaN for NaN. The relative error stays below 1e-11 in the tail too.
    pub fn p(&self, r: f64) -> f64 {
        if r.is_nan() {
            return f64::NAN;
        }
        let r = r.abs();
        if r >= 1.0 {
            return 0.0;
        }
        // Both are exact to the last digit, which 1 - r^2 is not near r = 1.
        let (x, y) = ((1.0 - r) * (1.0 + r), r * r);
        let front = x.powf(self.a) * r / self.beta;
        let p = if x < (self.a + 1.0) / (self.a + 2.5) {
            front * beta_fraction(self.a, 0.5, x) / self.a
        } else {
            1.0 - front * beta_fraction(0.5, self.a, y) / 0.5
        };
        p.clamp(0.0, 1.0)
    }

    /// The `|r|` whose p equals `level`: beyond it a correlation has `p < level`.
    ///
    /// # Errors
    /// A level that is not strictly between 0 and 1.
    pub fn critical_r(&self, level: f64) -> Result<f64, Error> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::Level(level));
        }
        let (mut low, mut high) = (0.0, 1.0);
        loop {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                return Ok(high);
            }
            if self.p(middle) < level {
                high = middle
            } else {
                low = middle
            }
        }
    }
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22) by
/// the modified Lentz method. It converges fast for `x < (a + 1) / (a + b + 2)`.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    // 20 to 60 terms are usual; the bound is a seat belt.
    for m in 1..10_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        fraction *= c * d;
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_incomplete_beta_of_statrs() {
        for n in [3, 4, 5, 10, 44, 150, 1001] {
            let test = CorrelationTest::new(n).unwrap();
            let df = (n - 2) as f64;
            for step in 1..1000 {
                let r = f64::from(step) / 1000.0;
                let t = r * (df / ((1.0 - r) * (1.0 + r))).sqrt();
                let expected = student_t_p(t, df).unwrap();
                let found = test.p(r);
                assert!(
                    (found - expected).abs() <= 1e-10 * expected + 1e-300,
                    "n {n} r {r}: {found} against {expected}"
                );
                assert_eq!(test.p(-r), found);
            }
        }
    }

    /// mpmath 1.3 at 30 digits, betainc(a, 1/2, 0, 1 - r^2, regularized=True),
    /// to 1e-11 of the value (n = 150: 1e-10, as `1 - .9999` itself is rounded).
    #[test]
    fn agrees_with_thirty_digits() {
        let expected = [
            (20_000, 0.01, 0.157_314_774_954_434_97, 1e-11),
            (44, 0.3, 0.047_869_897_562_500_44, 1e-11),
            (150, 0.9999, 1.232_341_873_900_190_7e-275, 1e-10),
        ];
        for (n, r, p, tolerance) in expected {
            let found = CorrelationTest::new(n).unwrap().p(r);
            assert!((found - p).abs() < tolerance * p, "n {n} r {r}: {found}");
        }
    }

    /// Closed forms: p = 1 - 2 atan(t) / pi for 1 degree of freedom, and
    /// p = 1 - |r| for 2.
    #[test]
    fn agrees_with_the_closed_forms() {
        let (one, two) = (
            CorrelationTest::new(3).unwrap(),
            CorrelationTest::new(4).unwrap(),
        );
        for r in [0.0, 1e-9, 0.3, 0.5, 0.99, 1.0 - 1e-12_f64] {
            let cauchy = 2.0 / std::f64::consts::PI * (1.0 - r * r).sqrt().atan2(r);
            assert!((one.p(r) - cauchy).abs() < 1e-9 * cauchy, "r {r}");
            assert!((two.p(r) - (1.0 - r)).abs() < 1e-14, "r {r}");
        }
    }

    #[test]
    fn ends_of_the_range() {
        let test = CorrelationTest::new(150).unwrap();
        assert_eq!((test.p(0.0), test.p(1.0), test.p(-1.0)), (1.0, 0.0, 0.0));
        assert!(test.p(f64::NAN).is_nan());
        assert!(CorrelationTest::new(2).is_err());
        assert!(test.critical_r(0.0).is_err());
        assert!(student_t_p(f64::NAN, 4.0).is_err());
        assert!(student_t_p(1.0, 0.0).is_err());
        assert_eq!(student_t_p(f64::INFINITY, 4.0), Ok(0.0));
    }

    /// Sun et al.'s published minima: .30, .31, .32 for 44, 41, 39 patients.
    #[test]
    fn critical_r_is_where_p_reaches_the_level() {
        for (n, published) in [(44, 0.30), (41, 0.31), (39, 0.32)] {
            let test = CorrelationTest::new(n).unwrap();
            let r = test.critical_r(0.05).unwrap();
            assert!((r - published).abs() < 0.005, "n {n}: {r}");
            assert!((test.p(r) - 0.05).abs() < 1e-14);
        }
    }

    /// R: qnorm(c(.975, .995, .9999, 1e-20)).
    #[test]
    fn normal_quantiles_of_r() {
        let expected = [
            (0.975, 1.959_963_984_540_054),
            (0.995, 2.575_829_303_548_901),
            (0.9999, 3.719_016_485_455_709),
            (1e-20, -9.262_340_089_798_409),
        ];
        for (p, z) in expected {
            let found = normal_quantile(p).unwrap();
            assert!((found - z).abs() < 1e-11, "{p}: {found}");
        }
        assert_eq!(normal_quantile(0.5), Ok(0.0));
        assert!(normal_quantile(1.0).is_err());
    }

    /// R: qt(p, df), confirmed by mpmath 1.3 at 30 digits; 1e-12 of the value.
    #[test]
    fn t_quantiles_of_r() {
        let expected = [
            (0.975, 1.0, 12.706204736174705),
            (0.975, 2.0, 4.302652729749464),
            (0.975, 10.0, 2.228138851986275),
            (0.975, 115.5, 1.98071637478134),
            (0.9995, 3.0, 12.923978636687483),
            (0.625, 7.0, 0.33145916682632665),
        ];
        for (p, df, t) in expected {
            let found = student_t_quantile(p, df).unwrap();
            assert!((found - t).abs() < 1e-12 * t, "{p} {df}: {found}");
            let mirrored = student_t_quantile(1.0 - p, df).unwrap();
            assert!((mirrored + t).abs() < 1e-9 * t, "{p} {df}: {mirrored}");
        }
        assert_eq!(student_t_quantile(0.5, 3.0), Ok(0.0));
        assert!(student_t_quantile(0.0, 3.0).is_err());
        assert!(student_t_quantile(0.9, 0.0).is_err());
    }

    /// R: 2 * pnorm(-|z|), confirmed by mpmath 1.3 at 30 digits; 1e-12 of the value.
    #[test]
    fn normal_ps_of_r() {
        let expected = [
            (0.001, 0.999_202_115_572_177_9),
            (-1.96, 0.049_995_790_296_440_87),
            (8.3575, 6.406_130_629_481_553e-17),
            (37.0, 1.145_114_244_504_915_4e-299),
        ];
        for (z, p) in expected {
            let found = normal_p(z);
            assert!((found - p).abs() < 1e-12 * p, "{z}: {found}");
        }
        assert_eq!((normal_p(0.0), normal_p(f64::NEG_INFINITY)), (1.0, 0.0));
        assert!(normal_p(f64::NAN).is_nan());
    }

    /// R: pchisq(x, df, lower.tail = FALSE), confirmed by mpmath 1.3 at 30
    /// digits; 1e-12 of the value.
    #[test]
    fn chi_squared_ps_of_r() {
        let expected = [
            (10.326_741_954_885_632, 1.0, 0.001_311_164_520_355_488_9),
            (25.403_700_345_785_357, 3.0, 1.271_245_939_006_093_8e-5),
            (0.5, 2.0, 0.778_800_783_071_404_9),
            (1200.0, 10.0, 1.440_803_432_639_930_3e-251),
            (60.0, 80.0, 0.953_746_962_354_158),
            (0.001, 1.0, 0.974_772_879_369_960_4),
            (3.0, 0.5, 0.033_416_444_158_979_03),
        ];
        for (x, df, p) in expected {
            let found = chi_squared_p(x, df).unwrap();
            assert!((found - p).abs() < 1e-12 * p, "{x} {df}: {found}");
        }
        assert_eq!(chi_squared_p(0.0, 3.0), Ok(1.0));
        assert_eq!(chi_squared_p(f64::INFINITY, 3.0), Ok(0.0));
        assert!(chi_squared_p(1.0, 0.0).is_err() && chi_squared_p(f64::NAN, 1.0).is_err());
    }
}
