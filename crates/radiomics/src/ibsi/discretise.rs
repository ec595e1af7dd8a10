//! Intensities to grey levels, as IBSI has it.

use crate::Error;
use crate::discretise::{Binning, GreyLevels};
use crate::features::order::range;

/// More bins than this have no use: a setting is wrong then.
const MAX_BINS: usize = 1 << 20;

/// Discretises the intensities of a region (finite, not empty). Source: IBSI
/// reference manual, section 2.7.
///
/// - Bin width w: level floor((x - start) / w) + 1; `start` is at or below
///   every intensity.
/// - Bin count n: level floor(n (x - min) / (max - min)) + 1, the maximum in
///   level n; a flat region has level 1.
///
/// # Errors
/// [`Error::TooManyLevels`] for more than 2^20 bins.
pub(super) fn discretise(
    intensities: &[f64],
    binning: Binning,
    start: Option<f64>,
) -> Result<GreyLevels, Error> {
    let [minimum, maximum] = range(intensities);
    let (start, extent) = (start.unwrap_or(minimum), maximum - minimum);
    let bins = match binning {
        Binning::Width(width) => ((maximum - start) / width).floor() + 1.0,
        Binning::Count(bins) if (bins as f64 * extent).is_finite() => bins as f64,
        Binning::Count(_) => f64::INFINITY,
    };
    // Written so that NaN and infinity fail too.
    let allowed = bins <= MAX_BINS as f64;
    if !allowed {
        return Err(Error::TooManyLevels {
            levels: bins,
            most: MAX_BINS,
            what: "binning",
        });
    }
    let level = |&value: &f64| {
        let bin = match binning {
            Binning::Width(width) => (value - start) / width,
            Binning::Count(_) if extent == 0.0 => 0.0,
            Binning::Count(_) => (bins * (value - minimum) / extent).min(bins - 1.0),
        };
        bin as u32 + 1
    };
    Ok(GreyLevels::of(intensities.iter().map(level).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(intensities: &[f64], binning: Binning, start: Option<f64>) -> Vec<u32> {
        discretise(intensities, binning, start).unwrap().levels
    }

    #[test]
    fn widths_start_at_the_bound_or_the_minimum() {
        let values = [-30.0, -5.1, -5.0, 20.0];
        assert_eq!(levels(&values, Binning::Width(25.0), None), [1, 1, 2, 3]);
        assert_eq!(
            levels(&values, Binning::Width(25.0), Some(-100.0)),
            [3, 4, 4, 5]
        );
    }

    #[test]
    fn counts_close_the_last_bin() {
        let values = [0.0, 1.0, 2.0, 3.9, 4.0];
        assert_eq!(levels(&values, Binning::Count(4), None), [1, 2, 3, 4, 4]);
        // The lower bound has no part in it.
        assert_eq!(
            levels(&values, Binning::Count(2), Some(-9.0)),
            [1, 1, 2, 2, 2]
        );
        assert_eq!(levels(&[7.0, 7.0], Binning::Count(4), None), [1, 1]);
    }

    #[test]
    fn too_many_bins_are_an_error() {
        for (values, binning) in [
            ([0.0, 1e9], Binning::Width(1e-3)),
            ([-1.7e308, 1.7e308], Binning::Width(25.0)),
            ([0.0, 1.0], Binning::Count(usize::MAX)),
        ] {
            assert!(discretise(&values, binning, None).is_err());
        }
        let wide = [-1.7e308, 1.7e308];
        assert!(discretise(&wide, Binning::Count(32), None).is_err());
    }
}
