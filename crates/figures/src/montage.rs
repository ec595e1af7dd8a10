//! Grey images side by side, each with an outline, its sides and a scale.

use resvg::tiny_skia::{
    Color, FilterQuality, Pixmap, PixmapPaint, PremultipliedColorU8, Transform,
};
use resvg::usvg;

use crate::canvas::{Anchor, Canvas, INK, Point, Stroke};
use crate::{Error, font};

/// Width of a montage in units.
const WIDTH: f64 = 1000.0;
const MARGIN: f64 = 16.0;
const GAP: f64 = 10.0;
/// Tallest image.
const TALLEST: f64 = 330.0;
/// Room for the heading of an image.
const HEADING: f64 = 18.0;
/// Pixels a unit.
const SCALE: f32 = 1.5;
/// Most pixels of one image.
const MOST_PIXELS: usize = 1 << 26;

/// The outline of a region: orange of Okabe and Ito, seen on any grey.
const OUTLINE: Stroke = Stroke {
    colour: [0xe6, 0x9f, 0x00],
    width: 1.6,
    dash: "",
};
const WHITE: [u8; 3] = [0xff, 0xff, 0xff];

/// One grey image.
#[derive(Debug, Clone, Copy)]
pub struct Panel<'a> {
    /// What stands above it.
    pub title: &'a str,
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Brightness, row after row from the top; 0 is black.
    pub grey: &'a [u8],
    /// Width and height of a pixel in mm.
    pub pixel_mm: (f64, f64),
    /// Straight pieces of the outline, in pixels from the upper left corner.
    pub outline: &'a [[(f64, f64); 2]],
    /// What lies at the left, right, upper and lower edge.
    pub edges: [&'a str; 4],
}

/// Rows of images under a title.
#[derive(Debug, Clone, Copy)]
pub struct Montage<'a> {
    /// What stands above all.
    pub title: &'a str,
    /// What stands below the title, smaller.
    pub note: &'a str,
    /// Images, each row with its own scale.
    pub rows: &'a [Vec<Panel<'a>>],
}

/// An image and where it is put.
struct Placed<'a> {
    panel: &'a Panel<'a>,
    corner: Point,
    /// Units a mm.
    scale: f64,
}

impl Montage<'_> {
    /// Draws all as PNG. Images of a row share a scale in mm, and so do rows of
    /// images as wide as those above.
    ///
    /// # Errors
    /// [`Error::Nothing`] without an image or for one without pixels,
    /// [`Error::Length`] when there is not a brightness for each pixel,
    /// [`Error::Size`] for more than 67 million pixels in one, or pixels whose
    /// size is not positive.
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        self.check()?;
        let mut placed: Vec<Placed> = Vec::new();
        let mut y = 58.0;
        for row in self.rows.iter().filter(|row| !row.is_empty()) {
            y += HEADING;
            let bottom = place(row, y, &mut placed);
            y = bottom + GAP;
        }
        let height = y + MARGIN - GAP;
        let mut pixels = pixmap(WIDTH * f64::from(SCALE), height * f64::from(SCALE))?;
        pixels.fill(Color::WHITE);
        let mut canvas = Canvas::default();
        canvas.heading(
            &font::label(self.title, 110),
            (MARGIN, 22.0),
            15,
            Anchor::Start,
        );
        canvas.text(
            &font::label(self.note, 150),
            (MARGIN, 44.0),
            12,
            Anchor::Start,
            INK,
        );
        for image in &placed {
            image.paint(&mut pixels)?;
            image.annotate(&mut canvas);
        }
        let svg = canvas.finish_clear(WIDTH, height);
        let tree = usvg::Tree::from_str(&svg, &font::options())
            .map_err(|error| Error::Svg(error.to_string()))?;
        resvg::render(
            &tree,
            Transform::from_scale(SCALE, SCALE),
            &mut pixels.as_mut(),
        );
        pixels
            .encode_png()
            .map_err(|error| Error::Drawing(error.to_string()))
    }

    fn check(&self) -> Result<(), Error> {
        let panels = || self.rows.iter().flatten();
        let nothing = |what| Error::Nothing {
            figure: "montage",
            what,
        };
        if panels().next().is_none() {
            return Err(nothing("image"));
        }
        for panel in panels() {
            let (width, height) = (panel.width, panel.height);
            let (across, down) = panel.pixel_mm;
            let expected = width.saturating_mul(height);
            let positive = |mm: f64| mm.is_finite() && mm > 0.0;
            if expected == 0 {
                return Err(nothing("pixel in each image"));
            }
            if expected > MOST_PIXELS || !positive(across) || !positive(down) {
                let (width, height) = (width as f64 * across, height as f64 * down);
                return Err(Error::Size { width, height });
            }
            if panel.grey.len() != expected {
                return Err(Error::Length {
                    what: "values of brightness",
                    found: panel.grey.len(),
                    expected,
                });
            }
        }
        Ok(())
    }
}

