//! IBSI's preprocessing: resampling, rounding, re-segmentation.

use std::borrow::Cow;

use ndarray::Array3;

use super::{Interpolation, Settings};
use crate::error::number;
use crate::features::firstorder::mean_and_deviation;
use crate::features::order::range;
use crate::resample::{centre_aligned, positions, resample};
use crate::{Error, Geometry, Roi, Volume};

/// Image and masks, ready for the features.
pub(super) struct Prepared<'a> {
    pub image: Cow<'a, Volume>,
    /// The region's form.
    pub morphology: Roi,
    /// Intensities of [`Self::morphology`].
    pub all_intensities: Vec<f64>,
    /// The voxels whose intensities count.
    pub intensity: Roi,
    /// Intensities of [`Self::intensity`].
    pub intensities: Vec<f64>,
}

/// Prepares a region of an image.
///
/// # Errors
/// [`Error::RoiTooSmall`] where no voxel is left, [`Error::NonFinite`],
/// [`Error::Volume`] for a grid of too many voxels.
pub(super) fn prepare<'a>(
    image: &'a Volume,
    roi: &Roi,
    settings: &Settings,
) -> Result<Prepared<'a>, Error> {
    let target = centre_aligned(image.geometry(), settings.resample_mm);
    let (mut image, morphology) = if target == *image.geometry() {
        (Cow::Borrowed(image), roi.clone())
    } else {
        if settings.interpolation == Interpolation::Cubic {
            check_finite(image)?;
        }
        let resampled = resample(image, &target, settings.interpolation.kernel())?;
        let region = resample_region(roi, image.geometry(), &target, settings)?;
        (Cow::Owned(resampled), region)
    };
    if settings.round_intensities {
        // Adding 0 turns -0 into 0.
        image = Cow::Owned(
            image
                .into_owned()
                .map(|value| value.round_ties_even() + 0.0),
        );
    }
    let all_intensities = morphology.intensities(&image)?;
    let [low, high] = limits(&all_intensities, settings);
    let stays = |value: &f64| low <= *value && *value <= high;
    let intensity = if all_intensities.iter().all(stays) {
        Some(morphology.clone())
    } else {
        morphology.subset(all_intensities.iter().map(stays))
    };
    let nothing_left = || {
        let [minimum, maximum] = range(&all_intensities).map(number);
        Error::RoiTooSmall {
            label: settings.label,
            problem: format!(
                "re-segmentation leaves none of its {} voxels: their intensities are {minimum} \
                 to {maximum}, kept are {} to {}; change resegment_range or resegment_sigma",
                morphology.count(),
                number(low),
                number(high)
            ),
        }
    };
    let intensity = intensity.ok_or_else(nothing_left)?;
    Ok(Prepared {
        intensities: all_intensities.iter().copied().filter(stays).collect(),
        image,
        morphology,
        all_intensities,
        intensity,
    })
}

/// A spline carries what is no number all along an axis.
fn check_finite(image: &Volume) -> Result<(), Error> {
    let odd = || {
        image
            .values()
            .iter()
            .enumerate()
            .filter(|(_, v)| !v.is_finite())
    };
    let Some((first, _)) = odd().next() else {
        return Ok(());
    };
    Err(Error::Settings(format!(
        "interpolation = \"cubic\" needs an image without NaN and infinity, but {} of its voxels \
         are, the first at {:?}; repair the image or use \"linear\"",
        odd().count(),
        image.index_of(first)
    )))
}

/// Lowest and highest intensity that re-segmentation keeps.
fn limits(intensities: &[f64], settings: &Settings) -> [f64; 2] {
    let [low, high] = settings
        .resegment_range
        .unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
    let Some(sigma) = settings.resegment_sigma else {
        return [low, high];
    };
    let (mean, deviation) = mean_and_deviation(intensities);
    [
        low.max(mean - sigma * deviation),
        high.min(mean + sigma * deviation),
    ]
}

