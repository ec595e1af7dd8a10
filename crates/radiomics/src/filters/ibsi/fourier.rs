//! Filters that are given by what they do to each frequency.

use std::ops::Range;
use std::sync::Arc;

use ndarray::Array3;
use rayon::prelude::*;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftPlanner};

use crate::error::number;
use crate::filters::Boundary;
use crate::spectrum::good_length;
use crate::{Error, Volume};

/// Cells that may be transformed at once: room for 16 GiB.
const MOST_CELLS: f64 = (1_u64 << 30) as f64;

/// The box that an image is continued to before it is transformed.
pub(super) struct Extension {
    /// Cells along x, y, z.
    pub size: [usize; 3],
    /// The image's first voxel there.
    before: [usize; 3],
    /// Whether slices are transformed one by one.
    by_slice: bool,
    boundary: Boundary,
}

impl Extension {
    /// By `reach` voxels or a few more to each side, but not at all where the
    /// image is periodic, nor across slices that are filtered one by one.
    ///
    /// # Errors
    /// [`Error::Settings`] for a box beyond all memory.
    pub fn new(
        image: &Volume,
        reach: [usize; 3],
        by_slice: bool,
        boundary: Boundary,
    ) -> Result<Self, Error> {
        let n = image.geometry().size;
        let before: [usize; 3] = std::array::from_fn(|axis| {
            let alone = boundary == Boundary::Periodic || by_slice && axis == 2;
            if alone { 0 } else { reach[axis] }
        });
        let cells = |axis: usize| n[axis] as f64 + 2.0 * before[axis] as f64;
        if cells(0) * cells(1) * cells(2) > MOST_CELLS {
            return Err(Error::Settings(format!(
                "the filter needs the image continued by {before:?} voxels to each side, to {} \
                 voxels, more than {}; choose a smaller scale, a periodic border or a smaller image",
                number(cells(0) * cells(1) * cells(2)),
                number(MOST_CELLS)
            )));
        }
        let size = std::array::from_fn(|axis| match before[axis] {
            0 => n[axis],
            before => good_length(n[axis] + 2 * before),
        });
        Ok(Self {
            size,
            before,
            by_slice,
            boundary,
        })
    }

    /// The image times `response`, frequency by frequency. That of an index
    /// (x, y, z) in the box must be the conjugate of that of the opposite
    /// frequency; only the first half along x is asked for, and z = 0 where
    /// slices are transformed one by one. Takes room for three boxes.
    pub fn filter(
        &self,
        image: &Volume,
        response: impl Fn([usize; 3]) -> Complex<f64> + Sync,
    ) -> Array3<f64> {
        let transforms = Transforms::new(self, image);
        let [_, ny, nz] = self.size;
        let wanted = transforms.wanted[2].clone();
        let back = |spectrum: Vec<Complex<f64>>| transforms.back(spectrum);
        let slices: Vec<Vec<f64>> = if self.by_slice {
            let half = 0..transforms.frequencies();
            let weights: Vec<_> = half
                .flat_map(|x| (0..ny).map(move |y| [x, y, 0]))
                .map(response)
                .collect();
            let planes = wanted.into_par_iter().map(|z| {
                let mut plane = transforms.forward(z);
                for (sum, weight) in plane.iter_mut().zip(&weights) {
                    *sum *= weight;
                }
                plane
            });
            planes.map(back).collect()
        } else {
            let planes: Vec<_> = (0..nz)
                .into_par_iter()
                .map(|z| transforms.forward(z))
                .collect();
            let slabs: Vec<_> = (0..transforms.frequencies())
                .into_par_iter()
                .map(|x| transforms.across(&planes, x, &response))
                .collect();
            drop(planes);
            let planes = wanted.into_par_iter().map(|z| {
                let rows = slabs.iter().map(|slab| &slab[z * ny..][..ny]);
                rows.flatten().copied().collect()
            });
            planes.map(back).collect()
        };
        let [nx, ny, nz] = image.geometry().size;
        let values = slices.into_iter().flatten().collect();
        Array3::from_shape_vec((nz, ny, nx), values).unwrap_or_else(|_| Array3::zeros((nz, ny, nx)))
    }

