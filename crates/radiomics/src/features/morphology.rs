//! Size and form of a region, and how its intensities lie in it (IBSI's
//! morphological features).
//!
//! Source: IBSI reference manual, section 3.1. Surface, boxes, hull and axes
//! are those of the morphological mask, intensities those of the intensity
//! mask. The covariance of the voxel centres is divided by N - 1: the published
//! axes of the digital phantom are met to all their digits that way only. Where
//! voxels touch at an edge or a corner only, the surface is that of
//! [`Mesh::of`], PyRadiomics'.

use std::f64::consts::PI;

use crate::diameters::{farthest, outermost};
use crate::features::{Definition, ibsi as row};
use crate::hull::Hull;
use crate::mesh::Mesh;
use crate::moments::Moments;
use crate::{Error, Roi, Volume};
use crate::{autocorrelation, ellipsoid, enclosing_ellipsoid, oriented_box, principal_axes};

/// What the features are made of; lengths in mm.
#[derive(Debug, Clone)]
pub struct Morphology {
    volume_mm3: f64,
    voxel_volume_mm3: f64,
    area_mm2: f64,
    centre_shift_mm: f64,
    diameter_mm: f64,
    /// Lengths 4 sqrt(eigenvalue): least, minor, major.
    axes_mm: [f64; 3],
    box_mm: [f64; 3],
    oriented_box_mm: [f64; 3],
    enclosing_semi_axes_mm: [f64; 3],
    hull_volume_mm3: f64,
    hull_area_mm2: f64,
    mean_intensity: f64,
    moran: f64,
    geary: f64,
}

/// The features of a region, in the order of [`FEATURES`].
///
/// Both masks lie on the image's grid; intensities outside of the intensity
/// mask don't matter. One voxel has no principal axes, a flat region no
/// approximate enclosing ellipsoid, equal intensities no autocorrelation, and
/// intensities that add up to 0 no centre: these are NaN.
///
/// # Errors
/// Those of [`Roi::intensities`].
pub fn ibsi(morphological: &Roi, intensity: &Roi, image: &Volume) -> Result<Vec<f64>, Error> {
    let measures = Morphology::of(morphological, intensity, image)?;
    Ok(FEATURES.iter().map(|d| (d.value)(&measures)).collect())
}

impl Morphology {
    fn of(roi: &Roi, intensity: &Roi, image: &Volume) -> Result<Self, Error> {
        let intensities = intensity.intensities(image)?;
        let [moran, geary] = autocorrelation::moran_geary(intensity, &intensities);
        let spacing = roi.spacing_mm();
        let moments = Moments::of(roi);
        let mesh = Mesh::of(roi);
        let corners = outermost(&mesh.vertices);
        let hull = Hull::of(&corners);
        let of_hull = |measure: fn(&Hull, [f64; 3]) -> f64| {
            hull.as_ref()
                .map_or(f64::NAN, |hull| measure(hull, spacing))
        };
        let around_hull = |measure: fn(&Hull, [f64; 3]) -> [f64; 3]| {
            hull.as_ref()
                .map_or([f64::NAN; 3], |hull| measure(hull, spacing))
        };
        let centre = moments.centre();
        let centre = std::array::from_fn(|axis| centre[axis] + roi.lower()[axis] as f64);
        Ok(Self {
            volume_mm3: mesh.volume_mm3,
            voxel_volume_mm3: roi.count() as f64 * spacing.iter().product::<f64>(),
            area_mm2: mesh.area_mm2,
            centre_shift_mm: centre_shift_mm(centre, intensity, &intensities),
            diameter_mm: farthest(&corners, spacing),
            axes_mm: principal_axes::lengths_mm(roi, &moments, 1),
            // The mesh reaches half a voxel out on each side.
            box_mm: std::array::from_fn(|axis| roi.size()[axis] as f64 * spacing[axis]),
            oriented_box_mm: around_hull(oriented_box::smallest_box_mm),
            enclosing_semi_axes_mm: around_hull(enclosing_ellipsoid::semi_axes_mm),
            hull_volume_mm3: of_hull(Hull::volume_mm3),
            hull_area_mm2: of_hull(Hull::area_mm2),
            mean_intensity: intensities.iter().sum::<f64>() / intensities.len() as f64,
            moran,
            geary,
        })
    }

