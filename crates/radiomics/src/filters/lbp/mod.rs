//! Local binary patterns, as PyRadiomics makes them: in slices with
//! scikit-image, in space with spherical harmonics.

mod bilinear;
mod harmonics;
mod icosphere;
mod kurtosis;
mod planar;
mod sphere;
mod spherical;
mod spline;

pub use planar::{Lbp2d, LbpMethod, lbp_2d};
pub use spherical::{Lbp3d, lbp_3d};
