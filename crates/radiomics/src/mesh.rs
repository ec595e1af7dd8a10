//! The surface of a region: marching cubes on a binary mask.

use crate::Roi;
use crate::mesh_table::{EDGE_MIDPOINTS, TRIANGLES};
use crate::vector::{cross, dot};

/// Surface of a region, each vertex halfway between a voxel centre inside and
/// a neighbour's outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Mesh {
    /// Enclosed volume in mm³ (signed tetrahedra; IBSI RNU0).
    pub volume_mm3: f64,
    /// Area in mm² (IBSI C0JK).
    pub area_mm2: f64,
    /// Every vertex once, (x, y, z) in half voxels from a corner one voxel
    /// outside the bounding box.
    pub vertices: Vec<[i32; 3]>,
}

/// How often a case of the cube occurs, and the sum of the places where.
#[derive(Clone, Copy, Default)]
struct Tally {
    count: i64,
    position: [i64; 3],
}

impl Mesh {
    /// The mesh of a region, its outside padded by one voxel.
    ///
    /// Ambiguous cases may leave the mesh open, as in PyRadiomics; its volume
    /// then depends on the origin, which is PyRadiomics' too (the corner of
    /// the padded bounding box). Sums are exact: whole numbers of half voxels.
    pub fn of(roi: &Roi) -> Self {
        let (tallies, vertices) = march(roi);
        let spacing = roi.spacing_mm();
        let mut six_volumes = 0i64;
        let mut area_mm2 = 0.0;
        for (case, tally) in tallies
            .iter()
            .enumerate()
            .filter(|(_, tally)| tally.count > 0)
        {
            let (row, sign) = if case < 128 {
                (case, 1)
            } else {
                (255 - case, -1)
            };
            for [a, b, c] in triangles(row) {
                // The triangle at a, b, c of the cube, moved by p:
                // det(a+p, b+p, c+p) = det(a, b, c) + p.(a x b + b x c + c x a).
                let normal = [cross(a, b), cross(b, c), cross(c, a)];
                let normal: [i64; 3] = std::array::from_fn(|i| normal.iter().map(|n| n[i]).sum());
                let moved = 2 * dot(normal, tally.position);
                six_volumes += sign * (dot(cross(a, b), c) * tally.count + moved);
                area_mm2 += tally.count as f64 * triangle_area_mm2(normal, spacing);
            }
        }
        // Half voxels cubed; the corner order of the table turns inwards.
        let volume_mm3 = -six_volumes as f64 / 48.0 * spacing.iter().product::<f64>();
        Self {
            volume_mm3,
            area_mm2,
            vertices,
        }
    }
}

/// Counts the cases of all cubes and collects the vertices.
fn march(roi: &Roi) -> ([Tally; 256], Vec<[i32; 3]>) {
    let [nx, ny, nz] = roi.size().map(|n| n + 2);
    let mut padded = vec![0u8; nx * ny * nz];
    for [x, y, z] in roi.indices() {
        padded[((z + 1) * ny + y + 1) * nx + x + 1] = 1;
    }
    let row = |y: usize, z: usize| &padded[(z * ny + y) * nx..][..nx];
    let mut tallies = [Tally::default(); 256];
    let mut vertices = Vec::new();
    for z in 0..nz - 1 {
        for y in 0..ny - 1 {
            let rows = [row(y, z), row(y + 1, z), row(y, z + 1), row(y + 1, z + 1)];
            let column = |x: usize| rows.map(|cells| cells[x]);
            let mut left = column(0);
            for x in 0..nx - 1 {
                let right = column(x + 1);
                let case = left[0]
                    | right[0] << 1
                    | right[1] << 2
                    | left[1] << 3
                    | left[2] << 4
                    | right[2] << 5
                    | right[3] << 6
                    | left[3] << 7;
                left = right;
                if case == 0 || case == 255 {
                    continue;
                }
                let tally = &mut tallies[case as usize];
                tally.count += 1;
                for (sum, at) in tally.position.iter_mut().zip([x, y, z]) {
                    *sum += at as i64;
                }
                // The three edges that meet in corner 7 belong to this cube.
                let corner = [2 * x as i32, 2 * y as i32 + 2, 2 * z as i32 + 2];
                let bit = |n: u8| case >> n & 1;
                for (other, step) in [(6, [1, 0, 0]), (4, [0, -1, 0]), (3, [0, 0, -1])] {
                    if bit(other) != bit(7) {
                        vertices.push(std::array::from_fn(|i| corner[i] + step[i]));
                    }
                }
            }
        }
    }
    (tallies, vertices)
}

