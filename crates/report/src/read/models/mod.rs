//! The folders response and survival: models, their performance, their groups.

mod endpoint;
mod rows;

use std::collections::BTreeSet;

pub(crate) use endpoint::Endpoint;
pub(crate) use rows::{Cohort, Group, Performance, Selected, Term};

use super::run::Run;
use super::stage::{Note, Stage};
use crate::Error;

/// `estimate_type` of training patients, predicted by models that have not seen them.
pub(crate) const CV: &str = "cv";
/// `estimate_type` of patients outside the training cohort.
pub(crate) const EXTERNAL: &str = "external";

/// Everything about one endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Models {
    pub endpoint: Endpoint,
    pub stage: Stage,
    pub run: Run,
    pub performance: Vec<Performance>,
    pub cohorts: Vec<Cohort>,
    pub selected: Vec<Selected>,
    pub groups: Vec<Group>,
    pub cox: Vec<Term>,
    pub notes: Vec<Note>,
}

impl Models {
    pub fn read(stage: Stage, endpoint: Endpoint) -> Result<Self, Error> {
        let groups = stage.optional("groups")?;
        let cox = stage.optional("cox")?;
        Ok(Self {
            endpoint,
            run: stage.run("run.toml")?,
            performance: rows::performance(&stage.table("performance")?)?,
            cohorts: rows::cohorts(&stage.table("predictions")?, endpoint)?,
            selected: rows::selected(&stage.table("selected")?, endpoint)?,
            groups: groups.as_ref().map_or(Ok(Vec::new()), rows::groups)?,
            cox: cox.as_ref().map_or(Ok(Vec::new()), rows::terms)?,
            notes: stage.notes("notes")?,
            stage,
        })
    }

    /// Names of the models in the order of the tables; an empty model is known
    /// from the summary alone.
    pub fn names(&self) -> Vec<&str> {
        let rows = self.performance.iter().map(|row| row.model.as_str());
        let keys = self.run.summary.keys();
        let said = keys.filter_map(|key| key.strip_prefix("features_selected_"));
        distinct(rows.filter(|name| !name.contains(" - ")).chain(said))
    }

    /// Cohorts outside the training one.
    pub fn externals(&self) -> Vec<&str> {
        let rows = self.performance.iter().filter(|row| row.kind == EXTERNAL);
        distinct(rows.map(|row| row.cohort.as_str()))
    }

    /// The one estimate of a model; `cohort` is `None` for the training one.
    pub fn find(
        &self,
        model: &str,
        kind: &str,
        cohort: Option<&str>,
        metric: &str,
    ) -> Option<&Performance> {
        self.performance.iter().find(|row| {
            row.model == model
                && row.kind == kind
                && row.metric == metric
                && cohort.is_none_or(|cohort| row.cohort == cohort)
        })
    }

    /// True when nothing was selected into a model.
    pub fn is_empty(&self, model: &str) -> bool {
        self.selected.iter().all(|row| row.model != model)
    }

    /// The training cohort.
    pub fn training(&self) -> Option<&Cohort> {
        self.cohorts.iter().find(|cohort| cohort.training)
    }

    /// Unit of time, with a space before it; empty when it isn't known.
    pub fn time_unit(&self) -> String {
        let unit = self.run.setting("time_unit");
        unit.map_or(String::new(), |unit| format!(" {unit}"))
    }
}

/// Each once, in the order of first appearance.
pub(crate) fn distinct<T: Ord + Copy>(names: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}
