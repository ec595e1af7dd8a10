//! The verdict on one endpoint: does the primary model discriminate?

use super::{Statement, Verdict, compare, risk};
use crate::numbers::{beside, count, counted};
use crate::read::models::{CV, EXTERNAL, Endpoint, Models, Performance};

/// AUC and C-index of a model that knows nothing.
pub(super) const CHANCE: f64 = 0.5;

/// AUC or C-index with two decimals, never rounded onto chance.
pub(super) fn index(x: f64) -> String {
    beside(x, CHANCE)
}

pub(super) fn statement(models: &Models) -> Statement {
    let names = models.names();
    let primary = ["radiomic", "clinical"]
        .into_iter()
        .find(|name| names.contains(name))
        .or(names.first().copied());
    let Some(primary) = primary else {
        return Statement {
            verdict: Verdict::NotTested,
            area: models.stage.name,
            claim: format!("There is no model of {}.", models.stage.name),
            evidence: String::new(),
            details: Vec::new(),
        };
    };
    let judged = Judged::of(models, primary);
    let mut details = Vec::new();
    if judged.externals.is_empty() && judged.verdict == Verdict::Found {
        details.push("There is no external cohort: no patients outside of the training cohort have confirmed it.".to_owned());
    }
    details.extend(compare::sentences(models, primary));
    if models.endpoint == Endpoint::Survival && !judged.empty {
        details.extend(risk::sentences(models, primary));
    }
    Statement {
        verdict: judged.verdict,
        area: models.stage.name,
        claim: judged.claim(),
        evidence: judged.evidence(),
        details,
    }
}

/// The primary model's discrimination, where it was measured.
struct Judged<'a> {
    models: &'a Models,
    primary: &'a str,
    empty: bool,
    cv: Option<&'a Performance>,
    /// Each external cohort, with its estimate where there is one.
    externals: Vec<(&'a str, Option<&'a Performance>)>,
    verdict: Verdict,
}

impl<'a> Judged<'a> {
    fn of(models: &'a Models, primary: &'a str) -> Self {
        let endpoint = models.endpoint;
        let empty = models.is_empty(primary);
        let cv = models.find(primary, CV, None, endpoint.cv_metric());
        let external =
            |cohort| models.find(primary, EXTERNAL, Some(cohort), endpoint.external_metric());
        let externals: Vec<_> = models
            .externals()
            .into_iter()
            .map(|cohort| (cohort, external(cohort)))
            .collect();
        let confirmed = externals
            .iter()
            .all(|(_, row)| above_chance(*row) == Some(true));
        let verdict = match above_chance(cv) {
            _ if empty => Verdict::NotFound,
            None => Verdict::NotTested,
            Some(false) => Verdict::NotFound,
            Some(true) if confirmed => Verdict::Found,
            Some(true) => Verdict::Unconfirmed,
        };
        Self {
            models,
            primary,
            empty,
            cv,
            externals,
            verdict,
        }
    }

    fn claim(&self) -> String {
        let model = self.primary;
        let does = self.discriminates("tells", "ranks");
        match self.verdict {
            _ if self.empty => format!("No feature was selected for the {model} model."),
            Verdict::Found => format!("The {model} model {does}."),
            Verdict::Unconfirmed => format!(
                "In cross-validation the {model} model {does}, but outside of the training cohort this is not confirmed."
            ),
            Verdict::NotFound => format!(
                "The {model} model was not shown to {}.",
                self.discriminates("tell", "rank")
            ),
            Verdict::NotTested => format!("Whether the {model} model {does} could not be tested."),
        }
    }

    fn evidence(&self) -> String {
        if self.empty {
            return format!(
                "In {}, nothing was found to {} with.",
                self.training(),
                self.discriminates("tell", "rank")
            );
        }
        let index_name = self.models.endpoint.index();
        let inside = match self.cv {
            Some(row) if row.value.limits.is_some() => format!(
                "{index_name} {} in cross-validation ({})",
                row.value.long(index),
                self.patients(row)
            ),
            _ => format!(
                "There is no interval of the {index_name} in cross-validation of {}",
                self.training()
            ),
        };
        let outside = self.externals.iter().map(|e| self.outside(*e));
        let parts: Vec<String> = std::iter::once(inside).chain(outside).collect();
        format!("{}.", parts.join("; "))
    }

