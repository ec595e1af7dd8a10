//! The smallest box around a region, however it is turned.

use rayon::prelude::*;

use crate::hull::{Edge, Hull};
use crate::vector::{cross, dot, minus};

/// How many boxes on a facet of the hull are turned on.
const STARTS: usize = 16;
/// Turning on stops when a box shrinks by less than this fraction.
const GAIN: f64 = 1e-9;
/// Corners of an outline that are looked at at once.
const LANES: usize = 8;

/// Sides in mm of an oriented box of least volume around a hull.
///
/// For each facet, the smallest of the boxes with a face on it: the hull seen
/// along the facet's normal has its smallest rectangle on one of its sides
/// (Freeman and Shapira 1975). The smallest of these boxes, and the
/// axis-aligned one, are then turned about each of their axes, again and again, to the
/// smallest rectangle seen along it. The box is never larger than the smallest
/// on a facet; that there is none smaller yet (O'Rourke 1985) isn't proven.
pub(crate) fn smallest_box_mm(hull: &Hull, spacing_mm: [f64; 3]) -> [f64; 3] {
    let solid = Solid::new(hull, spacing_mm);
    let mut directions = facing_directions(hull, spacing_mm);
    directions.extend([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    let mut boxes: Vec<TurnedBox> = directions
        .into_par_iter()
        .map(|direction| solid.box_along(direction))
        .collect();
    boxes.sort_by(|a, b| a.volume().total_cmp(&b.volume()));
    boxes.truncate(STARTS);
    boxes
        .into_iter()
        .map(|start| solid.turn_on(start))
        .min_by(|a, b| a.volume().total_cmp(&b.volume()))
        .map_or([f64::NAN; 3], |smallest| smallest.sides_mm)
}

#[derive(Debug, Clone, Copy)]
struct TurnedBox {
    axes: [[f64; 3]; 3],
    sides_mm: [f64; 3],
}

impl TurnedBox {
    fn volume(&self) -> f64 {
        self.sides_mm.iter().product()
    }
}

/// Unit normals of the hull in mm, one of each pair of opposite ones.
fn facing_directions(hull: &Hull, spacing_mm: [f64; 3]) -> Vec<[f64; 3]> {
    let mut whole: Vec<[i64; 3]> = hull
        .normals()
        .map(|normal| {
            let divisor = normal.iter().fold(0, |a, &b| greatest_common_divisor(a, b));
            let sign = if normal < [0; 3] { -1 } else { 1 };
            normal.map(|component| sign * component / divisor)
        })
        .collect();
    whole.sort_unstable();
    whole.dedup();
    whole.into_iter().map(|n| in_mm(n, spacing_mm)).collect()
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 {
        a.abs()
    } else {
        greatest_common_divisor(b, a % b)
    }
}

/// Unit vector in mm of a normal to a plane in half voxels.
fn in_mm(normal: [i64; 3], spacing_mm: [f64; 3]) -> [f64; 3] {
    unit(std::array::from_fn(|i| normal[i] as f64 / spacing_mm[i]))
}

/// A hull in mm.
struct Solid<'a> {
    corners: Vec<[f64; 3]>,
    normals: Vec<[f64; 3]>,
    edges: &'a [Edge],
}

impl<'a> Solid<'a> {
    fn new(hull: &'a Hull, spacing_mm: [f64; 3]) -> Self {
        let origin = hull.corners[0];
        let place = |p: &[i64; 3]| -> [f64; 3] {
            std::array::from_fn(|i| (p[i] - origin[i]) as f64 * 0.5 * spacing_mm[i])
        };
        Self {
            corners: hull.corners.iter().map(place).collect(),
            normals: hull.normals().map(|n| in_mm(n, spacing_mm)).collect(),
            edges: &hull.edges,
        }
    }

    /// The smallest box with an axis along a direction.
    fn box_along(&self, direction: [f64; 3]) -> TurnedBox {
        let [u, v] = across(direction);
        let front: Vec<bool> = self
            .normals
            .iter()
            .map(|&n| dot(n, direction) > 0.0)
            .collect();
        let mut outline = Outline::default();
        for edge in self.edges {
            let [f, g] = edge.facets;
            if front[f] != front[g] {
                let [from, to] = edge.corners.map(|i| self.corners[i]);
                // All sides run the same way round.
                let [from, to] = if front[f] { [from, to] } else { [to, from] };
                let side = minus(to, from);
                outline.push([dot(from, u), dot(from, v)], [dot(side, u), dot(side, v)]);
            }
        }
        let ([cosine, sine], sides) = outline.smallest_rectangle();
        let axis = |a: f64, b: f64| std::array::from_fn(|i| a * u[i] + b * v[i]);
        let heights = self.corners.iter().map(|&corner| dot(corner, direction));
        let (low, high) = heights.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), h| {
            (low.min(h), high.max(h))
        });
        TurnedBox {
            axes: [direction, axis(cosine, sine), axis(-sine, cosine)],
            sides_mm: [high - low, sides[0], sides[1]],
        }
    }

    fn turn_on(&self, mut smallest: TurnedBox) -> TurnedBox {
        // Each box but the first has just been turned about its first axis.
        let mut axes = &[0, 1, 2][..];
        loop {
            let turned = axes.iter().map(|&axis| self.box_along(smallest.axes[axis]));
            let next = turned.min_by(|a, b| a.volume().total_cmp(&b.volume()));
            match next {
                Some(next) if next.volume() < smallest.volume() * (1.0 - GAIN) => smallest = next,
                _ => return smallest,
            }
            axes = &[1, 2];
        }
    }
}

