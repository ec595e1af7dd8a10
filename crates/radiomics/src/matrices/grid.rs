//! Grey levels on the grid, ready for walks to neighbours.

use std::ops::Range;

use crate::discretise::GreyLevels;
use crate::{Error, Roi};

/// More grey levels than this make the matrices useless and slow.
const MAX_LEVELS: usize = 2048;

/// The grey levels of a region on its bounding box, with a rim of background
/// so that no neighbour within `reach` falls outside the array.
///
/// Cells hold the rank of their level among those present, from 1; 0 is
/// background.
#[derive(Debug, Clone)]
pub struct LevelGrid {
    cells: Vec<u16>,
    /// The cells of each row of the box from its first voxel to its last one;
    /// empty where it has none.
    spans: Vec<Range<usize>>,
    size: [usize; 3],
    reach: usize,
    levels: Vec<u32>,
    /// How many voxels have each level.
    counts: Vec<usize>,
}

impl LevelGrid {
    /// Lays out the levels of a region's voxels. A reach of more than the
    /// longest side of the bounding box is cut down to it: there are no
    /// neighbours farther away.
    ///
    /// # Errors
    /// [`Error::TooManyLevels`] for more than 2,048 levels present.
    pub fn new(roi: &Roi, grey: &GreyLevels, reach: usize) -> Result<Self, Error> {
        if grey.present.len() > MAX_LEVELS {
            return Err(Error::TooManyLevels {
                levels: grey.present.len() as f64,
                most: MAX_LEVELS,
                what: "texture matrices",
            });
        }
        let highest = grey.present.last().map_or(0, |&level| level as usize);
        let mut ranks = vec![0u16; highest + 1];
        for (rank, &level) in (1u16..).zip(&grey.present) {
            ranks[level as usize] = rank;
        }
        let size = roi.size();
        let reach = reach.min(size.into_iter().max().unwrap_or(1));
        let mut cells = vec![0; padded(size, reach).iter().product()];
        let mut spans = Vec::with_capacity(size[1] * size[2]);
        let mut levels = grey.levels.iter();
        for (start, inside) in row_starts(size, reach).zip(roi.inside().chunks_exact(size[0])) {
            let first = inside.iter().position(|&inside| inside).unwrap_or(0);
            let end = inside
                .iter()
                .rposition(|&inside| inside)
                .map_or(0, |last| last + 1);
            spans.push(start + first..start + end);
            let row = cells[start + first..start + end].iter_mut();
            let inside = row.zip(&inside[first..end]).filter(|(_, inside)| **inside);
            for ((cell, _), &level) in inside.zip(&mut levels) {
                *cell = ranks[level as usize];
            }
        }
        Ok(Self {
            cells,
            spans,
            size,
            reach,
            levels: grey.present.clone(),
            counts: grey.counts.clone(),
        })
    }

