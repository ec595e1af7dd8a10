//! Where tissue lies on the glass, and where in it the tumour nests are.

use super::{MPP, SlideSpec};
use crate::noise::Noise;
use stats::rng::Stream;

/// Large-scale fields are computed on every fourth pixel and interpolated.
const STEP: usize = 4;

/// Tissue pieces with nests and stroma, as smooth fields over the image.
pub(crate) struct Tissue {
    pub width: usize,
    pub height: usize,
    /// Share of a pixel covered by tissue before clamping to 0..1.
    cover: Map,
    /// Above 0 inside a tumour nest.
    nest: Map,
    /// Section thickness relative to its mean.
    thickness: Map,
}

struct Piece {
    centre: [f32; 2],
    axes: [f32; 2],
}

impl Tissue {
    pub(crate) fn new(spec: &SlideSpec, noise: &Noise, stream: &mut Stream) -> Self {
        let [width, height] = spec.size_px.map(|s| s as usize);
        let pieces = pieces(spec, stream);
        let mut offset = || [(); 2].map(|()| stream.between(0.0, 100.0) as f32);
        let (outline, nests, thick) = (offset(), offset(), offset());

        let cover = |x: f32, y: f32| {
            let wobble =
                0.15 * at(noise, outline, x, y, 320.0) + 0.05 * at(noise, outline, x, y, 60.0);
            let depth = pieces
                .iter()
                .map(|p| p.depth(x, y))
                .fold(f32::MIN, f32::max)
                + wobble;
            // About three pixels from glass to full tissue.
            200.0 * depth + 0.5
        };
        let nest = |x: f32, y: f32| {
            let (u, v) = (x / 210.0 + nests[0], y / 210.0 + nests[1]);
            0.07 + noise.rough(u, v) + 0.14 * at(noise, nests, x, y, 45.0)
        };
        let thickness = |x: f32, y: f32| 1.0 + 0.09 * at(noise, thick, x, y, 500.0);
        Self {
            width,
            height,
            cover: Map::new(width, height, cover),
            nest: Map::new(width, height, nest),
            thickness: Map::new(width, height, thickness),
        }
    }

    /// Share of the pixel covered by tissue, 0 to 1.
    pub(crate) fn cover(&self, x: f32, y: f32) -> f32 {
        self.cover.at(x, y).clamp(0.0, 1.0)
    }

    /// Whether a cell may lie here: tissue, and a nucleus's width from its edge.
    pub(crate) fn has_room(&self, x: f32, y: f32) -> bool {
        self.cover.at(x, y) > 5.0
    }

    /// 0 in stroma, 1 in a tumour nest, smooth over a few um between them.
    pub(crate) fn nest(&self, x: f32, y: f32) -> f32 {
        (12.0 * self.nest.at(x, y) + 0.5).clamp(0.0, 1.0)
    }

    pub(crate) fn thickness(&self, x: f32, y: f32) -> f32 {
        self.thickness.at(x, y)
    }

    /// Area of the pixels that are more than half tissue.
    pub(crate) fn area_mm2(&self) -> f64 {
        self.area_where(|_, _| true)
    }

    /// Area of the tissue pixels that are more than half nest.
    pub(crate) fn nest_mm2(&self) -> f64 {
        self.area_where(|x, y| self.nest(x, y) > 0.5)
    }

    fn area_where(&self, counts: impl Fn(f32, f32) -> bool) -> f64 {
        let is_in = |x: usize, y: usize| {
            let (x, y) = (x as f32, y as f32);
            self.cover.at(x, y) > 0.5 && counts(x, y)
        };
        let row = |y: usize| (0..self.width).filter(|&x| is_in(x, y)).count();
        let pixels: usize = (0..self.height).map(row).sum();
        pixels as f64 * MPP * MPP * 1e-6
    }
}

fn at(noise: &Noise, offset: [f32; 2], x: f32, y: f32, scale_px: f32) -> f32 {
    noise.at(x / scale_px + offset[0], y / scale_px + offset[1])
}

/// One piece in the middle or two side by side, with a margin of glass.
fn pieces(spec: &SlideSpec, stream: &mut Stream) -> Vec<Piece> {
    let [width, height] = spec.size_px.map(|s| s as f32);
    let mut piece = |x: f32, reach: f32| Piece {
        centre: [
            x * width,
            (0.5 + stream.between(-0.01, 0.01) as f32) * height,
        ],
        axes: [
            reach * stream.between(0.95, 1.02) as f32 * width,
            0.41 * stream.between(0.94, 1.02) as f32 * height,
        ],
    };
    if spec.pieces == 1 {
        vec![piece(0.5, 0.41)]
    } else {
        vec![piece(0.26, 0.195), piece(0.74, 0.195)]
    }
}

impl Piece {
    /// 1 at the centre, 0 on the outline (a rounded rectangle), below outside.
    fn depth(&self, x: f32, y: f32) -> f32 {
        let u = ((x - self.centre[0]) / self.axes[0]).abs();
        let v = ((y - self.centre[1]) / self.axes[1]).abs();
        let (u, v) = (u * u, v * v);
        1.0 - (u * u + v * v).sqrt().sqrt()
    }
}

/// A field sampled on a coarse grid, read with linear interpolation.
struct Map {
    columns: usize,
    values: Vec<f32>,
}

impl Map {
    fn new(width: usize, height: usize, field: impl Fn(f32, f32) -> f32) -> Self {
        let (columns, rows) = (width / STEP + 2, height / STEP + 2);
        let value = |i: usize| field((i % columns * STEP) as f32, (i / columns * STEP) as f32);
        Self {
            columns,
            values: (0..columns * rows).map(value).collect(),
        }
    }

    /// The value at a pixel inside the image.
    fn at(&self, x: f32, y: f32) -> f32 {
        let (u, v) = (x / STEP as f32, y / STEP as f32);
        let (column, row) = (u as usize, v as usize);
        let (right, down) = (u - column as f32, v - row as f32);
        let i = row * self.columns + column;
        let below = i + self.columns;
        let upper = self.values[i] + right * (self.values[i + 1] - self.values[i]);
        let lower = self.values[below] + right * (self.values[below + 1] - self.values[below]);
        upper + down * (lower - upper)
    }
}
