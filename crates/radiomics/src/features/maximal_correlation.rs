//! The maximal correlation coefficient of two discrete variables.

use crate::eigen::largest_singular_value;
use crate::features::EPSILON;

/// Square root of the second largest eigenvalue of
/// Q(i, j) = sum over k of p(i, k) p(j, k) / (px(i) py(k)), for a distribution
/// p of order 2 or more, row by row, with its marginals. `None` without
/// convergence.
///
/// Where the values fall into groups that never occur together, each group has
/// an eigenvalue of 1. Else Q is similar to S S' with
/// S(i, j) = p(i, j) / sqrt(px(i) py(j)), whose largest singular value is 1,
/// with sqrt(px) and sqrt(py) as vectors. Taking that part away leaves the one
/// looked for on top. (The epsilon shifts the values as PyRadiomics' epsilon in
/// the denominators of Q does, to first order.)
pub(super) fn maximal_correlation(
    p: &[f64],
    px: &[f64],
    py: &[f64],
    symmetric: bool,
) -> Option<f64> {
    let n = px.len();
    if falls_apart(p, px, py) {
        return Some(1.0);
    }
    // Values that don't occur are left out.
    let occurring: Vec<usize> = (0..n).filter(|&i| px[i] + py[i] > 0.0).collect();
    let root_y: Vec<f64> = occurring.iter().map(|&j| py[j].sqrt()).collect();
    let mut rest = Vec::with_capacity(occurring.len() * occurring.len());
    for &i in &occurring {
        let (row, start, root_x) = (&p[i * n..][..n], rest.len(), px[i].sqrt());
        rest.extend(root_y.iter().map(|root_y| -root_x * root_y));
        for (value, &j) in rest[start..].iter_mut().zip(&occurring) {
            if row[j] > 0.0 {
                *value += row[j] / (px[i] * py[j] + EPSILON).sqrt();
            }
        }
    }
    largest_singular_value(&rest, occurring.len(), symmetric)
}

/// Whether the graph that joins i and j where p(i, j) > 0 has several parts.
fn falls_apart(p: &[f64], px: &[f64], py: &[f64]) -> bool {
    let n = px.len();
    let mut parts = px.iter().chain(py).filter(|&&p| p > 0.0).count();
    let mut parent: Vec<usize> = (0..2 * n).collect();
    for (i, row) in p.chunks_exact(n).enumerate() {
        for (j, _) in row.iter().enumerate().filter(|(_, p)| **p > 0.0) {
            let (a, b) = (root(&mut parent, i), root(&mut parent, n + j));
            if a != b {
                parent[a] = b;
                parts -= 1;
            }
        }
        if parts == 1 {
            return false;
        }
    }
    true
}

fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(p: &[f64], n: usize, symmetric: bool) -> f64 {
        let px: Vec<f64> = p.chunks_exact(n).map(|row| row.iter().sum()).collect();
        let py: Vec<f64> = (0..n).map(|j| (0..n).map(|i| p[i * n + j]).sum()).collect();
        maximal_correlation(p, &px, &py, symmetric).unwrap()
    }

    #[test]
    fn groups_that_never_meet_are_fully_correlated() {
        // 0 meets 0 and 2; 1 meets itself.
        let apart = [0.2, 0.0, 0.2, 0.0, 0.3, 0.0, 0.2, 0.0, 0.1];
        assert_eq!(of(&apart, 3, true), 1.0);
        // Each of two values always meets the other.
        assert_eq!(of(&[0.0, 0.5, 0.5, 0.0], 2, true), 1.0);
        // A little of everything, and it is continuous.
        let together = apart.map(|p| (p + 1e-9) / (1.0 + 9e-9));
        let near = of(&together, 3, true);
        assert!(near < 1.0 && near > 1.0 - 1e-6, "{near}");
    }

    #[test]
    fn values_that_do_not_occur_change_nothing() {
        let whole = of(&[0.4, 0.1, 0.2, 0.3], 2, false);
        let sparse = [0.4, 0.0, 0.1, 0.0, 0.0, 0.0, 0.2, 0.0, 0.3];
        assert!((of(&sparse, 3, false) - whole).abs() < 1e-12);
        // phi of the 2 x 2 table.
        let phi = (0.4 * 0.3 - 0.1 * 0.2) / (0.5f64 * 0.5 * 0.6 * 0.4).sqrt();
        assert!((whole - phi).abs() < 1e-9, "{whole} {phi}");
    }
}
