//! Cox regression without a penalty.

mod likelihood;

use crate::difference::normal_width;
use crate::error::check_columns;
use crate::vectors::dot;
use crate::{Error, FollowUp};
use likelihood::{Place, Problem};
use stats::distribution::normal_p;

/// How events at the same time are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// Efron's approximation: R's default.
    Efron,
    /// Breslow's approximation: that of the penalised models.
    Breslow,
}

/// A Cox model: the hazard of a patient is a baseline hazard times
/// `exp(coefficients . (columns - means))`.
#[derive(Clone, Debug, PartialEq)]
pub struct CoxFit {
    /// Log hazard ratios of one unit of each column.
    pub coefficients: Vec<f64>,
    /// Their standard errors, from the observed information.
    pub standard_errors: Vec<f64>,
    /// Their covariance.
    pub covariance: Vec<Vec<f64>>,
    /// Partial log likelihood without columns, and of the fit.
    pub log_likelihood: [f64; 2],
    /// Score test that all coefficients are 0: chi-squared, one degree of
    /// freedom a column.
    pub score_test: f64,
    /// Wald test of the same.
    pub wald_test: f64,
    /// Likelihood ratio test of the same.
    pub likelihood_ratio: f64,
    /// Newton steps made.
    pub iterations: usize,
    /// Mean of each column.
    pub means: Vec<f64>,
}

impl CoxFit {
    /// Coefficient `i` by its standard error.
    ///
    /// # Panics
    /// When there is no column `i`.
    pub fn z(&self, i: usize) -> f64 {
        self.coefficients[i] / self.standard_errors[i]
    }

    /// Two-sided p of [`CoxFit::z`].
    ///
    /// # Panics
    /// When there is no column `i`.
    pub fn p(&self, i: usize) -> f64 {
        normal_p(self.z(i))
    }

    /// Hazard ratio of one unit of column `i` with Wald's interval. The bounds
    /// are NaN when the level is not strictly between 0 and 1.
    ///
    /// # Panics
    /// When there is no column `i`.
    pub fn hazard_ratio(&self, i: usize, level: f64) -> (f64, f64, f64) {
        let half = normal_width(level).unwrap_or(f64::NAN) * self.standard_errors[i];
        let log = self.coefficients[i];
        (log.exp(), (log - half).exp(), (log + half).exp())
    }
}

/// Relative change of the log likelihood that ends the iteration.
const SAME: f64 = 1e-11;
const MAX_ITERATIONS: usize = 50;

/// Least information of a standardised column, by event.
const NO_INFORMATION: f64 = 1e-11;

/// A step of a fit that has converged, in standard deviations of the column and
/// relative to the coefficient: larger ones never end.
const RUNNING_AWAY: f64 = 1e-3;

/// Fits by Newton's method with step halving, as R's `survival::coxph` does.
///
/// # Errors
/// Lengths that differ, values that are not finite, no column, no event; a
/// column that does not vary among the patients at risk, that follows from
/// those before it, or whose coefficient grows without end.
pub fn fit(columns: &[Vec<f64>], outcome: &FollowUp, ties: Ties) -> Result<CoxFit, Error> {
    check_columns(columns, outcome.len())?;
    if columns.is_empty() {
        return Err(Error::NoColumns);
    }
    if outcome.events() == 0 {
        return Err(Error::NoEvents { n: outcome.len() });
    }
    let problem = Problem::new(columns, outcome, ties)?;
    let null = problem.at(&vec![0.0; columns.len()]);
    problem.check_information(&null)?;
    let step = null.information_factor().solve(&null.score);
    let score_test = dot(&step, &null.score);
    let (place, iterations) = problem.climb(&null)?;

    let factor = place.information_factor();
    let scaled = factor.inverse();
    let n_columns = columns.len();
    let unscale = |i: usize, j: usize| scaled[i][j] / (problem.sds[i] * problem.sds[j]);
    let covariance: Vec<Vec<f64>> = (0..n_columns)
        .map(|i| (0..n_columns).map(|j| unscale(i, j)).collect())
        .collect();
    let curvature = |row: &Vec<f64>| dot(row, &place.coefficients);
    let curvatures: Vec<f64> = place.information.iter().map(curvature).collect();
    let by_sd = place.coefficients.iter().zip(&problem.sds);
    Ok(CoxFit {
        coefficients: by_sd.map(|(b, sd)| b / sd).collect(),
        standard_errors: (0..n_columns).map(|i| covariance[i][i].sqrt()).collect(),
        covariance,
        log_likelihood: [null.log_likelihood, place.log_likelihood],
        score_test,
        wald_test: dot(&curvatures, &place.coefficients),
        likelihood_ratio: 2.0 * (place.log_likelihood - null.log_likelihood),
        iterations,
        means: problem.means,
    })
}

impl Problem {
    fn check_information(&self, null: &Place) -> Result<(), Error> {
        let least = NO_INFORMATION * self.events as f64;
        let diagonal = |i: &usize| null.information[*i][*i];
        if let Some(column) = (0..self.sds.len()).find(|i| diagonal(i) <= least) {
            return Err(Error::Constant { column });
        }
        match null.information_factor().left_out().next() {
            Some(column) => Err(Error::Collinear { column }),
            None => Ok(()),
        }
    }

