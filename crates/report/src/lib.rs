//! The results of a study to one HTML page.
//!
//! Input: the folder of a study, with a folder for each stage (radiomics,
//! slides, correlate, response, survival); a stage that is not there has no
//! section. Steps: read the tables to typed rows (`read`); say in plain words
//! what was found and what was not, by fixed rules ([`findings`](mod@findings));
//! take figures in (`figures`); describe methods and limits; fill the templates
//! (`page`). Output: one file that needs no other, runs no script and asks no
//! network; the same bytes for the same input.
//!
//! ```
//! let folder = tempfile::tempdir()?;
//! std::fs::create_dir(folder.path().join("correlate"))?;
//! let write = |name, text: &str| std::fs::write(folder.path().join("correlate").join(name), text);
//! write("blocks.csv", "cohort,block,n_tests,n_p05,n_q05,p_count,p_max_abs,max_abs\n\
//!     all,CD8,217,30,0,0.43,0.2,0.4\n")?;
//! write("pairs.csv", "cohort,block,radiomic,pathology,n,estimate,ci_low,ci_high,p,q_block\n\
//!     all,CD8,volume,CD8_h_score,60,0.4,0.15,0.6,0.0016,0.09\n")?;
//! let request = report::Request {
//!     folder: folder.path(),
//!     title: "A study",
//!     radpath: "0.1.0",
//!     seed: 1,
//!     format: tables::Format::Csv,
//!     roles: &[],
//!     notes: &[],
//! };
//! let findings = report::findings(&request)?;
//! assert_eq!(findings[0].verdict, report::Verdict::NotFound);
//! assert!(report::html(&request)?.contains("What was not found"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod figures;
pub mod findings;
mod limits;
#[cfg(test)]
mod made;
mod methods;
mod numbers;
mod page;
mod read;
mod references;
mod svg;

use std::path::Path;

pub use error::Error;
pub use findings::{Finding, NO_PROOF, Verdict};

/// What a report is about.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The study's output folder, with the stages in it.
    pub folder: &'a Path,
    /// Title of the page.
    pub title: &'a str,
    /// Version of radpath.
    pub radpath: &'a str,
    /// Seed of the random streams.
    pub seed: u64,
    /// Format of the tables in the folders.
    pub format: tables::Format,
    /// What columns were used as: (`outcome`, `response`), ...
    pub roles: &'a [(String, String)],
    /// Remarks of the study for the reader.
    pub notes: &'a [String],
}

/// The report: one HTML page that needs no other file. Links to tables are
/// relative: the page belongs into the study's folder.
///
/// # Errors
/// A folder, table, figure or run.toml that can't be read; each is named.
pub fn html(request: &Request<'_>) -> Result<String, Error> {
    let study = read::Study::read(request.folder, request.format)?;
    page::render(request, &study)
}

/// What was found and what was not: the statements that the page begins with.
/// Beside those with [`Verdict::NotFound`] belongs [`NO_PROOF`].
///
/// # Errors
/// As [`html`], figures apart.
pub fn findings(request: &Request<'_>) -> Result<Vec<Finding>, Error> {
    let study = read::Study::read(request.folder, request.format)?;
    let statements = findings::statements(&study);
    Ok(statements.into_iter().map(Finding::from).collect())
}
