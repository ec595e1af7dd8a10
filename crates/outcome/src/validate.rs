//! Nested cross-validation of the radiomic, the clinical and the combined
//! model, on the same patients and folds; and the final models.

use std::borrow::Cow;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::design::{Design, Source};
use crate::fit::{Fitted, Fitting, fit, stack};
use crate::linear_model::Term;
use crate::split::{self, Folds};
use crate::target::Target;

/// Which predictors a model has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelKind {
    /// The features.
    Radiomic,
    /// The covariates.
    Clinical,
    /// The covariates and the radiomic model's out-of-fold score.
    Combined,
}

impl ModelKind {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Radiomic => "radiomic",
            Self::Clinical => "clinical",
            Self::Combined => "combined",
        }
    }
}

/// Everything that models are made from. All columns are of the same patients.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The features, if there are any.
    pub radiomic: Option<&'a Design>,
    /// The covariates, if there are any.
    pub clinical: Option<&'a Design>,
    /// The outcome.
    pub target: &'a Target,
    /// The rows of the training cohort.
    pub training: &'a [usize],
}

/// Predictions of one outer fold by a model that never saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldResult {
    /// Repeat from 0.
    pub repeat: usize,
    /// Fold from 0.
    pub fold: usize,
    /// The patients of the fold.
    pub rows: Vec<usize>,
    /// Their scores.
    pub scores: Vec<f64>,
    /// Intercept of the fold's model.
    pub intercept: f64,
    /// Cut-off of the fold's model.
    pub cutoff: Option<f64>,
    /// Names of the columns that the fold's model selected.
    pub selected: Vec<String>,
}

/// A final model and its cross-validation.
#[derive(Clone, Debug)]
pub struct Validated {
    /// Which predictors.
    pub kind: ModelKind,
    /// The model of all training patients.
    pub fitted: Fitted,
    /// Score of every patient, external cohorts too, by the final model; NaN
    /// where a value is so far off that there is none.
    pub scores: Vec<f64>,
    /// The outer folds, repeat by repeat.
    pub folds: Vec<FoldResult>,
}

/// The rows that every model gives a score, and the others.
pub(crate) fn scorable(models: &[Validated], rows: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let all = |row: &usize| models.iter().all(|m| !m.scores[*row].is_nan());
    rows.iter().copied().partition(all)
}

/// Validates and fits the models that the inputs allow.
///
/// # Errors
/// As [`split::check`]; [`Error::NoPredictors`]; what the fits give.
pub fn validate(
    inputs: &Inputs<'_>,
    folds: &Folds,
    fitting: &Fitting,
    seed: u64,
) -> Result<Vec<Validated>, Error> {
    if inputs.radiomic.is_none() && inputs.clinical.is_none() {
        return Err(Error::NoPredictors);
    }
    split::check(inputs.target, inputs.training, folds)?;
    let jobs: Vec<(usize, usize)> = (0..folds.repeats)
        .flat_map(|repeat| (0..folds.outer).map(move |fold| (repeat, fold)))
        .collect();
    let results: Vec<Vec<FoldResult>> = jobs
        .par_iter()
        .map(|&(repeat, fold)| outer_fold(inputs, folds, fitting, seed, repeat, fold))
        .collect::<Result<_, _>>()?;
    // The final model's inner folds come after those of every outer fold.
    let finals = models(
        inputs,
        inputs.training,
        folds,
        fitting,
        seed,
        jobs.len() as u64,
    )?;
    let everybody: Vec<usize> = (0..inputs.target.len()).collect();
    finals
        .into_iter()
        .enumerate()
        .map(|(i, (kind, design, fitted))| {
            Ok(Validated {
                kind,
                scores: fitted.linear.scores(&design, &everybody)?,
                fitted,
                folds: results.iter().map(|models| models[i].clone()).collect(),
            })
        })
        .collect()
}

fn outer_fold(
    inputs: &Inputs<'_>,
    folds: &Folds,
    fitting: &Fitting,
    seed: u64,
    repeat: usize,
    fold: usize,
) -> Result<Vec<FoldResult>, Error> {
    let fold_of = split::outer(inputs.target, inputs.training, folds, seed, repeat);
    let part = |inside: bool| {
        let rows = inputs.training.iter().zip(&fold_of);
        let here = rows.filter(|(_, f)| (**f == fold) != inside);
        here.map(|(&row, _)| row).collect::<Vec<usize>>()
    };
    let (train, test) = (part(true), part(false));
    let place = (repeat * folds.outer + fold) as u64;
    models(inputs, &train, folds, fitting, seed, place)?
        .into_iter()
        .map(|(_, design, fitted)| {
            let terms = &fitted.linear.terms;
            let scores = fitted.linear.scores(&design, &test)?;
            if let Some(at) = scores.iter().position(|s| s.is_nan()) {
                return Err(Error::Overflow { row: test[at] });
            }
            Ok(FoldResult {
                repeat,
                fold,
                scores,
                rows: test.clone(),
                intercept: fitted.linear.intercept,
                cutoff: fitted.linear.cutoff,
                selected: terms.iter().map(|term| term.source.name()).collect(),
            })
        })
        .collect()
}

/// A model with the design that it reads.
type Read<'a> = (ModelKind, Cow<'a, Design>, Fitted);

/// The models that the inputs allow, fitted on `rows` alone.
fn models<'a>(
    inputs: &Inputs<'a>,
    rows: &[usize],
    folds: &Folds,
    fitting: &Fitting,
    seed: u64,
    place: u64,
) -> Result<Vec<Read<'a>>, Error> {
    let inner = split::inner(inputs.target, rows, folds, seed, place);
    let fitted = |design: &Design| fit(design, inputs.target, rows, &inner, fitting);
    let mut models = Vec::new();
    if let Some(design) = inputs.radiomic {
        models.push((ModelKind::Radiomic, Cow::Borrowed(design), fitted(design)?));
    }
    if let Some(design) = inputs.clinical {
        models.push((ModelKind::Clinical, Cow::Borrowed(design), fitted(design)?));
    }
    if let ([(_, features, radiomic), _], Some(clinical)) = (&models[..], inputs.clinical) {
        let everybody: Vec<usize> = (0..inputs.target.len()).collect();
        let scores = radiomic.linear.scores(features, &everybody)?;
        let alone = models[1].2.clone();
        let combined = combined(clinical, alone, radiomic, &scores, rows, fitted)?;
        let applied = Cow::Owned(stack(clinical, scores));
        models.push((ModelKind::Combined, applied, combined));
    }
    Ok(models)
}

/// The covariates and the radiomic score: fitted on out-of-fold scores, or the
/// radiomic score would seem better than it is, and applied to what the radiomic
/// model gives. It is the clinical model `alone` where the radiomic model is
/// empty, or where the score would count against what it stands for (the
/// out-of-fold scores of an empty model tend to do so by construction).
fn combined(
    clinical: &Design,
    alone: Fitted,
    radiomic: &Fitted,
    scores: &[f64],
    rows: &[usize],
    fitted: impl Fn(&Design) -> Result<Fitted, Error>,
) -> Result<Fitted, Error> {
    if radiomic.linear.terms.is_empty() {
        return Ok(alone);
    }
    let mut held_out = scores.to_vec();
    for (&row, &score) in rows.iter().zip(&radiomic.held_out) {
        held_out[row] = score;
    }
    let combined = fitted(&stack(clinical, held_out))?;
    let is_score = |term: &&Term| matches!(term.source, Source::Score { .. });
    match combined.linear.terms.iter().find(is_score) {
        Some(score) if score.coefficient < 0.0 => Ok(alone),
        _ => Ok(combined),
    }
}
