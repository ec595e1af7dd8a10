//! One file a subcommand: read the configuration, call the libraries, write.

mod beside;
pub mod convert;
pub mod correlate;
pub mod demo;
pub mod doctor;
pub mod inspect;
mod models;
pub mod predict;
pub mod qc;
pub mod radiomics;
pub mod reliability;
pub mod response;
pub mod slides;
pub mod study;
pub mod survival;
mod targets;

use std::path::Path;

use anyhow::{Context as _, Result};

/// The text of a file that the user named.
fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| path.display().to_string())
}

/// Where the keys of a settings text came from: all keys at the top of it are
/// from the settings file.
fn keys(text: &str) -> std::collections::BTreeMap<String, &'static str> {
    let table: toml::Table = text.parse().unwrap_or_default();
    table
        .into_iter()
        .map(|(key, _)| (key, "settings file"))
        .collect()
}
