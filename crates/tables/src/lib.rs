//! Files to cohort columns and back: CSV and Parquet.
//!
//! [`Table::read`] takes a file to cells; [`Table::text`], [`Table::numbers`]
//! and [`Table::features`] take cells to columns, with errors that name file,
//! row and column; [`write()`] and [`parquet::Stream`] take a
//! [`cohort::Frame`] to a file. The only crate that knows polars, and no
//! polars type is in its interface.
//!
//! ```
//! use cohort::{Frame, Values};
//! use tables::{Format, Table};
//!
//! let mut frame = Frame::default();
//! frame.push("patient_id", Values::text(["007", "8"]))?;
//! frame.push("density_mm2", Values::Float(vec![12.5, f64::NAN]))?;
//! let mut bytes = Vec::new();
//! tables::write(&frame, Format::Csv, &mut bytes)?;
//! assert_eq!(String::from_utf8_lossy(&bytes), "patient_id,density_mm2\n007,12.5\n8,NA\n");
//!
//! let table = Table::from_csv("densities.csv", &bytes)?;
//! assert_eq!(table.numbers("density_mm2")?[0], 12.5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod csv;
mod error;
pub mod number;
pub mod parquet;
mod table;
mod write;

pub use error::Error;
pub use table::{Features, Table};
pub use write::{Format, write};
