//! A page of pictures with drawings and text over them, as pixels.

use std::fmt::Write;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{Rgb, RgbImage, imageops};

use crate::error::Error;

// Writing to a String cannot fail: its results are ignored below.

pub(super) type Colour = [u8; 3];

pub(super) const INK: Colour = [34, 34, 34];
pub(super) const GREY: Colour = [95, 95, 95];

/// The part of a text that lies on its point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// The longest text that is drawn, in characters.
const LONGEST: usize = 160;

pub(super) struct Sheet {
    page: RgbImage,
    marks: String,
}

impl Sheet {
    /// A white page.
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self {
            page: RgbImage::from_pixel(width.max(1), height.max(1), Rgb([255; 3])),
            marks: String::new(),
        }
    }

    pub(super) fn picture(&mut self, (x, y): (f64, f64), picture: &RgbImage) {
        imageops::replace(&mut self.page, picture, x as i64, y as i64);
    }

    /// A text whose baseline is at `y`.
    pub(super) fn text(
        &mut self,
        (x, y): (f64, f64),
        size: f64,
        anchor: Anchor,
        colour: Colour,
        text: &str,
    ) {
        self.any_text((x, y), size, anchor, colour, "", text);
    }

    /// A text in heavier strokes.
    pub(super) fn heading(&mut self, at: (f64, f64), size: f64, text: &str) {
        let heavy = format!(" stroke=\"{}\" stroke-width=\".5\"", hex(INK));
        self.any_text(at, size, Anchor::Start, INK, &heavy, text);
    }

    /// A text with a white rim, to stand on a picture.
    pub(super) fn label(&mut self, at: (f64, f64), size: f64, anchor: Anchor, text: &str) {
        let rim = " stroke=\"#ffffff\" stroke-width=\"3.5\" stroke-linejoin=\"round\"";
        self.any_text(at, size, anchor, [255; 3], rim, text);
        self.any_text(at, size, anchor, INK, "", text);
    }

    fn any_text(
        &mut self,
        (x, y): (f64, f64),
        size: f64,
        anchor: Anchor,
        colour: Colour,
        more: &str,
        text: &str,
    ) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let _ = writeln!(
            self.marks,
            "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{size}\" text-anchor=\"{anchor}\" \
             fill=\"{}\"{more}>{}</text>",
            hex(colour),
            escape(&shortened(text, LONGEST))
        );
    }

    pub(super) fn rectangle(&mut self, x: f64, y: f64, width: f64, height: f64, fill: Colour) {
        let _ = writeln!(
            self.marks,
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" \
             fill=\"{}\"/>",
            hex(fill)
        );
    }

    /// Draws into a part of the page what `draw` writes as SVG in pixels from the
    /// part's corner; what reaches beyond it is cut off.
    pub(super) fn inside(
        &mut self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        draw: impl FnOnce(&mut String),
    ) {
        let _ = write!(
            self.marks,
            "<svg x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" \
             overflow=\"hidden\" fill=\"none\" stroke-linejoin=\"round\">"
        );
        draw(&mut self.marks);
        self.marks.push_str("</svg>\n");
    }

    /// The page as PNG.
    pub(super) fn png(self) -> Result<Vec<u8>, Error> {
        let (width, height) = self.page.dimensions();
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"DejaVu Sans\">{}</svg>",
            self.marks
        );
        let layer = figures::png::layer(&svg, 1.0).map_err(|e| Error::Overlay(e.to_string()))?;
        let mut page = self.page;
        let above = layer.rgba.as_chunks::<4>().0;
        for (pixel, &[r, g, b, opacity]) in page.pixels_mut().zip(above) {
            let opacity = u32::from(opacity);
            for (under, over) in pixel.0.iter_mut().zip([r, g, b]) {
                let mixed = u32::from(*under) * (255 - opacity) + u32::from(over) * opacity;
                *under = ((mixed + 127) / 255) as u8;
            }
        }
        let mut bytes = std::io::Cursor::new(Vec::new());
        // Half the size of the encoder's fast mode, which is its default.
        let encoder = PngEncoder::new_with_quality(
            &mut bytes,
            CompressionType::Level(5),
            FilterType::Adaptive,
        );
        page.write_with_encoder(encoder)
            .map_err(|error| Error::Overlay(error.to_string()))?;
        Ok(bytes.into_inner())
    }
}

