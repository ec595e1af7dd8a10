/// The convex hull of points, counter-clockwise where y points up, without
/// points on its edges (Andrew's monotone chain). Points with a coordinate
/// that is not finite are left out. Fewer than 3 points where there is no
/// area.
pub fn convex(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut sorted: Vec<_> = points
        .iter()
        .copied()
        .filter(|p| p.0.is_finite() && p.1.is_finite())
        .collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let mut hull = half(sorted.iter().copied());
    let upper = half(sorted.iter().rev().copied());
    hull.pop();
    hull.extend(upper);
    hull.pop();
    hull
}

fn half(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut chain: Vec<(f64, f64)> = Vec::new();
    for p in points {
        while chain.len() >= 2 && cross(chain[chain.len() - 2], chain[chain.len() - 1], p) <= 0.0 {
            chain.pop();
        }
        chain.push(p);
    }
    chain
}

fn cross(o: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.0 - o.0) * (b.1 - o.1) - (a.1 - o.1) * (b.0 - o.0)
}

fn square(a: (f64, f64), b: (f64, f64)) -> f64 {
    (b.0 - a.0) * (b.0 - a.0) + (b.1 - a.1) * (b.1 - a.1)
}

/// Largest and smallest distance between two parallel lines that hold a convex
/// polygon between them (max and min caliper, Feret diameters). Both 0 for
/// fewer than 2 points; the smallest is 0 for a line.
pub fn calipers(hull: &[(f64, f64)]) -> (f64, f64) {
    let mut widest = 0.0f64;
    let mut narrowest = f64::INFINITY;
    for (i, &a) in hull.iter().enumerate() {
        let b = hull[(i + 1) % hull.len()];
        let length = square(a, b).sqrt();
        let mut height = 0.0f64;
        for &p in hull {
            widest = widest.max(square(a, p));
            height = height.max(cross(a, b, p).abs());
        }
        if length > 0.0 {
            narrowest = narrowest.min(height / length);
        }
    }
    (
        widest.sqrt(),
        if narrowest.is_finite() {
            narrowest
        } else {
            0.0
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_rectangle() {
        let points = [
            (0.0, 0.0),
            (4.0, 0.0),
            (2.0, 1.5),
            (4.0, 3.0),
            (0.0, 3.0),
            (2.0, 0.0),
        ];
        let hull = convex(&points);
        assert_eq!(hull, [(0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0)]);
        assert_eq!(calipers(&hull), (5.0, 3.0));
    }

    #[test]
    fn degenerate_points() {
        assert_eq!(calipers(&convex(&[])), (0.0, 0.0));
        assert_eq!(calipers(&convex(&[(1.0, 1.0), (1.0, 1.0)])), (0.0, 0.0));
        assert_eq!(
            calipers(&convex(&[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)])).1,
            0.0
        );
        assert_eq!(convex(&[(f64::NAN, 0.0), (1.0, 1.0)]).len(), 1);
    }

    proptest! {
        #[test]
        fn calipers_are_those_over_all_directions(
            points in prop::collection::vec((0i32..40, 0i32..40), 3..30),
        ) {
            let points: Vec<(f64, f64)> = points.into_iter().map(|(x, y)| (f64::from(x), f64::from(y))).collect();
            let (widest, narrowest) = calipers(&convex(&points));
            let widths: Vec<f64> = (0..3600)
                .map(|i| {
                    let (sin, cos) = (f64::from(i) * std::f64::consts::PI / 3600.0).sin_cos();
                    let along = points.iter().map(|p| p.0 * cos + p.1 * sin);
                    along.clone().fold(f64::NEG_INFINITY, f64::max) - along.fold(f64::INFINITY, f64::min)
                })
                .collect();
            let most = widths.iter().copied().fold(0.0, f64::max);
            let least = widths.iter().copied().fold(f64::INFINITY, f64::min);
            prop_assert!((widest - most).abs() < 1e-3 * (1.0 + most));
            prop_assert!(narrowest <= least + 1e-9 && least - narrowest < 0.06);
        }
    }
}
