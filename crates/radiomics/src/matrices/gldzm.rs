//! How far zones of one grey level lie from the border.

use super::border_distance::border_distances;
use super::level_extents::{Cell, LevelExtents};
use super::{LevelGrid, zones::zones};
use crate::Roi;

/// Distances to the border of a region, on the cells of a [`LevelGrid`].
#[derive(Debug, Clone)]
pub struct Distances {
    cells: Vec<u32>,
    plane: usize,
}

impl Distances {
    /// City-block distances to the border of the morphological region, 1 at the
    /// border, for the grid of the intensity region; `planar`: within the slice.
    ///
    /// Voxels that are not in the morphological region count as its border.
    pub fn new(grid: &LevelGrid, intensity: &Roi, morphological: &Roi, planar: bool) -> Self {
        let [nx, ny, _] = grid.padded_size();
        let reach = grid.reach();
        let mut cells = vec![1; grid.cells().len()];
        let distances = border_distances(morphological, planar);
        // Where the two boxes overlap: first index in each, and size.
        let [first, from, size] = overlap(intensity, morphological);
        let [mx, my, _] = morphological.size();
        for z in 0..size[2] {
            for y in 0..size[1] {
                let to = ((z + first[2] + reach) * ny + y + first[1] + reach) * nx;
                let to = to + first[0] + reach;
                let from = ((z + from[2]) * my + y + from[1]) * mx + from[0];
                let row = cells[to..to + size[0]].iter_mut();
                for (cell, &distance) in row.zip(&distances[from..]) {
                    *cell = distance.max(1);
                }
            }
        }
        Self {
            cells,
            plane: nx * ny,
        }
    }
}

/// First index in the box of `a` and of `b`, and size, of what they share.
fn overlap(a: &Roi, b: &Roi) -> [[usize; 3]; 3] {
    let upper = |roi: &Roi, axis: usize| roi.lower()[axis] + roi.size()[axis];
    let lower = |axis: usize| a.lower()[axis].max(b.lower()[axis]);
    let axes = [0, 1, 2];
    [
        axes.map(|axis| lower(axis) - a.lower()[axis]),
        axes.map(|axis| lower(axis) - b.lower()[axis]),
        axes.map(|axis| {
            upper(a, axis)
                .min(upper(b, axis))
                .saturating_sub(lower(axis))
        }),
    ]
}

/// Number of zones (see [`super::glszm::size_zones`]) by grey level and least
/// distance of their voxels. `first_slice`: where in the grid of the distances
/// this grid begins.
pub fn distance_zones(
    grid: &LevelGrid,
    plane_normal: Option<usize>,
    distances: &Distances,
    first_slice: usize,
) -> Vec<Cell> {
    let shifted = &distances.cells[first_slice * distances.plane..];
    let mut counts = LevelExtents::new(grid.levels());
    for (rank, distance) in zones(grid, plane_normal, |cell| shifted[cell], u32::min) {
        counts.add(rank, distance);
    }
    counts.cells()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrices::sample;

    #[test]
    fn distances_are_those_of_the_morphological_region() {
        // Inside a square of 5 x 5 lies the region of the intensities, without
        // the outermost ring.
        let (morphological, _) = sample::slice([[1; 5]; 5]);
        let (intensity, grid) = sample::slice([
            [0, 0, 0, 0, 0],
            [0, 4, 4, 4, 0],
            [0, 4, 9, 4, 0],
            [0, 4, 4, 4, 0],
            [0, 0, 0, 0, 0],
        ]);
        let found = |morphological: &Roi, planar| {
            let distances = Distances::new(&grid, &intensity, morphological, planar);
            let cells = distance_zones(&grid, Some(2), &distances, 0);
            let values = cells.iter().map(|c| (c.level, c.extent, c.count));
            values.collect::<Vec<_>>()
        };
        assert_eq!(found(&morphological, true), [(4, 2, 1), (9, 3, 1)]);
        // Above and below the slice, too, the region ends.
        assert_eq!(found(&morphological, false), [(4, 1, 1), (9, 1, 1)]);
        assert_eq!(found(&intensity, true), [(4, 1, 1), (9, 2, 1)]);
        // Voxels outside are no nearer than the border.
        let (elsewhere, _) = sample::slice([[0, 0, 0], [0, 0, 0], [0, 1, 1]]);
        assert_eq!(found(&elsewhere, true), [(4, 1, 1), (9, 1, 1)]);
    }
}
