//! The cohort's promises: links, reproducibility, texture.

use super::spearman::rho;
use super::write::{draw_volume, volume_spec};
use super::*;
use crate::Volume;
use crate::slide::Stain;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

fn column(patients: &[Patient], value: impl Fn(&Latents) -> f64) -> Vec<f64> {
    patients.iter().map(|p| value(&p.latents)).collect()
}

#[test]
fn links_are_planted() {
    let patients = plan(&CohortSpec::default()).unwrap();
    let texture = column(&patients, |z| z.texture);
    let against = |value: &dyn Fn(&Latents) -> f64| rho(&texture, &column(&patients, value));
    assert!(against(&|z| z.positive_mm2(Stain::Cd8)) >= 0.75);
    assert!(against(&Latents::logit) >= 0.75);
    assert!(against(&Latents::log_hazard) <= -0.75);
    for stain in [Stain::Cd45ro, Stain::PdL1, Stain::Cd163] {
        let found = against(&|z| z.positive_mm2(stain));
        assert!(found.abs() < 0.25, "{} {found}", stain.name());
    }
    assert!(against(&|z| z.volume).abs() < 0.25);
}

/// The population value behind the sample: `6 / pi asin(0.88 / 2)` = 0.870.
#[test]
fn the_planted_strength_is_the_documented_one() {
    let spec = CohortSpec {
        patients: 4_000,
        ..CohortSpec::default()
    };
    let patients = plan(&spec).unwrap();
    let (texture, cd8) = (
        column(&patients, |z| z.texture),
        column(&patients, |z| z.cd8),
    );
    assert!((rho(&texture, &cd8) - 0.870).abs() < 0.02);
    let share = |is: fn(&Patient) -> bool| {
        patients.iter().filter(|p| is(p)).count() as f64 / patients.len() as f64
    };
    assert!((share(|p| p.response) - 0.5).abs() < 0.04);
    assert!(
        (share(|p| p.os_event) - 0.6).abs() < 0.05,
        "{}",
        share(|p| p.os_event)
    );
    assert!((share(|p| p.split == Split::Train) - 2.0 / 3.0).abs() < 0.01);
    assert!((share(|p| p.female) - 0.3).abs() < 0.04);
}

#[test]
fn a_null_cohort_has_no_links_and_the_same_margins() {
    let spec = CohortSpec {
        null: true,
        ..CohortSpec::default()
    };
    let many = plan(&CohortSpec {
        patients: 4_000,
        ..spec
    })
    .unwrap();
    let texture = column(&many, |z| z.texture);
    let others: [fn(&Latents) -> f64; 4] = [|z| z.cd8, |z| z.response, |z| z.hazard, |z| z.volume];
    for (i, other) in others.into_iter().enumerate() {
        let found = rho(&texture, &column(&many, other));
        // Five standard errors of 4,000 patients.
        assert!(found.abs() < 0.08, "latent {i}: {found}");
        let values = column(&many, other);
        let variance = values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64;
        assert!((variance - 1.0).abs() < 0.08, "{variance}");
    }
    let events = many.iter().filter(|p| p.os_event).count() as f64 / many.len() as f64;
    assert!((events - 0.6).abs() < 0.05);
}

/// Mean squared difference of neighbours inside the mask (grey levels of width
/// 25): close kin of GLCM Contrast, computed without a GLCM.
fn contrast(volume: &Volume) -> f64 {
    let level = |i: usize| f64::from(volume.image[i] / 25);
    let steps = [1, volume.size[0], volume.size[0] * volume.size[1]];
    let (mut sum, mut n) = (0.0, 0);
    for i in 0..volume.mask.len() {
        for step in steps {
            // The tumour never touches the border: no pair wraps around.
            if volume.mask[i] == 1 && volume.mask[i + step] == 1 {
                sum += (level(i) - level(i + step)).powi(2);
                n += 1;
            }
        }
    }
    sum / f64::from(n)
}

