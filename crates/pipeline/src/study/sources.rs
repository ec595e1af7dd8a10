//! Whether the tables, manifests and files of both sides are there.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use tables::Table;

use super::check::Checker;
use super::models;
use crate::clinical;
use crate::manifest::{self, Case, SlideEntry};

/// How many rows of one kind of problem are told.
const TOLD: usize = 5;

impl Checker<'_> {
    /// The cases, and the patients of either table where they are known.
    pub(super) fn radiomics(&mut self) -> (Vec<Case>, Option<Vec<String>>) {
        let Some(radiomics) = self.config().radiomics.clone() else {
            return (Vec::new(), None);
        };
        if let Some(settings) = &radiomics.settings {
            if radiomics.cases.is_none() {
                self.note(
                    "[radiomics] settings",
                    "goes with `cases` only: take it out",
                );
            } else {
                self.readable("[radiomics] settings", &self.study.path(settings));
            }
        }
        for (key, there) in [
            ("[radiomics] preset", radiomics.preset.is_some()),
            ("[radiomics] ring_mm", radiomics.ring_mm.is_some()),
            ("[radiomics] roi", radiomics.roi.is_some()),
            ("[radiomics] standardise", radiomics.standardise.is_some()),
        ] {
            if there && radiomics.cases.is_none() {
                self.note(key, "goes with `cases` only: take it out");
            }
        }
        match (&radiomics.cases, &radiomics.table) {
            (Some(cases), None) => self.cases(&self.study.path(cases)),
            (None, Some(table)) => {
                let ids = self.features("[radiomics] table", &self.study.path(table));
                (Vec::new(), ids)
            }
            (None, None) => {
                self.note(
                    "[radiomics]",
                    "needs `cases` (images and masks) or `table` (features)",
                );
                (Vec::new(), None)
            }
            (Some(_), Some(_)) => {
                self.note(
                    "[radiomics]",
                    "`cases` and `table` exclude each other: keep one",
                );
                (Vec::new(), None)
            }
        }
    }

    fn cases(&mut self, path: &Path) -> (Vec<Case>, Option<Vec<String>>) {
        let key = "[radiomics] cases";
        if !self.readable(key, path) {
            return (Vec::new(), None);
        }
        let cases = match manifest::cases(path, &self.config().roles.roles().id) {
            Ok(cases) => cases,
            Err(error) => {
                self.note(key, error);
                return (Vec::new(), None);
            }
        };
        let images: Vec<&Path> = cases.iter().map(|c| c.image.as_path()).collect();
        let masks: Vec<&Path> = cases.iter().map(|c| c.mask.as_path()).collect();
        self.files(key, path, "image", &images);
        self.files(key, path, "mask", &masks);
        if cases.iter().any(|c| c.brain_mask.is_some()) {
            let brains: Vec<&Path> = cases
                .iter()
                .map(|c| c.brain_mask.as_deref().unwrap_or(&c.mask))
                .collect();
            self.files(key, path, "brain_mask", &brains);
        }
        // Here test patients are known to be among the rows.
        let radiomics = self.config().radiomics.as_ref();
        let way = radiomics.and_then(|radiomics| radiomics.standardise.as_deref());
        if way == Some("nyul") && cases.iter().all(|c| c.cohort.is_none()) {
            let shown = path.display();
            self.note(
                "[radiomics] standardise",
                format!(
                    "nyul learns from training patients alone, and {shown} doesn't say who they \
                     are: add a column `cohort`"
                ),
            );
        }
        if cases.iter().any(|c| c.body_mask.is_some()) {
            // A row without one has been told of already if its mask is bad.
            let bodies: Vec<&Path> = cases
                .iter()
                .map(|c| c.body_mask.as_deref().unwrap_or(&c.mask))
                .collect();
            self.files(key, path, "body_mask", &bodies);
        }
        let ids = distinct(cases.iter().map(|c| &c.patient_id));
        (cases, Some(ids))
    }

    /// The slides, and the patients of either table where they are known.
    pub(super) fn pathology(&mut self) -> (Vec<SlideEntry>, Option<Vec<String>>) {
        if let Some(pathology) = self.config().pathology.clone() {
            let ids = self.features("[pathology] table", &self.study.path(&pathology.table));
            return (Vec::new(), ids);
        }
        let Some(slides) = self.config().slides.clone() else {
            return (Vec::new(), None);
        };
        if let Some(markers) = &slides.markers {
            self.readable("[slides] markers", &self.study.path(markers));
        }
        let (key, path) = ("[slides] manifest", self.study.path(&slides.manifest));
        if !self.readable(key, &path) {
            return (Vec::new(), None);
        }
        let entries = match manifest::slides(&path, &self.config().roles.roles().id) {
            Ok(entries) => entries,
            Err(error) => {
                self.note(key, error);
                return (Vec::new(), None);
            }
        };
        let files: Vec<&Path> = entries.iter().map(|e| e.path.as_path()).collect();
        self.files(key, &path, "path", &files);
        if let Some(stains) = self.facts.stains {
            let known = |stain: &str| stains.iter().any(|s| s.eq_ignore_ascii_case(stain.trim()));
            let unknown: Vec<bool> = entries.iter().map(|e| !known(&e.stain)).collect();
            let why = format!(
                "is no known stain ({}); others come from `markers` in [slides]",
                stains.join(", ")
            );
            self.rows(key, &path, "stain", &unknown, |_| why.clone());
        }
        let ids = distinct(entries.iter().map(|e| &e.patient_id));
        (entries, Some(ids))
    }

    /// Patients of a feature table that is there already.
    fn features(&mut self, key: &str, path: &Path) -> Option<Vec<String>> {
        if !self.readable(key, path) {
            return None;
        }
        let id = self.config().roles.roles().id;
        let table = match Table::read(path) {
            Ok(table) => table,
            Err(error) => {
                self.note(key, error);
                return None;
            }
        };
        models::no_features(self, key, &table);
        match clinical::features(&table, &id) {
            Ok((ids, features)) => {
                if features.names.is_empty() {
                    let shown = path.display();
                    self.note(key, format!("{shown}: no column of numbers beside `{id}`"));
                }
                Some(ids)
            }
            Err(error) => {
                self.note(key, error);
                // The ids may be wrong beside the features.
                if let Err(error) = clinical::ids(&table, &id) {
                    self.note(key, error);
                }
                None
            }
        }
    }

    /// Notes the files of a manifest's column that can't be read.
    fn files(&mut self, key: &str, manifest: &Path, column: &str, paths: &[&Path]) {
        let missing: Vec<bool> = paths
            .iter()
            .map(|path| {
                let series = column == "image" && path.is_dir();
                !(path.is_file() || series) || File::open(path).is_err()
            })
            .collect();
        self.rows(key, manifest, column, &missing, |row| {
            format!(
                "isn't a file that can be read (looked for at {}); paths start at the manifest's folder",
                paths[row].display()
            )
        });
        if let Some(path) = paths.iter().find(|path| self.in_output(path)) {
            let (shown, out) = (path.display(), self.facts.out.display());
            self.note(key, format!("{shown}: the input lies in the output {out}: choose another --out, or move the input"));
        }
    }

    /// Notes some rows of a manifest, and how many more there are.
    fn rows(
        &mut self,
        key: &str,
        manifest: &Path,
        column: &str,
        wrong: &[bool],
        why: impl Fn(usize) -> String,
    ) {
        let rows: Vec<usize> = (0..wrong.len()).filter(|&row| wrong[row]).collect();
        let Some(table) = Table::read(manifest).ok().filter(|_| !rows.is_empty()) else {
            return;
        };
        let cells = table.text_or_none(column);
        for &row in rows.iter().take(TOLD) {
            let cell = cells[row].as_deref().unwrap_or_default();
            self.note(key, table.cell_error(row, column, cell, &why(row)));
        }
        if let Some(more) = rows.len().checked_sub(TOLD).filter(|&more| more > 0) {
            let shown = manifest.display();
            self.note(
                key,
                format!("{shown}, column `{column}`: and {more} more rows like these"),
            );
        }
    }
}

fn distinct<'a>(ids: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    ids.filter(|id| seen.insert(*id)).cloned().collect()
}
