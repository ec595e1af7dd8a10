//! The transform along one axis and back.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Smallest even number without a prime factor above 7 that is not below `n`.
pub(crate) fn good_length(n: usize) -> usize {
    let smooth = |half: &usize| {
        let mut rest = *half;
        for factor in [2, 3, 5, 7] {
            while rest.is_multiple_of(factor) {
                rest /= factor;
            }
        }
        rest == 1
    };
    // A power of 2 is never far.
    let half = n.div_ceil(2).max(1);
    2 * (half..).find(smooth).unwrap_or(half)
}

/// The Fourier transform of an even number of real numbers: cosine sums (real
/// parts) and sine sums (imaginary parts).
pub(super) struct Transform {
    length: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    back: Arc<dyn ComplexToReal<f64>>,
}

/// What a transform works on.
pub(super) struct Workspace {
    numbers: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
}

impl Transform {
    /// A transform of [`good_length`] of `n` numbers.
    pub fn new(planner: &mut RealFftPlanner<f64>, n: usize) -> Self {
        let length = good_length(n);
        Self {
            length,
            forward: planner.plan_fft_forward(length),
            back: planner.plan_fft_inverse(length),
        }
    }

    pub fn length(&self) -> usize {
        self.length
    }

    /// How many frequencies there are: from 0 to half of the length.
    pub fn frequencies(&self) -> usize {
        self.length / 2 + 1
    }

    /// How many signs a frequency has.
    pub fn multiplicity(&self, frequency: usize) -> f64 {
        if frequency == 0 || frequency == self.length / 2 {
            1.0
        } else {
            2.0
        }
    }

    pub fn workspace(&self) -> Workspace {
        let scratch = self
            .forward
            .get_scratch_len()
            .max(self.back.get_scratch_len());
        Workspace {
            numbers: vec![0.0; self.length],
            spectrum: self.forward.make_output_vec(),
            scratch: vec![Complex::default(); scratch],
        }
    }

    /// The transform of values followed by zeros.
    pub fn padded<'a>(&self, work: &'a mut Workspace, values: &[f64]) -> &'a mut [Complex<f64>] {
        let (front, rest) = work.numbers.split_at_mut(values.len());
        front.copy_from_slice(values);
        rest.fill(0.0);
        self.forward(work)
    }

    /// The transform of values continued evenly: one for each offset up to half
    /// of the length.
    pub fn even<'a>(&self, work: &'a mut Workspace, values: &[f64]) -> &'a mut [Complex<f64>] {
        work.numbers[..values.len()].copy_from_slice(values);
        for at in values.len()..self.length {
            work.numbers[at] = values[self.length - at];
        }
        self.forward(work)
    }

    fn forward<'a>(&self, work: &'a mut Workspace) -> &'a mut [Complex<f64>] {
        let Workspace {
            numbers,
            spectrum,
            scratch,
        } = work;
        // It only fails for buffers of other lengths than these.
        let done = self
            .forward
            .process_with_scratch(numbers, spectrum, scratch);
        debug_assert!(done.is_ok());
        spectrum
    }

    /// From the spectrum in the workspace back to numbers, times the length.
    pub fn back<'a>(&self, work: &'a mut Workspace) -> &'a [f64] {
        let Workspace {
            numbers,
            spectrum,
            scratch,
        } = work;
        // The sine sums of the first and the last frequency are 0.
        let done = self.back.process_with_scratch(spectrum, numbers, scratch);
        debug_assert!(done.is_ok());
        numbers
    }
}

impl Workspace {
    pub fn spectrum(&mut self) -> &mut [Complex<f64>] {
        &mut self.spectrum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        let found = [0, 1, 3, 22, 23, 25, 199, 201].map(good_length);
        assert_eq!(found, [2, 2, 4, 24, 24, 28, 200, 210]);
    }

    #[test]
    fn there_and_back() {
        let transform = Transform::new(&mut RealFftPlanner::new(), 5);
        let mut work = transform.workspace();
        let sums = transform.padded(&mut work, &[1.0, 2.0, -4.0]);
        assert_eq!((sums.len(), sums[0].re), (4, -1.0));
        let back = transform.back(&mut work);
        for (found, expected) in back.iter().zip([6.0, 12.0, -24.0, 0.0, 0.0, 0.0]) {
            assert!((found - expected).abs() < 1e-14);
        }
    }
}
