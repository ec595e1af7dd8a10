//! Symmetric matrices that are positive definite, or nearly so.

use crate::vectors::dot;

/// A pivot below this share of its diagonal element counts as 0.
const SINGULAR: f64 = 1e-11;

/// The factors of `matrix = L D L'`, where a row that follows from those before
/// it is left out (Cholesky without square roots).
pub(crate) struct Factor {
    /// L below the diagonal, D on it; 0 there for a row that is left out.
    rows: Vec<Vec<f64>>,
}

impl Factor {
    pub fn new(matrix: Vec<Vec<f64>>) -> Self {
        let mut rows = matrix;
        for i in 0..rows.len() {
            let whole = rows[i][i];
            let (above, below) = rows.split_at_mut(i);
            let row = &mut below[0];
            for j in 0..i {
                let done: f64 = dot(&row[..j], &above[j][..j]);
                row[j] -= done;
            }
            // So far row[j] is L[j] D[j].
            for j in 0..i {
                let pivot = above[j][j];
                let factor = if pivot > 0.0 { row[j] / pivot } else { 0.0 };
                row[i] -= factor * row[j];
                row[j] = factor;
            }
            if row[i].is_nan() || row[i] <= SINGULAR * whole {
                row[i] = 0.0;
            }
        }
        Self { rows }
    }

    /// Rows that are not left out.
    pub fn rank(&self) -> usize {
        self.rows.len() - self.left_out().count()
    }

    /// The rows that follow from those before them.
    pub fn left_out(&self) -> impl Iterator<Item = usize> {
        (0..self.rows.len()).filter(|&i| self.rows[i][i] == 0.0)
    }

    /// `matrix^-1 right`, with 0 for rows that are left out.
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut x = right.to_vec();
        let n = x.len();
        for i in 0..n {
            let done: f64 = dot(&self.rows[i][..i], &x[..i]);
            x[i] -= done;
            if self.rows[i][i] == 0.0 {
                x[i] = 0.0;
            }
        }
        for i in (0..n).rev() {
            let pivot = self.rows[i][i];
            let done: f64 = (i + 1..n).map(|j| self.rows[j][i] * x[j]).sum();
            x[i] = if pivot > 0.0 {
                x[i] / pivot - done
            } else {
                0.0
            };
        }
        x
    }

    /// The inverse matrix.
    pub fn inverse(&self) -> Vec<Vec<f64>> {
        let n = self.rows.len();
        let unit = |i: usize| {
            (0..n)
                .map(|j| f64::from(u8::from(i == j)))
                .collect::<Vec<_>>()
        };
        (0..n).map(|i| self.solve(&unit(i))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_and_inverts() {
        let matrix = vec![
            vec![4.0, 2.0, 0.5],
            vec![2.0, 3.0, 1.0],
            vec![0.5, 1.0, 2.0],
        ];
        let factor = Factor::new(matrix.clone());
        assert_eq!(factor.rank(), 3);
        let inverse = factor.inverse();
        for (i, row) in matrix.iter().enumerate() {
            for (j, column) in inverse.iter().enumerate() {
                let unit = f64::from(u8::from(i == j));
                assert!((dot(row, column) - unit).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn leaves_out_what_follows() {
        let factor = Factor::new(vec![
            vec![1.0, 2.0, 0.0],
            vec![2.0, 4.0, 0.0],
            vec![0.0, 0.0, 2.0],
        ]);
        assert_eq!((factor.rank(), factor.left_out().next()), (2, Some(1)));
        assert_eq!(factor.solve(&[3.0, 6.0, 4.0]), [3.0, 0.0, 2.0]);
    }
}
