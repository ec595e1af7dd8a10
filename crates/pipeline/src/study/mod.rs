//! A study: study.toml -> checked ([`check()`]) -> stages in order ([`Plan`]) ->
//! each made, or reused where nothing that it depends on has changed.

mod check;
mod config;
mod line;
mod models;
mod plan;
mod preview;
mod sources;
mod stage;
#[cfg(test)]
mod tests;

pub use check::{Checked, Facts, check};
pub use config::{Config, Study};
pub use plan::{Plan, StageDone};
pub use stage::{Decision, Source, Stage};
