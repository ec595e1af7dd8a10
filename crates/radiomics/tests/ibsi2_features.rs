//! The reference values of IBSI 2's phase 2: statistics of response maps of the
//! CT phantom, configurations 1.A to 9.B, one test a configuration.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::sync::LazyLock;

use radiomics::ibsi::{Response, Settings, extract};
use radiomics::{Extraction, io};

/// Filters as the presets list them, after the unfiltered image.
static FOUND: [LazyLock<Option<(Settings, Extraction)>>; 2] = [
    LazyLock::new(|| measure("ibsi2-a")),
    LazyLock::new(|| measure("ibsi2-b")),
];

fn measure(preset: &str) -> Option<(Settings, Extraction)> {
    let folder = "radiomics/ibsi/ibsi_1_ct_radiomics_phantom/nifti";
    let image = io::read(testkit::data(&format!("{folder}/image/phantom.nii.gz"))?).unwrap();
    let mask = io::read(testkit::data(&format!("{folder}/mask/mask.nii.gz"))?).unwrap();
    let settings = Settings::named(preset).unwrap();
    let started = std::time::Instant::now();
    let found = extract(&image, &mask, &settings).unwrap();
    println!("{preset}: {:.2?}", started.elapsed());
    Some((settings, found))
}

fn check(configuration: &str) {
    let Some(path) = testkit::data("radiomics/ibsi2_phase2_reference.csv") else {
        return;
    };
    let (number, letter) = configuration.split_once('.').unwrap();
    let Some((settings, found)) = &*FOUND[usize::from(letter == "B")] else {
        return;
    };
    let filters = [None].into_iter().chain(settings.filters.iter().map(Some));
    let filter: Option<&Response> = filters
        .into_iter()
        .nth(number.parse::<usize>().unwrap() - 1)
        .unwrap();
    let (header, rows) = testkit::read_csv(&path);
    let column = |name: &str| header.iter().position(|h| h == name).unwrap();
    let [id, tag, value, tolerance] =
        ["filter_id", "tag", "reference_value", "tolerance"].map(column);
    let (mut problems, mut agreeing, mut worst) = (Vec::new(), 0, 0.0_f64);
    for row in rows.iter().filter(|row| row[id] == configuration) {
        let name = filter.map_or(row[tag].clone(), |filter| filter.column(&row[tag]));
        let feature = found.features.iter().find(|f| f.name == name);
        let ours = feature
            .unwrap_or_else(|| panic!("there is no {name}"))
            .value;
        let (Ok(value), Ok(tolerance)) = (row[value].parse::<f64>(), row[tolerance].parse::<f64>())
        else {
            println!("{name}: {ours}; no reference");
            continue;
        };
        let share = (ours - value).abs() / tolerance;
        worst = worst.max(share);
        // Both are decimal numbers in binary.
        if share <= 1.0 + 1e-9 {
            agreeing += 1;
        } else {
            problems.push(format!("{name}: {ours}; reference {value} +- {tolerance}"));
        }
    }
    println!("{configuration}: {agreeing} within tolerance, worst at {worst:.2} of it");
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    assert!(agreeing >= 17);
}

macro_rules! configurations {
    ($($name:ident: $configuration:literal;)*) => {
        $(
            #[test]
            fn $name() {
                check($configuration);
            }
        )*
    };
}

configurations! {
    none_1_a: "1.A";
    none_1_b: "1.B";
    mean_2_a: "2.A";
    mean_2_b: "2.B";
    log_3_a: "3.A";
    log_3_b: "3.B";
    laws_4_a: "4.A";
    laws_4_b: "4.B";
    gabor_5_a: "5.A";
    gabor_5_b: "5.B";
    wavelet_6_a: "6.A";
    wavelet_6_b: "6.B";
    wavelet_7_a: "7.A";
    wavelet_7_b: "7.B";
    simoncelli_8_a: "8.A";
    simoncelli_8_b: "8.B";
    simoncelli_9_a: "9.A";
    simoncelli_9_b: "9.B";
}
