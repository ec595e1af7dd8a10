//! Contours to the slices of a grid.

use super::fill::Point;
use super::{Contour, StructureRoi};
use crate::Geometry;
use crate::vector::{cross, dot, minus};

/// How far the points of a contour may leave their plane, in slice distances.
const FLAT: f64 = 0.1;
/// How far a contour may lie from the slice that it is put on, in slice
/// distances, and from where on that is worth a warning.
const FARTHEST: f64 = 0.25;
const NOTICED: f64 = 0.01;

/// What became of a contour.
pub(super) enum Place {
    On(OnSlice),
    /// It lies before the first or behind the last slice.
    Outside,
}

/// A contour on a slice.
pub(super) struct OnSlice {
    pub slice: usize,
    pub polygon: Vec<Point>,
    /// Distance from the slice in mm where it is worth a warning, else 0.
    pub offset_mm: f64,
    /// Whether a part of it lies beyond the image's sides.
    pub cut: bool,
}

/// The slices of a grid that the contours of a region lie in.
pub(super) struct Slices<'a> {
    grid: &'a Geometry,
    /// Each row gives the index along an axis of a position relative to the
    /// origin, in mm.
    to_index: [[f64; 3]; 3],
    /// The axis across the slices.
    pub across: usize,
}

impl<'a> Slices<'a> {
    /// The slices that most contours of a region are flat in; those across
    /// the grid's last axis if there are as many of several.
    pub(super) fn of(roi: &StructureRoi, grid: &'a Geometry) -> Self {
        let column = |axis: usize| grid.direction.map(|row| row[axis % 3]);
        let normals = [0, 1, 2].map(|axis| cross(column(axis + 1), column(axis + 2)));
        let to_index = std::array::from_fn(|axis| {
            let step = dot(normals[axis], column(axis)) * grid.spacing_mm[axis];
            normals[axis].map(|part| part / step)
        });
        let of_axis = |across| Self {
            grid,
            to_index,
            across,
        };
        let flat = |slices: &Self| {
            let areas = roi.contours.iter().filter(|contour| contour.is_area());
            areas
                .filter(|contour| slices.thickness(contour) <= FLAT)
                .count()
        };
        // The last of several that are equally good wins.
        let best = [0, 1, 2].map(of_axis).into_iter().max_by_key(flat);
        best.unwrap_or_else(|| of_axis(2))
    }

    /// The axes in the slices: along the rows, and from row to row.
    pub(super) fn in_plane(&self) -> [usize; 2] {
        match self.across {
            0 => [1, 2],
            1 => [0, 2],
            _ => [0, 1],
        }
    }

    fn index(&self, axis: usize, position_mm: [f64; 3]) -> f64 {
        dot(self.to_index[axis], minus(position_mm, self.grid.origin_mm))
    }

    /// How far a contour reaches across the slices, in slice distances.
    fn thickness(&self, contour: &Contour) -> f64 {
        let along = contour
            .points_mm
            .iter()
            .map(|&point| self.index(self.across, point));
        let (low, high) = along.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
            (low.min(at), high.max(at))
        });
        high - low
    }

    /// Puts a contour on its slice; a problem where it lies between slices or
    /// across them.
    pub(super) fn place(&self, contour: &Contour) -> Result<Place, String> {
        let distance_mm = self.grid.spacing_mm[self.across];
        let thickness = self.thickness(contour);
        if thickness > FLAT {
            return Err(format!(
                "its plane is tilted by {:.1} degrees against the image's slices, which it leaves \
                 by {:.2} mm; take the image that it was drawn on",
                self.tilt_degrees(contour),
                thickness * distance_mm
            ));
        }
        let count = contour.points_mm.len() as f64;
        let along = contour
            .points_mm
            .iter()
            .map(|&point| self.index(self.across, point));
        let at = along.sum::<f64>() / count;
        let slices = self.grid.size[self.across] as f64;
        if at < -FARTHEST || at > slices - 1.0 + FARTHEST {
            return Ok(Place::Outside);
        }
        let slice = at.round().clamp(0.0, slices - 1.0);
        let offset = at - slice;
        if offset.abs() > FARTHEST {
            return Err(format!(
                "it lies {:.3} mm from the nearest slice of the image ({slice}; slices are \
                 {distance_mm:.3} mm apart); take the image that it was drawn on",
                offset * distance_mm,
            ));
        }
        let [u, v] = self.in_plane();
        let indices = contour
            .points_mm
            .iter()
            .map(|&p| [self.index(u, p), self.index(v, p)]);
        let indices: Vec<[f64; 2]> = indices.collect();
        let [columns, rows] = [u, v].map(|axis| self.grid.size[axis] as f64 - 0.5);
        let beyond =
            |&[column, row]: &[f64; 2]| column.min(row) < -0.5 || column > columns || row > rows;
        Ok(Place::On(OnSlice {
            slice: slice as usize,
            cut: indices.iter().any(beyond),
            polygon: indices.iter().map(|&[u, v]| Point::new(u, v)).collect(),
            offset_mm: if offset.abs() > NOTICED {
                offset * distance_mm
            } else {
                0.0
            },
        }))
    }

    /// Angle between a contour's plane (by Newell's normal) and the slices.
    fn tilt_degrees(&self, contour: &Contour) -> f64 {
        let points = &contour.points_mm;
        let Some(&first) = points.first() else {
            return 0.0;
        };
        let pairs = points.iter().zip(points.iter().skip(1));
        let normal = pairs.fold([0.0; 3], |sum: [f64; 3], (&a, &b)| {
            let part = cross(minus(a, first), minus(b, first));
            std::array::from_fn(|axis| sum[axis] + part[axis])
        });
        let across = self.to_index[self.across];
        let scale = (dot(normal, normal) * dot(across, across)).sqrt();
        (dot(normal, across).abs() / scale)
            .min(1.0)
            .acos()
            .to_degrees()
    }
}
