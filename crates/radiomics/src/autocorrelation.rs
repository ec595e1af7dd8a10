//! Spatial autocorrelation: Moran's I and Geary's C over all pairs of voxels.

use crate::Roi;
use crate::spectrum::{good_length, pair_sums};

/// Pairs that are summed one by one in the time that the transforms take for
/// one cell.
const PAIRS_PER_CELL: usize = 4;
/// Numbers that the transforms hold at once: 256 MB.
const NUMBERS_AT_ONCE: usize = 1 << 25;

/// Moran's I and Geary's C of a region's intensities, voxels weighted by the
/// inverse of their distance; NaN for one voxel or one intensity.
pub(crate) fn moran_geary(roi: &Roi, intensities: &[f64]) -> [f64; 2] {
    if intensities.windows(2).all(|pair| pair[0] == pair[1]) {
        return [f64::NAN; 2];
    }
    let n = intensities.len() as f64;
    let mean = intensities.iter().map(|value| value / n).sum::<f64>();
    let centred = intensities.iter().map(|value| value - mean);
    let most = centred
        .clone()
        .fold(0.0f64, |most, value| most.max(value.abs()));
    // Neither index depends on the scale.
    let deviations: Vec<f64> = centred.map(|value| value / most).collect();
    let variance = deviations.iter().map(|x| x * x).sum::<f64>() / n;

    let cells: usize = roi.size().map(|n| good_length(2 * n - 1)).iter().product();
    let pairs = intensities.len() * (intensities.len() - 1) / 2;
    let sums = if pairs <= cells.saturating_mul(PAIRS_PER_CELL) {
        one_by_one(roi, &deviations)
    } else {
        pair_sums(roi, &deviations, NUMBERS_AT_ONCE)
    };
    let [moran, geary] =
        [sums.products, sums.squares - sums.products].map(|sum| sum / sums.weights / variance);
    [moran, geary * (n - 1.0) / n]
}

/// Sums over all ordered pairs of two voxels.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PairSums {
    /// Of the inverse distance w in 1/mm.
    pub weights: f64,
    /// Of w times both deviations.
    pub products: f64,
    /// Of w times the square of one deviation.
    pub squares: f64,
}

impl PairSums {
    pub fn plus(self, other: Self) -> Self {
        Self {
            weights: self.weights + other.weights,
            products: self.products + other.products,
            squares: self.squares + other.squares,
        }
    }

    pub fn times(self, factor: f64) -> Self {
        Self {
            weights: self.weights * factor,
            products: self.products * factor,
            squares: self.squares * factor,
        }
    }
}

fn one_by_one(roi: &Roi, deviations: &[f64]) -> PairSums {
    let spacing = roi.spacing_mm();
    let place = |index: [usize; 3]| -> [f64; 3] {
        std::array::from_fn(|axis| index[axis] as f64 * spacing[axis])
    };
    let places: Vec<[f64; 3]> = roi.indices().map(place).collect();
    let mut sums = PairSums::default();
    for (i, (p, x)) in places.iter().zip(deviations).enumerate() {
        let mut row = PairSums::default();
        for (q, y) in places[..i].iter().zip(deviations) {
            let step: [f64; 3] = std::array::from_fn(|axis| p[axis] - q[axis]);
            let weight = 1.0 / step.iter().map(|c| c * c).sum::<f64>().sqrt();
            row.weights += weight;
            row.products += weight * x * y;
            row.squares += weight * (x * x + y * y) / 2.0;
        }
        sums = sums.plus(row);
    }
    sums.times(2.0)
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::{Geometry, Volume};

    fn region(size: [usize; 3], spacing: [f64; 3], inside: impl Fn([usize; 3]) -> bool) -> Roi {
        let voxels = Array3::from_shape_fn((size[2], size[1], size[0]), |(z, y, x)| {
            f64::from(u8::from(inside([x, y, z])))
        });
        Roi::select(
            &Volume::new(voxels, Geometry::aligned(size, spacing)).unwrap(),
            1,
        )
        .unwrap()
    }

    /// Deviations in [-1, 1) without order.
    fn noise(n: usize) -> Vec<f64> {
        let mut state = 1u64;
        let mut next = || {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        };
        (0..n).map(|_| next()).collect()
    }

    #[test]
    fn transforms_equal_the_sum_over_all_pairs() {
        for (size, spacing) in [
            ([9, 7, 5], [1.0; 3]),
            ([1, 1, 6], [0.5; 3]),
            ([11, 1, 3], [0.3, 2.0, 7.0]),
            ([6, 5, 4], [1e-3, 1.0, 1e3]),
        ] {
            let roi = region(size, spacing, |[x, y, z]| (x * x + y * 3 + z) % 4 != 1);
            let deviations = noise(roi.count());
            let slow = one_by_one(&roi, &deviations);
            // All at once, and one frequency at a time.
            for most in [NUMBERS_AT_ONCE, 0] {
                let fast = pair_sums(&roi, &deviations, most);
                for (f, s) in [
                    (fast.weights, slow.weights),
                    (fast.products, slow.products),
                    (fast.squares, slow.squares),
                ] {
                    assert!(
                        (f - s).abs() < 1e-13 * slow.weights,
                        "{size:?}: {fast:?} {slow:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn three_in_a_row() {
        // 1, 2, 3 at unit steps: w = 1, 1, 1/2; deviations -1, 0, 1.
        let row = region([3, 1, 1], [1.0; 3], |_| true);
        let [moran, geary] = moran_geary(&row, &[1.0, 2.0, 3.0]);
        assert!((moran - 3.0 / 5.0 * (-0.5 * 2.0) / 2.0).abs() < 1e-15);
        assert!((geary - 2.0 / (2.0 * 5.0) * 2.0 * (1.0 + 1.0 + 0.5 * 4.0) / 2.0).abs() < 1e-15);
    }

    #[test]
    fn scale_does_not_matter() {
        let values = noise(60);
        let of = |spacing: f64, scale: f64| {
            let block = region([5, 4, 3], [spacing, spacing, 2.0 * spacing], |_| true);
            moran_geary(
                &block,
                &values.iter().map(|v| scale * v).collect::<Vec<_>>(),
            )
        };
        let plain = of(1.0, 1.0);
        for (spacing, scale) in [(1e-3, 1.0), (1e3, 1.0), (1.0, 1e200), (1.0, -1e-200)] {
            for (a, b) in of(spacing, scale).into_iter().zip(plain) {
                assert!((a - b).abs() < 1e-13, "{spacing} {scale}: {a} {b}");
            }
        }
    }

    #[test]
    fn one_voxel_or_one_intensity_has_none() {
        let one = region([1, 1, 1], [1.0; 3], |_| true);
        assert!(moran_geary(&one, &[3.0]).iter().all(|v| v.is_nan()));
        let flat = region([3, 3, 3], [1.0; 3], |_| true);
        assert!(moran_geary(&flat, &[0.1; 27]).iter().all(|v| v.is_nan()));
    }
}
