//! Parquet through polars.
//!
//! Columns are encoded one after the other in row groups of a fixed size, so
//! that the bytes depend on the data alone.

use std::io::{Cursor, Write};

use cohort::{Frame, Values};
use polars::prelude::{
    Column, DataFrame, DataType, IntoColumn, NamedFrom, ParallelStrategy, ParquetCompression,
    ParquetReader, ParquetWriter, SerReader, Series,
};

use crate::table::{Cells, Table};
use crate::write::refuse_infinities;
use crate::{Error, number};

/// Rows of a row group.
pub const ROW_GROUP: usize = 65_536;

fn refused(error: impl std::fmt::Display) -> Error {
    Error::Parquet(error.to_string())
}

fn writer<W: Write>(to: W) -> ParquetWriter<W> {
    ParquetWriter::new(to)
        .with_compression(ParquetCompression::Zstd(None))
        .with_row_group_size(Some(ROW_GROUP))
        .set_parallel(false)
}

pub(crate) fn write(frame: &Frame, to: &mut dyn Write) -> Result<(), Error> {
    let mut data = data_frame(frame)?;
    writer(to).finish(&mut data).map_err(refused)?;
    Ok(())
}

/// A table that is written while it is made: memory is bounded by one row
/// group, and the bytes don't depend on how the rows were handed over.
pub struct Stream<W: Write> {
    batches: polars::io::parquet::write::BatchedWriter<W>,
    waiting: Vec<Frame>,
    waiting_rows: usize,
}

impl<W: Write> Stream<W> {
    /// Begins a table with the columns of `head`, and its rows.
    ///
    /// # Errors
    /// [`Error::Parquet`], [`Error::Infinite`].
    pub fn begin(to: W, head: Frame) -> Result<Self, Error> {
        let schema = data_frame(&head)?.schema().as_ref().clone();
        let batches = writer(to).batched(&schema).map_err(refused)?;
        let mut stream = Self {
            batches,
            waiting: Vec::new(),
            waiting_rows: 0,
        };
        stream.append(head)?;
        Ok(stream)
    }

    /// Adds rows; the columns must be those of the first frame.
    ///
    /// # Errors
    /// [`Error::Parquet`], [`Error::Infinite`].
    pub fn append(&mut self, rows: Frame) -> Result<(), Error> {
        refuse_infinities(&rows)?;
        self.waiting_rows += rows.rows();
        self.waiting.push(rows);
        if self.waiting_rows >= ROW_GROUP {
            self.write_groups(false)?;
        }
        Ok(())
    }

    fn write_groups(&mut self, last: bool) -> Result<(), Error> {
        let mut all: Option<DataFrame> = None;
        for frame in self.waiting.drain(..) {
            let part = data_frame(&frame)?;
            match all.as_mut() {
                Some(data) => {
                    data.vstack_mut(&part).map_err(refused)?;
                }
                None => all = Some(part),
            }
        }
        let Some(mut data) = all else { return Ok(()) };
        data.rechunk_mut();
        let mut start = 0;
        while data.height() - start >= ROW_GROUP || (last && data.height() > start) {
            let mut group = data.slice(i64::try_from(start).map_err(refused)?, ROW_GROUP);
            group.rechunk_mut();
            self.batches.write_batch(&group).map_err(refused)?;
            start += group.height();
        }
        self.waiting_rows = data.height() - start;
        if self.waiting_rows > 0 {
            let rest = data.slice(i64::try_from(start).map_err(refused)?, ROW_GROUP);
            self.waiting.push(frame_of(&rest)?);
        }
        Ok(())
    }

    /// Writes what is left and the footer.
    ///
    /// # Errors
    /// [`Error::Parquet`].
    pub fn finish(mut self) -> Result<(), Error> {
        self.write_groups(true)?;
        self.batches.finish().map_err(refused)?;
        Ok(())
    }
}

fn data_frame(frame: &Frame) -> Result<DataFrame, Error> {
    let columns: Vec<Column> = frame
        .columns()
        .iter()
        .map(|c| series(&c.name, &c.values))
        .collect();
    DataFrame::new(frame.rows(), columns).map_err(refused)
}

fn series(name: &str, values: &Values) -> Column {
    match values {
        Values::Float(v) => {
            let cells: Vec<Option<f64>> = v.iter().map(|&x| (!x.is_nan()).then_some(x)).collect();
            Series::new(name.into(), cells)
        }
        Values::Single(v) => {
            let cells: Vec<Option<f32>> = v.iter().map(|&x| (!x.is_nan()).then_some(x)).collect();
            Series::new(name.into(), cells)
        }
        Values::Integer(v) => Series::new(name.into(), v),
        Values::Text(v) => Series::new(name.into(), v),
    }
    .into_column()
}

