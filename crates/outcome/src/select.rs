//! The penalty: chosen by cross-validation inside the training patients.

use serde::{Deserialize, Serialize};

use crate::design::Design;
use crate::lasso::{self, Fit, Lambdas, PathOptions};
use crate::prepare::Preparation;
use crate::target::Target;
use crate::{Error, FollowUp};

/// Which lambda of the path is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// The one of the smallest cross-validated deviance.
    #[default]
    #[serde(rename = "min")]
    Minimum,
    /// The largest within one standard error of the smallest: fewer features.
    #[serde(rename = "1se")]
    OneStandardError,
}

/// The cross-validated deviance along the path, as glmnet's `cv.glmnet` gives
/// it (`type.measure = "deviance"`, grouped): for a response the deviance a
/// patient, for survival the Breslow deviance of all training patients less
/// that of the fold's training part, an event.
#[derive(Clone, Debug)]
pub struct Curve {
    /// The penalties, from the largest.
    pub lambdas: Vec<f64>,
    /// Mean over folds, weighted by their patients (events).
    pub mean: Vec<f64>,
    /// Its standard error.
    pub error: Vec<f64>,
    /// Score of every training row at every lambda from the model of the other
    /// folds, without intercept: `scores[lambda][row]`.
    pub scores: Vec<Vec<f64>>,
    /// Intercept of the model that gave the score.
    pub intercepts: Vec<Vec<f64>>,
}

impl Curve {
    /// Fits every fold's model on the other folds, with a preparation of its
    /// own, at the given lambdas. `fold_of` has the fold of each of `rows`.
    ///
    /// # Errors
    /// What the fits give.
    pub fn new(
        design: &Design,
        target: &Target,
        rows: &[usize],
        fold_of: &[usize],
        lambdas: &[f64],
        options: &PathOptions,
    ) -> Result<Self, Error> {
        let folds = fold_of.iter().max().map_or(0, |last| last + 1);
        let whole = target.select(rows);
        let given = PathOptions {
            lambdas: Lambdas::Given(lambdas.to_vec()),
            ..options.clone()
        };
        let empty = vec![vec![0.0; rows.len()]; lambdas.len()];
        let (mut scores, mut intercepts) = (empty.clone(), empty);
        let mut losses = vec![Vec::with_capacity(folds); lambdas.len()];
        let mut weights = Vec::with_capacity(folds);
        for fold in 0..folds {
            let (inside, outside): (Vec<usize>, Vec<usize>) =
                (0..rows.len()).partition(|&i| fold_of[i] != fold);
            let rows_of = |places: &[usize]| places.iter().map(|&i| rows[i]).collect::<Vec<_>>();
            let (train, test) = (rows_of(&inside), rows_of(&outside));
            let part = target.select(&train);
            let preparation = Preparation::fit(design, &train);
            let path = part.path(&preparation.apply(design, &train), &given)?;
            let columns = preparation.apply(design, rows);
            let weight = match target {
                Target::Response(_) => test.len(),
                Target::Survival(_) => target.count_events(&test),
            } as f64;
            for (at, losses) in losses.iter_mut().enumerate() {
                // A path may end early, where its model is saturated.
                let Some(fit) = path.fits.get(at).or(path.fits.last()) else {
                    return Err(Error::EmptyPath);
                };
                let mut linear = fit.linear(&columns);
                linear.resize(rows.len(), 0.0);
                for &i in &outside {
                    scores[at][i] = linear[i];
                    intercepts[at][i] = fit.intercept;
                }
                losses.push(loss(&whole, &part, fit, &linear, &inside, &outside) / weight);
            }
            weights.push(weight);
        }
        let (mean, error) = losses.iter().map(|l| weighted(l, &weights)).unzip();
        Ok(Self {
            lambdas: lambdas.to_vec(),
            mean,
            error,
            scores,
            intercepts,
        })
    }

    /// Place of the chosen lambda; of equals the largest lambda.
    pub fn choose(&self, rule: Rule) -> usize {
        let finite = |i: &usize| self.mean[*i].is_finite();
        let places = || (0..self.mean.len()).filter(finite);
        let best = places().reduce(|a, b| if self.mean[b] < self.mean[a] { b } else { a });
        let Some(best) = best else { return 0 };
        match rule {
            Rule::Minimum => best,
            Rule::OneStandardError => {
                let limit = self.mean[best] + self.error[best];
                places().find(|&i| self.mean[i] <= limit).unwrap_or(best)
            }
        }
    }
}

/// Deviance that the fold adds.
fn loss(
    whole: &Target,
    part: &Target,
    fit: &Fit,
    linear: &[f64],
    inside: &[usize],
    outside: &[usize],
) -> f64 {
    match (whole, part) {
        (Target::Response(positive), _) => {
            let scores: Vec<f64> = outside.iter().map(|&i| fit.intercept + linear[i]).collect();
            let positive: Vec<bool> = outside.iter().map(|&i| positive[i]).collect();
            lasso::logistic::deviance(&scores, &positive)
        }
        (Target::Survival(whole), Target::Survival(part)) => {
            let inner: Vec<f64> = inside.iter().map(|&i| linear[i]).collect();
            2.0 * (short_of_perfect(linear, whole) - short_of_perfect(&inner, part))
        }
        // The two are of one kind.
        (Target::Survival(_), Target::Response(_)) => f64::NAN,
    }
}

/// Breslow's log likelihood of a model that knows the order of the events, less
/// that of the linear predictor.
fn short_of_perfect(linear: &[f64], follow_up: &FollowUp) -> f64 {
    let events = follow_up.time().iter().zip(follow_up.event());
    let mut times: Vec<f64> = events.filter(|(_, e)| **e).map(|(t, _)| *t).collect();
    times.sort_by(f64::total_cmp);
    let tied = times.chunk_by(|a, b| a == b).map(|c| c.len() as f64);
    let perfect = -tied.map(|d| d * d.ln()).sum::<f64>();
    perfect - lasso::cox::log_likelihood(linear, follow_up)
}

/// Weighted mean of the folds and its standard error; folds of no weight (no
/// event) tell nothing.
fn weighted(values: &[f64], weights: &[f64]) -> (f64, f64) {
    let folds = || values.iter().zip(weights).filter(|(_, w)| **w > 0.0);
    let total: f64 = folds().map(|(_, w)| w).sum();
    let mean = folds().map(|(v, w)| v * w).sum::<f64>() / total;
    let square = folds().map(|(v, w)| w * (v - mean).powi(2)).sum::<f64>() / total;
    let n = folds().count() as f64;
    (mean, (square / (n - 1.0)).sqrt())
}
