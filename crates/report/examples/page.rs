//! Writes the page of a study's folder to standard output.
//!
//! ```sh
//! cargo run --release -p report --example page -- results > results/report.html
//! ```

use std::io::Write as _;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).ok_or("usage: page DIR")?.into();
    let page = report::html(&report::Request {
        folder: &folder,
        title: "Radiology and pathology before immunotherapy",
        radpath: env!("CARGO_PKG_VERSION"),
        seed: 20_250_930,
        format: tables::Format::Csv,
        roles: &[],
        notes: &[],
    })?;
    std::io::stdout().write_all(page.as_bytes())?;
    Ok(())
}
