//! Local binary patterns of slices.

use ndarray::Array3;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::bilinear::{Between, Slice};
use crate::error::number;
use crate::filters::itk::{fitting, in_box};
use crate::{Error, Roi, Storage, Volume};

/// Codes of more samples are not numbers of 32 bits.
const MOST_SAMPLES: usize = 31;

/// What a pattern becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LbpMethod {
    /// The sum of `2^k` over the samples `k` that are not less than the centre.
    Default,
    /// The least such sum of all rotations of the samples.
    Ror,
    /// How many samples are not less than the centre, if at most two
    /// neighbours among the samples differ; else the number of samples plus 1.
    #[default]
    Uniform,
    /// Each pattern with at most two such differences has a code of its own;
    /// the others share the last. (Not in PyRadiomics.)
    NriUniform,
    /// The samples' variance, whatever the centre; NaN where it is 0.
    Var,
}

/// How local binary patterns of slices are made; the defaults are PyRadiomics'.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lbp2d {
    /// Distance of the samples in voxels (`lbp2DRadius`); positive.
    pub radius: f64,
    /// Number of samples on the circle (`lbp2DSamples`): 1 to 31.
    pub samples: usize,
    /// What a pattern becomes (`lbp2DMethod`).
    pub method: LbpMethod,
    /// The axis across the slices, 0 for z, 1 for y, 2 for x
    /// (`force2Ddimension`).
    pub dimension: usize,
}

impl Default for Lbp2d {
    fn default() -> Self {
        Self {
            radius: 1.0,
            samples: 8,
            method: LbpMethod::default(),
            dimension: 0,
        }
    }
}

impl Lbp2d {
    fn check(&self) -> Result<(), Error> {
        let problem = if !(self.radius.is_finite() && self.radius > 0.0) {
            format!("the radius is {}; it must be positive", number(self.radius))
        } else if !(1..=MOST_SAMPLES).contains(&self.samples) {
            format!(
                "there are {} samples; take 1 to {MOST_SAMPLES}",
                self.samples
            )
        } else if self.dimension > 2 {
            format!(
                "there is no axis {} across the slices; take 0 (z), 1 (y) or 2 (x)",
                self.dimension
            )
        } else {
            return Ok(());
        };
        Err(Error::Filter {
            filter: "LBP2D",
            problem,
        })
    }

    /// Sample `k` lies at `(row, column)` from the centre, to five decimals.
    fn offsets(&self) -> impl Iterator<Item = [f64; 2]> {
        let decimals = |value: f64| (value * 1e5).round_ties_even() / 1e5;
        (0..self.samples).map(move |k| {
            let angle = std::f64::consts::TAU * k as f64 / self.samples as f64;
            [-self.radius * angle.sin(), self.radius * angle.cos()].map(decimals)
        })
    }
}

