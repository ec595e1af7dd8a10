//! Small regions, and what either dialect makes of them.

use ndarray::Array3;
use radiomics::{Error, Extraction, Geometry, Volume, ibsi, pyradiomics};

/// The example of Haralick, Shanmugam, Dinstein 1973 (IEEE Trans Syst Man
/// Cybern 3:610), levels counted from 1.
pub const SLICE: [[u32; 4]; 4] = [[1, 1, 2, 2], [1, 1, 2, 2], [1, 3, 3, 3], [3, 3, 4, 4]];

/// An image with zones off the border.
pub const NESTED: [[u32; 4]; 4] = [[1, 1, 1, 2], [1, 3, 3, 2], [1, 3, 4, 2], [2, 2, 2, 2]];

/// Image and mask, voxels of 1 mm.
pub struct Region {
    pub image: Volume,
    pub mask: Volume,
}

impl Region {
    fn new(size: [usize; 3], at: impl Fn([usize; 3]) -> (f64, bool)) -> Self {
        let [nx, ny, nz] = size;
        let volume = |value: &dyn Fn([usize; 3]) -> f64| {
            let voxels = Array3::from_shape_fn((nz, ny, nx), |(z, y, x)| value([x, y, z]));
            Volume::new(voxels, Geometry::aligned(size, [1.0; 3])).unwrap()
        };
        Self {
            image: volume(&|index| at(index).0),
            mask: volume(&|index| f64::from(u8::from(at(index).1))),
        }
    }

    pub fn empty() -> Self {
        Self::new([3; 3], |_| (5.0, false))
    }

    pub fn one_voxel() -> Self {
        Self::new([3; 3], |index| (5.0, index == [1; 3]))
    }

    pub fn flat() -> Self {
        Self::new([3; 3], |_| (5.0, true))
    }

    pub fn slice(levels: &[[u32; 4]; 4]) -> Self {
        Self::new([4, 4, 1], |[x, y, _]| (f64::from(levels[y][x]), true))
    }

    /// A family by IBSI, one intensity a grey level.
    pub fn ibsi(&self, family: &str, dimensions: &str) -> Result<Extraction, Error> {
        let text = format!("families = ['{family}']\ndimensions = {dimensions}\nbin_width = 1");
        ibsi::extract(&self.image, &self.mask, &ibsi::Settings::from_toml(&text)?)
    }

    /// A class by PyRadiomics, one intensity a grey level; `None` for a class
    /// that this build doesn't extract.
    pub fn pyradiomics(&self, class: &str) -> Option<Result<Extraction, Error>> {
        let planar = if class == "shape2D" {
            "\nforce_2d = true"
        } else {
            ""
        };
        let text = format!("classes = ['{class}']\nbin_width = 1{planar}");
        let settings = pyradiomics::Settings::from_toml(&text).ok()?;
        Some(pyradiomics::extract(&self.image, &self.mask, &settings))
    }
}
