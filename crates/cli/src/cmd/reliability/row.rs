//! One feature: what its repetitions say.

use anyhow::Result;
use cohort::{Frame, Values};
use pipeline::reliability::FEATURE;
use stats::icc::{Estimate, Intraclass, Repeated};

use super::readers::{Readers, name};

/// Confidence level of the intervals.
pub const LEVEL: f64 = 0.95;

/// Classes after Koo and Li (2016), and the lower limit that each begins at.
pub const CLASSES: [(&str, f64); 4] = [
    ("excellent", 0.9),
    ("good", 0.75),
    ("moderate", 0.5),
    ("poor", f64::NEG_INFINITY),
];

/// What is known of a feature.
pub struct Row<'a> {
    /// Its name.
    pub feature: &'a str,
    /// Patients with a value in every table.
    n: usize,
    intraclass: Option<Intraclass>,
    sd_within: Option<f64>,
    cv_within: Option<f64>,
    /// Why something is missing.
    pub reasons: Vec<String>,
}

impl<'a> Row<'a> {
    pub fn of(feature: &'a str, readers: &Readers) -> Result<Self> {
        let mut row = Self {
            feature,
            n: 0,
            intraclass: None,
            sd_within: None,
            cv_within: None,
            reasons: Vec::new(),
        };
        let without = readers.without(feature);
        if !without.is_empty() {
            let names: Vec<String> = without.into_iter().map(name).collect();
            row.reasons
                .push(format!("not in {}: left out", names.join(", ")));
            return Ok(row);
        }
        let values = readers.complete(feature);
        row.n = values.len() / readers.tables.len();
        let patients = readers.ids.len();
        if row.n < patients {
            row.reasons.push(format!(
                "{} of {patients} patients have no value in some table: left out",
                patients - row.n,
            ));
        }
        if row.n < 2 {
            row.reasons
                .push("fewer than 2 patients have values in all tables".into());
            return Ok(row);
        }
        let repeated = Repeated::new(&values, readers.tables.len())?;
        row.intraclass = repeated.intraclass(LEVEL)?;
        row.sd_within = Some(repeated.sd_within());
        row.cv_within = repeated.cv_within();
        if row.intraclass.is_none() {
            row.reasons
                .push("the patients don't differ: no intraclass correlation".into());
        }
        if row.cv_within.is_none() {
            row.reasons
                .push("the values are not all of one sign: no coefficient of variation".into());
        }
        Ok(row)
    }

    /// The class of the lower limit of ICC(2,1).
    pub fn class(&self) -> Option<&'static str> {
        let low = self.intraclass?.agreement.low;
        let class = CLASSES.iter().find(|(_, from)| low >= *from);
        class.map(|(name, _)| *name)
    }
}

/// A feature a row.
pub fn frame(rows: &[Row], readers: usize) -> Result<Frame> {
    type Part = fn(&Intraclass) -> Estimate;
    type End = fn(Estimate) -> f64;
    let parts: [(&str, Part); 2] = [
        ("icc_2_1", |found| found.agreement),
        ("icc_3_1", |found| found.consistency),
    ];
    let ends: [(&str, End); 3] = [
        ("", |estimate| estimate.value),
        ("_low", |estimate| estimate.low),
        ("_high", |estimate| estimate.high),
    ];
    let mut frame = Frame::default();
    frame.push(FEATURE, Values::text(rows.iter().map(|row| row.feature)))?;
    frame.push("n", Values::counts(rows.iter().map(|row| row.n)))?;
    frame.push("k", Values::counts(rows.iter().map(|_| readers)))?;
    for (name, part) in parts {
        for (ending, end) in ends {
            let cell = |row: &Row| row.intraclass.as_ref().map(|found| end(part(found)));
            let values = Values::optional(rows.iter().map(cell));
            frame.push(format!("{name}{ending}"), values)?;
        }
    }
    let sd = rows.iter().map(|row| row.sd_within);
    frame.push("sd_within", Values::optional(sd))?;
    let percent = rows.iter().map(|row| row.cv_within.map(|cv| 100.0 * cv));
    frame.push("cv_within_percent", Values::optional(percent))?;
    let class = |row: &Row| row.class().map(str::to_owned);
    frame.push("class", Values::Text(rows.iter().map(class).collect()))?;
    Ok(frame)
}
