//! `radpath doctor`: what works on this machine.

use anyhow::Result;
use clap::Args;

use crate::Outcome;
use crate::context::{Context, print_bytes};

const EXAMPLES: &str = "Example:
  radpath doctor";

/// Arguments of `radpath doctor`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Doctor {}

/// Runs the command.
///
/// # Errors
/// When standard output can't be written.
pub fn run(_command: &Doctor, context: &Context) -> Result<Outcome> {
    let openslide = match wsi::slide::openslide_version() {
        Some(version) => {
            format!("{version} (svs, ndpi, mrxs, scn, vms, bif, generic tiled TIFF, ...)")
        }
        None => "not built in (build with the feature `openslide`); TIFF, PNG and JPEG work".into(),
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rows = [
        (
            "radpath",
            format!(
                "{} ({} {})",
                env!("CARGO_PKG_VERSION"),
                std::env::consts::OS,
                std::env::consts::ARCH
            ),
        ),
        ("OpenSlide", openslide),
        (
            "slides",
            "TIFF, BigTIFF and OME-TIFF (JPEG, LZW, deflate, none), PNG, JPEG: built in".into(),
        ),
        (
            "images",
            "NIfTI, NRRD, MetaImage, DICOM CT, MR and PET; masks also RTSTRUCT and SEG".into(),
        ),
        ("tables", "CSV (comma, semicolon, tab), Parquet".into()),
        (
            "markers",
            wsi::markers::Markers::built_in()
                .names()
                .collect::<Vec<_>>()
                .join(", "),
        ),
        ("cores", format!("{cores} ({} in use)", context.threads)),
        ("memory", memory()),
    ];
    let text: String = rows
        .iter()
        .map(|(what, state)| format!("{what:<10} {state}\n"))
        .collect();
    print_bytes(text.as_bytes())?;
    Ok(Outcome::Done)
}

/// Total and available memory, where the system says so.
fn memory() -> String {
    let info = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let gib = |key: &str| {
        let line = info.lines().find(|line| line.starts_with(key))?;
        let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib / 1024.0 / 1024.0)
    };
    match (gib("MemTotal:"), gib("MemAvailable:")) {
        (Some(total), Some(free)) => format!("{total:.1} GiB, {free:.1} GiB available"),
        _ => "unknown on this system".into(),
    }
}
