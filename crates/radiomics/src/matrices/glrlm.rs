//! The grey level run length matrix: how many runs of one grey level have
//! which length.

use crate::matrices::LevelGrid;

/// Runs of one direction, or of several merged.
#[derive(Debug, Clone, PartialEq)]
pub struct Glrlm {
    /// The k grey levels present in the region, ascending.
    pub levels: Vec<u32>,
    /// Number of runs by length and level: k numbers for length 1, then k for
    /// length 2, up to the longest run.
    pub runs: Vec<f64>,
}

impl Glrlm {
    /// Counts the runs along each offset (x, y, z; within the grid's reach)
    /// and merges the counts with the offsets' weights. `None` without
    /// offsets.
    pub fn merged(grid: &LevelGrid, offsets: &[([isize; 3], f64)]) -> Option<Self> {
        let mut sums: Vec<f64> = Vec::new();
        for &(offset, weight) in offsets {
            let counts = runs(grid, offset);
            sums.resize(sums.len().max(counts.len()), 0.0);
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += weight * count as f64;
            }
        }
        let levels = grid.levels().to_vec();
        (!sums.is_empty()).then_some(Self { levels, runs: sums })
    }
}

/// Number of runs along an offset by length, then rank.
fn runs(grid: &LevelGrid, offset: [isize; 3]) -> Vec<usize> {
    let k = grid.levels().len();
    let (cells, shift) = (grid.cells(), grid.shift(offset));
    // A run of length 1 is a voxel that is in no longer run.
    let mut counts = grid.counts().to_vec();
    let mut starts = Vec::new();
    for span in grid.spans() {
        let row = |shift: isize| {
            let start = span.start.wrapping_add_signed(shift);
            &cells[start..start + span.len()]
        };
        // 1 where a longer run starts, else 0: most rows have few.
        starts.clear();
        starts.resize(span.len().next_multiple_of(8), 0u8);
        let sides = row(0).iter().zip(row(shift)).zip(row(-shift));
        for (start, ((&here, &next), &before)) in starts.iter_mut().zip(sides) {
            *start = u8::from((here != 0) & (here == next) & (here != before));
        }
        for (eight, flags) in starts.as_chunks().0.iter().enumerate() {
            let mut flags = u64::from_le_bytes(*flags);
            while flags != 0 {
                let start = span.start + 8 * eight + flags.trailing_zeros() as usize / 8;
                flags &= flags - 1;
                let rank = usize::from(cells[start]) - 1;
                let length = run_length(cells, start, shift);
                if counts.len() < length * k {
                    counts.resize(length * k, 0);
                }
                counts[(length - 1) * k + rank] += 1;
                counts[rank] -= length;
            }
        }
    }
    counts
}

fn run_length(cells: &[u16], start: usize, shift: isize) -> usize {
    let rank = cells[start];
    let mut at = start;
    let mut length = 0;
    // The rim of background ends it at the latest.
    while cells[at] == rank {
        at = at.wrapping_add_signed(shift);
        length += 1;
    }
    length
}

/// Whether some line along an offset of length 1 holds two voxels of the
/// region, be they neighbours or not.
pub fn two_on_a_line(grid: &LevelGrid, offset: [isize; 3]) -> bool {
    let (cells, shift) = (grid.cells(), grid.shift(offset));
    let (size, reach) = (grid.size(), grid.reach());
    let nx = grid.padded_size()[0];
    let voxels = grid.spans().iter().enumerate().flat_map(|(row, span)| {
        let here = span.clone().filter(|&at| cells[at] != 0);
        here.map(move |at| (at, [at % nx - reach, row % size[1], row / size[1]]))
    });
    voxels.into_iter().any(|(at, index)| {
        let room = |axis: usize| match offset[axis] {
            0 => usize::MAX,
            1.. => size[axis] - 1 - index[axis],
            _ => index[axis],
        };
        let steps = room(0).min(room(1)).min(room(2)) as isize;
        (1..=steps).any(|step| cells[at.wrapping_add_signed(step * shift)] != 0)
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::discretise::GreyLevels;
    use crate::{Geometry, Roi, Volume};

    fn grid<const N: usize>(rows: [[u32; N]; N]) -> LevelGrid {
        let mask = Array3::from_shape_fn((1, N, N), |(_, y, x)| f64::from(rows[y][x].min(1)));
        let mask = Volume::new(mask, Geometry::aligned([N, N, 1], [1.0; 3])).unwrap();
        let roi = Roi::select(&mask, 1).unwrap();
        let levels = rows.iter().flatten().copied().filter(|&level| level > 0);
        LevelGrid::new(&roi, &GreyLevels::of(levels.collect()), 1).unwrap()
    }

    #[test]
    fn galloways_example() {
        // Galloway 1975, figure 2 (levels 1 to 4 for 0 to 3); runs by length,
        // then level.
        let grid = grid([[1, 2, 3, 4], [1, 3, 4, 4], [3, 2, 2, 2], [4, 1, 4, 1]]);
        let runs = |offset| Glrlm::merged(&grid, &[(offset, 1.0)]).unwrap().runs;
        let horizontal = [4, 1, 3, 3, 0, 0, 0, 1, 0, 1, 0, 0];
        let vertical = [2, 4, 3, 3, 1, 0, 0, 1];
        assert_eq!(runs([1, 0, 0]), horizontal.map(f64::from));
        assert_eq!(runs([0, 1, 0]), vertical.map(f64::from));
    }

    #[test]
    fn weights_add_and_lengths_are_those_of_the_longest() {
        let grid = grid([[1, 1, 1], [2, 2, 0], [0, 2, 1]]);
        let merged = Glrlm::merged(&grid, &[([1, 0, 0], 0.5), ([0, 1, 0], 2.0)]).unwrap();
        // Along x: 1 1 1 | 2 2 | 2 | 1. Along y: 1 | 2 | 1 | 2 2 | 1 | 1.
        assert_eq!(
            merged.runs,
            [0.5 + 8.0, 0.5 + 2.0, 0.0, 0.5 + 2.0, 0.5, 0.0]
        );
        assert_eq!(Glrlm::merged(&grid, &[]), None);
    }

    #[test]
    fn lines_with_two_voxels() {
        let grid = grid([[1, 0, 0], [0, 0, 0], [1, 0, 0]]);
        assert!(two_on_a_line(&grid, [0, 1, 0]));
        for offset in [[1, 0, 0], [1, 1, 0], [-1, 1, 0], [0, 0, 1]] {
            assert!(!two_on_a_line(&grid, offset), "{offset:?}");
        }
    }
}