    /// What a model does that knows something.
    fn discriminates(&self, response: &str, survival: &str) -> String {
        let setting = |role: &str| self.models.run.setting(role);
        match self.models.endpoint {
            Endpoint::Response => {
                let outcome = setting("outcome").map_or(String::new(), |name| format!(" “{name}”"));
                format!("{response} patients with the outcome{outcome} from patients without it")
            }
            Endpoint::Survival => {
                let time = setting("time").map_or(String::new(), |name| format!(" (“{name}”)"));
                format!("{survival} patients by survival time{time}")
            }
        }
    }

    fn training(&self) -> String {
        let events = |n| self.models.endpoint.events(n);
        self.models
            .training()
            .map_or("the training cohort".to_owned(), |cohort| {
                format!(
                    "{} ({})",
                    counted(cohort.patients, "training patient"),
                    events(cohort.events)
                )
            })
    }

    fn outside(&self, (cohort, row): (&str, Option<&Performance>)) -> String {
        let place = format!("in the external cohort “{cohort}”");
        let Some(row) = row.filter(|row| row.value.value.is_some()) else {
            return format!("no estimate {place}");
        };
        let unsure = match row.value.limits {
            Some(_) => "",
            None => " without an interval",
        };
        format!(
            "{}{unsure} {place} ({})",
            row.value.short(index),
            self.patients(row)
        )
    }

    fn patients(&self, row: &Performance) -> String {
        format!(
            "{}, {}",
            counted(row.n, "patient"),
            self.models.endpoint.events(row.events)
        )
    }
}

/// Is the lower limit above chance? `None` without an interval.
fn above_chance(row: Option<&Performance>) -> Option<bool> {
    row?.value.limits.map(|(low, _)| low > CHANCE)
}

