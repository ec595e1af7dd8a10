//! Which voxels stay in the region for their intensity.

use super::settings::{ResegmentMode, Settings};
use crate::{Error, Roi, Storage};

/// The part of a region whose intensities lie in the range of the settings,
/// bounds included, and its intensities.
///
/// Bounds are of the precision in which the image is stored, as NumPy has
/// them.
///
/// # Errors
/// [`Error::RoiTooSmall`] when fewer than two voxels stay.
pub(super) fn resegmented(
    roi: &Roi,
    intensities: &[f64],
    range: &[f64],
    settings: &Settings,
    storage: Storage,
) -> Result<(Roi, Vec<f64>), Error> {
    let (low, high) = bounds(intensities, range, settings.resegment_mode, storage);
    let inside = |value: f64| low <= value && value <= high;
    let kept: Vec<f64> = intensities.iter().copied().filter(|&v| inside(v)).collect();
    match roi.subset(intensities.iter().map(|&value| inside(value))) {
        Some(part) if kept.len() > 1 => Ok((part, kept)),
        _ => Err(Error::RoiTooSmall {
            label: settings.label,
            problem: format!(
                "{} of its {} voxels lie within resegment_range ({low} to {high}), two or more \
                 are needed",
                kept.len(),
                roi.count()
            ),
        }),
    }
}

fn bounds(intensities: &[f64], range: &[f64], mode: ResegmentMode, storage: Storage) -> (f64, f64) {
    // Whole numbers are compared in double precision.
    let store = |value: f64| match storage {
        Storage::Single => storage.store(value),
        _ => value,
    };
    let n = intensities.len() as f64;
    let bound = |factor: f64| match mode {
        ResegmentMode::Absolute => store(factor),
        ResegmentMode::Relative => {
            let maximum = intensities
                .iter()
                .copied()
                .fold(f64::NEG_INFINITY, f64::max);
            store(maximum * store(factor))
        }
        ResegmentMode::Sigma => {
            let mean = intensities.iter().sum::<f64>() / n;
            let squares = intensities.iter().map(|value| (value - mean).powi(2));
            let sd = (squares.sum::<f64>() / n).sqrt();
            store(store(mean) + store(store(sd) * store(factor)))
        }
    };
    let factors = (
        range.iter().copied().fold(f64::INFINITY, f64::min),
        range.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    );
    let upper = if range.len() > 1 {
        bound(factors.1)
    } else {
        f64::INFINITY
    };
    (bound(factors.0), upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_mean_what_their_mode_says() {
        // Mean 3, standard deviation sqrt(2).
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        let of = |range: &[f64], mode| bounds(&values, range, mode, Storage::Double);
        assert_eq!(of(&[4.0, 2.0], ResegmentMode::Absolute), (2.0, 4.0));
        assert_eq!(of(&[2.0], ResegmentMode::Absolute), (2.0, f64::INFINITY));
        assert_eq!(of(&[0.2, 0.5], ResegmentMode::Relative), (1.0, 2.5));
        let (low, high) = of(&[-1.0, 2.0], ResegmentMode::Sigma);
        assert!((low - (3.0 - 2f64.sqrt())).abs() < 1e-15);
        assert!((high - (3.0 + 8f64.sqrt())).abs() < 1e-15);
    }

    #[test]
    fn bounds_are_stored_as_the_image_is() {
        // 0.7 of 5 is 3.5 in single precision and just less in double.
        let (low, _) = bounds(&[5.0], &[0.7], ResegmentMode::Relative, Storage::Single);
        assert_eq!(low, f64::from(5.0f32 * 0.7f32));
        let (low, _) = bounds(&[5.0], &[0.1], ResegmentMode::Absolute, Storage::Single);
        assert_eq!(low, f64::from(0.1f32));
    }
}
