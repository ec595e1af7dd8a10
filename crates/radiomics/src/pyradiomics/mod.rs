//! The dialect of PyRadiomics: its settings, preprocessing, names and numbers.

mod checks;
mod classes;
mod diagnostics;
mod extract;
mod families;
mod grids;
mod image_types;
mod normalise;
mod parameter_file;
pub(crate) mod prepare;
mod resegment;
mod settings;

pub use classes::FeatureClass;
pub use extract::extract;
pub use image_types::{ImageType, Overrides};
pub use normalise::normalised;
pub use settings::{ResegmentMode, Settings, VoxelSettings};
