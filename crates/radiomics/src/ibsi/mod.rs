//! The dialect of the image biomarker standardisation initiative (IBSI 1):
//! its preprocessing, tags and numbers.
//!
//! Source: Zwanenburg et al., Radiology 2020, and the IBSI reference manual
//! (arXiv 1612.07003).

mod diagnostics;
mod discretise;
mod extract;
mod family;
mod prepare;
mod settings;

pub use extract::extract;
pub use family::Family;
pub use settings::{Interpolation, Settings};
