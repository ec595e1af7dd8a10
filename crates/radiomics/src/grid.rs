//! Whether two volumes lie on one grid.

use crate::error::number;
use crate::{Error, Geometry};

/// Checks that mask and image lie on one grid, by ITK's rule: sizes equal;
/// origins and spacings within `tolerance` times the image's x spacing;
/// direction cosines within `tolerance`.
///
/// # Errors
/// [`Error::Grid`] with the difference, mask minus image.
pub fn check_grid(image: &Geometry, mask: &Geometry, tolerance: f64) -> Result<(), Error> {
    if image.size != mask.size {
        let difference: [i128; 3] =
            std::array::from_fn(|axis| mask.size[axis] as i128 - image.size[axis] as i128);
        return Err(Error::Grid {
            what: "size",
            difference: format!(
                "{difference:?} voxels (mask {:?}; {})",
                mask.size,
                places(image, mask)
            ),
            tolerance: "none".to_owned(),
            adjustable: false,
        });
    }
    let tolerance_mm = tolerance * image.spacing_mm[0];
    let vectors = [
        ("origin", image.origin_mm, mask.origin_mm),
        ("spacing", image.spacing_mm, mask.spacing_mm),
    ];
    for (what, of_image, of_mask) in vectors {
        let difference: [f64; 3] = std::array::from_fn(|axis| of_mask[axis] - of_image[axis]);
        if difference.iter().any(|d| d.abs() > tolerance_mm) {
            return Err(Error::Grid {
                what,
                difference: format!("{} mm", short_vector(difference)),
                tolerance: format!("{} mm", short(tolerance_mm)),
                adjustable: true,
            });
        }
    }
    let turned =
        |row: usize, column: usize| mask.direction[row][column] - image.direction[row][column];
    let largest = (0..9)
        .map(|i| turned(i / 3, i % 3))
        .fold(0.0, |a: f64, b| a.max(b.abs()));
    if largest > tolerance {
        let rows = [0, 1, 2].map(|r| [0, 1, 2].map(|c| short(turned(r, c))).join(", "));
        return Err(Error::Grid {
            what: "direction",
            difference: format!("[{}] (direction cosines)", rows.join("; ")),
            tolerance: short(tolerance),
            adjustable: true,
        });
    }
    Ok(())
}

/// Where two grids lie, for messages: the box around the voxel centres.
pub(crate) fn places(image: &Geometry, mask: &Geometry) -> String {
    let place = |grid: &Geometry| {
        let mut span = [(f64::INFINITY, f64::NEG_INFINITY); 3];
        for corner in 0..8 {
            let index = std::array::from_fn(|axis| {
                (corner >> axis & 1) as f64 * (grid.size[axis] as f64 - 1.0)
            });
            for (span, at) in span.iter_mut().zip(grid.position_mm(index)) {
                *span = (span.0.min(at), span.1.max(at));
            }
        }
        let [x, y, z] = span.map(|(low, high)| format!("{} to {}", short(low), short(high)));
        format!("x {x}, y {y}, z {z}")
    };
    format!(
        "voxel centres in LPS mm: image {}; mask {}",
        place(image),
        place(mask)
    )
}

/// `(x, y, z)`, each with six digits.
pub(crate) fn short_vector(vector: [f64; 3]) -> String {
    let [x, y, z] = vector.map(short);
    format!("({x}, {y}, {z})")
}

/// Six significant digits: all of a mismatch that is not rounding.
fn short(value: f64) -> String {
    number(format!("{value:.5e}").parse().unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_are_compared_as_itk_does() {
        let image = Geometry::aligned([5, 4, 3], [0.5, 2.0, 3.0]);
        assert!(check_grid(&image, &image, 0.0).is_ok());
        let mut moved = image.clone();
        moved.origin_mm[1] = 0.35;
        let message = check_grid(&image, &moved, 1e-6).unwrap_err().to_string();
        assert!(message.contains("origin by (0, 0.35, 0) mm"), "{message}");
        assert!(check_grid(&image, &moved, 0.701).is_ok());
        let mut turned = image.clone();
        turned.direction[0][1] = 1e-4;
        let message = check_grid(&image, &turned, 1e-6).unwrap_err().to_string();
        assert!(message.contains("direction"), "{message}");
        let mut larger = image.clone();
        larger.size[2] = 4;
        let message = check_grid(&image, &larger, 1e3).unwrap_err().to_string();
        assert!(message.contains("[0, 0, 1] voxels"), "{message}");
        let places = "image x 0 to 2, y 0 to 6, z 0 to 6; mask x 0 to 2, y 0 to 6, z 0 to 9";
        assert!(message.contains(places), "{message}");
    }

    #[test]
    fn mismatches_are_shown_to_six_digits() {
        let image = Geometry::aligned([5, 4, 3], [0.9, 0.9, 2.5]);
        let message = |change: &dyn Fn(&mut Geometry)| {
            let mut mask = image.clone();
            change(&mut mask);
            check_grid(&image, &mask, 1e-6).unwrap_err().to_string()
        };
        for (expected, text) in [
            (
                "(0, -123.457, 0) mm",
                message(&|g| g.origin_mm[1] = -123.456_78),
            ),
            (
                "(1.23457e-6, 0, 0) mm",
                message(&|g| g.origin_mm[0] = 1.234_567e-6),
            ),
            ("tolerance 9e-7 mm", message(&|g| g.origin_mm[0] = 1.0)),
            ("(0, 0, 0.001) mm", message(&|g| g.spacing_mm[2] = 2.501)),
            (
                "[0, 0.00123, 0; 0, 0, 0",
                message(&|g| g.direction[0][1] = 0.00123),
            ),
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }
}
