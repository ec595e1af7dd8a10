//! Regions to the voxels that they enclose.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::StructureRoi;
use super::fill::{Canvas, Point};
use super::place::{Place, Slices};
use crate::{Error, Geometry};

/// Marks the voxels of a region with 1; the warnings are sentences without
/// its name.
pub(super) fn draw(
    roi: &StructureRoi,
    grid: &Geometry,
    values: &mut [f64],
) -> Result<(usize, Vec<String>), Error> {
    let slices = Slices::of(roi, grid);
    let mut sketch = Sketch::default();
    for (position, contour) in roi.contours.iter().enumerate() {
        if !contour.is_area() {
            sketch.without_area += 1;
            continue;
        }
        let place = slices.place(contour);
        match place.map_err(|problem| roi.contour_error(position, &problem))? {
            Place::Outside => sketch.outside += 1,
            Place::On(on) => {
                sketch.cut += usize::from(on.cut);
                if on.offset_mm.abs() > sketch.offset_mm.abs() {
                    sketch.offset_mm = on.offset_mm;
                }
                let fresh = sketch
                    .polygons
                    .entry(on.slice)
                    .or_default()
                    .insert(on.polygon);
                sketch.repeated += usize::from(!fresh);
            }
        }
    }
    let [u, v] = slices.in_plane();
    let [nx, ny, _] = grid.size;
    let strides = [1, nx, nx * ny];
    let mut canvas = Canvas::new(grid.size[u], grid.size[v]);
    let mut count = 0;
    for (slice, polygons) in &sketch.polygons {
        for polygon in polygons {
            canvas.toggle(polygon);
        }
        canvas.take(|row, columns| {
            count += columns.len();
            let start = slice * strides[slices.across] + row * strides[v];
            mark(values, start, columns, strides[u]);
        });
    }
    Ok((count, sketch.warnings(roi)))
}

fn mark(values: &mut [f64], start: usize, columns: Range<usize>, stride: usize) {
    if stride == 1 {
        values[start + columns.start..start + columns.end].fill(1.0);
    } else {
        for column in columns {
            values[start + column * stride] = 1.0;
        }
    }
}

/// The contours of a region by slice, and what was odd about them.
#[derive(Default)]
struct Sketch {
    /// A contour that is there twice counts once: enclosed twice, its inside
    /// would be outside.
    polygons: BTreeMap<usize, BTreeSet<Vec<Point>>>,
    without_area: usize,
    outside: usize,
    cut: usize,
    repeated: usize,
    offset_mm: f64,
}

impl Sketch {
    fn warnings(&self, roi: &StructureRoi) -> Vec<String> {
        let all = roi.contours.len();
        let mut warnings = Vec::new();
        let mut warn = |count: usize, text: String| {
            if count > 0 {
                warnings.push(text);
            }
        };
        warn(
            self.without_area,
            format!(
                "{} of {all} contours enclose no area ({}) and are left out",
                self.without_area,
                roi.kinds_without_area()
            ),
        );
        warn(
            self.outside,
            format!(
                "{} of {all} contours lie before the image's first or behind its last slice and \
                 are left out",
                self.outside
            ),
        );
        warn(
            self.cut,
            format!(
                "{} of {all} contours reach beyond the sides of the image and are cut there",
                self.cut
            ),
        );
        warn(
            self.repeated,
            format!(
                "{} of {all} contours are there twice and count once",
                self.repeated
            ),
        );
        warn(
            usize::from(self.offset_mm != 0.0),
            format!(
                "its contours lie off the image's slices, by {:.3} mm at most; they are put on \
                 the nearest",
                self.offset_mm
            ),
        );
        let slices = || self.polygons.keys();
        if let (Some(first), Some(last)) = (slices().next(), slices().next_back()) {
            let missing = last - first + 1 - self.polygons.len();
            warn(
                missing,
                format!(
                    "{missing} slices between its first and last ({first} to {last}) have no \
                     contour and stay empty: it is of several parts, or contours are missing"
                ),
            );
        }
        warnings
    }
}
