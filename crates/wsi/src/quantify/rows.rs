//! What comes out: the rows of the tables, in plain fields.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::cell::{Compartments, Shape};
use crate::overlay::Overlay;
use crate::positivity::Class;
use crate::quantify::samples::Samples;
use crate::score::ClassCounts;
use crate::tissue_outline::Polygon;

/// A cell on the slide.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Centroid of the nucleus, um from the left edge of the slide.
    pub x_um: f64,
    /// Centroid of the nucleus, um from the top edge of the slide.
    pub y_um: f64,
    /// Piece of tissue it lies in, from 1.
    pub fragment: u32,
    /// Shape of the nucleus.
    pub nucleus: Shape,
    /// Shape of the cell.
    pub cell: Shape,
    /// Haematoxylin optical density in nucleus, cytoplasm and cell.
    pub hematoxylin: Compartments,
    /// DAB (or eosin) optical density in nucleus, cytoplasm and cell.
    pub second: Compartments,
    /// Intensity class; `None` where the profile scores nothing (H&E).
    pub class: Option<Class>,
    /// Outline of the nucleus: a closed polygon in um on the slide.
    pub nucleus_outline: Vec<(f32, f32)>,
    /// Outline of the cell: a closed polygon in um on the slide.
    pub cell_outline: Vec<(f32, f32)>,
}

/// One slide: a row of slides.csv.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Name of the marker profile.
    pub stain: String,
    /// Microns per level-0 pixel (mean of x and y).
    pub mpp: f64,
    /// Who says so: override, vendor, ome, tiff_resolution or objective_power.
    pub mpp_source: Cow<'static, str>,
    /// Pixel size that cells were detected at, um.
    pub working_pixel_um: f64,
    /// Name of the reader: openslide, tiff or image.
    pub reader: Cow<'static, str>,
    /// White point that optical densities refer to: red, green, blue.
    pub white_point: [u8; 3],
    /// Whether the white point was seen on the slide; if not, it is 255.
    pub white_point_measured: bool,
    /// Tissue, mm2.
    pub tissue_mm2: f64,
    /// Tissue that was analysed, mm2: without excluded fragments. All densities and
    /// shares are over this area.
    pub analysed_mm2: f64,
    /// Cells in the analysed tissue.
    pub n_cells: u64,
    /// Cells in excluded tissue; in no other number.
    pub n_cells_excluded: u64,
    /// Cells at 1+ or more; `None` where the profile scores nothing.
    pub n_positive: Option<u64>,
    /// Cells per mm2; `None` without analysed tissue.
    pub density_all_mm2: Option<f64>,
    /// Positive cells per mm2; `None` without analysed tissue or score.
    pub density_positive_mm2: Option<f64>,
    /// `100 * n_positive / n_cells`; `None` without cells or score.
    pub positive_percent: Option<f64>,
    /// Share of analysed pixels with DAB at the first threshold or above, percent;
    /// `None` without analysed tissue or score.
    pub area_positive_percent: Option<f64>,
    /// `100 * (n1 + 2 n2 + 3 n3) / n_cells`; `None` without cells or score.
    pub h_score: Option<f64>,
    /// Cells at 1+.
    pub n_1plus: Option<u64>,
    /// Cells at 2+.
    pub n_2plus: Option<u64>,
    /// Cells at 3+.
    pub n_3plus: Option<u64>,
    /// Optical density of DAB from which a cell is positive.
    pub threshold: Option<f64>,
    /// Sum of optical densities from which a pixel counted as tissue.
    pub tissue_threshold: f64,
    /// Doubts about the slide, in a fixed order: `no_tissue`, `small_tissue` (under
    /// 1 mm2), `no_glass` (white point not seen), `no_colour` (a grey picture: its
    /// stains cannot be told apart, so no score means anything), `no_cells`,
    /// `few_cells` (under 500), `coarse_pixels` (10 % and more over the requested
    /// pixel size), `mpp_from_objective`, `uncalibrated_thresholds`.
    pub qc_flags: Vec<Cow<'static, str>>,
    /// Why a score is `None`; empty where none is.
    pub reason: Cow<'static, str>,
}

/// A piece of tissue: a row of fragments.csv.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fragment {
    /// Its number, from 1.
    pub fragment: u32,
    /// Whether it was left out of the analysis.
    pub excluded: bool,
    /// Left edge of its box, um.
    pub x_um: f64,
    /// Top edge of its box, um.
    pub y_um: f64,
    /// Width of its box, um.
    pub width_um: f64,
    /// Height of its box, um.
    pub height_um: f64,
    /// Area, mm2.
    pub area_mm2: f64,
    /// Cells in it; 0 when excluded.
    pub n_cells: u64,
    /// Positive cells; `None` where the profile scores nothing.
    pub n_positive: Option<u64>,
    /// Cells per mm2; `None` when excluded.
    pub density_all_mm2: Option<f64>,
    /// Positive cells per mm2; `None` when excluded or not scored.
    pub density_positive_mm2: Option<f64>,
}

/// A square of the reporting grid with analysed tissue in it: a row of tiles.parquet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tile {
    /// Left edge, um.
    pub x_um: f64,
    /// Top edge, um.
    pub y_um: f64,
    /// Analysed tissue in it, mm2.
    pub tissue_mm2: f64,
    /// Cells in it.
    pub n_cells: u64,
    /// Positive cells; `None` where the profile scores nothing.
    pub n_positive: Option<u64>,
    /// Cells per mm2 of tissue; `None` where cells lie in a tile by their centroid
    /// but no tissue pixel does.
    pub density_all_mm2: Option<f64>,
    /// Positive cells per mm2 of tissue.
    pub density_positive_mm2: Option<f64>,
    /// Share of tissue pixels with DAB at the first threshold or above, percent.
    pub area_positive_percent: Option<f64>,
    /// Mean haematoxylin optical density of the tissue pixels.
    pub mean_hematoxylin_od: Option<f64>,
    /// Mean DAB (or eosin) optical density of the tissue pixels.
    pub mean_second_od: Option<f64>,
}

/// All that is known of a slide but its cells, which went to the sink.
#[derive(Debug, Clone)]
pub struct Quantified {
    /// The slide as a whole.
    pub summary: Summary,
    /// Counts behind the summary; `None` where the profile scores nothing.
    pub classes: Option<ClassCounts>,
    /// Pieces of tissue by number.
    pub fragments: Vec<Fragment>,
    /// Reporting tiles with tissue, row by row.
    pub tiles: Vec<Tile>,
    /// Picture for checking by eye; `None` if not asked for.
    pub overlay: Option<Overlay>,
    /// Outlines of the pieces of tissue, by number.
    pub tissue: Vec<Vec<Polygon>>,
    /// Fields and cells to look at closely; `None` if not asked for.
    pub samples: Option<Samples>,
}
