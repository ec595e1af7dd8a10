//! A folder that is put in its place as a whole.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use cohort::Frame;
use tables::Format;

use super::lock::{LOCK, lock};
use super::{parent, refused, write_table};
use crate::Error;

/// The file that tells a radpath folder from anybody else's.
pub const RUN_FILE: &str = "run.toml";

/// Stems of all that radpath writes at the top of an output folder. A folder
/// that holds anything else is not replaced.
const OWN: [&str; 33] = [
    "run",
    "timing",
    "stage",
    "failures",
    "notes",
    "slides",
    "patients",
    "fragments",
    "tiles",
    "cells",
    "maps",
    "overlays",
    "state",
    "contact",
    "geojson",
    "patches",
    "threshold",
    "pairs",
    "blocks",
    "heatmap",
    "performance",
    "predictions",
    "selected",
    "model",
    "roc",
    "km",
    "groups",
    "cox",
    "figures",
    "report",
    "cohort",
    "results",
    "tables",
];

/// A folder in the making. Dropped without [`OutputDir::commit`], it vanishes.
#[derive(Debug)]
pub struct OutputDir {
    command: &'static str,
    place: PathBuf,
    partial: PathBuf,
    lock: Option<File>,
}

impl OutputDir {
    /// Begins the folder `place` of a subcommand. An earlier folder of the same
    /// subcommand stays until `commit` replaces it; what a killed run left is
    /// cleared.
    ///
    /// # Errors
    /// [`Error::Foreign`] when the folder holds something else;
    /// [`Error::OverwritesInput`] when one of `inputs` lies in it;
    /// [`Error::Busy`] when another process makes it; [`Error::Output`] when it
    /// can't become a folder; [`Error::Io`].
    pub fn begin(command: &'static str, place: &Path, inputs: &[&Path]) -> Result<Self, Error> {
        let place = resolved(place)?;
        let partial = neighbour(&place, "partial")?;
        let lock = Some(lock(&place, &partial)?);
        // Under the lock: no other run is about to put its folder in the place.
        let out = Self {
            command,
            place,
            partial,
            lock,
        };
        restore(&out.place)?;
        check_place(command, &out.place)?;
        check_inputs(&out.place, inputs)?;
        clear(&out.partial)?;
        Ok(out)
    }

    /// Where files are to be written until the commit.
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// A folder beside the output for what is to outlive a run that is stopped;
    /// the commit removes it. It begins empty unless the run goes `on` with it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn kept(&self, on: bool) -> Result<PathBuf, Error> {
        let kept = neighbour(&self.place, "kept")?;
        if !on {
            remove_folder(&kept)?;
        }
        fs::create_dir_all(&kept).map_err(Error::io(&kept))?;
        Ok(kept)
    }

    /// The earlier output that the commit will replace.
    pub fn earlier(&self) -> Option<&Path> {
        self.place.is_dir().then_some(self.place.as_path())
    }

    /// Makes a subfolder.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn subfolder(&self, name: &str) -> Result<PathBuf, Error> {
        let path = self.partial.join(name);
        fs::create_dir_all(&path).map_err(Error::io(&path))?;
        Ok(path)
    }

    /// Writes a table into the folder as `stem.csv` or `stem.parquet`.
    ///
    /// # Errors
    /// [`Error::Table`], [`Error::Io`].
    pub fn table(&self, stem: &str, frame: &Frame, format: Format) -> Result<(), Error> {
        write_table(
            &self.partial.join(format!("{stem}.{}", format.extension())),
            frame,
            format,
        )
    }

    /// Writes a file into the folder.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn file(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.partial.join(name);
        fs::write(&path, bytes).map_err(Error::io(path))
    }

    /// Puts the folder in its place, all at once.
    ///
    /// # Errors
    /// [`Error::Foreign`] when the place was used for something else meanwhile;
    /// [`Error::Io`]. The earlier folder is then still there.
    pub fn commit(mut self) -> Result<PathBuf, Error> {
        check_place(self.command, &self.place)?;
        let old = neighbour(&self.place, "old")?;
        let replaces = self.place.exists();
        if replaces {
            remove_folder(&old)?;
            fs::rename(&self.place, &old).map_err(Error::io(&self.place))?;
        }
        if let Err(cause) = fs::rename(&self.partial, &self.place) {
            restore(&self.place)?;
            return Err(Error::Io {
                path: self.place.clone(),
                cause,
            });
        }
        // The lock is held until the folder stands in its place: nobody can
        // take the partial folder for a dead one.
        let lock_file = self.place.join(LOCK);
        fs::remove_file(&lock_file).map_err(Error::io(lock_file))?;
        self.lock = None;
        if replaces {
            remove_folder(&old)?;
        }
        remove_folder(&neighbour(&self.place, "kept")?)?;
        Ok(self.place.clone())
    }
}

