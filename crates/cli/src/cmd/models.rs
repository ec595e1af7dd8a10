//! What `response` and `survival` share: options, and tables to patients and
//! designs.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, ValueEnum};
use cohort::join;
use cohort::notes::Note;
use figures::forest::{self, Forest};
use outcome::design::{Design, Predictor, Values};
use outcome::fit::Fitting;
use outcome::patients::Patients;
use outcome::performance::{EstimateType, Performance, Setting};
use outcome::prepare::Scale;
use outcome::select::Rule;
use outcome::split::Folds;
use outcome::validate::Validated;
use pipeline::clinical::{self, Clinical, Covariate, CovariateValues};
use pipeline::output::OutputDir;
use pipeline::provenance::{Input, Run};
use pipeline::reliability::{self, Reliability};
use tables::{Features, Table};

use crate::context::Context;
use crate::roles::RoleOptions;

/// The radiomic score's name in tables.
const SCORE: &str = "radiomic_score";

/// Options of both commands.
#[derive(Debug, Args)]
pub struct ModelOptions {
    /// Table of radiomic (or any) features, one row a patient
    #[arg(long, value_name = "FILE")]
    pub features: Option<PathBuf>,
    /// Clinical table: outcome, cohort, centre, covariates, one row a patient
    #[arg(long, value_name = "FILE")]
    pub clinical: PathBuf,
    /// Columns of the clinical table for the clinical and the combined model
    #[arg(long, value_name = "COLUMN,..", value_delimiter = ',')]
    pub covariates: Vec<String>,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Outer folds of the nested cross-validation [default: 5]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(2..=100))]
    pub folds: Option<u16>,
    /// Times that the folds are drawn anew [default: 10]
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub repeats: Option<u16>,
    /// Penalty that the inner folds choose: the best one, or the largest within one standard
    /// error of it
    #[arg(long, value_name = "RULE", default_value = "min")]
    pub lambda: LambdaRule,
    /// Table of `radpath reliability`: features that repeat badly, or that it doesn't have, are
    /// left out before anything is fitted
    #[arg(long, value_name = "FILE", requires = "features")]
    pub reliability: Option<PathBuf>,
    /// Least intraclass correlation of a feature that is kept [default: 0.75]
    #[arg(long, value_name = "X", value_parser = icc, requires = "reliability")]
    pub min_icc: Option<f64>,
    /// Column of --reliability that --min-icc is about; icc_2_1_low is stricter
    /// [default: icc_2_1]
    #[arg(long, value_name = "COLUMN", requires = "reliability")]
    pub icc_column: Option<String>,
    /// Which columns play which role
    #[command(flatten)]
    pub roles: RoleOptions,
}

fn icc(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "no number".to_owned())?;
    match reliability::RANGE.contains(&value) {
        true => Ok(value),
        false => Err("not from 0 to 1".to_owned()),
    }
}

/// Which penalty is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LambdaRule {
    /// The smallest cross-validated deviance
    Min,
    /// The largest penalty within one standard error of it
    #[value(name = "1se")]
    OneSe,
}

impl ModelOptions {
    /// The folds as they were asked for; `smaller` is the size of the smaller
    /// outcome group, which bounds what nobody asked for.
    pub fn folds(&self, smaller: usize) -> Folds {
        let defaults = Folds::default();
        Folds {
            outer: self
                .folds
                .map_or(defaults.outer.min(smaller.max(2)), usize::from),
            repeats: self.repeats.map_or(defaults.repeats, usize::from),
            inner: defaults.inner,
        }
    }

    /// How models are fitted.
    pub fn fitting(&self) -> Fitting {
        Fitting {
            rule: match self.lambda {
                LambdaRule::Min => Rule::Minimum,
                LambdaRule::OneSe => Rule::OneStandardError,
            },
            ..Fitting::default()
        }
    }

    /// Files that an output must not replace.
    pub fn inputs(&self) -> Vec<&std::path::Path> {
        let features = self.features.iter().chain(&self.reliability);
        features
            .chain([&self.clinical])
            .map(PathBuf::as_path)
            .collect()
    }