    /// Area of a sphere of the region's volume.
    fn sphere_area_mm2(&self) -> f64 {
        (36.0 * PI * self.volume_mm3 * self.volume_mm3).cbrt()
    }

    /// Semi-axes of the approximate enclosing ellipsoid; NaN for flat regions.
    fn semi_axes_mm(&self) -> [f64; 3] {
        if self.axes_mm[0] > 0.0 {
            self.axes_mm.map(|axis| axis / 2.0)
        } else {
            [f64::NAN; 3]
        }
    }
}

/// Distance in mm from an index in the volume to the mean index weighted by
/// intensity; NaN if the intensities add up to 0.
fn centre_shift_mm(from: [f64; 3], intensity: &Roi, intensities: &[f64]) -> f64 {
    let mut shift = [0.0; 3];
    for (index, value) in intensity.indices().zip(intensities) {
        for axis in 0..3 {
            let place = (intensity.lower()[axis] + index[axis]) as f64;
            shift[axis] += value * (place - from[axis]);
        }
    }
    let total = intensities.iter().sum::<f64>();
    if total == 0.0 {
        return f64::NAN;
    }
    let spacing = intensity.spacing_mm();
    let mm: [f64; 3] = std::array::from_fn(|axis| shift[axis] / total * spacing[axis]);
    (mm[0] * mm[0] + mm[1] * mm[1] + mm[2] * mm[2]).sqrt()
}

fn box_volume([a, b, c]: [f64; 3]) -> f64 {
    a * b * c
}

fn box_area([a, b, c]: [f64; 3]) -> f64 {
    2.0 * (a * b + b * c + c * a)
}

/// Why a feature of this family can be undefined.
pub const UNDEFINED: &str = "the region has one voxel only, lies in a plane, or has one intensity \
     only (or intensities that add up to 0), or a quantity is too large for a number of double \
     precision";

