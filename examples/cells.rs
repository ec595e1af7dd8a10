//! Cells of a slide, without the command line: open, quantify, count.
//!
//! `cargo run --release --example cells`

use synth::slide::{SlideSpec, Stain, render};
use wsi::markers::Markers;
use wsi::quantify::{Cell, Options, quantify};
use wsi::slide::{Reader, open};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("radpath-example-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("cd8.tif");
    let spec = SlideSpec {
        stain: Stain::Cd8,
        size_px: [640, 640],
        ..SlideSpec::default()
    };
    let (image, truth) = render(&spec, &mut stats::rng::stream(1, "example", 0))?;
    synth::tiff::write(&path, &image, 0.5)?;

    let slide = open(&path, Reader::Auto)?;
    let mut cells: Vec<Cell> = Vec::new();
    let found = quantify(
        slide.as_ref(),
        Markers::built_in().get("CD8")?,
        &Options::default(),
        &mut cells,
    )?;
    std::fs::remove_dir_all(&folder)?;

    assert_eq!(cells.len() as u64, found.summary.n_cells);
    tell(&format!(
        "{} cells (made: {}), {:.1} % positive (made: {:.1} %)",
        found.summary.n_cells,
        truth.counts.n_cells,
        found.summary.positive_percent.unwrap_or(f64::NAN),
        truth.counts.positive_percent()
    ));
    Ok(())
}

#[allow(clippy::print_stdout)]
fn tell(line: &str) {
    println!("{line}");
}
