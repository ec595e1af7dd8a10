//! The multivariable Cox table that papers print: unpenalised, for reading and
//! not for predicting.

use crate::cox::{self, Ties};
use crate::design::Design;
use crate::export::CoxRow;
use crate::patients::Patients;
use crate::performance::{EstimateType, LEVEL, Performance, Setting};
use crate::validate::{ModelKind, Validated};
use crate::{Error, FollowUp, concordance, fit};

/// The table's rows, the apparent C of each model, and why a model is missing.
#[derive(Clone, Debug, Default)]
pub struct CoxTable {
    /// One row a term.
    pub rows: Vec<CoxRow>,
    /// Harrell's C of each model on the patients that it was fitted on.
    pub c_index: Vec<Performance>,
    /// Model and reason.
    pub notes: Vec<(String, String)>,
}

/// Fits, by Cox regression with Efron's ties, each column in its own unit, on
/// the patients without a missing value: the covariates (`clinical`) on the
/// training cohort, and the covariates with the radiomic score (`combined`) on
/// each external cohort, where the score is a fixed number and its p means what
/// it says. On the training patients, whose score was chosen by their outcomes,
/// it would not.
pub fn cox_table(
    clinical: &Design,
    radiomic: Option<&Validated>,
    follow_up: &FollowUp,
    patients: &Patients,
) -> CoxTable {
    let mut table = CoxTable::default();
    let training = (patients.training_name(), patients.training_rows());
    table.add(
        ModelKind::Clinical,
        EstimateType::Apparent,
        clinical,
        follow_up,
        &training,
    );
    if let Some(radiomic) = radiomic.filter(|r| !r.fitted.linear.terms.is_empty()) {
        let design = fit::stack(clinical, radiomic.scores.clone());
        for cohort in patients.external() {
            table.add(
                ModelKind::Combined,
                EstimateType::External,
                &design,
                follow_up,
                &cohort,
            );
        }
    }
    table
}

impl CoxTable {
    fn add(
        &mut self,
        kind: ModelKind,
        estimate: EstimateType,
        design: &Design,
        follow_up: &FollowUp,
        (cohort, rows): &(&str, Vec<usize>),
    ) {
        let complete = |&row: &usize| design.columns.iter().all(|c| !c[row].is_nan());
        let rows: Vec<usize> = rows.iter().copied().filter(complete).collect();
        let n_events = rows.iter().filter(|&&r| follow_up.event()[r]).count();
        let setting = Setting {
            model: kind.name().to_owned(),
            cohort: (*cohort).to_owned(),
            estimate,
            n: rows.len(),
            n_events,
        };
        let fitted = fit_complete(design, follow_up, &rows);
        if let Err(error) = &fitted {
            let reason = format!("no Cox table in {cohort}: {}", named(error, design));
            self.notes.push((kind.name().to_owned(), reason));
        }
        let fitted = fitted.ok();
        for (i, source) in design.sources.iter().enumerate() {
            let fit = fitted.as_ref().map(|(fit, _)| fit);
            self.rows.push(CoxRow {
                model: kind.name().to_owned(),
                cohort: (*cohort).to_owned(),
                term: source.name(),
                estimate: fit.map(|f| [f.coefficients[i], f.standard_errors[i], f.z(i), f.p(i)]),
                hazard_ratio: fit
                    .map(|f| f.hazard_ratio(i, LEVEL))
                    .filter(|(a, b, c)| [a, b, c].into_iter().all(|limit| limit.is_finite())),
                n: (rows.len(), n_events),
            });
        }
        // On an external cohort the covariates' weights would be fitted to it.
        if let (Some((_, c)), EstimateType::Apparent) = (fitted, estimate) {
            let interval = c.interval(LEVEL);
            let metric = "c_index_unpenalised";
            let row = setting.with(metric, Some(c.value), interval, "infinitesimal_jackknife");
            self.c_index.push(row);
        }
    }
}

fn fit_complete(
    design: &Design,
    follow_up: &FollowUp,
    rows: &[usize],
) -> Result<(cox::CoxFit, concordance::Concordance), Error> {
    if rows.is_empty() {
        return Err(Error::Empty);
    }
    let own = follow_up.select(rows);
    let column = |c: &Vec<f64>| rows.iter().map(|&r| c[r]).collect::<Vec<f64>>();
    let columns: Vec<Vec<f64>> = design.columns.iter().map(column).collect();
    let fit = cox::fit(&columns, &own, Ties::Efron)?;
    let mut linear = vec![0.0; rows.len()];
    for (values, (coefficient, mean)) in columns.iter().zip(fit.coefficients.iter().zip(&fit.means))
    {
        for (sum, value) in linear.iter_mut().zip(values) {
            *sum += coefficient * (value - mean);
        }
    }
    let c = concordance::harrell(&own, &linear)?;
    Ok((fit, c))
}

/// The error with the column's name for its number.
fn named(error: &Error, design: &Design) -> String {
    let text = error.to_string();
    let place = |i: usize| format!("column {i} ");
    let find = (0..design.sources.len())
        .rev()
        .find(|&i| text.starts_with(&place(i)));
    match find {
        Some(i) => text.replacen(&place(i), &format!("`{}` ", design.sources[i].name()), 1),
        None => text,
    }
}
