//! Image and mask brought onto one grid, as PyRadiomics does it.

use super::settings::Settings;
use crate::grid::check_grid;
use crate::resample::itk::{Interpolator, continuous_index, position_mm, resample};
use crate::{Error, Geometry, Roi, Storage, Volume};

/// How far a region may reach out of the image, in the image's voxels.
const TOLERANCE: f64 = 1e-3;

/// The mask on the image's grid; `None` when it already lies there.
///
/// # Errors
/// [`Error::Grid`] when it doesn't, unless the settings allow its correction;
/// then [`Error::RoiOutside`].
pub(super) fn corrected(
    image: &Geometry,
    mask: &Volume,
    roi: &Roi,
    settings: &Settings,
) -> Result<Option<Volume>, Error> {
    match check_grid(image, mask.geometry(), settings.geometry_tolerance) {
        Ok(()) => Ok(None),
        Err(error) if !settings.correct_mask => Err(error),
        Err(_) => {
            check_inside(image, mask.geometry(), roi)?;
            nearest(mask, image).map(Some)
        }
    }
}

/// The region of a resampled mask.
///
/// # Errors
/// [`Error::RoiTooSmall`] when no voxel of it is left.
pub(super) fn select(mask: &Volume, label: u32) -> Result<Roi, Error> {
    Roi::select(mask, label).map_err(|error| match error {
        Error::EmptyMask | Error::LabelMissing { .. } => Error::RoiTooSmall {
            label,
            problem: "no voxel of it is left on the new grid; take a smaller spacing".to_owned(),
        },
        error => error,
    })
}

/// A mask on another grid.
pub(super) fn nearest(mask: &Volume, target: &Geometry) -> Result<Volume, Error> {
    let how = Interpolator::NearestNeighbor;
    resample(mask, target, how, |value| value, Storage::Double)
}

/// Checks that the bounding box of a region lies in the image.
///
/// # Errors
/// [`Error::RoiOutside`].
pub(super) fn check_inside(image: &Geometry, mask: &Geometry, roi: &Roi) -> Result<(), Error> {
    let [lower, size] = [roi.lower(), roi.size()].map(|v| v.map(|n| n as f64));
    let corners = [
        std::array::from_fn(|axis| lower[axis] - 0.5),
        std::array::from_fn(|axis| lower[axis] + size[axis] - 0.5),
    ];
    let [a, b] = corners.map(|corner| continuous_index(image, position_mm(mask, corner)));
    for axis in 0..3 {
        let (low, high) = (a[axis].min(b[axis]), a[axis].max(b[axis]));
        let last = image.size[axis] as f64 - 0.5;
        if low < -0.5 - TOLERANCE || high > last + TOLERANCE {
            return Err(Error::RoiOutside {
                axis: ["x", "y", "z"][axis],
                low,
                high,
                last,
            });
        }
    }
    Ok(())
}

/// The spacing that a region is resampled to: 0 keeps the mask's, and so does
/// an axis along which the region is one voxel wide.
pub(super) fn new_spacing(mask: &Geometry, roi: &Roi, wanted: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|axis| {
        if wanted[axis] == 0.0 || roi.size()[axis] == 1 {
            mask.spacing_mm[axis]
        } else {
            wanted[axis]
        }
    })
}

/// Whether two spacings are the same (`numpy.allclose`).
pub(super) fn same_spacing(a: [f64; 3], b: [f64; 3]) -> bool {
    (0..3).all(|axis| (a[axis] - b[axis]).abs() <= 1e-8 + 1e-5 * b[axis].abs())
}

