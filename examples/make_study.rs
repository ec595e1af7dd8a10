//! How the tables of examples/study were made: 80 patients that don't exist.
//!
//! `cargo run --release --example make_study -- DIR` writes them to DIR; without
//! DIR it checks that those in examples/study are these.
//!
//! Planted: a rougher texture goes with more CD8 positive cells, with response,
//! and with longer survival. `original_glcm_Contrast` measures it best; three
//! other texture features see it less clearly. Everything else is linked to
//! nothing: PD-L1, size, shape, intensities, age, sex and stage.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use stats::rng::{Stream, stream};

const PATIENTS: usize = 80;
const SEED: u64 = 2_025;
/// Correlation of CD8, response and hazard with the texture, in the latents.
const LINK: f64 = 0.88;

fn main() -> Result<(), Box<dyn Error>> {
    let tables = tables()?;
    if let Some(folder) = std::env::args_os().nth(1) {
        std::fs::create_dir_all(&folder)?;
        for (name, text) in tables {
            std::fs::write(Path::new(&folder).join(name), text)?;
        }
        return Ok(());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/study");
    for (name, text) in tables {
        if std::fs::read_to_string(folder.join(name))? != text {
            return Err(format!("examples/study/{name} is another table: give a folder").into());
        }
    }
    tell("the tables of examples/study are the ones that are made here");
    Ok(())
}

#[allow(clippy::print_stdout)]
fn tell(line: &str) {
    println!("{line}");
}

/// radiomics.csv, pathology.csv and clinical.csv.
fn tables() -> Result<[(&'static str, String); 3], std::fmt::Error> {
    let mut radiomics = String::from(
        "patient_id,original_shape_MeshVolume,original_shape_Maximum3DDiameter,\
         original_shape_Sphericity,original_firstorder_Mean,original_firstorder_Median,\
         original_firstorder_Entropy,original_firstorder_Skewness,original_glcm_Contrast,\
         original_glcm_Correlation,original_glrlm_RunPercentage,\
         original_glszm_ZonePercentage,original_ngtdm_Coarseness\n",
    );
    let mut pathology = String::from(
        "patient_id,CD8_density_positive_mm2,CD8_positive_percent,CD8_h_score,\
         PD-L1_density_positive_mm2,PD-L1_positive_percent,PD-L1_h_score\n",
    );
    let mut clinical =
        String::from("patient_id,cohort,centre,age,sex,stage,response,os_months,status\n");
    for index in 0..PATIENTS {
        let random = &mut stream(SEED, "example patient", index as u64);
        let id = format!("E{:02}", index + 1);
        let texture = random.normal();
        let cd8 = linked(texture, random);
        let response = linked(texture, random);
        let hazard = linked(-texture, random);
        let features = features(texture, random);
        let digits = |x: f64| if x.abs() < 0.1 { 6 } else { 4 };
        let cells: Vec<String> = features
            .iter()
            .map(|&x| format!("{x:.*}", digits(x)))
            .collect();
        writeln!(radiomics, "{id},{}", cells.join(","))?;
        writeln!(
            pathology,
            "{id},{},{}",
            marker(cd8, random),
            marker(random.normal(), random)
        )?;
        writeln!(clinical, "{id},{}", person(index, response, hazard, random))?;
    }
    Ok([
        ("radiomics.csv", radiomics),
        ("pathology.csv", pathology),
        ("clinical.csv", clinical),
    ])
}

fn linked(texture: f64, random: &mut Stream) -> f64 {
    LINK * texture + (1.0 - LINK * LINK).sqrt() * random.normal()
}

/// Size features go with each other, so do intensities, and so do the features
/// of texture.
fn features(texture: f64, random: &mut Stream) -> [f64; 12] {
    let size = random.normal();
    let volume = 4_000.0 * (0.6 * size).exp();
    let diameter = 1.35 * (6.0 * volume / std::f64::consts::PI).cbrt() + random.normal();
    let mean = 1_450.0 + 90.0 * random.normal();
    [
        volume,
        diameter,
        0.7 + 0.05 * random.normal(),
        mean,
        mean + 12.0 * random.normal(),
        4.2 + 0.3 * random.normal(),
        0.4 * random.normal(),
        30.0 * (0.35 * texture + 0.05 * random.normal()).exp(),
        0.55 + 0.08 * random.normal(),
        0.8 + 0.02 * texture + 0.02 * random.normal(),
        0.35 + 0.04 * texture + 0.04 * random.normal(),
        0.004 * (0.3 * random.normal() - 0.3 * texture).exp(),
    ]
}

/// Density, percentage and H-score of one marker.
fn marker(level: f64, random: &mut Stream) -> String {
    let density = 550.0 * (0.65 * level).exp();
    let percent = 100.0 * density / (density + 3_000.0 + 250.0 * random.normal());
    let h_score = percent * (1.7 + 0.15 * random.normal());
    format!("{density:.1},{percent:.2},{h_score:.1}")
}

/// A row of clinical.csv: two thirds of the patients, of centres A and B, are
/// for training; those of C and D are an external cohort.
fn person(index: usize, response: f64, hazard: f64, random: &mut Stream) -> String {
    let (cohort, centre) = match index % 6 {
        0 | 2 => ("train", "A"),
        1 | 4 => ("train", "B"),
        3 => ("test", "C"),
        _ => ("test", "D"),
    };
    let age = (58.0 + 10.0 * random.normal()).clamp(25.0, 88.0);
    let sex = if random.uniform() < 0.4 { "F" } else { "M" };
    let stage = ["I", "II", "III", "IV"][random.below(4)];
    let responds = random.uniform() < 1.0 / (1.0 + (-2.5 * response).exp());
    let death = 24.0 * (random.exponential() / (1.6 * hazard).exp()).powf(1.0 / 1.3);
    let end = random.between(12.0, 54.0);
    let status = if death <= end { "dead" } else { "alive" };
    let months = death.min(end).max(0.1);
    // Not everything is known of everybody.
    let age = match index % 27 {
        13 => "NA".to_owned(),
        _ => format!("{age:.0}"),
    };
    let response = match (index % 31, responds) {
        (17, _) => "NA",
        (_, true) => "yes",
        (_, false) => "no",
    };
    format!("{cohort},{centre},{age},{sex},{stage},{response},{months:.1},{status}")
}
