//! Every reference value of IBSI 1 (2,104): digital phantom and
//! configurations A to E of the CT phantom, one test a value.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

mod ibsi_reference;
mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use ibsi_reference::{Row, published};
use libtest_mimic::{Arguments, Failed, Trial};
use radiomics::ibsi::{Settings, extract};
use radiomics::matrices::Dimension;
use radiomics::{Extraction, Volume, features, io};

const CONFIGURATIONS: [&str; 5] = ["config_A", "config_B", "config_C", "config_D", "config_E"];

/// What is compared with the rows of one dataset.
struct Dataset {
    name: &'static str,
    rows: Vec<Row>,
    found: Found,
}

/// Made when it is first looked at.
type Found = Arc<LazyLock<Extraction, Box<dyn FnOnce() -> Extraction + Send>>>;

fn main() {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials()).exit();
}

fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("digital_phantom::table", table_is_as_published),
        Trial::test("digital_phantom::codes", codes_are_as_published),
    ];
    let datasets = [phantom()].into_iter();
    for dataset in datasets.chain(CONFIGURATIONS.into_iter().filter_map(configuration)) {
        let Dataset { name, rows, found } = dataset;
        let (all, extraction) = (rows.clone(), Arc::clone(&found));
        let order = move || names_and_order(&all, &extraction);
        trials.push(Trial::test(format!("{name}::names_and_order"), order));
        for row in rows.into_iter().filter(|row| !row.value.is_empty()) {
            let found = Arc::clone(&found);
            let test = format!("{name}::{}", row.tag);
            let check = move || Ok(row.agrees(value(&found, &row.tag)?)?);
            trials.push(Trial::test(test, check));
        }
    }
    trials
}

/// Phantom and values are in the repository.
fn phantom() -> Dataset {
    Dataset {
        name: "digital_phantom",
        rows: ibsi_reference::digital_phantom(),
        found: later(|| {
            let (image, mask) = support::digital_phantom();
            let settings = Settings {
                dimensions: vec![Dimension::D2, Dimension::D25, Dimension::D3],
                bin_width: Some(1.0),
                ..Settings::default()
            };
            extract(&image, &mask, &settings).unwrap()
        }),
    }
}

/// Phantom and values are in the shared data, if there is any.
fn configuration(name: &'static str) -> Option<Dataset> {
    let (image, mask) = ct_phantom()?;
    let preset = name.replace("config_", "ibsi-").to_lowercase();
    let settings = Settings::named(&preset).unwrap();
    Some(Dataset {
        name,
        rows: published(name)?,
        found: later(move || extract(&image, &mask, &settings).unwrap()),
    })
}

fn later(extraction: impl FnOnce() -> Extraction + Send + 'static) -> Found {
    Arc::new(LazyLock::new(Box::new(extraction)))
}

fn ct_phantom() -> Option<(Arc<Volume>, Arc<Volume>)> {
    static VOLUMES: LazyLock<Option<(Arc<Volume>, Arc<Volume>)>> = LazyLock::new(|| {
        let folder = "radiomics/ibsi/ibsi_1_ct_radiomics_phantom/nifti";
        let image = testkit::data(&format!("{folder}/image/phantom.nii.gz"))?;
        let mask = testkit::data(&format!("{folder}/mask/mask.nii.gz"))?;
        let read = |path| Arc::new(io::read(path).unwrap());
        Some((read(image), read(mask)))
    });
    VOLUMES.clone()
}

fn value(found: &Extraction, tag: &str) -> Result<f64, Failed> {
    if let Some(feature) = found.features.iter().find(|f| f.name == tag) {
        return Ok(feature.value);
    }
    let name = format!("diagnostics_{tag}");
    let entry = found.diagnostics.iter().find(|entry| entry.0 == name);
    Ok(entry.ok_or("there is no such feature")?.1.parse()?)
}

/// The rows in the repository are those of the shared data.
fn table_is_as_published() -> Result<(), Failed> {
    let cells = |row: &Row| [row.tag.clone(), row.value.clone(), row.tolerance.clone()];
    let ours: Vec<_> = ibsi_reference::digital_phantom()
        .iter()
        .map(cells)
        .collect();
    let Some(rows) = published("digital_phantom") else {
        return Ok(());
    };
    first_difference(&rows.iter().map(cells).collect::<Vec<_>>(), &ours)
}

/// The catalogue has every tag, with its code.
fn codes_are_as_published() -> Result<(), Failed> {
    let mut published = BTreeMap::new();
    for row in ibsi_reference::digital_phantom() {
        let base = ["_2D", "_2_5D", "_3D"]
            .into_iter()
            .find_map(|s| row.tag.split_once(s));
        let base = base.map_or(row.tag.as_str(), |(base, _)| base);
        published.insert(base.to_owned(), row.code);
    }
    let code = |info: features::FeatureInfo| {
        let code = info.ibsi.unwrap_or_default().to_owned();
        Some((info.tag?.to_owned(), code))
    };
    let ours: BTreeMap<_, _> = features::catalogue().into_iter().filter_map(code).collect();
    let sorted = |codes: BTreeMap<_, _>| codes.into_iter().collect::<Vec<_>>();
    first_difference(&sorted(published), &sorted(ours))
}

/// Features are named as published, standardised or not, and in that order.
fn names_and_order(rows: &[Row], found: &Extraction) -> Result<(), Failed> {
    let of_a_step = |tag: &&str| tag.ends_with("_img") || tag.ends_with("_roi");
    let tags = rows.iter().map(|row| row.tag.as_str());
    let (steps, features): (Vec<_>, Vec<_>) = tags.partition(of_a_step);
    let diagnostics = found.diagnostics.iter();
    let diagnostics = diagnostics.map(|entry| entry.0.trim_start_matches("diagnostics_"));
    if !steps.is_empty() {
        first_difference(&steps, &diagnostics.collect::<Vec<_>>())?;
    }
    let names = found.features.iter().map(|f| f.name.as_str());
    first_difference(&features, &names.collect::<Vec<_>>())
}

fn first_difference<T: PartialEq + std::fmt::Debug>(
    published: &[T],
    ours: &[T],
) -> Result<(), Failed> {
    let longest = published.len().max(ours.len());
    match (0..longest).find(|&at| published.get(at) != ours.get(at)) {
        Some(at) => {
            let (published, ours) = (published.get(at), ours.get(at));
            Err(format!("published {published:?}, ours {ours:?}").into())
        }
        None => Ok(()),
    }
}