/// What a hull looks like from a direction: its corners, and the sides that
/// start there.
#[derive(Default)]
struct Outline {
    x: Vec<f64>,
    y: Vec<f64>,
    sides: Vec<[f64; 2]>,
}

impl Outline {
    fn push(&mut self, [x, y]: [f64; 2], side: [f64; 2]) {
        self.x.push(x);
        self.y.push(y);
        self.sides.push(side);
    }

    /// Direction (cosine, sine) and sides of the smallest rectangle around.
    fn smallest_rectangle(&self) -> ([f64; 2], [f64; 2]) {
        let mut best = ([1.0, 0.0], self.sides_along([1.0, 0.0]));
        let size = best.1[0] + best.1[1];
        for [dx, dy] in &self.sides {
            let length = dx.hypot(*dy);
            // A side seen end on has no direction.
            if length > 1e-9 * size {
                let direction = [dx / length, dy / length];
                let sides = self.sides_along(direction);
                if sides[0] * sides[1] < best.1[0] * best.1[1] {
                    best = (direction, sides);
                }
            }
        }
        best
    }

    /// Sides of the rectangle around that is turned to a direction.
    fn sides_along(&self, [cosine, sine]: [f64; 2]) -> [f64; 2] {
        [(cosine, sine), (-sine, cosine)].map(|(a, b)| {
            // Lanes, so that the loop needn't wait for each comparison.
            let (mut low, mut high) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
            let mut widen = |xs: &[f64], ys: &[f64]| {
                for (lane, (x, y)) in xs.iter().zip(ys).enumerate() {
                    let place = a * x + b * y;
                    low[lane] = if place < low[lane] { place } else { low[lane] };
                    high[lane] = if place > high[lane] {
                        place
                    } else {
                        high[lane]
                    };
                }
            };
            let (xs, ys) = (self.x.chunks_exact(LANES), self.y.chunks_exact(LANES));
            widen(xs.remainder(), ys.remainder());
            for (xs, ys) in xs.zip(ys) {
                widen(&xs[..LANES], &ys[..LANES]);
            }
            let low = low.into_iter().fold(f64::INFINITY, f64::min);
            high.into_iter().fold(f64::NEG_INFINITY, f64::max) - low
        })
    }
}

/// Two unit vectors at right angles to a unit vector and to each other.
fn across(direction: [f64; 3]) -> [[f64; 3]; 2] {
    let least = (0..3).min_by(|&a, &b| direction[a].abs().total_cmp(&direction[b].abs()));
    let mut helper = [0.0; 3];
    helper[least.unwrap_or(0)] = 1.0;
    let u = unit(cross(direction, helper));
    [u, cross(direction, u)]
}

fn unit(v: [f64; 3]) -> [f64; 3] {
    let length = dot(v, v).sqrt();
    v.map(|component| component / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(points: &[[i32; 3]], spacing: [f64; 3]) -> f64 {
        let sides = smallest_box_mm(&Hull::of(points).unwrap(), spacing);
        sides.iter().product()
    }

    #[test]
    fn tetrahedron_fits_into_a_cube() {
        // No face of the cube lies on a facet.
        let points = [[0, 0, 0], [2, 2, 0], [2, 0, 2], [0, 2, 2]];
        assert!((volume(&points, [1.0; 3]) - 1.0).abs() < 1e-12);
        // Turned by 45 degrees about z, it is no longer aligned with the axes.
        let turned = [[0, 0, 0], [0, 4, 0], [2, 2, 2], [-2, 2, 2]];
        let root = 0.5f64.sqrt();
        assert!((volume(&turned, [root, root, 1.0]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn oblique_boxes_are_found() {
        // All voxel corners of a slanted block: sides along (1, 2, 0), (-2, 1, 0).
        let mut points = Vec::new();
        for i in 0..8 {
            let (a, b, c) = (4 * (i & 1), 3 * (i >> 1 & 1), 5 * (i >> 2));
            points.push([a - 2 * b, 2 * a + b, c]);
        }
        let sides = [4.0 * 5f64.sqrt(), 3.0 * 5f64.sqrt(), 5.0].map(|side| side / 2.0);
        let expected = sides.iter().product::<f64>();
        assert!((volume(&points, [1.0; 3]) / expected - 1.0).abs() < 1e-12);
        assert!((volume(&points, [1e3; 3]) / expected - 1e9).abs() < 1e-3);
    }

    proptest::proptest! {
        #[test]
        fn never_larger_than_the_axis_aligned_box_or_smaller_than_the_hull(
            points in proptest::collection::vec(proptest::array::uniform3(0i32..12), 4..60),
            spacing in proptest::array::uniform3(0.3f64..4.0),
        ) {
            if let Some(hull) = Hull::of(&points) {
                let found = volume(&points, spacing);
                let aligned: f64 = (0..3)
                    .map(|i| {
                        let along = || points.iter().map(|p| p[i]);
                        let side = along().max().unwrap() - along().min().unwrap();
                        f64::from(side) * 0.5 * spacing[i]
                    })
                    .product();
                proptest::prop_assert!(found <= aligned * (1.0 + 1e-12));
                proptest::prop_assert!(found >= hull.volume_mm3(spacing) * (1.0 - 1e-12));
            }
        }
    }
}