impl Drop for OutputDir {
    fn drop(&mut self) {
        // The lock is let go last, or another run's new work would be removed.
        let Some(_lock) = self.lock.take() else {
            return;
        };
        if self.partial.exists() && fs::remove_dir_all(&self.partial).is_err() {
            tracing::warn!("{} could not be removed", self.partial.display());
        }
    }
}

/// The folder's true place: links followed, its parent made.
fn resolved(place: &Path) -> Result<PathBuf, Error> {
    if place.as_os_str() == "-" {
        return Err(refused(place, "a folder is needed, not standard output"));
    }
    if let Ok(found) = fs::canonicalize(place) {
        if is_mount_point(&found) {
            let problem = "a mount point can't be replaced as a whole: name a folder inside it";
            return Err(refused(place, problem));
        }
        return Ok(found);
    }
    if fs::symlink_metadata(place).is_ok() {
        return Err(refused(place, "this link leads nowhere: name a new folder"));
    }
    let nameless = || refused(place, "this can't be an output folder: name a new one");
    let name = place.file_name().ok_or_else(nameless)?;
    let parent = parent(place);
    fs::create_dir_all(&parent).map_err(Error::io(&parent))?;
    Ok(fs::canonicalize(&parent)
        .map_err(Error::io(&parent))?
        .join(name))
}

#[cfg(unix)]
fn is_mount_point(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).map(|m| m.dev()).ok();
    folder
        .parent()
        .is_none_or(|parent| device(parent) != device(folder))
}

#[cfg(not(unix))]
fn is_mount_point(folder: &Path) -> bool {
    folder.parent().is_none()
}

/// `.NAME.ending` beside the place.
fn neighbour(place: &Path, ending: &str) -> Result<PathBuf, Error> {
    let nameless = || refused(place, "this can't be an output folder: name a new one");
    let mut hidden = OsString::from(".");
    hidden.push(place.file_name().ok_or_else(nameless)?);
    hidden.push(".");
    hidden.push(ending);
    Ok(parent(place).join(hidden))
}

/// Brings an earlier folder back whose replacement was cut off half-way.
fn restore(place: &Path) -> Result<(), Error> {
    let old = neighbour(place, "old")?;
    if old.is_dir() && !place.exists() {
        fs::rename(&old, place).map_err(Error::io(old))?;
    }
    Ok(())
}

/// The place is free, or holds nothing but what this subcommand wrote.
fn check_place(command: &str, place: &Path) -> Result<(), Error> {
    if !place.exists() {
        return Ok(());
    }
    if !place.is_dir() {
        return Err(refused(place, "this is no folder, and a folder is needed"));
    }
    let foreign = |what: String| Error::Foreign {
        path: place.to_owned(),
        what,
    };
    let mut empty = true;
    for entry in fs::read_dir(place).map_err(Error::io(place))? {
        let name = entry.map_err(Error::io(place))?.file_name();
        let name = name.to_string_lossy();
        // A lock is there for the moment in which a folder is put in its place.
        let stem = name.split('.').next().unwrap_or_default();
        if !OWN.contains(&stem) && name != LOCK {
            return Err(foreign(format!("it holds `{name}`")));
        }
        empty = false;
    }
    if empty {
        return Ok(());
    }
    let run = fs::read_to_string(place.join(RUN_FILE)).unwrap_or_default();
    let run: toml::Table = run.parse().unwrap_or_default();
    match run.get("command").and_then(toml::Value::as_str) {
        Some(earlier) if earlier == command => Ok(()),
        Some(earlier) => Err(foreign(format!("it is the output of `radpath {earlier}`"))),
        None => Err(foreign(format!("it has no {RUN_FILE} of radpath"))),
    }
}

fn check_inputs(place: &Path, inputs: &[&Path]) -> Result<(), Error> {
    let inside = |input: &&&Path| fs::canonicalize(input).is_ok_and(|path| path.starts_with(place));
    match inputs.iter().find(inside) {
        Some(&input) => Err(Error::OverwritesInput {
            output: place.to_owned(),
            input: input.to_owned(),
        }),
        None => Ok(()),
    }
}

/// Empties a partial folder but for its lock.
fn clear(partial: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(partial).map_err(Error::io(partial))? {
        let path = entry.map_err(Error::io(partial))?.path();
        if path.file_name().is_some_and(|name| name == LOCK) {
            continue;
        }
        let removed = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.map_err(Error::io(path))?;
    }
    Ok(())
}

