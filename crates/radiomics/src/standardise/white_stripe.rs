//! Intensities on the scale of normal-appearing white matter.

use super::Sequence;
use super::density::{Density, without_tail};
use super::foreground::{failed, intensities};
use super::zscore::Scale;
use crate::error::number;
use crate::features::order::{ascending, percentile};
use crate::{Error, Volume};

/// How far the stripe reaches around the peak, as a share of the voxels.
const WIDTH: f64 = 0.05;

/// The share of voxels that the last peak is looked for in.
const LAST_OF: f64 = 0.96;

/// The share of voxels that the first peak is looked for in.
const FIRST_OF: f64 = 0.99;

/// The scale of white matter (Shinohara et al. 2014, NeuroImage: Clinical 6,
/// 9-19): mean and population standard deviation of the voxels in the white
/// stripe.
///
/// Of the voxels where the mask is above 0 (without a mask of those brighter
/// than the mean of the whole image) the density is smoothed with a Gaussian
/// kernel of Scott's bandwidth, sd (over n - 1) n^(-1/5), and taken at 80
/// points. White matter is its last peak in T1 (of the darkest 96 % of the
/// voxels), its highest in T2 and FLAIR, its first in PD (of the darkest
/// 99 %). With q the share of voxels below the peak, the stripe holds those
/// between the quantiles q - 0.05 and q + 0.05, both excluded. As
/// intensity-normalization, but that the highest peak must not be an end of
/// the histogram, and that voxels outside of the mask are never in the stripe.
///
/// # Errors
/// [`Error::NotNormalisable`] for a mask on another grid, empty or with NaN;
/// NaN or infinity where it is looked at; a histogram without a peak; a stripe
/// without voxels or without a spread.
pub fn white_stripe(
    image: &Volume,
    mask: Option<&Volume>,
    sequence: Sequence,
) -> Result<Scale, Error> {
    let values = intensities(image, mask)?;
    let sorted = ascending(&values);
    let Some(peak) = white_matter(&sorted, sequence) else {
        return failed(format!(
            "the histogram of its {} foreground voxels has no peak that could be white matter; \
             give a brain mask, or standardise with zscore or nyul",
            values.len()
        ));
    };
    let below = sorted.partition_point(|&value| value < peak);
    let q = below as f64 / sorted.len() as f64;
    let quantile = |q: f64| percentile(sorted.len(), q.clamp(0.0, 1.0), |rank| sorted[rank]);
    let (low, high) = (quantile(q - WIDTH), quantile(q + WIDTH));
    let inside = |value: &f64| low < *value && *value < high;
    let stripe: Vec<f64> = values.into_iter().filter(inside).collect();
    if stripe.is_empty() {
        return failed(format!(
            "no voxel lies in the white stripe, between {} and {}: its intensities take too few \
             values; standardise with zscore",
            number(low),
            number(high)
        ));
    }
    Scale::of(&stripe, "the white stripe")
}

fn white_matter(sorted: &[f64], sequence: Sequence) -> Option<f64> {
    let peaks = |q: f64| Density::of(without_tail(sorted, q)).map(|density| density.peaks());
    let peak = match sequence {
        Sequence::T1 => peaks(LAST_OF)?.last().copied(),
        Sequence::Pd => peaks(FIRST_OF)?.first().copied(),
        Sequence::T2 | Sequence::Flair => peaks(1.0)?
            .into_iter()
            .reduce(|best, peak| if peak[1] > best[1] { peak } else { best }),
    };
    peak.map(|peak| peak[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standardise::tests::row;

    /// Triangular peaks: centre, half width, height.
    fn tissues(peaks: &[[i32; 3]]) -> Vec<f64> {
        let mut values = Vec::new();
        for &[centre, half, height] in peaks {
            for offset in -half..=half {
                let count = height * (half - offset.abs()) / half;
                values.extend((0..count).map(|_| f64::from(centre + offset)));
            }
        }
        values
    }

    #[test]
    fn each_sequence_has_its_peak() {
        let values = tissues(&[[100, 30, 40], [200, 30, 90], [300, 30, 60]]);
        let image = row(&values);
        let mask = row(&vec![1.0; values.len()]);
        for (sequence, expected) in [
            (Sequence::Pd, 100.0),
            (Sequence::T2, 200.0),
            (Sequence::Flair, 200.0),
            (Sequence::T1, 300.0),
        ] {
            let scale = white_stripe(&image, Some(&mask), sequence).unwrap();
            assert!(
                (scale.mean - expected).abs() < 6.0,
                "{sequence:?} {scale:?}"
            );
            assert!(scale.sd < 12.0, "{sequence:?} {scale:?}");
        }
    }

    #[test]
    fn scanners_units_cancel() {
        let values = tissues(&[[100, 40, 40], [220, 30, 70]]);
        let mask = row(&vec![1.0; values.len()]);
        let image = row(&values);
        let other: Vec<f64> = values.iter().map(|v| 2.0 * v + 64.0).collect();
        let other = row(&other);
        let z = |image: &Volume| {
            let scale = white_stripe(image, Some(&mask), Sequence::T1).unwrap();
            scale.apply(image)
        };
        for (a, b) in z(&image).values().iter().zip(z(&other).values()) {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }

    #[test]
    fn images_without_white_matter_are_refused() {
        let problem = |values: &[f64]| {
            let mask = row(&vec![1.0; values.len()]);
            let result = white_stripe(&row(values), Some(&mask), Sequence::T1);
            result.unwrap_err().to_string()
        };
        assert!(problem(&[5.0; 9]).contains("no peak"));
        let steep: Vec<f64> = (0..1000).map(|i| f64::from(u8::from(i > 0))).collect();
        assert!(problem(&steep).contains("no peak"));
        assert!(problem(&[0.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0]).contains("stripe"));
    }
}
