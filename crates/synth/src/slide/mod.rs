//! H&E and immunohistochemistry fields at 0.5 um/px whose every cell is known.
//!
//! Tissue on glass -> cells placed in nests and stroma -> stain amounts
//! painted -> Beer-Lambert light through the stains -> blur, noise, 8 bits.

mod camera;
mod cells;
mod paint;
mod profile;
mod shape;
pub mod stain;
#[cfg(test)]
mod tests;
mod tissue;

use crate::Error;
use crate::error::within;
use crate::noise::Noise;
use image::RgbImage;
use stats::rng::Stream;

pub use camera::Scanner;
pub use cells::{Cell, CellClass};

/// Pixel size of every synthetic slide, in um.
pub const MPP: f64 = 0.5;

/// The stains that can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stain {
    /// Haematoxylin and eosin; no cell is positive.
    He,
    /// CD8: ring around lymphocytes.
    Cd8,
    /// CD45RO: ring around lymphocytes.
    Cd45ro,
    /// PD-L1: membrane of tumour cells.
    PdL1,
    /// CD163: branching cytoplasm of macrophages.
    Cd163,
    /// Ki67: nuclei of tumour cells.
    Ki67,
}

impl Stain {
    /// The five slides of each patient of a cohort, in this order.
    pub const PANEL: [Self; 5] = [Self::He, Self::Cd8, Self::Cd45ro, Self::PdL1, Self::Cd163];

    /// The name in tables and file names: HE, CD8, CD45RO, PD-L1, CD163, Ki67.
    pub fn name(self) -> &'static str {
        match self {
            Self::He => "HE",
            Self::Cd8 => "CD8",
            Self::Cd45ro => "CD45RO",
            Self::PdL1 => "PD-L1",
            Self::Cd163 => "CD163",
            Self::Ki67 => "Ki67",
        }
    }

    /// The class of the cells that can be positive; `None` for H&E.
    pub fn positive_class(self) -> Option<CellClass> {
        match self {
            Self::He => None,
            Self::Cd8 | Self::Cd45ro => Some(CellClass::Lymphocyte),
            Self::PdL1 | Self::Ki67 => Some(CellClass::Tumour),
            Self::Cd163 => Some(CellClass::Macrophage),
        }
    }
}

/// What a slide is to look like.
#[derive(Clone, Debug, PartialEq)]
pub struct SlideSpec {
    /// The stain.
    pub stain: Stain,
    /// Image size in pixels (width, height); 256 to 4096 each.
    pub size_px: [u32; 2],
    /// Number of tissue pieces: 1 or 2.
    pub pieces: u32,
    /// Positive cells wanted per mm2 of tissue, 0 to 10,000. Fewer are placed
    /// where they don't fit (the truth counts those placed); none on H&E.
    pub positive_mm2: f64,
    /// The scanner.
    pub scanner: Scanner,
}

impl Default for SlideSpec {
    fn default() -> Self {
        Self {
            stain: Stain::Cd8,
            size_px: [1280, 1280],
            pieces: 1,
            positive_mm2: 600.0,
            scanner: Scanner::default(),
        }
    }
}

/// Counts over a slide. All cells count, whatever a detector makes of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlideCounts {
    /// Tissue area in mm2 (pixels more than half covered).
    pub tissue_mm2: f64,
    /// Cells.
    pub n_cells: usize,
    /// Positive cells.
    pub n_positive: usize,
}

impl SlideCounts {
    /// Positive cells per mm2 of tissue; 0 without tissue.
    pub fn density_positive_mm2(&self) -> f64 {
        per(self.n_positive, self.tissue_mm2)
    }

    /// Cells per mm2 of tissue; 0 without tissue.
    pub fn density_all_mm2(&self) -> f64 {
        per(self.n_cells, self.tissue_mm2)
    }

    /// `100 n_positive / n_cells`; 0 without cells.
    pub fn positive_percent(&self) -> f64 {
        100.0 * per(self.n_positive, self.n_cells as f64)
    }
}

fn per(n: usize, whole: f64) -> f64 {
    if whole > 0.0 { n as f64 / whole } else { 0.0 }
}

/// What is really on a slide.
#[derive(Clone, Debug, PartialEq)]
pub struct SlideTruth {
    /// Every cell, in the order placed.
    pub cells: Vec<Cell>,
    /// Counts over the slide.
    pub counts: SlideCounts,
}

/// Draws a slide; all that is random comes from `stream`.
///
/// # Errors
/// [`Error::Setting`] for a setting outside its range.
pub fn render(spec: &SlideSpec, stream: &mut Stream) -> Result<(RgbImage, SlideTruth), Error> {
    check(spec)?;
    let noise = Noise::new(stream);
    let tissue = tissue::Tissue::new(spec, &noise, stream);
    let tissue_mm2 = tissue.area_mm2();
    let placed = cells::place(spec, &tissue, &noise, tissue_mm2, stream);

    let mut canvas = paint::Canvas::background(spec, &tissue, &noise);
    for cell in &placed {
        canvas.cell(spec.stain, cell, &noise);
    }
    let image = camera::photograph(&canvas, &spec.scanner, stream);

    let cells: Vec<Cell> = placed.into_iter().map(|p| p.cell).collect();
    let counts = SlideCounts {
        tissue_mm2,
        n_cells: cells.len(),
        n_positive: cells.iter().filter(|c| c.positive).count(),
    };
    Ok((image, SlideTruth { cells, counts }))
}

fn check(spec: &SlideSpec) -> Result<(), Error> {
    for side in spec.size_px {
        within("slide size_px", side.into(), 256.0, 4096.0, "256 to 4096")?;
    }
    within("pieces", spec.pieces.into(), 1.0, 2.0, "1 or 2")?;
    within(
        "positive_mm2",
        spec.positive_mm2,
        0.0,
        10_000.0,
        "0 to 10000",
    )?;
    spec.scanner.check()
}
