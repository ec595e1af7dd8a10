//! Histograms brought to the mean histogram of a cohort, piece by piece.

mod file;
mod mapping;

pub use file::{VERSION, from_json, to_json};

use serde::{Deserialize, Serialize};

use super::foreground::{failed, intensities};
use crate::error::number;
use crate::features::order::{ascending, percentile};
use crate::{Error, Storage, Volume};
use mapping::Mapping;

/// The percentiles that Nyul and Udupa match: 1, the deciles from 10 to 90,
/// 99.
pub const PERCENTILES: [f64; 11] = [
    1.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 99.0,
];

/// The standard scale's ends.
pub const SCALE: [f64; 2] = [0.0, 100.0];

/// How landmarks are learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct Nyul {
    /// Percentiles that become landmarks, ascending, in % from 0 to 100; at
    /// least two.
    pub percentiles: Vec<f64>,
    /// Where the first and the last of them come to lie.
    pub scale: [f64; 2],
}

impl Default for Nyul {
    fn default() -> Self {
        Self {
            percentiles: PERCENTILES.to_vec(),
            scale: SCALE,
        }
    }
}

impl Nyul {
    /// Checks percentiles and scale.
    ///
    /// # Errors
    /// [`Error::Settings`] with what is wrong.
    pub fn validate(&self) -> Result<(), Error> {
        check_percentiles(&self.percentiles).map_err(refused)?;
        let [low, high] = self.scale;
        if low < high && (high - low).is_finite() {
            return Ok(());
        }
        Err(refused(format!(
            "the standard scale from {} to {} must rise and be finite",
            number(low),
            number(high)
        )))
    }

    /// The percentiles of an image's voxels where the mask is above 0, without
    /// a mask of those brighter than the mean of the whole image; linear
    /// between order statistics, as numpy's.
    ///
    /// # Errors
    /// [`Error::Settings`] of [`Self::validate`]; [`Error::NotNormalisable`]
    /// for a mask on another grid, empty or with NaN, NaN or infinity where it
    /// is looked at, and images whose first and last percentile are the same.
    pub fn measure(&self, image: &Volume, mask: Option<&Volume>) -> Result<Vec<f64>, Error> {
        self.validate()?;
        measure(&self.percentiles, image, mask)
    }

    /// The landmarks of a cohort from each image's percentiles: these are
    /// brought linearly to the standard scale, the first to its lower and the
    /// last to its upper end, and averaged.
    ///
    /// Of training images only: landmarks that have seen a test patient leak
    /// it into the features. The images' order does not change a bit.
    ///
    /// # Errors
    /// [`Error::Settings`] of [`Self::validate`], for no images, and for
    /// percentiles that are of another number, not finite, falling, or flat.
    pub fn fit(&self, images: &[Vec<f64>]) -> Result<NyulLandmarks, Error> {
        self.validate()?;
        if images.is_empty() {
            return Err(refused("no training image to learn them from".to_owned()));
        }
        for (image, found) in (1..).zip(images) {
            check_rising(found, self.percentiles.len())
                .and_then(|()| check_ends(found))
                .map_err(|problem| refused(format!("training image {image}: {problem}")))?;
        }
        let landmarks = (0..self.percentiles.len()).map(|k| self.landmark(images, k));
        Ok(NyulLandmarks {
            images: images.len(),
            percentiles: self.percentiles.clone(),
            landmarks: landmarks.collect(),
        })
    }

    fn landmark(&self, images: &[Vec<f64>], k: usize) -> f64 {
        let [low, high] = self.scale;
        let last = self.percentiles.len() - 1;
        if k == 0 || k == last {
            return self.scale[k.min(1)];
        }
        let scaled = images.iter().map(|found| {
            let share = (found[k] - found[0]) / (found[last] - found[0]);
            low + share * (high - low)
        });
        // In ascending order the sum is the same for any order of the images.
        let mut scaled: Vec<f64> = scaled.collect();
        scaled.sort_unstable_by(f64::total_cmp);
        let mean = scaled.iter().sum::<f64>() / images.len() as f64;
        mean.clamp(low, high)
    }
}

/// Where the percentiles of an image come to lie on the standard scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "file::Unchecked")]
pub struct NyulLandmarks {
    images: usize,
    percentiles: Vec<f64>,
    landmarks: Vec<f64>,
}

