//! Matrices and labels to SVG and PNG.
//!
//! Input: plain numbers and names, in the order in which they shall appear.
//! Steps: lay the figure out around its longest labels, which are measured in
//! the embedded font (DejaVu Sans); draw it as SVG ([`heatmap`]); turn any SVG
//! into pixels ([`png`]). Output: text or bytes, never a file, and the same
//! bytes on every run: no system font, no clock and no file is looked at.
//!
//! ```
//! use figures::{heatmap::{Heatmap, Mark}, png};
//! let svg = Heatmap {
//!     title: "Radiomics and CD8",
//!     rows: &["volume", "entropy"],
//!     columns: &["density", "positive share"],
//!     values: &[0.62, -0.10, 0.05, f64::NAN],
//!     marks: &[Mark::Dot, Mark::None, Mark::None, Mark::None],
//!     ..Heatmap::default()
//! }
//! .svg()?;
//! assert!(svg.contains("entropy") && svg.contains("q &lt; .05"));
//! assert!(png::render(&svg, 2.0)?.starts_with(b"\x89PNG"));
//! # Ok::<(), figures::Error>(())
//! ```

pub mod colour;
mod error;
mod font;
pub mod heatmap;
pub mod png;

pub use error::Error;
