//! Local binary patterns in space.

use ndarray::Array3;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::harmonics::Harmonics;
use super::icosphere::icosphere;
use super::kurtosis::kurtosis;
use super::sphere::Sphere;
use super::spline::Spline;
use crate::error::number;
use crate::filters::itk::{fitting, in_box};
use crate::{Error, Roi, Storage, Volume};

const MOST_LEVELS: usize = 16;
const MOST_SUBDIVISIONS: u32 = 5;

/// How local binary patterns in space are made; the defaults are PyRadiomics'.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lbp3d {
    /// Degrees of spherical harmonics, from 0 on (`lbp3DLevels`): 1 to 16.
    pub levels: usize,
    /// Distance of the samples in voxels (`lbp3DIcosphereRadius`); positive.
    pub icosphere_radius: f64,
    /// How often an icosahedron's triangles are cut in four
    /// (`lbp3DIcosphereSubdivision`): 0 to 5, for 12, 42, 162, 642, 2562 or
    /// 10242 samples.
    pub icosphere_subdivision: u32,
}

impl Default for Lbp3d {
    fn default() -> Self {
        Self {
            levels: 2,
            icosphere_radius: 1.0,
            icosphere_subdivision: 1,
        }
    }
}

impl Lbp3d {
    fn check(&self) -> Result<(), Error> {
        let radius = self.icosphere_radius;
        let problem = if !(1..=MOST_LEVELS).contains(&self.levels) {
            format!("there are {} levels; take 1 to {MOST_LEVELS}", self.levels)
        } else if !(radius.is_finite() && radius > 0.0) {
            format!("the radius is {}; it must be positive", number(radius))
        } else if self.icosphere_subdivision > MOST_SUBDIVISIONS {
            format!(
                "there are {} subdivisions; take 0 to {MOST_SUBDIVISIONS}",
                self.icosphere_subdivision
            )
        } else {
            return Ok(());
        };
        Err(refused(problem))
    }
}

fn refused(problem: String) -> Error {
    Error::Filter {
        filter: "LBP3D",
        problem,
    }
}