    /// Reads which features repeat well, if that is asked for.
    fn read_reliability(&self) -> Result<Option<Reliability>> {
        let Some(path) = &self.reliability else {
            return Ok(None);
        };
        let column = self.icc_column.as_deref().unwrap_or(reliability::COLUMN);
        let min = self.min_icc.unwrap_or(reliability::MIN_ICC);
        Ok(Some(Reliability::read(path, column, min)?))
    }

    /// Reads the clinical table.
    pub fn read_clinical(&self) -> Result<Clinical> {
        Ok(Clinical::read(&self.clinical, &self.roles.roles())?)
    }
}

/// The patients of an analysis, sorted by id, with what is known of them.
pub struct Joined {
    /// Who they are.
    pub patients: Patients,
    /// Row of each in the clinical table.
    pub clinical_rows: Vec<usize>,
    /// Features, if a table of them was given.
    pub radiomic: Option<Design>,
    /// Covariates, if any were named.
    pub clinical: Option<Design>,
    /// Who and what was left out, and why.
    pub notes: Vec<Note>,
    /// Patients left out.
    pub left_out: usize,
    /// Features left out because they don't repeat well enough.
    pub unreliable: usize,
}

impl Joined {
    /// Lines features and covariates up for the patients whose outcome is
    /// known. No model sees one of the columns `outcomes`.
    pub fn read(
        options: &ModelOptions,
        clinical: &Clinical,
        known: &[bool],
        outcomes: &[&str],
    ) -> Result<Self> {
        if options.covariates.iter().any(|c| c == SCORE) {
            bail!(
                "a covariate can't be called `{SCORE}`: that is the radiomic model's score; rename the column"
            );
        }
        if options.features.is_none() && options.covariates.is_empty() {
            bail!("nothing to learn from: give --features FILE, --covariates COLUMN,.., or both");
        }
        let mut notes = Vec::new();
        let mut left_out = 0;
        let mut leave_out = |notes: &mut Vec<Note>, table: &str, id: &str, reason: &str| {
            notes.push(note(table, id, "", reason));
            left_out += 1;
        };
        let mut features = match &options.features {
            Some(path) => Some(read_features(
                options, path, clinical, outcomes, &mut notes,
            )?),
            None => None,
        };
        let mut unreliable = 0;
        if let (Some((_, table)), Some(known)) = (&mut features, options.read_reliability()?) {
            let all = table.names.len();
            for (name, reason) in known.filter(table)? {
                notes.push(note("features", "", &name, &reason));
                unreliable += 1;
            }
            if unreliable > 0 {
                tracing::warn!(
                    "{unreliable} of {all} features are left out: not reliable enough (see notes)"
                );
            }
        }
        let mut pairs: Vec<(usize, Option<usize>)> = match &features {
            None => (0..clinical.ids.len()).map(|row| (row, None)).collect(),
            Some((ids, table)) => {
                let joined = join::inner(&clinical.ids, ids);
                if let (true, Some(a), Some(b)) =
                    (joined.pairs.is_empty(), clinical.ids.first(), ids.first())
                {
                    bail!(
                        "no patient is in both {} and the features: is `{}` written alike (`{a}` and `{b}`)?",
                        clinical.file(),
                        options.roles.id
                    );
                }
                for id in &joined.only_left {
                    leave_out(&mut notes, "clinical", id, "no features: left out");
                }
                for id in &joined.only_right {
                    leave_out(
                        &mut notes,
                        "features",
                        id,
                        "not in the clinical table: left out",
                    );
                }
                let empty = |row: usize| table.columns.iter().all(|c| c[row].is_nan());
                let (without, with): (Vec<_>, Vec<_>) =
                    joined.pairs.into_iter().partition(|&(_, row)| empty(row));
                for (row, _) in without {
                    let reason = "every feature is missing: left out";
                    leave_out(&mut notes, "features", &clinical.ids[row], reason);
                }
                with.into_iter().map(|(a, b)| (a, Some(b))).collect()
            }
        };
        for &(row, _) in pairs.iter().filter(|(row, _)| !known[*row]) {
            let reason = "the outcome is missing: left out";
            leave_out(&mut notes, "clinical", &clinical.ids[row], reason);
        }
        pairs.retain(|&(row, _)| known[row]);
        // By id: nothing then depends on the order of the files.
        pairs.sort_by(|a, b| clinical.ids[a.0].cmp(&clinical.ids[b.0]));
        let clinical_rows: Vec<usize> = pairs.iter().map(|p| p.0).collect();
        let pick = |values: &[String]| clinical_rows.iter().map(|&r| values[r].clone()).collect();
        let patients = Patients {
            ids: pick(&clinical.ids),
            cohort: pick(&clinical.cohort),
            training: clinical_rows
                .iter()
                .map(|&r| clinical.training[r])
                .collect(),
            centre: clinical_rows
                .iter()
                .map(|&r| clinical.centre[r].clone())
                .collect(),
        };
        if !patients.training.contains(&true) {
            bail!("no training patient has features and a known outcome: see --train-value");
        }
        let covariates = clinical.covariates(&options.covariates, outcomes)?;
        let training = patients.training_rows();
        let feature_rows: Vec<usize> = pairs.iter().filter_map(|p| p.1).collect();
        let radiomic = features.map(|(_, table)| numbers(table, &feature_rows));
        let covariates = covariates.into_iter().map(|c| predictor(c, &clinical_rows));
        let covariates: Vec<Predictor> = covariates.collect();
        let design = |predictors: &[Predictor]| Design::new(predictors, &training);
        let mut joined = Self {
            radiomic: radiomic.map(|p| design(&p)).transpose()?,
            clinical: (!covariates.is_empty())
                .then(|| design(&covariates))
                .transpose()?,
            patients,
            clinical_rows,
            notes,
            left_out,
            unreliable,
        };
        joined.note_columns(&training);
        if left_out > 0 {
            tracing::warn!("{left_out} patients are left out (see notes)");
        }
        Ok(joined)
    }

