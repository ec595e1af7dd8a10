//! `radpath inspect`: what radpath sees in a file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use radiomics::io::dicom::SeriesSummary;
use radiomics::io::{self, Loaded, Mask, Modality};
use radiomics::{Geometry, Storage, Volume};

use super::targets::Reading;
use crate::Outcome;
use crate::context::{Context, print_bytes};

const EXAMPLES: &str = "Examples:
  radpath inspect t1.nii.gz
  radpath inspect ct_series/
  radpath inspect rtstruct.dcm --image ct_series/

Nothing is shown that tells who the patient is: no names, ids, dates or
descriptions; names of regions are.";

/// Most labels that are listed.
const MOST_LABELS: usize = 256;

/// Arguments of `radpath inspect`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Inspect {
    /// An image, a mask, a folder of DICOM files, RTSTRUCT or SEG
    pub input: PathBuf,
    /// Image that an RTSTRUCT was drawn on: then its regions are counted in voxels
    #[arg(long, value_name = "FILE")]
    pub image: Option<PathBuf>,
    /// Of several values a voxel take channel C, counted from 0
    #[arg(long, value_name = "C")]
    pub channel: Option<usize>,
    /// How image files are read
    #[command(flatten)]
    pub reading: Reading,
}

/// Runs the command.
///
/// # Errors
/// A file that can't be read.
pub fn run(command: &Inspect, _context: &Context) -> Result<Outcome> {
    let mut options = command.reading.options();
    options.channel = command.channel;
    let mut text = String::new();
    let named = io::has_named_regions(&command.input)?;
    if !named && io::is_dicom(&command.input)? {
        let all = io::dicom::describe(&command.input)?;
        for series in &all {
            summary(&mut text, series);
        }
        // What is one image is shown with its values below.
        let loads = all.len() == 1 && all.iter().all(|series| series.problem.is_none());
        if !loads && options.series.is_none() && options.volume.is_none() {
            print_bytes(text.as_bytes())?;
            return Ok(Outcome::Done);
        }
        text.clear();
    }
    if named {
        let mask = io::read_mask(&command.input, &options)?;
        let image = match &command.image {
            Some(path) => Some(io::load(path, &options)?.volume.geometry().clone()),
            None => None,
        };
        regions(&mut text, &mask, image.as_ref());
    } else {
        let loaded = io::load(&command.input, &options)?;
        for warning in &loaded.warnings {
            line(&mut text, "warning", warning);
        }
        describe(&mut text, &loaded);
    }
    print_bytes(text.as_bytes())?;
    Ok(Outcome::Done)
}

/// A DICOM series, without what it shows.
fn summary(text: &mut String, series: &SeriesSummary) {
    let number = series
        .series_number
        .map_or("-".to_owned(), |n| n.to_string());
    let modality = if series.modality.is_empty() {
        "-"
    } else {
        &series.modality
    };
    line(
        text,
        "series",
        &format!("{number}, {modality}, {}", series.sop_class),
    );
    line(text, "uid", &series.uid);
    line(
        text,
        "files",
        &format!("{}, {} frames", series.instances, series.frames),
    );
    line(text, "syntax", &series.transfer_syntax);
    if series.volumes > 1 {
        line(text, "volumes", &series.volumes.to_string());
    }
    if let Some(geometry) = &series.geometry {
        grid(text, geometry);
    }
    for warning in &series.warnings {
        line(text, "warning", warning);
    }
    if let Some(problem) = &series.problem {
        line(text, "not read", problem);
    }
    text.push('\n');
}

fn line(text: &mut String, what: &str, value: &str) {
    let _ = writeln!(text, "{what:<12} {value}");
}

fn describe(text: &mut String, loaded: &Loaded) {
    let Loaded {
        volume, modality, ..
    } = loaded;
    if *modality != Modality::Unknown {
        line(text, "modality", &format!("{modality:?}").to_uppercase());
    }
    grid(text, volume.geometry());
    line(text, "stored as", &stored(volume.storage()));
    let (mut finite, mut sum, mut low, mut high) = (0_usize, 0.0, f64::INFINITY, f64::NEG_INFINITY);
    for &value in volume.voxels().iter().filter(|value| value.is_finite()) {
        finite += 1;
        sum += value;
        low = low.min(value);
        high = high.max(value);
    }
    if finite > 0 {
        let mean = sum / finite as f64;
        line(text, "values", &format!("{low} to {high}, mean {mean}"));
    }
    let odd = volume.voxels().len() - finite;
    if odd > 0 {
        line(
            text,
            "not finite",
            &format!("{odd} voxels are NaN or infinite"),
        );
    }
    labels(text, volume);
}

