//! The perturbations of a study.

use super::Perturbation;
use super::recipe::{Combine, Recipe, failed};
use crate::Error;

/// A perturbation with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// Such as `rot-15_n1`; letters, digits, `.`, `-` and `_` only, so that it
    /// may be part of a file's name.
    pub name: String,
    /// What to do.
    pub perturbation: Perturbation,
}

/// Perturbations with different names, 1 to 1,000 of them. The position in the
/// list is the `index` for [`super::apply`].
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    perturbations: Vec<Named>,
}

impl Plan {
    /// Reads a plan from TOML; every key may be absent:
    ///
    /// ```
    /// let plan = radiomics::perturb::Plan::from_toml(
    ///     r#"
    ///     rotation_deg = [-15, 15]            # each an angle about the slices' normal
    ///     translation_fraction = [0.25, 0.75] # of the spacing: x, y and z take every value
    ///     noise_repetitions = 3               # Gaussian, as strong as the image's noise
    ///     # noise_level = 12.5                # or of this standard deviation
    ///     volume_change = [-0.15, 0.15]       # fractions of the region's volume
    ///     contour_repetitions = 3             # contours drawn along supervoxels
    ///     combine = "each"                    # or "all": every combination
    ///     "#,
    /// )?;
    /// assert_eq!(plan.perturbations().len(), 2 + 2 * 2 * 2 + 3 + 2 + 3);
    /// assert_eq!(plan.perturbations()[2].name, "trans0.25");
    /// assert_eq!(plan.perturbations()[3].name, "trans0.25-0.25-0.75");
    /// # Ok::<(), radiomics::Error>(())
    /// ```
    ///
    /// What changes nothing (an angle of 0 alone) is left out: the image as it
    /// is needs no perturbation.
    ///
    /// # Errors
    /// [`Error::Perturbation`] for an unknown key, a wrong type, a value out of
    /// range or twice in a list, no perturbation at all, or more than 1,000.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        let recipe: Recipe = toml::from_str(text).map_err(|error| failed(error.to_string()))?;
        Self::new(&recipe)
    }

    /// A chain by the letters of Zwanenburg et al. 2019: `r` rotation, `n`
    /// noise, `t` translation, `v` volume change, `c` contour randomisation.
    /// Of their chains `ntcv` passed the fewest features as robust that a
    /// second scan showed not to be (3.3 % and 10.0 % in two cohorts).
    ///
    /// All combinations of: r -15, -5, 5 and 15 degrees; t 0.25 and 0.75 of
    /// the spacing along each axis (8 shifts); v -15 % and 15 %; n and c 2
    /// repetitions each, or 10 of one alone. The letters are the paper's, the
    /// values radpath's.
    ///
    /// # Errors
    /// [`Error::Perturbation`] when a letter is unknown or comes twice, or
    /// there is none.
    ///
    /// ```
    /// let plan = radiomics::perturb::Plan::preset("rcv")?;
    /// assert_eq!(plan.perturbations().len(), 16);
    /// assert_eq!(plan.perturbations()[0].name, "rot-15_vol-0.15_c1");
    /// # Ok::<(), radiomics::Error>(())
    /// ```
    pub fn preset(name: &str) -> Result<Self, Error> {
        let letters = name.to_ascii_lowercase();
        let known = letters.chars().all(|letter| "rntvc".contains(letter));
        let twice = letters
            .char_indices()
            .any(|(i, letter)| letters[..i].contains(letter));
        if letters.is_empty() || !known || twice {
            return Err(failed(format!(
                "{name:?} is no preset; name it by different letters out of r (rotation), \
                 n (noise), t (translation), v (volume), c (contour), such as \"rcv\" or \"ntcv\""
            )));
        }
        let repetitions = if letters.len() == 1 { 10 } else { 2 };
        let mut recipe = Recipe {
            rotation_deg: vec![-15.0, -5.0, 5.0, 15.0],
            translation_fraction: vec![0.25, 0.75],
            noise_repetitions: repetitions,
            noise_level: None,
            volume_change: vec![-0.15, 0.15],
            contour_repetitions: repetitions,
            combine: Combine::All,
        };
        for absent in "rntvc".chars().filter(|&letter| !letters.contains(letter)) {
            match absent {
                'r' => recipe.rotation_deg.clear(),
                'n' => recipe.noise_repetitions = 0,
                't' => recipe.translation_fraction.clear(),
                'v' => recipe.volume_change.clear(),
                _ => recipe.contour_repetitions = 0,
            }
        }
        Self::new(&recipe)
    }

    fn new(recipe: &Recipe) -> Result<Self, Error> {
        let mut perturbations = recipe.perturbations()?;
        perturbations.retain(|named| named.perturbation != Perturbation::default());
        if perturbations.is_empty() {
            return Err(failed(
                "the plan holds none; set rotation_deg, translation_fraction, \
                 noise_repetitions, volume_change or contour_repetitions"
                    .to_owned(),
            ));
        }
        for named in &perturbations {
            named.perturbation.validate()?;
        }
        Ok(Self { perturbations })
    }

    /// The perturbations in order.
    pub fn perturbations(&self) -> &[Named] {
        &self.perturbations
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perturb::Noise;

    fn names(plan: &Plan) -> Vec<&str> {
        plan.perturbations()
            .iter()
            .map(|named| named.name.as_str())
            .collect()
    }

    #[test]
    fn all_combinations_are_named_and_differ() {
        let text = "rotation_deg = [0, -7.5]\ntranslation_fraction = [0.25]\n\
                    noise_repetitions = 2\nnoise_level = 3\ncombine = 'all'";
        let plan = Plan::from_toml(text).unwrap();
        assert_eq!(
            names(&plan),
            [
                "rot0_trans0.25_n1",
                "rot0_trans0.25_n2",
                "rot-7.5_trans0.25_n1",
                "rot-7.5_trans0.25_n2"
            ]
        );
        let last = &plan.perturbations()[3].perturbation;
        assert_eq!(last.rotation_deg, -7.5);
        assert_eq!(last.translation, [0.25; 3]);
        assert_eq!(last.noise, Some(Noise::Level(3.0)));
        for preset in ["r", "c", "rcv", "NTCV", "rntvc"] {
            let plan = Plan::preset(preset).unwrap();
            let mut distinct = names(&plan);
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), plan.perturbations().len());
            let safe = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
            assert!(distinct.iter().all(|name| name.chars().all(safe)));
        }
    }

    #[test]
    fn what_changes_nothing_is_left_out() {
        let plan =
            Plan::from_toml("rotation_deg = [0, 5]\ntranslation_fraction = [0, 0.5]").unwrap();
        assert_eq!(plan.perturbations().len(), 1 + 7);
        let plan =
            Plan::from_toml("rotation_deg = [0, 5]\nvolume_change = [0, 0.1]\ncombine = 'all'");
        assert_eq!(
            names(&plan.unwrap()),
            ["rot0_vol0.1", "rot5_vol0", "rot5_vol0.1"]
        );
    }

    #[test]
    fn wrong_plans_are_refused() {
        for (text, part) in [
            ("", "holds none"),
            ("rotation_deg = [0]", "holds none"),
            ("rotations = [1]", "unknown field"),
            ("rotation_deg = 'x'", "invalid type"),
            ("combine = 'some'", "unknown variant"),
            ("rotation_deg = [5, 5.0]", "5 twice"),
            ("rotation_deg = [200]", "rotation is 200"),
            ("rotation_deg = [nan]", "rotation is NaN"),
            ("translation_fraction = [1.0]", "below 1"),
            ("volume_change = [-1]", "volume change is -1"),
            ("noise_level = 3", "noise_repetitions"),
            (
                "noise_level = -3\nnoise_repetitions = 1",
                "noise level is -3",
            ),
            ("noise_repetitions = 1001", "at most 1000"),
            (
                "noise_repetitions = 90\ncontour_repetitions = 90\ncombine = 'all'",
                "holds 8100",
            ),
        ] {
            let message = Plan::from_toml(text).unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
        for name in ["", "rr", "x", "rcv "] {
            assert!(Plan::preset(name).is_err(), "{name}");
        }
    }
}
