//! What can go wrong with a slide, said so that the user knows what to do.

use std::path::PathBuf;

/// Errors of reading and quantifying slides.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No reader can open the file.
    #[error("{path}: cannot be opened as a slide: {reason}", path = path.display())]
    Open {
        /// The file, as given.
        path: PathBuf,
        /// What each reader that was tried said.
        reason: String,
    },
    /// The file opened, but a part of it could not be read.
    #[error("{path}: reading {what} failed: {reason}; the file may be truncated or damaged", path = path.display())]
    Read {
        /// The file, as given.
        path: PathBuf,
        /// Region or directory that was asked for.
        what: String,
        /// What the reader said.
        reason: String,
    },
    /// Neither the file nor the user states the size of a pixel.
    #[error(
        "{path}: no pixel size (microns per pixel) in the file; give it with --mpp or in the manifest column `mpp`",
        path = path.display()
    )]
    NoMpp {
        /// The file, as given.
        path: PathBuf,
    },
    /// A pixel size that cannot be worked with.
    #[error("{path}: {reason}", path = path.display())]
    BadMpp {
        /// The file, as given.
        path: PathBuf,
        /// What is wrong with it and what to do.
        reason: String,
    },
    /// A marker profile that is unknown or cannot be used.
    #[error("marker profile: {0}")]
    Profile(String),
    /// Options outside of their range.
    #[error("options of slide quantification: {0}")]
    Options(String),
    /// The receiver of cells refused them.
    #[error("writing cells failed: {0}")]
    Sink(String),
    /// The overlay could not be encoded.
    #[error("writing the overlay failed: {0}")]
    Overlay(String),
}
