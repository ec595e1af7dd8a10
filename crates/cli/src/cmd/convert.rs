//! `radpath convert`: images and masks to NIfTI.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use cohort::{Frame, Values};
use ndarray::Array3;
use pipeline::output;
use radiomics::io::{self, Mask};
use radiomics::{Storage, Volume};
use tables::Format;

use super::targets::{Reading, Target, Wanted, targets};
use crate::Outcome;
use crate::context::Context;

const EXAMPLES: &str = "Examples:
  radpath convert ct_series/ --out ct.nii.gz
  radpath convert rtstruct.dcm --image ct_series/ --out regions.nii.gz
  radpath convert rtstruct.dcm --image ct_series/ --roi 'GTV*' --out gtv.nii.gz
  radpath convert seg.dcm --each --out organ.nii.gz

Several regions become one mask with labels 1, 2, ... in their order; which is
which stands in OUT's stem with .labels.csv (label, number, name). Regions that
overlap need --each: a mask a region, OUT's stem with _NAME.";

/// How far mask and image grid may differ, as PyRadiomics has it.
const TOLERANCE: f64 = 1e-6;

/// Arguments of `radpath convert`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Convert {
    /// What to convert: the folder of a DICOM series, RTSTRUCT, SEG, or any image that is read
    pub input: PathBuf,
    /// NIfTI to write (.nii or .nii.gz)
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Image that the mask was drawn on; an RTSTRUCT needs it, a SEG is put on its grid
    #[arg(long, value_name = "FILE")]
    pub image: Option<PathBuf>,
    /// Regions of an RTSTRUCT or SEG by name, number or pattern, with semicolons between them; all by
    /// default
    #[arg(long, value_name = "NAME;..")]
    pub roi: Option<String>,
    /// A file a region
    #[arg(long)]
    pub each: bool,
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
/// A file that can't be read or written; regions that overlap.
pub fn run(command: &Convert, _context: &Context) -> Result<Outcome> {
    check_name(&command.out)?;
    let mut options = command.reading.options();
    options.channel = command.channel;
    if !io::has_named_regions(&command.input)? {
        if command.roi.is_some() || command.each {
            bail!(
                "{}: this is an image, and has no named regions: leave --roi and --each out",
                command.input.display()
            );
        }
        let loaded = io::load(&command.input, &options)?;
        for warning in &loaded.warnings {
            tracing::warn!("{}: {warning}", command.input.display());
        }
        write(command, &command.out, &loaded.volume)?;
        return Ok(Outcome::Done);
    }
    let mask = io::read_mask(&command.input, &options)?;
    let grid = match (&command.image, &mask) {
        (Some(path), _) => io::load(path, &options)?.volume.geometry().clone(),
        (None, Mask::Segments(segmentation)) => segmentation.geometry().clone(),
        (None, _) => bail!(
            "{}: contours need the image that they were drawn on: name it with --image",
            command.input.display()
        ),
    };
    let names = pipeline::manifest::parse_names(command.roi.as_deref().unwrap_or_default());
    let mut names = names.map_err(|problem| anyhow::anyhow!("--roi {problem}"))?;
    if names.is_empty() {
        names = mask
            .regions()
            .iter()
            .map(|r| r.number.to_string())
            .collect();
    }
    if names.is_empty() {
        bail!("{}: there are no regions in it", command.input.display());
    }
    let wanted = Wanted {
        rois: &names,
        labels: &[],
        label: 1,
    };
    let regions: Vec<Region> = names
        .iter()
        .map(|name| Region::of(&mask, name))
        .collect::<Result<_>>()?;
    let (targets, odd) = targets(&mask, &grid, wanted, TOLERANCE)?;
    for warning in odd {
        tracing::warn!("{}: {warning}", command.input.display());
    }
    if command.each {
        each(command, &targets, &regions)?;
    } else {
        let labels = joined(&targets, &regions)?;
        write(command, &command.out, &labels)?;
        let place = with_ending(&command.out, ".labels.csv");
        output::write_table(&place, &listed(&regions)?, Format::Csv)?;
    }
    Ok(Outcome::Done)
}

/// What was asked for, as the file knows it.
struct Region {
    number: String,
    name: String,
}

