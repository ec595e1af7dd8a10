//! One Newton step: the second-order model of the loss around a place, and the
//! ways to its minimum.

use super::columns::Columns;
use super::likelihood::Likelihood;
use crate::linear::Factor;
use crate::vectors::{add_scaled, dot};

/// Factors of the absolute and of half the squared coefficients.
#[derive(Clone, Copy)]
pub(super) struct Penalty {
    pub l1: f64,
    pub l2: f64,
}

impl Penalty {
    pub fn of(&self, coefficients: &[f64]) -> f64 {
        let one = |b: &f64| b.abs() * (self.l1 + 0.5 * self.l2 * b.abs());
        coefficients.iter().map(one).sum()
    }
}

/// A model, by its coefficients and by what they give for each row.
#[derive(Clone)]
pub(super) struct Place {
    pub intercept: f64,
    pub coefficients: Vec<f64>,
    pub linear: Vec<f64>,
}

/// The second-order model, filled where it is needed.
pub(super) struct Step {
    /// Minus the gradient of the model by the rows' linear predictors.
    residuals: Vec<f64>,
    /// The columns that have moved.
    moved: Vec<usize>,
    /// Place of each column among them.
    slot: Vec<Option<usize>>,
    /// Second derivatives times column, one moved column after the other.
    bent: Vec<f64>,
    /// Second derivative along each moved column.
    curvature: Vec<f64>,
    /// The same for the intercept.
    bent_intercept: Vec<f64>,
    intercept_curvature: f64,
    ones: Vec<f64>,
}

impl Step {
    pub fn new(rows: usize, n_columns: usize) -> Self {
        Self {
            residuals: vec![0.0; rows],
            moved: Vec::new(),
            slot: vec![None; n_columns],
            bent: Vec::new(),
            curvature: Vec::new(),
            bent_intercept: vec![0.0; rows],
            intercept_curvature: 0.0,
            ones: vec![1.0; rows],
        }
    }

    /// The model around the place where the likelihood is.
    pub fn start<L: Likelihood>(&mut self, likelihood: &mut L) {
        self.residuals.copy_from_slice(likelihood.residuals());
        for column in self.moved.drain(..) {
            self.slot[column] = None;
        }
        self.bent.clear();
        self.curvature.clear();
        if L::INTERCEPT {
            likelihood.bend(&self.ones, &mut self.bent_intercept);
            self.intercept_curvature = self.bent_intercept.iter().sum();
        }
    }

    pub fn n_moved(&self) -> usize {
        self.moved.len()
    }

    pub fn moved(&self, slot: usize) -> usize {
        self.moved[slot]
    }

    fn bent(&self, slot: usize) -> &[f64] {
        let rows = self.residuals.len();
        &self.bent[slot * rows..][..rows]
    }

    /// The minimum along the intercept. Gives the change, as curvature times
    /// squared distance.
    pub fn update_intercept(&mut self, place: &mut Place) -> f64 {
        if self.intercept_curvature <= 0.0 {
            return 0.0;
        }
        let slope: f64 = self.residuals.iter().sum();
        let change = slope / self.intercept_curvature;
        place.intercept += change;
        add_scaled(&mut self.residuals, -change, &self.bent_intercept);
        self.intercept_curvature * change * change
    }

    /// The minimum along one column. Gives the change as above.
    pub fn update(
        &mut self,
        (column, values): (usize, &[f64]),
        place: &mut Place,
        penalty: Penalty,
        likelihood: &mut impl Likelihood,
    ) -> f64 {
        let slope = dot(values, &self.residuals);
        let old = place.coefficients[column];
        if old == 0.0 && slope.abs() <= penalty.l1 {
            return 0.0;
        }
        let slot = match self.slot[column] {
            Some(slot) => slot,
            None => self.admit(column, values, likelihood),
        };
        let curvature = self.curvature[slot];
        if curvature + penalty.l2 <= 0.0 {
            return 0.0;
        }
        let pull = slope + curvature * old;
        let new = pull.signum() * (pull.abs() - penalty.l1).max(0.0) / (curvature + penalty.l2);
        let change = new - old;
        if change == 0.0 {
            return 0.0;
        }
        place.coefficients[column] = new;
        let rows = values.len();
        add_scaled(
            &mut self.residuals,
            -change,
            &self.bent[slot * rows..][..rows],
        );
        curvature * change * change
    }

    fn admit(&mut self, column: usize, values: &[f64], likelihood: &mut impl Likelihood) -> usize {
        let (slot, rows) = (self.moved.len(), values.len());
        self.moved.push(column);
        self.slot[column] = Some(slot);
        self.bent.resize((slot + 1) * rows, 0.0);
        let bent = &mut self.bent[slot * rows..];
        likelihood.bend(values, bent);
        self.curvature.push(dot(values, bent));
        slot
    }

