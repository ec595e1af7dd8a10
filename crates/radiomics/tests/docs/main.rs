//! The pages in docs/radiomics say what the code does.
//!
//! Tables between `<!-- begin: ... -->` and `<!-- end: ... -->` are made of the
//! crate's tables and of real extractions. `RADPATH_BLESS=1 cargo test -p
//! radiomics --test docs` writes them into the pages.

#![allow(clippy::unwrap_used)]

mod degenerate;
mod example;
mod features;
mod page;
mod presets;
mod regions;
mod settings;

use std::collections::BTreeSet;

use page::Page;

/// Where a family stands.
struct Family {
    page: &'static str,
    /// Name in [`radiomics::features::catalogue`].
    name: &'static str,
    /// Name in the settings of IBSI's dialect.
    ibsi: Option<&'static str>,
    /// Name in the settings of PyRadiomics' dialect.
    pyradiomics: Option<&'static str>,
}

const fn family(
    page: &'static str,
    name: &'static str,
    ibsi: Option<&'static str>,
    pyradiomics: Option<&'static str>,
) -> Family {
    Family {
        page,
        name,
        ibsi,
        pyradiomics,
    }
}

#[rustfmt::skip]
const FAMILIES: [Family; 13] = [
    family("morphology", "morphology", Some("morphology"), None),
    family("morphology", "shape", None, Some("shape")),
    family("morphology", "shape2D", None, Some("shape2D")),
    family("local-intensity", "local_intensity", Some("local_intensity"), None),
    family("statistics", "firstorder", Some("statistics"), Some("firstorder")),
    family("intensity-histogram", "intensity_histogram", Some("intensity_histogram"), None),
    family("intensity-volume-histogram", "intensity_volume", Some("intensity_volume"), None),
    family("glcm", "glcm", Some("glcm"), Some("glcm")),
    family("glrlm", "glrlm", Some("glrlm"), Some("glrlm")),
    family("glszm", "glszm", Some("glszm"), Some("glszm")),
    family("gldzm", "gldzm", Some("gldzm"), None),
    family("ngtdm", "ngtdm", Some("ngtdm"), Some("ngtdm")),
    family("ngldm", "ngldm", Some("ngldm"), Some("gldm")),
];

/// Every page, and its blocks with what they must hold.
fn pages() -> Vec<(&'static str, Vec<(String, String)>)> {
    let mut pages = vec![(
        "README",
        vec![
            ("families".to_owned(), features::families(&FAMILIES)),
            ("presets".to_owned(), presets::table()),
        ],
    )];
    for family in &FAMILIES {
        if pages.last().is_none_or(|(page, _)| *page != family.page) {
            pages.push((family.page, Vec::new()));
        }
        let Some((_, blocks)) = pages.last_mut() else {
            continue;
        };
        let name = family.name;
        if let Some(example) = example::of(name) {
            blocks.push((format!("{name} example"), example));
        }
        blocks.push((format!("{name} features"), features::table(family)));
        blocks.push((format!("{name} degenerate"), degenerate::table(family)));
    }
    pages
}

#[test]
fn tables_are_those_of_the_code() {
    let bless = std::env::var("RADPATH_BLESS").is_ok_and(|value| value == "1");
    let mut problems = Vec::new();
    for (name, blocks) in pages() {
        let mut page = match Page::read(name) {
            Ok(page) => page,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let named: BTreeSet<&str> = blocks.iter().map(|(block, _)| block.as_str()).collect();
        for block in page.blocks().filter(|block| !named.contains(block)) {
            problems.push(format!(
                "{name}.md: nothing is known of the block `{block}`"
            ));
        }
        let before = page.text.clone();
        for (block, content) in &blocks {
            problems.extend(page.put(block, content).err());
        }
        if page.text != before {
            if bless {
                page.write();
            } else {
                problems.push(format!(
                    "{name}.md: {}; run with RADPATH_BLESS=1 and read the difference",
                    page::first_difference(&before, &page.text)
                ));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_family_has_a_page() {
    let known: BTreeSet<&str> = FAMILIES.iter().map(|family| family.name).collect();
    for row in radiomics::features::catalogue() {
        assert!(
            known.contains(row.family),
            "{} has no page: add it to FAMILIES",
            row.family
        );
    }
}

#[test]
fn links_lead_to_files() {
    for (name, _) in pages() {
        let page = Page::read(name).unwrap();
        for target in page.links() {
            assert!(
                page::folder().join(target).exists(),
                "{name}.md: {target} does not exist"
            );
        }
    }
}

#[test]
fn lines_are_short_outside_of_tables() {
    for (name, _) in pages() {
        let page = Page::read(name).unwrap();
        for line in page.text.lines().filter(|line| !line.starts_with('|')) {
            assert!(line.chars().count() <= 100, "{name}.md: {line}");
        }
    }
}
