//! Image and mask to radiomic features.
//!
//! Input: an image ([`io::load`]: NIfTI, NRRD, MetaImage, DICOM) and a mask
//! ([`io::read_mask`]: the same, RTSTRUCT, SEG), brought on one grid
//! ([`align`]). Steps: MR intensities may be put on a common scale
//! ([`standardise`]); the region of one label is selected and checked
//! ([`roi`]); other images are made of the image ([`filters`]); the region's
//! surface is meshed ([`mesh`]), its intensities cut into grey levels
//! ([`discretise`]), neighbouring levels counted ([`matrices`]), and each
//! family of features computed ([`features`]). Output: an [`Extraction`] with
//! named values, diagnostics, warnings, and a reason for every value that is
//! missing. Whose definitions are followed is a matter of dialect:
//! [`pyradiomics`] or [`ibsi`].
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

/// Masks on the grid of their image.
pub mod align;
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
/// Images made from images.
pub mod filters;
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
/// Planes of a volume as a screen shows them.
pub mod plane;
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
/// MR intensities on a common scale.
pub mod standardise;
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
