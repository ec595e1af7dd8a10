//! The command line as its users see it: exit codes, messages, files.

mod correlate;
mod demo;
mod hostile;
mod radiomics;
mod slides;
mod support;
