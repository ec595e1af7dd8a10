//! Marker profiles: built in, and merged with a user's file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::error::Error;
use crate::nuclei::DetectionParameters;
use crate::positivity::{Measure, Thresholds};
use crate::stain::{StainMatrix, StainSet};

const BUILT_IN: &str = include_str!("markers.toml");

/// A profile that the user's file adds starts from this one.
const BASE: &str = "DAB";

/// All that depends on the marker of a slide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name, as in the column `stain` of a manifest.
    #[serde(default)]
    pub name: String,
    /// Stains that are unmixed.
    pub stains: StainSet,
    /// Vectors in place of the fixed ones of `stains`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stain_vectors: Option<StainVectors>,
    /// What is compared with the thresholds; `None` where nothing is scored (H&E).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Measure>,
    /// Lower bounds of 1+, 2+ and 3+.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// Whether the thresholds were set for this laboratory.
    #[serde(default)]
    pub calibrated: bool,
    /// Detection of nuclei and cells.
    #[serde(default)]
    pub detection: DetectionParameters,
}

/// Optical densities of the two pure stains, of any length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StainVectors {
    /// Haematoxylin: red, green, blue.
    pub hematoxylin: [f64; 3],
    /// DAB, or eosin on H&E: red, green, blue.
    pub second: [f64; 3],
}

impl Profile {
    /// The unmixing matrix.
    ///
    /// # Errors
    /// [`Error::Profile`] when the profile's own vectors can't be used.
    pub fn stain_matrix(&self) -> Result<StainMatrix, Error> {
        match self.stain_vectors {
            Some(v) => StainMatrix::from_vectors(v.hematoxylin, v.second),
            None => Ok(StainMatrix::of(self.stains)),
        }
    }

    /// Checks what the types do not.
    ///
    /// # Errors
    /// [`Error::Profile`] naming the profile, the key and its range.
    pub fn validate(&self) -> Result<(), Error> {
        let wrong = |reason: String| Error::Profile(format!("{}: {reason}", self.name));
        self.stain_matrix()
            .map_err(|error| wrong(error.to_string()))?;
        self.thresholds.validate().map_err(wrong)?;
        self.detection
            .validate()
            .map_err(|reason| wrong(format!("detection: {reason}")))?;
        if self.score.is_some() && self.stains == StainSet::HE {
            return Err(wrong(
                "H-E has no DAB to score; leave out `score` or set stains = \"H-DAB\"".into(),
            ));
        }
        Ok(())
    }
}

/// The known profiles, by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Markers {
    profiles: BTreeMap<String, Profile>,
}

impl Markers {
    /// HE, DAB, CD8, CD45RO, PD-L1, CD163 and Ki67, with uncalibrated thresholds.
    pub fn built_in() -> Self {
        Self::parse(built_in_table(), "built-in markers").expect("the built-in profiles are valid")
    }

    /// The built-in profiles with `text` (TOML, called `origin` in messages) over
    /// them, key by key. A profile of a new name starts from DAB.
    ///
    /// # Errors
    /// [`Error::Profile`] when the text is not TOML, or has an unknown key or a
    /// value out of range.
    pub fn with_user(text: &str, origin: &str) -> Result<Self, Error> {
        let user: Table = text
            .parse()
            .map_err(|error| Error::Profile(format!("{origin}: {error}")))?;
        let mut all = built_in_table();
        for (name, value) in user {
            let Value::Table(changes) = value else {
                return Err(Error::Profile(format!(
                    "{origin}: `{name}` must be a table, [{name}]"
                )));
            };
            let known = all
                .keys()
                .find(|known| known.eq_ignore_ascii_case(&name))
                .cloned();
            let start = all.get(known.as_deref().unwrap_or(BASE)).cloned();
            let mut profile = match start {
                Some(Value::Table(table)) => table,
                _ => Table::new(),
            };
            merge(&mut profile, changes);
            all.insert(known.unwrap_or(name), Value::Table(profile));
        }
        Self::parse(all, origin)
    }

