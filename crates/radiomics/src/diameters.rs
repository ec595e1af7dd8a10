//! Largest distances between points of a surface.

/// Largest distances in mm between surface vertices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diameters {
    /// Between any two (IBSI L0JK).
    pub space_mm: f64,
    /// Between two with the same x, y or z: `plane_mm[axis]`.
    pub plane_mm: [f64; 3],
}

/// The diameters of points (x, y, z) in half voxels; 0 for fewer than two.
///
/// Exact, without comparing all pairs: the ends of a longest distance are
/// corners of the convex hull; a corner of the hull in space is a corner of
/// the hull in each of the three axis planes through it; and the few points
/// left are compared from the outermost inwards.
pub fn diameters(points: &[[i32; 3]], spacing_mm: [f64; 3]) -> Diameters {
    let mut plane_mm = [0.0; 3];
    let mut corners: Option<Vec<[i32; 3]>> = None;
    for (axis, largest) in plane_mm.iter_mut().enumerate() {
        let mut of_planes = Vec::new();
        for hull in plane_hulls(points.to_vec(), axis) {
            *largest = farthest(&hull, spacing_mm).max(*largest);
            of_planes.extend(hull);
        }
        of_planes.sort_unstable();
        corners = Some(match corners {
            None => of_planes,
            Some(mut kept) => {
                kept.retain(|point| of_planes.binary_search(point).is_ok());
                kept
            }
        });
    }
    let space_mm = farthest(&corners.unwrap_or_default(), spacing_mm);
    Diameters { space_mm, plane_mm }
}

/// The points that may be corners of the convex hull in space, all of these
/// among them.
pub(crate) fn outermost(points: &[[i32; 3]]) -> Vec<[i32; 3]> {
    (0..3).fold(points.to_vec(), |kept, axis| {
        plane_hulls(kept, axis).into_iter().flatten().collect()
    })
}

/// Corners of the convex hulls of the points in each plane across an axis.
fn plane_hulls(mut points: Vec<[i32; 3]>, axis: usize) -> Vec<Vec<[i32; 3]>> {
    let (u, v) = ((axis + 1) % 3, (axis + 2) % 3);
    points.sort_unstable_by_key(|p| (p[axis], p[u], p[v]));
    let planes = points.chunk_by(|a, b| a[axis] == b[axis]);
    planes.map(|plane| hull_corners(plane, u, v)).collect()
}

/// Corners of the convex hull of points in a plane, sorted by u, then v
/// (Andrew's monotone chains, in whole numbers).
fn hull_corners(sorted: &[[i32; 3]], u: usize, v: usize) -> Vec<[i32; 3]> {
    if sorted.len() < 3 {
        return sorted.to_vec();
    }
    let turn = |a: &[i32; 3], b: &[i32; 3], c: &[i32; 3]| {
        let along = |p: &[i32; 3], axis: usize| i64::from(p[axis]) - i64::from(a[axis]);
        along(b, u) * along(c, v) - along(b, v) * along(c, u)
    };
    let mut hull: Vec<[i32; 3]> = Vec::new();
    let mut chain = |points: &mut dyn Iterator<Item = &[i32; 3]>| {
        let start = hull.len();
        for point in points {
            while hull.len() >= start + 2
                && turn(&hull[hull.len() - 2], &hull[hull.len() - 1], point) <= 0
            {
                hull.pop();
            }
            hull.push(*point);
        }
        // The last point opens the next chain.
        hull.pop();
    };
    chain(&mut sorted.iter());
    chain(&mut sorted.iter().rev());
    hull
}

/// Largest distance in mm among points in half voxels; 0 for fewer than two.
pub(crate) fn farthest(points: &[[i32; 3]], spacing_mm: [f64; 3]) -> f64 {
    let Some(n) = std::num::NonZeroUsize::new(points.len()) else {
        return 0.0;
    };
    let placed = points.iter().map(|p| -> [f64; 3] {
        std::array::from_fn(|axis| f64::from(p[axis]) * 0.5 * spacing_mm[axis])
    });
    let placed: Vec<_> = placed.collect();
    let centre: [f64; 3] =
        std::array::from_fn(|axis| placed.iter().map(|p| p[axis]).sum::<f64>() / n.get() as f64);
    let mut outermost: Vec<(f64, [f64; 3])> = placed
        .iter()
        .map(|p| (squared(p, &centre).sqrt(), *p))
        .collect();
    outermost.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut best = 0.0f64;
    for (i, (radius, point)) in outermost.iter().enumerate() {
        // Two points are at most the sum of their radii apart.
        let reach = best.sqrt() - radius;
        let partners = outermost[..i]
            .iter()
            .take_while(|(other, _)| *other > reach);
        best = partners.fold(best, |best, (_, other)| best.max(squared(point, other)));
    }
    best.sqrt()
}

fn squared(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    (0..3).map(|i| (a[i] - b[i]) * (a[i] - b[i])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_all_pairs(points: &[[i32; 3]], spacing: [f64; 3]) -> Diameters {
        let mut best = Diameters {
            space_mm: 0.0,
            plane_mm: [0.0; 3],
        };
        for a in points {
            for b in points {
                let d = squared(
                    &std::array::from_fn(|i| f64::from(a[i]) * 0.5 * spacing[i]),
                    &std::array::from_fn(|i| f64::from(b[i]) * 0.5 * spacing[i]),
                )
                .sqrt();
                best.space_mm = best.space_mm.max(d);
                for axis in 0..3 {
                    if a[axis] == b[axis] {
                        best.plane_mm[axis] = best.plane_mm[axis].max(d);
                    }
                }
            }
        }
        best
    }

    #[test]
    fn few_points() {
        assert_eq!(diameters(&[], [1.0; 3]).space_mm, 0.0);
        assert_eq!(diameters(&[[1, 2, 3]], [1.0; 3]).space_mm, 0.0);
        let two = diameters(&[[0, 0, 0], [6, 8, 0]], [1.0; 3]);
        assert_eq!((two.space_mm, two.plane_mm), (5.0, [0.0, 0.0, 5.0]));
        let line = diameters(&[[0, 0, 0], [2, 0, 0], [4, 0, 0], [6, 0, 0]], [2.0; 3]);
        assert_eq!(line.space_mm, 6.0);
    }

    proptest::proptest! {
        #[test]
        fn equals_the_comparison_of_all_pairs(
            points in proptest::collection::hash_set(proptest::array::uniform3(0i32..12), 0..150),
            spacing in proptest::array::uniform3(0.3f64..4.0),
        ) {
            let mut points: Vec<_> = points.into_iter().collect();
            points.sort_unstable();
            let (fast, slow) = (diameters(&points, spacing), by_all_pairs(&points, spacing));
            proptest::prop_assert!((fast.space_mm - slow.space_mm).abs() < 1e-12);
            for axis in 0..3 {
                proptest::prop_assert!((fast.plane_mm[axis] - slow.plane_mm[axis]).abs() < 1e-12);
            }
        }
    }
}
