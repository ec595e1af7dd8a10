//! How samples along one axis are weighed for new positions.

use rayon::prelude::*;

/// How an image is read between its voxels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kernel {
    /// The nearest voxel; halfway the one of the higher index.
    Nearest,
    /// Linear along each axis.
    Linear,
    /// The cubic B-spline through the voxels, continued by mirroring at the
    /// outermost voxel centres (scipy's order 3, ITK's B-spline interpolator).
    CubicBSpline,
}

/// The weights of one axis: value `i` of the new axis is the sum of
/// `weights[i * taps + k] * old[first[i] + k]` over `k < taps`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AxisWeights {
    /// Samples on the old axis.
    n: usize,
    /// Weights of each new sample.
    taps: usize,
    /// Index of the first old sample that is weighed.
    first: Vec<usize>,
    weights: Vec<f64>,
}

impl AxisWeights {
    /// Those of a kernel for positions on an axis of `n` samples. (For the
    /// B-spline they are for coefficients, not samples.)
    pub(crate) fn of(kernel: Kernel, positions: &[f64], n: usize) -> Self {
        match kernel {
            Kernel::Nearest => {
                let nearest = |p: f64| ((p + 0.5).floor() as isize, [1.0]);
                Self::from_fn(positions, n, clamped, nearest)
            }
            Kernel::Linear => Self::from_fn(positions, n, clamped, |p| {
                let t = p - p.floor();
                (p.floor() as isize, [1.0 - t, t])
            }),
            Kernel::CubicBSpline => Self::from_fn(positions, n, mirrored, |p| {
                let t = p - p.floor();
                let (s, t2, t3) = (1.0 - t, t * t, t * t * t);
                let weights = [
                    s * s * s,
                    4.0 - 6.0 * t2 + 3.0 * t3,
                    1.0 + 3.0 * t + 3.0 * t2 - 3.0 * t3,
                    t3,
                ];
                (p.floor() as isize - 1, weights.map(|w| w / 6.0))
            }),
        }
    }

    /// Weights by a function that gives for a position the index of the first
    /// sample and as many weights as the kernel has. `fold` brings indices
    /// beyond the axis back; positions must lie at most one voxel outside.
    pub(crate) fn from_fn<const TAPS: usize>(
        positions: &[f64],
        n: usize,
        fold: impl Fn(isize, usize) -> usize,
        weights: impl Fn(f64) -> (isize, [f64; TAPS]),
    ) -> Self {
        let taps = TAPS.min(n);
        let mut all = Self {
            n,
            taps,
            first: Vec::with_capacity(positions.len()),
            weights: vec![0.0; positions.len() * taps],
        };
        for (cells, &position) in all.weights.chunks_exact_mut(taps).zip(positions) {
            let (start, values) = weights(position);
            let first = start.clamp(0, (n - taps) as isize) as usize;
            for (index, weight) in (start..).zip(values) {
                cells[fold(index, n) - first] += weight;
            }
            all.first.push(first);
        }
        all
    }

    /// Weighs the samples of an axis that lie `inner` apart; `values` is a
    /// whole number of such axes one after the other.
    pub(crate) fn apply(&self, values: &[f64], inner: usize) -> Vec<f64> {
        let m = self.first.len();
        let mut out = vec![0.0; values.len() / self.n * m];
        if inner == 1 {
            let lines = values.par_chunks_exact(self.n);
            let lines = out.par_chunks_exact_mut(m).zip(lines);
            match self.taps {
                1 => lines.for_each(|(new, old)| self.line::<1>(old, new)),
                2 => lines.for_each(|(new, old)| self.line::<2>(old, new)),
                4 => lines.for_each(|(new, old)| self.line::<4>(old, new)),
                _ => lines.for_each(|(new, old)| self.any_line(old, new)),
            }
        } else {
            let rows = out.par_chunks_exact_mut(inner).enumerate();
            rows.for_each(|(at, new)| {
                let old = &values[at / m * self.n * inner..][..self.n * inner];
                self.row(at % m, old, new);
            });
        }
        out
    }

