//! The test of a correlation coefficient.

use crate::Error;

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
    use crate::distribution::student_t_p;

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

    #[test]
    fn ends_of_the_range() {
        let test = CorrelationTest::new(150).unwrap();
        assert_eq!((test.p(0.0), test.p(1.0), test.p(-1.0)), (1.0, 0.0, 0.0));
        assert!(test.p(f64::NAN).is_nan());
        assert!(CorrelationTest::new(2).is_err());
        assert!(test.critical_r(0.0).is_err());
    }
}
