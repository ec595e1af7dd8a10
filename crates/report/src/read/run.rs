//! run.toml: what a stage did, with which settings.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Value;

/// The part of run.toml that a report uses.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Run {
    #[serde(default)]
    pub radpath: String,
    #[serde(default)]
    pub seed: Option<i64>,
    #[serde(default)]
    pub summary: BTreeMap<String, Value>,
    #[serde(default)]
    pub notes: Vec<String>,
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
}

/// A resolved setting and where it came from.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Setting {
    pub value: Value,
    #[serde(default)]
    pub source: String,
}

impl Run {
    /// A count of the summary.
    pub fn count(&self, name: &str) -> Option<usize> {
        let number = self.summary.get(name)?.as_integer()?;
        usize::try_from(number).ok()
    }

    /// A setting as text; `None` also for an empty one.
    pub fn setting(&self, name: &str) -> Option<String> {
        let text = in_words(&self.settings.get(name)?.value);
        (!text.is_empty()).then_some(text)
    }
}

/// A value as text: lists with commas, tables as `name value`.
pub(crate) fn in_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(in_words).collect::<Vec<_>>().join(", "),
        Value::Table(table) => table
            .iter()
            .map(|(name, value)| format!("{name} {}", in_words(value)))
            .collect::<Vec<_>>()
            .join("; "),
        Value::Float(x) => x.to_string(),
        other => other.to_string(),
    }
}