/// Local binary patterns of an image's slices, as PyRadiomics' LBP2D has them:
/// scikit-image's `local_binary_pattern` of every slice.
///
/// The samples lie on a circle in the slice, anticlockwise from the side where
/// columns grow; between voxels they are bilinear, beyond the slice 0. In
/// slices across z rows go along y and columns along x; across y: z and x;
/// across x: y and z.
///
/// The result has the region's bounding box and is stored as the image is: in
/// an image of whole numbers variances are cut towards 0 and codes that are too
/// large for its numbers wrap around, as numpy does. A voxel becomes NaN where a
/// value that it comes of is NaN or infinite (PyRadiomics takes NaN for less
/// than the centre), and, by [`LbpMethod::Var`], where all its samples are equal
/// and the image is not of whole numbers (there it becomes what numpy makes of
/// NaN).
///
/// # Errors
/// [`Error::Filter`] for settings out of range; [`Error::Grid`] when the region
/// is not in the image.
pub fn lbp_2d(image: &Volume, around: &Roi, settings: &Lbp2d) -> Result<Volume, Error> {
    settings.check()?;
    let part = fitting(image, around)?;
    let [nx, ny, nz] = image.geometry().size;
    let (sizes, steps) = ([nx, ny, nz], [1, nx, nx * ny]);
    let across = 2 - settings.dimension;
    // PyRadiomics swaps the first array axis (z) for that across the slices.
    let [row_axis, column_axis] = [[1, 2], [2, 0], [1, 0]][across];
    let places = |axis: usize, which: usize| -> Vec<Vec<Between>> {
        let all = part[axis].clone();
        all.map(|at| {
            let offsets = settings.offsets();
            offsets
                .map(|offset| Between::new(at, offset[which], sizes[axis]))
                .collect()
        })
        .collect()
    };
    let (rows, columns) = (places(row_axis, 0), places(column_axis, 1));
    let values = image.values();
    let [sx, sy, _] = around.size();
    let code = |index: [usize; 3], samples: &mut Vec<f64>| {
        let slice = Slice {
            values,
            start: (part[across].start + index[across]) * steps[across],
            steps: [steps[row_axis], steps[column_axis]],
        };
        let [row, column] = [index[row_axis], index[column_axis]];
        let centre = slice.at(part[row_axis].start + row, part[column_axis].start + column);
        let places = rows[row].iter().zip(&columns[column]);
        samples.clear();
        samples.extend(places.map(|(&row, &column)| slice.between(row, column)));
        pattern(centre, samples, settings.method, image.storage())
    };
    let rows = (0..sy * around.size()[2]).into_par_iter().map(|i| {
        let mut samples = Vec::with_capacity(settings.samples);
        let along = (0..sx).map(|x| code([x, i % sy, i / sy], &mut samples));
        along.collect::<Vec<f64>>()
    });
    let values = rows.collect::<Vec<_>>().concat();
    let values = Array3::from_shape_vec((around.size()[2], sy, sx), values)
        .map_err(|error| Error::Volume(error.to_string()))?;
    in_box(values, image, around, image.storage())
}

fn pattern(centre: f64, samples: &[f64], method: LbpMethod, storage: Storage) -> f64 {
    if !centre.is_finite() || samples.iter().any(|sample| !sample.is_finite()) {
        return f64::NAN;
    }
    let count = samples.len();
    // Bit k: is sample k not less than the centre?
    let bits = samples.iter().enumerate().fold(0u32, |bits, (k, sample)| {
        bits | u32::from(sample - centre >= 0.0) << k
    });
    let ones = bits.count_ones() as usize;
    // Between neighbours, but for the last and the first.
    let inner = (1u32 << (count - 1)) - 1;
    let uniform = ((bits ^ (bits >> 1)) & inner).count_ones() <= 2;
    let code = match method {
        LbpMethod::Default => f64::from(bits),
        LbpMethod::Ror => {
            let turn = |bits: u32| bits >> 1 | (bits & 1) << (count - 1);
            let turned = std::iter::successors(Some(bits), |&bits| Some(turn(bits)));
            turned.take(count).min().map_or(f64::NAN, f64::from)
        }
        LbpMethod::Uniform if uniform => ones as f64,
        LbpMethod::Uniform => count as f64 + 1.0,
        LbpMethod::NriUniform if uniform => rotated(bits, ones, count),
        LbpMethod::NriUniform => (count * (count - 1)) as f64 + 2.0,
        LbpMethod::Var => variance(samples),
    };
    stored(code, storage)
}

/// The code of a uniform pattern by how often it is turned.
fn rotated(bits: u32, ones: usize, count: usize) -> f64 {
    if ones == 0 || ones == count {
        return ((count - 1) * ones) as f64 + f64::from(u8::from(ones > 0));
    }
    let turns = match bits.trailing_zeros() as usize {
        0 => ones as f64 - f64::from(bits.trailing_ones()),
        first => (count - first) as f64,
    };
    1.0 + ((ones - 1) * count) as f64 + turns
}

/// Variance over all samples; NaN where it is 0.
fn variance(samples: &[f64]) -> f64 {
    let count = samples.len() as f64;
    let (sum, squares) = samples.iter().fold((0.0, 0.0), |(sum, squares), sample| {
        (sum + sample, squares + sample * sample)
    });
    let variance = (squares - (sum * sum) / count) / count;
    if variance == 0.0 { f64::NAN } else { variance }
}

