//! The mean filter.

use serde::{Deserialize, Serialize};

use super::{border, mirror};
use crate::filters::Boundary;
use crate::filters::convolve::along;
use crate::{Error, Volume};

/// The mean of `support_voxels` voxels along each axis, around each voxel: `g =
/// 1 / M^D` over M^D voxels.
///
/// Source: IBSI 2, section on mean filters (S60F). Takes room for three images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mean {
    /// Voxels along each axis, M; odd.
    pub support_voxels: usize,
    /// Whether the mean is of voxels of one slice (D = 2); default false.
    #[serde(default)]
    pub by_slice: bool,
    /// What lies beyond the border; default `"mirror"`.
    #[serde(default = "mirror")]
    pub boundary: Boundary,
}

impl Mean {
    /// A mean over more is no filter any more.
    const MOST: usize = 999;

    /// The response map.
    ///
    /// # Errors
    /// None for an image that is there.
    pub(super) fn apply(&self, image: &Volume) -> Result<Volume, Error> {
        let axes = if self.by_slice { 2 } else { 3 };
        box_mean(image, self.support_voxels, axes, self.boundary)
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        let support = self.support_voxels;
        if support % 2 == 1 && support <= Self::MOST {
            return Ok(());
        }
        Err(Error::Settings(format!(
            "mean: support_voxels is {support}; it must be odd and at most {}",
            Self::MOST
        )))
    }

    pub(super) fn name(&self) -> String {
        format!(
            "mean_{}d_support{}{}",
            if self.by_slice { 2 } else { 3 },
            self.support_voxels,
            border(self.boundary)
        )
    }
}

/// The mean of a square (2 axes) or cube (3) of an odd number of voxels.
pub(super) fn box_mean(
    image: &Volume,
    support: usize,
    axes: usize,
    boundary: Boundary,
) -> Result<Volume, Error> {
    let kernel = vec![1.0 / support as f64; support];
    let mut response = along(image.voxels(), 0, &kernel, support / 2, boundary);
    for axis in 1..axes {
        response = along(response.view(), axis, &kernel, support / 2, boundary);
    }
    Volume::new(response, image.geometry().clone())
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::Geometry;

    #[test]
    fn means_are_of_squares_or_cubes() {
        let mut voxels = Array3::zeros((3, 3, 3));
        voxels[[1, 1, 1]] = 54.0;
        let image = Volume::new(voxels, Geometry::aligned([3; 3], [1.0; 3])).unwrap();
        let mut filter = Mean {
            support_voxels: 3,
            by_slice: false,
            boundary: Boundary::Zero,
        };
        let response = filter.apply(&image).unwrap();
        assert!(response.values().iter().all(|v| (v - 2.0).abs() < 1e-14));
        filter.by_slice = true;
        let response = filter.apply(&image).unwrap();
        let slice = |z: usize| response.values()[9 * z];
        assert_eq!((slice(0), slice(2)), (0.0, 0.0));
        assert!((slice(1) - 6.0).abs() < 1e-14);
    }
}
