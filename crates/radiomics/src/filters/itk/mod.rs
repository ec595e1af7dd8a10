//! Filters of ITK, as PyRadiomics calls them by SimpleITK.
//!
//! Both give an image of single precision on the bounding box of a region, as
//! if the whole image had been filtered and then cut.

mod gaussian;
mod gradient;
mod laplacian;
mod recursion;

use std::ops::Range;

use ndarray::Array3;

pub use self::gradient::gradient_magnitude;
pub use self::laplacian::laplacian_of_gaussian;
use crate::{Error, Geometry, Roi, Storage, Volume};

/// The bounding box of a region, which must lie in the image.
pub(in crate::filters) fn fitting(image: &Volume, roi: &Roi) -> Result<[Range<usize>; 3], Error> {
    let (size, lower) = (image.geometry().size, roi.lower());
    let part: [Range<usize>; 3] =
        std::array::from_fn(|axis| lower[axis]..lower[axis] + roi.size()[axis]);
    if (0..3).any(|axis| part[axis].end > size[axis]) {
        return Err(Error::Grid {
            what: "bounding box",
            difference: format!("{lower:?} + {:?} voxels", roi.size()),
            tolerance: format!("the image's {size:?} voxels"),
            adjustable: false,
        });
    }
    Ok(part)
}

