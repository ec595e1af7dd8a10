//! Grey levels on the grid, ready for walks to neighbours.

use crate::discretise::GreyLevels;
use crate::{Error, Roi};

/// More grey levels than this make the matrices useless and the eigenvalues
/// slow.
const MAX_LEVELS: usize = 2048;

/// The grey levels of a region on its bounding box, with a rim of background
/// so that no neighbour within `reach` falls outside the array.
///
/// Cells hold the rank of their level among those present, from 1; 0 is
/// background.
#[derive(Debug, Clone)]
pub struct LevelGrid {
    cells: Vec<u16>,
    size: [usize; 3],
    reach: usize,
    levels: Vec<u32>,
}

impl LevelGrid {
    /// Lays out the levels of a region's voxels.
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
        let [nx, ny, nz] = roi.size().map(|n| n + 2 * reach);
        let mut cells = vec![0; nx * ny * nz];
        for ([x, y, z], &level) in roi.indices().zip(&grey.levels) {
            cells[((z + reach) * ny + y + reach) * nx + x + reach] = ranks[level as usize];
        }
        Ok(Self {
            cells,
            size: roi.size(),
            reach,
            levels: grey.present.clone(),
        })
    }

    /// The levels present, ascending; rank n is `levels()[n - 1]`.
    pub fn levels(&self) -> &[u32] {
        &self.levels
    }

    /// Size (x, y, z) of the bounding box.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// Rows along x of the bounding box, each with the row that lies at
    /// `offset` (x, y, z) from it; offsets must be within the reach.
    pub(crate) fn row_pairs(&self, offset: [isize; 3]) -> impl Iterator<Item = (&[u16], &[u16])> {
        let [sx, sy, sz] = self.size;
        let reach = self.reach;
        let [nx, ny, _] = self.size.map(|n| n + 2 * reach);
        let shift = (offset[2] * ny as isize + offset[1]) * nx as isize + offset[0];
        let starts = (0..sz)
            .flat_map(move |z| (0..sy).map(move |y| ((z + reach) * ny + y + reach) * nx + reach));
        starts.map(move |start| {
            let there = start.wrapping_add_signed(shift);
            (
                &self.cells[start..start + sx],
                &self.cells[there..there + sx],
            )
        })
    }
}
