//! Adds up the blocks, in their order, into the rows of the tables.

use super::block::{BlockResult, PixelSums};
use super::rows::{Fragment, Quantified, Summary, Tile};
use super::{Cell, Overview};
use crate::markers::Profile;
use crate::overlay::Overlay;
use crate::sampling::Sampling;
use crate::score::{ClassCounts, density, percent};
use crate::slide::mpp::MppSource;
use crate::slide::{PixelSize, SlideReader};
use crate::tiles::TileGrid;
use crate::tissue::TissueMask;

/// Tissue below this many mm2 is flagged.
const SMALL_TISSUE_MM2: f64 = 1.0;
/// Cell numbers below this are flagged.
const FEW_CELLS: u64 = 500;

/// Counts of one tile, one fragment, or the slide.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    cells: u64,
    classes: ClassCounts,
    pixels: PixelSums,
}

impl Count {
    fn add_cell(&mut self, cell: &Cell) {
        self.cells += 1;
        if let Some(class) = cell.class {
            self.classes.add(class);
        }
    }
}

/// Running totals of a slide.
pub(super) struct Tally {
    grid: TileGrid,
    pixel_mm2: f64,
    tiles: Vec<Count>,
    /// By number; index 0 is not used.
    fragments: Vec<Count>,
    excluded_cells: u64,
    excluded: Vec<u32>,
}

impl Tally {
    pub(super) fn new(mask: &TissueMask, excluded: &[u32], grid: TileGrid, pixel_mm2: f64) -> Self {
        Self {
            grid,
            pixel_mm2,
            tiles: vec![Count::default(); grid.columns * grid.rows],
            fragments: vec![Count::default(); mask.count as usize + 1],
            excluded_cells: 0,
            excluded: excluded.to_vec(),
        }
    }

    pub(super) fn add(&mut self, block: &BlockResult) {
        for cell in &block.cells {
            self.tiles[self.grid.index(cell.x_um, cell.y_um)].add_cell(cell);
            self.fragments[cell.fragment as usize].add_cell(cell);
        }
        self.excluded_cells += block.excluded;
        for (&(tile, fragment), sums) in &block.pixels {
            self.fragments[fragment as usize].pixels.add(sums);
            if !self.is_excluded(fragment) {
                self.tiles[tile].pixels.add(sums);
            }
        }
    }

    fn is_excluded(&self, fragment: u32) -> bool {
        self.excluded.contains(&fragment)
    }

    fn area(&self, count: &Count) -> f64 {
        count.pixels.count as f64 * self.pixel_mm2
    }

    pub(super) fn finish(
        self,
        slide: &dyn SlideReader,
        pixel: &PixelSize,
        overview: &Overview,
        working: &Sampling,
        profile: &Profile,
        overlay: Option<Overlay>,
    ) -> Quantified {
        let scored = profile.score.is_some();
        let mut analysed = Count::default();
        let mut tissue_pixels = 0;
        for (number, count) in (0..).zip(&self.fragments) {
            tissue_pixels += count.pixels.count;
            if !self.is_excluded(number) {
                analysed.cells += count.cells;
                analysed.classes.merge(&count.classes);
                analysed.pixels.add(&count.pixels);
            }
        }
        let analysed_mm2 = self.area(&analysed);
        let classes = scored.then_some(analysed.classes);
        let positive = classes.map(|c| c.positive());
        let mut summary = Summary {
            stain: profile.name.clone(),
            mpp: pixel.mean_um(),
            mpp_source: pixel.source.name().into(),
            working_pixel_um: working.mean_um(),
            reader: slide.reader().into(),
            white_point: overview.white.rgb,
            white_point_measured: overview.white.measured,
            tissue_mm2: tissue_pixels as f64 * self.pixel_mm2,
            analysed_mm2,
            n_cells: analysed.cells,
            n_cells_excluded: self.excluded_cells,
            n_positive: positive,
            density_all_mm2: density(analysed.cells, analysed_mm2),
            density_positive_mm2: positive.and_then(|n| density(n, analysed_mm2)),
            positive_percent: classes.and_then(|c| c.positive_percent()),
            area_positive_percent: scored
                .then(|| percent(analysed.pixels.positive, analysed.pixels.count))
                .flatten(),
            h_score: classes.and_then(|c| c.h_score()),
            n_1plus: classes.map(|c| c.one_plus),
            n_2plus: classes.map(|c| c.two_plus),
            n_3plus: classes.map(|c| c.three_plus),
            threshold: scored.then_some(profile.thresholds.0[0]),
            tissue_threshold: overview.mask.threshold,
            qc_flags: Vec::new(),
            reason: reason(scored, analysed.pixels.count, analysed.cells).into(),
        };
        let flags = flags(&summary, pixel, profile, overview.grey);
        summary.qc_flags = flags.into_iter().map(Into::into).collect();
        Quantified {
            summary,
            classes,
            fragments: self.fragment_rows(&overview.mask, scored),
            tiles: self.tile_rows(scored),
            overlay,
            tissue: crate::tissue_outline::outlines(&overview.mask),
            samples: None,
        }
    }

