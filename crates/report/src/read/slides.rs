//! The folder slides: one row a slide.

use super::run::Run;
use super::stage::{Note, Stage, counts, numbers, text};
use crate::Error;

/// One slide.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slide {
    pub patient: String,
    pub id: String,
    pub stain: String,
    pub tissue_mm2: Option<f64>,
    pub cells: Option<usize>,
    pub density_mm2: Option<f64>,
    /// `None` also for a stain that has nothing to be positive for.
    pub positive_percent: Option<f64>,
    pub flags: Vec<String>,
}

/// All slides that could be done, and why the others could not.
#[derive(Clone, Debug)]
pub(crate) struct Slides {
    pub stage: Stage,
    pub run: Run,
    pub slides: Vec<Slide>,
    pub failures: Vec<String>,
    pub notes: Vec<Note>,
}

impl Slides {
    pub fn read(stage: Stage) -> Result<Self, Error> {
        let table = stage.table("slides")?;
        let patients = table.repeated_ids("patient_id")?;
        let (ids, stains) = (table.ids("slide_id")?, text(&table, "stain")?);
        let tissue = numbers(&table, "tissue_mm2")?;
        let cells = counts(&table, "n_cells")?;
        let density = numbers(&table, "density_all_mm2")?;
        let positive = numbers(&table, "positive_percent")?;
        let flags = text(&table, "qc_flags")?;
        let slides = (0..table.rows())
            .map(|i| Slide {
                patient: patients[i].clone(),
                id: ids[i].clone(),
                stain: stains[i].clone(),
                tissue_mm2: tissue[i],
                cells: cells[i],
                density_mm2: density[i],
                positive_percent: positive[i],
                flags: flags[i].split_whitespace().map(str::to_owned).collect(),
            })
            .collect();
        Ok(Self {
            slides,
            failures: stage.failures("failures")?,
            notes: stage.notes("notes")?,
            run: stage.run("run.toml")?,
            stage,
        })
    }

    /// The stains in alphabetical order, each with its slides.
    pub fn by_stain(&self) -> Vec<(&str, Vec<&Slide>)> {
        let mut stains: Vec<&str> = self.slides.iter().map(|s| s.stain.as_str()).collect();
        stains.sort_unstable();
        stains.dedup();
        let of = |stain: &str| self.slides.iter().filter(|s| s.stain == stain).collect();
        stains.into_iter().map(|s| (s, of(s))).collect()
    }

    /// Patients with a slide.
    pub fn patients(&self) -> usize {
        different(self.slides.iter())
    }

    /// True when a stain was scored with thresholds that nobody has set.
    pub fn uncalibrated(&self) -> bool {
        self.slides.iter().any(Slide::uncalibrated)
    }
}

impl Slide {
    /// True when the slide was scored with the built-in thresholds.
    pub fn uncalibrated(&self) -> bool {
        self.flags.iter().any(|f| f == "uncalibrated_thresholds")
    }
}

/// Number of different patients.
pub(crate) fn different<'a>(slides: impl Iterator<Item = &'a Slide>) -> usize {
    let mut patients: Vec<&str> = slides.map(|s| s.patient.as_str()).collect();
    patients.sort_unstable();
    patients.dedup();
    patients.len()
}
