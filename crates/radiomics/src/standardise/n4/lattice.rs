//! Smooth fields: uniform cubic B-splines over a box of voxels.

use rayon::prelude::*;

/// Degree of the splines.
const DEGREE: usize = 3;

/// How near to the last knot a voxel may lie, in voxels; as ITK.
const END: f64 = 1e-3;

/// Below this much weight (a tenth of single precision's epsilon, as ITK) a
/// control point is left at 0.
const NO_WEIGHT: f64 = 1.2e-8;

/// Control points, x fastest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lattice {
    size: [usize; 3],
    points: Vec<f64>,
}

/// For the voxels along an axis: the first of four control points that each
/// depends on, and four weights.
struct Axis {
    first: Vec<usize>,
    weights: Vec<[f64; 4]>,
    points: usize,
}

impl Axis {
    /// The spans between the control points are stretched from the first voxel
    /// to the last.
    fn new(voxels: usize, points: usize) -> Self {
        let spans = (points - DEGREE) as f64;
        let step = spans / (voxels - 1) as f64;
        let place = |i: usize| {
            let p = step * i as f64;
            if spans - p <= END * step {
                spans - END * step
            } else {
                p
            }
        };
        let places: Vec<f64> = (0..voxels).map(place).collect();
        Self {
            first: places.iter().map(|p| *p as usize).collect(),
            weights: places.iter().map(|p| cubic(p.fract())).collect(),
            points,
        }
    }

    /// The same with other weights.
    fn reweighted(&self, weight: impl Fn([f64; 4]) -> [f64; 4]) -> Self {
        Self {
            first: self.first.clone(),
            weights: self.weights.iter().map(|&four| weight(four)).collect(),
            points: self.points,
        }
    }

    /// Adds `values` (rows of `width`, one a voxel of the axis) to the control
    /// points by their weights.
    fn gather(&self, values: &[f64], width: usize) -> Vec<f64> {
        let mut sums = vec![0.0; self.points * width];
        for ((row, &first), weights) in values
            .chunks_exact(width)
            .zip(&self.first)
            .zip(&self.weights)
        {
            for (sums, weight) in sums[first * width..].chunks_exact_mut(width).zip(weights) {
                for (sum, value) in sums.iter_mut().zip(row) {
                    *sum += weight * value;
                }
            }
        }
        sums
    }

    /// The weighted sum of four rows of `width` at a voxel.
    fn spread(&self, points: &[f64], width: usize, voxel: usize) -> Vec<f64> {
        let mut sums = vec![0.0; width];
        let rows = points[self.first[voxel] * width..].chunks_exact(width);
        for (row, weight) in rows.zip(self.weights[voxel]) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += weight * value;
            }
        }
        sums
    }
}

/// The four cubic B-splines at a share of a span.
fn cubic(t: f64) -> [f64; 4] {
    let s = 1.0 - t;
    [
        s * s * s / 6.0,
        (4.0 - 6.0 * t * t + 3.0 * t * t * t) / 6.0,
        (4.0 - 6.0 * s * s + 3.0 * s * s * s) / 6.0,
        t * t * t / 6.0,
    ]
}

/// Fits lattices of one size to fields on one mask (Lee, Wolberg and Shin
/// 1997, IEEE Trans Vis Comput Graph 3, 228-244, one level): control point c
/// is sum w^2 (w v / sum w^2) / sum w^2 over the voxels, where w is the weight
/// of c at the voxel and the inner sum is over the voxel's 64 control points.
pub(super) struct Fit<'a> {
    mask: &'a [bool],
    axes: [Axis; 3],
    /// sum w^2 of each control point.
    weight: Vec<f64>,
}

impl<'a> Fit<'a> {
    pub(super) fn new(mask: &'a [bool], voxels: [usize; 3], points: [usize; 3]) -> Self {
        let axes = [0, 1, 2].map(|axis| Axis::new(voxels[axis], points[axis]));
        let squares = axes
            .each_ref()
            .map(|axis| axis.reweighted(|four| four.map(|w| w * w)));
        let ones: Vec<f64> = mask
            .iter()
            .map(|&inside| f64::from(u8::from(inside)))
            .collect();
        let weight = gather(&squares, &ones);
        // All sums over 64 control points are products of three over four.
        let cubes = |four: [f64; 4]| {
            let squares: f64 = four.iter().map(|w| w * w).sum();
            four.map(|w| w * w * w / squares)
        };
        Self {
            mask,
            axes: axes.map(|axis| axis.reweighted(cubes)),
            weight,
        }
    }

    /// The lattice of a field, which is taken where the mask holds.
    pub(super) fn of(&self, field: &[f64]) -> Lattice {
        let inside = field.iter().zip(self.mask);
        let inside: Vec<f64> = inside.map(|(&v, &m)| if m { v } else { 0.0 }).collect();
        let sums = gather(&self.axes, &inside);
        let points = sums.iter().zip(&self.weight);
        Lattice {
            size: self.axes.each_ref().map(|axis| axis.points),
            points: points
                .map(|(sum, &weight)| {
                    if weight > NO_WEIGHT {
                        sum / weight
                    } else {
                        0.0
                    }
                })
                .collect(),
        }
    }
}

