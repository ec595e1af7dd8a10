//! A part of an image that is enough for a filter.

use std::borrow::Cow;

use ndarray::Array3;

use crate::crop::Crop;
use crate::{Error, Geometry, Roi, Volume};

/// Sigmas around the box that the recursive Gaussian gets: the response to
/// what lies beyond has died down.
const GAUSSIAN_SIGMAS: f64 = 8.0;

/// Voxels more, for the derivatives.
const GAUSSIAN_VOXELS: usize = 2;

/// A box of an image, and the region in it.
pub(super) struct Surroundings<'a> {
    pub image: Cow<'a, Volume>,
    pub around: Cow<'a, Roi>,
}

impl<'a> Surroundings<'a> {
    /// What a Gaussian of this width needs.
    pub fn for_gaussian(image: &'a Volume, around: &'a Roi, sigma_mm: f64) -> Result<Self, Error> {
        let spacing_mm = image.geometry().spacing_mm;
        // A conversion that saturates: no sigma is too large.
        let reach = spacing_mm.map(|mm| (GAUSSIAN_SIGMAS * sigma_mm / mm).ceil() as usize);
        Self::within(
            image,
            around,
            reach.map(|n| n.saturating_add(GAUSSIAN_VOXELS)),
        )
    }

    fn within(image: &'a Volume, around: &'a Roi, margin: [usize; 3]) -> Result<Self, Error> {
        let geometry = image.geometry();
        let part = Crop::around(around, geometry.size, margin);
        if part.size == geometry.size {
            return Ok(Self {
                image: Cow::Borrowed(image),
                around: Cow::Borrowed(around),
            });
        }
        let [nx, ny, nz] = part.size;
        let values: Vec<f64> = part.rows(image).flatten().copied().collect();
        let voxels = Array3::from_shape_vec((nz, ny, nx), values)
            .map_err(|error| Error::Volume(error.to_string()))?;
        let geometry = Geometry {
            size: part.size,
            origin_mm: geometry.position_mm(part.lower.map(|n| n as f64)),
            ..geometry.clone()
        };
        let lower = [0, 1, 2].map(|axis| around.lower()[axis] - part.lower[axis]);
        Ok(Self {
            image: Cow::Owned(Volume::new(voxels, geometry)?.stored_as(image.storage())),
            around: Cow::Owned(around.moved_to(lower)),
        })
    }
}
