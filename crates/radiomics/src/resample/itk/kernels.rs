//! ITK's interpolators, as SimpleITK sets them up.

use std::f64::consts::{PI, SQRT_2};

use super::Interpolator;

/// The most samples of one axis that a kernel reads.
const MOST: usize = 10;

/// SimpleITK's radius of the windowed sinc kernels.
const RADIUS: isize = 5;

/// The samples of one axis that count at a position, and how much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Taps {
    index: [usize; MOST],
    weight: [f64; MOST],
    count: usize,
}

impl Taps {
    pub(super) const NONE: Self = Self {
        index: [0; MOST],
        weight: [0.0; MOST],
        count: 0,
    };

    fn add(&mut self, index: isize, weight: f64) {
        self.index[self.count] = index.unsigned_abs();
        self.weight[self.count] = weight;
        self.count += 1;
    }

    /// The same taps, counted from another sample on.
    pub(super) fn moved(mut self, first: usize) -> Self {
        for index in &mut self.index[..self.count] {
            *index -= first;
        }
        self
    }

    fn iter(&self) -> impl Iterator<Item = (usize, f64)> {
        let indices = self.index[..self.count].iter().copied();
        indices.zip(self.weight[..self.count].iter().copied())
    }

    /// Taps at a position between -0.5 and n - 0.5 on an axis of n samples
    /// that are `spacing` apart.
    pub(super) fn at(how: Interpolator, position: f64, n: usize, spacing: f64) -> Self {
        let mut taps = Self::NONE;
        let last = n as isize - 1;
        let base = position.floor() as isize;
        match how {
            Interpolator::NearestNeighbor => {
                taps.add(((position + 0.5).floor() as isize).min(last), 1.0);
            }
            Interpolator::Linear => {
                let base = base.max(0);
                let ahead = position - base as f64;
                taps.add(base, 1.0 - ahead);
                if ahead > 0.0 && base < last {
                    taps.add(base + 1, ahead);
                }
            }
            Interpolator::BSpline => {
                // ITK looks for the base in single precision.
                let base = (position as f32).floor() as isize;
                for (offset, weight) in (-1..).zip(cubic(position - base as f64)) {
                    taps.add(mirrored(base + offset, last), weight);
                }
            }
            Interpolator::Gaussian => taps.bells(position, n, 0.8 * spacing, 4.0, spacing),
            Interpolator::LabelGaussian => taps.bells(position, n, spacing, 1.0, spacing),
            _ => {
                let ahead = position - base as f64;
                for offset in 1 - RADIUS..=RADIUS {
                    let x = ahead - offset as f64;
                    let weight = match ahead {
                        // ITK takes the sample itself.
                        0.0 => f64::from(u8::from(offset == 0)),
                        _ => window(how, x) * sinc(x),
                    };
                    taps.add((base + offset).clamp(0, last), weight);
                }
            }
        }
        taps
    }

    /// Integrals over each sample of a Gaussian of this width, which ends at
    /// `cut` widths.
    fn bells(&mut self, position: f64, n: usize, width: f64, cut: f64, spacing: f64) {
        let reach = width * cut / spacing;
        let first = (position + 0.5 - reach).floor().max(0.0);
        let end = (position + 0.5 + reach).ceil().min(n as f64);
        let scale = 1.0 / (SQRT_2 * width / spacing);
        let mut at = (first - 0.5 - position) * scale;
        let mut before = erf(at);
        for index in first as isize..end as isize {
            at += scale;
            let here = erf(at);
            self.add(index, here - before);
            before = here;
        }
    }
}

/// How many samples to either side of a position are read at most.
pub(super) fn reach(how: Interpolator) -> usize {
    match how {
        Interpolator::NearestNeighbor | Interpolator::Linear => 2,
        Interpolator::LabelGaussian => 3,
        // pole^40 is below 1e-22: beyond, samples don't count.
        Interpolator::BSpline => 43,
        _ => 7,
    }
}

/// Value of an image (x fastest) at given taps of its three axes.
pub(super) fn value(how: Interpolator, values: &[f64], size: [usize; 3], taps: &[Taps; 3]) -> f64 {
    let [x, y, z] = taps;
    let row = |k: usize, j: usize| &values[(k * size[1] + j) * size[0]..][..size[0]];
    match how {
        Interpolator::NearestNeighbor => row(z.index[0], y.index[0])[x.index[0]],
        Interpolator::Linear => between(z, |k| between(y, |j| between(x, |i| row(k, j)[i]))),
        Interpolator::BSpline => sum::<4>(values, size, taps, |v, [x, y, z]| x * y * z * v),
        Interpolator::Gaussian => {
            let (mut sum, mut weights) = (0.0, 0.0);
            for (k, wz) in z.iter() {
                for (j, wy) in y.iter() {
                    let row = row(k, j);
                    for (i, wx) in x.iter() {
                        let weight = wx * wy * wz;
                        sum += row[i] * weight;
                        weights += weight;
                    }
                }
            }
            sum / weights
        }
        Interpolator::LabelGaussian => heaviest(z.iter().flat_map(|(k, wz)| {
            y.iter()
                .flat_map(move |(j, wy)| x.iter().map(move |(i, wx)| (row(k, j)[i], wx * wy * wz)))
        })),
        _ => sum::<MOST>(values, size, taps, |v, [x, y, z]| v * x * y * z),
    }
}

