//! One co-occurrence matrix, measured.

use std::cell::OnceCell;
use std::iter::repeat_n;
use std::mem::take;

use crate::features::maximal_correlation::maximal_correlation;
use crate::features::{EPSILON, entropy};
use crate::matrices::glcm::Glcm;

/// What the features of a part of a region take from the whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Region {
    /// Ng.
    highest_level: u32,
    /// Whether there is one grey level alone.
    flat: bool,
}

impl Region {
    /// That of these levels, ascending.
    pub fn of(levels: &[u32]) -> Self {
        Self {
            highest_level: levels.last().copied().unwrap_or(0),
            flat: levels.len() < 2,
        }
    }
}

/// What the features of one matrix are made of.
#[derive(Debug, Clone)]
pub struct Joint {
    glcm: Glcm,
    region: Region,
    /// px and py.
    marginals: [Vec<f64>; 2],
    pub(super) mean: [f64; 2],
    pub(super) variance: [f64; 2],
    covariance: f64,
    pub(super) autocorrelation: f64,
    pub(super) energy: f64,
    pub(super) maximum: f64,
    /// p-(k) for k = 0 .. highest level - lowest level.
    pub(super) difference: Vec<f64>,
    /// p+(k) for k = 2 lowest level .. 2 highest level.
    pub(super) sum: Vec<f64>,
    /// [`Self::mutual_information`], once it is known.
    information: OnceCell<f64>,
}

/// A cell of a matrix that is not 0.
struct Cell {
    row: usize,
    column: usize,
    p: f64,
    /// 2 for a cell of a symmetric matrix that stands for its mirror image
    /// too, else 1.
    times: f64,
}

impl Joint {
    /// Measures one matrix.
    pub fn of(glcm: Glcm) -> Self {
        let region = Region::of(&glcm.levels);
        Self::within(glcm, region)
    }

    /// Measures the matrix of a part of a region.
    pub(super) fn within(glcm: Glcm, region: Region) -> Self {
        let levels = &glcm.levels;
        let marginals = marginals(&glcm);
        let over = |p: &[f64], f: &dyn Fn(f64) -> f64| -> f64 {
            p.iter()
                .zip(levels)
                .map(|(p, &level)| p * f(f64::from(level)))
                .sum()
        };
        let mean = [0, 1].map(|side| over(&marginals[side], &|level| level));
        let variance =
            [0, 1].map(|side| over(&marginals[side], &|level| (level - mean[side]).powi(2)));
        let range = match levels[..] {
            [lowest, .., highest] => (highest - lowest) as usize,
            _ => 0,
        };
        let mut joint = Self {
            mean,
            variance,
            covariance: 0.0,
            autocorrelation: 0.0,
            energy: 0.0,
            maximum: 0.0,
            difference: repeat_n(0.0, range + 1).collect(),
            sum: repeat_n(0.0, 2 * range + 1).collect(),
            information: OnceCell::new(),
            marginals,
            glcm,
            region,
        };
        joint.add_cells();
        joint
    }

    fn add_cells(&mut self) {
        let [ux, uy] = self.mean;
        let lowest = self.glcm.levels.first().copied().unwrap_or(0);
        let (mut difference, mut sum) = (take(&mut self.difference), take(&mut self.sum));
        let (mut autocorrelation, mut covariance) = (0.0, 0.0);
        let (mut energy, mut maximum) = (0.0, 0.0f64);
        self.each_cell(|cell| {
            let [i, j] = [cell.row, cell.column].map(|at| self.glcm.levels[at]);
            let p = cell.times * cell.p;
            energy += p * cell.p;
            maximum = maximum.max(cell.p);
            difference[i.abs_diff(j) as usize] += p;
            sum[(i - lowest + (j - lowest)) as usize] += p;
            let [i, j] = [i, j].map(f64::from);
            autocorrelation += i * j * p;
            covariance += (i - ux) * (j - uy) * p;
        });
        (self.difference, self.sum) = (difference, sum);
        (self.autocorrelation, self.covariance) = (autocorrelation, covariance);
        (self.energy, self.maximum) = (energy, maximum);
    }

    /// Shows the cells that are not 0, of a symmetric matrix those of its lower
    /// half.
    fn each_cell(&self, mut each: impl FnMut(Cell)) {
        let order = self.glcm.levels.len();
        let symmetric = self.glcm.symmetric;
        for (row, cells) in self.glcm.probability.chunks_exact(order).enumerate() {
            let end = if symmetric { row + 1 } else { order };
            for (column, &p) in cells[..end].iter().enumerate() {
                if p > 0.0 {
                    let mirrored = symmetric && column < row;
                    each(Cell {
                        row,
                        column,
                        p,
                        times: if mirrored { 2.0 } else { 1.0 },
                    });
                }
            }
        }
    }

    /// HXY in bits.
    pub(super) fn entropy(&self) -> f64 {
        let mut sum = 0.0;
        self.each_cell(|cell| sum -= cell.times * cell.p * (cell.p + EPSILON).log2());
        sum
    }

    /// sum p log2(p / (px py)), in bits: HX + HY - HXY, without their
    /// rounding.
    fn mutual_information(&self) -> f64 {
        let of_cells = || {
            let [px, py] = &self.marginals;
            let mut sum = 0.0;
            self.each_cell(|cell| {
                let independent = px[cell.row] * py[cell.column];
                let ratio = (cell.p + EPSILON) / (independent + EPSILON);
                sum += cell.times * cell.p * ratio.log2();
            });
            sum
        };
        *self.information.get_or_init(of_cells)
    }

