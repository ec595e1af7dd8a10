//! The kernels of nucleus detection on a block of 1024 x 1024 pixels.
#![allow(missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use geometry::morphology::{Disc, close};
use geometry::{Connectivity, Grid2, blur, components, distance, grow, watershed};
use std::hint::black_box;

const SIDE: usize = 1024;

/// Blobs of a radius of 6 px on a jittered lattice of 16 px, about a third of the area.
fn scene() -> Grid2<f32> {
    let centre = |cell: usize, salt: usize| {
        let jitter = (cell.wrapping_mul(2_654_435_761).wrapping_add(salt * 97) >> 7) % 8;
        jitter as f32 + 4.0
    };
    Grid2::from_fn(SIDE, SIDE, |x, y| {
        let cell = (y / 16) * 64 + x / 16;
        let (dx, dy) = (
            (x % 16) as f32 - centre(cell, 1),
            (y % 16) as f32 - centre(cell, 2),
        );
        0.1 + 0.6 * (-(dx * dx + dy * dy) / 30.0).exp() + ((x * 31 + y * 17) % 13) as f32 * 1e-3
    })
}

fn kernels(criterion: &mut Criterion) {
    let image = scene();
    let blurred = blur::gaussian(&image, 3.0);
    let edges = blur::negative_laplacian(&blurred);
    let mask = edges.map(|&v| v > 0.0);
    let labels = watershed::basins(&edges, &mask, 1e-3).labels;
    let mut group = criterion.benchmark_group("kernels");
    group
        .throughput(Throughput::Elements((SIDE * SIDE) as u64))
        .sample_size(10);
    group.bench_function("closing, disc of 16 px", |b| {
        b.iter(|| close(black_box(&image), &Disc::new(16.0)))
    });
    group.bench_function("gaussian, sigma 3 px", |b| {
        b.iter(|| blur::gaussian(black_box(&image), 3.0))
    });
    group.bench_function("laplacian", |b| {
        b.iter(|| blur::negative_laplacian(black_box(&blurred)))
    });
    group.bench_function("components", |b| {
        b.iter(|| components::label(black_box(&mask), Connectivity::Eight))
    });
    group.bench_function("distance", |b| {
        b.iter(|| distance::euclidean(black_box(&mask)))
    });
    group.bench_function("basins", |b| {
        b.iter(|| watershed::basins(black_box(&edges), &mask, 1e-3))
    });
    group.bench_function("expand by 10 px", |b| {
        b.iter(|| grow::expand(black_box(&labels), 10.0))
    });
    group.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);
