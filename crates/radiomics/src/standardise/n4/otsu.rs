//! A threshold between dark and bright.

use super::super::foreground::failed;
use crate::features::order::range;
use crate::{Error, Volume};

/// Bins of the histogram.
const BINS: usize = 200;

/// Whether voxels are brighter than Otsu's threshold, which of the edges of 200
/// bins from the least to the greatest value parts the histogram into two
/// classes that differ most (Otsu 1979, IEEE Trans SMC 9, 62-66).
pub(super) fn above(image: &Volume) -> Result<Vec<bool>, Error> {
    let values = image.values();
    let odd = values.iter().filter(|v| !v.is_finite()).count();
    let [least, most] = range(values);
    let width = (most - least) / BINS as f64;
    if odd > 0 || !(width > 0.0 && width.is_finite()) {
        return failed(format!(
            "a bias field needs a mask here: {odd} voxels are NaN or infinite, the others go \
             from {least} to {most}"
        ));
    }
    let mut counts = [0usize; BINS];
    for &value in values {
        counts[(((value - least) / width) as usize).min(BINS - 1)] += 1;
    }
    let total = values.len() as f64;
    let level = |bin: usize| bin as f64 + 0.5;
    let moment: f64 = (0..BINS).map(|bin| level(bin) * counts[bin] as f64).sum();
    let (mut below, mut below_moment) = (0.0, 0.0);
    let (mut best, mut threshold) = (0.0, least);
    for (bin, &count) in counts.iter().enumerate().take(BINS - 1) {
        below += count as f64;
        below_moment += level(bin) * count as f64;
        let above = total - below;
        if below == 0.0 || above == 0.0 {
            continue;
        }
        let gap = below_moment / below - (moment - below_moment) / above;
        let between = below * above * gap * gap;
        if between > best {
            (best, threshold) = (between, least + (bin + 1) as f64 * width);
        }
    }
    Ok(values.iter().map(|&value| value > threshold).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standardise::tests::row;

    #[test]
    fn two_classes_are_parted() {
        let image = row(&[0.0, 1.0, 2.0, 1.0, 90.0, 100.0, 95.0]);
        let expected = [false, false, false, false, true, true, true];
        assert_eq!(above(&image).unwrap(), expected);
        for odd in [&[1.0, 1.0][..], &[1.0, f64::NAN], &[1.0, f64::INFINITY]] {
            assert!(above(&row(odd)).is_err());
        }
    }
}
