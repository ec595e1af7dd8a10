//! Grown and shrunk regions.

use geometry::{Grid3, distance3};
use stats::rng::Stream;

use crate::crop::Crop;
use crate::error::number;
use crate::{Error, Roi, Volume};

/// Distances count as equal when their squares agree to this fraction of the
/// smallest spacing squared.
const RESOLUTION: f64 = 1e-6;

/// Grows or shrinks the region of `label` by a fraction of its volume: to
/// `round(n * (1 + fraction))` voxels, n being its voxels now.
///
/// It takes the nearest voxels outside, or gives up those of its own that are
/// nearest to the outside, by the Euclidean distance in mm from centre to
/// centre; of voxels equally far it draws, by `seed` and `index`. On a grid of
/// cubes this is what MIRP does (whole layers of face neighbours, then random
/// voxels of the next); there layers are voxels, here mm, so that thick slices
/// don't grow sooner. What lies beyond the image is not outside.
///
/// The result is a mask of the label's region alone, on the same grid.
///
/// # Errors
/// Those of [`Roi::select`]; [`Error::Perturbation`] when no voxel would be
/// left or the image holds too few.
pub fn apply(
    mask: &Volume,
    label: u32,
    fraction: f64,
    seed: u64,
    index: u64,
) -> Result<Volume, Error> {
    let roi = Roi::select(mask, label)?;
    let wanted = (roi.count() as f64 * (1.0 + fraction)).round().max(0.0) as usize;
    let cells = mask.geometry().size.iter().product::<usize>();
    let failed = |problem: &str| {
        Err(Error::Perturbation(format!(
            "the volume of label {label} ({} voxels) can't change by {}: {problem}",
            roi.count(),
            number(fraction)
        )))
    };
    if wanted == 0 {
        return failed("no voxel would be left; shrink it less");
    }
    if wanted > cells || roi.count() == cells {
        return failed("the image holds too few voxels around it");
    }
    let mut stream = stats::rng::stream(seed, "perturb-volume", index);
    let (crop, region) = if wanted > roi.count() {
        grow(
            &roi,
            mask.geometry().size,
            wanted - roi.count(),
            &mut stream,
        )
    } else {
        shrink(
            &roi,
            mask.geometry().size,
            roi.count() - wanted,
            &mut stream,
        )
    };
    crop.mask(&region, f64::from(label), mask.geometry().clone())
}

fn grow(roi: &Roi, grid: [usize; 3], added: usize, stream: &mut Stream) -> (Crop, Grid3<bool>) {
    let spacing = roi.spacing_mm();
    // Whatever the form of the region, doubling reaches far enough.
    let mut reach = 2.0 * spacing.iter().copied().fold(0.0, f64::max);
    loop {
        let crop = Crop::within(roi, grid, reach);
        let mut region = crop.region(roi);
        let squares = distance3::squared(&region, spacing);
        // Only so far are all voxels in the crop.
        let limit = if crop.size == grid {
            f64::INFINITY
        } else {
            reach * reach
        };
        let outside = ranked(&squares, roi, |square| square > 0.0 && square <= limit);
        if outside.len() >= added {
            for position in nearest(outside, added, stream) {
                region.data[position] = true;
            }
            return (crop, region);
        }
        reach *= 2.0;
    }
}

fn shrink(roi: &Roi, grid: [usize; 3], removed: usize, stream: &mut Stream) -> (Crop, Grid3<bool>) {
    let crop = Crop::around(roi, grid, [1; 3]);
    let mut region = crop.region(roi);
    let outside = region.map(|&inside| !inside);
    let squares = distance3::squared(&outside, roi.spacing_mm());
    for position in nearest(
        ranked(&squares, roi, |square| square > 0.0),
        removed,
        stream,
    ) {
        region.data[position] = false;
    }
    (crop, region)
}

/// Rank (the square of the distance, in steps of the resolution) and position
/// of the cells that are chosen by it.
fn ranked(squares: &Grid3<f64>, roi: &Roi, chosen: impl Fn(f64) -> bool) -> Vec<(u64, usize)> {
    let least = roi
        .spacing_mm()
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min);
    let step = RESOLUTION * least * least;
    let cells = squares.data.iter().enumerate();
    cells
        .filter(|&(_, &square)| chosen(square))
        .map(|(position, &square)| ((square / step).round() as u64, position))
        .collect()
}

