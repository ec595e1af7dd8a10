//! Image and mask to radiomic features.
//!
//! Input: an image and a label mask on one grid ([`io::read`] takes NIfTI and
//! NRRD). Steps: the region of one label is selected and checked ([`roi`]),
//! its surface meshed ([`mesh`]), its intensities cut into grey levels
//! ([`discretise`]), neighbouring levels counted ([`matrices`]), and each
//! family of features computed ([`features`]). Output: an [`Extraction`] with
//! named values, diagnostics, and a reason for every value that is missing.
//! Names, defaults and numbers are PyRadiomics'; IBSI codes stand in
//! [`features::catalogue`].
//!
//! ```
//! use ndarray::Array3;
//! use radiomics::{Geometry, Settings, Volume, extract};
//!
//! let geometry = Geometry::aligned([8, 8, 8], [1.0, 1.0, 2.0]);
//! let image = Array3::from_shape_fn((8, 8, 8), |(z, y, x)| (10 * x + 3 * y + z) as f64);
//! let mask = Array3::from_shape_fn((8, 8, 8), |(z, _, _)| f64::from(u8::from(z < 4)));
//! let image = Volume::new(image, geometry.clone())?;
//! let mask = Volume::new(mask, geometry)?;
//!
//! let result = extract(&image, &mask, &Settings::default())?;
//! let volume = result.features.iter().find(|f| f.name == "original_shape_VoxelVolume");
//! assert_eq!(volume.map(|f| f.value), Some(8.0 * 8.0 * 4.0 * 2.0));
//! # Ok::<(), radiomics::Error>(())
//! ```

/// Connected parts of a region.
pub mod components;
/// What was found in image and mask.
pub mod diagnostics;
/// Largest distances between surface points.
pub mod diameters;
/// Intensities to grey levels.
pub mod discretise;
mod eigen;
mod error;
mod extract;
/// The features, one family a file.
pub mod features;
/// Whether image and mask lie on one grid.
pub mod grid;
/// Files to volumes.
pub mod io;
/// Texture matrices.
pub mod matrices;
/// The surface of a region.
pub mod mesh;
mod mesh_table;
/// The region of interest.
pub mod roi;
mod settings;
mod volume;

pub use error::Error;
pub use extract::{Extraction, Feature, extract};
pub use roi::Roi;
pub use settings::{FeatureClass, Settings};
pub use volume::{Geometry, Volume};
