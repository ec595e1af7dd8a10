//! CSV text to cells. Every cell is read as text, so that ids keep their
//! zeros and errors can name row and column.

use crate::Error;
use crate::number::is_missing;
use crate::table::{Cells, Table, UNNAMED};

impl Table {
    /// Cells of CSV text. The delimiter is the one of comma, semicolon and tab
    /// that the header has most of; a byte order mark is skipped; cells are
    /// trimmed; blank lines are skipped.
    ///
    /// # Errors
    /// [`Error::Format`]: no header, an empty or a double column name, a row
    /// of another length, text that isn't UTF-8.
    pub fn from_csv(file: &str, bytes: &[u8]) -> Result<Self, Error> {
        let bad = |problem: String| Error::Format {
            file: file.to_owned(),
            problem,
        };
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if bytes.starts_with(b"PAR1") {
            return Err(bad("this is a Parquet file: name it .parquet".into()));
        }
        if bytes.iter().filter(|&&b| b == b'"').count() % 2 == 1 {
            let problem = "a quote is opened and not closed: rows after it would be lost";
            return Err(bad(problem.into()));
        }
        let mut reader = ::csv::ReaderBuilder::new()
            .delimiter(delimiter(bytes))
            .flexible(true)
            .trim(::csv::Trim::All)
            .from_reader(bytes);
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(e) => {
                return Err(bad(format!(
                    "the header can't be read: {e}; save the table as UTF-8 CSV"
                )));
            }
        };
        let names = unique_names(&header).map_err(bad)?;
        let mut cells: Vec<Vec<Option<String>>> = vec![Vec::new(); names.len()];
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|e| bad(format!("{e}; save the table as UTF-8 CSV")))?;
            let line = record.position().map_or(0, ::csv::Position::line);
            if record.len() != names.len() {
                return Err(bad(format!(
                    "row {line} has {} cells, the header has {}: put cells that contain the delimiter into quotes",
                    record.len(),
                    names.len()
                )));
            }
            rows.push(usize::try_from(line).unwrap_or(usize::MAX));
            for (column, cell) in cells.iter_mut().zip(&record) {
                column.push((!is_missing(cell)).then(|| cell.to_owned()));
            }
        }
        let columns = names
            .into_iter()
            .zip(cells.into_iter().map(Cells::Text))
            .collect();
        Ok(Self::new(file, columns, rows))
    }
}

/// The delimiter that the header has most of outside of quotes.
fn delimiter(bytes: &[u8]) -> u8 {
    let header = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    let mut counts = [(b'\t', 0), (b';', 0), (b',', 0)];
    let mut quoted = false;
    for &byte in header {
        quoted ^= byte == b'"';
        for (delimiter, count) in &mut counts {
            *count += usize::from(!quoted && byte == *delimiter);
        }
    }
    // The last of equals wins: no delimiter at all means a table of one column.
    counts
        .into_iter()
        .max_by_key(|&(_, count)| count)
        .map_or(b',', |(delimiter, _)| delimiter)
}

fn unique_names(header: &::csv::StringRecord) -> Result<Vec<String>, String> {
    if header.is_empty() {
        return Err("the file is empty: a header line with column names is needed".into());
    }
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    let mut seen = std::collections::BTreeSet::new();
    for (index, name) in header.iter().enumerate() {
        // R's write.csv leaves the name of the row-name column empty.
        let name = if name.is_empty() {
            format!("column {}{UNNAMED}", index + 1)
        } else {
            name.to_owned()
        };
        if !seen.insert(name.clone()) {
            return Err(format!(
                "two columns are called `{name}`: rename one of them"
            ));
        }
        names.push(name);
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_marks_and_line_ends() {
        for text in [
            "\u{feff}patient_id,x\r\n01,2.5\r\n\r\n02,NA\r\n",
            "patient_id;x\n01;2.5\n02;\n",
            "patient_id\tx\n01\t2.5\n02\tnan\n",
        ] {
            let table = Table::from_csv("t.csv", text.as_bytes()).unwrap();
            assert_eq!(table.ids("patient_id").unwrap(), ["01", "02"], "{text}");
            let x = table.numbers("x").unwrap();
            assert!(x[0] == 2.5 && x[1].is_nan(), "{text}");
        }
    }

    #[test]
    fn broken_tables_are_refused_with_the_place() {
        let message = |text: &[u8]| Table::from_csv("t.csv", text).unwrap_err().to_string();
        assert!(message(b"").contains("empty"));
        assert!(message(b"a,a\n1,2\n").contains("`a`"));
        assert!(message(b"a,b\n1,2\n1,2,3\n").contains("row 3 has 3 cells"));
        assert!(message(b"a,b\n\xff,2\n").contains("UTF-8"));
        assert!(message(b"PAR1....").contains("Parquet"));
        assert!(message(b"a,b\n1,\"x\n2,y\n").contains("quote"));
        assert!(
            Table::from_csv("t.csv", b"patient_id;\"a,b\"\n1;2\n")
                .unwrap()
                .has("a,b")
        );
    }
}
