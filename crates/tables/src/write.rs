//! Frames to files.

use std::io::Write;

use cohort::{Frame, Values};

use crate::{Error, number, parquet};

/// File formats of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated text with a header; NA is `NA`.
    Csv,
    /// Apache Parquet; NA is null.
    Parquet,
}

impl Format {
    /// The format a file's name asks for: Parquet for `.parquet`, else CSV.
    pub fn of(path: &std::path::Path) -> Self {
        match path.extension() {
            Some(e) if e.eq_ignore_ascii_case("parquet") => Self::Parquet,
            _ => Self::Csv,
        }
    }

    /// Ending of file names, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// Writes a whole table.
///
/// # Errors
/// [`Error::Infinite`] before anything is written; [`Error::Io`],
/// [`Error::Parquet`].
pub fn write(frame: &Frame, format: Format, to: &mut dyn Write) -> Result<(), Error> {
    refuse_infinities(frame)?;
    match format {
        Format::Csv => write_csv(frame, to),
        Format::Parquet => parquet::write(frame, to),
    }
}

pub(crate) fn refuse_infinities(frame: &Frame) -> Result<(), Error> {
    for column in frame.columns() {
        let infinite = match &column.values {
            Values::Float(v) => v.iter().position(|x| x.is_infinite()),
            Values::Single(v) => v.iter().position(|x| x.is_infinite()),
            Values::Integer(_) | Values::Text(_) => None,
        };
        if let Some(row) = infinite {
            return Err(Error::Infinite {
                column: column.name.clone(),
                row: row + 2,
            });
        }
    }
    Ok(())
}

fn write_csv(frame: &Frame, to: &mut dyn Write) -> Result<(), Error> {
    let failed = |cause| Error::Io {
        file: "CSV output".into(),
        cause,
    };
    let mut csv = csv::Writer::from_writer(to);
    let names = frame.columns().iter().map(|c| c.name.as_str());
    csv.write_record(names).map_err(|e| failed(e.into()))?;
    for row in 0..frame.rows() {
        let cells = frame.columns().iter().map(|c| cell(&c.values, row));
        csv.write_record(cells).map_err(|e| failed(e.into()))?;
    }
    csv.flush().map_err(failed)
}

fn cell(values: &Values, row: usize) -> String {
    match values {
        Values::Float(v) => number::format(v[row]),
        Values::Single(v) if v[row].is_nan() => "NA".to_owned(),
        Values::Single(v) => v[row].to_string(),
        Values::Integer(v) => v[row].map_or_else(|| "NA".to_owned(), |n| n.to_string()),
        Values::Text(v) => v[row].clone().unwrap_or_else(|| "NA".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Table;

    fn frame() -> Frame {
        let mut frame = Frame::default();
        frame
            .push("patient_id", Values::text(["007", "a,b", "\"q\""]))
            .unwrap();
        frame
            .push("x", Values::Float(vec![0.1, f64::NAN, -1e-9]))
            .unwrap();
        frame
            .push("y", Values::Single(vec![0.5, 2.0, f32::NAN]))
            .unwrap();
        frame
            .push("n", Values::Integer(vec![Some(3), None, Some(-1)]))
            .unwrap();
        frame
            .push("why", Values::Text(vec![None, Some("x".into()), None]))
            .unwrap();
        frame
    }

    #[test]
    fn both_formats_read_back() {
        for format in [Format::Csv, Format::Parquet] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join(format!("t.{}", format.extension()));
            write(&frame(), format, &mut std::fs::File::create(&path).unwrap()).unwrap();
            let table = Table::read(&path).unwrap();
            assert_eq!(table.ids("patient_id").unwrap(), ["007", "a,b", "\"q\""]);
            let x = table.numbers("x").unwrap();
            assert!(x[0] == 0.1 && x[1].is_nan() && x[2] == -1e-9, "{format:?}");
            let y = table.numbers("y").unwrap();
            assert!(y[0] == 0.5 && y[1] == 2.0 && y[2].is_nan(), "{format:?}");
            let n = table.text("n").unwrap();
            assert_eq!(n, [Some("3".into()), None, Some("-1".into())]);
            assert_eq!(table.text("why").unwrap()[1].as_deref(), Some("x"));
            assert_eq!(table.text("why").unwrap()[0], None);
        }
    }

    #[test]
    fn infinities_are_not_written() {
        let mut frame = Frame::default();
        frame
            .push("x", Values::Float(vec![1.0, f64::INFINITY]))
            .unwrap();
        let mut bytes = Vec::new();
        let error = write(&frame, Format::Csv, &mut bytes).unwrap_err();
        assert!(error.to_string().contains("row 3"), "{error}");
        assert!(bytes.is_empty());
    }
}
