//! What can keep a report from being written.

use std::path::{Path, PathBuf};

/// Why there is no report. Every text names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A table can't be read, or a column or cell of it isn't what it should be.
    #[error("the report can't use a table of the study: {cause}")]
    Table {
        /// File, column and row, in the words of the crate `tables`.
        cause: tables::Error,
    },
    /// A file or folder can't be read.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        cause: std::io::Error,
    },
    /// A run.toml isn't what radpath writes.
    #[error("{}: not a run.toml as radpath writes it; run the stage again: {cause}", path.display())]
    Run {
        /// The file.
        path: PathBuf,
        /// Line and problem.
        cause: toml::de::Error,
    },
    /// A figure that can't stand inside a page.
    #[error("{}: {problem}; run the stage again", path.display())]
    Figure {
        /// The SVG file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A picture that can't be decoded.
    #[error("{}: not a picture; run the stage again: {cause}", path.display())]
    Picture {
        /// The file.
        path: PathBuf,
        /// The decoder's answer.
        cause: image::ImageError,
    },
    /// The page can't be put together: a mistake in a template.
    #[error("the page can't be put together (please report this): {cause}")]
    Page {
        /// Template, line and problem.
        cause: minijinja::Error,
    },
}

impl Error {
    /// Makes an io error one about `path`.
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        |cause| Self::File { path, cause }
    }
}

impl From<tables::Error> for Error {
    fn from(cause: tables::Error) -> Self {
        Self::Table { cause }
    }
}

impl From<minijinja::Error> for Error {
    fn from(cause: minijinja::Error) -> Self {
        Self::Page { cause }
    }
}
