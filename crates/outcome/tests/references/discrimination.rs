//! pROC 1.18.0: areas, DeLong's intervals, tests and Youden's point to 1e-10.
//! survival 3.5-3: Harrell's C to 1e-12, its standard error to 1e-10.

use super::{Table, close, expected, number, numbers};
use outcome::{FollowUp, concordance, roc};

#[test]
fn proc_areas_curves_and_tests() {
    let (Some(table), Some(reference)) = (Table::read("aSAH_num"), expected("roc")) else {
        return;
    };
    let positive: Vec<bool> = table.numbers("y").iter().map(|&y| y == 1.0).collect();
    for name in ["s100b", "ndka", "wf", "p1", "p2"] {
        let (scores, wanted) = (table.numbers(name), &reference["roc"][name]);
        let auc = roc::auc(&scores, &positive).unwrap();
        let ci = numbers(&wanted["ci_delong"]);
        close(auc.value, number(&wanted["auc"]), 1e-12, name);
        close(auc.variance, number(&wanted["var_delong"]), 1e-14, name);
        let (low, high) = auc.interval(0.95).unwrap();
        close(low, ci[0], 1e-10, name);
        close(high, ci[2], 1e-10, name);

        let best = roc::youden(&scores, &positive).unwrap().unwrap();
        let youden = &wanted["youden"];
        close(best.threshold, number(&youden["threshold"]), 1e-10, name);
        close(
            best.sensitivity,
            number(&youden["sensitivity"]),
            1e-12,
            name,
        );
        close(
            best.specificity,
            number(&youden["specificity"]),
            1e-12,
            name,
        );

        // pROC goes from lax to strict, between the scores, and to infinity.
        let mut curve = roc::curve(&scores, &positive).unwrap();
        curve.reverse();
        let (sens, spec) = (numbers(&wanted["sens"]), numbers(&wanted["spec"]));
        assert_eq!(curve.len() + 1, sens.len());
        for (i, point) in curve.iter().enumerate() {
            close(point.sensitivity, sens[i], 1e-12, name);
            close(point.specificity, spec[i], 1e-12, name);
        }
    }
    for (first, second) in [("s100b", "ndka"), ("s100b", "wf"), ("p1", "p2")] {
        let name = format!("{first}_{second}");
        let wanted = &reference["paired"][&name];
        let scores = [table.numbers(first), table.numbers(second)];
        let found = roc::paired(&scores[0], &scores[1], &positive, 0.95).unwrap();
        let estimates = numbers(&wanted["est"]);
        let ci = numbers(&wanted["ci"]);
        let (low, high) = found.interval.unwrap();
        close(found.value, estimates[0] - estimates[1], 1e-12, &name);
        close(found.z.unwrap(), number(&wanted["z"]), 1e-10, &name);
        close(found.p.unwrap(), number(&wanted["p"]), 1e-10, &name);
        close(low, ci[0], 1e-10, &name);
        close(high, ci[1], 1e-10, &name);
    }
}

fn follow_up(table: &Table, time: &str, event: f64) -> FollowUp {
    let status = table.numbers("status");
    let events = status.iter().map(|&s| s == event).collect();
    FollowUp::new(table.numbers(time), events).unwrap()
}

#[test]
fn harrell_of_survival() {
    let tables = ["lung", "lung_complete", "veteran", "gbsg_ext"].map(Table::read);
    let references = ["concordance", "cox", "external_validation"].map(expected);
    let (
        [Some(lung), Some(complete), Some(veteran), Some(gbsg)],
        [Some(wanted), Some(cox), Some(external)],
    ) = (tables, references)
    else {
        return;
    };
    let lp = |fit: &str| numbers(&cox[fit]["linear_predictors"]);
    let cases = [
        (
            "lung_age",
            follow_up(&lung, "time", 2.0),
            lung.numbers("age"),
        ),
        (
            "lung_f2",
            follow_up(&complete, "time", 2.0),
            lp("lung_efron"),
        ),
        (
            "veteran",
            follow_up(&veteran, "time", 1.0),
            lp("veteran_efron"),
        ),
        (
            "gbsg_external_lp",
            follow_up(&gbsg, "rfstime", 1.0),
            numbers(&external["lp_test"]),
        ),
    ];
    for (name, outcome, risk) in cases {
        let found = concordance::harrell(&outcome, &risk).unwrap();
        let wanted = &wanted[name];
        let counts = numbers(&wanted["counts"]);
        let pairs = [found.concordant, found.discordant, found.tied_score];
        assert_eq!(pairs.map(|n| n as f64), counts[..3], "{name}");
        close(found.value, number(&wanted["C"]), 1e-12, name);
        close(found.std_error, number(&wanted["se"]), 1e-10, name);
    }
}

/// R's `concordance(fit1, fit2)` on gbsg_ext: difference and z.
#[test]
fn paired_harrell_of_survival() {
    let (Some(gbsg), Some(wanted), Some(external)) = (
        Table::read("gbsg_ext"),
        expected("concordance"),
        expected("external_validation"),
    ) else {
        return;
    };
    let outcome = follow_up(&gbsg, "rfstime", 1.0);
    let [first, second] = ["lp_test", "lp2_test"].map(|name| numbers(&external[name]));
    let found = concordance::paired(&outcome, &first, &second, 0.95).unwrap();
    let wanted = &wanted["gbsg_external_pair"];
    close(found.value, number(&wanted["delta"]), 1e-12, "delta");
    close(found.z.unwrap(), number(&wanted["z"]), 1e-10, "z");
    let (low, high) = found.interval.unwrap();
    let half = 1.959_963_984_540_054 * number(&wanted["se"]);
    close(high - low, 2.0 * half, 1e-10, "interval");
    let ratio = found.p.unwrap() / number(&wanted["p"]);
    close(ratio, 1.0, 1e-8, "p");
}
