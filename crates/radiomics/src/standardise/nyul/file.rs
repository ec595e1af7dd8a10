//! Landmarks as JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{NyulLandmarks, refused};
use crate::Error;

/// Version of the file's form.
pub const VERSION: u32 = 1;

/// Landmarks before they are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unchecked {
    images: usize,
    percentiles: Vec<f64>,
    landmarks: Vec<f64>,
}

impl TryFrom<Unchecked> for NyulLandmarks {
    type Error = Error;

    fn try_from(read: Unchecked) -> Result<Self, Error> {
        Self::new(read.images, read.percentiles, read.landmarks)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    nyul: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    sequence: String,
    images: usize,
    percentiles: Vec<f64>,
    landmarks: Vec<f64>,
}

/// Landmarks of each sequence (empty name: images of no named sequence) as the
/// text of a file. The same landmarks give the same bytes, and
/// [`from_json`] gives the same numbers back.
///
/// # Errors
/// None that is known of.
pub fn to_json(by_sequence: &BTreeMap<String, NyulLandmarks>) -> Result<String, Error> {
    let entries = by_sequence.iter().map(|(sequence, learnt)| Entry {
        sequence: sequence.clone(),
        images: learnt.images,
        percentiles: learnt.percentiles.clone(),
        landmarks: learnt.landmarks.clone(),
    });
    let document = Document {
        version: VERSION,
        nyul: entries.collect(),
    };
    let text = serde_json::to_string_pretty(&document);
    text.map(|text| text + "\n")
        .map_err(|error| refused(error.to_string()))
}

/// The landmarks of a file's text, by sequence.
///
/// # Errors
/// [`Error::Settings`] for text of another form or version, unknown keys, a
/// sequence that is there twice, none at all, numbers that are not finite, and
/// what [`NyulLandmarks::new`] refuses.
pub fn from_json(text: &str) -> Result<BTreeMap<String, NyulLandmarks>, Error> {
    let document: Document =
        serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
    if document.version != VERSION {
        return Err(refused(format!(
            "the file has version {}, this program reads {VERSION}; learn them anew",
            document.version
        )));
    }
    let mut found = BTreeMap::new();
    for entry in document.nyul {
        let learnt = NyulLandmarks::new(entry.images, entry.percentiles, entry.landmarks)?;
        if found.insert(entry.sequence.clone(), learnt).is_some() {
            let sequence = entry.sequence;
            return Err(refused(format!("sequence `{sequence}` is there twice")));
        }
    }
    if found.is_empty() {
        return Err(refused("the file holds no sequence".to_owned()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt() -> BTreeMap<String, NyulLandmarks> {
        let images = vec![vec![1.0, 2.0, 4.0], vec![0.1, 0.2, 0.4 + 0.1]];
        let nyul = super::super::Nyul {
            percentiles: vec![5.0, 50.0, 95.0],
            scale: [0.0, 100.0],
        };
        let learnt = nyul.fit(&images).unwrap();
        BTreeMap::from([(String::new(), learnt.clone()), ("T1".to_owned(), learnt)])
    }

    #[test]
    fn files_give_the_same_numbers_back() {
        let text = to_json(&learnt()).unwrap();
        let again = from_json(&text).unwrap();
        assert_eq!(again, learnt());
        assert_eq!(to_json(&again).unwrap(), text);
    }

    #[test]
    fn odd_files_are_refused() {
        let good = to_json(&learnt()).unwrap();
        let problem = |from: &str, to: &str| {
            assert!(good.contains(from), "{good}");
            from_json(&good.replacen(from, to, 1))
                .unwrap_err()
                .to_string()
        };
        assert!(problem("\"version\": 1", "\"version\": 2").contains("version 2"));
        assert!(problem("\"images\"", "\"pictures\"").contains("pictures"));
        assert!(problem("\"version\": 1", "\"version\": 1, \"mean\": 3").contains("mean"));
        assert!(problem("\"T1\"", "\"\"").contains("twice"));
        assert!(problem("100.0", "null").contains("null"));
        assert!(problem("100.0", "NaN").contains("Nyul"));
        assert!(problem("100.0", "1e999").contains("Nyul"));
        assert!(problem("100.0", "0.5").contains("fall"));
        assert!(problem("50.0", "4.0").contains("ascending"));
        assert!(from_json("{\"version\": 1, \"nyul\": []}").is_err());
        assert!(from_json("").is_err());
    }
}
