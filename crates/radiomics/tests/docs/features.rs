//! Tables of features.

use radiomics::features::{FeatureInfo, catalogue};

use crate::Family;
use crate::page::{code, table as markdown};

fn rows(family: &str) -> Vec<FeatureInfo> {
    let all = catalogue().into_iter();
    all.filter(|row| row.family == family).collect()
}

/// The features of a family, in the code's order.
pub fn table(family: &Family) -> String {
    let named = family.pyradiomics.is_some();
    let tagged = family.ibsi.is_some();
    let rows = rows(family.name);
    let coded = tagged || rows.iter().any(|row| row.ibsi.is_some());
    let columns = [
        (tagged, "IBSI tag"),
        (coded, "IBSI code"),
        (named, "PyRadiomics name"),
        (true, "unit"),
        (true, "formula"),
    ];
    let header = columns
        .iter()
        .filter(|column| column.0)
        .map(|column| column.1);
    let lines = rows.iter().map(|row| {
        let cells = [
            row.tag.map(code).unwrap_or_default(),
            row.ibsi.unwrap_or_default().to_owned(),
            pyradiomics_name(row, tagged),
            row.unit.to_owned(),
            row.formula.to_owned(),
        ];
        let shown = cells
            .into_iter()
            .zip(columns)
            .filter(|(_, column)| column.0);
        shown.map(|(cell, _)| cell).collect()
    });
    markdown(&header.collect::<Vec<_>>(), lines)
}

/// `tagged`: the family has features of IBSI.
fn pyradiomics_name(row: &FeatureInfo, tagged: bool) -> String {
    let Some(name) = row.pyradiomics.map(code) else {
        return String::new();
    };
    if row.deprecated {
        format!("{name} (by name only)")
    } else if tagged && row.tag.is_none() && row.ibsi.is_none() {
        format!("{name} (not in IBSI)")
    } else {
        name
    }
}

/// How many features each family has.
pub fn families(families: &[Family]) -> String {
    let mut totals = [0, 0];
    let mut lines = Vec::new();
    for family in families {
        let rows = rows(family.name);
        let tags = rows.iter().filter(|row| row.tag.is_some()).count();
        let named = rows
            .iter()
            .filter(|row| row.pyradiomics.is_some() && !row.deprecated);
        let counts = [tags, named.count()];
        let cell = |name: Option<&str>, count: usize| {
            name.map_or(String::new(), |name| format!("`{name}`: {count}"))
        };
        lines.push(vec![
            format!("[{0}]({0}.md)", family.page),
            cell(family.ibsi, counts[0]),
            cell(family.pyradiomics, counts[1]),
        ]);
        totals = [totals[0] + counts[0], totals[1] + counts[1]];
    }
    lines.push(vec![
        "all".to_owned(),
        totals[0].to_string(),
        totals[1].to_string(),
    ]);
    markdown(&["page", "IBSI: family", "PyRadiomics: class"], lines)
}
