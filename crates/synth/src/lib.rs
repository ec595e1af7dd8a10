//! Seed to synthetic volumes, slides and cohorts with known truth.
//!
//! A [`cohort::CohortSpec`] -> hidden variables of each patient
//! ([`cohort::plan`]) -> an MR-like volume with a tumour ([`volume`]), H&E and
//! immunohistochemistry slides with known cells ([`slide`]) -> NIfTI
//! ([`nifti`]), pyramidal TIFF ([`mod@tiff`]) and CSV files, with the truth
//! beside them ([`cohort::write`]).
//!
//! Planted, in all but a null cohort: a rougher tumour texture goes with more
//! CD8 positive cells (Spearman's rho about 0.87), response (same, with the
//! log odds) and a lower hazard of death (-0.87, with the log hazard). CD45RO,
//! PD-L1, CD163, H&E, tumour volume and mean intensity, age, sex and stage are
//! linked to nothing. Every picture depends on the seed and its patient's number
//! alone.
//!
//! ```
//! use synth::slide::{SlideSpec, Stain, render};
//!
//! let spec = SlideSpec { stain: Stain::Cd8, size_px: [320, 320], ..SlideSpec::default() };
//! let mut random = stats::rng::stream(1, "example", 0);
//! let (image, truth) = render(&spec, &mut random)?;
//! assert_eq!(image.dimensions(), (320, 320));
//! assert!(truth.counts.n_positive > 0 && truth.counts.n_positive < truth.cells.len());
//! # Ok::<(), synth::Error>(())
//! ```

pub mod cohort;
mod error;
pub mod nifti;
mod noise;
pub mod slide;
pub mod tiff;
pub mod volume;

pub use error::Error;
pub use volume::Volume;