/// Lists the labels of what may be a mask.
fn labels(text: &mut String, volume: &Volume) {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for &value in volume.voxels() {
        let whole = value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value);
        if !whole || counts.len() > MOST_LABELS {
            return;
        }
        *counts.entry(value as u32).or_default() += 1;
    }
    let ml = volume.geometry().voxel_volume_mm3() / 1000.0;
    for (label, count) in counts.into_iter().filter(|(label, _)| *label > 0) {
        let size = format!("{count} voxels, {:.3} ml", count as f64 * ml);
        line(text, &format!("label {label}"), &size);
    }
}

fn grid(text: &mut String, geometry: &Geometry) {
    let Geometry {
        size,
        spacing_mm,
        origin_mm,
        direction,
    } = geometry;
    line(
        text,
        "size",
        &format!("{} x {} x {} voxels", size[0], size[1], size[2]),
    );
    line(text, "spacing", &format!("{} mm", list(spacing_mm)));
    line(text, "origin", &format!("{} mm (LPS)", list(origin_mm)));
    for (axis, name) in ["x", "y", "z"].into_iter().enumerate() {
        let way: [f64; 3] = std::array::from_fn(|row| direction[row][axis]);
        line(
            text,
            &format!("{name} axis"),
            &format!("{}, to the {}", list(&way), towards(way)),
        );
    }
}

fn list(values: &[f64; 3]) -> String {
    values.map(|value| value.to_string()).join(", ")
}

/// Where an axis points, by its largest part.
fn towards(way: [f64; 3]) -> &'static str {
    let largest = (0..3).max_by(|&a, &b| way[a].abs().total_cmp(&way[b].abs()));
    match (largest, largest.is_some_and(|axis| way[axis] < 0.0)) {
        (Some(0), false) => "left",
        (Some(0), true) => "right",
        (Some(1), false) => "back",
        (Some(1), true) => "front",
        (_, false) => "head",
        (_, true) => "feet",
    }
}

fn stored(storage: Storage) -> String {
    match storage {
        Storage::Whole { least, most } => format!("whole numbers from {least} to {most}"),
        Storage::Single => "single precision".to_owned(),
        Storage::Double => "double precision".to_owned(),
    }
}

fn regions(text: &mut String, mask: &Mask, image: Option<&Geometry>) {
    let kind = match mask {
        Mask::Structures(_) => "RTSTRUCT",
        _ => "SEG",
    };
    line(text, "kind", kind);
    let own = match mask {
        Mask::Segments(segmentation) => Some(segmentation.geometry()),
        _ => None,
    };
    if let Some(geometry) = image.or(own) {
        grid(text, geometry);
    }
    for (place, region) in mask.regions().iter().enumerate() {
        let mut size = match mask {
            Mask::Structures(set) => {
                let contours = &set.rois[place].contours;
                let points: usize = contours.iter().map(|contour| contour.points_mm.len()).sum();
                format!("{} contours, {points} points", contours.len())
            }
            _ => String::new(),
        };
        if let Some(geometry) = image.or(own) {
            let counted = match mask.on(&[place], geometry, 1e-6) {
                Ok(mask) => {
                    let count = mask.voxels().iter().filter(|value| **value > 0.0).count();
                    let ml = count as f64 * geometry.voxel_volume_mm3() / 1000.0;
                    format!("{count} voxels, {ml:.3} ml")
                }
                Err(error) => format!("no mask: {error}"),
            };
            size = [size, counted]
                .into_iter()
                .filter(|s| !s.is_empty())
                .collect::<Vec<_>>()
                .join("; ");
        }
        line(
            text,
            &format!("region {}", region.number),
            &format!("`{}`: {size}", region.name),
        );
    }
}
