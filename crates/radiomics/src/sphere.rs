//! Mean intensities in a sphere around each voxel.

use crate::spectrum::Convolution;
use crate::{Geometry, Roi, Volume};

/// Additions that take as long as the transforms take for one cell.
const ADDITIONS_PER_CELL: usize = 40;
/// Transforms spread rounding errors of the largest value over the whole box;
/// up to this many times the region's largest it may be.
const LARGEST: f64 = 1e4;

/// Mean of the finite voxels of the image whose centres lie within a radius of
/// each voxel of a region, in memory order; `intensities` are the region's.
pub(crate) fn means(roi: &Roi, intensities: &[f64], image: &Volume, radius_mm: f64) -> Vec<f64> {
    let largest = |values: &[f64]| values.iter().fold(0.0f64, |most, v| most.max(v.abs()));
    let sphere = Sphere::new(image.geometry(), radius_mm);
    let around = Surroundings::of(roi, image, &sphere);
    let calm = largest(&around.values) <= LARGEST * largest(intensities);
    let sums = around.sums(&around.values, &sphere, calm);
    let counts = match &around.present {
        Some(present) => around.sums(present, &sphere, true),
        None => vec![sphere.count() as f64; sums.len()],
    };
    let means = sums
        .iter()
        .zip(&counts)
        .map(|(sum, count)| sum / count.round());
    let inside = means.zip(roi.inside()).filter(|(_, inside)| **inside);
    inside.map(|(mean, _)| mean).collect()
}

/// A sphere of voxels, or as much of it as can lie in the image.
struct Sphere {
    spacing_mm: [f64; 3],
    squared_mm2: f64,
    /// Largest steps along x, y, z.
    reach: [usize; 3],
    /// `rows[h]`: steps (y, z) to the rows of 2 h + 1 voxels along x.
    rows: Vec<Vec<[isize; 2]>>,
}

impl Sphere {
    fn new(geometry: &Geometry, radius_mm: f64) -> Self {
        let mut sphere = Self {
            spacing_mm: geometry.spacing_mm,
            squared_mm2: radius_mm * radius_mm,
            reach: geometry.size.map(|n| n - 1),
            rows: Vec::new(),
        };
        for axis in 0..3 {
            let step = |n: usize| std::array::from_fn(|i| if i == axis { n } else { 0 });
            let steps = 0..=sphere.reach[axis];
            sphere.reach[axis] = steps.take_while(|&n| sphere.holds(step(n))).count() - 1;
        }
        sphere.rows = vec![Vec::new(); sphere.reach[0] + 1];
        let [_, ry, rz] = sphere.reach.map(usize::cast_signed);
        for z in -rz..=rz {
            for y in -ry..=ry {
                if let Some(half) = sphere.half_row(y.unsigned_abs(), z.unsigned_abs()) {
                    sphere.rows[half].push([y, z]);
                }
            }
        }
        sphere
    }

    /// Largest step along x at steps along y and z.
    fn half_row(&self, y: usize, z: usize) -> Option<usize> {
        let across =
            (y as f64 * self.spacing_mm[1]).powi(2) + (z as f64 * self.spacing_mm[2]).powi(2);
        let guess = (self.squared_mm2 - across).max(0.0).sqrt() / self.spacing_mm[0];
        let most = (guess as usize).saturating_add(1).min(self.reach[0]);
        (most.saturating_sub(2)..=most)
            .rev()
            .find(|&x| self.holds([x, y, z]))
    }

    fn holds(&self, step: [usize; 3]) -> bool {
        let squared = |axis: usize| (step[axis] as f64 * self.spacing_mm[axis]).powi(2);
        (0..3).all(|axis| step[axis] <= self.reach[axis])
            && squared(0) <= self.squared_mm2 - squared(1) - squared(2)
    }

    /// Number of voxels.
    fn count(&self) -> usize {
        let rows = self.rows.iter().enumerate();
        rows.map(|(half, rows)| (2 * half + 1) * rows.len()).sum()
    }
}

