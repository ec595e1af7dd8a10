//! Stain planes -> nuclei: one label a nucleus.
//!
//! [`WatershedCellDetection`] follows the cell detection of QuPath; any other
//! [`NucleusModel`], a learned one for instance, can take its place.

mod boundary;
mod parameters;
mod watershed;

pub use parameters::{DetectionImage, DetectionParameters};
pub use watershed::WatershedCellDetection;

use crate::stain::Planes;

/// The nuclei of one block of pixels, row-major.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// 0 is background; nuclei are `1..=count`, in reading order of their first
    /// pixel, each one 4-connected.
    pub labels: Vec<u32>,
    /// How many nuclei there are.
    pub count: u32,
}

/// A way to find nuclei.
///
/// Implementations must depend on nothing but the arguments and themselves, and
/// must give the same nucleus wherever a block of the slide is cut, as long as
/// `halo_um` of context lies around it.
pub trait NucleusModel: Send + Sync {
    /// The nuclei of a block whose pixels are `pixel_um` microns wide and high.
    fn nuclei(&self, planes: &Planes, pixel_um: f64) -> Labels;

    /// Context in microns that a block needs on each side, so that nuclei and
    /// cells whose centre lies in its core come out whole.
    fn halo_um(&self) -> f64;
}
