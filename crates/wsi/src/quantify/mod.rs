//! One slide, from file to numbers: the steps in order.
//!
//! 1. A low-resolution picture gives white point, tissue and fragments.
//! 2. Work blocks with a halo are read, unmixed, and searched for cells, several at
//!    once; a cell belongs to the block whose core holds the centroid of its nucleus.
//! 3. Blocks report in their order: cells go to the sink strip by strip, counts and
//!    areas into fragments, tiles and summary.
//!
//! Memory holds a few blocks a thread, one strip of cells, and the low-resolution
//! picture, whatever the size of the slide.

mod block;
mod options;
mod rows;
mod samples;
mod tally;

use rayon::prelude::*;

use crate::error::Error;
use crate::markers::Profile;
use crate::nuclei::{NucleusModel, WatershedCellDetection};
use crate::overlay::Overlay;
use crate::sampling::{Sampling, Window, shrink};
use crate::slide::{PixelSize, SlideReader, mpp};
use crate::stain::OdTable;
use crate::tiles::{BLOCK_PX, Block, TileGrid, blocks};
use crate::tissue::{TissueMask, WhitePoint, find_tissue, white_point};
use block::{BlockResult, Work};
pub use options::Options;
pub use rows::{Cell, Fragment, Quantified, Summary, Tile};
use samples::Sampler;
pub use samples::{Patch, PatchKind, Picture, Samples, ScoredCell};
use tally::Tally;

/// Longest side of a slide in mm; the largest whole-mount slides have 150.
const LONGEST_MM: f64 = 200.0;

/// Pixels of the low-resolution picture at most, to 10 %: a glass slide of 25 x 60 mm
/// has as many at 8 um.
const MOST_OVERVIEW_PX: f64 = 25e6;

/// Takes the cells of a slide as they are found.
pub trait CellSink {
    /// Cells of one strip, sorted by y, then x. Called once a strip, top to bottom;
    /// strips without cells are left out. A strip is [`BLOCK_PX`] working pixels high.
    ///
    /// # Errors
    /// [`Error::Sink`]; it ends the quantification.
    fn cells(&mut self, strip: usize, cells: &[Cell]) -> Result<(), Error>;

    /// The part of the slide that is done, 0 to 1; called now and then.
    fn progress(&mut self, _part: f64) {}
}

impl CellSink for Vec<Cell> {
    fn cells(&mut self, _strip: usize, cells: &[Cell]) -> Result<(), Error> {
        self.extend_from_slice(cells);
        Ok(())
    }
}

/// Quantifies a slide with the watershed cell detection of its profile.
///
/// # Errors
/// [`Error::NoMpp`] or [`Error::BadMpp`] when the pixel size is unknown or unusable
/// (a side of the slide would be longer than 200 mm),
/// [`Error::Profile`] and [`Error::Options`] for parameters out of range,
/// [`Error::Read`] when the file is damaged, [`Error::Sink`] from the sink.
/// A slide without tissue or cells is no error: its scores are `None`.
pub fn quantify(
    slide: &dyn SlideReader,
    profile: &Profile,
    options: &Options,
    sink: &mut dyn CellSink,
) -> Result<Quantified, Error> {
    profile.validate()?;
    let model = WatershedCellDetection {
        parameters: profile.detection.clone(),
    };
    quantify_with(&model, slide, profile, options, sink)
}

