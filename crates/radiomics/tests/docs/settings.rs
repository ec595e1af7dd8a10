//! The tables of settings have every key, with its default.

use std::collections::BTreeMap;

use radiomics::{ibsi, pyradiomics};
use serde::Serialize;
use serde_json::Value;

use crate::page::Page;
use crate::presets::toml;

/// Whether PyRadiomics' table may have keys that the code lacks.
const AHEAD: bool = false;

/// Keys and defaults; those of a group as `group.key`.
fn defaults(settings: &impl Serialize) -> BTreeMap<String, String> {
    let json = serde_json::to_value(settings).unwrap();
    let mut defaults = BTreeMap::new();
    for (key, value) in json.as_object().unwrap() {
        match value {
            Value::Object(group) if group.values().any(|value| value.is_number()) => {
                for (inner, value) in group {
                    defaults.insert(format!("{key}.{inner}"), toml(value));
                }
            }
            value => {
                defaults.insert(key.clone(), toml(value));
            }
        }
    }
    defaults
}

/// A default is checked where it is code; `classes`, for one, are told in words.
fn compare(section: &str, defaults: &BTreeMap<String, String>, ahead: bool) {
    let page = Page::read("README").unwrap();
    let rows = page.rows_of(section);
    assert!(!rows.is_empty(), "README.md: no table under `{section}`");
    for (key, default) in defaults {
        let row = rows.iter().find(|row| row[0] == format!("`{key}`"));
        let row = row.unwrap_or_else(|| panic!("README.md: {section} lacks `{key}`"));
        let told = &row[1];
        assert!(
            !told.starts_with('`') || *told == format!("`{default}`"),
            "README.md: {section}: the default of {key} is {default}, not {told}"
        );
    }
    for row in rows.iter().filter(|_| !ahead) {
        let key = row[0].trim_matches('`');
        assert!(
            defaults.contains_key(key),
            "README.md: there is no `{key}` in {section}"
        );
    }
}

#[test]
fn settings_of_ibsi_are_documented() {
    let defaults = defaults(&ibsi::Settings::default());
    compare("### Settings of IBSI's dialect", &defaults, false);
}

#[test]
fn settings_of_pyradiomics_are_documented() {
    let defaults = defaults(&pyradiomics::Settings::default());
    compare("### Settings of PyRadiomics' dialect", &defaults, AHEAD);
}
