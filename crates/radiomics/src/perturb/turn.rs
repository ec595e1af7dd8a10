//! Rotated and shifted grids.

use ndarray::Array3;
use rayon::prelude::*;

use super::sample::{Coverage, HORIZON, Spline};
use crate::crop::Crop;
use crate::error::number;
use crate::{Error, Geometry, Roi, Volume};

/// How much of the region's surroundings is kept on the turned grid, in mm:
/// enough for filters and rings.
const MARGIN_MM: f64 = 30.0;

/// Coverage that is this little below one half counts as one half, so that
/// rounding decides nothing.
const ROUNDING: f64 = 1e-9;

/// A grid of the same spacing, turned by `rotation_deg` about the third axis
/// (from the first axis to the second, about the voxel nearest to the region's
/// centre) and shifted by `translation` voxels along the image's axes: the same
/// patient, sampled at other places.
///
/// The image is interpolated once, by cubic B-splines (MIRP's default); beyond
/// its edge it has the values of the edge. The region holds the voxels that it
/// covers by at least half, by trilinear interpolation, with nothing beyond the
/// image. The grid covers the region and 30 mm around as far as the image
/// reaches, and direction and origin say where it lies; voxels that coincide
/// with old ones keep their values up to rounding (some 1e-13 of them).
///
/// Image and mask must have the same size; each keeps its own origin. The mask
/// holds `label` in the region and 0 elsewhere.
///
/// # Errors
/// Those of [`Roi::select`]; [`Error::Perturbation`] when the image around the
/// region holds NaN or infinity, or the region covers no voxel of the new grid
/// by half (it is thinner than a voxel).
pub fn apply(
    image: &Volume,
    mask: &Volume,
    label: u32,
    rotation_deg: f64,
    translation: [f64; 3],
) -> Result<(Volume, Volume), Error> {
    let roi = Roi::select(mask, label)?;
    let turn = Turn::new(image.geometry(), &roi, rotation_deg, translation);
    let read = turn.reads(image.geometry().size);
    check_finite(image, &read)?;

    let spline = Spline::new(image, &read);
    let values = turn.fill(|z| {
        let slice = spline.slice(z);
        move |[x, y]| slice.at(x, y)
    });
    let turned = volume(values, turn.geometry(image.geometry()))?;

    let coverage = Coverage::new(&roi);
    let values = turn.fill(|z| {
        let coverage = &coverage;
        move |[x, y]| {
            let inside = coverage.at([x, y, z]) >= 0.5 - ROUNDING;
            if inside { f64::from(label) } else { 0.0 }
        }
    });
    if values.iter().all(|&value| value == 0.0) {
        return Err(Error::Perturbation(format!(
            "the region of label {label} ({} voxels) is too thin for a rotation of {} degrees \
             and a translation of {translation:?} voxels: nothing is left of it",
            roi.count(),
            number(rotation_deg)
        )));
    }
    Ok((turned, volume(values, turn.geometry(mask.geometry()))?))
}

fn volume(values: Vec<f64>, geometry: Geometry) -> Result<Volume, Error> {
    let [nx, ny, nz] = geometry.size;
    let voxels = Array3::from_shape_vec((nz, ny, nx), values)
        .map_err(|error| Error::Volume(error.to_string()))?;
    Volume::new(voxels, geometry)
}

fn check_finite(image: &Volume, read: &Crop) -> Result<(), Error> {
    let values = read.rows(image).flatten();
    let count = values.filter(|value| !value.is_finite()).count();
    if count == 0 {
        return Ok(());
    }
    Err(Error::Perturbation(format!(
        "{count} voxels around the region are NaN or infinite, so that the image can't be \
         interpolated; repair it"
    )))
}

/// Where the voxels of the new grid lie on the old one.
struct Turn {
    /// The new grid's axes x and y in steps of the old one: columns.
    axes: [[f64; 2]; 2],
    /// Index on the old grid of the new grid's first voxel.
    origin: [f64; 3],
    size: [usize; 3],
    /// Cosine and sine of the rotation.
    cosine: f64,
    sine: f64,
}

