//! Progress bars, on stderr, at a terminal only.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::context::Context;

/// A bar that counts items; hidden where nobody would see it move.
pub fn bar(context: &Context, what: &'static str, items: usize) -> ProgressBar {
    if context.quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(items as u64).with_message(what);
    let style = "{msg:<10} [{bar:32}] {pos}/{len}  {per_sec}  {eta} left";
    match ProgressStyle::with_template(style) {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}

/// Steps that an item of [`parts`] has.
pub const PARTS: u64 = 1000;

/// A bar for items that tell how far they are, [`PARTS`] steps each.
pub fn parts(context: &Context, what: &'static str, items: usize) -> ProgressBar {
    let bar = bar(context, what, items * PARTS as usize);
    match ProgressStyle::with_template("{msg:<10} [{bar:32}] {percent}%  {eta} left") {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}
