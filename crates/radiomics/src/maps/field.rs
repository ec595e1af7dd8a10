//! Grey levels and intensities around a region, and windows on them.

use super::Kernel;
use super::prepared::Prepared;
use crate::discretise::discretise_stored;
use crate::matrices::LevelGrid;
use crate::{Error, Roi};

/// Grey levels and intensities of the voxels that may be in a neighbourhood.
pub(super) struct Field {
    levels: LevelGrid,
    /// Of the cells of `levels`; empty where nobody needs them.
    intensities: Vec<f64>,
    /// Index (x, y, z) of the first voxel in the whole image.
    lower: [usize; 3],
    /// Size of a window, odd.
    window: [usize; 3],
}

impl Field {
    pub fn new(prepared: &Prepared, kernel: &Kernel, intensities: bool) -> Result<Self, Error> {
        let whole = prepared.image.geometry().size;
        let (lower, size) = surroundings(prepared.roi, whole, kernel.radius);
        let roi = if kernel.masked {
            prepared.roi.clone()
        } else {
            let inside = vec![true; size.iter().product()];
            Roi::from_inside(lower, size, prepared.roi.spacing_mm(), inside)
                .unwrap_or_else(|| prepared.roi.clone())
        };
        let values = prepared.image.intensities(&roi)?;
        let grey = discretise_stored(&values, prepared.binning, prepared.storage)?;
        // Cut to the region's longest side, beyond which there is nothing.
        let levels = LevelGrid::new(&roi, &grey, kernel.radius)?;
        let mut window = [2 * levels.reach() + 1; 3];
        if let Some(axis) = prepared.how.plane_normal {
            window[axis] = 1;
        }
        let mut all = Vec::new();
        if intensities {
            all.resize(levels.cells().len(), 0.0);
            let cells = all.iter_mut().zip(levels.cells());
            let inside = cells.filter(|(_, rank)| **rank > 0);
            inside
                .zip(values)
                .for_each(|((cell, _), value)| *cell = value);
        }
        Ok(Self {
            levels,
            intensities: all,
            lower: roi.lower(),
            window,
        })
    }

    /// Grey levels of the whole, ascending.
    pub fn levels(&self) -> &[u32] {
        self.levels.levels()
    }

    /// Size of a window.
    pub fn window(&self) -> [usize; 3] {
        self.window
    }
}

/// First index and size of the region's bounding box with so many voxels
/// around it, as far as the image reaches.
pub(super) fn surroundings(
    roi: &Roi,
    whole: [usize; 3],
    radius: usize,
) -> ([usize; 3], [usize; 3]) {
    let (lower, size) = (roi.lower(), roi.size());
    let first = lower.map(|n| n.saturating_sub(radius));
    let end = |axis: usize| {
        let end = (lower[axis] + size[axis]).saturating_add(radius);
        end.min(whole[axis])
    };
    (first, [0, 1, 2].map(|axis| end(axis) - first[axis]))
}

/// A neighbourhood, moved from voxel to voxel.
pub(super) struct Window {
    grid: LevelGrid,
    intensities: Vec<f64>,
    ranks: Vec<u16>,
    occurring: Vec<usize>,
}

impl Window {
    /// A window that shows nothing yet, for neighbours at these distances.
    pub fn new(field: &Field, distances: &[usize]) -> Self {
        let longest = field.window.into_iter().max().unwrap_or(1);
        let far = distances.iter().copied().max().unwrap_or(1);
        Self {
            grid: LevelGrid::background(field.window, far.clamp(1, longest)),
            intensities: Vec::new(),
            ranks: Vec::new(),
            occurring: Vec::new(),
        }
    }

    /// Shows the neighbourhood of the voxel with this index (x, y, z) in the
    /// whole image.
    pub fn move_to(&mut self, field: &Field, index: [usize; 3]) {
        let reach = field.levels.reach();
        let [nx, ny, _] = field.levels.padded_size();
        let [wx, wy, wz] = field.window;
        let first =
            [0, 1, 2].map(|axis| index[axis] + reach - field.lower[axis] - field.window[axis] / 2);
        self.ranks.clear();
        self.intensities.clear();
        for z in first[2]..first[2] + wz {
            for y in first[1]..first[1] + wy {
                let start = (z * ny + y) * nx + first[0];
                let ranks = &field.levels.cells()[start..start + wx];
                self.ranks.extend_from_slice(ranks);
                if let Some(row) = field.intensities.get(start..start + wx) {
                    let inside = row.iter().zip(ranks).filter(|(_, rank)| **rank > 0);
                    self.intensities.extend(inside.map(|(value, _)| value));
                }
            }
        }
        self.grid
            .refill(&self.ranks, field.levels(), &mut self.occurring);
    }

    /// Its grey levels.
    pub fn grid(&self) -> &LevelGrid {
        &self.grid
    }

    /// Its intensities, where the field has them.
    pub fn intensities(&self) -> &[f64] {
        &self.intensities
    }
}
