//! Harrell's C: how often the patient with the higher risk has the event first.

pub use crate::difference::Difference;

use crate::difference::share_interval;
use crate::error::check_values;
use crate::{Error, FollowUp};

/// Harrell's C, as R's `survival::concordance` computes it from a score whose
/// high values mean a short survival.
///
/// A pair of patients is comparable when the one with the shorter time had the
/// event; at equal times, when one had the event and the other was censored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Concordance {
    /// `(concordant + tied_score / 2) / (concordant + discordant + tied_score)`.
    pub value: f64,
    /// Standard error by the infinitesimal jackknife.
    pub std_error: f64,
    /// Pairs whose higher risk has the event first.
    pub concordant: u64,
    /// Pairs whose lower risk has the event first.
    pub discordant: u64,
    /// Pairs of equal risk.
    pub tied_score: u64,
}

impl Concordance {
    /// `value -+ z std_error`, clipped to 0 and 1. `None` when the standard
    /// error is 0 or the level is not strictly between 0 and 1.
    pub fn interval(&self, level: f64) -> Option<(f64, f64)> {
        share_interval(self.value, self.std_error, level)
    }
}

/// Harrell's C of a risk score, in `O(n log n)`.
///
/// # Errors
/// Lengths that differ, a risk that is not finite, no comparable pair.
pub fn harrell(outcome: &FollowUp, risk: &[f64]) -> Result<Concordance, Error> {
    Ok(concordance_and_influence(outcome, risk)?.0)
}

/// The difference of the C of two risk scores of the same patients, first minus
/// second; its variance is the sum of the squared differences of the patients'
/// influences, as R's `concordance(fit1, fit2)` has it.
///
/// # Errors
/// As [`harrell`]; a level that is not strictly between 0 and 1.
pub fn paired(
    outcome: &FollowUp,
    first_risk: &[f64],
    second_risk: &[f64],
    level: f64,
) -> Result<Difference, Error> {
    let (first, first_influence) = concordance_and_influence(outcome, first_risk)?;
    let (second, second_influence) = concordance_and_influence(outcome, second_risk)?;
    let both = first_influence.iter().zip(&second_influence);
    let variance = both.map(|(a, b)| (a - b) * (a - b)).sum();
    Difference::new(first.value - second.value, variance, level)
}

/// Pairs by how they are ordered.
#[derive(Clone, Copy, Debug, Default)]
struct Pairs {
    concordant: u64,
    discordant: u64,
    tied: u64,
}

impl Pairs {
    fn all(&self) -> f64 {
        (self.concordant + self.discordant + self.tied) as f64
    }

    /// `concordant - discordant`.
    fn surplus(&self) -> f64 {
        self.concordant as f64 - self.discordant as f64
    }
}

/// C, and its derivative by the weight of each patient.
fn concordance_and_influence(
    outcome: &FollowUp,
    risk: &[f64],
) -> Result<(Concordance, Vec<f64>), Error> {
    check_values("risk", risk, outcome.len())?;
    let pairs = pairs_of_each(outcome, risk);
    // Each pair is counted with both of its patients.
    let sum = |part: fn(&Pairs) -> u64| pairs.iter().map(part).sum::<u64>() / 2;
    let total = Pairs {
        concordant: sum(|p| p.concordant),
        discordant: sum(|p| p.discordant),
        tied: sum(|p| p.tied),
    };
    if total.all() == 0.0 {
        return Err(Error::NoComparablePair);
    }
    let somers_d = total.surplus() / total.all();
    let influence = |p: &Pairs| 0.5 * (p.surplus() - somers_d * p.all()) / total.all();
    let influences: Vec<f64> = pairs.iter().map(influence).collect();
    let concordance = Concordance {
        value: (total.concordant as f64 + 0.5 * total.tied as f64) / total.all(),
        std_error: influences.iter().map(|i| i * i).sum::<f64>().sqrt(),
        concordant: total.concordant,
        discordant: total.discordant,
        tied_score: total.tied,
    };
    Ok((concordance, influences))
}

/// The comparable pairs that each patient is part of.
fn pairs_of_each(outcome: &FollowUp, risk: &[f64]) -> Vec<Pairs> {
    let (levels, n_levels) = stats::rank::dense_ranks(risk);
    let level = |patient: usize| levels[patient].unwrap_or(0) as usize;
    let order = outcome.order();
    let time = |patient: usize| outcome.time()[patient];
    // Of equal times, those with the event come first in the order.
    let split = |tied: &'_ [usize]| tied.partition_point(|&patient| outcome.event()[patient]);
    let mut pairs = vec![Pairs::default(); risk.len()];

    // As the one with the event: against those who live longer.
    let mut longer = Counts::new(n_levels);
    for tied in order.chunk_by(|&a, &b| time(a) == time(b)).rev() {
        let (events, censored) = tied.split_at(split(tied));
        censored
            .iter()
            .for_each(|&patient| longer.add(level(patient)));
        for &patient in events {
            let (below, equal, above) = longer.around(level(patient));
            pairs[patient].concordant += below;
            pairs[patient].discordant += above;
            pairs[patient].tied += equal;
        }
        events
            .iter()
            .for_each(|&patient| longer.add(level(patient)));
    }

    // As the one who lives longer: against those with the event before.
    let mut earlier = Counts::new(n_levels);
    for tied in order.chunk_by(|&a, &b| time(a) == time(b)) {
        let (events, censored) = tied.split_at(split(tied));
        let mut compare = |patient: usize, earlier: &Counts| {
            let (below, equal, above) = earlier.around(level(patient));
            pairs[patient].concordant += above;
            pairs[patient].discordant += below;
            pairs[patient].tied += equal;
        };
        events
            .iter()
            .for_each(|&patient| compare(patient, &earlier));
        events
            .iter()
            .for_each(|&patient| earlier.add(level(patient)));
        censored
            .iter()
            .for_each(|&patient| compare(patient, &earlier));
    }
    pairs
}