    /// The profile of a stain, whatever the case of its letters.
    ///
    /// # Errors
    /// [`Error::Profile`] that lists the known names.
    pub fn get(&self, stain: &str) -> Result<&Profile, Error> {
        let found = self
            .profiles
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(stain.trim()));
        found.map(|(_, profile)| profile).ok_or_else(|| {
            let known: Vec<&str> = self.names().collect();
            Error::Profile(format!(
                "there is no stain `{stain}`; known are {}; others come from a file of --markers",
                known.join(", ")
            ))
        })
    }

    /// Names in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    fn parse(all: Table, origin: &str) -> Result<Self, Error> {
        let mut profiles = BTreeMap::new();
        for (name, value) in all {
            let mut profile: Profile = value
                .try_into()
                .map_err(|error| Error::Profile(format!("{origin}: [{name}]: {error}")))?;
            profile.name.clone_from(&name);
            profile.validate()?;
            profiles.insert(name, profile);
        }
        Ok(Self { profiles })
    }
}

fn built_in_table() -> Table {
    BUILT_IN.parse().expect("the built-in profiles are TOML")
}

fn merge(into: &mut Table, changes: Table) {
    for (key, change) in changes {
        match (into.get_mut(&key), change) {
            (Some(Value::Table(old)), Value::Table(new)) => merge(old, new),
            (_, new) => {
                into.insert(key, new);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::positivity::{Compartment, Statistic};

    #[test]
    fn all_profiles_are_there() {
        let markers = Markers::built_in();
        let names: Vec<&str> = markers.names().collect();
        assert_eq!(
            names,
            ["CD163", "CD45RO", "CD8", "DAB", "HE", "Ki67", "PD-L1"]
        );
        let cd8 = markers.get("cd8").expect("known");
        assert_eq!(
            cd8.score,
            Some(Measure {
                compartment: Compartment::Cell,
                statistic: Statistic::Mean
            })
        );
        assert_eq!(cd8.detection.cell_expansion_um, 3.0);
        assert!(markers.get("HE").expect("known").score.is_none());
        assert!(
            names
                .iter()
                .all(|name| !markers.get(name).expect("known").calibrated)
        );
        let text = markers.get("CD20").expect_err("unknown").to_string();
        assert!(text.contains("CD20") && text.contains("PD-L1"), "{text}");
    }

    #[test]
    fn a_users_file_changes_keys_and_adds_profiles() {
        let text = "[ki67.detection]\nthreshold = 0.2\n[CD20]\nthresholds = [0.1, 0.2, 0.3]\ncalibrated = true";
        let markers = Markers::with_user(text, "mine.toml").expect("valid");
        let ki67 = markers.get("Ki67").expect("known");
        assert_eq!(ki67.detection.threshold, 0.2);
        assert_eq!(
            ki67.detection.detection_image,
            Markers::built_in()
                .get("Ki67")
                .expect("known")
                .detection
                .detection_image
        );
        let cd20 = markers.get("CD20").expect("added");
        assert!(cd20.calibrated && cd20.score.is_some());
        assert_eq!(cd20.thresholds, Thresholds([0.1, 0.2, 0.3]));
    }

    #[test]
    fn wrong_files_are_refused() {
        for text in [
            "[CD8]\nthreshold = 0.2",
            "[CD8.detection]\nsigma = 2",
            "[CD8]\nthresholds = [0.4, 0.2, 0.6]",
            "[CD8]\nthresholds = [nan, 0.2, 0.6]",
            "[CD8]\nscore = \"Nucleus\"",
            "[HE]\nscore = \"Cell: DAB OD mean\"",
            "[CD8.detection]\nsigma_um = -1.0",
            "[CD8]\nstain_vectors = { hematoxylin = [0, 0, 0], second = [1, 0, 0] }",
            "CD8 = 1",
            "not toml",
        ] {
            assert!(
                matches!(
                    Markers::with_user(text, "mine.toml"),
                    Err(Error::Profile(_))
                ),
                "{text}"
            );
        }
    }
}
