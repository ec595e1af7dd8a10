//! study.toml as it is written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Error;
use crate::clinical::Roles;

/// A study.toml and where it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// The file, as it was named.
    pub file: PathBuf,
    /// What is in it.
    pub config: Config,
    /// Every key in order of its name, `response.outcome`, without the paths.
    pub explicit: BTreeMap<String, toml::Value>,
}

/// Contents of study.toml. Paths start at its folder.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Headline of the report.
    pub title: Option<String>,
    /// Seed of everything random; `--seed` goes before it.
    pub seed: Option<u64>,
    /// Columns with a role.
    #[serde(default)]
    pub roles: RoleKeys,
    /// Where the radiomic features come from.
    pub radiomics: Option<Radiomics>,
    /// Slides to measure.
    pub slides: Option<Slides>,
    /// A table of pathology features instead of slides.
    pub pathology: Option<Pathology>,
    /// The clinical table.
    pub clinical: Option<ClinicalTable>,
    /// Settings of the correlation.
    pub correlate: Option<Correlate>,
    /// A two-valued outcome to model.
    pub response: Option<Response>,
    /// A follow-up to model.
    pub survival: Option<Survival>,
    /// Settings of both models and of their cross-validation.
    #[serde(default)]
    pub validation: Validation,
}

/// `[roles]`; a missing key has the default of [`Roles`].
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleKeys {
    /// Column of the patient, in every table.
    pub id: Option<String>,
    /// Column of the cohort.
    pub cohort_col: Option<String>,
    /// Value of the training cohort.
    pub train_value: Option<String>,
    /// Column of the centre.
    pub centre_col: Option<String>,
}

impl RoleKeys {
    /// With the defaults where nothing is said.
    pub fn roles(&self) -> Roles {
        let default = Roles::default();
        Roles {
            id: self.id.clone().unwrap_or(default.id),
            cohort_col: self.cohort_col.clone(),
            train_value: self.train_value.clone().unwrap_or(default.train_value),
            centre_col: self.centre_col.clone(),
        }
    }
}

/// `[radiomics]`: one of the two tables.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Radiomics {
    /// Images and masks to extract features from.
    pub cases: Option<PathBuf>,
    /// Features that are there already.
    pub table: Option<PathBuf>,
    /// Settings of the extraction.
    pub settings: Option<PathBuf>,
    /// Definitions to follow.
    pub preset: Option<String>,
    /// Widths of peritumoural rings in mm.
    pub ring_mm: Option<Vec<f64>>,
    /// Names of regions of RTSTRUCT and SEG masks, with semicolons between them.
    pub roi: Option<String>,
    /// How MR intensities are brought on a common scale.
    pub standardise: Option<String>,
}

impl Radiomics {
    /// The widths as the flag takes them.
    pub fn ring_list(&self) -> Option<String> {
        let widths = self.ring_mm.as_ref()?;
        let texts: Vec<String> = widths.iter().map(f64::to_string).collect();
        Some(texts.join(","))
    }
}

/// `[slides]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slides {
    /// Slides to measure.
    pub manifest: PathBuf,
    /// Marker profiles over the built-in ones.
    pub markers: Option<PathBuf>,
}

/// `[pathology]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pathology {
    /// Features that are there already.
    pub table: PathBuf,
}

/// `[clinical]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClinicalTable {
    /// The table.
    pub table: PathBuf,
    /// Columns of the clinical model.
    #[serde(default)]
    pub covariates: Vec<String>,
}

/// `[correlate]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correlate {
    /// Permutations of the patients.
    pub permutations: Option<i64>,
    /// Fewest patients of a pair.
    pub min_n: Option<i64>,
    /// True to leave the correlation out.
    #[serde(default)]
    pub skip: bool,
}

/// `[response]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// Column of the outcome.
    pub outcome: String,
    /// The value that counts as yes.
    pub positive: Option<String>,
}

/// `[survival]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survival {
    /// Column of the follow-up time.
    pub time: String,
    /// Column of the event.
    pub event: String,
    /// The value that is the event.
    pub event_value: Option<String>,
    /// Unit of the time.
    pub time_unit: Option<String>,
}

/// `[validation]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validation {
    /// Outer folds.
    pub folds: Option<i64>,
    /// Times that the folds are drawn anew.
    pub repeats: Option<i64>,
    /// Which penalty of the path: `min` or `1se`.
    pub lambda: Option<String>,
    /// How well features repeat, as `radpath reliability` writes it: those that
    /// don't are not learnt from.
    pub reliability: Option<PathBuf>,
    /// Least intraclass correlation.
    pub min_icc: Option<f64>,
    /// Column of that correlation.
    pub icc_column: Option<String>,
}

/// Keys whose values are paths: outputs carry none.
const PATHS: [&str; 7] = [
    "clinical.table",
    "pathology.table",
    "radiomics.cases",
    "radiomics.settings",
    "radiomics.table",
    "slides.",
    "validation.reliability",
];

impl Study {
    /// Reads a study.toml.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::StudyFile`] for what isn't TOML, an unknown key,
    /// a missing one, or a value of the wrong kind.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(file).map_err(Error::io(file))?;
        Self::parse(file, &text)
    }

    fn parse(file: &Path, text: &str) -> Result<Self, Error> {
        let wrong = |cause| Error::StudyFile {
            file: file.to_owned(),
            cause: Box::new(cause),
        };
        let config: Config = toml::from_str(text).map_err(wrong)?;
        let mut explicit = BTreeMap::new();
        flatten("", text.parse().map_err(wrong)?, &mut explicit);
        explicit.retain(|key, _| !PATHS.iter().any(|path| key.starts_with(path)));
        Ok(Self {
            file: file.to_owned(),
            config,
            explicit,
        })
    }

    /// A path of study.toml: relative to its folder.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.file.parent().unwrap_or(Path::new("")).join(path)
    }
}

fn flatten(prefix: &str, table: toml::Table, to: &mut BTreeMap<String, toml::Value>) {
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) => flatten(&format!("{prefix}{key}."), inner, to),
            value => {
                to.insert(format!("{prefix}{key}"), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_known_and_paths_start_at_the_file() {
        let text = "title = 'T'\nseed = 3\n[roles]\nid = 'ID'\n[radiomics]\ntable = 'r.csv'\n\
            [clinical]\ntable = '/c.csv'\ncovariates = ['age']\n[response]\noutcome = 'r'\n";
        let study = Study::parse(Path::new("a/study.toml"), text).unwrap();
        assert_eq!(study.path(Path::new("r.csv")), Path::new("a/r.csv"));
        assert_eq!(study.path(Path::new("/c.csv")), Path::new("/c.csv"));
        assert_eq!(study.config.roles.roles().id, "ID");
        let keys: Vec<&str> = study.explicit.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "clinical.covariates",
                "response.outcome",
                "roles.id",
                "seed",
                "title"
            ]
        );
    }

    #[test]
    fn unknown_and_missing_keys_name_the_file() {
        for (text, piece) in [
            ("[responce]\noutcome = 'r'\n", "responce"),
            ("[response]\npositive = '1'\n", "outcome"),
            ("[correlate]\npermutation = 9\n", "permutation"),
            ("[validation]\nmin_ICC = 0.8\n", "min_ICC"),
            ("[survival]\ntime = 5\nevent = 'e'\n", "string"),
            ("seed = -1\n", "seed"),
            ("title\n", "study.toml"),
        ] {
            let error = Study::parse(Path::new("a/study.toml"), text).unwrap_err();
            let text = error.to_string();
            assert!(
                text.contains(piece) && text.contains("a/study.toml"),
                "{text}"
            );
        }
    }
}
