//! Features and outcomes to models of response and survival, validated.
//!
//! Input: features and covariates of patients ([`design`]), a response or a
//! follow-up ([`target`]), and who belongs to the training cohort
//! ([`patients`]). Steps, all inside the training patients: folds ([`split`]),
//! imputation and scaling ([`prepare`]), lasso paths ([`lasso`]), the penalty by
//! inner cross-validation ([`select`]), models ([`fit`](mod@fit)), nested cross-validation
//! ([`validate`](mod@validate)). Output: models with their estimates ([`response`](mod@response),
//! [`survival`](mod@survival)), risk groups ([`groups`]), tables ([`export`]), and a file
//! that new patients can be predicted with ([`model`]). The statistics
//! underneath stand alone: [`roc`], [`concordance`], [`kaplan_meier`],
//! [`logrank`], [`cox`].
//!
//! ```
//! use outcome::{FollowUp, concordance, logrank, roc};
//! let scores = [0.9, 0.2, 0.7, 0.1];
//! let auc = roc::auc(&scores, &[true, false, false, true])?;
//! assert_eq!(auc.value, 0.5);
//!
//! let follow_up = FollowUp::new(vec![2.0, 9.0, 4.0, 7.0], vec![true, false, true, true])?;
//! assert_eq!(concordance::harrell(&follow_up, &scores)?.value, 5.0 / 6.0);
//! let groups = logrank::test(&follow_up, &[0, 1, 0, 1], 2, 0.0)?;
//! assert!(groups.p < 0.1);
//! # Ok::<(), outcome::Error>(())
//! ```

pub mod compare;
pub mod concordance;
pub mod cox;
pub mod cox_table;
pub mod crossval;
pub mod design;
mod difference;
mod error;
pub mod export;
pub mod fit;
pub mod follow_up;
pub mod groups;
pub mod kaplan_meier;
pub mod lasso;
mod linear;
pub mod linear_model;
pub mod logrank;
pub mod model;
pub mod patients;
pub mod performance;
pub mod prediction;
pub mod prepare;
pub mod response;
pub mod roc;
pub mod select;
pub mod split;
pub mod survival;
pub mod target;
pub mod validate;
mod vectors;

pub use error::Error;
pub use follow_up::FollowUp;
pub use target::Target;
