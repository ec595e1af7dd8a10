//! All that can be known to be wrong before anything is run.

use std::fmt::Display;
use std::fs::{self, File};
use std::path::Path;

use super::models;
use super::{Config, Study};
use crate::manifest::{Case, SlideEntry};
use crate::reliability::RANGE as MIN_ICCS;

/// What a study is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The study's output folder: no input may lie in it.
    pub out: &'a Path,
    /// Known stains; `None` when the file of markers can't be read, which is a
    /// problem of its own.
    pub stains: Option<&'a [String]>,
    /// Fewest patients of a correlation, where the study doesn't say.
    pub min_n: usize,
    /// Fewest training patients of either outcome, and fewest events, of a model.
    pub fewest: usize,
}

/// The manifests of a study, read.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Rows of `[radiomics] cases`.
    pub cases: Vec<Case>,
    /// Rows of `[slides] manifest`.
    pub slides: Vec<SlideEntry>,
}

/// What the messages of the tables call options, and what study.toml calls them.
const WORDS: [(&str, &str); 5] = [
    ("--train-value", "`train_value` in [roles]"),
    ("--positive", "`positive` in [response]"),
    ("--event-value", "`event_value` in [survival]"),
    ("--min-icc", "`min_icc` in [validation]"),
    (
        "name yours with the option for this role",
        "name yours in study.toml",
    ),
];

/// Checks everything, and gives the manifests and every problem in words: with
/// key, file, column, row and what to do.
pub fn check(study: &Study, facts: &Facts) -> (Checked, Vec<String>) {
    let mut checker = Checker {
        study,
        facts,
        problems: Vec::new(),
    };
    checker.ranges();
    checker.composition();
    let (cases, radiomic) = checker.radiomics();
    let (slides, pathology) = checker.pathology();
    if let (Some(radiomic), Some(pathology)) = (&radiomic, &pathology) {
        checker.correlation(radiomic, pathology);
    }
    models::check(&mut checker, radiomic.as_deref());
    models::reliability(&mut checker);
    let checked = Checked { cases, slides };
    (checked, checker.problems)
}

/// The problems found so far.
pub(super) struct Checker<'a> {
    pub(super) study: &'a Study,
    pub(super) facts: &'a Facts<'a>,
    problems: Vec<String>,
}

