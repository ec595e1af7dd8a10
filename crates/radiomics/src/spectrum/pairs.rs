//! Sums over all pairs of voxels, weighted by the inverse of their distance.
//!
//! The sum over pairs of w(i - j) a(i) b(j) is the sum of W A B* over the
//! frequencies of a box that is padded so that no offset reaches round; nothing
//! is transformed back. A B* over the signs of a frequency adds up to the
//! products of the cosine and sine sums.

use rayon::prelude::*;
use realfft::RealFftPlanner;

use super::kernel::Kernel;
use super::transform::Transform;
use crate::Roi;
use crate::autocorrelation::PairSums;

/// The sums, with about `most` numbers in memory at once.
pub(crate) fn pair_sums(roi: &Roi, deviations: &[f64], most: usize) -> PairSums {
    let spacing = roi.spacing_mm();
    let weight = |step: [usize; 3]| {
        let mm: [f64; 3] = std::array::from_fn(|axis| step[axis] as f64 * spacing[axis]);
        let distance = (mm[0] * mm[0] + mm[1] * mm[1] + mm[2] * mm[2]).sqrt();
        if distance > 0.0 { 1.0 / distance } else { 0.0 }
    };
    let mut planner = RealFftPlanner::new();
    let axes = roi.size().map(|n| Transform::new(&mut planner, 2 * n - 1));
    let [x, y, z] = &axes;
    let rows = roi.size()[1] * roi.size()[2];
    let numbers = 6 * rows + y.frequencies() * z.frequencies();
    let at_once = (most / numbers).clamp(1, x.frequencies());
    let mut total = PairSums::default();
    for first in (0..x.frequencies()).step_by(at_once) {
        let range = first..(first + at_once).min(x.frequencies());
        let fields = Fields::along_x(roi, deviations, x, range.clone());
        let kernel = Kernel::along_x(&axes, range.clone(), weight);
        let slabs: Vec<PairSums> = range
            .into_par_iter()
            .map(|frequency| {
                let slab = frequency - first;
                let weights = kernel.plane(slab, y, z);
                let [cosines, sines] = [2 * slab, 2 * slab + 1]
                    .map(|part| weighted(&fields.plane(part, y), &weights, y, z));
                cosines.plus(sines).times(x.multiplicity(frequency))
            })
            .collect();
        total = slabs.into_iter().fold(total, PairSums::plus);
    }
    let cells: usize = axes.iter().map(Transform::length).product();
    total.times(1.0 / cells as f64)
}

/// Indicator, deviations and their squares, transformed along x for some
/// frequencies: for each a plane (y fastest) of cosine sums and one of sine
/// sums.
struct Fields {
    planes: [Vec<f64>; 3],
    size: [usize; 3],
}

impl Fields {
    fn along_x(
        roi: &Roi,
        deviations: &[f64],
        x: &Transform,
        range: std::ops::Range<usize>,
    ) -> Self {
        let size = roi.size();
        let rows = size[1] * size[2];
        let mut planes = [(); 3].map(|()| vec![0.0; 2 * range.len() * rows]);
        let mut powers = [(); 3].map(|()| vec![0.0; size[0]]);
        let mut work = x.workspace();
        let mut deviations = deviations.iter();
        for (row, cells) in roi.inside().chunks_exact(size[0]).enumerate() {
            for (at, &inside) in cells.iter().enumerate() {
                let deviation = if inside { deviations.next() } else { None };
                powers[0][at] = if inside { 1.0 } else { 0.0 };
                powers[1][at] = deviation.copied().unwrap_or(0.0);
                powers[2][at] = powers[1][at] * powers[1][at];
            }
            for (planes, values) in planes.iter_mut().zip(&powers) {
                let spectrum = &x.padded(&mut work, values)[range.clone()];
                for (slab, sum) in spectrum.iter().enumerate() {
                    planes[2 * slab * rows + row] = sum.re;
                    planes[(2 * slab + 1) * rows + row] = sum.im;
                }
            }
        }
        Self { planes, size }
    }

    /// A plane of each field, transformed along y: for each frequency a column
    /// of cosine sums and one of sine sums.
    fn plane(&self, part: usize, y: &Transform) -> [Vec<f64>; 3] {
        let [_, ny, nz] = self.size;
        let mut work = y.workspace();
        self.planes.each_ref().map(|planes| {
            let mut columns = vec![0.0; 2 * y.frequencies() * nz];
            let rows = planes[part * ny * nz..][..ny * nz].chunks_exact(ny);
            for (at, row) in rows.enumerate() {
                for (frequency, sum) in y.padded(&mut work, row).iter().enumerate() {
                    columns[2 * frequency * nz + at] = sum.re;
                    columns[(2 * frequency + 1) * nz + at] = sum.im;
                }
            }
            columns
        })
    }
}

/// The weighted sums over the columns of the three fields.
fn weighted(fields: &[Vec<f64>; 3], weights: &[f64], y: &Transform, z: &Transform) -> PairSums {
    let nz = fields[0].len() / (2 * y.frequencies());
    let mut work = [(); 3].map(|()| z.workspace());
    let [for_indicator, for_deviations, for_squares] = &mut work;
    let signs: Vec<f64> = (0..z.frequencies())
        .map(|frequency| z.multiplicity(frequency))
        .collect();
    let mut total = PairSums::default();
    for at in 0..2 * y.frequencies() {
        let column = |field: usize| &fields[field][at * nz..][..nz];
        let indicator = z.padded(for_indicator, column(0)).iter();
        let deviations = z.padded(for_deviations, column(1)).iter();
        let squares = z.padded(for_squares, column(2)).iter();
        let weights = weights[at / 2 * z.frequencies()..][..z.frequencies()].iter();
        let weights = weights.zip(&signs).map(|(weight, sign)| weight * sign);
        let mut sums = PairSums::default();
        for (((w, m), x), xx) in weights.zip(indicator).zip(deviations).zip(squares) {
            sums.weights += w * (m.re * m.re + m.im * m.im);
            sums.products += w * (x.re * x.re + x.im * x.im);
            sums.squares += w * (xx.re * m.re + xx.im * m.im);
        }
        total = total.plus(sums.times(y.multiplicity(at / 2)));
    }
    total
}
