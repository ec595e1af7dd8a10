//! `radpath slide-worker`: the process that slides are handed to.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use pipeline::workers;
use serde::{Deserialize, Serialize};

use super::job::Job;
use super::store;
use crate::Outcome;

const EXAMPLES: &str = "Example: `radpath slides` starts it; it is of no use by itself.";

/// Arguments of `radpath slide-worker`: none.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct SlideWorker {}

/// A line of its input.
#[derive(Serialize, Deserialize)]
pub struct Order {
    /// The slide.
    pub job: Job,
    /// What its result is known by.
    pub key: String,
    /// Folder of the result.
    pub place: PathBuf,
}

/// Does jobs until there are no more.
pub fn run() -> Result<Outcome> {
    workers::serve(&|line, progress| {
        let order: Order = serde_json::from_str(line).map_err(|error| error.to_string())?;
        store::keep(&order.job, order.key, &order.place, progress)
            .map_err(|error| format!("{error:#}"))
    });
    Ok(Outcome::Done)
}
