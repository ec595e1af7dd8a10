//! A folder that is filled in steps, each of which appears whole.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::lock::{LOCK, lock};
use super::{RUN_FILE, TEMPORARY, refused, write_file};
use crate::Error;

/// The folder of a command that goes on where it was stopped, locked against
/// other runs until it is dropped.
#[derive(Debug)]
pub struct WorkDir {
    place: PathBuf,
    lock: Option<File>,
}

impl WorkDir {
    /// Refuses a place that is neither free nor this command's. Writes nothing.
    ///
    /// # Errors
    /// [`Error::Output`] for what is no folder; [`Error::Foreign`] when it holds
    /// files and no run.toml of the command; [`Error::Io`].
    pub fn check(command: &str, place: &Path) -> Result<(), Error> {
        if place.as_os_str() == "-" {
            return Err(refused(place, "a folder is needed, not standard output"));
        }
        if fs::symlink_metadata(place).is_err() {
            return Ok(());
        }
        if !place.is_dir() {
            return Err(refused(place, "this is no folder, and a folder is needed"));
        }
        let text = fs::read_to_string(place.join(RUN_FILE)).unwrap_or_default();
        let run: toml::Table = text.parse().unwrap_or_default();
        let what = match run.get("command").and_then(toml::Value::as_str) {
            Some(earlier) if earlier == command => return Ok(()),
            Some(earlier) => format!("it is the output of `radpath {earlier}`"),
            None => match first_file(place)? {
                Some(name) => format!("it holds `{name}` and no {RUN_FILE} of `radpath {command}`"),
                None => return Ok(()),
            },
        };
        Err(Error::Foreign {
            path: place.to_owned(),
            what,
        })
    }

    /// Makes or takes up the folder, and marks it as the command's and
    /// unfinished.
    ///
    /// # Errors
    /// As [`WorkDir::check`]; [`Error::Busy`] when another process works in it.
    pub fn begin(command: &str, version: &str, place: &Path) -> Result<Self, Error> {
        Self::check(command, place)?;
        let lock = Some(lock(place, place)?);
        let work = Self {
            place: place.to_owned(),
            lock,
        };
        // Under the lock: nobody else puts files there now.
        Self::check(command, place)?;
        for name in names(place)? {
            if name.starts_with(TEMPORARY) {
                let path = place.join(name);
                fs::remove_file(&path).map_err(Error::io(path))?;
            }
        }
        let mark = format!("command = \"{command}\"\nradpath = \"{version}\"\nfinished = false\n");
        work.file(RUN_FILE, mark.as_bytes())?;
        Ok(work)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.place
    }

    /// Writes a file of the folder whole.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Output`].
    pub fn file(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.place.join(name);
        write_file(&path, &[], |to| {
            to.write_all(bytes).map_err(Error::io(&path))
        })
    }

    /// Removes a file of the folder, if it is there.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        let path = self.place.join(name);
        match fs::remove_file(&path) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::Io { path, cause })
            }
            _ => Ok(()),
        }
    }
}

impl Drop for WorkDir {
    fn drop(&mut self) {
        // Removed while it is held: who opens it later opens another one.
        let Some(_lock) = self.lock.take() else {
            return;
        };
        let lock_file = self.place.join(LOCK);
        if fs::remove_file(&lock_file).is_err() {
            tracing::warn!("{} could not be removed", lock_file.display());
        }
    }
}

/// A file that isn't the lock or a temporary one.
fn first_file(place: &Path) -> Result<Option<String>, Error> {
    let own = |name: &String| name == LOCK || name.starts_with(TEMPORARY);
    Ok(names(place)?.into_iter().find(|name| !own(name)))
}

/// In alphabetical order.
fn names(place: &Path) -> Result<Vec<String>, Error> {
    let entry = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.map_err(Error::io(place))?.file_name();
        Ok(name.to_string_lossy().into_owned())
    };
    let entries = fs::read_dir(place).map_err(Error::io(place))?;
    let mut names: Vec<String> = entries.map(entry).collect::<Result<_, Error>>()?;
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_at_a_time_and_the_next_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("new/out");
        let first = WorkDir::begin("study", "1", &place).unwrap();
        first.file("step.csv", b"done").unwrap();
        let second = WorkDir::begin("study", "1", &place);
        assert!(matches!(second, Err(Error::Busy(_))));
        drop(first);
        assert!(!place.join(LOCK).exists());
        fs::write(place.join(".radpath-x"), "half").unwrap();
        drop(WorkDir::begin("study", "1", &place).unwrap());
        assert_eq!(fs::read_to_string(place.join("step.csv")).unwrap(), "done");
        assert!(!place.join(".radpath-x").exists());
    }

    #[test]
    fn what_a_killed_run_left_is_taken_up() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(LOCK), "").unwrap();
        drop(WorkDir::begin("study", "1", dir.path()).unwrap());
        fs::write(dir.path().join(LOCK), "").unwrap();
        WorkDir::begin("study", "1", dir.path()).unwrap();
    }

    #[test]
    fn foreign_folders_stay_as_they_are() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.docx"), "precious").unwrap();
        for attempt in [
            WorkDir::check("study", dir.path()),
            WorkDir::begin("study", "1", dir.path()).map(drop),
        ] {
            let text = attempt.unwrap_err().to_string();
            assert!(text.contains("thesis.docx"), "{text}");
        }
        assert_eq!(names(dir.path()).unwrap(), ["thesis.docx"]);
        fs::write(dir.path().join(RUN_FILE), "command = 'slides'").unwrap();
        assert!(WorkDir::check("study", dir.path()).is_err());
        assert!(WorkDir::check("study", Path::new("-")).is_err());
        assert!(WorkDir::check("study", &dir.path().join("thesis.docx")).is_err());
    }
}
