//! Cells placed one by one, none too near another.

use super::shape::Shape;
use super::tissue::Tissue;
use super::{MPP, SlideSpec, Stain};
use crate::noise::Noise;
use stats::rng::Stream;

const TUMOUR_PER_NEST_MM2: f64 = 5_400.0;
const LYMPHOCYTES_MM2: f64 = 800.0;
const FIBROBLASTS_PER_STROMA_MM2: f64 = 1_300.0;
/// Tissue that positive cells of the stroma are spared from in nests.
const SHARE_IN_NESTS: f64 = 0.3;
/// Centres may come as near as this share of the sum of the radii.
const NEAREST: f32 = 0.93;
const TRIES: usize = 30;
/// Side of a square in which centres are looked up; no two cells interact
/// further apart.
const BIN_PX: f32 = 28.0;

/// What a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellClass {
    /// Large pale nucleus, in nests.
    Tumour,
    /// Small dark round nucleus.
    Lymphocyte,
    /// Middle-sized bean-shaped nucleus.
    Macrophage,
    /// Long thin nucleus in the stroma.
    Fibroblast,
}

/// A cell as it was drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Centre of the nucleus from the left edge of the image, in um.
    pub x_um: f64,
    /// Centre of the nucleus from the top edge of the image, in um.
    pub y_um: f64,
    /// Radius of the circle with the nucleus's area, in um.
    pub radius_um: f64,
    /// What the cell is.
    pub class: CellClass,
    /// Whether it carries the stain's marker.
    pub positive: bool,
    /// DAB (optical density) aimed at: mean over the nucleus for Ki67, else
    /// over nucleus and a ring of 3 um; 0 for a negative cell. Neighbours and
    /// the background add to what is measured.
    pub dab: f64,
}

/// A cell and what is needed to draw it.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub cell: Cell,
    pub shape: Shape,
    /// Centre in pixels.
    pub centre_px: [f32; 2],
    /// Haematoxylin in the nucleus, before texture.
    pub haematoxylin: f32,
    /// Where in the noise its texture starts.
    pub texture: [f32; 2],
    /// Cytoplasmic processes: direction and length in um.
    pub processes: Vec<([f32; 2], f32)>,
}

/// Places the cells of a slide: first the positive ones of the stroma, so that
/// there is room for all of them, then tumour cells, lymphocytes, fibroblasts.
pub(crate) fn place(
    spec: &SlideSpec,
    tissue: &Tissue,
    noise: &Noise,
    tissue_mm2: f64,
    stream: &mut Stream,
) -> Vec<Placed> {
    let nest_mm2 = tissue.nest_mm2();
    let stroma_mm2 = tissue_mm2 - nest_mm2;
    let wanted = count(spec.positive_mm2, tissue_mm2);
    let mut crowd = Crowd::new(spec, tissue, noise);
    let in_tumour_cells = spec.stain.positive_class() == Some(CellClass::Tumour);
    if let Some(class) = spec.stain.positive_class().filter(|_| !in_tumour_cells) {
        crowd.add(wanted, class, true, SHARE_IN_NESTS, 1.0, stream);
    }
    let tumour = count(TUMOUR_PER_NEST_MM2, nest_mm2);
    crowd.add(tumour, CellClass::Tumour, false, 1.0, 0.0, stream);
    let lymphocytes = count(LYMPHOCYTES_MM2, tissue_mm2);
    crowd.add(
        lymphocytes,
        CellClass::Lymphocyte,
        false,
        SHARE_IN_NESTS,
        1.0,
        stream,
    );
    let fibroblasts = count(FIBROBLASTS_PER_STROMA_MM2, stroma_mm2);
    crowd.add(fibroblasts, CellClass::Fibroblast, false, 0.0, 1.0, stream);
    if in_tumour_cells {
        crowd.mark_tumour_cells(wanted, noise, stream);
    }
    crowd.placed
}

fn count(per_mm2: f64, mm2: f64) -> usize {
    (per_mm2 * mm2).round().max(0.0) as usize
}

struct Crowd<'a> {
    stain: Stain,
    tissue: &'a Tissue,
    noise: &'a Noise,
    columns: usize,
    bins: Vec<Vec<usize>>,
    placed: Vec<Placed>,
}

impl<'a> Crowd<'a> {
    fn new(spec: &SlideSpec, tissue: &'a Tissue, noise: &'a Noise) -> Self {
        let columns = (tissue.width as f32 / BIN_PX) as usize + 1;
        let rows = (tissue.height as f32 / BIN_PX) as usize + 1;
        Self {
            stain: spec.stain,
            tissue,
            noise,
            columns,
            bins: vec![Vec::new(); columns * rows],
            placed: Vec::new(),
        }
    }

