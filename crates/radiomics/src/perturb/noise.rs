//! Noise: how much an image has, and more of it.

use ndarray::Array3;
use rayon::prelude::*;

use crate::{Error, Volume};

/// High-pass decomposition filter of the coiflet with two vanishing moments of
/// each kind, "coif1" (Daubechies, Ten Lectures on Wavelets, 1992, table 8.1).
/// Its coefficients sum to 0 and their squares to 1.
const COIF1_HIGH: [f64; 6] = [
    0.072_732_619_512_853_9,
    0.337_897_662_457_809_2,
    -0.852_572_020_212_255_4,
    0.384_864_846_864_202_86,
    0.072_732_619_512_853_9,
    -0.015_655_728_135_464_54,
];

/// Taps before the one at the voxel itself.
const BEFORE: usize = 2;

/// Median of the absolute value of a standard normal deviate.
const NORMAL_MEDIAN: f64 = 0.674_489_750_196_081_7;

/// Standard deviation of the image's noise, in its unit:
/// `median(|HH|) / 0.6745`, HH being the image after the high-pass filter of
/// the coif1 wavelet along x and along y, undecimated (Chang, Yu and Vetterli,
/// IEEE Trans Image Process 9:1532, 2000, as in Zwanenburg et al. 2019).
/// Beyond its edge the image is mirrored.
///
/// Voxels where HH is exactly 0 are left out: there the surroundings are flat
/// or constant along an axis, which is padding and no record of an
/// examination. Otherwise an image that is padded by half would have no noise.
///
/// # Errors
/// [`Error::Perturbation`] when the image holds NaN or infinity, or HH is 0
/// everywhere, so that there is nothing to estimate from.
pub fn estimate(image: &Volume) -> Result<f64, Error> {
    let [nx, ny, _] = image.geometry().size;
    let slices: Vec<Vec<f64>> = image
        .values()
        .par_chunks_exact(nx * ny)
        .map(|slice| high_high(slice, nx))
        .collect();
    let mut sizes = slices.concat();
    if sizes.iter().any(|size| !size.is_finite()) {
        return Err(Error::Perturbation(
            "the image holds NaN or infinite voxels, so that its noise can't be estimated; \
             repair it or give a noise level"
                .to_owned(),
        ));
    }
    if sizes.is_empty() {
        return Err(Error::Perturbation(
            "the image's slices are flat or vary along one axis only, so that its noise can't \
             be estimated; give a noise level"
                .to_owned(),
        ));
    }
    let middle = sizes.len() / 2;
    let (_, median, _) = sizes.select_nth_unstable_by(middle, f64::total_cmp);
    Ok(*median / NORMAL_MEDIAN)
}

/// The image plus Gaussian noise of standard deviation `sd`, drawn in voxel
/// order from the stream of `seed` and `index`.
///
/// # Errors
/// [`Error::Volume`], which a valid image doesn't raise.
pub fn add(image: &Volume, sd: f64, seed: u64, index: u64) -> Result<Volume, Error> {
    let mut stream = stats::rng::stream(seed, "perturb-noise", index);
    let noisy = image
        .values()
        .iter()
        .map(|value| value + sd * stream.normal());
    let [nx, ny, nz] = image.geometry().size;
    let voxels = Array3::from_shape_vec((nz, ny, nx), noisy.collect())
        .map_err(|error| Error::Volume(error.to_string()))?;
    Volume::new(voxels, image.geometry().clone())
}

/// Sizes of the HH coefficients of a slice that aren't 0. NaN stays.
fn high_high(slice: &[f64], nx: usize) -> Vec<f64> {
    let ny = slice.len() / nx;
    let mut along_x = vec![0.0; slice.len()];
    let mut padded = vec![0.0; nx + COIF1_HIGH.len() - 1];
    for (row, out) in slice.chunks_exact(nx).zip(along_x.chunks_exact_mut(nx)) {
        for (i, value) in padded.iter_mut().enumerate() {
            *value = row[mirrored(i, nx)];
        }
        let taps = std::array::from_fn(|k| &padded[k..k + nx]);
        filter(taps, out);
    }
    let mut sizes = Vec::with_capacity(slice.len());
    let mut row = vec![0.0; nx];
    for y in 0..ny {
        let taps = std::array::from_fn(|k| {
            let from = mirrored(y + k, ny);
            &along_x[from * nx..(from + 1) * nx]
        });
        filter(taps, &mut row);
        sizes.extend(
            row.iter()
                .filter(|&&value| value != 0.0)
                .map(|value| value.abs()),
        );
    }
    sizes
}

