//! Segments to masks: references, the rules of reading, damaged files.

#![allow(clippy::unwrap_used)]

mod file;
mod hostile;
mod references;
mod rules;
