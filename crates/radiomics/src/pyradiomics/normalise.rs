//! An image's values on the scale of their own spread.

use std::borrow::Cow;

use super::settings::Settings;
use crate::error::number;
use crate::{Error, Storage, Volume};

/// (x - mean) / sd, cut at so many sd, times the scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Normalisation {
    mean: f64,
    /// 1 / sd.
    factor: f64,
    cut: f64,
    scale: f64,
}

impl Normalisation {
    /// By mean and standard deviation (over n - 1) of all voxels.
    ///
    /// # Errors
    /// [`Error::NotNormalisable`] when all are the same or some are not
    /// finite.
    pub(super) fn of(image: &Volume, settings: &Settings) -> Result<Self, Error> {
        let values = image.values();
        let n = values.len() as f64;
        // ITK's formula, on sums that are as good as exact: where whole
        // numbers fall on the edges of bins, the last bit decides.
        let total = compensated_sum(values, |value| value);
        let squares = compensated_sum(values, |value| value * value);
        let mean = total / n;
        if !squares.is_finite() {
            let odd = values.iter().filter(|value| !value.is_finite()).count();
            return Err(Error::NotNormalisable(format!(
                "{odd} of its voxels are NaN or infinite, and mean and standard deviation are \
                 over all of them; repair the image"
            )));
        }
        let sd = ((squares - total * total / n) / (n - 1.0)).sqrt();
        let factor = 1.0 / sd;
        if !(sd > 0.0 && factor.is_finite()) {
            return Err(Error::NotNormalisable(format!(
                "the standard deviation of its voxels is {}; switch normalize off",
                number(sd)
            )));
        }
        Ok(Self {
            mean,
            factor,
            cut: settings.remove_outliers.unwrap_or(f64::INFINITY),
            scale: settings.normalize_scale,
        })
    }

    pub(super) fn apply(&self, value: f64) -> f64 {
        ((value - self.mean) * self.factor).clamp(-self.cut, self.cut) * self.scale
    }
}

/// The image after `normalize`, `normalize_scale` and `remove_outliers`; the
/// image as it is where the settings don't ask for them.
///
/// # Errors
/// [`Error::NotNormalisable`] for an image without a spread.
pub fn normalised<'a>(image: &'a Volume, settings: &Settings) -> Result<Cow<'a, Volume>, Error> {
    if !settings.normalize {
        return Ok(Cow::Borrowed(image));
    }
    let normalisation = Normalisation::of(image, settings)?;
    let values = image.clone().map(|value| normalisation.apply(value));
    Ok(Cow::Owned(values.stored_as(Storage::Double)))
}

/// Sum of a term over values, the rounding of each step carried along; in
/// lanes for speed. Not finite when a term isn't.
fn compensated_sum(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    const LANES: usize = 8;
    let (mut sums, mut rests) = ([0.0; LANES], [0.0; LANES]);
    let mut add = |lane: usize, value: f64| {
        let sum = sums[lane] + value;
        let back = sum - value;
        rests[lane] += (sums[lane] - back) + (value - (sum - back));
        sums[lane] = sum;
    };
    let (chunks, last) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &value) in chunk.iter().enumerate() {
            add(lane, term(value));
        }
    }
    for &value in last {
        add(0, term(value));
    }
    let total = sums.into_iter().reduce(|a, b| {
        let sum = a + b;
        let back = sum - b;
        rests[0] += (a - back) + (b - (sum - back));
        sum
    });
    total.unwrap_or(0.0) + rests.iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::Geometry;

    fn row(values: &[f64]) -> Volume {
        let voxels = Array3::from_shape_vec((1, 1, values.len()), values.to_vec()).unwrap();
        Volume::new(voxels, Geometry::aligned([values.len(), 1, 1], [1.0; 3])).unwrap()
    }

    #[test]
    fn values_are_in_standard_deviations() {
        // Mean 3, standard deviation sqrt(10 / 4).
        let settings = Settings {
            normalize_scale: 100.0,
            remove_outliers: Some(1.0),
            ..Settings::default()
        };
        let image = row(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        let normalisation = Normalisation::of(&image, &settings).unwrap();
        let found = [3.0, 4.0, 5.0, -9.0].map(|value| normalisation.apply(value));
        let expected = [0.0, 100.0 / 2.5f64.sqrt(), 100.0, -100.0];
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found}");
        }
    }

    #[test]
    fn sums_lose_nothing() {
        let values: Vec<f64> = (0..1000)
            .flat_map(|i| [1e16, f64::from(i), -1e16])
            .collect();
        assert_eq!(compensated_sum(&values, |value| value), 499_500.0);
    }

    #[test]
    fn images_without_a_spread_are_refused() {
        let settings = Settings::default();
        for values in [
            &[7.0, 7.0][..],
            &[1.0],
            &[1.0, f64::NAN],
            &[0.0, f64::INFINITY],
        ] {
            let error = Normalisation::of(&row(values), &settings).unwrap_err();
            assert!(matches!(error, Error::NotNormalisable(_)), "{error}");
        }
    }
}
