//! Against R (survival, glmnet, pROC): data/outcome.
#![allow(clippy::unwrap_used)]

mod discrimination;
mod glmnet;
mod survival;

use serde_json::Value;

/// A reference, or `None` where there is no data.
fn expected(name: &str) -> Option<Value> {
    let path = testkit::data(&format!("outcome/expected/{name}.json"))?;
    Some(testkit::read_json(&path))
}

/// A table of the reference data.
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(name: &str) -> Option<Self> {
        let path = testkit::data(&format!("outcome/data/{name}.csv"))?;
        let (header, rows) = testkit::read_csv(&path);
        Some(Self { header, rows })
    }

    fn text(&self, name: &str) -> Vec<&str> {
        let column = self.header.iter().position(|h| h == name).unwrap();
        self.rows.iter().map(|row| row[column].as_str()).collect()
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        let parse = |text: &str| text.parse().unwrap_or(f64::NAN);
        self.text(name).into_iter().map(parse).collect()
    }

    fn keep(mut self, name: &str, value: &str) -> Self {
        let column = self.header.iter().position(|h| h == name).unwrap();
        self.rows.retain(|row| row[column] == value);
        self
    }
}

/// The numbers of an array (or of a single number); NaN for R's NA.
fn numbers(value: &Value) -> Vec<f64> {
    match value.as_array() {
        Some(items) => items.iter().map(number).collect(),
        None => vec![number(value)],
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// The difference, relative where the expected value is above 1.
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let same = (found - expected).abs() <= tolerance * expected.abs().max(1.0)
        || (found.is_nan() && expected.is_nan());
    assert!(same, "{what}: {found} against {expected}");
}

fn all_close(found: &[f64], expected: &Value, tolerance: f64, what: &str) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        close(*found, expected, tolerance, &format!("{what} [{i}]"));
    }
}
