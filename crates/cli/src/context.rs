//! What every command knows of the run.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use cohort::Frame;
use pipeline::output;
use tables::Format;

use crate::args::{Global, LogFormat, TableFormat};

/// Global options, resolved.
#[derive(Clone)]
pub struct Context {
    /// Worker threads.
    pub threads: usize,
    /// Seed of everything random.
    pub seed: u64,
    /// The seed, if one was typed.
    pub typed_seed: Option<u64>,
    /// Format of tables in folders and on standard output.
    pub format: Format,
    /// No progress bars.
    pub quiet: bool,
    /// Arguments that make another process log as this one does.
    pub log_arguments: Vec<String>,
}

impl Context {
    pub fn new(global: &Global) -> Self {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads: global.threads.map_or_else(cores, usize::from),
            seed: global.seed.unwrap_or(1),
            typed_seed: global.seed,
            format: match global.format {
                TableFormat::Csv => Format::Csv,
                TableFormat::Parquet => Format::Parquet,
            },
            quiet: global.quiet,
            log_arguments: log_arguments(global),
        }
    }

    /// Writes a table to standard output.
    pub fn print(&self, frame: &Frame) -> Result<()> {
        let mut bytes = Vec::new();
        tables::write(frame, self.format, &mut bytes)?;
        print_bytes(&bytes)
    }
}

fn log_arguments(global: &Global) -> Vec<String> {
    let form = match global.log_format {
        LogFormat::Text => "text",
        LogFormat::Json => "json",
    };
    let mut arguments = vec!["--log-format".to_owned(), form.to_owned()];
    if global.quiet {
        arguments.push("--quiet".to_owned());
    }
    arguments.extend((0..global.verbose).map(|_| "--verbose".to_owned()));
    arguments
}

/// Writes bytes to standard output.
pub fn print_bytes(bytes: &[u8]) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .context("standard output")
}

/// True for the name that means standard output.
pub fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Refuses a table's file name whose ending isn't that of a format.
pub fn check_ending(path: &Path) -> Result<()> {
    let known = |e: &std::ffi::OsStr| ["csv", "parquet"].iter().any(|k| e.eq_ignore_ascii_case(k));
    if !is_stdout(path) && !path.extension().is_some_and(known) {
        bail!(
            "{}: the ending decides the format: name the file .csv or .parquet",
            path.display()
        );
    }
    Ok(())
}

/// Writes a table to a file whose ending decides the format; none of the
/// `inputs` is overwritten.
pub fn write_table(path: &Path, frame: &Frame, inputs: &[&Path]) -> Result<()> {
    let format = Format::of(path);
    output::write_file(path, inputs, |to| Ok(tables::write(frame, format, to)?))?;
    Ok(())
}
