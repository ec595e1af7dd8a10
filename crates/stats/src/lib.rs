//! Numbers to ranks, p-values, multiplicity and seeded random streams.
//!
//! Input: plain slices of `f64`. Steps, each of them a module: [`rank`] them
//! (mid-ranks, ties), correlate the ranks ([`spearman`]), turn a correlation
//! into a p-value ([`distribution`]), correct a family of p-values
//! ([`multiplicity`]), bound a proportion ([`proportion`]), compare repeated
//! measurements ([`icc`]), deal rows out to folds ([`folds`]). Output: plain numbers. Nothing here reads a file, and a
//! value that cannot be computed is a `None`, an error, or a NaN that the
//! documentation of the function names.
//!
//! ```
//! let size = [1.2, 3.4, 2.2, 5.9, 4.1, 7.7];
//! let density = [10.0, 30.0, 20.0, 50.0, 60.0, 40.0];
//! let rho = stats::spearman::rho(&size, &density)?.expect("neither is constant");
//! assert!((rho - 27.0 / 35.0).abs() < 1e-15);
//!
//! let test = stats::distribution::CorrelationTest::new(size.len())?;
//! assert!((test.p(rho) - 0.0724).abs() < 1e-4);
//! # Ok::<(), stats::Error>(())
//! ```

mod correlation_test;
pub mod distribution;
mod error;
pub mod folds;
pub mod icc;
pub mod multiplicity;
pub mod proportion;
pub mod rank;
pub mod rng;
pub mod spearman;

pub use error::Error;
