//! A slide at a chosen pixel size: the nearest finer level, averaged down.
//!
//! Each pixel is the mean over the area it covers, edges weighted by their share.
//! Weights depend on the position in the slide alone, so a pixel has the same value
//! whatever block it is read in. Pixels are never invented: if the slide is coarser
//! than asked for, its own pixels are used.

use crate::error::Error;
use crate::slide::{Area, PixelSize, SlideReader};

/// Ratios this near to a whole number become it: whole pixels stay unblurred, and
/// the pixel size changes by as much at most.
const SNAP: f64 = 0.05;

/// A grid of square pixels laid over a slide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Level that is read.
    pub level: usize,
    /// Pixels of that level per pixel of the grid, in x and y; at least 1.
    pub step: (f64, f64),
    /// Width in pixels; the last may be cut off by the edge of the slide.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Size of a pixel in x and y, um. They differ by 10 % at most.
    pub pixel_um: (f64, f64),
}

impl Sampling {
    /// The grid of pixels of about `requested_um` (within 5 %, or the size of the
    /// slide's own pixels where those are larger).
    ///
    /// # Errors
    /// [`Error::BadMpp`] when the slide's pixels are more than four times as long one
    /// way as the other.
    pub fn new(
        slide: &dyn SlideReader,
        pixel: &PixelSize,
        requested_um: f64,
    ) -> Result<Self, Error> {
        let (short, long) = (pixel.x_um.min(pixel.y_um), pixel.x_um.max(pixel.y_um));
        if long > 4.0 * short {
            return Err(Error::BadMpp {
                path: slide.path().to_path_buf(),
                reason: format!(
                    "pixels of {} x {} um are too far from square; check the file or give --mpp",
                    pixel.x_um, pixel.y_um
                ),
            });
        }
        let wanted_um = requested_um.max(long);
        let levels = slide.levels();
        let level = (0..levels.len())
            .rev()
            .find(|&level| levels[level].downsample * long <= wanted_um * (1.0 + SNAP))
            .unwrap_or(0);
        let found = levels[level];
        let level_um = (pixel.x_um * found.downsample, pixel.y_um * found.downsample);
        let exact = (wanted_um / level_um.0, wanted_um / level_um.1);
        let whole = (exact.0.round().max(1.0), exact.1.round().max(1.0));
        let near = |exact: f64, whole: f64| (exact / whole - 1.0).abs() <= SNAP;
        let step = if near(exact.0, whole.0) && near(exact.1, whole.1) {
            whole
        } else {
            (exact.0.max(1.0), exact.1.max(1.0))
        };
        Ok(Self {
            level,
            step,
            width: cells_across(found.width, step.0),
            height: cells_across(found.height, step.1),
            pixel_um: (level_um.0 * step.0, level_um.1 * step.1),
        })
    }

    /// Geometric mean of the sides of a pixel in um: its square is the area.
    pub fn mean_um(&self) -> f64 {
        (self.pixel_um.0 * self.pixel_um.1).sqrt()
    }

    /// Area of a pixel in mm2.
    pub fn pixel_mm2(&self) -> f64 {
        self.pixel_um.0 * self.pixel_um.1 * 1e-6
    }

    /// Reads a rectangle of the grid, which must lie inside of it, into `rgb`;
    /// `scratch` keeps its memory from call to call.
    ///
    /// # Errors
    /// As [`SlideReader::read_region`].
    pub fn read(
        &self,
        slide: &dyn SlideReader,
        window: Window,
        scratch: &mut Vec<u8>,
        rgb: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let level = slide.levels()[self.level];
        let columns = spans(window.x, window.width, self.step.0, level.width);
        let rows = spans(window.y, window.height, self.step.1, level.height);
        let (left, right) = extent(&columns);
        let (top, bottom) = extent(&rows);
        let area = Area {
            x: left as i64,
            y: top as i64,
            width: right - left,
            height: bottom - top,
        };
        if self.step == (1.0, 1.0) {
            return slide.read_region(self.level, area, rgb);
        }
        slide.read_region(self.level, area, scratch)?;
        average(scratch, area.width, (left, top), &columns, &rows, rgb);
        Ok(())
    }
}

/// A rectangle of a grid, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Left edge.
    pub x: usize,
    /// Top edge.
    pub y: usize,
    /// Width.
    pub width: usize,
    /// Height.
    pub height: usize,
}

