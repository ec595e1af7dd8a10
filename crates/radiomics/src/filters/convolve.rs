//! Sums along an axis.

use ndarray::{Array3, ArrayView3};
use rayon::prelude::*;

use super::Boundary;

/// Convolves along one axis of an array of shape (z, y, x):
/// `out[i] = sum over j of kernel[j] * image[i + centre - j]`.
///
/// `axis` counts x as 0, y as 1, z as 2; `centre` is the place in the kernel
/// that lies on the voxel. Sums run in the order of the kernel without its
/// zeros, for any number of threads. An empty kernel gives zeros.
pub fn along(
    image: ArrayView3<'_, f64>,
    axis: usize,
    kernel: &[f64],
    centre: usize,
    boundary: Boundary,
) -> Array3<f64> {
    let mut out = Array3::zeros(image.dim());
    add_along(&mut out, image, axis, kernel, centre, boundary);
    out
}

/// Adds such a convolution to what is there; both arrays have one shape.
pub(crate) fn add_along(
    out: &mut Array3<f64>,
    image: ArrayView3<'_, f64>,
    axis: usize,
    kernel: &[f64],
    centre: usize,
    boundary: Boundary,
) {
    let (nz, ny, nx) = image.dim();
    let plane = ny * nx;
    if plane == 0 || kernel.is_empty() {
        return;
    }
    let image = image.as_standard_layout();
    let (Some(image), Some(out)) = (image.as_slice(), out.as_slice_mut()) else {
        return;
    };
    let taps = kernel.iter().copied().enumerate();
    let taps: Vec<_> = taps.filter(|tap| tap.1 != 0.0).collect();
    // Where in an axis of n voxels the j-th weight for voxel i lies.
    let source = |i: usize, j: usize, n: usize| {
        let at = i as isize + centre as isize - j as isize;
        boundary.source(at, n)
    };
    let planes = out.par_chunks_exact_mut(plane).enumerate();
    planes.for_each(|(z, out)| match axis {
        0 => {
            // The row with all that its kernels reach.
            let mut padded = vec![0.0; nx + kernel.len() - 1];
            let from: Vec<_> = (0..padded.len())
                .map(|at| source(at, kernel.len() - 1, nx))
                .collect();
            let rows = image[z * plane..][..plane].chunks_exact(nx);
            for (row, out) in rows.zip(out.chunks_exact_mut(nx)) {
                for (cell, from) in padded.iter_mut().zip(&from) {
                    *cell = from.map_or(0.0, |from| row[from]);
                }
                add_weighted(out, &taps, |j| Some(&padded[kernel.len() - 1 - j..][..nx]));
            }
        }
        1 => {
            for (y, out) in out.chunks_exact_mut(nx).enumerate() {
                add_weighted(out, &taps, |j| {
                    Some(&image[z * plane + source(y, j, ny)? * nx..][..nx])
                });
            }
        }
        _ => {
            // Row by row, so that sums stay in the cache.
            for (y, out) in out.chunks_exact_mut(nx).enumerate() {
                add_weighted(out, &taps, |j| {
                    Some(&image[source(z, j, nz)? * plane + y * nx..][..nx])
                });
            }
        }
    });
}

/// Adds to a row the weighted rows that each weight has, in their order.
fn add_weighted<'a>(
    out: &mut [f64],
    taps: &[(usize, f64)],
    source: impl Fn(usize) -> Option<&'a [f64]>,
) {
    for taps in taps.chunks(4) {
        // Four at once: a row is read and written once for them.
        if let [(a, u), (b, v), (c, w), (d, x)] = *taps
            && let (Some(a), Some(b), Some(c), Some(d)) =
                (source(a), source(b), source(c), source(d))
        {
            let rows = a.iter().zip(b).zip(c.iter().zip(d));
            for (out, ((a, b), (c, d))) in out.iter_mut().zip(rows) {
                *out = *out + u * a + v * b + w * c + x * d;
            }
            continue;
        }
        for &(j, weight) in taps {
            if let Some(row) = source(j) {
                for (out, value) in out.iter_mut().zip(row) {
                    *out += weight * value;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn kernels_are_turned_round() {
        let image = array![[[0.0, 0.0, 1.0, 0.0]]];
        let out = along(image.view(), 0, &[1.0, 2.0, 3.0], 1, Boundary::Zero);
        assert_eq!(out, array![[[0.0, 1.0, 2.0, 3.0]]]);
        let out = along(image.view(), 0, &[1.0, 2.0, 3.0], 0, Boundary::Periodic);
        assert_eq!(out, array![[[3.0, 0.0, 1.0, 2.0]]]);
        let out = along(image.view(), 1, &[1.0, 2.0], 0, Boundary::Nearest);
        assert_eq!(out, 3.0 * image);
    }

    #[test]
    fn every_axis_and_border_is_as_defined() {
        let image = Array3::from_shape_fn((3, 4, 5), |(z, y, x)| (x * x + 7 * y + 31 * z) as f64);
        let kernel = [0.5, -1.0, 3.0, 2.0, -0.25, 7.0];
        for boundary in [
            Boundary::Zero,
            Boundary::Nearest,
            Boundary::Periodic,
            Boundary::Mirror,
        ] {
            for axis in 0..3 {
                let found = along(image.view(), axis, &kernel, 2, boundary);
                let expected = Array3::from_shape_fn(image.dim(), |(z, y, x)| {
                    let value = |j: usize| {
                        let mut at = [x, y, z];
                        let i = (at[axis] + 2) as isize - j as isize;
                        at[axis] = boundary.source(i, [5, 4, 3][axis])?;
                        Some(kernel[j] * image[[at[2], at[1], at[0]]])
                    };
                    (0..6).filter_map(value).fold(0.0, |sum, value| sum + value)
                });
                assert_eq!(found, expected, "{boundary:?} {axis}");
            }
        }
    }
}
