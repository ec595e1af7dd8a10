//! The command line of a stage, as it would be typed.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tables::Format;

use super::stage::{Source, Stage};

/// A command line in the making.
pub(super) struct Line {
    stage: Stage,
    global: Vec<OsString>,
}

impl Line {
    /// `radpath NAME`; the seed and the format are named where they aren't the
    /// usual ones.
    pub(super) fn new(name: &'static str, folder: PathBuf, seed: u64, format: Format) -> Self {
        let mut global: Vec<OsString> = Vec::new();
        if seed != 1 {
            global.extend(["--seed".into(), seed.to_string().into()]);
        }
        if format == Format::Parquet {
            global.extend(["--format".into(), "parquet".into()]);
        }
        Self {
            stage: Stage {
                name,
                arguments: vec!["radpath".into(), name.into()],
                settings: BTreeMap::new(),
                sources: Vec::new(),
                folder,
            },
            global,
        }
    }

    /// A file that is read beside those of the options.
    pub(super) fn reads(&mut self, source: Source) {
        self.stage.sources.push(source);
    }

    /// An option with a path that is read.
    pub(super) fn source(mut self, flag: &str, source: Source) -> Self {
        self.push(flag, source.path.clone().into());
        self.stage.sources.push(source);
        self
    }

    /// An option that isn't a path, if it has a value.
    pub(super) fn option(mut self, flag: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value.map(|value| value.to_string()) {
            self.push(flag, value.clone().into());
            self.stage.settings.insert(flag.to_owned(), value);
        }
        self
    }

    /// What begins with a dash would be taken for an option of its own.
    fn push(&mut self, flag: &str, value: OsString) {
        if value.as_encoded_bytes().starts_with(b"-") {
            let mut joined = OsString::from(format!("{flag}="));
            joined.push(value);
            self.stage.arguments.push(joined);
        } else {
            self.stage.arguments.extend([flag.into(), value]);
        }
    }

    /// Writes the stage's folder.
    pub(super) fn into_folder(self) -> Stage {
        let folder = self.stage.folder.clone();
        self.into_file(&folder)
    }

    /// Writes one table in it.
    pub(super) fn into_file(mut self, out: &Path) -> Stage {
        self.push("--out", out.into());
        self.stage.arguments.append(&mut self.global);
        self.stage
    }
}
