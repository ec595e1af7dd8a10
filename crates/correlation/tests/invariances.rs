//! What must not change an association, and input that must be refused.
#![allow(clippy::unwrap_used)]

use correlation::{Association, Column, Error, Inputs, Options, Reason, associate, cluster};
use proptest::prelude::*;

type Columns = Vec<Vec<f64>>;

fn named(columns: &Columns) -> Vec<Column<'_>> {
    columns
        .iter()
        .map(|values| Column { name: "c", values })
        .collect()
}

const FEW: Options = Options {
    min_n: 4,
    permutations: 19,
    seed: 5,
    level: 0.05,
};

fn run(x: &Columns, y: &Columns) -> Result<Association, Error> {
    let blocks: Vec<&str> = (0..y.len())
        .map(|j| if j % 2 == 0 { "CD8" } else { "HE" })
        .collect();
    let inputs = Inputs {
        radiomic: &named(x),
        pathology: &named(y),
        blocks: &blocks,
        strata: None,
    };
    associate(&inputs, &FEW)
}

/// Columns with ties and holes, few patients.
fn columns(patients: usize) -> impl Strategy<Value = Columns> {
    let value = prop_oneof![6 => (-3i8..9).prop_map(f64::from), 1 => Just(f64::NAN)];
    prop::collection::vec(prop::collection::vec(value, patients), 1..5)
}

fn sides() -> impl Strategy<Value = (Columns, Columns)> {
    (5usize..25).prop_flat_map(|n| (columns(n), columns(n)))
}

fn bits(found: &Association) -> Vec<(usize, Option<[u64; 6]>)> {
    let fields = |e: correlation::Estimate| {
        [e.rho, e.ci_low, e.ci_high, e.p, e.q_all, e.q_by].map(f64::to_bits)
    };
    found
        .pairs
        .iter()
        .map(|pair| (pair.n, pair.result.ok().map(fields)))
        .collect()
}

proptest! {
    #[test]
    fn monotone_transforms_change_nothing((x, y) in sides()) {
        let bent = x.iter().map(|c| c.iter().map(|v| v.exp() * 2.0 - 7.0).collect()).collect();
        prop_assert_eq!(bits(&run(&x, &y).unwrap()), bits(&run(&bent, &y).unwrap()));
    }

    #[test]
    fn the_order_of_patients_changes_no_pair((x, y) in sides(), seed: u64) {
        let mut order: Vec<usize> = (0..x[0].len()).collect();
        stats::rng::stream(seed, "test", 0).shuffle(&mut order);
        let shuffled = |side: &Columns| -> Columns {
            side.iter().map(|c| order.iter().map(|&i| c[i]).collect()).collect()
        };
        let found = run(&shuffled(&x), &shuffled(&y)).unwrap();
        prop_assert_eq!(bits(&run(&x, &y).unwrap()), bits(&found));
    }

    #[test]
    fn sides_are_symmetric((x, y) in sides()) {
        let (there, back) = (run(&x, &y).unwrap(), run(&y, &x).unwrap());
        for pair in &there.pairs {
            let mirrored = back.pairs.iter()
                .find(|p| (p.radiomic, p.pathology) == (pair.pathology, pair.radiomic)).unwrap();
            let rho = |p: &correlation::Pair| p.result.ok().map(|e| (e.rho, e.p));
            prop_assert_eq!((pair.n, rho(pair)), (mirrored.n, rho(mirrored)));
        }
    }

    #[test]
    fn pairs_equal_the_plain_coefficient((x, y) in sides()) {
        for pair in run(&x, &y).unwrap().pairs {
            let both: (Vec<f64>, Vec<f64>) = x[pair.radiomic].iter().zip(&y[pair.pathology])
                .filter(|(a, b)| !a.is_nan() && !b.is_nan()).unzip();
            prop_assert_eq!(pair.n, both.0.len());
            let plain = stats::spearman::rho(&both.0, &both.1).unwrap();
            match pair.result {
                Ok(estimate) => prop_assert!((estimate.rho - plain.unwrap()).abs() < 1e-12),
                Err(Reason::TooFewPatients { min_n }) => prop_assert!(pair.n < min_n),
                Err(_) => prop_assert_eq!(plain, None),
            }
        }
    }

    #[test]
    fn clusters_hold_every_column_once(x in columns(12)) {
        let found = cluster::cluster(&named(&x), 4).unwrap();
        let mut order = found.order;
        order.sort_unstable();
        prop_assert_eq!(order, (0..x.len()).collect::<Vec<_>>());
        prop_assert!(found.merges.iter().all(|m| (0.0..=1.0).contains(&m.height)));
    }
}