/// Puts a row of images below `y`, as large as they fit; gives where it ends.
fn place<'a>(row: &'a [Panel<'a>], y: f64, placed: &mut Vec<Placed<'a>>) -> f64 {
    let above = placed
        .last()
        .filter(|above| row.iter().any(|p| width_mm(p) == width_mm(above.panel)));
    let most = above.map_or(f64::INFINITY, |above| above.scale);
    let room = WIDTH - 2.0 * MARGIN - GAP * (row.len() - 1) as f64;
    let sum = |extent: fn(&Panel) -> f64| row.iter().map(extent).sum::<f64>();
    let tallest = row.iter().map(|p| height_mm(p)).fold(0.0, f64::max);
    let scale = (room / sum(width_mm)).min(TALLEST / tallest).min(most);
    let mut x = MARGIN;
    for panel in row {
        placed.push(Placed {
            panel,
            corner: (x, y),
            scale,
        });
        x += width_mm(panel) * scale + GAP;
    }
    y + tallest * scale
}

fn width_mm(panel: &Panel) -> f64 {
    panel.width as f64 * panel.pixel_mm.0
}

fn height_mm(panel: &Panel) -> f64 {
    panel.height as f64 * panel.pixel_mm.1
}

fn pixmap(width: f64, height: f64) -> Result<Pixmap, Error> {
    Pixmap::new(width.ceil() as u32, height.ceil() as u32).ok_or(Error::Size { width, height })
}

impl Placed<'_> {
    /// Units a pixel, across and down.
    fn step(&self) -> (f64, f64) {
        let (across, down) = self.panel.pixel_mm;
        (across * self.scale, down * self.scale)
    }

    fn paint(&self, pixels: &mut Pixmap) -> Result<(), Error> {
        let mut image = pixmap(self.panel.width as f64, self.panel.height as f64)?;
        for (pixel, &grey) in image.pixels_mut().iter_mut().zip(self.panel.grey) {
            if let Some(colour) = PremultipliedColorU8::from_rgba(grey, grey, grey, 0xff) {
                *pixel = colour;
            }
        }
        let (across, down) = self.step();
        let [sx, sy, x, y] = [across, down, self.corner.0, self.corner.1].map(|v| v as f32 * SCALE);
        let paint = PixmapPaint {
            // Voxels stay seen as such: a mask is judged by them.
            quality: FilterQuality::Nearest,
            ..PixmapPaint::default()
        };
        let how = Transform::from_row(sx, 0.0, 0.0, sy, x, y);
        pixels.draw_pixmap(0, 0, image.as_ref(), &paint, how, None);
        Ok(())
    }

    fn annotate(&self, canvas: &mut Canvas) {
        let (x, y) = self.corner;
        let (across, down) = self.step();
        let (width, height) = (
            self.panel.width as f64 * across,
            self.panel.height as f64 * down,
        );
        canvas.text(self.panel.title, (x, y - 9.0), 12, Anchor::Start, INK);
        let onto = |&(px, py): &Point| (x + px * across, y + py * down);
        let pieces: Vec<[Point; 2]> = self
            .panel
            .outline
            .iter()
            .map(|[from, to]| [onto(from), onto(to)])
            .collect();
        canvas.pieces(&pieces, &OUTLINE);
        let [left, right, top, bottom] = self.panel.edges;
        let letters = [
            (left, (x + 9.0, y + height / 2.0)),
            (right, (x + width - 9.0, y + height / 2.0)),
            (top, (x + width / 2.0, y + 10.0)),
            (bottom, (x + width / 2.0, y + height - 10.0)),
        ];
        for (letter, at) in letters {
            on_grey(canvas, letter, at, Anchor::Middle);
        }
        let mm = bar_mm(width / self.scale);
        let (from, to) = (
            (x + 8.0, y + height - 8.0),
            (x + 8.0 + mm * self.scale, y + height - 8.0),
        );
        for (colour, line) in [(INK, 4.0), (WHITE, 2.0)] {
            let stroke = Stroke {
                colour,
                width: line,
                dash: "",
            };
            canvas.line(&[from, to], &stroke);
        }
        on_grey(
            canvas,
            &format!("{mm} mm"),
            (x + 8.0, y + height - 19.0),
            Anchor::Start,
        );
    }
}

