//! The convex hull of points in space.

use crate::mesh::triangle_area_mm2;
use crate::vector::{cross, dot, minus};

/// The convex hull of points in half voxels, as triangles.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hull {
    /// Every corner once; some may lie on an edge or a face.
    pub corners: Vec<[i64; 3]>,
    /// Triples of corners, anticlockwise from outside; several may share a plane.
    pub facets: Vec<[usize; 3]>,
    pub edges: Vec<Edge>,
}

/// Two corners, and the two facets that meet between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Edge {
    pub corners: [usize; 2],
    pub facets: [usize; 2],
}

impl Hull {
    /// The hull of points; `None` if they lie in a plane.
    ///
    /// Quickhull (Barber, Dobkin and Huhdanpaa 1996) in whole numbers, so that
    /// no choice depends on rounding. Products of three differences stay below
    /// 48 times the number of voxels of the bounding box.
    pub fn of(points: &[[i32; 3]]) -> Option<Self> {
        let points = points.iter().map(|p| p.map(i64::from)).collect();
        let mut growing = Growing::simplex(points)?;
        let mut open: Vec<usize> = (0..growing.facets.len()).collect();
        while let Some(facet) = open.pop() {
            open.extend(growing.raise(facet));
        }
        Some(growing.finish())
    }

    /// Outward normal of each facet, as long as twice its area.
    pub fn normals(&self) -> impl Iterator<Item = [i64; 3]> {
        self.facets
            .iter()
            .map(|f| normal(f.map(|i| self.corners[i])))
    }

    /// Volume in mm³.
    pub fn volume_mm3(&self, spacing_mm: [f64; 3]) -> f64 {
        let origin = self.corners[0];
        let from_origin = |f: &[usize; 3]| minus(self.corners[f[0]], origin);
        let six_volumes: i64 = self
            .facets
            .iter()
            .zip(self.normals())
            .map(|(facet, normal)| dot(normal, from_origin(facet)))
            .sum();
        six_volumes as f64 / 48.0 * spacing_mm.iter().product::<f64>()
    }

    /// Surface area in mm².
    pub fn area_mm2(&self, spacing_mm: [f64; 3]) -> f64 {
        self.normals()
            .map(|normal| triangle_area_mm2(normal, spacing_mm))
            .sum()
    }
}

/// A polytope that grows to the hull.
struct Growing {
    points: Vec<[i64; 3]>,
    facets: Vec<Facet>,
    /// For each point on the latest horizon: the new facet that starts there.
    starts: Vec<usize>,
}

/// From one corner to the next, and the facet across.
type Side = ([usize; 2], usize);

struct Facet {
    corners: [usize; 3],
    /// The facet across the side from corner i to corner i + 1.
    beside: [usize; 3],
    normal: [i64; 3],
    level: i64,
    /// Points outside, each in the list of one facet that sees it.
    above: Vec<usize>,
    alive: bool,
}

impl Facet {
    /// Positive for points outside; 0 in its plane.
    fn height(&self, point: [i64; 3]) -> i64 {
        dot(self.normal, point) - self.level
    }
}

impl Growing {
    /// A tetrahedron of four points far apart.
    fn simplex(points: Vec<[i64; 3]>) -> Option<Self> {
        let farthest = |measure: &dyn Fn([i64; 3]) -> i128| {
            let best = (0..points.len())
                .rev()
                .max_by_key(|&i| measure(points[i]))?;
            (measure(points[best]) > 0).then_some(best)
        };
        let squared = |v: [i64; 3]| v.iter().map(|&c| i128::from(c) * i128::from(c)).sum();
        let a = *points.first()?;
        let b = points[farthest(&|p| squared(minus(p, a)))?];
        let a_index = farthest(&|p| squared(minus(p, b)))?;
        let a = points[a_index];
        let b_index = farthest(&|p| squared(minus(p, a)))?;
        let b = points[b_index];
        let c_index = farthest(&|p| squared(cross(minus(b, a), minus(p, a))))?;
        let plane = normal([a, b, points[c_index]]);
        let height = |p| dot(plane, minus(p, a));
        let d_index = farthest(&|p| i128::from(height(p).abs()))?;
        let [a, b, c, d] = if height(points[d_index]) < 0 {
            [a_index, b_index, c_index, d_index]
        } else {
            [a_index, c_index, b_index, d_index]
        };
        let mut growing = Self {
            starts: vec![0; points.len()],
            points,
            facets: Vec::new(),
        };
        for (corners, beside) in [
            ([a, b, c], [1, 2, 3]),
            ([b, a, d], [0, 3, 2]),
            ([c, b, d], [0, 1, 3]),
            ([a, c, d], [0, 2, 1]),
        ] {
            growing.push(corners, beside);
        }
        let all = (0..growing.points.len()).collect();
        growing.share_out(all, 0);
        Some(growing)
    }

