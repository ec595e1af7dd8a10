//! Stain amounts over the image: background, nuclei, DAB.

use super::cells::{Placed, across_fibres};
use super::profile::{self, REACH_UM};
use super::tissue::Tissue;
use super::{CellClass, MPP, SlideSpec, Stain};
use crate::noise::Noise;

/// Counterstain of an immunohistochemistry slide relative to H&E.
const COUNTERSTAIN: f32 = 0.72;

/// Amounts of haematoxylin, eosin and DAB at every pixel.
pub(crate) struct Canvas {
    pub width: usize,
    pub height: usize,
    pub haematoxylin: Vec<f32>,
    pub eosin: Vec<f32>,
    pub dab: Vec<f32>,
}

impl Canvas {
    /// Tissue without cells.
    pub(crate) fn background(spec: &SlideSpec, tissue: &Tissue, noise: &Noise) -> Self {
        let (width, height) = (tissue.width, tissue.height);
        let blank = || vec![0.0; width * height];
        let mut canvas = Self {
            width,
            height,
            haematoxylin: blank(),
            eosin: blank(),
            dab: blank(),
        };
        for y in 0..height {
            for x in 0..width {
                let (px, py) = (x as f32, y as f32);
                let cover = tissue.cover(px, py);
                if cover > 0.0 {
                    let amount = cover * tissue.thickness(px, py);
                    let nest = tissue.nest(px, py);
                    canvas.ground(spec.stain, y * width + x, [px, py], nest, amount, noise);
                }
            }
        }
        canvas
    }

    fn ground(
        &mut self,
        stain: Stain,
        i: usize,
        [x, y]: [f32; 2],
        nest: f32,
        amount: f32,
        noise: &Noise,
    ) {
        let grain = noise.rough(0.21 * x, 0.21 * y + 40.0);
        let fibre = if nest < 1.0 { fibres(noise, x, y) } else { 0.0 };
        let stroma = 1.0 - nest;
        let eosin = nest * (0.19 + 0.04 * grain) + stroma * (0.25 + 0.15 * fibre + 0.02 * grain);
        let blue = nest * (0.11 + 0.03 * grain) + stroma * (0.04 + 0.015 * fibre);
        if stain == Stain::He {
            self.eosin[i] = amount * eosin;
            self.haematoxylin[i] = amount * blue;
        } else {
            self.haematoxylin[i] = amount * (0.75 * blue + 0.03 * stroma * (1.0 + fibre));
            self.dab[i] = amount * (0.035 + 0.012 * grain + 0.012 * stroma * fibre);
        }
    }

    /// Draws one cell.
    pub(crate) fn cell(&mut self, stain: Stain, placed: &Placed, noise: &Noise) {
        self.nucleus(stain, placed, noise);
        if placed.cell.positive {
            self.marker(stain, placed, noise);
        }
    }

    fn nucleus(&mut self, stain: Stain, placed: &Placed, noise: &Noise) {
        let strength = if stain == Stain::He {
            1.0
        } else {
            COUNTERSTAIN
        };
        let base = strength * placed.haematoxylin;
        let vesicular = match placed.cell.class {
            CellClass::Tumour => 0.30,
            CellClass::Macrophage => 0.22,
            CellClass::Lymphocyte | CellClass::Fibroblast => 0.05,
        };
        let long = placed.shape.semi_axes_um[0];
        let [u0, v0] = placed.texture;
        let nucleolus = [0.35 * (u0.fract() - 0.5), 0.35 * (v0.fract() - 0.5)];
        let has_nucleolus = placed.cell.class == CellClass::Tumour;
        self.around(placed, 1.25 * long + 1.0, |canvas, i, dx, dy| {
            let (reach, distance) = placed.shape.locate(dx, dy);
            let edge = (0.5 - distance / 0.8).clamp(0.0, 1.0);
            if edge == 0.0 {
                return;
            }
            let chromatin = noise.rough(dx / 1.3 + u0, dy / 1.3 + v0);
            // Chromatin gathers under the membrane; the middle is paler.
            let depth = 1.0 - vesicular * (1.0 - reach * reach).max(0.0);
            let spot = [dx / long - nucleolus[0], dy / long - nucleolus[1]];
            let in_spot = spot[0] * spot[0] + spot[1] * spot[1] < 0.022;
            let dark = if has_nucleolus && in_spot { 1.35 } else { 1.0 };
            let amount = base * depth * dark * (1.0 + 0.38 * chromatin);
            let here = &mut canvas.haematoxylin[i];
            *here += edge * (amount - *here).max(0.0);
        });
    }

