//! The command line of radpath: arguments to calls, and nothing else.
//!
//! [`main`] parses what was typed ([`args`]), sets up logging and threads, and
//! hands over to one file a subcommand ([`cmd`]); each of them reads its
//! configuration, calls the libraries, and writes the outputs.

pub mod args;
pub mod cmd;
mod context;
mod logging;
mod progress;
mod roles;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow};
use clap::Parser;
use pipeline::batch;

use args::{Cli, Command};
use context::Context;

/// How a command ended, if it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was done: exit code 0.
    Done,
    /// Some cases or slides failed and are listed in failures.csv: exit code 1.
    SomeFailed,
}

/// Runs the command line of this process. Exit code 0: all done; 1: done, but
/// some cases or slides failed; 2: usage, configuration or fatal error.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(&cli.global);
    batch::log_panics();
    // Whatever happens, the exit code keeps its meaning.
    let outcome = catch_unwind(AssertUnwindSafe(|| run(&cli))).unwrap_or_else(|panic| {
        let text = batch::message(panic.as_ref());
        Err(anyhow!(
            "internal error: {text}; please report it (-vv shows where)"
        ))
    });
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::SomeFailed) => ExitCode::from(1),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            logging::fatal(&error);
            ExitCode::from(2)
        }
    }
}

fn run(cli: &Cli) -> Result<Outcome> {
    let context = Context::new(&cli.global);
    rayon::ThreadPoolBuilder::new()
        .num_threads(context.threads)
        .build_global()
        .context("the thread pool can't be started; try a smaller --threads")?;
    dispatch(&cli.command, &context)
}

/// Runs one command; a study runs several.
fn dispatch(command: &Command, context: &Context) -> Result<Outcome> {
    match command {
        Command::Demo(command) => cmd::demo::run(command, context),
        Command::Radiomics(command) => cmd::radiomics::run(command, context),
        Command::Reliability(command) => cmd::reliability::run(command, context),
        Command::Convert(command) => cmd::convert::run(command, context),
        Command::Inspect(command) => cmd::inspect::run(command, context),
        Command::Qc(command) => cmd::qc::run(command, context),
        Command::Slides(command) => cmd::slides::run(command, context),
        Command::SlideWorker(_) => cmd::slides::worker::run(),
        Command::Correlate(command) => cmd::correlate::run(command, context),
        Command::Response(command) => cmd::response::run(command, context),
        Command::Survival(command) => cmd::survival::run(command, context),
        Command::Predict(command) => cmd::predict::run(command, context),
        Command::Study(command) => cmd::study::run(command, context),
        Command::Doctor(command) => cmd::doctor::run(command, context),
    }
}

/// Whoever read our standard output has gone: `radpath ... --out - | head`.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
