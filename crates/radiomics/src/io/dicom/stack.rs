//! Frames to a stack of slices: sorted, and checked to be a regular grid.

use super::instance::Instance;
use super::slice::{Slice, halves};
use crate::Geometry;
use crate::vector::{cross, dot, minus};

/// Cosines that differ by less are the same orientation.
const SAME_ORIENTATION: f64 = 1e-3;
/// Slices nearer than this lie at the same place, in mm.
const SAME_PLACE_MM: f64 = 1e-3;
/// Part of a slice distance that a slice may be off its place.
const UNEVEN: f64 = 0.1;
/// From here on that is worth a warning.
const SLIGHTLY_UNEVEN: f64 = 0.01;
/// Part of a pixel that the whole stack may lean.
const LEANING: f64 = 0.1;

/// A frame and the file that it is of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub instance: &'a Instance,
    pub slice: &'a Slice,
    pub rows: usize,
    pub columns: usize,
}

impl Place<'_> {
    /// The frame as messages name it.
    pub(super) fn name(&self) -> String {
        let several = self
            .instance
            .image
            .as_ref()
            .is_ok_and(|image| image.slices.len() > 1);
        if several {
            format!("frame {} of {}", self.slice.frame + 1, self.instance.name())
        } else {
            self.instance.name()
        }
    }
}

/// A stack: its slices from the first along the normal, and its grid.
#[derive(Debug)]
pub(super) struct Stack<'a> {
    pub slices: Vec<Place<'a>>,
    pub geometry: Geometry,
    pub warnings: Vec<String>,
}

/// Axes of a frame as ITK makes them orthonormal: row, column, normal.
pub(super) fn axes(orientation: [f64; 6]) -> Option<[[f64; 3]; 3]> {
    let unit = |vector: [f64; 3]| {
        let length = dot(vector, vector).sqrt();
        (length > 0.0 && length.is_finite()).then(|| vector.map(|part| part / length))
    };
    let (row, column) = halves(orientation);
    let straight = (dot(row, row) - 1.0).abs() < SAME_ORIENTATION
        && (dot(column, column) - 1.0).abs() < SAME_ORIENTATION
        && dot(row, column).abs() < SAME_ORIENTATION;
    let normal = unit(cross(row, column)).filter(|_| straight)?;
    let row = unit(cross(column, normal))?;
    Some([row, cross(normal, row), normal])
}

/// Sorted along the normal: distance of each frame from the origin, and it.
pub(super) fn sorted<'a>(
    places: &[Place<'a>],
    normal: [f64; 3],
) -> Vec<(f64, [f64; 3], Place<'a>)> {
    let mut sorted: Vec<_> = places
        .iter()
        .filter_map(|place| {
            let position = place.slice.position_mm?;
            Some((dot(position, normal), position, *place))
        })
        .collect();
    sorted.sort_by(|a, b| {
        let order = |place: &Place<'_>| (place.instance.number, place.slice.frame);
        a.0.total_cmp(&b.0)
            .then_with(|| order(&a.2).cmp(&order(&b.2)))
    });
    sorted
}

/// Whether two frames of a sorted list lie at the same place.
pub(super) fn same_place(a: f64, b: f64) -> bool {
    (a - b).abs() < SAME_PLACE_MM
}

