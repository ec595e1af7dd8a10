//! Who is in which fold: stratified by the outcome, seeded, the same for every
//! model.

use stats::folds;
use stats::rng::stream;

use crate::Error;
use crate::target::Target;

/// Fewest patients with, and fewest without, the outcome (events, for survival)
/// that a training cohort needs.
pub const FEWEST: usize = 5;

/// Settings of the nested cross-validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folds {
    /// Outer folds: each is predicted by models that never saw it.
    pub outer: usize,
    /// Times that the outer folds are drawn anew.
    pub repeats: usize,
    /// Inner folds, that choose the penalty inside each training part.
    pub inner: usize,
}

impl Default for Folds {
    fn default() -> Self {
        Self {
            outer: 5,
            repeats: 10,
            inner: 5,
        }
    }
}

/// Refuses a training cohort without enough of both outcomes, and folds that
/// the smaller group can't fill.
///
/// # Errors
/// [`Error::TooFewEvents`], [`Error::TooManyFolds`], [`Error::Folds`].
pub fn check(target: &Target, rows: &[usize], folds: &Folds) -> Result<(), Error> {
    if folds.outer < 2 || folds.inner < 2 || folds.repeats < 1 {
        return Err(Error::Folds);
    }
    let events = target.count_events(rows);
    let others = rows.len() - events;
    let (smaller, both) = match target {
        Target::Response(_) => (events.min(others), true),
        Target::Survival(_) => (events, false),
    };
    if smaller < FEWEST {
        return Err(Error::TooFewEvents {
            events,
            others,
            both,
            needed: FEWEST,
        });
    }
    if folds.outer > smaller {
        return Err(Error::TooManyFolds {
            folds: folds.outer,
            smaller,
        });
    }
    Ok(())
}

/// The outer fold of each of `rows` in one repeat, from 0.
pub fn outer(
    target: &Target,
    rows: &[usize],
    folds: &Folds,
    seed: u64,
    repeat: usize,
) -> Vec<usize> {
    let mut random = stream(seed, "outer folds", repeat as u64);
    folds::stratified(&target.strata(rows), folds.outer, &mut random)
}

/// The inner fold of each of `rows`, from 0; fewer folds where the smaller
/// group has fewer patients. `place` numbers the training parts of a run.
pub fn inner(target: &Target, rows: &[usize], folds: &Folds, seed: u64, place: u64) -> Vec<usize> {
    let events = target.count_events(rows);
    let smaller = match target {
        Target::Response(_) => events.min(rows.len() - events),
        Target::Survival(_) => events,
    };
    let count = folds.inner.min(smaller).max(2);
    let mut random = stream(seed, "inner folds", place);
    folds::stratified(&target.strata(rows), count, &mut random)
}
