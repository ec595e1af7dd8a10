//! How large zones of one grey level are.

use super::LevelGrid;
use super::level_extents::{Cell, LevelExtents};
use super::zones::{Links, zones_by};

/// Number of zones by grey level and size in voxels.
///
/// A zone is what is connected by faces, edges and corners (26 neighbours),
/// without steps along `plane_normal` (axis 0, 1 or 2; then 8). The grid's reach
/// must be 1 or more.
pub fn size_zones(grid: &LevelGrid, plane_normal: Option<usize>) -> Vec<Cell> {
    size_zones_by(grid, &Links::new(grid, plane_normal))
}

/// [`size_zones`] by the links of a grid of the same size and reach.
pub(crate) fn size_zones_by(grid: &LevelGrid, links: &Links) -> Vec<Cell> {
    let mut counts = LevelExtents::new(grid.levels());
    for (rank, size) in zones_by(grid, links, |_| 1, |a, b| a + b) {
        counts.add(rank, size);
    }
    counts.cells()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrices::sample;

    #[test]
    fn example_of_the_documentation() {
        let (_, grid) = sample::slice(sample::EXAMPLE);
        let cells = size_zones(&grid, None);
        let found: Vec<_> = cells.iter().map(|c| (c.level, c.extent, c.count)).collect();
        let expected = [
            (1, 4, 1),
            (2, 1, 1),
            (2, 5, 1),
            (3, 1, 1),
            (3, 3, 1),
            (3, 5, 1),
            (4, 1, 1),
            (4, 2, 1),
            (5, 1, 3),
        ];
        assert_eq!(found, expected);
    }
}
