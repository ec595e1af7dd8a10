//! The log-rank test and its weighted form: do groups differ in survival?

use crate::linear::Factor;
use crate::{Error, FollowUp};
use stats::distribution::chi_squared_p;

/// The test of groups, with what it is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRank {
    /// Events of each group, weighted.
    pub observed: Vec<f64>,
    /// Events expected in each group if survival were the same in all, weighted.
    pub expected: Vec<f64>,
    /// Covariance of `observed - expected`.
    pub variance: Vec<Vec<f64>>,
    /// The test statistic; 0 when `df` is 0.
    pub chi_squared: f64,
    /// Its degrees of freedom: one less than the groups that carry information.
    pub df: usize,
    /// P of the statistic; 1 when `df` is 0, as nothing speaks for a difference.
    pub p: f64,
}

/// The test of Harrington and Fleming (1982), as R's `survival::survdiff`: an
/// event at time `t` weighs `S(t-)^rho`, `S` the Kaplan-Meier estimate of all
/// patients. `rho = 0` is the log-rank test, `rho = 1` the Peto-Peto test.
///
/// A group without patients, or in which no event is expected, is left out of
/// the test. So is one whose variance follows from that of the others, where R
/// would stop.
///
/// # Errors
/// Lengths that differ, a group number of `n_groups` or more, no event, a `rho`
/// that is negative or not finite.
pub fn test(
    outcome: &FollowUp,
    groups: &[usize],
    n_groups: usize,
    rho: f64,
) -> Result<LogRank, Error> {
    check(outcome, groups, n_groups, rho)?;
    let mut observed = vec![0.0; n_groups];
    let mut expected = vec![0.0; n_groups];
    let mut variance = vec![vec![0.0; n_groups]; n_groups];
    let mut at_risk = vec![0.0; n_groups];
    groups.iter().for_each(|&group| at_risk[group] += 1.0);
    let mut n = groups.len() as f64;
    let mut survival = 1.0_f64;
    let order = outcome.order();
    for tied in order.chunk_by(|&a, &b| outcome.time()[a] == outcome.time()[b]) {
        let events = || tied.iter().filter(|&&row| outcome.event()[row]);
        let d = events().count() as f64;
        if d > 0.0 {
            let weight = survival.powf(rho);
            events().for_each(|&row| observed[groups[row]] += weight);
            // Hypergeometric; the last patient at risk alone has no variance.
            let spread = weight * weight * d * (n - d) / (n * n * (n - 1.0).max(1.0));
            for (i, &in_group) in at_risk.iter().enumerate() {
                expected[i] += weight * d * in_group / n;
                variance[i][i] += spread * in_group * n;
                for (j, &in_other) in at_risk.iter().enumerate() {
                    variance[i][j] -= spread * in_group * in_other;
                }
            }
            survival *= (n - d) / n;
        }
        tied.iter().for_each(|&row| at_risk[groups[row]] -= 1.0);
        n -= tied.len() as f64;
    }
    let (chi_squared, df) = statistic(&observed, &expected, &variance);
    let p = match df {
        0 => 1.0,
        df => chi_squared_p(chi_squared, df as f64)?,
    };
    Ok(LogRank {
        observed,
        expected,
        variance,
        chi_squared,
        df,
        p,
    })
}

fn check(outcome: &FollowUp, groups: &[usize], n_groups: usize, rho: f64) -> Result<(), Error> {
    if groups.len() != outcome.len() {
        return Err(Error::Length {
            what: "group",
            found: groups.len(),
            expected: outcome.len(),
        });
    }
    if let Some(index) = groups.iter().position(|&group| group >= n_groups) {
        return Err(Error::Group {
            index,
            group: groups[index],
            groups: n_groups,
        });
    }
    if !(rho >= 0.0 && rho.is_finite()) {
        return Err(Error::Setting {
            what: "rho of the log-rank test",
            value: rho,
            must: "be 0 or more",
        });
    }
    if outcome.events() == 0 {
        return Err(Error::NoEvents { n: outcome.len() });
    }
    Ok(())
}

