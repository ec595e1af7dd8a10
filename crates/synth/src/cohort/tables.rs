//! The text files of a cohort. No cell needs quoting: ids, numbers and names
//! hold no comma.

use super::{CohortSpec, Patient, Split, Truth};
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

/// Fewest training patients of either outcome for a model.
const FEWEST: usize = 5;

/// study.toml: the study of the cohort. An outcome that too few training
/// patients have for a model is commented out.
pub(crate) fn study_toml(spec: &CohortSpec, cohort: &[Patient]) -> String {
    let CohortSpec { patients, seed, .. } = spec;
    let count = |is: fn(&Patient) -> bool| {
        let training = cohort.iter().filter(|p| p.split == Split::Train);
        training.filter(|p| is(p)).count()
    };
    let (responders, others) = (count(|p| p.response), count(|p| !p.response));
    let events = count(|p| p.os_event);
    let response = section(
        "[response]\noutcome = \"response\"\n# positive = \"yes\"\n",
        responders.min(others),
    );
    let survival = section(
        "[survival]\ntime = \"os_months\"\nevent = \"os_event\"\n\
         # event_value = \"dead\"\ntime_unit = \"months\"\n",
        events,
    );
    format!(
        r#"# The study of this synthetic cohort. For a study of your own, copy this file and
# name your tables, columns and outcomes. Paths start at the folder of this file.
#
#   radpath study cohort/study.toml --out results --dry-run    checks, and says what would be done
#   radpath study cohort/study.toml --out results              does it; again: only what has changed

title = "A synthetic cohort of {patients} patients"
# Seed of permutations and folds; --seed goes before it.
seed = {seed}

# Columns that play a role, with the values they have when they are left out.
[roles]
id = "patient_id"          # the patient, in every table
cohort_col = "cohort"      # training or external cohort
train_value = "train"      # its value for training patients; every other value is an external cohort
centre_col = "centre"

# Images and masks; or, for features that are there already: table = "radiomics.csv"
[radiomics]
cases = "cases.csv"
# settings = "settings.toml"   # of the extraction: bin_width, label, ...

# Whole slides; or instead [pathology] with table = "pathology.csv"
[slides]
manifest = "slides.csv"
# markers = "markers.toml"     # your thresholds and stains

[clinical]
table = "clinical.csv"
covariates = ["age", "sex", "stage"]   # the clinical model, beside the radiomic one

# Every radiomic with every pathology feature.
[correlate]
# permutations = 1999
# min_n = 10                   # fewest patients of a pair
# skip = true                  # leaves the correlation out

# A two-valued outcome: 0 and 1, or two words and which of them is yes.
{response}
# A time of follow-up and whether it ended with the event: 1, or 0 for censoring.
{survival}
# Nested cross-validation of both models.
[validation]
# folds = 5
# repeats = 10
# lambda = "min"               # or "1se": fewer features
"#
    )
}

/// A section of study.toml, or why it is left out.
fn section(text: &str, smaller: usize) -> String {
    if smaller >= FEWEST {
        return text.to_owned();
    }
    let lines = text.lines().map(|line| format!("# {line}\n"));
    format!(
        "# Left out: with {smaller} training patients in the smaller group there is no model.\n{}",
        lines.collect::<String>()
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
         - study.toml: what `radpath study` does with all this; a start for a study of your own\n\
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
