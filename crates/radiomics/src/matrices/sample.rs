//! Small regions for tests.

use ndarray::Array3;

use super::LevelGrid;
use crate::discretise::GreyLevels;
use crate::{Geometry, Roi, Volume};

/// The region of the voxels whose level is not 0, and its grid.
pub(crate) fn region(
    size: [usize; 3],
    reach: usize,
    level: impl Fn([usize; 3]) -> u32,
) -> (Roi, LevelGrid) {
    let [nx, ny, nz] = size;
    let levels = Array3::from_shape_fn((nz, ny, nx), |(z, y, x)| level([x, y, z]));
    let mask = levels.mapv(|level| f64::from(u8::from(level > 0)));
    let mask = Volume::new(mask, Geometry::aligned(size, [1.0; 3])).unwrap();
    let roi = Roi::select(&mask, 1).unwrap();
    let inside = levels.iter().copied().filter(|&level| level > 0);
    let grey = GreyLevels::of(inside.collect());
    let grid = LevelGrid::new(&roi, &grey, reach).unwrap();
    (roi, grid)
}

/// One slice, row by row.
pub(crate) fn slice<const W: usize, const H: usize>(rows: [[u32; W]; H]) -> (Roi, LevelGrid) {
    region([W, H, 1], 1, |[x, y, _]| rows[y][x])
}

/// The example of PyRadiomics' documentation for glszm and gldm.
pub(crate) const EXAMPLE: [[u32; 5]; 5] = [
    [5, 2, 5, 4, 4],
    [3, 3, 3, 1, 3],
    [2, 1, 1, 1, 3],
    [4, 2, 2, 2, 3],
    [3, 5, 3, 3, 2],
];
