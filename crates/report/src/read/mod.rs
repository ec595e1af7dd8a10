//! A study's folder to typed rows. A stage without a folder is not there; a
//! folder without its tables, and a table without its columns, is an error
//! that names file and column.

pub(crate) mod correlate;
pub(crate) mod models;
pub(crate) mod radiomics;
pub(crate) mod run;
pub(crate) mod slides;
pub(crate) mod stage;

use std::path::Path;

use tables::Format;

use crate::Error;
use correlate::Correlate;
use models::{Endpoint, Models};
use radiomics::Radiomics;
use slides::Slides;
use stage::Stage;

/// All stages of a study that there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Study {
    pub radiomics: Option<Radiomics>,
    pub slides: Option<Slides>,
    pub correlate: Option<Correlate>,
    pub response: Option<Models>,
    pub survival: Option<Models>,
}

impl Study {
    pub fn read(folder: &Path, format: Format) -> Result<Self, Error> {
        // Tells a wrong folder from one without stages.
        std::fs::read_dir(folder).map_err(Error::io(folder))?;
        let stage = |name| Stage::open(folder, name, format);
        Ok(Self {
            radiomics: stage("radiomics").map(Radiomics::read).transpose()?,
            slides: stage("slides").map(Slides::read).transpose()?,
            correlate: stage("correlate").map(Correlate::read).transpose()?,
            response: stage("response")
                .map(|stage| Models::read(stage, Endpoint::Response))
                .transpose()?,
            survival: stage("survival")
                .map(|stage| Models::read(stage, Endpoint::Survival))
                .transpose()?,
        })
    }

    /// The models that there are.
    pub fn models(&self) -> impl Iterator<Item = &Models> {
        [&self.response, &self.survival].into_iter().flatten()
    }

    /// Every stage that there is with what it says of its run.
    pub fn runs(&self) -> Vec<(&Stage, &run::Run)> {
        let mut runs = Vec::new();
        runs.extend(self.radiomics.as_ref().map(|r| (&r.stage, &r.run)));
        runs.extend(self.slides.as_ref().map(|s| (&s.stage, &s.run)));
        runs.extend(self.correlate.as_ref().map(|c| (&c.stage, &c.run)));
        runs.extend(self.models().map(|m| (&m.stage, &m.run)));
        runs
    }
}
