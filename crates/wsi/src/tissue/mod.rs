//! Low-resolution picture -> white point of the glass -> tissue mask -> fragments.
//!
//! The mask is made at about 8 um per pixel: densities need the outline of the
//! tissue, not its texture. Optical density above a threshold is tissue; the
//! threshold is Otsu's within bounds, and the lower bound alone where there is no
//! glass to tell apart. Gaps are closed, the fringe of pixels that are mostly glass is
//! taken off, specks dropped, large holes kept.

mod threshold;
mod white;

use geometry::morphology::{Disc, close};
use geometry::{Connectivity, Grid2, components, holes};
use serde::{Deserialize, Serialize};

pub use white::{WhitePoint, white_point};

use crate::error::Error;
use crate::stain::OdTable;

/// How tissue is told from glass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TissueParameters {
    /// Pixel size of the mask in um.
    pub pixel_um: f64,
    /// Least sum of the three optical densities that can be tissue.
    pub min_od_sum: f64,
    /// Density sum that always is tissue: Otsu's threshold is not let above it, or
    /// pale stroma beside dark epithelium would be lost.
    pub max_od_sum: f64,
    /// Gaps up to twice this wide are closed, um.
    pub closing_um: f64,
    /// Smaller pieces are dropped, mm2; on a small field, those under 5 % of it.
    pub min_fragment_mm2: f64,
    /// Smaller holes are filled, mm2.
    pub min_hole_mm2: f64,
}

impl Default for TissueParameters {
    fn default() -> Self {
        Self {
            pixel_um: 8.0,
            min_od_sum: 0.05,
            max_od_sum: 0.07,
            closing_um: 20.0,
            min_fragment_mm2: 0.05,
            min_hole_mm2: 0.02,
        }
    }
}

