//! The dimensions in which IBSI counts zones and neighbourhoods.

use crate::matrices::{Dimension, LevelGrid};

/// What doesn't get left: IBSI's slices are planes of constant z.
pub(super) const SLICE_NORMAL: usize = 2;

/// Values of a family whose matrix `of` counts on a grid, without steps along
/// an axis where one is given.
pub(super) fn values(
    grid: &LevelGrid,
    dimension: Dimension,
    of: impl Fn(&LevelGrid, Option<usize>) -> Vec<f64>,
) -> Vec<f64> {
    match dimension {
        Dimension::D2 => mean(grid.slices().map(|slice| of(&slice, Some(SLICE_NORMAL)))),
        Dimension::D25 => of(grid, Some(SLICE_NORMAL)),
        Dimension::D3 => of(grid, None),
    }
}

/// Mean of each value over the slices where it is defined; NaN where in none.
pub(super) fn mean(slices: impl Iterator<Item = Vec<f64>>) -> Vec<f64> {
    let mut sums: Vec<(f64, f64)> = Vec::new();
    for slice in slices {
        sums.resize(slice.len(), (0.0, 0.0));
        for ((sum, count), value) in sums.iter_mut().zip(slice) {
            if !value.is_nan() {
                *sum += value;
                *count += 1.0;
            }
        }
    }
    sums.into_iter().map(|(sum, count)| sum / count).collect()
}
