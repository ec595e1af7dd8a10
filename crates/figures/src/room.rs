//! Where in a plot nothing is drawn, so that text can stand there.

use crate::canvas::Point;

/// The highest and the lowest place (the least and the largest number, since
/// places count downwards) of `lines` between `left` and `right`.
pub(crate) fn extent(lines: &[Vec<Point>], (left, right): Point) -> Option<(f64, f64)> {
    let pieces = lines.iter().flat_map(|line| line.windows(2));
    let ends = pieces.flat_map(|piece| within(piece[0], piece[1], (left, right)));
    let mut extent: Option<(f64, f64)> = None;
    for y in ends {
        let (high, low) = extent.unwrap_or((y, y));
        extent = Some((high.min(y), low.max(y)));
    }
    extent
}

/// Where the part of a piece between `left` and `right` starts and ends.
fn within(a: Point, b: Point, (left, right): Point) -> Vec<f64> {
    let (a, b) = if a.0 <= b.0 { (a, b) } else { (b, a) };
    if b.0 < left || a.0 > right {
        return Vec::new();
    }
    if a.0 == b.0 {
        return vec![a.1, b.1];
    }
    let y = |x: f64| a.1 + (x - a.0) / (b.0 - a.0) * (b.1 - a.1);
    vec![y(left.max(a.0)), y(right.min(b.0))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extents_are_those_of_the_part() {
        let lines = [
            vec![(0.0, 0.0), (10.0, 10.0), (10.0, 4.0), (20.0, 4.0)],
            vec![(30.0, 50.0)],
        ];
        assert_eq!(extent(&lines, (2.0, 5.0)), Some((2.0, 5.0)));
        assert_eq!(extent(&lines, (9.0, 40.0)), Some((4.0, 10.0)));
        assert_eq!(extent(&lines, (21.0, 40.0)), None);
    }
}
