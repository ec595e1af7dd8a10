//! The features, one family a file; each family is a table of definitions.
//!
//! One table serves both dialects: a row has PyRadiomics' name, IBSI's tag, or
//! both where the two mean the same number.

mod dimensions;
mod directional;
pub mod emphases;
pub mod firstorder;
pub mod glcm;
pub mod gldzm;
pub mod glrlm;
pub mod glszm;
pub mod intensity_histogram;
pub mod intensity_volume;
pub mod local_intensity;
mod maximal_correlation;
pub mod morphology;
pub mod ngldm;
pub mod ngtdm;
pub mod order;
pub mod shape;
pub mod shape2d;

/// 2⁻⁵², PyRadiomics' guard inside logarithms and quotients.
pub(crate) const EPSILON: f64 = f64::EPSILON;

/// One feature: what it is and how to get it from the family's measures `M`.
#[derive(Debug, Clone, Copy)]
pub struct Definition<M> {
    /// PyRadiomics' name, where it has the feature.
    pub pyradiomics: Option<&'static str>,
    /// IBSI's tag without aggregation (`cm_contrast`), where IBSI has the
    /// feature.
    pub tag: Option<&'static str>,
    /// Code in the IBSI reference manual, where IBSI defines the same thing.
    pub ibsi: Option<&'static str>,
    /// Unit; `I` stands for the unit of the intensities, `1` for none.
    pub unit: &'static str,
    /// One-line formula.
    pub formula: &'static str,
    /// Computed only where it is asked for by name, as PyRadiomics does with
    /// features that others make superfluous.
    pub deprecated: bool,
    /// The value; NaN or infinite where it is undefined.
    pub value: fn(&M) -> f64,
}

/// What a column holds, for data dictionaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureInfo {
    /// PyRadiomics' class or IBSI's family, as columns and settings name it.
    pub family: &'static str,
    /// PyRadiomics' name, without image type and class.
    pub pyradiomics: Option<&'static str>,
    /// IBSI's tag without aggregation.
    pub tag: Option<&'static str>,
    /// Code in the IBSI reference manual, where IBSI defines the same thing.
    pub ibsi: Option<&'static str>,
    /// Unit; `I` stands for the unit of the intensities, `1` for none.
    pub unit: &'static str,
    /// One-line formula.
    pub formula: &'static str,
    /// Computed only where it is asked for by name.
    pub deprecated: bool,
}

/// Every feature, family by family.
///
/// ```
/// let contrast = radiomics::features::catalogue()
///     .into_iter()
///     .find(|f| f.family == "glcm" && f.pyradiomics == Some("Contrast"));
/// assert_eq!(contrast.and_then(|f| f.ibsi), Some("ACUI"));
/// ```
pub fn catalogue() -> Vec<FeatureInfo> {
    fn rows<M>(family: &'static str, table: &[Definition<M>]) -> Vec<FeatureInfo> {
        let row = |d: &Definition<M>| FeatureInfo {
            family,
            pyradiomics: d.pyradiomics,
            tag: d.tag,
            ibsi: d.ibsi,
            unit: d.unit,
            formula: d.formula,
            deprecated: d.deprecated,
        };
        table.iter().map(row).collect()
    }
    [
        rows("shape", &shape::FEATURES),
        rows("shape2D", &shape2d::FEATURES),
        rows("morphology", &morphology::FEATURES),
        rows("local_intensity", &local_intensity::FEATURES),
        rows("firstorder", &firstorder::FEATURES),
        rows("intensity_histogram", &intensity_histogram::FEATURES),
        rows("intensity_volume", &intensity_volume::FEATURES),
        rows("glcm", &glcm::FEATURES),
        rows("glrlm", &glrlm::FEATURES),
        rows("glszm", &glszm::FEATURES),
        rows("gldzm", &gldzm::FEATURES),
        rows("ngtdm", &ngtdm::FEATURES),
        rows("ngldm", &ngldm::FEATURES),
    ]
    .concat()
}

/// A row of both dialects.
const fn both<M>(
    pyradiomics: &'static str,
    tag: &'static str,
    ibsi: &'static str,
    unit: &'static str,
    formula: &'static str,
    value: fn(&M) -> f64,
) -> Definition<M> {
    Definition {
        pyradiomics: Some(pyradiomics),
        tag: Some(tag),
        ibsi: Some(ibsi),
        unit,
        formula,
        deprecated: false,
        value,
    }
}

/// A row of PyRadiomics alone; `ibsi` may be empty.
const fn pyradiomics<M>(
    name: &'static str,
    ibsi: &'static str,
    unit: &'static str,
    formula: &'static str,
    value: fn(&M) -> f64,
) -> Definition<M> {
    Definition {
        pyradiomics: Some(name),
        tag: None,
        ibsi: if ibsi.is_empty() { None } else { Some(ibsi) },
        unit,
        formula,
        deprecated: false,
        value,
    }
}

/// A row of PyRadiomics that is computed only where it is named.
const fn deprecated<M>(
    name: &'static str,
    ibsi: &'static str,
    unit: &'static str,
    formula: &'static str,
    value: fn(&M) -> f64,
) -> Definition<M> {
    Definition {
        deprecated: true,
        ..pyradiomics(name, ibsi, unit, formula, value)
    }
}

/// A row of IBSI alone.
const fn ibsi<M>(
    tag: &'static str,
    ibsi: &'static str,
    unit: &'static str,
    formula: &'static str,
    value: fn(&M) -> f64,
) -> Definition<M> {
    Definition {
        pyradiomics: None,
        tag: Some(tag),
        ibsi: Some(ibsi),
        unit,
        formula,
        deprecated: false,
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
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rows_are_named_once_and_documented() {
        let mut names = BTreeSet::new();
        for row in catalogue() {
            assert!(!row.formula.is_empty() && !row.unit.is_empty(), "{row:?}");
            assert!(row.pyradiomics.is_some() || row.tag.is_some(), "{row:?}");
            for name in [row.pyradiomics, row.tag].into_iter().flatten() {
                assert!(names.insert((row.family, name)), "{row:?} is there twice");
            }
        }
    }
}
