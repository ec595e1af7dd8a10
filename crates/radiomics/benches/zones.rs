//! Time of zones and neighbourhoods on an ellipsoid of 200,997 voxels, one
//! thread.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use radiomics::Roi;
use radiomics::discretise::{Binning, discretise};
use radiomics::features::{gldzm, glszm, ngldm, ngtdm};
use radiomics::matrices::{Dimension, LevelGrid, Neighbourhood};

fn families(c: &mut Criterion) {
    let (image, mask) = support::synthetic_case();
    let roi = Roi::select(&mask, 1).unwrap();
    let grey = discretise(&roi.intensities(&image).unwrap(), Binning::Width(25.0)).unwrap();
    let grid = LevelGrid::new(&roi, &grey, 1).unwrap();
    let how = Neighbourhood {
        distances: vec![1],
        plane_normal: None,
        weighting: None,
        symmetrical_glcm: true,
        gldm_a: 0,
        spacing_mm: roi.spacing_mm(),
    };
    let mut group = c.benchmark_group("zones");
    group.sample_size(20);
    group.bench_function("glszm", |b| {
        b.iter(|| glszm::pyradiomics(black_box(&grid), &how))
    });
    group.bench_function("ngtdm", |b| {
        b.iter(|| ngtdm::pyradiomics(black_box(&grid), &how))
    });
    group.bench_function("gldm", |b| {
        b.iter(|| ngldm::pyradiomics(black_box(&grid), &how))
    });
    for dimension in [Dimension::D2, Dimension::D25, Dimension::D3] {
        let name = |family: &str| format!("{family} {}", dimension.suffix());
        group.bench_function(name("glszm"), |b| {
            b.iter(|| glszm::ibsi(black_box(&grid), dimension))
        });
        group.bench_function(name("gldzm"), |b| {
            b.iter(|| gldzm::ibsi(black_box(&grid), &roi, &roi, dimension));
        });
        group.bench_function(name("ngtdm"), |b| {
            b.iter(|| ngtdm::ibsi(black_box(&grid), dimension))
        });
        group.bench_function(name("ngldm"), |b| {
            b.iter(|| ngldm::ibsi(black_box(&grid), dimension))
        });
    }
    group.finish();
}

criterion_group!(benches, families);
criterion_main!(benches);
