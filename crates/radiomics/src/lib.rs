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

mod autocorrelation;
/// The patient, without the air around.
pub mod body;
/// Connected parts of a region.
pub mod components;
mod contour2d;
mod crop;
/// Largest distances between surface points.
pub mod diameters;
/// Intensities to grey levels.
pub mod discretise;
mod eigen;
mod ellipsoid;
mod enclosing_ellipsoid;
mod error;
mod extraction;
/// The features, one family a file.
pub mod features;
/// Whether image and mask lie on one grid.
pub mod grid;
mod hull;
/// The dialect of IBSI 1.
pub mod ibsi;
/// Files to volumes, and volumes to files.
pub mod io;
mod jacobi;
/// Features around every voxel.
pub mod maps;
/// Texture matrices.
pub mod matrices;
/// The surface of a region.
pub mod mesh;
mod mesh_table;
mod moments;
mod oriented_box;
/// Image and region as another examination might have shown them.
pub mod perturb;
mod principal_axes;
mod protocol;
/// The dialect of PyRadiomics.
pub mod pyradiomics;
/// Images on other grids.
pub mod resample;
/// The tissue around a region.
pub mod ring;
/// The region of interest.
pub mod roi;
mod spectrum;
mod sphere;
mod vector;
mod volume;

pub use error::Error;
pub use extraction::{Extraction, Feature};
pub use protocol::Protocol;
pub use pyradiomics::{
    FeatureClass, ImageType, Overrides, ResegmentMode, Settings, VoxelSettings, extract,
};
pub use roi::Roi;
pub use volume::{Geometry, Storage, Volume};
