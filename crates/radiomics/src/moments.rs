//! Sums over the voxel indices of a region, in whole numbers.

use crate::Roi;

/// Number, sums and sums of products of the indices (x, y, z) in the bounding
/// box; exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moments {
    pub count: u128,
    pub sum: [u128; 3],
    /// `products[a][b]`, for b up to a; 0 beyond.
    pub products: [[u128; 3]; 3],
}

impl Moments {
    pub fn of(roi: &Roi) -> Self {
        let mut out = Self {
            count: 0,
            sum: [0; 3],
            products: [[0; 3]; 3],
        };
        let [nx, ny, _] = roi.size();
        for (row, cells) in roi.inside().chunks_exact(nx).enumerate() {
            let (mut n, mut sum_x, mut sum_xx) = (0u64, 0u64, 0u64);
            for (x, &inside) in (0u64..).zip(cells) {
                let one = u64::from(inside);
                n += one;
                sum_x += one * x;
                sum_xx += one * x * x;
            }
            let [n, x, xx] = [n, sum_x, sum_xx].map(u128::from);
            let (y, z) = ((row % ny) as u128, (row / ny) as u128);
            let sums = [
                [xx, 0, 0],
                [x * y, n * y * y, 0],
                [x * z, n * y * z, n * z * z],
            ];
            out.count += n;
            for (a, here) in [x, n * y, n * z].into_iter().enumerate() {
                out.sum[a] += here;
                for (product, here) in out.products[a].iter_mut().zip(sums[a]) {
                    *product += here;
                }
            }
        }
        out
    }

    /// Mean index in the bounding box.
    pub fn centre(&self) -> [f64; 3] {
        self.sum.map(|sum| sum as f64 / self.count as f64)
    }

    /// Covariance of the voxel centres in mm², over the count less `lost`
    /// degrees of freedom; NaN where that is 0.
    pub fn covariance_mm2(&self, spacing_mm: [f64; 3], lost: u32) -> [[f64; 3]; 3] {
        let divisor = (self.count * (self.count - u128::from(lost))) as f64;
        let mut covariance = [[0.0; 3]; 3];
        for a in 0..3 {
            for b in 0..=a {
                // n sum(xy) - sum(x) sum(y), without cancellation.
                let all = (self.count * self.products[a][b]).cast_signed();
                let centred = all - (self.sum[a] * self.sum[b]).cast_signed();
                let value = centred as f64 / divisor * spacing_mm[a] * spacing_mm[b];
                covariance[a][b] = value;
                covariance[b][a] = value;
            }
        }
        covariance
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::{Geometry, Volume};

    #[test]
    fn sums_are_those_over_the_indices() {
        let voxels = Array3::from_shape_fn((3, 4, 5), |(z, y, x)| {
            f64::from(u8::from((x * y + z) % 3 == 0))
        });
        let mask = Volume::new(voxels, Geometry::aligned([5, 4, 3], [1.0; 3])).unwrap();
        let roi = Roi::select(&mask, 1).unwrap();
        let moments = Moments::of(&roi);
        assert_eq!(moments.count, roi.count() as u128);
        for a in 0..3 {
            let sum: usize = roi.indices().map(|i| i[a]).sum();
            assert_eq!(moments.sum[a], sum as u128);
            for b in 0..=a {
                let sum: usize = roi.indices().map(|i| i[a] * i[b]).sum();
                assert_eq!(moments.products[a][b], sum as u128);
            }
        }
    }
}