/// The features, in IBSI's order.
pub const FEATURES: [Definition<Morphology>; 29] = [
    row(
        "morph_volume",
        "RNU0",
        "mm^3",
        "sum of signed tetrahedra a.(b x c) / 6",
        |m| m.volume_mm3,
    ),
    row(
        "morph_vol_approx",
        "YEKZ",
        "mm^3",
        "number of voxels times voxel volume",
        |m| m.voxel_volume_mm3,
    ),
    row(
        "morph_area_mesh",
        "C0JK",
        "mm^2",
        "sum of triangle areas |ab x ac| / 2",
        |m| m.area_mm2,
    ),
    row("morph_av", "2PR5", "1/mm", "A / V", |m| {
        m.area_mm2 / m.volume_mm3
    }),
    row("morph_comp_1", "SKGS", "1", "V / sqrt(pi A^3)", |m| {
        m.volume_mm3 / (PI * m.area_mm2).sqrt() / m.area_mm2
    }),
    row("morph_comp_2", "BQWJ", "1", "36 pi V^2 / A^3", |m| {
        (m.sphere_area_mm2() / m.area_mm2).powi(3)
    }),
    row(
        "morph_sph_dispr",
        "KRCK",
        "1",
        "A / (36 pi V^2)^(1/3)",
        |m| m.area_mm2 / m.sphere_area_mm2(),
    ),
    row(
        "morph_sphericity",
        "QCFX",
        "1",
        "(36 pi V^2)^(1/3) / A",
        |m| m.sphere_area_mm2() / m.area_mm2,
    ),
    row(
        "morph_asphericity",
        "25C7",
        "1",
        "A / (36 pi V^2)^(1/3) - 1",
        |m| m.area_mm2 / m.sphere_area_mm2() - 1.0,
    ),
    row(
        "morph_com",
        "KLMA",
        "mm",
        "distance between the centres of the morphological mask and of the intensities",
        |m| m.centre_shift_mm,
    ),
    row(
        "morph_diam",
        "L0JK",
        "mm",
        "largest distance between mesh vertices",
        |m| m.diameter_mm,
    ),
    row(
        "morph_pca_maj_axis",
        "TDIC",
        "mm",
        "4 sqrt(eigenvalue major), covariance over N - 1",
        |m| m.axes_mm[2],
    ),
    row(
        "morph_pca_min_axis",
        "P9VJ",
        "mm",
        "4 sqrt(eigenvalue minor), covariance over N - 1",
        |m| m.axes_mm[1],
    ),
    row(
        "morph_pca_least_axis",
        "7J51",
        "mm",
        "4 sqrt(eigenvalue least), covariance over N - 1",
        |m| m.axes_mm[0],
    ),
    row(
        "morph_pca_elongation",
        "Q3CK",
        "1",
        "sqrt(eigenvalue minor / eigenvalue major)",
        |m| m.axes_mm[1] / m.axes_mm[2],
    ),
    row(
        "morph_pca_flatness",
        "N17B",
        "1",
        "sqrt(eigenvalue least / eigenvalue major)",
        |m| m.axes_mm[0] / m.axes_mm[2],
    ),
    row(
        "morph_vol_dens_aabb",
        "PBX1",
        "1",
        "V / volume of the axis-aligned box",
        |m| m.volume_mm3 / box_volume(m.box_mm),
    ),
    row(
        "morph_area_dens_aabb",
        "R59B",
        "1",
        "A / area of the axis-aligned box",
        |m| m.area_mm2 / box_area(m.box_mm),
    ),
    row(
        "morph_vol_dens_ombb",
        "ZH1A",
        "1",
        "V / volume of the smallest oriented box",
        |m| m.volume_mm3 / box_volume(m.oriented_box_mm),
    ),
    row(
        "morph_area_dens_ombb",
        "IQYR",
        "1",
        "A / area of the smallest oriented box",
        |m| m.area_mm2 / box_area(m.oriented_box_mm),
    ),
    row(
        "morph_vol_dens_aee",
        "6BDE",
        "1",
        "V / volume of the ellipsoid with the principal axes",
        |m| m.volume_mm3 / ellipsoid::volume_mm3(m.semi_axes_mm()),
    ),
    row(
        "morph_area_dens_aee",
        "RDD2",
        "1",
        "A / area of the ellipsoid with the principal axes",
        |m| m.area_mm2 / ellipsoid::area_mm2(m.semi_axes_mm()),
    ),
    row(
        "morph_vol_dens_mvee",
        "SWZ1",
        "1",
        "V / volume of the smallest enclosing ellipsoid",
        |m| m.volume_mm3 / ellipsoid::volume_mm3(m.enclosing_semi_axes_mm),
    ),
    row(
        "morph_area_dens_mvee",
        "BRI8",
        "1",
        "A / area of the smallest enclosing ellipsoid",
        |m| m.area_mm2 / ellipsoid::area_mm2(m.enclosing_semi_axes_mm),
    ),
    row(
        "morph_vol_dens_conv_hull",
        "R3ER",
        "1",
        "V / volume of the convex hull",
        |m| m.volume_mm3 / m.hull_volume_mm3,
    ),
    row(
        "morph_area_dens_conv_hull",
        "7T7F",
        "1",
        "A / area of the convex hull",
        |m| m.area_mm2 / m.hull_area_mm2,
    ),
    row(
        "morph_integ_int",
        "99N0",
        "I mm^3",
        "V times the mean intensity",
        |m| m.volume_mm3 * m.mean_intensity,
    ),
    row(
        "morph_moran_i",
        "N365",
        "1",
        "N / sum w * sum w (x_i - mean)(x_j - mean) / sum (x_i - mean)^2, w = 1 / distance",
        |m| m.moran,
    ),
    row(
        "morph_geary_c",
        "NPT7",
        "1",
        "(N - 1) / (2 sum w) * sum w (x_i - x_j)^2 / sum (x_i - mean)^2, w = 1 / distance",
        |m| m.geary,
    ),
];

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::Geometry;

    const SIZE: [usize; 3] = [8, 8, 8];

    fn volume(spacing: [f64; 3], value: impl Fn([usize; 3]) -> f64) -> Volume {
        let voxels = Array3::from_shape_fn((8, 8, 8), |(z, y, x)| value([x, y, z]));
        Volume::new(voxels, Geometry::aligned(SIZE, spacing)).unwrap()
    }

    fn features(
        spacing: [f64; 3],
        inside: impl Fn([usize; 3]) -> bool,
        value: impl Fn([usize; 3]) -> f64,
    ) -> impl Fn(&str) -> f64 {
        let roi = Roi::select(&volume(spacing, |i| f64::from(u8::from(inside(i)))), 1).unwrap();
        let values = ibsi(&roi, &roi, &volume(spacing, value)).unwrap();
        move |tag| {
            let at = FEATURES.iter().position(|d| d.tag == Some(tag));
            values[at.unwrap()]
        }
    }

    /// Distinct intensities, none of them 0.
    fn ramp([x, y, z]: [usize; 3]) -> f64 {
        (1 + x + 10 * y + 100 * z) as f64
    }

    fn undefined(feature: &impl Fn(&str) -> f64) -> Vec<&'static str> {
        let tags = FEATURES.iter().filter_map(|d| d.tag);
        tags.filter(|tag| !feature(tag).is_finite()).collect()
    }

    #[test]
    fn one_voxel_is_an_octahedron() {
        let feature = features([1.0, 2.0, 3.0], |i| i == [2, 3, 4], ramp);
        assert_eq!(
            undefined(&feature),
            [
                "morph_pca_maj_axis",
                "morph_pca_min_axis",
                "morph_pca_least_axis",
                "morph_pca_elongation",
                "morph_pca_flatness",
                "morph_vol_dens_aee",
                "morph_area_dens_aee",
                "morph_moran_i",
                "morph_geary_c"
            ]
        );
        assert!((feature("morph_volume") - 1.0).abs() < 1e-15);
        assert!((feature("morph_vol_dens_aabb") - 1.0 / 6.0).abs() < 1e-15);
        assert!((feature("morph_vol_dens_conv_hull") - 1.0).abs() < 1e-15);
        // An octahedron fills 1 / pi of its ellipsoid.
        assert!((feature("morph_vol_dens_mvee") - 1.0 / PI).abs() < 1e-9);
        assert_eq!(feature("morph_com"), 0.0);
        assert_eq!(feature("morph_diam"), 3.0);
    }

    #[test]
    fn flat_and_thin_regions_lack_an_ellipsoid_only() {
        let aee = ["morph_vol_dens_aee", "morph_area_dens_aee"];
        for spacing in [[1.0; 3], [1e-3, 1.0, 1e3], [1e3; 3]] {
            let slice = features(spacing, |[_, _, z]| z == 3, ramp);
            assert_eq!(undefined(&slice), aee);
            assert_eq!(slice("morph_pca_flatness"), 0.0);
            let oblique = features(spacing, |[x, y, _]| x == y, ramp);
            assert_eq!(undefined(&oblique), aee);
            let line = features(spacing, |[x, y, z]| x == y && y == z, ramp);
            assert_eq!(undefined(&line), aee);
            let parts = features(spacing, |[x, y, z]| (x + y + z) % 21 == 0, ramp);
            assert_eq!(undefined(&parts), aee);
            let whole = features(spacing, |_| true, ramp);
            assert!(undefined(&whole).is_empty());
        }
    }

    #[test]
    fn intensities_may_be_equal_or_add_up_to_nothing() {
        let flat = features([1.0; 3], |_| true, |_| 7.0);
        assert_eq!(undefined(&flat), ["morph_moran_i", "morph_geary_c"]);
        assert!(flat("morph_com").abs() < 1e-12);
        let opposite = features([1.0; 3], |_| true, |[x, ..]| if x < 4 { -1.0 } else { 1.0 });
        assert_eq!(undefined(&opposite), ["morph_com"]);
    }

    #[test]
    fn masks_may_differ_and_the_rest_be_nan() {
        let mask = |inside: &dyn Fn([usize; 3]) -> bool| {
            let mask = volume([1.0, 1.0, 2.0], |i| f64::from(u8::from(inside(i))));
            Roi::select(&mask, 1).unwrap()
        };
        let morphological = mask(&|[x, y, z]| x < 4 && y < 4 && z < 4);
        let intensity = mask(&|[x, y, z]| x == 3 && y == 1 && (1..3).contains(&z));
        let image = volume([1.0, 1.0, 2.0], |[x, _, z]| match (x, z) {
            (3, 1) => 1.0,
            (3, 2) => 3.0,
            _ => f64::NAN,
        });
        let values = ibsi(&morphological, &intensity, &image).unwrap();
        // From (1.5, 1.5, 1.5) to (3, 1, 1.75).
        assert!((values[9] - (1.5f64 * 1.5 + 0.25 + 0.25).sqrt()).abs() < 1e-15);
        assert_eq!(values[26], values[0] * 2.0);
        assert!(ibsi(&morphological, &morphological, &image).is_err());
    }
}