/// The region on another grid: the voxels that it covers to the threshold.
fn resample_region(
    roi: &Roi,
    grid: &Geometry,
    target: &Geometry,
    settings: &Settings,
) -> Result<Roi, Error> {
    // A box with one voxel of background around the region, as far as the
    // image reaches, and the part of the target inside it.
    let low = roi.lower().map(|at| at.saturating_sub(1));
    let high: [usize; 3] =
        std::array::from_fn(|axis| (roi.lower()[axis] + roi.size()[axis]).min(grid.size[axis] - 1));
    let part = |geometry: &Geometry, low: [usize; 3], high: [usize; 3]| Geometry {
        size: std::array::from_fn(|axis| (high[axis] + 1).saturating_sub(low[axis])),
        origin_mm: geometry.position_mm(low.map(|at| at as f64)),
        ..geometry.clone()
    };
    let positions = positions(grid, target)?;
    let first: [usize; 3] = std::array::from_fn(|axis| {
        let before = |&p: &f64| low[axis] > 0 && p < low[axis] as f64;
        positions[axis].partition_point(before)
    });
    let end: [usize; 3] = std::array::from_fn(|axis| {
        let until = |&p: &f64| high[axis] == grid.size[axis] - 1 || p <= high[axis] as f64;
        positions[axis].partition_point(until)
    });
    let missing = || Error::RoiTooSmall {
        label: settings.label,
        problem: format!(
            "its {} voxels cover no voxel of the new grid to mask_threshold = {}; lower \
             resample_mm or mask_threshold",
            roi.count(),
            settings.mask_threshold
        ),
    };
    if (0..3).any(|axis| end[axis] <= first[axis]) {
        return Err(missing());
    }
    let source = part(grid, low, high);
    let [nx, ny, nz] = source.size;
    let mut covered = Array3::zeros((nz, ny, nx));
    let shift: [usize; 3] = std::array::from_fn(|axis| roi.lower()[axis] - low[axis]);
    for [x, y, z] in roi.indices() {
        covered[[z + shift[2], y + shift[1], x + shift[0]]] = 1.0;
    }
    let target = part(target, first, end.map(|end| end - 1));
    let covered = Volume::new(covered, source)?;
    let covered = resample(&covered, &target, settings.mask_interpolation.kernel())?;
    // Products of weights may fall short by rounding.
    let threshold = settings.mask_threshold - 1e-9;
    let inside = covered.values().iter().map(|&share| share >= threshold);
    Roi::from_inside(first, target.size, target.spacing_mm, inside.collect()).ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(size: [usize; 3], value: impl Fn([usize; 3]) -> f64) -> Volume {
        let [nx, ny, nz] = size;
        let voxels = Array3::from_shape_fn((nz, ny, nx), |(z, y, x)| value([x, y, z]));
        Volume::new(voxels, Geometry::aligned(size, [1.0, 1.5, 2.0])).unwrap()
    }

    #[test]
    fn regions_are_resampled_as_whole_masks() {
        let settings = Settings::default();
        let size = [7, 6, 5];
        let shapes: [fn([usize; 3]) -> bool; 4] = [
            |[x, y, z]| x > 1 && x < 5 && y == 3 && z > 2,
            |[x, y, z]| (x + y + z) % 3 == 0,
            |[x, _, z]| x == 0 && z == 4,
            |_| true,
        ];
        for shape in shapes {
            let mask = volume(size, |i| f64::from(u8::from(shape(i))));
            let roi = Roi::select(&mask, 1).unwrap();
            for spacing in [[0.7, 0.0, 1.1], [2.0; 3], [1.3, 4.0, 0.0]] {
                let target = centre_aligned(mask.geometry(), spacing);
                let whole = resample(&mask, &target, settings.mask_interpolation.kernel());
                let inside = whole
                    .unwrap()
                    .map(|share| f64::from(u8::from(share >= 0.5 - 1e-9)));
                let expected = Roi::select(&inside, 1).ok();
                let found = resample_region(&roi, mask.geometry(), &target, &settings).ok();
                assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn both_ways_of_resegmentation_apply() {
        let image = volume([5, 1, 1], |[x, _, _]| [0.0, 1.0, 2.0, 3.0, 100.0][x]);
        let mask = volume([5, 1, 1], |_| 1.0);
        let roi = Roi::select(&mask, 1).unwrap();
        let kept = |range, sigma| {
            let settings = Settings {
                resegment_range: range,
                resegment_sigma: sigma,
                ..Settings::default()
            };
            prepare(&image, &roi, &settings).map(|prepared| prepared.intensities)
        };
        // Mean 21.2, deviation 39.4.
        assert_eq!(kept(None, Some(1.0)).unwrap(), [0.0, 1.0, 2.0, 3.0]);
        let low = Some([1.0, f64::INFINITY]);
        assert_eq!(kept(low, None).unwrap(), [1.0, 2.0, 3.0, 100.0]);
        assert_eq!(kept(low, Some(1.0)).unwrap(), [1.0, 2.0, 3.0]);
        let message = kept(Some([4.0, 5.0]), None).unwrap_err().to_string();
        assert!(
            message.contains("are 0 to 100, kept are 4 to 5"),
            "{message}"
        );
    }

    #[test]
    fn what_is_no_number_stays_where_it_is() {
        let image = volume(
            [9, 9, 9],
            |[x, y, z]| if x == 0 { f64::NAN } else { (y + z) as f64 },
        );
        let mask = volume([9, 9, 9], |[x, _, _]| f64::from(u8::from(x > 4)));
        let roi = Roi::select(&mask, 1).unwrap();
        let with = |interpolation, resample_mm| {
            let settings = Settings {
                interpolation,
                resample_mm,
                ..Settings::default()
            };
            prepare(&image, &roi, &settings).map(|prepared| prepared.intensities.len())
        };
        assert!(with(Interpolation::Linear, [2.0; 3]).is_ok());
        let message = with(Interpolation::Cubic, [2.0; 3])
            .unwrap_err()
            .to_string();
        assert!(message.contains("81 of its voxels"), "{message}");
        assert!(with(Interpolation::Cubic, [0.0; 3]).is_ok());
    }

    #[test]
    fn vanishing_regions_are_an_error() {
        let mask = volume([8, 8, 8], |i| f64::from(u8::from(i == [3, 3, 3])));
        let roi = Roi::select(&mask, 1).unwrap();
        let settings = Settings {
            resample_mm: [4.0, 6.0, 8.0],
            ..Settings::default()
        };
        let message = prepare(&mask, &roi, &settings).err().unwrap().to_string();
        assert!(message.contains("resample_mm"), "{message}");
    }
}
