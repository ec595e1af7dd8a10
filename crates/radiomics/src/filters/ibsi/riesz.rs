//! The Riesz transform.

use realfft::num_complex::Complex;

use crate::{Error, Geometry};

/// The Riesz transform of an order (l1, l2, l3), L in all, along x, y and z:
/// `(-i)^L sqrt(L! / (l1! l2! l3!)) v1^l1 v2^l2 v3^l3 / |v|^L` for the frequency
/// v, and 0 for the frequency 0.
///
/// Source: IBSI 2, section on Riesz transforms (AYRS). Frequencies are those of
/// the discrete Fourier transform, per mm. Where an even number of cells has no
/// sign for its highest frequency, the mean over both signs is taken.
pub(super) struct Riesz {
    factor: Complex<f64>,
    total: i32,
    axes: [Vec<Frequency>; 3],
}

/// What a frequency along one axis contributes.
struct Frequency {
    square: f64,
    power: f64,
    /// Whether the other sign would turn the power's.
    signless: bool,
}

/// The highest order in all; beyond it a factorial is no exact number.
const HIGHEST: u32 = 18;

impl Riesz {
    /// For a box of so many cells with the spacing of a grid.
    pub fn new(order: [u32; 3], size: [usize; 3], grid: &Geometry) -> Self {
        let total: u32 = order.iter().sum();
        let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
        let multiplicity = factorial(total) / order.map(factorial).iter().product::<f64>();
        let axes = std::array::from_fn(|axis| {
            let (n, power) = (size[axis], order[axis]);
            let frequency = |at: usize| {
                let signed = if 2 * at < n {
                    at as f64
                } else {
                    at as f64 - n as f64
                };
                let per_mm = signed / (n as f64 * grid.spacing_mm[axis]);
                Frequency {
                    square: per_mm * per_mm,
                    power: per_mm.powi(power as i32),
                    signless: 2 * at == n && power % 2 == 1,
                }
            };
            (0..n).map(frequency).collect()
        });
        Self {
            factor: Complex::new(0.0, -1.0).powu(total) * multiplicity.sqrt(),
            total: total as i32,
            axes,
        }
    }

    /// What it does to a frequency, by its index in the box.
    pub fn at(&self, [x, y, z]: [usize; 3]) -> Complex<f64> {
        let [x, y, z] = [&self.axes[0][x], &self.axes[1][y], &self.axes[2][z]];
        let square = x.square + y.square + z.square;
        if square == 0.0 || (x.signless ^ y.signless ^ z.signless) {
            return Complex::default();
        }
        let length = if self.total % 2 == 0 {
            square.powi(self.total / 2)
        } else {
            square.sqrt().powi(self.total)
        };
        self.factor * (x.power * y.power * z.power / length)
    }
}

/// Refuses an order that is no transform, or one across slices that are
/// filtered one by one.
pub(super) fn check_order(filter: &str, order: [u32; 3], by_slice: bool) -> Result<(), Error> {
    let total = order.iter().fold(0_u32, |sum, l| sum.saturating_add(*l));
    let problem = if !(1..=HIGHEST).contains(&total) {
        format!("the orders along x, y and z must add up to 1 to {HIGHEST}")
    } else if by_slice && order[2] > 0 {
        "slices are filtered one by one, so the order along z must be 0".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::Settings(format!(
        "{filter}: riesz is {order:?}; {problem}"
    )))
}

/// The part of a name that tells the order.
pub(super) fn named([x, y, z]: [u32; 3], by_slice: bool) -> String {
    if by_slice {
        format!("_riesz{x}-{y}")
    } else {
        format!("_riesz{x}-{y}-{z}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_orders_of_one_sum_keep_the_energy() {
        let grid = Geometry::aligned([7, 5, 3], [1.0, 2.0, 3.0]);
        for total in 1..=4 {
            let orders = (0..=total).flat_map(|x| (0..=total - x).map(move |y| (x, y)));
            let all: Vec<_> = orders
                .map(|(x, y)| Riesz::new([x, y, total - x - y], grid.size, &grid))
                .collect();
            for index in [[1, 0, 0], [3, 2, 1], [6, 4, 2], [0, 3, 0]] {
                let energy: f64 = all.iter().map(|riesz| riesz.at(index).norm_sqr()).sum();
                assert!((energy - 1.0).abs() < 1e-14, "{total} {index:?}: {energy}");
            }
            assert_eq!(all[0].at([0; 3]), Complex::default());
        }
    }

    #[test]
    fn opposite_frequencies_are_conjugates() {
        let grid = Geometry::aligned([6, 4, 2], [1.0; 3]);
        for order in [[1, 0, 0], [1, 1, 0], [1, 1, 1], [2, 1, 0]] {
            let riesz = Riesz::new(order, grid.size, &grid);
            for at in 0..48 {
                let index = [at % 6, at / 6 % 4, at / 24];
                let opposite = std::array::from_fn(|a| (grid.size[a] - index[a]) % grid.size[a]);
                let (here, there) = (riesz.at(index), riesz.at(opposite));
                assert!((here - there.conj()).norm() < 1e-15, "{order:?} {index:?}");
            }
        }
    }
}
