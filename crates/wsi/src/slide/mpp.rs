//! The size of a pixel, and who says so.
//!
//! The order: what the user states, the scanner's own property, OME-XML, the
//! resolution tags of TIFF, the power of the objective. Nothing is assumed: a slide
//! of which nobody knows the pixel size is an error.

use std::path::Path;

use serde::Serialize;

use crate::error::Error;

/// Microns per level-0 pixel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PixelSize {
    /// Width of a pixel in um.
    pub x_um: f64,
    /// Height of a pixel in um.
    pub y_um: f64,
    /// Who says so.
    pub source: MppSource,
}

impl PixelSize {
    /// Mean of width and height in um, as QuPath's averaged pixel size.
    pub fn mean_um(&self) -> f64 {
        f64::midpoint(self.x_um, self.y_um)
    }
}

/// Where the pixel size comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MppSource {
    /// Stated by the user (`--mpp` or the manifest).
    Override,
    /// A property of the scanner (`openslide.mpp-x`, Aperio's `MPP`).
    Vendor,
    /// `PhysicalSizeX` of OME-XML.
    Ome,
    /// `XResolution` and `ResolutionUnit` of TIFF.
    TiffResolution,
    /// 10 / power of the objective: a convention, right to about 15 %.
    ObjectivePower,
}

impl MppSource {
    /// As written in the column `mpp_source`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Override => "override",
            Self::Vendor => "vendor",
            Self::Ome => "ome",
            Self::TiffResolution => "tiff_resolution",
            Self::ObjectivePower => "objective_power",
        }
    }
}

/// Unit of the resolution tags of TIFF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResolutionUnit {
    /// Pixels per inch.
    Inch,
    /// Pixels per centimetre.
    Centimetre,
}

/// What a file says about its scale, unjudged.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScaleHints {
    /// The scanner's property, um per pixel in x and y.
    pub vendor_um: Option<(f64, f64)>,
    /// Image description, which may hold OME-XML.
    pub description: Option<String>,
    /// Resolution in pixels per unit in x and y.
    pub resolution: Option<(f64, f64, ResolutionUnit)>,
    /// Power of the objective.
    pub objective_power: Option<f64>,
}

/// Pixel sizes outside of these bounds (um) are scanner defaults or dots per inch
/// of a screen (96 dpi is 265 um), not microscopy.
const PLAUSIBLE_UM: std::ops::RangeInclusive<f64> = 0.05..=20.0;

/// Decides the pixel size of a slide; `stated_um` is the user's word.
///
/// # Errors
/// [`Error::BadMpp`] when the stated size is not a number from 0.05 to 20 um;
/// [`Error::NoMpp`] when neither the user nor the file gives a plausible one.
pub fn pixel_size(
    path: &Path,
    hints: &ScaleHints,
    stated_um: Option<f64>,
) -> Result<PixelSize, Error> {
    if let Some(um) = stated_um {
        if !PLAUSIBLE_UM.contains(&um) {
            return Err(Error::BadMpp {
                path: path.to_path_buf(),
                reason: format!(
                    "the stated pixel size {um} um is not between 0.05 and 20; correct --mpp or the manifest column `mpp`"
                ),
            });
        }
        return Ok(PixelSize {
            x_um: um,
            y_um: um,
            source: MppSource::Override,
        });
    }
    let candidates = [
        (hints.vendor_um, MppSource::Vendor),
        (
            hints.description.as_deref().and_then(ome_pixel_um),
            MppSource::Ome,
        ),
        (
            hints.resolution.map(resolution_um),
            MppSource::TiffResolution,
        ),
        (
            hints
                .objective_power
                .map(|power| (10.0 / power, 10.0 / power)),
            MppSource::ObjectivePower,
        ),
    ];
    for (size, source) in candidates {
        let Some((x_um, y_um)) = size else { continue };
        if PLAUSIBLE_UM.contains(&x_um) && PLAUSIBLE_UM.contains(&y_um) {
            return Ok(PixelSize { x_um, y_um, source });
        }
        tracing::warn!(
            x_um,
            y_um,
            source = source.name(),
            "implausible pixel size passed over"
        );
    }
    Err(Error::NoMpp {
        path: path.to_path_buf(),
    })
}

fn resolution_um((x, y, unit): (f64, f64, ResolutionUnit)) -> (f64, f64) {
    let unit_um = match unit {
        ResolutionUnit::Inch => 25_400.0,
        ResolutionUnit::Centimetre => 10_000.0,
    };
    (unit_um / x, unit_um / y)
}