/// Puts frames of one volume in order.
pub(super) fn stack<'a>(places: &[Place<'a>]) -> Result<Stack<'a>, String> {
    let first = *places.first().ok_or("there is no slice")?;
    let Some([row_spacing, column_spacing]) = first.slice.spacing_mm else {
        return Err(format!(
            "{} has no PixelSpacing, and so no size in mm",
            first.name()
        ));
    };
    let (Some(_), Some(orientation)) = (first.slice.position_mm, first.slice.orientation) else {
        return unplaced(places, [column_spacing, row_spacing]);
    };
    let Some([row, column, normal]) = axes(orientation) else {
        return Err(format!(
            "row and column of {} (ImageOrientationPatient {orientation:?}) are not at right \
             angles or not of length 1; correct them",
            first.name()
        ));
    };
    if let Some(missing) = places
        .iter()
        .find(|place| place.slice.position_mm.is_none())
    {
        return Err(format!(
            "{} has no ImagePositionPatient; leave it out or write its position",
            missing.name()
        ));
    }
    let mut warnings = Vec::new();
    let sorted = sorted(places, normal);
    let slice_spacing = match &sorted[..] {
        [_] => alone(&first, &mut warnings),
        several => {
            check_lean(
                several,
                normal,
                row_spacing.min(column_spacing),
                &mut warnings,
            )?;
            check_spacing(several, &mut warnings)?
        }
    };
    let [x, y, z] = [first.columns, first.rows, sorted.len()];
    let geometry = Geometry {
        size: [x, y, z],
        // PixelSpacing has the distance of rows first.
        spacing_mm: [column_spacing, row_spacing, slice_spacing],
        origin_mm: sorted
            .first()
            .map_or([0.0; 3], |(_, position, _)| *position),
        // Adding 0 turns -0 to 0.
        direction: std::array::from_fn(|axis| {
            [row[axis] + 0.0, column[axis] + 0.0, normal[axis] + 0.0]
        }),
    };
    geometry.check()?;
    Ok(Stack {
        slices: sorted.into_iter().map(|(.., place)| place).collect(),
        geometry,
        warnings,
    })
}

/// All frames must be of one size, spacing and orientation.
pub(super) fn check_alike(places: &[Place<'_>]) -> Result<(), String> {
    let Some((first, rest)) = places.split_first() else {
        return Ok(());
    };
    let near = |a: f64, b: f64, tolerance: f64| (a - b).abs() <= tolerance;
    for other in rest {
        let differ = |what: &str, a: String, b: String| {
            Err(format!(
                "{what} differs: {a} in {}, {b} in {}; they are no one volume: move one kind to \
                 another folder",
                first.name(),
                other.name()
            ))
        };
        let size = |place: &Place<'_>| format!("{} x {}", place.columns, place.rows);
        if size(first) != size(other) {
            return differ("size", size(first), size(other));
        }
        if let (Some(a), Some(b)) = (first.slice.spacing_mm, other.slice.spacing_mm)
            && (0..2).any(|axis| !near(a[axis], b[axis], 1e-4 * a[axis].abs()))
        {
            return differ("PixelSpacing", format!("{a:?}"), format!("{b:?}"));
        }
        if let (Some(a), Some(b)) = (first.slice.orientation, other.slice.orientation)
            && (0..6).any(|axis| !near(a[axis], b[axis], SAME_ORIENTATION))
        {
            return differ("orientation", format!("{a:?}"), format!("{b:?}"));
        }
        if let (Some(a), Some(b)) = (
            &first.instance.frame_of_reference,
            &other.instance.frame_of_reference,
        ) && a != b
        {
            return differ("frame of reference", "one".to_owned(), "another".to_owned());
        }
    }
    Ok(())
}

/// A single frame without a place in the patient.
fn unplaced<'a>(places: &[Place<'a>], spacing: [f64; 2]) -> Result<Stack<'a>, String> {
    let [one] = places else {
        return Err(
            "the slices have no position and orientation (ImagePositionPatient, \
             ImageOrientationPatient), and so no order; take the original series"
                .to_owned(),
        );
    };
    let mut warnings = vec![format!(
        "{} has no position and orientation; it is placed at the origin, along the patient's axes",
        one.name()
    )];
    let thickness = alone(one, &mut warnings);
    let size = [one.columns, one.rows, 1];
    let geometry = Geometry::aligned(size, [spacing[0], spacing[1], thickness]);
    geometry.check()?;
    Ok(Stack {
        slices: places.to_vec(),
        geometry,
        warnings,
    })
}

/// Spacing of a slice that has no neighbour.
fn alone(place: &Place<'_>, warnings: &mut Vec<String>) -> f64 {
    let (spacing, source) = match place.slice.thickness_mm {
        Some(thickness) => (thickness, "its SpacingBetweenSlices or SliceThickness"),
        None => (1.0, "assumed, as the file names no thickness"),
    };
    warnings.push(format!(
        "there is one slice; its thickness of {spacing} mm is {source}"
    ));
    spacing
}

