//! Features of matrices that are counted along directions: which matrices are
//! merged, and the mean of the features over those that are not.

use rayon::prelude::*;

use crate::features::Definition;
use crate::matrices::offsets::directions;
use crate::matrices::{Aggregation, LevelGrid, Weighting};

/// Grids of fewer cells are not worth several threads.
const SMALL: usize = 1 << 12;

/// An offset (x, y, z) and the weight of what is counted there.
pub(super) type Weighted = ([isize; 3], f64);

/// Which matrices there are. Each group of offsets makes one matrix of the
/// whole grid, or one a slice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scheme {
    groups: Vec<Vec<Weighted>>,
    by_slice: bool,
}

impl Scheme {
    /// A matrix a direction, features averaged.
    pub fn averaged(offsets: Vec<[isize; 3]>) -> Self {
        Self {
            groups: offsets
                .into_iter()
                .map(|offset| vec![(offset, 1.0)])
                .collect(),
            by_slice: false,
        }
    }

    /// One matrix of all directions.
    pub fn merged(offsets: Vec<[isize; 3]>, weight: impl Fn([isize; 3]) -> f64) -> Self {
        let weighted = offsets.into_iter().map(|offset| (offset, weight(offset)));
        Self {
            groups: vec![weighted.collect()],
            by_slice: false,
        }
    }

    /// IBSI's, with neighbours at Chebyshev distance 1 (4 directions in a
    /// slice, 13 in space, however thin the region).
    pub fn ibsi(aggregation: Aggregation) -> Self {
        use Aggregation::{D2Averaged, D2SliceMerged, D25DirectionMerged, D25Merged};
        use Aggregation::{D3Averaged, D3Merged};
        let plane_normal = match aggregation {
            D3Averaged | D3Merged => None,
            D2Averaged | D2SliceMerged | D25DirectionMerged | D25Merged => Some(2),
        };
        let offsets = directions(&[1], [usize::MAX; 3], plane_normal);
        let scheme = match aggregation {
            D2Averaged | D25DirectionMerged | D3Averaged => Self::averaged(offsets),
            D2SliceMerged | D25Merged | D3Merged => Self::merged(offsets, |_| 1.0),
        };
        Self {
            by_slice: matches!(aggregation, D2Averaged | D2SliceMerged),
            ..scheme
        }
    }

    /// Mean of each wanted feature over the matrices where it is defined;
    /// NaN for the others. `measure` gives `None` for a matrix without
    /// entries.
    pub fn means<M>(
        &self,
        grid: &LevelGrid,
        features: &[Definition<M>],
        wanted: impl Fn(&Definition<M>) -> bool + Sync,
        measure: impl Fn(&LevelGrid, &[Weighted]) -> Option<M> + Sync,
    ) -> Vec<f64> {
        let slices: Vec<LevelGrid>;
        let grids = if self.by_slice {
            slices = grid.slices().collect();
            &slices
        } else {
            std::slice::from_ref(grid)
        };
        let matrices: Vec<(&LevelGrid, &[Weighted])> = grids
            .iter()
            .flat_map(|grid| self.groups.iter().map(move |group| (grid, &group[..])))
            .collect();
        let value = |feature: &Definition<M>, measures: &M| {
            if wanted(feature) {
                (feature.value)(measures)
            } else {
                f64::NAN
            }
        };
        let mut means = vec![Mean::default(); features.len()];
        if grid.cells().len() < SMALL {
            for measures in matrices
                .into_iter()
                .filter_map(|(grid, group)| measure(grid, group))
            {
                for (mean, feature) in means.iter_mut().zip(features) {
                    mean.add(value(feature, &measures));
                }
            }
        } else {
            // Collected in order, so that the sums don't depend on the schedule.
            let values: Vec<Option<Vec<f64>>> = matrices
                .into_par_iter()
                .map(|(grid, group)| {
                    let measures = measure(grid, group)?;
                    let values = features.iter().map(|feature| value(feature, &measures));
                    Some(values.collect())
                })
                .collect();
            for values in values.into_iter().flatten() {
                means
                    .iter_mut()
                    .zip(values)
                    .for_each(|(mean, value)| mean.add(value));
            }
        }
        means
            .into_iter()
            .map(|mean| mean.sum / mean.count)
            .collect()
    }
}

/// Mean of values that are not NaN.
#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    count: f64,
}

impl Mean {
    fn add(&mut self, value: f64) {
        if !value.is_nan() {
            self.sum += value;
            self.count += 1.0;
        }
    }
}

/// Length of an offset in mm; `None` where directions have no weights.
pub(super) fn length_mm(offset: [isize; 3], spacing_mm: [f64; 3], norm: Weighting) -> Option<f64> {
    let steps = [0, 1, 2].map(|axis| offset[axis].unsigned_abs() as f64 * spacing_mm[axis]);
    match norm {
        Weighting::Manhattan => Some(steps.iter().sum()),
        Weighting::Euclidean => Some(steps.iter().map(|step| step * step).sum::<f64>().sqrt()),
        Weighting::Infinity => Some(steps.iter().copied().fold(0.0, f64::max)),
        Weighting::NoWeighting => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aggregations_differ_in_groups_and_slices() {
        for (aggregation, groups, offsets, by_slice) in [
            (Aggregation::D2Averaged, 4, 1, true),
            (Aggregation::D2SliceMerged, 1, 4, true),
            (Aggregation::D25DirectionMerged, 4, 1, false),
            (Aggregation::D25Merged, 1, 4, false),
            (Aggregation::D3Averaged, 13, 1, false),
            (Aggregation::D3Merged, 1, 13, false),
        ] {
            let scheme = Scheme::ibsi(aggregation);
            assert_eq!(scheme.groups.len(), groups, "{aggregation:?}");
            assert!(scheme.groups.iter().all(|group| group.len() == offsets));
            assert_eq!(scheme.by_slice, by_slice, "{aggregation:?}");
        }
    }

    #[test]
    fn lengths_by_norm() {
        let of = |norm| length_mm([-2, 0, 1], [1.5, 9.0, 4.0], norm);
        assert_eq!(of(Weighting::Manhattan), Some(7.0));
        assert_eq!(of(Weighting::Euclidean), Some(5.0));
        assert_eq!(of(Weighting::Infinity), Some(4.0));
        assert_eq!(of(Weighting::NoWeighting), None);
    }
}
