//! Nothing of a patient who isn't fitted on may enter a model.
#![allow(clippy::unwrap_used)]

use outcome::design::{Design, Predictor, Values};
use outcome::fit::Fitting;
use outcome::model::{ModelFile, Predicted, Training};
use outcome::patients::Patients;
use outcome::split::Folds;
use outcome::validate::{Inputs, Validated, validate};
use outcome::{FollowUp, Target, crossval, response};
use stats::rng::stream;

/// Random features that know nothing of a random outcome.
fn noise(n: usize, p: usize, seed: u64) -> (Vec<Predictor>, Vec<bool>) {
    let mut random = stream(seed, "noise", 0);
    let predictors = (0..p)
        .map(|i| Predictor {
            name: format!("f{i}"),
            values: Values::Numbers((0..n).map(|_| random.normal()).collect()),
        })
        .collect();
    let mut outcome: Vec<bool> = (0..n).map(|i| i % 2 == 0).collect();
    random.shuffle(&mut outcome);
    (predictors, outcome)
}

/// The canary: with 1,000 random features of 117 patients, the mean nested AUC
/// over 20 fixed seeds is .5 within .04. Selection outside of the folds would
/// give more than .8.
#[test]
fn random_features_predict_nothing() {
    let mut sum = 0.0;
    for seed in 0..20 {
        let (predictors, outcome) = noise(117, 1_000, seed);
        let training: Vec<usize> = (0..117).collect();
        let design = Design::new(&predictors, &training).unwrap();
        let target = Target::Response(outcome);
        let inputs = Inputs {
            radiomic: Some(&design),
            clinical: None,
            target: &target,
            training: &training,
        };
        let folds = Folds {
            repeats: 1,
            ..Folds::default()
        };
        let models = validate(&inputs, &folds, &Fitting::default(), seed).unwrap();
        let aucs = crossval::per_fold(&target, &models[0].folds);
        sum += aucs.iter().map(|a| a.unwrap()).sum::<f64>() / aucs.len() as f64;
    }
    let mean = sum / 20.0;
    assert!((mean - 0.5).abs() <= 0.04, "mean nested AUC {mean}");
}

/// 60 training and 20 test patients, 30 features and 2 covariates.
fn cohort() -> (Vec<Predictor>, Vec<Predictor>, Vec<bool>, Vec<f64>) {
    let (mut features, _) = noise(80, 30, 7);
    let Values::Numbers(first) = features[0].values.clone() else {
        unreachable!()
    };
    let mut random = stream(7, "outcome", 0);
    let noisy: Vec<f64> = first.iter().map(|x| x + random.normal()).collect();
    let outcome = noisy.iter().map(|&x| x > 0.0).collect();
    let times = noisy
        .iter()
        .map(|x| (-x).exp() * random.exponential() + 0.1)
        .collect();
    let levels = (0..80)
        .map(|i| Some(["a", "b", "c"][i % 3].to_owned()))
        .collect();
    let covariates = vec![
        Predictor {
            name: "age".into(),
            values: Values::Numbers((0..80).map(|_| random.normal()).collect()),
        },
        Predictor {
            name: "site".into(),
            values: Values::Levels(levels),
        },
    ];
    if let Values::Numbers(v) = &mut features[3].values {
        v[5] = f64::NAN;
    }
    (features, covariates, outcome, times)
}

fn models(
    features: &[Predictor],
    covariates: &[Predictor],
    target: &Target,
) -> (Vec<Validated>, String) {
    let training: Vec<usize> = (0..60).collect();
    let radiomic = Design::new(features, &training).unwrap();
    let clinical = Design::new(covariates, &training).unwrap();
    let inputs = Inputs {
        radiomic: Some(&radiomic),
        clinical: Some(&clinical),
        target,
        training: &training,
    };
    let folds = Folds {
        repeats: 2,
        ..Folds::default()
    };
    let models = validate(&inputs, &folds, &Fitting::default(), 3).unwrap();
    let fitted_on = Training {
        cohort: "train".into(),
        patients: 60,
        events: target.count_events(&training),
    };
    let predicted = Predicted::Response {
        outcome: "response".into(),
        positive: "1".into(),
    };
    let file = ModelFile::new("test", predicted, fitted_on, &models, target, &training);
    let text = file.to_json().unwrap();
    assert_eq!(ModelFile::from_json(&text).unwrap(), file);
    (models, text)
}

