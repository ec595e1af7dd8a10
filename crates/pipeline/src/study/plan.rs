//! The stages of a study, in order, and how they are gone through.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;
use tables::Format;

use super::line::Line;
use super::stage::{Decision, Source, Stage, discard};
use super::{Checked, Study};
use crate::Error;
use crate::hash::{self, Fingerprint};
use crate::provenance::Input;

/// Names of all stages that have a folder, in their order.
const STAGES: [&str; 5] = ["radiomics", "slides", "correlate", "response", "survival"];

/// A study's stages, and what all of them depend on.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The stages, in order.
    pub stages: Vec<Stage>,
    /// The study's folder.
    pub out: PathBuf,
    /// radpath's version.
    pub version: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Format of the tables.
    pub format: Format,
    /// Files that no stage makes are read once.
    prints: RefCell<BTreeMap<PathBuf, Fingerprint>>,
}

/// A stage that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct StageDone {
    /// Its name.
    pub name: &'static str,
    /// Hash of all that it was made from.
    pub key: String,
    /// It was there before.
    pub reused: bool,
    /// Some of its cases or slides failed.
    pub some_failed: bool,
    /// Wall time.
    pub elapsed: Duration,
}

impl Plan {
    /// The plan of a study without problems.
    pub fn new(
        study: &Study,
        checked: &Checked,
        out: &Path,
        version: &str,
        seed: u64,
        format: Format,
    ) -> Self {
        let mut plan = Self {
            stages: Vec::new(),
            out: out.to_owned(),
            version: version.to_owned(),
            seed,
            format,
            prints: RefCell::default(),
        };
        let radiomic = plan.radiomics(study, checked);
        let pathology = plan.pathology(study, checked);
        let correlate = study.config.correlate.clone().unwrap_or_default();
        if let (Some(radiomic), Some(pathology), false) = (&radiomic, &pathology, correlate.skip) {
            let line = plan
                .line("correlate")
                .source("--radiomics", radiomic.clone())
                .source("--pathology", pathology.clone())
                .option("--permutations", correlate.permutations)
                .option("--min-n", correlate.min_n)
                .option("--id", study.config.roles.id.clone());
            plan.stages.push(line.into_folder());
        }
        if let Some(response) = &study.config.response {
            let line = plan
                .model("response", study, radiomic.as_ref())
                .option("--outcome", Some(&response.outcome))
                .option("--positive", response.positive.as_ref());
            plan.stages.push(line.into_folder());
        }
        if let Some(survival) = &study.config.survival {
            let line = plan
                .model("survival", study, radiomic.as_ref())
                .option("--time", Some(&survival.time))
                .option("--event", Some(&survival.event))
                .option("--event-value", survival.event_value.as_ref())
                .option("--time-unit", survival.time_unit.as_ref());
            plan.stages.push(line.into_folder());
        }
        plan
    }

    /// Adds the extraction, if there is one; gives the table of features.
    fn radiomics(&mut self, study: &Study, checked: &Checked) -> Option<Source> {
        let radiomics = study.config.radiomics.as_ref()?;
        if let Some(table) = &radiomics.table {
            return Some(given("radiomics", study.path(table)));
        }
        let rows: Vec<_> = checked
            .cases
            .iter()
            .map(|c| json!([c.patient_id, c.sequence, c.labels, c.rois, c.cohort]))
            .collect();
        let mut line = self.line("radiomics").source(
            "--cases",
            Source {
                rows: Some(json!(rows).to_string()),
                ..given("cases", study.path(radiomics.cases.as_ref()?))
            },
        );
        if let Some(settings) = &radiomics.settings {
            line = line.source("--settings", given("settings", study.path(settings)));
        }
        line = line
            .option("--preset", radiomics.preset.clone())
            .option("--ring-mm", radiomics.ring_list())
            .option("--roi", radiomics.roi.clone())
            .option("--standardise", radiomics.standardise.clone())
            .option("--train-value", study.config.roles.train_value.clone())
            .option("--id", study.config.roles.id.clone());
        for case in &checked.cases {
            let id = match case.sequence.as_str() {
                "" => case.patient_id.clone(),
                sequence => format!("{} {sequence}", case.patient_id),
            };
            let files = [("image", Some(&case.image)), ("mask", Some(&case.mask))];
            for (role, path) in files
                .into_iter()
                .chain([("body_mask", case.body_mask.as_ref())])
                .chain([("brain_mask", case.brain_mask.as_ref())])
            {
                let Some(path) = path else { continue };
                line.reads(Source {
                    id: id.clone(),
                    ..given(role, path.clone())
                });
            }
        }
        let table = self.table("radiomics", "radiomics");
        self.stages.push(line.into_file(&table));
        Some(Source {
            made_by: Some("radiomics"),
            ..given("radiomics", table)
        })
    }

    /// Adds the slides, if there are some; gives the table of patients.
    fn pathology(&mut self, study: &Study, checked: &Checked) -> Option<Source> {
        if let Some(pathology) = &study.config.pathology {
            return Some(given("pathology", study.path(&pathology.table)));
        }
        let slides = study.config.slides.as_ref()?;
        let rows: Vec<_> = checked
            .slides
            .iter()
            .map(|s| {
                json!([
                    s.patient_id,
                    s.slide_id,
                    s.stain,
                    s.mpp,
                    s.exclude_fragments
                ])
            })
            .collect();
        let mut line = self.line("slides").source(
            "--manifest",
            Source {
                rows: Some(json!(rows).to_string()),
                ..given("manifest", study.path(&slides.manifest))
            },
        );
        if let Some(markers) = &slides.markers {
            line = line.source("--markers", given("markers", study.path(markers)));
        }
        line = line.option("--id", study.config.roles.id.clone());
        for slide in &checked.slides {
            line.reads(Source {
                id: slide.slide_id.clone(),
                ..given("slide", slide.path.clone())
            });
        }
        self.stages.push(line.into_folder());
        Some(Source {
            made_by: Some("slides"),
            ..given("pathology", self.table("slides", "patients"))
        })
    }