fn noise(purpose: &str, columns: usize, patients: usize) -> Columns {
    let column = |c| {
        let mut stream = stats::rng::stream(3, purpose, c);
        (0..patients).map(|_| stream.normal()).collect()
    };
    (0..columns as u64).map(column).collect()
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let (mut x, y) = (noise("x", 150, 40), noise("y", 30, 40));
    x[3][7] = f64::NAN;
    x[90][0] = f64::NAN;
    let with_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            (
                run(&x, &y).unwrap(),
                cluster::cluster(&named(&x), 4).unwrap(),
            )
        })
    };
    assert_eq!(with_threads(1), with_threads(5));
}

#[test]
fn pairs_come_by_block_then_radiomic_then_pathology() {
    let found = run(&noise("x", 2, 10), &noise("y", 3, 10)).unwrap();
    let order: Vec<_> = found
        .pairs
        .iter()
        .map(|p| (p.radiomic, p.pathology))
        .collect();
    assert_eq!(order, [(0, 0), (0, 2), (1, 0), (1, 2), (0, 1), (1, 1)]);
    let blocks: Vec<_> = found
        .blocks
        .iter()
        .map(|b| (b.block.as_str(), b.n_tests))
        .collect();
    assert_eq!(blocks, [("CD8", 4), ("HE", 2)]);
}

#[test]
fn what_cannot_be_computed_has_a_reason() {
    let mut x = noise("x", 3, 10);
    x[0].fill(2.5);
    x[1].fill(f64::NAN);
    let mut y = noise("y", 1, 10);
    let found = run(&x, &y).unwrap();
    assert_eq!(found.pairs[0].result, Err(Reason::ConstantRadiomic));
    assert_eq!(
        found.pairs[1].result,
        Err(Reason::TooFewPatients { min_n: 4 })
    );
    assert!(found.pairs[2].result.is_ok());
    y[0].fill(1.0);
    let found = run(&noise("x", 2, 10), &y).unwrap();
    assert_eq!(found.pairs[0].result, Err(Reason::ConstantPathology));
    assert_eq!((found.blocks[0].n_tests, found.blocks[0].global), (0, None));
    // Fewer patients than min_n, and none at all.
    for patients in [0, 3] {
        let found = run(&noise("x", 1, patients), &noise("y", 1, patients)).unwrap();
        assert_eq!(
            found.pairs[0].result,
            Err(Reason::TooFewPatients { min_n: 4 })
        );
        assert_eq!(found.blocks[0].global, None);
    }
}

