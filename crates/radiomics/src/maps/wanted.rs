//! Which maps are asked for.

use std::str::FromStr;

use super::families::Family;
use crate::Error;
use crate::features::glcm::WITHOUT_VALUE;

/// A class of features, or one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    family: Family,
    feature: Option<&'static str>,
}

impl FromStr for Wanted {
    type Err = Error;

    /// Takes `glcm` for all its features (but those that are computed only
    /// where they are named), `glcm_Contrast` or `original_glcm_Contrast` for
    /// one.
    ///
    /// # Errors
    /// [`Error::Settings`] with the names there are.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refused = |problem: String| Err(Error::Settings(format!("map {text:?}: {problem}")));
        let name = text.strip_prefix("original_").unwrap_or(text);
        let (class, feature) = name
            .split_once('_')
            .map_or((name, None), |(class, feature)| (class, Some(feature)));
        if ["shape", "shape2D"].contains(&class) {
            return refused(format!(
                "a shape has one value, not one a voxel; name {}",
                choice()
            ));
        }
        let Some(family) = Family::ALL.into_iter().find(|f| f.name() == class) else {
            return refused(format!("there is no such class; name {}", choice()));
        };
        let Some(feature) = feature else {
            let feature = None;
            return Ok(Self { family, feature });
        };
        let features = family.features();
        if let Some((known, _)) = features.iter().find(|(known, _)| *known == feature) {
            let feature = Some(*known);
            return Ok(Self { family, feature });
        }
        let same = WITHOUT_VALUE.iter().find(|(name, _)| *name == feature);
        if let Some((_, same)) = same.filter(|_| family == Family::Glcm) {
            return refused(format!(
                "PyRadiomics has no value for it; glcm_{same} is the same"
            ));
        }
        let known: Vec<_> = features.iter().map(|(known, _)| *known).collect();
        refused(format!(
            "{class} has no such feature; it has {}",
            known.join(", ")
        ))
    }
}

/// The features of each family, family by family in order of appearance.
pub(super) fn chosen(wanted: &[Wanted]) -> Vec<(Family, Vec<&'static str>)> {
    let mut chosen: Vec<(Family, Vec<&'static str>)> = Vec::new();
    for one in wanted {
        let mut names = match one.feature {
            Some(name) => vec![name],
            None => {
                let features = one.family.features();
                let usual = features.iter().filter(|(_, deprecated)| !deprecated);
                usual.map(|(name, _)| *name).collect()
            }
        };
        names.sort_unstable();
        let at = chosen.iter().position(|(family, _)| *family == one.family);
        let at = at.unwrap_or_else(|| {
            chosen.push((one.family, Vec::new()));
            chosen.len() - 1
        });
        let list = &mut chosen[at].1;
        names.retain(|name| !list.contains(name));
        list.extend(names);
    }
    chosen
}

/// What may be named, for messages.
pub(super) fn choice() -> String {
    let classes = Family::ALL.map(Family::name).join(", ");
    format!("one of {classes}, or a feature such as glcm_Contrast")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> Vec<String> {
        let wanted: Vec<Wanted> = texts.iter().map(|text| text.parse().unwrap()).collect();
        let chosen = chosen(&wanted).into_iter();
        let names = chosen.flat_map(|(family, names)| {
            let class = family.name();
            names.into_iter().map(move |name| format!("{class}_{name}"))
        });
        names.collect()
    }

    #[test]
    fn classes_and_features_are_found_once() {
        let texts = [
            "original_glcm_MCC",
            "ngtdm",
            "glcm_Contrast",
            "ngtdm_Strength",
            "glcm_MCC",
        ];
        let found = names(&texts);
        let ngtdm = [
            "Busyness",
            "Coarseness",
            "Complexity",
            "Contrast",
            "Strength",
        ];
        let ngtdm = ngtdm.map(|name| format!("ngtdm_{name}"));
        assert_eq!(found[..2], ["glcm_MCC", "glcm_Contrast"]);
        assert_eq!(found[2..], ngtdm);
        let counts = [18, 24, 16, 16, 14, 5];
        for (family, count) in Family::ALL.into_iter().zip(counts) {
            assert_eq!(names(&[family.name()]).len(), count, "{family:?}");
        }
        assert_eq!(names(&["firstorder_StandardDeviation"]).len(), 1);
    }

    #[test]
    fn other_names_are_refused_with_those_there_are() {
        for (text, expected) in [
            ("shape", "one value"),
            ("original_shape2D_Perimeter", "one value"),
            ("glcn", "firstorder, glcm, glrlm, glszm, gldm, ngtdm"),
            ("", "no such class"),
            ("glcm_contrast", "it has MaximumProbability, "),
            ("glcm_", "no such feature"),
            ("glcm_SumVariance", "glcm_ClusterTendency is the same"),
            ("glszm_SumVariance", "it has SmallAreaEmphasis, "),
            ("wavelet_glcm_Contrast", "no such class"),
        ] {
            let message = text.parse::<Wanted>().unwrap_err().to_string();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
