//! Contours to masks: references, the rules of drawing, damaged files.

#![allow(clippy::unwrap_used)]

mod file;
mod hostile;
mod references;
mod rules;
