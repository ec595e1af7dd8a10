//! Where a NIfTI image lies.
//!
//! A header may hold two orientations. As in ITK 5.4 (and so in SimpleITK and
//! PyRadiomics), the sform counts when its axes are at right angles and it is
//! the only one, or says that it holds scanner coordinates (code 1), or is one
//! with the qform but for rounding; else the qform does. nibabel always takes
//! the sform; where that makes a difference there is a warning. Without either
//! the file's axes are taken for L, P, S with the first voxel at the origin
//! (as ITK; nibabel turns x over and centres).
//!
//! NIfTI's RAS+ becomes LPS by turning over x and y. Spacing is `pixdim`, in
//! single precision as NIfTI-1 stores it; where the sform's columns differ
//! from it by more than 0.1 %, the columns count, with a warning.

use super::header::Header;
use crate::Geometry;

/// Largest departure of the sform from right angles, and from the qform.
const TOLERANCE: f64 = 1e-4;

struct Placed {
    axes: [[f64; 3]; 3],
    origin: [f64; 3],
    /// Lengths of the columns.
    length: [f64; 3],
}

pub(super) fn geometry(header: &Header, warnings: &mut Vec<String>) -> Result<Geometry, String> {
    let size = [1, 2, 3].map(|axis| header.size(axis));
    let mut spacing = [1, 2, 3].map(|axis| header.pixdim[axis].abs());
    let (sform, qform) = (sform(header), qform(header, spacing));
    let sform_counts = match (&sform, &qform) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(s), Some(q)) => {
            let counts = at_right_angles(s) && (header.sform == 1 || difference(s, q) < TOLERANCE);
            if !at_right_angles(s) {
                warnings.push(
                    "the sform's axes are not at right angles; the qform was taken".to_owned(),
                );
            } else if !counts {
                warnings.push(format!(
                    "sform and qform place the image differently (by {:.3} mm at the first \
                     voxel); the qform was taken, as ITK does (nibabel takes the sform)",
                    distance(s.origin, q.origin)
                ));
            }
            counts
        }
    };
    let placed = if sform_counts { sform } else { qform };
    let (mut direction, mut origin) = match &placed {
        Some(placed) => (placed.axes, placed.origin),
        // Turned over again below.
        None => (
            [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]],
            [0.0; 3],
        ),
    };
    if let (true, Some(sform)) = (sform_counts, &placed) {
        let length = sform.length;
        if (0..3).any(|i| (length[i] - spacing[i]).abs() > 1e-3 * length[i]) {
            warnings.push(format!(
                "the sform's voxels measure {length:?} mm, pixdim says {spacing:?}; the sform was \
                 taken"
            ));
            spacing = length;
        }
    }
    // RAS to LPS.
    for row in 0..2 {
        direction[row] = direction[row].map(|cosine| 0.0 - cosine);
        origin[row] = 0.0 - origin[row];
    }
    let mm = header.unit_mm();
    Ok(Geometry {
        size: size.map(|n| usize::try_from(n).unwrap_or(usize::MAX)),
        spacing_mm: spacing.map(|s| s * mm),
        origin_mm: origin.map(|o| o * mm),
        direction,
    })
}

/// The sform, unless it is void.
fn sform(header: &Header) -> Option<Placed> {
    let rows = header.sform_rows;
    let (axes, length) = Geometry::split_columns(rows.map(|row| [row[0], row[1], row[2]]));
    let void = header.sform < 1 || !length.iter().all(|&l| l.is_finite() && l > 0.0);
    (!void).then_some(Placed {
        axes,
        origin: rows.map(|row| row[3]),
        length,
    })
}

fn qform(header: &Header, spacing: [f64; 3]) -> Option<Placed> {
    if header.qform < 1 {
        return None;
    }
    let rotation = rotation(header.quaternion, header.pixdim[0]);
    // The spacing comes in and goes out again as in ITK, to the last bit.
    let steps = rotation.map(|row| {
        std::array::from_fn(|c| {
            let step = row[c] * if spacing[c] > 0.0 { spacing[c] } else { 1.0 };
            if header.double {
                step
            } else {
                f64::from(step as f32)
            }
        })
    });
    let (axes, length) = Geometry::split_columns(steps);
    Some(Placed {
        axes,
        origin: header.qform_origin,
        length,
    })
}

fn at_right_angles(placed: &Placed) -> bool {
    let axes = placed.axes;
    (0..3).all(|a| {
        (a + 1..3).all(|b| {
            let product: f64 = axes.iter().map(|row| row[a] * row[b]).sum();
            product.abs() < TOLERANCE
        })
    })
}

/// Largest difference of cosines, of spacings and of origins in mm.
fn difference(a: &Placed, b: &Placed) -> f64 {
    let largest = |a: &[f64], b: &[f64]| {
        a.iter()
            .zip(b)
            .fold(0.0f64, |most, (a, b)| most.max((a - b).abs()))
    };
    largest(a.axes.as_flattened(), b.axes.as_flattened())
        .max(largest(&a.length, &b.length))
        .max(largest(&a.origin, &b.origin))
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt()
}

/// Rotation matrix of a quaternion (b, c, d; a >= 0 is implied); `handedness`
/// below 0 turns the third axis over.
fn rotation([b, c, d]: [f64; 3], handedness: f64) -> [[f64; 3]; 3] {
    let rest = 1.0 - (b * b + c * c + d * d);
    let (a, b, c, d) = if rest < 1e-7 {
        // A half turn, up to single precision: make it one.
        let norm = (b * b + c * c + d * d).sqrt();
        (0.0, b / norm, c / norm, d / norm)
    } else {
        (rest.sqrt(), b, c, d)
    };
    let third = if handedness < 0.0 { -1.0 } else { 1.0 };
    [
        [
            a * a + b * b - c * c - d * d,
            2.0 * (b * c - a * d),
            third * 2.0 * (b * d + a * c),
        ],
        [
            2.0 * (b * c + a * d),
            a * a + c * c - b * b - d * d,
            third * 2.0 * (c * d - a * b),
        ],
        [
            2.0 * (b * d - a * c),
            2.0 * (c * d + a * b),
            third * (a * a + d * d - b * b - c * c),
        ],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quaternions_turn() {
        let half = rotation([0.0, 0.0, 1.0], 1.0);
        assert_eq!(half, [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]]);
        // A third of a turn about the diagonal; the third axis turned over.
        let third = rotation([0.5; 3], -1.0);
        assert_eq!(third, [[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
    }
}
