//! How many neighbours resemble a voxel.

use super::level_extents::{Cell, LevelExtents};
use super::{LevelGrid, neighbours};

/// Number of voxels by grey level and dependence: 1 and the number of their
/// neighbours, at the offsets given, whose level differs by `alpha` or less.
/// Offsets must be within the grid's reach.
pub fn dependences(grid: &LevelGrid, offsets: &[[isize; 3]], alpha: u32) -> Vec<Cell> {
    let mut counts = LevelExtents::new(grid.levels());
    neighbours::visit(grid, offsets, alpha, |rank, around| {
        counts.add(rank, 1 + around.alike as u32);
    });
    counts.cells()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrices::{offsets, sample};

    #[test]
    fn example_of_the_documentation() {
        let (_, grid) = sample::slice(sample::EXAMPLE);
        let offsets = offsets::neighbours(&[1], grid.size(), None);
        let table = [
            [0, 1, 2, 1],
            [1, 2, 3, 0],
            [1, 4, 4, 0],
            [1, 2, 0, 0],
            [3, 0, 0, 0],
        ];
        let cells = dependences(&grid, &offsets, 0);
        let mut found = [[0; 4]; 5];
        for cell in &cells {
            found[cell.level as usize - 1][cell.extent as usize - 1] = cell.count;
        }
        assert_eq!(found, table);
        // Every neighbour is alike then: 3, 5 or 8 of them.
        let all = dependences(&grid, &offsets, 4);
        assert!(all.iter().all(|cell| [4, 6, 9].contains(&cell.extent)));
    }
}
