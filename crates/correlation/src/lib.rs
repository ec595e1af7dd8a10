//! Radiomic and pathology columns to pairs, blocks and clusters.
//!
//! Input: named numeric columns of both sides over the same patients, in the
//! same order, NaN for a missing value, and the block (the stain) of every
//! pathology column. Steps: rank each column ([`associate()`]); correlate every
//! radiomic with every pathology column by Spearman's rho over the patients
//! that have both; correct for multiplicity within the block and over all;
//! permute the patients to learn what the count of "significant" pairs, the
//! largest correlation and the mean squared correlation of a block would be by
//! chance; order the columns for a heatmap ([`cluster`]). Output: an
//! [`Association`] in fixed order, the same for any number of threads.
//!
//! ```
//! use correlation::{Column, Inputs, Options, associate};
//! let volume: Vec<f64> = (0..30).map(f64::from).collect();
//! let density: Vec<f64> = volume.iter().map(|v| (v - 3.0).powi(3)).collect();
//! let inputs = Inputs {
//!     radiomic: &[Column { name: "volume", values: &volume }],
//!     pathology: &[Column { name: "cd8_density", values: &density }],
//!     blocks: &["CD8"],
//!     strata: None,
//! };
//! let found = associate(&inputs, &Options { permutations: 199, ..Options::default() })?;
//! assert_eq!(found.pairs[0].result.expect("computed").rho, 1.0);
//! assert_eq!(found.blocks[0].global.expect("computed").p_max_abs, 1.0 / 200.0);
//! # Ok::<(), correlation::Error>(())
//! ```

pub mod associate;
pub mod cluster;
mod error;
pub mod export;
mod global;
mod input;
mod panel;
mod scan;
mod tests_by_n;

pub use associate::{
    Association, BlockSummary, Estimate, Pair, Reason, STRONG, associate, associate_permuted,
};
pub use error::Error;
pub use global::Global;
pub use input::{Column, Inputs, Options};
