//! Settings of filters.

use super::node::Node;
use crate::Error;
use crate::filters::lbp::LbpMethod;
use crate::filters::wavelet_bank;
use crate::pyradiomics::filter_checks::{
    MAX_DEGREES, MAX_LEVEL, MAX_SAMPLES, MAX_SUBDIVISION, no_wavelet,
};
use crate::pyradiomics::image_types::ImageType;
use crate::pyradiomics::overrides::Overrides;
use crate::pyradiomics::settings::Settings;
use crate::pyradiomics::sigma::Sigma;

/// The image type that has a setting; none for settings that are not of
/// filters.
pub(super) fn user(key: &str) -> Option<ImageType> {
    match key {
        "sigma" => Some(ImageType::LoG),
        "wavelet" | "level" | "start_level" => Some(ImageType::Wavelet),
        "gradientUseSpacing" => Some(ImageType::Gradient),
        "lbp2DRadius" | "lbp2DSamples" | "lbp2DMethod" => Some(ImageType::Lbp2D),
        "lbp3DLevels" | "lbp3DIcosphereRadius" | "lbp3DIcosphereSubdivision" => {
            Some(ImageType::Lbp3D)
        }
        _ => None,
    }
}

/// Takes over one setting; false when there is none of this name.
pub(super) fn set(settings: &mut Settings, key: &str, node: &Node) -> Result<bool, Error> {
    match key {
        "sigma" => {
            let items = node.items()?;
            settings.sigma = items.iter().map(sigma).collect::<Result<_, _>>()?;
        }
        "wavelet" => settings.wavelet = wavelet(node)?,
        "level" => settings.level = node.whole(1, MAX_LEVEL)?,
        "start_level" => settings.start_level = node.whole(0, MAX_LEVEL)?,
        "gradientUseSpacing" => settings.gradient_use_spacing = node.truth()?,
        "lbp2DRadius" => settings.lbp_2d_radius = node.positive()?,
        "lbp2DSamples" => settings.lbp_2d_samples = node.whole(1, MAX_SAMPLES)?,
        "lbp2DMethod" => {
            settings.lbp_2d_method = node.word(&[
                ("default", LbpMethod::Default),
                ("ror", LbpMethod::Ror),
                ("uniform", LbpMethod::Uniform),
                ("var", LbpMethod::Var),
            ])?;
        }
        "lbp3DLevels" => settings.lbp_3d_levels = node.whole(1, MAX_DEGREES)?,
        "lbp3DIcosphereRadius" => settings.lbp_3d_icosphere_radius = node.positive()?,
        "lbp3DIcosphereSubdivision" => {
            settings.lbp_3d_icosphere_subdivision = node.whole(0, MAX_SUBDIVISION)?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Takes what was set over for one image type.
pub(super) fn keep(own: &mut Overrides, key: &str, read: Settings) {
    match key {
        "sigma" => own.sigma = Some(read.sigma),
        "wavelet" => own.wavelet = Some(read.wavelet),
        "level" => own.level = Some(read.level),
        "start_level" => own.start_level = Some(read.start_level),
        "gradientUseSpacing" => own.gradient_use_spacing = Some(read.gradient_use_spacing),
        "lbp2DRadius" => own.lbp_2d_radius = Some(read.lbp_2d_radius),
        "lbp2DSamples" => own.lbp_2d_samples = Some(read.lbp_2d_samples),
        "lbp2DMethod" => own.lbp_2d_method = Some(read.lbp_2d_method),
        "lbp3DLevels" => own.lbp_3d_levels = Some(read.lbp_3d_levels),
        "lbp3DIcosphereRadius" => {
            own.lbp_3d_icosphere_radius = Some(read.lbp_3d_icosphere_radius);
        }
        "lbp3DIcosphereSubdivision" => {
            own.lbp_3d_icosphere_subdivision = Some(read.lbp_3d_icosphere_subdivision);
        }
        _ => {}
    }
}

/// A number, remembered as it is written.
fn sigma(node: &Node) -> Result<Sigma, Error> {
    match node.whole(1, u32::MAX as usize) {
        Ok(mm) => Ok(Sigma::Whole(mm as u32)),
        Err(_) => node.positive().map(Sigma::Decimal),
    }
}

fn wavelet(node: &Node) -> Result<String, Error> {
    let name = node.text()?;
    match wavelet_bank::wavelet(name) {
        Some(wavelet) => Ok(wavelet.name.clone()),
        None => Err(node.error(&format!("is wrong: {}", no_wavelet(name)))),
    }
}