#[test]
fn test_rows_leave_the_model_alone() {
    let (mut features, mut covariates, outcome, times) = cohort();
    let follow_up = FollowUp::new(times, outcome.clone()).unwrap();
    for target in [Target::Response(outcome), Target::Survival(follow_up)] {
        let (before, text) = models(&features, &covariates, &target);
        assert!(!before[0].fitted.linear.terms.is_empty());
        for predictor in features.iter_mut().chain(&mut covariates) {
            match &mut predictor.values {
                Values::Numbers(v) => v[60..].iter_mut().for_each(|x| *x = 1e6 - *x),
                Values::Levels(v) => v[60..].iter_mut().for_each(|x| *x = Some("new".into())),
            }
        }
        let (after, changed) = models(&features, &covariates, &target);
        assert_eq!(text, changed);
        for (a, b) in before.iter().zip(&after) {
            assert_eq!(a.folds, b.folds);
        }
    }
}

/// Two patients of one outer fold change places: the model of that fold, which
/// comes from the other folds, stays.
#[test]
fn a_fold_s_own_patients_leave_its_model_alone() {
    let (features, covariates, outcome, _) = cohort();
    let (before, _) = models(&features, &covariates, &Target::Response(outcome.clone()));
    let rows = &before[0].folds[0].rows;
    // One of each class: who is in which fold stays.
    let yes = rows.iter().copied().find(|&r| outcome[r]).unwrap();
    let no = rows.iter().copied().find(|&r| !outcome[r]).unwrap();
    let mut turned = features.clone();
    for predictor in &mut turned {
        if let Values::Numbers(v) = &mut predictor.values {
            v.swap(yes, no);
        }
    }
    let (after, _) = models(&turned, &covariates, &Target::Response(outcome));
    let fold = |models: &[Validated]| models[0].folds[0].clone();
    assert_eq!(fold(&before).selected, fold(&after).selected);
    assert_eq!(fold(&before).intercept, fold(&after).intercept);
    assert_eq!(fold(&before).cutoff, fold(&after).cutoff);
}

#[test]
fn external_scores_don_t_depend_on_other_patients() {
    let (features, covariates, outcome, _) = cohort();
    let target = Target::Response(outcome);
    let training: Vec<usize> = (0..60).collect();
    let radiomic = Design::new(&features, &training).unwrap();
    let clinical = Design::new(&covariates, &training).unwrap();
    let inputs = Inputs {
        radiomic: Some(&radiomic),
        clinical: Some(&clinical),
        target: &target,
        training: &training,
    };
    let cohort_of = |i: usize| if i < 60 { "train" } else { "test" }.to_owned();
    let patients = Patients {
        ids: (0..80).map(|i| format!("P{i:02}")).collect(),
        cohort: (0..80).map(cohort_of).collect(),
        training: (0..80).map(|i| i < 60).collect(),
        centre: vec![None; 80],
    };
    let folds = Folds {
        repeats: 2,
        ..Folds::default()
    };
    let found = response::response(&patients, &inputs, &folds, &Fitting::default(), 3).unwrap();
    let fitted_on = Training {
        cohort: "train".into(),
        patients: 60,
        events: 0,
    };
    let predicted = Predicted::Response {
        outcome: "response".into(),
        positive: "1".into(),
    };
    let file = ModelFile::new(
        "test",
        predicted,
        fitted_on,
        &found.models,
        &target,
        &training,
    );
    let external: Vec<_> = found
        .predictions
        .iter()
        .filter(|p| p.fold.is_none())
        .collect();
    assert_eq!(external.len(), 3 * 20);
    for prediction in external {
        let one = |predictors: &[Predictor]| -> Vec<Predictor> {
            let pick = |p: &Predictor| Predictor {
                name: p.name.clone(),
                values: match &p.values {
                    Values::Numbers(v) => Values::Numbers(vec![v[prediction.row]]),
                    Values::Levels(v) => Values::Levels(vec![v[prediction.row].clone()]),
                },
            };
            predictors.iter().map(pick).collect()
        };
        let alone = file
            .predict(prediction.kind, 1, &one(&features), &one(&covariates))
            .unwrap();
        assert_eq!(alone[0].score, prediction.score);
        assert_eq!(alone[0].value, prediction.value);
        assert_eq!(alone[0].high, prediction.high);
    }
}
