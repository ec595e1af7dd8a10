//! What to extract and how, in IBSI's terms.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Family, Response};
use crate::Error;
use crate::discretise::Binning;
use crate::error::number;
use crate::features::intensity_volume::Levels;
use crate::matrices::Dimension;
use crate::resample::Kernel;

/// How to read between voxels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// The nearest voxel.
    Nearest,
    /// Linear along each axis.
    Linear,
    /// The cubic B-spline through the voxels.
    Cubic,
}

impl Interpolation {
    pub(super) fn kernel(self) -> Kernel {
        match self {
            Self::Nearest => Kernel::Nearest,
            Self::Linear => Kernel::Linear,
            Self::Cubic => Kernel::CubicBSpline,
        }
    }
}

/// Settings of an extraction by IBSI 1.
///
/// Fixed by IBSI's benchmark, and here: neighbours at Chebyshev distance 1,
/// symmetric co-occurrence, dependence of equal levels only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Mask value of the region; 0 is background. Default 1.
    pub label: u32,
    /// Spaces in which texture is counted, each with all its ways to merge:
    /// `"2D"`, `"2.5D"`, `"3D"`; default `["3D"]`.
    pub dimensions: Vec<Dimension>,
    /// New voxel spacing along x, y, z in mm; 0 (the default) keeps an axis.
    pub resample_mm: [f64; 3],
    /// How the image is resampled: `"nearest"`, `"linear"` (default) or
    /// `"cubic"`.
    pub interpolation: Interpolation,
    /// How the mask is resampled: `"nearest"` or `"linear"` (default).
    pub mask_interpolation: Interpolation,
    /// Coverage from which on a resampled voxel belongs to the region; above
    /// 0, at most 1; default 0.5.
    pub mask_threshold: f64,
    /// Whether intensities are rounded to whole numbers after resampling;
    /// default false.
    pub round_intensities: bool,
    /// Intensities (lowest, highest; both inclusive) that stay in the
    /// intensity mask; `-inf` and `inf` leave an end open. Default all. With
    /// `bin_width`, grey level 1 starts at the lowest.
    pub resegment_range: Option<[f64; 2]>,
    /// Intensities within so many standard deviations of the mean stay in the
    /// intensity mask (mean and deviation before any re-segmentation). Default
    /// all.
    pub resegment_sigma: Option<f64>,
    /// Width of a grey level in intensity units. Grey level 1 starts at the
    /// lower end of `resegment_range`; where that is open, at the region's
    /// minimum, and levels of different cases are not comparable.
    pub bin_width: Option<f64>,
    /// Number of grey levels from the region's minimum to its maximum; 32
    /// where neither this nor `bin_width` is given.
    pub bin_count: Option<usize>,
    /// Width of the intensity-volume histogram's bins; where neither this nor
    /// `ivh_bin_count` is given, it is made of the intensities as they are.
    pub ivh_bin_width: Option<f64>,
    /// Number of the intensity-volume histogram's bins.
    pub ivh_bin_count: Option<usize>,
    /// How far mask and image grid may differ: origin and spacing as a
    /// fraction of the image's x spacing, direction absolute; default 1e-6.
    pub geometry_tolerance: f64,
    /// Dimensions (1 to 3) in which the intensity mask must be more than one
    /// voxel wide; default 2.
    pub minimum_roi_dimensions: usize,
    /// The intensity mask must have more voxels than this; default none.
    pub minimum_roi_size: Option<usize>,
    /// Families to extract; the output order doesn't depend on the order here.
    pub families: Vec<Family>,
    /// Whether the image itself is measured, and not only its response maps;
    /// default true. Morphology is measured with it.
    pub measure_unfiltered: bool,
    /// Filters of IBSI 2 whose response maps are measured, each under a name of
    /// its own; `[[filters]]` in TOML. Default none.
    pub filters: Vec<Response>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            label: 1,
            dimensions: vec![Dimension::D3],
            resample_mm: [0.0; 3],
            interpolation: Interpolation::Linear,
            mask_interpolation: Interpolation::Linear,
            mask_threshold: 0.5,
            round_intensities: false,
            resegment_range: None,
            resegment_sigma: None,
            bin_width: None,
            bin_count: None,
            ivh_bin_width: None,
            ivh_bin_count: None,
            geometry_tolerance: 1e-6,
            minimum_roi_dimensions: 2,
            minimum_roi_size: None,
            families: Family::ALL.to_vec(),
            measure_unfiltered: true,
            filters: Vec::new(),
        }
    }
}

