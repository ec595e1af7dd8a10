//! What to extract and how; names follow PyRadiomics' parameters.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::number;

/// The largest neighbour distance: the number of directions grows with its
/// square.
const MAX_DISTANCE: usize = 20;

/// A family of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeatureClass {
    /// Size and form of the region; no intensities.
    Shape,
    /// Distribution of the intensities; no positions.
    FirstOrder,
    /// Grey level co-occurrence.
    Glcm,
}

impl FeatureClass {
    /// Every class, in output order.
    pub const ALL: [Self; 3] = [Self::Shape, Self::FirstOrder, Self::Glcm];

    /// Name in columns and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shape => "shape",
            Self::FirstOrder => "firstorder",
            Self::Glcm => "glcm",
        }
    }
}

/// Settings of an extraction. The defaults are PyRadiomics'.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Mask value of the region; 0 is background. Default 1.
    pub label: u32,
    /// Width of a grey level in intensity units; default 25.
    pub bin_width: f64,
    /// Number of grey levels instead of their width; where it is given,
    /// `bin_width` is not used (as in PyRadiomics).
    pub bin_count: Option<usize>,
    /// Added to the intensities in Energy, TotalEnergy and RootMeanSquared,
    /// in intensity units; default 0.
    pub voxel_array_shift: f64,
    /// Whether a pair of neighbours counts both ways; default true.
    pub symmetrical_glcm: bool,
    /// Neighbour distances in voxels, by the infinity norm; default `[1]`.
    pub distances: Vec<usize>,
    /// How far mask and image grid may differ: origin and spacing as a
    /// fraction of the image's x spacing, direction absolute; default 1e-6.
    pub geometry_tolerance: f64,
    /// Dimensions (1 to 3) in which the region must be more than one voxel
    /// wide; default 2.
    pub minimum_roi_dimensions: usize,
    /// The region must have more voxels than this; default none.
    pub minimum_roi_size: Option<usize>,
    /// Families to extract; the output order doesn't depend on the order here.
    pub classes: Vec<FeatureClass>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            label: 1,
            bin_width: 25.0,
            bin_count: None,
            voxel_array_shift: 0.0,
            symmetrical_glcm: true,
            distances: vec![1],
            geometry_tolerance: 1e-6,
            minimum_roi_dimensions: 2,
            minimum_roi_size: None,
            classes: FeatureClass::ALL.to_vec(),
        }
    }
}

impl Settings {
    /// Reads and validates TOML; what is absent takes its default.
    ///
    /// # Errors
    /// [`Error::Settings`] for an unknown key, a wrong type or a value out of
    /// range.
    ///
    /// ```
    /// let settings = radiomics::Settings::from_toml("bin_width = 10.0\nclasses = ['shape']")?;
    /// assert_eq!(settings.bin_width, 10.0);
    /// assert!(radiomics::Settings::from_toml("bin_widht = 10.0").is_err());
    /// # Ok::<(), radiomics::Error>(())
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        let settings: Self =
            toml::from_str(text).map_err(|error| Error::Settings(error.to_string()))?;
        settings.validate()?;
        Ok(settings)
    }

    /// Checks every value.
    ///
    /// # Errors
    /// [`Error::Settings`] that names the first setting out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let distance_ok = |d: &usize| (1..=MAX_DISTANCE).contains(d);
        let distinct = |i: usize| !self.distances[..i].contains(&self.distances[i]);
        let rules = [
            (
                self.label > 0,
                format!("label is {}; 0 is background, use 1 or more", self.label),
            ),
            (
                self.bin_width.is_finite() && self.bin_width > 0.0,
                format!(
                    "bin_width is {}; it must be positive and finite",
                    number(self.bin_width)
                ),
            ),
            (
                self.bin_count != Some(0),
                "bin_count is 0; it must be 1 or more".to_owned(),
            ),
            (
                self.voxel_array_shift.is_finite(),
                format!(
                    "voxel_array_shift is {}; it must be finite",
                    number(self.voxel_array_shift)
                ),
            ),
            (
                !self.distances.is_empty()
                    && self.distances.iter().all(distance_ok)
                    && (0..self.distances.len()).all(distinct),
                format!(
                    "distances is {:?}; it must list different whole numbers from 1 to \
                     {MAX_DISTANCE}",
                    self.distances
                ),
            ),
            (
                self.geometry_tolerance.is_finite() && self.geometry_tolerance >= 0.0,
                format!(
                    "geometry_tolerance is {}; it must be 0 or more and finite",
                    number(self.geometry_tolerance)
                ),
            ),
            (
                (1..=3).contains(&self.minimum_roi_dimensions),
                format!(
                    "minimum_roi_dimensions is {}; it must be 1, 2 or 3",
                    self.minimum_roi_dimensions
                ),
            ),
            (
                !self.classes.is_empty(),
                "classes is empty; name at least one".to_owned(),
            ),
        ];
        match rules.into_iter().find(|(holds, _)| !holds) {
            Some((_, problem)) => Err(Error::Settings(problem)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_survive_toml() {
        let settings = Settings::default();
        let text = toml::to_string(&settings).unwrap();
        assert_eq!(Settings::from_toml(&text).unwrap(), settings);
        assert_eq!(Settings::from_toml("").unwrap(), settings);
    }

    #[test]
    fn bad_values_are_named() {
        for (text, name) in [
            ("bin_width = 0.0", "bin_width"),
            ("bin_width = nan", "bin_width"),
            ("bin_width = inf", "bin_width"),
            ("bin_count = 0", "bin_count"),
            ("bin_count = -3", "bin_count"),
            ("label = 0", "label"),
            ("distances = []", "distances"),
            ("distances = [0]", "distances"),
            ("distances = [1, 1]", "distances"),
            ("distances = [1000]", "distances"),
            ("geometry_tolerance = -1.0", "geometry_tolerance"),
            ("geometry_tolerance = -1e300", "-1e300;"),
            ("minimum_roi_dimensions = 4", "minimum_roi_dimensions"),
            ("classes = []", "classes"),
            ("classes = ['glrlm']", "classes"),
            ("voxel_array_shift = nan", "voxel_array_shift"),
            ("weighting_norm = 'euclidean'", "weighting_norm"),
        ] {
            let message = Settings::from_toml(text).unwrap_err().to_string();
            assert!(message.contains(name), "{text}: {message}");
        }
    }
}
