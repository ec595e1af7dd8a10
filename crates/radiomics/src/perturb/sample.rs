//! Values between the voxels, by cubic B-splines or linearly.

use geometry::Grid3;

use crate::crop::Crop;
use crate::{Roi, Volume};

/// Pole of the cubic B-spline's inverse filter, sqrt(3) - 2 (Unser, IEEE Signal
/// Process Mag 16:22, 1999).
const POLE: f64 = -0.267_949_192_431_122_7;

/// Voxels after which a power of the pole is below double precision.
pub const HORIZON: usize = 28;

/// A part of an image as a cubic B-spline that passes through its voxels.
///
/// At the edges of the part the image is mirrored (the outermost voxel is not
/// repeated); farther than [`HORIZON`] from an edge that is not the image's
/// own the cut makes no difference.
pub struct Spline {
    coefficients: Vec<f64>,
    size: [usize; 3],
    lower: [f64; 3],
}

impl Spline {
    /// The spline through the voxels of a crop.
    pub fn new(image: &Volume, crop: &Crop) -> Self {
        let [nx, ny, nz] = crop.size;
        let mut coefficients: Vec<f64> = Vec::with_capacity(nx * ny * nz);
        for row in crop.rows(image) {
            coefficients.extend(row);
        }
        for row in coefficients.chunks_exact_mut(nx) {
            invert(row, 1);
        }
        for slice in coefficients.chunks_exact_mut(nx * ny) {
            invert(slice, nx);
        }
        invert(&mut coefficients, nx * ny);
        Self {
            coefficients,
            size: crop.size,
            lower: crop.lower.map(|lower| lower as f64),
        }
    }

    /// The spline at one height, which makes it a spline in x and y. Heights
    /// beyond the part are those of its edge, here and below.
    pub fn slice(&self, z: f64) -> Slice<'_> {
        let [nx, ny, nz] = self.size;
        let mut coefficients = vec![0.0; nx * ny];
        let (planes, weights) = taps(z - self.lower[2], nz);
        for (plane, weight) in planes.into_iter().zip(weights) {
            let plane = &self.coefficients[plane * nx * ny..][..nx * ny];
            for (sum, value) in coefficients.iter_mut().zip(plane) {
                *sum += weight * value;
            }
        }
        Slice {
            of: self,
            coefficients,
        }
    }
}

/// A [`Spline`] at one height.
pub struct Slice<'a> {
    of: &'a Spline,
    coefficients: Vec<f64>,
}

impl Slice<'_> {
    /// The value at an index (x, y) of the whole image.
    pub fn at(&self, x: f64, y: f64) -> f64 {
        let [nx, ny, _] = self.of.size;
        let (columns, across) = taps(x - self.of.lower[0], nx);
        let (rows, down) = taps(y - self.of.lower[1], ny);
        let mut sum = 0.0;
        for (row, weight) in rows.into_iter().zip(down) {
            let row = &self.coefficients[row * nx..][..nx];
            let line: f64 = (0..4).map(|k| across[k] * row[columns[k]]).sum();
            sum += weight * line;
        }
        sum
    }
}

/// The four coefficients that matter at a place, and their weights.
fn taps(place: f64, n: usize) -> ([usize; 4], [f64; 4]) {
    let place = place.clamp(0.0, (n - 1) as f64);
    let first = place as usize;
    let t = place - first as f64;
    let s = 1.0 - t;
    let weights = [
        s * s * s / 6.0,
        (4.0 - 3.0 * t * t * (2.0 - t)) / 6.0,
        (4.0 - 3.0 * s * s * (2.0 - s)) / 6.0,
        t * t * t / 6.0,
    ];
    let last = n - 1;
    let before = if first == 0 { last.min(1) } else { first - 1 };
    let mirrored = |i: usize| {
        if i > last {
            (2 * last).saturating_sub(i)
        } else {
            i
        }
    };
    (
        [before, first, mirrored(first + 1), mirrored(first + 2)],
        weights,
    )
}

/// Values to coefficients along the axis whose neighbours lie `step` apart.
fn invert(values: &mut [f64], step: usize) {
    let n = values.len() / step;
    if n < 2 {
        return;
    }
    values.iter_mut().for_each(|value| *value *= 6.0);
    start(values, step);
    for i in 1..n {
        let (done, rest) = values.split_at_mut(i * step);
        let before = &done[(i - 1) * step..];
        for (value, before) in rest[..step].iter_mut().zip(before) {
            *value += POLE * before;
        }
    }
    let (rest, last) = values.split_at_mut((n - 1) * step);
    for (value, before) in last.iter_mut().zip(&rest[(n - 2) * step..]) {
        *value = POLE / (POLE * POLE - 1.0) * (*value + POLE * before);
    }
    for i in (0..n - 1).rev() {
        let (rest, done) = values.split_at_mut((i + 1) * step);
        for (value, after) in rest[i * step..].iter_mut().zip(&done[..step]) {
            *value = POLE * (after - *value);
        }
    }
}