impl Settings {
    /// Grey levels where the settings don't say.
    const BIN_COUNT: usize = 32;

    /// Reads and validates TOML; what is absent takes its default.
    ///
    /// # Errors
    /// [`Error::Settings`] for an unknown key, a wrong type or a value out of
    /// range.
    ///
    /// ```
    /// use radiomics::ibsi::Settings;
    ///
    /// let settings = Settings::from_toml("resample_mm = [2, 2, 0]\nresegment_range = [-inf, 400]")?;
    /// assert_eq!(settings.resample_mm, [2.0, 2.0, 0.0]);
    /// assert!(Settings::from_toml("resample = 2").is_err());
    /// # Ok::<(), radiomics::Error>(())
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        let settings: Self =
            toml::from_str(text).map_err(|error| Error::Settings(error.to_string()))?;
        settings.validate()?;
        Ok(settings)
    }

    /// IBSI 1's configurations of its CT phantom, `ibsi-a` to `ibsi-e`, and those
    /// of IBSI 2's phase 2: `ibsi2-a` (slice by slice) and `ibsi2-b` (in space),
    /// each with all its filters.
    ///
    /// ```
    /// let settings = radiomics::ibsi::Settings::named("ibsi-c");
    /// assert_eq!(settings.and_then(|s| s.bin_width), Some(25.0));
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        let text = match name {
            "ibsi-a" => include_str!("../../presets/ibsi-a.toml"),
            "ibsi-b" => include_str!("../../presets/ibsi-b.toml"),
            "ibsi-c" => include_str!("../../presets/ibsi-c.toml"),
            "ibsi-d" => include_str!("../../presets/ibsi-d.toml"),
            "ibsi-e" => include_str!("../../presets/ibsi-e.toml"),
            "ibsi2-a" => include_str!("../../presets/ibsi2-a.toml"),
            "ibsi2-b" => include_str!("../../presets/ibsi2-b.toml"),
            _ => return None,
        };
        Self::from_toml(text).ok()
    }

    /// These settings with those of a TOML over them; a grey level's width
    /// takes the place of a number of levels, and the other way round.
    ///
    /// ```
    /// use radiomics::ibsi::Settings;
    ///
    /// let own = Settings::named("ibsi-d").and_then(|d| d.with_toml("bin_width = 10").ok());
    /// assert_eq!(own.map(|s| (s.bin_width, s.bin_count)), Some((Some(10.0), None)));
    /// ```
    ///
    /// # Errors
    /// As [`Self::from_toml`].
    pub fn with_toml(&self, text: &str) -> Result<Self, Error> {
        let told = |error: &dyn std::fmt::Display| Error::Settings(error.to_string());
        // Read alone first: its errors then name lines of this text.
        Self::from_toml(text)?;
        let over: toml::Table = text.parse().map_err(|error| told(&error))?;
        let mut both = toml::Table::try_from(self).map_err(|error| told(&error))?;
        for [width, count] in [
            ["bin_width", "bin_count"],
            ["ivh_bin_width", "ivh_bin_count"],
        ] {
            if over.contains_key(width) || over.contains_key(count) {
                both.remove(width);
                both.remove(count);
            }
        }
        both.extend(over);
        let settings: Self = both.try_into().map_err(|error| told(&error))?;
        settings.validate()?;
        Ok(settings)
    }

    /// Checks every value.
    ///
    /// # Errors
    /// [`Error::Settings`] that names the first setting out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let positive = |value: Option<f64>| value.is_none_or(|v| v.is_finite() && v > 0.0);
        let [x, y, z] = self.resample_mm;
        let given = |name: &str, value: Option<f64>| {
            let value = value.map_or("none".to_owned(), number);
            format!("{name} is {value}; it must be positive and finite")
        };
        let rules = [
            (
                self.label > 0,
                format!("label is {}; 0 is background, use 1 or more", self.label),
            ),
            (
                !self.dimensions.is_empty(),
                "dimensions is empty; name at least one of \"2D\", \"2.5D\" and \"3D\"".to_owned(),
            ),
            (
                self.resample_mm
                    .iter()
                    .all(|mm| mm.is_finite() && *mm >= 0.0),
                format!(
                    "resample_mm is [{}, {}, {}]; spacings must be positive and finite, or 0 to \
                     keep an axis",
                    number(x),
                    number(y),
                    number(z)
                ),
            ),
            (
                self.mask_interpolation != Interpolation::Cubic,
                "mask_interpolation is \"cubic\"; use \"linear\" or \"nearest\", a spline \
                 overshoots at a mask's border"
                    .to_owned(),
            ),
            (
                self.mask_threshold > 0.0 && self.mask_threshold <= 1.0,
                format!(
                    "mask_threshold is {}; it must be above 0 and at most 1",
                    number(self.mask_threshold)
                ),
            ),
            (
                self.resegment_range.is_none_or(|[low, high]| low <= high),
                "resegment_range must be [lowest, highest], -inf or inf for an open end".to_owned(),
            ),
            (
                positive(self.resegment_sigma),
                given("resegment_sigma", self.resegment_sigma),
            ),
            (positive(self.bin_width), given("bin_width", self.bin_width)),
            (
                self.bin_count != Some(0),
                "bin_count is 0; it must be 1 or more".to_owned(),
            ),
            (
                self.bin_width.is_none() || self.bin_count.is_none(),
                "bin_width and bin_count are both given; leave one out".to_owned(),
            ),
            (
                positive(self.ivh_bin_width),
                given("ivh_bin_width", self.ivh_bin_width),
            ),
            (
                self.ivh_bin_count.is_none_or(|bins| bins > 1),
                "ivh_bin_count must be 2 or more".to_owned(),
            ),
            (
                self.ivh_bin_width.is_none() || self.ivh_bin_count.is_none(),
                "ivh_bin_width and ivh_bin_count are both given; leave one out".to_owned(),
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
                !self.families.is_empty(),
                "families is empty; name at least one".to_owned(),
            ),
            (
                self.measure_unfiltered || !self.filters.is_empty(),
                "measure_unfiltered is false and there are no filters; nothing is left to measure"
                    .to_owned(),
            ),
        ];
        if let Some((_, problem)) = rules.into_iter().find(|(holds, _)| !holds) {
            return Err(Error::Settings(problem));
        }
        let mut names = BTreeSet::new();
        for response in &self.filters {
            response.validate()?;
            if !names.insert(response.name()) {
                return Err(Error::Settings(format!(
                    "two filters have the name `{}`; give one of them another `name`",
                    response.name()
                )));
            }
        }
        Ok(())
    }

    pub(super) fn binning(&self) -> Binning {
        self.binning_or(None, None)
    }

    /// The binning of a response map.
    pub(super) fn binning_of(&self, response: &Response) -> Binning {
        self.binning_or(response.bin_width, response.bin_count)
    }

    fn binning_or(&self, width: Option<f64>, count: Option<usize>) -> Binning {
        match (width, count, self.bin_width) {
            (Some(width), ..) | (None, None, Some(width)) => Binning::Width(width),
            (None, Some(count), _) => Binning::Count(count),
            (None, None, None) => Binning::Count(self.bin_count.unwrap_or(Self::BIN_COUNT)),
        }
    }

    pub(super) fn ivh_levels(&self) -> Levels {
        match (self.ivh_bin_width, self.ivh_bin_count) {
            (Some(width), _) => Levels::Width(width),
            (None, Some(bins)) => Levels::Count(bins),
            (None, None) => Levels::AsIs,
        }
    }

    /// The finite ends of `resegment_range`.
    pub(super) fn range(&self) -> [Option<f64>; 2] {
        let end = |end: usize| self.resegment_range.map(|range| range[end]);
        [0, 1].map(|i| end(i).filter(|value| value.is_finite()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_and_names_are_valid_and_survive_toml() {
        let named = |name: &&str| Settings::named(name);
        let presets = [
            "ibsi-a", "ibsi-b", "ibsi-c", "ibsi-d", "ibsi-e", "ibsi2-a", "ibsi2-b",
        ];
        let presets: Vec<_> = presets.iter().filter_map(named).collect();
        assert_eq!(presets.len(), 7);
        for settings in presets.iter().chain([&Settings::default()]) {
            let text = toml::to_string(settings).unwrap();
            assert_eq!(&Settings::from_toml(&text).unwrap(), settings);
        }
        assert_eq!(Settings::from_toml("").unwrap(), Settings::default());
        assert_eq!(Settings::named("ibsi-f"), None);
    }

    #[test]
    fn filters_survive_toml() {
        let text = "[[filters]]\nkind = 'laws'\nkernels = ['L5', 'E5']\npooling = 'max'\n\
                    bin_width = 0.5\n[[filters]]\nkind = 'log'\nsigma_mm = 3\nname = 'fine'";
        let settings = Settings::from_toml(text).unwrap();
        let names: Vec<_> = settings.filters.iter().map(Response::name).collect();
        assert_eq!(names, ["laws_2d_L5E5_max", "fine"]);
        let binning = |at: usize| settings.binning_of(&settings.filters[at]);
        assert_eq!(binning(0), Binning::Width(0.5));
        assert_eq!(binning(1), Binning::Count(32));
        let again = toml::to_string(&settings).unwrap();
        assert_eq!(Settings::from_toml(&again).unwrap(), settings);
        assert_eq!(Settings::default().with_toml(text).unwrap(), settings);
    }

    #[test]
    fn bad_values_are_named() {
        for (text, name) in [
            ("label = 0", "label"),
            ("dimensions = []", "dimensions"),
            ("dimensions = ['4D']", "4D"),
            ("resample_mm = [1, 1, -1]", "resample_mm"),
            ("resample_mm = [1, 1, nan]", "resample_mm"),
            ("resample_mm = [1, 1]", "resample_mm"),
            ("interpolation = 'sinc'", "interpolation"),
            ("mask_interpolation = 'cubic'", "mask_interpolation"),
            ("mask_threshold = 0", "mask_threshold"),
            ("mask_threshold = nan", "mask_threshold"),
            ("resegment_range = [400, -500]", "resegment_range"),
            ("resegment_range = [nan, 5]", "resegment_range"),
            ("resegment_sigma = 0", "resegment_sigma"),
            ("bin_width = inf", "bin_width"),
            ("bin_count = 0", "bin_count"),
            ("bin_count = 8\nbin_width = 5", "bin_count"),
            ("ivh_bin_width = -1", "ivh_bin_width"),
            ("ivh_bin_count = 1", "ivh_bin_count"),
            ("ivh_bin_count = 10\nivh_bin_width = 5", "ivh_bin_count"),
            ("geometry_tolerance = -1", "geometry_tolerance"),
            ("minimum_roi_dimensions = 4", "minimum_roi_dimensions"),
            ("families = []", "families"),
            ("families = ['gldm']", "gldm"),
            ("measure_unfiltered = false", "measure_unfiltered"),
            (
                "[[filters]]\nkind = 'mean'\nsupport_voxels = 2",
                "support_voxels",
            ),
            (
                "[[filters]]\nkind = 'mean'\nsupport_voxels = 3\nbins = 2",
                "bins",
            ),
            (
                "[[filters]]\nkind = 'log'\nsigma_mm = 1\nname = 'a b'",
                "name must be",
            ),
            (
                "[[filters]]\nkind = 'log'\nsigma_mm = 1\nfamilies = ['morphology']",
                "morphology",
            ),
            (
                "[[filters]]\nkind = 'log'\nsigma_mm = 1\nbin_count = 8\nbin_width = 2",
                "bin_count",
            ),
            (
                "[[filters]]\nkind = 'log'\nsigma_mm = 1\n[[filters]]\nkind = 'log'\n\
                 sigma_mm = 1",
                "log_3d_sigma1mm",
            ),
        ] {
            let message = Settings::from_toml(text).unwrap_err().to_string();
            assert!(message.contains(name), "{text}: {message}");
        }
    }
}
