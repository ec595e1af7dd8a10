//! model.json: models that can be read again and applied to new patients.
//!
//! Everything in it comes from the training cohort alone.

use serde::{Deserialize, Serialize};

use crate::design::{Design, Predictor, Source, Values};
use crate::fit::stack;
use crate::linear_model::{Linear, Term, relative_hazard};
use crate::validate::{ModelKind, Validated};
use crate::{Error, Target, lasso};

/// The first field of every model file.
pub const FORMAT: &str = "radpath-model";
/// Version of the file's form.
pub const VERSION: u32 = 1;

/// What was predicted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Predicted {
    /// A response.
    Response {
        /// Column of the outcome.
        outcome: String,
        /// The value that counts as a response.
        positive: String,
    },
    /// Survival.
    Survival {
        /// Column of the time.
        time: String,
        /// Column of the event.
        event: String,
        /// Unit of the time; empty when it wasn't stated.
        time_unit: String,
    },
}

/// The patients that the models were fitted on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Name of the training cohort.
    pub cohort: String,
    /// Patients.
    pub patients: usize,
    /// Patients with the event (the response).
    pub events: usize,
}

/// A model and, for survival, its baseline hazard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedModel {
    /// Which predictors.
    pub model: ModelKind,
    /// Scales and coefficients.
    pub linear: Linear,
    /// Breslow's cumulative hazard at score 0: time, hazard. Empty for a response.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub baseline_cumulative_hazard: Vec<(f64, f64)>,
}

/// A model file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Version of radpath that wrote it.
    pub radpath: String,
    /// What was predicted.
    pub predicted: Predicted,
    /// Patients that the models were fitted on.
    pub training: Training,
    /// The models.
    pub models: Vec<NamedModel>,
}

/// A model's word on a new patient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewPrediction {
    /// The score; NaN where there is none.
    pub score: f64,
    /// Probability of a response, or relative hazard (NaN beyond all numbers).
    pub value: f64,
    /// In the higher group; `None` for a model without a cut-off.
    pub high: Option<bool>,
}

impl ModelFile {
    /// A file of validated models; `rows` are the training patients.
    pub fn new(
        radpath: &str,
        predicted: Predicted,
        training: Training,
        models: &[Validated],
        target: &Target,
        rows: &[usize],
    ) -> Self {
        let baseline = |model: &Validated| match target.select(rows) {
            Target::Survival(follow_up) => {
                let scores: Vec<f64> = rows.iter().map(|&r| model.scores[r]).collect();
                lasso::cox::baseline(&scores, &follow_up)
            }
            Target::Response(_) => Vec::new(),
        };
        let named = |model: &Validated| NamedModel {
            model: model.kind,
            linear: model.fitted.linear.clone(),
            baseline_cumulative_hazard: baseline(model),
        };
        Self {
            format: FORMAT.into(),
            version: VERSION,
            radpath: radpath.into(),
            predicted,
            training,
            models: models.iter().map(named).collect(),
        }
    }

    /// The text of model.json; numbers read back to the same bits.
    ///
    /// # Errors
    /// [`Error::ModelFile`] for a number that JSON can't hold.
    pub fn to_json(&self) -> Result<String, Error> {
        let text = serde_json::to_string_pretty(self);
        text.map(|t| t + "\n")
            .map_err(|cause| Error::ModelFile(cause.to_string()))
    }

