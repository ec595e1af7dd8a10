//! Latent variables and what follows from them, before any picture is drawn.
//!
//! A patient depends on the seed and on their own number alone: P001 is the
//! same in a cohort of 3 and of 3,000.

use super::CohortSpec;
use crate::Error;
use crate::error::within;
use crate::slide::Stain;
use stats::rng::{Stream, stream};

/// Correlation of CD8, response and hazard (sign changed) with the texture, in
/// the latents; Spearman's is `6 / pi asin(r / 2)` = 0.87.
const LINK: f64 = 0.88;

/// Standard normal variables behind a patient's data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latents {
    /// Texture of the tumour on MR.
    pub texture: f64,
    /// CD8 density.
    pub cd8: f64,
    /// CD45RO density; linked to nothing.
    pub cd45ro: f64,
    /// Share of PD-L1 positive tumour cells; linked to nothing.
    pub pd_l1: f64,
    /// CD163 density; linked to nothing.
    pub cd163: f64,
    /// Response.
    pub response: f64,
    /// Hazard of death: negatively linked to the texture.
    pub hazard: f64,
    /// Tumour volume; linked to nothing.
    pub volume: f64,
}

impl Latents {
    /// Log odds of response: `4 response`.
    pub fn logit(&self) -> f64 {
        4.0 * self.response
    }

    /// Log hazard relative to the average patient: `1.2 hazard`.
    pub fn log_hazard(&self) -> f64 {
        1.2 * self.hazard
    }

    /// Mean tumour radius: `9 exp(0.14 volume)` mm, within 6 to 13.
    pub fn tumour_radius_mm(&self) -> f64 {
        (9.0 * (0.14 * self.volume).exp()).clamp(6.0, 13.0)
    }

    /// Positive cells aimed at per mm2 of tissue; 0 for H&E.
    pub fn positive_mm2(&self, stain: Stain) -> f64 {
        match stain {
            Stain::He => 0.0,
            Stain::Cd8 => (550.0 * (0.65 * self.cd8).exp()).min(4_000.0),
            Stain::Cd45ro => (700.0 * (0.5 * self.cd45ro).exp()).min(4_000.0),
            Stain::PdL1 => 1_500.0 / (1.0 + (0.7 - 1.2 * self.pd_l1).exp()),
            Stain::Cd163 => (300.0 * (0.5 * self.cd163).exp()).min(2_000.0),
            Stain::Ki67 => 600.0,
        }
    }
}

/// Which part of the study a patient belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Two thirds of the patients, of centres C1 and C2.
    Train,
    /// One third, of centres C3 and C4: an external cohort.
    Test,
}

impl Split {
    /// The value of the column `cohort`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

/// A patient's row of the clinical table, and the latents behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Patient {
    /// `P001`, `P002`, ...
    pub id: String,
    /// Number from 0.
    pub index: usize,
    /// Training or test cohort.
    pub split: Split,
    /// Number of the centre from 0: C1 to C4.
    pub centre: usize,
    /// Age in whole years.
    pub age_years: u32,
    /// True for a woman.
    pub female: bool,
    /// Stage 1 to 4.
    pub stage: u32,
    /// Whether the tumour responded.
    pub response: bool,
    /// Follow-up time in months.
    pub os_months: f64,
    /// Whether follow-up ended with death.
    pub os_event: bool,
    /// The variables behind.
    pub latents: Latents,
}

/// The patients of a cohort, without pictures.
///
/// # Errors
/// [`Error::Setting`] when the number of patients is 0 or above 10,000.
pub fn plan(spec: &CohortSpec) -> Result<Vec<Patient>, Error> {
    within(
        "patients",
        spec.patients as f64,
        1.0,
        10_000.0,
        "1 to 10000",
    )?;
    Ok((0..spec.patients)
        .map(|index| patient(spec, index))
        .collect())
}

fn patient(spec: &CohortSpec, index: usize) -> Patient {
    let random = &mut stream(spec.seed, "synthetic patient", index as u64);
    let latents = latents(spec.null, random);
    let (split, centre) = place(index);
    let age_years = (54.0 + 11.0 * random.normal()).round().clamp(20.0, 88.0) as u32;
    let female = random.uniform() < 0.3;
    let stage = stage(random.uniform());
    let response = random.uniform() < 1.0 / (1.0 + (-latents.logit()).exp());
    let death = survival_months(&latents, random);
    let end_of_study = random.between(12.0, 54.0);
    Patient {
        id: format!("P{:03}", index + 1),
        index,
        split,
        centre,
        age_years,
        female,
        stage,
        response,
        os_months: death.min(end_of_study),
        os_event: death <= end_of_study,
        latents,
    }
}

/// The same numbers are drawn with and without links: a null cohort takes an
/// independent variable of its own where the other takes the texture.
fn latents(null: bool, random: &mut Stream) -> Latents {
    let texture = random.normal();
    let mut linked = |sign: f64| {
        let (own, rest) = (random.normal(), random.normal());
        let base = if null { own } else { sign * texture };
        LINK * base + (1.0 - LINK * LINK).sqrt() * rest
    };
    let (cd8, response, hazard) = (linked(1.0), linked(1.0), linked(-1.0));
    Latents {
        texture,
        cd8,
        response,
        hazard,
        cd45ro: random.normal(),
        pd_l1: random.normal(),
        cd163: random.normal(),
        volume: random.normal(),
    }
}

/// Cohort and centre follow from the number, so that every six patients hold
/// two of each training centre and one of each test centre.
fn place(index: usize) -> (Split, usize) {
    let block = index / 3 % 2;
    match index % 3 {
        2 => (Split::Test, 2 + block),
        i => (Split::Train, i),
    }
}

fn stage(u: f64) -> u32 {
    1 + [0.1, 0.3, 0.65].iter().filter(|&&limit| u >= limit).count() as u32
}

/// Weibull: shape 1.3, median 21 months for the average patient.
fn survival_months(latents: &Latents, random: &mut Stream) -> f64 {
    let shape = 1.3;
    let scale = 21.0 / std::f64::consts::LN_2.powf(1.0 / shape);
    let time = scale * (random.exponential() / latents.log_hazard().exp()).powf(1.0 / shape);
    time.max(0.1)
}