    /// sum f(k) p-(k).
    pub(super) fn over_differences(&self, f: impl Fn(f64) -> f64) -> f64 {
        let differences = self.difference.iter().enumerate();
        differences.map(|(k, p)| f(k as f64) * p).sum()
    }

    /// sum f(k) p+(k).
    pub(super) fn over_sums(&self, f: impl Fn(f64) -> f64) -> f64 {
        let least = 2.0
            * self
                .glcm
                .levels
                .first()
                .map_or(0.0, |&level| f64::from(level));
        let sums = self.sum.iter().enumerate();
        sums.map(|(k, p)| f(least + k as f64) * p).sum()
    }

    /// sum (i + j - ux - uy)^n p.
    pub(super) fn cluster(&self, power: i32) -> f64 {
        let [ux, uy] = self.mean;
        self.over_sums(|k| (k - ux - uy).powi(power))
    }

    pub(super) fn highest_level(&self) -> f64 {
        f64::from(self.region.highest_level)
    }

    pub(super) fn correlation(&self) -> f64 {
        let spread = self.variance[0].sqrt() * self.variance[1].sqrt();
        if spread == 0.0 {
            1.0
        } else {
            self.covariance / (spread + EPSILON)
        }
    }

    pub(super) fn difference_variance(&self) -> f64 {
        let mean = self.over_differences(|k| k);
        self.over_differences(|k| (k - mean).powi(2))
    }

    pub(super) fn information_1(&self) -> f64 {
        let [hx, hy] = [0, 1].map(|side| entropy(self.marginals[side].iter().copied()));
        let most = hx.max(hy);
        let information = self.mutual_information();
        if information == 0.0 || most == 0.0 {
            0.0
        } else {
            -information / most
        }
    }

    pub(super) fn information_2(&self) -> f64 {
        // Below 0 only by rounding.
        let information = self.mutual_information().max(0.0);
        (-(-2.0 * information).exp_m1()).sqrt()
    }

    /// 1 where the region has one grey level alone, 0 for one level of several,
    /// NaN without convergence.
    pub(super) fn maximal_correlation(&self) -> f64 {
        if self.glcm.levels.len() < 2 {
            return f64::from(u8::from(self.region.flat));
        }
        let [px, py] = &self.marginals;
        let symmetric = self.glcm.symmetric;
        maximal_correlation(&self.glcm.probability, px, py, symmetric).unwrap_or(f64::NAN)
    }
}

fn marginals(glcm: &Glcm) -> [Vec<f64>; 2] {
    let order = glcm.levels.len();
    let mut px: Vec<f64> = repeat_n(0.0, order).collect();
    // Sums of columns, so that several are added at a time.
    for row in glcm.probability.chunks_exact(order) {
        px.iter_mut().zip(row).for_each(|(px, p)| *px += p);
    }
    if glcm.symmetric {
        return [px.clone(), px];
    }
    let rows = glcm.probability.chunks_exact(order);
    [rows.map(|row| row.iter().sum()).collect(), px]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::glcm::FEATURES;

    fn value(name: &str, levels: &[u32], probability: &[f64], symmetric: bool) -> f64 {
        let (levels, probability) = (levels.to_vec(), probability.to_vec());
        let joint = Joint::of(Glcm {
            levels,
            probability,
            symmetric,
        });
        let feature = FEATURES
            .iter()
            .find(|f| f.pyradiomics == Some(name))
            .unwrap();
        (feature.value)(&joint)
    }

    #[test]
    fn one_grey_level_takes_the_special_values() {
        let of = |name| value(name, &[3], &[1.0], true);
        for (name, expected) in [
            ("Correlation", 1.0),
            ("MCC", 1.0),
            ("Imc1", 0.0),
            ("Imc2", 0.0),
            ("Contrast", 0.0),
            ("JointEnergy", 1.0),
            ("Id", 1.0),
            ("JointAverage", 3.0),
            ("SumAverage", 6.0),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
    }

    #[test]
    fn two_levels_by_hand() {
        // Two levels: MCC and |Correlation| are the same number.
        let p = [0.4, 0.1, 0.1, 0.4];
        for (name, expected) in [
            ("MCC", 0.6),
            ("Correlation", 0.6),
            ("Contrast", 0.2),
            ("InverseVariance", 0.2),
        ] {
            assert!(
                (value(name, &[1, 2], &p, true) - expected).abs() < 1e-12,
                "{name}"
            );
        }
        let lopsided = [0.5, 0.3, 0.1, 0.1];
        let mcc = value("MCC", &[1, 2], &lopsided, false);
        let correlation = value("Correlation", &[1, 2], &lopsided, false);
        assert!(
            (mcc - correlation.abs()).abs() < 1e-9,
            "{mcc} {correlation}"
        );
    }

    #[test]
    fn independent_levels_carry_no_information() {
        let p: Vec<f64> = [0.2, 0.3, 0.5]
            .iter()
            .flat_map(|a| [0.2, 0.3, 0.5].map(|b| a * b))
            .collect();
        let levels = [1, 2, 7];
        for name in ["Correlation", "MCC", "Imc1"] {
            assert!(value(name, &levels, &p, true).abs() < 1e-12, "{name}");
        }
        assert!(value("Imc2", &levels, &p, true) < 1e-6);
    }
}