/// Numbers of patients by level, with running sums in `O(log n)` (Fenwick tree).
struct Counts {
    tree: Vec<u64>,
    total: u64,
}

impl Counts {
    fn new(levels: usize) -> Self {
        Self {
            tree: vec![0; levels + 1],
            total: 0,
        }
    }

    fn add(&mut self, level: usize) {
        self.total += 1;
        let mut node = level + 1;
        while node < self.tree.len() {
            self.tree[node] += 1;
            node += node & node.wrapping_neg();
        }
    }

    /// Patients below the level.
    fn below(&self, level: usize) -> u64 {
        let (mut node, mut sum) = (level, 0);
        while node > 0 {
            sum += self.tree[node];
            node &= node - 1;
        }
        sum
    }

    /// Patients below, at and above the level.
    fn around(&self, level: usize) -> (u64, u64, u64) {
        let (below, up_to) = (self.below(level), self.below(level + 1));
        (below, up_to - below, self.total - up_to)
    }
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
    fn tied_times() {
        // Two events at the same time say nothing; a censoring then outlives them.
        let outcome = follow_up(&[(1.0, true), (1.0, true), (1.0, false)]);
        let found = harrell(&outcome, &[3.0, 1.0, 2.0]).unwrap();
        assert_eq!(
            (found.concordant, found.discordant, found.value),
            (1, 1, 0.5)
        );
        let nobody = follow_up(&[(1.0, true), (1.0, true)]);
        assert_eq!(harrell(&nobody, &[1.0, 2.0]), Err(Error::NoComparablePair));
        let nobody = follow_up(&[(1.0, false), (2.0, true)]);
        assert_eq!(harrell(&nobody, &[1.0, 2.0]), Err(Error::NoComparablePair));
    }

    #[test]
    fn perfect_and_useless_scores() {
        let outcome = follow_up(&[(1.0, true), (2.0, true), (3.0, false)]);
        let perfect = harrell(&outcome, &[3.0, 2.0, 1.0]).unwrap();
        assert_eq!((perfect.value, perfect.interval(0.95)), (1.0, None));
        let useless = harrell(&outcome, &[0.0; 3]).unwrap();
        assert_eq!(
            (useless.value, useless.tied_score, useless.std_error),
            (0.5, 3, 0.0)
        );
        assert!(harrell(&outcome, &[1.0, f64::NAN, 2.0]).is_err());
        assert!(harrell(&outcome, &[1.0]).is_err());
        let same = paired(&outcome, &[1.0, 5.0, 2.0], &[0.1, 0.5, 0.2], 0.95).unwrap();
        assert_eq!((same.value, same.p), (0.0, None));
    }

    type Patient = (f64, bool, f64);

    fn patients() -> impl Strategy<Value = Vec<Patient>> {
        let whole = |range: std::ops::Range<i32>| range.prop_map(f64::from);
        proptest::collection::vec((whole(0..15), any::<bool>(), whole(-5..5)), 2..50)
    }

    fn of(patients: &[Patient]) -> Option<Concordance> {
        let times: Vec<_> = patients.iter().map(|p| (p.0, p.1)).collect();
        let risk: Vec<f64> = patients.iter().map(|p| p.2).collect();
        harrell(&follow_up(&times), &risk).ok()
    }

    proptest! {
        #[test]
        fn counts_are_those_of_all_pairs(patients in patients()) {
            let mut pairs = (0, 0, 0);
            for a in patients.iter().filter(|a| a.1) {
                for b in patients.iter().filter(|b| b.0 > a.0 || (b.0 == a.0 && !b.1)) {
                    if a.2 > b.2 { pairs.0 += 1 }
                    else if a.2 < b.2 { pairs.1 += 1 }
                    else { pairs.2 += 1 }
                }
            }
            let found = of(&patients).map(|c| (c.concordant, c.discordant, c.tied_score));
            prop_assert_eq!(found.unwrap_or_default(), pairs);
        }

        #[test]
        fn only_the_order_of_risks_matters(mut patients in patients()) {
            let Some(before) = of(&patients) else { return Ok(()) };
            patients.iter_mut().for_each(|p| p.2 = (0.3 * p.2).exp());
            prop_assert_eq!(of(&patients), Some(before));
            patients.reverse();
            let after = of(&patients).unwrap();
            prop_assert_eq!(after.value, before.value);
            prop_assert!((after.std_error - before.std_error).abs() < 1e-14);
        }
    }
}
