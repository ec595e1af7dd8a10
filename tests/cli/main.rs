//! The command line as its users see it: exit codes, messages, files.
#![allow(clippy::unwrap_used)]

mod correlate;
mod demo;
mod formats;
mod hostile;
mod models;
mod protocols;
mod radiomics;
mod reliability;
mod slides;
mod standardise;
mod study;
mod support;