    fn marker(&mut self, stain: Stain, placed: &Placed, noise: &Noise) {
        let mean = profile::mean_dab(stain, placed.shape.radius_um());
        let peak = placed.cell.dab as f32 / mean.max(0.05);
        let [u0, v0] = placed.texture;
        let longest = placed
            .processes
            .iter()
            .map(|p| p.1)
            .fold(REACH_UM, f32::max);
        let reach = 1.25 * placed.shape.semi_axes_um[0] + longest + 1.0;
        let radius = placed.shape.radius_um();
        // A nucleus is seldom in the very middle of its cytoplasm.
        let off_centre = match stain {
            Stain::Ki67 => [0.0, 0.0],
            _ => [0.9 * (u0.fract() - 0.5), 0.9 * (v0.fract() - 0.5)],
        };
        self.around(placed, reach, |canvas, i, dx, dy| {
            let (_, distance) = placed.shape.locate(dx - off_centre[0], dy - off_centre[1]);
            let mut share = profile::dab(stain, distance);
            for &(direction, length) in &placed.processes {
                share = share.max(0.85 * process(direction, radius, length, dx, dy));
            }
            if share > 0.0 {
                let uneven = 1.0 + 0.28 * noise.rough(dx / 1.8 + v0, dy / 1.8 + u0);
                let here = &mut canvas.dab[i];
                *here = here.max(peak * share * uneven);
            }
        });
    }

    /// Calls `draw` for the pixels within `reach_um` of a cell's centre along
    /// each axis, with their index and offset in um.
    fn around(
        &mut self,
        placed: &Placed,
        reach_um: f32,
        mut draw: impl FnMut(&mut Self, usize, f32, f32),
    ) {
        let mpp = MPP as f32;
        let [cx, cy] = placed.centre_px;
        let reach = reach_um / mpp;
        let range = |c: f32, n: usize| {
            let first = (c - reach).max(0.0).ceil() as usize;
            first..((c + reach).max(0.0) as usize + 1).min(n)
        };
        for y in range(cy, self.height) {
            for x in range(cx, self.width) {
                let (dx, dy) = ((x as f32 - cx) * mpp, (y as f32 - cy) * mpp);
                draw(self, y * self.width + x, dx, dy);
            }
        }
    }
}

/// Wavy fibres, about 2 um wide and 20 um long, from -1 to 1.
fn fibres(noise: &Noise, x: f32, y: f32) -> f32 {
    noise.rough(x / 42.0, across_fibres(noise, x, y) / 4.6)
}

/// A tapering process from the nucleus's edge outwards: 1 on its axis, 0 beside
/// it; widths in um.
fn process(direction: [f32; 2], radius: f32, length: f32, dx: f32, dy: f32) -> f32 {
    let along = dx * direction[0] + dy * direction[1] - radius;
    if along < -0.5 || along > length {
        return 0.0;
    }
    let bend = 0.06 * along * along * (direction[0] + direction[1]).signum();
    let across = (dy * direction[0] - dx * direction[1] - bend).abs();
    let half_width = 2.1 - 1.6 * (along / length).max(0.0);
    ((half_width - across) / 0.5 + 0.5).clamp(0.0, 1.0)
}
