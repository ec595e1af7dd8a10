//! Curves and bands as corners of steps, in time and survival.

use super::Curve;
use crate::canvas::Point;

/// Time up to which the curve is known.
pub(super) fn end(curve: &Curve) -> f64 {
    let times = [curve.all_times, curve.time, curve.censored];
    times.into_iter().flatten().copied().fold(0.0, f64::max)
}

/// The corners of the curve, from (0, 1) to its end.
pub(super) fn line(curve: &Curve) -> Vec<Point> {
    let mut corners = vec![(0.0, 1.0)];
    let mut level = 1.0;
    for (&time, &survival) in curve.time.iter().zip(curve.survival) {
        corners.push((time, level));
        level = survival.clamp(0.0, 1.0);
        corners.push((time, level));
    }
    corners.push((end(curve), level));
    corners
}

/// Survival at a time: that of the last step until then.
pub(super) fn survival_at(curve: &Curve, time: f64) -> f64 {
    let steps = curve.time.partition_point(|step| *step <= time);
    match steps {
        0 => 1.0,
        _ => curve.survival[steps - 1].clamp(0.0, 1.0),
    }
}

/// The outlines of the confidence band, one for every run of steps that have
/// an interval.
pub(super) fn bands(curve: &Curve) -> Vec<Vec<Point>> {
    // From each step to the next: start, end, lower and upper limit.
    let ends = curve.time.iter().skip(1).copied().chain([end(curve)]);
    let limits = curve.ci_low.iter().zip(curve.ci_high);
    let pieces: Vec<(Point, Point)> = curve
        .time
        .iter()
        .copied()
        .zip(ends)
        .zip(limits.map(|(low, high)| (*low, *high)))
        .collect();
    let known = |piece: &(Point, Point)| !piece.1.0.is_nan() && !piece.1.1.is_nan();
    let runs = pieces.chunk_by(|a, b| known(a) == known(b));
    runs.filter(|run| known(&run[0])).map(outline).collect()
}

/// Forth along the upper limits, back along the lower ones.
fn outline(run: &[(Point, Point)]) -> Vec<Point> {
    let edge = |limit: fn(Point) -> f64| {
        run.iter().flat_map(move |&((start, end), limits)| {
            let level = limit(limits).clamp(0.0, 1.0);
            [(start, level), (end, level)]
        })
    };
    let mut outline: Vec<Point> = edge(|limits| limits.1).collect();
    let lower: Vec<Point> = edge(|limits| limits.0).collect();
    outline.extend(lower.into_iter().rev());
    outline
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVE: Curve = Curve {
        label: "",
        time: &[1.0, 3.0, 4.0],
        survival: &[0.8, 0.5, 0.2],
        ci_low: &[0.6, f64::NAN, 0.1],
        ci_high: &[0.9, 0.7, 0.4],
        censored: &[],
        all_times: &[1.0, 6.0],
    };

    #[test]
    fn steps_belong_to_the_later_side() {
        let corners = line(&CURVE);
        assert_eq!(
            corners[..4],
            [(0.0, 1.0), (1.0, 1.0), (1.0, 0.8), (3.0, 0.8)]
        );
        assert_eq!(corners[7], (6.0, 0.2));
        let at = [0.5, 1.0, 3.5, 9.0].map(|time| survival_at(&CURVE, time));
        assert_eq!(at, [1.0, 0.8, 0.5, 0.2]);
    }

    #[test]
    fn bands_are_broken_where_a_limit_is_missing() {
        let first = [(1.0, 0.9), (3.0, 0.9), (3.0, 0.6), (1.0, 0.6)];
        let second = [(4.0, 0.4), (6.0, 0.4), (6.0, 0.1), (4.0, 0.1)];
        assert_eq!(bands(&CURVE), [first.to_vec(), second.to_vec()]);
    }
}