impl Region {
    fn of(mask: &Mask, wanted: &str) -> Result<Self> {
        let all = mask.regions();
        let chosen = mask.choose(wanted)?;
        let join = |part: &dyn Fn(usize) -> String| {
            chosen
                .iter()
                .map(|&i| part(i))
                .collect::<Vec<_>>()
                .join("+")
        };
        Ok(Self {
            number: join(&|i| all[i].number.to_string()),
            name: join(&|i| all[i].name.clone()),
        })
    }
}

/// One mask of all regions, labels from 1.
fn joined(targets: &[Target], regions: &[Region]) -> Result<Volume> {
    let Some(first) = targets.first() else {
        bail!("there are no regions to convert");
    };
    let geometry = first.mask.geometry().clone();
    let [x, y, z] = geometry.size;
    let mut labels: Array3<f64> = Array3::zeros((z, y, x));
    for (label, target) in (1_u32..).zip(targets) {
        let inside = f64::from(target.label);
        let (mut both, mut other) = (0_usize, 0.0);
        for (cell, &value) in labels.iter_mut().zip(target.mask.voxels()) {
            if value == inside {
                if *cell != 0.0 {
                    both += 1;
                    other = *cell;
                }
                *cell = f64::from(label);
            }
        }
        if both > 0 {
            let name = |label: usize| &regions[label - 1].name;
            bail!(
                "`{}` and `{}` share {both} voxels, and one mask can't hold both: use --each, or \
                 choose with --roi",
                name(other as usize),
                name(label as usize)
            );
        }
    }
    let storage = Storage::Whole {
        least: 0.0,
        most: f64::from(u16::MAX),
    };
    Ok(Volume::new(labels, geometry)?.stored_as(storage))
}

fn listed(regions: &[Region]) -> Result<Frame> {
    let mut frame = Frame::default();
    let labels = (1..=regions.len()).map(|label| Some(label as f64));
    frame.push("label", Values::optional(labels))?;
    frame.push(
        "number",
        Values::text(regions.iter().map(|r| r.number.as_str())),
    )?;
    frame.push(
        "name",
        Values::text(regions.iter().map(|r| r.name.as_str())),
    )?;
    Ok(frame)
}

/// A mask a region.
fn each(command: &Convert, targets: &[Target], regions: &[Region]) -> Result<()> {
    let ending = if is_gzip(&command.out) {
        ".nii.gz"
    } else {
        ".nii"
    };
    let place = |region: &Region| {
        let name = output::file_name(&region.name.replace(' ', "-"));
        with_ending(&command.out, &format!("_{name}{ending}"))
    };
    let places: Vec<PathBuf> = regions.iter().map(place).collect();
    if let Some(i) = (1..places.len()).find(|&i| places[..i].contains(&places[i])) {
        bail!(
            "two regions are called `{}`: choose one by its number with --roi",
            regions[i].name
        );
    }
    for (place, target) in places.iter().zip(targets) {
        write(command, place, &target.mask)?;
    }
    Ok(())
}

fn write(command: &Convert, place: &Path, volume: &Volume) -> Result<()> {
    let mut inputs = vec![command.input.as_path()];
    inputs.extend(command.image.as_deref());
    let mut bytes = Vec::new();
    io::write_nifti_exact(volume, &mut bytes, is_gzip(place))?;
    output::write_file(place, &inputs, |to| {
        to.write_all(&bytes).map_err(pipeline::Error::io(place))
    })
    .with_context(|| place.display().to_string())
}

fn is_gzip(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("gz"))
}

fn check_name(path: &Path) -> Result<()> {
    let name = path.to_string_lossy().to_lowercase();
    if !(name.ends_with(".nii") || name.ends_with(".nii.gz")) {
        bail!("{}: name the file .nii or .nii.gz", path.display());
    }
    Ok(())
}

/// The path with another ending in the place of `.nii` or `.nii.gz`.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let path = if is_gzip(path) {
        path.with_extension("")
    } else {
        path.to_owned()
    };
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_beside_share_the_stem() {
        let beside = |path: &str| with_ending(Path::new(path), ".labels.csv");
        assert_eq!(beside("a/b.c.nii.gz"), Path::new("a/b.c.labels.csv"));
        assert_eq!(beside("b.NII"), Path::new("b.labels.csv"));
        assert!(check_name(Path::new("x.nrrd")).is_err());
    }
}
