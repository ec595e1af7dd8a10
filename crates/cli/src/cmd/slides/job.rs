//! One slide, from its row to its files.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use pipeline::failure::Failure;
use pipeline::hash::{self, Fingerprint};
use pipeline::manifest::SlideEntry;
use pipeline::output::file_name;
use pipeline::workers::Progress;
use serde::{Deserialize, Serialize};
use tables::parquet;
use wsi::contact::Card;
use wsi::export::SlideRow;
use wsi::export::geojson::{self, GeoJson, Settings};
use wsi::markers::Profile;
use wsi::nuclear::NuclearMeans;
use wsi::overlay::{panel, patches};
use wsi::quantify::{Cell, CellSink, Fragment, Options, Quantified, Tile};
use wsi::slide::{Reader, SlideReader};
use wsi::stain::StainSet;

/// A slide with its profile.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    pub entry: SlideEntry,
    pub profile: Profile,
    pub options: Options,
    pub reader: Reader,
    /// Whether cells are also written as GeoJSON.
    pub geojson: bool,
}

/// What a job leaves beside its files.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Finished {
    pub row: SlideRow,
    pub fragments: Vec<Fragment>,
    pub tiles: Vec<Tile>,
    has_patches: bool,
    has_panel: bool,
}

impl Finished {
    /// The slide on the contact sheet.
    pub fn card(&self) -> Card {
        Card {
            patient_id: self.row.patient_id.clone(),
            slide_id: self.row.slide_id.clone(),
            file_name: file_name(&self.row.slide_id),
            has_patches: self.has_patches,
            has_panel: self.has_panel,
            outcome: Ok(self.row.summary.clone()),
        }
    }

    /// A line about the slide.
    pub fn line(&self) -> String {
        let SlideRow {
            slide_id, summary, ..
        } = &self.row;
        let mut line = format!(
            "{slide_id} ({}): {} cells in {:.2} mm2",
            summary.stain, summary.n_cells, summary.analysed_mm2
        );
        if let Some(percent) = summary.positive_percent {
            line += &format!(", {percent:.1} % positive");
        }
        if !summary.qc_flags.is_empty() {
            line += &format!("; {}", summary.qc_flags.join(", "));
        }
        line
    }
}

/// Files of a job, which needn't all be there: their name in its folder, and
/// folder and ending where the outputs of all slides are brought together.
pub const FILES: [(&str, &str, &str); 6] = [
    (CELLS, "cells", "parquet"),
    (GEOJSON, "geojson", "geojson.gz"),
    (OVERLAY, "overlays", "png"),
    (THUMBNAIL, "overlays", "jpg"),
    (PATCHES, "patches", "png"),
    (PANEL, "threshold", "png"),
];
const CELLS: &str = "cells.parquet";
const GEOJSON: &str = "cells.geojson.gz";
const OVERLAY: &str = "overlay.png";
const THUMBNAIL: &str = "thumbnail.jpg";
const PATCHES: &str = "patches.png";
const PANEL: &str = "panel.png";

impl Job {
    /// What the result depends on, as one hash: content, not names and dates.
    pub fn key(&self, slide: Option<&Fingerprint>) -> Result<String> {
        let settings = serde_json::to_string(&(
            env!("CARGO_PKG_VERSION"),
            &self.entry.patient_id,
            &self.entry.slide_id,
            &self.profile,
            &self.options,
            self.reader,
            self.geojson,
            slide,
        ))?;
        Ok(hash::of_text(&settings))
    }

