//! Cells per mm2, smoothed, and the colours of a map of them.

use geometry::{Grid2, blur};
use image::RgbImage;

use super::sheet::Colour;
use crate::tissue::TissueMask;

/// Standard deviation of the Gaussian that counts and areas are smoothed with, um.
pub(super) const SMOOTHED_UM: f64 = 64.0;
/// Bins along the longer side at most.
const MOST_BINS: f64 = 800.0;
/// Bins of a small field, um.
const SMALLEST_BIN_UM: f64 = 16.0;

/// Counts of cells on a fixed grid, whose memory does not grow with the slide.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Counts {
    /// With a rim of empty bins all around, as wide as the blur reaches.
    bins: Grid2<u32>,
    bin_um: f64,
}

/// Bins of the rim.
fn rim(bin_um: f64) -> usize {
    (4.0 * SMOOTHED_UM / bin_um).ceil() as usize
}

impl Counts {
    pub(super) fn new(width_um: f64, height_um: f64) -> Self {
        let bin_um = (width_um.max(height_um) / MOST_BINS).max(SMALLEST_BIN_UM);
        let bins = |um: f64| ((um / bin_um).ceil() as usize).max(1) + 2 * rim(bin_um);
        Self {
            bins: Grid2::filled(bins(width_um), bins(height_um), 0),
            bin_um,
        }
    }

    fn index(&self, x_um: f64, y_um: f64) -> usize {
        let bin = |um: f64, count: usize| {
            let at = (um / self.bin_um).max(0.0) as usize + rim(self.bin_um);
            at.min(count - 1 - rim(self.bin_um))
        };
        bin(y_um, self.bins.height) * self.bins.width + bin(x_um, self.bins.width)
    }

    pub(super) fn add(&mut self, x_um: f64, y_um: f64) {
        let index = self.index(x_um, y_um);
        self.bins.data[index] += 1;
    }

    /// Smoothed count over smoothed area of the analysed tissue: so the edge of the
    /// tissue does not look empty.
    pub(super) fn per_mm2(&self, mask: &TissueMask, excluded: &[u32]) -> Density {
        let mut area = self.bins.map(|_| 0.0f32);
        let pixel_mm2 = (mask.pixel_um.0 * mask.pixel_um.1 * 1e-6) as f32;
        for y in 0..mask.fragments.height {
            for (x, fragment) in mask.fragments.row(y).iter().enumerate() {
                if *fragment != 0 && !excluded.contains(fragment) {
                    let centre = |at: usize, um: f64| (at as f64 + 0.5) * um;
                    let bin = self.index(centre(x, mask.pixel_um.0), centre(y, mask.pixel_um.1));
                    area.data[bin] += pixel_mm2;
                }
            }
        }
        let sigma = SMOOTHED_UM / self.bin_um;
        let area = blur::gaussian(&area, sigma);
        let mut density = blur::gaussian(&self.bins.map(|&n| n as f32), sigma);
        // Less than a thousandth of a bin is the rounding of the blur.
        let least = (1e-9 * self.bin_um * self.bin_um) as f32;
        for (cells, &mm2) in density.data.iter_mut().zip(&area.data) {
            *cells = if mm2 > least { *cells / mm2 } else { 0.0 };
        }
        Density {
            per_mm2: density,
            bin_um: self.bin_um,
        }
    }
}

/// Cells per mm2 on a grid.
pub(super) struct Density {
    per_mm2: Grid2<f32>,
    bin_um: f64,
}

impl Density {
    /// Between the centres of bins, linear.
    fn at(&self, x_um: f64, y_um: f64) -> f64 {
        let grid = &self.per_mm2;
        let place = |um: f64, count: usize| {
            let at = um / self.bin_um - 0.5 + rim(self.bin_um) as f64;
            let at = at.clamp(0.0, (count - 1) as f64);
            (at as usize, (at as usize + 1).min(count - 1), at.fract())
        };
        let (left, right, across) = place(x_um, grid.width);
        let (top, bottom, down) = place(y_um, grid.height);
        let mix = |y: usize| {
            let row = grid.row(y);
            f64::from(row[left]) * (1.0 - across) + f64::from(row[right]) * across
        };
        mix(top) * (1.0 - down) + mix(bottom) * down
    }

