//! The smallest ellipsoid around a region.

use crate::hull::Hull;
use crate::jacobi::eigenvalues;
use crate::vector::{cross, dot, minus};

/// How far outside of the ellipsoid, as a fraction of the squared distance, a
/// point may lie when the search ends; it is then blown up to hold it.
const TOLERANCE: f64 = 1e-9;
/// More rounds than any hull has needed, so that the search ends.
const MAX_ROUNDS: usize = 10_000;
/// Steps with the points that have a weight, between two looks at all others.
const STEPS_BETWEEN: usize = 200;

/// Semi-axes in mm, ascending, of the ellipsoid of least volume that holds a
/// hull; NaN if spacings overflow.
///
/// Khachiyan's algorithm with steps away from points that don't matter (Todd
/// and Yildirim 2007), to 1e-9 of the squared distances. With the 0.001 that
/// IBSI mentions, the volume would be as uncertain as that.
pub(crate) fn semi_axes_mm(hull: &Hull, spacing_mm: [f64; 3]) -> [f64; 3] {
    // Any affine map takes the ellipsoid to the image's. This one makes the
    // numbers small.
    let low: [i64; 3] =
        std::array::from_fn(|i| hull.corners.iter().map(|p| p[i]).min().unwrap_or(0));
    let high: [i64; 3] =
        std::array::from_fn(|i| hull.corners.iter().map(|p| p[i]).max().unwrap_or(0));
    let half: [f64; 3] = std::array::from_fn(|i| (high[i] - low[i]) as f64 / 2.0);
    let place = |p: &[i64; 3]| -> [f64; 3] {
        std::array::from_fn(|i| (p[i] - low[i]) as f64 / half[i] - 1.0)
    };
    let points: Vec<[f64; 3]> = hull.corners.iter().map(place).collect();
    let (weights, reach) = weigh(&points);

    let mean = |f: &dyn Fn(&[f64; 3]) -> f64| -> f64 {
        points.iter().zip(&weights).map(|(p, w)| w * f(p)).sum()
    };
    let centre: [f64; 3] = std::array::from_fn(|i| mean(&|p| p[i]));
    let scale: [f64; 3] = std::array::from_fn(|i| half[i] * 0.5 * spacing_mm[i]);
    let spread = std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            let about_centre = mean(&|p| (p[i] - centre[i]) * (p[j] - centre[j]));
            about_centre * scale[i] * scale[j]
        })
    });
    eigenvalues(spread).map(|value| (value * reach).sqrt())
}

/// Weights of the points whose mean and covariance are those of the ellipsoid,
/// and the largest squared distance from the mean in units of the covariance.
fn weigh(points: &[[f64; 3]]) -> (Vec<f64>, f64) {
    let mut weights = vec![0.0; points.len()];
    let start = far_apart(points);
    for &i in &start {
        weights[i] += 1.0 / start.len() as f64;
    }
    let mut weighing = Weighing {
        points: points.iter().map(|&[x, y, z]| [x, y, z, 1.0]).collect(),
        weights,
    };
    let all: Vec<usize> = (0..points.len()).collect();
    let mut found = weighing.look(&all);
    for _ in 0..MAX_ROUNDS {
        if found.excess() <= TOLERANCE || !found.excess().is_finite() {
            break;
        }
        weighing.shift(&found);
        // A few points bear the ellipsoid; let them settle before the rest is
        // asked again.
        let weights = &weighing.weights;
        let bearing: Vec<usize> = all.iter().copied().filter(|&i| weights[i] > 0.0).collect();
        for _ in 0..STEPS_BETWEEN {
            let found = weighing.look(&bearing);
            if found.excess() <= TOLERANCE / 2.0 {
                break;
            }
            weighing.shift(&found);
        }
        found = weighing.look(&all);
    }
    (weighing.weights, found.far.0 - 1.0)
}

struct Weighing {
    /// With a fourth coordinate of 1.
    points: Vec<[f64; 4]>,
    weights: Vec<f64>,
}

/// Distance and index of the farthest point and of the nearest that has a
/// weight; in the end both distances are 4.
struct Extremes {
    far: (f64, usize),
    near: (f64, usize),
}

impl Extremes {
    fn excess(&self) -> f64 {
        self.far.0 / 4.0 - 1.0
    }
}

impl Weighing {
    fn look(&self, among: &[usize]) -> Extremes {
        let mut sum = [[0.0; 4]; 4];
        for (&weight, point) in self.weights.iter().zip(&self.points) {
            if weight > 0.0 {
                add(&mut sum, weight, point);
            }
        }
        let form = inverse(sum);
        let (mut far, mut near) = ((f64::NEG_INFINITY, 0), (f64::INFINITY, 0));
        for &i in among {
            let distance = value(&form, &self.points[i]);
            if distance > far.0 {
                far = (distance, i);
            }
            if self.weights[i] > 0.0 && distance < near.0 {
                near = (distance, i);
            }
        }
        Extremes { far, near }
    }