impl Turn {
    fn new(image: &Geometry, roi: &Roi, rotation_deg: f64, translation: [f64; 3]) -> Self {
        let (sine, cosine) = rotation_deg.to_radians().sin_cos();
        let [sx, sy, _] = image.spacing_mm;
        let axes = [[cosine, -sine * sy / sx], [sine * sx / sy, cosine]];
        let centre = roi.centre_index().map(f64::round);
        // To the new grid: the inverse rotation. Both grids share the centre.
        let back = |[x, y, z]: [f64; 3]| {
            let x = x - centre[0] - translation[0];
            let y = y - centre[1] - translation[1];
            [
                centre[0] + cosine * x + sine * sy / sx * y,
                centre[1] - sine * sx / sy * x + cosine * y,
                z - translation[2],
            ]
        };
        let box_of = |lower: [usize; 3], size: [usize; 3]| {
            let corners = (0..8).map(|corner: usize| {
                back(std::array::from_fn(|axis| {
                    (lower[axis] + (corner >> axis & 1) * (size[axis] - 1)) as f64
                }))
            });
            corners.fold(
                ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]),
                |(low, high), at| {
                    let low = std::array::from_fn(|axis| low[axis].min(at[axis]));
                    (low, std::array::from_fn(|axis| high[axis].max(at[axis])))
                },
            )
        };
        let (region_low, region_high) = box_of(roi.lower(), roi.size());
        let (image_low, image_high) = box_of([0; 3], image.size);
        // Not a voxel more for the rounding of what should be whole.
        let down = |value: f64| (value + ROUNDING).floor();
        let up = |value: f64| (value - ROUNDING).ceil();
        let margin = image.spacing_mm.map(|spacing| MARGIN_MM / spacing);
        let low: [f64; 3] = std::array::from_fn(|axis| {
            down((region_low[axis] - margin[axis]).max(image_low[axis]))
        });
        let high: [f64; 3] =
            std::array::from_fn(
                |axis| up((region_high[axis] + margin[axis]).min(image_high[axis])),
            );
        let [dx, dy] = [low[0] - centre[0], low[1] - centre[1]];
        Self {
            axes,
            origin: [
                centre[0] + translation[0] + axes[0][0] * dx + axes[0][1] * dy,
                centre[1] + translation[1] + axes[1][0] * dx + axes[1][1] * dy,
                low[2] + translation[2],
            ],
            size: std::array::from_fn(|axis| (high[axis] - low[axis]) as usize + 1),
            cosine,
            sine,
        }
    }

    /// The new grid's values; `slice` gives for an index z of the old grid what
    /// gives the value at an index (x, y).
    fn fill<F: Fn([f64; 2]) -> f64>(&self, slice: impl Fn(f64) -> F + Sync) -> Vec<f64> {
        let [nx, ny, nz] = self.size;
        let slices: Vec<Vec<f64>> = (0..nz)
            .into_par_iter()
            .map(|k| {
                let value = slice(self.height(k));
                let columns = (0..ny).flat_map(|j| (0..nx).map(move |i| (i, j)));
                columns.map(|(i, j)| value(self.place(i, j))).collect()
            })
            .collect();
        slices.concat()
    }

    /// Index (x, y) on the old grid of a column of the new one.
    fn place(&self, i: usize, j: usize) -> [f64; 2] {
        let (i, j) = (i as f64, j as f64);
        [0, 1].map(|row| self.origin[row] + self.axes[row][0] * i + self.axes[row][1] * j)
    }

    /// Index z on the old grid of a slice of the new one.
    fn height(&self, k: usize) -> f64 {
        self.origin[2] + k as f64
    }

    /// The part of the old grid that the new one's values depend on.
    fn reads(&self, grid: [usize; 3]) -> Crop {
        let [nx, ny, nz] = self.size;
        let corners = [(0, 0), (nx - 1, 0), (0, ny - 1), (nx - 1, ny - 1)];
        let mut lower = [0; 3];
        let mut size = grid;
        for axis in 0..3 {
            let places: Vec<f64> = if axis < 2 {
                corners.map(|(i, j)| self.place(i, j)[axis]).to_vec()
            } else {
                vec![self.height(0), self.height(nz - 1)]
            };
            let last = (grid[axis] - 1) as f64;
            let low = places.iter().copied().fold(f64::INFINITY, f64::min);
            let high = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            // Two coefficients beside the place, and what these depend on.
            let reach = HORIZON as f64 + 2.0;
            lower[axis] = (low.floor() - reach).clamp(0.0, last) as usize;
            let end = (high.ceil() + reach).clamp(0.0, last) as usize + 1;
            size[axis] = end - lower[axis];
        }
        Crop { lower, size }
    }

    /// The new grid of a volume on the old one.
    fn geometry(&self, old: &Geometry) -> Geometry {
        Geometry {
            size: self.size,
            spacing_mm: old.spacing_mm,
            origin_mm: old.position_mm(self.origin),
            direction: old.direction.map(|[x, y, z]| {
                [
                    self.cosine * x + self.sine * y,
                    self.cosine * y - self.sine * x,
                    z,
                ]
            }),
        }
    }
}
