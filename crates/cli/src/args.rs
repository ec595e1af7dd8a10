//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cmd;

/// radpath: from radiology to pathology, patient by patient.
///
/// Radiomic features from MRI and CT, cells and immune markers from whole
/// slides, and honest correlations between the two. For research use only.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "Begin with:  radpath demo --out demo\nThen:        radpath radiomics --help"
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Threads to use; all cores by default
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Seed of everything random: folds and permutations (1 by default), the synthetic cohort
    #[arg(long, global = true, value_name = "S", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: Option<u64>,
    /// Format of tables in output folders and on standard output
    #[arg(long, global = true, value_name = "FORMAT", default_value = "csv")]
    pub format: TableFormat,
    /// Form of the log on stderr
    #[arg(long, global = true, value_name = "FORM", default_value = "text")]
    pub log_format: LogFormat,
    /// More log: -v for steps, -vv for details
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// No progress bars and no log but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// Format of tables.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TableFormat {
    /// Comma-separated text; NA for missing values
    Csv,
    /// Apache Parquet; null for missing values
    Parquet,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// For programs: one JSON object a line
    Json,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a synthetic cohort and run everything on it
    Demo(cmd::demo::Demo),
    /// Extract radiomic features from images and masks
    Radiomics(cmd::radiomics::Radiomics),
    /// Say how well features repeat, from repeated readers or perturbations
    Reliability(cmd::reliability::Reliability),
    /// Convert DICOM series, RTSTRUCT and SEG to NIfTI
    Convert(cmd::convert::Convert),
    /// Show what radpath sees in an image or mask
    Inspect(cmd::inspect::Inspect),
    /// Draw images with the outlines of their masks
    Qc(cmd::qc::Qc),
    /// Find cells on whole slides and say which are positive
    Slides(cmd::slides::Slides),
    /// The process that `slides` hands its slides to
    #[command(hide = true)]
    SlideWorker(cmd::slides::worker::SlideWorker),
    /// Correlate radiomic with pathology features
    Correlate(cmd::correlate::Correlate),
    /// Fit and validate models of treatment response
    Response(cmd::response::Response),
    /// Fit and validate models of survival
    Survival(cmd::survival::Survival),
    /// Apply a saved model to new patients
    Predict(cmd::predict::Predict),
    /// Run a whole study, as a study.toml describes it, into one report
    Study(cmd::study::Study),
    /// Show what works on this machine
    Doctor(cmd::doctor::Doctor),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_subcommand_teaches_by_example() {
        for command in Cli::command().get_subcommands() {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(help.contains("Example"), "{}", command.get_name());
        }
    }
}
