//! Which values settings of filters may have.

use super::settings::Settings;
use crate::error::number;
use crate::filters::wavelet_bank;

/// Levels of a wavelet: beyond, filters are wider than any image.
pub(super) const MAX_LEVEL: usize = 20;

/// Neighbours of a local binary pattern in a plane: codes have 32 bits.
pub(super) const MAX_SAMPLES: usize = 31;

/// Degrees of spherical harmonics.
pub(super) const MAX_DEGREES: usize = 10;

/// An icosahedron cut so often has 10,242 corners.
pub(super) const MAX_SUBDIVISION: usize = 5;

/// Voxels around a voxel that a pattern may reach.
const MAX_RADIUS: f64 = 100.0;

/// Checks every setting of filters; the first that is out of range is told.
pub(super) fn check(settings: &Settings) -> Result<(), String> {
    let range = |name: &str, value: usize, least: usize, most: usize| {
        if (least..=most).contains(&value) {
            return Ok(());
        }
        Err(format!(
            "{name} is {value}; it must be a whole number from {least} to {most}"
        ))
    };
    let radius = |name: &str, value: f64| {
        if value > 0.0 && value <= MAX_RADIUS {
            return Ok(());
        }
        Err(format!(
            "{name} is {}; it must be above 0 and at most {MAX_RADIUS} voxels",
            number(value)
        ))
    };
    for (i, sigma) in settings.sigma.iter().enumerate() {
        let mm = sigma.mm();
        if !(mm.is_finite() && mm > 0.0) {
            return Err(format!(
                "sigma holds {}; it must list positive finite numbers of mm",
                number(mm)
            ));
        }
        if settings.sigma[..i].contains(sigma) {
            return Err(format!("sigma names {} mm twice", number(mm)));
        }
    }
    if wavelet_bank::wavelet(&settings.wavelet).is_none() {
        return Err(no_wavelet(&settings.wavelet));
    }
    range("level", settings.level, 1, MAX_LEVEL)?;
    range("start_level", settings.start_level, 0, MAX_LEVEL)?;
    radius("lbp_2d_radius", settings.lbp_2d_radius)?;
    range("lbp_2d_samples", settings.lbp_2d_samples, 1, MAX_SAMPLES)?;
    range("lbp_3d_levels", settings.lbp_3d_levels, 1, MAX_DEGREES)?;
    radius("lbp_3d_icosphere_radius", settings.lbp_3d_icosphere_radius)?;
    let cuts = settings.lbp_3d_icosphere_subdivision;
    range("lbp_3d_icosphere_subdivision", cuts, 0, MAX_SUBDIVISION)
}

/// What to say of a name that no wavelet has.
pub(super) fn no_wavelet(name: &str) -> String {
    let all = wavelet_bank::all().iter().map(|w| w.name.as_str());
    let all: Vec<&str> = all.collect();
    format!("wavelet is {name:?}; it must be one of {}", all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_values_are_named() {
        for (text, name) in [
            ("sigma = [0]", "sigma"),
            ("sigma = [-1.5]", "sigma"),
            ("sigma = [inf]", "sigma"),
            ("sigma = [1, 2, 1]", "sigma names 1 mm twice"),
            ("sigma = 1", "sigma"),
            ("sigma = ['1']", "sigma"),
            ("wavelet = 'coif99'", "coif17"),
            ("level = 0", "level"),
            ("start_level = 1000000", "start_level"),
            ("lbp_2d_radius = nan", "lbp_2d_radius"),
            ("lbp_2d_samples = 0", "lbp_2d_samples"),
            ("lbp_2d_method = 'best'", "lbp_2d_method"),
            ("lbp_3d_levels = 11", "lbp_3d_levels"),
            ("lbp_3d_icosphere_radius = 0", "lbp_3d_icosphere_radius"),
            ("lbp_3d_icosphere_subdivision = 6", "subdivision"),
            ("image_types = { wavelet = { level = 0 } }", "level"),
            ("image_types = { log = { sigma = [0.0] } }", "sigma"),
        ] {
            let message = Settings::from_toml(text).unwrap_err().to_string();
            assert!(message.contains(name), "{text}: {message}");
        }
    }
}
