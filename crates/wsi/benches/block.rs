//! Speed of one work block, step by step, on a synthetic field of 1024 x 1024
//! working pixels with some 1,600 nuclei, a fifth of them brown.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wsi::cell::cells;
use wsi::markers::Markers;
use wsi::nuclei::{NucleusModel, WatershedCellDetection};
use wsi::stain::{OdTable, StainMatrix, StainSet, unmix};

const SIDE: usize = 1024;
const PIXEL_UM: f64 = 0.5;

/// Round nuclei with soft edges on a jittered grid, over pale stroma.
fn field() -> Vec<u8> {
    let mut random = stats::rng::stream(1, "bench field", 0);
    let mut darkness = vec![[20.0f64, 35.0, 15.0]; SIDE * SIDE];
    for row in 0..40 {
        for column in 0..40 {
            let x = (column as f64 + 0.5) * 25.6 + random.between(-6.0, 6.0);
            let y = (row as f64 + 0.5) * 25.6 + random.between(-6.0, 6.0);
            let radius = random.between(5.0, 9.0);
            let stain = if random.uniform() < 0.2 {
                [90.0, 130.0, 150.0]
            } else {
                [110.0, 100.0, 50.0]
            };
            let reach = radius as i64 + 3;
            for dy in -reach..=reach {
                for dx in -reach..=reach {
                    let (u, v) = (x as i64 + dx, y as i64 + dy);
                    if (0..SIDE as i64).contains(&u) && (0..SIDE as i64).contains(&v) {
                        let distance = ((dx * dx + dy * dy) as f64).sqrt();
                        let inside = (1.0 / (1.0 + ((distance - radius) * 1.5).exp())).min(1.0);
                        let pixel = &mut darkness[v as usize * SIDE + u as usize];
                        for (d, s) in pixel.iter_mut().zip(stain) {
                            *d = d.max(inside * s);
                        }
                    }
                }
            }
        }
    }
    let mut shade = |d: f64| (245.0 - d + random.between(-4.0, 4.0)).clamp(0.0, 255.0) as u8;
    darkness.iter().flatten().map(|&d| shade(d)).collect()
}

fn steps(criterion: &mut Criterion) {
    let rgb = field();
    let table = OdTable::new([245; 3]);
    let stains = StainMatrix::of(StainSet::HDab);
    let markers = Markers::built_in();
    let parameters = markers.get("Ki67").expect("built in").detection.clone();
    let expansion_um = parameters.cell_expansion_um;
    let model = WatershedCellDetection { parameters };
    let planes = unmix(&rgb, SIDE, SIDE, &table, &stains);
    let nuclei = model.nuclei(&planes, PIXEL_UM);
    let all = |_: f64, _: f64| true;

    let mut group = criterion.benchmark_group("block");
    group
        .sample_size(10)
        .throughput(Throughput::Elements((SIDE * SIDE) as u64));
    group.bench_function("unmix", |b| {
        b.iter(|| unmix(black_box(&rgb), SIDE, SIDE, &table, &stains))
    });
    group.bench_function("nuclei", |b| {
        b.iter(|| model.nuclei(black_box(&planes), PIXEL_UM))
    });
    group.bench_function("cells", |b| {
        b.iter(|| cells(black_box(&planes), &nuclei, PIXEL_UM, expansion_um, &all));
    });
    group.bench_function("all", |b| {
        b.iter(|| {
            let planes = unmix(black_box(&rgb), SIDE, SIDE, &table, &stains);
            let nuclei = model.nuclei(&planes, PIXEL_UM);
            cells(&planes, &nuclei, PIXEL_UM, expansion_um, &all).len()
        });
    });
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