impl TissueParameters {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Options`] naming the first parameter that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let checks = [
            ("pixel_um", self.pixel_um, 1.0, 64.0),
            ("min_od_sum", self.min_od_sum, 0.001, 3.0),
            ("max_od_sum", self.max_od_sum, self.min_od_sum, 3.0),
            ("closing_um", self.closing_um, 0.0, 200.0),
            ("min_fragment_mm2", self.min_fragment_mm2, 0.0, 1e6),
            ("min_hole_mm2", self.min_hole_mm2, 0.0, 1e6),
        ];
        for (name, value, low, high) in checks {
            if !(low..=high).contains(&value) {
                return Err(Error::Options(format!(
                    "tissue.{name} = {value} must be from {low} to {high}"
                )));
            }
        }
        Ok(())
    }
}

/// Where there is tissue.
#[derive(Debug, Clone, PartialEq)]
pub struct TissueMask {
    /// Fragment at each pixel: 0 is glass, else the number of the piece, from 1 in
    /// the order of their first pixel, top to bottom.
    pub fragments: Grid2<u32>,
    /// Number of fragments.
    pub count: u32,
    /// Size of a pixel in x and y, um.
    pub pixel_um: (f64, f64),
    /// Sum of optical densities above which a pixel counted as tissue.
    pub threshold: f64,
}

impl TissueMask {
    /// Index of the mask's column at `x_um`; the last beyond the edge.
    pub fn column(&self, x_um: f64) -> usize {
        ((x_um / self.pixel_um.0).max(0.0) as usize).min(self.fragments.width - 1)
    }

    /// Index of the mask's row at `y_um`; the last beyond the edge.
    pub fn row(&self, y_um: f64) -> usize {
        ((y_um / self.pixel_um.1).max(0.0) as usize).min(self.fragments.height - 1)
    }

    /// Fragment at a place on the slide; 0 is glass.
    pub fn fragment_at(&self, x_um: f64, y_um: f64) -> u32 {
        self.fragments.row(self.row(y_um))[self.column(x_um)]
    }
}

/// Finds the tissue in an RGB picture of pixels of `pixel_um`.
///
/// A picture without tissue gives a mask of zeros.
pub fn find_tissue(
    rgb: &[u8],
    (width, height): (usize, usize),
    pixel_um: (f64, f64),
    white: &WhitePoint,
    parameters: &TissueParameters,
) -> TissueMask {
    let table = OdTable::new(white.rgb);
    let density = Grid2 {
        width,
        height,
        data: rgb
            .as_chunks::<3>()
            .0
            .iter()
            .map(|&p| table.pixel(p).iter().sum::<f32>())
            .collect(),
    };
    let density = mean3(&density);
    let threshold = threshold::between(&density.data, parameters.min_od_sum, parameters.max_od_sum);
    let mask = density.map(|&d| f64::from(d) > threshold);

    let pixel_mm2 = pixel_um.0 * pixel_um.1 * 1e-6;
    let pixels = |mm2: f64| (mm2 / pixel_mm2).round() as usize;
    let radius = parameters.closing_um / (pixel_um.0 * pixel_um.1).sqrt();
    let mask = if radius >= 1.0 {
        close(&mask, &Disc::new(radius))
    } else {
        mask
    };
    let mask = holes::fill(&mask, pixels(parameters.min_hole_mm2));
    let mask = without_fringe(mask, &absorbed(rgb, width, white));
    let mask = without_teeth(&mask);
    let smallest = pixels(parameters.min_fragment_mm2).min(width * height / 20);
    let (fragments, count) = without_specks(&mask, smallest);
    TissueMask {
        fragments,
        count,
        pixel_um,
        threshold,
    }
}

/// Mean of each pixel and its up to 8 neighbours: dust and noise of single pixels
/// do not become tissue.
fn mean3(image: &Grid2<f32>) -> Grid2<f32> {
    Grid2::from_fn(image.width, image.height, |x, y| {
        let (mut sum, mut count) = (0.0, 0u8);
        for v in y.saturating_sub(1)..(y + 2).min(image.height) {
            let row = &image.row(v)[x.saturating_sub(1)..(x + 2).min(image.width)];
            sum += row.iter().sum::<f32>();
            count += row.len() as u8;
        }
        sum / f32::from(count)
    })
}

/// Light that each pixel takes away, of all channels. Unlike density it is in
/// proportion to the share of the pixel that tissue covers.
fn absorbed(rgb: &[u8], width: usize, white: &WhitePoint) -> Grid2<f32> {
    let missing = |v: u8, white: u8| f32::from(white) - f32::from(v);
    let pixels = rgb.as_chunks::<3>().0;
    let light = |p: &[u8; 3]| p.iter().zip(white.rgb).map(|(&v, w)| missing(v, w)).sum();
    Grid2 {
        width,
        height: pixels.len().checked_div(width).unwrap_or(0),
        data: pixels.iter().map(light).collect(),
    }
}

/// Takes off the pixels of the edge that tissue covers by less than half, or the area
/// would be too large: a low threshold and the mean of neighbours let them in, as well
/// as the ring of glass around them. Hence twice.
fn without_fringe(mask: Grid2<bool>, absorbed: &Grid2<f32>) -> Grid2<bool> {
    (0..2).fold(mask, |mask, _| {
        let inner = Grid2::from_fn(mask.width, mask.height, |x, y| {
            around(&mask, x, y).all(|i| mask.data[i])
        });
        Grid2::from_fn(mask.width, mask.height, |x, y| {
            let at = y * mask.width + x;
            mask.data[at] && (inner.data[at] || is_half_covered(&inner, absorbed, x, y))
        })
    })
}

/// Whether a pixel takes at least half the light that its `inner` neighbours do; also
/// where it has none, as in a thin strand.
fn is_half_covered(inner: &Grid2<bool>, absorbed: &Grid2<f32>, x: usize, y: usize) -> bool {
    let (mut sum, mut count) = (0.0, 0u8);
    for i in around(inner, x, y).filter(|&i| inner.data[i]) {
        sum += absorbed.data[i];
        count += 1;
    }
    2.0 * absorbed.row(y)[x] * f32::from(count) >= sum
}

/// Each pixel as most of its neighbourhood: single pixels that a nucleus at the edge
/// keeps, or a pale spot takes, do not make the outline ragged.
fn without_teeth(mask: &Grid2<bool>) -> Grid2<bool> {
    Grid2::from_fn(mask.width, mask.height, |x, y| {
        let (mut tissue, mut glass) = (0u8, 0u8);
        for i in around(mask, x, y) {
            if mask.data[i] {
                tissue += 1;
            } else {
                glass += 1;
            }
        }
        tissue > glass || (tissue == glass && mask.row(y)[x])
    })
}

/// Indices of a pixel and its up to 8 neighbours.
fn around<T>(image: &Grid2<T>, x: usize, y: usize) -> impl Iterator<Item = usize> {
    let (width, right) = (image.width, (x + 2).min(image.width));
    let rows = y.saturating_sub(1)..(y + 2).min(image.height);
    rows.flat_map(move |v| (x.saturating_sub(1)..right).map(move |u| v * width + u))
}

fn without_specks(mask: &Grid2<bool>, min_pixels: usize) -> (Grid2<u32>, u32) {
    let pieces = components::label(mask, Connectivity::Eight);
    let mut next = 0;
    let renamed: Vec<u32> = components::regions(&pieces.labels, pieces.count)
        .iter()
        .map(|piece| {
            let kept = piece.area >= min_pixels;
            next += u32::from(kept);
            if kept { next } else { 0 }
        })
        .collect();
    (
        pieces.labels.map(|&piece| {
            if piece == 0 {
                0
            } else {
                renamed[piece as usize - 1]
            }
        }),
        next,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLASS: [u8; 3] = [243, 242, 244];
    const TISSUE: [u8; 3] = [200, 150, 190];

    fn picture(side: usize, tissue: impl Fn(usize, usize) -> bool) -> Vec<u8> {
        (0..side * side)
            .flat_map(|i| {
                if tissue(i % side, i / side) {
                    TISSUE
                } else {
                    GLASS
                }
            })
            .collect()
    }

    fn find(rgb: &[u8], side: usize, parameters: &TissueParameters) -> TissueMask {
        let white = white_point(rgb, side);
        find_tissue(rgb, (side, side), (8.0, 8.0), &white, parameters)
    }

    fn area(mask: &TissueMask, fragment: u32) -> usize {
        mask.fragments
            .data
            .iter()
            .filter(|&&f| f == fragment)
            .count()
    }

    #[test]
    fn two_pieces_and_a_speck() {
        let square = |x: usize, y: usize, at: usize, side: usize| {
            (at..at + side).contains(&x) && (at..at + side).contains(&y)
        };
        let rgb = picture(200, |x, y| {
            square(x, y, 20, 60) || square(x, y, 110, 40) || square(x, y, 180, 3)
        });
        let mask = find(&rgb, 200, &TissueParameters::default());
        assert_eq!(mask.count, 2);
        // The corners of a square are rounded by a pixel.
        assert_eq!((area(&mask, 1), area(&mask, 2)), (3600 - 4, 1600 - 4));
        assert_eq!(mask.fragment_at(8.0 * 50.0, 8.0 * 50.0), 1);
        assert_eq!(mask.fragment_at(8.0 * 130.0, 8.0 * 130.0), 2);
        assert_eq!(mask.fragment_at(1e9, 1e9), 0);
    }

    /// Discs of pale and dark tissue, their edge pixels blended by coverage: the area
    /// is that of the disc to 1 %.
    #[test]
    fn the_outline_is_where_half_a_pixel_is_covered() {
        let coverage = |x: usize, y: usize, radius: f64| {
            let inside = (0..64).filter(|i| {
                let part = |at: usize, i: i32| at as f64 + (f64::from(i) + 0.5) / 8.0 - 60.3;
                part(x, i % 8).hypot(part(y, i / 8)) < radius
            });
            inside.count() as f64 / 64.0
        };
        for tissue in [[225, 205, 222], TISSUE, [90, 40, 110]] {
            for radius in [20.0, 36.7] {
                let rgb: Vec<u8> = (0..120 * 120)
                    .flat_map(|i| {
                        let share = coverage(i % 120, i / 120, radius);
                        let blend = |glass: u8, tissue: u8| {
                            f64::from(glass) * (1.0 - share) + f64::from(tissue) * share
                        };
                        std::array::from_fn::<u8, 3, _>(|c| {
                            blend(GLASS[c], tissue[c]).round() as u8
                        })
                    })
                    .collect();
                let found = area(&find(&rgb, 120, &TissueParameters::default()), 1) as f64;
                let ratio = found / (std::f64::consts::PI * radius * radius);
                assert!((ratio - 1.0).abs() < 0.01, "{tissue:?} {radius}: {ratio}");
            }
        }
    }

    #[test]
    fn large_holes_stay_and_small_ones_close() {
        let hole = |x: usize, y: usize, at: usize, side: usize| {
            (at..at + side).contains(&x) && (at..at + side).contains(&y)
        };
        let rgb = picture(200, |x, y| {
            (10..190).contains(&x)
                && (10..190).contains(&y)
                && !hole(x, y, 40, 40)
                && !hole(x, y, 120, 12)
        });
        let mask = find(&rgb, 200, &TissueParameters::default());
        assert_eq!(mask.fragment_at(8.0 * 60.0, 8.0 * 60.0), 0);
        assert_eq!(mask.fragment_at(8.0 * 126.0, 8.0 * 126.0), 1);
    }

    /// A crop full of tissue, half of it pale: Otsu alone would drop the pale half.
    #[test]
    fn a_crop_of_tissue_is_tissue() {
        let rgb: Vec<u8> = (0..100 * 100)
            .flat_map(|i| {
                if i % 100 < 50 {
                    [215, 190, 210]
                } else {
                    [90, 50, 120]
                }
            })
            .collect();
        let mask = find(&rgb, 100, &TissueParameters::default());
        assert_eq!(area(&mask, 1), 100 * 100);
    }

    #[test]
    fn empty_glass_has_no_tissue() {
        let mask = find(&picture(64, |_, _| false), 64, &TissueParameters::default());
        assert_eq!((mask.count, area(&mask, 0)), (0, 64 * 64));
        let mask = find(&[255; 3 * 16], 4, &TissueParameters::default());
        assert_eq!(mask.count, 0);
    }

    #[test]
    fn parameters_out_of_range_are_named() {
        let parameters = TissueParameters {
            closing_um: f64::NAN,
            ..Default::default()
        };
        let text = parameters.validate().expect_err("refused").to_string();
        assert!(text.contains("tissue.closing_um"), "{text}");
        assert!(TissueParameters::default().validate().is_ok());
    }
}
