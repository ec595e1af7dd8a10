//! The tissue around a region.

use geometry::distance3;

use crate::crop::Crop;
use crate::error::number;
use crate::grid::check_grid;
use crate::resample::itk::{self, Interpolator};
use crate::{Error, Geometry, Roi, Storage, Volume};

/// How much farther than asked a voxel may lie: spacings that a file stores in
/// single precision are off by up to 6e-8 of their value.
const ROUNDING: f64 = 1e-6;

/// How far the body mask's grid may differ from the mask's, by the rule of
/// [`check_grid`].
const GRID_TOLERANCE: f64 = 1e-4;

/// The peritumoural ring of a region: the voxels outside of it whose centre
/// lies within `distance_mm` (Euclidean, in mm, the spacing of each axis taken
/// into account) of the centre of a voxel of the region; 1 in the ring and 0
/// elsewhere, on the mask's grid.
///
/// The ring ends at the edge of the image and, where a body mask is given
/// (see [`crate::body`]), where that is 0. Voxels of other labels are left
/// out: another lesion, or a structure that was drawn for itself, is not the
/// tissue around this one. Where the other labels are organs around the region
/// and the ring should go through them, give a mask of the region alone.
///
/// A distance is met up to a millionth of it.
///
/// # Errors
/// Those of [`Roi::select`]; [`Error::Ring`] when the distance is not positive
/// and finite, the body mask lies on another grid, holds NaN or holds no voxel
/// of the region, or when the ring is empty, with the reason.
pub fn ring(
    mask: &Volume,
    label: u32,
    distance_mm: f64,
    body: Option<&Volume>,
) -> Result<Volume, Error> {
    let failed = |problem: String| Error::Ring {
        label,
        distance_mm,
        problem,
    };
    if !(distance_mm.is_finite() && distance_mm > 0.0) {
        let problem = "the distance must be positive and finite, in mm";
        return Err(failed(problem.to_owned()));
    }
    let roi = Roi::select(mask, label)?;
    if let Some(body) = body {
        check_body(mask, &roi, body).map_err(failed)?;
    }
    let reach = distance_mm * (1.0 + ROUNDING);
    let geometry = mask.geometry();
    let crop = Crop::within(&roi, geometry.size, reach);
    let region = crop.region(&roi);
    let squares = distance3::squared(&region, geometry.spacing_mm);
    let mut near = squares.map(|&square| square > 0.0 && square <= reach * reach);
    let reached = near.data.contains(&true);

    let mut keep = |volume: &Volume, wanted: fn(f64) -> bool| {
        for (cells, values) in near
            .data
            .chunks_exact_mut(crop.size[0])
            .zip(crop.rows(volume))
        {
            for (cell, &value) in cells.iter_mut().zip(values) {
                *cell &= wanted(value);
            }
        }
        near.data.contains(&true)
    };
    let unlabelled = keep(mask, |value| value == 0.0);
    let left = body.map_or(unlabelled, |body| keep(body, |value| value != 0.0));

    let problem = if left {
        return crop.mask(&near, 1.0, geometry.clone());
    } else if !reached {
        nothing_in_reach(&roi, geometry.size, distance_mm)
    } else if !unlabelled {
        "every voxel so near carries another label; give a mask of this region alone".to_owned()
    } else {
        "no voxel so near lies in the body mask; take a larger distance or check the body mask"
            .to_owned()
    };
    Err(failed(problem))
}

/// Where rings of a region may lie when it has been moved to another grid: the
/// body (all of the image without a body mask) but for other labels, 1 there
/// and 0 elsewhere; each voxel takes the nearest of the mask's. For `body` of
/// [`ring`].
///
/// # Errors
/// Those of [`Roi::select`]; [`Error::Ring`] for a body mask on another grid
/// than the mask, with NaN, or without a voxel of the region.
pub fn bounds(
    mask: &Volume,
    label: u32,
    distance_mm: f64,
    body: Option<&Volume>,
    target: &Geometry,
) -> Result<Volume, Error> {
    let roi = Roi::select(mask, label)?;
    let wanted = f64::from(label);
    let mut free = mask
        .voxels()
        .mapv(|value| f64::from(u8::from(value == 0.0 || value == wanted)));
    if let Some(body) = body {
        check_body(mask, &roi, body).map_err(|problem| Error::Ring {
            label,
            distance_mm,
            problem,
        })?;
        free.zip_mut_with(&body.voxels(), |free, &body| {
            *free *= f64::from(u8::from(body != 0.0));
        });
    }
    let free = Volume::new(free, mask.geometry().clone())?;
    let nearest = Interpolator::NearestNeighbor;
    itk::resample(&free, target, nearest, |value| value, Storage::Double)
}

fn check_body(mask: &Volume, roi: &Roi, body: &Volume) -> Result<(), String> {
    match check_grid(mask.geometry(), body.geometry(), GRID_TOLERANCE) {
        Err(Error::Grid {
            what, difference, ..
        }) => {
            return Err(format!(
                "the body mask's {what} differs from the mask's by {difference}; \
                 make it on the mask's grid"
            ));
        }
        other => other.map_err(|error| error.to_string())?,
    }
    let count = body.values().iter().filter(|value| value.is_nan()).count();
    if count > 0 {
        return Err(format!(
            "{count} voxels of the body mask are NaN; set them to 0 or 1"
        ));
    }
    let held = Crop::around(roi, mask.geometry().size, [0; 3]);
    let inside = held.rows(body).flatten().zip(roi.inside());
    if inside
        .into_iter()
        .any(|(&body, &inside)| inside && body != 0.0)
    {
        Ok(())
    } else {
        Err("the region lies outside of the body mask; check that both are of one image".to_owned())
    }
}

