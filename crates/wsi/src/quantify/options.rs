//! What a run may choose, apart from the marker.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::tissue::TissueParameters;

/// Options of [`quantify`](super::quantify).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Pixel size in um that goes before what the file says.
    pub mpp: Option<f64>,
    /// Side of the reporting tiles, um.
    pub tile_um: f64,
    /// Fragments (as numbered in the fragments table) to leave out of the analysis:
    /// control tissue, artefacts.
    pub exclude_fragments: Vec<u32>,
    /// Whether to draw an overlay.
    pub overlay: bool,
    /// Long side of the overlay in pixels, at most.
    pub overlay_side_px: usize,
    /// How tissue is found.
    pub tissue: TissueParameters,
    /// Side of the work blocks, for tests: results do not depend on it.
    #[serde(skip)]
    #[doc(hidden)]
    pub block_px: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mpp: None,
            tile_um: 256.0,
            exclude_fragments: Vec::new(),
            overlay: true,
            overlay_side_px: 2000,
            tissue: TissueParameters::default(),
            block_px: None,
        }
    }
}

impl Options {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Options`] naming the first option that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        if !(16.0..=10_000.0).contains(&self.tile_um) {
            return Err(Error::Options(format!(
                "tile_um = {} must be from 16 to 10000",
                self.tile_um
            )));
        }
        if !(64..=8000).contains(&self.overlay_side_px) {
            return Err(Error::Options(format!(
                "overlay_side_px = {} must be from 64 to 8000",
                self.overlay_side_px
            )));
        }
        self.tissue.validate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_out_of_range_are_named() {
        assert!(Options::default().validate().is_ok());
        for (options, name) in [
            (
                Options {
                    tile_um: f64::NAN,
                    ..Default::default()
                },
                "tile_um",
            ),
            (
                Options {
                    overlay_side_px: 0,
                    ..Default::default()
                },
                "overlay_side_px",
            ),
        ] {
            let text = options.validate().expect_err("refused").to_string();
            assert!(text.contains(name), "{text}");
        }
        assert!(toml::from_str::<Options>("tile_mm = 1").is_err());
    }
}