/// Values of the bounding box of a region as an image of their own.
pub(in crate::filters) fn in_box(
    values: Array3<f64>,
    image: &Volume,
    roi: &Roi,
    storage: Storage,
) -> Result<Volume, Error> {
    let whole = image.geometry();
    let geometry = Geometry {
        size: roi.size(),
        origin_mm: whole.position_mm(roi.lower().map(|index| index as f64)),
        ..whole.clone()
    };
    Ok(Volume::new(values, geometry)?.stored_as(storage))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Geometry;

    fn volume(size: [usize; 3], spacing: [f64; 3], value: impl Fn([usize; 3]) -> f64) -> Volume {
        let [x, y, z] = size;
        let voxels = Array3::from_shape_fn((z, y, x), |(z, y, x)| value([x, y, z]));
        Volume::new(voxels, Geometry::aligned(size, spacing)).unwrap()
    }

    fn region(of: &Volume, inside: impl Fn([usize; 3]) -> bool) -> Roi {
        let geometry = of.geometry();
        let mask = volume(geometry.size, geometry.spacing_mm, |index| {
            f64::from(u8::from(inside(index)))
        });
        Roi::select(&mask, 1).unwrap()
    }

    fn bumpy() -> Volume {
        volume([6, 5, 4], [0.7, 0.9, 2.5], |[x, y, z]| {
            (7 * x * x + 3 * y * z + 5 * z + 11 * ((x + 2 * y + 3 * z) % 4)) as f64
        })
    }

    /// Values at the same three voxels of whole results.
    fn seen(filtered: &Volume) -> [f64; 3] {
        [[0, 0, 0], [1, 2, 3], [2, 4, 4]].map(|zyx| filtered.voxels()[zyx])
    }

    #[test]
    fn filters_are_itks_to_the_last_bit() {
        let image = bumpy();
        let whole = region(&image, |_| true);
        // LaplacianRecursiveGaussianImageFilter, SetNormalizeAcrossScale(True),
        // SetSigma(sigma), of SimpleITK 2.5.7 on a float32 image
        for (sigma, expected) in [
            (
                1.0,
                [19.575761795043945, 10.947249412536621, -13.378423690795898],
            ),
            (
                0.4,
                [
                    10.585509300231934,
                    -0.25502246618270874,
                    -0.04487423226237297,
                ],
            ),
        ] {
            let filtered = laplacian_of_gaussian(&image, &whole, sigma).unwrap();
            assert_eq!(seen(&filtered), expected);
            assert_eq!(filtered.storage(), Storage::Single);
        }
        // SimpleITK.GradientMagnitude(image, use_spacing)
        for (spacing, expected) in [
            (
                true,
                [19.298933029174805, 75.78762817382812, 96.99979400634766],
            ),
            (
                false,
                [23.72762107849121, 53.0848388671875, 68.70953369140625],
            ),
        ] {
            let filtered = gradient_magnitude(&image, &whole, spacing).unwrap();
            assert_eq!(seen(&filtered), expected);
        }
    }

    #[test]
    fn boxes_are_cut_from_the_whole() {
        let image = bumpy();
        let whole = region(&image, |_| true);
        let roi = region(&image, |[x, y, z]| x > 2 && y == 3 && z > 1);
        let filters: [&dyn Fn(&Roi) -> Volume; 2] = [
            &|roi| laplacian_of_gaussian(&image, roi, 1.5).unwrap(),
            &|roi| gradient_magnitude(&image, roi, true).unwrap(),
        ];
        for filter in filters {
            let (all, part) = (filter(&whole), filter(&roi));
            assert_eq!(part.geometry().size, [3, 1, 2]);
            let origin = [2.0999999999999996, 2.7, 5.0];
            assert_eq!(part.geometry().origin_mm, origin);
            let cut = all.voxels().slice_move(ndarray::s![2..4, 3..4, 3..6]);
            assert_eq!(part.voxels(), cut);
        }
    }

    #[test]
    fn planes_have_no_curvature_and_an_even_slope() {
        let image = volume([40, 30, 20], [0.5, 1.0, 2.0], |[x, y, z]| {
            3.0 + 0.5 * x as f64 - 2.0 * y as f64 + 4.0 * z as f64
        });
        let middle = region(&image, |[x, y, z]| x == 20 && y == 15 && z == 10);
        let at = |volume: Volume| volume.voxels()[[0, 0, 0]];
        assert!(at(laplacian_of_gaussian(&image, &middle, 1.0).unwrap()).abs() < 1e-3);
        let slope = at(gradient_magnitude(&image, &middle, true).unwrap());
        assert_eq!(slope, 3.0);
        let flat = volume([9, 8, 7], [0.5, 1.0, 2.0], |_| -1000.0);
        let roi = region(&flat, |_| true);
        let log = laplacian_of_gaussian(&flat, &roi, 3.0).unwrap();
        assert!(log.voxels().iter().all(|value| value.abs() < 1e-2));
        let slopes = gradient_magnitude(&flat, &roi, true).unwrap();
        assert!(slopes.voxels().iter().all(|&value| value == 0.0));
    }

    #[test]
    fn what_pyradiomics_leaves_out_is_refused() {
        let refusal = |image: &Volume, sigma: f64| {
            let roi = region(image, |[x, _, _]| x < 2);
            let result = laplacian_of_gaussian(image, &roi, sigma);
            result
                .err()
                .map_or(String::new(), |error| error.to_string())
        };
        let thin = volume([9, 9, 3], [1.0; 3], |_| 0.0);
        assert!(refusal(&thin, 1.0).contains("needs 4 along every axis"));
        let image = bumpy();
        assert!(refusal(&image, 0.0).contains("must be positive"));
        assert!(refusal(&image, f64::NAN).contains("must be positive"));
        // 6 voxels of 0.7 mm: ceil(3.6 / 0.7) + 1 = 7
        assert!(refusal(&image, 3.6).contains("take a smaller one"));
        assert_eq!(refusal(&image, 3.5), "");
        assert!(refusal(&image, 1e-5).contains("too small for voxels"));
        let holed = volume([6, 5, 4], [1.0; 3], |index| {
            if index == [5, 4, 3] { f64::NAN } else { 1.0 }
        });
        assert!(refusal(&holed, 1.0).contains("1 voxels, the first at [5, 4, 3]"));
        let huge = volume(
            [6, 5, 4],
            [1.0; 3],
            |[x, _, _]| if x > 2 { 1e300 } else { 0.0 },
        );
        assert!(refusal(&huge, 1.0).contains("too large for single precision"));
        let roi = region(&holed, |_| true);
        let slopes = gradient_magnitude(&holed, &roi, true).unwrap();
        assert_eq!(
            slopes
                .voxels()
                .iter()
                .filter(|value| value.is_nan())
                .count(),
            4
        );
    }
}
