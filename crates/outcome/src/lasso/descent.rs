//! The minimum at one penalty: Newton's method, each of whose steps is taken
//! by coordinate descent on the exact second-order model of the loss.

use super::columns::Columns;
use super::likelihood::Likelihood;
use super::step::{Penalty, Place, Step};
use crate::Error;
use crate::vectors::{add_scaled, dot};

/// Left-over share of the null loss at which a model counts as perfect. Beyond
/// it a likelihood of separated classes has no minimum worth the iterations.
const PERFECT: f64 = 1e-4;

/// Halvings of a step before the place it starts from counts as the minimum.
const MAX_HALVINGS: usize = 40;

/// A model on its way down the penalties.
pub(super) struct Descent<L> {
    columns: Columns,
    likelihood: L,
    /// Largest change of the loss that counts as none.
    threshold: f64,
    max_sweeps: usize,
    sweeps: usize,
    place: Place,
    /// Where the Newton step started.
    before: Place,
    step: Step,
    loss: f64,
    null_intercept: f64,
    null_loss: f64,
}

impl<L: Likelihood> Descent<L> {
    /// The null model.
    pub fn new(columns: Columns, likelihood: L, tolerance: f64, max_sweeps: usize) -> Self {
        let (rows, n_columns) = (columns.rows(), columns.len());
        let place = Place {
            intercept: 0.0,
            coefficients: vec![0.0; n_columns],
            linear: vec![0.0; rows],
        };
        let mut descent = Self {
            columns,
            threshold: 0.0,
            max_sweeps,
            sweeps: 0,
            before: place.clone(),
            place,
            step: Step::new(rows, n_columns),
            loss: 0.0,
            null_intercept: likelihood.null_intercept(),
            null_loss: 0.0,
            likelihood,
        };
        descent.return_to_null();
        descent.null_loss = descent.loss;
        descent.threshold = tolerance * descent.null_loss;
        descent
    }

    /// Goes back to the null model.
    pub fn return_to_null(&mut self) {
        self.place.intercept = self.null_intercept;
        self.place.coefficients.fill(0.0);
        self.place.linear.fill(self.null_intercept);
        self.loss = self.likelihood.move_to(&self.place.linear);
    }

    pub fn intercept(&self) -> f64 {
        self.place.intercept
    }

    pub fn coefficients(&self) -> &[f64] {
        &self.place.coefficients
    }

    pub fn null_deviance(&self) -> f64 {
        2.0 * self.columns.rows() as f64 * self.null_loss
    }

    pub fn deviance_ratio(&self) -> f64 {
        1.0 - self.loss / self.null_loss
    }

    pub fn is_perfect(&self) -> bool {
        self.loss <= PERFECT * self.null_loss
    }

    /// The slope of the log likelihood (by the number of rows) along each column.
    pub fn gradient(&self, gradient: &mut [f64]) {
        let residuals = self.likelihood.residuals();
        for (column, slope) in gradient.iter_mut().enumerate() {
            *slope = dot(self.columns.column(column), residuals);
        }
    }

    /// Goes to the minimum over the working columns; the others keep their
    /// coefficients.
    pub fn solve(&mut self, working: &[usize], penalty: Penalty) -> Result<(), Error> {
        self.sweeps = 0;
        loop {
            self.before.clone_from(&self.place);
            self.step.start(&mut self.likelihood);
            self.descend(working, penalty)?;
            let change = self.step.largest_change(&self.before, &self.place);
            let lower = self.walk(penalty);
            if !lower || change < self.threshold || self.is_perfect() {
                return Ok(());
            }
        }
    }

    /// Minimises the second-order model.
    fn descend(&mut self, working: &[usize], penalty: Penalty) -> Result<(), Error> {
        let rows = self.columns.rows() as f64;
        loop {
            self.count_sweep()?;
            let mut change = self.step.update_intercept(&mut self.place);
            for &column in working {
                change = change.max(self.update(column, penalty));
            }
            if change < self.threshold {
                return Ok(());
            }
            // Most columns stay at 0: settle the others before asking them again.
            let mut patience = 0.0;
            while change >= self.threshold {
                self.count_sweep()?;
                change = self.step.update_intercept(&mut self.place);
                for slot in 0..self.step.n_moved() {
                    change = change.max(self.update(self.step.moved(slot), penalty));
                }
                // Leaps may cost as much as the sweeps that were in vain.
                patience += 1.0;
                let moved = self.step.n_moved() as f64;
                let price = 4.0 + moved / 4.0 + moved * moved / (12.0 * rows);
                if patience > price {
                    let ways = self.step.leap(&self.columns, &mut self.place, penalty);
                    patience = price * (1.0 - ways as f64);
                }
            }
        }
    }

    fn update(&mut self, column: usize, penalty: Penalty) -> f64 {
        let values = (column, self.columns.column(column));
        self.step
            .update(values, &mut self.place, penalty, &mut self.likelihood)
    }

    fn count_sweep(&mut self) -> Result<(), Error> {
        self.sweeps += 1;
        if self.sweeps > self.max_sweeps {
            return Err(Error::NotConverged {
                what: "a penalised fit",
                iterations: self.max_sweeps,
            });
        }
        Ok(())
    }

    /// Moves the likelihood to the new place, or to one nearer to the old when
    /// the second-order model has led uphill. False when no place on the way is
    /// lower: then the old one is kept.
    fn walk(&mut self, penalty: Penalty) -> bool {
        let start = self.loss + penalty.of(&self.before.coefficients);
        self.place.linear.fill(self.place.intercept);
        for (column, &coefficient) in self.place.coefficients.iter().enumerate() {
            if coefficient != 0.0 {
                let values = self.columns.column(column);
                add_scaled(&mut self.place.linear, coefficient, values);
            }
        }
        for _ in 0..MAX_HALVINGS {
            self.loss = self.likelihood.move_to(&self.place.linear);
            // Differences below rounding are none.
            if self.loss + penalty.of(&self.place.coefficients) <= start * (1.0 + 1e-14) {
                return true;
            }
            self.place.halve_towards(&self.before);
        }
        self.place.clone_from(&self.before);
        self.loss = self.likelihood.move_to(&self.place.linear);
        false
    }
}

impl Place {
    fn halve_towards(&mut self, other: &Self) {
        let halve = |to: &mut [f64], other: &[f64]| {
            for (to, other) in to.iter_mut().zip(other) {
                *to = 0.5 * (*to + other);
            }
        };
        self.intercept = 0.5 * (self.intercept + other.intercept);
        halve(&mut self.coefficients, &other.coefficients);
        halve(&mut self.linear, &other.linear);
    }
}