    /// Quantifies the slide and writes its files into a folder.
    pub fn run(&self, folder: &Path, progress: &Progress) -> Result<Finished> {
        let slide = wsi::slide::open(&self.entry.path, self.reader)?;
        let mut cells = CellFile::begin(&folder.join(CELLS), self.profile.stains, progress)?;
        let mut geojson = self.geojson(slide.as_ref(), &folder.join(GEOJSON))?;
        let mut sinks = (&mut cells, geojson.as_mut());
        let result =
            wsi::quantify::quantify(slide.as_ref(), &self.profile, &self.options, &mut sinks)?;
        let nuclear = cells.finish()?;
        if let Some(mut file) = geojson {
            for annotation in geojson::fragments(&result) {
                file.annotation(&annotation)?;
            }
            file.finish()?.flush()?;
        }
        let pictures = self.pictures(&result)?;
        for (name, bytes) in &pictures {
            let path = folder.join(name);
            std::fs::write(&path, bytes).with_context(|| path.display().to_string())?;
        }
        let has = |name: &str| pictures.iter().any(|picture| picture.0 == name);
        let row = SlideRow {
            patient_id: self.entry.patient_id.clone(),
            slide_id: self.entry.slide_id.clone(),
            summary: result.summary,
            nuclear,
        };
        Ok(Finished {
            row,
            fragments: result.fragments,
            tiles: result.tiles,
            has_patches: has(PATCHES),
            has_panel: has(PANEL),
        })
    }

    fn geojson(
        &self,
        slide: &dyn SlideReader,
        path: &Path,
    ) -> Result<Option<GeoJson<BufWriter<File>>>> {
        if !self.geojson {
            return Ok(None);
        }
        let settings = Settings::of(slide, &self.profile, &self.options)?;
        let file = File::create(path).with_context(|| path.display().to_string())?;
        let file = GeoJson::begin(BufWriter::new(file), &self.entry.slide_id, settings)?;
        Ok(Some(file))
    }

    /// Pictures to check the slide by eye, with their names.
    fn pictures(&self, result: &Quantified) -> Result<Vec<(&'static str, Vec<u8>)>> {
        let title = format!("{}  ({})", self.entry.slide_id, self.profile.name);
        let mut pictures = Vec::new();
        if let Some(overlay) = &result.overlay {
            pictures.push((OVERLAY, overlay.png(&title)?));
            pictures.push((THUMBNAIL, overlay.thumbnail()?));
        }
        if let Some(samples) = &result.samples {
            pictures.extend(patches::png(samples, &title)?.map(|png| (PATCHES, png)));
            pictures.extend(panel::png(samples, &title)?.map(|png| (PANEL, png)));
        }
        Ok(pictures)
    }

    /// The slide on the contact sheet where it could not be done.
    pub fn failed(&self, failure: &Failure) -> Card {
        Card {
            patient_id: self.entry.patient_id.clone(),
            slide_id: self.entry.slide_id.clone(),
            file_name: file_name(&self.entry.slide_id),
            has_patches: false,
            has_panel: false,
            outcome: Err(failure.error.clone()),
        }
    }
}

/// The cells of a slide on their way to their Parquet file.
struct CellFile<'a> {
    stains: StainSet,
    table: parquet::Stream<BufWriter<File>>,
    nuclear: NuclearMeans,
    progress: &'a Progress<'a>,
}

impl<'a> CellFile<'a> {
    fn begin(path: &Path, stains: StainSet, progress: &'a Progress<'a>) -> Result<Self> {
        let file = File::create(path).with_context(|| path.display().to_string())?;
        let head = wsi::export::cells(stains, &[])?;
        let table = parquet::Stream::begin(BufWriter::new(file), head)?;
        Ok(Self {
            stains,
            table,
            nuclear: NuclearMeans::default(),
            progress,
        })
    }

    fn finish(self) -> Result<NuclearMeans> {
        self.table.finish()?;
        Ok(self.nuclear)
    }
}

impl CellSink for CellFile<'_> {
    fn cells(&mut self, _strip: usize, cells: &[Cell]) -> Result<(), wsi::Error> {
        self.nuclear.add(cells);
        let sink = |e: &dyn std::fmt::Display| wsi::Error::Sink(e.to_string());
        let frame = wsi::export::cells(self.stains, cells).map_err(|e| sink(&e))?;
        self.table.append(frame).map_err(|e| sink(&e))
    }

    fn progress(&mut self, part: f64) {
        (self.progress)(part);
    }
}
