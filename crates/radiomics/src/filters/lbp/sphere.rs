//! The samples on a sphere around each voxel.

use super::spline::{Place, Spline};
use crate::{Roi, Storage, Volume};

/// Where the samples around the voxels of a box lie.
pub(super) struct Sphere {
    width: usize,
    points: Vec<Point>,
}

/// One point of the sphere.
struct Point {
    /// Its places on the axes for every index of the box.
    y: Vec<Option<Place>>,
    z: Vec<Option<Place>>,
    runs: Vec<Run>,
}

/// Voxels along x whose samples come of coefficients one beside the other.
struct Run {
    /// The first voxel.
    from: usize,
    /// Its first coefficient.
    start: isize,
    weights: [Vec<f64>; 4],
}

impl Sphere {
    /// `points` around the voxels of a region's bounding box. As in
    /// PyRadiomics, a point's coordinates belong to z, y, x in this order.
    pub fn new(image: &Volume, around: &Roi, points: &[[f64; 3]]) -> Self {
        let places = |axis: usize, offset: f64| {
            let (low, n) = (around.lower()[axis], image.geometry().size[axis]);
            (low..low + around.size()[axis])
                .map(|at| Place::new(at, offset, n))
                .collect::<Vec<_>>()
        };
        let point = |&[z, y, x]: &[f64; 3]| Point {
            y: places(1, y),
            z: places(2, z),
            runs: runs(&places(0, x)),
        };
        Self {
            width: around.size()[0],
            points: points.iter().map(point).collect(),
        }
    }

    /// The samples around the voxels of one row (y, z) of the box, point by
    /// point, as numbers of the image.
    pub fn samples(&self, spline: &Spline, [y, z]: [usize; 2], storage: Storage) -> Vec<f64> {
        let mut out = vec![0.0; self.points.len() * self.width];
        for (point, out) in self.points.iter().zip(out.chunks_exact_mut(self.width)) {
            if let (Some(y), Some(z)) = (&point.y[y], &point.z[z]) {
                for run in &point.runs {
                    let weights = run.weights.each_ref().map(Vec::as_slice);
                    let out = &mut out[run.from..][..weights[0].len()];
                    spline.line([y, z], run.start, weights, out);
                }
            }
        }
        match storage {
            Storage::Whole { .. } => {
                // Half away from 0, then as the image's numbers are stored.
                for value in &mut out {
                    *value = storage.store(*value + if *value > 0.0 { 0.5 } else { -0.5 });
                }
            }
            Storage::Single => out
                .iter_mut()
                .for_each(|value| *value = storage.store(*value)),
            Storage::Double => {}
        }
        out
    }
}

fn runs(places: &[Option<Place>]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (x, place) in places.iter().enumerate() {
        let Some(place) = place else { continue };
        let goes_on = |run: &&mut Run| {
            let length = run.weights[0].len();
            x == run.from + length && place.start == run.start + length as isize
        };
        match runs.last_mut().filter(goes_on) {
            Some(run) => {
                for (weights, weight) in run.weights.iter_mut().zip(place.weights) {
                    weights.push(weight);
                }
            }
            None => runs.push(Run {
                from: x,
                start: place.start,
                weights: place.weights.map(|weight| vec![weight]),
            }),
        }
    }
    runs
}
