//! Settings of single image types.

use serde::{Deserialize, Serialize};

use super::settings::Settings;
use super::sigma::Sigma;
use crate::filters::lbp::LbpMethod;
use crate::matrices::Weighting;

/// Settings for one image type; what is absent is as for all. (Other settings
/// take effect before images are made.)
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Overrides {
    /// As [`Settings::bin_width`].
    pub bin_width: Option<f64>,
    /// As [`Settings::bin_count`].
    pub bin_count: Option<usize>,
    /// As [`Settings::voxel_array_shift`].
    pub voxel_array_shift: Option<f64>,
    /// As [`Settings::force_2d`]; not for shape2D.
    pub force_2d: Option<bool>,
    /// As [`Settings::force_2d_dimension`]; not for shape2D.
    pub force_2d_dimension: Option<usize>,
    /// As [`Settings::distances`].
    pub distances: Option<Vec<usize>>,
    /// As [`Settings::weighting_norm`].
    pub weighting_norm: Option<Weighting>,
    /// As [`Settings::symmetrical_glcm`].
    pub symmetrical_glcm: Option<bool>,
    /// As [`Settings::gldm_a`].
    pub gldm_a: Option<u32>,
    /// As [`Settings::sigma`].
    pub sigma: Option<Vec<Sigma>>,
    /// As [`Settings::wavelet`].
    pub wavelet: Option<String>,
    /// As [`Settings::level`].
    pub level: Option<usize>,
    /// As [`Settings::start_level`].
    pub start_level: Option<usize>,
    /// As [`Settings::gradient_use_spacing`].
    pub gradient_use_spacing: Option<bool>,
    /// As [`Settings::lbp_2d_radius`].
    pub lbp_2d_radius: Option<f64>,
    /// As [`Settings::lbp_2d_samples`].
    pub lbp_2d_samples: Option<usize>,
    /// As [`Settings::lbp_2d_method`].
    pub lbp_2d_method: Option<LbpMethod>,
    /// As [`Settings::lbp_3d_levels`].
    pub lbp_3d_levels: Option<usize>,
    /// As [`Settings::lbp_3d_icosphere_radius`].
    pub lbp_3d_icosphere_radius: Option<f64>,
    /// As [`Settings::lbp_3d_icosphere_subdivision`].
    pub lbp_3d_icosphere_subdivision: Option<usize>,
}

impl Settings {
    /// The settings with those of an image type put over them.
    #[must_use]
    pub fn of_image_type(&self, overrides: &Overrides) -> Self {
        let mut merged = self.clone();
        let own = overrides.clone();
        put(own.bin_width, &mut merged.bin_width);
        put(own.bin_count.map(Some), &mut merged.bin_count);
        put(own.voxel_array_shift, &mut merged.voxel_array_shift);
        put(own.force_2d, &mut merged.force_2d);
        put(own.force_2d_dimension, &mut merged.force_2d_dimension);
        put(own.distances, &mut merged.distances);
        put(own.weighting_norm.map(Some), &mut merged.weighting_norm);
        put(own.symmetrical_glcm, &mut merged.symmetrical_glcm);
        put(own.gldm_a, &mut merged.gldm_a);
        put(own.sigma, &mut merged.sigma);
        put(own.wavelet, &mut merged.wavelet);
        put(own.level, &mut merged.level);
        put(own.start_level, &mut merged.start_level);
        put(own.gradient_use_spacing, &mut merged.gradient_use_spacing);
        put(own.lbp_2d_radius, &mut merged.lbp_2d_radius);
        put(own.lbp_2d_samples, &mut merged.lbp_2d_samples);
        put(own.lbp_2d_method, &mut merged.lbp_2d_method);
        put(own.lbp_3d_levels, &mut merged.lbp_3d_levels);
        put(
            own.lbp_3d_icosphere_radius,
            &mut merged.lbp_3d_icosphere_radius,
        );
        put(
            own.lbp_3d_icosphere_subdivision,
            &mut merged.lbp_3d_icosphere_subdivision,
        );
        merged
    }
}

fn put<T>(own: Option<T>, general: &mut T) {
    if let Some(own) = own {
        *general = own;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_types_put_their_settings_over_the_others() {
        let settings = Settings {
            bin_count: Some(8),
            ..Settings::default()
        };
        let own = Overrides {
            bin_width: Some(5.0),
            force_2d: Some(true),
            level: Some(2),
            ..Overrides::default()
        };
        let merged = settings.of_image_type(&own);
        assert_eq!((merged.bin_width, merged.bin_count), (5.0, Some(8)));
        assert!(merged.force_2d && merged.symmetrical_glcm);
        assert_eq!((merged.level, merged.start_level), (2, 0));
    }
}