    /// A grid of this size that holds nothing yet.
    pub(crate) fn background(size: [usize; 3], reach: usize) -> Self {
        let starts = row_starts(size, reach);
        Self {
            cells: vec![0; padded(size, reach).iter().product()],
            spans: starts.map(|start| start..start).collect(),
            size,
            reach,
            levels: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// Lays out other voxels on the same box: for each of its cells, x
    /// fastest, the rank of its level among `levels`, or 0 for background.
    /// Levels that don't occur there are none of the grid's. `occurring` is
    /// scratch.
    pub(crate) fn refill(&mut self, ranks: &[u16], levels: &[u32], occurring: &mut Vec<usize>) {
        occurring.clear();
        occurring.resize(levels.len() + 1, 0);
        for &rank in ranks {
            occurring[usize::from(rank)] += 1;
        }
        self.levels.clear();
        self.counts.clear();
        occurring[0] = 0;
        for (new_rank, &level) in occurring[1..].iter_mut().zip(levels) {
            if *new_rank > 0 {
                self.levels.push(level);
                self.counts.push(*new_rank);
                *new_rank = self.levels.len();
            }
        }
        let starts = row_starts(self.size, self.reach);
        let rows = ranks.chunks_exact(self.size[0]).zip(starts);
        for (span, (row, start)) in self.spans.iter_mut().zip(rows) {
            let cells = &mut self.cells[start..start + row.len()];
            for (cell, &rank) in cells.iter_mut().zip(row) {
                *cell = occurring[usize::from(rank)] as u16;
            }
            let first = row.iter().position(|&rank| rank > 0).unwrap_or(0);
            let end = row
                .iter()
                .rposition(|&rank| rank > 0)
                .map_or(0, |last| last + 1);
            *span = start + first..start + end;
        }
    }

    /// The levels present, ascending; rank n is `levels()[n - 1]`.
    pub fn levels(&self) -> &[u32] {
        &self.levels
    }

    /// Size (x, y, z) of the bounding box.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// The slices (planes of constant z) that hold voxels of the region, each
    /// as a grid of its own with the same ranks and reach.
    pub fn slices(&self) -> impl Iterator<Item = Self> + '_ {
        let [sx, sy, sz] = self.size;
        let plane = (sx + 2 * self.reach) * (sy + 2 * self.reach);
        (0..sz).filter_map(move |z| {
            let spans = &self.spans[z * sy..][..sy];
            if spans.iter().all(Range::is_empty) {
                return None;
            }
            let start = (z + self.reach) * plane;
            let cells = &self.cells[start..start + plane];
            let mut counts = vec![0; self.levels.len() + 1];
            for &rank in cells {
                counts[usize::from(rank)] += 1;
            }
            let rim = vec![0; self.reach * plane];
            let moved = |span: &Range<usize>| span.start - z * plane..span.end - z * plane;
            Some(Self {
                cells: [&rim, cells, &rim].concat(),
                spans: spans.iter().map(moved).collect(),
                size: [sx, sy, 1],
                reach: self.reach,
                levels: self.levels.clone(),
                counts: counts.split_off(1),
            })
        })
    }

    /// How many voxels have each of [`Self::levels`].
    pub(crate) fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// Ranks of all cells with their rim, x fastest; 0 is background.
    pub(crate) fn cells(&self) -> &[u16] {
        &self.cells
    }

    /// Size (x, y, z) of [`Self::cells`]: that of the box and a rim of `reach`
    /// on every side.
    pub(crate) fn padded_size(&self) -> [usize; 3] {
        padded(self.size, self.reach)
    }

    /// Width of the rim.
    pub(crate) fn reach(&self) -> usize {
        self.reach
    }

    /// For each row along x of the bounding box, the cells from its first
    /// voxel to its last one; empty where it has none.
    pub(crate) fn spans(&self) -> &[Range<usize>] {
        &self.spans
    }

    /// How far an offset (x, y, z) leads in [`Self::cells`].
    pub(crate) fn shift(&self, offset: [isize; 3]) -> isize {
        let [nx, ny, _] = self.padded_size();
        (offset[2] * ny as isize + offset[1]) * nx as isize + offset[0]
    }
}

fn padded(size: [usize; 3], reach: usize) -> [usize; 3] {
    size.map(|n| n + 2 * reach)
}

/// Where the rows along x of the bounding box begin among the cells.
fn row_starts(size: [usize; 3], reach: usize) -> impl Iterator<Item = usize> {
    let [nx, ny, _] = padded(size, reach);
    let rows = (0..size[2]).flat_map(move |z| (0..size[1]).map(move |y| (y, z)));
    rows.map(move |(y, z)| ((z + reach) * ny + y + reach) * nx + reach)
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::{Geometry, Volume};

    #[test]
    fn spans_and_counts_are_those_of_each_slice() {
        // Two slices with an empty one between, levels 2 and 5.
        let inside = |x: usize, y: usize, z: usize| match z {
            0 => y == 0 && x != 1,
            2 => y == 1 && x > 0,
            _ => false,
        };
        let mask =
            Array3::from_shape_fn((3, 2, 4), |(z, y, x)| f64::from(u8::from(inside(x, y, z))));
        let mask = Volume::new(mask, Geometry::aligned([4, 2, 3], [1.0; 3])).unwrap();
        let roi = Roi::select(&mask, 1).unwrap();
        let grid = LevelGrid::new(&roi, &GreyLevels::of(vec![2, 5, 2, 5, 5, 5]), 9).unwrap();
        // The reach is cut to the longest side.
        assert_eq!(grid.padded_size(), [4 + 8, 2 + 8, 3 + 8]);
        assert_eq!(grid.counts(), [2, 4]);
        let slices: Vec<_> = grid.slices().collect();
        assert_eq!(slices.len(), 2);
        for (slice, counts, rows) in [
            (&slices[0], [2, 1], [vec![1, 0, 2, 1], vec![]]),
            (&slices[1], [0, 3], [vec![], vec![2, 2, 2]]),
        ] {
            assert_eq!((slice.size(), slice.counts()), ([4, 2, 1], &counts[..]));
            assert_eq!(slice.levels(), [2, 5]);
            let found = slice
                .spans()
                .iter()
                .map(|span| slice.cells()[span.clone()].to_vec());
            assert_eq!(found.collect::<Vec<_>>(), rows);
        }
    }

    #[test]
    fn refilled_grids_are_those_laid_out_anew() {
        let size = [3, 2, 2];
        let levels = [2, 5, 6, 9];
        let mut grid = LevelGrid::background(size, 1);
        // One after the other, so that nothing of the last stays.
        for ranks in [
            [4, 1, 0, 0, 3, 3, 1, 1, 1, 0, 0, 1],
            [0, 0, 2, 0, 0, 0, 0, 0, 0, 2, 0, 0],
            [1, 0, 4, 0, 4, 0, 0, 0, 4, 4, 0, 1],
        ] {
            grid.refill(&ranks, &levels, &mut Vec::new());
            let inside = ranks.map(|rank| rank > 0).to_vec();
            let found = ranks.iter().filter(|&&rank| rank > 0);
            let grey = GreyLevels::of(found.map(|&rank| levels[rank as usize - 1]).collect());
            let roi = Roi::from_inside([0; 3], size, [1.0; 3], inside).unwrap();
            assert_eq!((roi.size(), grid.reach()), (size, 1));
            let anew = LevelGrid::new(&roi, &grey, 1).unwrap();
            assert_eq!(
                (grid.levels(), grid.counts()),
                (anew.levels(), anew.counts())
            );
            assert_eq!(grid.cells(), anew.cells());
            let cells = |grid: &LevelGrid| {
                let rows = grid.spans().iter();
                rows.map(|span| grid.cells()[span.clone()].to_vec())
                    .collect::<Vec<_>>()
            };
            assert_eq!(cells(&grid), cells(&anew));
        }
    }
}
