//! survival 3.5-3: Kaplan-Meier curves to 1e-12 (relative), log-rank tests to
//! 1e-10, Cox coefficients to 1e-8 and log likelihoods to 1e-10.

use super::{Table, all_close, close, expected, number, numbers};
use outcome::cox::{self, Ties};
use outcome::kaplan_meier::{self, IntervalKind};
use outcome::{FollowUp, concordance, logrank};
use serde_json::Value;

fn follow_up(table: &Table, time: &str, status: &str, event: f64, keep: &[bool]) -> FollowUp {
    let kept = |values: Vec<f64>| values.into_iter().zip(keep).filter(|v| *v.1).map(|v| v.0);
    let events = kept(table.numbers(status)).map(|s| s == event).collect();
    FollowUp::new(kept(table.numbers(time)).collect(), events).unwrap()
}

/// A data set split into groups, in the order of R's strata.
struct Grouped {
    table: Table,
    time: &'static str,
    status: &'static str,
    event: f64,
    group: Vec<usize>,
    n_groups: usize,
}

impl Grouped {
    fn read(name: &str) -> Option<Self> {
        let (file, time, status, event, column, order): (_, _, _, _, _, &[&str]) = match name {
            "lung_all" => ("lung", "time", "status", 2.0, "", &[]),
            "lung_sex" => ("lung", "time", "status", 2.0, "sex", &["1", "2"]),
            "veteran_celltype" => {
                let types = &["squamous", "smallcell", "adeno", "large"];
                ("veteran", "time", "status", 1.0, "celltype", types)
            }
            _ => ("ovarian", "futime", "fustat", 1.0, "rx", &["1", "2"]),
        };
        let table = Table::read(file)?;
        let group = if column.is_empty() {
            vec![0; table.rows.len()]
        } else {
            let place = |text| order.iter().position(|o| *o == text).unwrap();
            table.text(column).into_iter().map(place).collect()
        };
        Some(Self {
            table,
            time,
            status,
            event,
            group,
            n_groups: order.len().max(1),
        })
    }

    fn of(&self, group: Option<usize>) -> FollowUp {
        let keep: Vec<bool> = self
            .group
            .iter()
            .map(|&g| group.is_none_or(|o| o == g))
            .collect();
        follow_up(&self.table, self.time, self.status, self.event, &keep)
    }
}

fn relative(found: &[f64], wanted: &[f64], what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (found, wanted) in found.iter().zip(wanted) {
        let error = testkit::relative_error(*found, *wanted);
        assert!(
            error < 1e-12 || (found - wanted).abs() < 1e-15,
            "{what}: {found} {wanted}"
        );
    }
}

#[test]
fn kaplan_meier_curves_and_quantiles() {
    let Some(reference) = expected("kaplan_meier") else {
        return;
    };
    for name in ["lung_all", "lung_sex", "veteran_celltype", "ovarian_rx"] {
        let data = Grouped::read(name).unwrap();
        for (kind, key) in [
            (IntervalKind::Plain, "plain"),
            (IntervalKind::Log, "log"),
            (IntervalKind::LogLog, "log-log"),
        ] {
            let wanted = &reference[name][key];
            let mut found: [Vec<f64>; 8] = Default::default();
            for group in 0..data.n_groups {
                let curve = kaplan_meier::curve(&data.of(Some(group)), kind, 0.95).unwrap();
                let counts = |counts: &[usize]| counts.iter().map(|&n| n as f64).collect();
                let parts: [Vec<f64>; 8] = [
                    curve.time.clone(),
                    counts(&curve.n_risk),
                    counts(&curve.n_event),
                    counts(&curve.n_censor),
                    curve.survival.clone(),
                    curve.std_error.clone(),
                    curve.ci_low.clone(),
                    curve.ci_high.clone(),
                ];
                found
                    .iter_mut()
                    .zip(parts)
                    .for_each(|(all, part)| all.extend(part));
                check_quantiles(&curve, &wanted["quantile"], (group, data.n_groups), name);
            }
            let keys = "time n_risk n_event n_censor surv greenwood_se_surv lower upper";
            for (found, part) in found.iter().zip(keys.split(' ')) {
                relative(
                    found,
                    &numbers(&wanted[part]),
                    &format!("{name} {key} {part}"),
                );
            }
        }
    }
}

fn check_quantiles(
    curve: &kaplan_meier::Curve,
    wanted: &Value,
    (group, n_groups): (usize, usize),
    name: &str,
) {
    for (i, (p, key)) in [(0.25, "25"), (0.5, "50"), (0.75, "75")]
        .into_iter()
        .enumerate()
    {
        let wanted = ["quantile", "lower", "upper"].map(|part| match n_groups {
            1 => number(&wanted[part][key]),
            _ => number(&wanted[part][group][i]),
        });
        let (time, low, high) = curve.quantile(p);
        let found = [time, low, high].map(|t| t.unwrap_or(f64::NAN));
        relative(&found, &wanted, &format!("{name} {group} quantile {p}"));
    }
}

