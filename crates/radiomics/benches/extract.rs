//! Time of the stages on an ellipsoid of 200,997 voxels.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use radiomics::pyradiomics::Sigma;
use radiomics::{FeatureClass, ImageType, Overrides, Roi, Settings, diameters, extract, mesh};

fn stages(c: &mut Criterion) {
    let (image, mask) = support::synthetic_case();
    let roi = Roi::select(&mask, 1).unwrap();
    let surface = mesh::Mesh::of(&roi);
    let mut group = c.benchmark_group("radiomics");
    group.sample_size(10);
    group.bench_function("roi", |b| b.iter(|| Roi::select(black_box(&mask), 1)));
    group.bench_function("mesh", |b| b.iter(|| mesh::Mesh::of(black_box(&roi))));
    group.bench_function("diameters", |b| {
        b.iter(|| diameters::diameters(black_box(&surface.vertices), roi.spacing_mm()));
    });
    let one_thread = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    for class in FeatureClass::ALL {
        let settings = Settings {
            classes: vec![class],
            ..Settings::default()
        };
        group.bench_function(format!("extract {}", class.name()), |b| {
            one_thread.install(|| b.iter(|| extract(black_box(&image), &mask, &settings)));
        });
    }
    group.bench_function("extract all", |b| {
        let settings = Settings::default();
        one_thread.install(|| b.iter(|| extract(black_box(&image), &mask, &settings)));
    });
    for image_type in ImageType::ALL {
        let settings = Settings {
            classes: vec![FeatureClass::FirstOrder],
            sigma: vec![Sigma::Decimal(3.0)],
            image_types: [(image_type, Overrides::default())].into(),
            ..Settings::default()
        };
        let name = image_type.name();
        group.bench_function(format!("first order of {name}"), |b| {
            one_thread.install(|| b.iter(|| extract(black_box(&image), &mask, &settings)));
        });
    }
    for crop_filters in [false, true] {
        let settings = Settings {
            sigma: [1.0, 2.0, 3.0, 4.0, 5.0].map(Sigma::Decimal).to_vec(),
            image_types: [ImageType::Original, ImageType::LoG, ImageType::Wavelet]
                .map(|image_type| (image_type, Overrides::default()))
                .into(),
            additional_info: false,
            crop_filters,
            ..Settings::default()
        };
        let name = if crop_filters { "cropped" } else { "whole" };
        group.bench_function(format!("extract all of 14 images, {name}"), |b| {
            one_thread.install(|| b.iter(|| extract(black_box(&image), &mask, &settings)));
        });
    }
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
