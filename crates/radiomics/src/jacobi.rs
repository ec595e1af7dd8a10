//! Eigenvalues of symmetric 3 x 3 matrices.

/// Rotations converge quadratically; a handful of rounds is enough.
const MAX_ROUNDS: usize = 50;

/// Eigenvalues, ascending, of a real symmetric matrix; NaN where entries are
/// not finite.
///
/// Jacobi's rotations. Unlike methods by way of a tridiagonal form they keep
/// small eigenvalues of graded matrices (spacings of 1e-3 and 1e3 mm) to the
/// last digits (Demmel and Veselic 1992).
pub(crate) fn eigenvalues(mut a: [[f64; 3]; 3]) -> [f64; 3] {
    for _ in 0..MAX_ROUNDS {
        let mut rotated = false;
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            let beside = a[p][q];
            let negligible = f64::EPSILON * (a[p][p].abs().sqrt() * a[q][q].abs().sqrt());
            if beside == 0.0 || beside.abs() < negligible / 4.0 {
                continue;
            }
            rotated = true;
            let theta = (a[q][q] - a[p][p]) / (2.0 * beside);
            let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
            let cosine = 1.0 / tangent.hypot(1.0);
            let sine = tangent * cosine;
            a[p][p] -= tangent * beside;
            a[q][q] += tangent * beside;
            let r = 3 - p - q;
            let (rp, rq) = (a[r][p], a[r][q]);
            let turned = [cosine * rp - sine * rq, sine * rp + cosine * rq];
            for (i, j, value) in [(p, q, 0.0), (r, p, turned[0]), (r, q, turned[1])] {
                a[i][j] = value;
                a[j][i] = value;
            }
        }
        if !rotated {
            break;
        }
    }
    let mut values = [a[0][0], a[1][1], a[2][2]];
    values.sort_by(f64::total_cmp);
    if a.as_flattened().iter().all(|entry| entry.is_finite()) {
        values
    } else {
        [f64::NAN; 3]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: [f64; 3], expected: [f64; 3]) {
        for (f, e) in found.into_iter().zip(expected) {
            assert!((f - e).abs() <= 4e-15 * e.abs(), "{found:?} {expected:?}");
        }
    }

    #[test]
    fn known_spectra() {
        close(
            eigenvalues([[3.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 2.0]]),
            [1.0, 2.0, 3.0],
        );
        let root = 2f64.sqrt();
        let beside = [[2.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 2.0]];
        close(eigenvalues(beside), [2.0 - root, 2.0, 2.0 + root]);
        assert_eq!(eigenvalues([[0.0; 3]; 3]), [0.0; 3]);
        let ones = eigenvalues([[1.0; 3]; 3]);
        assert!(ones[0].abs() < 1e-15 && ones[1].abs() < 1e-15 && (ones[2] - 3.0).abs() < 1e-14);
        assert!(eigenvalues([[f64::NAN; 3]; 3])[0].is_nan());
        assert!(eigenvalues([[f64::INFINITY; 3]; 3])[0].is_nan());
    }

    #[test]
    fn small_eigenvalues_of_graded_matrices_are_kept() {
        // D A D with A of 1 and 1/2, D = (1, 1e6, 1e12). The determinant is
        // 1/2 det D^2, the largest minor of order 2 is 3/4 (1e6 1e12)^2.
        let d = [1.0, 1e6, 1e12];
        let graded = std::array::from_fn(|i| {
            std::array::from_fn(|j| d[i] * d[j] * if i == j { 1.0 } else { 0.5 })
        });
        let [least, minor, major] = eigenvalues(graded);
        assert!((major / 1e24 - 1.0).abs() < 1e-11);
        assert!((minor / 0.75e12 - 1.0).abs() < 1e-11);
        assert!((least * minor * major / 0.5e36 - 1.0).abs() < 1e-14);
    }
}
