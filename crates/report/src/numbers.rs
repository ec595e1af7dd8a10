//! Numbers as a reader wants them: few digits, a true minus sign, p without its
//! leading zero, and never rounded onto the value that decides.

/// What stands in a table where there is no number.
pub(crate) const NONE: &str = "–";

/// So many decimals; no negative zero.
pub(crate) fn fixed(x: f64, decimals: usize) -> String {
    let text = format!("{x:.decimals$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.bytes().all(|b| matches!(b, b'0' | b'.')) => zero.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// Two decimals; more where two would show the null value for one that isn't.
pub(crate) fn beside(x: f64, null: f64) -> String {
    let plain = fixed(x, 2);
    if x == null || plain != fixed(null, 2) {
        return plain;
    }
    (3..=5)
        .map(|decimals| (fixed(x, decimals), fixed(null, decimals)))
        .find_map(|(text, null)| (text != null).then_some(text))
        .unwrap_or(plain)
}

/// So many significant digits, thousands grouped: 0.0123, 1.2, 12, 12,345.
pub(crate) fn significant(x: f64, digits: i32) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    let decimals = digits - 1 - x.abs().log10().floor() as i32;
    let text = fixed(x, usize::try_from(decimals).unwrap_or(0));
    group(&text)
}

/// A ratio of hazards or odds: two decimals around 1, three digits beyond 10.
pub(crate) fn ratio(x: f64) -> String {
    match x {
        x if x >= 10.0 => significant(x, 3),
        x if x < 0.1 => significant(x, 2),
        _ => beside(x, 1.0),
    }
}

/// A count with grouped thousands.
pub(crate) fn count(n: usize) -> String {
    group(&n.to_string())
}

/// A noun after its number: `1 patient`, `1,200 patients`.
pub(crate) fn counted(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(n))
}

fn group(text: &str) -> String {
    let (sign, text) = match text.strip_prefix('−') {
        Some(rest) => ("−", rest),
        None => ("", text),
    };
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

/// A p-value in a table: `.43`, `.0034`, `< .001`, `> .99`.
pub(crate) fn p(p: f64) -> String {
    if p < 0.001 {
        return "< .001".to_owned();
    }
    if p > 0.99 {
        return "> .99".to_owned();
    }
    let decimals = match p {
        p if p < 0.01 => 4,
        p if p < 0.1 => 3,
        _ => 2,
    };
    // What is below .05 never reads as .050.
    let reads_as_level =
        |decimals: &usize| p != 0.05 && fixed(p, *decimals) == fixed(0.05, *decimals);
    let decimals = (decimals..6)
        .find(|decimals| !reads_as_level(decimals))
        .unwrap_or(6);
    let text = fixed(p, decimals);
    text.trim_start_matches('0').to_owned()
}

/// A p-value after the letter p: `= .43`, `< .001`.
pub(crate) fn p_is(value: f64) -> String {
    match p(value) {
        text if text.starts_with(['<', '>']) => text,
        text => format!("= {text}"),
    }
}

/// A p-value that may be missing, in a table.
pub(crate) fn p_or_none(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), p)
}

/// A number that may be missing.
pub(crate) fn or_none(x: Option<f64>, format: impl Fn(f64) -> String) -> String {
    x.map_or_else(|| NONE.to_owned(), format)
}

/// The middle of a sorted list; the mean of the two middle ones.
pub(crate) fn median(sorted: &[f64]) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    Some(f64::midpoint(sorted[last / 2], sorted[sorted.len() / 2]))
}

/// Things in a row: `a`, `a and b`, `a, b and c`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// A value with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    /// The value.
    pub value: Option<f64>,
    /// Lower and upper limit; both or none.
    pub limits: Option<(f64, f64)>,
}

impl Estimate {
    /// An interval with one limit missing is none.
    pub fn new(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> Self {
        Self {
            value,
            limits: low.zip(high),
        }
    }

    /// `0.81 (0.70 to 0.91)`; the value alone where there is no interval.
    pub fn short(&self, format: impl Fn(f64) -> String) -> String {
        self.worded("", "", format)
    }

    /// `0.81 (95 % interval 0.70 to 0.91)`.
    pub fn long(&self, format: impl Fn(f64) -> String) -> String {
        self.worded("95 % interval ", "", format)
    }

    /// `0.81 (0.70 to 0.91; p = .003)`.
    pub fn with_p(&self, p: Option<f64>, name: &str, format: impl Fn(f64) -> String) -> String {
        let p = p.map_or(String::new(), |p| format!("{name} {}", p_is(p)));
        self.worded("", &p, format)
    }

    fn worded(&self, before: &str, after: &str, format: impl Fn(f64) -> String) -> String {
        let Some(value) = self.value.map(&format) else {
            return NONE.to_owned();
        };
        let limits = self
            .limits
            .map(|(low, high)| format!("{before}{} to {}", format(low), format(high)));
        let inside: Vec<String> = limits
            .into_iter()
            .chain((!after.is_empty()).then(|| after.to_owned()))
            .collect();
        if inside.is_empty() {
            value
        } else {
            format!("{value} ({})", inside.join("; "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_digits() {
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(fixed(-0.127, 2), "−0.13");
        assert_eq!(significant(0.012_34, 2), "0.012");
        assert_eq!(significant(12_345.6, 3), "12,346");
        assert_eq!(significant(8.0, 2), "8.0");
        assert_eq!(
            [999, 1_000, 1_234_567].map(count),
            ["999", "1,000", "1,234,567"]
        );
        assert_eq!(ratio(7_858.15), "7,858");
    }

    #[test]
    fn no_limit_is_rounded_onto_the_value_that_decides() {
        assert_eq!(beside(0.504, 0.5), "0.504");
        assert_eq!(beside(0.4996, 0.5), "0.4996");
        assert_eq!(beside(0.5, 0.5), "0.50");
        assert_eq!(beside(0.81, 0.5), "0.81");
        assert_eq!(ratio(1.002), "1.002");
        assert_eq!(beside(-0.002, 0.0), "−0.002");
    }

    #[test]
    fn p_values() {
        let cases = [
            (0.000_5, "< .001"),
            (0.003_4, ".0034"),
            (0.018_7, ".019"),
            (0.049_6, ".0496"),
            (0.05, ".050"),
            (0.43, ".43"),
            (0.995, "> .99"),
        ];
        for (value, text) in cases {
            assert_eq!(p(value), text, "{value}");
        }
        assert_eq!((p_is(0.43), p_is(0.0)), ("= .43".into(), "< .001".into()));
    }

    #[test]
    fn estimates() {
        let two = |x: f64| fixed(x, 2);
        let whole = Estimate::new(Some(0.81), Some(0.7), Some(0.91));
        assert_eq!(whole.long(two), "0.81 (95 % interval 0.70 to 0.91)");
        assert_eq!(
            whole.with_p(Some(0.003), "p", two),
            "0.81 (0.70 to 0.91; p = .0030)"
        );
        let half = Estimate::new(Some(0.81), Some(0.7), None);
        assert_eq!(half.short(two), "0.81");
        assert_eq!(Estimate::new(None, None, None).short(two), NONE);
    }

    #[test]
    fn medians_and_lists() {
        assert_eq!(median(&[1.0, 2.0, 4.0]), Some(2.0));
        assert_eq!(median(&[1.0, 2.0]), Some(1.5));
        assert_eq!(median(&[]), None);
        assert_eq!(list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }
}
