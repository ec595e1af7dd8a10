//! What the analysis can't say. Only what applies to this study.

use crate::numbers::{counted, list};
use crate::read::Study;
use crate::read::models::{EXTERNAL, Models};

/// Fewer events than this in training leave any model unsure.
const FEW_EVENTS: usize = 100;

/// The limits of a study, the gravest first.
pub(crate) fn limits(study: &Study) -> Vec<String> {
    let mut limits = vec![
        "All that is reported are associations. None of them shows a cause, and none is a reason to treat a patient differently.".to_owned(),
    ];
    for models in study.models() {
        limits.extend(few_patients(models));
        limits.extend(validation(models));
    }
    if let Some(correlate) = &study.correlate {
        let patients = correlate.pairs.iter().map(|pair| pair.n).max().unwrap_or(0);
        limits.push(format!(
            "Correlations are over at most {}{}: what goes along with both sides can make a pair.",
            counted(patients, "patient"),
            match correlate.run.setting("adjust") {
                Some(columns) => format!(", adjusted for {columns} alone"),
                None => ", and not adjusted for centre, stage or treatment".to_owned(),
            }
        ));
        limits.push(
            "The markers are measured in the same patients and are not independent of each other."
                .to_owned(),
        );
    }
    if study
        .slides
        .as_ref()
        .is_some_and(|slides| slides.uncalibrated())
    {
        limits.push("The thresholds of positivity are uncalibrated defaults: percentages, positive densities and H-scores may be wrong in level, and comparable only among slides stained and scanned alike.".to_owned());
    }
    if study.radiomics.is_some() {
        limits.push("Masks are taken as they are: how far the features depend on who drew them was not measured here.".to_owned());
    }
    let questions = questions(study);
    if questions.len() > 1 {
        limits.push(format!(
            "There is no correction for asking several questions at once: {}.",
            list(&questions)
        ));
    }
    if study.models().count() > 0 {
        limits.push("Apparent performance, of a model in the patients it was fitted to, is optimistic. It is listed for completeness only.".to_owned());
    }
    limits
}

fn questions(study: &Study) -> Vec<String> {
    let mut questions = Vec::new();
    questions.extend(study.correlate.as_ref().map(|_| "pathology".to_owned()));
    questions.extend(study.models().map(|models| models.stage.name.to_owned()));
    questions
}

fn few_patients(models: &Models) -> Option<String> {
    let training = models.training()?;
    let features = models.run.count("features");
    let features = features.map_or(String::new(), |n| {
        format!(", for {} to choose from", counted(n, "feature"))
    });
    (training.events < FEW_EVENTS).then(|| {
        format!(
            "The models of {} were trained on {} ({}){features}. With so few, another sample of patients may well give another selection.",
            models.stage.name,
            counted(training.patients, "patient"),
            models.endpoint.events(training.events)
        )
    })
}

fn validation(models: &Models) -> Option<String> {
    let externals = models.performance.iter().any(|row| row.kind == EXTERNAL);
    (!externals).then(|| {
        format!(
            "There is no external cohort for {}: how the models do in patients of other places is unknown.",
            models.stage.name
        )
    })
}
