//! One work block: read, unmix, detect, measure.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{Cell, Options};
use crate::cell::{BlockCell, cells};
use crate::error::Error;
use crate::markers::Profile;
use crate::nuclei::NucleusModel;
use crate::sampling::Sampling;
use crate::slide::SlideReader;
use crate::stain::{OdTable, Planes, StainMatrix, unmix};
use crate::tiles::{Block, TileGrid};
use crate::tissue::TissueMask;

/// What every block needs to know.
pub(super) struct Work<'a> {
    pub(super) slide: &'a dyn SlideReader,
    pub(super) model: &'a dyn NucleusModel,
    pub(super) profile: &'a Profile,
    pub(super) options: &'a Options,
    pub(super) grid: Sampling,
    pub(super) tiles: TileGrid,
    pub(super) mask: &'a TissueMask,
    pub(super) table: OdTable,
    pub(super) stains: StainMatrix,
}

/// What a block found in its core.
pub(super) struct BlockResult {
    /// Cells in tissue that is analysed.
    pub(super) cells: Vec<Cell>,
    /// Cells in tissue that is excluded.
    pub(super) excluded: u64,
    /// Tissue pixels by reporting tile and fragment.
    pub(super) pixels: BTreeMap<(usize, u32), PixelSums>,
}

/// Sums over tissue pixels. Densities are summed in fixed point, so that the order
/// of the pixels, and with it the cut into blocks, does not matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PixelSums {
    pub(super) count: u64,
    pub(super) positive: u64,
    hematoxylin: i64,
    second: i64,
}

/// Units of fixed point in an optical density of 1.
const FIXED: f32 = 65_536.0;

impl PixelSums {
    fn push(&mut self, hematoxylin: f32, second: f32, threshold: f32) {
        self.count += 1;
        self.positive += u64::from(second >= threshold);
        self.hematoxylin += (hematoxylin * FIXED) as i64;
        self.second += (second * FIXED) as i64;
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.positive += other.positive;
        self.hematoxylin += other.hematoxylin;
        self.second += other.second;
    }

    /// Mean densities of haematoxylin and the second stain; `None` without pixels.
    pub(super) fn means(&self) -> Option<(f64, f64)> {
        let mean = |sum: i64| sum as f64 / f64::from(FIXED) / self.count as f64;
        (self.count > 0).then(|| (mean(self.hematoxylin), mean(self.second)))
    }
}

