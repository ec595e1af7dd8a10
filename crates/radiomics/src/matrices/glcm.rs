//! The grey level co-occurrence matrix: how often level i lies beside level j.

use std::iter::repeat_n;

use crate::matrices::LevelGrid;

/// Co-occurrence probabilities of one direction or of several merged.
#[derive(Debug, Clone, PartialEq)]
pub struct Glcm {
    /// The k grey levels present in the region, ascending.
    pub levels: Vec<u32>,
    /// Probabilities p(i, j), k by k, row by row; their sum is 1.
    pub probability: Vec<f64>,
    /// Whether p(i, j) = p(j, i) by construction.
    pub symmetric: bool,
}

impl Glcm {
    /// Counts pairs at each offset (x, y, z) and merges the counts with the
    /// offsets' weights. A pair counts both ways when `symmetric`.
    ///
    /// `None` when there is no pair, or none with a weight above 0. Offsets
    /// may reach farther than the grid's rim.
    pub fn merged(
        grid: &LevelGrid,
        offsets: &[([isize; 3], f64)],
        symmetric: bool,
    ) -> Option<Self> {
        let k = grid.levels().len();
        // Not `vec!`: for small arrays the allocator is slow with zeroed memory.
        let mut sums: Vec<f64> = repeat_n(0.0, k * k).collect();
        let mut total = 0.0;
        for &(offset, weight) in offsets {
            let counts = pairs(grid, offset);
            let count = |i: usize, j: usize| counts[(i + 1) * (k + 1) + j + 1];
            for i in 0..k {
                let row = &mut sums[i * k..][..k];
                let mut found = 0;
                for (j, sum) in row.iter_mut().enumerate() {
                    let pairs = if symmetric {
                        count(i, j) + count(j, i)
                    } else {
                        count(i, j)
                    };
                    *sum += weight * f64::from(pairs);
                    found += pairs;
                }
                total += weight * f64::from(found);
            }
        }
        if total <= 0.0 {
            return None;
        }
        for sum in &mut sums {
            *sum /= total;
        }
        Some(Self {
            levels: grid.levels().to_vec(),
            probability: sums,
            symmetric,
        })
    }
}

/// How often rank j lies at the offset from rank i, k + 1 by k + 1: row and
/// column 0 take the pairs with background, so that the inner loop needs no
/// test. No count exceeds the number of voxels.
fn pairs(grid: &LevelGrid, offset: [isize; 3]) -> Vec<u32> {
    let stride = grid.levels().len() + 1;
    let [_, sy, sz] = grid.size();
    let (cells, spans, shift) = (grid.cells(), grid.spans(), grid.shift(offset));
    let mut counts: Vec<u32> = repeat_n(0, stride * stride).collect();
    for z in 0..sz {
        let Some(z_there) = z.checked_add_signed(offset[2]).filter(|&z| z < sz) else {
            continue;
        };
        for y in 0..sy {
            let Some(y_there) = y.checked_add_signed(offset[1]).filter(|&y| y < sy) else {
                continue;
            };
            // Where both rows hold voxels.
            let (here, there) = (&spans[z * sy + y], &spans[z_there * sy + y_there]);
            let lead = |at: usize| usize::try_from(at as isize - shift).unwrap_or(0);
            let start = here.start.max(lead(there.start));
            let end = here.end.min(lead(there.end));
            if start >= end {
                continue;
            }
            let from = start.wrapping_add_signed(shift);
            let there = &cells[from..from + (end - start)];
            for (&i, &j) in cells[start..end].iter().zip(there) {
                counts[usize::from(i) * stride + usize::from(j)] += 1;
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::discretise::{Binning, discretise};
    use crate::{Geometry, Roi, Volume};

    #[test]
    fn haralicks_example() {
        // Haralick, Shanmugam, Dinstein 1973, figure 3: a 4 x 4 image and its
        // counts at 0 and 90 degrees.
        let rows = [[0, 0, 1, 1], [0, 0, 1, 1], [0, 2, 2, 2], [2, 2, 3, 3]];
        let image = Array3::from_shape_fn((1, 4, 4), |(_, y, x)| f64::from(rows[y][x]));
        let geometry = Geometry::aligned([4, 4, 1], [1.0; 3]);
        let mask = Volume::new(Array3::ones((1, 4, 4)), geometry.clone()).unwrap();
        let image = Volume::new(image, geometry).unwrap();
        let roi = Roi::select(&mask, 1).unwrap();
        let grey = discretise(&roi.intensities(&image).unwrap(), Binning::Width(1.0)).unwrap();
        let grid = LevelGrid::new(&roi, &grey, 1).unwrap();
        let counts = |offsets: &[([isize; 3], f64)], symmetric, total: f64| {
            let glcm = Glcm::merged(&grid, offsets, symmetric).unwrap();
            let counts = glcm.probability.iter().map(|p| (p * total).round());
            counts.collect::<Vec<_>>()
        };
        let (x, y) = (([1, 0, 0], 1.0), ([0, 1, 0], 1.0));
        let horizontal = [4, 2, 1, 0, 2, 4, 0, 0, 1, 0, 6, 1, 0, 0, 1, 2].map(f64::from);
        let vertical = [6, 0, 2, 0, 0, 4, 2, 0, 2, 2, 2, 2, 0, 0, 2, 0].map(f64::from);
        assert_eq!(counts(&[x], true, 24.0), horizontal);
        assert_eq!(counts(&[y], true, 24.0), vertical);
        let merged: Vec<f64> = (0..16).map(|i| 3.0 * horizontal[i] + vertical[i]).collect();
        assert_eq!(counts(&[([1, 0, 0], 3.0), y], true, 96.0), merged);
        // One way only: what lies to the right.
        let right = [2, 2, 1, 0, 0, 2, 0, 0, 0, 0, 3, 1, 0, 0, 0, 1].map(f64::from);
        assert_eq!(counts(&[x], false, 12.0), right);
        assert!(Glcm::merged(&grid, &[([0, 0, 1], 1.0)], true).is_none());
        // Farther than the rim, and a weight that underflows.
        assert_eq!(
            counts(&[([3, 0, 0], 1.0)], false, 4.0).iter().sum::<f64>(),
            4.0
        );
        assert!(Glcm::merged(&grid, &[([1, 0, 0], 0.0)], true).is_none());
    }
}
