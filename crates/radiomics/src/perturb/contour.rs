//! Randomised contours.

use geometry::{Grid3, morphology3};

use super::slic::Supervoxels;
use crate::crop::Crop;
use crate::{Error, Roi, Volume};

/// What is cut into supervoxels around the region, in mm.
const MARGIN_MM: f64 = 25.0;
/// Least volume of a supervoxel, in mm³ and in voxels.
const LEAST_MM3: f64 = 500.0;
const LEAST_VOXELS: f64 = 20.0;
/// Difference in intensity, as a fraction of the range, that weighs as much as
/// a supervoxel's width.
const COMPACTNESS: f64 = 0.05;
/// How far the range of intensities is extended beyond the region's, on each
/// side, as a fraction of it.
const EXTENSION: f64 = 0.1;
/// Overlaps from which on a supervoxel is always, or never, in the region.
const ALWAYS: f64 = 0.9;
const NEVER: f64 = 0.2;

/// Draws the region's contour anew along supervoxels of the image (Zwanenburg
/// et al. 2019, with the constants of MIRP).
///
/// The image around the region (25 mm), cut off at the region's range of
/// intensities extended by 10 % on each side, is divided into supervoxels of
/// 500 mm³ (at least 20 voxels) by SLIC. Each one is taken as a whole with the
/// probability of its overlap with the region: always from 0.9 on, never below
/// 0.2, and the one with the largest overlap always. Gaps one voxel wide
/// between them are closed. So the volume is kept on average, up to the two
/// limits and the closing, and far from the contour nothing changes.
///
/// Random numbers come from the stream of `seed` and `index`, one for each
/// supervoxel that may be taken. The result is a mask of the label's
/// region alone, on the mask's grid.
///
/// # Errors
/// Those of [`Roi::select`] and [`Roi::intensities`]; [`Error::Perturbation`]
/// when the image around the region holds NaN.
pub fn randomise(
    image: &Volume,
    mask: &Volume,
    label: u32,
    seed: u64,
    index: u64,
) -> Result<Volume, Error> {
    let roi = Roi::select(mask, label)?;
    let values = roi.intensities(image)?;
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);

    let grid = mask.geometry();
    let crop = Crop::within(&roi, grid.size, MARGIN_MM);
    let cutter = Supervoxels {
        spacing_mm: grid.spacing_mm,
        volume_mm3: LEAST_MM3.max(LEAST_VOXELS * grid.voxel_volume_mm3()),
        sigma_mm: grid
            .spacing_mm
            .iter()
            .copied()
            .fold(f64::INFINITY, f64::min),
        compactness: COMPACTNESS,
    };
    let supervoxels = cutter.cut(&scaled(image, &crop, low, high)?);
    let region = crop.region(&roi);
    let chances = chances(&supervoxels, &region);

    let mut stream = stats::rng::stream(seed, "perturb-contour", index);
    let mut draw = |chance: f64| chance > 0.0 && stream.uniform() < chance;
    let taken: Vec<bool> = chances.into_iter().map(&mut draw).collect();
    let drawn = supervoxels.map(|&number| taken[number as usize]);
    crop.mask(&morphology3::close(&drawn), f64::from(label), grid.clone())
}

/// The crop of the image as fractions of a range, cut off beyond it.
fn scaled(image: &Volume, crop: &Crop, low: f64, high: f64) -> Result<Grid3<f32>, Error> {
    let extension = EXTENSION * (high - low);
    let (low, high) = (low - extension, high + extension);
    // In a flat region every intensity is as good as any other.
    let width = if high > low {
        high - low
    } else {
        f64::INFINITY
    };
    let rows = crop.rows(image).flatten();
    let data: Vec<f32> = rows
        .map(|value| ((value.clamp(low, high) - low) / width) as f32)
        .collect();
    let nan = data.iter().filter(|value| value.is_nan()).count();
    if nan > 0 {
        return Err(Error::Perturbation(format!(
            "{nan} voxels around the region are NaN, so that its contour can't be randomised; \
             repair the image"
        )));
    }
    Ok(Grid3 {
        size: crop.size,
        data,
    })
}

/// The chance of each supervoxel to be taken, by its number.
fn chances(supervoxels: &Grid3<u32>, region: &Grid3<bool>) -> Vec<f64> {
    let most = supervoxels.data.iter().copied().max().unwrap_or(0);
    let mut counts = vec![[0u32; 2]; most as usize + 1];
    for (&number, &inside) in supervoxels.data.iter().zip(&region.data) {
        let [size, shared] = &mut counts[number as usize];
        *size += 1;
        *shared += u32::from(inside);
    }
    let overlap = |&[size, shared]: &[u32; 2]| f64::from(shared) / f64::from(size.max(1));
    let mut chances: Vec<f64> = counts.iter().map(overlap).collect();
    let largest = chances.iter().copied().fold(0.0, f64::max);
    if let Some(first) = chances.iter_mut().find(|chance| **chance == largest) {
        *first = 1.0;
    }
    for chance in &mut chances {
        *chance = match *chance {
            share if share >= ALWAYS => 1.0,
            share if share < NEVER => 0.0,
            share => share,
        };
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_follow_the_overlap_between_the_limits() {
        let supervoxels = Grid3::from_fn([20, 5, 1], |_, y, _| y as u32 + 1);
        let shared = [20, 18, 10, 4, 3];
        let region = Grid3::from_fn([20, 5, 1], |x, y, _| x < shared[y]);
        assert_eq!(
            chances(&supervoxels, &region),
            [0.0, 1.0, 1.0, 0.5, 0.2, 0.0]
        );
        let faint = Grid3::from_fn([20, 5, 1], |x, y, _| x < 2 && y == 3);
        assert_eq!(
            chances(&supervoxels, &faint),
            [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]
        );
    }
}