/// [`quantify`] with another model of nuclei.
///
/// # Errors
/// As [`quantify`].
pub fn quantify_with(
    model: &dyn NucleusModel,
    slide: &dyn SlideReader,
    profile: &Profile,
    options: &Options,
    sink: &mut dyn CellSink,
) -> Result<Quantified, Error> {
    profile.validate()?;
    options.validate()?;
    let pixel = mpp::pixel_size(slide.path(), slide.scale_hints(), options.mpp)?;
    check_extent(slide, &pixel)?;
    let overview = Overview::of(slide, &pixel, options)?;
    let grid = Sampling::new(slide, &pixel, profile.detection.requested_pixel_size_um)?;
    let tiles = TileGrid::new(
        options.tile_um,
        slide.levels()[0].width as f64 * pixel.x_um,
        slide.levels()[0].height as f64 * pixel.y_um,
    );
    let work = Work {
        slide,
        model,
        profile,
        options,
        grid,
        tiles,
        mask: &overview.mask,
        table: OdTable::new(overview.white.rgb),
        stains: profile.stain_matrix()?,
    };
    let mut overlay = overview.overlay(profile, options);
    let mut sampler = options.overlay.then(|| Sampler::new(&work));
    let mut tally = Tally::new(
        &overview.mask,
        &options.exclude_fragments,
        tiles,
        grid.pixel_mm2(),
    );

    let halo_px = (model.halo_um() / grid.pixel_um.0.min(grid.pixel_um.1)).ceil() as usize;
    let todo: Vec<Block> = blocks(&grid, options.block_px.unwrap_or(BLOCK_PX), halo_px)
        .into_iter()
        .filter(|block| work.has_tissue(block))
        .collect();
    tracing::info!(
        blocks = todo.len(),
        halo_px,
        pixel_um = grid.mean_um(),
        "detecting cells"
    );
    let mut strip = Strip::default();
    let mut blocks_done = 0;
    // As many blocks at once as keep all threads busy, and no more in memory.
    for batch in todo.chunks(4 * rayon::current_num_threads()) {
        let results: Vec<Result<BlockResult, Error>> =
            batch.par_iter().map(|block| work.run(block)).collect();
        for (block, result) in batch.iter().zip(results) {
            let result = result?;
            tally.add(&result);
            if let Some(overlay) = &mut overlay {
                overlay.draw(&result.cells);
            }
            if let Some(sampler) = &mut sampler {
                sampler.add(&result.cells);
            }
            if strip.number != block.strip {
                strip.hand_on(sink)?;
                strip.number = block.strip;
            }
            strip.cells.extend(result.cells);
        }
        blocks_done += batch.len();
        sink.progress(blocks_done as f64 / todo.len() as f64);
    }
    strip.hand_on(sink)?;
    let mut result = tally.finish(slide, &pixel, &overview, &grid, profile, None);
    if let Some(sampler) = sampler {
        result.samples = Some(sampler.finish(&result.tiles, halo_px)?);
    }
    result.overlay = overlay.map(|overlay| overlay.finish(&overview.mask, &result));
    Ok(result)
}

/// Refuses a slide that no microscope holds: its pixel size must be wrong.
fn check_extent(slide: &dyn SlideReader, pixel: &PixelSize) -> Result<(), Error> {
    let level = slide.levels()[0];
    let width_mm = level.width as f64 * pixel.x_um * 1e-3;
    let height_mm = level.height as f64 * pixel.y_um * 1e-3;
    if width_mm.max(height_mm) <= LONGEST_MM {
        return Ok(());
    }
    Err(Error::BadMpp {
        path: slide.path().to_path_buf(),
        reason: format!(
            "at {} um a pixel ({}) the slide is {width_mm:.0} mm wide and {height_mm:.0} mm high, more than {LONGEST_MM:.0}: check --mpp or the manifest column `mpp`",
            pixel.mean_um(),
            pixel.source.name()
        ),
    })
}

/// Cells of the strip that is being worked on.
#[derive(Default)]
struct Strip {
    number: usize,
    cells: Vec<Cell>,
}

impl Strip {
    fn hand_on(&mut self, sink: &mut dyn CellSink) -> Result<(), Error> {
        if self.cells.is_empty() {
            return Ok(());
        }
        self.cells
            .sort_by(|a, b| a.y_um.total_cmp(&b.y_um).then(a.x_um.total_cmp(&b.x_um)));
        sink.cells(self.number, &self.cells)?;
        self.cells.clear();
        Ok(())
    }
}

/// What the low-resolution picture tells.
struct Overview {
    rgb: Vec<u8>,
    width: usize,
    height: usize,
    pixel_um: (f64, f64),
    white: WhitePoint,
    mask: TissueMask,
    /// Whether red, green and blue are equal in all pixels.
    grey: bool,
}

impl Overview {
    /// Reads the slide once at the finer of what the mask and the overlay need, but
    /// not so fine that memory would grow with the slide.
    fn of(slide: &dyn SlideReader, pixel: &PixelSize, options: &Options) -> Result<Self, Error> {
        let level = slide.levels()[0];
        let width_um = level.width as f64 * pixel.x_um;
        let height_um = level.height as f64 * pixel.y_um;
        let overlay_um = width_um.max(height_um) / options.overlay_side_px as f64;
        let finest_um = (width_um * height_um / MOST_OVERVIEW_PX).sqrt();
        let wanted_um = overlay_um.min(options.tissue.pixel_um).max(finest_um);
        let grid = Sampling::new(slide, pixel, wanted_um)?;
        let rgb = read_whole(slide, &grid)?;
        let step = |um: f64| (options.tissue.pixel_um / um).max(1.0);
        let step = (step(grid.pixel_um.0), step(grid.pixel_um.1));
        let (small, width, height) = shrink(&rgb, grid.width, grid.height, step);
        let white = white_point(&small, width);
        let mask_um = (grid.pixel_um.0 * step.0, grid.pixel_um.1 * step.1);
        let mask = find_tissue(&small, (width, height), mask_um, &white, &options.tissue);
        Ok(Self {
            grey: rgb
                .as_chunks::<3>()
                .0
                .iter()
                .all(|&[r, g, b]| r == g && g == b),
            rgb,
            width: grid.width,
            height: grid.height,
            pixel_um: grid.pixel_um,
            white,
            mask,
        })
    }

