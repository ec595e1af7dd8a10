//! Manifests to runs: what surrounds the computation.
//!
//! [`manifest`] reads cases.csv and slides.csv, [`clinical`] the clinical
//! table, [`reliability`] which features repeat well; [`batch`] runs the cases,
//! a few at a time, and turns errors and panics into [`failure::Failure`]s;
//! [`workers`] does the same in processes of their own;
//! [`output`] makes folders and files appear whole or not at all, under a
//! lock; [`provenance`] writes run.toml and timing.json.
//!
//! ```
//! use pipeline::batch;
//!
//! let results = batch::run(&[4.0, -1.0], 2, &|_| {}, &|&x: &f64| {
//!     if x < 0.0 { Err("a negative number has no root".to_owned()) } else { Ok(x.sqrt()) }
//! });
//! assert_eq!(results[0].outcome, Ok(2.0));
//! assert!(results[1].outcome.is_err());
//! ```

pub mod batch;
pub mod clinical;
mod error;
pub mod failure;
pub mod hash;
pub mod manifest;
pub mod output;
pub mod provenance;
pub mod reliability;
pub mod study;
pub mod workers;

pub use error::Error;
