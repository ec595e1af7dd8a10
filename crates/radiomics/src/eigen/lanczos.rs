//! The largest singular value alone, for much less than all eigenvalues.

use super::extremes::largest_magnitude;
use super::{implicit_ql, tridiagonal};

/// Below this order the tridiagonal form costs no more.
const SMALL: usize = 48;

/// Residual, relative to the value, at which the iteration stops.
const TOLERANCE: f64 = 1e-11;

/// Largest singular value of a real matrix of order `n`, given row by row; of
/// a symmetric one that is the largest magnitude of its eigenvalues.
///
/// Lanczos' method on the matrix, or on A'A where it isn't symmetric, until
/// the residual of the value is below 1e-11 of it: some eigenvalue lies that
/// close. Rounding makes copies of values that have converged, which does no
/// harm here (Paige 1976). Small matrices, and those where there is no
/// convergence, are brought to tridiagonal form; `None` where that fails
/// (entries NaN or infinite).
pub fn largest_singular_value(matrix: &[f64], n: usize, symmetric: bool) -> Option<f64> {
    debug_assert_eq!(matrix.len(), n * n);
    if symmetric {
        let apply = |x: &[f64], y: &mut [f64]| add_rows(matrix, x, y);
        return iterate(n, apply).or_else(|| direct(matrix.to_vec(), n));
    }
    let transposed: Vec<f64> = (0..n * n).map(|at| matrix[at % n * n + at / n]).collect();
    let mut between = vec![0.0; n];
    let mut apply = |x: &[f64], y: &mut [f64]| {
        add_rows(&transposed, x, &mut between);
        add_rows(matrix, &between, y);
    };
    iterate(n, &mut apply)
        .or_else(|| {
            let (mut squared, mut unit) = (vec![0.0; n * n], vec![0.0; n]);
            for (i, row) in squared.chunks_exact_mut(n).enumerate() {
                unit[i] = 1.0;
                apply(&unit, row);
                unit[i] = 0.0;
            }
            direct(squared, n)
        })
        .map(f64::sqrt)
}

/// Largest magnitude of the eigenvalues of a symmetric matrix.
fn direct(matrix: Vec<f64>, n: usize) -> Option<f64> {
    let (diagonal, beside) = tridiagonal(matrix, n);
    largest_magnitude(&diagonal, &beside)
}

/// Largest magnitude of the eigenvalues of a symmetric operator of order `n`.
fn iterate(n: usize, mut apply: impl FnMut(&[f64], &mut [f64])) -> Option<f64> {
    if n < SMALL {
        return None;
    }
    // A start without symmetries, so that no eigenvector is orthogonal to it.
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let mut here: Vec<f64> = (1..=n).map(|i| (i as f64 * golden).fract() - 0.5).collect();
    let length = dot(&here, &here).sqrt();
    here.iter_mut().for_each(|x| *x /= length);
    let (mut before, mut next) = (vec![0.0; n], vec![0.0; n]);
    let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
    let (mut check, mut last, mut scale) = (10, 0.0, 0.0f64);
    for step in 1..=3 * n {
        apply(&here, &mut next);
        next.iter_mut()
            .zip(&before)
            .for_each(|(y, x)| *y -= last * x);
        let along = dot(&next, &here);
        next.iter_mut()
            .zip(&here)
            .for_each(|(y, x)| *y -= along * x);
        last = dot(&next, &next).sqrt();
        scale = scale.max(along.abs()).max(last);
        diagonal.push(along);
        beside.push(last);
        let exhausted = last <= f64::EPSILON * scale;
        if exhausted || step == check {
            check += check * 2 / 5;
            let found = converged(&diagonal, &beside)?;
            if exhausted || found.residual <= TOLERANCE * found.value {
                return Some(found.value);
            }
        }
        next.iter_mut().for_each(|x| *x /= last);
        std::mem::swap(&mut before, &mut here);
        std::mem::swap(&mut here, &mut next);
    }
    None
}

struct Ritz {
    value: f64,
    residual: f64,
}

