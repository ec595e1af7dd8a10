//! What to extract and how; names follow PyRadiomics' parameters.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::classes::FeatureClass;
use super::image_types::ImageType;
use super::overrides::Overrides;
use super::sigma::Sigma;
use super::voxel_settings::VoxelSettings;
use crate::Error;
use crate::discretise::Binning;
use crate::filters::lbp::LbpMethod;
use crate::matrices::{Neighbourhood, Weighting};
use crate::resample::itk::Interpolator;

/// What [`Settings::resegment_range`] means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResegmentMode {
    /// Intensities.
    Absolute,
    /// Fractions of the region's maximum.
    Relative,
    /// Standard deviations from the region's mean.
    Sigma,
}

/// Settings of an extraction. The defaults are PyRadiomics'.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Mask value of the region; 0 is background. Default 1.
    pub label: u32,
    /// Channel of a mask with several, counted from 0; default 0. A mask with
    /// one is read as it is. It is for whoever reads the mask
    /// ([`crate::Protocol::mask_options`]).
    pub label_channel: Option<usize>,
    /// Width of a grey level in intensity units; default 25.
    pub bin_width: f64,
    /// Number of grey levels instead of their width; where it is given,
    /// `bin_width` is not used (as in PyRadiomics).
    pub bin_count: Option<usize>,
    /// Added to the intensities in Energy, TotalEnergy and RootMeanSquared,
    /// in intensity units; default 0.
    pub voxel_array_shift: f64,
    /// Whether the image is normalised first: mean 0, standard deviation 1
    /// over all its voxels; default false.
    pub normalize: bool,
    /// What a standard deviation is normalised to; default 1.
    pub normalize_scale: f64,
    /// Normalised values are cut at this many standard deviations from the
    /// mean; default none. Without `normalize` it has no effect.
    pub remove_outliers: Option<f64>,
    /// Voxel spacing (x, y, z) in mm to resample to; 0 keeps an axis. Default
    /// none: no resampling.
    pub resampled_pixel_spacing: Option<[f64; 3]>,
    /// How the image is resampled; default `sitkBSpline`. (A mask takes the
    /// nearest voxel.)
    pub interpolator: Interpolator,
    /// Voxels kept around the region where an image is resampled or
    /// pre-cropped; default 5.
    pub pad_distance: usize,
    /// Whether an image that isn't resampled is cropped around the region
    /// before filters; default false.
    pub pre_crop: bool,
    /// Voxels below the first or above the second number (optional) leave the
    /// region; default none do.
    pub resegment_range: Option<Vec<f64>>,
    /// What `resegment_range` means; default `absolute`.
    pub resegment_mode: ResegmentMode,
    /// Whether shape features too are those of the re-segmented region;
    /// default false.
    pub resegment_shape: bool,
    /// Whether textures stay within slices; default false.
    pub force_2d: bool,
    /// The axis across those slices: 0 is z, 1 y, 2 x. Default 0.
    pub force_2d_dimension: usize,
    /// Neighbour distances in voxels, by the infinity norm; default `[1]`.
    pub distances: Vec<usize>,
    /// Weights of the directions of glcm and glrlm, whose matrices are then
    /// merged; default none: features are averaged over directions.
    pub weighting_norm: Option<Weighting>,
    /// Whether a pair of neighbours counts both ways; default true.
    pub symmetrical_glcm: bool,
    /// Largest difference of grey levels of dependent voxels; default 0.
    pub gldm_a: u32,
    /// How far mask and image grid may differ: origin and spacing as a
    /// fraction of the image's x spacing, direction absolute; default 1e-6.
    pub geometry_tolerance: f64,
    /// Whether a mask on another grid is resampled on the image's; default
    /// false: it is refused.
    pub correct_mask: bool,
    /// Dimensions (1 to 3) in which the region must be more than one voxel
    /// wide; default 2.
    pub minimum_roi_dimensions: usize,
    /// The region must have more voxels than this; default none.
    pub minimum_roi_size: Option<usize>,
    /// Widths of the Gaussians of image type `log`, in mm; default none, so
    /// that there are no such images.
    pub sigma: Vec<Sigma>,
    /// Wavelet of image type `wavelet`, by its name in
    /// [`crate::filters::wavelet_bank`]; default `coif1`.
    pub wavelet: String,
    /// Levels of bands of that wavelet, 1 to 20; default 1.
    pub level: usize,
    /// Levels that go before without being given, up to 20; default 0.
    pub start_level: usize,
    /// Whether image type `gradient` is per mm, not per voxel; default true.
    pub gradient_use_spacing: bool,
    /// Distance of the neighbours of image type `lbp2d`, in voxels; default 1.
    pub lbp_2d_radius: f64,
    /// Number of those neighbours, 1 to 31; default 8.
    pub lbp_2d_samples: usize,
    /// What becomes of them; default `uniform`.
    pub lbp_2d_method: LbpMethod,
    /// Degrees of spherical harmonics, from 0 on, of image type `lbp3d`, 1 to
    /// 10; default 2.
    pub lbp_3d_levels: usize,
    /// Radius of its sphere of neighbours, in voxels; default 1.
    pub lbp_3d_icosphere_radius: f64,
    /// How often the faces of its icosahedron are cut in four, up to 5;
    /// default 1, which makes 42 neighbours.
    pub lbp_3d_icosphere_subdivision: usize,
    /// Whether `log` is made of the region's surroundings alone (8 sigma and 2
    /// voxels around its box), not of the whole image as in PyRadiomics: faster,
    /// and all but equal; default false. Other filters are the same either way.
    pub crop_filters: bool,
    /// Whether there are diagnostics; default true.
    pub additional_info: bool,
    /// Families to extract; the output order doesn't depend on the order
    /// here. Default all but `shape2D`.
    pub classes: Vec<FeatureClass>,
    /// For a family of which not all features are wanted: their names.
    pub features: BTreeMap<FeatureClass, Vec<String>>,
    /// Images to extract from, each with settings of its own; default
    /// `original`.
    pub image_types: BTreeMap<ImageType, Overrides>,
    /// What voxel maps need.
    pub voxel: VoxelSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            label: 1,
            label_channel: None,
            bin_width: 25.0,
            bin_count: None,
            voxel_array_shift: 0.0,
            normalize: false,
            normalize_scale: 1.0,
            remove_outliers: None,
            resampled_pixel_spacing: None,
            interpolator: Interpolator::BSpline,
            pad_distance: 5,
            pre_crop: false,
            resegment_range: None,
            resegment_mode: ResegmentMode::Absolute,
            resegment_shape: false,
            force_2d: false,
            force_2d_dimension: 0,
            distances: vec![1],
            weighting_norm: None,
            symmetrical_glcm: true,
            gldm_a: 0,
            geometry_tolerance: 1e-6,
            correct_mask: false,
            minimum_roi_dimensions: 2,
            minimum_roi_size: None,
            sigma: Vec::new(),
            wavelet: "coif1".to_owned(),
            level: 1,
            start_level: 0,
            gradient_use_spacing: true,
            lbp_2d_radius: 1.0,
            lbp_2d_samples: 8,
            lbp_2d_method: LbpMethod::Uniform,
            lbp_3d_levels: 2,
            lbp_3d_icosphere_radius: 1.0,
            lbp_3d_icosphere_subdivision: 1,
            crop_filters: false,
            additional_info: true,
            classes: FeatureClass::DEFAULT.to_vec(),
            features: BTreeMap::new(),
            image_types: BTreeMap::from([(ImageType::Original, Overrides::default())]),
            voxel: VoxelSettings::default(),
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

    /// How wide a grey level is.
    pub(crate) fn binning(&self) -> Binning {
        match self.bin_count {
            Some(bins) => Binning::Count(bins),
            None => Binning::Width(self.bin_width),
        }
    }

    /// The axis (0 = x) that neighbours don't leave, with `force_2d`.
    pub(crate) fn plane_normal(&self) -> Option<usize> {
        self.force_2d.then(|| 2 - self.force_2d_dimension)
    }

    /// What texture classes are told, for voxels of this spacing.
    pub(crate) fn neighbourhood(
        &self,
        distances: Vec<usize>,
        spacing_mm: [f64; 3],
    ) -> Neighbourhood {
        Neighbourhood {
            distances,
            plane_normal: self.plane_normal(),
            weighting: self.weighting_norm,
            symmetrical_glcm: self.symmetrical_glcm,
            gldm_a: self.gldm_a,
            spacing_mm,
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
    fn every_setting_survives_toml() {
        let settings = Settings {
            label_channel: Some(2),
            bin_count: Some(64),
            remove_outliers: Some(2.5),
            resampled_pixel_spacing: Some([1.0, 1.0, 0.0]),
            interpolator: Interpolator::WelchWindowedSinc,
            resegment_range: Some(vec![f64::NEG_INFINITY, 3.0]),
            resegment_mode: ResegmentMode::Sigma,
            weighting_norm: Some(Weighting::NoWeighting),
            minimum_roi_size: Some(10),
            classes: FeatureClass::ALL.to_vec(),
            features: BTreeMap::from([(FeatureClass::Glcm, vec!["Contrast".to_owned()])]),
            sigma: vec![Sigma::Whole(1), Sigma::Decimal(1.0), Sigma::Decimal(2.5)],
            image_types: BTreeMap::from([(
                ImageType::LoG,
                Overrides {
                    bin_width: Some(5.0),
                    distances: Some(vec![2]),
                    sigma: Some(vec![Sigma::Decimal(2.0), Sigma::Whole(3)]),
                    lbp_2d_method: Some(LbpMethod::Ror),
                    ..Overrides::default()
                },
            )]),
            voxel: VoxelSettings {
                voxel_batch: Some(100),
                ..VoxelSettings::default()
            },
            ..Settings::default()
        };
        let text = toml::to_string(&settings).unwrap();
        assert_eq!(Settings::from_toml(&text).unwrap(), settings);
    }
}
