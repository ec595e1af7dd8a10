//! Smooth random fields: cheap value noise in the plane, a Gaussian random
//! field in space.

use stats::rng::Stream;

const SIDE: usize = 128;

/// Value noise: a periodic lattice of uniform numbers on `[-1, 1]`, blended
/// smoothly between nodes. One lattice serves every scale and offset.
pub(crate) struct Noise {
    lattice: Vec<f32>,
}

impl Noise {
    pub(crate) fn new(stream: &mut Stream) -> Self {
        let lattice = (0..SIDE * SIDE)
            .map(|_| stream.between(-1.0, 1.0) as f32)
            .collect();
        Self { lattice }
    }

    /// The field at a point in lattice units; between -1 and 1.
    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        let (column, right) = cell(x);
        let (row, down) = cell(y);
        let next_column = (column + 1) % SIDE;
        let (top, bottom) = (row * SIDE, (row + 1) % SIDE * SIDE);
        let upper = mix(
            self.lattice[top + column],
            self.lattice[top + next_column],
            right,
        );
        let lower = mix(
            self.lattice[bottom + column],
            self.lattice[bottom + next_column],
            right,
        );
        mix(upper, lower, down)
    }

    /// Two octaves: large shapes with finer detail on them; between -1 and 1.
    pub(crate) fn rough(&self, x: f32, y: f32) -> f32 {
        (self.at(x, y) + 0.5 * self.at(2.3 * x + 31.7, 2.3 * y + 17.3)) / 1.5
    }
}

/// The lattice cell of a coordinate and the smoothed position within it.
fn cell(x: f32) -> (usize, f32) {
    let whole = x as i32 - i32::from(x < 0.0);
    let part = x - whole as f32;
    (whole as usize % SIDE, part * part * (3.0 - 2.0 * part))
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// White noise on a grid (x fastest), smoothed with a Gaussian of `sigma`
/// (voxels along each axis): a Gaussian random field with correlation
/// `exp(-d^2 / 4 sigma^2)`. Not scaled: standardise it where it is used.
pub(crate) fn gaussian_field(size: [usize; 3], sigma: [f64; 3], stream: &mut Stream) -> Vec<f64> {
    let mut field: Vec<f64> = (0..size.iter().product())
        .map(|_| stream.normal())
        .collect();
    let mut line = Vec::new();
    let strides = [1, size[0], size[0] * size[1]];
    for axis in 0..3 {
        let kernel = gaussian_kernel(sigma[axis]);
        for start in 0..field.len() {
            let first_on_its_line = (start / strides[axis]).is_multiple_of(size[axis]);
            if first_on_its_line {
                smooth_line(
                    &mut field[start..],
                    strides[axis],
                    size[axis],
                    &kernel,
                    &mut line,
                );
            }
        }
    }
    field
}

/// Half a Gaussian: the weight at 0, 1, ... voxels.
fn gaussian_kernel(sigma: f64) -> Vec<f64> {
    let reach = (3.0 * sigma).ceil() as usize;
    let half: Vec<f64> = (0..=reach)
        .map(|i| (-0.5 * (i as f64 / sigma.max(1e-9)).powi(2)).exp())
        .collect();
    let total = 2.0 * half.iter().sum::<f64>() - half[0];
    half.iter().map(|w| w / total).collect()
}

/// Smooths one line in place; it goes on periodically beyond its ends, so that
/// the variance is the same everywhere.
fn smooth_line(line: &mut [f64], stride: usize, n: usize, half: &[f64], padded: &mut Vec<f64>) {
    let reach = half.len() - 1;
    padded.clear();
    padded.extend((0..n + 2 * reach).map(|j| line[(j + reach * (n - 1)) % n * stride]));
    for i in 0..n {
        let centre = i + reach;
        let sides = half.iter().enumerate().skip(1);
        let sum: f64 = sides
            .map(|(d, w)| w * (padded[centre - d] + padded[centre + d]))
            .sum();
        line[i * stride] = half[0] * padded[centre] + sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stats::rng::stream;

    #[test]
    fn value_noise_is_bounded_and_continuous() {
        let noise = Noise::new(&mut stream(1, "noise", 0));
        for i in 0..4000 {
            let x = i as f32 * 0.05 - 100.0;
            let (here, near) = (noise.at(x, -0.3 * x), noise.at(x + 1e-3, -0.3 * x));
            assert!(here.abs() <= 1.0);
            assert!((here - near).abs() < 0.01, "jump at {x}");
        }
    }

    /// Correlation of a smoothed white field one voxel away: `exp(-1 / 4 sigma^2)`.
    #[test]
    fn the_field_has_the_stated_correlation() {
        let (size, sigma) = ([64, 64, 8], 1.5);
        let field = gaussian_field(size, [sigma, sigma, 0.5], &mut stream(1, "field", 0));
        let n = field.len() as f64;
        let mean = field.iter().sum::<f64>() / n;
        let (mut variance, mut covariance) = (0.0, 0.0);
        for (i, value) in field.iter().enumerate() {
            let right = if i % 64 == 63 { i - 63 } else { i + 1 };
            variance += (value - mean).powi(2);
            covariance += (value - mean) * (field[right] - mean);
        }
        let expected = (-1.0 / (4.0 * sigma * sigma)).exp();
        assert!((covariance / variance - expected).abs() < 0.02);
    }
}
