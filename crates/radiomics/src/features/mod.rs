//! The features, one family a file; each family is a table of definitions.

pub mod firstorder;
pub mod glcm;
pub mod shape;

use crate::FeatureClass;

/// 2⁻⁵², PyRadiomics' guard inside logarithms and quotients.
pub(crate) const EPSILON: f64 = f64::EPSILON;

/// One feature: what it is and how to get it from the family's measures `M`.
#[derive(Debug, Clone, Copy)]
pub struct Definition<M> {
    /// PyRadiomics' name.
    pub name: &'static str,
    /// Code in the IBSI reference manual, where IBSI defines the same thing.
    pub ibsi: Option<&'static str>,
    /// Unit; `I` stands for the unit of the intensities, `1` for none.
    pub unit: &'static str,
    /// One-line formula.
    pub formula: &'static str,
    /// The value; NaN or infinite where it is undefined.
    pub value: fn(&M) -> f64,
}

/// What a column holds, for data dictionaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureInfo {
    /// The family.
    pub class: FeatureClass,
    /// PyRadiomics' name, without image type and class.
    pub name: &'static str,
    /// Code in the IBSI reference manual, where IBSI defines the same thing.
    pub ibsi: Option<&'static str>,
    /// Unit; `I` stands for the unit of the intensities, `1` for none.
    pub unit: &'static str,
    /// One-line formula.
    pub formula: &'static str,
}

/// Every feature, in output order.
///
/// ```
/// let contrast = radiomics::features::catalogue().into_iter().find(|f| f.name == "Contrast");
/// assert_eq!(contrast.and_then(|f| f.ibsi), Some("ACUI"));
/// ```
pub fn catalogue() -> Vec<FeatureInfo> {
    fn rows<M>(class: FeatureClass, table: &[Definition<M>]) -> impl Iterator<Item = FeatureInfo> {
        table.iter().map(move |d| FeatureInfo {
            class,
            name: d.name,
            ibsi: d.ibsi,
            unit: d.unit,
            formula: d.formula,
        })
    }
    rows(FeatureClass::Shape, &shape::FEATURES)
        .chain(rows(FeatureClass::FirstOrder, &firstorder::FEATURES))
        .chain(rows(FeatureClass::Glcm, &glcm::FEATURES))
        .collect()
}

/// Shorthand for the rows of the tables.
const fn define<M>(
    name: &'static str,
    ibsi: &'static str,
    unit: &'static str,
    formula: &'static str,
    value: fn(&M) -> f64,
) -> Definition<M> {
    let ibsi = if ibsi.is_empty() { None } else { Some(ibsi) };
    Definition {
        name,
        ibsi,
        unit,
        formula,
        value,
    }
}

/// -sum p log2(p + epsilon), in bits; terms with p = 0 are 0.
pub(crate) fn entropy(probabilities: impl Iterator<Item = f64>) -> f64 {
    -probabilities
        .filter(|&p| p > 0.0)
        .map(|p| p * (p + EPSILON).log2())
        .sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_within_a_class_and_documented() {
        let all = catalogue();
        assert_eq!(all.len(), 14 + 18 + 24);
        assert!(all.is_sorted_by_key(|f| (f.class, f.name)));
        for feature in &all {
            assert!(
                !feature.formula.is_empty() && !feature.unit.is_empty(),
                "{}",
                feature.name
            );
            assert!(
                feature.ibsi.is_none_or(|code| code.len() == 4),
                "{}",
                feature.name
            );
        }
    }
}
