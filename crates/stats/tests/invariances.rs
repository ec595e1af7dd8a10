//! What must not change a rank correlation.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use stats::{rank, spearman};

fn pairs() -> impl Strategy<Value = Vec<(f64, f64)>> {
    // Few distinct values, so that ties are the rule.
    prop::collection::vec((-4i8..5, -4i8..5), 3..60).prop_map(|v| {
        v.into_iter()
            .map(|(a, b)| (f64::from(a), f64::from(b)))
            .collect()
    })
}

proptest! {
    #[test]
    fn monotone_transforms_leave_rho(pairs in pairs()) {
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let bent: Vec<f64> = x.iter().map(|v| v.exp() + 3.0).collect();
        prop_assert_eq!(spearman::rho(&x, &y), spearman::rho(&bent, &y));
    }

    #[test]
    fn order_of_patients_and_of_arguments_is_nothing(pairs in pairs(), seed: u64) {
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let mut shuffled = pairs;
        stats::rng::stream(seed, "test", 0).shuffle(&mut shuffled);
        let (a, b): (Vec<f64>, Vec<f64>) = shuffled.into_iter().unzip();
        prop_assert_eq!(spearman::rho(&x, &y), spearman::rho(&b, &a));
    }

    #[test]
    fn ranks_sum_to_n_n_plus_1_halves(values in prop::collection::vec(-9i8..9, 0..80)) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let n = values.len() as f64;
        prop_assert_eq!(rank::midranks(&values).iter().sum::<f64>(), n * (n + 1.0) / 2.0);
    }
}