fn frame_of(data: &DataFrame) -> Result<Frame, Error> {
    let mut frame = Frame::default();
    for column in data.columns() {
        let values = match column.dtype() {
            DataType::Float32 => {
                let cells = column.f32().map_err(refused)?;
                Values::Single(cells.iter().map(|x| x.unwrap_or(f32::NAN)).collect())
            }
            DataType::Float64 => Values::optional(column.f64().map_err(refused)?.iter()),
            DataType::Int64 => Values::Integer(column.i64().map_err(refused)?.iter().collect()),
            _ => {
                let cells = column.str().map_err(refused)?;
                Values::Text(cells.iter().map(|c| c.map(str::to_owned)).collect())
            }
        };
        frame
            .push(column.name().as_str(), values)
            .map_err(refused)?;
    }
    Ok(frame)
}

impl Table {
    /// Cells of a Parquet file: text, whole and floating-point columns, and
    /// logical ones as `true` and `false`.
    ///
    /// # Errors
    /// [`Error::Format`] for what isn't whole Parquet. A column of another kind
    /// (date, list) is an error only where it is asked for.
    pub fn from_parquet(file: &str, bytes: Vec<u8>) -> Result<Self, Error> {
        let bad = |problem: String| Error::Format {
            file: file.to_owned(),
            problem,
        };
        if !bytes.starts_with(b"PAR1") || !bytes.ends_with(b"PAR1") {
            return Err(bad("this isn't a whole Parquet file (or it was cut off): write it again, or name a CSV file .csv".into()));
        }
        // polars panics on some damaged files and unusual kinds of columns.
        let read = std::panic::catch_unwind(|| {
            ParquetReader::new(Cursor::new(bytes))
                .read_parallel(ParallelStrategy::None)
                .finish()
        });
        let data = match read {
            Ok(Ok(data)) => data,
            Ok(Err(error)) => return Err(bad(format!("Parquet: {error}"))),
            Err(_) => {
                let problem = "Parquet that is damaged, or has columns of a kind that isn't read (decimal, map): \
                               write it again with text and numbers only, or as CSV";
                return Err(bad(problem.into()));
            }
        };
        let mut columns = Vec::new();
        for column in data.columns() {
            columns.push((column.name().to_string(), cells(column).map_err(bad)?));
        }
        Ok(Self::new(file, columns, (2..data.height() + 2).collect()))
    }
}

fn cells(column: &Column) -> Result<Cells, String> {
    let refused = |e: polars::prelude::PolarsError| format!("column `{}`: {e}", column.name());
    match column.dtype() {
        DataType::String => {
            let text = column.str().map_err(refused)?;
            let cell = |c: Option<&str>| c.filter(|c| !number::is_missing(c)).map(str::to_owned);
            Ok(Cells::Text(text.iter().map(cell).collect()))
        }
        DataType::Boolean => {
            let logical = column.bool().map_err(refused)?;
            let text = |b: Option<bool>| b.map(|b| b.to_string());
            Ok(Cells::Text(logical.iter().map(text).collect()))
        }
        kind if kind.is_integer() => {
            let whole = column.strict_cast(&DataType::Int64).map_err(refused)?;
            let whole = whole.i64().map_err(refused)?;
            Ok(Cells::Integer(whole.iter().collect()))
        }
        kind if kind.is_float() => {
            let real = column.cast(&DataType::Float64).map_err(refused)?;
            let real = real.f64().map_err(refused)?;
            Ok(Cells::Number(
                real.iter().map(|x| x.unwrap_or(f64::NAN)).collect(),
            ))
        }
        DataType::Null => Ok(Cells::Text(vec![None; column.len()])),
        // Factors of R and categories of pandas are text.
        kind if kind.is_categorical() || kind.is_enum() => {
            let text = column.cast(&DataType::String).map_err(refused)?;
            cells(&text)
        }
        kind => Ok(Cells::Other(kind.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(from: usize, to: usize) -> Frame {
        let mut frame = Frame::default();
        frame.push("n", Values::counts(from..to)).unwrap();
        let half = (from..to).map(|i| i as f32 / 2.0).collect();
        frame.push("half", Values::Single(half)).unwrap();
        frame
    }

    #[test]
    fn bytes_do_not_depend_on_the_batches() {
        let total = ROW_GROUP * 2 + 17;
        let written = |step: usize| {
            let mut bytes = Vec::new();
            let mut stream = Stream::begin(&mut bytes, rows(0, 0)).unwrap();
            for from in (0..total).step_by(step) {
                stream.append(rows(from, (from + step).min(total))).unwrap();
            }
            stream.finish().unwrap();
            bytes
        };
        let one = written(1_000);
        assert_eq!(one, written(total));
        let table = Table::from_parquet("cells.parquet", one).unwrap();
        assert_eq!(table.rows(), total);
        let n = table.numbers("n").unwrap();
        assert!(n.iter().enumerate().all(|(i, &x)| x == i as f64));
    }

    #[test]
    fn a_cut_file_is_refused() {
        let mut bytes = Vec::new();
        write(&rows(0, 10), &mut bytes).unwrap();
        let cut = bytes[..bytes.len() / 2].to_vec();
        let error = Table::from_parquet("t.parquet", cut)
            .unwrap_err()
            .to_string();
        assert!(error.contains("cut off"), "{error}");
        let garbage = [b"PAR1".as_slice(), &[0xff; 64], b"PAR1"].concat();
        assert!(Table::from_parquet("t.parquet", garbage).is_err());
    }
}