/// Positions of the `count` cells of the lowest rank, drawn among equals.
fn nearest(mut cells: Vec<(u64, usize)>, count: usize, stream: &mut Stream) -> Vec<usize> {
    if count == 0 {
        return Vec::new();
    }
    let (_, &mut (last, _), _) = cells.select_nth_unstable(count - 1);
    let below = |&(rank, _): &(u64, usize)| rank < last;
    let mut taken: Vec<usize> = cells
        .iter()
        .filter(|&cell| below(cell))
        .map(|c| c.1)
        .collect();
    let mut equals: Vec<usize> = cells
        .iter()
        .filter(|cell| cell.0 == last)
        .map(|c| c.1)
        .collect();
    equals.sort_unstable();
    stream.shuffle(&mut equals);
    taken.extend(&equals[..count - taken.len()]);
    taken
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::Geometry;

    fn ball(spacing: [f64; 3], radius_mm: f64) -> Volume {
        let size = spacing.map(|s| (2.0 * radius_mm / s) as usize + 15);
        let voxels = Array3::from_shape_fn((size[2], size[1], size[0]), |(z, y, x)| {
            let square: f64 = [x, y, z]
                .iter()
                .enumerate()
                .map(|(a, &i)| ((i as f64 - (size[a] / 2) as f64) * spacing[a]).powi(2))
                .sum();
            if square <= radius_mm * radius_mm {
                5.0
            } else {
                0.0
            }
        });
        Volume::new(voxels, Geometry::aligned(size, spacing)).unwrap()
    }

    #[test]
    fn the_volume_is_met_to_the_voxel_and_the_nearest_go_first() {
        for spacing in [[1.0; 3], [0.9, 0.9, 2.5]] {
            let mask = ball(spacing, 11.0);
            let before = Roi::select(&mask, 5).unwrap();
            for fraction in [-0.6, -0.15, 0.0, 0.15, 0.8] {
                let changed = apply(&mask, 5, fraction, 1, 2).unwrap();
                let after = Roi::select(&changed, 5).unwrap();
                let wanted = (before.count() as f64 * (1.0 + fraction)).round() as usize;
                assert_eq!(after.count(), wanted);
                let (small, large) = if fraction < 0.0 {
                    (&changed, &mask)
                } else {
                    (&mask, &changed)
                };
                assert!(
                    small
                        .values()
                        .iter()
                        .zip(large.values())
                        .all(|(s, l)| s <= l)
                );
                // Compactness: still a ball, up to one layer.
                let radius = 11.0 * (1.0f64 + fraction).cbrt();
                let centre = after.centre_index();
                let origin = before.centre_index();
                for axis in 0..3 {
                    assert!((centre[axis] - origin[axis]).abs() * spacing[axis] < 0.2);
                    let width = after.size()[axis] as f64 * spacing[axis];
                    assert!(
                        (width - 2.0 * radius).abs() <= 2.5 * spacing[axis],
                        "{width} {radius}"
                    );
                }
                assert_eq!(changed, apply(&mask, 5, fraction, 1, 2).unwrap());
            }
        }
    }

    #[test]
    fn impossible_changes_are_refused() {
        let voxels = Array3::from_shape_fn((3, 3, 3), |(z, _, _)| f64::from(u8::from(z < 2)));
        let geometry = Geometry::aligned([3, 3, 3], [1.0; 3]);
        let mask = Volume::new(voxels, geometry.clone()).unwrap();
        let all = Volume::new(Array3::ones((3, 3, 3)), geometry).unwrap();
        assert_eq!(apply(&mask, 1, 0.5, 0, 0).unwrap(), all);
        for (mask, fraction, text) in [
            (&mask, 0.6, "too few"),
            (&mask, -0.99, "left"),
            (&all, -0.5, "too few"),
        ] {
            let message = apply(mask, 1, fraction, 0, 0).unwrap_err().to_string();
            assert!(message.contains(text), "{message}");
        }
    }
}
