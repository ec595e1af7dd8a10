//! Numbers, strings and rings as JSON.

use std::io::Write;

// Writing to a Vec cannot fail: its results are ignored below.

/// A string with its quotes.
pub(super) fn string(text: &mut Vec<u8>, value: &str) {
    let _ = serde_json::to_writer(text, value);
}

/// A number, or what QuPath writes where there is none: "NaN", "Infinity",
/// "-Infinity".
pub(super) fn value(text: &mut Vec<u8>, value: f64) {
    let _ = if value.is_nan() {
        text.write_all(b"\"NaN\"")
    } else if value.is_infinite() {
        let sign = if value < 0.0 { "-" } else { "" };
        write!(text, "\"{sign}Infinity\"")
    } else {
        // Single precision to the digits it has.
        let short = value as f32;
        if f64::from(short) == value {
            write!(text, "{short}")
        } else {
            write!(text, "{value}")
        }
    };
}

/// A closed ring, rounded to hundredths; points that fall together are one. Writes
/// nothing and gives `false` when fewer than three remain.
pub(super) fn ring(text: &mut Vec<u8>, points: impl Iterator<Item = (f64, f64)>) -> bool {
    let hundredths = |v: f64| (v * 100.0).round() as i64;
    let mut rounded: Vec<(i64, i64)> = points
        .map(|(x, y)| (hundredths(x), hundredths(y)))
        .collect();
    rounded.dedup();
    while rounded.len() > 1 && rounded.first() == rounded.last() {
        rounded.pop();
    }
    if rounded.len() < 3 {
        return false;
    }
    text.push(b'[');
    for (i, &(x, y)) in rounded.iter().chain(rounded.first()).enumerate() {
        text.extend(if i > 0 { &b",["[..] } else { b"[" });
        coordinate(text, x);
        text.push(b',');
        coordinate(text, y);
        text.push(b']');
    }
    text.push(b']');
    true
}

/// Points of an outline that are left out lie this near to the line between those
/// that are kept, um: a fifth of a pixel of detection.
const THINNED_UM: f32 = 0.1;

/// The outline of a cell, um, without points that hardly bend it.
pub(super) fn thinned(points: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let mut kept: Vec<(f32, f32)> = Vec::with_capacity(points.len() / 2);
    let mut from = 0;
    for to in 0..points.len() {
        // What lies between the last point that is kept and the next one.
        let next = points[(to + 1) % points.len()];
        let between = &points[from..=to];
        let bends = between
            .iter()
            .any(|&p| distance(p, points[from], next) > THINNED_UM);
        if to == 0 || bends {
            kept.push(points[to]);
            from = to;
        }
    }
    kept
}

/// From a point to the piece of line between two others.
fn distance(p: (f32, f32), a: (f32, f32), b: (f32, f32)) -> f32 {
    let (along, to) = ((b.0 - a.0, b.1 - a.1), (p.0 - a.0, p.1 - a.1));
    let square = along.0 * along.0 + along.1 * along.1;
    let share = if square > 0.0 {
        ((along.0 * to.0 + along.1 * to.1) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (dx, dy) = (to.0 - share * along.0, to.1 - share * along.1);
    (dx * dx + dy * dy).sqrt()
}

/// A number of hundredths without trailing zeros.
fn coordinate(text: &mut Vec<u8>, hundredths: i64) {
    let (whole, part) = (
        hundredths.unsigned_abs() / 100,
        hundredths.unsigned_abs() % 100,
    );
    let sign = if hundredths < 0 { "-" } else { "" };
    let _ = match (part, part % 10) {
        (0, _) => write!(text, "{sign}{whole}"),
        (_, 0) => write!(text, "{sign}{whole}.{}", part / 10),
        _ => write!(text, "{sign}{whole}.{part:02}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut text = Vec::new();
        write(&mut text);
        String::from_utf8(text).expect("is text")
    }

    #[test]
    fn numbers_are_short() {
        let all = [0, 5, 50, 100, 1234, -7, -250].map(|h| written(|t| coordinate(t, h)));
        assert_eq!(all, ["0", "0.05", "0.5", "1", "12.34", "-0.07", "-2.5"]);
        let all = [f64::from(0.1f32), 0.1, 2.0, f64::NAN, f64::NEG_INFINITY];
        let all = all.map(|v| written(|t| value(t, v)));
        assert_eq!(all, ["0.1", "0.1", "2", "\"NaN\"", "\"-Infinity\""]);
    }

    #[test]
    fn rings_close_and_lines_are_none() {
        let square = [
            (0.0, 0.0),
            (1.0, 0.0),
            (1.001, 0.0),
            (1.0, 1.5),
            (0.0, 0.001),
        ];
        let text = written(|t| assert!(ring(t, square.into_iter())));
        assert_eq!(text, "[[0,0],[1,0],[1,1.5],[0,0]]");
        let line = [(0.0, 0.0), (1.0, 0.0), (1.001, 0.0)];
        assert_eq!(written(|t| assert!(!ring(t, line.into_iter()))), "");
    }

    #[test]
    fn outlines_keep_their_corners() {
        let square: Vec<(f32, f32)> = (0..40)
            .map(|i| (i / 10, (i % 10) as f32))
            .map(|(side, along)| match side {
                0 => (along, 0.0),
                1 => (10.0, along),
                2 => (10.0 - along, 10.05),
                _ => (0.05, 10.0 - along),
            })
            .collect();
        let corners = thinned(&square);
        assert_eq!(corners.len(), 4, "{corners:?}");
        assert_eq!(thinned(&square[..1]), square[..1]);
        assert!(thinned(&[]).is_empty());
    }

    #[test]
    fn strings_are_escaped() {
        assert_eq!(
            written(|t| string(t, "a\"b\\\u{1}µ")),
            "\"a\\\"b\\\\\\u0001µ\""
        );
    }
}
