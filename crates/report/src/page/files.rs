//! Links to the study's tables, relative to the page.

use std::path::Path;

use serde::Serialize;

use crate::Error;

/// One stage's files.
#[derive(Serialize)]
pub(crate) struct Folder {
    name: String,
    links: Vec<Link>,
}

#[derive(Serialize)]
struct Link {
    href: String,
    name: String,
}

/// The stages in the order of the page, each with what it says.
const STAGES: [(&str, &str); 6] = [
    ("radiomics", "Radiology"),
    ("slides", "Slides"),
    ("pathology", "Pathology features"),
    ("correlate", "Radiology and pathology"),
    ("response", "Response"),
    ("survival", "Survival"),
];

pub(super) fn folders(study: &Path) -> Result<Vec<Folder>, Error> {
    let mut folders = vec![Folder {
        name: "The study".to_owned(),
        links: vec![Link {
            href: "run.toml".to_owned(),
            name: "run.toml".to_owned(),
        }],
    }];
    for (stage, title) in STAGES {
        let folder = study.join(stage);
        if !folder.is_dir() {
            continue;
        }
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(Error::io(&folder))? {
            let entry = entry.map_err(Error::io(&folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_result(&name) && entry.path().is_file() {
                names.push(name);
            }
        }
        names.sort();
        let link = |name: String| Link {
            href: format!("{stage}/{}", encoded(&name)),
            name,
        };
        folders.push(Folder {
            name: title.to_owned(),
            links: names.into_iter().map(link).collect(),
        });
    }
    Ok(folders)
}

/// Tables, models and run.toml; not timing.json, which says nothing of results.
fn is_result(name: &str) -> bool {
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    !name.starts_with('.')
        && !name.ends_with("timing.json")
        && ends(&[".csv", ".parquet", ".json", "run.toml"])
}

/// A name as a part of a link.
fn encoded(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    name.bytes()
        .map(|b| match plain(b) {
            true => char::from(b).to_string(),
            false => format!("%{b:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_linked_and_the_rest_is_not() {
        let study = tempfile::tempdir().unwrap();
        let folder = study.path().join("response");
        std::fs::create_dir(&folder).unwrap();
        for name in [
            "roc.csv",
            "a b.csv",
            "timing.json",
            "model.json",
            ".x.csv",
            "run.toml",
            "x.png",
        ] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        let folders = folders(study.path()).unwrap();
        let links: Vec<&str> = folders[1].links.iter().map(|l| l.href.as_str()).collect();
        assert_eq!(
            links,
            [
                "response/a%20b.csv",
                "response/model.json",
                "response/roc.csv",
                "response/run.toml"
            ]
        );
    }
}
