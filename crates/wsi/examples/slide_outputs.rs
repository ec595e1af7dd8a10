//! All that a slide gives to look at, without the tables: `slide_outputs OUT_DIR
//! STAIN SLIDE [MPP [EXCLUDED...]]`, for several slides with a `+` between. EXCLUDED are
//! numbers of fragments.
//!
//! Writes overlays/ID.png and .jpg, patches/ID.png, threshold/ID.png,
//! geojson/ID.geojson.gz and contact.html, and says how long each took.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use wsi::contact::{self, Card};
use wsi::export::geojson::{self, GeoJson, Settings};
use wsi::markers::Markers;
use wsi::overlay::{panel, patches};
use wsi::quantify::{Options, quantify};
use wsi::slide::{self, Reader};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, slides @ ..] = arguments.as_slice() else {
        return Err("usage: slide_outputs OUT_DIR STAIN SLIDE [MPP [EXCLUDED...]] [+ ...]".into());
    };
    let out = Path::new(out);
    for folder in ["overlays", "patches", "threshold", "geojson"] {
        fs::create_dir_all(out.join(folder))?;
    }
    let mut cards = Vec::new();
    for slide in slides.split(|a| a == "+") {
        let [stain, path, rest @ ..] = slide else {
            return Err("a slide needs a stain and a path".into());
        };
        let excluded = rest.iter().skip(1).map(|text| text.parse());
        let options = Options {
            mpp: rest.first().map(|text| text.parse()).transpose()?,
            exclude_fragments: excluded.collect::<Result<_, _>>()?,
            ..Default::default()
        };
        let path = Path::new(path);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let id = name.split('.').next().unwrap_or_default().to_owned();
        let card = outputs(out, &id, stain, path, &options).unwrap_or_else(|error| Card {
            patient_id: id.clone(),
            file_name: id.clone(),
            slide_id: id,
            has_patches: false,
            has_panel: false,
            outcome: Err(error.to_string().replace(&*path.to_string_lossy(), &name)),
        });
        cards.push(card);
    }
    fs::write(out.join("contact.html"), contact::page(&cards))?;
    Ok(())
}

fn outputs(
    out: &Path,
    id: &str,
    stain: &str,
    path: &Path,
    options: &Options,
) -> Result<Card, Box<dyn Error>> {
    let mut log = std::io::stderr();
    let markers = Markers::built_in();
    let profile = markers.get(stain)?;
    let slide = slide::open(path, Reader::Auto)?;
    let settings = Settings::of(&*slide, profile, options)?;

    let start = Instant::now();
    quantify(
        &*slide,
        profile,
        &Options {
            overlay: false,
            ..options.clone()
        },
        &mut Vec::new(),
    )?;
    let plain = start.elapsed();
    let plain_mb = peak_mb();
    let start = Instant::now();
    let place = out.join(format!("geojson/{id}.geojson.gz"));
    let mut sink = GeoJson::begin(BufWriter::new(File::create(place)?), id, settings)?;
    let result = quantify(&*slide, profile, options, &mut sink)?;
    for annotation in geojson::fragments(&result) {
        sink.annotation(&annotation)?;
    }
    sink.finish()?.flush()?;
    let whole = start.elapsed();

    let start = Instant::now();
    let samples = result.samples.as_ref().ok_or("no samples")?;
    let overlay = result.overlay.as_ref().ok_or("no overlay")?;
    let title = format!("{id}  ({stain})");
    let pages = [
        ("overlays", "png", Some(overlay.png(&title)?)),
        ("overlays", "jpg", Some(overlay.thumbnail()?)),
        ("patches", "png", patches::png(samples, &title)?),
        ("threshold", "png", panel::png(samples, &title)?),
    ];
    let drawn = start.elapsed();
    let mut sizes = Vec::new();
    for (folder, ending, bytes) in &pages {
        if let Some(bytes) = bytes {
            fs::write(out.join(format!("{folder}/{id}.{ending}")), bytes)?;
            sizes.push(format!("{folder} {ending} {} kB", bytes.len() / 1000));
        }
    }
    writeln!(
        log,
        "{id}: {} cells; without pictures and GeoJSON {plain:.2?}, with {whole:.2?}, pages {drawn:.2?}; memory {plain_mb} MB, then {} MB; {}",
        result.summary.n_cells,
        peak_mb(),
        sizes.join(", ")
    )?;
    Ok(Card {
        patient_id: id.to_owned(),
        file_name: id.to_owned(),
        slide_id: id.to_owned(),
        has_patches: !samples.patches.is_empty(),
        has_panel: samples.threshold.is_some(),
        outcome: Ok(result.summary),
    })
}

/// Most memory that was in use so far, where Linux says so; else 0.
fn peak_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kb = line.and_then(|l| l.split_whitespace().next()?.parse().ok());
    kb.unwrap_or(0u64) / 1000
}
