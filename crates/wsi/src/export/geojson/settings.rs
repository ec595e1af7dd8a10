//! From um on the slide to QuPath's pixels, and what its words depend on.

use crate::error::Error;
use crate::markers::Profile;
use crate::quantify::Options;
use crate::sampling::Sampling;
use crate::slide::{SlideReader, mpp};
use crate::stain::StainSet;

/// What turns a cell into what QuPath expects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Size of a level-0 pixel in x and y, um.
    pub pixel_um: (f64, f64),
    /// Size of level 0, px: outlines end there, where the pixels that cells and tissue
    /// were found on reach beyond.
    pub size_px: (f64, f64),
    /// Area of a pixel that stains were measured on, um2.
    pub working_pixel_um2: f64,
    /// Level-0 pixel that QuPath counts from: (0, 0), but for formats whose empty
    /// border it cuts off (`openslide.bounds-x`, `openslide.bounds-y`).
    pub origin_px: (f64, f64),
    /// Stains, for the names of measurements.
    pub stains: StainSet,
    /// Classes 1+, 2+ and 3+ when true, else Positive.
    pub graded: bool,
    /// Whether cells are larger than their nuclei; without expansion there are no
    /// measurements of cell and cytoplasm.
    pub expanded: bool,
}

impl Settings {
    /// For a slide and its profile. Classes are graded where the three thresholds
    /// differ.
    ///
    /// # Errors
    /// As [`quantify`](crate::quantify::quantify), when the pixel size is unknown.
    pub fn of(
        slide: &dyn SlideReader,
        profile: &Profile,
        options: &Options,
    ) -> Result<Self, Error> {
        let pixel = mpp::pixel_size(slide.path(), slide.scale_hints(), options.mpp)?;
        let grid = Sampling::new(slide, &pixel, profile.detection.requested_pixel_size_um)?;
        let level = slide.levels()[0];
        let [one, _, three] = profile.thresholds.0;
        Ok(Self {
            pixel_um: (pixel.x_um, pixel.y_um),
            size_px: (level.width as f64, level.height as f64),
            working_pixel_um2: grid.mean_um().powi(2),
            origin_px: (0.0, 0.0),
            stains: profile.stains,
            graded: one < three,
            expanded: profile.detection.cell_expansion_um > 0.0,
        })
    }

    pub(super) fn pixel(&self, x_um: f64, y_um: f64) -> (f64, f64) {
        (
            (x_um / self.pixel_um.0).clamp(0.0, self.size_px.0) - self.origin_px.0,
            (y_um / self.pixel_um.1).clamp(0.0, self.size_px.1) - self.origin_px.1,
        )
    }
}