/// The part of the mask's grid of another spacing that holds the region and
/// `pad` voxels around it. The corners of the two grids coincide.
pub(super) fn box_around(mask: &Geometry, roi: &Roi, spacing_mm: [f64; 3], pad: usize) -> Geometry {
    let (mut size, mut origin) = ([0; 3], [0.0; 3]);
    for axis in 0..3 {
        let (old, new) = (mask.spacing_mm[axis], spacing_mm[axis]);
        let ratio = old / new;
        let lower = roi.lower()[axis] as f64;
        let upper = lower + roi.size()[axis] as f64;
        let last = (mask.size[axis] as f64 * ratio).ceil() - 1.0;
        let low = ((lower - 0.5) * ratio - pad as f64).floor().max(0.0);
        let high = ((upper - 0.5) * ratio + pad as f64).ceil().min(last);
        size[axis] = (high - low + 1.0).max(0.0) as usize;
        origin[axis] = 0.5 * (new - old) / old + low / ratio;
    }
    Geometry {
        size,
        spacing_mm,
        origin_mm: position_mm(mask, origin),
        direction: mask.direction,
    }
}

/// The box of a volume around a region and `pad` voxels, its values mapped.
pub(super) fn cropped(
    volume: &Volume,
    roi: &Roi,
    pad: usize,
    map: impl Fn(f64) -> f64,
    storage: Storage,
) -> Result<Volume, Error> {
    let geometry = volume.geometry();
    let lower: [usize; 3] = roi.lower().map(|low| low.saturating_sub(pad));
    let upper: [usize; 3] = std::array::from_fn(|axis| {
        let end = roi.lower()[axis] + roi.size()[axis];
        end.saturating_add(pad).min(geometry.size[axis])
    });
    let [x, y, z] = [0, 1, 2].map(|axis| lower[axis]..upper[axis]);
    let part = volume.voxels();
    let part = part.slice(ndarray::s![z, y, x]);
    let box_geometry = Geometry {
        size: std::array::from_fn(|axis| upper[axis] - lower[axis]),
        origin_mm: position_mm(geometry, lower.map(|n| n as f64)),
        ..geometry.clone()
    };
    Ok(Volume::new(part.mapv(map), box_geometry)?.stored_as(storage))
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    fn mask() -> Volume {
        let voxels = Array3::from_shape_fn((10, 10, 10), |(z, y, x)| {
            f64::from(u8::from(
                (2..6).contains(&x) && (3..5).contains(&y) && z == 4,
            ))
        });
        Volume::new(voxels, Geometry::aligned([10; 3], [1.0, 1.0, 3.0])).unwrap()
    }

    #[test]
    fn corners_of_the_grids_coincide() {
        let mask = mask();
        let roi = Roi::select(&mask, 1).unwrap();
        let spacing = new_spacing(mask.geometry(), &roi, [2.0, 0.0, 1.0]);
        // One slice keeps its thickness.
        assert_eq!(spacing, [2.0, 1.0, 3.0]);
        let all = box_around(mask.geometry(), &roi, spacing, 100);
        assert_eq!((all.size, all.origin_mm), ([5, 10, 10], [0.5, 0.0, 0.0]));
        let tight = box_around(mask.geometry(), &roi, spacing, 0);
        assert_eq!((tight.size, tight.origin_mm), ([4, 4, 3], [0.5, 2.0, 9.0]));
    }

    #[test]
    fn regions_that_reach_out_are_refused() {
        let mask = mask();
        let roi = Roi::select(&mask, 1).unwrap();
        let mut image = mask.geometry().clone();
        assert!(check_inside(&image, mask.geometry(), &roi).is_ok());
        image.origin_mm[0] = 2.0;
        assert!(check_inside(&image, mask.geometry(), &roi).is_ok());
        image.origin_mm[0] = 2.01;
        let error = check_inside(&image, mask.geometry(), &roi).unwrap_err();
        assert!(matches!(error, Error::RoiOutside { axis: "x", .. }));
    }

    #[test]
    fn a_crop_lies_where_it_lay() {
        let mask = mask();
        let roi = Roi::select(&mask, 1).unwrap();
        let part = cropped(&mask, &roi, 1, |v| 2.0 * v, Storage::Double).unwrap();
        assert_eq!(part.geometry().size, [6, 4, 3]);
        assert_eq!(part.geometry().origin_mm, [1.0, 2.0, 9.0]);
        assert_eq!(part.voxels().sum(), 2.0 * 8.0);
    }
}
