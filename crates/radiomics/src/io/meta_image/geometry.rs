//! Where a MetaImage lies. Its coordinates are LPS millimetres, as ITK takes
//! them; `AnatomicalOrientation` says no more than the matrix and is left out,
//! as is `CenterOfRotation`.

use super::header::Header;
use crate::Geometry;

pub(super) fn geometry(header: &Header, sizes: &[u64]) -> Result<Geometry, String> {
    let axes = sizes.len();
    match header.get("DistanceUnits") {
        None | Some("?" | "mm") => {}
        Some(unit) => return Err(format!("DistanceUnits are {unit}; only mm is read")),
    }
    let spacing = header
        .numbers(&["ElementSpacing", "ElementSize"], axes)?
        .ok_or_else(|| {
            "neither ElementSpacing nor ElementSize: the voxel size is unknown; add one of them"
                .to_owned()
        })?;
    // The later field counts in MetaIO; newer files have fields of their own.
    let newer = header.whole::<u32>("FileFormatVersion")?.unwrap_or(0) > 0;
    let (origins, matrices): (&[&str], &[&str]) = if newer {
        (
            &["ElementOrigin", "ImagePosition", "Offset"],
            &["ElementDirection", "TransformMatrix"],
        )
    } else {
        (
            &["ImagePosition", "Origin", "Position", "Offset"],
            &["TransformMatrix", "Rotation", "Orientation"],
        )
    };
    let origin = header
        .numbers(origins, axes)?
        .unwrap_or_else(|| vec![0.0; axes]);
    let direction = match header.numbers(matrices, axes * axes)? {
        // A row of the matrix is the way that an axis points.
        Some(matrix) => {
            let beside =
                (0..3).any(|i| axes == 4 && (matrix[4 * i + 3] != 0.0 || matrix[12 + i] != 0.0));
            if beside {
                return Err("the fourth axis points into space; split the volumes".to_owned());
            }
            std::array::from_fn(|row| std::array::from_fn(|axis| matrix[axis * axes + row]))
        }
        None => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    };
    let first = |numbers: &[f64]| [numbers[0], numbers[1], numbers[2]];
    Ok(Geometry {
        size: std::array::from_fn(|i| usize::try_from(sizes[i]).unwrap_or(usize::MAX)),
        spacing_mm: first(&spacing),
        origin_mm: first(&origin),
        direction,
    })
}