    fn fragment_rows(&self, mask: &TissueMask, scored: bool) -> Vec<Fragment> {
        let boxes = geometry::components::regions(&mask.fragments, mask.count);
        let rows = (1..).zip(&self.fragments[1..]).zip(boxes);
        rows.map(|((number, count), region)| {
            let excluded = self.is_excluded(number);
            let area_mm2 = self.area(count);
            let positive = scored.then(|| count.classes.positive());
            let per_mm2 = |n: u64| if excluded { None } else { density(n, area_mm2) };
            Fragment {
                fragment: number,
                excluded,
                x_um: region.left as f64 * mask.pixel_um.0,
                y_um: region.top as f64 * mask.pixel_um.1,
                width_um: (region.right - region.left) as f64 * mask.pixel_um.0,
                height_um: (region.bottom - region.top) as f64 * mask.pixel_um.1,
                area_mm2,
                n_cells: count.cells,
                n_positive: positive,
                density_all_mm2: per_mm2(count.cells),
                density_positive_mm2: positive.and_then(per_mm2),
            }
        })
        .collect()
    }

    fn tile_rows(&self, scored: bool) -> Vec<Tile> {
        let used = self
            .tiles
            .iter()
            .enumerate()
            .filter(|(_, t)| t.cells > 0 || t.pixels.count > 0);
        used.map(|(index, count)| {
            let tissue_mm2 = self.area(count);
            let positive = scored.then(|| count.classes.positive());
            let means = count.pixels.means();
            Tile {
                x_um: (index % self.grid.columns) as f64 * self.grid.side_um,
                y_um: (index / self.grid.columns) as f64 * self.grid.side_um,
                tissue_mm2,
                n_cells: count.cells,
                n_positive: positive,
                density_all_mm2: density(count.cells, tissue_mm2),
                density_positive_mm2: positive.and_then(|n| density(n, tissue_mm2)),
                area_positive_percent: scored
                    .then(|| percent(count.pixels.positive, count.pixels.count))
                    .flatten(),
                mean_hematoxylin_od: means.map(|m| m.0),
                mean_second_od: means.map(|m| m.1),
            }
        })
        .collect()
    }
}

fn reason(scored: bool, tissue_pixels: u64, cells: u64) -> &'static str {
    match (scored, tissue_pixels, cells) {
        (_, 0, _) => "no analysed tissue on the slide",
        (_, _, 0) => "no cells in the analysed tissue",
        (false, ..) => "the stain has no DAB to score",
        _ => "",
    }
}

fn flags(summary: &Summary, pixel: &PixelSize, profile: &Profile, grey: bool) -> Vec<&'static str> {
    let requested_um = profile.detection.requested_pixel_size_um;
    let doubts = [
        (summary.tissue_mm2 == 0.0, "no_tissue"),
        (
            summary.tissue_mm2 > 0.0 && summary.analysed_mm2 < SMALL_TISSUE_MM2,
            "small_tissue",
        ),
        (!summary.white_point_measured, "no_glass"),
        (grey, "no_colour"),
        (summary.n_cells == 0, "no_cells"),
        ((1..FEW_CELLS).contains(&summary.n_cells), "few_cells"),
        (
            summary.working_pixel_um >= 1.1 * requested_um,
            "coarse_pixels",
        ),
        (
            pixel.source == MppSource::ObjectivePower,
            "mpp_from_objective",
        ),
        (
            profile.score.is_some() && !profile.calibrated,
            "uncalibrated_thresholds",
        ),
    ];
    doubts
        .into_iter()
        .filter_map(|(doubt, name)| doubt.then_some(name))
        .collect()
}
