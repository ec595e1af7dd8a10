//! Light through the stained section, onto a sensor.

use super::paint::Canvas;
use super::stain::{DAB, EOSIN, HAEMATOXYLIN};
use crate::Error;
use crate::error::within;
use image::RgbImage;
use stats::rng::Stream;

/// A scanner and the staining of its laboratory.
#[derive(Clone, Debug, PartialEq)]
pub struct Scanner {
    /// Empty glass in R, G, B (grey levels), 128 to 255.
    pub white: [f64; 3],
    /// Strength of haematoxylin relative to the usual, 0.2 to 3.
    pub haematoxylin: f64,
    /// Strength of eosin relative to the usual, 0.2 to 3.
    pub eosin: f64,
    /// Strength of DAB relative to the usual, 0.2 to 3.
    pub dab: f64,
    /// Standard deviation of the sensor noise (grey levels), 0 to 30.
    pub noise_sd: f64,
}

impl Default for Scanner {
    fn default() -> Self {
        Self {
            white: [243.0, 242.0, 244.0],
            haematoxylin: 1.0,
            eosin: 1.0,
            dab: 1.0,
            noise_sd: 1.6,
        }
    }
}

impl Scanner {
    pub(crate) fn check(&self) -> Result<(), Error> {
        for white in self.white {
            within("scanner white", white, 128.0, 255.0, "128 to 255")?;
        }
        for strength in [self.haematoxylin, self.eosin, self.dab] {
            within("stain strength", strength, 0.2, 3.0, "0.2 to 3")?;
        }
        within("scanner noise_sd", self.noise_sd, 0.0, 30.0, "0 to 30").map(|_| ())
    }
}

/// The picture of a canvas: Beer-Lambert, a 3 x 3 blur, noise, rounding.
pub(crate) fn photograph(canvas: &Canvas, scanner: &Scanner, stream: &mut Stream) -> RgbImage {
    let (width, height) = (canvas.width, canvas.height);
    let optics = Optics::new(scanner);
    let mut rows: [Vec<f32>; 3] = std::array::from_fn(|y| {
        let mut row = vec![0.0; 3 * width];
        optics.row(canvas, y.saturating_sub(1).min(height - 1), &mut row);
        row
    });
    let mut bytes = vec![0u8; 3 * width * height];
    for (y, line) in bytes.chunks_exact_mut(3 * width).enumerate() {
        let [above, here, below] = &rows;
        for (x, pixel) in line.chunks_exact_mut(3).enumerate() {
            let noise = triangular(stream.bits());
            for c in 0..3 {
                let i = 3 * x + c;
                let blurred = 0.22 * (above[i] + below[i]) + 0.56 * here[i];
                // The conversion saturates at 0 and 255.
                pixel[c] = (blurred + optics.noise_sd * noise[c] + 0.5) as u8;
            }
        }
        rows.rotate_left(1);
        optics.row(canvas, (y + 2).min(height - 1), &mut rows[2]);
    }
    RgbImage::from_raw(width as u32, height as u32, bytes).expect("three bytes a pixel")
}

/// Three numbers with mean 0 and variance 1 from 60 random bits: each the sum
/// of two uniform ones.
fn triangular(bits: u64) -> [f32; 3] {
    let part = |shift: u32| (bits >> shift & 0x3ff) as f32;
    let scale = 6f32.sqrt() / 1023.0;
    [0, 20, 40].map(|s| (part(s) + part(s + 10) - 1023.0) * scale)
}

struct Optics {
    /// Natural-log absorption of each stain in each channel.
    absorption: [[f32; 3]; 3],
    white: [f32; 3],
    noise_sd: f32,
}

impl Optics {
    fn new(scanner: &Scanner) -> Self {
        let ln = |vector: [f64; 3], strength: f64| {
            vector.map(|v| (v * strength * std::f64::consts::LN_10) as f32)
        };
        Self {
            absorption: [
                ln(HAEMATOXYLIN, scanner.haematoxylin),
                ln(EOSIN, scanner.eosin),
                ln(DAB, scanner.dab),
            ],
            white: scanner.white.map(|w| w as f32),
            noise_sd: scanner.noise_sd as f32,
        }
    }

    /// One row of intensities, interleaved, blurred along the row.
    fn row(&self, canvas: &Canvas, y: usize, out: &mut [f32]) {
        let width = canvas.width;
        let start = y * width;
        let haematoxylin = &canvas.haematoxylin[start..start + width];
        let eosin = &canvas.eosin[start..start + width];
        let dab = &canvas.dab[start..start + width];
        let light = |x: usize, c: usize| {
            let depth = haematoxylin[x] * self.absorption[0][c]
                + eosin[x] * self.absorption[1][c]
                + dab[x] * self.absorption[2][c];
            // Most of the glass needs no exponential.
            if depth == 0.0 {
                self.white[c]
            } else {
                self.white[c] * (-depth).exp()
            }
        };
        for c in 0..3 {
            let (mut left, mut here) = (light(0, c), light(0, c));
            for x in 0..width {
                let right = light((x + 1).min(width - 1), c);
                out[3 * x + c] = 0.22 * (left + right) + 0.56 * here;
                (left, here) = (here, right);
            }
        }
    }
}
