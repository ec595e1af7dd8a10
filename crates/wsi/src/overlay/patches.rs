//! Fields as they are, each beside itself with the outlines of its cells.

use super::sheet::{Anchor, GREY, INK, Sheet, Stroke, bar_um, closed_path, without_noise};
use super::{MARGIN, NARROWEST, colour, key};
use crate::error::Error;
use crate::positivity::Class;
use crate::quantify::{Cell, Patch, PatchKind, Picture, Samples};

/// Room above the first row, and above each picture.
const HEAD: f64 = 84.0;
const HEADING: f64 = 30.0;
/// Between a field and its copy.
const GAP: f64 = 6.0;

/// The page; `None` without a patch.
///
/// # Errors
/// [`Error::Overlay`] when it cannot be drawn or encoded.
pub fn png(samples: &Samples, title: &str) -> Result<Option<Vec<u8>>, Error> {
    let sizes = samples.patches.iter().map(|p| p.picture.rgb.dimensions());
    let Some(largest) = sizes.reduce(|a, b| (a.0.max(b.0), a.1.max(b.1))) else {
        return Ok(None);
    };
    let (width, height) = (f64::from(largest.0), f64::from(largest.1));
    let columns = samples.patches.len().min(2);
    let rows = samples.patches.len().div_ceil(2);
    let pair = (2.0 * width + GAP + MARGIN, HEADING + height + MARGIN);
    let page = (
        MARGIN + columns as f64 * pair.0,
        HEAD + rows as f64 * pair.1 + 12.0,
    );
    let mut sheet = Sheet::new(page.0.max(NARROWEST) as u32, page.1 as u32);
    sheet.heading((MARGIN, 34.0), 20.0, title);
    let scored = samples.threshold.is_some();
    key(&mut sheet, (MARGIN, 62.0), scored);
    let note = "thick: nucleus, thin: cell";
    let x = MARGIN + if scored { 380.0 } else { 110.0 };
    sheet.text((x, 62.0), 14.0, Anchor::Start, GREY, note);
    for (i, patch) in samples.patches.iter().enumerate() {
        let x = MARGIN + (i % 2) as f64 * pair.0;
        let y = HEAD + (i / 2) as f64 * pair.1;
        let heading = format!("{}. {}", i + 1, describe(patch, scored));
        sheet.text((x, y + 18.0), 15.0, Anchor::Start, INK, &heading);
        let own = f64::from(patch.picture.rgb.width());
        field(
            &mut sheet,
            patch,
            (x, y + HEADING),
            (x + own + GAP, y + HEADING),
        );
    }
    sheet.png().map(Some)
}

fn field(sheet: &mut Sheet, patch: &Patch, plain: (f64, f64), outlined: (f64, f64)) {
    let picture = without_noise(patch.picture.rgb.clone());
    sheet.picture(plain, &picture);
    sheet.picture(outlined, &picture);
    let size = (f64::from(picture.width()), f64::from(picture.height()));
    sheet.inside(outlined, size, |svg| {
        for cell in &patch.cells {
            outline(svg, cell, &patch.picture, 1.0);
        }
    });
    let pixel_um = patch.picture.pixel_um.0;
    if let Some(bar) = bar_um(size.0 * pixel_um) {
        let (x, y) = (plain.0 + 10.0, plain.1 + size.1 - 14.0);
        sheet.rectangle(x - 2.0, y - 2.0, bar / pixel_um + 4.0, 8.0, [255; 3]);
        sheet.rectangle(x, y, bar / pixel_um, 4.0, INK);
        sheet.label((x, y - 6.0), 13.0, Anchor::Start, &format!("{bar} µm"));
    }
}

/// Nucleus and cell over a picture that is drawn `scale` times as large.
pub(super) fn outline(svg: &mut String, cell: &Cell, picture: &Picture, scale: f64) {
    let place = |&(x, y): &(f32, f32)| {
        (
            (f64::from(x) - picture.left_um) / picture.pixel_um.0 * scale,
            (f64::from(y) - picture.top_um) / picture.pixel_um.1 * scale,
        )
    };
    let colour = colour(cell.class);
    let line = |colour, width, opacity| Stroke {
        colour,
        width,
        opacity,
        dashed: false,
    };
    closed_path(svg, [&cell.cell_outline], place, &line(colour, 0.8, 0.75));
    if cell.class > Some(Class::Negative) {
        // A dark rim: yellow would be lost on pale tissue.
        closed_path(svg, [&cell.nucleus_outline], place, &line(INK, 2.6, 0.35));
    }
    closed_path(svg, [&cell.nucleus_outline], place, &line(colour, 1.5, 1.0));
}

/// Why the patch is there, and how many cells have their nucleus in it.
fn describe(patch: &Patch, scored: bool) -> String {
    let p = &patch.picture;
    let right = p.left_um + f64::from(p.rgb.width()) * p.pixel_um.0;
    let bottom = p.top_um + f64::from(p.rgb.height()) * p.pixel_um.1;
    let inside =
        |c: &&Cell| (p.left_um..right).contains(&c.x_um) && (p.top_um..bottom).contains(&c.y_um);
    let cells = patch.cells.iter().filter(inside);
    let positive = cells
        .clone()
        .filter(|c| c.class > Some(Class::Negative))
        .count();
    let why = match patch.kind {
        PatchKind::Densest if scored => "most positive cells",
        PatchKind::Densest => "most cells",
        PatchKind::Median => "median",
        PatchKind::NearThreshold => "most scores near the threshold",
        PatchKind::Emptiest => "fewest cells",
    };
    let count = cells.count();
    let place = format!("at {:.2}, {:.2} mm", p.left_um / 1000.0, p.top_um / 1000.0);
    if scored {
        format!("{why}: {positive} of {count} cells positive, {place}")
    } else {
        format!("{why}: {count} cells, {place}")
    }
}