    /// Reads the text of a model.json.
    ///
    /// # Errors
    /// [`Error::ModelFile`]: no model file, one of a later version, damaged.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let bad = |problem: String| Error::ModelFile(problem);
        let head: Head =
            serde_json::from_str(text).map_err(|_| bad(format!("this is no {FORMAT} file")))?;
        if head.format != FORMAT {
            return Err(bad(format!(
                "its format is `{}`, not {FORMAT}",
                head.format
            )));
        }
        if head.version != VERSION {
            let version = head.version;
            return Err(bad(format!(
                "it is of version {version}, this radpath reads version {VERSION}"
            )));
        }
        let file: Self = serde_json::from_str(text).map_err(|e| bad(format!("damaged: {e}")))?;
        for NamedModel { linear, model, .. } in &file.models {
            let good = |t: &Term| t.sd > 0.0 && t.fill.is_finite() && t.mean.is_finite();
            if !linear.terms.iter().all(good) {
                return Err(bad(format!(
                    "damaged: a scale of the {} model",
                    model.name()
                )));
            }
        }
        Ok(file)
    }

    /// The model of a kind.
    pub fn model(&self, kind: ModelKind) -> Option<&NamedModel> {
        self.models.iter().find(|m| m.model == kind)
    }

    /// Columns that a model reads: those of the feature table, then those of
    /// the clinical table, each once, with the levels of a text column.
    pub fn columns(&self, kind: ModelKind) -> [Vec<(String, Vec<String>)>; 2] {
        let of = |kind| {
            let mut columns: Vec<(String, Vec<String>)> = Vec::new();
            let terms = self
                .model(kind)
                .map(|m| &m.linear.terms[..])
                .unwrap_or_default();
            for term in terms {
                let column = match &term.source {
                    Source::Column { column } => (column.clone(), Vec::new()),
                    Source::Level { column, levels, .. } => (column.clone(), levels.clone()),
                    Source::Score { .. } => continue,
                };
                if !columns.contains(&column) {
                    columns.push(column);
                }
            }
            columns
        };
        match kind {
            ModelKind::Radiomic => [of(kind), Vec::new()],
            ModelKind::Clinical => [Vec::new(), of(kind)],
            ModelKind::Combined => [of(ModelKind::Radiomic), of(kind)],
        }
    }

    /// Applies a model to new patients. Missing values and unknown levels are
    /// filled in ([`Term::fill`](crate::linear_model::Term::fill)).
    ///
    /// # Errors
    /// [`Error::MissingColumn`]; [`Error::ModelFile`] when the file has no such
    /// model. A patient whose values are so far off that there is no score gets
    /// NaN and no group.
    pub fn predict(
        &self,
        kind: ModelKind,
        patients: usize,
        features: &[Predictor],
        covariates: &[Predictor],
    ) -> Result<Vec<NewPrediction>, Error> {
        let none = |kind: ModelKind| Error::ModelFile(format!("it has no {} model", kind.name()));
        let of = |kind| {
            self.model(kind)
                .map(|m| &m.linear)
                .ok_or_else(|| none(kind))
        };
        let rows: Vec<usize> = (0..patients).collect();
        let linear = of(kind)?;
        let design = match kind {
            ModelKind::Radiomic => read(linear, features)?,
            ModelKind::Clinical => read(linear, covariates)?,
            ModelKind::Combined => {
                let radiomic = of(ModelKind::Radiomic)?;
                let scores = radiomic.scores(&read(radiomic, features)?, &rows)?;
                stack(&read(linear, covariates)?, scores)
            }
        };
        let scores = linear.scores(&design, &rows)?;
        Ok(scores.into_iter().map(|s| self.word(linear, s)).collect())
    }

    fn word(&self, linear: &Linear, score: f64) -> NewPrediction {
        let cutoff = linear.cutoff.filter(|_| !score.is_nan());
        let (value, high) = match self.predicted {
            Predicted::Response { .. } => {
                let probability = linear.probability(score);
                (probability, cutoff.map(|c| probability >= c))
            }
            Predicted::Survival { .. } => (relative_hazard(score), cutoff.map(|c| score > c)),
        };
        NewPrediction { score, value, high }
    }
}

/// The columns of a model's terms, but for scores.
fn read(linear: &Linear, predictors: &[Predictor]) -> Result<Design, Error> {
    let mut design = Design::default();
    for term in &linear.terms {
        let (column, level) = match &term.source {
            Source::Column { column } => (column, None),
            Source::Level {
                column,
                level,
                levels,
            } => (column, Some((level, levels))),
            Source::Score { .. } => continue,
        };
        let found = predictors.iter().find(|p| p.name == *column);
        let values = match (found.map(|p| &p.values), level) {
            (Some(Values::Numbers(values)), None) => values.clone(),
            (Some(Values::Levels(values)), Some((level, levels))) => values
                .iter()
                .map(|v| Source::indicator(level, levels, v.as_deref()))
                .collect(),
            _ => return Err(Error::MissingColumn(column.clone())),
        };
        design.push(term.source.clone(), values);
    }
    Ok(design)
}