#[test]
fn hostile_input_is_refused_by_name() {
    let (x, y) = (noise("x", 1, 8), noise("y", 1, 8));
    let mut infinite = x.clone();
    infinite[0][5] = f64::NEG_INFINITY;
    let column = "c".to_owned();
    assert_eq!(
        run(&infinite, &y),
        Err(Error::Infinite {
            column: column.clone(),
            row: 5
        })
    );
    let short = noise("y", 1, 7);
    assert_eq!(
        run(&x, &short),
        Err(Error::Length {
            column,
            found: 7,
            expected: 8
        })
    );
    assert_eq!(run(&vec![], &y), Err(Error::NoColumns("radiomic")));
    assert_eq!(run(&x, &vec![]), Err(Error::NoColumns("pathology")));
    let many = noise("x", 1, 32_768);
    assert!(matches!(
        run(&many, &many),
        Err(Error::TooManyPatients { .. })
    ));
    let inputs = Inputs {
        radiomic: &named(&x),
        pathology: &named(&y),
        blocks: &[],
        strata: None,
    };
    assert_eq!(
        associate(&inputs, &FEW),
        Err(Error::Blocks {
            found: 0,
            expected: 1
        })
    );
    let inputs = Inputs {
        blocks: &["a"],
        strata: Some(&[1, 2]),
        ..inputs
    };
    assert_eq!(
        associate(&inputs, &FEW),
        Err(Error::Strata {
            found: 2,
            expected: 8
        })
    );
    let inputs = Inputs {
        strata: None,
        ..inputs
    };
    for bad in [
        Options { min_n: 3, ..FEW },
        Options {
            permutations: 18,
            ..FEW
        },
        Options {
            level: f64::NAN,
            ..FEW
        },
        Options { level: 1.0, ..FEW },
    ] {
        assert!(matches!(
            associate(&inputs, &bad),
            Err(Error::Option { .. })
        ));
    }
    let twice = vec![vec![0, 1, 2, 3, 4, 5, 6, 6]; 19];
    let refused = correlation::associate_permuted(&inputs, &FEW, &twice);
    assert_eq!(
        refused,
        Err(Error::Permutation {
            index: 0,
            patients: 8
        })
    );
    let clustered = cluster::cluster(&named(&infinite), 4);
    assert!(matches!(clustered, Err(Error::Infinite { .. })));
    assert!(cluster::cluster(&[], 4).unwrap().order.is_empty());
}

/// Permutations within strata never carry a patient to another centre: when
/// both sides differ by centre only, nothing is left to find.
#[test]
fn strata_keep_what_the_centre_explains_out() {
    let patients = 60;
    let strata: Vec<usize> = (0..patients).map(|i| i % 3).collect();
    let shift = |mut columns: Columns| {
        for column in &mut columns {
            for (value, &centre) in column.iter_mut().zip(&strata) {
                *value += 4.0 * centre as f64;
            }
        }
        columns
    };
    let (x, y) = (
        shift(noise("x", 4, patients)),
        shift(noise("y", 4, patients)),
    );
    let p = |strata| {
        let (x, y) = (named(&x), named(&y));
        let inputs = Inputs {
            radiomic: &x,
            pathology: &y,
            blocks: &["all"; 4],
            strata,
        };
        let options = Options {
            permutations: 499,
            ..Options::default()
        };
        associate(&inputs, &options).unwrap().blocks[0]
            .global
            .unwrap()
            .p_mean_r2
    };
    assert_eq!(p(None), 1.0 / 500.0);
    assert!(p(Some(&strata)) > 0.05, "{}", p(Some(&strata)));
}

/// Without an association the count test rejects at its level, though
/// correlated columns make the count itself vary widely.
#[test]
fn the_count_test_keeps_its_level() {
    let (runs, patients) = (200, 30);
    let rejected = (0..runs)
        .filter(|&run| {
            let correlated = |purpose: &str| -> Columns {
                let mut stream = stats::rng::stream(run, purpose, 0);
                let shared: Vec<f64> = (0..patients).map(|_| stream.normal()).collect();
                let mut column = || {
                    shared
                        .iter()
                        .map(|s| s + 0.7 * stream.normal())
                        .collect::<Vec<f64>>()
                };
                (0..6).map(|_| column()).collect()
            };
            let (x, y) = (correlated("x"), correlated("y"));
            let (x, y) = (named(&x), named(&y));
            let inputs = Inputs {
                radiomic: &x,
                pathology: &y,
                blocks: &["all"; 6],
                strata: None,
            };
            let options = Options {
                permutations: 99,
                seed: run,
                ..Options::default()
            };
            let found = associate(&inputs, &options).unwrap();
            found.blocks[0].global.unwrap().p_count <= 0.05
        })
        .count();
    // Binomial(200, .05): 18 or more has a probability below .02.
    assert!(rejected < 19, "{rejected} of {runs}");
}
