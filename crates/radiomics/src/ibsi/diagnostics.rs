//! What image and masks are after each step, under IBSI's tags.

use std::borrow::Cow;
use std::fmt::Debug;

use super::prepare::Prepared;
use crate::features::firstorder::sum;
use crate::features::order::range;
use crate::{Error, Geometry, Roi, Volume};

/// The `diagnostics_*` entries of a case: for each tag of IBSI 1's diagnostic
/// features, of the image (initial, interpolated) and the region (initial,
/// interpolated, re-segmented), a number. Bounding boxes and dimensions are in
/// voxels, voxel dimensions in mm; image statistics are over finite voxels.
///
/// # Errors
/// [`Error::NonFinite`] for NaN or infinity inside the region.
pub(super) fn describe(
    image: &Volume,
    roi: &Roi,
    prepared: &Prepared<'_>,
) -> Result<Vec<(String, String)>, Error> {
    let initial = Summary::of(image.values());
    // Without resampling and rounding it is the same image.
    let interpolated = match &prepared.image {
        Cow::Borrowed(_) => initial,
        Cow::Owned(image) => Summary::of(image.values()),
    };
    let initial_region = Summary::of(&roi.intensities(image)?);
    let form = &prepared.morphology;
    let grids = [image.geometry(), prepared.image.geometry()];

    let mut table = Table(Vec::new());
    table.add_image("init_img", grids[0], initial);
    table.add_image("interp_img", grids[1], interpolated);
    table.add_region("init_roi", grids[0], [roi, roi], initial_region);
    let values = Summary::of(&prepared.all_intensities);
    table.add_region("interp_roi", grids[1], [form, form], values);
    let values = Summary::of(&prepared.intensities);
    table.add_region("reseg_roi", grids[1], [&prepared.intensity, form], values);
    Ok(table.0)
}

/// Of the finite values; NaN and infinities for none.
#[derive(Clone, Copy)]
struct Summary {
    mean: f64,
    minimum: f64,
    maximum: f64,
}

impl Summary {
    fn of(values: &[f64]) -> Self {
        let (mut total, mut minimum, mut maximum) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
        // Blocks are read from memory once for both.
        for block in values.chunks(4096) {
            total += sum(block);
            let [low, high] = range(block);
            (minimum, maximum) = (minimum.min(low), maximum.max(high));
        }
        if !total.is_finite() && !values.iter().all(|value| value.is_finite()) {
            let finite = values.iter().copied().filter(|value| value.is_finite());
            return Self::of(&finite.collect::<Vec<_>>());
        }
        Self {
            mean: total / values.len() as f64,
            minimum,
            maximum,
        }
    }
}

/// Names and numbers.
struct Table(Vec<(String, String)>);

impl Table {
    fn add_image(&mut self, step: &str, grid: &Geometry, values: Summary) {
        self.add_vector("img_dim", step, grid.size);
        self.add_vector("vox_dim", step, grid.spacing_mm);
        self.add_summary("", step, values);
    }

    /// `masks`: of the intensities and of the form.
    fn add_region(&mut self, step: &str, grid: &Geometry, masks: [&Roi; 2], values: Summary) {
        let [intensity, form] = masks;
        self.add_vector("int_mask_dim", step, grid.size);
        self.add_vector("int_mask_bb_dim", step, intensity.size());
        self.add_vector("morph_mask_bb_dim", step, form.size());
        self.add("int_mask_vox_count", step, intensity.count());
        self.add("morph_mask_vox_count", step, form.count());
        self.add_summary("int_mask_", step, values);
    }

    fn add_vector<T: Debug>(&mut self, name: &str, step: &str, values: [T; 3]) {
        for (axis, value) in ["x", "y", "z"].into_iter().zip(values) {
            self.add(&format!("{name}_{axis}"), step, value);
        }
    }

    fn add_summary(&mut self, prefix: &str, step: &str, values: Summary) {
        self.add(&format!("{prefix}mean_int"), step, values.mean);
        self.add(&format!("{prefix}min_int"), step, values.minimum);
        self.add(&format!("{prefix}max_int"), step, values.maximum);
    }

    fn add<T: Debug>(&mut self, name: &str, step: &str, value: T) {
        let name = format!("diagnostics_{name}_{step}");
        self.0.push((name, format!("{value:?}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_leave_out_what_is_no_number() {
        let of = |values: &[f64]| {
            let found = Summary::of(values);
            (found.mean, found.minimum, found.maximum)
        };
        let mut values: Vec<f64> = (0..10_000).map(f64::from).collect();
        assert_eq!(of(&values), (4999.5, 0.0, 9999.0));
        values[..2].copy_from_slice(&[f64::NAN, f64::INFINITY]);
        assert_eq!(of(&values), (5000.5, 2.0, 9999.0));
        assert!(Summary::of(&[f64::NAN]).mean.is_nan());
    }
}
