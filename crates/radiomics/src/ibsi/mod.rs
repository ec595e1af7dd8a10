//! The dialect of the image biomarker standardisation initiative: the
//! preprocessing, tags and numbers of IBSI 1, and the filters of IBSI 2.
//!
//! Source: Zwanenburg et al., Radiology 2020, the IBSI reference manual (arXiv
//! 1612.07003), and IBSI 2's for filters (arXiv 2006.05470).

mod diagnostics;
mod discretise;
mod extract;
mod family;
mod measure;
mod prepare;
mod response;
mod settings;

pub use extract::extract;
pub use family::Family;
pub use response::Response;
pub use settings::{Interpolation, Settings};
