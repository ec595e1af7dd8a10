//! Grey levels against extents: the matrix of things that have a level and a
//! whole number from 1, such as zones and their size.

/// One cell of the matrix that is not 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Grey level i.
    pub level: u32,
    /// Extent j, from 1.
    pub extent: u32,
    /// How many things have both.
    pub count: u64,
}

/// Extents up to here are counted in a table, others listed and sorted: zones
/// of a million voxels make no wide matrix.
const SHORT: usize = 32;

/// Counts things by level and extent.
#[derive(Debug, Clone)]
pub(crate) struct LevelExtents<'a> {
    levels: &'a [u32],
    short: Vec<u32>,
    /// Rank of the level and extent.
    long: Vec<(u16, u32)>,
}

impl<'a> LevelExtents<'a> {
    /// Nothing counted yet; rank n is `levels[n - 1]`.
    pub fn new(levels: &'a [u32]) -> Self {
        Self {
            levels,
            short: vec![0; levels.len() * SHORT],
            long: Vec::new(),
        }
    }

    /// Counts one thing; rank and extent are 1 or more.
    pub fn add(&mut self, rank: u16, extent: u32) {
        if extent as usize <= SHORT {
            self.short[(rank as usize - 1) * SHORT + extent as usize - 1] += 1;
        } else {
            self.long.push((rank, extent));
        }
    }

    /// The cells, by level and extent.
    pub fn cells(mut self) -> Vec<Cell> {
        self.long.sort_unstable();
        let mut long = self.long.chunk_by(|a, b| a == b).peekable();
        let mut cells = Vec::new();
        let rows = self.short.chunks_exact(SHORT).zip(self.levels);
        for (rank, (row, &level)) in (1u16..).zip(rows) {
            let mut push = |extent, count| {
                cells.push(Cell {
                    level,
                    extent,
                    count,
                });
            };
            let counted = (1u32..).zip(row).filter(|&(_, &count)| count > 0);
            counted.for_each(|(extent, &count)| push(extent, u64::from(count)));
            while let Some(same) = long.next_if(|same| same[0].0 == rank) {
                push(same[0].1, same.len() as u64);
            }
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_extents_are_counted() {
        let mut counts = LevelExtents::new(&[2, 7]);
        for (rank, extent) in [(2, 33), (1, 32), (2, 1), (2, 33), (1, 1 << 30), (1, 32)] {
            counts.add(rank, extent);
        }
        let cells = counts.cells();
        let found = cells.iter().map(|c| (c.level, c.extent, c.count));
        let expected = [(2, 32, 2), (2, 1 << 30, 1), (7, 1, 1), (7, 33, 2)];
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}
