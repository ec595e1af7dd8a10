//! Why a figure cannot be drawn.

/// What is wrong with the input of a figure.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No rows or no columns.
    #[error("a heatmap needs at least one row and one column")]
    Empty,
    /// Something has another length than the rows or columns ask for.
    #[error("{found} {what}, but {expected} are needed: give one for each")]
    Length {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A value that is no correlation.
    #[error(
        "row {row}, column {column} (counted from 0) is {value:?}: it must be from -1 to 1, or NaN"
    )]
    Value {
        /// Row of the value.
        row: usize,
        /// Its column.
        column: usize,
        /// The value found.
        value: f64,
    },
    /// More cells than a figure can show.
    #[error(
        "{rows} x {columns} cells are too many to see: show at most {side} a side and {cells} in all"
    )]
    TooManyCells {
        /// Rows given.
        rows: usize,
        /// Columns given.
        columns: usize,
        /// Most rows, and most columns.
        side: usize,
        /// Most cells.
        cells: usize,
    },
    /// A dendrogram that does not fit its leaves.
    #[error("the dendrogram of the {0} does not join each of them once")]
    Tree(&'static str),
    /// A figure without anything to show.
    #[error("a {figure} needs at least one {what}")]
    Nothing {
        /// The figure.
        figure: &'static str,
        /// What it lacks.
        what: &'static str,
    },
    /// More than a reader can tell apart.
    #[error("{found} {what}s are too many to tell apart: show at most {most}")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// A number that cannot be shown.
    #[error("{what} {index} (counted from 0) is {value:?}: it must be {need}")]
    Number {
        /// What the number is.
        what: &'static str,
        /// Its place.
        index: usize,
        /// The number found.
        value: f64,
        /// What it should be.
        need: &'static str,
    },
    /// A range that is none.
    #[error(
        "a range from {low:?} to {high:?} cannot be drawn: both ends must be finite, the lower one first, and above 0 on a logarithmic scale"
    )]
    Range {
        /// Its lower end.
        low: f64,
        /// Its upper end.
        high: f64,
    },
    /// An interval that is none.
    #[error(
        "an interval from {low:?} to {high:?} cannot be drawn: give the lower end first (0 or more on a logarithmic scale), or NaN for both"
    )]
    Interval {
        /// Its lower end.
        low: f64,
        /// Its upper end.
        high: f64,
    },
    /// Something wrong in one curve or row.
    #[error("{part} {index} (counted from 0): {cause}")]
    Part {
        /// Curve or row.
        part: &'static str,
        /// Its place in the figure.
        index: usize,
        /// What is wrong with it.
        cause: Box<Error>,
    },
    /// An SVG that cannot be read.
    #[error("this is no SVG that can be rendered: {0}")]
    Svg(String),
    /// An image too large, or of no size.
    #[error("an image of {width:e} x {height:e} pixels cannot be made: choose another scale")]
    Size {
        /// Pixels across.
        width: f64,
        /// Pixels down.
        height: f64,
    },
    /// The drawing failed.
    #[error("drawing failed: {0}")]
    Drawing(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn huge_numbers_stay_short() {
        let value = Error::Value {
            row: 0,
            column: 0,
            value: -1e300,
        };
        assert!(value.to_string().contains("is -1e300:"), "{value}");
        let size = Error::Size {
            width: 1e300,
            height: 2028.0,
        };
        assert!(size.to_string().contains("1e300 x 2.028e3"), "{size}");
    }
}
