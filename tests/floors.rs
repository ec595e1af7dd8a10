//! The floors of the house: a crate imports only floors below its own. The
//! tests of a crate may also use `synth` and `testkit`.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, MetadataCommand};

fn floors() -> BTreeMap<&'static str, u8> {
    BTreeMap::from([
        ("radpath", 4),
        ("pipeline", 3),
        ("report", 3),
        ("correlation", 2),
        ("outcome", 2),
        ("radiomics", 1),
        ("wsi", 1),
        ("synth", 1),
        ("tables", 1),
        ("cohort", 0),
        ("stats", 0),
        ("geometry", 0),
        ("figures", 0),
        ("testkit", 0),
    ])
}

#[test]
fn imports_go_down() {
    let metadata = MetadataCommand::new()
        .no_deps()
        .exec()
        .expect("cargo metadata runs");
    let floors = floors();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let Some(&own) = floors.get(package.name.as_str()) else {
            panic!(
                "crate {} has no floor: give it one in DESIGN and here",
                package.name
            );
        };
        for dependency in &package.dependencies {
            let Some(&other) = floors.get(dependency.name.as_str()) else {
                continue;
            };
            let for_tests = dependency.kind == DependencyKind::Development;
            let allowed = match dependency.name.as_str() {
                "testkit" => for_tests,
                "synth" if for_tests => true,
                _ => other < own,
            };
            if !allowed {
                wrong.push(format!(
                    "{} ({own}) imports {} ({other})",
                    package.name, dependency.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "upward or sideways: {wrong:#?}");
}

#[test]
fn only_tables_knows_polars() {
    let metadata = MetadataCommand::new()
        .no_deps()
        .exec()
        .expect("cargo metadata runs");
    let users: Vec<String> = metadata
        .workspace_packages()
        .iter()
        .filter(|p| p.dependencies.iter().any(|d| d.name.starts_with("polars")))
        .map(|p| p.name.to_string())
        .collect();
    assert_eq!(users, ["tables"]);
}
