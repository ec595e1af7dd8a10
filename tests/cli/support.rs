//! A folder of its own for each test, and the binary run in it.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// What a run of the binary left.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Fails unless the exit code is `code`, and shows what was said.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout: {}\nstderr: {}",
            self.stdout, self.stderr
        );
        self
    }

    /// Fails unless every piece of text is in the messages, and nothing in
    /// them looks like a panic.
    #[track_caller]
    pub fn says(self, pieces: &[&str]) -> Self {
        for piece in pieces {
            assert!(
                self.stderr.contains(piece),
                "no `{piece}` in: {}",
                self.stderr
            );
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }
}

/// A temporary folder to work in.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folder is made");
        std::fs::write(&path, content).expect("file is written");
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Runs radpath in the folder with arguments that have no spaces inside.
    pub fn radpath(&self, line: &str) -> Ran {
        self.radpath_with(&line.split_whitespace().collect::<Vec<_>>())
    }

    pub fn radpath_with(&self, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_radpath"))
            .current_dir(self.0.path())
            .args(arguments)
            .output()
            .expect("the binary runs");
        Ran {
            code: output.status.code().expect("an exit code"),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// Every file below `name` with its bytes, but for timing.json.
    pub fn contents(&self, name: &str) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.path(name), &mut files);
        files.sort();
        files
    }
}

fn collect(folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("folder is there") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if !path.to_string_lossy().ends_with("timing.json") {
            files.push((
                path.file_name().expect("name").to_string_lossy().into(),
                std::fs::read(&path).expect("bytes"),
            ));
        }
    }
}

/// A CSV table with a header: cells by column name.
pub struct Csv {
    header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Csv {
    pub fn parse(text: &str) -> Self {
        // No cell of our tables has a comma in these tests.
        let mut lines = text
            .lines()
            .map(|l| l.split(',').map(str::to_owned).collect::<Vec<_>>());
        Self {
            header: lines.next().expect("a header"),
            rows: lines.collect(),
        }
    }

    #[track_caller]
    pub fn cell(&self, row: usize, column: &str) -> &str {
        let at = self.header.iter().position(|name| name == column);
        &self.rows[row][at.unwrap_or_else(|| panic!("no column {column} in {:?}", self.header))]
    }

    #[track_caller]
    pub fn number(&self, row: usize, column: &str) -> f64 {
        let cell = self.cell(row, column);
        cell.parse()
            .unwrap_or_else(|_| panic!("{column}, row {row}: `{cell}`"))
    }

    pub fn header(&self) -> &[String] {
        &self.header
    }
}
