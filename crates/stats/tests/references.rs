//! Against R and SciPy: data/outcome (tests_R, correlation_scipy, icc_R) and
//! data/association (base_R, intervals, qvalue_R).
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use stats::{distribution::CorrelationTest, multiplicity, spearman};

fn numbers(value: &Value) -> Vec<f64> {
    let items = value.as_array().expect("an array");
    items
        .iter()
        .map(|v| v.as_f64().unwrap_or(f64::NAN))
        .collect()
}

fn matrix(value: &Value) -> Vec<Vec<f64>> {
    value
        .as_array()
        .expect("rows")
        .iter()
        .map(numbers)
        .collect()
}

fn columns(relative: &str) -> Option<Vec<Vec<f64>>> {
    let (header, rows) = testkit::read_csv(&testkit::data(relative)?);
    let column = |c: usize| {
        rows.iter()
            .map(|r| r[c].parse().unwrap_or(f64::NAN))
            .collect()
    };
    Some((1..header.len()).map(column).collect())
}

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let same = (found - expected).abs() <= tolerance || (found.is_nan() && expected.is_nan());
    assert!(same, "{what}: {found} against {expected}");
}

/// R's p.adjust, tolerance 1e-12; its input is part of the reference.
#[test]
fn adjusted_p_of_r() {
    let Some(path) = testkit::data("outcome/expected/tests_R.json") else {
        return;
    };
    let reference = testkit::read_json(&path);
    let p = numbers(&reference["padj_input"]);
    let found = [
        ("BH", multiplicity::benjamini_hochberg(&p).unwrap()),
        ("BY", multiplicity::benjamini_yekutieli(&p).unwrap()),
    ];
    for (name, q) in found {
        for (q, expected) in q.iter().zip(numbers(&reference[name])) {
            let error = testkit::relative_error(*q, expected);
            assert!(error < 1e-12, "{name}: {q} against {expected}");
        }
    }
}

/// qvalue with pi0 = 1 is Benjamini and Hochberg's: 400 p-values, 1e-9.
#[test]
fn q_values_of_400_tests() {
    let (Some(path), Some(p)) = (
        testkit::data("association/expected/qvalue_R.json"),
        testkit::data("association/data/pvalues400.csv"),
    ) else {
        return;
    };
    // This file has no header: one number a line.
    let text = std::fs::read_to_string(&p).unwrap();
    let p: Vec<f64> = text
        .lines()
        .map(|line| line.trim().parse().unwrap())
        .collect();
    let expected = numbers(&testkit::read_json(&path)["p400"]["pi0_1"]["q"]);
    assert_eq!(expected.len(), p.len());
    for (q, expected) in multiplicity::benjamini_hochberg(&p)
        .unwrap()
        .iter()
        .zip(expected)
    {
        close(*q, expected, 1e-9, "q");
    }
}

/// R's cor(method = "spearman") and cor.test(exact = FALSE), 96 pairs: rho to
/// 1e-12, p to 1e-10 relative; Bonett-Wright intervals to 1e-12.
#[test]
fn spearman_of_r() {
    let (Some(x), Some(y), Some(r), Some(intervals)) = (
        columns("association/data/X.csv"),
        columns("association/data/Y.csv"),
        testkit::data("association/expected/base_R.json"),
        testkit::data("association/expected/intervals.json"),
    ) else {
        return;
    };
    let (r, intervals) = (testkit::read_json(&r), testkit::read_json(&intervals));
    let (rho, p) = (matrix(&r["spearman"]), matrix(&r["spearman_p_t"]));
    let low = matrix(&intervals["bonett_wright_lo"]);
    let high = matrix(&intervals["bonett_wright_hi"]);
    let test = CorrelationTest::new(60).unwrap();
    for (i, a) in x.iter().enumerate() {
        for (j, b) in y.iter().enumerate() {
            let found = spearman::rho(a, b).unwrap().unwrap();
            close(found, rho[i][j], 1e-12, "rho");
            let error = testkit::relative_error(test.p(found), p[i][j]);
            assert!(error < 1e-10, "p of {i}, {j}: relative error {error}");
            let (l, h) = spearman::bonett_wright(found, 60, 0.95).unwrap();
            close(l, low[i][j], 1e-12, "lower end");
            close(h, high[i][j], 1e-12, "upper end");
        }
    }
}

/// SciPy's spearmanr with ties and missing values left out by pair, 1e-10.
#[test]
fn spearman_of_scipy() {
    let Some(path) = testkit::data("outcome/expected/correlation_scipy.json") else {
        return;
    };
    let reference = testkit::read_json(&path);
    for pair in reference["pairs"].as_array().unwrap() {
        let n = pair["n"].as_u64().unwrap() as usize;
        let rho = pair["spearman"].as_f64().unwrap();
        let p = CorrelationTest::new(n).unwrap().p(rho);
        let error = testkit::relative_error(p, pair["spearman_p"].as_f64().unwrap());
        assert!(error < 1e-10, "{pair}: relative error {error}");
    }
}

/// R's psych::ICC on table 2 of Shrout and Fleiss (1979), 1e-12.
#[test]
fn intraclass_correlations_of_psych() {
    let Some(path) = testkit::data("outcome/expected/icc_R.json") else {
        return;
    };
    let reference = &testkit::read_json(&path)["results"];
    let table = [
        [9.0, 2.0, 5.0, 8.0],
        [6.0, 1.0, 3.0, 2.0],
        [8.0, 4.0, 6.0, 8.0],
        [7.0, 1.0, 2.0, 6.0],
        [10.0, 5.0, 6.0, 9.0],
        [6.0, 2.0, 4.0, 7.0],
    ];
    let repeated = stats::icc::Repeated::new(table.as_flattened(), 4).unwrap();
    let found = repeated.intraclass(0.95).unwrap().unwrap();
    for (row, estimate) in [(1, found.agreement), (2, found.consistency)] {
        for (column, value) in [
            ("ICC", estimate.value),
            ("lower bound", estimate.low),
            ("upper bound", estimate.high),
        ] {
            close(value, numbers(&reference[column])[row], 1e-12, column);
        }
    }
}