/// Positions must lie on a line along the normal.
fn check_lean(
    sorted: &[(f64, [f64; 3], Place<'_>)],
    normal: [f64; 3],
    pixel_mm: f64,
    warnings: &mut Vec<String>,
) -> Result<(), String> {
    let Some((_, origin, first)) = sorted.first() else {
        return Ok(());
    };
    let mut worst = (0.0, 0.0, *first);
    for (_, position, place) in sorted {
        let step = minus(*position, *origin);
        let along = dot(step, normal);
        let aside: [f64; 3] = std::array::from_fn(|axis| step[axis] - along * normal[axis]);
        let aside = dot(aside, aside).sqrt();
        if aside > worst.0 {
            worst = (aside, along, *place);
        }
    }
    let (aside, along, place) = worst;
    let angle = aside.atan2(along).to_degrees();
    if aside > LEANING * pixel_mm {
        return Err(format!(
            "the slices don't lie one behind the other: {} is {aside:.3} mm beside the line along \
             the normal, an angle of {angle:.2} degrees (a tilted gantry, or several stacks); \
             resample on a straight grid, for example with dcm2niix",
            place.name()
        ));
    }
    if aside > LEANING / 10.0 * pixel_mm {
        warnings.push(format!(
            "the slices lean by {aside:.3} mm ({angle:.3} degrees), which is left out of account"
        ));
    }
    Ok(())
}

/// The distance of slices, which must be even.
fn check_spacing(
    sorted: &[(f64, [f64; 3], Place<'_>)],
    warnings: &mut Vec<String>,
) -> Result<f64, String> {
    let gaps: Vec<f64> = sorted
        .windows(2)
        .map(|pair| pair[1].0 - pair[0].0)
        .collect();
    if let Some(twice) = sorted
        .windows(2)
        .find(|pair| same_place(pair[0].0, pair[1].0))
    {
        return Err(format!(
            "{} and {} lie at the same place; remove one, or say which volume to read",
            twice[0].2.name(),
            twice[1].2.name()
        ));
    }
    let mut ordered = gaps.clone();
    ordered.sort_by(f64::total_cmp);
    let usual = ordered[(ordered.len() - 1) / 2];
    for (gap, pair) in gaps.iter().zip(sorted.windows(2)) {
        let steps = (gap / usual).round();
        if steps >= 2.0 && (gap / usual - steps).abs() < UNEVEN * steps {
            let missing = steps - 1.0;
            let (noun, verb) = if missing == 1.0 {
                ("slice", "is")
            } else {
                ("slices", "are")
            };
            return Err(format!(
                "{missing} {noun} {verb} missing between {} and {} ({gap:.3} mm apart, the others \
                 {usual:.3} mm); add the files",
                pair[0].2.name(),
                pair[1].2.name()
            ));
        }
    }
    let count = gaps.len() as f64;
    let (start, end) = (&sorted[0], &sorted[gaps.len()]);
    let step = minus(end.1, start.1);
    let spacing = dot(step, step).sqrt() / count;
    let even = (end.0 - start.0) / count;
    let mut worst = (0.0, start);
    for (index, slice) in sorted.iter().enumerate() {
        let off = (slice.0 - start.0 - even * index as f64).abs() / even;
        if off > worst.0 {
            worst = (off, slice);
        }
    }
    let (off, slice) = worst;
    if off > UNEVEN {
        return Err(format!(
            "the slices are unevenly spaced ({:.3} to {:.3} mm apart): {} is {:.3} mm off an even \
             grid; resample on an even grid",
            ordered[0],
            ordered[ordered.len() - 1],
            slice.2.name(),
            off * even
        ));
    }
    if off > SLIGHTLY_UNEVEN {
        warnings.push(format!(
            "the slices are {:.4} to {:.4} mm apart and are taken for evenly spaced by \
             {spacing:.4} mm",
            ordered[0],
            ordered[ordered.len() - 1]
        ));
    }
    Ok(spacing)
}
