//! 2-D masks and images as plain grids: what segmentation of nuclei and tissue is made of;
//! and a few of the same things in 3-D ([`Grid3`]), for regions of a scan.
//!
//! Input: a [`Grid2`] of values, of truth values or of labels.
//! Steps: smooth ([`blur`]), erode, dilate or close with a disc ([`morphology`]), find
//! components ([`components`]) and holes ([`holes`]), measure distances
//! ([`distance`]), flood basins ([`watershed`]), grow labels ([`grow`]).
//! Output: grids again, or outlines and calipers of one object ([`outline`], [`hull`]).
//!
//! Every function is deterministic, knows no files, and gives the same answer
//! for a pixel whatever lies beyond the context that its documentation states.
//!
//! ```
//! use geometry::{Connectivity, Grid2, components};
//! let mask = Grid2::from_fn(5, 1, |x, _| x != 2);
//! let pieces = components::label(&mask, Connectivity::Eight);
//! assert_eq!(pieces.count, 2);
//! assert_eq!(pieces.labels.data, [1, 1, 0, 2, 2]);
//! ```

/// Gaussian blur and Laplacian.
pub mod blur;
mod border;
/// Connected components and their extents.
pub mod components;
/// Connected components in 3-D.
pub mod components3;
/// Exact Euclidean distance to the background.
pub mod distance;
/// Exact Euclidean distance in 3-D, between cells that are not cubes.
pub mod distance3;
/// Width x height arrays.
pub mod grid;
/// Arrays of three dimensions.
pub mod grid3;
/// Growing labels by a distance, shared fairly between neighbours.
pub mod grow;
/// Filling of holes.
pub mod holes;
/// Convex hull and calipers.
pub mod hull;
/// Erosion, dilation, closing and median with a disc.
pub mod morphology;
/// Closing in 3-D.
pub mod morphology3;
/// Tracing of outlines, smoothing, area and length of polygons.
pub mod outline;
/// Watersheds.
pub mod watershed;

pub use border::border;
pub use components::{Components, Connectivity, Region};
pub use grid::{Grid2, GridError};
pub use grid3::Grid3;
