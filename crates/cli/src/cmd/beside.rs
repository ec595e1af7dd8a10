//! What commands with one output table write beside it.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use cohort::Frame;
use pipeline::{output, provenance};
use tables::Format;

/// Checks the output table and the files beside it (`STEM.ending`): the table
/// may be replaced, the others only where `command` wrote them.
///
/// # Errors
/// An input in the place of an output, or somebody else's file.
pub fn check(command: &str, out: &Path, endings: &[&str], inputs: &[&Path]) -> Result<()> {
    output::check_file(out, inputs)?;
    let run =
        std::fs::read_to_string(provenance::beside(out, output::RUN_FILE)).unwrap_or_default();
    let run: toml::Table = run.parse().unwrap_or_default();
    let ours = run.get("command").and_then(toml::Value::as_str) == Some(command);
    for &ending in endings {
        let file = provenance::beside(out, ending);
        output::check_file(&file, inputs)?;
        // A run that failed altogether leaves its failures alone there.
        if file.exists() && !ours && ending != "failures.csv" {
            bail!(
                "{}: radpath would write this file, and it is somebody else's: choose another --out",
                file.display()
            );
        }
    }
    Ok(())
}

/// Writes `STEM.ending` if there is something to write, else removes what an
/// earlier run left there.
///
/// # Errors
/// What the file system says.
pub fn write_optional(out: &Path, ending: &str, frame: &Frame) -> Result<()> {
    let path = provenance::beside(out, ending);
    if frame.rows() > 0 {
        output::write_table(&path, frame, Format::Csv)?;
    } else if has_header(&path, frame) {
        std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// Whether there is a table of these columns.
fn has_header(path: &Path, frame: &Frame) -> bool {
    let names = frame.columns().iter().map(|c| c.name.as_str());
    tables::Table::read(path).is_ok_and(|table| table.names().into_iter().eq(names))
}