    fn overlay(&self, profile: &Profile, options: &Options) -> Option<Overlay> {
        if !options.overlay {
            return None;
        }
        let size = (self.width as f64, self.height as f64);
        let step = Overlay::step(size, options.overlay_side_px);
        let (rgb, width, height) = shrink(&self.rgb, self.width, self.height, (step, step));
        let pixel_um = (self.pixel_um.0 * step, self.pixel_um.1 * step);
        Some(Overlay::new(
            rgb,
            (width, height),
            pixel_um,
            profile.score.is_some(),
        ))
    }
}

/// Reads all of a grid in pieces that need at most a few megapixels of the slide.
fn read_whole(slide: &dyn SlideReader, grid: &Sampling) -> Result<Vec<u8>, Error> {
    const SOURCE_SIDE: f64 = 2048.0;
    let side = ((SOURCE_SIDE / grid.step.0.max(grid.step.1)) as usize).max(16);
    let pieces: Vec<Block> = blocks(grid, side, 0);
    let mut whole = vec![255u8; 3 * grid.width * grid.height];
    for batch in pieces.chunks(4 * rayon::current_num_threads()) {
        let read: Vec<Result<Vec<u8>, Error>> = batch
            .par_iter()
            .map(|piece| {
                let (mut scratch, mut rgb) = (Vec::new(), Vec::new());
                grid.read(slide, piece.core, &mut scratch, &mut rgb)
                    .map(|()| rgb)
            })
            .collect();
        for (piece, rgb) in batch.iter().zip(read) {
            put(&rgb?, piece.core, grid.width, &mut whole);
        }
    }
    Ok(whole)
}

fn put(piece: &[u8], window: Window, width: usize, whole: &mut [u8]) {
    for (row, line) in piece.chunks_exact(3 * window.width).enumerate() {
        let start = 3 * ((window.y + row) * width + window.x);
        whole[start..start + line.len()].copy_from_slice(line);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::markers::Markers;
    use crate::slide::{Area, Level, ScaleHints};

    /// A slide of one colour.
    struct Plain {
        levels: [Level; 1],
        hints: ScaleHints,
        colour: [u8; 3],
    }

    impl Plain {
        fn new(width: usize, height: usize, colour: [u8; 3]) -> Self {
            let level = Level {
                width,
                height,
                downsample: 1.0,
            };
            Self {
                levels: [level],
                hints: ScaleHints::default(),
                colour,
            }
        }

        fn run(&self, mpp: f64) -> Result<Quantified, Error> {
            let options = Options {
                mpp: Some(mpp),
                ..Default::default()
            };
            let markers = Markers::built_in();
            quantify(self, markers.get("CD8")?, &options, &mut Vec::new())
        }
    }

    impl SlideReader for Plain {
        fn path(&self) -> &Path {
            Path::new("plain.tif")
        }

        fn reader(&self) -> &'static str {
            "image"
        }

        fn levels(&self) -> &[Level] {
            &self.levels
        }

        fn scale_hints(&self) -> &ScaleHints {
            &self.hints
        }

        fn read_region(&self, _level: usize, area: Area, rgb: &mut Vec<u8>) -> Result<(), Error> {
            *rgb = self.colour.repeat(area.width * area.height);
            Ok(())
        }
    }

    #[test]
    fn a_slide_of_half_a_metre_has_a_wrong_pixel_size() {
        let slide = Plain::new(24_000, 9000, [255; 3]);
        let text = slide.run(20.0).expect_err("refused").to_string();
        for says in ["plain.tif", "480 mm wide", "--mpp", "`mpp`"] {
            assert!(text.contains(says), "{text}");
        }
    }

    #[test]
    fn the_overview_is_bounded() {
        let slide = Plain::new(9000, 9000, [255; 3]);
        let pixel = PixelSize {
            x_um: 20.0,
            y_um: 20.0,
            source: crate::slide::mpp::MppSource::Override,
        };
        let overview = Overview::of(&slide, &pixel, &Options::default()).expect("read");
        let pixels = (overview.width * overview.height) as f64;
        assert!(pixels <= 1.1 * MOST_OVERVIEW_PX, "{pixels}");
        assert_eq!(overview.mask.fragments.data.len() as f64, pixels);
    }

    #[test]
    fn a_picture_without_colour_is_flagged() {
        for (colour, flagged) in [([90; 3], true), ([90, 60, 90], false)] {
            let result = Plain::new(256, 256, colour).run(0.5).expect("runs");
            let flags = result.summary.qc_flags;
            assert_eq!(
                flags.iter().any(|flag| flag == "no_colour"),
                flagged,
                "{flags:?}"
            );
        }
    }
}
