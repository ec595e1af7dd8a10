//! One slide, from its row to its files.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context as _, Result};
use pipeline::hash::{self, Fingerprint};
use pipeline::manifest::SlideEntry;
use pipeline::workers::Progress;
use serde::{Deserialize, Serialize};
use tables::parquet;
use wsi::export::SlideRow;
use wsi::markers::Profile;
use wsi::nuclear::NuclearMeans;
use wsi::quantify::{Cell, CellSink, Fragment, Options, Tile};
use wsi::slide::Reader;
use wsi::stain::StainSet;

/// A slide with its profile.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    pub entry: SlideEntry,
    pub profile: Profile,
    pub options: Options,
    pub reader: Reader,
}

/// What a job leaves beside its files.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Finished {
    pub row: SlideRow,
    pub fragments: Vec<Fragment>,
    pub tiles: Vec<Tile>,
}

impl Finished {
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

/// Files of a job: their name in its folder, and folder and ending where the
/// outputs of all slides are brought together.
pub const FILES: [(&str, &str, &str); 2] =
    [(CELLS, "cells", "parquet"), (OVERLAY, "overlays", "png")];
const CELLS: &str = "cells.parquet";
const OVERLAY: &str = "overlay.png";

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
            slide,
        ))?;
        Ok(hash::of_text(&settings))
    }

    /// Quantifies the slide and writes its files into a folder.
    pub fn run(&self, folder: &Path, progress: &Progress) -> Result<Finished> {
        let slide = wsi::slide::open(&self.entry.path, self.reader)?;
        let mut sink = CellFile::begin(&folder.join(CELLS), self.profile.stains, progress)?;
        let result =
            wsi::quantify::quantify(slide.as_ref(), &self.profile, &self.options, &mut sink)?;
        let nuclear = sink.finish()?;
        if let Some(overlay) = &result.overlay {
            let path = folder.join(OVERLAY);
            std::fs::write(&path, overlay.png()?).with_context(|| path.display().to_string())?;
        }
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
        })
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
