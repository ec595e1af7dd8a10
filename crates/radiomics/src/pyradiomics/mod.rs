//! The dialect of PyRadiomics: its settings, preprocessing, names and numbers.

mod checks;
mod classes;
pub(crate) mod derived;
mod diagnostics;
mod extract;
mod families;
mod filter_checks;
mod grids;
mod image_types;
mod normalise;
mod overrides;
mod parameter_file;
pub(crate) mod prepare;
mod resegment;
mod settings;
mod sigma;
mod surroundings;
mod voxel_settings;

pub use classes::FeatureClass;
pub use extract::extract;
pub use image_types::ImageType;
pub use normalise::normalised;
pub use overrides::Overrides;
pub use settings::{ResegmentMode, Settings};
pub use sigma::Sigma;
pub use voxel_settings::VoxelSettings;