/// The taps sum to 0, so differences from the middle give the same; and
/// exactly 0 where all are equal.
fn filter(taps: [&[f64]; 6], out: &mut [f64]) {
    out.fill(0.0);
    for (&weight, tap) in COIF1_HIGH.iter().zip(taps) {
        for ((out, &value), &middle) in out.iter_mut().zip(tap).zip(taps[BEFORE]) {
            *out += weight * (value - middle);
        }
    }
}

/// Index of an axis of `n` voxels that is mirrored at its edges (the outermost
/// voxel is repeated), `i` counting from `BEFORE` voxels before the first.
fn mirrored(i: usize, n: usize) -> usize {
    let period = 2 * n;
    let at = (i + (BEFORE / period + 1) * period - BEFORE) % period;
    at.min(period - 1 - at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Geometry;

    fn volume(size: [usize; 3], value: impl FnMut(usize, usize, usize) -> f64) -> Volume {
        let [nx, ny, nz] = size;
        let mut value = value;
        let voxels = Array3::from_shape_fn((nz, ny, nx), |(z, y, x)| value(x, y, z));
        Volume::new(voxels, Geometry::aligned(size, [1.0; 3])).unwrap()
    }

    #[test]
    fn the_filter_is_coif1() {
        // Daubechies' closed form of the low-pass filter, in pywt's order;
        // the high-pass filter is its quadrature mirror.
        let s = 7f64.sqrt();
        let low = [
            s - 3.0,
            1.0 - s,
            14.0 - 2.0 * s,
            14.0 + 2.0 * s,
            5.0 + s,
            1.0 - s,
        ]
        .map(|value| value * 2f64.sqrt() / 32.0);
        for k in 0..6 {
            let sign = if k % 2 == 0 { -1.0 } else { 1.0 };
            assert!((COIF1_HIGH[k] - sign * low[5 - k]).abs() < 1e-12, "{k}");
        }
        let moment = |power: i32| -> f64 {
            COIF1_HIGH
                .iter()
                .zip(0..)
                .map(|(h, i)| h * f64::from(i).powi(power))
                .sum()
        };
        assert!(moment(0).abs() < 1e-12 && moment(1).abs() < 1e-12);
        let norm: f64 = COIF1_HIGH.iter().map(|h| h * h).sum();
        assert!((norm - 1.0).abs() < 1e-12);
    }

    #[test]
    fn edges_are_mirrored() {
        let indices = |n: usize| (0..n + 5).map(|i| mirrored(i, n)).collect::<Vec<_>>();
        assert_eq!(indices(4), [1, 0, 0, 1, 2, 3, 3, 2, 1]);
        assert_eq!(indices(1), [0; 6]);
        assert_eq!(indices(2), [1, 0, 0, 1, 1, 0, 0]);
    }

    #[test]
    fn known_noise_is_found_whatever_the_image_and_the_padding() {
        let mut stream = stats::rng::stream(1, "test", 0);
        let size = [96, 80, 12];
        let noisy = volume(size, |x, y, z| {
            if x < 55 {
                return -1024.0;
            }
            let disc = (x as f64 - 75.0).hypot(y as f64 - 40.0) < 15.0;
            let structure = 3.0 * x as f64 - 0.02 * (y * y) as f64 + 5.0 * z as f64;
            structure + if disc { 200.0 } else { 0.0 } + 7.0 * stream.normal()
        });
        let found = estimate(&noisy).unwrap();
        assert!((found / 7.0 - 1.0).abs() < 0.05, "{found}");
    }

    #[test]
    fn added_noise_has_the_level_and_is_found_again() {
        let flat = volume([64, 64, 8], |_, _, _| 100.0);
        assert!(estimate(&flat).unwrap_err().to_string().contains("flat"));
        let noisy = add(&flat, 12.0, 3, 4).unwrap();
        let found = estimate(&noisy).unwrap();
        assert!((found / 12.0 - 1.0).abs() < 0.05, "{found}");
        assert_eq!(noisy, add(&flat, 12.0, 3, 4).unwrap());
        assert_ne!(noisy, add(&flat, 12.0, 3, 5).unwrap());
        let broken = volume([8, 8, 2], |x, y, _| if x == y { f64::NAN } else { 1.0 });
        assert!(estimate(&broken).unwrap_err().to_string().contains("NaN"));
    }
}