#[test]
fn log_rank_tests() {
    let Some(reference) = expected("logrank") else {
        return;
    };
    for (name, data, rho) in [
        ("lung_sex", "lung_sex", 0.0),
        ("lung_sex_rho1", "lung_sex", 1.0),
        ("veteran_celltype", "veteran_celltype", 0.0),
        ("ovarian_rx", "ovarian_rx", 0.0),
    ] {
        let data = Grouped::read(data).unwrap();
        let found = logrank::test(&data.of(None), &data.group, data.n_groups, rho).unwrap();
        let wanted = &reference[name];
        all_close(&found.observed, &wanted["obs"], 1e-10, name);
        all_close(&found.expected, &wanted["exp"], 1e-10, name);
        for (row, wanted) in found.variance.iter().zip(wanted["var"].as_array().unwrap()) {
            all_close(row, wanted, 1e-10, name);
        }
        close(found.chi_squared, number(&wanted["chisq"]), 1e-10, name);
        close(found.p, number(&wanted["p"]), 1e-10, name);
        assert_eq!(found.df as f64, number(&wanted["df"]));
    }
}

/// Columns of a model; a factor as the indicators of all levels but the first.
fn design(table: &Table, columns: &[&str]) -> Vec<Vec<f64>> {
    let mut design = Vec::new();
    for column in columns {
        if *column == "celltype" {
            let types = table.text("celltype");
            for level in ["smallcell", "adeno", "large"] {
                let is = |t: &&str| f64::from(u8::from(*t == level));
                design.push(types.iter().map(is).collect());
            }
        } else {
            design.push(table.numbers(column));
        }
    }
    design
}

const LUNG: [&str; 4] = ["age", "sex", "ph.ecog", "wt.loss"];

#[test]
fn cox_models() {
    let Some(reference) = expected("cox") else {
        return;
    };
    let lung = ("lung_complete", ("time", "status", 2.0), &LUNG[..]);
    let veteran_columns = ["trt", "celltype", "karno", "diagtime", "age", "prior"];
    let veteran = ("veteran", ("time", "status", 1.0), &veteran_columns[..]);
    let rossi_columns = ["fin", "age", "race", "wexp", "mar", "paro", "prio"];
    let rossi = ("rossi", ("week", "arrest", 1.0), &rossi_columns[..]);
    let gbsg_columns = [
        "age", "meno", "size", "grade", "nodes", "pgr", "er", "hormon",
    ];
    let gbsg = ("gbsg", ("rfstime", "status", 1.0), &gbsg_columns[..]);
    let cases = [
        ("lung_efron", lung, Ties::Efron),
        ("lung_breslow", lung, Ties::Breslow),
        ("veteran_efron", veteran, Ties::Efron),
        ("veteran_breslow", veteran, Ties::Breslow),
        ("rossi_efron", rossi, Ties::Efron),
        ("rossi_breslow", rossi, Ties::Breslow),
        ("gbsg", gbsg, Ties::Efron),
    ];
    for (name, (file, (time, status, event), columns), ties) in cases {
        let table = Table::read(file).unwrap();
        let outcome = follow_up(&table, time, status, event, &vec![true; table.rows.len()]);
        let found = cox::fit(&design(&table, columns), &outcome, ties).unwrap();
        let wanted = &reference[name];
        all_close(&found.coefficients, &wanted["coef"], 1e-8, name);
        all_close(&found.standard_errors, &wanted["se"], 1e-8, name);
        for (row, wanted) in found
            .covariance
            .iter()
            .zip(wanted["var"].as_array().unwrap())
        {
            all_close(row, wanted, 1e-8, name);
        }
        all_close(&found.log_likelihood, &wanted["loglik"], 1e-10, name);
        close(found.score_test, number(&wanted["score"]), 1e-8, name);
        close(found.wald_test, number(&wanted["wald"]), 1e-8, name);
        close(
            found.likelihood_ratio,
            numbers(&wanted["logtest"])[0],
            1e-8,
            name,
        );
        let p: Vec<f64> = (0..found.coefficients.len()).map(|i| found.p(i)).collect();
        all_close(&p, &wanted["p"], 1e-8, name);
        for (i, wanted) in wanted["conf"].as_array().unwrap().iter().enumerate() {
            let (ratio, low, high) = found.hazard_ratio(i, 0.95);
            let inverse = 1.0 / ratio;
            all_close(&[ratio, inverse, low, high], wanted, 1e-8, name);
        }
    }
}

/// `concordance(coxph(~ age + sex), coxph(~ age + sex + ph.ecog + wt.loss))`:
/// its difference is the second minus the first.
#[test]
fn paired_concordance_of_two_models() {
    let (Some(table), Some(reference)) = (Table::read("lung_complete"), expected("concordance"))
    else {
        return;
    };
    let all = vec![true; table.rows.len()];
    let outcome = follow_up(&table, "time", "status", 2.0, &all);
    let risk = |columns: &[&str]| {
        let design = design(&table, columns);
        let fit = cox::fit(&design, &outcome, Ties::Efron).unwrap();
        let at = |row: usize| {
            design
                .iter()
                .zip(&fit.coefficients)
                .map(|(c, b)| b * c[row])
                .sum()
        };
        (0..outcome.len()).map(at).collect::<Vec<f64>>()
    };
    let found = concordance::paired(&outcome, &risk(&LUNG), &risk(&LUNG[..2]), 0.95).unwrap();
    let wanted = &reference["lung_pair"];
    close(found.value, number(&wanted["delta"]), 1e-12, "delta");
    close(found.z.unwrap(), number(&wanted["z"]), 1e-10, "z");
    close(found.p.unwrap(), number(&wanted["p"]), 1e-10, "p");
}
