//! Numbers and labels to figures, as SVG and PNG.
//!
//! Input: plain numbers and names, in the order in which they shall appear.
//! Steps: check them; lay the figure out around its labels, which are measured
//! in the embedded font (DejaVu Sans), so that none is cut off or overlaps;
//! draw it as SVG ([`heatmap`], [`roc`], [`kaplan_meier`], [`forest`],
//! [`scatter`]) in colours that are safe for the colour-blind; turn any SVG into
//! pixels ([`png`]). Slices of images with outlines are pixels from the start
//! ([`montage`]). Output: text or bytes, never a file, and the same bytes on
//! every run: no system font, no clock and no file is looked at.
//! `examples/gallery.rs` draws one of each.
//!
//! ```
//! use figures::{heatmap::{Heatmap, Mark}, png, roc::{Curve, Roc}};
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
//!
//! let points = &[(0.0, 0.6), (0.2, 0.8)];
//! let svg = Roc {
//!     legend_title: "AUC (95% CI)",
//!     curves: &[Curve { label: "radiomic  0.82 (0.74–0.89)", points }],
//!     ..Roc::default()
//! }
//! .svg()?;
//! assert!(svg.contains("0.82 (0.74–0.89)") && svg.contains("Sensitivity"));
//! # Ok::<(), figures::Error>(())
//! ```

mod axes;
mod canvas;
mod check;
pub mod colour;
mod error;
mod font;
pub mod forest;
mod header;
pub mod heatmap;
pub mod kaplan_meier;
mod legend;
mod lettering;
pub mod montage;
pub mod png;
pub mod roc;
mod room;
pub mod scatter;
mod ticks;

pub use error::Error;
