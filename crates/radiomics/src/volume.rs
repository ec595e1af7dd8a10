//! A 3-D image on a regular grid, placed in the patient.

use ndarray::{Array3, ArrayView3};

use crate::Error;
use crate::error::number;

/// Largest departure from orthonormal axes that is taken for rounding.
const ORTHONORMAL_TOLERANCE: f64 = 1e-3;

/// Where the voxels of a grid lie, in the patient's LPS system (x grows to the
/// left, y to the back, z to the head), in millimetres, as ITK has it.
///
/// The centre of voxel `(i, j, k)` lies at
/// `origin + direction * (spacing * (i, j, k))`.
#[derive(Debug, Clone, PartialEq)]
pub struct Geometry {
    /// Voxels along x, y, z.
    pub size: [usize; 3],
    /// Distance between voxel centres along x, y, z, in mm; positive.
    pub spacing_mm: [f64; 3],
    /// Centre of voxel (0, 0, 0) in mm.
    pub origin_mm: [f64; 3],
    /// Unit vectors of the axes; column `c` (`direction[r][c]` over r) is
    /// the way axis `c` points.
    pub direction: [[f64; 3]; 3],
}

impl Geometry {
    /// A grid at the origin with axes along the patient's.
    pub fn aligned(size: [usize; 3], spacing_mm: [f64; 3]) -> Self {
        let direction = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        Self {
            size,
            spacing_mm,
            origin_mm: [0.0; 3],
            direction,
        }
    }