#[test]
fn contrast_follows_texture_but_not_volume() {
    let spec = CohortSpec::default();
    let patients = plan(&spec).unwrap();
    let volumes: Vec<Volume> = patients
        .par_iter()
        .map(|p| draw_volume(spec.seed, p, &volume_spec(spec.seed, p)).unwrap())
        .collect();
    let contrasts: Vec<f64> = volumes.iter().map(contrast).collect();
    let texture = column(&patients, |z| z.texture);
    let sizes: Vec<f64> = volumes.iter().map(Volume::tumour_mm3).collect();
    let (with_texture, with_size) = (rho(&contrasts, &texture), rho(&contrasts, &sizes));
    println!("contrast: rho {with_texture:.3} with texture, {with_size:.3} with volume");
    assert!(with_texture >= 0.9);
    assert!(with_size.abs() < 0.25);
    let cd8 = column(&patients, |z| z.positive_mm2(Stain::Cd8));
    assert!(rho(&contrasts, &cd8) >= 0.75);
    // Grey levels in the tumour at PyRadiomics' default bin width of 25.
    for volume in &volumes {
        let inside = (0..volume.mask.len()).filter(|&i| volume.mask[i] == 1);
        let levels: Vec<i16> = inside.map(|i| volume.image[i] / 25).collect();
        let range = levels.iter().max().unwrap() - levels.iter().min().unwrap() + 1;
        assert!((16..=128).contains(&range), "{range} grey levels");
    }
}

fn written(patients: usize, threads: usize) -> (Truth, BTreeMap<String, Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let spec = CohortSpec {
        patients,
        ..CohortSpec::default()
    };
    let truth = pool
        .install(|| write(&spec, folder.path(), &|_, _| ()))
        .unwrap();
    let mut files = BTreeMap::new();
    gather(folder.path(), "", &mut files);
    (truth, files)
}

fn gather(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            gather(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn the_bytes_depend_on_the_seed_and_the_patient_alone() {
    let (truth, files) = written(3, 1);
    let (_, with_two_threads) = written(3, 2);
    assert!(files == with_two_threads, "1 and 2 threads differ");
    let (_, alone) = written(1, 2);
    for (name, bytes) in alone.iter().filter(|(name, _)| name.contains("P001")) {
        assert!(files[name] == *bytes, "{name} differs in a smaller cohort");
    }

    assert_eq!(files.len(), 3 * 7 + 8);
    for patient in &truth.patients {
        for slide in &patient.slides {
            let error = slide.counts.density_positive_mm2() - slide.aimed_positive_mm2;
            assert!(error.abs() < 3.0, "{} {error}", slide.stain.name());
        }
    }
    let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    for name in [
        "cases.csv",
        "slides.csv",
        "clinical.csv",
        "truth/patients.csv",
        "truth/links.csv",
    ] {
        let table = text(name);
        let widths: Vec<usize> = table.lines().map(|l| l.split(',').count()).collect();
        assert!(
            widths.windows(2).all(|w| w[0] == w[1]),
            "{name}: {widths:?}"
        );
    }
    for line in text("slides.csv").lines().skip(1) {
        let path = line.split(',').nth(2).unwrap();
        assert!(files.contains_key(path), "{path}");
    }
    assert!(text("slides.csv").contains("P002,P002_PD-L1,slides/P002_PD-L1.tif,PD-L1\n"));
    let study = text("study.toml");
    for column in text("clinical.csv").lines().next().unwrap().split(',') {
        assert!(study.contains(&format!("\"{column}\"")), "{column}");
    }
    let links = text("truth/links.csv");
    assert!(
        links.contains("z_texture,density_positive_mm2_CD8,1,"),
        "{links}"
    );
}

#[test]
fn hostile_settings_are_errors() {
    for patients in [0, 10_001, usize::MAX] {
        let spec = CohortSpec {
            patients,
            ..CohortSpec::default()
        };
        assert!(plan(&spec).is_err());
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let spec = CohortSpec {
        patients: 1,
        ..CohortSpec::default()
    };
    let error = write(&spec, &file, &|_, _| ()).unwrap_err();
    assert!(matches!(error, crate::Error::Write { .. }));
}

#[test]
fn a_model_is_asked_for_where_there_are_patients_for_it() {
    let spec = CohortSpec::default();
    let mut patients = plan(&spec).unwrap();
    for (i, patient) in patients.iter_mut().enumerate() {
        (patient.response, patient.os_event) = (i % 4 < 2, false);
    }
    let study = tables::study_toml(&spec, &patients);
    assert!(study.contains("\n[response]\noutcome"), "{study}");
    assert!(study.contains("\n# [survival]\n# time"), "{study}");
}
