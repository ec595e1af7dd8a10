//! P-values and quantiles: Student's t, the correlation coefficient, the
//! normal, the chi-squared and the F distribution.

pub use crate::correlation_test::CorrelationTest;

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

/// The quantile of F with `df1` and `df2` degrees of freedom (positive, need not
/// be whole): the `x` below which it lies with probability `p`, that is
/// `I_{df1 x / (df1 x + df2)}(df1 / 2, df2 / 2) = p`. Next to 0 where it is
/// below the smallest number, as for a `df1` near 0.
///
/// # Errors
/// `p` that is not strictly between 0 and 1; degrees of freedom that are no
/// positive finite number.
pub fn f_quantile(p: f64, df1: f64, df2: f64) -> Result<f64, Error> {
    if !(p > 0.0 && p < 1.0) {
        return Err(Error::Level(p));
    }
    let (df1, df2) = (valid_df(df1)?, valid_df(df2)?);
    let below = |x: f64| beta_reg(0.5 * df1, 0.5 * df2, x / (x + df2 / df1));
    let (mut low, mut high) = (0.0, 1.0);
    while below(high) < p && high < f64::MAX / 2.0 {
        (low, high) = (high, 2.0 * high);
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return Ok(low);
        }
        if below(middle) < p {
            low = middle
        } else {
            high = middle
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_the_range() {
        assert!(student_t_p(f64::NAN, 4.0).is_err());
        assert!(student_t_p(1.0, 0.0).is_err());
        assert_eq!(student_t_p(f64::INFINITY, 4.0), Ok(0.0));
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

    /// mpmath 1.4 at 40 digits, and SciPy 1.17 (f.ppf): 1e-12 of the value.
    #[test]
    fn f_quantiles_of_mpmath() {
        let expected = [
            (0.025, 4.785_143_9, 5.0, 0.133_357_737_324_307_5),
            (0.975, 4.785_143_9, 5.0, 7.190_737_161_127_863),
            (0.975, 1.0, 1.0, 647.789_011_477_844_2),
            (0.975, 3.5, 2000.0, 2.938_460_833_361_643),
            (0.025, 5997.0, 1999.0, 0.931_506_461_429_593_8),
            (0.975, 0.3, 4.0, 15.831_414_664_248_608),
            (0.025, 0.3, 4.0, 1.096_191_740_359_030_4e-10),
        ];
        for (p, df1, df2, x) in expected {
            let found = f_quantile(p, df1, df2).unwrap();
            assert!((found - x).abs() < 1e-12 * x, "{p} {df1} {df2}: {found}");
        }
        assert!(f_quantile(0.025, 1e-9, 4.0).unwrap() < 1e-300);
        assert!(f_quantile(1.0, 3.0, 4.0).is_err());
        assert!(f_quantile(0.5, 0.0, 4.0).is_err() && f_quantile(0.5, 4.0, f64::NAN).is_err());
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
