//! One model on some patients: scale, choose the penalty, fit, set the cut-off.
//! Nothing here sees a patient outside of `rows`.

use crate::design::{Design, Source};
use crate::lasso::{Lambdas, PathOptions};
use crate::linear_model::{Linear, Term, probability};
use crate::prepare::{Preparation, median};
use crate::select::{Curve, Rule};
use crate::target::Target;
use crate::{Error, roc};

/// A model and what its inner cross-validation said of its own patients.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The model.
    pub linear: Linear,
    /// Score of each row from the inner models that did not see it, at the
    /// chosen penalty: stands for the model where something else is fitted on
    /// top of it (Tibshirani & Efron 2002, pre-validation).
    pub held_out: Vec<f64>,
}

/// How models are fitted.
#[derive(Clone, Debug)]
pub struct Fitting {
    /// The path of penalties.
    pub path: PathOptions,
    /// Which of them is taken.
    pub rule: Rule,
}

impl Default for Fitting {
    fn default() -> Self {
        Self {
            path: PathOptions {
                l1_ratio: 1.0,
                // glmnet would go down to 1e-4 with more patients than columns:
                // slow, and no model that small a penalty gives is chosen.
                lambdas: Lambdas::Auto {
                    count: 100,
                    min_ratio: Some(0.01),
                },
                ..PathOptions::default()
            },
            rule: Rule::default(),
        }
    }
}

/// Fits a model on `rows`; `fold_of` has the inner fold of each of them.
///
/// # Errors
/// One class only, no events, or what the fits give.
pub fn fit(
    design: &Design,
    target: &Target,
    rows: &[usize],
    fold_of: &[usize],
    fitting: &Fitting,
) -> Result<Fitted, Error> {
    let preparation = Preparation::fit(design, rows);
    let columns = preparation.apply(design, rows);
    let own = target.select(rows);
    let path = own.path(&columns, &fitting.path)?;
    let lambdas: Vec<f64> = path.fits.iter().map(|fit| fit.lambda).collect();
    let curve = Curve::new(design, target, rows, fold_of, &lambdas, &fitting.path)?;
    let chosen = curve.choose(fitting.rule);
    let fit = path.fits.get(chosen).ok_or(Error::EmptyPath)?;
    let term = |&(column, coefficient): &(usize, f64)| {
        let (place, scale) = preparation.kept[column];
        Term {
            source: design.sources[place].clone(),
            coefficient,
            mean: scale.mean,
            sd: scale.sd,
            fill: scale.fill,
        }
    };
    let mut linear = Linear {
        lambda: fit.lambda,
        intercept: fit.intercept,
        candidates: design.columns.len(),
        terms: fit.coefficients.iter().map(term).collect(),
        cutoff: None,
    };
    let held_out = curve.scores[chosen].clone();
    if !linear.terms.is_empty() {
        linear.cutoff = match &own {
            Target::Response(positive) => {
                let intercepts = curve.intercepts[chosen].iter().zip(&held_out);
                let probability = |(i, s): (&f64, &f64)| probability(*i, *s);
                let probabilities: Vec<f64> = intercepts.map(probability).collect();
                roc::youden(&probabilities, positive)?.map(|point| point.threshold)
            }
            Target::Survival(_) => middle(&mut linear.scores(design, rows)?),
        };
    }
    Ok(Fitted { linear, held_out })
}

/// The median score; where no score exceeds it (a model of few levels), the
/// largest score below it, so that there are two groups.
fn middle(scores: &mut [f64]) -> Option<f64> {
    let median = median(scores)?;
    if scores.iter().any(|&s| s > median) {
        return Some(median);
    }
    let below = scores.iter().copied().filter(|&s| s < median);
    Some(below.fold(f64::NEG_INFINITY, f64::max)).filter(|s| s.is_finite())
}

/// The design of the combined model: the covariates and a radiomic score of
/// every patient.
pub fn stack(clinical: &Design, scores: Vec<f64>) -> Design {
    let mut design = clinical.clone();
    let score_of = "radiomic".to_owned();
    design.push(Source::Score { score_of }, scores);
    design
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_for_few_levels_too() {
        assert_eq!(middle(&mut [1.0, 2.0, 3.0]), Some(2.0));
        assert_eq!(middle(&mut [-1.0, 2.0, 2.0, 2.0]), Some(-1.0));
        assert_eq!(middle(&mut [2.0, 2.0]), None);
    }
}
