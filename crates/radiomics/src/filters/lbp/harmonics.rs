//! Strengths of a pattern on a sphere, degree by degree.

use rustfft::num_complex::Complex64;

/// Spherical harmonics of degrees 0 to `levels - 1` at some points.
pub(super) struct Harmonics {
    /// Of each degree: the values at the points, order by order.
    degrees: Vec<Degree>,
}

struct Degree {
    /// Of each point, the orders `-n..=n`.
    values: Vec<Vec<Complex64>>,
    /// Products of two orders, summed over the points.
    products: Vec<Vec<Complex64>>,
}

impl Harmonics {
    /// At points on a sphere of this radius.
    ///
    /// PyRadiomics gives the angle from the z axis to `scipy.special.sph_harm`
    /// where that expects the angle around it, and the other way round; so it is
    /// here.
    pub fn at(points: &[[f64; 3]], radius: f64, levels: usize) -> Self {
        let angles = |&[x, y, z]: &[f64; 3]| [(z / radius).clamp(-1.0, 1.0).acos(), y.atan2(x)];
        let angles: Vec<[f64; 2]> = points.iter().map(angles).collect();
        let degrees = (0..levels).map(|n| {
            let orders = |&[around, from]: &[f64; 2]| {
                let n = n as i32;
                (-n..=n)
                    .map(|m| harmonic(n, m, around, from.cos()))
                    .collect::<Vec<_>>()
            };
            let values: Vec<Vec<Complex64>> = angles.iter().map(orders).collect();
            let product = |a: usize, b: usize| values.iter().map(|y| y[a] * y[b]).sum();
            let row = |a| (0..2 * n + 1).map(|b| product(a, b)).collect();
            Degree {
                products: (0..2 * n + 1).map(row).collect(),
                values,
            }
        });
        Self {
            degrees: degrees.collect(),
        }
    }

    /// For each degree the real part of the root of the sum of squares, over all
    /// points, of the part of a pattern that has this degree. The pattern is 1 at
    /// the points for which `set` holds, else 0.
    pub fn strengths<'a>(&'a self, set: &'a [bool]) -> impl Iterator<Item = f64> + 'a {
        self.degrees.iter().map(move |degree| {
            let orders = degree.products.len();
            let mut parts = vec![Complex64::default(); orders];
            for (values, _) in degree.values.iter().zip(set).filter(|&(_, &set)| set) {
                for (part, value) in parts.iter_mut().zip(values) {
                    *part += value;
                }
            }
            let pairs = (0..orders * orders).map(|i| (i / orders, i % orders));
            let terms = pairs.map(|(a, b)| parts[a] * parts[b] * degree.products[a][b]);
            terms.sum::<Complex64>().sqrt().re
        })
    }
}

/// The spherical harmonic of degree `n` and order `m` (with the Condon-Shortley
/// phase) at an angle around the axis and the cosine of that from it.
fn harmonic(n: i32, m: i32, around: f64, cosine: f64) -> Complex64 {
    let order = m.abs();
    // (n - m)! / (n + m)!
    let ratio: f64 = (n - order + 1..=n + order)
        .map(|k| 1.0 / f64::from(k))
        .product();
    let norm = (f64::from(2 * n + 1) / (4.0 * std::f64::consts::PI) * ratio).sqrt();
    let sign = if m < 0 && order % 2 == 1 { -1.0 } else { 1.0 };
    let size = sign * norm * legendre(n, order, cosine);
    Complex64::from_polar(1.0, f64::from(m) * around) * size
}

/// The associated Legendre function of degree `n` and order `m`, 0 <= m <= n.
fn legendre(n: i32, m: i32, x: f64) -> f64 {
    let sine = ((1.0 - x) * (1.0 + x)).sqrt();
    let (mut before, mut here) = (0.0, 1.0);
    for k in 0..m {
        here *= -f64::from(2 * k + 1) * sine;
    }
    for l in m + 1..=n {
        let next =
            (x * f64::from(2 * l - 1) * here - f64::from(l + m - 1) * before) / f64::from(l - m);
        (before, here) = (here, next);
    }
    here
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmonics_are_the_known_ones() {
        // Closed forms, at 0.3 around the axis and 1.1 from it.
        let near = |n, m, re: f64, im: f64| {
            let value = harmonic(n, m, 0.3, 1.1_f64.cos());
            assert!(
                (value - Complex64::new(re, im)).norm() < 1e-12,
                "{n} {m} {value}"
            );
        };
        near(0, 0, 0.28209479177387814, 0.0);
        near(1, 0, 0.22162820431795896, 0.0);
        let sin = 1.1_f64.sin();
        let size = (3.0 / (8.0 * std::f64::consts::PI)).sqrt() * sin;
        near(1, 1, -size * 0.3_f64.cos(), -size * 0.3_f64.sin());
        near(1, -1, size * 0.3_f64.cos(), -size * 0.3_f64.sin());
        let size = 0.25 * (7.5 / std::f64::consts::PI).sqrt() * 2.0 * sin * 1.1_f64.cos();
        near(2, 1, -size * 0.3_f64.cos(), -size * 0.3_f64.sin());
        let size = 0.25 * (7.5 / std::f64::consts::PI).sqrt() * sin * sin;
        near(2, -2, size * 0.6_f64.cos(), -size * 0.6_f64.sin());
    }
}