/// `in “test” (n = 40)`, or in cross-validation.
pub(super) fn place(row: &Performance) -> String {
    let n = count(row.n);
    match row.kind.as_str() {
        CV => format!("in cross-validation (n = {n})"),
        _ => format!("in “{}” (n = {n})", row.cohort),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Finding;
    use super::*;
    use crate::made::Made;

    fn response(performance: &[&str], selected: &[&str]) -> Finding {
        let made = Made::new();
        made.models("response", performance, selected);
        made.findings().remove(0)
    }

    const CV_HOLDS: &str = "radiomic,train,cv,auc_mean_of_folds,0.8,0.7,0.9";
    const TEST_HOLDS: &str = "radiomic,test,external,auc,0.75,0.504,0.9";

    fn verdict(performance: &[&str]) -> Verdict {
        response(performance, &["radiomic"]).verdict
    }

    #[test]
    fn found_where_every_lower_limit_is_above_chance() {
        assert_eq!(verdict(&[CV_HOLDS, TEST_HOLDS]), Verdict::Found);
        let other = "radiomic,Paris,external,auc,0.7,0.6,0.8";
        assert_eq!(verdict(&[CV_HOLDS, TEST_HOLDS, other]), Verdict::Found);
        let text = response(&[CV_HOLDS, TEST_HOLDS], &["radiomic"]).text;
        assert_eq!(
            text,
            "The radiomic model tells patients with the outcome from patients without it. AUC 0.80 (95 % interval 0.70 to 0.90) in cross-validation (40 patients, 18 positive); 0.75 (0.504 to 0.90) in the external cohort “test” (40 patients, 18 positive)."
        );
    }

    #[test]
    fn without_an_external_cohort_the_text_says_so() {
        let finding = response(&[CV_HOLDS], &["radiomic"]);
        assert_eq!(finding.verdict, Verdict::Found);
        assert!(
            finding.text.contains("no external cohort"),
            "{}",
            finding.text
        );
    }

    #[test]
    fn unconfirmed_where_one_external_cohort_does_not_hold() {
        for row in [
            "radiomic,Paris,external,auc,0.6,0.5,0.7",
            "radiomic,Paris,external,auc,0.3,0.1,0.45",
            "radiomic,Paris,external,auc,1,NA,NA",
            "clinical,Paris,external,auc,0.8,0.7,0.9",
        ] {
            assert_eq!(
                verdict(&[CV_HOLDS, TEST_HOLDS, row]),
                Verdict::Unconfirmed,
                "{row}"
            );
        }
        let perfect = "radiomic,Paris,external,auc,1,NA,NA";
        let text = response(&[CV_HOLDS, perfect], &["radiomic"]).text;
        assert!(
            text.contains("1.00 without an interval in the external cohort “Paris”"),
            "{text}"
        );
    }

    #[test]
    fn not_found_where_cross_validation_does_not_hold() {
        let weak = "radiomic,train,cv,auc_mean_of_folds,0.6,0.5,0.7";
        assert_eq!(verdict(&[weak, TEST_HOLDS]), Verdict::NotFound);
        let text = response(&[weak], &["radiomic"]).text;
        assert!(
            text.contains("was not shown to tell") && text.contains("40 patients"),
            "{text}"
        );
    }

    #[test]
    fn a_model_without_features_is_not_found_whatever_its_auc() {
        let finding = response(&[CV_HOLDS], &["clinical"]);
        assert_eq!(finding.verdict, Verdict::NotFound);
        let start = "No feature was selected for the radiomic model. In 2 training patients (1 positive), nothing was found";
        assert!(finding.text.starts_with(start), "{}", finding.text);
    }

    #[test]
    fn without_an_interval_nothing_is_tested() {
        let row = "radiomic,train,cv,auc_mean_of_folds,0.9,NA,NA";
        assert_eq!(verdict(&[row, TEST_HOLDS]), Verdict::NotTested);
        assert_eq!(verdict(&[]), Verdict::NotTested);
    }

    #[test]
    fn the_clinical_model_decides_where_there_is_no_radiomic_one() {
        let row = "clinical,train,cv,auc_mean_of_folds,0.8,0.7,0.9";
        let finding = response(&[row], &["clinical"]);
        assert_eq!(finding.verdict, Verdict::Found);
        assert!(
            finding.text.starts_with("The clinical model tells"),
            "{}",
            finding.text
        );
        assert!(!finding.text.contains("radiomic"), "{}", finding.text);
    }

    #[test]
    fn other_models_are_compared_in_the_external_cohorts() {
        let rows = [
            CV_HOLDS,
            TEST_HOLDS,
            "clinical,train,cv,auc_mean_of_folds,0.9,0.8,1",
            "clinical,test,external,auc,0.5,0.3,0.7",
            "combined,test,external,auc,0.76,0.6,0.9",
            "radiomic - clinical,train,cv,auc_difference,-0.1,-0.2,-0.01,0.01",
            "radiomic - clinical,test,external,auc_difference,0.25,0.05,0.45,0.02",
            "combined - radiomic,test,external,auc_difference,0.01,-0.1,0.12,0.8",
        ];
        let text = response(&rows, &["radiomic", "clinical", "combined"]).text;
        for part in [
            "The clinical model has an AUC of 0.50 (0.30 to 0.70) in “test” (n = 40); radiomic minus clinical is 0.25 (0.05 to 0.45; p = .020): the radiomic model did better than the clinical one.",
            "combined minus radiomic is 0.01 (−0.10 to 0.12; p = .80): the combined model was not distinguishable from the radiomic one.",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn risk_groups_are_described_with_medians() {
        let made = Made::new();
        made.models(
            "survival",
            &[
                "radiomic,train,cv,c_index_mean_of_folds,0.7,0.6,0.8",
                "radiomic,test,external,c_index,0.68,0.55,0.81",
                "radiomic,test,external,hazard_ratio,2.41,0.74,7.86,0.14",
            ],
            &["radiomic"],
        );
        made.file(
            "survival/groups.csv",
            &[
                "model,cohort,estimate_type,group,n,n_events,median_time,median_low,median_high,p",
                "radiomic,test,external,high,20,12,15.87,11.1,NA,0.14",
                "radiomic,test,external,low,20,6,NA,24.6,NA,0.14",
            ],
        );
        made.file(
            "survival/run.toml",
            &["settings.time_unit.value = 'months'"],
        );
        let finding = made.findings().remove(0);
        assert_eq!(
            (finding.verdict, finding.area),
            (Verdict::Found, "survival")
        );
        let part = "Of the two risk groups in “test” (n = 40), the one at high risk has a hazard ratio of 2.41 (0.74 to 7.86; log-rank p = .14); median time 15.9 months (11.1 to not reached) in 20 patients at high risk (12 events), not reached (24.6 to not reached) in 20 patients at low risk (6 events). The groups are not distinguishable.";
        assert!(finding.text.contains(part), "{}", finding.text);
    }
}
