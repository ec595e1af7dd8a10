//! What stands above the data: the title and a note under it.

use crate::axes::{LINE, MARGIN, TEXT_SIZE};
use crate::canvas::{Anchor, Canvas};
use crate::colour::Rgb;
use crate::lettering;

const TITLE_SIZE: i32 = 14;
const TITLE_LINE: f64 = 20.0;
/// Each has at most so many lines.
const MOST_LINES: usize = 3;
/// Notes are lighter than the rest.
pub(crate) const NOTE: Rgb = [0x4d, 0x4d, 0x4d];

/// Draws both at the top of a figure; gives the place where the rest begins.
pub(crate) fn draw(canvas: &mut Canvas, title: &str, note: &str, width: f64) -> f64 {
    let room = width - 2.0 * MARGIN;
    let mut y = MARGIN;
    for line in lettering::wrap(title, TITLE_SIZE, room, MOST_LINES) {
        let at = (MARGIN, y + TITLE_LINE / 2.0);
        canvas.heading(&line, at, TITLE_SIZE, Anchor::Start);
        y += TITLE_LINE;
    }
    for line in lettering::wrap(note, TEXT_SIZE, room, MOST_LINES) {
        let at = (MARGIN, y + LINE / 2.0);
        canvas.text(&line, at, TEXT_SIZE, Anchor::Start, NOTE);
        y += LINE;
    }
    // Numbers on a vertical axis reach above its end.
    if y > MARGIN { y + 12.0 } else { y }
}