/// Sum of a term over the samples of N taps an axis, x fastest.
fn sum<const N: usize>(
    values: &[f64],
    size: [usize; 3],
    taps: &[Taps; 3],
    term: impl Fn(f64, [f64; 3]) -> f64,
) -> f64 {
    let [x, y, z] = taps;
    let (columns, across) = (&x.index[..N], &x.weight[..N]);
    let mut sum = 0.0;
    for (&k, &wz) in z.index[..N].iter().zip(&z.weight) {
        for (&j, &wy) in y.index[..N].iter().zip(&y.weight) {
            let row = &values[(k * size[1] + j) * size[0]..][..size[0]];
            for (&i, &wx) in columns.iter().zip(across) {
                sum += term(row[i], [wx, wy, wz]);
            }
        }
    }
    sum
}

/// Linear between two samples, exact where they are the same.
fn between(taps: &Taps, sample: impl Fn(usize) -> f64) -> f64 {
    let first = sample(taps.index[0]);
    if taps.count == 1 {
        return first;
    }
    first + (sample(taps.index[1]) - first) * taps.weight[1]
}

/// The value with the largest sum of weights; of several the first to get
/// there.
fn heaviest(samples: impl Iterator<Item = (f64, f64)>) -> f64 {
    let mut sums: Vec<(f64, f64)> = Vec::new();
    let (mut best, mut most) = (0.0, 0.0);
    for (value, weight) in samples {
        let known = sums.iter().position(|(other, _)| *other == value);
        let at = known.unwrap_or(sums.len());
        if at == sums.len() {
            sums.push((value, 0.0));
        }
        sums[at].1 += weight;
        if sums[at].1 > most {
            (best, most) = sums[at];
        }
    }
    best
}

/// Weights of the cubic B-spline's four coefficients around a position, a
/// fraction ahead of the second.
fn cubic(ahead: f64) -> [f64; 4] {
    let w = ahead;
    let last = (1.0 / 6.0) * w * w * w;
    let first = (1.0 / 6.0) + 0.5 * w * (w - 1.0) - last;
    let third = w + first - 2.0 * last;
    [first, 1.0 - first - third - last, third, last]
}

/// An index within `0..=last`, mirrored at both ends, which are not repeated.
fn mirrored(index: isize, last: isize) -> isize {
    if last == 0 {
        return 0;
    }
    let within = index.rem_euclid(2 * last);
    within.min(2 * last - within)
}

fn window(how: Interpolator, x: f64) -> f64 {
    let m = RADIUS as f64;
    match how {
        Interpolator::HammingWindowedSinc => 0.54 + 0.46 * (x * (PI / m)).cos(),
        Interpolator::CosineWindowedSinc => (x * (PI / (2.0 * m))).cos(),
        Interpolator::WelchWindowedSinc => 1.0 - x * (1.0 / (m * m)) * x,
        Interpolator::LanczosWindowedSinc => {
            let z = PI / m * x;
            if x == 0.0 { 1.0 } else { z.sin() / z }
        }
        _ => 0.42 + 0.5 * (x * (PI / m)).cos() + 0.08 * (x * (2.0 * PI / m)).cos(),
    }
}

fn sinc(x: f64) -> f64 {
    let z = PI * x;
    if x == 0.0 { 1.0 } else { z.sin() / z }
}

/// The error function, to 1e-16 absolute.
fn erf(x: f64) -> f64 {
    (1.0 - stats::distribution::normal_p(x * SQRT_2)).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(how: Interpolator, position: f64, n: usize) -> Vec<(usize, f64)> {
        Taps::at(how, position, n, 1.0).iter().collect()
    }

    #[test]
    fn weights_stay_on_the_axis() {
        for how in Interpolator::ALL {
            for n in [1, 2, 3, 12] {
                for step in 0..8 * n {
                    let position = step as f64 / 8.0 - 0.5;
                    let taps = weights(how, position, n);
                    assert!(taps.iter().all(|(index, _)| *index < n), "{how:?} {n}");
                    assert!(!taps.is_empty());
                }
            }
        }
    }

    #[test]
    fn samples_are_met() {
        for how in Interpolator::ALL {
            let taps = weights(how, 6.0, 12);
            let largest = taps.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            assert_eq!(largest.0, 6, "{how:?}");
        }
        assert_eq!(
            weights(Interpolator::Linear, 2.25, 4),
            [(2, 0.75), (3, 0.25)]
        );
        assert_eq!(weights(Interpolator::Linear, 3.25, 4).len(), 1);
        assert_eq!(weights(Interpolator::NearestNeighbor, 1.5, 4), [(2, 1.0)]);
        let cubic: f64 = weights(Interpolator::BSpline, 0.4, 9)
            .iter()
            .map(|t| t.1)
            .sum();
        assert!((cubic - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_error_function_is_known() {
        assert!((erf(0.5) - 0.520_499_877_813_046_5).abs() < 1e-15);
        assert!((erf(-2.0) + 0.995_322_265_018_952_7).abs() < 1e-15);
        assert_eq!(erf(0.0), 0.0);
    }
}
