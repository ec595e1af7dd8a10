//! Which values settings may have.

use super::classes::FeatureClass;
use super::filter_checks;
use super::settings::Settings;
use crate::Error;
use crate::error::number;

/// The largest neighbour distance: the number of directions grows with its
/// square.
const MAX_DISTANCE: usize = 100;

impl Settings {
    /// Checks every value.
    ///
    /// # Errors
    /// [`Error::Settings`] that names the first setting out of range.
    pub fn validate(&self) -> Result<(), Error> {
        self.values()
            .and_then(|()| self.names())
            .and_then(|()| {
                let own = self.image_types.values();
                own.map(|own| self.of_image_type(own))
                    .try_for_each(|merged| merged.values())
            })
            .map_err(Error::Settings)
    }

    fn values(&self) -> Result<(), String> {
        let holds = |holds: bool, problem: String| if holds { Ok(()) } else { Err(problem) };
        let positive = |name: &str, value: f64| {
            holds(
                value.is_finite() && value > 0.0,
                format!(
                    "{name} is {}; it must be positive and finite",
                    number(value)
                ),
            )
        };
        let at_least_one = |name: &str, value: Option<usize>| {
            holds(
                value != Some(0),
                format!("{name} is 0; it must be 1 or more"),
            )
        };
        holds(
            self.label > 0,
            format!("label is {}; 0 is background, use 1 or more", self.label),
        )?;
        positive("bin_width", self.bin_width)?;
        at_least_one("bin_count", self.bin_count)?;
        holds(
            self.voxel_array_shift.is_finite(),
            format!(
                "voxel_array_shift is {}; it must be finite",
                number(self.voxel_array_shift)
            ),
        )?;
        positive("normalize_scale", self.normalize_scale)?;
        positive("remove_outliers", self.remove_outliers.unwrap_or(1.0))?;
        if let Some(spacing) = self.resampled_pixel_spacing {
            holds(
                spacing.iter().all(|s| s.is_finite() && *s >= 0.0),
                format!(
                    "resampled_pixel_spacing is {spacing:?}; it must be three finite numbers (x, \
                     y, z), 0 or more"
                ),
            )?;
        }
        if let Some(range) = &self.resegment_range {
            holds(
                (1..=2).contains(&range.len()) && range.iter().all(|bound| !bound.is_nan()),
                format!("resegment_range is {range:?}; it must be one or two numbers"),
            )?;
        }
        holds(
            self.force_2d_dimension <= 2,
            format!(
                "force_2d_dimension is {}; it must be 0 (z), 1 (y) or 2 (x)",
                self.force_2d_dimension
            ),
        )?;
        let distance_ok = |d: &usize| (1..=MAX_DISTANCE).contains(d);
        let distinct = |i: usize| !self.distances[..i].contains(&self.distances[i]);
        holds(
            !self.distances.is_empty()
                && self.distances.iter().all(distance_ok)
                && (0..self.distances.len()).all(distinct),
            format!(
                "distances is {:?}; it must list different whole numbers from 1 to {MAX_DISTANCE}",
                self.distances
            ),
        )?;
        holds(
            self.geometry_tolerance.is_finite() && self.geometry_tolerance >= 0.0,
            format!(
                "geometry_tolerance is {}; it must be 0 or more and finite",
                number(self.geometry_tolerance)
            ),
        )?;
        holds(
            (1..=3).contains(&self.minimum_roi_dimensions),
            format!(
                "minimum_roi_dimensions is {}; it must be 1, 2 or 3",
                self.minimum_roi_dimensions
            ),
        )?;
        filter_checks::check(self)?;
        at_least_one("kernel_radius", Some(self.voxel.kernel_radius))?;
        at_least_one("voxel_batch", self.voxel.voxel_batch)
    }

    fn names(&self) -> Result<(), String> {
        if self.classes.is_empty() {
            return Err("classes is empty; name at least one".to_owned());
        }
        if self.image_types.is_empty() {
            return Err("image_types is empty; name at least one".to_owned());
        }
        for (class, names) in &self.features {
            let class_name = class.name();
            if !self.classes.contains(class) {
                return Err(format!(
                    "features names some of {class_name}, which is not among classes"
                ));
            }
            if names.is_empty() {
                return Err(format!(
                    "features.{class_name} is empty; leave it out for all features"
                ));
            }
            for name in names {
                check_name(*class, name)?;
            }
        }
        Ok(())
    }
}

/// Whether a class has a feature, be it one without a value.
pub(super) fn check_name(class: FeatureClass, name: &str) -> Result<(), String> {
    let known = class.features();
    let removed = class.removed().iter().map(|(name, _)| *name);
    if removed
        .chain(known.iter().copied())
        .any(|known| known == name)
    {
        return Ok(());
    }
    Err(format!(
        "{} has no feature {name:?}; it has {}",
        class.name(),
        known.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("classes = ['gldzm']", "classes"),
            ("voxel_array_shift = nan", "voxel_array_shift"),
            ("weighting_norm = 'l2'", "weighting_norm"),
            ("normalize_scale = 0", "normalize_scale"),
            ("remove_outliers = -1", "remove_outliers"),
            (
                "resampled_pixel_spacing = [1, 1]",
                "resampled_pixel_spacing",
            ),
            (
                "resampled_pixel_spacing = [1, 1, -1]",
                "resampled_pixel_spacing",
            ),
            ("interpolator = 'linear'", "sitkLinear"),
            ("resegment_range = [1, 2, 3]", "resegment_range"),
            ("resegment_mode = 'Sigma'", "resegment_mode"),
            ("force_2d_dimension = 3", "force_2d_dimension"),
            ("voxel = { kernel_radius = 0 }", "kernel_radius"),
            ("voxel = { radius = 1 }", "radius"),
            ("image_types = { laplacian = {} }", "laplacian"),
            ("image_types = {}", "image_types"),
            (
                "image_types = { original = { bin_width = 0 } }",
                "bin_width",
            ),
            ("image_types = { original = { label = 2 } }", "label"),
            (
                "features = { glcm = ['Average'] }",
                "no feature \"Average\"",
            ),
            ("features = { glcm = [] }", "features.glcm"),
            ("features = { shape2D = [] }", "shape2D"),
        ] {
            let message = Settings::from_toml(text).unwrap_err().to_string();
            assert!(message.contains(name), "{text}: {message}");
        }
    }

    #[test]
    fn features_without_a_value_are_known() {
        let text = "features = { glcm = ['Homogeneity1', 'Contrast'] }";
        assert!(Settings::from_toml(text).is_ok());
    }
}
