//! A part of an image that goes on from the other side, and sums along it.

use std::f64::consts::SQRT_2;
use std::ops::{AddAssign, Mul};

use crate::Volume;

/// Values that a pass sums up at a time: they stay in the nearest cache.
const CHUNK: usize = 1024;

/// A number of the precision that is computed in.
pub(super) trait Sample: Copy + Default + AddAssign + Mul<Output = Self> {
    fn of(value: f64) -> Self;
    /// A tap of a wavelet. PyWavelets multiplies those of Coiflets by the
    /// square root of 2 in the precision that it computes in.
    fn tap(value: f64, coiflet: bool) -> Self;
    fn value(self) -> f64;
}

impl Sample for f32 {
    fn of(value: f64) -> Self {
        value as Self
    }

    fn tap(value: f64, coiflet: bool) -> Self {
        if coiflet {
            return (value / SQRT_2) as Self * SQRT_2 as Self;
        }
        value as Self
    }

    fn value(self) -> f64 {
        f64::from(self)
    }
}

impl Sample for f64 {
    fn of(value: f64) -> Self {
        value
    }

    fn tap(value: f64, _: bool) -> Self {
        value
    }

    fn value(self) -> f64 {
        self
    }
}

/// Positions along an axis that repeats itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The first; may be negative.
    pub start: isize,
    /// How many, at most `period`.
    pub len: usize,
    pub period: usize,
}

impl Span {
    /// The positions that a filter of so many taps reads.
    pub fn reached_by(self, taps: usize) -> Self {
        let len = self.len + taps - 1;
        if len >= self.period {
            let (start, len) = (0, self.period);
            return Self { start, len, ..self };
        }
        let start = self.start - before(taps) as isize;
        Self { start, len, ..self }
    }

    /// How many taps of a filter, from the first on, read beyond the end for
    /// the output at this offset. PyWavelets sums these in reverse.
    fn beyond(self, offset: usize, taps: usize) -> usize {
        let at = (self.start + offset as isize).rem_euclid(self.period as isize) as usize;
        (at + taps / 2 + 1).saturating_sub(self.period).min(taps)
    }

    /// Which of the positions stands for this one.
    fn index(self, position: isize) -> usize {
        let offset = position - self.start;
        offset.rem_euclid(self.period as isize) as usize
    }
}

/// How far back the last tap of a filter reads; the first reads
/// `taps / 2` ahead.
fn before(taps: usize) -> usize {
    taps - 1 - taps / 2
}

/// Values at the positions of three spans (x, y, z), x fastest.
pub(super) struct Block<T> {
    spans: [Span; 3],
    pub values: Vec<T>,
}

impl<T: Sample> Block<T> {
    /// The part of an image. Where the period is longer than an axis, its
    /// first voxel comes once more at the end.
    pub fn of(image: &Volume, spans: [Span; 3]) -> Self {
        let size = image.geometry().size;
        let [xs, ys, zs] = [0, 1, 2].map(|axis| -> Vec<usize> {
            let Span { start, len, period } = spans[axis];
            let positions = start..start + len as isize;
            let index = |position: isize| position.rem_euclid(period as isize) as usize;
            positions
                .map(|position| index(position) % size[axis])
                .collect()
        });
        let mut values = Vec::with_capacity(xs.len() * ys.len() * zs.len());
        for z in zs {
            for y in &ys {
                let row = &image.values()[(z * size[1] + y) * size[0]..][..size[0]];
                values.extend(xs.iter().map(|&x| T::of(row[x])));
            }
        }
        Self { spans, values }
    }

    /// Convolves along an axis, for the positions `out`; sums run in PyWavelets'
    /// order.
    pub fn filtered(&self, axis: usize, taps: &[T], out: Span) -> Self {
        let span = self.spans[axis];
        let first = out.start - before(taps.len()) as isize;
        let last = first + (out.len + taps.len() - 1) as isize;
        let sources: Vec<usize> = (first..last).map(|position| span.index(position)).collect();
        let mut spans = self.spans;
        spans[axis] = out;
        let mut values = vec![T::default(); spans.iter().map(|span| span.len).product()];
        if axis == 0 {
            let mut reached = vec![T::default(); sources.len()];
            let late = (0..out.len).map(|i| (i, out.beyond(i, taps.len())));
            let late: Vec<_> = late.filter(|(_, beyond)| *beyond > 0).collect();
            let rows = self.values.chunks_exact(span.len);
            for (sums, row) in values.chunks_exact_mut(out.len).zip(rows) {
                for (value, &source) in reached.iter_mut().zip(&sources) {
                    *value = row[source];
                }
                let parts = reached.windows(out.len).rev();
                for (&tap, part) in taps.iter().zip(parts) {
                    add(sums, tap, part);
                }
                for &(i, beyond) in &late {
                    sums[i] = T::default();
                    for j in order(beyond, taps.len()) {
                        sums[i] += taps[j] * reached[i + taps.len() - 1 - j];
                    }
                }
            }
        } else {
            let inner: usize = spans[..axis].iter().map(|span| span.len).product();
            let slabs = self.values.chunks_exact(span.len * inner);
            for (sums, slab) in values.chunks_exact_mut(out.len * inner).zip(slabs) {
                for (i, sums) in sums.chunks_exact_mut(inner).enumerate() {
                    let beyond = out.beyond(i, taps.len());
                    for (chunk, sums) in sums.chunks_mut(CHUNK).enumerate() {
                        for j in order(beyond, taps.len()) {
                            let source = sources[i + taps.len() - 1 - j];
                            let start = source * inner + chunk * CHUNK;
                            add(sums, taps[j], &slab[start..start + sums.len()]);
                        }
                    }
                }
            }
        }
        Self { spans, values }
    }
}

/// The order in which taps are summed, the first ones reading beyond the end.
fn order(beyond: usize, taps: usize) -> impl Iterator<Item = usize> {
    (0..beyond).rev().chain(beyond..taps)
}

fn add<T: Sample>(sums: &mut [T], tap: T, values: &[T]) {
    for (sum, &value) in sums.iter_mut().zip(values) {
        *sum += tap * value;
    }
}
