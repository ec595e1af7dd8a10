//! One stage: what it depends on, and what it left in its folder.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::plan::Plan;
use crate::Error;
use crate::hash::{self, Fingerprint};
use crate::output::{RUN_FILE, TEMPORARY, write_file};

/// The file that says what a stage was made from and what it left.
const STAGE_FILE: &str = "stage.toml";

/// How many changes a reason names.
const NAMED: usize = 3;

/// A step of a study: one command, one folder.
#[derive(Clone, Debug)]
pub struct Stage {
    /// `radiomics`, `slides`, ...; its folder has the same name.
    pub name: &'static str,
    /// The command line, `radpath` first.
    pub arguments: Vec<OsString>,
    /// Options that aren't paths.
    pub settings: BTreeMap<String, String>,
    /// All files that it reads.
    pub sources: Vec<Source>,
    /// Where it writes.
    pub folder: PathBuf,
}

/// A file that a stage reads.
#[derive(Clone, Debug)]
pub struct Source {
    /// `cases`, `image`, `clinical`, ...
    pub role: &'static str,
    /// Patient or slide, where the file belongs to one.
    pub id: String,
    /// The file.
    pub path: PathBuf,
    /// The stage that makes it, if one does.
    pub made_by: Option<&'static str>,
    /// Of a manifest: its rows without the paths. They count instead of its
    /// bytes, beside the files it names.
    pub rows: Option<String>,
}

/// Whether a stage is to be run.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// It is there, and nothing that it depends on has changed.
    Reuse {
        /// Some of its cases or slides failed.
        some_failed: bool,
    },
    /// It is to be run, and why.
    Run(String),
    /// That is known once this stage before it is done.
    After(&'static str),
}

/// Contents of stage.toml.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    stage: String,
    key: String,
    some_failed: bool,
    /// What the key is the hash of.
    made_from: BTreeMap<String, String>,
    outputs: Vec<Output>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Output {
    name: String,
    bytes: u64,
    method: String,
    hash: String,
}

impl Output {
    fn is(&self, found: &Fingerprint) -> bool {
        (self.bytes, self.method.as_str(), self.hash.as_str())
            == (found.bytes, found.method, found.hash.as_str())
    }
}

/// What a stage is made from, by name, and the hash of it all.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Origin {
    pub(super) key: String,
    parts: BTreeMap<String, String>,
}

impl Stage {
    /// All that the stage's output depends on. No paths: moved files are the
    /// same files.
    pub(super) fn origin(&self, plan: &Plan) -> Result<Origin, Error> {
        let mut parts = BTreeMap::from([
            ("stage".to_owned(), self.name.to_owned()),
            ("radpath version".to_owned(), plan.version.clone()),
            ("seed".to_owned(), plan.seed.to_string()),
            ("format".to_owned(), plan.format.extension().to_owned()),
        ]);
        for (flag, value) in &self.settings {
            parts.insert(format!("setting {flag}"), value.clone());
        }
        for source in &self.sources {
            let content = match &source.rows {
                Some(rows) => hash::of_text(rows),
                None => {
                    let print = plan.fingerprint(source)?;
                    format!("{} {} {}", print.bytes, print.method, print.hash)
                }
            };
            let mut name = format!("input {} {}", source.role, source.id);
            while parts.contains_key(name.trim_end()) {
                name.push('\'');
            }
            parts.insert(name.trim_end().to_owned(), content);
        }
        let text = serde_json::to_string(&parts).unwrap_or_default();
        Ok(Origin {
            key: hash::of_text(&text),
            parts,
        })
    }

    /// Whether what is in the folder was made from this, and is unharmed.
    pub(super) fn decide(&self, origin: &Origin) -> Result<Decision, Error> {
        let run = |why: &str| Ok(Decision::Run(why.to_owned()));
        let Some(stored) = Stored::read(&self.folder) else {
            return run("not made yet, or not to the end");
        };
        if stored.key != origin.key {
            return Ok(Decision::Run(changes(&stored.made_from, &origin.parts)));
        }
        for output in &stored.outputs {
            let path = self.folder.join(&output.name);
            match fs::metadata(&path) {
                Err(_) => return Ok(Decision::Run(format!("{} is missing", output.name))),
                Ok(found)
                    if found.len() == output.bytes && output.is(&hash::fingerprint(&path)?) => {}
                Ok(_) => return Ok(Decision::Run(format!("{} was changed", output.name))),
            }
        }
        Ok(Decision::Reuse {
            some_failed: stored.some_failed,
        })
    }

