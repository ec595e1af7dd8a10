//! The histogram of an image without its bias.

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::sync::Arc;

use super::N4;

/// A lookup of log intensities: what is expected of the unbiased image, E(u|v).
pub(super) struct Sharpened {
    least: f64,
    slope: f64,
    expected: Vec<f64>,
}

impl Sharpened {
    /// By Wiener deconvolution of the histogram of log intensities with the
    /// Gaussian that the bias is taken to blur it by. None where all are the
    /// same.
    pub(super) fn of(values: impl Iterator<Item = f64> + Clone, settings: &N4) -> Option<Self> {
        let bounds = |[low, high]: [f64; 2], v: f64| [low.min(v), high.max(v)];
        let [least, most] = values
            .clone()
            .fold([f64::INFINITY, f64::NEG_INFINITY], bounds);
        let bins = settings.bins;
        let slope = (most - least) / (bins - 1) as f64;
        if !(slope > 0.0 && slope.is_finite()) {
            return None;
        }
        let mut histogram = vec![0.0; bins];
        for value in values {
            let at = (value - least) / slope;
            let (bin, share) = (at as usize, at.fract());
            if share == 0.0 {
                histogram[bin.min(bins - 1)] += 1.0;
            } else if bin + 1 < bins {
                histogram[bin] += 1.0 - share;
                histogram[bin + 1] += share;
            }
        }
        let expected = expectation(&histogram, least, slope, settings);
        Some(Self {
            least,
            slope,
            expected,
        })
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let at = (value - self.least) / self.slope;
        let bin = at as usize;
        match self.expected.get(bin..bin + 2) {
            Some(&[here, next]) => here + (next - here) * (at - bin as f64),
            _ => self.expected.last().copied().unwrap_or(value),
        }
    }
}

fn expectation(histogram: &[f64], least: f64, slope: f64, settings: &N4) -> Vec<f64> {
    let bins = histogram.len();
    let padded = 2 * bins.next_power_of_two();
    let offset = (padded - bins) / 2;
    let mut planner = FftPlanner::new();
    let transform = Transform {
        forward: planner.plan_fft_forward(padded),
        inverse: planner.plan_fft_inverse(padded),
    };
    let mut observed = vec![0.0; padded];
    observed[offset..offset + bins].copy_from_slice(histogram);

    let width = settings.fwhm / slope;
    let decay = 4.0 * std::f64::consts::LN_2 / (width * width);
    let height = 2.0 * (std::f64::consts::LN_2 / std::f64::consts::PI).sqrt() / width;
    let blur = |n: usize| height * (-((n.min(padded - n) as f64).powi(2)) * decay).exp();
    let blur = transform.forward((0..padded).map(blur));

    let observed = transform.forward(observed.into_iter());
    let wiener = |f: &Complex<f64>| (f.conj() / (f.conj() * f + settings.noise)).re;
    let restored = observed.iter().zip(&blur).map(|(v, f)| v * wiener(f));
    let restored = transform.inverse(restored.collect());
    let restored: Vec<f64> = restored.into_iter().map(|u| u.max(0.0)).collect();

    let blurred = |values: Vec<f64>| {
        let spectrum = transform.forward(values.into_iter());
        transform.inverse(spectrum.iter().zip(&blur).map(|(v, f)| v * f).collect())
    };
    let level = |n: usize| least + (n as f64 - offset as f64) * slope;
    let weighted = restored.iter().enumerate().map(|(n, u)| level(n) * u);
    let numerator = blurred(weighted.collect());
    let denominator = blurred(restored);
    let ratios = numerator.iter().zip(&denominator);
    ratios
        .map(|(a, &b)| if b == 0.0 { 0.0 } else { a / b })
        .skip(offset)
        .take(bins)
        .collect()
}

struct Transform {
    forward: Arc<dyn Fft<f64>>,
    inverse: Arc<dyn Fft<f64>>,
}

impl Transform {
    fn forward(&self, values: impl Iterator<Item = f64>) -> Vec<Complex<f64>> {
        let mut buffer: Vec<_> = values.map(|v| Complex::new(v, 0.0)).collect();
        self.forward.process(&mut buffer);
        buffer
    }

    fn inverse(&self, mut spectrum: Vec<Complex<f64>>) -> Vec<f64> {
        self.inverse.process(&mut spectrum);
        let n = spectrum.len() as f64;
        spectrum.into_iter().map(|v| v.re / n).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_attract() {
        let values: Vec<f64> = (0..2000).map(|i| f64::from(i % 100) / 1000.0).collect();
        let two = values
            .iter()
            .enumerate()
            .map(|(i, v)| v + f64::from(u8::from(i % 2 == 0)));
        let sharpened = Sharpened::of(two, &N4::default()).unwrap();
        for (value, peak) in [(0.0, 0.05), (0.099, 0.05), (1.0, 1.05), (1.099, 1.05)] {
            let before: f64 = value - peak;
            assert!((sharpened.at(value) - peak).abs() < before.abs(), "{value}");
        }
        assert!(Sharpened::of([1.0, 1.0].into_iter(), &N4::default()).is_none());
    }
}