/// Makes an RGB picture smaller by averaging: `step` (at least 1) source pixels a
/// pixel, both ways. Gives the pixels, width and height.
pub(crate) fn shrink(
    rgb: &[u8],
    width: usize,
    height: usize,
    step: (f64, f64),
) -> (Vec<u8>, usize, usize) {
    let (to_width, to_height) = (cells_across(width, step.0), cells_across(height, step.1));
    let mut out = Vec::new();
    let columns = spans(0, to_width, step.0, width);
    let rows = spans(0, to_height, step.1, height);
    average(rgb, width, (0, 0), &columns, &rows, &mut out);
    (out, to_width, to_height)
}

/// Number of grid pixels that cover `length`; a sliver under 1 % is left out.
fn cells_across(length: usize, step: f64) -> usize {
    ((length as f64 / step - 0.01).ceil() as usize).max(1)
}

/// Source pixels under one grid pixel: the first, and the weight of the first, of
/// those between and of the last.
#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    first: f32,
    last: f32,
}

impl Span {
    fn weight(&self, at: usize) -> f32 {
        if at == self.start {
            self.first
        } else if at + 1 == self.end {
            self.last
        } else {
            1.0
        }
    }

    fn total(&self) -> f32 {
        (self.start..self.end).map(|at| self.weight(at)).sum()
    }
}

fn spans(from: usize, count: usize, step: f64, limit: usize) -> Vec<Span> {
    (from..from + count)
        .map(|i| {
            let low = i as f64 * step;
            let high = ((i + 1) as f64 * step).min(limit as f64);
            let start = (low.floor() as usize).min(limit - 1);
            // A sliver that is only rounding noise does not count as a pixel.
            let end = ((high - 1e-6).ceil() as usize).clamp(start + 1, limit);
            let first = ((start + 1) as f64).min(high) - low;
            let last = high - (end - 1) as f64;
            let first = if end == start + 1 { 1.0 } else { first };
            Span {
                start,
                end,
                first: first as f32,
                last: last as f32,
            }
        })
        .collect()
}

fn extent(spans: &[Span]) -> (usize, usize) {
    let start = spans.first().map_or(0, |span| span.start);
    (start, spans.last().map_or(start, |span| span.end))
}

fn average(
    source: &[u8],
    source_width: usize,
    origin: (usize, usize),
    columns: &[Span],
    rows: &[Span],
    out: &mut Vec<u8>,
) {
    out.clear();
    out.reserve(3 * columns.len() * rows.len());
    let shares: Vec<f32> = columns.iter().map(|span| 1.0 / span.total()).collect();
    let mut sums = vec![0.0f32; 3 * source_width];
    for row in rows {
        sums.fill(0.0);
        for y in row.start..row.end {
            let weight = row.weight(y);
            let line = &source[3 * (y - origin.1) * source_width..][..3 * source_width];
            for (sum, &value) in sums.iter_mut().zip(line) {
                *sum += weight * f32::from(value);
            }
        }
        let share = 1.0 / row.total();
        let pixels = sums.as_chunks::<3>().0;
        for (column, column_share) in columns.iter().zip(&shares) {
            let mut total = [0.0f32; 3];
            for x in column.start..column.end {
                let weight = column.weight(x);
                for (t, v) in total.iter_mut().zip(pixels[x - origin.0]) {
                    *t += weight * v;
                }
            }
            out.extend(total.map(|t| (t * share * column_share + 0.5) as u8));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_steps_are_plain_means() {
        let rgb: Vec<u8> = [[10u8; 3], [20; 3], [30; 3], [40; 3]].concat();
        assert_eq!(shrink(&rgb, 2, 2, (2.0, 2.0)), (vec![25; 3], 1, 1));
        assert_eq!(
            shrink(&rgb, 4, 1, (1.5, 1.0)).0,
            [[13u8; 3], [27; 3], [40; 3]].concat()
        );
    }

    proptest! {
        /// A constant picture stays constant at any step, and the last, cut pixel too.
        #[test]
        fn constants_stay(value: u8, width in 1usize..40, height in 1usize..40, step in 1.0f64..7.0) {
            let (out, w, h) = shrink(&vec![value; 3 * width * height], width, height, (step, step));
            prop_assert_eq!(out.len(), 3 * w * h);
            prop_assert!(out.iter().all(|&v| v == value));
        }
    }
}
