//! The page of a slide: the slide with outlines, and the map with its scale.

use super::density::{self, SMOOTHED_UM};
use super::sheet::{Anchor, Colour, GREY, INK, Sheet, Stroke, bar_um, closed_path, grouped};
use super::{FOOT, HEAD, MARGIN, NARROWEST, Overlay, is_side_by_side};
use crate::error::Error;

/// Outline of tissue: bluish green.
const TISSUE: Colour = [0, 158, 115];

impl Overlay {
    /// The page: title, slide with outlines, map with its scale.
    ///
    /// # Errors
    /// [`Error::Overlay`] when it cannot be drawn or encoded.
    pub fn png(&self, title: &str) -> Result<Vec<u8>, Error> {
        let (width, height) = self.picture.dimensions();
        let (width, height) = (f64::from(width), f64::from(height));
        let beside = is_side_by_side(width, height);
        let (page, second) = if beside {
            let left = (2.0 * MARGIN + width).max(NARROWEST / 2.0);
            ((left + width + MARGIN, HEAD + height + FOOT), (left, HEAD))
        } else {
            let top = HEAD + height + FOOT;
            ((width + 2.0 * MARGIN, top + height + FOOT), (MARGIN, top))
        };
        let mut sheet = Sheet::new(page.0.max(NARROWEST) as u32, page.1 as u32);
        sheet.heading((MARGIN, 34.0), 20.0, title);
        sheet.text((MARGIN, 60.0), 14.0, Anchor::Start, INK, &self.summary);
        let first = (MARGIN, HEAD);
        sheet.picture(first, &self.picture);
        sheet.picture(second, &self.map);
        self.outlines(&mut sheet, first, true);
        self.outlines(&mut sheet, second, false);
        self.scale_bar(&mut sheet, first, (width, height));
        self.legend(&mut sheet, second, (width, height));
        sheet.png()
    }

    fn outlines(&self, sheet: &mut Sheet, corner: (f64, f64), numbers: bool) {
        let (width, height) = self.picture.dimensions();
        let place = |&(x, y): &(f64, f64)| (x / self.pixel_um.0, y / self.pixel_um.1);
        sheet.inside(corner, (f64::from(width), f64::from(height)), |svg| {
            for (_, excluded, polygons) in &self.fragments {
                let rings = polygons
                    .iter()
                    .flat_map(|p| [&p.outer].into_iter().chain(&p.holes));
                let stroke = Stroke {
                    colour: if *excluded { GREY } else { TISSUE },
                    width: 1.8,
                    opacity: 1.0,
                    dashed: *excluded,
                };
                closed_path(svg, rings, place, &stroke);
            }
            for &(_, [x, y, w, h]) in self.boxes.iter().filter(|_| numbers) {
                let corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)];
                for (colour, line) in [([255; 3], 4.0), (INK, 2.0)] {
                    closed_path(svg, [&corners], place, &Stroke::solid(colour, line));
                }
            }
        });
        if !numbers {
            return;
        }
        for (number, &(_, [x, y, w, h])) in (1..).zip(&self.boxes) {
            let ((left, top), (right, _)) = (place(&(x, y)), place(&(x + w, y + h)));
            // Inside of a large box, else beside it.
            let at = if right - left > 40.0 {
                (left + 14.0, top + 22.0)
            } else if right + 22.0 < f64::from(width) {
                (right + 11.0, top + 12.0)
            } else {
                (left - 11.0, top + 12.0)
            };
            let at = (corner.0 + at.0, corner.1 + at.1.max(14.0));
            sheet.label(at, 17.0, Anchor::Middle, &format!("{number}"));
        }
        if self.fragments.len() > 1 || self.fragments.iter().any(|f| f.1) {
            for (number, excluded, polygons) in &self.fragments {
                let points = polygons.iter().flat_map(|p| &p.outer);
                let top = points.min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0)));
                if let Some(top) = top {
                    let (x, y) = place(top);
                    let name = format!(
                        "fragment {number}{}",
                        if *excluded { " (left out)" } else { "" }
                    );
                    let inside = (
                        x.clamp(0.0, (f64::from(width) - 90.0).max(0.0)),
                        (y - 5.0).max(13.0),
                    );
                    sheet.label(
                        (corner.0 + inside.0, corner.1 + inside.1),
                        13.0,
                        Anchor::Start,
                        &name,
                    );
                }
            }
        }
    }

    fn scale_bar(&self, sheet: &mut Sheet, (x, y): (f64, f64), (width, height): (f64, f64)) {
        let below = y + height;
        if let Some(bar) = bar_um(width * self.pixel_um.0) {
            let long = bar / self.pixel_um.0;
            sheet.rectangle(x, below + 10.0, long, 4.0, INK);
            let text = format!("{} mm", bar / 1000.0);
            sheet.text((x, below + 31.0), 14.0, Anchor::Start, INK, &text);
        }
        let note = match self.boxes.len() {
            0 => "green: tissue",
            _ => "green: tissue; boxes: fields shown in the patches",
        };
        sheet.text((x, below + 52.0), 13.0, Anchor::Start, GREY, note);
    }

    fn legend(&self, sheet: &mut Sheet, (x, y): (f64, f64), (width, height): (f64, f64)) {
        let below = y + height + 8.0;
        let long = width.clamp(160.0, 320.0);
        for i in 0..64 {
            let at = f64::from(i) / 64.0;
            // An overlap, so that no gap shows between the steps.
            let step = long / 64.0 + if i < 63 { 1.0 } else { 0.0 };
            sheet.rectangle(
                x + at * long,
                below,
                step,
                12.0,
                density::colour(at + 0.5 / 64.0),
            );
        }
        let ticks = [
            (0.0, Anchor::Start),
            (0.5, Anchor::Middle),
            (1.0, Anchor::End),
        ];
        for (share, anchor) in ticks {
            let value = share * self.top;
            let text = if value.fract() == 0.0 {
                grouped(value as u64)
            } else {
                format!("{value}")
            };
            sheet.text((x + share * long, below + 27.0), 13.0, anchor, INK, &text);
        }
        let what = if self.scored {
            "positive cells"
        } else {
            "cells"
        };
        let text = format!("{what} per mm², smoothed (Gaussian, {SMOOTHED_UM} µm)");
        sheet.text((x, below + 46.0), 13.0, Anchor::Start, GREY, &text);
    }
}