    /// Columns that can't tell training patients apart, and how many values of
    /// the others are filled in.
    fn note_columns(&mut self, training: &[usize]) {
        let everybody = self.patients.ids.len();
        for (table, design) in [("features", &self.radiomic), ("clinical", &self.clinical)] {
            let Some(design) = design else { continue };
            for (source, column) in design.sources.iter().zip(&design.columns) {
                let text = match Scale::fit(source, column, training) {
                    Err(silent) => format!("{}: not used", silent.words()),
                    Ok(_) => {
                        let missing = |&&r: &&usize| column[r].is_nan();
                        let inside = training.iter().filter(missing).count();
                        let all = column.iter().filter(|v| v.is_nan()).count();
                        if all == 0 {
                            continue;
                        }
                        format!(
                            "{inside} of {} training and {} of {} external values are missing (or levels that no training patient has): filled in from each model's training patients",
                            training.len(),
                            all - inside,
                            everybody - training.len()
                        )
                    }
                };
                self.notes.push(note(table, "", &source.name(), &text));
            }
        }
    }

    /// The error with the patient's id for their row.
    pub fn named(&self, error: outcome::Error) -> anyhow::Error {
        match error {
            outcome::Error::Overflow { row } => anyhow!(
                "patient `{}`: a value is so far from the other patients' that there is no score; check its unit",
                self.patients.ids[row]
            ),
            other => other.into(),
        }
    }