/// Takes the two lowest bits: the scanner's noise, and a third of a PNG.
pub(super) fn without_noise(mut picture: RgbImage) -> RgbImage {
    for value in picture.iter_mut() {
        *value = *value & !3 | 2;
    }
    picture
}

/// Writes a closed polygon as a path; `place` gives pixels.
pub(super) fn closed_path<P>(
    svg: &mut String,
    rings: impl IntoIterator<Item = impl IntoIterator<Item = P>>,
    place: impl Fn(P) -> (f64, f64),
    stroke: &Stroke,
) {
    let mut path = String::new();
    for ring in rings {
        for (i, point) in ring.into_iter().enumerate() {
            let (x, y) = place(point);
            let _ = write!(path, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
        }
        path.push('Z');
    }
    if path.len() < 2 {
        return;
    }
    let _ = write!(
        svg,
        "<path stroke=\"{}\" stroke-width=\"{}\" stroke-opacity=\"{}\" stroke-dasharray=\"{}\" d=\"{path}\"/>",
        hex(stroke.colour),
        stroke.width,
        stroke.opacity,
        if stroke.dashed { "6 4" } else { "none" }
    );
}

/// How a line is drawn.
pub(super) struct Stroke {
    pub(super) colour: Colour,
    pub(super) width: f64,
    pub(super) opacity: f64,
    pub(super) dashed: bool,
}

impl Stroke {
    pub(super) fn solid(colour: Colour, width: f64) -> Self {
        Self {
            colour,
            width,
            opacity: 1.0,
            dashed: false,
        }
    }
}

/// The longest bar of a round length up to a third of `width_um`, um; `None` below
/// 15 um.
pub(super) fn bar_um(width_um: f64) -> Option<f64> {
    let mut lengths = (0..5).flat_map(|power| [5.0, 10.0, 20.0].map(|l| l * 10f64.powi(power)));
    lengths.rfind(|&l| l <= width_um / 3.0)
}

/// A number with a space at each thousand (narrow, not to be broken).
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

fn hex([r, g, b]: Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// What XML cannot hold becomes a space.
fn escape(text: &str) -> String {
    let visible = |c: char| !c.is_control() && c != '\u{fffe}' && c != '\u{ffff}';
    let clean: String = text
        .chars()
        .map(|c| if visible(c) { c } else { ' ' })
        .collect();
    clean
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Of a long text the middle gives way to an ellipsis.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= longest {
        return text.to_owned();
    }
    let head = longest.saturating_sub(1) / 2;
    let tail = longest.saturating_sub(1 + head);
    letters[..head]
        .iter()
        .chain(&['…'])
        .chain(&letters[letters.len() - tail..])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_lie_over_pictures() {
        let mut sheet = Sheet::new(40, 20);
        sheet.picture((10.0, 0.0), &RgbImage::from_pixel(20, 20, Rgb([100, 0, 0])));
        sheet.inside((10.0, 0.0), (5.0, 20.0), |svg| {
            let stroke = Stroke::solid([0, 0, 255], 4.0);
            closed_path(svg, [[(0.0, 10.0), (30.0, 10.0)]], |p| p, &stroke);
        });
        sheet.text((30.0, 19.0), 8.0, Anchor::Start, INK, "<&\u{0}");
        let page = image::load_from_memory(&sheet.png().expect("drawn"))
            .expect("a PNG")
            .to_rgb8();
        let at = |x, y| page.get_pixel(x, y).0;
        assert_eq!(
            (at(12, 10), at(18, 10), at(12, 2)),
            ([0, 0, 255], [100, 0, 0], [100, 0, 0])
        );
        assert_eq!(at(2, 2), [255; 3]);
    }

    #[test]
    fn words_and_numbers() {
        assert_eq!(shortened("abcdefghij", 5), "ab…ij");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(
            (bar_um(465.0), bar_um(20_000.0), bar_um(10.0)),
            (Some(100.0), Some(5000.0), None)
        );
    }
}
