//! Groups of patients compared over time: Kaplan-Meier curves, the log-rank
//! test, the hazard ratio of two.

use crate::cox::{self, Ties};
use crate::kaplan_meier::{self, Curve, IntervalKind};
use crate::logrank::{self, LogRank};
use crate::performance::{LEVEL, Setting};
use crate::{Error, FollowUp};

/// The curve of one group.
#[derive(Clone, Debug)]
pub struct GroupCurve {
    /// Name of the group.
    pub name: String,
    /// Its patients' follow-up.
    pub outcome: FollowUp,
    /// Kaplan-Meier estimate with log limits, as R's survfit gives it.
    pub curve: Curve,
    /// Median time and its limits, where the curve reaches them.
    pub median: (Option<f64>, Option<f64>, Option<f64>),
    /// Events that the log-rank test expects in the group; `None` without a test.
    pub expected: Option<f64>,
}

/// Groups of one cohort.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Model or column, cohort, kind. Its numbers are of all patients with a group.
    pub setting: Setting,
    /// The groups that have patients.
    pub curves: Vec<GroupCurve>,
    /// The test of two or more groups; `None` without one.
    pub log_rank: Option<LogRank>,
}

/// Hazard ratio of the second against the first group and its limits, or why
/// there is none.
pub type HazardRatio = Result<(f64, (f64, f64)), String>;

/// Compares groups; patients without a group are left out. The hazard ratio is
/// that of the second group against the first (Cox, Efron, Wald limits).
///
/// # Errors
/// What the curves and the test give.
pub fn compare_groups(
    mut setting: Setting,
    outcome: &FollowUp,
    groups: &[Option<usize>],
    names: &[&str],
) -> Result<(Comparison, HazardRatio), Error> {
    let rows: Vec<usize> = (0..groups.len()).filter(|&r| groups[r].is_some()).collect();
    let rows_of = |group: usize| -> Vec<usize> {
        let own = rows.iter().filter(|&&r| groups[r] == Some(group));
        own.copied().collect()
    };
    let members: Vec<Vec<usize>> = (0..names.len()).map(rows_of).collect();
    let there: Vec<usize> = (0..names.len())
        .filter(|&g| !members[g].is_empty())
        .collect();
    let mut comparison = Comparison {
        setting: setting.clone(),
        curves: Vec::new(),
        log_rank: None,
    };
    if rows.is_empty() {
        return Ok((
            comparison,
            Err("the model is empty, so there are no groups".into()),
        ));
    }
    let all = outcome.select(&rows);
    setting.n = rows.len();
    setting.n_events = all.events();
    comparison.setting = setting;
    if there.len() > 1 && all.events() > 0 {
        let place = |r: &usize| there.iter().position(|g| groups[*r] == Some(*g));
        let labels: Vec<usize> = rows.iter().filter_map(place).collect();
        comparison.log_rank = Some(logrank::test(&all, &labels, there.len(), 0.0)?);
    }
    for (i, &group) in there.iter().enumerate() {
        let own = outcome.select(&members[group]);
        let curve = kaplan_meier::curve(&own, IntervalKind::Log, LEVEL)?;
        let expected = comparison.log_rank.as_ref().map(|test| test.expected[i]);
        comparison.curves.push(GroupCurve {
            name: names[group].to_owned(),
            median: curve.quantile(0.5),
            curve,
            outcome: own,
            expected,
        });
    }
    let ratio = hazard_ratio(&all, &rows, groups, &there);
    Ok((comparison, ratio))
}

fn hazard_ratio(
    all: &FollowUp,
    rows: &[usize],
    groups: &[Option<usize>],
    there: &[usize],
) -> HazardRatio {
    if there != [0, 1] {
        return Err("all patients are in one group".into());
    }
    let second: Vec<f64> = rows
        .iter()
        .map(|&r| f64::from(u8::from(groups[r] == Some(1))))
        .collect();
    let fit = cox::fit(&[second], all, Ties::Efron).map_err(|error| match error {
        Error::Monotone { .. } => "all events are in one group: it has no finite value".to_owned(),
        other => other.to_string(),
    })?;
    let (ratio, low, high) = fit.hazard_ratio(0, LEVEL);
    if ratio.is_finite() && low.is_finite() && high.is_finite() {
        Ok((ratio, (low, high)))
    } else {
        Err("the hazard ratio is beyond all numbers".into())
    }
}
