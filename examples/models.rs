//! Features in memory, a response, and what nested cross-validation says of a
//! model of it: the answer for features that know something, and for noise.
//!
//! `cargo run --release --example models`

use outcome::design::{Design, Predictor, Values};
use outcome::fit::Fitting;
use outcome::patients::Patients;
use outcome::split::Folds;
use outcome::validate::Inputs;
use outcome::{Target, response};

const PATIENTS: usize = 120;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for (what, signal) in [("linked", 1.5), ("not linked", 0.0)] {
        let mut random = stats::rng::stream(1, "example", 0);
        let columns: Vec<Vec<f64>> = (0..50)
            .map(|_| (0..PATIENTS).map(|_| random.normal()).collect())
            .collect();
        let outcome = (0..PATIENTS).map(|i| signal * columns[0][i] + random.normal() > 0.0);
        let target = Target::Response(outcome.collect());
        let predictors: Vec<Predictor> = columns
            .into_iter()
            .enumerate()
            .map(|(i, column)| Predictor {
                name: format!("feature_{i}"),
                values: Values::Numbers(column),
            })
            .collect();
        // The last 40 patients are an external cohort: nothing is fitted on them.
        let cohort = |i| if i < 80 { "train" } else { "test" };
        let patients = Patients {
            ids: (0..PATIENTS).map(|i| format!("P{i:03}")).collect(),
            cohort: (0..PATIENTS).map(|i| cohort(i).to_owned()).collect(),
            training: (0..PATIENTS).map(|i| i < 80).collect(),
            centre: vec![None; PATIENTS],
        };
        let training = patients.training_rows();
        let features = Design::new(&predictors, &training)?;
        let inputs = Inputs {
            radiomic: Some(&features),
            clinical: None,
            target: &target,
            training: &training,
        };
        let fitting = Fitting::default();
        let found = response::response(&patients, &inputs, &Folds::default(), &fitting, 1)?;
        for row in found.performance {
            if !row.metric.starts_with("auc") {
                continue;
            }
            let kind = row.setting.estimate.name();
            let interval = row
                .interval
                .map(|(low, high)| format!("{low:.2} to {high:.2}"));
            tell(&format!(
                "{what:<11} {kind:<9} {:<18} {:.2}  {}",
                row.metric,
                row.value.unwrap_or(f64::NAN),
                interval.unwrap_or_default()
            ));
        }
    }
    Ok(())
}

#[allow(clippy::print_stdout)]
fn tell(text: &str) {
    println!("{text}");
}
