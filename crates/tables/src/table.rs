//! A table as it was read, and the typed columns taken from it.

use std::path::Path;

use crate::Error;
use crate::number;

/// Cells of one column.
#[derive(Clone, Debug)]
pub(crate) enum Cells {
    /// From CSV: everything is text until it is asked for.
    Text(Vec<Option<String>>),
    /// From Parquet; NaN is NA.
    Number(Vec<f64>),
    /// From Parquet.
    Integer(Vec<Option<i64>>),
    /// From Parquet: a kind of column that is neither text nor number. It is
    /// an error only where it is asked for.
    Other(String),
}

/// A table with named columns, and where its rows stand in the file.
#[derive(Clone, Debug)]
pub struct Table {
    file: String,
    columns: Vec<(String, Cells)>,
    /// Row numbers as a spreadsheet shows them.
    rows: Vec<usize>,
}

/// The numeric columns of a feature table.
#[derive(Clone, Debug)]
pub struct Features {
    /// Column names.
    pub names: Vec<String>,
    /// A column a feature; NaN is NA.
    pub columns: Vec<Vec<f64>>,
    /// Columns that are no features: wholly textual, or `diagnostics_*`.
    pub set_aside: Vec<String>,
}

impl Table {
    pub(crate) fn new(file: &str, columns: Vec<(String, Cells)>, rows: Vec<usize>) -> Self {
        Self {
            file: file.to_owned(),
            columns,
            rows,
        }
    }

    /// Reads a file: Parquet if the name ends in `.parquet`, else CSV.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Format`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|cause| Error::Io {
            file: file.clone(),
            cause,
        })?;
        if path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("parquet"))
        {
            Self::from_parquet(&file, bytes)
        } else {
            Self::from_csv(&file, &bytes)
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The file, as it was named when the table was read.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Row number of a data row as a spreadsheet shows it (the header is 1).
    pub fn row_number(&self, row: usize) -> usize {
        self.rows.get(row).copied().unwrap_or(row + 2)
    }

    /// Column names from left to right.
    pub fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// True if there is a column of that name.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| name == column)
    }

    fn cells(&self, column: &str) -> Result<&Cells, Error> {
        let found = self.columns.iter().find(|(name, _)| name == column);
        found
            .map(|(_, cells)| cells)
            .ok_or_else(|| Error::MissingColumn {
                file: self.file.clone(),
                column: column.to_owned(),
                present: shortened(&self.names()),
            })
    }

    /// A column as text.
    ///
    /// # Errors
    /// [`Error::MissingColumn`].
    pub fn text(&self, column: &str) -> Result<Vec<Option<String>>, Error> {
        Ok(match self.cells(column)? {
            Cells::Text(cells) => cells.clone(),
            Cells::Integer(cells) => cells.iter().map(|c| c.map(|n| n.to_string())).collect(),
            Cells::Number(cells) => cells
                .iter()
                .map(|&x| (!x.is_nan()).then(|| number::format(x)))
                .collect(),
            Cells::Other(kind) => return Err(self.unreadable(column, kind)),
        })
    }

    /// A column as text, if there is one of that name; else no cell.
    pub fn text_or_none(&self, column: &str) -> Vec<Option<String>> {
        self.text(column)
            .unwrap_or_else(|_| vec![None; self.rows()])
    }

    /// A column as unique ids.
    ///
    /// # Errors
    /// [`Error::MissingColumn`]; [`Error::Cohort`] for an empty or double id.
    pub fn ids(&self, column: &str) -> Result<Vec<String>, Error> {
        let cells = self.text(column)?;
        cohort::ids::unique(column, &cells).map_err(|source| self.cohort(source))
    }

    /// A column as ids that may stand in several rows.
    ///
    /// # Errors
    /// [`Error::MissingColumn`]; [`Error::Cohort`] for an empty id.
    pub fn repeated_ids(&self, column: &str) -> Result<Vec<String>, Error> {
        let cells = self.text(column)?;
        cohort::ids::present(column, &cells).map_err(|source| self.cohort(source))
    }

    /// The error with rows as a spreadsheet shows them.
    fn cohort(&self, mut cause: cohort::Error) -> Error {
        match &mut cause {
            cohort::Error::EmptyId { row, .. } => *row = self.row_number(*row - 1),
            cohort::Error::DuplicateId { first, second, .. } => {
                (*first, *second) = (self.row_number(*first - 1), self.row_number(*second - 1));
            }
            _ => {}
        }
        Error::Cohort {
            file: self.file.clone(),
            cause,
        }
    }

    fn unreadable(&self, column: &str, kind: &str) -> Error {
        Error::Format {
            file: self.file.clone(),
            problem: format!("column `{column}` is of the kind {kind}; write it as text or number"),
        }
    }

    /// A column as finite numbers, NaN where the cell is missing.
    ///
    /// # Errors
    /// [`Error::MissingColumn`]; [`Error::Cell`] for text and for infinities.
    pub fn numbers(&self, column: &str) -> Result<Vec<f64>, Error> {
        match self.cells(column)? {
            Cells::Number(values) => match values.iter().position(|x| x.is_infinite()) {
                Some(row) => Err(self.cell_error(
                    row,
                    column,
                    "inf",
                    "is infinite; write NA where there is no number",
                )),
                None => Ok(values.clone()),
            },
            // Counts in the billions are exact in an f64.
            Cells::Integer(values) => Ok(values
                .iter()
                .map(|v| v.map_or(f64::NAN, |n| n as f64))
                .collect()),
            Cells::Other(kind) => Err(self.unreadable(column, kind)),
            Cells::Text(cells) => cells
                .iter()
                .enumerate()
                .map(|(row, cell)| match cell {
                    None => Ok(f64::NAN),
                    Some(text) => number::parse(text)
                        .map_err(|problem| self.cell_error(row, column, text, problem)),
                })
                .collect(),
        }
    }

    /// An error about one cell, for callers that check its meaning.
    pub fn cell_error(&self, row: usize, column: &str, cell: &str, problem: &str) -> Error {
        Error::Cell {
            file: self.file.clone(),
            row: self.row_number(row),
            column: column.to_owned(),
            cell: cell.to_owned(),
            problem: problem.to_owned(),
        }
    }

    /// All columns but those in `except` as numbers. Set aside are: a column
    /// that is text throughout (or a date, a list, ...), one without a name
    /// (the row names that R writes), and PyRadiomics' `diagnostics_*`.
    ///
    /// # Errors
    /// [`Error::Cell`] for a text cell or an infinity in a numeric column, and
    /// for numbers with a decimal comma.
    pub fn features(&self, except: &[&str]) -> Result<Features, Error> {
        let mut features = Features {
            names: vec![],
            columns: vec![],
            set_aside: vec![],
        };
        for (name, cells) in &self.columns {
            if except.contains(&name.as_str()) {
                continue;
            }
            if let Some(row) = decimal_comma(cells) {
                let problem = "looks like a number with a decimal comma; write a decimal point";
                let cell = self.text(name)?[row].clone().unwrap_or_default();
                return Err(self.cell_error(row, name, &cell, problem));
            }
            let unnamed = name.ends_with(UNNAMED);
            if unnamed || name.starts_with("diagnostics_") || wholly_textual(cells) {
                features.set_aside.push(name.clone());
                continue;
            }
            features.columns.push(self.numbers(name)?);
            features.names.push(name.clone());
        }
        Ok(features)
    }
}