/// Sets the first values to the sum of the causal filter over the mirrored
/// past, whose period is 2 (n - 1).
fn start(values: &mut [f64], step: usize) {
    let n = values.len() / step;
    let period = 2 * (n - 1);
    let (first, rest) = values.split_at_mut(step);
    let mut power = 1.0;
    for i in 1..period.min(HORIZON) {
        power *= POLE;
        let from = i.min(period - i);
        let values = &rest[(from - 1) * step..][..step];
        for (sum, value) in first.iter_mut().zip(values) {
            *sum += power * value;
        }
    }
    if period < HORIZON {
        let rounds = 1.0 - POLE.powi(period as i32);
        first.iter_mut().for_each(|sum| *sum /= rounds);
    }
}

/// How much of a region lies at a place, from 0 to 1: trilinear between its
/// voxels, with nothing around.
pub struct Coverage {
    /// The region in its bounding box and a rim of background.
    cells: Grid3<bool>,
    /// Index (x, y, z) in the whole volume of the first cell.
    lower: [f64; 3],
}

impl Coverage {
    /// The coverage by a region.
    pub fn new(roi: &Roi) -> Self {
        let mut cells = Grid3::filled(roi.size().map(|n| n + 2), false);
        for index in roi.indices() {
            let position = cells.at(index.map(|i| i + 1));
            cells.data[position] = true;
        }
        let lower = roi.lower().map(|lower| lower as f64 - 1.0);
        Self { cells, lower }
    }

    /// The coverage of an index (x, y, z) of the whole volume.
    pub fn at(&self, place: [f64; 3]) -> f64 {
        let size = self.cells.size;
        let mut first = [0; 3];
        let mut share = [0.0; 3];
        for axis in 0..3 {
            let place = place[axis] - self.lower[axis];
            if !(place >= 0.0 && place < (size[axis] - 1) as f64) {
                return 0.0;
            }
            first[axis] = place as usize;
            share[axis] = place - first[axis] as f64;
        }
        let mut sum = 0.0;
        for (z, along_z) in [(0, 1.0 - share[2]), (1, share[2])] {
            for (y, along_y) in [(0, 1.0 - share[1]), (1, share[1])] {
                let row = self.cells.at([first[0], first[1] + y, first[2] + z]);
                let [left, right] = [0, 1].map(|x| f64::from(u8::from(self.cells.data[row + x])));
                sum += along_z * along_y * ((1.0 - share[0]) * left + share[0] * right);
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::Geometry;

    fn image(size: [usize; 3], value: impl Fn(f64, f64, f64) -> f64) -> Volume {
        let voxels = Array3::from_shape_fn((size[2], size[1], size[0]), |(z, y, x)| {
            value(x as f64, y as f64, z as f64)
        });
        Volume::new(voxels, Geometry::aligned(size, [1.0; 3])).unwrap()
    }

    fn whole(image: &Volume) -> Crop {
        Crop {
            lower: [0; 3],
            size: image.geometry().size,
        }
    }

    #[test]
    fn the_spline_passes_through_every_voxel() {
        for size in [[9, 7, 5], [1, 2, 3], [40, 3, 1]] {
            let image = image(size, |x, y, z| (3.0 * x).sin() + (x * y) % 5.0 - 7.0 * z);
            let spline = Spline::new(&image, &whole(&image));
            for (position, value) in image.values().iter().enumerate() {
                let [x, y, z] = image.index_of(position).map(|i| i as f64);
                let found = spline.slice(z).at(x, y);
                assert!((found - value).abs() < 1e-12, "{size:?} {x} {y} {z}");
            }
        }
    }

    #[test]
    fn a_cut_far_away_makes_no_difference_and_cubics_are_met() {
        let cubic = |x: f64| 0.01 * x * x * x - x * x + 3.0 * x;
        let image = image([120, 1, 1], |x, _, _| cubic(x));
        let all = Spline::new(&image, &whole(&image));
        let part = Crop {
            lower: [20, 0, 0],
            size: [80, 1, 1],
        };
        let part = Spline::new(&image, &part);
        for x in [50.0, 55.25, 60.9] {
            let found = all.slice(0.0).at(x, 0.0);
            assert!((found - cubic(x)).abs() < 1e-9, "{x}");
            assert!((found - part.slice(0.0).at(x, 0.0)).abs() < 1e-9, "{x}");
        }
        assert_eq!(all.slice(-3.0).at(-9.0, 4.0), all.slice(0.0).at(0.0, 0.0));
    }

    #[test]
    fn coverage_is_trilinear_and_ends_at_the_edge() {
        let mask = image([3, 2, 2], |x, _, _| if x == 1.0 { 1.0 } else { 0.0 });
        let coverage = Coverage::new(&Roi::select(&mask, 1).unwrap());
        assert_eq!(coverage.at([0.25, 0.5, 0.5]), 0.25);
        assert_eq!(coverage.at([1.5, 1.0, 0.0]), 0.5);
        assert_eq!(coverage.at([1.0, 1.0, -0.75]), 0.25);
        for out in [
            [2.0, 0.0, 0.0],
            [-9.0, 0.0, 0.0],
            [1.0, 1.0, 2.0],
            [f64::NAN; 3],
        ] {
            assert_eq!(coverage.at(out), 0.0);
        }
    }
}
