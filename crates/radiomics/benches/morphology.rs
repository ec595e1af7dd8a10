//! Time of shape, morphology and local intensity on an ellipsoid of 200,997
//! voxels, on one thread.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use radiomics::Roi;
use radiomics::features::{local_intensity, morphology, shape};

fn families(c: &mut Criterion) {
    let (image, mask) = support::synthetic_case();
    let roi = Roi::select(&mask, 1).unwrap();
    let one_thread = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let mut group = c.benchmark_group("radiomics");
    group.sample_size(10);
    group.bench_function("shape", |b| b.iter(|| shape::Shape::of(black_box(&roi))));
    group.bench_function("morphology", |b| {
        one_thread.install(|| b.iter(|| morphology::ibsi(black_box(&roi), &roi, &image)));
    });
    group.bench_function("local intensity", |b| {
        one_thread.install(|| b.iter(|| local_intensity::ibsi(black_box(&roi), &image)));
    });
    group.finish();
}

criterion_group!(benches, families);
criterion_main!(benches);
