//! Where everything goes, in pixels from the upper left corner.

use super::{Heatmap, Mark};
use crate::font;

pub(super) const MARGIN: i32 = 18;
/// Space between parts that belong together.
pub(super) const GAP: i32 = 6;
pub(super) const TITLE_SIZE: i32 = 15;
pub(super) const LEGEND_SIZE: i32 = 11;
/// Height of a line of the legend.
pub(super) const LINE: i32 = 18;
/// Side of a swatch of the legend.
pub(super) const SWATCH: i32 = 11;
pub(super) const GROUP_BAR: i32 = 9;
pub(super) const SCALE_WIDTH: i32 = 13;
pub(super) const SCALE_HEIGHT: i32 = 140;
pub(super) const TREE: i32 = 54;
/// White between blocks of columns.
const BLOCK_GAP: i32 = 4;
/// Cells below this have no names beside them.
const NAMED_CELL: i32 = 9;
/// Cells below this are too small for rings, and for lines between them.
const MARKED_CELL: i32 = 8;
const LONGEST_LABEL: usize = 44;

pub(super) struct Layout {
    pub width: i32,
    pub height: i32,
    /// Left end of the title, which stands above all.
    pub title_y: i32,
    /// Left edge of each column of cells, and right end of the last.
    pub column_left: Vec<i32>,
    pub cell_width: i32,
    pub cell_height: i32,
    /// Upper left corner and lower right corner of the cells.
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
    /// Names, shortened; `None` where there is no room.
    pub row_labels: Option<Vec<String>>,
    pub column_labels: Option<Vec<String>>,
    pub row_size: i32,
    pub column_size: i32,
    pub legend_left: i32,
    /// Whether cells are large enough for rings and for lines between them.
    pub roomy: bool,
    /// Distinct groups, in order of appearance, and the group of each column.
    pub groups: Vec<String>,
    pub group_of: Vec<usize>,
}

impl Layout {
    pub fn new(heatmap: &Heatmap) -> Self {
        let (rows, columns) = (heatmap.rows.len(), heatmap.columns.len());
        let (cell_height, cell_width) = (cell(rows, 900), cell(columns, 760));
        let (groups, group_of) = groups(heatmap.column_groups);

        let row_labels = (cell_height >= NAMED_CELL).then(|| labels(heatmap.rows));
        let column_labels = (cell_width >= NAMED_CELL).then(|| labels(heatmap.columns));
        let row_size = (cell_height - 1).clamp(8, 11);
        let column_size = (cell_width - 1).clamp(8, 11);
        let beside = |labels: &Option<Vec<String>>, size| match labels {
            Some(labels) => font::widest(labels.iter().map(String::as_str), size),
            None => 2 * LEGEND_SIZE,
        };

        let tree = |present: bool| if present { TREE + GAP } else { 0 };
        let title_height = if heatmap.title.is_empty() {
            0
        } else {
            TITLE_SIZE + 2 * GAP
        };
        let left = MARGIN + tree(heatmap.row_tree.is_some());
        let group_bar = if groups.is_empty() {
            0
        } else {
            GROUP_BAR + GAP / 2
        };
        let top = MARGIN + title_height + tree(heatmap.column_tree.is_some()) + group_bar;

        let mut column_left = Vec::with_capacity(columns);
        let mut x = left;
        for c in 0..columns {
            if c > 0 && !group_of.is_empty() && group_of[c] != group_of[c - 1] {
                x += BLOCK_GAP;
            }
            column_left.push(x);
            x += cell_width;
        }
        let (right, bottom) = (x, top + rows as i32 * cell_height);
        let legend_left = right + GAP + beside(&row_labels, row_size) + 4 * GAP;
        let roomy = cell_width.min(cell_height) >= MARKED_CELL;
        let mut layout = Self {
            width: 0,
            height: 0,
            title_y: MARGIN,
            column_left,
            cell_width,
            cell_height,
            left,
            top,
            right,
            bottom,
            row_size,
            column_size,
            legend_left,
            roomy,
            groups,
            group_of,
            row_labels: None,
            column_labels: None,
        };
        let legend = layout.legend(heatmap);
        let legend_width = font::widest(legend.texts(), LEGEND_SIZE) + SWATCH + GAP;
        let title_width = font::widest([title(heatmap).as_str()], TITLE_SIZE);
        layout.width = (legend_left + legend_width).max(MARGIN + title_width) + MARGIN;
        let below = bottom + GAP + beside(&column_labels, column_size);
        layout.height = below.max(top + legend.height()) + MARGIN;
        (layout.row_labels, layout.column_labels) = (row_labels, column_labels);
        layout
    }

    /// The horizontal middle of a column of cells.
    pub fn column_middle(&self, c: usize) -> i32 {
        self.column_left[c] + self.cell_width / 2
    }

    /// The upper edge of a row of cells.
    pub fn row_top(&self, r: usize) -> i32 {
        self.top + r as i32 * self.cell_height
    }

    /// What the legend explains, from the top.
    pub fn legend(&self, heatmap: &Heatmap) -> Legend {
        let has = |mark| heatmap.marks.contains(&mark);
        let mut entries = Vec::new();
        if heatmap.values.iter().any(|v| v.is_nan()) {
            entries.push((Sign::Missing, "not computed".to_owned()));
        }
        if has(Mark::Dot) {
            entries.push((Sign::Dot, font::label(heatmap.dot_label, 30)));
        }
        if has(Mark::Ring) {
            let label = font::label(heatmap.ring_label, 30);
            entries.push(if self.roomy {
                (Sign::Ring, label)
            } else {
                (Sign::Nothing, format!("{label}: not drawn at this size"))
            });
        }
        for (i, group) in self.groups.iter().enumerate() {
            entries.push((Sign::Group(i), group.clone()));
        }
        Legend {
            title: font::label(heatmap.bar_label, 30),
            entries,
        }
    }
}

/// The title, shortened.
pub(super) fn title(heatmap: &Heatmap) -> String {
    font::label(heatmap.title, 110)
}

/// The signs of the legend beneath the colour scale.
pub(super) struct Legend {
    pub title: String,
    pub entries: Vec<(Sign, String)>,
}

#[derive(Clone, Copy)]
pub(super) enum Sign {
    Missing,
    Dot,
    Ring,
    Nothing,
    Group(usize),
}

/// The sentence that keeps the clamped ends honest.
pub(super) const CLAMPED: &str = "colours end at ±0.7";

impl Legend {
    fn texts(&self) -> impl Iterator<Item = &str> {
        let entries = self.entries.iter().map(|(_, text)| text.as_str());
        entries.chain([self.title.as_str(), CLAMPED])
    }

    fn height(&self) -> i32 {
        2 * LINE + SCALE_HEIGHT + 2 * LINE + self.entries.len() as i32 * LINE
    }
}

/// The side of a cell when `n` of them share about `target` pixels.
fn cell(n: usize, target: usize) -> i32 {
    let share = (target / n).min(20) as i32;
    share.max(if n <= 1000 { 2 } else { 1 })
}

fn labels(names: &[&str]) -> Vec<String> {
    names
        .iter()
        .map(|name| font::label(name, LONGEST_LABEL))
        .collect()
}

fn groups(of_columns: &[&str]) -> (Vec<String>, Vec<usize>) {
    let mut names: Vec<&str> = Vec::new();
    let of = of_columns.iter().map(|name| {
        names
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            })
    });
    let of = of.collect();
    (names.iter().map(|name| font::label(name, 30)).collect(), of)
}
