//! Coefficients of the cubic B-spline through given samples.
//!
//! Source: Unser, Aldroubi, Eden 1993, B-spline signal processing, part II.

use rayon::prelude::*;

use super::weights::mirrored;

/// sqrt(3) - 2, the pole of the cubic B-spline.
const POLE: f64 = -0.267_949_192_431_122_7;
/// (1 - pole) (1 - 1 / pole).
const GAIN: f64 = 6.0;
/// pole^40 is below 1e-22.
const HORIZON: usize = 40;

/// Turns samples into coefficients along one axis of `n` samples that are
/// `inner` apart; the samples are continued by mirroring at the first and the
/// last.
pub(super) fn coefficients(values: &mut [f64], n: usize, inner: usize) {
    if n > 1 {
        values
            .par_chunks_mut(n * inner)
            .for_each(|lines| filter(lines, n, inner));
    }
}

/// A causal and an anticausal recursion, all `inner` lines side by side.
fn filter(lines: &mut [f64], n: usize, inner: usize) {
    let mut start = vec![0.0; inner];
    let mut power = GAIN;
    for k in 0..HORIZON {
        let row = &lines[mirrored(k as isize, n) * inner..][..inner];
        for (sum, value) in start.iter_mut().zip(row) {
            *sum += power * value;
        }
        power *= POLE;
    }
    lines[..inner].copy_from_slice(&start);
    for i in 1..n {
        let (before, here) = lines[(i - 1) * inner..(i + 1) * inner].split_at_mut(inner);
        for (value, previous) in here.iter_mut().zip(before) {
            *value = GAIN * *value + POLE * *previous;
        }
    }
    let (before, last) = lines[(n - 2) * inner..].split_at_mut(inner);
    for (value, previous) in last.iter_mut().zip(before) {
        *value = POLE / (POLE * POLE - 1.0) * (*value + POLE * *previous);
    }
    for i in (0..n - 1).rev() {
        let (here, after) = lines[i * inner..(i + 2) * inner].split_at_mut(inner);
        for (value, next) in here.iter_mut().zip(after) {
            *value = POLE * (*next - *value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spline_passes_through_the_samples() {
        for n in [2, 3, 7, 100] {
            let samples: Vec<f64> = (0..2 * n).map(|i| ((i * i) % 17) as f64).collect();
            let mut c = samples.clone();
            coefficients(&mut c, n, 2);
            for (at, sample) in samples.iter().enumerate() {
                let (i, line) = ((at / 2) as isize, at % 2);
                let near = |k| c[mirrored(i + k, n) * 2 + line];
                let value = (near(-1) + 4.0 * near(0) + near(1)) / 6.0;
                assert!((value - sample).abs() < 1e-13, "{n} {at}: {value} {sample}");
            }
        }
    }

    #[test]
    fn coefficients_equal_scipys() {
        // scipy.ndimage.spline_filter1d([0, 0, 1, 0, 5], 3, mode='mirror')
        let mut c = [0.0, 0.0, 1.0, 0.0, 5.0];
        coefficients(&mut c, 5, 1);
        let expected = [19.0, -38.0, 133.0, -158.0, 499.0].map(|e| e / 56.0);
        for (c, e) in c.iter().zip(expected) {
            assert!((c - e).abs() < 1e-14, "{c:?}");
        }
    }
}
