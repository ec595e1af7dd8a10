//! glmnet 4.1-6 with `thresh = 1e-15`: deviance ratios to 1e-6, coefficients
//! (of the original or the standardised column, whichever varies less) to 1e-6,
//! those of Cox at the smallest penalty to 1e-5. What is left is glmnet's: its
//! slopes miss the conditions of a minimum by up to 1e-8, where the tests of
//! `lasso::path` see none.

use super::{Table, close, expected, number, numbers};
use outcome::FollowUp;
use outcome::lasso::{Fit, Lambdas, Path, PathOptions, cox, logistic};
use serde_json::Value;
use std::collections::BTreeMap;

/// Columns of mean 0 and population standard deviation 1, and what they were.
struct Standardised {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
    moments: Vec<(f64, f64)>,
}

impl Standardised {
    fn new(table: &Table, chosen: impl Fn(&str) -> bool) -> Self {
        let names: Vec<String> = table.header.iter().filter(|h| chosen(h)).cloned().collect();
        let mut columns: Vec<Vec<f64>> = names.iter().map(|name| table.numbers(name)).collect();
        let standardise = |column: &mut Vec<f64>| {
            let n = column.len() as f64;
            let mean = column.iter().sum::<f64>() / n;
            let square: f64 = column.iter().map(|x| (x - mean) * (x - mean)).sum();
            let sd = (square / n).sqrt();
            column.iter_mut().for_each(|x| *x = (*x - mean) / sd);
            (mean, sd)
        };
        let moments = columns.iter_mut().map(standardise).collect();
        Self {
            names,
            columns,
            moments,
        }
    }

    /// Coefficients by name, on the scale of the table.
    fn original(&self, fit: &Fit, with_intercept: bool) -> BTreeMap<String, f64> {
        let mut intercept = fit.intercept;
        let mut all = BTreeMap::new();
        for &(column, value) in &fit.coefficients {
            let (mean, sd) = self.moments[column];
            intercept -= value * mean / sd;
            all.insert(self.names[column].clone(), value / sd);
        }
        if with_intercept {
            all.insert("(Intercept)".into(), intercept);
        }
        all
    }

    fn compare(&self, path: &Path, reference: &Value, with_intercept: bool, name: &str) {
        let null = number(&reference["nulldev"]);
        close(path.null_deviance, null, 1e-10, "null deviance");
        for (i, fit) in path.fits.iter().enumerate() {
            let what = format!("{name}, lambda {}", fit.lambda);
            let reference_fit = &reference["coef"][i];
            let ratio = number(&reference["dev_ratio"][i]);
            close(fit.deviance_ratio, ratio, 1e-6, &what);
            let found = self.original(fit, with_intercept);
            let texts = match &reference_fit["names"] {
                Value::Array(names) => names.clone(),
                one => vec![one.clone()],
            };
            let values = numbers(&reference_fit["value"]);
            let wanted: BTreeMap<_, _> = texts
                .iter()
                .map(|name| name.as_str().unwrap().to_owned())
                .zip(values)
                .collect();
            let keys = |map: &BTreeMap<String, f64>| map.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(&found), keys(&wanted), "{what}");
            let loose = !with_intercept && fit.lambda < 0.02;
            for (column, wanted) in wanted {
                let place = self.names.iter().position(|name| *name == column);
                let sd = place.map_or(1.0, |place| self.moments[place].1);
                let error = (found[&column] - wanted).abs() * sd.min(1.0);
                let tolerance = if loose { 1e-5 } else { 1e-6 };
                assert!(
                    error < tolerance,
                    "{what}, {column}: {} {wanted}",
                    found[&column]
                );
            }
        }
    }
}

fn tight(l1_ratio: f64) -> PathOptions {
    PathOptions {
        l1_ratio,
        lambdas: Lambdas::Given(vec![0.3, 0.2, 0.1, 0.05, 0.02, 0.01]),
        tolerance: 1e-22,
        max_sweeps: 10_000_000,
    }
}

fn synthetic() -> Option<(Standardised, Vec<bool>, FollowUp)> {
    let table = Table::read("synth_radiomics")?.keep("cohort", "train");
    let truth = |name| table.numbers(name).iter().map(|&v| v == 1.0).collect();
    let outcome = FollowUp::new(table.numbers("time"), truth("event")).unwrap();
    let is_feature = |h: &str| h.starts_with('f') && h[1..].parse::<u32>().is_ok();
    let columns = Standardised::new(&table, is_feature);
    Some((columns, truth("response"), outcome))
}

#[test]
fn breast_cancer() {
    let (Some(table), Some(reference)) = (Table::read("breast_cancer"), expected("glmnet")) else {
        return;
    };
    let positive: Vec<bool> = table.numbers("target").iter().map(|&v| v == 1.0).collect();
    let columns = Standardised::new(&table, |h| h != "target");
    for (ratio, name) in [(1.0, "a1"), (0.5, "a0.5"), (0.0, "a0")] {
        let name = format!("bc_binomial_{name}");
        let path = logistic::path(&columns.columns, &positive, &tight(ratio)).unwrap();
        columns.compare(&path, &reference[&name], true, &name);
    }
}

#[test]
fn synthetic_logistic_and_cox() {
    let (Some((columns, positive, outcome)), Some(reference)) = (synthetic(), expected("glmnet"))
    else {
        return;
    };
    for (ratio, name) in [(1.0, "a1"), (0.5, "a0.5"), (0.0, "a0")] {
        let path = logistic::path(&columns.columns, &positive, &tight(ratio)).unwrap();
        let key = format!("synth_binomial_{name}");
        columns.compare(&path, &reference[&key], true, &key);
        let path = cox::path(&columns.columns, &outcome, &tight(ratio)).unwrap();
        let key = format!("synth_cox_{name}");
        columns.compare(&path, &reference[&key], false, &key);
    }
}

#[test]
fn default_lambdas() {
    let (Some((columns, positive, outcome)), Some(reference)) = (synthetic(), expected("glmnet"))
    else {
        return;
    };
    let options = PathOptions::default();
    let paths = [
        logistic::path(&columns.columns, &positive, &options).unwrap(),
        cox::path(&columns.columns, &outcome, &options).unwrap(),
    ];
    for (i, (path, name)) in paths.iter().zip(["binomial", "cox"]).enumerate() {
        let first = numbers(&reference[format!("default_lambda_first_{name}")]);
        for (fit, lambda) in path.fits.iter().zip(first) {
            close(fit.lambda, lambda, 1e-10, name);
        }
        assert!(path.fits[0].coefficients.is_empty());
        assert_eq!(
            path.fits.len() as f64,
            numbers(&reference["default_n_lambda"])[i]
        );
    }
}
