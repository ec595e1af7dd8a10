//! Values of a parameter file, with their places.

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

use crate::Error;

/// The one document of a file.
pub(super) fn document(text: &str) -> Result<MarkedYaml<'_>, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let hint = if text.contains('\t') {
            "; tabs can't indent, use spaces"
        } else {
            ""
        };
        Error::Settings(format!("not a parameter file in YAML: {error}{hint}"))
    })?;
    match documents.len() {
        1 => Ok(documents.remove(0)),
        0 => Err(Error::Settings("the parameter file is empty".to_owned())),
        n => Err(Error::Settings(format!(
            "the parameter file holds {n} YAML documents; keep one"
        ))),
    }
}

/// A value and where it stands.
pub(super) struct Node<'a> {
    /// `setting.binWidth`; empty for the whole file.
    place: String,
    value: &'a MarkedYaml<'a>,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a MarkedYaml<'a>) -> Self {
        let place = String::new();
        Self { place, value }
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// An error that names the place.
    pub(super) fn error(&self, problem: &str) -> Error {
        let line = self.value.span.start.line();
        let place = if self.place.is_empty() {
            "the parameter file"
        } else {
            &self.place
        };
        Error::Settings(format!("{place} (line {line}) {problem}"))
    }

    /// An error of a value that isn't what it should be.
    fn must_be(&self, what: &str) -> Error {
        let found = match &self.value.data {
            YamlData::Value(Scalar::Null) => "has no value".to_owned(),
            YamlData::Value(Scalar::String(text)) => format!("is the text {text:?}"),
            YamlData::Value(Scalar::Boolean(value)) => format!("is {value}"),
            YamlData::Value(Scalar::Integer(value)) => format!("is {value}"),
            YamlData::Value(Scalar::FloatingPoint(value)) => format!("is {:?}", value.0),
            YamlData::Sequence(_) => "is a list".to_owned(),
            YamlData::Mapping(_) => "is a map".to_owned(),
            _ => "can't be read".to_owned(),
        };
        self.error(&format!("{found}; it must be {what}"))
    }

    /// Key and value of each entry of a map, in the file's order.
    pub(super) fn entries(&self) -> Result<Vec<(&'a str, Self)>, Error> {
        let YamlData::Mapping(map) = &self.value.data else {
            return Err(self.must_be("a map of keys and values"));
        };
        let entry = |(key, value): (&'a MarkedYaml<'a>, &'a MarkedYaml<'a>)| {
            let Some(name) = key.data.as_str() else {
                let key = Self {
                    place: self.place.clone(),
                    value: key,
                };
                return Err(key.error("has a key that is not text"));
            };
            let place = if self.place.is_empty() {
                name.to_owned()
            } else {
                format!("{}.{name}", self.place)
            };
            Ok((name, Self { place, value }))
        };
        map.iter().map(entry).collect()
    }

    /// The values of a list.
    pub(super) fn items(&self) -> Result<Vec<Self>, Error> {
        let YamlData::Sequence(items) = &self.value.data else {
            return Err(self.must_be("a list"));
        };
        let item = |value| Self {
            place: self.place.clone(),
            value,
        };
        Ok(items.iter().map(item).collect())
    }

    /// `None` for no value, else what a reader makes of it.
    pub(super) fn option<T>(
        &self,
        read: impl Fn(&Self) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        if self.is_null() {
            return Ok(None);
        }
        read(self).map(Some)
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.value.data, YamlData::Value(Scalar::Null))
    }

    pub(super) fn text(&self) -> Result<&'a str, Error> {
        self.value.data.as_str().ok_or_else(|| self.must_be("text"))
    }

    pub(super) fn truth(&self) -> Result<bool, Error> {
        let value = self.value.data.as_bool();
        value.ok_or_else(|| self.must_be("true or false"))
    }

    /// No value is false, as in Python.
    pub(super) fn truth_or_nothing(&self) -> Result<bool, Error> {
        Ok(self.option(Self::truth)?.unwrap_or(false))
    }

    /// A whole number from `least` to `most`.
    pub(super) fn whole(&self, least: usize, most: usize) -> Result<usize, Error> {
        let value = self.value.data.as_integer();
        let value = value.and_then(|value| usize::try_from(value).ok());
        value
            .filter(|value| (least..=most).contains(value))
            .ok_or_else(|| {
                self.must_be(&if most == usize::MAX {
                    format!("a whole number, {least} or more")
                } else {
                    format!("a whole number from {least} to {most}")
                })
            })
    }

    /// A number, be it not finite.
    pub(super) fn number(&self) -> Result<f64, Error> {
        match &self.value.data {
            YamlData::Value(Scalar::Integer(value)) => Ok(*value as f64),
            YamlData::Value(Scalar::FloatingPoint(value)) => Ok(value.0),
            YamlData::Value(Scalar::String(text)) if text.parse::<f64>().is_ok() => {
                Err(self.must_be("a number, without quotes"))
            }
            _ => Err(self.must_be("a number")),
        }
    }

    /// A number that holds a condition.
    pub(super) fn number_that(
        &self,
        holds: impl Fn(f64) -> bool,
        what: &str,
    ) -> Result<f64, Error> {
        let value = self.number()?;
        if holds(value) {
            Ok(value)
        } else {
            Err(self.must_be(what))
        }
    }

    pub(super) fn positive(&self) -> Result<f64, Error> {
        self.number_that(|v| v > 0.0 && v.is_finite(), "a positive finite number")
    }

    /// One of several words.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, Error> {
        let text = self.value.data.as_str();
        let found = words.iter().find(|(word, _)| Some(*word) == text);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.must_be(&format!("one of {}", words.join(", ")))
        })
    }
}
