//! Eigenvalues of symmetric matrices.

mod extremes;
mod lanczos;

pub use lanczos::largest_singular_value;

/// Eigenvalues, ascending, of a real symmetric matrix of order `n`, given row
/// by row; only the lower triangle is read.
///
/// Householder's reduction to tridiagonal form, then the implicit QL method
/// (Bowdler, Martin, Reinsch, Wilkinson 1968). Errors are of the order of
/// rounding times the largest eigenvalue. `None` when the iteration doesn't
/// converge (entries NaN or infinite).
#[cfg(test)]
fn symmetric_eigenvalues(matrix: &[f64], n: usize) -> Option<Vec<f64>> {
    debug_assert_eq!(matrix.len(), n * n);
    let (mut diagonal, mut beside) = tridiagonal(matrix.to_vec(), n);
    implicit_ql(&mut diagonal, &mut beside, &mut vec![0.0; n])?;
    diagonal.sort_by(f64::total_cmp);
    Some(diagonal)
}

/// Diagonal and subdiagonal (`beside[i]` joins i and i + 1) of a similar
/// tridiagonal matrix.
fn tridiagonal(mut a: Vec<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut beside = vec![0.0; n];
    let mut v = vec![0.0; n];
    let mut w = vec![0.0; n];
    for k in 0..n.saturating_sub(2) {
        // Reflect column k below the subdiagonal onto the subdiagonal.
        let norm = (k + 1..n)
            .map(|i| a[i * n + k] * a[i * n + k])
            .sum::<f64>()
            .sqrt();
        if norm == 0.0 {
            continue;
        }
        let head = a[(k + 1) * n + k];
        let target = if head > 0.0 { -norm } else { norm };
        for i in k + 1..n {
            v[i] = a[i * n + k];
        }
        v[k + 1] -= target;
        let squared = (k + 1..n).map(|i| v[i] * v[i]).sum::<f64>();
        beside[k] = target;
        // A <- A - v q' - q v', q = w - v (v'w) / v'v, w = 2 A v / v'v.
        w[k + 1..].fill(0.0);
        for i in k + 1..n {
            let (before, w_i) = w.split_at_mut(i);
            let row = &a[i * n..i * n + n];
            let mut sum = row[i] * v[i];
            let columns = row[k + 1..i].iter().zip(&v[k + 1..i]);
            for ((a, v_j), w_j) in columns.zip(&mut before[k + 1..]) {
                sum += a * v_j;
                *w_j += a * v[i];
            }
            w_i[0] += sum;
        }
        let scale = 2.0 / squared;
        let along = (k + 1..n).map(|i| w[i] * v[i]).sum::<f64>() * scale / squared;
        for i in k + 1..n {
            w[i] = scale * w[i] - along * v[i];
        }
        for i in k + 1..n {
            let row = &mut a[i * n + k + 1..=i * n + i];
            for (a, (v_j, w_j)) in row.iter_mut().zip(v[k + 1..].iter().zip(&w[k + 1..])) {
                *a -= v[i] * w_j + w[i] * v_j;
            }
        }
    }
    // `norm == 0` above left a zero; the last two rows need no reflection.
    if n >= 2 {
        beside[n - 2] = a[(n - 1) * n + n - 2];
    }
    ((0..n).map(|i| a[i * n + i]).collect(), beside)
}

/// Turns the diagonal into the eigenvalues, and `row` times the matrix of the
/// eigenvectors takes the place of `row`.
fn implicit_ql(d: &mut [f64], e: &mut [f64], row: &mut [f64]) -> Option<()> {
    const MAX_SWEEPS: usize = 60;
    let n = d.len();
    for l in 0..n {
        for sweep in 0.. {
            let small = |m: usize| e[m].abs() <= f64::EPSILON * (d[m].abs() + d[m + 1].abs());
            let m = (l..n - 1).find(|&m| small(m)).unwrap_or(n - 1);
            if m == l {
                break;
            }
            if sweep == MAX_SWEEPS {
                return None;
            }
            let mut g = (d[l + 1] - d[l]) / (2.0 * e[l]);
            let mut r = g.hypot(1.0);
            g = d[m] - d[l] + e[l] / (g + r.copysign(g));
            let (mut sine, mut cosine, mut p) = (1.0, 1.0, 0.0);
            let mut deflated = false;
            for i in (l..m).rev() {
                let f = sine * e[i];
                let b = cosine * e[i];
                r = f.hypot(g);
                e[i + 1] = r;
                if r == 0.0 {
                    d[i + 1] -= p;
                    e[m] = 0.0;
                    deflated = true;
                    break;
                }
                sine = f / r;
                cosine = g / r;
                g = d[i + 1] - p;
                r = (d[i] - g) * sine + 2.0 * cosine * b;
                p = sine * r;
                d[i + 1] = g + p;
                g = cosine * r - b;
                let above = row[i + 1];
                row[i + 1] = sine * row[i] + cosine * above;
                row[i] = cosine * row[i] - sine * above;
            }
            if !deflated {
                d[l] -= p;
                e[l] = g;
                e[m] = 0.0;
            }
        }
    }
    d.iter().all(|value| value.is_finite()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_spectra() {
        assert_eq!(symmetric_eigenvalues(&[3.0], 1).unwrap(), [3.0]);
        assert_eq!(symmetric_eigenvalues(&[], 0).unwrap(), [0.0; 0]);
        let two = symmetric_eigenvalues(&[2.0, 1.0, 1.0, 2.0], 2).unwrap();
        assert!((two[0] - 1.0).abs() < 1e-14 && (two[1] - 3.0).abs() < 1e-14);
        // Second differences: 2 - 2 cos(k pi / (n + 1)), exact.
        let n = 40;
        let mut matrix = vec![0.0; n * n];
        for i in 0..n {
            matrix[i * n + i] = 2.0;
            if i + 1 < n {
                matrix[i * n + i + 1] = -1.0;
                matrix[(i + 1) * n + i] = -1.0;
            }
        }
        let found = symmetric_eigenvalues(&matrix, n).unwrap();
        for (k, value) in found.iter().enumerate() {
            let angle = std::f64::consts::PI * (k + 1) as f64 / (n + 1) as f64;
            assert!((value - (2.0 - 2.0 * angle.cos())).abs() < 1e-13);
        }
    }

    #[test]
    fn full_matrix_of_min_indices() {
        // min(i, j): eigenvalues 1 / (2 - 2 cos((2k - 1) pi / (2n + 1))), exact.
        let n = 25;
        let matrix: Vec<f64> = (0..n * n)
            .map(|p| ((p / n).min(p % n) + 1) as f64)
            .collect();
        let found = symmetric_eigenvalues(&matrix, n).unwrap();
        for (k, value) in found.iter().rev().enumerate() {
            let angle = std::f64::consts::PI * (2 * k + 1) as f64 / (2 * n + 1) as f64;
            let expected = 1.0 / (2.0 - 2.0 * angle.cos());
            assert!(
                (value - expected).abs() < 1e-12 * 300.0,
                "{k}: {value} {expected}"
            );
        }
    }

    #[test]
    fn rank_deficient_and_broken_matrices() {
        let flat = symmetric_eigenvalues(&[1.0; 16], 4).unwrap();
        assert!((flat[3] - 4.0).abs() < 1e-14 && flat[..3].iter().all(|v| v.abs() < 1e-14));
        assert_eq!(symmetric_eigenvalues(&[0.0; 9], 3).unwrap(), [0.0; 3]);
        assert!(symmetric_eigenvalues(&[f64::NAN; 9], 3).is_none());
    }
}
