//! Time of the texture families on an ellipsoid of 200,997 voxels.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use radiomics::Roi;
use radiomics::discretise::{Binning, GreyLevels, discretise};
use radiomics::features::{glcm, glrlm};
use radiomics::matrices::{Aggregation, LevelGrid, Neighbourhood};

fn textures(c: &mut Criterion) {
    let (image, mask) = support::synthetic_case();
    let roi = Roi::select(&mask, 1).unwrap();
    let intensities = roi.intensities(&image).unwrap();
    let how = Neighbourhood {
        distances: vec![1],
        plane_normal: None,
        weighting: None,
        symmetrical_glcm: true,
        gldm_a: 0,
        spacing_mm: roi.spacing_mm(),
    };
    let asymmetric = Neighbourhood {
        symmetrical_glcm: false,
        ..how.clone()
    };
    let flat = GreyLevels::of(vec![1; roi.count()]);
    let mut group = c.benchmark_group("textures");
    group.sample_size(20);
    let one_thread = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    for (name, grey) in [
        (
            "width 25",
            discretise(&intensities, Binning::Width(25.0)).unwrap(),
        ),
        (
            "width 5",
            discretise(&intensities, Binning::Width(5.0)).unwrap(),
        ),
        ("flat", flat),
    ] {
        group.bench_function(format!("{name}: grid"), |b| {
            b.iter(|| LevelGrid::new(black_box(&roi), &grey, 1));
        });
        let grid = LevelGrid::new(&roi, &grey, 1).unwrap();
        group.bench_function(format!("{name}: glcm"), |b| {
            one_thread.install(|| b.iter(|| glcm::pyradiomics(black_box(&grid), &how)));
        });
        group.bench_function(format!("{name}: glcm asymmetric"), |b| {
            one_thread.install(|| b.iter(|| glcm::pyradiomics(black_box(&grid), &asymmetric)));
        });
        group.bench_function(format!("{name}: glcm by slice"), |b| {
            let aggregation = Aggregation::D2Averaged;
            one_thread.install(|| b.iter(|| glcm::ibsi(black_box(&grid), aggregation)));
        });
        group.bench_function(format!("{name}: glrlm"), |b| {
            one_thread.install(|| b.iter(|| glrlm::pyradiomics(black_box(&grid), &how)));
        });
    }
    group.finish();
}

criterion_group!(benches, textures);
criterion_main!(benches);