/// What numpy makes of a number that it writes into an image.
fn stored(value: f64, storage: Storage) -> f64 {
    let Storage::Whole { least, most } = storage else {
        return storage.store(value);
    };
    // The processor makes a number of 32 or 64 bits, of which the last remain.
    let count = most - least + 1.0;
    let short = count < 2f64.powi(32) || (least < 0.0 && count == 2f64.powi(32));
    let limit = 2f64.powi(if short { 31 } else { 63 });
    let whole = value.trunc();
    let whole = if (-limit..limit).contains(&whole) {
        whole
    } else {
        -limit
    };
    (whole - least).rem_euclid(count) + least
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Geometry;

    const METHODS: [LbpMethod; 5] = [
        LbpMethod::Default,
        LbpMethod::Ror,
        LbpMethod::Uniform,
        LbpMethod::NriUniform,
        LbpMethod::Var,
    ];

    fn slice(values: [[f64; 3]; 3], storage: Storage) -> (Volume, Roi) {
        let voxels = Array3::from_shape_fn((1, 3, 3), |(_, y, x)| values[y][x]);
        let geometry = Geometry::aligned([3, 3, 1], [1.0; 3]);
        let mask = Volume::new(Array3::ones((1, 3, 3)), geometry.clone()).unwrap();
        let image = Volume::new(voxels, geometry).unwrap().stored_as(storage);
        (image, Roi::select(&mask, 1).unwrap())
    }

    const SEEN: [[f64; 3]; 3] = [[6.0, 5.0, 2.0], [7.0, 6.0, 1.0], [9.0, 8.0, 7.0]];

    fn centre(image: &Volume, roi: &Roi, samples: usize, method: LbpMethod) -> f64 {
        let settings = Lbp2d {
            samples,
            method,
            ..Lbp2d::default()
        };
        lbp_2d(image, roi, &settings).unwrap().voxels()[[0, 1, 1]]
    }

    #[test]
    fn codes_are_scikit_images() {
        // skimage.feature.local_binary_pattern(image, samples, 1, method)[1, 1]
        let (image, roi) = slice(SEEN, Storage::Double);
        let eight = METHODS.map(|method| centre(&image, &roi, 8, method));
        assert_eq!(eight, [120.0, 15.0, 4.0, 30.0, 5.472443854586171]);
        let four = METHODS.map(|method| centre(&image, &roi, 4, method));
        assert_eq!(four, [12.0, 3.0, 2.0, 7.0, 7.1875]);
    }

    #[test]
    fn whole_numbers_stay_whole_and_wrap() {
        let bytes = Storage::Whole {
            least: 0.0,
            most: 255.0,
        };
        let (image, roi) = slice(SEEN, bytes);
        assert_eq!(centre(&image, &roi, 8, LbpMethod::Var), 5.0);
        let (flat, roi) = slice([[1.0; 3]; 3], bytes);
        // 9 samples: 511
        assert_eq!(centre(&flat, &roi, 9, LbpMethod::Default), 255.0);
        assert_eq!(centre(&flat, &roi, 4, LbpMethod::Var), 0.0);
        assert_eq!(stored(-1.5, bytes), 255.0);
        assert_eq!(stored(300.7, bytes), 44.0);
    }

    #[test]
    fn nan_stays_nan_and_settings_are_checked() {
        let mut holed = SEEN;
        holed[0][1] = f64::NAN;
        let (image, roi) = slice(holed, Storage::Double);
        for method in METHODS {
            assert!(centre(&image, &roi, 8, method).is_nan());
        }
        let (flat, _) = slice([[2.0; 3]; 3], Storage::Double);
        assert!(centre(&flat, &roi, 4, LbpMethod::Var).is_nan());
        let good = Lbp2d::default();
        for bad in [
            Lbp2d {
                radius: 0.0,
                ..good.clone()
            },
            Lbp2d {
                radius: f64::NAN,
                ..good.clone()
            },
            Lbp2d {
                samples: 0,
                ..good.clone()
            },
            Lbp2d {
                samples: 32,
                ..good.clone()
            },
            Lbp2d {
                dimension: 3,
                ..good
            },
        ] {
            assert!(lbp_2d(&flat, &roi, &bad).is_err());
        }
    }
}
