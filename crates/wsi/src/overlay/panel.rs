//! The cells just below and just above the positivity threshold.

use image::imageops::{self, FilterType};

use super::sheet::{Anchor, GREY, INK, Sheet};
use super::{MARGIN, NARROWEST, key, patches};
use crate::error::Error;
use crate::quantify::{Samples, ScoredCell};

/// Side of the picture of a cell on the page, px.
const SIDE: u32 = 128;
/// Cells in a row.
const COLUMNS: usize = 6;
/// Room around a pair of pictures, and below it for the score.
const GAP: f64 = 18.0;
const SCORE: f64 = 24.0;
/// Room above the first section, and above each.
const HEAD: f64 = 92.0;
const HEADING: f64 = 30.0;

/// The page; `None` where nothing is scored or no cell has a score.
///
/// # Errors
/// [`Error::Overlay`] when it cannot be drawn or encoded.
pub fn png(samples: &Samples, title: &str) -> Result<Option<Vec<u8>>, Error> {
    let Some((name, threshold)) = &samples.threshold else {
        return Ok(None);
    };
    let sections = [
        ("Just below", &samples.below),
        ("At the threshold and just above", &samples.above),
    ];
    if sections.iter().all(|(_, cells)| cells.is_empty()) {
        return Ok(None);
    }
    let pair = (
        2.0 * f64::from(SIDE) + 2.0 + GAP,
        f64::from(SIDE) + SCORE + 8.0,
    );
    let rows = |cells: &[ScoredCell]| cells.len().div_ceil(COLUMNS).max(1) as f64;
    let section = |cells: &[ScoredCell]| HEADING + rows(cells) * pair.1;
    let width = 2.0 * MARGIN + COLUMNS as f64 * pair.0 - GAP;
    let height: f64 = sections.iter().map(|(_, cells)| section(cells)).sum();
    let mut sheet = Sheet::new(width.max(NARROWEST) as u32, (HEAD + height + MARGIN) as u32);
    sheet.heading((MARGIN, 34.0), 20.0, title);
    let first = samples.below.first().or(samples.above.first());
    let wide_um = first.map_or(0.0, |c| {
        f64::from(c.picture.rgb.width()) * c.picture.pixel_um.0
    });
    let rule = format!(
        "{name}: positive from {threshold} on. The nearest cells of each side, in fields of {wide_um:.0} µm, as they are and outlined; below each its score."
    );
    sheet.text((MARGIN, 60.0), 14.0, Anchor::Start, INK, &rule);
    key(&mut sheet, (MARGIN, 84.0), true);
    let mut y = HEAD;
    for (what, cells) in sections {
        sheet.text((MARGIN, y + 20.0), 15.0, Anchor::Start, INK, what);
        if cells.is_empty() {
            let at = (MARGIN, y + HEADING + 20.0);
            sheet.text(at, 14.0, Anchor::Start, GREY, "no cell on this side");
        }
        for (i, cell) in cells.iter().enumerate() {
            let x = MARGIN + (i % COLUMNS) as f64 * pair.0;
            let top = y + HEADING + (i / COLUMNS) as f64 * pair.1;
            closeup(&mut sheet, cell, (x, top));
            let middle = x + f64::from(SIDE) + 1.0;
            let score = format!("{:.4}", cell.score);
            sheet.text(
                (middle, top + f64::from(SIDE) + 17.0),
                14.0,
                Anchor::Middle,
                INK,
                &score,
            );
        }
        y += section(cells);
    }
    sheet.png().map(Some)
}

fn closeup(sheet: &mut Sheet, scored: &ScoredCell, (x, y): (f64, f64)) {
    let rgb = &scored.picture.rgb;
    let large = imageops::resize(rgb, SIDE, SIDE, FilterType::CatmullRom);
    let side = f64::from(SIDE);
    sheet.picture((x, y), &large);
    let beside = (x + side + 2.0, y);
    sheet.picture(beside, &large);
    let scale = side / f64::from(rgb.width());
    sheet.inside(beside, (side, side), |svg| {
        patches::outline(svg, &scored.cell, &scored.picture, scale);
    });
}
