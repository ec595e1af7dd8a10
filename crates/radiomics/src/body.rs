//! Where the patient is.

use geometry::{Grid2, Grid3, components3, holes};
use ndarray::Array3;
use rayon::prelude::*;

use crate::error::number;
use crate::{Error, Volume};

/// A body mask: 1 in the patient, 0 outside, on the image's grid.
///
/// Steps: voxels above `threshold` (in the image's unit; -300 HU suits CT);
/// of these the largest piece that hangs together by faces, which leaves out a
/// table or blankets; then every hole of each axial slice (pieces of
/// background, joined by sides, that don't touch the edge of the slice) is
/// filled, so that lungs, airways and bowel count as body even where they open
/// outwards in another slice. A hole in 3-D is a hole of each slice it passes,
/// and so filled as well.
///
/// # Errors
/// [`Error::Body`] when the threshold is not finite, the image holds NaN, or
/// no voxel lies above the threshold.
pub fn body_above(image: &Volume, threshold: f64) -> Result<Volume, Error> {
    let failed = |problem: String| Err(Error::Body(problem));
    if !threshold.is_finite() {
        return failed(format!(
            "the threshold is {}; it must be finite",
            number(threshold)
        ));
    }
    let values = image.values();
    let nan = values.iter().filter(|value| value.is_nan()).count();
    if nan > 0 {
        return failed(format!(
            "{nan} voxels of the image are NaN; set them to the value of air"
        ));
    }
    let [nx, ny, nz] = image.geometry().size;
    let above = Grid3 {
        size: [nx, ny, nz],
        data: values.iter().map(|&value| value > threshold).collect(),
    };
    let Some(largest) = components3::largest(&above) else {
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        return failed(format!(
            "no voxel lies above {}; the largest is {}, take a lower threshold",
            number(threshold),
            number(most)
        ));
    };
    let slices: Vec<Grid2<bool>> = largest
        .data
        .par_chunks_exact(nx * ny)
        .map(|slice| {
            let slice = Grid2 {
                width: nx,
                height: ny,
                data: slice.to_vec(),
            };
            holes::fill(&slice, usize::MAX)
        })
        .collect();
    let filled = slices.iter().flat_map(|slice| &slice.data);
    let voxels = filled.map(|&inside| f64::from(u8::from(inside)));
    let voxels = Array3::from_shape_vec((nz, ny, nx), voxels.collect())
        .map_err(|error| Error::Volume(error.to_string()))?;
    Volume::new(voxels, image.geometry().clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Geometry;

    const SIZE: [usize; 3] = [20, 16, 8];

    fn volume(value: impl Fn(usize, usize, usize) -> f64) -> Volume {
        let [nx, ny, nz] = SIZE;
        let voxels = Array3::from_shape_fn((nz, ny, nx), |(z, y, x)| value(x, y, z));
        Volume::new(voxels, Geometry::aligned(SIZE, [1.0, 1.0, 3.0])).unwrap()
    }

    #[test]
    fn lungs_and_airways_are_body_and_the_table_is_not() {
        let body = |x: usize, y: usize| (2..18).contains(&x) && (2..11).contains(&y);
        let image = volume(|x, y, z| {
            let lung = (5..8).contains(&x) && (4..8).contains(&y) && z >= 3;
            // The airway leaves through the last slice, and a mouth through the skin.
            let airway = (10, 6) == (x, y);
            let mouth = x == 14 && y < 5 && z == 1;
            let table = y == 13;
            if table || (body(x, y) && !lung && !airway && !mouth) {
                40.0
            } else {
                -900.0
            }
        });
        let found = body_above(&image, -300.0).unwrap();
        let expected =
            volume(|x, y, z| f64::from(u8::from(body(x, y) && !(x == 14 && y < 5 && z == 1))));
        assert_eq!(found, expected);
    }

    #[test]
    fn thresholds_without_a_body_are_refused() {
        let image = volume(|x, _, _| x as f64);
        let message = body_above(&image, 19.0).unwrap_err().to_string();
        assert!(message.contains("the largest is 19"), "{message}");
        assert!(body_above(&image, f64::NAN).is_err());
        assert!(body_above(&volume(|_, _, _| f64::NAN), 0.0).is_err());
    }
}
