//! What was measured on slides, with one example a stain.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::grid::Grid;
use super::radiology::failures;
use crate::Error;
use crate::figures::{Figure, thumbnail};
use crate::numbers::{NONE, count, counted, fixed, median, significant};
use crate::read::slides::{Slide, Slides, different};

#[derive(Serialize)]
pub(crate) struct Section {
    summary: String,
    stains: Option<Grid>,
    failures: Option<Grid>,
    examples: Vec<Figure>,
    uncalibrated: bool,
}

pub(super) fn section(stage: &Slides) -> Result<Section, Error> {
    let stains = stage.by_stain();
    let failed = match stage.failures.len() {
        0 => "No slide failed.".to_owned(),
        n => format!("{} failed.", counted(n, "slide")),
    };
    let mut examples = Vec::new();
    for (stain, slides) in &stains {
        let Some((slide, measure)) = middle(slides) else {
            continue;
        };
        if let Some(path) = overlay(&stage.folder(), &slide.id)? {
            examples.push(thumbnail(&path, words(stain, slide, &measure))?);
        }
    }
    let head = [
        "Stain",
        "Slides",
        "Patients",
        "Tissue, mm²",
        "Cells",
        "Positive cells, %",
        "Quality flags (slides)",
    ];
    let rows = stains
        .iter()
        .map(|(stain, slides)| row(stain, slides))
        .collect();
    let grid = Grid::new("Slides by stain", &head, 1)
        .words_last()
        .rows("", rows)
        .note("Tissue and cells are sums over the slides. Positive cells: median over the slides (smallest to largest). Small tissue: under 1 mm²; few cells: under 500.");
    Ok(Section {
        summary: format!(
            "{} of {} were measured. {failed}",
            counted(stage.slides.len(), "slide"),
            counted(stage.patients(), "patient")
        ),
        stains: grid.if_any(),
        failures: failures("Slides that failed", "Slides", &stage.failures),
        examples,
        uncalibrated: stage.uncalibrated(),
    })
}

impl Slides {
    fn folder(&self) -> PathBuf {
        self.stage.folder.join("overlays")
    }
}

fn row(stain: &str, slides: &[&Slide]) -> Vec<String> {
    let mut positive: Vec<f64> = slides.iter().filter_map(|s| s.positive_percent).collect();
    positive.sort_by(f64::total_cmp);
    let positive = match (median(&positive), positive.first(), positive.last()) {
        (Some(middle), Some(&low), Some(&high)) => format!(
            "{} ({} to {})",
            fixed(middle, 1),
            fixed(low, 1),
            fixed(high, 1)
        ),
        _ => NONE.to_owned(),
    };
    let mut flags: BTreeMap<&str, usize> = BTreeMap::new();
    for flag in slides.iter().flat_map(|slide| &slide.flags) {
        *flags.entry(flag).or_default() += 1;
    }
    let flags: Vec<String> = flags
        .iter()
        .map(|(flag, n)| format!("{} ({n})", flag.replace('_', " ")))
        .collect();
    let flags = if flags.is_empty() {
        "none".to_owned()
    } else {
        flags.join(", ")
    };
    let tissue: f64 = slides.iter().filter_map(|s| s.tissue_mm2).sum();
    let cells: usize = slides.iter().filter_map(|s| s.cells).sum();
    vec![
        stain.to_owned(),
        count(slides.len()),
        count(different(slides.iter().copied())),
        significant(tissue, 3),
        count(cells),
        positive,
        flags,
    ]
}

/// The slide in the middle by positive percent; by the density of cells for a
/// stain without positive ones. With an even number the lower of the two.
fn middle<'a>(slides: &[&'a Slide]) -> Option<(&'a Slide, String)> {
    let sorted = |measure: fn(&Slide) -> Option<f64>| {
        let mut order: Vec<(f64, &'a Slide)> = slides
            .iter()
            .filter_map(|&slide| measure(slide).map(|value| (value, slide)))
            .collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.id.cmp(&b.1.id)));
        order
    };
    let (mut order, mut is_percent) = (sorted(|s| s.positive_percent), true);
    if order.is_empty() {
        (order, is_percent) = (sorted(|s| s.density_mm2), false);
    }
    let &(value, slide) = order.get(order.len().checked_sub(1)? / 2)?;
    let measure = match is_percent {
        true => format!("{} % positive cells", fixed(value, 1)),
        false => format!("{} cells per mm²", significant(value, 3)),
    };
    Some((slide, measure))
}

fn words(stain: &str, slide: &Slide, measure: &str) -> Figure {
    let scored = slide.positive_percent.is_some();
    let colours = match scored {
        true => {
            "Cells: blue negative, yellow 1+, orange 2+, vermillion 3+ (on large slides negative cells are not drawn)."
        }
        false => "Yellow: detected nuclei; this stain has no positive and negative cells.",
    };
    let warning = match slide.uncalibrated() {
        true => "Classes are by uncalibrated defaults of the thresholds.",
        false => "",
    };
    Figure {
        alt: format!(
            "Overview of the {stain} slide {} with its tissue outlined and its detected cells coloured; {measure}",
            slide.id
        ),
        caption: format!(
            "{stain}, slide {}: the median slide of this stain, {measure}. Black: outline of the tissue. {colours}",
            slide.id
        ),
        warning: warning.to_owned(),
        ..Figure::default()
    }
}

/// The overlay of a slide: its file is named by the percent-encoded id.
fn overlay(folder: &Path, slide: &str) -> Result<Option<PathBuf>, Error> {
    if !folder.is_dir() {
        return Ok(None);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        let is_png = path.extension().is_some_and(|ending| ending == "png");
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if is_png && stem.is_some_and(|stem| decoded(stem) == slide.as_bytes()) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found.into_iter().next())
}

/// Bytes of a percent-encoded name.
pub(super) fn decoded(name: &str) -> Vec<u8> {
    let hex = |at: usize| {
        name.get(at..at + 2)
            .and_then(|h| u8::from_str_radix(h, 16).ok())
    };
    let (bytes, mut plain, mut at) = (name.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        match hex(at + 1) {
            Some(byte) if bytes[at] == b'%' => {
                plain.push(byte);
                at += 3;
            }
            _ => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slide(id: &str, positive: Option<f64>, density: f64) -> Slide {
        Slide {
            patient: "P".into(),
            id: id.into(),
            stain: "CD8".into(),
            tissue_mm2: Some(1.0),
            cells: Some(10),
            density_mm2: Some(density),
            positive_percent: positive,
            flags: vec![],
        }
    }

    #[test]
    fn the_middle_slide() {
        let slides = [
            slide("b", Some(5.0), 1.0),
            slide("a", Some(5.0), 2.0),
            slide("c", Some(90.0), 3.0),
            slide("d", None, 4.0),
        ];
        let all: Vec<&Slide> = slides.iter().collect();
        assert_eq!(middle(&all).unwrap().0.id, "b", "ties by id");
        let unscored = [
            slide("x", None, 30.0),
            slide("y", None, 10.0),
            slide("z", None, 20.0),
        ];
        let (found, measure) = middle(&unscored.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!(
            (found.id.as_str(), measure.as_str()),
            ("z", "20.0 cells per mm²")
        );
        assert!(middle(&[]).is_none());
    }

    #[test]
    fn names_are_decoded() {
        assert_eq!(decoded("a%2Fb%20%C3%A4"), "a/b ä".as_bytes());
        assert_eq!(decoded("100%"), b"100%");
        assert_eq!(decoded("ä%zz"), "ä%zz".as_bytes());
    }
}