    fn push(&mut self, corners: [usize; 3], beside: [usize; 3]) {
        let at = corners.map(|i| self.points[i]);
        let normal = normal(at);
        self.facets.push(Facet {
            corners,
            beside,
            normal,
            level: dot(normal, at[0]),
            above: Vec::new(),
            alive: true,
        });
    }

    /// Gives each point to the first facet from `first` on that sees it.
    fn share_out(&mut self, points: Vec<usize>, first: usize) {
        for point in points {
            let at = self.points[point];
            if let Some(facet) = self.facets[first..].iter_mut().find(|f| f.height(at) > 0) {
                facet.above.push(point);
            }
        }
    }

    /// Joins the highest point above a facet to the polytope; gives the new
    /// facets.
    fn raise(&mut self, facet: usize) -> std::ops::Range<usize> {
        let first = self.facets.len();
        let seen = &self.facets[facet];
        let highest = seen
            .above
            .iter()
            .max_by_key(|&&i| seen.height(self.points[i]));
        let Some(&apex) = highest else {
            return first..first;
        };
        let (horizon, orphans) = self.open(facet, self.points[apex]);
        for (n, &([from, to], outside)) in horizon.iter().enumerate() {
            self.starts[from] = first + n;
            self.push([from, to, apex], [outside, 0, 0]);
            let neighbour = &mut self.facets[outside];
            for side in 0..3 {
                if neighbour.corners[side] == to {
                    neighbour.beside[side] = first + n;
                }
            }
        }
        for &([from, to], _) in &horizon {
            let (here, next) = (self.starts[from], self.starts[to]);
            self.facets[here].beside[1] = next;
            self.facets[next].beside[2] = here;
        }
        self.share_out(orphans, first);
        first..self.facets.len()
    }

    /// Takes away all facets that see a point; gives the sides that bound them
    /// and the points that were above them.
    fn open(&mut self, facet: usize, apex: [i64; 3]) -> (Vec<Side>, Vec<usize>) {
        let (mut horizon, mut orphans) = (Vec::new(), Vec::new());
        self.facets[facet].alive = false;
        let mut seen = vec![facet];
        while let Some(here) = seen.pop() {
            orphans.append(&mut self.facets[here].above);
            let Facet {
                corners, beside, ..
            } = self.facets[here];
            for (side, across) in beside.into_iter().enumerate() {
                let other = &mut self.facets[across];
                if !other.alive {
                    continue;
                }
                if other.height(apex) > 0 {
                    other.alive = false;
                    seen.push(across);
                } else {
                    horizon.push(([corners[side], corners[(side + 1) % 3]], across));
                }
            }
        }
        (horizon, orphans)
    }

    fn finish(self) -> Hull {
        let mut corner_of = vec![None; self.points.len()];
        let mut facet_of = vec![0; self.facets.len()];
        let (mut corners, mut facets, mut edges) = (Vec::new(), Vec::new(), Vec::new());
        for (i, facet) in self.facets.iter().enumerate().filter(|(_, f)| f.alive) {
            facet_of[i] = facets.len();
            facets.push(facet.corners.map(|point| {
                *corner_of[point].get_or_insert_with(|| {
                    corners.push(self.points[point]);
                    corners.len() - 1
                })
            }));
        }
        for (i, facet) in self.facets.iter().enumerate().filter(|(_, f)| f.alive) {
            let here = facet_of[i];
            for side in (0..3).filter(|&side| facet.beside[side] > i) {
                edges.push(Edge {
                    corners: [facets[here][side], facets[here][(side + 1) % 3]],
                    facets: [here, facet_of[facet.beside[side]]],
                });
            }
        }
        Hull {
            corners,
            facets,
            edges,
        }
    }
}