    /// What run.toml tells of the patients and the models.
    pub fn describe(
        &self,
        run: &mut Run,
        options: &ModelOptions,
        folds: &Folds,
        events: &[bool],
        models: &[Validated],
    ) -> Result<()> {
        let count = |n: usize| i64::try_from(n);
        let training = self.patients.training_rows();
        run.fact("patients_train", count(training.len())?);
        run.fact(
            "patients_external",
            count(self.patients.ids.len() - training.len())?,
        );
        run.fact(
            "events_train",
            count(training.iter().filter(|&&r| events[r]).count())?,
        );
        run.fact("left_out", count(self.left_out)?);
        let columns = self.radiomic.as_ref().map_or(0, |d| d.columns.len());
        run.fact("features", count(columns)?);
        for model in models {
            let name = format!("features_selected_{}", model.kind.name());
            run.fact(&name, count(model.fitted.linear.terms.len())?);
        }
        let given = |typed: bool| if typed { "flag" } else { "default" };
        run.set(
            "covariates",
            options.covariates.clone(),
            given(!options.covariates.is_empty()),
        );
        run.set("folds", count(folds.outer)?, given(options.folds.is_some()));
        run.set(
            "repeats",
            count(folds.repeats)?,
            given(options.repeats.is_some()),
        );
        run.set("inner_folds", count(folds.inner)?, "default");
        let (rule, typed) = match options.lambda {
            LambdaRule::Min => ("min", false),
            LambdaRule::OneSe => ("1se", true),
        };
        run.set("lambda", rule, given(typed));
        let roles = &options.roles;
        run.set("id", roles.id.clone(), given(roles.id != "patient_id"));
        run.set(
            "train_value",
            roles.train_value.clone(),
            given(roles.train_value != "train"),
        );
        for (name, column) in [
            ("cohort_col", &roles.cohort_col),
            ("centre_col", &roles.centre_col),
        ] {
            if let Some(column) = column {
                run.set(name, column.clone(), "flag");
            }
        }
        if let Some(path) = &options.features {
            run.inputs.push(Input::of("features", "", path)?);
        }
        if let Some(path) = &options.reliability {
            run.inputs.push(Input::of("reliability", "", path)?);
            run.fact("features_unreliable", count(self.unreliable)?);
            let min = options.min_icc.unwrap_or(reliability::MIN_ICC);
            run.set("min_icc", min, given(options.min_icc.is_some()));
            let column = options.icc_column.as_deref();
            run.set(
                "icc_column",
                column.unwrap_or(reliability::COLUMN),
                given(column.is_some()),
            );
        }
        run.inputs
            .push(Input::of("clinical", "", &options.clinical)?);
        Ok(())
    }
}

/// Folds as run.toml and a warning tell them, when fewer than usual.
pub fn warn_of_fewer(options: &ModelOptions, folds: &Folds, run: &mut Run) {
    if options.folds.is_none() && folds.outer < Folds::default().outer {
        let note = format!(
            "{} outer folds: the smaller group has no more patients",
            folds.outer
        );
        tracing::warn!("{note}");
        run.notes.push(note);
    }
}

/// A line of notes.csv.
pub fn note(table: &str, id: &str, column: &str, reason: &str) -> Note {
    Note {
        table: table.into(),
        id: id.into(),
        column: column.into(),
        reason: reason.into(),
    }
}

/// Row numbers say who is who only where two tables have the same rows.
pub fn same_rows(id: &str, table: &Table, rows: usize) -> Result<()> {
    if id == clinical::ROW && !table.has(id) && table.rows() != rows {
        bail!(
            "{}: --id row: it has {} rows, the other table {rows}; give both a column of ids, or the same rows in the same order",
            table.file(),
            table.rows()
        );
    }
    Ok(())
}

/// The feature table without columns that have another role.
fn read_features(
    options: &ModelOptions,
    path: &std::path::Path,
    clinical: &Clinical,
    outcomes: &[&str],
    notes: &mut Vec<Note>,
) -> Result<(Vec<String>, Features)> {
    let table = Table::read(path)?;
    same_rows(&options.roles.id, &table, clinical.ids.len())?;
    let id = clinical::id_column(&table, &options.roles.id);
    let ids = clinical::ids(&table, id)?;
    let mut roles: Vec<&str> = outcomes.to_vec();
    roles.extend(options.covariates.iter().map(String::as_str));
    roles.extend(clinical.cohort_column());
    roles.extend(clinical.centre_column());
    for column in roles.iter().filter(|column| table.has(column)) {
        notes.push(note("features", "", column, "has another role: no feature"));
    }
    roles.push(id);
    let features = table.features(&roles)?;
    if features.names.is_empty() {
        bail!(
            "{}: no column of numbers that could be a feature",
            path.display()
        );
    }
    if !features.set_aside.is_empty() {
        tracing::warn!(
            "features: columns without numbers are set aside: {}",
            features.set_aside.join(", ")
        );
    }
    for column in &features.set_aside {
        let reason = "not a feature (text or diagnostics): set aside";
        notes.push(note("features", "", column, reason));
    }
    Ok((ids, features))
}