    /// Goes straight to the minimum over the coefficients that are not 0; where
    /// one would change its sign on the way, it becomes 0, and the way goes on
    /// without it. Correlated columns need this, as they creep one by one. Gives
    /// the number of straight ways, which is bounded.
    pub fn leap(&mut self, columns: &Columns, place: &mut Place, penalty: Penalty) -> usize {
        let coefficient = |slot: usize| place.coefficients[self.moved[slot]];
        let slots: Vec<usize> = (0..self.moved.len())
            .filter(|&slot| coefficient(slot) != 0.0)
            .collect();
        let rows = self.residuals.len();
        let before: Vec<f64> = slots.iter().map(|&slot| coefficient(slot)).collect();
        let (matrix, slopes) = self.second_order(columns, &slots, &before, penalty);
        let (after, ways) = least(&matrix, slopes, &before);
        for ((&slot, before), after) in slots.iter().zip(&before).zip(&after) {
            place.coefficients[self.moved[slot]] = *after;
            add_scaled(
                &mut self.residuals,
                before - after,
                &self.bent[slot * rows..][..rows],
            );
        }
        if let Some(change) = after.get(slots.len()) {
            place.intercept += change;
            add_scaled(&mut self.residuals, -change, &self.bent_intercept);
        }
        ways
    }

    /// Second derivatives (lower triangle) and downhill slopes of the penalised
    /// model along the given columns and, last, the intercept.
    fn second_order(
        &self,
        columns: &Columns,
        slots: &[usize],
        coefficients: &[f64],
        penalty: Penalty,
    ) -> (Vec<Vec<f64>>, Vec<f64>) {
        let mut matrix: Vec<Vec<f64>> = Vec::with_capacity(slots.len() + 1);
        let mut slopes = Vec::with_capacity(slots.len() + 1);
        for (i, (&slot, b)) in slots.iter().zip(coefficients).enumerate() {
            let values = columns.column(self.moved[slot]);
            slopes.push(dot(values, &self.residuals) - penalty.l1 * b.signum() - penalty.l2 * b);
            let before = slots[..i]
                .iter()
                .map(|&other| dot(values, self.bent(other)));
            let row = before.chain([self.curvature[slot] + penalty.l2]);
            matrix.push(row.collect());
        }
        if self.intercept_curvature > 0.0 {
            slopes.push(self.residuals.iter().sum());
            let row = slots.iter().map(|&slot| self.bent(slot).iter().sum());
            matrix.push(row.chain([self.intercept_curvature]).collect());
        }
        (matrix, slopes)
    }

    /// The largest change of the whole step.
    pub fn largest_change(&self, from: &Place, to: &Place) -> f64 {
        let intercept = to.intercept - from.intercept;
        let mut largest = self.intercept_curvature * intercept * intercept;
        for (&column, curvature) in self.moved.iter().zip(&self.curvature) {
            let change = to.coefficients[column] - from.coefficients[column];
            largest = largest.max(curvature * change * change);
        }
        largest
    }
}

/// Straight ways of one leap.
const MAX_WAYS: usize = 30;

/// Where a quadratic function has its minimum, given its second derivatives
/// (lower triangle) and downhill slopes at `start`. A value of `start` must not
/// change its sign: one that would becomes 0 for good. What `start` does not
/// cover, at the end, starts at 0 and is free. Gives the number of straight ways
/// too; the last of [`MAX_WAYS`] may end before the minimum.
fn least(matrix: &[Vec<f64>], mut slopes: Vec<f64>, start: &[f64]) -> (Vec<f64>, usize) {
    let element = |i: usize, j: usize| matrix[i.max(j)][i.min(j)];
    let mut values = start.to_vec();
    values.resize(slopes.len(), 0.0);
    let mut free: Vec<usize> = (0..slopes.len()).collect();
    let mut ways = 0;
    loop {
        ways += 1;
        let lower = |i: usize| (0..=i).map(|j| element(free[i], free[j])).collect();
        let part: Vec<Vec<f64>> = (0..free.len()).map(lower).collect();
        let downhill: Vec<f64> = free.iter().map(|&i| slopes[i]).collect();
        let way = Factor::new(part).solve(&downhill);
        // The share of the way at which a value reaches 0.
        let end = |(&i, way): (&usize, &f64)| {
            let share = -values[i] / way;
            if i < start.len() && share > 0.0 {
                share
            } else {
                f64::INFINITY
            }
        };
        let ends: Vec<f64> = free.iter().zip(&way).map(end).collect();
        let share = ends.iter().copied().fold(1.0, f64::min);
        for (&i, (way, end)) in free.iter().zip(way.iter().zip(&ends)) {
            values[i] = if *end <= share {
                0.0
            } else {
                values[i] + share * way
            };
        }
        if share == 1.0 || ways == MAX_WAYS {
            return (values, ways);
        }
        for (i, slope) in slopes.iter_mut().enumerate() {
            let bent: f64 = free
                .iter()
                .zip(&way)
                .map(|(&j, way)| element(i, j) * way)
                .sum();
            *slope -= share * bent;
        }
        free.retain(|&i| i >= start.len() || values[i] != 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_value_of_a_quadratic() {
        // x^2 + y^2 + x y - 5 x - 4 y, free: x = 2, y = 1.
        let matrix = [vec![2.0], vec![1.0, 2.0]];
        let slopes = |x: f64, y: f64| vec![5.0 - 2.0 * x - y, 4.0 - 2.0 * y - x];
        let (found, ways) = least(&matrix, slopes(1.0, 3.0), &[1.0, 3.0]);
        assert!((found[0] - 2.0).abs() < 1e-15 && (found[1] - 1.0).abs() < 1e-15);
        assert_eq!(ways, 1);
        // x must stay negative: it ends at 0, and y goes on to 2.
        let found = least(&matrix, slopes(-1.0, 0.0), &[-1.0]);
        assert_eq!(found, (vec![0.0, 2.0], 2));
    }
}
