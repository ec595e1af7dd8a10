//! Fields and cells to look at closely, chosen by fixed rules.
//!
//! Fields ([`Patch`]) lie in the middle of reporting tiles that at least half are
//! tissue (all tiles, where none is); ties go to the upper, then the left one. Their
//! cells are detected again after the pass: results do not depend on the cut into
//! blocks, so these are the cells of the tables, and no outline needs to be kept for
//! all the tiles that might have been chosen. Cells next to the threshold
//! ([`ScoredCell`]) are the nearest 12 of each side.

use image::RgbImage;
use rayon::prelude::*;

use super::block::Work;
use super::{Cell, Tile};
use crate::error::Error;
use crate::positivity::Class;
use crate::sampling::Window;
use crate::slide::Area;
use crate::tiles::Block;

/// Side of a patch, um.
const PATCH_UM: f64 = 200.0;
/// Cells whose nuclei lie this far outside of a patch may reach into it, um.
const MARGIN_UM: f64 = 16.0;
/// Side of the picture of one cell, um.
const CELL_UM: f64 = 32.0;
/// Cells on each side of the threshold.
const CELLS_A_SIDE: usize = 12;
/// A score is near the threshold when it differs by this part of it at most.
const NEAR: f64 = 0.25;

/// A piece of the slide.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Its pixels.
    pub rgb: RgbImage,
    /// Left edge, um on the slide.
    pub left_um: f64,
    /// Top edge, um on the slide.
    pub top_um: f64,
    /// Size of a pixel in x and y, um.
    pub pixel_um: (f64, f64),
}

/// Why a patch was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchKind {
    /// The tile with the most positive cells (most cells, where nothing is scored).
    Densest,
    /// The middle tile in the order of these numbers.
    Median,
    /// The tile with the most scores within 25 % of the threshold; none without any.
    NearThreshold,
    /// The tile with the fewest cells, of those that at least 90 % are tissue.
    Emptiest,
}

/// A field at the pixel size of detection.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// Why it was chosen.
    pub kind: PatchKind,
    /// Its pixels.
    pub picture: Picture,
    /// Cells in it, and those around whose outlines may reach into it.
    pub cells: Vec<Cell>,
}

/// A cell beside the threshold, at full resolution.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredCell {
    /// What is compared with the threshold.
    pub score: f64,
    /// The cell.
    pub cell: Cell,
    /// The slide around it.
    pub picture: Picture,
}

/// What to look at closely.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Samples {
    /// In the order of [`PatchKind`]; a tile is in it once.
    pub patches: Vec<Patch>,
    /// Cells just below the positivity threshold, nearest first.
    pub below: Vec<ScoredCell>,
    /// Cells at the threshold and just above it, nearest first.
    pub above: Vec<ScoredCell>,
    /// Name of the score, and the threshold; `None` where nothing is scored.
    pub threshold: Option<(String, f64)>,
}

