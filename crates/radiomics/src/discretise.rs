//! Intensities to grey levels, with PyRadiomics' bin edges.
//!
//! NumPy computes the edges in the image's precision; whether it is single
//! matters where an intensity lies within rounding of an edge that isn't a
//! binary fraction. (For images of whole numbers NumPy 2 lets edges overflow
//! the image's type; here they don't.)

use crate::error::number;
use crate::{Error, Storage};

/// More bins than this have no use: a setting is wrong then.
const MAX_BINS: usize = 1 << 20;

/// Grey levels of a region: level n holds `edges[n-1] <= value < edges[n]`.
#[derive(Debug, Clone, PartialEq)]
pub struct GreyLevels {
    /// Level of each voxel, from 1, in the order of the intensities.
    pub levels: Vec<u32>,
    /// The levels that occur, ascending.
    pub present: Vec<u32>,
    /// How many voxels have each level of `present`.
    pub counts: Vec<usize>,
}

impl GreyLevels {
    /// Counts levels (from 1) that have been assigned.
    pub fn of(levels: Vec<u32>) -> Self {
        let highest = levels.iter().copied().max().unwrap_or(0);
        let mut histogram = vec![0usize; highest as usize + 1];
        for &level in &levels {
            histogram[level as usize] += 1;
        }
        let occupied = (0u32..).zip(histogram).filter(|&(_, count)| count > 0);
        let (present, counts) = occupied.unzip();
        Self {
            levels,
            present,
            counts,
        }
    }
}

/// How wide a grey level is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Binning {
    /// In units of the intensities; positive.
    Width(f64),
    /// A fixed number of levels over the region's range; positive.
    Count(usize),
}

/// Discretises the intensities of a region (finite, not empty) in double
/// precision.
///
/// - Bin width w: edges at `low + i w`, low = the multiple of w at or below
///   the minimum, up to the first at or above maximum + w
///   (`numpy.arange(low, maximum + 2 w, w)`).
/// - Bin count n: n equal bins from minimum to maximum, the last one closed
///   (`numpy.histogram`'s edges); a flat region lies in the middle of
///   minimum ± 0.5.
///
/// # Errors
/// [`Error::TooManyLevels`] for more than 2^20 bins.
pub fn discretise(intensities: &[f64], binning: Binning) -> Result<GreyLevels, Error> {
    discretise_stored(intensities, binning, Storage::Double)
}

/// [`discretise`] with edges in the precision of the image.
///
/// # Errors
/// As [`discretise`].
pub fn discretise_stored(
    intensities: &[f64],
    binning: Binning,
    storage: Storage,
) -> Result<GreyLevels, Error> {
    let minimum = intensities.iter().copied().fold(f64::INFINITY, f64::min);
    let maximum = intensities
        .iter()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    // Whole numbers are binned in double precision.
    let round = |value: f64| match storage {
        Storage::Single => storage.store(value),
        _ => value,
    };
    let edges = match binning {
        Binning::Count(bins) => edges_of_count(minimum, maximum, bins, round)?,
        Binning::Width(width) => edges_of_width(minimum, maximum, width, round)?,
    };
    let levels: Vec<u32> = intensities
        .iter()
        .map(|&value| level(value, &edges))
        .collect();
    Ok(GreyLevels::of(levels))
}

/// `round` is what the image's precision does to each result.
fn edges_of_width(
    minimum: f64,
    maximum: f64,
    width: f64,
    round: impl Fn(f64) -> f64,
) -> Result<Vec<f64>, Error> {
    let narrow = round(width);
    let low = round(minimum - round(python_modulo(minimum, narrow)));
    let high = round(maximum + round(2.0 * width));
    let length = round(round(high - low) / narrow).ceil();
    check_bins(length)?;
    // numpy.arange multiplies by the difference of its first two elements.
    let step = round(low + narrow) - low;
    if step <= 0.0 {
        return Err(Error::Settings(format!(
            "bin_width {} is lost in rounding beside the intensity {}; raise it",
            number(width),
            number(minimum)
        )));
    }
    Ok((0..length as usize)
        .map(|i| low + i as f64 * step)
        .collect())
}

fn edges_of_count(
    minimum: f64,
    maximum: f64,
    bins: usize,
    round: impl Fn(f64) -> f64,
) -> Result<Vec<f64>, Error> {
    check_bins(bins as f64)?;
    let (low, high) = if minimum == maximum {
        (round(minimum - 0.5), round(maximum + 0.5))
    } else {
        (minimum, maximum)
    };
    let step = round(round(high - low) / bins as f64);
    let mut edges: Vec<f64> = (0..bins)
        .map(|i| round(round(i as f64 * step) + low))
        .collect();
    // The maximum belongs to the last bin.
    edges.push(round(high + 1.0));
    Ok(edges)
}