/// White letters with a dark edge.
fn on_grey(canvas: &mut Canvas, text: &str, (x, y): Point, anchor: Anchor) {
    for (dx, dy) in [(-0.8, 0.0), (0.8, 0.0), (0.0, -0.8), (0.0, 0.8)] {
        canvas.text(text, (x + dx, y + dy), 12, anchor, INK);
    }
    canvas.text(text, (x, y), 12, anchor, WHITE);
}

/// Length of the bar: the roundest below a third of the width.
fn bar_mm(width_mm: f64) -> f64 {
    let steps = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0];
    let fits = steps.into_iter().rev().find(|mm| *mm <= width_mm / 3.0);
    fits.unwrap_or(0.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(grey: &[u8]) -> Panel<'_> {
        Panel {
            title: "axial",
            width: 4,
            height: 2,
            grey,
            pixel_mm: (1.0, 2.0),
            outline: &[[(1.0, 0.0), (1.0, 2.0)]],
            edges: ["R", "L", "A", "P"],
        }
    }

    #[test]
    fn pixels_lie_where_they_should() {
        let grey = [0, 0, 0, 200, 0, 0, 0, 200];
        let rows = [vec![panel(&grey)]];
        let montage = Montage {
            title: "a case",
            note: "",
            rows: &rows,
        };
        let png = montage.png().unwrap();
        assert_eq!(png, montage.png().unwrap());
        let image = image::load_from_memory(&png).unwrap().to_rgb8();
        assert_eq!(image.width(), 1500);
        // 330 units high: 82.5 a mm, the first row of pixels from y = 76 on.
        let at = |x: f64, y: f64| {
            let [x, y] = [16.0 + x * 82.5, 76.0 + y * 165.0].map(|v| (v * 1.5) as u32);
            image.get_pixel(x, y).0
        };
        assert_eq!((at(0.5, 0.5), at(3.5, 1.6)), ([0; 3], [200; 3]));
        assert_eq!(at(1.0, 1.2), OUTLINE.colour);
    }

    #[test]
    fn odd_panels_are_refused() {
        let png = |panel: Panel| {
            let rows = [vec![panel]];
            let (title, note) = ("", "");
            Montage {
                title,
                note,
                rows: &rows,
            }
            .png()
        };
        assert!(matches!(png(panel(&[0; 7])), Err(Error::Length { .. })));
        let flat = Panel {
            height: 0,
            ..panel(&[])
        };
        assert!(matches!(png(flat), Err(Error::Nothing { .. })));
        let thin = Panel {
            pixel_mm: (0.0, 1.0),
            ..panel(&[0; 8])
        };
        assert!(matches!(png(thin), Err(Error::Size { .. })));
        let (title, note, rows) = ("", "", &[vec![]]);
        assert!(Montage { title, note, rows }.png().is_err());
    }
}
