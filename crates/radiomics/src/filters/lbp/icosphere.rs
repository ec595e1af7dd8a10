//! Points spread evenly over a sphere.

use std::collections::BTreeSet;

/// Of a regular icosahedron in the unit sphere: the corners' coordinates.
const SHORT: f64 = 0.525_731_112_119_133_6;
const LONG: f64 = 0.850_650_808_352_04;

/// The corners of an icosahedron whose triangles were cut in four
/// `subdivisions` times; `10 * 4^subdivisions + 2` points at `radius` from 0.
/// Their order is that of the Python package trimesh.
pub(super) fn icosphere(subdivisions: u32, radius: f64) -> Vec<[f64; 3]> {
    let mut points = corners();
    let mut faces = faces(&points);
    for _ in 0..subdivisions {
        let ordered = |a: usize, b: usize| (a.max(b), a.min(b));
        let sides = |[a, b, c]: [usize; 3]| [ordered(a, b), ordered(b, c), ordered(c, a)];
        let edges: BTreeSet<_> = faces.iter().flat_map(|&face| sides(face)).collect();
        let edges: Vec<_> = edges.into_iter().collect();
        let old = points.len();
        points.extend(
            edges
                .iter()
                .map(|&(b, a)| {
                    let (a, b) = (points[a], points[b]);
                    [0, 1, 2].map(|axis| (a[axis] + b[axis]) / 2.0)
                })
                .collect::<Vec<_>>(),
        );
        let middle = |side| old + edges.partition_point(|&edge| edge < side);
        faces = faces
            .iter()
            .flat_map(|&face| {
                let ([a, b, c], [ab, bc, ca]) = (face, sides(face).map(middle));
                [[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]]
            })
            .collect();
        stretch(&mut points, radius);
    }
    if subdivisions == 0 {
        stretch(&mut points, radius);
    }
    points
}

/// Moves points along their directions to this distance from 0.
fn stretch(points: &mut [[f64; 3]], radius: f64) {
    for point in points {
        let [x, y, z] = *point;
        let length = (x * x + y * y + z * z).sqrt();
        for value in point {
            *value += *value / length * (radius - length);
        }
    }
}

fn corners() -> Vec<[f64; 3]> {
    let (s, l) = (SHORT, LONG);
    let signs = [[-1.0, 1.0], [1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]];
    let xy = signs.map(|[a, b]| [a * s, b * l, 0.0]);
    let yz = signs.map(|[a, b]| [0.0, a * s, b * l]);
    let zx = signs.map(|[a, b]| [b * l, 0.0, a * s]);
    [xy, yz, zx].concat()
}

/// Each three corners that are neighbours of each other.
fn faces(corners: &[[f64; 3]]) -> Vec<[usize; 3]> {
    let near = |a: usize, b: usize| {
        let square = |axis: usize| (corners[a][axis] - corners[b][axis]).powi(2);
        (0..3).map(square).sum::<f64>() < 4.1 * SHORT * SHORT
    };
    let n = corners.len();
    let pairs = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b)));
    pairs
        .filter(|&(a, b)| near(a, b))
        .flat_map(|(a, b)| {
            let third = (b + 1..n).filter(move |&c| near(a, c) && near(b, c));
            third.map(move |c| [a, b, c])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lie_on_the_sphere_in_order() {
        for (subdivisions, count) in [(0, 12), (1, 42), (2, 162)] {
            let points = icosphere(subdivisions, 2.5);
            assert_eq!(points.len(), count);
            for point in &points {
                let length = point.iter().map(|x| x * x).sum::<f64>().sqrt();
                assert!((length - 2.5).abs() < 1e-14);
            }
        }
        // trimesh.creation.icosphere(1, 1).vertices[[12, 14, 18]]
        let points = icosphere(1, 1.0);
        assert_eq!(points[12], [0.0, 1.0, 0.0]);
        assert_eq!(points[18], [0.0, 0.0, 1.0]);
        let known = [-0.3090169943749474, -0.8090169943749473, 0.5];
        assert!((0..3).all(|axis| (points[14][axis] - known[axis]).abs() < 1e-15));
    }
}
