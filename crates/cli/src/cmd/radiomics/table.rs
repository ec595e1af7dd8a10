//! Features of many regions to one row a patient.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use cohort::{Frame, Values};
use radiomics::Extraction;

/// A region that was measured.
pub struct Cell<'a> {
    /// Patient.
    pub patient: &'a str,
    /// What stands before the names of the features.
    pub prefix: &'a str,
    /// The features.
    pub extraction: &'a Extraction,
}

/// One row a patient in the order of the manifest; the columns of a sequence,
/// label or ring stand together, in the order of their first appearance.
pub fn wide(cells: &[Cell], diagnostics: bool) -> Result<Frame> {
    let patients = distinct(cells.iter().map(|cell| cell.patient));
    let prefixes = distinct(cells.iter().map(|cell| cell.prefix));
    let mut frame = Frame::default();
    frame.push("patient_id", Values::text(patients.iter().copied()))?;
    for prefix in prefixes {
        let of_prefix: BTreeMap<&str, &Extraction> = cells
            .iter()
            .filter(|cell| cell.prefix == prefix)
            .map(|cell| (cell.patient, cell.extraction))
            .collect();
        let rows: Vec<Option<&Extraction>> = patients
            .iter()
            .map(|patient| of_prefix.get(patient).copied())
            .collect();
        if diagnostics {
            push_diagnostics(&mut frame, prefix, &rows)?;
        }
        push_features(&mut frame, prefix, &rows)?;
    }
    Ok(frame)
}

/// Every feature that any row has, each under its name: a class may be left out
/// of some cases.
fn push_features(frame: &mut Frame, prefix: &str, rows: &[Option<&Extraction>]) -> Result<()> {
    let entries = rows.iter().flatten().flat_map(|row| &row.features);
    let names = distinct(entries.map(|feature| feature.name.as_str()));
    let by_name = |row: &Extraction| -> BTreeMap<String, f64> {
        let features = row.features.iter();
        features.map(|f| (f.name.clone(), f.value)).collect()
    };
    let by_name: Vec<_> = rows.iter().map(|row| row.map(by_name)).collect();
    for name in names {
        let cells = by_name.iter().map(|row| row.as_ref()?.get(name).copied());
        frame.push(format!("{prefix}{name}"), Values::optional(cells))?;
    }
    Ok(())
}

/// Every diagnostic that any row has, each under its name.
fn push_diagnostics(frame: &mut Frame, prefix: &str, rows: &[Option<&Extraction>]) -> Result<()> {
    let entries = rows.iter().flatten().flat_map(|row| &row.diagnostics);
    for column in distinct(entries.map(|(name, _)| name.as_str())) {
        let cell = |row: &Option<&Extraction>| {
            let found = row
                .as_ref()?
                .diagnostics
                .iter()
                .find(|(name, _)| name == column)?;
            Some(found.1.clone())
        };
        let values = Values::Text(rows.iter().map(cell).collect());
        // The prefix comes second: tools know these columns by their beginning.
        let rest = column.strip_prefix("diagnostics_").unwrap_or(column);
        frame.push(format!("diagnostics_{prefix}{rest}"), values)?;
    }
    Ok(())
}

fn distinct<'a>(items: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    items.filter(|item| seen.insert(*item)).collect()
}