    /// Position in mm of a continuous index (x, y, z).
    pub fn position_mm(&self, index: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|row| {
            (0..3).fold(self.origin_mm[row], |sum, axis| {
                sum + self.direction[row][axis] * self.spacing_mm[axis] * index[axis]
            })
        })
    }

    /// Volume of one voxel in mm³.
    pub fn voxel_volume_mm3(&self) -> f64 {
        self.spacing_mm.iter().product()
    }

    /// Unit columns and their lengths, from a matrix whose columns are the
    /// steps from voxel to voxel in mm.
    pub(crate) fn split_columns(steps: [[f64; 3]; 3]) -> ([[f64; 3]; 3], [f64; 3]) {
        let length: [f64; 3] = std::array::from_fn(|c| {
            (0..3)
                .map(|r| steps[r][c] * steps[r][c])
                .sum::<f64>()
                .sqrt()
        });
        let unit = std::array::from_fn(|r| std::array::from_fn(|c| steps[r][c] / length[c]));
        (unit, length)
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        for (axis, name) in ["x", "y", "z"].into_iter().enumerate() {
            if self.size[axis] == 0 {
                return Err(format!("size along {name} is 0; need at least 1 voxel"));
            }
            let spacing = self.spacing_mm[axis];
            if !(spacing.is_finite() && spacing > 0.0) {
                return Err(format!(
                    "spacing along {name} is {} mm; it must be positive and finite",
                    number(spacing)
                ));
            }
            if !self.origin_mm[axis].is_finite() {
                return Err(format!(
                    "origin along {name} is {} mm; it must be finite",
                    number(self.origin_mm[axis])
                ));
            }
        }
        for a in 0..3 {
            for b in a..3 {
                let dot: f64 = self.direction.iter().map(|row| row[a] * row[b]).sum();
                let wanted = if a == b { 1.0 } else { 0.0 };
                if dot.is_nan() || (dot - wanted).abs() > ORTHONORMAL_TOLERANCE {
                    return Err(format!(
                        "the axes are not at right angles or not of length 1 (columns {a} and \
                         {b}: product {}, expected {wanted}); resample on a straight grid",
                        number(dot)
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Numbers that an image's values are stored as. PyRadiomics keeps an image's
/// type where it resamples, and computes with it where it bins.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Storage {
    /// Whole numbers from `least` to `most`.
    Whole {
        /// The least.
        least: f64,
        /// The greatest.
        most: f64,
    },
    /// Single precision.
    Single,
    /// Double precision.
    #[default]
    Double,
}

impl Storage {
    /// What becomes of a value: whole numbers are cut towards 0, as ITK does.
    pub fn store(self, value: f64) -> f64 {
        match self {
            Self::Whole { least, most } => value.trunc().clamp(least, most),
            Self::Single => f64::from(value as f32),
            Self::Double => value,
        }
    }
}

/// An image: voxel values and where they lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    voxels: Array3<f64>,
    geometry: Geometry,
    storage: Storage,
}

impl Volume {
    /// Joins values of shape (z, y, x) and their geometry.
    ///
    /// # Errors
    /// [`Error::Volume`] when shape and `geometry.size` differ, a size is 0, a
    /// spacing is not positive and finite, or the axes are not orthonormal to
    /// 1e-3.
    pub fn new(voxels: Array3<f64>, geometry: Geometry) -> Result<Self, Error> {
        let [x, y, z] = geometry.size;
        if voxels.dim() != (z, y, x) {
            return Err(Error::Volume(format!(
                "voxels have the shape (z, y, x) = {:?}, but the geometry says {:?}",
                voxels.dim(),
                (z, y, x)
            )));
        }
        geometry.check().map_err(Error::Volume)?;
        // One memory layout for all, so that loops may walk over slices.
        let voxels = if voxels.is_standard_layout() {
            voxels
        } else {
            voxels.as_standard_layout().into_owned()
        };
        Ok(Self {
            voxels,
            geometry,
            storage: Storage::Double,
        })
    }

    /// Values of shape (z, y, x), x varying fastest in memory.
    pub fn voxels(&self) -> ArrayView3<'_, f64> {
        self.voxels.view()
    }

    /// The image with another value in each voxel.
    pub(crate) fn map(mut self, value: impl Fn(f64) -> f64) -> Self {
        self.voxels.mapv_inplace(value);
        self
    }

    /// The same values as one slice.
    pub(crate) fn values(&self) -> &[f64] {
        self.voxels
            .as_slice()
            .expect("the constructor made the layout standard")
    }

    /// The same values, which are (and must be) stored as such numbers;
    /// [`Volume::new`] takes them for double precision.
    #[must_use]
    pub fn stored_as(self, storage: Storage) -> Self {
        Self { storage, ..self }
    }

    /// The numbers that the values are stored as.
    pub fn storage(&self) -> Storage {
        self.storage
    }

    /// Where the voxels lie.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// Index (x, y, z) of a position in [`Self::values`].
    pub(crate) fn index_of(&self, position: usize) -> [usize; 3] {
        let [nx, ny, _] = self.geometry.size;
        [position % nx, position / nx % ny, position / nx / ny]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn position_follows_origin_spacing_and_direction() {
        let mut geometry = Geometry::aligned([4, 4, 4], [0.5, 2.0, 3.0]);
        geometry.origin_mm = [10.0, 20.0, 30.0];
        geometry.direction[1][1] = -1.0;
        assert_eq!(geometry.position_mm([2.0, 1.0, 1.0]), [11.0, 18.0, 33.0]);
        assert_eq!(geometry.voxel_volume_mm3(), 3.0);
    }

    #[test]
    fn bad_grids_are_refused() {
        let voxels = || Array3::zeros((2, 3, 4));
        let good = Geometry::aligned([4, 3, 2], [1.0; 3]);
        assert!(Volume::new(voxels(), good.clone()).is_ok());
        let refused = |change: &dyn Fn(&mut Geometry)| {
            let mut bad = good.clone();
            change(&mut bad);
            Volume::new(voxels(), bad).is_err()
        };
        assert!(refused(&|g| g.size = [2, 3, 4]));
        assert!(refused(&|g| g.spacing_mm[1] = 0.0));
        assert!(refused(&|g| g.spacing_mm[1] = f64::NAN));
        assert!(refused(&|g| g.spacing_mm[1] = f64::INFINITY));
        assert!(refused(&|g| g.origin_mm[2] = f64::NAN));
        assert!(refused(&|g| g.direction[0][1] = 0.2));
        assert!(refused(&|g| g.direction[0][0] = f64::NAN));
        let empty = Geometry::aligned([0, 3, 2], [1.0; 3]);
        assert!(Volume::new(Array3::zeros((2, 3, 0)), empty).is_err());
    }
}
