//! Sums over a neighbourhood that is the same around each voxel.

use rayon::prelude::*;
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::kernel::Kernel;
use super::transform::{Transform, Workspace};

/// Transforms for one box and neighbourhoods within one reach.
pub(crate) struct Convolution {
    axes: [Transform; 3],
    source: [usize; 3],
    wanted: [std::ops::Range<usize>; 3],
}

impl Convolution {
    /// For sums around the cells `wanted` of a box of size `source`, over
    /// offsets up to `reach`; there is nothing outside of the box.
    pub fn new(source: [usize; 3], wanted: [std::ops::Range<usize>; 3], reach: [usize; 3]) -> Self {
        let mut planner = RealFftPlanner::new();
        let axes = std::array::from_fn(|axis| {
            Transform::new(
                &mut planner,
                padded(source[axis], &wanted[axis], reach[axis]),
            )
        });
        Self {
            axes,
            source,
            wanted,
        }
    }

    /// Cells of the padded box.
    pub fn cells(&self) -> usize {
        self.axes.iter().map(Transform::length).product()
    }

    /// The sums of `values` (x fastest) times `kernel` of the absolute offset,
    /// for the cells wanted (x fastest).
    pub fn sums(&self, values: &[f64], kernel: impl Fn([usize; 3]) -> f64) -> Vec<f64> {
        let [x, y, z] = &self.axes;
        let [nx, ny, nz] = self.source;
        let rows = ny * nz;
        // For each frequency along x a plane of cosine sums and one of sine sums.
        let mut planes = vec![0.0; 2 * x.frequencies() * rows];
        let mut work = x.workspace();
        for (row, values) in values.chunks_exact(nx).enumerate() {
            for (frequency, sum) in x.padded(&mut work, values).iter().enumerate() {
                planes[2 * frequency * rows + row] = sum.re;
                planes[(2 * frequency + 1) * rows + row] = sum.im;
            }
        }
        let kernel = Kernel::along_x(&self.axes, 0..x.frequencies(), kernel);
        let planes: Vec<[Vec<f64>; 2]> = planes
            .par_chunks_exact(2 * rows)
            .enumerate()
            .map(|(frequency, both)| {
                let weights = kernel.plane(frequency, y, z);
                let (cosines, sines) = both.split_at(rows);
                [cosines, sines].map(|plane| self.plane(plane, &weights))
            })
            .collect();
        let [xs, ys, zs] = self.wanted.clone();
        let scale = 1.0 / self.cells() as f64;
        let mut sums = Vec::with_capacity(xs.len() * ys.len() * zs.len());
        for row in 0..ys.len() * zs.len() {
            for (sum, [cosines, sines]) in work.spectrum().iter_mut().zip(&planes) {
                *sum = Complex::new(cosines[row], sines[row]);
            }
            sums.extend(x.back(&mut work)[xs.clone()].iter().map(|sum| sum * scale));
        }
        sums
    }

    /// One plane (y fastest) there, times the weights, and back: the cells
    /// wanted.
    fn plane(&self, plane: &[f64], weights: &[f64]) -> Vec<f64> {
        let [_, y, z] = &self.axes;
        let [_, ny, nz] = self.source;
        let [_, ys, zs] = self.wanted.clone();
        let mut columns = vec![0.0; 2 * y.frequencies() * nz];
        let mut work = y.workspace();
        for (at, row) in plane.chunks_exact(ny).enumerate() {
            for (frequency, sum) in y.padded(&mut work, row).iter().enumerate() {
                columns[2 * frequency * nz + at] = sum.re;
                columns[(2 * frequency + 1) * nz + at] = sum.im;
            }
        }
        let mut along_z = z.workspace();
        let mut done = vec![0.0; 2 * y.frequencies() * zs.len()];
        let columns = columns
            .chunks_exact(nz)
            .zip(done.chunks_exact_mut(zs.len()));
        for (at, (column, done)) in columns.enumerate() {
            let weights = &weights[at / 2 * z.frequencies()..][..z.frequencies()];
            done.copy_from_slice(&weighted(z, &mut along_z, column, weights)[zs.clone()]);
        }
        let mut out = Vec::with_capacity(ys.len() * zs.len());
        for at in 0..zs.len() {
            for (frequency, sum) in work.spectrum().iter_mut().enumerate() {
                let part = |part: usize| done[(2 * frequency + part) * zs.len() + at];
                *sum = Complex::new(part(0), part(1));
            }
            out.extend_from_slice(&y.back(&mut work)[ys.clone()]);
        }
        out
    }
}

fn weighted<'a>(
    z: &Transform,
    work: &'a mut Workspace,
    column: &[f64],
    weights: &[f64],
) -> &'a [f64] {
    for (sum, weight) in z.padded(work, column).iter_mut().zip(weights) {
        *sum *= weight;
    }
    z.back(work)
}

/// Cells along an axis so that no neighbourhood reaches round into the box.
fn padded(source: usize, wanted: &std::ops::Range<usize>, reach: usize) -> usize {
    let before = (source + reach).saturating_sub(wanted.start);
    before
        .max(wanted.end + reach)
        .max(source)
        .max(2 * reach + 1)
}
