//! Paths of 100 penalties, 117 patients, 1000 columns, one thread.

use criterion::{Criterion, criterion_group, criterion_main};
use outcome::FollowUp;
use outcome::lasso::{PathOptions, cox, logistic};
use std::hint::black_box;

const PATIENTS: usize = 117;
const COLUMNS: usize = 1000;

/// Standardised columns; the first ten carry the outcome, the others copy a
/// tenth of themselves from a common factor, as features of one lesion do.
fn columns() -> Vec<Vec<f64>> {
    let mut common = stats::rng::stream(1, "common", 0);
    let common: Vec<f64> = (0..PATIENTS).map(|_| common.normal()).collect();
    let column = |index: usize| {
        let mut stream = stats::rng::stream(1, "column", index as u64);
        let mut values: Vec<f64> = common.iter().map(|c| stream.normal() + 0.7 * c).collect();
        let mean = values.iter().sum::<f64>() / PATIENTS as f64;
        values.iter_mut().for_each(|v| *v -= mean);
        let square: f64 = values.iter().map(|v| v * v).sum();
        let sd = (square / PATIENTS as f64).sqrt();
        values.iter_mut().for_each(|v| *v /= sd);
        values
    };
    (0..COLUMNS).map(column).collect()
}

fn paths(c: &mut Criterion) {
    let columns = columns();
    let mut stream = stats::rng::stream(1, "outcome", 0);
    let risk = |row: usize| 0.4 * columns[..10].iter().map(|c| c[row]).sum::<f64>();
    let positive: Vec<bool> = (0..PATIENTS)
        .map(|row| stream.uniform() < 1.0 / (1.0 + (-risk(row)).exp()))
        .collect();
    let time: Vec<f64> = (0..PATIENTS)
        .map(|row| stream.exponential() * (-risk(row)).exp())
        .collect();
    let event: Vec<bool> = (0..PATIENTS).map(|_| stream.uniform() < 0.6).collect();
    let outcome = FollowUp::new(time, event).expect("times are positive");
    let options = PathOptions::default();
    c.bench_function("logistic path", |b| {
        b.iter(|| logistic::path(black_box(&columns), &positive, &options))
    });
    c.bench_function("cox path", |b| {
        b.iter(|| cox::path(black_box(&columns), &outcome, &options))
    });
}

criterion_group!(benches, paths);
criterion_main!(benches);
