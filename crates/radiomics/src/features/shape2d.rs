//! Size and form of a region of one slice (PyRadiomics' shape2D).
//!
//! Source: PyRadiomics' documentation. Outline and area are those of marching
//! squares, the covariance of the pixel centres is divided by N, and the
//! maximum diameter is between corners of the outline.

use std::f64::consts::PI;

use crate::contour2d::Contour;
use crate::diameters::{farthest, outermost};
use crate::features::{Definition, deprecated, pyradiomics};
use crate::moments::Moments;
use crate::{Error, Roi, principal_axes};

/// What the features are made of.
#[derive(Debug, Clone)]
pub struct Shape2d {
    area_mm2: f64,
    perimeter_mm: f64,
    pixel_area_mm2: f64,
    diameter_mm: f64,
    /// Lengths 4 sqrt(eigenvalue) in mm: minor, major.
    axes_mm: [f64; 2],
}

impl Shape2d {
    /// Measures a region of one voxel along the axis `normal` (0 for x, 1 for
    /// y, 2 for z).
    ///
    /// Pixels in a row have a minor axis of length 0. Pixels that touch at a
    /// corner have outlines of their own.
    ///
    /// # Errors
    /// [`Error::NotOneSlice`] when the region is thicker along that axis, as
    /// PyRadiomics refuses it; [`Error::Settings`] when there is no such axis.
    pub fn of(roi: &Roi, normal: usize) -> Result<Self, Error> {
        let (u, v) = match normal {
            0 => (1, 2),
            1 => (0, 2),
            2 => (0, 1),
            _ => {
                return Err(Error::Settings(format!(
                    "the axis across the slice is {normal}; it must be 0, 1 or 2"
                )));
            }
        };
        let slices = roi.size()[normal];
        if slices != 1 {
            return Err(Error::NotOneSlice { normal, slices });
        }
        let spacing = [roi.spacing_mm()[u], roi.spacing_mm()[v]];
        let contour = Contour::of(roi.inside(), roi.size()[u], spacing);
        let [_, minor, major] = principal_axes::lengths_mm(roi, &Moments::of(roi), 0);
        Ok(Self {
            area_mm2: contour.area_mm2,
            perimeter_mm: contour.perimeter_mm,
            pixel_area_mm2: roi.count() as f64 * spacing[0] * spacing[1],
            diameter_mm: farthest(&outermost(&contour.corners), [spacing[0], spacing[1], 0.0]),
            axes_mm: [minor, major],
        })
    }

    /// Circumference of a circle of the region's area.
    fn circle_mm(&self) -> f64 {
        2.0 * (PI * self.area_mm2).sqrt()
    }
}

/// Why a feature of this family can be undefined.
pub const UNDEFINED: &str = "the region has one pixel only, or its spacing is too large or too \
     small for numbers of double precision";

