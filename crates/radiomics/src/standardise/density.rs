//! A smooth histogram and its peaks.

use crate::features::order::percentile;

/// Points at which the density is taken.
const POINTS: usize = 80;

/// In bandwidths; exp(-10^2 / 2) is far below the rounding of 1.
const REACH: f64 = 10.0;

/// A Gaussian kernel density at 80 points from the least to the greatest
/// value, both included (as intensity-normalization; the sum is left without
/// its constant factor).
pub(super) struct Density {
    at: Vec<f64>,
    height: Vec<f64>,
}

impl Density {
    /// Of values in ascending order, with Scott's bandwidth: sample standard
    /// deviation (over n - 1) times n^(-1/5). None where all values are equal.
    pub(super) fn of(sorted: &[f64]) -> Option<Self> {
        let (&low, &high) = (sorted.first()?, sorted.last()?);
        let n = sorted.len() as f64;
        let mean = sorted.iter().sum::<f64>() / n;
        let squares: f64 = sorted.iter().map(|x| (x - mean) * (x - mean)).sum();
        let bandwidth = (squares / (n - 1.0)).sqrt() * n.powf(-0.2);
        if !(high > low && (1.0 / bandwidth).is_finite()) {
            return None;
        }
        let step = (high - low) / (POINTS - 1) as f64;
        let point = |i: usize| {
            if i + 1 < POINTS {
                low + i as f64 * step
            } else {
                high
            }
        };
        let at: Vec<f64> = (0..POINTS).map(point).collect();
        let levels = counted(sorted);
        let height = at.iter().map(|&here| height(&levels, here, bandwidth));
        Some(Self {
            height: height.collect(),
            at,
        })
    }

    /// Where the density has risen and doesn't go on rising, in ascending
    /// order, with its height; the ends are no peaks.
    pub(super) fn peaks(&self) -> Vec<[f64; 2]> {
        let inner = 1..self.at.len().saturating_sub(1);
        let rises = |i: usize| self.height[i - 1] < self.height[i];
        inner
            .filter(|&i| rises(i) && !rises(i + 1))
            .map(|i| [self.at[i], self.height[i]])
            .collect()
    }
}

/// Distinct values with how often they are there: scanners give whole numbers.
fn counted(sorted: &[f64]) -> Vec<[f64; 2]> {
    let runs = sorted.chunk_by(|a, b| a == b);
    runs.map(|run| [run[0], run.len() as f64]).collect()
}

fn height(levels: &[[f64; 2]], here: f64, bandwidth: f64) -> f64 {
    let start = levels.partition_point(|level| level[0] < here - REACH * bandwidth);
    let end = levels.partition_point(|level| level[0] <= here + REACH * bandwidth);
    let terms = levels[start..end].iter().map(|&[value, count]| {
        let z = (value - here) / bandwidth;
        count * (-0.5 * z * z).exp()
    });
    terms.sum()
}

/// The values (ascending) up to the q-th quantile.
pub(super) fn without_tail(sorted: &[f64], q: f64) -> &[f64] {
    if sorted.is_empty() {
        return sorted;
    }
    let limit = percentile(sorted.len(), q, |rank| sorted[rank]);
    &sorted[..sorted.partition_point(|&value| value <= limit)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn density_is_scipys() {
        // scipy.stats.gaussian_kde([0, 1, 1, 2, 9])(numpy.linspace(0, 9, 80)) at 0, 10 and 79,
        // as shares of the greatest.
        let density = Density::of(&[0.0, 1.0, 1.0, 2.0, 9.0]).unwrap();
        let most = density.height.iter().copied().fold(0.0, f64::max);
        let expected = [
            0.933_814_550_202_574_8,
            0.999_130_719_961_762_8,
            0.272_073_054_872_844_06,
        ];
        for (i, expected) in [0, 10, 79].into_iter().zip(expected) {
            let found = density.height[i] / most;
            assert!((found - expected).abs() < 1e-14, "{i}: {found}");
        }
    }

    #[test]
    fn peaks_are_inside() {
        let values: Vec<f64> = [2.0, 8.0]
            .iter()
            .flat_map(|centre| (-20..=20).map(move |i| centre + f64::from(i * i * i) / 8000.0))
            .collect();
        let peaks = Density::of(&values).unwrap().peaks();
        let at: Vec<f64> = peaks.iter().map(|peak| peak[0].round()).collect();
        assert_eq!(at, [2.0, 8.0]);
        assert!(Density::of(&[1.0, 1.0]).is_none());
        assert!(Density::of(&[]).is_none());
        let steep: Vec<f64> = (0..1000).map(|i| f64::from(u8::from(i > 0))).collect();
        assert!(Density::of(&steep).unwrap().peaks().is_empty());
    }

    #[test]
    fn tails_are_cut_at_a_quantile() {
        let sorted: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(without_tail(&sorted, 0.96).len(), 97);
        assert_eq!(without_tail(&[], 0.96).len(), 0);
    }
}
