//! From a series to the frames that make its volume, before pixels are read.

use super::collect::Series;
use super::instance::{Image, Instance};
use super::pet::Factor;
use super::rescale::{self, Source};
use super::stack::{Place, Stack, stack};
use super::volumes::{refusal, split};
use crate::Storage;
use crate::io::samples::voxel_count;
use crate::io::{Modality, Options};

/// What is to be read.
pub(super) struct Plan<'a> {
    pub stack: Stack<'a>,
    /// How many volumes the series holds.
    pub volumes: usize,
    pub storage: Storage,
    /// From rescaled values to SUV.
    pub factor: f64,
    pub modality: Modality,
    pub warnings: Vec<String>,
}

/// Chooses and checks the frames of a series.
pub(super) fn plan<'a>(series: &'a Series, options: &Options) -> Result<Plan<'a>, String> {
    let mut warnings = Vec::new();
    let mut places = Vec::new();
    let mut images: Vec<(&Instance, &Image)> = Vec::new();
    for instance in &series.instances {
        let image = instance
            .image
            .as_ref()
            .map_err(|problem| format!("{}: {problem}", instance.name()))?;
        images.push((instance, image));
        let (rows, columns) = (image.format.rows, image.format.columns);
        places.extend(image.slices.iter().map(|slice| Place {
            instance,
            slice,
            rows,
            columns,
        }));
        for warning in &instance.warnings {
            warnings.push(format!("{}: {warning}", instance.name()));
        }
    }
    shorten(&mut warnings);
    let mut found = split(places)?;
    let count = found.volumes.len();
    let chosen = match (options.volume, count) {
        (None, 2..) => return Err(refusal(&found)),
        (None, _) => 0,
        (Some(volume), _) if volume < count => volume,
        (Some(volume), _) => {
            return Err(format!(
                "there is no volume {volume}; there are {count}, from 0"
            ));
        }
    };
    warnings.append(&mut found.warnings);
    let mut stack = stack(&found.volumes.swap_remove(chosen))?;
    warnings.append(&mut stack.warnings);
    voxel_count(&stack.geometry.size.map(|size| size as u64))?;
    let modality = images
        .first()
        .map_or(Modality::Unknown, |(it, _)| it.kind());
    if images.iter().any(|(it, _)| it.kind() != modality) {
        return Err("the series mixes modalities; move one to another folder".to_owned());
    }
    let factor = suv_factor(&images, modality, options, &mut warnings)?;
    units(&stack, modality, &mut warnings);
    let storage = if factor == 1.0 {
        rescale::storage(stack.slices.iter().filter_map(|place| {
            let image = place.instance.image.as_ref().ok()?;
            Some((&image.format, &place.slice.rescale))
        }))
    } else {
        Storage::Double
    };
    Ok(Plan {
        stack,
        volumes: count,
        storage,
        factor,
        modality,
        warnings,
    })
}

/// The same warning of many files is told once.
fn shorten(warnings: &mut Vec<String>) {
    if warnings.len() > 3 {
        let count = warnings.len();
        warnings.truncate(3);
        warnings.push(format!("... {} more such warnings", count - 3));
    }
}

fn suv_factor(
    images: &[(&Instance, &Image)],
    modality: Modality,
    options: &Options,
    warnings: &mut Vec<String>,
) -> Result<f64, String> {
    if modality != Modality::Pet {
        return Ok(1.0);
    }
    let tracers = || {
        images
            .iter()
            .filter_map(|(it, image)| Some((it, image.tracer.as_ref()?)))
    };
    let Some((first, tracer)) = tracers().next() else {
        return Ok(1.0);
    };
    if let Some((other, _)) = tracers().find(|(_, other)| !tracer.agrees(other)) {
        return Err(format!(
            "units, dose, weight or times of the tracer differ between {} and {}; they are of \
             different scans",
            first.name(),
            other.name()
        ));
    }
    let acquisitions = tracers().filter_map(|(_, tracer)| tracer.acquisition());
    let earliest = acquisitions.min_by(f64::total_cmp);
    let Factor { factor, warning } = tracer.factor(earliest, options.raw_bq)?;
    warnings.extend(warning);
    Ok(factor)
}

/// Warnings of values whose unit is in doubt.
fn units(stack: &Stack<'_>, modality: Modality, warnings: &mut Vec<String>) {
    let Some(first) = stack.slices.first() else {
        return;
    };
    let rescale = first.slice.rescale;
    match (rescale.source, modality, rescale.unit) {
        (Source::RealWorld, ..) => warnings.push(
            "values are scaled by the real-world value mapping, as there is no rescale slope"
                .to_owned(),
        ),
        (Source::Nothing, Modality::Ct, _) => warnings.push(
            "there is no rescale slope and intercept; stored values are taken for Hounsfield units"
                .to_owned(),
        ),
        (Source::Rescale, Modality::Ct, Some(unit)) if !["HU", "US"].contains(&unit) => warnings
            .push(format!(
                "the values are in {unit} by RescaleType, not in Hounsfield units"
            )),
        _ => {}
    }
}