    /// Where in the image each cell along an axis has its value from.
    fn sources(&self, axis: usize, n: usize) -> Vec<Option<usize>> {
        let cells = 0..self.size[axis] as isize;
        cells
            .map(|at| self.boundary.source(at - self.before[axis] as isize, n))
            .collect()
    }
}

/// The transforms along each axis of a box.
struct Transforms<'a> {
    values: &'a [f64],
    image: [usize; 3],
    sources: [Vec<Option<usize>>; 3],
    wanted: [Range<usize>; 3],
    rows: Arc<dyn RealToComplex<f64>>,
    rows_back: Arc<dyn ComplexToReal<f64>>,
    /// Along y and z, there and back.
    columns: [[Arc<dyn Fft<f64>>; 2]; 2],
    size: [usize; 3],
}

impl<'a> Transforms<'a> {
    fn new(extension: &Extension, image: &'a Volume) -> Self {
        let size = extension.size;
        let n = image.geometry().size;
        let mut real = RealFftPlanner::new();
        let mut complex = FftPlanner::new();
        Self {
            values: image.values(),
            image: n,
            sources: std::array::from_fn(|axis| extension.sources(axis, n[axis])),
            wanted: std::array::from_fn(|axis| {
                let before = extension.before[axis];
                before..before + n[axis]
            }),
            rows: real.plan_fft_forward(size[0]),
            rows_back: real.plan_fft_inverse(size[0]),
            columns: [size[1], size[2]]
                .map(|n| [complex.plan_fft_forward(n), complex.plan_fft_inverse(n)]),
            size,
        }
    }

    /// How many frequencies along x there are.
    fn frequencies(&self) -> usize {
        self.size[0] / 2 + 1
    }

    /// A slice of the box, transformed along x and y (y fastest).
    fn forward(&self, z: usize) -> Vec<Complex<f64>> {
        let [nx, ny, _] = self.size;
        let mut plane = vec![Complex::default(); self.frequencies() * ny];
        let Some(z) = self.sources[2][z] else {
            return plane;
        };
        let mut row = vec![0.0; nx];
        let mut sums = self.rows.make_output_vec();
        let mut scratch = self.rows.make_scratch_vec();
        for (y, from) in self.sources[1].iter().enumerate() {
            let Some(from) = from else {
                continue;
            };
            let values = &self.values[(z * self.image[1] + from) * self.image[0]..];
            for (cell, from) in row.iter_mut().zip(&self.sources[0]) {
                *cell = from.map_or(0.0, |from| values[from]);
            }
            // It only fails for buffers of other lengths than these.
            let done = self
                .rows
                .process_with_scratch(&mut row, &mut sums, &mut scratch);
            debug_assert!(done.is_ok());
            for (column, sum) in plane.chunks_exact_mut(ny).zip(&sums) {
                column[y] = *sum;
            }
        }
        self.columns[0][0].process(&mut plane);
        plane
    }

    /// All slices for one frequency along x, transformed along z, weighted, and
    /// back (y fastest).
    fn across(
        &self,
        planes: &[Vec<Complex<f64>>],
        x: usize,
        response: &impl Fn([usize; 3]) -> Complex<f64>,
    ) -> Vec<Complex<f64>> {
        let [_, ny, nz] = self.size;
        let mut columns = vec![Complex::default(); ny * nz];
        for (z, plane) in planes.iter().enumerate() {
            for (y, sum) in plane[x * ny..][..ny].iter().enumerate() {
                columns[y * nz + z] = *sum;
            }
        }
        let [there, back] = &self.columns[1];
        there.process(&mut columns);
        for (y, column) in columns.chunks_exact_mut(nz).enumerate() {
            for (z, sum) in column.iter_mut().enumerate() {
                *sum *= response([x, y, z]);
            }
        }
        back.process(&mut columns);
        let scale = 1.0 / nz as f64;
        let mut slab = vec![Complex::default(); ny * nz];
        for (y, column) in columns.chunks_exact(nz).enumerate() {
            for (z, sum) in column.iter().enumerate() {
                slab[z * ny + y] = sum * scale;
            }
        }
        slab
    }

