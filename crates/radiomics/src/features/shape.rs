//! Size and form of a region, from its mesh and its voxel centres.
//!
//! Source: IBSI reference manual, section 3.1, as PyRadiomics computes it:
//! the covariance of the voxel centres is divided by N (IBSI's reference
//! values fit N - 1), and the maximum diameters are between mesh vertices.

use crate::Roi;
use crate::diameters::{Diameters, diameters};
use crate::eigen::symmetric_eigenvalues;
use crate::features::{Definition, define};
use crate::mesh::Mesh;

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
    /// A region that is flat along an axis has a least axis of length 0. Axis
    /// lengths are NaN if the spacing is so large that squares overflow.
    pub fn of(roi: &Roi) -> Self {
        let mesh = Mesh::of(roi);
        let spacing = roi.spacing_mm();
        Self {
            volume_mm3: mesh.volume_mm3,
            area_mm2: mesh.area_mm2,
            voxel_volume_mm3: roi.count() as f64 * spacing.iter().product::<f64>(),
            diameters: diameters(&mesh.vertices, spacing),
            axes_mm: axis_lengths_mm(roi),
        }
    }
}

/// 4 sqrt of the eigenvalues of the covariance (over N) of the voxel centres.
fn axis_lengths_mm(roi: &Roi) -> [f64; 3] {
    // Sums of whole numbers are exact, whatever the order.
    let mut sum = [0u128; 3];
    let mut products = [[0u128; 3]; 3];
    for index in roi.indices() {
        for a in 0..3 {
            sum[a] += index[a] as u128;
            for b in 0..=a {
                products[a][b] += (index[a] * index[b]) as u128;
            }
        }
    }
    let n = roi.count() as u128;
    let spacing = roi.spacing_mm();
    let mut covariance = [0.0; 9];
    for a in 0..3 {
        for b in 0..=a {
            // n sum(xy) - sum(x) sum(y), without cancellation.
            let centred = (n * products[a][b]).cast_signed() - (sum[a] * sum[b]).cast_signed();
            let value = centred as f64 / (n * n) as f64 * spacing[a] * spacing[b];
            covariance[a * 3 + b] = value;
            covariance[b * 3 + a] = value;
        }
    }
    match symmetric_eigenvalues(&covariance, 3) {
        // A flat region's eigenvalue 0 may come out just below.
        Some(values) => std::array::from_fn(|i| 4.0 * values[i].max(0.0).sqrt()),
        None => [f64::NAN; 3],
    }
}

/// The shape features, in output order.
pub const FEATURES: [Definition<Shape>; 14] = [
    define(
        "Elongation",
        "Q3CK",
        "1",
        "sqrt(eigenvalue minor / eigenvalue major)",
        |s| s.axes_mm[1] / s.axes_mm[2],
    ),
    define(
        "Flatness",
        "N17B",
        "1",
        "sqrt(eigenvalue least / eigenvalue major)",
        |s| s.axes_mm[0] / s.axes_mm[2],
    ),
    define(
        "LeastAxisLength",
        "7J51",
        "mm",
        "4 sqrt(eigenvalue least)",
        |s| s.axes_mm[0],
    ),
    define(
        "MajorAxisLength",
        "TDIC",
        "mm",
        "4 sqrt(eigenvalue major)",
        |s| s.axes_mm[2],
    ),
    define(
        "Maximum2DDiameterColumn",
        "",
        "mm",
        "largest distance between mesh vertices of the same y",
        |s| s.diameters.plane_mm[1],
    ),
    define(
        "Maximum2DDiameterRow",
        "",
        "mm",
        "largest distance between mesh vertices of the same x",
        |s| s.diameters.plane_mm[0],
    ),
    define(
        "Maximum2DDiameterSlice",
        "",
        "mm",
        "largest distance between mesh vertices of the same z",
        |s| s.diameters.plane_mm[2],
    ),
    define(
        "Maximum3DDiameter",
        "L0JK",
        "mm",
        "largest distance between mesh vertices",
        |s| s.diameters.space_mm,
    ),
    define(
        "MeshVolume",
        "RNU0",
        "mm^3",
        "sum of signed tetrahedra a.(b x c) / 6",
        |s| s.volume_mm3,
    ),
    define(
        "MinorAxisLength",
        "P9VJ",
        "mm",
        "4 sqrt(eigenvalue minor)",
        |s| s.axes_mm[1],
    ),
    define("Sphericity", "QCFX", "1", "(36 pi V^2)^(1/3) / A", |s| {
        (36.0 * std::f64::consts::PI * s.volume_mm3 * s.volume_mm3).cbrt() / s.area_mm2
    }),
    define(
        "SurfaceArea",
        "C0JK",
        "mm^2",
        "sum of triangle areas |ab x ac| / 2",
        |s| s.area_mm2,
    ),
    define("SurfaceVolumeRatio", "2PR5", "1/mm", "A / V", |s| {
        s.area_mm2 / s.volume_mm3
    }),
    define(
        "VoxelVolume",
        "YEKZ",
        "mm^3",
        "number of voxels times voxel volume",
        |s| s.voxel_volume_mm3,
    ),
];