    /// Clears away what the stage's command can't replace by itself.
    pub(super) fn prepare(&self) -> Result<(), Error> {
        if self.own_folder() {
            let run = fs::read_to_string(self.folder.join(RUN_FILE)).unwrap_or_default();
            let run: toml::Table = run.parse().unwrap_or_default();
            let whole = run.get("command").and_then(toml::Value::as_str) == Some(self.name);
            return match Stored::read(&self.folder) {
                Some(stored) if !whole => stored.remove(&self.folder),
                _ => Ok(()),
            };
        }
        for name in files(&self.folder)? {
            if self.is_output(&name) || name.starts_with(TEMPORARY) || name == STAGE_FILE {
                remove(&self.folder.join(name))?;
            }
        }
        Ok(())
    }

    /// Notes that the stage is done: last of all, and at once.
    pub(super) fn done(&self, origin: &Origin, some_failed: bool) -> Result<(), Error> {
        let mut outputs = Vec::new();
        for name in files(&self.folder)? {
            if name == STAGE_FILE || !self.is_output(&name) || is_timing(&name) {
                continue;
            }
            let Fingerprint {
                bytes,
                method,
                hash,
            } = hash::fingerprint(&self.folder.join(&name))?;
            outputs.push(Output {
                name,
                bytes,
                method: method.to_owned(),
                hash,
            });
        }
        let stored = Stored {
            stage: self.name.to_owned(),
            key: origin.key.clone(),
            some_failed,
            made_from: origin.parts.clone(),
            outputs,
        };
        let text = toml::to_string_pretty(&stored)?;
        let path = self.folder.join(STAGE_FILE);
        write_file(&path, &[], |to| {
            to.write_all(text.as_bytes()).map_err(Error::io(&path))
        })
    }

    /// True where the command replaces its folder as a whole; radiomics writes
    /// single files.
    fn own_folder(&self) -> bool {
        self.name != "radiomics"
    }

    fn is_output(&self, name: &str) -> bool {
        self.own_folder() || name.starts_with("radiomics.")
    }
}

/// Removes the folder of a stage that the study no longer has.
pub(super) fn discard(folder: &Path) -> Result<(), Error> {
    if let Some(stored) = Stored::read(folder) {
        stored.remove(folder)?;
    }
    match folder.exists() {
        false => Ok(()),
        true => Err(Error::Output {
            path: folder.to_owned(),
            problem: "the study has no such stage (any more), and this folder holds files: remove it yourself, or choose another --out".to_owned(),
        }),
    }
}

impl Stored {
    fn read(folder: &Path) -> Option<Self> {
        let text = fs::read_to_string(folder.join(STAGE_FILE)).ok()?;
        toml::from_str(&text).ok()
    }

    /// Removes what the stage left, and the folders that are empty then.
    fn remove(&self, folder: &Path) -> Result<(), Error> {
        let listed = |name: &String| self.outputs.iter().any(|output| output.name == *name);
        for name in files(folder)? {
            if listed(&name) || is_timing(&name) || name == STAGE_FILE {
                remove(&folder.join(name))?;
            }
        }
        remove_empty(folder)
    }
}

fn is_timing(name: &str) -> bool {
    name == "timing.json" || name.ends_with(".timing.json")
}

/// Names of what is new, changed or gone.
fn changes(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> String {
    let differs = |name: &&String| old.get(*name) != new.get(*name);
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    let names: Vec<&str> = new
        .keys()
        .filter(differs)
        .chain(gone)
        .map(String::as_str)
        .collect();
    let shown = names[..names.len().min(NAMED)].join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => format!("changed: {shown}"),
        more => format!("changed: {shown} and {more} more"),
    }
}

/// Files below a folder, `sub/name`, in alphabetical order.
fn files(folder: &Path) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = folders.pop() {
        if !path.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&path).map_err(Error::io(&path))? {
            let entry = entry.map_err(Error::io(&path))?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(Error::io(&path))?.is_dir() {
                folders.push((entry.path(), format!("{name}/")));
            } else {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn remove(path: &Path) -> Result<(), Error> {
    fs::remove_file(path).map_err(Error::io(path))
}

/// Removes a folder and those in it, as far as they are empty.
fn remove_empty(folder: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        if path.is_dir() {
            remove_empty(&path)?;
        }
    }
    // Not empty is no error here.
    let _ = fs::remove_dir(folder);
    Ok(())
}