    /// Adds up to `n` cells, each taken with the given chance where it falls in
    /// a nest or in stroma.
    fn add(
        &mut self,
        n: usize,
        class: CellClass,
        positive: bool,
        in_nest: f64,
        in_stroma: f64,
        stream: &mut Stream,
    ) {
        let (mut added, mut tries) = (0, 0);
        while added < n && tries < TRIES * n {
            tries += 1;
            let x = stream.between(0.0, (self.tissue.width - 1) as f64) as f32;
            let y = stream.between(0.0, (self.tissue.height - 1) as f64) as f32;
            let chance = if self.tissue.nest(x, y) > 0.5 {
                in_nest
            } else {
                in_stroma
            };
            if !self.tissue.has_room(x, y) || stream.uniform() >= chance {
                continue;
            }
            let mut shape = Shape::new(class, stream);
            if class == CellClass::Fibroblast {
                // Fibroblasts lie along the fibres painted around them.
                let scatter = 0.35 * stream.normal() as f32;
                shape = shape.turned(fibre_angle(self.noise, x, y) + scatter);
            }
            let halo = if positive { 0.6 } else { 0.0 };
            if self.is_free(x, y, shape.radius_um() + halo) {
                self.push(x, y, class, positive, shape, stream);
                added += 1;
            }
        }
    }

    fn is_free(&self, x: f32, y: f32, radius_um: f32) -> bool {
        let (column, row) = ((x / BIN_PX) as usize, (y / BIN_PX) as usize);
        let rows = self.bins.len() / self.columns;
        for r in row.saturating_sub(1)..(row + 2).min(rows) {
            for c in column.saturating_sub(1)..(column + 2).min(self.columns) {
                for &i in &self.bins[r * self.columns + c] {
                    let other = &self.placed[i];
                    let (dx, dy) = (other.centre_px[0] - x, other.centre_px[1] - y);
                    let nearest_px =
                        NEAREST * (other.cell.radius_um as f32 + radius_um) / MPP as f32;
                    if dx * dx + dy * dy < nearest_px * nearest_px {
                        return false;
                    }
                }
            }
        }
        true
    }

    fn push(
        &mut self,
        x: f32,
        y: f32,
        class: CellClass,
        positive: bool,
        shape: Shape,
        stream: &mut Stream,
    ) {
        let haematoxylin = match class {
            CellClass::Tumour => stream.between(0.40, 0.68),
            CellClass::Lymphocyte => stream.between(0.75, 1.05),
            CellClass::Macrophage => stream.between(0.42, 0.62),
            CellClass::Fibroblast => stream.between(0.55, 0.85),
        };
        let cell = Cell {
            x_um: f64::from(x) * MPP,
            y_um: f64::from(y) * MPP,
            radius_um: shape.radius_um().into(),
            class,
            positive,
            dab: if positive { intensity(stream) } else { 0.0 },
        };
        let branches = positive && class == CellClass::Macrophage;
        let processes = if branches {
            processes(stream)
        } else {
            Vec::new()
        };
        let bin = (y / BIN_PX) as usize * self.columns + (x / BIN_PX) as usize;
        self.bins[bin].push(self.placed.len());
        self.placed.push(Placed {
            cell,
            shape,
            centre_px: [x, y],
            haematoxylin: haematoxylin as f32,
            texture: [(); 2].map(|()| stream.between(0.0, 100.0) as f32),
            processes,
        });
    }

    /// Makes `n` tumour cells positive, in patches with ragged edges.
    fn mark_tumour_cells(&mut self, n: usize, noise: &Noise, stream: &mut Stream) {
        let mut order: Vec<(f64, usize)> = Vec::new();
        for (i, placed) in self.placed.iter().enumerate() {
            if placed.cell.class == CellClass::Tumour {
                let [x, y] = placed.centre_px.map(|p| p / 160.0 + 50.0);
                let spread = if self.stain == Stain::Ki67 { 1.0 } else { 0.35 };
                order.push((f64::from(noise.at(x, y)) + spread * stream.normal(), i));
            }
        }
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        for &(_, i) in order.iter().take(n) {
            let cell = &mut self.placed[i].cell;
            cell.positive = true;
            cell.dab = intensity(stream);
        }
    }
}

/// A positive cell's mean DAB: grades 1+, 2+ and 3+ (from 0.2, 0.4 and 0.6)
/// about equally often, and none on the edge of being negative.
fn intensity(stream: &mut Stream) -> f64 {
    let u = stream.uniform();
    if u < 0.35 {
        stream.between(0.27, 0.4)
    } else if u < 0.7 {
        stream.between(0.4, 0.6)
    } else {
        stream.between(0.6, 0.8)
    }
}

/// Two to five processes of a macrophage, spread around it.
fn processes(stream: &mut Stream) -> Vec<([f32; 2], f32)> {
    let n = 2 + stream.below(4);
    let first = stream.between(0.0, std::f64::consts::TAU);
    (0..n)
        .map(|i| {
            let share = (i as f64 + stream.between(-0.4, 0.4)) / n as f64;
            let angle = first + std::f64::consts::TAU * share;
            let length = stream.between(2.5, 10.0) as f32;
            ([angle.cos() as f32, angle.sin() as f32], length)
        })
        .collect()
}

/// A coordinate (pixels) that is constant along the stroma's wavy fibres.
pub(crate) fn across_fibres(noise: &Noise, x: f32, y: f32) -> f32 {
    y + 0.35 * x + 75.0 * noise.at(x / 170.0 + 11.0, y / 230.0 + 71.0)
}

/// The direction (radians) of the fibres at a pixel.
fn fibre_angle(noise: &Noise, x: f32, y: f32) -> f32 {
    let step = 4.0;
    let across_x = across_fibres(noise, x + step, y) - across_fibres(noise, x - step, y);
    let across_y = across_fibres(noise, x, y + step) - across_fibres(noise, x, y - step);
    (-across_x).atan2(across_y)
}
