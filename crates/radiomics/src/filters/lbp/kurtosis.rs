//! Kurtosis as scipy's.

use crate::Storage;

/// Samples that fewer are added one by one, and more in halves.
const BLOCK: usize = 128;

/// Fourth central moment by the square of the second, less 3; NaN where the
/// samples are equal but for rounding. Sums are numpy's, in single precision for
/// samples of single precision.
pub(super) fn kurtosis(samples: &[f64], storage: Storage) -> f64 {
    match storage {
        Storage::Single => ratio(samples, 1e-6, |value| f64::from(value as f32)),
        _ => ratio(samples, 1e-15, |value| value),
    }
}

fn ratio(samples: &[f64], resolution: f64, round: impl Fn(f64) -> f64 + Copy) -> f64 {
    let count = samples.len() as f64;
    let mean_of = |values: &[f64]| round(sum(values, round) / count);
    let mean = mean_of(samples);
    let squares: Vec<f64> = samples
        .iter()
        .map(|sample| round(sample - mean))
        .map(|deviation| round(deviation * deviation))
        .collect();
    let fourth: Vec<f64> = squares
        .iter()
        .map(|square| round(square * square))
        .collect();
    let (second, fourth) = (mean_of(&squares), mean_of(&fourth));
    let least = round(round(resolution) * mean);
    if second <= round(least * least) {
        return f64::NAN;
    }
    round(round(fourth / round(second * second)) - 3.0)
}

/// In halves, and blocks of eight sums side by side.
fn sum(values: &[f64], round: impl Fn(f64) -> f64 + Copy) -> f64 {
    let add = |sum: f64, value: &f64| round(sum + value);
    if values.len() > BLOCK {
        let half = values.len() / 2;
        let (a, b) = values.split_at(half - half % 8);
        return round(sum(a, round) + sum(b, round));
    }
    let (blocks, rest) = values.as_chunks::<8>();
    let Some((first, blocks)) = blocks.split_first() else {
        return rest.iter().fold(0.0, add);
    };
    let mut sums = *first;
    for block in blocks {
        for (sum, value) in sums.iter_mut().zip(block) {
            *sum = round(*sum + value);
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let pair = |a: f64, b: f64| round(a + b);
    let all = pair(pair(pair(a, b), pair(c, d)), pair(pair(e, f), pair(g, h)));
    rest.iter().fold(all, add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kurtosis_is_scipys() {
        // scipy.stats.kurtosis([1, 2, 3, 4, 10]) == -0.21199999999999974
        let samples = [1.0, 2.0, 3.0, 4.0, 10.0];
        assert!((kurtosis(&samples, Storage::Double) + 0.212).abs() < 1e-14);
        assert!((kurtosis(&samples, Storage::Single) + 0.212).abs() < 1e-6);
        assert!(kurtosis(&[3.1; 42], Storage::Double).is_nan());
    }
}