fn gather([x, y, z]: &[Axis; 3], field: &[f64]) -> Vec<f64> {
    let (nx, ny) = (x.first.len(), y.first.len());
    let planes: Vec<Vec<f64>> = field
        .par_chunks_exact(nx * ny)
        .map(|slice| {
            let rows = slice.chunks_exact(nx).flat_map(|row| x.gather(row, 1));
            y.gather(&rows.collect::<Vec<f64>>(), x.points)
        })
        .collect();
    z.gather(&planes.concat(), x.points * y.points)
}

impl Lattice {
    pub(super) fn zeros(size: [usize; 3]) -> Self {
        Self {
            size,
            points: vec![0.0; size.iter().product()],
        }
    }

    pub(super) fn size(&self) -> [usize; 3] {
        self.size
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (point, more) in self.points.iter_mut().zip(&other.points) {
            *point += more;
        }
    }

    /// The field on a box of voxels, over which the lattice is stretched.
    pub(super) fn field(&self, voxels: [usize; 3]) -> Vec<f64> {
        let [x, y, z] = [0, 1, 2].map(|axis| Axis::new(voxels[axis], self.size[axis]));
        let slices: Vec<Vec<f64>> = (0..voxels[2])
            .into_par_iter()
            .map(|slice| {
                let plane = z.spread(&self.points, x.points * y.points, slice);
                let mut values = Vec::with_capacity(voxels[0] * voxels[1]);
                for row in 0..voxels[1] {
                    let points = y.spread(&plane, x.points, row);
                    values.extend(x.first.iter().zip(&x.weights).map(|(&first, w)| {
                        let p = &points[first..first + 4];
                        w[0] * p[0] + w[1] * p[1] + w[2] * p[2] + w[3] * p[3]
                    }));
                }
                values
            })
            .collect();
        slices.concat()
    }

    /// The same field with spans half as long.
    pub(super) fn refined(&self) -> Self {
        let [nx, ny, nz] = self.size;
        let rows = self.points.chunks_exact(nx).flat_map(|row| halved(row, 1));
        let along_x: Vec<f64> = rows.collect();
        let nx = 2 * nx - DEGREE;
        let planes = along_x.chunks_exact(nx * ny);
        let along_y: Vec<f64> = planes.flat_map(|plane| halved(plane, nx)).collect();
        let ny = 2 * ny - DEGREE;
        Self {
            size: [nx, ny, 2 * nz - DEGREE],
            points: halved(&along_y, nx * ny),
        }
    }
}

/// Control points (rows of `width`) of the same cubic spline with knots
/// between the knots: (1, 1) / 2 and (1, 6, 1) / 8 in turn.
fn halved(points: &[f64], width: usize) -> Vec<f64> {
    let n = points.len() / width;
    let at = |row: usize, column: usize| points[row * width + column];
    let mut halves = Vec::with_capacity((2 * n - DEGREE) * width);
    for i in 0..2 * n - DEGREE {
        let k = i / 2;
        halves.extend((0..width).map(|c| {
            if i % 2 == 0 {
                (at(k, c) + at(k + 1, c)) / 2.0
            } else {
                (at(k, c) + 6.0 * at(k + 1, c) + at(k + 2, c)) / 8.0
            }
        }));
    }
    halves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one() {
        for t in [0.0, 0.3, 0.999] {
            assert!((cubic(t).iter().sum::<f64>() - 1.0).abs() < 1e-15);
        }
        assert_eq!(cubic(0.0), [1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0, 0.0]);
    }

    #[test]
    fn refining_keeps_the_field() {
        let lattice = Lattice {
            size: [4, 5, 6],
            points: (0..120).map(|i| f64::from(i * i % 37)).collect(),
        };
        let voxels = [7, 8, 9];
        let (field, same) = (lattice.field(voxels), lattice.refined().field(voxels));
        assert_eq!(lattice.refined().size(), [5, 7, 9]);
        for (a, b) in field.iter().zip(&same) {
            // The last voxel of an axis is moved by a thousandth of a span.
            assert!((a - b).abs() < 0.2, "{a} {b}");
        }
        assert!((field[0] - same[0]).abs() < 1e-12);
    }

    #[test]
    fn fits_follow_the_formula() {
        // A single voxel's value comes back at that voxel, but for what far
        // control points would add.
        let mut mask = vec![false; 5 * 5 * 5];
        mask[31] = true;
        let mut field = vec![9.0; 125];
        field[31] = 2.0;
        let lattice = Fit::new(&mask, [5; 3], [4; 3]).of(&field);
        assert!((lattice.field([5; 3])[31] - 2.0).abs() < 1e-5);
    }
}