/// The part of the image that the spheres around a region reach.
struct Surroundings {
    size: [usize; 3],
    /// Where the region's bounding box lies in it.
    box_lower: [usize; 3],
    box_size: [usize; 3],
    /// 0 where the image is not finite.
    values: Vec<f64>,
    /// 1 where the image is finite, else 0; `None` if every sphere lies in the
    /// image and all is finite.
    present: Option<Vec<f64>>,
}

impl Surroundings {
    fn of(roi: &Roi, image: &Volume, sphere: &Sphere) -> Self {
        let (lower, size, image_size) = (roi.lower(), roi.size(), image.geometry().size);
        let first: [usize; 3] = std::array::from_fn(|i| lower[i].saturating_sub(sphere.reach[i]));
        let end: [usize; 3] =
            std::array::from_fn(|i| (lower[i] + size[i] + sphere.reach[i]).min(image_size[i]));
        let mut values = Vec::new();
        for z in first[2]..end[2] {
            for y in first[1]..end[1] {
                let row = &image.values()[(z * image_size[1] + y) * image_size[0]..];
                values.extend_from_slice(&row[first[0]..end[0]]);
            }
        }
        let inside = (0..3).all(|i| end[i] - first[i] == size[i] + 2 * sphere.reach[i]);
        let whole = inside && values.iter().all(|value| value.is_finite());
        let finite = |value: &f64| f64::from(u8::from(value.is_finite()));
        let present = (!whole).then(|| values.iter().map(finite).collect());
        for value in values.iter_mut().filter(|value| !value.is_finite()) {
            *value = 0.0;
        }
        Self {
            size: std::array::from_fn(|i| end[i] - first[i]),
            box_lower: std::array::from_fn(|i| lower[i] - first[i]),
            box_size: size,
            values,
            present,
        }
    }

    /// Sums of values on the box over the spheres around all cells of the
    /// region's bounding box.
    fn sums(&self, values: &[f64], sphere: &Sphere, calm: bool) -> Vec<f64> {
        let wanted = [0, 1, 2].map(|i| self.box_lower[i]..self.box_lower[i] + self.box_size[i]);
        let convolution = Convolution::new(self.size, wanted, sphere.reach);
        let rows: usize = sphere.rows.iter().map(Vec::len).sum();
        let additions = rows.saturating_mul(self.box_size.iter().product());
        if calm && additions > convolution.cells().saturating_mul(ADDITIONS_PER_CELL) {
            convolution.sums(values, |step| f64::from(u8::from(sphere.holds(step))))
        } else {
            self.row_by_row(values, sphere)
        }
    }

