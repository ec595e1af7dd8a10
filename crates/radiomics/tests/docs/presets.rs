//! What IBSI's named configurations set.

use radiomics::ibsi::Settings;
use serde_json::Value;

use crate::page::{code, table as markdown};

/// Where the configurations differ from the defaults.
pub fn table() -> String {
    let json = |settings: &Settings| serde_json::to_value(settings).unwrap();
    let default = json(&Settings::default());
    let names = ["ibsi-a", "ibsi-b", "ibsi-c", "ibsi-d", "ibsi-e"];
    let named = names.map(|name| json(&Settings::named(name).unwrap()));
    let keys = default.as_object().unwrap().keys();
    let differing = keys.filter(|key| named.iter().any(|named| named[*key] != default[*key]));
    let rows = differing.map(|key| {
        let values = [&default].into_iter().chain(&named);
        let cells = values.map(|settings| match &settings[key] {
            Value::Null => String::new(),
            value => code(&toml(value)),
        });
        [code(key)].into_iter().chain(cells).collect()
    });
    let header = [["key", "ibsi"].as_slice(), &names].concat();
    markdown(&header, rows)
}

/// A value as a settings file has it.
pub fn toml(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Number(number) => number.as_f64().unwrap().to_string(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(toml).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            let given = map.iter().filter(|(_, value)| !value.is_null());
            let entries: Vec<_> = given.map(|(k, v)| format!("{k} = {}", toml(v))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}
