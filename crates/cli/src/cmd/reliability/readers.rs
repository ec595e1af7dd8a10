//! Tables of the same patients, lined up.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Result, bail};
use cohort::notes::Note;
use pipeline::clinical;
use tables::{Features, Table};

use crate::cmd::models::{self, note};

/// Tables have no names in outputs: they are told by their place.
pub fn name(table: usize) -> String {
    format!("table_{}", table + 1)
}

/// The tables of all readers.
pub struct Readers {
    /// Patients that all tables have, sorted: no sum then depends on the order
    /// of rows.
    pub ids: Vec<String>,
    /// Columns of each table for these patients.
    pub tables: Vec<BTreeMap<String, Vec<f64>>>,
    /// All features, in the order in which they first appear.
    pub features: Vec<String>,
    /// Who and what is left out, and why.
    pub notes: Vec<Note>,
}

impl Readers {
    pub fn read(paths: &[PathBuf], id: &str) -> Result<Self> {
        let mut notes = Vec::new();
        let mut read: Vec<(Vec<String>, Features)> = Vec::new();
        for (i, path) in paths.iter().enumerate() {
            let table = Table::read(path)?;
            if let Some((first, _)) = read.first() {
                models::same_rows(id, &table, first.len())?;
            }
            let (ids, features) = clinical::features(&table, id)?;
            if features.names.is_empty() {
                bail!("{}: no column of numbers beside `{id}`", path.display());
            }
            let reason = "not a feature (text or diagnostics): set aside";
            let aside = features.set_aside.iter();
            notes.extend(aside.map(|column| note(&name(i), "", column, reason)));
            read.push((ids, features));
        }
        let ids = common(paths, id, &read, &mut notes)?;
        let features = distinct(read.iter().flat_map(|(_, features)| &features.names));
        let tables = read.into_iter().map(|table| aligned(&ids, table));
        let readers = Self {
            tables: tables.collect(),
            ids,
            features,
            notes,
        };
        let lacking = |f: &&String| !readers.without(f).is_empty();
        let lacking = readers.features.iter().filter(lacking).count();
        if lacking == readers.features.len() {
            let names: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
            bail!(
                "no feature is in all tables: are the columns named alike in {}?",
                names.join(", ")
            );
        }
        if lacking > 0 {
            tracing::warn!("{lacking} features are not in all tables: no correlation");
        }
        Ok(readers)
    }

    /// The tables that don't have a feature.
    pub fn without(&self, feature: &str) -> Vec<usize> {
        let lacks = |&table: &usize| !self.tables[table].contains_key(feature);
        (0..self.tables.len()).filter(lacks).collect()
    }

    /// A feature's values in all tables, patient by patient, of the patients
    /// who have them all.
    pub fn complete(&self, feature: &str) -> Vec<f64> {
        let columns = self.tables.iter().filter_map(|table| table.get(feature));
        let columns: Vec<&Vec<f64>> = columns.collect();
        let of_patient = |patient: usize| columns.iter().map(move |column| column[patient]);
        let complete = |&patient: &usize| !of_patient(patient).any(f64::is_nan);
        let patients = (0..self.ids.len()).filter(complete);
        patients.flat_map(of_patient).collect()
    }
}

/// Patients that all tables have, sorted; notes those that one lacks.
fn common(
    paths: &[PathBuf],
    column: &str,
    read: &[(Vec<String>, Features)],
    notes: &mut Vec<Note>,
) -> Result<Vec<String>> {
    let sets = read.iter().map(|(ids, _)| ids.iter().collect());
    let sets: Vec<BTreeSet<&String>> = sets.collect();
    let everybody: BTreeSet<&String> = sets.iter().flatten().copied().collect();
    let mut ids = Vec::new();
    for &id in &everybody {
        let without = (0..sets.len()).filter(|&table| !sets[table].contains(id));
        let without: Vec<String> = without.map(name).collect();
        if without.is_empty() {
            ids.push(id.clone());
        } else {
            let reason = format!("not in {}: left out", without.join(", "));
            notes.push(note("patients", id, "", &reason));
        }
    }
    if ids.len() < 2 {
        let examples = read.iter().zip(paths).filter_map(|((ids, _), path)| {
            let id = ids.first()?;
            Some(format!("`{id}` in {}", path.display()))
        });
        let examples: Vec<String> = examples.collect();
        bail!(
            "{} patients are in all tables, and at least 2 are needed: is `{column}` written alike ({})?",
            ids.len(),
            examples.join(", ")
        );
    }
    if ids.len() < everybody.len() {
        tracing::warn!(
            "{} patients are not in all tables and are left out (see notes)",
            everybody.len() - ids.len()
        );
    }
    Ok(ids)
}

/// The columns of a table with the rows of `ids`.
fn aligned(ids: &[String], (own, features): (Vec<String>, Features)) -> BTreeMap<String, Vec<f64>> {
    let places: BTreeMap<&String, usize> = own.iter().zip(0..).collect();
    let rows = ids.iter().filter_map(|id| places.get(id).copied());
    let rows: Vec<usize> = rows.collect();
    let columns = features.columns.iter();
    let columns = columns.map(|column| rows.iter().map(|&r| column[r]).collect());
    features.names.into_iter().zip(columns).collect()
}

fn distinct<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(*name)).cloned().collect()
}
