//! A picture to check a slide by eye: the slide, the outline of its tissue, and its
//! cells as outlines, dots or a tint, whichever the scale allows.
//!
//! Colours can be told apart by the colour-blind (Okabe and Ito): negative blue,
//! 1+ yellow, 2+ orange, 3+ vermillion; cells of an unscored stain are yellow.

use image::RgbImage;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};

use crate::error::Error;
use crate::positivity::Class;
use crate::quantify::Cell;
use crate::tissue::TissueMask;

/// How cells are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// The outline of each nucleus.
    Outlines,
    /// A small dot on each nucleus.
    Dots,
    /// Pixels tinted by the strongest cell under them. Negative cells of a scored
    /// stain are left out: at this scale they would hide the tissue.
    Tint,
}

impl Marks {
    /// For an overlay of `overlay_um` per pixel of cells found at `working_um`.
    pub fn for_scale(overlay_um: f64, working_um: f64) -> Self {
        if overlay_um <= 2.0 * working_um {
            Self::Outlines
        } else if overlay_um <= 4.0 {
            Self::Dots
        } else {
            Self::Tint
        }
    }
}

/// Strength of a dot over the slide.
const DOT: f32 = 0.8;
/// Strength of the tint of a single cell, and of each further one in a pixel.
const TINT: (f32, f32) = (0.55, 0.15);
/// Strength of the tint of unscored cells, which are everywhere.
const FAINT: f32 = 0.3;

/// The overlay of a slide.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// The picture.
    pub picture: RgbImage,
    /// Size of a pixel in x and y, um.
    pub pixel_um: (f64, f64),
    /// How cells are drawn.
    pub marks: Marks,
    /// Strongest cell and number of cells a pixel; drawn at the end.
    tint: Vec<(Option<Class>, u8)>,
    scored: bool,
    /// Width of outlines in pixels.
    pen: i64,
}

impl Overlay {
    pub(crate) fn new(
        rgb: Vec<u8>,
        (width, height): (usize, usize),
        pixel_um: (f64, f64),
        marks: Marks,
        scored: bool,
    ) -> Self {
        // The two lowest bits are the scanner's noise, and a third of the PNG.
        let rgb = rgb.into_iter().map(|v| v & !3 | 2).collect();
        let picture = RgbImage::from_raw(width as u32, height as u32, rgb)
            .expect("the overview has three bytes a pixel");
        let tint = if marks == Marks::Tint {
            vec![(None, 0); width * height]
        } else {
            Vec::new()
        };
        // Where a nucleus is many pixels wide, a single one is too thin to see.
        let pen = if pixel_um.0 < 0.4 { 2 } else { 1 };
        Self {
            picture,
            pixel_um,
            marks,
            tint,
            scored,
            pen,
        }
    }

