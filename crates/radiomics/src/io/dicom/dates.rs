//! Dates and times to seconds.

/// Seconds from an arbitrary but fixed moment of a date (`YYYYMMDD`) and a
/// time (`HHMMSS.FFFFFF`).
pub(super) fn seconds(date: &str, time: &str) -> Option<f64> {
    Some(day(date)? * 86_400.0 + of_day(time)?)
}

/// The same of a date and time in one (`YYYYMMDDHHMMSS.FFFFFF&ZZXX`), without
/// its offset from universal time: all times of a series are of one place.
pub(super) fn of_moment(moment: &str) -> Option<f64> {
    let local = moment.split(['+', '-']).next()?;
    let (date, time) = local.split_at_checked(8)?;
    seconds(date, time)
}

/// Days from an arbitrary moment, by the Gregorian calendar.
fn day(date: &str) -> Option<f64> {
    let digits: String = date.chars().filter(|&c| c != '.' && c != '-').collect();
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years from March on, so that the leap day comes last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some((365 * year + leap_days + (153 * month + 2) / 5 + day) as f64)
}

/// Seconds since midnight; minutes and seconds may be missing.
pub(super) fn of_day(time: &str) -> Option<f64> {
    let compact: String = time.trim().chars().filter(|&c| c != ':').collect();
    let (whole, fraction) = compact.split_once('.').unwrap_or((&compact, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !matches!(whole.len(), 2 | 4 | 6) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| {
        whole
            .get(range)
            .map_or(Some(0.0), |text| text.parse::<f64>().ok())
    };
    let (hours, minutes, seconds) = (part(0..2)?, part(2..4)?, part(4..6)?);
    let fraction: f64 = format!("0.{fraction}0").parse().ok()?;
    (hours < 24.0 && minutes < 60.0 && seconds < 61.0)
        .then_some(hours * 3600.0 + minutes * 60.0 + seconds + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_of_moments() {
        let since = |a: &str, b: &str| of_moment(b).unwrap() - of_moment(a).unwrap();
        assert_eq!(since("20240228235959", "20240301000000"), 86_401.0);
        assert_eq!(since("20230228235959", "20230301000000.5+0100"), 1.5);
        assert_eq!(
            seconds("2023.12.31", "10:00:30"),
            seconds("20231231", "100030")
        );
        for bad in ["2023", "20231301", "2023123x", ""] {
            assert_eq!(seconds(bad, "10"), None);
        }
        for bad in ["1", "250000", "10:xx", ""] {
            assert_eq!(of_day(bad), None);
        }
    }
}
