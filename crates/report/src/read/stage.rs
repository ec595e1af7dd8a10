//! One stage's folder, and columns of its tables as Rust values.

use std::path::{Path, PathBuf};

use tables::{Format, Table};

use super::run::Run;
use crate::Error;

/// The folder of a stage.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    /// Name of the folder.
    pub name: &'static str,
    pub folder: PathBuf,
    format: Format,
}

/// Why something was left out or is missing: notes.csv.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Note {
    pub table: String,
    pub id: Option<String>,
    pub column: Option<String>,
    pub reason: String,
}

impl Stage {
    /// `None` when the study has no such stage.
    pub fn open(study: &Path, name: &'static str, format: Format) -> Option<Self> {
        let folder = study.join(name);
        folder.is_dir().then_some(Self {
            name,
            folder,
            format,
        })
    }

    /// A table that must be there.
    pub fn table(&self, stem: &str) -> Result<Table, Error> {
        Ok(Table::read(&self.path_of(stem))?)
    }

    /// A table that is written only when there is something to say.
    pub fn optional(&self, stem: &str) -> Result<Option<Table>, Error> {
        let path = self.path_of(stem);
        Ok(path.is_file().then(|| Table::read(&path)).transpose()?)
    }

    /// Notes and failures are CSV whatever the format of the other tables.
    fn path_of(&self, stem: &str) -> PathBuf {
        let file = |format: Format| self.folder.join(format!("{stem}.{}", format.extension()));
        let asked = file(self.format);
        [asked.clone(), file(Format::Csv), file(Format::Parquet)]
            .into_iter()
            .find(|path| path.is_file())
            .unwrap_or(asked)
    }

    /// What a run.toml says; nothing when there is none.
    pub fn run(&self, file: &str) -> Result<Run, Error> {
        let path = self.folder.join(file);
        if !path.is_file() {
            return Ok(Run::default());
        }
        let text = std::fs::read_to_string(&path).map_err(Error::io(&path))?;
        toml::from_str(&text).map_err(|cause| Error::Run { path, cause })
    }

    /// The rows of notes.csv under one of its names.
    pub fn notes(&self, stem: &str) -> Result<Vec<Note>, Error> {
        let Some(table) = self.optional(stem)? else {
            return Ok(Vec::new());
        };
        let (tables, reasons) = (text(&table, "table")?, text(&table, "reason")?);
        let (ids, columns) = (table.text("id")?, table.text("column")?);
        Ok((0..table.rows())
            .map(|i| Note {
                table: tables[i].clone(),
                id: ids[i].clone(),
                column: columns[i].clone(),
                reason: reasons[i].clone(),
            })
            .collect())
    }

    /// The errors of failures.csv under one of its names.
    pub fn failures(&self, stem: &str) -> Result<Vec<String>, Error> {
        match self.optional(stem)? {
            Some(table) => text(&table, "error"),
            None => Ok(Vec::new()),
        }
    }
}

/// A column of text; a missing cell is empty.
pub(crate) fn text(table: &Table, column: &str) -> Result<Vec<String>, Error> {
    let cells = table.text(column)?;
    Ok(cells.into_iter().map(Option::unwrap_or_default).collect())
}

/// A column of numbers.
pub(crate) fn numbers(table: &Table, column: &str) -> Result<Vec<Option<f64>>, Error> {
    let values = table.numbers(column)?;
    Ok(values
        .into_iter()
        .map(|x| (!x.is_nan()).then_some(x))
        .collect())
}

/// A column of whole numbers of zero or more.
pub(crate) fn counts(table: &Table, column: &str) -> Result<Vec<Option<usize>>, Error> {
    let count = |(row, value): (usize, Option<f64>)| match value {
        None => Ok(None),
        Some(x) if x >= 0.0 && x.fract() == 0.0 && x < 1e15 => Ok(Some(x as usize)),
        Some(x) => {
            let problem = "is no count (a whole number, not negative); run the stage again";
            Err(table
                .cell_error(row, column, &x.to_string(), problem)
                .into())
        }
    };
    numbers(table, column)?
        .into_iter()
        .enumerate()
        .map(count)
        .collect()
}

/// A column of whole numbers without a missing one.
pub(crate) fn whole(table: &Table, column: &str) -> Result<Vec<usize>, Error> {
    let required = |(row, n): (usize, Option<usize>)| {
        let problem = "is missing where a count must be; run the stage again";
        n.ok_or_else(|| table.cell_error(row, column, "NA", problem).into())
    };
    counts(table, column)?
        .into_iter()
        .enumerate()
        .map(required)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_whole() {
        let table = Table::from_csv("t.csv", b"n\n3\nNA\n2.5\n").unwrap();
        let error = counts(&table, "n").unwrap_err().to_string();
        assert!(error.contains("t.csv, row 4, column `n`: `2.5`"), "{error}");
        let table = Table::from_csv("t.csv", b"n\n3\nNA\n").unwrap();
        assert_eq!(counts(&table, "n").unwrap(), [Some(3), None]);
        let error = whole(&table, "n").unwrap_err().to_string();
        assert!(error.contains("row 3, column `n`"), "{error}");
    }
}