fn check_bins(bins: f64) -> Result<(), Error> {
    // Written so that NaN and infinity fail too.
    if bins <= MAX_BINS as f64 {
        return Ok(());
    }
    Err(Error::TooManyLevels {
        levels: bins,
        most: MAX_BINS,
        what: "binning",
    })
}

/// Number of edges at or below a value (`numpy.digitize`).
fn level(value: f64, edges: &[f64]) -> u32 {
    // Edges are all but equidistant: guess, then step to the right place.
    let width = edges.get(1).map_or(1.0, |second| second - edges[0]);
    let guess = ((value - edges[0]) / width) as usize;
    let mut n = (guess + 1).min(edges.len());
    while n > 1 && edges[n - 1] > value {
        n -= 1;
    }
    while n < edges.len() && edges[n] <= value {
        n += 1;
    }
    // `edges[0]` is at or below every value, and `check_bins` bounds n.
    n as u32
}

/// Remainder with the sign of the divisor, as Python's `%`.
fn python_modulo(value: f64, divisor: f64) -> f64 {
    let remainder = value % divisor;
    if remainder < 0.0 {
        remainder + divisor
    } else {
        remainder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(values: &[f64], width: f64, count: Option<usize>) -> Vec<u32> {
        let binning = count.map_or(Binning::Width(width), Binning::Count);
        discretise(values, binning).unwrap().levels
    }

    #[test]
    fn widths_start_at_a_multiple_below_the_minimum() {
        assert_eq!(
            levels(&[-30.0, -25.0, -0.1, 0.0, 24.9, 25.0], 25.0, None),
            [1, 2, 2, 3, 3, 4]
        );
        assert_eq!(levels(&[468.0, 474.9, 475.0], 25.0, None), [1, 1, 2]);
        assert_eq!(levels(&[50.0, 50.0], 25.0, None), [1, 1]);
    }

    #[test]
    fn counts_close_the_last_bin() {
        // numpy.histogram([0, 1, 2, 3, 4], 4): edges 0, 1, 2, 3, 4.
        assert_eq!(
            levels(&[0.0, 1.0, 2.0, 3.0, 4.0], 25.0, Some(4)),
            [1, 2, 3, 4, 4]
        );
        assert_eq!(levels(&[7.0, 7.0], 25.0, Some(4)), [3, 3]);
    }

    #[test]
    fn edges_are_of_the_precision_of_the_image() {
        // PyRadiomics' getBinEdges under NumPy 2.4, values in single precision.
        let levels = |values: [f64; 5], binning, storage| {
            let values = values.map(|v| f64::from(v as f32));
            discretise_stored(&values, binning, storage).unwrap().levels
        };
        let width = Binning::Width(0.1);
        for (values, binning, single, double) in [
            (
                [0.0, 0.1, 0.3, 0.7, 1.0],
                width,
                [1, 2, 4, 7, 10],
                [1, 2, 4, 7, 11],
            ),
            (
                [-0.3, 0.1, 0.3, 0.6, 0.9],
                width,
                [2, 6, 8, 11, 14],
                [1, 6, 8, 11, 13],
            ),
            (
                [0.0, 0.1, 0.3, 0.7, 1.0],
                Binning::Count(10),
                [1, 2, 4, 8, 10],
                [1, 2, 4, 7, 10],
            ),
        ] {
            assert_eq!(levels(values, binning, Storage::Single), single);
            assert_eq!(levels(values, binning, Storage::Double), double);
        }
    }

    #[test]
    fn levels_that_occur_are_counted() {
        let grey = discretise(&[1.0, 80.0, 2.0], Binning::Width(25.0)).unwrap();
        assert_eq!((grey.present, grey.counts), (vec![1, 4], vec![2, 1]));
    }

    #[test]
    fn too_many_bins_are_an_error() {
        let narrow = Binning::Width(1e-9);
        assert!(discretise(&[0.0, 1e9], narrow).is_err());
        assert!(discretise(&[1e300, 1e300], narrow).is_err());
        assert!(discretise(&[0.0, 1.0], Binning::Count(usize::MAX)).is_err());
        // The span overflows.
        assert!(discretise(&[-1.7e308, 1.7e308], Binning::Width(25.0)).is_err());
    }
}
