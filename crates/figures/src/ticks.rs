//! Round places on an axis, and how they are written.
//!
//! A tick is a whole number times a power of ten; its label is written from
//! that whole number, so that no `0.30000000000000004` can appear.

/// Numbers beyond this are no measurements, and their spans would overflow.
pub(crate) const LARGEST: f64 = 1e300;

/// Numbers below this are 0.
pub(crate) const SMALLEST: f64 = 1e-300;

/// Ends nearer to each other than this part of their size count as equal.
const EQUAL: f64 = 1e-9;

/// Places on an axis, ascending, and their labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ticks {
    pub values: Vec<f64>,
    pub labels: Vec<String>,
}

/// The range itself; one too narrow to have a scale is widened about its
/// middle, one beyond [`LARGEST`] is cut there.
pub(crate) fn range(low: f64, high: f64) -> (f64, f64) {
    let (low, high) = (low.max(-LARGEST), high.min(LARGEST));
    let size = low.abs().max(high.abs());
    if high - low > size * EQUAL && high - low > SMALLEST {
        return (low, high);
    }
    let middle = low / 2.0 + high / 2.0;
    let pad = if size > SMALLEST { size / 10.0 } else { 1.0 };
    (middle - pad, middle + pad)
}

/// Ticks 1, 2 or 5 times a power of ten apart within a [`range`]: the closest
/// that are at most `most` steps.
pub(crate) fn round(low: f64, high: f64, most: usize) -> Ticks {
    let least = (high - low) / most.max(1) as f64;
    let mut exponent = least.log10().floor() as i32;
    // Rounding of the logarithm is forgiven either way.
    let step = loop {
        let times = [1, 2, 5]
            .into_iter()
            .find(|&times| number(times, exponent) >= least * (1.0 - EQUAL));
        match times {
            Some(times) => break times,
            None => exponent += 1,
        }
    };
    stepped(low, high, step, exponent)
}

/// As [`round`] for months: quarters, half years and years, and whole months
/// below.
pub(crate) fn months(low: f64, high: f64, most: usize) -> Ticks {
    let least = (high - low) / most.max(1) as f64;
    let steps = [1, 2, 3, 6, 12, 24, 36, 60, 120];
    match steps.into_iter().find(|&step| step as f64 >= least) {
        Some(step) if least > 0.5 => stepped(low, high, step, 0),
        _ => round(low, high, most),
    }
}

/// Ticks for a logarithmic axis, `low` above 0: 1, 2 and 5 times every power of
/// ten; fewer over many powers, those of [`round`] within one.
pub(crate) fn logarithmic(low: f64, high: f64) -> Ticks {
    const MOST: i32 = 7;
    if high / low < 6.0 {
        return round(low, high, 4);
    }
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let (times, every): (&[i64], i32) = match last - first {
        0..=3 => (&[1, 2, 5], 1),
        powers => (&[1], 1 + powers / MOST),
    };
    let mut ticks = Ticks::default();
    for exponent in (first..=last).filter(|exponent| exponent % every == 0) {
        for &times in times {
            let value = number(times, exponent);
            if (low..=high).contains(&value) {
                ticks.values.push(value);
                ticks.labels.push(written(times, exponent, value));
            }
        }
    }
    ticks
}

fn stepped(low: f64, high: f64, step: i64, exponent: i32) -> Ticks {
    let size = number(step, exponent);
    let first = (low / size - EQUAL).ceil() as i64;
    let last = (high / size + EQUAL).floor() as i64;
    let largest = low.abs().max(high.abs());
    let mut ticks = Ticks::default();
    for i in first..=last {
        ticks.values.push(number(i * step, exponent));
        ticks.labels.push(written(i * step, exponent, largest));
    }
    ticks
}

/// `times` 10^`exponent`, the nearest there is.
fn number(times: i64, exponent: i32) -> f64 {
    format!("{times}e{exponent}").parse().unwrap_or(f64::NAN)
}