impl NyulLandmarks {
    /// [`Nyul::fit`] with the default percentiles, 1, 10, 20, ..., 90, 99, and
    /// scale, 0 to 100.
    ///
    /// # Errors
    /// As [`Nyul::fit`].
    pub fn fit(images: &[Vec<f64>]) -> Result<Self, Error> {
        Nyul::default().fit(images)
    }

    /// Checked landmarks: percentiles ascending from 0 to 100, landmarks never
    /// falling and the last above the first.
    ///
    /// # Errors
    /// [`Error::Settings`] with what is wrong.
    pub fn new(images: usize, percentiles: Vec<f64>, landmarks: Vec<f64>) -> Result<Self, Error> {
        check_percentiles(&percentiles)
            .and_then(|()| check_rising(&landmarks, percentiles.len()))
            .and_then(|()| check_ends(&landmarks))
            .map_err(refused)?;
        Ok(Self {
            images,
            percentiles,
            landmarks,
        })
    }

    /// How many images they were learnt from.
    pub fn images(&self) -> usize {
        self.images
    }

    /// The percentiles, in %.
    pub fn percentiles(&self) -> &[f64] {
        &self.percentiles
    }

    /// Where each percentile comes to lie.
    pub fn landmarks(&self) -> &[f64] {
        &self.landmarks
    }

    /// The image on the standard scale, in double precision: its percentiles
    /// (of the voxels where the mask is above 0, without a mask of those
    /// brighter than the mean) go to the landmarks, and what lies between
    /// moves along linearly. Below the first and above the last percentile the
    /// first and last piece go on as straight lines. Percentiles that are equal
    /// in the image go to the mean of their landmarks.
    ///
    /// # Errors
    /// [`Error::NotNormalisable`] as [`Nyul::measure`].
    pub fn apply(&self, image: &Volume, mask: Option<&Volume>) -> Result<Volume, Error> {
        let found = measure(&self.percentiles, image, mask)?;
        let Some(mapping) = Mapping::new(&found, &self.landmarks) else {
            return failed("two of its percentiles are almost the same; rescale it".to_owned());
        };
        let mapped = image.clone().map(|value| mapping.at(value));
        Ok(mapped.stored_as(Storage::Double))
    }
}

fn measure(percentiles: &[f64], image: &Volume, mask: Option<&Volume>) -> Result<Vec<f64>, Error> {
    let sorted = ascending(&intensities(image, mask)?);
    let of = |q: &f64| percentile(sorted.len(), q / 100.0, |rank| sorted[rank]);
    let found: Vec<f64> = percentiles.iter().map(of).collect();
    match check_ends(&found) {
        Ok(()) => Ok(found),
        Err(problem) => failed(format!(
            "{problem}: its {} foreground voxels are flat; give a larger brain mask",
            sorted.len()
        )),
    }
}

fn refused(problem: String) -> Error {
    Error::Settings(format!("Nyul landmarks: {problem}"))
}

fn check_percentiles(percentiles: &[f64]) -> Result<(), String> {
    let inside = percentiles.iter().all(|q| (0.0..=100.0).contains(q));
    let rising = percentiles.windows(2).all(|pair| pair[0] < pair[1]);
    if percentiles.len() >= 2 && inside && rising {
        return Ok(());
    }
    Err("give two or more percentiles from 0 to 100 in ascending order".to_owned())
}

fn check_rising(values: &[f64], wanted: usize) -> Result<(), String> {
    if values.len() != wanted {
        let n = values.len();
        return Err(format!("{n} values for {wanted} percentiles"));
    }
    if let Some(odd) = values.iter().find(|value| !value.is_finite()) {
        return Err(format!("{} among the values", number(*odd)));
    }
    match values.windows(2).find(|pair| pair[0] > pair[1]) {
        Some(pair) => Err(format!(
            "the values fall from {} to {}",
            number(pair[0]),
            number(pair[1])
        )),
        None => Ok(()),
    }
}

fn check_ends(values: &[f64]) -> Result<(), String> {
    let (Some(first), Some(last)) = (values.first(), values.last()) else {
        return Err("there are no values".to_owned());
    };
    if first < last && (last - first).is_finite() {
        return Ok(());
    }
    Err(format!(
        "the first percentile is {} and the last {}",
        number(*first),
        number(*last)
    ))
}

#[cfg(test)]
mod tests;