/// Watches the cells go by.
pub(super) struct Sampler<'a> {
    work: &'a Work<'a>,
    /// Cells near the threshold by reporting tile.
    near: Vec<u32>,
    below: Vec<(f64, Cell)>,
    above: Vec<(f64, Cell)>,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(work: &'a Work<'a>) -> Self {
        Self {
            work,
            near: vec![0; work.tiles.columns * work.tiles.rows],
            below: Vec::new(),
            above: Vec::new(),
        }
    }

    fn threshold(&self) -> f64 {
        self.work.profile.thresholds.0[0]
    }

    pub(super) fn add(&mut self, cells: &[Cell]) {
        let Some(measure) = self.work.profile.score else {
            return;
        };
        let threshold = self.threshold();
        for cell in cells {
            let score = measure.of(&cell.second);
            let gap = (score - threshold).abs();
            if gap <= NEAR * threshold {
                self.near[self.work.tiles.index(cell.x_um, cell.y_um)] += 1;
            }
            if gap.is_finite() {
                let positive = cell.class > Some(Class::Negative);
                let side = if positive {
                    &mut self.above
                } else {
                    &mut self.below
                };
                keep_nearest(side, score, cell, threshold);
            }
        }
    }

    pub(super) fn finish(self, tiles: &[Tile], halo_px: usize) -> Result<Samples, Error> {
        let chosen = choose(tiles, self.work.tiles.side_um, |tile| {
            self.near[self.work.tiles.index(tile.x_um, tile.y_um)]
        });
        let patches = chosen
            .par_iter()
            .map(|&(kind, tile)| self.patch(kind, tile, halo_px))
            .collect::<Result<_, Error>>()?;
        let pictures = |cells: &[(f64, Cell)]| -> Result<Vec<ScoredCell>, Error> {
            let picture = |(score, cell): &(f64, Cell)| {
                Ok(ScoredCell {
                    score: *score,
                    picture: self.closeup(cell)?,
                    cell: cell.clone(),
                })
            };
            cells.iter().map(picture).collect()
        };
        let measure = self.work.profile.score;
        Ok(Samples {
            patches,
            below: pictures(&self.below)?,
            above: pictures(&self.above)?,
            threshold: measure.map(|m| (String::from(m), self.threshold())),
        })
    }

    fn patch(&self, kind: PatchKind, tile: &Tile, halo_px: usize) -> Result<Patch, Error> {
        let (work, grid) = (self.work, &self.work.grid);
        let centre_px = |from_um: f64, pixel_um: f64, length: usize| {
            let centre = (from_um + 0.5 * work.tiles.side_um) / pixel_um;
            let side = ((PATCH_UM / pixel_um).round() as usize).clamp(1, length);
            let start = (centre - 0.5 * side as f64).max(0.0) as usize;
            (start.min(length - side), side)
        };
        let (x, width) = centre_px(tile.x_um, grid.pixel_um.0, grid.width);
        let (y, height) = centre_px(tile.y_um, grid.pixel_um.1, grid.height);
        let window = Window {
            x,
            y,
            width,
            height,
        };
        let margin_px = (MARGIN_UM / grid.mean_um()).ceil() as usize;
        let widened = |by: usize| {
            let (left, top) = (x.saturating_sub(by), y.saturating_sub(by));
            Window {
                x: left,
                y: top,
                width: (x + width + by).min(grid.width) - left,
                height: (y + height + by).min(grid.height) - top,
            }
        };
        let block = Block {
            strip: 0,
            core: widened(margin_px),
            read: widened(margin_px + halo_px),
        };
        let cells = work.run(&block)?.cells;
        let mut rgb = Vec::new();
        grid.read(work.slide, window, &mut Vec::new(), &mut rgb)?;
        let (left, top) = (x as f64 * grid.pixel_um.0, y as f64 * grid.pixel_um.1);
        Ok(Patch {
            kind,
            picture: picture(rgb, (width, height), (left, top), grid.pixel_um),
            cells,
        })
    }

    /// The level-0 pixels around a cell.
    fn closeup(&self, cell: &Cell) -> Result<Picture, Error> {
        let grid = &self.work.grid;
        let level = self.work.slide.levels()[grid.level];
        let scale = |step: f64| step * level.downsample;
        let pixel_um = (
            grid.pixel_um.0 / scale(grid.step.0),
            grid.pixel_um.1 / scale(grid.step.1),
        );
        // Within the slide, where that is large enough.
        let place = |centre_um: f64, pixel_um: f64, length: usize| {
            let side = (CELL_UM / pixel_um).round().max(1.0) as i64;
            let start = (centre_um / pixel_um - 0.5 * side as f64).round() as i64;
            (start.min(length as i64 - side).max(0), side as usize)
        };
        let whole = self.work.slide.levels()[0];
        let (x, width) = place(cell.x_um, pixel_um.0, whole.width);
        let (y, height) = place(cell.y_um, pixel_um.1, whole.height);
        let mut rgb = Vec::new();
        let area = Area {
            x,
            y,
            width,
            height,
        };
        self.work.slide.read_region(0, area, &mut rgb)?;
        let corner = (x as f64 * pixel_um.0, y as f64 * pixel_um.1);
        Ok(picture(rgb, (width, height), corner, pixel_um))
    }
}

fn picture(
    rgb: Vec<u8>,
    (width, height): (usize, usize),
    (left_um, top_um): (f64, f64),
    pixel_um: (f64, f64),
) -> Picture {
    Picture {
        rgb: RgbImage::from_raw(width as u32, height as u32, rgb)
            .expect("a region has three bytes a pixel"),
        left_um,
        top_um,
        pixel_um,
    }
}