    /// From the null model to the maximum.
    fn climb(&self, null: &Place) -> Result<(Place, usize), Error> {
        let mut place = self.at(&null.coefficients);
        for iteration in 1..=MAX_ITERATIONS {
            let step = place.information_factor().solve(&place.score);
            let mut share = 1.0;
            let next = loop {
                let to = |(b, step): (&f64, &f64)| b + share * step;
                let to: Vec<f64> = place.coefficients.iter().zip(&step).map(to).collect();
                let next = self.at(&to);
                // Near the top, rounding may make a step seem to lead down.
                let floor = place.log_likelihood - SAME * place.log_likelihood.abs();
                if next.log_likelihood >= floor {
                    break next;
                }
                share *= 0.5;
                if share < 1e-10 {
                    return Err(self.runaway(&place).unwrap_or_else(not_converged));
                }
            };
            let change = (next.log_likelihood - place.log_likelihood).abs();
            place = next;
            if change <= SAME * place.log_likelihood.abs().max(1e-3) {
                return match self.runaway(&place) {
                    Some(error) => Err(error),
                    None => Ok((place, iteration)),
                };
            }
        }
        Err(self.runaway(&place).unwrap_or_else(not_converged))
    }

    /// The column whose coefficient would go on growing.
    fn runaway(&self, place: &Place) -> Option<Error> {
        let factor = place.information_factor();
        if let Some(column) = factor.left_out().next() {
            return Some(Error::Monotone { column });
        }
        let step = factor.solve(&place.score);
        let grows =
            |&i: &usize| step[i].abs() > RUNNING_AWAY * place.coefficients[i].abs().max(1.0);
        let fastest = |a: &usize, b: &usize| step[*a].abs().total_cmp(&step[*b].abs());
        let column = (0..step.len()).filter(grows).max_by(fastest)?;
        Some(Error::Monotone { column })
    }
}

fn not_converged() -> Error {
    Error::NotConverged {
        what: "the Cox model",
        iterations: MAX_ITERATIONS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow_up(time: &[f64], event: &[bool]) -> FollowUp {
        FollowUp::new(time.to_vec(), event.to_vec()).unwrap()
    }

    /// One binary column, no ties: score test = log-rank test.
    #[test]
    fn score_test_is_the_log_rank_test() {
        let outcome = follow_up(
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            &[true, true, false, true, true, false],
        );
        let groups = [0, 1, 0, 0, 1, 1];
        let column = groups.iter().map(|&g| g as f64).collect();
        let fit = fit(&[column], &outcome, Ties::Efron).unwrap();
        let test = crate::logrank::test(&outcome, &groups, 2, 0.0).unwrap();
        assert!((fit.score_test - test.chi_squared).abs() < 1e-12);
        let (ratio, low, high) = fit.hazard_ratio(0, 0.95);
        assert!(low < ratio && ratio < high && fit.hazard_ratio(0, 2.0).1.is_nan());
    }

    #[test]
    fn columns_that_cannot_be_fitted_are_named() {
        let outcome = follow_up(&[1.0, 2.0, 3.0, 4.0, 5.0], &[false, true, true, true, true]);
        let good = vec![1.0, 4.0, 2.0, 5.0, 3.0];
        let run = |second: &[f64]| fit(&[good.clone(), second.to_vec()], &outcome, Ties::Efron);
        assert_eq!(run(&[0.1; 5]).unwrap_err(), Error::Constant { column: 1 });
        // Varies only in the one who left before the first event.
        let gone = run(&[9.0, 1.0, 1.0, 1.0, 1.0]).unwrap_err();
        assert_eq!(gone, Error::Constant { column: 1 });
        let twice: Vec<f64> = good.iter().map(|x| 2.0 * x + 1.0).collect();
        assert_eq!(run(&twice).unwrap_err(), Error::Collinear { column: 1 });
        let perfect = fit(&[vec![0.0, 4.0, 3.0, 2.0, 1.0]], &outcome, Ties::Breslow);
        assert_eq!(perfect.unwrap_err(), Error::Monotone { column: 0 });
        // Nobody with a 1 has the event while others with a 0 are left.
        let spared = run(&[0.0, 0.0, 0.0, 0.0, 1.0]).unwrap_err();
        assert_eq!(spared, Error::Monotone { column: 1 });
    }

    #[test]
    fn refuses_what_is_no_problem() {
        let outcome = follow_up(&[1.0, 2.0], &[false, false]);
        let column = vec![vec![1.0, 2.0]];
        assert_eq!(fit(&[], &outcome, Ties::Efron), Err(Error::NoColumns));
        let none = fit(&column, &outcome, Ties::Efron);
        assert_eq!(none, Err(Error::NoEvents { n: 2 }));
        assert!(fit(&[vec![1.0]], &outcome, Ties::Efron).is_err());
    }
}