fn remove_folder(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(Error::Io {
            path: folder.to_owned(),
            cause,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::write_file;

    fn filled(place: &Path, text: &str) -> OutputDir {
        let out = OutputDir::begin("test", place, &[]).unwrap();
        out.file(RUN_FILE, b"command = 'test'").unwrap();
        out.file("pairs.csv", text.as_bytes()).unwrap();
        out
    }

    #[test]
    fn a_folder_appears_whole_and_replaces_its_elder() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("new/out");
        filled(&place, "one").commit().unwrap();
        let second = filled(&place, "two");
        assert_eq!(fs::read_to_string(place.join("pairs.csv")).unwrap(), "one");
        second.commit().unwrap();
        assert_eq!(fs::read_to_string(place.join("pairs.csv")).unwrap(), "two");
        let left: Vec<_> = fs::read_dir(dir.path().join("new")).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing hidden is left");
        assert!(!place.join(LOCK).exists());
    }

    #[test]
    fn a_run_that_fails_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        drop(filled(&dir.path().join("out"), "half"));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn two_runs_do_not_share_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("out");
        let first = filled(&place, "one");
        assert!(matches!(
            OutputDir::begin("test", &place, &[]),
            Err(Error::Busy(_))
        ));
        first.commit().unwrap();
        filled(&place, "two").commit().unwrap();
    }

    #[test]
    fn what_a_killed_run_left_is_cleared() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("out");
        let partial = dir.path().join(".out.partial");
        fs::create_dir_all(partial.join("cells")).unwrap();
        fs::write(partial.join("old.csv"), "half").unwrap();
        filled(&place, "new").commit().unwrap();
        assert!(!place.join("old.csv").exists() && !place.join("cells").exists());
    }

    #[test]
    fn foreign_folders_and_inputs_are_safe() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.docx"), "precious").unwrap();
        assert!(matches!(
            OutputDir::begin("test", dir.path(), &[]),
            Err(Error::Foreign { .. })
        ));
        let place = dir.path().join("out");
        filled(&place, "x").commit().unwrap();
        let input = place.join("pairs.csv");
        let error = OutputDir::begin("test", &place, &[&input]).unwrap_err();
        assert!(matches!(error, Error::OverwritesInput { .. }));
        let error = write_file(&input, &[&input], |_| Ok(())).unwrap_err();
        assert!(matches!(error, Error::OverwritesInput { .. }));
        assert_eq!(fs::read_to_string(&input).unwrap(), "x");
    }

    #[test]
    fn only_the_same_commands_own_output_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("out");
        filled(&place, "x").commit().unwrap();
        let other = OutputDir::begin("other", &place, &[]);
        assert!(matches!(other, Err(Error::Foreign { .. })));
        let again = filled(&place, "y");
        fs::write(place.join("thesis.docx"), "precious").unwrap();
        assert!(matches!(again.commit(), Err(Error::Foreign { .. })));
        assert!(place.join("thesis.docx").exists());
        assert_eq!(fs::read_to_string(place.join("pairs.csv")).unwrap(), "x");
    }

    #[test]
    fn many_runs_into_one_folder_leave_one_of_them_whole() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("out");
        let run = |i: usize| {
            let Ok(out) = OutputDir::begin("test", &place, &[]) else {
                return false;
            };
            out.file(RUN_FILE, b"command = 'test'").unwrap();
            out.file("pairs.csv", i.to_string().as_bytes()).unwrap();
            out.commit().is_ok()
        };
        let done: usize = std::thread::scope(|scope| {
            let run = &run;
            let loops =
                (0..4).map(|t| scope.spawn(move || (0..50).filter(|&i| run(50 * t + i)).count()));
            let loops: Vec<_> = loops.collect();
            loops.into_iter().map(|l| l.join().unwrap()).sum()
        });
        assert!(done > 0);
        assert!(place.join("pairs.csv").is_file() && place.join(RUN_FILE).is_file());
        assert!(!place.join(LOCK).exists());
    }

    #[test]
    fn a_cut_off_replacement_is_undone() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("out");
        filled(&place, "x").commit().unwrap();
        fs::rename(&place, dir.path().join(".out.old")).unwrap();
        drop(OutputDir::begin("test", &place, &[]).unwrap());
        assert_eq!(fs::read_to_string(place.join("pairs.csv")).unwrap(), "x");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_devices_are_safe() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("f.csv"), dir.path().join("link.csv"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_file(&link, &[], |to| {
            to.write_all(b"new").map_err(Error::io("f"))
        })
        .unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(write_file(Path::new("/dev/null"), &[], |_| Ok(())).is_err());
        assert!(OutputDir::begin("test", Path::new("/dev/null"), &[]).is_err());
        assert!(OutputDir::begin("test", Path::new("-"), &[]).is_err());
    }
}