/// Puts a cell among the nearest, which are in order: by distance from the threshold,
/// then y, then x.
fn keep_nearest(nearest: &mut Vec<(f64, Cell)>, score: f64, cell: &Cell, threshold: f64) {
    let before = |(other, at): &(f64, Cell)| {
        let order = (other - threshold)
            .abs()
            .total_cmp(&(score - threshold).abs());
        let order = order.then(at.y_um.total_cmp(&cell.y_um));
        order.then(at.x_um.total_cmp(&cell.x_um)).is_lt()
    };
    let place = nearest.partition_point(before);
    if place < CELLS_A_SIDE {
        nearest.truncate(CELLS_A_SIDE - 1);
        nearest.insert(place, (score, cell.clone()));
    }
}

/// The tiles of the patches. `near` counts cells near the threshold.
fn choose(tiles: &[Tile], side_um: f64, near: impl Fn(&Tile) -> u32) -> Vec<(PatchKind, &Tile)> {
    let covered = |tile: &Tile, part: f64| tile.tissue_mm2 >= part * side_um * side_um * 1e-6;
    let half: Vec<usize> = (0..tiles.len())
        .filter(|&i| covered(&tiles[i], 0.5))
        .collect();
    let eligible = if half.is_empty() {
        (0..tiles.len()).collect()
    } else {
        half
    };
    let busy = |&i: &usize| (tiles[i].n_positive.unwrap_or(0), tiles[i].n_cells);
    let mut chosen: Vec<(PatchKind, usize)> = Vec::new();
    for kind in [
        PatchKind::Densest,
        PatchKind::Median,
        PatchKind::NearThreshold,
        PatchKind::Emptiest,
    ] {
        let mut left: Vec<usize> = eligible
            .iter()
            .copied()
            .filter(|i| chosen.iter().all(|(_, other)| other != i))
            .collect();
        // Stable sorts: equal tiles stay in reading order.
        let first = match kind {
            PatchKind::Densest => {
                left.sort_by_key(|i| std::cmp::Reverse(busy(i)));
                left.first()
            }
            PatchKind::Median => {
                left.sort_by_key(busy);
                left.get(left.len() / 2)
            }
            PatchKind::NearThreshold => {
                left.sort_by_key(|&i| std::cmp::Reverse(near(&tiles[i])));
                left.first().filter(|&&i| near(&tiles[i]) > 0)
            }
            PatchKind::Emptiest => {
                left.sort_by_key(|&i| (!covered(&tiles[i], 0.9), tiles[i].n_cells));
                left.first()
            }
        };
        chosen.extend(first.map(|&i| (kind, i)));
    }
    chosen
        .into_iter()
        .map(|(kind, i)| (kind, &tiles[i]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(x: f64, tissue: f64, n_cells: u64, n_positive: u64) -> Tile {
        Tile {
            x_um: x,
            y_um: 0.0,
            tissue_mm2: tissue * 0.01,
            n_cells,
            n_positive: Some(n_positive),
            density_all_mm2: None,
            density_positive_mm2: None,
            area_positive_percent: None,
            mean_hematoxylin_od: None,
            mean_second_od: None,
        }
    }

    #[test]
    fn tiles_are_chosen_by_rule() {
        // The first has the most positive cells, but is mostly glass.
        let tiles = [
            tile(0.0, 0.2, 90, 90),
            tile(1.0, 1.0, 80, 40),
            tile(2.0, 1.0, 70, 40),
            tile(3.0, 0.6, 1, 0),
            tile(4.0, 0.95, 3, 1),
            tile(5.0, 1.0, 50, 9),
        ];
        let near = |tile: &Tile| if tile.x_um == 2.0 { 5 } else { 0 };
        let names = |tiles: &[Tile], near: &dyn Fn(&Tile) -> u32| -> Vec<(PatchKind, f64)> {
            let chosen = choose(tiles, 100.0, near);
            chosen
                .into_iter()
                .map(|(kind, tile)| (kind, tile.x_um))
                .collect()
        };
        use PatchKind::{Densest, Emptiest, Median, NearThreshold};
        assert_eq!(
            names(&tiles, &near),
            [
                (Densest, 1.0),
                (Median, 5.0),
                (NearThreshold, 2.0),
                (Emptiest, 4.0)
            ]
        );
        // Nothing near the threshold; a single tile, and that mostly glass.
        assert_eq!(names(&tiles[..1], &|_| 0), [(Densest, 0.0)]);
        assert!(names(&[], &|_| 0).is_empty());
    }
}
