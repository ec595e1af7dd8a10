//! How the perturbations of a plan are made from lists of choices.

use serde::Deserialize;

use super::plan::Named;
use super::{Noise, Perturbation};
use crate::Error;
use crate::error::number;

/// Each one is an extraction of its own; more are a mistake.
const MOST: usize = 1000;

/// The choices of each kind: what the file `perturb.toml` holds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recipe {
    pub rotation_deg: Vec<f64>,
    pub translation_fraction: Vec<f64>,
    pub noise_repetitions: usize,
    pub noise_level: Option<f64>,
    pub volume_change: Vec<f64>,
    pub contour_repetitions: usize,
    pub combine: Combine,
}

/// Whether perturbations come one by one or all at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Combine {
    #[default]
    Each,
    All,
}

impl Recipe {
    /// The perturbations in order; those that change nothing are among them.
    pub fn perturbations(&self) -> Result<Vec<Named>, Error> {
        self.check()?;
        let factors = self.factors();
        let lengths = factors.iter().map(Vec::len);
        check_count(match self.combine {
            Combine::Each => lengths.sum(),
            Combine::All => lengths.fold(1, |count, n| count.saturating_mul(n.max(1))),
        })?;
        if self.combine == Combine::Each {
            return Ok(factors.concat());
        }
        let mut all = vec![Named {
            name: String::new(),
            perturbation: Perturbation::default(),
        }];
        for factor in factors.iter().filter(|factor| !factor.is_empty()) {
            let pairs = all
                .iter()
                .flat_map(|a| factor.iter().map(move |b| a.with(b)));
            all = pairs.collect();
        }
        Ok(all)
    }

    fn check(&self) -> Result<(), Error> {
        let lists = [
            ("rotation_deg", &self.rotation_deg),
            ("translation_fraction", &self.translation_fraction),
            ("volume_change", &self.volume_change),
        ];
        for (key, list) in lists {
            for (i, value) in list.iter().enumerate() {
                if list[..i].contains(value) {
                    let value = number(*value);
                    return Err(failed(format!("{key} holds {value} twice; remove one")));
                }
            }
        }
        if let Some(&wrong) = self
            .translation_fraction
            .iter()
            .find(|f| !(0.0..1.0).contains(*f))
        {
            return Err(failed(format!(
                "translation_fraction holds {}; a fraction of the spacing is from 0 to below 1",
                number(wrong)
            )));
        }
        if self.noise_level.is_some() && self.noise_repetitions == 0 {
            return Err(failed(
                "noise_level has no use without noise_repetitions; set these to 1 or more"
                    .to_owned(),
            ));
        }
        let repetitions = self.noise_repetitions.max(self.contour_repetitions);
        let shifts = self.translation_fraction.len().saturating_pow(3);
        check_count(repetitions.max(shifts))
    }

    /// The choices of each kind, in the order of the chain.
    fn factors(&self) -> [Vec<Named>; 5] {
        let base = Perturbation::default();
        let list = |values: &[f64], named: &dyn Fn(f64) -> Named| -> Vec<Named> {
            values.iter().map(|&value| named(value)).collect()
        };
        let repeat = |times: usize, letter: char, perturbation: Perturbation| -> Vec<Named> {
            (1..=times)
                .map(|time| Named {
                    name: format!("{letter}{time}"),
                    perturbation,
                })
                .collect()
        };
        let rotations = list(&self.rotation_deg, &|rotation_deg| Named {
            name: format!("rot{}", number(rotation_deg)),
            perturbation: Perturbation {
                rotation_deg,
                ..base
            },
        });
        let volumes = list(&self.volume_change, &|volume_change| Named {
            name: format!("vol{}", number(volume_change)),
            perturbation: Perturbation {
                volume_change,
                ..base
            },
        });
        let noise = Some(self.noise_level.map_or(Noise::Estimated, Noise::Level));
        [
            rotations,
            self.translations(),
            repeat(self.noise_repetitions, 'n', Perturbation { noise, ..base }),
            volumes,
            repeat(
                self.contour_repetitions,
                'c',
                Perturbation {
                    randomise_contour: true,
                    ..base
                },
            ),
        ]
    }

    /// Every fraction along every axis.
    fn translations(&self) -> Vec<Named> {
        let fractions = &self.translation_fraction;
        let n = fractions.len();
        let shifts = (0..n.pow(3)).map(|i| [i / n / n, i / n % n, i % n].map(|i| fractions[i]));
        let name = |shift: [f64; 3]| {
            let [x, y, z] = shift.map(number);
            if shift == [shift[0]; 3] {
                format!("trans{x}")
            } else {
                format!("trans{x}-{y}-{z}")
            }
        };
        shifts
            .map(|translation| Named {
                name: name(translation),
                perturbation: Perturbation {
                    translation,
                    ..Perturbation::default()
                },
            })
            .collect()
    }
}

impl Named {
    /// Both; each sets what the other leaves alone.
    fn with(&self, other: &Self) -> Self {
        let (a, b) = (&self.perturbation, &other.perturbation);
        let parts = [self.name.as_str(), other.name.as_str()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Self {
            name: parts.join("_"),
            perturbation: Perturbation {
                rotation_deg: a.rotation_deg + b.rotation_deg,
                translation: std::array::from_fn(|axis| a.translation[axis] + b.translation[axis]),
                noise: a.noise.or(b.noise),
                volume_change: a.volume_change + b.volume_change,
                randomise_contour: a.randomise_contour || b.randomise_contour,
            },
        }
    }
}

fn check_count(count: usize) -> Result<(), Error> {
    if count > MOST {
        return Err(failed(format!(
            "the plan holds {count}; at most {MOST} are allowed, shorten its lists"
        )));
    }
    Ok(())
}

/// The error of a plan.
pub fn failed(problem: String) -> Error {
    Error::Perturbation(problem)
}
