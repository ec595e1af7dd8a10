//! All but the cells: title, names, blocks, dendrograms, legend.

use super::layout::{
    CLAMPED, GAP, GROUP_BAR, LEGEND_SIZE, LINE, Layout, MARGIN, SCALE_HEIGHT, SCALE_WIDTH, SWATCH,
    Sign, TITLE_SIZE, TREE, title,
};
use super::{Heatmap, Tree};
use crate::{Error, colour, font};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
const FAINT: RGBColor = RGBColor(0x88, 0x88, 0x88);

/// Draws into `svg`; its first element is the white background.
pub(super) fn draw(heatmap: &Heatmap, layout: &Layout, svg: &mut String) -> Result<(), Error> {
    let size = (layout.width as u32, layout.height as u32);
    let canvas = Canvas {
        area: SVGBackend::with_string(svg, size).into_drawing_area(),
    };
    canvas.area.fill(&WHITE).map_err(failed)?;
    canvas.text(
        &title(heatmap),
        (MARGIN, layout.title_y),
        TITLE_SIZE,
        Turn::Upper,
    )?;
    canvas.row_names(heatmap, layout)?;
    canvas.column_names(heatmap, layout)?;
    canvas.blocks(layout)?;
    canvas.trees(heatmap, layout)?;
    canvas.legend(heatmap, layout)?;
    canvas.area.present().map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Drawing(error.to_string())
}

/// How a text lies about its point.
#[derive(Clone, Copy)]
enum Turn {
    /// To the right of it, its middle level with it.
    Right,
    /// To the right of and below it.
    Upper,
    /// Below it, read upwards.
    Below,
    /// Read upwards, its middle on it.
    Upwards,
    /// Its middle on it.
    Middle,
}

struct Canvas<'a> {
    area: Area<'a>,
}