    /// Moves weight to the farthest point, or away from the nearest, whichever
    /// is more out of place.
    fn shift(&mut self, &Extremes { far, near }: &Extremes) {
        // The fraction of the whole weight that best moves to a point; negative
        // away from it.
        let best = |distance: f64| (distance - 4.0) / (4.0 * (distance - 1.0));
        let (fraction, at) = if far.0 - 4.0 >= 4.0 - near.0 {
            (best(far.0), far.1)
        } else {
            let all = -self.weights[near.1] / (1.0 - self.weights[near.1]);
            let wanted = if near.0 > 1.0 { best(near.0) } else { all };
            (wanted.max(all), near.1)
        };
        for weight in &mut self.weights {
            *weight *= 1.0 - fraction;
        }
        self.weights[at] += fraction;
        if self.weights[at] < 1e-15 {
            self.weights[at] = 0.0;
        }
    }
}

/// The ends of the points along three directions, each at right angles to the
/// lines between the ends before (Kumar and Yildirim 2005): never in a plane.
fn far_apart(points: &[[f64; 3]]) -> Vec<usize> {
    let ends = |d: [f64; 3]| {
        let along = |&i: &usize| dot(points[i], d);
        let low = (0..points.len()).min_by(|a, b| along(a).total_cmp(&along(b)));
        let high = (0..points.len()).max_by(|a, b| along(a).total_cmp(&along(b)));
        [low.unwrap_or(0), high.unwrap_or(0)]
    };
    let line = |[a, b]: [usize; 2]| minus(points[b], points[a]);
    let first = ends([1.0, 0.0, 0.0]);
    let across = line(first);
    let helper = if across[1].abs() < across[2].abs() {
        [0.0, 1.0, 0.0]
    } else {
        [0.0, 0.0, 1.0]
    };
    let second = ends(cross(across, helper));
    let third = ends(cross(across, line(second)));
    [first, second, third].concat()
}

/// Adds a weighted point's products to their sum.
fn add(sum: &mut [[f64; 4]; 4], weight: f64, point: &[f64; 4]) {
    for (row, a) in sum.iter_mut().zip(point) {
        for (entry, b) in row.iter_mut().zip(point) {
            *entry += weight * a * b;
        }
    }
}

fn value(form: &[[f64; 4]; 4], p: &[f64; 4]) -> f64 {
    let row = |i: usize| form[i][0] * p[0] + form[i][1] * p[1] + form[i][2] * p[2] + form[i][3];
    row(0) * p[0] + row(1) * p[1] + row(2) * p[2] + row(3)
}

/// Inverse of a positive definite matrix (Gauss and Jordan, which needs no
/// exchange of rows here).
fn inverse(mut a: [[f64; 4]; 4]) -> [[f64; 4]; 4] {
    for k in 0..4 {
        let pivot = a[k][k];
        a[k][k] = 1.0;
        a[k].iter_mut().for_each(|entry| *entry /= pivot);
        for i in (0..4).filter(|&i| i != k) {
            let factor = a[i][k];
            a[i][k] = 0.0;
            let row = a[k];
            for (entry, above) in a[i].iter_mut().zip(row) {
                *entry -= factor * above;
            }
        }
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ellipsoid::volume_mm3;

    fn axes(points: &[[i32; 3]], spacing: [f64; 3]) -> [f64; 3] {
        semi_axes_mm(&Hull::of(points).unwrap(), spacing)
    }

    #[test]
    fn box_and_tetrahedron() {
        // Around a box: semi-axes sqrt(3) / 2 times the sides.
        let cube: Vec<[i32; 3]> = (0..8)
            .map(|i| [2 * (i & 1), 4 * (i >> 1 & 1), 6 * (i >> 2)])
            .collect();
        for spacing in [[1.0; 3], [1e-3, 1.0, 1e3]] {
            let found = axes(&cube, spacing);
            for i in 0..3 {
                let side = (i + 1) as f64 * spacing[i];
                assert!((found[i] / (side * 0.75f64.sqrt()) - 1.0).abs() < 1e-6);
            }
        }
        // Around a regular tetrahedron: its circumsphere.
        let found = axes(&[[0, 0, 0], [2, 2, 0], [2, 0, 2], [0, 2, 2]], [1.0; 3]);
        assert!(
            found
                .iter()
                .all(|axis| (axis / 0.75f64.sqrt() - 1.0).abs() < 1e-6)
        );
    }

    #[test]
    fn ball_of_voxels() {
        let ball: Vec<[i32; 3]> = (0..41 * 41 * 41)
            .map(|i| [i % 41 - 20, i / 41 % 41 - 20, i / 1681 - 20])
            .filter(|p| p.iter().map(|c| c * c).sum::<i32>() <= 400)
            .collect();
        let found = axes(&ball, [2.0, 2.0, 6.0]);
        // 20 half voxels; the points on the axes touch the sphere.
        assert!((volume_mm3(found) / volume_mm3([20.0, 20.0, 60.0]) - 1.0).abs() < 1e-5);
    }
}