/// `PhysicalSizeX` and `PhysicalSizeY` of the first image of OME-XML, in um.
fn ome_pixel_um(description: &str) -> Option<(f64, f64)> {
    let element = ome_pixels(description)?;
    let size = |axis: char| {
        let value: f64 = attribute(element, &format!("PhysicalSize{axis}"))?
            .parse()
            .ok()?;
        let unit = attribute(element, &format!("PhysicalSize{axis}Unit")).unwrap_or("um");
        Some(value * unit_um(unit)?)
    };
    let x = size('X')?;
    Some((x, size('Y').unwrap_or(x)))
}

/// Number of channels (`SizeC`) of the first image of OME-XML.
pub(super) fn ome_channels(description: &str) -> Option<u64> {
    attribute(ome_pixels(description)?, "SizeC")?.parse().ok()
}

/// The start tag `Pixels` of the first image of OME-XML.
fn ome_pixels(description: &str) -> Option<&str> {
    if !description.contains("<OME") {
        return None;
    }
    let element = &description[description.find("<Pixels")?..];
    Some(&element[..element.find('>')?])
}

fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let start = element.find(&format!(" {name}=\""))? + name.len() + 3;
    let rest = &element[start..];
    Some(&rest[..rest.find('"')?])
}

fn unit_um(unit: &str) -> Option<f64> {
    Some(match unit {
        // Both micro signs of Unicode are in use, and entities for each.
        "um" | "\u{b5}m" | "\u{3bc}m" | "&#181;m" | "&#xB5;m" | "&#956;m" => 1.0,
        "nm" => 1e-3,
        "mm" => 1e3,
        "cm" => 1e4,
        "m" => 1e6,
        "in" => 25_400.0,
        _ => return None,
    })
}

/// A number after `key = ` in the description of an Aperio slide (`MPP`, `AppMag`).
pub(super) fn aperio_value(description: &str, key: &str) -> Option<f64> {
    if !description.starts_with("Aperio") {
        return None;
    }
    description.split('|').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        if name.trim() == key {
            value.trim().parse().ok()
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(hints: &ScaleHints, stated: Option<f64>) -> Result<PixelSize, Error> {
        pixel_size(Path::new("a.tif"), hints, stated)
    }

    #[test]
    fn sources_are_asked_in_order() {
        let ome = "<OME><Image><Pixels SizeX=\"3\" PhysicalSizeX=\"250\" PhysicalSizeXUnit=\"nm\" PhysicalSizeY=\"0.26\"></Pixels></Image></OME>";
        let mut hints = ScaleHints {
            vendor_um: Some((0.5, 0.5)),
            description: Some(ome.into()),
            resolution: Some((20_000.0, 20_000.0, ResolutionUnit::Centimetre)),
            objective_power: Some(10.0),
        };
        assert_eq!(
            decide(&hints, Some(0.3)).expect("stated").source,
            MppSource::Override
        );
        assert_eq!(decide(&hints, None).expect("vendor").x_um, 0.5);
        hints.vendor_um = Some((0.0, 0.0));
        let size = decide(&hints, None).expect("ome");
        assert_eq!(
            (size.x_um, size.y_um, size.source),
            (0.25, 0.26, MppSource::Ome)
        );
        hints.description = Some("a plain text".into());
        let size = decide(&hints, None).expect("tiff");
        assert_eq!((size.x_um, size.source.name()), (0.5, "tiff_resolution"));
        hints.resolution = Some((96.0, 96.0, ResolutionUnit::Inch));
        assert_eq!(decide(&hints, None).expect("objective").x_um, 1.0);
        hints.objective_power = Some(0.0);
        let text = decide(&hints, None).expect_err("nothing left").to_string();
        assert!(
            text.contains("--mpp") && text.contains("`mpp`") && text.contains("a.tif"),
            "{text}"
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for um in [0.0, -1.0, f64::NAN, f64::INFINITY, 300.0] {
            assert!(matches!(
                decide(&ScaleHints::default(), Some(um)),
                Err(Error::BadMpp { .. })
            ));
        }
        for (x, y) in [(f64::NAN, 1.0), (0.0, 0.0), (f64::INFINITY, 1.0)] {
            let hints = ScaleHints {
                resolution: Some((x, y, ResolutionUnit::Inch)),
                ..Default::default()
            };
            assert!(decide(&hints, None).is_err());
        }
    }

    #[test]
    fn aperio_descriptions_are_read() {
        let text =
            "Aperio Image Library v11.2.1 \r\n46000x32914|AppMag = 20|MPP = 0.4990|Left = 25.69";
        assert_eq!(aperio_value(text, "MPP"), Some(0.499));
        assert_eq!(aperio_value(text, "AppMag"), Some(20.0));
        assert_eq!(aperio_value("MPP = 0.5", "MPP"), None);
    }
}
