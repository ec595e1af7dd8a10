//! The cells and their marks, as compact paths.

use super::layout::Layout;
use super::{Heatmap, Mark};
use crate::colour;
use std::collections::BTreeMap;
use std::fmt::Write;

// Writing to a String cannot fail: its results are ignored below.

/// All cells and marks. Cells of one colour are one path; a run of them in a
/// row is one line of it.
pub(super) fn paths(heatmap: &Heatmap, layout: &Layout) -> String {
    let columns = heatmap.columns.len();
    let gap = i32::from(layout.roomy);
    let mut by_colour: BTreeMap<Option<i32>, Lines> = BTreeMap::new();
    for (r, row) in heatmap.values.chunks(columns).enumerate() {
        let y = layout.row_top(r);
        let mut c = 0;
        while c < columns {
            let step = colour::step(row[c]);
            let mut end = c + 1;
            while gap == 0
                && end < columns
                && colour::step(row[end]) == step
                && layout.column_left[end] == layout.column_left[end - 1] + layout.cell_width
            {
                end += 1;
            }
            let width = layout.column_left[end - 1] + layout.cell_width - layout.column_left[c];
            let lines = by_colour.entry(step).or_default();
            lines.add(layout.column_left[c], y, width - gap);
            c = end;
        }
    }
    // A line as thick as a cell is the shortest way to write a rectangle; the
    // shift puts its middle on the middle of the cell.
    let thickness = layout.cell_height - gap;
    let mut svg = format!(
        "<g fill=\"none\" stroke-width=\"{thickness}\" shape-rendering=\"crispEdges\" \
         transform=\"translate(0 {})\">\n",
        f64::from(thickness) / 2.0
    );
    for (step, Lines { path, .. }) in &by_colour {
        let fill = colour::hex(step.map_or(colour::MISSING, colour::of_step));
        let _ = writeln!(svg, "<path stroke=\"{fill}\" d=\"{path}\"/>");
    }
    svg.push_str("</g>\n");
    marks(heatmap, layout, &mut svg);
    svg
}

/// The path of many level lines. Each starts from where the last one ended:
/// small steps are a third shorter to write than places.
#[derive(Default)]
struct Lines {
    path: String,
    end: (i32, i32),
}

impl Lines {
    fn add(&mut self, x: i32, y: i32, length: i32) {
        let (dx, dy) = (x - self.end.0, y - self.end.1);
        let _ = write!(self.path, "m{dx} {dy}h{length}");
        self.end = (x + length, y);
    }
}

/// Marks, black on light cells and white on dark ones.
fn marks(heatmap: &Heatmap, layout: &Layout, svg: &mut String) {
    let columns = heatmap.columns.len();
    let gap = f64::from(i32::from(layout.roomy));
    for (mark, fill) in [(Mark::Ring, false), (Mark::Dot, true)] {
        if mark == Mark::Ring && !layout.roomy {
            continue;
        }
        let radius = radius(mark, layout);
        for dark in [false, true] {
            let ink = if dark { "#ffffff" } else { "#111111" };
            let mut path = String::new();
            for (i, _) in heatmap
                .marks
                .iter()
                .enumerate()
                .filter(|(_, m)| **m == mark)
            {
                if colour::dark(colour::correlation(heatmap.values[i])) != dark {
                    continue;
                }
                let (r, c) = (i / columns, i % columns);
                let x = f64::from(layout.column_left[c])
                    + (f64::from(layout.cell_width) - gap) / 2.0
                    - radius;
                let y = f64::from(layout.row_top(r)) + (f64::from(layout.cell_height) - gap) / 2.0;
                let d = 2.0 * radius;
                let _ = write!(
                    path,
                    "M{x} {y}a{radius} {radius} 0 1 0 {d} 0a{radius} {radius} 0 1 0 -{d} 0"
                );
            }
            if path.is_empty() {
                continue;
            }
            let style = if fill {
                format!("fill=\"{ink}\"")
            } else {
                format!("fill=\"none\" stroke=\"{ink}\" stroke-width=\"1\"")
            };
            let _ = writeln!(svg, "<path {style} d=\"{path}\"/>");
        }
    }
}

/// Radius of a mark in the cells.
fn radius(mark: Mark, layout: &Layout) -> f64 {
    let cell = f64::from(layout.cell_width.min(layout.cell_height));
    let share = if mark == Mark::Dot { 0.2 } else { 0.26 };
    // Tenths, so that the numbers stay short.
    ((cell * share).max(2.0) * 10.0).round() / 10.0
}
