//! A clustered heatmap of correlations.
//!
//! Rows are radiomic features, columns pathology features in blocks; the colour
//! is the correlation on a fixed scale ([`crate::colour`]), a dot or ring marks
//! the cells that a test singled out, and a bar above tells the blocks apart.
//! Names stand beside rows and columns while there is room for them. Cells
//! shrink with their number down to one pixel; where marks would hide what is
//! beneath, only dots are drawn, and the legend says so.

mod body;
mod frame;
mod layout;

use crate::Error;
use crate::check::length;

/// Most rows, and most columns.
pub const MAX_SIDE: usize = 5_000;
/// Most cells.
pub const MAX_CELLS: usize = 2_000_000;

/// What a heatmap shows, in the order in which it shows it.
#[derive(Clone, Copy, Debug)]
pub struct Heatmap<'a> {
    /// The line above the figure; may be empty.
    pub title: &'a str,
    /// Names of the rows, from the top.
    pub rows: &'a [&'a str],
    /// Names of the columns, from the left.
    pub columns: &'a [&'a str],
    /// The correlations, row by row; NaN where there is none.
    pub values: &'a [f64],
    /// The block of every column; empty for no blocks.
    pub column_groups: &'a [&'a str],
    /// The mark of every cell, row by row; empty for none.
    pub marks: &'a [Mark],
    /// How rows were clustered.
    pub row_tree: Option<Tree<'a>>,
    /// How columns were clustered.
    pub column_tree: Option<Tree<'a>>,
    /// What the colour means.
    pub bar_label: &'a str,
    /// What a dot means.
    pub dot_label: &'a str,
    /// What a ring means.
    pub ring_label: &'a str,
    /// What the rows are, in the plural: stands where names have no room.
    pub row_noun: &'a str,
    /// What the columns are, in the plural.
    pub column_noun: &'a str,
}

impl Default for Heatmap<'_> {
    fn default() -> Self {
        Self {
            title: "",
            rows: &[],
            columns: &[],
            values: &[],
            column_groups: &[],
            marks: &[],
            row_tree: None,
            column_tree: None,
            bar_label: "Spearman ρ",
            dot_label: "q < .05",
            ring_label: "p < .05",
            row_noun: "radiomic features",
            column_noun: "pathology features",
        }
    }
}

/// What singles a cell out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// Nothing.
    #[default]
    None,
    /// The weaker mark, `p < .05` for instance.
    Ring,
    /// The stronger mark, `q < .05` for instance.
    Dot,
}

/// A dendrogram: which leaf stands where, and how leaves were joined.
#[derive(Clone, Copy, Debug)]
pub struct Tree<'a> {
    /// The leaf at each place of the heatmap.
    pub order: &'a [usize],
    /// The joins, nearest first: two clusters and their distance. Cluster `c` is
    /// leaf `c` while `c` is below the number of leaves, else the result of join
    /// `c - leaves`.
    pub merges: &'a [(usize, usize, f64)],
}

impl Heatmap<'_> {
    /// Draws the heatmap. Its size follows from the number of cells and the
    /// length of the names; it is given in the SVG.
    ///
    /// # Errors
    /// No cells or too many; lists whose lengths do not fit; a value beyond -1 to
    /// 1; a dendrogram that does not join every row (or column) once.
    pub fn svg(&self) -> Result<String, Error> {
        self.check()?;
        let layout = layout::Layout::new(self);
        let mut svg = String::new();
        frame::draw(self, &layout, &mut svg)?;
        // The cells lie on the background, under all the rest. They are written
        // by hand: a path for a colour is ten times smaller than an element a
        // cell.
        let background = svg.find("/>\n").map_or(svg.len(), |at| at + "/>\n".len());
        svg.insert_str(background, &body::paths(self, &layout));
        Ok(svg)
    }

    fn check(&self) -> Result<(), Error> {
        let (rows, columns) = (self.rows.len(), self.columns.len());
        if rows == 0 || columns == 0 {
            return Err(Error::Empty);
        }
        if rows > MAX_SIDE || columns > MAX_SIDE || rows * columns > MAX_CELLS {
            return Err(Error::TooManyCells {
                rows,
                columns,
                side: MAX_SIDE,
                cells: MAX_CELLS,
            });
        }
        length("values", self.values.len(), rows * columns)?;
        if !self.marks.is_empty() {
            length("marks", self.marks.len(), rows * columns)?;
        }
        if !self.column_groups.is_empty() {
            length("column groups", self.column_groups.len(), columns)?;
        }
        for (i, &value) in self.values.iter().enumerate() {
            if value.abs() > 1.0 {
                return Err(Error::Value {
                    row: i / columns,
                    column: i % columns,
                    value,
                });
            }
        }
        for (tree, leaves, what) in [
            (self.row_tree, rows, "rows"),
            (self.column_tree, columns, "columns"),
        ] {
            if tree.is_some_and(|tree| !tree.joins_once(leaves)) {
                return Err(Error::Tree(what));
            }
        }
        Ok(())
    }
}

impl Tree<'_> {
    fn joins_once(&self, leaves: usize) -> bool {
        let mut order = self.order.to_vec();
        order.sort_unstable();
        if !order.into_iter().eq(0..leaves) || self.merges.len() + 1 != leaves {
            return false;
        }
        let mut joined = vec![false; 2 * leaves];
        self.merges.iter().enumerate().all(|(i, &(a, b, height))| {
            let known = a < leaves + i && b < leaves + i && a != b;
            known
                && height.is_finite()
                && height >= 0.0
                && !std::mem::replace(&mut joined[a], true)
                && !std::mem::replace(&mut joined[b], true)
        })
    }
}
