//! The log, on stderr.

use tracing::level_filters::LevelFilter;

use crate::args::{Global, LogFormat};

/// Starts the log of the process.
pub fn start(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(level)
        .with_target(false);
    // A second start in one process (in tests) leaves the first in place.
    let _ = match global.log_format {
        LogFormat::Text => log.without_time().with_ansi(false).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}

/// The last line of a run that could not be done.
pub fn fatal(error: &anyhow::Error) {
    tracing::error!("{error:#}");
}
