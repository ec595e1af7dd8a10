//! What can go wrong around the computation.

use std::path::PathBuf;

/// Why a run can't begin or end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder can't be made, read or moved.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        cause: std::io::Error,
    },
    /// The output folder holds something that this subcommand didn't write.
    #[error("{}: {what}: choose another --out, or empty the folder yourself", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// What is in it.
        what: String,
    },
    /// The output is, or holds, one of the inputs.
    #[error("{}: the output would replace the input {}: choose another --out", output.display(), input.display())]
    OverwritesInput {
        /// The output.
        output: PathBuf,
        /// The input.
        input: PathBuf,
    },
    /// Another process writes the same output.
    #[error("{}: another radpath process writes to it: wait for it, or choose another --out", .0.display())]
    Busy(PathBuf),
    /// A path that can't be an output.
    #[error("{}: {problem}", path.display())]
    Output {
        /// The path.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A table can't be read or written.
    #[error(transparent)]
    Table(#[from] tables::Error),
    /// Columns don't fit together.
    #[error(transparent)]
    Cohort(#[from] cohort::Error),
    /// A study.toml that can't be read as one.
    #[error("{}: {cause}", file.display())]
    StudyFile {
        /// The file.
        file: PathBuf,
        /// What TOML says, with the line.
        cause: Box<toml::de::Error>,
    },
    /// All that is wrong with a study.
    #[error("{}: {}", file.display(), listed(problems))]
    Study {
        /// The study.toml.
        file: PathBuf,
        /// Each with its place and what to do.
        problems: Vec<String>,
    },
    /// Settings can't be written as TOML.
    #[error("run.toml can't be written: {0}")]
    Toml(#[from] toml::ser::Error),
}

impl Error {
    /// For `map_err` on I/O with a path at hand.
    pub fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        |cause| Self::Io { path, cause }
    }
}

/// One problem as it is, several as a numbered list.
fn listed(problems: &[String]) -> String {
    match problems {
        [one] => one.clone(),
        many => {
            let lines = (1..).zip(many).map(|(i, text)| format!("\n  {i}. {text}"));
            format!("{} problems:{}", many.len(), lines.collect::<String>())
        }
    }
}