/// The eigenvalue of largest magnitude of the tridiagonal matrix so far. Its
/// residual is that of the other end of the spectrum as well, as long as that
/// end might reach beyond it.
fn converged(diagonal: &[f64], beside: &[f64]) -> Option<Ritz> {
    let order = diagonal.len();
    let (mut values, mut off) = (diagonal.to_vec(), beside.to_vec());
    let mut bottom = vec![0.0; order];
    bottom[order - 1] = 1.0;
    implicit_ql(&mut values, &mut off, &mut bottom)?;
    let ritz = |(value, bottom): (&f64, &f64)| (*value, (beside[order - 1] * bottom).abs());
    let pairs = || values.iter().zip(&bottom).map(ritz);
    let high = pairs().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let low = pairs().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let (larger, smaller) = if high.0.abs() >= low.0.abs() {
        (high, low)
    } else {
        (low, high)
    };
    let value = larger.0.abs();
    let rival = smaller.0.abs() + smaller.1 > value;
    let residual = if rival {
        larger.1.max(smaller.1)
    } else {
        larger.1
    };
    Some(Ritz { value, residual })
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// y = A'x, four rows at a time.
fn add_rows(matrix: &[f64], x: &[f64], y: &mut [f64]) {
    let n = x.len();
    y.fill(0.0);
    for (rows, x) in matrix.chunks(4 * n).zip(x.chunks(4)) {
        if let &[a, b, c, d] = x {
            let (ab, cd) = rows.split_at(2 * n);
            let ((row_a, row_b), (row_c, row_d)) = (ab.split_at(n), cd.split_at(n));
            let rows = row_a.iter().zip(row_b).zip(row_c.iter().zip(row_d));
            for (y, ((p, q), (r, s))) in y.iter_mut().zip(rows) {
                *y += a * p + b * q + (c * r + d * s);
            }
        } else {
            for (row, x) in rows.chunks_exact(n).zip(x) {
                y.iter_mut().zip(row).for_each(|(y, p)| *y += x * p);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eigen::symmetric_eigenvalues;

    fn random(n: usize, seed: u64) -> Vec<f64> {
        let mut stream = stats::rng::stream(seed, "radiomics-lanczos", 0);
        (0..n * n)
            .map(|_| stream.below(2001) as f64 / 1000.0 - 1.0)
            .collect()
    }

    fn transposed(a: &[f64], n: usize) -> Vec<f64> {
        (0..n * n).map(|at| a[at % n * n + at / n]).collect()
    }

    /// Spectra without gaps, as noise has them.
    #[test]
    fn equals_the_whole_spectrum() {
        for (n, seed) in [(1, 1), (3, 2), (16, 3), (47, 4), (48, 5), (120, 6)] {
            let any = random(n, seed);
            let turned = transposed(&any, n);
            let symmetric: Vec<f64> = any.iter().zip(&turned).map(|(a, b)| a + b).collect();
            let spectrum = symmetric_eigenvalues(&symmetric, n).unwrap();
            let expected = spectrum[0].abs().max(spectrum[n - 1].abs());
            for symmetric_way in [true, false] {
                let found = largest_singular_value(&symmetric, n, symmetric_way).unwrap();
                assert!(
                    (found / expected - 1.0).abs() < 1e-12,
                    "{n}: {found} {expected}"
                );
            }
            let one = largest_singular_value(&any, n, false).unwrap();
            let other = largest_singular_value(&turned, n, false).unwrap();
            assert!((one / other - 1.0).abs() < 1e-12, "{n}: {one} {other}");
        }
    }

    #[test]
    fn few_or_no_directions() {
        for n in [30, 90] {
            of_few_or_no_directions(n);
        }
    }

    fn of_few_or_no_directions(n: usize) {
        assert_eq!(
            largest_singular_value(&vec![0.0; n * n], n, true),
            Some(0.0)
        );
        assert_eq!(
            largest_singular_value(&vec![0.0; n * n], n, false),
            Some(0.0)
        );
        let flat = largest_singular_value(&vec![0.1; n * n], n, true).unwrap();
        assert!((flat / (0.1 * n as f64) - 1.0).abs() < 1e-14);
        // Eigenvalues -2 and 2, many times each: two steps exhaust it.
        let swap: Vec<f64> = (0..n * n)
            .map(|at| if at / n == (at % n) ^ 1 { 2.0 } else { 0.0 })
            .collect();
        assert!((largest_singular_value(&swap, n, true).unwrap() - 2.0).abs() < 1e-14);
        assert_eq!(
            largest_singular_value(&vec![f64::NAN; n * n], n, true),
            None
        );
    }
}