/// `times` 10^`exponent` in words for an axis whose numbers reach `largest`:
/// 1200, 0.004, −2.5, 3×10⁶.
fn written(times: i64, exponent: i32, largest: f64) -> String {
    let power = largest.abs().log10().floor() as i32;
    if times == 0 && !(-3..=5).contains(&power) {
        return "0".to_owned();
    }
    if (-3..=5).contains(&power) {
        return decimal(times, exponent);
    }
    let superscript: String = power.to_string().chars().map(raised).collect();
    format!("{}×10{superscript}", decimal(times, exponent - power))
}

fn decimal(times: i64, exponent: i32) -> String {
    let sign = if times < 0 { "−" } else { "" };
    let digits = times.unsigned_abs().to_string();
    if exponent >= 0 {
        let zeros = if times == 0 { 0 } else { exponent as usize };
        return format!("{sign}{digits}{}", "0".repeat(zeros));
    }
    let places = exponent.unsigned_abs() as usize;
    let digits = format!("{digits:0>width$}", width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    format!("{sign}{whole}.{part}")
}

fn raised(digit: char) -> char {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    match digit.to_digit(10) {
        Some(digit) => RAISED[digit as usize],
        None => '⁻',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64) -> String {
        let (low, high) = range(low, high);
        round(low, high, 5).labels.join(" ")
    }

    #[test]
    fn labels_are_round() {
        assert_eq!(labels(0.0, 1.0), "0.0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(labels(-0.31, 0.29), "−0.2 0.0 0.2");
        assert_eq!(labels(180.0, 1234.0), "500 1000");
        assert_eq!(labels(0.0011, 0.0052), "0.002 0.003 0.004 0.005");
        assert_eq!(labels(0.0, 3.2e6), "0 1×10⁶ 2×10⁶ 3×10⁶");
        assert_eq!(labels(0.0, 2e-7), "0 0.5×10⁻⁷ 1.0×10⁻⁷ 1.5×10⁻⁷ 2.0×10⁻⁷");
        assert_eq!(labels(5.0, 5.0), "4.6 4.8 5.0 5.2 5.4");
        assert_eq!(labels(0.0, 0.0), "−1.0 −0.5 0.0 0.5 1.0");
    }

    #[test]
    fn any_finite_range_has_a_few_ticks_within() {
        let ends = [
            0.0,
            -1.0,
            3.0,
            3.0 + 1e-7,
            1e9,
            1e9 + 1.0,
            -1e-300,
            5e-324,
            1e-12,
            -7e299,
            f64::MAX,
            f64::MIN,
        ];
        for low in ends {
            for high in ends.into_iter().filter(|high| *high >= low) {
                let (low, high) = range(low, high);
                let Ticks { values, labels } = round(low, high, 5);
                assert!((2..=6).contains(&values.len()), "{low} {high} {values:?}");
                assert!(values.windows(2).all(|pair| pair[0] < pair[1]));
                let slack = (high - low) * 1e-6;
                let inside = |v: &f64| *v >= low - slack && *v <= high + slack;
                assert!(values.iter().all(inside), "{low} {high} {values:?}");
                let mut different = labels.clone();
                different.dedup();
                assert_eq!(different.len(), labels.len(), "{labels:?}");
            }
        }
    }

    #[test]
    fn months_fall_on_years() {
        assert_eq!(months(0.0, 61.0, 6).labels.join(" "), "0 12 24 36 48 60");
        assert_eq!(months(0.0, 2.0, 6).labels.join(" "), "0.0 0.5 1.0 1.5 2.0");
        assert_eq!(months(0.0, 9e9, 6).values.len(), 5);
    }

    #[test]
    fn logarithmic_ticks() {
        let labels = |low, high| logarithmic(low, high).labels.join(" ");
        assert_eq!(labels(0.3, 12.0), "0.5 1 2 5 10");
        assert_eq!(labels(0.8, 2.1), "1.0 1.5 2.0");
        assert_eq!(
            labels(1e-5, 1e3),
            "0.0001 0.01 1 100".replace("0.0001", "1×10⁻⁴")
        );
        assert!(logarithmic(1e-300, 1e300).values.len() <= 8);
    }
}