    /// Each row is summed in windows that grow by a voxel at both ends, and each
    /// window is added to the rows that see it: sums only, so that a huge value
    /// spoils no sphere that it isn't in.
    fn row_by_row(&self, values: &[f64], sphere: &Sphere) -> Vec<f64> {
        let ([sx, sy, sz], [nx, ny, _]) = (self.box_size, self.size);
        let reach = sphere.reach[0];
        let mut sums = vec![0.0; sx * sy * sz];
        let mut windows = vec![0.0; sx];
        let mut padded = vec![0.0; sx + 2 * reach];
        let start = reach - self.box_lower[0];
        for (at, row) in values.chunks_exact(nx).enumerate() {
            padded[start..][..nx].copy_from_slice(row);
            windows.fill(0.0);
            for (half, steps) in sphere.rows.iter().enumerate() {
                let (left, right) = (&padded[reach - half..][..sx], &padded[reach + half..][..sx]);
                for ((window, l), r) in windows.iter_mut().zip(left).zip(right) {
                    *window += if half == 0 { *l } else { l + r };
                }
                for [dy, dz] in steps {
                    let to = |from: usize, step: isize, axis: usize| {
                        let cell = from
                            .checked_add_signed(-step)?
                            .checked_sub(self.box_lower[axis])?;
                        (cell < self.box_size[axis]).then_some(cell)
                    };
                    if let (Some(y), Some(z)) = (to(at % ny, *dy, 1), to(at / ny, *dz, 2)) {
                        let sums = &mut sums[(z * sy + y) * sx..][..sx];
                        sums.iter_mut()
                            .zip(&windows)
                            .for_each(|(sum, window)| *sum += window);
                    }
                }
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    const SIZE: [usize; 3] = [13, 11, 9];

    fn volume(spacing: [f64; 3], value: impl Fn([usize; 3]) -> f64) -> Volume {
        let voxels = Array3::from_shape_fn((9, 11, 13), |(z, y, x)| value([x, y, z]));
        Volume::new(voxels, Geometry::aligned(SIZE, spacing)).unwrap()
    }

    fn noise([x, y, z]: [usize; 3]) -> f64 {
        ((x * 7919 + y * 104_729 + z * 1_299_709) % 1009) as f64
    }

    /// The mean around a voxel, one voxel of the image after the other.
    fn mean(image: &Volume, centre: [usize; 3], radius: f64) -> f64 {
        let spacing = image.geometry().spacing_mm;
        let near = |at: [usize; 3]| {
            let step = |i: usize| (at[i] as f64 - centre[i] as f64) * spacing[i];
            (0..3).map(|i| step(i) * step(i)).sum::<f64>() <= radius * radius
        };
        let voxels = image.voxels();
        let (mut sum, mut count) = (0.0, 0.0);
        for ((z, y, x), value) in voxels.indexed_iter() {
            if near([x, y, z]) && value.is_finite() {
                (sum, count) = (sum + value, count + 1.0);
            }
        }
        sum / count
    }

    #[test]
    fn both_ways_equal_the_mean_over_the_image() {
        let image = |spacing| {
            volume(
                spacing,
                |i| if i == [6, 5, 2] { f64::NAN } else { noise(i) },
            )
        };
        for (spacing, radius) in [
            ([1.0; 3], 0.9),
            ([1.0; 3], 3.1),
            ([0.7, 1.1, 2.3], 4.0),
            ([3.0, 0.5, 1.0], 2.6),
            ([1e-3; 3], 6.2),
        ] {
            let image = image(spacing);
            for inside in [
                |[x, y, z]: [usize; 3]| (5..8).contains(&x) && (4..7).contains(&y) && z == 4,
                |[x, y, z]: [usize; 3]| x > 9 && (y + z) % 3 > 0,
                |[_, _, _]: [usize; 3]| true,
            ] {
                let mask = volume(spacing, |i| f64::from(u8::from(inside(i))));
                let roi = Roi::select(&mask, 1).unwrap();
                let sphere = Sphere::new(image.geometry(), radius);
                let around = Surroundings::of(&roi, &image, &sphere);
                let wanted = [0, 1, 2]
                    .map(|i| around.box_lower[i]..around.box_lower[i] + around.box_size[i]);
                let convolution = Convolution::new(around.size, wanted, sphere.reach);
                let kernel = |step| f64::from(u8::from(sphere.holds(step)));
                let slow = around.row_by_row(&around.values, &sphere);
                let fast = convolution.sums(&around.values, kernel);
                for (slow, fast) in slow.iter().zip(fast) {
                    assert!(
                        (slow - fast).abs() < 1e-8,
                        "{spacing:?} {radius}: {slow} {fast}"
                    );
                }
                let finite = volume(spacing, |i| if i == [6, 5, 2] { 0.0 } else { noise(i) });
                let intensities = roi.intensities(&finite).unwrap();
                let found = means(&roi, &intensities, &image, radius);
                for (index, found) in roi.indices().zip(found) {
                    let centre = std::array::from_fn(|i| roi.lower()[i] + index[i]);
                    let expected = mean(&image, centre, radius);
                    let both_empty = found.is_nan() && expected.is_nan();
                    assert!(both_empty || (found - expected).abs() < 1e-10);
                }
            }
        }
    }

    #[test]
    fn huge_values_spoil_no_other_sphere() {
        let image = volume([0.1; 3], |i| if i[0] == 12 { -3e38 } else { 5.0 });
        let mask = volume([0.1; 3], |i| f64::from(u8::from(i[0] < 9)));
        let roi = Roi::select(&mask, 1).unwrap();
        let found = means(&roi, &roi.intensities(&image).unwrap(), &image, 0.35);
        assert!(found.iter().all(|mean| *mean == 5.0));
    }
}
