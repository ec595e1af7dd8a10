//! Output that appears whole or not at all.
//!
//! A folder is filled under the name `.NAME.partial` beside its place and
//! renamed at the end; the partial folder holds the lock. A file is written to
//! a temporary neighbour and renamed. Nothing but radpath's own earlier output
//! is ever replaced. A study's folder alone is filled step by step ([`WorkDir`]):
//! each step appears whole.

mod file;
mod folder;
mod lock;
mod work;

pub(crate) use file::TEMPORARY;
pub use file::{check_file, file_name, write_file, write_table};
pub use folder::{OutputDir, RUN_FILE};
pub use work::WorkDir;

use std::path::{Path, PathBuf};

use crate::Error;

fn refused(path: &Path, problem: &str) -> Error {
    Error::Output {
        path: path.to_owned(),
        problem: problem.to_owned(),
    }
}

fn parent(place: &Path) -> PathBuf {
    match place.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
