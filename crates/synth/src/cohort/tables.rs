//! The text files of a cohort. No cell needs quoting: ids, numbers and names
//! hold no comma.

use super::{CohortSpec, Patient, Truth};
use crate::slide::Stain;
use std::fmt::Write;

/// cases.csv: one image and mask a patient, relative paths.
pub(crate) fn cases(patients: &[Patient]) -> String {
    let mut text = String::from("patient_id,image,mask\n");
    for Patient { id, .. } in patients {
        line(&mut text, &[id.clone(), image_path(id), mask_path(id)]);
    }
    text
}

/// slides.csv: five slides a patient, relative paths.
pub(crate) fn slides(patients: &[Patient]) -> String {
    let mut text = String::from("patient_id,slide_id,path,stain\n");
    for Patient { id, .. } in patients {
        for stain in Stain::PANEL {
            let name = stain.name();
            let cells = [
                id.clone(),
                format!("{id}_{name}"),
                slide_path(id, stain),
                name.into(),
            ];
            line(&mut text, &cells);
        }
    }
    text
}

/// clinical.csv: cohort, centre, covariates, outcomes.
pub(crate) fn clinical(patients: &[Patient]) -> String {
    let mut text =
        String::from("patient_id,cohort,centre,age,sex,stage,response,os_months,os_event\n");
    for p in patients {
        let sex = if p.female { "F" } else { "M" };
        let cells = [
            p.id.clone(),
            p.split.name().into(),
            format!("C{}", p.centre + 1),
            p.age_years.to_string(),
            sex.into(),
            p.stage.to_string(),
            u8::from(p.response).to_string(),
            p.os_months.to_string(),
            u8::from(p.os_event).to_string(),
        ];
        line(&mut text, &cells);
    }
    text
}

/// truth/patients.csv: latents, and the counts of every slide.
pub(crate) fn truth_patients(truth: &Truth) -> String {
    let mut header: Vec<String> = [
        "patient_id",
        "z_texture",
        "z_cd8",
        "z_cd45ro",
        "z_pd_l1",
        "z_cd163",
        "z_response",
        "z_hazard",
        "z_volume",
        "logit_response",
        "log_hazard",
        "tumour_mm3",
        "tumour_mean",
        "age_years",
    ]
    .map(String::from)
    .to_vec();
    for stain in Stain::PANEL {
        for quantity in [
            "tissue_mm2",
            "n_cells",
            "n_positive",
            "density_positive_mm2",
            "positive_percent",
        ] {
            header.push(format!("{quantity}_{}", stain.name()));
        }
    }
    let mut text = String::new();
    line(&mut text, &header);
    for p in &truth.patients {
        let z = &p.patient.latents;
        let mut cells = vec![p.patient.id.clone()];
        let numbers = [
            z.texture,
            z.cd8,
            z.cd45ro,
            z.pd_l1,
            z.cd163,
            z.response,
            z.hazard,
            z.volume,
            z.logit(),
            z.log_hazard(),
            p.tumour_mm3,
            p.tumour_mean,
            f64::from(p.patient.age_years),
        ];
        cells.extend(numbers.map(|n| n.to_string()));
        for slide in &p.slides {
            let counts = &slide.counts;
            cells.extend([
                counts.tissue_mm2.to_string(),
                counts.n_cells.to_string(),
                counts.n_positive.to_string(),
                counts.density_positive_mm2().to_string(),
                counts.positive_percent().to_string(),
            ]);
        }
        line(&mut text, &cells);
    }
    text
}

/// truth/links.csv: which pairs are linked, and how strongly. NA where there
/// are too few patients for a correlation.
pub(crate) fn truth_links(truth: &Truth) -> String {
    let mut text = String::from("first,second,planted,spearman_rho,n\n");
    for link in truth.links() {
        let rho = if link.rho.is_finite() {
            link.rho.to_string()
        } else {
            "NA".into()
        };
        let n = truth.patients.len().to_string();
        let planted = u8::from(link.planted).to_string();
        line(
            &mut text,
            &[link.first.into(), link.second.into(), planted, rho, n],
        );
    }
    text
}

/// truth/truth.toml: how to make this cohort again.
pub(crate) fn truth_toml(spec: &CohortSpec) -> String {
    let CohortSpec {
        patients,
        seed,
        null,
    } = spec;
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "generator = \"radpath synth {version}\"\npatients = {patients}\nseed = {seed}\nnull = {null}\n"
    )
}

/// README.md: the cohort in plain words.
pub(crate) fn readme(spec: &CohortSpec) -> String {
    let planted = if spec.null {
        "NOTHING is linked here: texture, CD8, response and survival were drawn independently.\n\
         An honest analysis finds no association."
    } else {
        "Planted: tumours with a rougher texture on MR have more CD8 positive cells per mm2, respond\n\
         more often, and their patients live longer. Nothing else is linked: CD45RO, PD-L1, CD163,\n\
         H&E, tumour volume, mean intensity, age, sex and stage go their own way."
    };
    format!(
        "# A synthetic cohort\n\n\
         None of these {} patients exists; every file was drawn by `radpath demo` from the seed {}.\n\
         It is for trying out and testing radpath. It says nothing about any disease.\n\n\
         {planted}\n\n\
         - cases.csv, images/: one T1-like MR volume and tumour mask a patient (1 x 1 x 3 mm)\n\
         - slides.csv, slides/: H&E, CD8, CD45RO, PD-L1 and CD163 a patient (pyramidal TIFF, 0.5 um/px)\n\
         - clinical.csv: cohort (train: centres C1, C2; test: C3, C4), covariates, response (1 = yes),\n  \
           survival in months, event (1 = died)\n\
         - truth/patients.csv: the hidden variables (z_*), the true counts of each slide\n\
         - truth/links.csv: which pairs are linked (planted = 1) and Spearman's rho over this cohort\n\
         - truth/truth.toml: the settings that make this cohort again\n\n\
         The centres' scanners and stains differ slightly: MR gain within 5 %, stains within 12 %.\n",
        spec.patients, spec.seed
    )
}

/// Path of a patient's MR volume inside the cohort's folder.
pub(crate) fn image_path(id: &str) -> String {
    format!("images/{id}_t1.nii.gz")
}

/// Path of a patient's tumour mask inside the cohort's folder.
pub(crate) fn mask_path(id: &str) -> String {
    format!("images/{id}_mask.nii.gz")
}

/// Path of a slide inside the cohort's folder.
pub(crate) fn slide_path(id: &str, stain: Stain) -> String {
    format!("slides/{id}_{}.tif", stain.name())
}

fn line(text: &mut String, cells: &[String]) {
    writeln!(text, "{}", cells.join(",")).expect("writing to a string cannot fail");
}