    /// The picture as a PNG file.
    ///
    /// # Errors
    /// [`Error::Overlay`] when the encoder fails.
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        // Half the size of the encoder's fast mode, which is its default.
        let encoder = PngEncoder::new_with_quality(
            &mut bytes,
            CompressionType::Level(5),
            FilterType::Adaptive,
        );
        self.picture
            .write_with_encoder(encoder)
            .map_err(|error| Error::Overlay(error.to_string()))?;
        Ok(bytes.into_inner())
    }

    /// Draws a black line, two pixels wide, around tissue and its holes.
    pub(crate) fn outline_tissue(&mut self, mask: &TissueMask) {
        let (width, height) = self.picture.dimensions();
        let um = |v: u32, size: f64| (f64::from(v) + 0.5) * size;
        for y in 0..height {
            for x in 0..width {
                let at = |x: u32, y: u32| {
                    mask.fragment_at(um(x, self.pixel_um.0), um(y, self.pixel_um.1))
                };
                let here = at(x, y);
                let edge = (x + 1 < width && at(x + 1, y) != here)
                    || (y + 1 < height && at(x, y + 1) != here);
                if edge {
                    for (u, v) in [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)] {
                        if let Some(pixel) = self.picture.get_pixel_mut_checked(u, v) {
                            pixel.0 = [0; 3];
                        }
                    }
                }
            }
        }
    }

    pub(crate) fn draw(&mut self, cells: &[Cell]) {
        for cell in cells {
            match self.marks {
                Marks::Outlines => self.polygon(&cell.nucleus_outline, colour(cell.class)),
                Marks::Dots => self.dot(cell),
                Marks::Tint => self.count(cell),
            }
        }
    }

    /// Lays the tint over the picture.
    pub(crate) fn finish(mut self) -> Self {
        for (pixel, &(class, cells)) in self.picture.pixels_mut().zip(&self.tint) {
            let strength = match class {
                _ if cells == 0 => continue,
                None => FAINT,
                Some(Class::Negative) => continue,
                Some(_) => (TINT.0 + TINT.1 * f32::from(cells - 1)).min(0.85),
            };
            blend(&mut pixel.0, colour(class), strength);
        }
        self.tint = Vec::new();
        self
    }

    /// Pixel under a place on the slide.
    fn pixel(&self, x_um: f64, y_um: f64) -> (i64, i64) {
        (
            (x_um / self.pixel_um.0).floor() as i64,
            (y_um / self.pixel_um.1).floor() as i64,
        )
    }

    fn paint(&mut self, (x, y): (i64, i64), colour: [u8; 3], strength: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
            return;
        };
        if let Some(pixel) = self.picture.get_pixel_mut_checked(x, y) {
            blend(&mut pixel.0, colour, strength);
        }
    }

    fn dot(&mut self, cell: &Cell) {
        let (x, y) = self.pixel(cell.x_um, cell.y_um);
        for at in [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)] {
            self.paint(at, colour(cell.class), DOT);
        }
    }

    fn count(&mut self, cell: &Cell) {
        let (x, y) = self.pixel(cell.x_um, cell.y_um);
        let (width, height) = self.picture.dimensions();
        if (0..i64::from(width)).contains(&x) && (0..i64::from(height)).contains(&y) {
            let (class, cells) = &mut self.tint[y as usize * width as usize + x as usize];
            let counts = !self.scored || cell.class > Some(Class::Negative);
            *class = (*class).max(cell.class);
            *cells = cells.saturating_add(u8::from(counts));
        }
    }

    /// The closed line through points in um.
    fn polygon(&mut self, points: &[(f32, f32)], colour: [u8; 3]) {
        let pixels: Vec<(i64, i64)> = points
            .iter()
            .map(|&(x, y)| self.pixel(f64::from(x), f64::from(y)))
            .collect();
        for (i, &start) in pixels.iter().enumerate() {
            let end = pixels[(i + 1) % pixels.len()];
            self.line(start, end, colour);
        }
    }

    fn line(&mut self, start: (i64, i64), end: (i64, i64), colour: [u8; 3]) {
        let (dx, dy) = (end.0 - start.0, end.1 - start.1);
        let steps = dx.abs().max(dy.abs()).max(1);
        for i in 0..steps {
            let along = |from: i64, d: i64| from + (d * i * 2 + steps * d.signum()) / (2 * steps);
            let (x, y) = (along(start.0, dx), along(start.1, dy));
            for i in 0..self.pen * self.pen {
                self.paint((x + i % self.pen, y + i / self.pen), colour, 1.0);
            }
        }
    }
}

fn colour(class: Option<Class>) -> [u8; 3] {
    match class {
        None => [240, 228, 66],
        Some(Class::Negative) => [0, 114, 178],
        Some(Class::OnePlus) => [240, 228, 66],
        Some(Class::TwoPlus) => [230, 159, 0],
        Some(Class::ThreePlus) => [213, 94, 0],
    }
}

fn blend(pixel: &mut [u8; 3], colour: [u8; 3], strength: f32) {
    for (value, target) in pixel.iter_mut().zip(colour) {
        let mixed = f32::from(*value) * (1.0 - strength) + f32::from(target) * strength;
        *value = mixed.round() as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blank(marks: Marks) -> Overlay {
        Overlay::new(vec![255; 3 * 64], (8, 8), (1.0, 1.0), marks, true)
    }

    #[test]
    fn scale_decides_the_marks() {
        assert_eq!(Marks::for_scale(0.5, 0.5), Marks::Outlines);
        assert_eq!(Marks::for_scale(3.0, 0.5), Marks::Dots);
        assert_eq!(Marks::for_scale(10.0, 0.5), Marks::Tint);
    }

    #[test]
    fn outlines_close_and_leave_the_inside() {
        let mut overlay = blank(Marks::Outlines);
        overlay.polygon(&[(1.5, 1.5), (5.5, 1.5), (5.5, 5.5), (1.5, 5.5)], [0; 3]);
        let dark = overlay.picture.pixels().filter(|p| p.0 == [0; 3]).count();
        assert_eq!(dark, 16);
        assert_eq!(overlay.picture.get_pixel(3, 3).0, [254; 3]);
    }

    #[test]
    fn marks_outside_of_the_picture_are_dropped() {
        let mut overlay = blank(Marks::Outlines);
        overlay.polygon(&[(-5.0, -5.0), (20.0, 20.0)], [0; 3]);
        overlay.polygon(&[], [0; 3]);
        assert!(overlay.png().expect("encodes").starts_with(b"\x89PNG"));
    }
}
