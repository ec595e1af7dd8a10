//! Fourier's transform of a plane.

use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use crate::spectrum::good_length;

/// Transforms of planes of one size, for convolutions with complex kernels.
///
/// A plane's spectrum lies column by column: the frequencies along its rows
/// vary slowest.
pub(super) struct PlaneTransform {
    width: usize,
    height: usize,
    rows: [Arc<dyn Fft<f64>>; 2],
    columns: [Arc<dyn Fft<f64>>; 2],
}

impl PlaneTransform {
    /// For planes of at least such a size.
    pub fn new([width, height]: [usize; 2]) -> Self {
        let mut planner = FftPlanner::new();
        let mut both = |n| [planner.plan_fft_forward(n), planner.plan_fft_inverse(n)];
        let [width, height] = [width, height].map(good_length);
        Self {
            width,
            height,
            rows: both(width),
            columns: both(height),
        }
    }

    /// Numbers in a spectrum.
    pub fn len(&self) -> usize {
        self.width * self.height
    }

    /// The spectrum of a plane of rows of `width` numbers, zeros beyond.
    pub fn spectrum(
        &self,
        width: usize,
        values: impl Iterator<Item = Complex<f64>>,
    ) -> Vec<Complex<f64>> {
        let mut plane = vec![Complex::default(); self.len()];
        let (mut row, mut column) = (0, 0);
        for value in values {
            plane[row * self.width + column] = value;
            column += 1;
            if column == width {
                (row, column) = (row + 1, 0);
            }
        }
        self.rows[0].process(&mut plane[..row * self.width]);
        let mut spectrum = vec![Complex::default(); self.len()];
        transpose(&plane, &mut spectrum, self.width, 0..row, self.height);
        self.columns[0].process(&mut spectrum);
        spectrum
    }

    /// Rows `wanted` of the plane of a spectrum (which is used up), times the
    /// plane's size.
    pub fn back(
        &self,
        spectrum: &mut [Complex<f64>],
        wanted: std::ops::Range<usize>,
    ) -> Vec<Complex<f64>> {
        self.columns[1].process(spectrum);
        let mut plane = vec![Complex::default(); self.width * wanted.len()];
        for first in (0..wanted.len()).step_by(BLOCK) {
            for column in 0..self.width {
                let rows = first..(first + BLOCK).min(wanted.len());
                for row in rows {
                    plane[row * self.width + column] =
                        spectrum[column * self.height + wanted.start + row];
                }
            }
        }
        self.rows[1].process(&mut plane);
        plane
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.width
    }
}

/// Rows handled at once, so that what is read stays in the cache.
const BLOCK: usize = 16;

/// Rows of `width` numbers to columns of `height`.
fn transpose(
    from: &[Complex<f64>],
    to: &mut [Complex<f64>],
    width: usize,
    rows: std::ops::Range<usize>,
    height: usize,
) {
    for first in rows.clone().step_by(BLOCK) {
        for column in 0..width {
            for row in first..(first + BLOCK).min(rows.end) {
                to[column * height + row] = from[row * width + column];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_come_back() {
        let transform = PlaneTransform::new([3, 37]);
        let value = |at: usize| Complex::new(at as f64, (at * at % 7) as f64);
        let mut spectrum = transform.spectrum(3, (0..3 * 37).map(value));
        assert!((spectrum[0].re - (0..111).sum::<usize>() as f64).abs() < 1e-9);
        let plane = transform.back(&mut spectrum, 5..36);
        for (row, found) in plane.chunks_exact(transform.width()).enumerate() {
            for (column, found) in found.iter().take(3).enumerate() {
                let expected = value((row + 5) * 3 + column) * transform.len() as f64;
                assert!((found - expected).norm() < 1e-8);
            }
            assert!(found[3..].iter().all(|value| value.norm() < 1e-8));
        }
    }
}
