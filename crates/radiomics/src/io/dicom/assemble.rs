//! Pixels of the planned frames to a volume.

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::Array3;
use rayon::prelude::*;

use super::file::File;
use super::plan::Plan;
use super::stack::Place;
use crate::io::samples::room;
use crate::{Error, Volume};

/// Reads the pixels, each slice into its own part of the volume.
pub(super) fn volume(path: &Path, plan: &Plan<'_>) -> Result<Volume, Error> {
    let problem = |problem: String| Error::File {
        path: path.to_owned(),
        problem,
    };
    let slices = &plan.stack.slices;
    let [x, y, z] = plan.stack.geometry.size;
    let area = x * y;
    let mut values: Vec<f64> = room((area * z) as u64, "voxels").map_err(problem)?;
    values.resize(area * z, 0.0);
    let shared = open_shared(slices)?;
    let parts: Vec<Result<(), Error>> = values
        .par_chunks_mut(area)
        .zip(slices.par_iter())
        .map(|(part, place)| fill(part, place, &shared, plan.factor))
        .collect();
    parts.into_iter().collect::<Result<(), _>>()?;
    let voxels = Array3::from_shape_vec((z, y, x), values)
        .map_err(|error| problem(format!("no volume of {x} x {y} x {z}: {error}")))?;
    Ok(Volume::new(voxels, plan.stack.geometry.clone())?.stored_as(plan.storage))
}

/// Files of several frames are opened once for all of them.
fn open_shared<'a>(slices: &[Place<'a>]) -> Result<BTreeMap<&'a Path, File>, Error> {
    let mut shared = BTreeMap::new();
    for place in slices {
        let path = place.instance.path.as_path();
        let several = place
            .instance
            .image
            .as_ref()
            .is_ok_and(|image| image.slices.len() > 1);
        if several && !shared.contains_key(path) {
            shared.insert(path, File::open(path)?);
        }
    }
    Ok(shared)
}

fn fill(
    part: &mut [f64],
    place: &Place<'_>,
    shared: &BTreeMap<&Path, File>,
    factor: f64,
) -> Result<(), Error> {
    let path = place.instance.path.as_path();
    let own;
    let file = match shared.get(path) {
        Some(file) => file,
        None => {
            own = File::open(path)?;
            &own
        }
    };
    let image = place.instance.image.as_ref();
    let image = image.map_err(|problem| file.error(problem.clone()))?;
    let stored = file.stored(&image.format, place.slice.frame)?;
    if stored.len() != part.len() {
        return Err(file.error("it has changed while it was read; read it again"));
    }
    let rescale = place.slice.rescale;
    for (value, stored) in part.iter_mut().zip(stored) {
        *value = (rescale.slope * stored + rescale.intercept) * factor;
    }
    Ok(())
}
