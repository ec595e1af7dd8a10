//! Size and form of a region, from its mesh and its voxel centres.
//!
//! Source: IBSI reference manual, section 3.1, as PyRadiomics computes it:
//! the covariance of the voxel centres is divided by N (IBSI's reference
//! values fit N - 1), and the maximum diameters are between mesh vertices.

use std::f64::consts::PI;

use crate::Roi;
use crate::diameters::{Diameters, diameters};
use crate::features::{Definition, deprecated, pyradiomics};
use crate::mesh::Mesh;
use crate::moments::Moments;
use crate::principal_axes;

/// What the shape features are made of.
#[derive(Debug, Clone)]
pub struct Shape {
    volume_mm3: f64,
    area_mm2: f64,
    voxel_volume_mm3: f64,
    diameters: Diameters,
    /// Lengths 4 sqrt(eigenvalue) in mm: least, minor, major.
    axes_mm: [f64; 3],
}

impl Shape {
    /// Measures a region.
    ///
    /// A flat region has a least axis of length 0, however it lies. Axis
    /// lengths are NaN if the spacing is so large that squares overflow.
    pub fn of(roi: &Roi) -> Self {
        let mesh = Mesh::of(roi);
        let spacing = roi.spacing_mm();
        Self {
            volume_mm3: mesh.volume_mm3,
            area_mm2: mesh.area_mm2,
            voxel_volume_mm3: roi.count() as f64 * spacing.iter().product::<f64>(),
            diameters: diameters(&mesh.vertices, spacing),
            axes_mm: principal_axes::lengths_mm(roi, &Moments::of(roi), 0),
        }
    }

    /// Area of a sphere of the region's volume.
    fn sphere_area_mm2(&self) -> f64 {
        (36.0 * PI * self.volume_mm3 * self.volume_mm3).cbrt()
    }
}

/// Why a feature of this family can be undefined.
pub const UNDEFINED: &str = "the region has one voxel only, or its spacing is too large or too \
     small for numbers of double precision";

/// The shape features, in output order.
pub const FEATURES: [Definition<Shape>; 17] = [
    deprecated("Compactness1", "SKGS", "1", "V / sqrt(pi A^3)", |s| {
        s.volume_mm3 / (PI * s.area_mm2).sqrt() / s.area_mm2
    }),
    deprecated("Compactness2", "BQWJ", "1", "36 pi V^2 / A^3", |s| {
        (s.sphere_area_mm2() / s.area_mm2).powi(3)
    }),
    pyradiomics(
        "Elongation",
        "Q3CK",
        "1",
        "sqrt(eigenvalue minor / eigenvalue major)",
        |s| s.axes_mm[1] / s.axes_mm[2],
    ),
    pyradiomics(
        "Flatness",
        "N17B",
        "1",
        "sqrt(eigenvalue least / eigenvalue major)",
        |s| s.axes_mm[0] / s.axes_mm[2],
    ),
    pyradiomics(
        "LeastAxisLength",
        "7J51",
        "mm",
        "4 sqrt(eigenvalue least)",
        |s| s.axes_mm[0],
    ),
    pyradiomics(
        "MajorAxisLength",
        "TDIC",
        "mm",
        "4 sqrt(eigenvalue major)",
        |s| s.axes_mm[2],
    ),
    pyradiomics(
        "Maximum2DDiameterColumn",
        "",
        "mm",
        "largest distance between mesh vertices of the same y",
        |s| s.diameters.plane_mm[1],
    ),
    pyradiomics(
        "Maximum2DDiameterRow",
        "",
        "mm",
        "largest distance between mesh vertices of the same x",
        |s| s.diameters.plane_mm[0],
    ),
    pyradiomics(
        "Maximum2DDiameterSlice",
        "",
        "mm",
        "largest distance between mesh vertices of the same z",
        |s| s.diameters.plane_mm[2],
    ),
    pyradiomics(
        "Maximum3DDiameter",
        "L0JK",
        "mm",
        "largest distance between mesh vertices",
        |s| s.diameters.space_mm,
    ),
    pyradiomics(
        "MeshVolume",
        "RNU0",
        "mm^3",
        "sum of signed tetrahedra a.(b x c) / 6",
        |s| s.volume_mm3,
    ),
    pyradiomics(
        "MinorAxisLength",
        "P9VJ",
        "mm",
        "4 sqrt(eigenvalue minor)",
        |s| s.axes_mm[1],
    ),
    deprecated(
        "SphericalDisproportion",
        "KRCK",
        "1",
        "A / (36 pi V^2)^(1/3)",
        |s| s.area_mm2 / s.sphere_area_mm2(),
    ),
    pyradiomics("Sphericity", "QCFX", "1", "(36 pi V^2)^(1/3) / A", |s| {
        s.sphere_area_mm2() / s.area_mm2
    }),
    pyradiomics(
        "SurfaceArea",
        "C0JK",
        "mm^2",
        "sum of triangle areas |ab x ac| / 2",
        |s| s.area_mm2,
    ),
    pyradiomics("SurfaceVolumeRatio", "2PR5", "1/mm", "A / V", |s| {
        s.area_mm2 / s.volume_mm3
    }),
    pyradiomics(
        "VoxelVolume",
        "YEKZ",
        "mm^3",
        "number of voxels times voxel volume",
        |s| s.voxel_volume_mm3,
    ),
];
