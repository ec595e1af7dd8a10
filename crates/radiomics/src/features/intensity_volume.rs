//! The intensity-volume histogram: which share of the region has at least
//! which intensity.
//!
//! Source: IBSI reference manual, section 3.5.

use crate::Error;
use crate::features::{Definition, ibsi};

/// Why a value is missing.
pub const UNDEFINED: &str = "all intensities of the histogram's range are the same";

/// On which intensities the histogram stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Levels {
    /// As they are: a step of 1 where all are whole numbers, else of 0.
    AsIs,
    /// Centres of bins of this width from the range's lower end on.
    Width(f64),
    /// Numbers (from 1) of so many equal bins from minimum to maximum.
    Count(usize),
}

/// What the features are made of.
#[derive(Debug, Clone)]
pub struct IntensityVolume {
    /// Levels of the voxels, ascending.
    ascending: Vec<f64>,
    /// Ends of the range that counts as 0 to 1.
    low: f64,
    high: f64,
    /// From a level to the next.
    step: f64,
}

impl IntensityVolume {
    /// Measures intensities (ascending, finite, at least one). `range` is the
    /// range they may have; an end that is missing is that of the intensities.
    ///
    /// # Errors
    /// [`Error::TooManyLevels`] when a bin width gives more than 2^53 bins, so
    /// that their numbers are not exact.
    pub fn of(ascending: &[f64], range: [Option<f64>; 2], levels: Levels) -> Result<Self, Error> {
        let ends = [ascending[0], ascending[ascending.len() - 1]];
        let [low, high] = [0, 1].map(|end| range[end].unwrap_or(ends[end]));
        Ok(match levels {
            Levels::AsIs => {
                let whole = ascending.iter().all(|value| value.fract() == 0.0);
                Self {
                    ascending: ascending.to_vec(),
                    low,
                    high,
                    step: f64::from(u8::from(whole)),
                }
            }
            Levels::Width(width) => {
                let bins = ((high - low) / width).ceil() + 1.0;
                check_bins(bins)?;
                let centre = |bin: f64| low + (bin + 0.5) * width;
                let of = |value: f64| centre(((value - low) / width).floor());
                Self {
                    ascending: ascending.iter().map(|&value| of(value)).collect(),
                    low: centre(0.0),
                    high: centre(bins - 1.0),
                    step: width,
                }
            }
            Levels::Count(bins) => {
                let bins = bins as f64;
                check_bins(bins * (ends[1] - ends[0]).max(1.0))?;

                // A flat region divides 0 by 0: its one level is 1.
                let bin = |value: f64| bins * (value - ends[0]) / (ends[1] - ends[0]);
                let of = |value: f64| bin(value).max(0.0).floor() + 1.0;
                Self {
                    ascending: ascending.iter().map(|&value| of(value).min(bins)).collect(),
                    low: 1.0,
                    high: bins,
                    step: 1.0,
                }
            }
        })
    }

    /// Share of the region with at least this fraction of the range.
    fn volume(&self, fraction: f64) -> f64 {
        let extent = self.high - self.low;
        if extent == 0.0 {
            return f64::NAN;
        }
        let below = |&value: &f64| (value - self.low) / extent < fraction;
        let first = self.ascending.partition_point(below);
        self.share(self.ascending.len() - first)
    }

    /// The least level that at most this share of the region has or exceeds.
    fn intensity(&self, share: f64) -> f64 {
        let n = self.ascending.len();
        let mut most = (share * n as f64) as usize;
        while self.share(most + 1) <= share {
            most += 1;
        }
        while self.share(most) > share {
            most -= 1;
        }
        // One voxel too many has this level or more.
        self.ascending[n - 1 - most] + self.step
    }

    /// Area under the trapezoids between the levels, range and volume from 0
    /// to 1. In closed form, as the sum over levels of the share of voxels
    /// above is the mean.
    fn area(&self) -> f64 {
        let mean = self.ascending.iter().sum::<f64>() / self.ascending.len() as f64;
        let above = |&value: &f64| value < self.high;
        let at_end = self.ascending.len() - self.ascending.partition_point(above);
        let ends = self.step / 2.0 * (1.0 - self.share(at_end));
        let extent = self.high - self.low;
        if extent == 0.0 {
            return f64::NAN;
        }
        (mean - self.low + ends) / extent
    }

    fn share(&self, voxels: usize) -> f64 {
        voxels as f64 / self.ascending.len() as f64
    }
}

