//! The cross-validated deviance against glmnet's.
#![allow(clippy::unwrap_used)]

use outcome::design::{Design, Source};
use outcome::lasso::{Lambdas, PathOptions};
use outcome::select::{Curve, Rule};
use outcome::{FollowUp, Target};

/// The training rows of the synthetic radiomics table.
fn synthetic() -> Option<(Design, Vec<bool>, FollowUp)> {
    let (header, rows) = testkit::read_csv(&testkit::data("outcome/data/synth_radiomics.csv")?);
    let at = |name: &str| header.iter().position(|h| h == name).unwrap();
    let rows: Vec<&Vec<String>> = rows.iter().filter(|r| r[at("cohort")] == "train").collect();
    let column = |i: usize| {
        rows.iter()
            .map(|r| r[i].parse().unwrap())
            .collect::<Vec<f64>>()
    };
    let flag = |name: &str| {
        column(at(name))
            .iter()
            .map(|&v| v == 1.0)
            .collect::<Vec<bool>>()
    };
    let mut design = Design::default();
    for (i, name) in header.iter().enumerate() {
        if name.len() == 4 && name.starts_with('f') {
            let column_name = name.clone();
            design.push(
                Source::Column {
                    column: column_name,
                },
                column(i),
            );
        }
    }
    let follow_up = FollowUp::new(column(at("time")), flag("event")).unwrap();
    Some((design, flag("response"), follow_up))
}

/// Reference: data/outcome/expected/glmnet.json, cv.glmnet(thresh = 1e-12) with
/// fixed folds, deviance of binomial and Cox lasso at 40 lambdas: cvm and cvsd
/// to 1e-5 relative (binomial) and 1e-3 (Cox: 1e-5 at the larger lambdas, but
/// glmnet's own coefficients are less exact at the small ones); lambda.min and
/// lambda.1se exactly.
#[test]
fn deviance_curves_are_those_of_glmnet() {
    let (Some((design, response, follow_up)), Some(path)) =
        (synthetic(), testkit::data("outcome/expected/glmnet.json"))
    else {
        return;
    };
    let expected = testkit::read_json(&path);
    let numbers = |v: &serde_json::Value| -> Vec<f64> {
        v.as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_f64().unwrap())
            .collect()
    };
    let folds = numbers(&expected["cv_foldid"]);
    let folds: Vec<usize> = folds.iter().map(|&f| f as usize - 1).collect();
    let rows: Vec<usize> = (0..response.len()).collect();
    assert_eq!(rows.len(), 117);
    for (name, target) in [
        ("binomial_deviance", Target::Response(response)),
        ("cox_deviance", Target::Survival(follow_up)),
    ] {
        let expected = &expected["cv"][name];
        let lambdas = numbers(&expected["lambda"]);
        let options = PathOptions {
            lambdas: Lambdas::Given(lambdas.clone()),
            tolerance: 1e-13,
            ..PathOptions::default()
        };
        let curve = Curve::new(&design, &target, &rows, &folds, &lambdas, &options).unwrap();
        for (column, found) in [("cvm", &curve.mean), ("cvsd", &curve.error)] {
            for (i, reference) in numbers(&expected[column]).into_iter().enumerate() {
                let error = testkit::relative_error(found[i], reference);
                let exact = name == "binomial_deviance" || i < 15;
                let tolerance = if exact { 1e-5 } else { 1e-3 };
                assert!(
                    error < tolerance,
                    "{name} {column} {i}: {} {reference}",
                    found[i]
                );
            }
        }
        for (column, rule) in [
            ("lambda_min", Rule::Minimum),
            ("lambda_1se", Rule::OneStandardError),
        ] {
            let reference = expected[column].as_f64().unwrap();
            let found = curve.lambdas[curve.choose(rule)];
            assert!(
                testkit::relative_error(found, reference) < 1e-12,
                "{name} {column}"
            );
        }
    }
}
