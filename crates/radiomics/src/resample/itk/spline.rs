//! Coefficients of the cubic B-spline through an image, by ITK's arithmetic.
//!
//! Source: Unser, Aldroubi, Eden 1993, part II, as ITK's
//! BSplineDecompositionImageFilter computes it. (Where a result is cut to a
//! whole number, the last bit of a coefficient may decide.)

use rayon::prelude::*;

/// Where ITK cuts the sum that begins the recursion: pole^18 is below 1e-10.
const HORIZON: usize = 18;

/// Turns values (x fastest) into coefficients along one axis after the other.
pub(super) fn coefficients(values: &mut [f64], size: [usize; 3]) {
    let mut inner = 1;
    for n in size {
        if n > 1 {
            let lines = values.par_chunks_exact_mut(n * inner);
            lines.for_each(|lines| filter(lines, n, inner));
        }
        inner *= n;
    }
}

/// Filters `inner` lines of `n` samples side by side.
fn filter(lines: &mut [f64], n: usize, inner: usize) {
    let pole = 3f64.sqrt() - 2.0;
    let gain = (1.0 - pole) * (1.0 - 1.0 / pole);
    for value in lines.iter_mut() {
        *value *= gain;
    }
    begin(lines, n, inner, pole);
    for i in 1..n {
        let (before, here) = lines[(i - 1) * inner..(i + 1) * inner].split_at_mut(inner);
        for (value, previous) in here.iter_mut().zip(before) {
            *value += pole * *previous;
        }
    }
    let (before, last) = lines[(n - 2) * inner..].split_at_mut(inner);
    for (value, previous) in last.iter_mut().zip(before) {
        *value = pole / (pole * pole - 1.0) * (pole * *previous + *value);
    }
    for i in (0..n - 1).rev() {
        let (here, after) = lines[i * inner..(i + 2) * inner].split_at_mut(inner);
        for (value, next) in here.iter_mut().zip(after) {
            *value = pole * (*next - *value);
        }
    }
}

/// The first sample of the causal recursion: the sum over all samples before,
/// which are those after it mirrored.
fn begin(lines: &mut [f64], n: usize, inner: usize, pole: f64) {
    let (first, rest) = lines.split_at_mut(inner);
    let mut power = pole;
    if HORIZON < n {
        for row in rest.chunks_exact(inner).take(HORIZON - 1) {
            add(first, row, power);
            power *= pole;
        }
        return;
    }
    let inverse = 1.0 / pole;
    let mut back = pole.powf((n - 1) as f64);
    add(first, &rest[(n - 2) * inner..], back);
    let before = back * inverse;
    back *= before;
    for row in rest.chunks_exact(inner).take(n - 2) {
        add(first, row, power + back);
        power *= pole;
        back *= inverse;
    }
    for value in first {
        *value /= 1.0 - power * power;
    }
}

fn add(sum: &mut [f64], row: &[f64], weight: f64) {
    for (sum, value) in sum.iter_mut().zip(row) {
        *sum += weight * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coefficients_equal_scipys() {
        // scipy.ndimage.spline_filter1d([0, 0, 1, 0, 5], 3, mode='mirror')
        let mut c = [0.0, 0.0, 1.0, 0.0, 5.0];
        coefficients(&mut c, [5, 1, 1]);
        let expected = [19.0, -38.0, 133.0, -158.0, 499.0].map(|e| e / 56.0);
        for (c, e) in c.iter().zip(expected) {
            assert!((c - e).abs() < 1e-14, "{c:?}");
        }
    }

    #[test]
    fn the_spline_passes_through_the_samples() {
        for n in [2, 3, 18, 19, 50] {
            let samples: Vec<f64> = (0..2 * n).map(|i| ((i * i) % 17) as f64).collect();
            let mut c = samples.clone();
            filter(&mut c, n, 2);
            for i in 0..2 * n {
                let near = |k: isize| {
                    let row = (i as isize / 2 + k).unsigned_abs();
                    c[row.min(2 * (n - 1) - row) * 2 + i % 2]
                };
                let value = (near(-1) + 4.0 * near(0) + near(1)) / 6.0;
                assert!((value - samples[i]).abs() < 1e-8, "{n} {i}");
            }
        }
    }
}