/// How the name of a column ends that has none in the file.
pub(crate) const UNNAMED: &str = " (unnamed)";

/// Not one cell is a number (an infinity counts as one), and some cell is text.
fn wholly_textual(cells: &Cells) -> bool {
    match cells {
        Cells::Text(cells) => {
            let mut present = cells.iter().flatten().peekable();
            present.peek().is_some() && present.all(|cell| cell.parse::<f64>().is_err())
        }
        Cells::Other(_) => true,
        Cells::Number(_) | Cells::Integer(_) => false,
    }
}

/// The first row with a decimal comma, if every cell of the column is a number
/// once commas are points and one is none before.
fn decimal_comma(cells: &Cells) -> Option<usize> {
    let Cells::Text(cells) = cells else {
        return None;
    };
    let with_comma =
        |cell: &str| cell.contains(',') && cell.replace(',', ".").parse::<f64>().is_ok();
    let number = |cell: &String| with_comma(cell) || cell.parse::<f64>().is_ok();
    let first = cells
        .iter()
        .position(|c| c.as_deref().is_some_and(with_comma))?;
    cells.iter().flatten().all(number).then_some(first)
}

fn shortened(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    let shown = names
        .iter()
        .take(SHOWN)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        Table::from_csv("features.csv", text.as_bytes()).unwrap()
    }

    #[test]
    fn text_in_a_numeric_column_names_row_and_column() {
        let error = table("patient_id,a\n1,2\n2,high\n")
            .features(&["patient_id"])
            .unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("row 3") && text.contains("`a`") && text.contains("`high`"),
            "{text}"
        );
        assert!(
            table("a\n1\ninf\n")
                .numbers("a")
                .unwrap_err()
                .to_string()
                .contains("infinite")
        );
    }

    #[test]
    fn textual_columns_are_set_aside() {
        let table = table("patient_id,Cohort,diagnostics_Image_Mean,a,empty\n1,x,3,2,\n2,y,3,,\n");
        let features = table.features(&["patient_id"]).unwrap();
        assert_eq!(features.names, ["a", "empty"]);
        assert_eq!(features.set_aside, ["Cohort", "diagnostics_Image_Mean"]);
        assert!(features.columns[1].iter().all(|x| x.is_nan()));
    }

    #[test]
    fn decimal_commas_and_row_names_are_no_features() {
        let error = table("id;a\n1;2\n2;0,5\n")
            .features(&["id"])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("row 3") && error.contains("decimal comma"),
            "{error}"
        );
        let features = table("\"\",id,a\n1,x,2\n2,y,3\n")
            .features(&["id"])
            .unwrap();
        assert_eq!((features.names.len(), features.set_aside.len()), (1, 1));
    }

    #[test]
    fn ids_count_rows_as_a_spreadsheet_does() {
        let error = table("id\nx\ny\nx\n").ids("id").unwrap_err().to_string();
        assert!(error.contains("rows 2 and 4"), "{error}");
    }

    #[test]
    fn a_missing_column_is_named_beside_those_that_are_there() {
        let text = table("id,a\n1,2\n")
            .ids("patient_id")
            .unwrap_err()
            .to_string();
        assert!(
            text.contains("no column `patient_id`") && text.contains("id, a"),
            "{text}"
        );
    }
}