    /// From a transformed slice (y fastest) the part that is the image's.
    fn back(&self, mut plane: Vec<Complex<f64>>) -> Vec<f64> {
        let [nx, ny, _] = self.size;
        let [xs, ys, _] = self.wanted.clone();
        self.columns[0][1].process(&mut plane);
        let scale = 1.0 / (nx * ny) as f64;
        let mut sums = self.rows_back.make_input_vec();
        let mut row = self.rows_back.make_output_vec();
        let mut scratch = self.rows_back.make_scratch_vec();
        let mut slice = Vec::with_capacity(xs.len() * ys.len());
        for y in ys {
            for (sum, column) in sums.iter_mut().zip(plane.chunks_exact(ny)) {
                *sum = column[y] * scale;
            }
            // The sine sums of the first and the last frequency are 0 but for
            // rounding.
            sums[0].im = 0.0;
            if nx.is_multiple_of(2)
                && let Some(last) = sums.last_mut()
            {
                last.im = 0.0;
            }
            let done = self
                .rows_back
                .process_with_scratch(&mut sums, &mut row, &mut scratch);
            debug_assert!(done.is_ok());
            slice.extend_from_slice(&row[xs.clone()]);
        }
        slice
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Geometry;

    fn image(size: [usize; 3]) -> Volume {
        let [nx, ny, nz] = size;
        let value = |(z, y, x): (usize, usize, usize)| ((7 * x + 5 * y * y + 3 * z) % 11) as f64;
        let voxels = Array3::from_shape_fn((nz, ny, nx), value);
        Volume::new(voxels, Geometry::aligned(size, [1.0; 3])).unwrap()
    }

    /// Shifts by one voxel along each axis that is transformed.
    fn shifted(image: &Volume, by_slice: bool, boundary: Boundary) -> Array3<f64> {
        let extension = Extension::new(image, [2; 3], by_slice, boundary).unwrap();
        let size = extension.size;
        extension.filter(image, |index| {
            let turns: f64 = (0..3).map(|a| index[a] as f64 / size[a] as f64).sum();
            let (sine, cosine) = (-std::f64::consts::TAU * turns).sin_cos();
            Complex::new(cosine, sine)
        })
    }

    #[test]
    fn images_go_on_as_their_border_says() {
        for size in [[5, 3, 7], [6, 4, 2], [1, 5, 1]] {
            let image = image(size);
            for boundary in [
                Boundary::Zero,
                Boundary::Nearest,
                Boundary::Periodic,
                Boundary::Mirror,
            ] {
                for by_slice in [false, true] {
                    let found = shifted(&image, by_slice, boundary);
                    for ((z, y, x), found) in found.indexed_iter() {
                        let from =
                            |at: usize, axis: usize| boundary.source(at as isize - 1, size[axis]);
                        let z = if by_slice { Some(z) } else { from(z, 2) };
                        let expected = match (z, from(y, 1), from(x, 0)) {
                            (Some(z), Some(y), Some(x)) => image.voxels()[[z, y, x]],
                            _ => 0.0,
                        };
                        assert!((found - expected).abs() < 1e-12, "{size:?} {boundary:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn boxes_beyond_memory_are_refused() {
        let refused = Extension::new(&image([2; 3]), [4000; 3], false, Boundary::Zero).err();
        assert!(refused.unwrap().to_string().contains("[4000, 4000, 4000]"));
    }
}
