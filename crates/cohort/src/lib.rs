//! Patients and their columns, as plain data: what every table becomes after
//! it is read and before it is written.
//!
//! A [`Frame`] is a list of named [`Column`]s of one length, with missing
//! values. [`ids`] checks patient ids, [`join`] lines two tables up by them,
//! [`notes`] keeps the reasons why a value is missing.
//!
//! ```
//! use cohort::{Frame, Values, join};
//!
//! let mut features = Frame::default();
//! features.push("patient_id", Values::text(["P2", "P1"]))?;
//! features.push("contrast", Values::Float(vec![0.5, f64::NAN]))?;
//!
//! let lined_up = join::inner(&["P1".into(), "P3".into()], &["P2".into(), "P1".into()]);
//! assert_eq!(lined_up.pairs, [(0, 1)]);
//! assert_eq!(lined_up.only_left, ["P3"]);
//! # Ok::<(), cohort::Error>(())
//! ```

mod error;
mod frame;
pub mod ids;
pub mod join;
pub mod notes;

pub use error::Error;
pub use frame::{Column, Frame, Values};