fn triangles(row: usize) -> impl Iterator<Item = [[i64; 3]; 3]> {
    let point = |digit: u8| {
        let edge = if digit < b'a' {
            digit - b'0'
        } else {
            digit - b'a' + 10
        };
        EDGE_MIDPOINTS[edge as usize]
    };
    TRIANGLES[row]
        .as_bytes()
        .chunks_exact(3)
        .map(move |t| [point(t[0]), point(t[1]), point(t[2])])
}

/// Area in mm² of a triangle whose edges' cross product, in half voxels
/// squared, is `normal`.
pub(crate) fn triangle_area_mm2(normal: [i64; 3], spacing: [f64; 3]) -> f64 {
    let squared: f64 = (0..3)
        .map(|i| {
            let component = normal[i] as f64 * spacing[(i + 1) % 3] * spacing[(i + 2) % 3] / 4.0;
            component * component
        })
        .sum();
    squared.sqrt() / 2.0
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::{Geometry, Volume};

    fn mesh(size: [usize; 3], spacing: [f64; 3]) -> Mesh {
        let voxels = Array3::ones((size[2], size[1], size[0]));
        let mask = Volume::new(voxels, Geometry::aligned(size, spacing)).unwrap();
        Mesh::of(&Roi::select(&mask, 1).unwrap())
    }

    #[test]
    fn one_voxel_is_an_octahedron() {
        let mesh = mesh([1, 1, 1], [1.0; 3]);
        // Half-diagonal 1/2: volume 4/3 h^3, area 4 sqrt(3) h^2.
        assert!((mesh.volume_mm3 - 1.0 / 6.0).abs() < 1e-15);
        assert!((mesh.area_mm2 - 3f64.sqrt()).abs() < 1e-15);
        assert_eq!(mesh.vertices.len(), 6);
    }

    #[test]
    fn box_loses_its_edges_and_corners() {
        // Vertices halfway to the outside bevel an a x b x c box: each of the
        // 4 (n - 1) pieces of edge along an axis loses 1/8 of a voxel, and
        // the 8 corners lose what one voxel alone does, all but 1/6.
        let (a, b, c) = (4.0, 5.0, 6.0);
        let mesh = mesh([4, 5, 6], [0.5, 2.0, 3.0]);
        let edges = 4.0 * ((a - 1.0) + (b - 1.0) + (c - 1.0)) / 8.0;
        let corners = 1.0 - 1.0 / 6.0;
        let expected = (a * b * c - edges - corners) * 3.0;
        assert!(
            (mesh.volume_mm3 - expected).abs() < 1e-9,
            "{} {expected}",
            mesh.volume_mm3
        );
        assert_eq!(mesh.vertices.len(), 2 * (20 + 24 + 30));
    }

    #[test]
    fn every_triangle_of_the_table_names_three_edges() {
        for (row, text) in TRIANGLES.iter().enumerate() {
            assert_eq!(text.len() % 3, 0, "case {row}");
            // A vertex lies on an edge that crosses the surface.
            const ENDS: [[u8; 2]; 12] = [
                [0, 1],
                [1, 2],
                [2, 3],
                [3, 0],
                [4, 5],
                [5, 6],
                [6, 7],
                [7, 4],
                [0, 4],
                [1, 5],
                [2, 6],
                [3, 7],
            ];
            for digit in text.chars() {
                let [from, to] = ENDS[digit.to_digit(16).unwrap() as usize];
                assert_ne!(row >> from & 1, row >> to & 1, "case {row}, edge {digit}");
            }
        }
    }
}
