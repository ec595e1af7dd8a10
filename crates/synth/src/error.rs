//! What can go wrong while synthetic data is made.

use std::path::{Path, PathBuf};

/// An error of this crate: what happened, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting outside the range that gives a sensible picture.
    #[error("{what} is {value}, but must be {allowed}; change it and run again")]
    Setting {
        /// The setting's name.
        what: &'static str,
        /// The value given.
        value: String,
        /// The values allowed.
        allowed: &'static str,
    },
    /// A file or folder could not be written.
    #[error("{}: {source}; check that the folder exists, is writable and has room", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The cause given by the system.
        source: std::io::Error,
    },
    /// An image could not be encoded as TIFF.
    #[error("{}: the image could not be encoded: {message}", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// The cause given by the encoder.
        message: String,
    },
}

impl Error {
    pub(crate) fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Write { path, source }
    }

    pub(crate) fn encode<E: std::fmt::Display>(path: &Path) -> impl FnOnce(E) -> Self {
        let path = path.to_path_buf();
        move |cause| Self::Encode {
            path,
            message: cause.to_string(),
        }
    }
}

/// `value` if it lies in `low..=high` (NaN does not), else an error that names it.
pub(crate) fn within(
    what: &'static str,
    value: f64,
    low: f64,
    high: f64,
    allowed: &'static str,
) -> Result<f64, Error> {
    if (low..=high).contains(&value) {
        return Ok(value);
    }
    Err(Error::Setting {
        what,
        value: value.to_string(),
        allowed,
    })
}
