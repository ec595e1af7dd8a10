//! Numbers as text, both ways.

/// Text of a finite number: the shortest that reads back to the same value;
/// an exponent for very large and very small ones. NaN gives `NA`.
pub fn format(x: f64) -> String {
    let magnitude = x.abs();
    if x.is_nan() {
        "NA".to_owned()
    } else if magnitude != 0.0 && !(1e-5..1e16).contains(&magnitude) {
        format!("{x:e}")
    } else {
        format!("{x}")
    }
}

/// True for the ways to write a missing value: nothing, `NA`, `NaN`, in any
/// case.
pub fn is_missing(cell: &str) -> bool {
    cell.is_empty() || cell.eq_ignore_ascii_case("na") || cell.eq_ignore_ascii_case("nan")
}

/// A finite number, or why the cell isn't one.
///
/// # Errors
/// A phrase that follows the cell's text: for infinities, and for anything
/// that isn't a number.
pub fn parse(cell: &str) -> Result<f64, &'static str> {
    match cell.parse::<f64>() {
        Ok(x) if x.is_finite() => Ok(x),
        Ok(_) => {
            Err("is infinite or no finite number; write a finite number, or NA where there is none")
        }
        Err(_) => Err("is not a number; write a number with a decimal point, or NA"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_text_where_it_is_readable() {
        let cases = [
            (0.0, "0"),
            (1.0, "1"),
            (-0.25, "-0.25"),
            (1e-7, "1e-7"),
            (1e300, "1e300"),
        ];
        for (x, text) in cases {
            assert_eq!(format(x), text);
        }
        assert_eq!(format(f64::NAN), "NA");
    }

    #[test]
    fn infinity_is_refused_however_it_is_written() {
        for cell in ["inf", "-Inf", "INFINITY", "1e999"] {
            assert!(parse(cell).is_err(), "{cell}");
        }
    }

    proptest! {
        #[test]
        fn every_finite_number_survives(bits: u64) {
            let x = f64::from_bits(bits);
            prop_assume!(x.is_finite());
            prop_assert_eq!(parse(&format(x)).unwrap().to_bits(), x.to_bits());
        }
    }
}
