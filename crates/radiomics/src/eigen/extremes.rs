//! The ends of the spectrum of a tridiagonal matrix.

/// Largest magnitude of the eigenvalues of a symmetric tridiagonal matrix
/// (`beside[i]` joins i and i + 1; the last one joins nothing), to rounding.
/// `None` without convergence (entries NaN or infinite).
///
/// Laguerre's iteration from above the spectrum, which doesn't pass its upper
/// end (Parlett 1964), on the matrix and, where its lower end reaches farther,
/// on its negative.
pub(super) fn largest_magnitude(diagonal: &[f64], beside: &[f64]) -> Option<f64> {
    let upper = upper_end(diagonal, beside, 1.0)?;
    if upper > 0.0 && is_above(diagonal, beside, -1.0, upper * (1.0 + f64::EPSILON)) {
        return Some(upper);
    }
    let lower = upper_end(diagonal, beside, -1.0)?;
    Some(upper.abs().max(lower.abs()))
}

/// Whether x is above every eigenvalue of the matrix times `sign`.
fn is_above(diagonal: &[f64], beside: &[f64], sign: f64, x: f64) -> bool {
    let mut ratio = 0.0;
    diagonal.iter().zip(beside).all(|(d, e)| {
        let pivot = x - sign * d - ratio;
        ratio = e * e / pivot;
        pivot > 0.0
    })
}

/// Largest eigenvalue of the matrix times `sign`.
fn upper_end(diagonal: &[f64], beside: &[f64], sign: f64) -> Option<f64> {
    const MAX_STEPS: usize = 100;
    let n = diagonal.len() as f64;
    let mut before = 0.0;
    let mut x = f64::NEG_INFINITY;
    let mut scale = 0.0f64;
    for (d, e) in diagonal.iter().zip(beside) {
        let radius = before + e.abs();
        x = x.max(sign * d + radius);
        scale = scale.max(d.abs() + radius);
        before = e.abs();
    }
    // Clear of the spectrum by more than rounding.
    x += 4.0 * f64::EPSILON * scale;
    if !x.is_finite() {
        return None;
    }
    for _ in 0..MAX_STEPS {
        // The pivots of x - T, their logarithms' derivatives, and the sums of
        // 1 / (x - eigenvalue) and of its square that those make.
        let (mut ratio, mut slope, mut bend) = (0.0, 0.0, 0.0);
        let (mut first, mut second) = (0.0, 0.0);
        for (d, e) in diagonal.iter().zip(beside) {
            let pivot = x - sign * d - ratio;
            if pivot <= 0.0 {
                // Rounding, at the end of the spectrum.
                return Some(x);
            }
            let inverse = 1.0 / pivot;
            bend = ratio * (bend - 2.0 * slope * slope) * inverse;
            slope = (1.0 + ratio * slope) * inverse;
            ratio = e * e * inverse;
            first += slope;
            second += slope * slope - bend;
        }
        let spread = ((n - 1.0) * (n * second - first * first)).max(0.0);
        let step = n / (first + spread.sqrt());
        if !step.is_finite() {
            return None;
        }
        x -= step;
        if step <= f64::EPSILON * scale {
            return Some(x);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_ends() {
        // Second differences, shifted: 2 cos(k pi / (n + 1)) + shift.
        let n = 40;
        let end = 2.0 * (std::f64::consts::PI / (n + 1) as f64).cos();
        for shift in [0.0, 0.3, -0.3, 5.0, -5.0] {
            let found = largest_magnitude(&vec![shift; n], &vec![1.0; n]).unwrap();
            assert!(
                (found - (end + shift.abs())).abs() < 1e-14,
                "{shift}: {found}"
            );
        }
        assert_eq!(largest_magnitude(&[0.0; 3], &[0.0; 3]), Some(0.0));
        // Not joined, one of them many times.
        let found = largest_magnitude(&[1.0, -2.0, -2.0, 1.0, -2.0], &[0.0; 5]);
        assert!((found.unwrap() - 2.0).abs() < 1e-14);
        assert_eq!(largest_magnitude(&[1.0, f64::NAN], &[0.5, 0.0]), None);
    }
}
