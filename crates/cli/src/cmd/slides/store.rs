//! Results of single slides, kept until all are done.
//!
//! Each slide has a folder that appears whole: its files, and state.json with
//! the key of what they were made from. A run that was killed leaves them, and
//! one that goes on takes those whose key is still the same; it also takes
//! those of an earlier output, of which only some slides failed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use pipeline::output::{OutputDir, file_name};
use pipeline::workers::Progress;
use serde::{Deserialize, Serialize};

use super::job::{FILES, Finished, Job};

/// Folder of the states in the output.
pub const STATES: &str = "state";
const STATE: &str = "state.json";

/// The state of a slide that is done.
#[derive(Serialize, Deserialize)]
struct State {
    key: String,
    finished: Finished,
}

/// Where the results of single slides are kept.
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// Opens the store of an output; without `resume` it begins empty.
    pub fn open(out: &OutputDir, resume: bool) -> Result<Self> {
        let folder = out.kept(resume)?;
        Ok(Self { folder })
    }

    /// Where a slide's result is kept.
    pub fn place(&self, job: &Job) -> PathBuf {
        self.folder.join(file_name(&job.entry.slide_id))
    }

    /// Whether the result of a job is there: from a run that was stopped, or
    /// from the output that this run will replace.
    pub fn has(&self, job: &Job, key: &str, out: &OutputDir) -> Result<bool> {
        let place = self.place(job);
        if read(&place.join(STATE)).is_some_and(|state| state.key == key) {
            return Ok(true);
        }
        let Some(earlier) = out.earlier() else {
            return Ok(false);
        };
        let name = file_name(&job.entry.slide_id);
        let state = earlier.join(STATES).join(format!("{name}.json"));
        if read(&state).is_none_or(|state| state.key != key) {
            return Ok(false);
        }
        whole(&place, |new| {
            for (file, folder, ending) in FILES {
                let from = earlier.join(folder).join(format!("{name}.{ending}"));
                if from.is_file() {
                    link(&from, &new.join(file))?;
                }
            }
            link(&state, &new.join(STATE))
        })?;
        Ok(true)
    }

    /// The kept result of a slide, if there is one.
    pub fn peek(&self, job: &Job) -> Option<Finished> {
        Some(read(&self.place(job).join(STATE))?.finished)
    }

    /// The kept result of a slide, whose files are put into the output.
    pub fn take(&self, job: &Job, out: &OutputDir) -> Result<Finished> {
        let place = self.place(job);
        let name = file_name(&job.entry.slide_id);
        for (file, folder, ending) in FILES {
            let from = place.join(file);
            if from.is_file() {
                link(
                    &from,
                    &out.subfolder(folder)?.join(format!("{name}.{ending}")),
                )?;
            }
        }
        let state = place.join(STATE);
        link(&state, &out.subfolder(STATES)?.join(format!("{name}.json")))?;
        let state = read(&state).with_context(|| {
            format!(
                "{}: can't be read; run again without --resume",
                state.display()
            )
        })?;
        Ok(state.finished)
    }
}

/// Does a job and keeps its result.
pub fn keep(job: &Job, key: String, place: &Path, progress: &Progress) -> Result<()> {
    whole(place, |new| {
        let finished = job.run(new, progress)?;
        let path = new.join(STATE);
        let text = serde_json::to_string(&State { key, finished })?;
        fs::write(&path, text).with_context(|| path.display().to_string())
    })
}

/// Makes a folder that appears whole or not at all.
fn whole(place: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    // `~` is encoded in ids: no slide's folder is called so.
    let mut new = place.as_os_str().to_owned();
    new.push("~new");
    let new = PathBuf::from(new);
    remove(&new)?;
    fs::create_dir_all(&new).with_context(|| new.display().to_string())?;
    let filled = fill(&new);
    if let Err(error) = filled {
        remove(&new)?;
        return Err(error);
    }
    remove(place)?;
    fs::rename(&new, place).with_context(|| place.display().to_string())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    Ok(())
}

fn read(path: &Path) -> Option<State> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// A second name for a file, or a copy where the file system has no links.
fn link(from: &Path, to: &Path) -> Result<()> {
    fs::hard_link(from, to)
        .or_else(|_| fs::copy(from, to).map(drop))
        .with_context(|| to.display().to_string())
}
