//! The Laplacian of Gaussian.

use std::ops::Range;

use ndarray::{Array2, Array3, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use super::gaussian::{curvature, smoothing};
use super::recursion::{LANES, Recursion};
use super::{fitting, in_box};
use crate::error::number;
use crate::{Error, Roi, Storage, Volume};

/// ITK's filter needs so many voxels along every axis.
const LEAST_VOXELS: usize = 4;

/// Laplacian of Gaussian of an image, multiplied by sigma², as PyRadiomics' LoG
/// has it: SimpleITK's `LaplacianRecursiveGaussian` with normalisation across
/// scale.
///
/// The result is of single precision and has the region's bounding box; it
/// comes of the whole image, which goes on beyond its border with its outermost
/// voxels. Its unit is the image's.
///
/// # Errors
/// [`Error::Filter`] where PyRadiomics makes no such image: fewer than 4 voxels
/// along an axis, a sigma that isn't positive, or an axis of fewer than
/// `ceil(sigma / spacing) + 1` voxels. Likewise when a sigma is so far below
/// the spacing that the filter has no coefficients, and when a NaN or infinity
/// in the image (anywhere: the filter has no end) spoils the result, or values
/// are too large for single precision. [`Error::Grid`] when the region is not
/// in the image.
pub fn laplacian_of_gaussian(image: &Volume, around: &Roi, sigma_mm: f64) -> Result<Volume, Error> {
    let part = fitting(image, around)?;
    check(image, sigma_mm)?;
    let spacing = image.geometry().spacing_mm;
    let sigma = spacing.map(|spacing| sigma_mm / spacing);
    let smooth = sigma.map(smoothing);
    let curve = sigma.map(|sigma| curvature(sigma, sigma_mm * sigma_mm));
    if !smooth.iter().chain(&curve).all(Recursion::is_finite) {
        return Err(refused(format!(
            "sigma of {} mm is too small for voxels of {spacing:?} mm; take a larger one",
            number(sigma_mm)
        )));
    }
    let [nx, ny, nz] = around.size();
    let mut sum = Array3::<f32>::zeros((nz, ny, nx));
    // The second derivative along one axis, smoothed along the other two. ITK
    // takes them in this order and rounds to single precision after each.
    for (derived, first, second) in [(0, 1, 2), (1, 0, 2), (2, 0, 1)] {
        let across = 0..image.geometry().size[second];
        let planes = across.into_par_iter().map(|at| {
            let plane = image.voxels().index_axis_move(Axis(2 - second), at);
            let lines = if derived < first {
                plane.reversed_axes()
            } else {
                plane
            };
            let lines = filtered(&rows(lines), &curve[derived], &part[derived]);
            filtered(&rows(lines.t()), &smooth[first], &part[first])
        });
        let planes: Vec<Array2<f32>> = planes.collect();
        let rows = (0..around.size()[first]).into_par_iter().map(|row| {
            let lines: Vec<_> = planes.iter().map(|plane| plane.row(row)).collect();
            filtered(&lines, &smooth[second], &part[second])
        });
        let rows: Vec<Array2<f32>> = rows.collect();
        let scale = 1.0 / (spacing[derived] * spacing[derived]);
        for (term, mut sum) in rows.iter().zip(sum.axis_iter_mut(Axis(2 - first))) {
            let term = if derived > second {
                term.t()
            } else {
                term.view()
            };
            sum.zip_mut_with(&term, |sum, &term| {
                *sum = (f64::from(*sum) + f64::from(term) * scale) as f32;
            });
        }
    }
    if sum.iter().any(|value| !value.is_finite()) {
        return Err(refused(spoilt(image)));
    }
    in_box(sum.mapv(f64::from), image, around, Storage::Single)
}

/// PyRadiomics' conditions.
fn check(image: &Volume, sigma_mm: f64) -> Result<(), Error> {
    let geometry = image.geometry();
    let (size, spacing) = (geometry.size, geometry.spacing_mm);
    if size.iter().any(|&n| n < LEAST_VOXELS) {
        return Err(refused(format!(
            "the image has {size:?} voxels and needs {LEAST_VOXELS} along every axis"
        )));
    }
    if !(sigma_mm.is_finite() && sigma_mm > 0.0) {
        return Err(refused(format!(
            "sigma is {} mm; it must be positive",
            number(sigma_mm)
        )));
    }
    let least = spacing.map(|spacing| (sigma_mm / spacing).ceil() + 1.0);
    if (0..3).any(|axis| (size[axis] as f64) < least[axis]) {
        return Err(refused(format!(
            "sigma of {} mm needs an image of {least:?} voxels, but it has {size:?}; take a \
             smaller one",
            number(sigma_mm)
        )));
    }
    Ok(())
}

/// Why a result is not finite.
fn spoilt(image: &Volume) -> String {
    let values = image.values();
    match values.iter().position(|value| !value.is_finite()) {
        Some(first) => format!(
            "the image is NaN or infinite in {} voxels, the first at {:?}, which spoils every \
             voxel; repair the image",
            values.iter().filter(|value| !value.is_finite()).count(),
            image.index_of(first)
        ),
        None => "its values are too large for single precision; rescale the image".to_owned(),
    }
}

fn refused(problem: String) -> Error {
    Error::Filter {
        filter: "LoG",
        problem,
    }
}

/// One view for each index of axis 0.
fn rows<S>(lines: ArrayView2<'_, S>) -> Vec<ArrayView1<'_, S>> {
    (0..lines.nrows())
        .map(|row| lines.index_axis_move(Axis(0), row))
        .collect()
}

/// Filters from row to row and keeps some of the rows.
fn filtered<S: Copy + Into<f64>>(
    rows: &[ArrayView1<'_, S>],
    by: &Recursion,
    kept: &Range<usize>,
) -> Array2<f32> {
    let width = rows.first().map_or(0, |row| row.len());
    let mut out = Array2::zeros((kept.len(), width));
    let cells: &mut [f32] = out.as_slice_mut().unwrap_or_default();
    let mut lines = vec![[0.0; LANES]; rows.len()];
    let mut results = lines.clone();
    for start in (0..width).step_by(LANES) {
        let block = start..(start + LANES).min(width);
        for (line, row) in lines.iter_mut().zip(rows) {
            if let Some(row) = row.as_slice() {
                for (lane, &value) in line.iter_mut().zip(&row[block.clone()]) {
                    *lane = value.into();
                }
            } else {
                for (lane, at) in line.iter_mut().zip(block.clone()) {
                    *lane = row[at].into();
                }
            }
        }
        by.filter(&lines, kept.clone(), &mut results);
        let results = &results[kept.clone()];
        for (row, result) in cells.chunks_exact_mut(width).zip(results) {
            for (out, &value) in row[block.clone()].iter_mut().zip(result) {
                *out = value as f32;
            }
        }
    }
    out
}
