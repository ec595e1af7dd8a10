//! Two models on the same patients.

use crate::Target;
use crate::crossval::{fold_mean, per_fold};
use crate::performance::{LEVEL, Performance, Setting};
use crate::split::Folds;
use crate::validate::{ModelKind, Validated};

/// The pairs of models that are compared: first less second.
pub(crate) fn pairs(models: &[Validated]) -> Vec<(&Validated, &Validated)> {
    let find = |kind| models.iter().find(|m| m.kind == kind);
    [
        (ModelKind::Radiomic, ModelKind::Clinical),
        (ModelKind::Combined, ModelKind::Clinical),
        (ModelKind::Combined, ModelKind::Radiomic),
    ]
    .into_iter()
    .filter_map(|(a, b)| Some((find(a)?, find(b)?)))
    .collect()
}

/// Differences of two models over the same folds.
pub(crate) fn fold_differences(
    target: &Target,
    models: &[Validated],
    folds: &Folds,
    metric: &'static str,
    setting: impl Fn(&str) -> Setting,
) -> Vec<Performance> {
    let difference = |(first, second): (&Validated, &Validated)| {
        let about = setting(&name(first, second));
        let (first, second) = (
            per_fold(target, &first.folds),
            per_fold(target, &second.folds),
        );
        let both = first.into_iter().zip(second);
        let values: Vec<f64> = both.filter_map(|(a, b)| Some(a? - b?)).collect();
        let mean = fold_mean(&values, folds.outer, LEVEL);
        let interval = mean.and_then(|m| m.interval);
        let row = about.with(metric, mean.map(|m| m.value), interval, "nadeau_bengio");
        Performance {
            p: mean.and_then(|m| m.p),
            ..row
        }
    };
    pairs(models).into_iter().map(difference).collect()
}

/// The name of a difference in tables.
pub(crate) fn name(first: &Validated, second: &Validated) -> String {
    format!("{} - {}", first.kind.name(), second.kind.name())
}
