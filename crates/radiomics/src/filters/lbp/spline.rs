//! The cubic B-spline through an image, as scipy interpolates.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use crate::Volume;

/// sqrt(3) - 2, the pole of the cubic B-spline.
const POLE: f64 = -0.267_949_192_431_122_7;

/// A spline's coefficients in a part of an image and of its mirror images
/// beyond the border.
pub(super) struct Spline {
    /// The first index (x, y, z); -1 is mirrored.
    first: [isize; 3],
    size: [usize; 3],
    values: Vec<f64>,
}

impl Spline {
    /// The spline through `image`, with what is needed for values up to `reach`
    /// voxels around a box. It goes on beyond the border as a mirror image whose
    /// outermost voxel is not doubled.
    pub fn through(image: &Volume, lower: [usize; 3], size: [usize; 3], reach: f64) -> Self {
        let whole = image.geometry().size;
        // A conversion that saturates: no reach is too large.
        let margin = reach.ceil().min(1e9) as isize + 2;
        let first: [isize; 3] = std::array::from_fn(|axis| (lower[axis] as isize - margin).max(-1));
        let kept: [Vec<usize>; 3] = std::array::from_fn(|axis| {
            let last = (lower[axis] + size[axis]) as isize + margin;
            let places = first[axis]..last.min(whole[axis] as isize + 2);
            places.map(|at| mirrored(at, whole[axis])).collect()
        });
        let [nx, ny, _] = whole;
        let planes: Vec<Array2<f64>> = (0..ny)
            .into_par_iter()
            .map(|y| coefficients(image.voxels().index_axis(Axis(1), y), &kept[2]))
            .collect();
        let slices = (0..kept[2].len()).into_par_iter().map(|z| {
            let slice = Array2::from_shape_fn((ny, nx), |(y, x)| planes[y][[z, x]]);
            let slice = coefficients(slice.view(), &kept[1]);
            let slice = coefficients(slice.t(), &kept[0]);
            slice.t().iter().copied().collect::<Vec<f64>>()
        });
        Self {
            first,
            values: slices.collect::<Vec<_>>().concat(),
            size: kept.map(|kept| kept.len()),
        }
    }

    /// Whether every coefficient is a number.
    pub fn is_finite(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
    }

    /// The values at positions on one line along x: `places[2]` and `places[1]`
    /// are the line's z and y, `shift` leads from a position's number to the
    /// first of its four coefficients, `weights[k]` are the positions' weights of
    /// coefficient `k`. The sums have scipy's order.
    pub fn line(&self, [y, z]: [&Place; 2], shift: isize, weights: [&[f64]; 4], out: &mut [f64]) {
        let [nx, ny, _] = self.size;
        out.fill(0.0);
        for (k, wz) in z.weights.iter().enumerate() {
            let z = (z.start + k as isize - self.first[2]) as usize;
            for (j, wy) in y.weights.iter().enumerate() {
                let y = (y.start + j as isize - self.first[1]) as usize;
                let row = &self.values[(z * ny + y) * nx..][..nx];
                let start = (shift - self.first[0]) as usize;
                let row = &row[start..start + out.len() + 3];
                let [w0, w1, w2, w3] = weights;
                for (i, out) in out.iter_mut().enumerate() {
                    *out = *out
                        + row[i] * wz * wy * w0[i]
                        + row[i + 1] * wz * wy * w1[i]
                        + row[i + 2] * wz * wy * w2[i]
                        + row[i + 3] * wz * wy * w3[i];
                }
            }
        }
    }
}

/// The four coefficients that a value on an axis comes of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Index of the first.
    pub start: isize,
    pub weights: [f64; 4],
}

impl Place {
    /// The position `at + offset` on an axis of `n` voxels; none beyond the
    /// outermost voxels' centres.
    pub fn new(at: usize, offset: f64, n: usize) -> Option<Self> {
        let position = at as f64 + offset;
        if !(0.0..=(n - 1) as f64).contains(&position) {
            return None;
        }
        let y = position - position.floor();
        let z = 1.0 - y;
        let middle = |x: f64| (x * x * (x - 2.0) * 3.0 + 4.0) / 6.0;
        let [a, b, c] = [z * z * z / 6.0, middle(y), middle(z)];
        Some(Self {
            start: position.floor() as isize - 1,
            weights: [a, b, c, 1.0 - a - b - c],
        })
    }
}

/// The index that a mirror image of an axis shows there.
fn mirrored(at: isize, n: usize) -> usize {
    if n < 2 {
        return 0;
    }
    let period = 2 * (n as isize - 1);
    let within = at.rem_euclid(period);
    within.min(period - within) as usize
}

/// Turns samples into coefficients along axis 0 and keeps these rows.
fn coefficients(samples: ArrayView2<'_, f64>, kept: &[usize]) -> Array2<f64> {
    let n = samples.nrows();
    if n < 2 {
        return samples.select(Axis(0), kept);
    }
    let width = samples.ncols();
    let gain = (1.0 - POLE) * (1.0 - 1.0 / POLE);
    let mut lines: Vec<f64> = samples.iter().map(|value| value * gain).collect();
    let tail = POLE.powf((n - 1) as f64);
    let mut power = POLE;
    for x in 0..width {
        lines[x] += tail * lines[(n - 1) * width + x];
    }
    for i in 1..n - 1 {
        for x in 0..width {
            lines[x] += power * (lines[i * width + x] + tail * lines[(n - 1 - i) * width + x]);
        }
        power *= POLE;
    }
    for value in &mut lines[..width] {
        *value /= 1.0 - tail * tail;
    }
    for i in 1..n {
        let (before, here) = lines[(i - 1) * width..(i + 1) * width].split_at_mut(width);
        for (here, before) in here.iter_mut().zip(before) {
            *here += POLE * *before;
        }
    }
    let (before, last) = lines[(n - 2) * width..].split_at_mut(width);
    for (last, before) in last.iter_mut().zip(before) {
        *last = (POLE * *before + *last) * POLE / (POLE * POLE - 1.0);
    }
    for i in (0..n - 1).rev() {
        let (here, after) = lines[i * width..(i + 2) * width].split_at_mut(width);
        for (here, after) in here.iter_mut().zip(after) {
            *here = POLE * (*after - *here);
        }
    }
    let rows = kept.iter().map(|&row| &lines[row * width..][..width]);
    let rows: Vec<f64> = rows.flatten().copied().collect();
    Array2::from_shape_fn((kept.len(), width), |(row, x)| rows[row * width + x])
}
