//! Positions of frames to the grid that they span.

use crate::Geometry;
use crate::io::samples::voxel_count;
use crate::vector::{cross, dot, minus};

/// Direction cosines of frames may differ by this much.
const TURNED: f64 = 1e-4;
/// Pixel spacings by this part.
const STRETCHED: f64 = 1e-4;
/// Frames may be shifted against each other by this part of a pixel.
const SHIFTED: f64 = 0.05;
/// Frames that are closer than this part of a pixel lie on one slice.
const SAME_SLICE: f64 = 0.01;
/// Distances between slices may differ from whole numbers of the spacing by
/// this part of it, and their positions from an even grid by this one.
const UNEVEN_STEP: f64 = 0.1;
const UNEVEN: f64 = 0.05;

/// No patient is as long as this.
const FARTHEST_MM: f64 = 1e6;

/// Where a frame lies, in LPS mm.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plane {
    /// Centre of its first pixel.
    pub position: [f64; 3],
    /// The way that columns count up.
    pub along_row: [f64; 3],
    /// The way that rows count up.
    pub down: [f64; 3],
    /// Between columns, between rows.
    pub spacing: [f64; 2],
}

/// Distances between slices that the file states.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Stated {
    pub between: Option<f64>,
    pub thickness: Option<f64>,
}

/// A grid and the slice of each frame.
#[derive(Debug, PartialEq)]
pub(super) struct Stack {
    pub geometry: Geometry,
    pub slices: Vec<usize>,
    pub warnings: Vec<String>,
}

/// Stacks frames of `size` (columns, rows) along their common normal.
pub(super) fn stack(
    planes: &[Plane],
    stated: Stated,
    [columns, rows]: [usize; 2],
) -> Result<Stack, String> {
    let first = planes.first().ok_or("it has no frames")?;
    let normal = cross(first.along_row, first.down);
    let length = dot(normal, normal).sqrt();
    if !within(length - 1.0, 0.01) {
        return Err(
            "ImageOrientationPatient is no pair of unit vectors at right angles; the header is \
             damaged"
                .to_owned(),
        );
    }
    let normal = normal.map(|part| part / length);
    let heights = planes
        .iter()
        .enumerate()
        .map(|(frame, plane)| {
            let height = height(plane, first, normal);
            height.map_err(|problem| format!("frame {}: {problem}", frame + 1))
        })
        .collect::<Result<Vec<f64>, String>>()?;
    let mut warnings = Vec::new();
    let near = SAME_SLICE * first.spacing[0].min(first.spacing[1]);
    let levels = levels(&heights, near);
    let (spacing, steps) = spacing(&levels, stated, &mut warnings)?;
    let slices: Vec<usize> = heights
        .iter()
        .map(|height| steps[levels.partition_point(|level| level + near < *height)])
        .collect();
    let count = steps.last().map_or(1, |last| last.saturating_add(1));
    voxel_count(&[columns as u64, rows as u64, count as u64])?;
    let lowest = levels.first().copied().unwrap_or(0.0);
    let geometry = Geometry {
        size: [columns, rows, count],
        spacing_mm: [first.spacing[0], first.spacing[1], spacing],
        origin_mm: std::array::from_fn(|axis| first.position[axis] + lowest * normal[axis]),
        direction: std::array::from_fn(|axis| {
            [first.along_row[axis], first.down[axis], normal[axis]]
        }),
    };
    geometry.check()?;
    Ok(Stack {
        geometry,
        slices,
        warnings,
    })
}

/// Height of a frame above the first, which it must be parallel to and not
/// shifted against.
fn height(plane: &Plane, first: &Plane, normal: [f64; 3]) -> Result<f64, String> {
    let turned = [(plane.along_row, first.along_row), (plane.down, first.down)];
    let turn = turned.iter().flat_map(|&(a, b)| minus(a, b));
    if turn.fold(0.0, |most: f64, part| most.max(part.abs())) > TURNED {
        return Err("it has another orientation than the first; split the file".to_owned());
    }
    let offset = minus(plane.position, first.position);
    for (axis, way) in [first.along_row, first.down].into_iter().enumerate() {
        let (here, there) = (plane.spacing[axis], first.spacing[axis]);
        if !within(here - there, STRETCHED * there) {
            return Err(format!(
                "its pixels are {here} mm wide, those of the first {there} mm; split the file"
            ));
        }
        let shift = dot(offset, way);
        if !within(shift, SHIFTED * there) {
            return Err(format!(
                "it is shifted by {shift:.3} mm against the first within its plane, so that the \
                 frames make no straight grid; resample the segmentation"
            ));
        }
    }
    let height = dot(offset, normal);
    if !within(height, FARTHEST_MM) {
        return Err(format!(
            "it lies {height:e} mm from the first, outside of any patient"
        ));
    }
    Ok(height)
}

/// Whether a difference is tolerated; one of overflowing numbers isn't.
fn within(difference: f64, most: f64) -> bool {
    difference.abs() <= most
}

/// The different heights, ascending.
fn levels(heights: &[f64], near: f64) -> Vec<f64> {
    let mut sorted = heights.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut levels: Vec<f64> = Vec::new();
    for height in sorted {
        if levels.last().is_none_or(|last| height - last > near) {
            levels.push(height);
        }
    }
    levels
}