thread_local! {
    /// Pixels as read and as averaged, kept from block to block.
    static BUFFERS: RefCell<(Vec<u8>, Vec<u8>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

impl Work<'_> {
    /// Centre of a column of the grid, um.
    fn x_um(&self, x_px: f64) -> f64 {
        x_px * self.grid.pixel_um.0
    }

    fn y_um(&self, y_px: f64) -> f64 {
        y_px * self.grid.pixel_um.1
    }

    /// Whether any tissue lies in the core of a block.
    pub(super) fn has_tissue(&self, block: &Block) -> bool {
        let core = block.core;
        let left = self.mask.column(self.x_um(core.x as f64));
        let right = self.mask.column(self.x_um((core.x + core.width) as f64));
        let top = self.mask.row(self.y_um(core.y as f64));
        let bottom = self.mask.row(self.y_um((core.y + core.height) as f64));
        (top..=bottom).any(|y| {
            self.mask.fragments.row(y)[left..=right]
                .iter()
                .any(|&f| f != 0)
        })
    }

    /// Does the work of a block.
    pub(super) fn run(&self, block: &Block) -> Result<BlockResult, Error> {
        let planes = self.planes(block)?;
        let pixel_um = self.grid.mean_um();
        let nuclei = self.model.nuclei(&planes, pixel_um);
        let (read, core) = (block.read, block.core);
        let keep = |x: f64, y: f64| {
            let (x, y) = (x + read.x as f64, y + read.y as f64);
            let inside = |v: f64, start: usize, length: usize| {
                v >= start as f64 && v < (start + length) as f64
            };
            inside(x, core.x, core.width)
                && inside(y, core.y, core.height)
                && self.mask.fragment_at(self.x_um(x), self.y_um(y)) != 0
        };
        let found = cells(
            &planes,
            &nuclei,
            pixel_um,
            self.profile.detection.cell_expansion_um,
            &keep,
        );
        let total = found.len();
        let cells: Vec<Cell> = found
            .into_iter()
            .map(|cell| self.place(cell, block))
            .filter(|cell| !self.is_excluded(cell.fragment))
            .collect();
        let excluded = (total - cells.len()) as u64;
        Ok(BlockResult {
            cells,
            excluded,
            pixels: self.sum_pixels(&planes, block),
        })
    }

    fn planes(&self, block: &Block) -> Result<Planes, Error> {
        BUFFERS.with_borrow_mut(|(scratch, rgb)| {
            self.grid.read(self.slide, block.read, scratch, rgb)?;
            Ok(unmix(
                rgb,
                block.read.width,
                block.read.height,
                &self.table,
                &self.stains,
            ))
        })
    }

    fn is_excluded(&self, fragment: u32) -> bool {
        self.options.exclude_fragments.contains(&fragment)
    }

    /// From pixels of a block to um on the slide.
    fn place(&self, cell: BlockCell, block: &Block) -> Cell {
        let x_um = |x: f64| self.x_um(x + block.read.x as f64);
        let y_um = |y: f64| self.y_um(y + block.read.y as f64);
        let outline = |points: Vec<(f32, f32)>| -> Vec<(f32, f32)> {
            let place = |(x, y): (f32, f32)| (x_um(f64::from(x)) as f32, y_um(f64::from(y)) as f32);
            points.into_iter().map(place).collect()
        };
        let (x, y) = (x_um(cell.x_px), y_um(cell.y_px));
        let score = self.profile.score;
        Cell {
            x_um: x,
            y_um: y,
            fragment: self.mask.fragment_at(x, y),
            class: score.map(|measure| self.profile.thresholds.class(measure.of(&cell.second))),
            nucleus: cell.nucleus,
            cell: cell.cell,
            hematoxylin: cell.hematoxylin,
            second: cell.second,
            nucleus_outline: outline(cell.nucleus_outline),
            cell_outline: outline(cell.cell_outline),
        }
    }

    /// Counts and sums of the tissue pixels in the core.
    fn sum_pixels(&self, planes: &Planes, block: &Block) -> BTreeMap<(usize, u32), PixelSums> {
        let (core, read) = (block.core, block.read);
        let threshold = self.profile.thresholds.0[0] as f32;
        // Column of the mask and of the tiles under each column of the core.
        let columns: Vec<(usize, usize)> = (core.x..core.x + core.width)
            .map(|x| self.x_um(x as f64 + 0.5))
            .map(|x_um| (self.mask.column(x_um), self.tiles.column(x_um)))
            .collect();
        let mut sums = BTreeMap::new();
        for y in core.y..core.y + core.height {
            let y_um = self.y_um(y as f64 + 0.5);
            let fragments = self.mask.fragments.row(self.mask.row(y_um));
            let tiles_before = self.tiles.row(y_um) * self.tiles.columns;
            let start = (y - read.y) * read.width + (core.x - read.x);
            let mut x = 0;
            // A run of pixels under one tile and one mask pixel's fragment.
            while x < core.width {
                let (tile, fragment) = (columns[x].1, fragments[columns[x].0]);
                let same = |&(mask, t): &(usize, usize)| t == tile && fragments[mask] == fragment;
                let end = x + columns[x..].iter().take_while(|c| same(c)).count();
                if fragment != 0 {
                    let sum: &mut PixelSums =
                        sums.entry((tiles_before + tile, fragment)).or_default();
                    let pixels = start + x..start + end;
                    for (&h, &s) in planes.hematoxylin[pixels.clone()]
                        .iter()
                        .zip(&planes.second[pixels])
                    {
                        sum.push(h, s, threshold);
                    }
                }
                x = end;
            }
        }
        sums
    }
}