    /// What both models have in common.
    fn model(&self, name: &'static str, study: &Study, radiomic: Option<&Source>) -> Line {
        let config = &study.config;
        let mut line = self.line(name);
        if let Some(radiomic) = radiomic {
            line = line.source("--features", radiomic.clone());
        }
        let mut covariates = None;
        if let Some(clinical) = &config.clinical {
            line = line.source("--clinical", given("clinical", study.path(&clinical.table)));
            covariates = Some(clinical.covariates.join(",")).filter(|list| !list.is_empty());
        }
        let validation = &config.validation;
        if let Some(table) = &validation.reliability {
            let table = study.path(table);
            line = line.source("--reliability", given("reliability", table));
        }
        line.option("--covariates", covariates)
            .option("--min-icc", validation.min_icc)
            .option("--icc-column", validation.icc_column.clone())
            .option("--folds", validation.folds)
            .option("--repeats", validation.repeats)
            .option("--lambda", validation.lambda.clone())
            .option("--id", config.roles.id.clone())
            .option("--cohort-col", config.roles.cohort_col.clone())
            .option("--train-value", config.roles.train_value.clone())
            .option("--centre-col", config.roles.centre_col.clone())
    }

    fn table(&self, stage: &str, stem: &str) -> PathBuf {
        let name = format!("{stem}.{}", self.format.extension());
        self.out.join(stage).join(name)
    }

    fn line(&self, name: &'static str) -> Line {
        Line::new(name, self.out.join(name), self.seed, self.format)
    }

    /// A file's content; what no stage makes is read once.
    pub(super) fn fingerprint(&self, source: &Source) -> Result<Fingerprint, Error> {
        if source.made_by.is_some() {
            return hash::fingerprint(&source.path);
        }
        if let Some(known) = self.prints.borrow().get(&source.path) {
            return Ok(known.clone());
        }
        let print = hash::fingerprint(&source.path)?;
        let known = (source.path.clone(), print.clone());
        self.prints.borrow_mut().extend([known]);
        Ok(print)
    }

    /// The files that no stage makes, each once.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn inputs(&self) -> Result<Vec<Input>, Error> {
        let mut inputs: Vec<Input> = Vec::new();
        let sources = self.stages.iter().flat_map(|stage| &stage.sources);
        for source in sources.filter(|s| s.made_by.is_none()) {
            let input = Input {
                role: source.role.to_owned(),
                id: source.id.clone(),
                fingerprint: self.fingerprint(source)?,
            };
            if !inputs.contains(&input) {
                inputs.push(input);
            }
        }
        Ok(inputs)
    }

    /// What would be done with each stage now. Writes nothing.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn decisions(&self) -> Result<Vec<Decision>, Error> {
        let mut decisions: Vec<Decision> = Vec::new();
        let mut reused: Vec<&str> = Vec::new();
        for stage in &self.stages {
            let mut makers = stage.sources.iter().filter_map(|s| s.made_by);
            let decision = match makers.find(|maker| !reused.contains(maker)) {
                Some(maker) => Decision::After(maker),
                None => stage.decide(&stage.origin(self)?)?,
            };
            if matches!(decision, Decision::Reuse { .. }) {
                reused.push(stage.name);
            }
            decisions.push(decision);
        }
        Ok(decisions)
    }

    /// Goes through the stages: each is reused, or made by `make`, which says
    /// whether some of its cases or slides failed. Folders of stages that the
    /// study no longer has are removed.
    ///
    /// # Errors
    /// Whatever `make` gives, at once: the stages before are kept. [`Error::Io`].
    pub fn run<E: From<Error>>(
        &self,
        make: &mut dyn FnMut(&Stage) -> Result<bool, E>,
    ) -> Result<Vec<StageDone>, E> {
        for name in STAGES {
            if !self.stages.iter().any(|stage| stage.name == name) {
                discard(&self.out.join(name))?;
            }
        }
        let mut done = Vec::new();
        for stage in &self.stages {
            let clock = Instant::now();
            let origin = stage.origin(self)?;
            let (reused, some_failed) = match stage.decide(&origin)? {
                Decision::Reuse { some_failed } => {
                    tracing::info!("{}: reused", stage.name);
                    (true, some_failed)
                }
                Decision::Run(why) => {
                    tracing::info!("{}: {why}", stage.name);
                    stage.prepare()?;
                    let some_failed = make(stage)?;
                    stage.done(&origin, some_failed)?;
                    (false, some_failed)
                }
                // Said of the future only.
                Decision::After(_) => continue,
            };
            done.push(StageDone {
                name: stage.name,
                key: origin.key,
                reused,
                some_failed,
                elapsed: clock.elapsed(),
            });
        }
        Ok(done)
    }
}

fn given(role: &'static str, path: PathBuf) -> Source {
    Source {
        role,
        id: String::new(),
        path,
        made_by: None,
        rows: None,
    }
}