/// Distance between slices, and each level in these.
fn spacing(
    levels: &[f64],
    stated: Stated,
    warnings: &mut Vec<String>,
) -> Result<(f64, Vec<usize>), String> {
    let positive = |value: Option<f64>| value.filter(|value| *value > 0.0);
    let (between, thickness) = (positive(stated.between), positive(stated.thickness));
    let gaps = || levels.windows(2).map(|pair| pair[1] - pair[0]);
    let least = gaps().fold(f64::INFINITY, f64::min);
    if levels.len() < 2 {
        let spacing = between.or(thickness).unwrap_or_else(|| {
            let assumed = "the one slice has no thickness; 1 mm is assumed".to_owned();
            warnings.push(assumed);
            1.0
        });
        return Ok((spacing, vec![0]));
    }
    if let Some(found) = between.and_then(|between| even(levels, between)) {
        return Ok(found);
    }
    let found = even(levels, least).or_else(|| even(levels, thickness?));
    let Some((spacing, steps)) = found else {
        let most = gaps().fold(0.0, f64::max);
        return Err(format!(
            "its slices lie {least:.4} to {most:.4} mm apart, which makes no even grid; resample \
             the segmentation on the image"
        ));
    };
    if let Some(between) = between {
        warnings.push(format!(
            "SpacingBetweenSlices is {between} mm, but the frames lie {spacing:.4} mm apart, \
             which is taken"
        ));
    }
    Ok((spacing, steps))
}

/// Each level in whole steps of about `spacing`, and the mean step; none where
/// they aren't whole.
fn even(levels: &[f64], spacing: f64) -> Option<(f64, Vec<usize>)> {
    let mut steps = vec![0usize];
    for pair in levels.windows(2) {
        let gap = (pair[1] - pair[0]) / spacing;
        let whole = gap.round();
        if !(whole >= 1.0 && (gap - whole).abs() <= UNEVEN_STEP) {
            return None;
        }
        steps.push(steps.last()?.saturating_add(whole as usize));
    }
    let (first, last) = (levels.first()?, levels.last()?);
    let mean = (last - first) / *steps.last()? as f64;
    let on_grid = |(&level, &step): (&f64, &usize)| {
        (level - first - step as f64 * mean).abs() <= UNEVEN * mean
    };
    levels
        .iter()
        .zip(&steps)
        .all(on_grid)
        .then_some((mean, steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(height: f64) -> Plane {
        Plane {
            position: [1.0, 2.0, height],
            along_row: [1.0, 0.0, 0.0],
            down: [0.0, 1.0, 0.0],
            spacing: [0.5, 0.7],
        }
    }

    fn stacked(heights: &[f64], between: Option<f64>) -> Result<Stack, String> {
        let planes: Vec<Plane> = heights.iter().map(|&height| plane(height)).collect();
        let stated = Stated {
            between,
            thickness: None,
        };
        stack(&planes, stated, [4, 3])
    }

    #[test]
    fn frames_in_any_order_with_slices_left_out() {
        let found = stacked(&[5.0, -5.0, 2.5, -5.0], Some(2.5)).unwrap();
        assert_eq!(found.slices, [4, 0, 3, 0]);
        assert_eq!(found.geometry.size, [4, 3, 5]);
        assert_eq!(found.geometry.spacing_mm, [0.5, 0.7, 2.5]);
        assert_eq!(found.geometry.origin_mm, [1.0, 2.0, -5.0]);
        assert!(found.warnings.is_empty());
        // Without it, the smallest distance decides.
        let found = stacked(&[5.0, -5.0, 0.0], None).unwrap();
        assert_eq!((found.slices, found.geometry.size[2]), (vec![2, 0, 1], 3));
        let wrong = stacked(&[0.0, 3.0, 6.0], Some(5.0)).unwrap();
        assert_eq!(
            (wrong.geometry.spacing_mm[2], wrong.warnings.len()),
            (3.0, 1)
        );
        let one = stacked(&[7.0], None).unwrap();
        assert_eq!((one.geometry.spacing_mm[2], one.warnings.len()), (1.0, 1));
    }

    #[test]
    fn rounded_positions_make_an_even_grid() {
        let heights: Vec<f64> = (0..200).map(|i| (f64::from(i) * 3.333).round()).collect();
        assert!(stacked(&heights, Some(3.333)).is_err());
        let heights: Vec<f64> = (0..200)
            .map(|i| (f64::from(i) * 333.33).round() / 100.0)
            .collect();
        let found = stacked(&heights, Some(3.3)).unwrap();
        assert!((found.geometry.spacing_mm[2] - 3.3333).abs() < 1e-4);
        assert_eq!(found.slices, (0..200).collect::<Vec<_>>());
    }

    #[test]
    fn frames_that_make_no_grid_are_refused() {
        let refused = |heights: &[f64], between| stacked(heights, between).unwrap_err();
        assert!(refused(&[0.0, 1.0, 2.4], None).contains("1.0000 to 1.4000 mm apart"));
        assert!(refused(&[0.0, 9e5], Some(1e-3)).contains("voxels"));
        assert!(refused(&[0.0, 1e9], None).contains("frame 2: it lies 1e9 mm from the first"));
        assert!(stacked(&[f64::MIN, f64::MAX], None).is_err());
        let changed = |change: &dyn Fn(&mut Plane)| {
            let mut planes = [plane(0.0), plane(1.0)];
            change(&mut planes[1]);
            stack(&planes, Stated::default(), [4, 3]).unwrap_err()
        };
        assert!(changed(&|p| p.position[0] = 1.1).contains("frame 2: it is shifted by 0.100 mm"));
        assert!(changed(&|p| p.spacing[1] = 0.71).contains("0.71 mm wide"));
        assert!(changed(&|p| p.down = [0.0, 0.99, 0.1]).contains("another orientation"));
        assert!(stack(&[], Stated::default(), [4, 3]).is_err());
        let mut bad = plane(0.0);
        bad.down = bad.along_row;
        assert!(stack(&[bad], Stated::default(), [4, 3]).is_err());
    }
}