/// `(O - E)' V^-1 (O - E)` over all groups but one, and the number of groups
/// that take part in it.
fn statistic(observed: &[f64], expected: &[f64], variance: &[Vec<f64>]) -> (f64, usize) {
    let informative = (0..expected.len()).filter(|&i| expected[i] > 0.0);
    let used: Vec<usize> = informative.skip(1).collect();
    let part = |&i: &usize| used.iter().map(|&j| variance[i][j]).collect();
    let matrix: Vec<Vec<f64>> = used.iter().map(part).collect();
    let off: Vec<f64> = used.iter().map(|&i| observed[i] - expected[i]).collect();
    let factor = Factor::new(matrix);
    let squares = factor.solve(&off).into_iter().zip(&off).map(|(x, y)| x * y);
    (squares.sum(), factor.rank())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn follow_up(patients: &[(f64, bool)]) -> FollowUp {
        let (time, event) = patients.iter().copied().unzip();
        FollowUp::new(time, event).unwrap()
    }

    #[test]
    fn by_hand() {
        // Deaths of groups 0, 0, 1 with 4, 3, 1 at risk, of group 1: 2, 2, 1.
        let outcome = follow_up(&[(1.0, true), (2.0, true), (3.0, true), (2.0, false)]);
        let found = test(&outcome, &[0, 0, 1, 1], 2, 0.0).unwrap();
        let expected = 2.0 / 4.0 + 2.0 / 3.0 + 1.0;
        let variance = 1.0 / 4.0 + 2.0 / 9.0;
        assert_eq!((found.observed[1], found.df), (1.0, 1));
        assert!((found.expected[1] - expected).abs() < 1e-15);
        assert!((found.variance[1][1] - variance).abs() < 1e-15);
        let chi_squared = (1.0 - expected) * (1.0 - expected) / variance;
        assert!((found.chi_squared - chi_squared).abs() < 1e-14);
    }

    #[test]
    fn groups_that_say_nothing() {
        let outcome = follow_up(&[(1.0, true), (2.0, true), (3.0, true), (0.5, false)]);
        let two = test(&outcome, &[0, 1, 0, 0], 2, 0.0).unwrap();
        // Group 1 is empty; group 3 has left before the first event.
        let four = test(&outcome, &[0, 2, 0, 3], 4, 0.0).unwrap();
        assert_eq!((four.df, four.observed[1], four.expected[3]), (1, 0.0, 0.0));
        assert!((four.chi_squared - two.chi_squared).abs() < 1e-12);
        let one = test(&outcome, &[0; 4], 1, 0.0).unwrap();
        assert_eq!((one.chi_squared, one.df, one.p), (0.0, 0, 1.0));
        // All die at once: expected is not 0, but the variance is.
        let once = follow_up(&[(1.0, true), (1.0, true)]);
        let found = test(&once, &[0, 1], 2, 0.0).unwrap();
        assert_eq!((found.df, found.p), (0, 1.0));
    }

    #[test]
    fn refuses_what_cannot_be_tested() {
        let outcome = follow_up(&[(1.0, false), (2.0, false)]);
        assert_eq!(
            test(&outcome, &[0, 1], 2, 0.0),
            Err(Error::NoEvents { n: 2 })
        );
        assert!(test(&outcome, &[0], 2, 0.0).is_err());
        assert!(test(&outcome, &[0, 2], 2, 0.0).is_err());
        assert!(test(&outcome, &[0, 1], 2, f64::NAN).is_err());
    }

    proptest! {
        /// Neither the names of the groups nor the order of patients matters.
        #[test]
        fn symmetric(
            patients in proptest::collection::vec((0_i32..12, any::<bool>(), 0_usize..3), 6..50),
            rho in prop_oneof![Just(0.0), Just(1.0)],
        ) {
            let run = |patients: &[(i32, bool, usize)], rename: fn(usize) -> usize| {
                let times: Vec<_> = patients.iter().map(|p| (f64::from(p.0), p.1)).collect();
                let groups: Vec<_> = patients.iter().map(|p| rename(p.2)).collect();
                test(&follow_up(&times), &groups, 3, rho)
            };
            let Ok(found) = run(&patients, |group| group) else { return Ok(()) };
            let mut reversed = patients;
            reversed.reverse();
            let other = run(&reversed, |group| 2 - group).unwrap();
            prop_assert_eq!(found.df, other.df);
            let error = (found.chi_squared - other.chi_squared).abs();
            prop_assert!(error < 1e-8 * found.chi_squared.max(1.0), "{} {}", found.chi_squared, other.chi_squared);
            let (sum, total): (f64, f64) = (found.expected.iter().sum(), found.observed.iter().sum());
            prop_assert!((sum - total).abs() < 1e-10);
        }
    }
}