fn numbers(table: Features, rows: &[usize]) -> Vec<Predictor> {
    let columns = table.names.into_iter().zip(table.columns);
    columns
        .map(|(name, column)| Predictor {
            name,
            values: Values::Numbers(rows.iter().map(|&r| column[r]).collect()),
        })
        .collect()
}

/// A covariate for the patients of the analysis.
fn predictor(covariate: Covariate, rows: &[usize]) -> Predictor {
    Predictor {
        name: covariate.name,
        values: match covariate.values {
            CovariateValues::Numbers(v) => Values::Numbers(rows.iter().map(|&r| v[r]).collect()),
            CovariateValues::Levels(v) => {
                Values::Levels(rows.iter().map(|&r| v[r].clone()).collect())
            }
        },
    }
}

/// An SVG and its PNG.
pub fn figure(out: &std::path::Path, name: &str, svg: &str) -> Result<()> {
    const PNG_SCALE: f64 = 2.0;
    let png = figures::png::render(svg, PNG_SCALE)?;
    for (ending, bytes) in [("svg", svg.as_bytes()), ("png", &png[..])] {
        let path = out.join(format!("{name}.{ending}"));
        std::fs::write(&path, bytes).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// Discrimination of every model by kind of estimate, as a forest plot.
pub fn performance_figure(rows: &[Performance], axis: &str, out: &OutputDir) -> Result<()> {
    let shown = |row: &&Performance| {
        matches!(
            row.metric,
            "auc" | "auc_mean_of_folds" | "c_index" | "c_index_mean_of_folds"
        )
    };
    let shown: Vec<&Performance> = rows.iter().filter(shown).collect();
    let heading = |row: &&Performance| {
        let Setting {
            cohort,
            estimate,
            n,
            ..
        } = &row.setting;
        match estimate {
            EstimateType::Apparent => format!("{cohort}, apparent: optimistic (n = {n})"),
            EstimateType::Cv => format!("{cohort}, cross-validated (n = {n})"),
            _ => format!("{cohort}, external (n = {n})"),
        }
    };
    let text = |row: &&Performance| match (row.value, row.interval) {
        (Some(value), Some((low, high))) => format!("{value:.2} ({low:.2}–{high:.2})"),
        (Some(value), None) => format!("{value:.2}"),
        (None, _) => "NA".to_owned(),
    };
    let headings: Vec<String> = shown.iter().map(heading).collect();
    let texts: Vec<String> = shown.iter().map(text).collect();
    let rows: Vec<forest::Row> = shown
        .iter()
        .enumerate()
        .filter_map(|(i, row)| {
            let (low, high) = row.interval.unwrap_or((f64::NAN, f64::NAN));
            Some(forest::Row {
                label: &row.setting.model,
                group: &headings[i],
                value: row.value?,
                low,
                high,
                text: &texts[i],
            })
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let svg = Forest {
        title: "Discrimination by model and kind of estimate",
        axis_label: axis,
        text_label: &format!("{axis} (95% CI)"),
        reference: 0.5,
        rows: &rows,
        ..Forest::default()
    }
    .svg()?;
    figure(&out.subfolder("figures")?, "performance", &svg)
}

/// The seed and version of a run.
pub fn begin_run(command: &str, context: &Context) -> Run {
    Run::new(command, env!("CARGO_PKG_VERSION"), context.seed)
}