    /// One axis whose samples lie side by side.
    fn line<const TAPS: usize>(&self, old: &[f64], new: &mut [f64]) {
        let (weights, _) = self.weights.as_chunks::<TAPS>();
        for ((new, &first), weights) in new.iter_mut().zip(&self.first).zip(weights) {
            let samples = &old[first..first + TAPS];
            let sum = (0..TAPS).map(|k| weights[k] * samples[k]).sum::<f64>();
            *new = if sum.is_finite() {
                sum
            } else {
                weigh(weights, samples)
            };
        }
    }

    fn any_line(&self, old: &[f64], new: &mut [f64]) {
        let weights = self.weights.chunks_exact(self.taps);
        for ((new, &first), weights) in new.iter_mut().zip(&self.first).zip(weights) {
            *new = weigh(weights, &old[first..first + self.taps]);
        }
    }

    /// Sample `i` of as many axes as `new` is long, side by side.
    fn row(&self, i: usize, old: &[f64], new: &mut [f64]) {
        // A block stays in the nearest cache for all taps.
        const BLOCK: usize = 1024;
        let inner = new.len();
        let weights = &self.weights[i * self.taps..][..self.taps];
        for (block, new) in new.chunks_mut(BLOCK).enumerate() {
            for (k, &weight) in weights.iter().enumerate().filter(|(_, w)| **w != 0.0) {
                let start = (self.first[i] + k) * inner + block * BLOCK;
                for (sum, value) in new.iter_mut().zip(&old[start..]) {
                    *sum += weight * value;
                }
            }
        }
    }
}

/// A weighted sum in which a weight of 0 leaves out what may not be a number.
fn weigh(weights: &[f64], samples: &[f64]) -> f64 {
    let terms = weights
        .iter()
        .zip(samples)
        .filter(|(weight, _)| **weight != 0.0);
    terms.map(|(weight, value)| weight * value).sum()
}

/// The outermost sample repeated.
pub(super) fn clamped(index: isize, n: usize) -> usize {
    index.clamp(0, n as isize - 1) as usize
}

/// The samples mirrored at the outermost ones, which are not repeated.
pub(super) fn mirrored(index: isize, n: usize) -> usize {
    if n == 1 {
        return 0;
    }
    let period = 2 * (n as isize - 1);
    let within = index.rem_euclid(period);
    within.min(period - within) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_folded_back() {
        let indices = [-2, -1, 0, 1, 2, 3, 4];
        assert_eq!(indices.map(|i| clamped(i, 3)), [0, 0, 0, 1, 2, 2, 2]);
        assert_eq!(indices.map(|i| mirrored(i, 3)), [2, 1, 0, 1, 2, 1, 0]);
        assert_eq!(indices.map(|i| mirrored(i, 1)), [0; 7]);
    }

    #[test]
    fn weights_of_a_position_sum_to_one() {
        for kernel in [Kernel::Nearest, Kernel::Linear, Kernel::CubicBSpline] {
            for n in [1, 2, 3, 9] {
                let positions: Vec<f64> = (0..=4 * n).map(|i| i as f64 / 4.0 - 0.5).collect();
                let axis = AxisWeights::of(kernel, &positions, n);
                let ones = axis.apply(&vec![1.0; 3 * n], 1);
                assert_eq!(ones.len(), 3 * positions.len());
                assert!(ones.iter().all(|sum| (sum - 1.0).abs() < 1e-15));
            }
        }
    }

    #[test]
    fn lines_and_rows_agree() {
        let positions = [-0.25, 0.5, 2.75, 3.0];
        let axis = AxisWeights::of(Kernel::CubicBSpline, &positions, 4);
        let line = [3.0, 1.0, 4.0, 1.5];
        let twice: Vec<f64> = line.iter().flat_map(|&value| [value, -value]).collect();
        let (one, two) = (axis.apply(&line, 1), axis.apply(&twice, 2));
        for (i, value) in one.iter().enumerate() {
            assert_eq!([two[2 * i], two[2 * i + 1]], [*value, -value]);
        }
    }
}