/// Local binary patterns in space, as PyRadiomics' LBP3D has them (after
/// Banerjee et al. 2013): `lbp-3D-m1`, `lbp-3D-m2` and so on, one image a level,
/// and `lbp-3D-k`.
///
/// Around each voxel of the region the image is sampled on a sphere (cubic
/// B-spline; 0 beyond the outermost voxels' centres); the sphere's x is added to
/// the index along z, its z to that along x, as PyRadiomics does. Samples have
/// the image's numbers: whole ones are rounded. Those that are not less than the
/// centre make the pattern; image m*l* holds the strength of its part of degree
/// *l* - 1 in spherical harmonics (real part of the root of the sum of squares),
/// image k the samples' kurtosis less 3, which is NaN where they are all equal.
/// The images have the region's bounding box, with 0 outside of the region, in
/// double precision.
///
/// # Errors
/// [`Error::Filter`] for settings out of range, and when a NaN or infinity in
/// the image (anywhere: the spline has no end) spoils the result;
/// [`Error::Grid`] when the region is not in the image.
pub fn lbp_3d(
    image: &Volume,
    around: &Roi,
    settings: &Lbp3d,
) -> Result<Vec<(String, Volume)>, Error> {
    settings.check()?;
    fitting(image, around)?;
    let radius = settings.icosphere_radius;
    let spline = Spline::through(image, around.lower(), around.size(), radius);
    if !spline.is_finite() {
        return Err(refused(
            "the image has voxels that are NaN or infinite, which spoil every voxel; repair it"
                .to_owned(),
        ));
    }
    let points = icosphere(settings.icosphere_subdivision, radius);
    let harmonics = Harmonics::at(&points, radius, settings.levels);
    let sphere = Sphere::new(image, around, &points);
    let ([nx, ny, nz], low) = (around.size(), around.lower());
    let levels = settings.levels + 1;
    let rows = (0..ny * nz).into_par_iter().map(|row| {
        let inside = &around.inside()[row * nx..][..nx];
        let mut out = vec![0.0; levels * nx];
        let Some(first) = inside.iter().position(|&inside| inside) else {
            return out;
        };
        let (y, z) = (row % ny, row / ny);
        let samples = sphere.samples(&spline, [y, z], image.storage());
        let voxels = image.voxels();
        let centre = |x: usize| voxels[[low[2] + z, low[1] + y, low[0] + x]];
        let mut values = vec![0.0; points.len()];
        let mut set = vec![false; points.len()];
        for x in (first..nx).filter(|&x| inside[x]) {
            for (k, value) in values.iter_mut().enumerate() {
                *value = samples[k * nx + x];
                set[k] = *value >= centre(x);
            }
            for (level, strength) in harmonics.strengths(&set).enumerate() {
                out[level * nx + x] = strength;
            }
            out[settings.levels * nx + x] = kurtosis(&values, image.storage());
        }
        out
    });
    let rows: Vec<Vec<f64>> = rows.collect();
    (0..levels)
        .map(|level| {
            let values = rows.iter().flat_map(|row| &row[level * nx..][..nx]);
            let values = Array3::from_shape_vec((nz, ny, nx), values.copied().collect())
                .map_err(|error| Error::Volume(error.to_string()))?;
            let name = match level {
                level if level < settings.levels => format!("lbp-3D-m{}", level + 1),
                _ => "lbp-3D-k".to_owned(),
            };
            Ok((name, in_box(values, image, around, Storage::Double)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Geometry;

    fn volume(value: impl Fn([usize; 3]) -> f64) -> Volume {
        let voxels = Array3::from_shape_fn((4, 5, 6), |(z, y, x)| value([x, y, z]));
        Volume::new(voxels, Geometry::aligned([6, 5, 4], [0.7, 0.9, 2.5])).unwrap()
    }

    fn region() -> Roi {
        let mask = volume(|[x, y, z]| {
            let inside = (2..4).contains(&x) && (1..4).contains(&y) && (1..3).contains(&z);
            f64::from(u8::from(inside && [x, y, z] != [3, 3, 2]))
        });
        Roi::select(&mask, 1).unwrap()
    }

    #[test]
    fn images_are_pyradiomics() {
        let image = volume(|[x, y, z]| {
            (7 * x * x + 3 * y * z + 5 * z + 11 * ((x + 2 * y + 3 * z) % 4)) as f64
        });
        let image = image.stored_as(Storage::Single);
        // imageoperations.getLBP3DImage of the image and its mask, with scipy
        // 1.11 and trimesh 5.2, at (z, y, x) = (1, 1, 2) and (2, 3, 2)
        let expected = [
            ("lbp-3D-m1", 4.641488626717948, 9.282977253435895),
            ("lbp-3D-m2", 5.869139866249769, 10.532048052223452),
            ("lbp-3D-k", -0.8572609424591064, -0.7851507663726807),
        ];
        let images = lbp_3d(&image, &region(), &Lbp3d::default()).unwrap();
        assert_eq!(images.len(), expected.len());
        for ((name, image), (known, first, second)) in images.iter().zip(expected) {
            assert_eq!(name, known);
            assert!((image.voxels()[[0, 0, 0]] - first).abs() < 1e-12);
            assert!((image.voxels()[[1, 2, 0]] - second).abs() < 1e-12);
            // Outside of the region.
            assert_eq!(image.voxels()[[1, 2, 1]], 0.0);
        }
    }

    #[test]
    fn flat_images_have_no_kurtosis_and_nan_is_refused() {
        let flat = volume(|_| 7.0).stored_as(Storage::Whole {
            least: 0.0,
            most: 255.0,
        });
        let images = lbp_3d(&flat, &region(), &Lbp3d::default()).unwrap();
        // All 42 samples are set: 42 / sqrt(4 pi) * sqrt(42 / (4 pi)).
        let all = 42.0 * 42.0_f64.sqrt() / (4.0 * std::f64::consts::PI);
        assert!((images[0].1.voxels()[[0, 0, 0]] - all).abs() < 1e-12);
        assert!(images[2].1.voxels()[[0, 0, 0]].is_nan());
        let holed = volume(|index| if index == [0, 0, 0] { f64::NAN } else { 1.0 });
        let message = lbp_3d(&holed, &region(), &Lbp3d::default());
        assert!(message.unwrap_err().to_string().contains("NaN"));
        let good = Lbp3d::default();
        for bad in [
            Lbp3d {
                levels: 0,
                ..good.clone()
            },
            Lbp3d {
                icosphere_radius: -1.0,
                ..good.clone()
            },
            Lbp3d {
                icosphere_subdivision: 6,
                ..good.clone()
            },
        ] {
            assert!(lbp_3d(&flat, &region(), &bad).is_err());
        }
        // Only the centre lies in the image.
        let far = Lbp3d {
            icosphere_radius: 1e300,
            ..good
        };
        assert!(lbp_3d(&flat, &region(), &far).is_ok());
    }
}
