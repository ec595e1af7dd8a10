//! Several sinks in one pass: a tuple of two, a sink that may be there or not, and a
//! reference in place of a sink.

use crate::error::Error;
use crate::quantify::{Cell, CellSink};

/// Both, the first before the second.
impl<A: CellSink, B: CellSink> CellSink for (A, B) {
    fn cells(&mut self, strip: usize, cells: &[Cell]) -> Result<(), Error> {
        self.0.cells(strip, cells)?;
        self.1.cells(strip, cells)
    }

    fn progress(&mut self, part: f64) {
        self.0.progress(part);
        self.1.progress(part);
    }
}

/// `None` takes the cells and keeps nothing.
impl<S: CellSink> CellSink for Option<S> {
    fn cells(&mut self, strip: usize, cells: &[Cell]) -> Result<(), Error> {
        self.as_mut()
            .map_or(Ok(()), |sink| sink.cells(strip, cells))
    }

    fn progress(&mut self, part: f64) {
        if let Some(sink) = self {
            sink.progress(part);
        }
    }
}

impl<S: CellSink + ?Sized> CellSink for &mut S {
    fn cells(&mut self, strip: usize, cells: &[Cell]) -> Result<(), Error> {
        (**self).cells(strip, cells)
    }

    fn progress(&mut self, part: f64) {
        (**self).progress(part);
    }
}
