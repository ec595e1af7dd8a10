//! Two ways to cut a slide: work blocks, which are a matter of computing and must
//! not show in the results, and reporting tiles, which are a fixed grid in um.

use crate::sampling::{Sampling, Window};

/// Side of a work block in working pixels, without its halo. Also the height of
/// the strips that cells are handed on in.
pub const BLOCK_PX: usize = 1024;

/// A piece of work: what is read, and the part of it that the block owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Row of blocks it lies in: its strip.
    pub strip: usize,
    /// What the block owns; the cores of all blocks cover the grid once.
    pub core: Window,
    /// The core with a halo, cut at the edges of the grid.
    pub read: Window,
}

/// The blocks of a grid, row by row, with `halo_px` of context around each.
pub fn blocks(grid: &Sampling, side_px: usize, halo_px: usize) -> Vec<Block> {
    let side = side_px.max(1);
    let mut blocks = Vec::new();
    for strip in 0..grid.height.div_ceil(side) {
        for column in 0..grid.width.div_ceil(side) {
            let (x, width) = (column * side, side.min(grid.width - column * side));
            let (y, height) = (strip * side, side.min(grid.height - strip * side));
            let (left, top) = (x.saturating_sub(halo_px), y.saturating_sub(halo_px));
            let right = (x + width + halo_px).min(grid.width);
            let bottom = (y + height + halo_px).min(grid.height);
            blocks.push(Block {
                strip,
                core: Window {
                    x,
                    y,
                    width,
                    height,
                },
                read: Window {
                    x: left,
                    y: top,
                    width: right - left,
                    height: bottom - top,
                },
            });
        }
    }
    blocks
}

/// The grid of reporting tiles: squares of a fixed size in um from the top-left
/// corner of the slide, row by row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TileGrid {
    /// Side of a tile in um.
    pub side_um: f64,
    /// Number of columns.
    pub columns: usize,
    /// Number of rows.
    pub rows: usize,
}

impl TileGrid {
    /// Tiles that cover a slide of this size.
    pub fn new(side_um: f64, width_um: f64, height_um: f64) -> Self {
        let count = |length: f64| ((length / side_um).ceil() as usize).max(1);
        Self {
            side_um,
            columns: count(width_um),
            rows: count(height_um),
        }
    }

    /// Column of `x_um`; the last beyond the edge.
    pub fn column(&self, x_um: f64) -> usize {
        ((x_um / self.side_um).max(0.0) as usize).min(self.columns - 1)
    }

    /// Row of `y_um`; the last beyond the edge.
    pub fn row(&self, y_um: f64) -> usize {
        ((y_um / self.side_um).max(0.0) as usize).min(self.rows - 1)
    }

    /// Number of the tile at a place.
    pub fn index(&self, x_um: f64, y_um: f64) -> usize {
        self.row(y_um) * self.columns + self.column(x_um)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grid(width: usize, height: usize) -> Sampling {
        Sampling {
            level: 0,
            step: (1.0, 1.0),
            width,
            height,
            pixel_um: (0.5, 0.5),
        }
    }

    proptest! {
        #[test]
        fn cores_cover_the_grid_once(width in 1usize..60, height in 1usize..60, side in 1usize..30, halo in 0usize..9) {
            let mut owners = vec![0; width * height];
            for block in blocks(&grid(width, height), side, halo) {
                let Block { core, read, .. } = block;
                prop_assert!(read.x <= core.x && read.x + read.width >= core.x + core.width);
                prop_assert!(read.y <= core.y && read.y + read.height <= height);
                for y in core.y..core.y + core.height {
                    for x in core.x..core.x + core.width {
                        owners[y * width + x] += 1;
                    }
                }
            }
            prop_assert!(owners.iter().all(|&n| n == 1));
        }
    }

    #[test]
    fn places_beyond_the_edge_belong_to_the_last_tile() {
        let tiles = TileGrid::new(256.0, 500.0, 256.0);
        assert_eq!((tiles.columns, tiles.rows), (2, 1));
        assert_eq!(
            (
                tiles.index(255.9, 0.0),
                tiles.index(256.0, 0.0),
                tiles.index(9e9, 9e9)
            ),
            (0, 1, 1)
        );
    }
}
