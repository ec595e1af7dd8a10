//! The partial log likelihood with its derivatives.

use super::Ties;
use crate::linear::Factor;
use crate::vectors::{add_scaled, dot};
use crate::{Error, FollowUp};

/// Spread of the linear predictors beyond which no risk set can be summed.
const WIDEST: f64 = 500.0;

/// Patients by descending time, their columns standardised.
pub(super) struct Problem {
    rows: Vec<Vec<f64>>,
    event: Vec<bool>,
    /// Numbers of patients of each distinct time.
    tied: Vec<usize>,
    pub means: Vec<f64>,
    pub sds: Vec<f64>,
    pub events: usize,
    ties: Ties,
}

/// The log likelihood and its derivatives at some coefficients (of the
/// standardised columns).
pub(super) struct Place {
    pub coefficients: Vec<f64>,
    pub log_likelihood: f64,
    pub score: Vec<f64>,
    pub information: Vec<Vec<f64>>,
}

impl Place {
    pub fn information_factor(&self) -> Factor {
        Factor::new(self.information.clone())
    }
}

impl Problem {
    pub fn new(columns: &[Vec<f64>], outcome: &FollowUp, ties: Ties) -> Result<Self, Error> {
        let n = outcome.len() as f64;
        let means: Vec<f64> = columns.iter().map(|c| c.iter().sum::<f64>() / n).collect();
        let mut sds = Vec::new();
        for (column, (values, mean)) in columns.iter().zip(&means).enumerate() {
            let square: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
            let same = values.iter().all(|&v| v == values[0]);
            if same || square == 0.0 {
                return Err(Error::Constant { column });
            }
            sds.push((square / n).sqrt());
        }
        let mut order = outcome.order();
        order.reverse();
        let standardised = |row: usize| {
            let value = |j: usize| (columns[j][row] - means[j]) / sds[j];
            (0..columns.len()).map(value).collect()
        };
        let same_time = |a: &usize, b: &usize| outcome.time()[*a] == outcome.time()[*b];
        Ok(Self {
            rows: order.iter().map(|&row| standardised(row)).collect(),
            event: order.iter().map(|&row| outcome.event()[row]).collect(),
            tied: order.chunk_by(same_time).map(<[usize]>::len).collect(),
            means,
            sds,
            events: outcome.events(),
            ties,
        })
    }

    pub fn at(&self, coefficients: &[f64]) -> Place {
        let n_columns = coefficients.len();
        let mut place = Place {
            coefficients: coefficients.to_vec(),
            log_likelihood: f64::NEG_INFINITY,
            score: vec![0.0; n_columns],
            information: vec![vec![0.0; n_columns]; n_columns],
        };
        let linear: Vec<f64> = self.rows.iter().map(|row| dot(row, coefficients)).collect();
        let largest = linear.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let smallest = linear.iter().copied().fold(f64::INFINITY, f64::min);
        let spread = largest - smallest;
        if spread.is_nan() || spread > WIDEST {
            return place;
        }
        place.log_likelihood = 0.0;
        let mut at_risk = Sums::new(n_columns);
        let mut start = 0;
        for &tied in &self.tied {
            let mut dying = Sums::new(n_columns);
            let rows = start..start + tied;
            for (row, linear) in rows.clone().zip(&linear[rows]) {
                let relative = linear - largest;
                at_risk.add(&self.rows[row], relative.exp());
                if self.event[row] {
                    dying.add(&self.rows[row], relative.exp());
                    place.log_likelihood += relative;
                    add_scaled(&mut place.score, 1.0, &self.rows[row]);
                }
            }
            start += tied;
            for death in 0..dying.count {
                let share = match self.ties {
                    Ties::Efron => death as f64 / dying.count as f64,
                    Ties::Breslow => 0.0,
                };
                place.subtract(&at_risk, &dying, share);
            }
        }
        for i in 0..n_columns {
            for j in 0..i {
                place.information[j][i] = place.information[i][j];
            }
        }
        place
    }
}

impl Place {
    /// The term of one death, for which `share` of the dying have already left
    /// the risk set. Fills the lower triangle of the information.
    fn subtract(&mut self, at_risk: &Sums, dying: &Sums, share: f64) {
        let total = at_risk.weight - share * dying.weight;
        self.log_likelihood -= total.ln();
        let mean = |i: usize| (at_risk.first[i] - share * dying.first[i]) / total;
        for i in 0..self.score.len() {
            let mean_i = mean(i);
            self.score[i] -= mean_i;
            for j in 0..=i {
                let second = at_risk.second[i][j] - share * dying.second[i][j];
                self.information[i][j] += second / total - mean_i * mean(j);
            }
        }
    }
}

/// Weighted sums over patients: of 1, of the columns, of their products.
struct Sums {
    count: usize,
    weight: f64,
    first: Vec<f64>,
    second: Vec<Vec<f64>>,
}

impl Sums {
    fn new(n_columns: usize) -> Self {
        Self {
            count: 0,
            weight: 0.0,
            first: vec![0.0; n_columns],
            second: (0..n_columns).map(|i| vec![0.0; i + 1]).collect(),
        }
    }

    fn add(&mut self, row: &[f64], weight: f64) {
        self.count += 1;
        self.weight += weight;
        for (i, x) in row.iter().enumerate() {
            self.first[i] += weight * x;
            for (sum, y) in self.second[i].iter_mut().zip(row) {
                *sum += weight * x * y;
            }
        }
    }
}