fn nothing_in_reach(roi: &Roi, grid: [usize; 3], distance_mm: f64) -> String {
    if roi.count() == grid.iter().product::<usize>() {
        return "the region fills the image".to_owned();
    }
    // An axis of one voxel leads nowhere.
    let steps = (0..3).filter(|&axis| grid[axis] > 1);
    let least = steps
        .map(|axis| roi.spacing_mm()[axis])
        .fold(f64::INFINITY, f64::min);
    if distance_mm < least {
        format!(
            "the smallest step between voxels is {} mm; take at least that",
            number(least)
        )
    } else {
        "the region fills the image in every direction in which voxels lie so near; \
         take a larger distance"
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::Geometry;

    const SPACING: [f64; 3] = [0.5, 1.0, 2.0];

    fn volume(value: impl Fn([usize; 3]) -> f64) -> Volume {
        let voxels = Array3::from_shape_fn((7, 8, 9), |(z, y, x)| value([x, y, z]));
        Volume::new(voxels, Geometry::aligned([9, 8, 7], SPACING)).unwrap()
    }

    fn blob([x, y, z]: [usize; 3]) -> bool {
        (3..5).contains(&x) && y == 4 && (2..5).contains(&z) || [x, y, z] == [0, 0, 6]
    }

    fn problem(result: Result<Volume, Error>) -> String {
        let error = result.expect_err("must be refused");
        assert!(matches!(error, Error::Ring { .. }), "{error}");
        error.to_string()
    }

    #[test]
    fn equals_the_search_over_all_pairs() {
        let mask = volume(|i| {
            if blob(i) {
                3.0
            } else if i[0] == 8 {
                1.0
            } else {
                0.0
            }
        });
        let body = volume(|i| f64::from(u8::from(i[1] < 7)));
        let region: Vec<[usize; 3]> = (0..9 * 8 * 7)
            .map(|i| mask.index_of(i))
            .filter(|&i| blob(i))
            .collect();
        for distance in [0.5, 1.0, 1.2, 2.0, 2.5, 50.0] {
            let found = ring(&mask, 3, distance, Some(&body)).unwrap();
            for (position, &found) in found.values().iter().enumerate() {
                let here = mask.index_of(position);
                let near = region.iter().any(|there| {
                    let square: f64 = (0..3)
                        .map(|a| (SPACING[a] * here[a].abs_diff(there[a]) as f64).powi(2))
                        .sum();
                    square <= distance * distance
                });
                let expected = near && !blob(here) && here[0] < 8 && here[1] < 7;
                assert_eq!(found == 1.0, expected, "{distance} {here:?}");
            }
        }
    }

    #[test]
    fn single_precision_spacing_keeps_the_last_shell() {
        let spacing = [f64::from(1.2_f32); 3];
        let voxels = Array3::from_shape_fn((1, 1, 13), |(_, _, x)| f64::from(u8::from(x == 6)));
        let mask = Volume::new(voxels, Geometry::aligned([13, 1, 1], spacing)).unwrap();
        let sum: f64 = ring(&mask, 1, 6.0, None).unwrap().values().iter().sum();
        assert_eq!(sum, 10.0);
    }

    #[test]
    fn empty_rings_say_why() {
        let mask = volume(|i| if blob(i) { 3.0 } else { 0.0 });
        for distance in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(problem(ring(&mask, 3, distance, None)).contains("positive"));
        }
        assert!(problem(ring(&mask, 3, 0.49, None)).contains("is 0.5 mm"));
        let slab = volume(|i| f64::from(u8::from(i[2] > 2)));
        assert!(problem(ring(&slab, 1, 1.0, None)).contains("larger distance"));
        assert!(problem(ring(&volume(|_| 1.0), 1, 1.0, None)).contains("fills the image"));
        let labelled = volume(|i| if blob(i) { 3.0 } else { 4.0 });
        assert!(problem(ring(&labelled, 3, 1.0, None)).contains("another label"));
        let tight = volume(|i| f64::from(u8::from(blob(i))));
        assert!(problem(ring(&mask, 3, 1.0, Some(&tight))).contains("in the body mask"));
        let elsewhere = volume(|i| f64::from(u8::from(i[0] == 8)));
        assert!(problem(ring(&mask, 3, 1.0, Some(&elsewhere))).contains("outside of the body"));
        let nan = volume(|_| f64::NAN);
        assert!(problem(ring(&mask, 3, 1.0, Some(&nan))).contains("NaN"));
        let small = Geometry::aligned([9, 8, 7], [0.6, 1.0, 2.0]);
        let moved = Volume::new(mask.voxels().to_owned(), small).unwrap();
        assert!(problem(ring(&mask, 3, 1.0, Some(&moved))).contains("spacing differs"));
        assert!(matches!(
            ring(&mask, 9, 1.0, None),
            Err(Error::LabelMissing { .. })
        ));
    }
}