    /// The slide in grey with the density over the analysed tissue, and the value
    /// that the last colour stands for.
    pub(super) fn map(
        &self,
        picture: &RgbImage,
        pixel_um: (f64, f64),
        mask: &TissueMask,
        excluded: &[u32],
    ) -> (RgbImage, f64) {
        let analysed = |x: u32, y: u32| {
            let (x, y) = (
                (f64::from(x) + 0.5) * pixel_um.0,
                (f64::from(y) + 0.5) * pixel_um.1,
            );
            let fragment = mask.fragment_at(x, y);
            (fragment != 0 && !excluded.contains(&fragment)).then(|| self.at(x, y))
        };
        let (width, height) = picture.dimensions();
        let places = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let most = places()
            .filter_map(|(x, y)| analysed(x, y))
            .fold(0.0, f64::max);
        let top = round_up(most);
        let map = RgbImage::from_fn(width, height, |x, y| {
            let [r, g, b] = picture.get_pixel(x, y).0.map(f64::from);
            let grey = 0.2126 * r + 0.7152 * g + 0.0722 * b;
            let pale = 255.0 - 0.6 * (255.0 - grey);
            let Some(density) = analysed(x, y) else {
                return image::Rgb([pale as u8; 3]);
            };
            let [r, g, b] = colour(density / top).map(f64::from);
            image::Rgb([r, g, b].map(|c| (0.75 * c + 0.25 * pale).round() as u8))
        });
        (map, top)
    }
}

/// The next number of one digit and zeros at or above, or 1.5 or 2.5 of such; 1 for
/// nothing.
fn round_up(value: f64) -> f64 {
    const LEADING: [f64; 11] = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
    let mut steps = (0..12).flat_map(|power| LEADING.map(|s| s * 10f64.powi(power)));
    steps.find(|&s| s >= value).unwrap_or(1.0)
}

/// Viridis (van der Walt and Smith, CC0) from 0 to 1: even steps to the eye, for the
/// colour-blind too.
pub(super) fn colour(share: f64) -> Colour {
    const STOPS: [Colour; 10] = [
        [68, 1, 84],
        [72, 40, 120],
        [62, 74, 137],
        [49, 104, 142],
        [38, 130, 142],
        [31, 158, 137],
        [53, 183, 121],
        [109, 205, 89],
        [180, 222, 44],
        [253, 231, 37],
    ];
    let place = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let below = (place as usize).min(STOPS.len() - 2);
    let part = place - below as f64;
    std::array::from_fn(|c| {
        let (low, high) = (f64::from(STOPS[below][c]), f64::from(STOPS[below + 1][c]));
        (low + (high - low) * part).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cell in every 16 um square of tissue: 3,906 per mm2, up to the edge of the
    /// tissue, of what is left out, and of the slide.
    #[test]
    fn an_even_density_is_even_to_the_edge() {
        let mask = TissueMask {
            fragments: Grid2::from_fn(100, 100, |x, y| {
                u32::from(x >= 40) + u32::from(x >= 40 && y >= 50)
            }),
            count: 2,
            pixel_um: (8.0, 8.0),
            threshold: 0.05,
        };
        let mut counts = Counts::new(800.0, 800.0);
        for i in 0..2500 {
            let (x, y) = (
                f64::from(i % 50) * 16.0 + 8.0,
                f64::from(i / 50) * 16.0 + 8.0,
            );
            if x > 320.0 && y < 400.0 {
                counts.add(x, y);
            }
        }
        let density = counts.per_mm2(&mask, &[2]);
        for (x, y) in [
            (560.0, 200.0),
            (330.0, 200.0),
            (790.0, 10.0),
            (400.0, 390.0),
        ] {
            assert!(
                (density.at(x, y) / 3906.25 - 1.0).abs() < 0.01,
                "{}",
                density.at(x, y)
            );
        }
        let picture = RgbImage::from_pixel(80, 80, image::Rgb([200; 3]));
        let (map, top) = density.map(&picture, (10.0, 10.0), &mask, &[2]);
        assert_eq!((top, map.get_pixel(0, 0).0), (4000.0, [222; 3]));
        assert_eq!(map.get_pixel(60, 70).0, [222; 3], "excluded");
        assert_ne!(map.get_pixel(60, 10).0, [222; 3]);
    }

    #[test]
    fn round_tops() {
        assert_eq!(
            [0.0, 1.0, 3.0, 5100.0].map(round_up),
            [1.0, 1.0, 3.0, 6000.0]
        );
        assert_eq!((colour(-1.0), colour(1.0)), ([68, 1, 84], [253, 231, 37]));
    }
}