/// The features, in output order.
pub const FEATURES: [Definition<Shape2d>; 10] = [
    pyradiomics(
        "Elongation",
        "",
        "1",
        "sqrt(eigenvalue minor / eigenvalue major)",
        |s| s.axes_mm[0] / s.axes_mm[1],
    ),
    pyradiomics(
        "MajorAxisLength",
        "",
        "mm",
        "4 sqrt(eigenvalue major)",
        |s| s.axes_mm[1],
    ),
    pyradiomics(
        "MaximumDiameter",
        "",
        "mm",
        "largest distance between corners of the outline",
        |s| s.diameter_mm,
    ),
    pyradiomics(
        "MeshSurface",
        "",
        "mm^2",
        "sum of signed triangles a x b / 2",
        |s| s.area_mm2,
    ),
    pyradiomics(
        "MinorAxisLength",
        "",
        "mm",
        "4 sqrt(eigenvalue minor)",
        |s| s.axes_mm[0],
    ),
    pyradiomics("Perimeter", "", "mm", "length of the outline", |s| {
        s.perimeter_mm
    }),
    pyradiomics("PerimeterSurfaceRatio", "", "1/mm", "P / A", |s| {
        s.perimeter_mm / s.area_mm2
    }),
    pyradiomics(
        "PixelSurface",
        "",
        "mm^2",
        "number of pixels times pixel area",
        |s| s.pixel_area_mm2,
    ),
    deprecated(
        "SphericalDisproportion",
        "",
        "1",
        "P / (2 sqrt(pi A))",
        |s| s.perimeter_mm / s.circle_mm(),
    ),
    pyradiomics("Sphericity", "", "1", "2 sqrt(pi A) / P", |s| {
        s.circle_mm() / s.perimeter_mm
    }),
];

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::{Geometry, Volume};

    fn region(inside: impl Fn([usize; 3]) -> bool) -> Roi {
        let voxels = Array3::from_shape_fn((6, 6, 6), |(z, y, x)| {
            f64::from(u8::from(inside([x, y, z])))
        });
        let mask = Volume::new(voxels, Geometry::aligned([6; 3], [1.0, 2.0, 3.0])).unwrap();
        Roi::select(&mask, 1).unwrap()
    }

    fn value(shape: &Shape2d, name: &str) -> f64 {
        let row = FEATURES.iter().find(|d| d.pyradiomics == Some(name));
        (row.unwrap().value)(shape)
    }

    #[test]
    fn rectangle_in_each_plane() {
        for normal in 0..3 {
            let (u, v) = ((normal + 1) % 3, (normal + 2) % 3);
            let roi = region(|i| i[normal] == 2 && i[u] < 4 && i[v] < 3);
            let shape = Shape2d::of(&roi, normal).unwrap();
            let (du, dv) = ((u + 1) as f64, (v + 1) as f64);
            assert_eq!(value(&shape, "PixelSurface"), 12.0 * du * dv);
            assert_eq!(value(&shape, "MeshSurface"), 11.5 * du * dv);
            let perimeter = 6.0 * du + 4.0 * dv + 2.0 * du.hypot(dv);
            assert!((value(&shape, "Perimeter") - perimeter).abs() < 1e-13);
            // From side to side, or from end to end.
            let diameter = (4.0 * du).hypot(2.0 * dv).max((3.0 * du).hypot(3.0 * dv));
            assert!((value(&shape, "MaximumDiameter") - diameter).abs() < 1e-13);
            let mut axes = [du * 1.25f64.sqrt(), dv * (2.0f64 / 3.0).sqrt()].map(|a| 4.0 * a);
            axes.sort_by(f64::total_cmp);
            assert!((value(&shape, "MinorAxisLength") - axes[0]).abs() < 1e-13);
            assert!((value(&shape, "MajorAxisLength") - axes[1]).abs() < 1e-13);
            let both = value(&shape, "Sphericity") * value(&shape, "SphericalDisproportion");
            assert!((both - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn thick_regions_are_refused() {
        let slab = region(|i| i[2] < 2 && i[0] == 0);
        let message = Shape2d::of(&slab, 2).unwrap_err().to_string();
        assert!(message.contains("2 voxels thick along z"), "{message}");
        assert!(Shape2d::of(&slab, 0).is_ok());
        assert!(Shape2d::of(&slab, 3).is_err());
    }

    #[test]
    fn one_pixel_has_no_elongation_and_a_line_none_left() {
        let one = Shape2d::of(&region(|i| i == [1, 1, 1]), 2).unwrap();
        assert!(value(&one, "Elongation").is_nan());
        assert_eq!(value(&one, "MaximumDiameter"), 2.0);
        let line = Shape2d::of(&region(|i| i[0] == i[1] && i[2] == 0), 2).unwrap();
        assert_eq!(value(&line, "Elongation"), 0.0);
        assert_eq!(value(&line, "MeshSurface"), 6.0);
    }
}
