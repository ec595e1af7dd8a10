//! Image filters: one image to another of the same grid.
//!
//! [`crate::filters::ibsi`] holds the filters as IBSI 2 defines them (reference
//! manual, arXiv 2006.05470), [`crate::filters::itk`] and the other modules
//! those that PyRadiomics' image types are made with.

/// What lies beyond the border of an image.
mod boundary;
/// Sums along an axis.
pub mod convolve;
/// Filters of IBSI 2.
pub mod ibsi;
/// Filters of ITK: its recursive Gaussian and what is made of it.
pub mod itk;
/// Local binary patterns.
pub mod lbp;
/// Images made voxel by voxel.
pub mod pointwise;
/// The undecimated wavelet transform.
pub mod stationary_wavelet;
/// Wavelets by name.
pub mod wavelet_bank;

pub use boundary::Boundary;