impl Canvas<'_> {
    fn text(&self, text: &str, at: (i32, i32), size: i32, turn: Turn) -> Result<(), Error> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let (h, v, rotated) = match turn {
            Turn::Right => (HPos::Left, VPos::Center, false),
            Turn::Upper => (HPos::Left, VPos::Top, false),
            Turn::Below => (HPos::Right, VPos::Center, true),
            Turn::Upwards => (HPos::Center, VPos::Center, true),
            Turn::Middle => (HPos::Center, VPos::Center, false),
        };
        // plotters divides the size by 1.24 when it writes SVG.
        let mut style = TextStyle::from((font::FAMILY, f64::from(size) * 1.24).into_font())
            .pos(Pos::new(h, v))
            .color(&INK);
        if rotated {
            style = style.transform(FontTransform::Rotate270);
        }
        self.area
            .draw(&Text::new(text.to_owned(), at, style))
            .map_err(failed)
    }

    fn rectangle(&self, corners: [(i32, i32); 2], [r, g, b]: [u8; 3]) -> Result<(), Error> {
        let filled = RGBColor(r, g, b).filled();
        self.area
            .draw(&Rectangle::new(corners, filled))
            .map_err(failed)
    }

    fn line(&self, points: Vec<(i32, i32)>) -> Result<(), Error> {
        self.area
            .draw(&PathElement::new(points, FAINT))
            .map_err(failed)
    }

    fn row_names(&self, heatmap: &Heatmap, layout: &Layout) -> Result<(), Error> {
        let x = layout.right + GAP;
        let Some(labels) = &layout.row_labels else {
            let caption = format!("{} {}", heatmap.rows.len(), heatmap.row_noun);
            let middle = (layout.top + layout.bottom) / 2;
            return self.text(
                &caption,
                (x + LEGEND_SIZE, middle),
                LEGEND_SIZE,
                Turn::Upwards,
            );
        };
        for (r, label) in labels.iter().enumerate() {
            let y = layout.row_top(r) + layout.cell_height / 2;
            self.text(label, (x, y), layout.row_size, Turn::Right)?;
        }
        Ok(())
    }

    fn column_names(&self, heatmap: &Heatmap, layout: &Layout) -> Result<(), Error> {
        let y = layout.bottom + GAP;
        let Some(labels) = &layout.column_labels else {
            let caption = format!("{} {}", heatmap.columns.len(), heatmap.column_noun);
            let middle = (layout.left + layout.right) / 2;
            return self.text(
                &caption,
                (middle, y + LEGEND_SIZE),
                LEGEND_SIZE,
                Turn::Middle,
            );
        };
        for (c, label) in labels.iter().enumerate() {
            self.text(
                label,
                (layout.column_middle(c), y),
                layout.column_size,
                Turn::Below,
            )?;
        }
        Ok(())
    }

    /// The coloured bar above the columns, one piece a run of one block.
    fn blocks(&self, layout: &Layout) -> Result<(), Error> {
        let bottom = layout.top - GAP / 2;
        let mut start = 0;
        for run in layout.group_of.chunk_by(|a, b| a == b) {
            let last = start + run.len() - 1;
            let right = layout.column_left[last] + layout.cell_width - i32::from(layout.roomy);
            let corners = [
                (layout.column_left[start], bottom - GROUP_BAR),
                (right, bottom),
            ];
            self.rectangle(corners, colour::group(run[0]))?;
            start += run.len();
        }
        Ok(())
    }

    fn trees(&self, heatmap: &Heatmap, layout: &Layout) -> Result<(), Error> {
        if let Some(tree) = heatmap.row_tree {
            let middle = |r| layout.row_top(r) + layout.cell_height / 2;
            let base = layout.left - GAP;
            for bracket in brackets(&tree, middle) {
                self.line(
                    bracket
                        .iter()
                        .map(|&(along, up)| (base - up, along))
                        .collect(),
                )?;
            }
        }
        if let Some(tree) = heatmap.column_tree {
            let bar = if layout.groups.is_empty() {
                0
            } else {
                GROUP_BAR + GAP / 2
            };
            let base = layout.top - bar - GAP;
            for bracket in brackets(&tree, |c| layout.column_middle(c)) {
                self.line(
                    bracket
                        .iter()
                        .map(|&(along, up)| (along, base - up))
                        .collect(),
                )?;
            }
        }
        Ok(())
    }

    fn legend(&self, heatmap: &Heatmap, layout: &Layout) -> Result<(), Error> {
        let legend = layout.legend(heatmap);
        let (x, mut y) = (layout.legend_left, layout.top);
        self.text(&legend.title, (x, y), LEGEND_SIZE, Turn::Upper)?;
        y += LINE + GAP;
        self.scale(x, y)?;
        y += SCALE_HEIGHT + LINE;
        self.text(CLAMPED, (x, y), LEGEND_SIZE, Turn::Right)?;
        y += LINE + GAP;
        for (sign, text) in &legend.entries {
            let swatch = [(x, y - SWATCH / 2), (x + SWATCH, y + SWATCH - SWATCH / 2)];
            let middle = (x + SWATCH / 2 + 1, y);
            let mark = |filled: bool| {
                let style = ShapeStyle {
                    color: INK.to_rgba(),
                    filled,
                    stroke_width: 1,
                };
                self.area
                    .draw(&Circle::new(middle, 3, style))
                    .map_err(failed)
            };
            match *sign {
                Sign::Missing => self.rectangle(swatch, colour::MISSING)?,
                Sign::Group(group) => self.rectangle(swatch, colour::group(group))?,
                Sign::Dot => mark(true)?,
                Sign::Ring => mark(false)?,
                Sign::Nothing => {}
            }
            self.text(text, (x + SWATCH + GAP, y), LEGEND_SIZE, Turn::Right)?;
            y += LINE;
        }
        Ok(())
    }

    /// The colour scale, positive correlations at the top.
    fn scale(&self, x: i32, top: i32) -> Result<(), Error> {
        let steps = 2 * colour::STEPS + 1;
        // Each piece reaches to the foot and the next covers it: no seams.
        let foot = top + SCALE_HEIGHT;
        for i in 0..steps {
            let corners = [(x, top + i * SCALE_HEIGHT / steps), (x + SCALE_WIDTH, foot)];
            self.rectangle(corners, colour::of_step(colour::STEPS - i))?;
        }
        for (share, text) in [(0, "0.7"), (1, "0.35"), (2, "0"), (3, "−0.35"), (4, "−0.7")] {
            let y = top + SCALE_HEIGHT * share / 4;
            self.line(vec![(x + SCALE_WIDTH, y), (x + SCALE_WIDTH + 3, y)])?;
            self.text(text, (x + SCALE_WIDTH + GAP, y), LEGEND_SIZE, Turn::Right)?;
        }
        Ok(())
    }
}

/// The bracket of every join: four points, each as the place along the heatmap
/// and the distance from it.
fn brackets(tree: &Tree, middle: impl Fn(usize) -> i32) -> Vec<[(i32, i32); 4]> {
    let leaves = tree.order.len();
    let mut tops = vec![(0, 0); leaves];
    for (place, &leaf) in tree.order.iter().enumerate() {
        tops[leaf] = (middle(place), 0);
    }
    let highest = tree.merges.iter().map(|merge| merge.2).fold(0.0, f64::max);
    let mut brackets = Vec::with_capacity(tree.merges.len());
    for &(a, b, height) in tree.merges {
        let share = if highest > 0.0 { height / highest } else { 0.0 };
        let up = (share * f64::from(TREE)).round() as i32;
        let ((first, first_up), (second, second_up)) = (tops[a], tops[b]);
        brackets.push([
            (first, first_up),
            (first, up),
            (second, up),
            (second, second_up),
        ]);
        tops.push(((first + second) / 2, up));
    }
    brackets
}
