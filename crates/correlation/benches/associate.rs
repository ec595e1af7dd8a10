//! How long all pairs, the permutations and the clustering take.
#![allow(missing_docs)]

use correlation::{Column, Inputs, Options, associate, cluster};
use criterion::{Criterion, criterion_group, criterion_main};

fn noise(purpose: &str, columns: usize, patients: usize) -> Vec<Vec<f64>> {
    let column = |c| {
        let mut stream = stats::rng::stream(1, purpose, c);
        (0..patients).map(|_| stream.normal()).collect()
    };
    (0..columns as u64).map(column).collect()
}

fn named(columns: &[Vec<f64>]) -> Vec<Column<'_>> {
    columns
        .iter()
        .map(|values| Column { name: "c", values })
        .collect()
}

fn benches(c: &mut Criterion) {
    let mut group = c.benchmark_group("associate");
    group.sample_size(10);
    // 19 permutations show the pairs, 1999 the permutations.
    for (p, q, n, holes, permutations) in [
        (438, 40, 150, false, 19),
        (438, 40, 150, false, 1999),
        (438, 40, 150, true, 1999),
        (1000, 800, 250, false, 19),
    ] {
        let (x, mut y) = (noise("x", p, n), noise("y", q, n));
        if holes {
            // A patient in ten has no slide: all columns of the block are empty.
            y.iter_mut()
                .for_each(|column| column.iter_mut().step_by(10).for_each(|v| *v = f64::NAN));
        }
        let (radiomic, pathology) = (named(&x), named(&y));
        let blocks = vec!["all"; q];
        let inputs = Inputs {
            radiomic: &radiomic,
            pathology: &pathology,
            blocks: &blocks,
            strata: None,
        };
        let options = Options {
            permutations,
            ..Options::default()
        };
        let name = format!("{p}x{q} n={n} holes={holes} B={permutations}");
        group.bench_function(name, |b| b.iter(|| associate(&inputs, &options)));
    }
    let x = noise("x", 1000, 250);
    group.bench_function("cluster 1000", |b| {
        b.iter(|| cluster::cluster(&named(&x), 10))
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