fn normal([a, b, c]: [[i64; 3]; 3]) -> [i64; 3] {
    cross(minus(b, a), minus(c, a))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every point inside, every edge shared by two facets, and Euler's formula.
    fn check(hull: &Hull, points: &[[i32; 3]]) {
        for (facet, normal) in hull.facets.iter().zip(hull.normals()) {
            assert_ne!(normal, [0; 3]);
            let at = hull.corners[facet[0]];
            for point in points {
                assert!(dot(normal, minus(point.map(i64::from), at)) <= 0);
            }
        }
        assert_eq!(hull.edges.len() * 2, hull.facets.len() * 3);
        assert_eq!(hull.corners.len() + hull.facets.len(), hull.edges.len() + 2);
    }

    #[test]
    fn block_of_points_is_a_box() {
        let points: Vec<[i32; 3]> = (0..5 * 4 * 3).map(|i| [i % 5, i / 5 % 4, i / 20]).collect();
        let hull = Hull::of(&points).unwrap();
        check(&hull, &points);
        let spacing = [1.0, 2.0, 3.0];
        // Sides of 4, 3 and 2 half voxels.
        assert_eq!(hull.volume_mm3(spacing), 2.0 * 3.0 * 3.0);
        assert_eq!(
            hull.area_mm2(spacing),
            2.0 * (2.0 * 3.0 + 2.0 * 3.0 + 3.0 * 3.0)
        );
    }

    #[test]
    fn octahedron() {
        let points = [
            [0, 1, 1],
            [2, 1, 1],
            [1, 0, 1],
            [1, 2, 1],
            [1, 1, 0],
            [1, 1, 2],
        ];
        let hull = Hull::of(&points).unwrap();
        check(&hull, &points);
        assert_eq!((hull.corners.len(), hull.facets.len()), (6, 8));
        assert!((hull.volume_mm3([1.0; 3]) - 1.0 / 6.0).abs() < 1e-16);
        assert!((hull.area_mm2([1.0; 3]) - 3f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn flat_points_have_no_hull() {
        assert!(Hull::of(&[]).is_none());
        assert!(Hull::of(&[[1, 2, 3]; 5]).is_none());
        assert!(Hull::of(&[[0, 0, 0], [1, 2, 3], [2, 4, 6], [-1, -2, -3]]).is_none());
        let plane: Vec<_> = (0..49)
            .map(|i| [i % 7, i / 7, i % 7 + 2 * (i / 7)])
            .collect();
        assert!(Hull::of(&plane).is_none());
    }

    proptest::proptest! {
        #[test]
        fn holds_all_points(
            points in proptest::collection::vec(proptest::array::uniform3(0i32..9), 4..200),
        ) {
            if let Some(hull) = Hull::of(&points) {
                check(&hull, &points);
                let whole = hull.volume_mm3([1.0; 3]) * 48.0;
                proptest::prop_assert!((whole - whole.round()).abs() < 1e-9 && whole > 0.5);
                // Turned over and shifted, it is the same.
                let mirrored: Vec<_> = points.iter().map(|p| [5 - p[1], p[2], p[0] + 3]).collect();
                let other = Hull::of(&mirrored).unwrap();
                proptest::prop_assert_eq!(other.volume_mm3([1.0; 3]), hull.volume_mm3([1.0; 3]));
                let (a, b) = (other.area_mm2([1.0; 3]), hull.area_mm2([1.0; 3]));
                proptest::prop_assert!((a - b).abs() < 1e-12 * a);
            }
        }
    }
}