impl Checker<'_> {
    pub(super) fn config(&self) -> &Config {
        &self.study.config
    }

    /// Notes a problem, once, under the place in study.toml that it is about.
    pub(super) fn note(&mut self, key: &str, problem: impl Display) {
        let mut text = problem.to_string();
        for (option, word) in WORDS {
            text = text.replace(option, word);
        }
        // A column that is missing is missing for everybody who asks.
        if !self
            .problems
            .iter()
            .any(|p| p.ends_with(&format!(": {text}")))
        {
            self.problems.push(format!("{key}: {text}"));
        }
    }

    /// Notes a file that isn't there, can't be opened or lies in the output.
    pub(super) fn readable(&mut self, key: &str, path: &Path) -> bool {
        let shown = path.display();
        match File::open(path) {
            Err(cause) => {
                self.note(
                    key,
                    format!("{shown}: {cause}; paths start at the folder of study.toml"),
                );
                return false;
            }
            Ok(_) if !path.is_file() => {
                self.note(key, format!("{shown}: this is no file"));
                return false;
            }
            Ok(_) => {}
        }
        if self.in_output(path) {
            let out = self.facts.out.display();
            self.note(key, format!("{shown}: the input lies in the output {out}: choose another --out, or move the input"));
        }
        true
    }

    pub(super) fn in_output(&self, path: &Path) -> bool {
        let out = fs::canonicalize(self.facts.out);
        let path = fs::canonicalize(path);
        matches!((out, path), (Ok(out), Ok(path)) if path.starts_with(&out))
    }

    fn ranges(&mut self) {
        let config = self.config().clone();
        let correlate = config.correlate.unwrap_or_default();
        let numbers = [
            (
                "[correlate] permutations",
                correlate.permutations,
                19..=1_000_000,
            ),
            ("[correlate] min_n", correlate.min_n, 4..=1_000_000),
            ("[validation] folds", config.validation.folds, 2..=100),
            ("[validation] repeats", config.validation.repeats, 1..=1000),
        ];
        for (key, value, range) in numbers {
            if let Some(value) = value.filter(|v| !range.contains(v)) {
                let (low, high) = range.into_inner();
                self.note(key, format!("{value} is out of range: {low} to {high}"));
            }
        }
        if let Some(icc) = config.validation.min_icc.filter(|x| !MIN_ICCS.contains(x)) {
            self.note(
                "[validation] min_icc",
                format!("{icc} is out of range: 0 to 1"),
            );
        }
        let unit = config.survival.and_then(|s| s.time_unit);
        let words: [(_, _, &[&str]); 2] = [
            (
                "[validation] lambda",
                config.validation.lambda,
                &["min", "1se"],
            ),
            ("[survival] time_unit", unit, &["days", "months", "years"]),
        ];
        for (key, value, known) in words {
            if let Some(value) = value.filter(|v| !known.contains(&v.as_str())) {
                self.note(key, format!("`{value}` isn't one of: {}", known.join(", ")));
            }
        }
    }

    /// What needs what.
    fn composition(&mut self) {
        let config = self.config().clone();
        if config.slides.is_some() && config.pathology.is_some() {
            self.note("[slides] and [pathology]", "exclude each other: keep one");
        }
        let both =
            config.radiomics.is_some() && (config.slides.is_some() || config.pathology.is_some());
        if config.correlate.as_ref().is_some_and(|c| !c.skip) && !both {
            self.note(
                "[correlate]",
                "needs [radiomics] and one of [slides] and [pathology]: add them, or take it out",
            );
        }
        for (key, there) in [
            ("[response]", config.response.is_some()),
            ("[survival]", config.survival.is_some()),
        ] {
            if there && config.clinical.is_none() {
                self.note(key, "needs the clinical table: add [clinical] with `table`");
            }
            let covariates = config
                .clinical
                .as_ref()
                .is_some_and(|c| !c.covariates.is_empty());
            if there && config.radiomics.is_none() && !covariates {
                self.note(
                    key,
                    "has nothing to predict from: add [radiomics], or `covariates` in [clinical]",
                );
            }
        }
        let correlate = both && !config.correlate.as_ref().is_some_and(|c| c.skip);
        let something = config.radiomics.as_ref().is_some_and(|r| r.cases.is_some())
            || config.slides.is_some()
            || config.response.is_some()
            || config.survival.is_some()
            || correlate;
        if !something && config.radiomics.as_ref().is_none_or(|r| r.table.is_some()) {
            self.note(
                "the study",
                "has nothing to do: it needs [radiomics] cases, [slides], [response], [survival], or [radiomics] with [pathology]",
            );
        }
    }

    fn correlation(&mut self, radiomic: &[String], pathology: &[String]) {
        let correlate = self.config().correlate.clone().unwrap_or_default();
        if correlate.skip {
            return;
        }
        let given = correlate.min_n.and_then(|n| usize::try_from(n).ok());
        let min_n = given.unwrap_or(self.facts.min_n);
        let common = common(radiomic, pathology);
        if common < min_n {
            let alike = written_alike(radiomic, pathology, common);
            self.note(
                "[correlate]",
                format!("{common} patients have both radiomic and pathology features, and a pair needs {min_n} (`min_n`){alike}"),
            );
        }
    }
}

/// Number of ids in both.
pub(super) fn common(a: &[String], b: &[String]) -> usize {
    cohort::join::inner(a, b).pairs.len()
}

/// A question for those whose two tables have nobody in common.
pub(super) fn written_alike(a: &[String], b: &[String], common: usize) -> String {
    match (common, a.first(), b.first()) {
        (0, Some(a), Some(b)) => format!("; are the ids written alike (`{a}` and `{b}`)?"),
        _ => String::new(),
    }
}
