//! Otsu's threshold, kept within bounds.

const BINS: usize = 256;

/// Share of pixels below the lower bound under which a picture has no glass.
const LEAST_GLASS: f64 = 0.02;

/// The threshold that best splits `values` in two (Otsu 1979), not below `low` nor
/// above `high`; `low` where fewer than 2 % of the values lie below it, for then
/// both of Otsu's classes would be tissue.
pub(super) fn between(values: &[f32], low: f64, high: f64) -> f64 {
    let below = values.iter().filter(|&&v| f64::from(v) < low).count();
    if (below as f64) < LEAST_GLASS * values.len() as f64 {
        return low;
    }
    otsu(values).clamp(low, high)
}

/// Otsu's threshold on 256 bins from 0 to the largest value; 0 when all are equal.
fn otsu(values: &[f32]) -> f64 {
    let top = values.iter().copied().fold(0.0f32, f32::max);
    if top <= 0.0 {
        return 0.0;
    }
    let mut histogram = [0u64; BINS];
    for value in values {
        histogram[((value / top * BINS as f32) as usize).min(BINS - 1)] += 1;
    }
    let total = values.len() as f64;
    let moment: f64 = histogram
        .iter()
        .enumerate()
        .map(|(bin, &n)| bin as f64 * n as f64)
        .sum();
    let (mut count, mut sum) = (0.0, 0.0);
    let mut best = (0.0, 0);
    for (bin, &n) in histogram.iter().enumerate().take(BINS - 1) {
        count += n as f64;
        sum += bin as f64 * n as f64;
        if count == 0.0 || count == total {
            continue;
        }
        let gap = sum / count - (moment - sum) / (total - count);
        let between_classes = count * (total - count) * gap * gap;
        if between_classes > best.0 {
            best = (between_classes, bin + 1);
        }
    }
    best.1 as f64 * f64::from(top) / BINS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_classes_are_split() {
        let values: Vec<f32> = (0..200)
            .map(|i| if i % 2 == 0 { 0.02 } else { 0.8 } + i as f32 * 1e-4)
            .collect();
        let threshold = otsu(&values);
        assert!(threshold > 0.03 && threshold < 0.8);
        assert_eq!(between(&values, 0.1, 0.25), threshold.clamp(0.1, 0.25));
    }

    #[test]
    fn degenerate_values_give_the_lower_bound() {
        assert_eq!(between(&[0.0; 10], 0.1, 0.2), 0.1);
        assert_eq!(between(&[0.7; 10], 0.1, 0.2), 0.1);
        assert_eq!(between(&[], 0.1, 0.2), 0.1);
    }
}