fn check_bins(bins: f64) -> Result<(), Error> {
    const MOST: usize = 1 << 53;
    // Written so that NaN and infinity fail too.
    if bins <= MOST as f64 {
        return Ok(());
    }
    Err(Error::TooManyLevels {
        levels: bins,
        most: MOST,
        what: "the intensity-volume histogram",
    })
}

/// The features, in IBSI's order.
pub const FEATURES: [Definition<IntensityVolume>; 7] = [
    ibsi(
        "ivh_v10",
        "BC2M_10",
        "1",
        "share of the region with at least 10 % of the intensity range",
        |h| h.volume(0.1),
    ),
    ibsi(
        "ivh_v90",
        "BC2M_90",
        "1",
        "share of the region with at least 90 % of the intensity range",
        |h| h.volume(0.9),
    ),
    ibsi(
        "ivh_i10",
        "GBPN_10",
        "I",
        "least intensity that at most 10 % of the region have",
        |h| h.intensity(0.1),
    ),
    ibsi(
        "ivh_i90",
        "GBPN_90",
        "I",
        "least intensity that at most 90 % of the region have",
        |h| h.intensity(0.9),
    ),
    ibsi("ivh_diff_v10_v90", "DDTU", "1", "ivh_v10 - ivh_v90", |h| {
        h.volume(0.1) - h.volume(0.9)
    }),
    ibsi("ivh_diff_i10_i90", "CNV2", "I", "ivh_i10 - ivh_i90", |h| {
        h.intensity(0.1) - h.intensity(0.9)
    }),
    ibsi(
        "ivh_auc",
        "9CMM",
        "1",
        "area under share of the region over fraction of the range",
        |h| h.area(),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn values(ascending: &[f64], range: [Option<f64>; 2], levels: Levels) -> Vec<f64> {
        let histogram = IntensityVolume::of(ascending, range, levels).unwrap();
        FEATURES.iter().map(|f| (f.value)(&histogram)).collect()
    }

    /// Shares at levels 0, 1, 2, 3, 4 of the range 0 to 4: 1, 1, 0.6, 0.2, 0.
    #[test]
    fn a_small_region_by_hand() {
        let found = values(
            &[1.0, 1.0, 2.0, 2.0, 3.0],
            [Some(0.0), Some(4.0)],
            Levels::AsIs,
        );
        let area = (0.5 + 1.0 + 0.6 + 0.2) / 4.0;
        let expected = [1.0, 0.0, 4.0, 2.0, 1.0, 2.0, area];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{found} {expected}");
        }
        // The range's ends default to those of the region.
        let found = values(&[1.0, 1.0, 2.0, 2.0, 3.0], [None, None], Levels::AsIs);
        let area = (0.5 + 0.6 + 0.1) / 2.0;
        let expected = [0.6, 0.2, 4.0, 2.0, 0.4, 2.0, area];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{found} {expected}");
        }
    }

    #[test]
    fn bins_are_known_by_centre_or_number() {
        let ascending = [0.0, 1.0, 2.4, 2.5, 9.9];
        let range = [Some(0.0), Some(10.0)];
        let by_width = values(&ascending, range, Levels::Width(2.5));
        // Levels 1.25 (three), 3.75, 8.75; range 1.25 to 11.25.
        assert_eq!(by_width[..4], [0.4, 0.0, 11.25, 3.75]);
        let by_count = values(&ascending, range, Levels::Count(4));
        // Bins of 2.475: levels 1 (three), 2, 4.
        assert_eq!(by_count[..4], [0.4, 0.2, 5.0, 2.0]);
    }

    #[test]
    fn fractions_step_by_nothing() {
        let found = values(&[0.0, 0.25, 0.5, 1.0], [None, None], Levels::AsIs);
        assert_eq!(found[..4], [0.75, 0.25, 1.0, 0.0]);
        assert_eq!(found[6], 0.4375);
    }

    #[test]
    fn flat_regions_have_no_range() {
        let found = values(&[3.0, 3.0], [None, None], Levels::AsIs);
        assert!(found[0].is_nan() && found[4].is_nan() && found[6].is_nan());
        assert_eq!((found[2], found[5]), (4.0, 0.0));
        let found = values(&[3.0, 3.0], [None, None], Levels::Count(10));
        assert_eq!(found[..2], [0.0, 0.0]);
        assert!(IntensityVolume::of(&[0.0, 1.0], [None, None], Levels::Width(1e-300)).is_err());
    }
}
