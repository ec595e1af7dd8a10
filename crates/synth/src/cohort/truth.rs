//! What is true of a cohort: the latents, the cells, and which pairs of
//! quantities are linked.

use super::spearman::rho;
use super::{CohortSpec, Patient};
use crate::slide::{SlideCounts, Stain};

/// One slide of a patient and what is on it.
#[derive(Clone, Debug, PartialEq)]
pub struct SlideRow {
    /// The stain.
    pub stain: Stain,
    /// Positive cells aimed at per mm2.
    pub aimed_positive_mm2: f64,
    /// What was placed.
    pub counts: SlideCounts,
}

/// A patient with what was drawn for them.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientTruth {
    /// The planned patient.
    pub patient: Patient,
    /// Volume of the tumour mask in mm3.
    pub tumour_mm3: f64,
    /// Mean tumour intensity aimed at, before gain and bias (grey levels).
    pub tumour_mean: f64,
    /// The slides, in the order of [`Stain::PANEL`].
    pub slides: Vec<SlideRow>,
}

impl PatientTruth {
    /// True density of positive cells per mm2 of tissue; NaN without a slide of
    /// this stain.
    pub fn density_positive_mm2(&self, stain: Stain) -> f64 {
        let slide = self.slides.iter().find(|s| s.stain == stain);
        slide.map_or(f64::NAN, |s| s.counts.density_positive_mm2())
    }
}

/// Two quantities, whether a link between them was planted, and how strong it
/// is in this very cohort.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The first quantity, a column of truth/patients.csv.
    pub first: &'static str,
    /// The second quantity.
    pub second: &'static str,
    /// Whether the link was planted.
    pub planted: bool,
    /// Spearman's rho over the cohort; NaN below two patients.
    pub rho: f64,
}

/// The truth about a cohort.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// What was asked for.
    pub spec: CohortSpec,
    /// The patients in order.
    pub patients: Vec<PatientTruth>,
}

impl Truth {
    /// The texture against all it could be linked to, then the planted outcome
    /// links of CD8.
    pub fn links(&self) -> Vec<Link> {
        const OTHERS: [(&str, bool); 9] = [
            ("density_positive_mm2_CD8", true),
            ("logit_response", true),
            ("log_hazard", true),
            ("density_positive_mm2_CD45RO", false),
            ("density_positive_mm2_PD-L1", false),
            ("density_positive_mm2_CD163", false),
            ("tumour_mm3", false),
            ("tumour_mean", false),
            ("age_years", false),
        ];
        let from_texture = OTHERS
            .iter()
            .map(|&(name, linked)| ("z_texture", name, linked));
        let from_cd8 = OTHERS[1..3]
            .iter()
            .map(|&(name, linked)| (OTHERS[0].0, name, linked));
        from_texture
            .chain(from_cd8)
            .map(|(first, second, linked)| Link {
                first,
                second,
                planted: linked && !self.spec.null,
                rho: rho(&self.column(first), &self.column(second)),
            })
            .collect()
    }

    /// A quantity of every patient, by its name in truth/patients.csv.
    fn column(&self, name: &str) -> Vec<f64> {
        let value = |p: &PatientTruth| match name {
            "z_texture" => p.patient.latents.texture,
            "density_positive_mm2_CD8" => p.density_positive_mm2(Stain::Cd8),
            "density_positive_mm2_CD45RO" => p.density_positive_mm2(Stain::Cd45ro),
            "density_positive_mm2_PD-L1" => p.density_positive_mm2(Stain::PdL1),
            "density_positive_mm2_CD163" => p.density_positive_mm2(Stain::Cd163),
            "logit_response" => p.patient.latents.logit(),
            "log_hazard" => p.patient.latents.log_hazard(),
            "tumour_mm3" => p.tumour_mm3,
            "tumour_mean" => p.tumour_mean,
            "age_years" => f64::from(p.patient.age_years),
            _ => f64::NAN,
        };
        self.patients.iter().map(value).collect()
    }
}
