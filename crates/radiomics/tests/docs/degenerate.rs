//! What regions give that have hardly any voxels or intensities.

use radiomics::features::catalogue;
use radiomics::{Error, Extraction};

use crate::Family;
use crate::page::{code, table as markdown};
use crate::regions::{Region, SLICE};

/// What follows a tag.
const SUFFIXES: [&str; 10] = [
    "",
    "_2D",
    "_2_5D",
    "_3D",
    "_2D_avg",
    "_2D_comb",
    "_2_5D_avg",
    "_2_5D_comb",
    "_3D_avg",
    "_3D_comb",
];

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Missing(String),
    /// A value that is mostly a convention.
    Given(u32),
    Defined,
}

impl Kind {
    fn of(extraction: &Extraction, at: usize, conventions: &[u32]) -> Self {
        let feature = &extraction.features[at];
        if feature.value.is_nan() {
            let note = extraction.notes.iter().find(|note| note.0 == feature.name);
            return Self::Missing(note.expect("NaN has a reason").1.clone());
        }
        let near = |value: &&u32| (feature.value - f64::from(**value)).abs() < 1e-9;
        let given = conventions.iter().find(near);
        given.map_or(Self::Defined, |&value| Self::Given(value))
    }

    fn text(&self) -> String {
        match self {
            Self::Missing(reason) => format!("NaN ({reason})"),
            Self::Given(1_000_000) => "10^6".to_owned(),
            Self::Given(value) => value.to_string(),
            Self::Defined => "defined".to_owned(),
        }
    }
}

/// What each region gives in each dialect.
pub fn table(family: &Family) -> String {
    // In a slice of several intensities a 1 is chance.
    let regions = [
        ("empty mask", Region::empty(), [].as_slice()),
        ("one voxel", Region::one_voxel(), &[]),
        ("flat, 3 x 3 x 3 voxels", Region::flat(), &[0, 1, 1_000_000]),
        ("one slice, 4 x 4 voxels", Region::slice(&SLICE), &[0]),
    ];
    let mut header = vec!["region"];
    header.extend(family.ibsi.map(|_| "IBSI"));
    header.extend(family.pyradiomics.map(|_| "PyRadiomics"));
    let rows = regions.into_iter().map(|(name, region, conventions)| {
        let ibsi = family.ibsi.map(|family| {
            let found = region.ibsi(family, "['2D', '2.5D', '3D']");
            cell(&found, conventions, &tag_of)
        });
        let own = family.pyradiomics.map(|class| {
            let prefix = format!("original_{class}_");
            let base = |name: &str| name.strip_prefix(&prefix).map(str::to_owned);
            let found = region.pyradiomics(class);
            found.map_or("not extracted yet".to_owned(), |found| {
                cell(&found, conventions, &base)
            })
        });
        let own = own.map(|own| match &ibsi {
            Some(ibsi) if *ibsi == own => "the same".to_owned(),
            _ => own,
        });
        let cells = [Some(name.to_owned()), ibsi, own];
        cells.into_iter().flatten().collect()
    });
    markdown(&header, rows)
}

/// The tag without aggregation.
fn tag_of(name: &str) -> Option<String> {
    let tags = catalogue().into_iter().filter_map(|row| row.tag);
    tags.filter(|tag| {
        let rest = name.strip_prefix(tag);
        rest.is_some_and(|rest| SUFFIXES.contains(&rest))
    })
    .max_by_key(|tag| tag.len())
    .map(str::to_owned)
}

/// The name of a feature without what is common or varies.
type Base<'a> = &'a dyn Fn(&str) -> Option<String>;

fn cell(found: &Result<Extraction, Error>, conventions: &[u32], base: Base) -> String {
    match found {
        Err(error) => format!("error: {error}"),
        Ok(extraction) => groups(extraction, conventions, base),
    }
}

/// Features by what they are; one whose aggregations differ is named with each.
fn groups(extraction: &Extraction, conventions: &[u32], base: Base) -> String {
    let mut features: Vec<(String, Vec<(String, Kind)>)> = Vec::new();
    for (at, feature) in extraction.features.iter().enumerate() {
        let name = base(&feature.name).expect("features are in the catalogue");
        let variant = (feature.name.clone(), Kind::of(extraction, at, conventions));
        match features.iter_mut().find(|(other, _)| *other == name) {
            Some((_, variants)) => variants.push(variant),
            None => features.push((name, vec![variant])),
        }
    }
    let mut groups: Vec<(Kind, Vec<String>)> = Vec::new();
    let mut add = |kind: &Kind, name: String| match groups.iter_mut().find(|g| g.0 == *kind) {
        Some((_, names)) => names.push(name),
        None => groups.push((kind.clone(), vec![name])),
    };
    for (name, variants) in features {
        let alike = variants.iter().all(|variant| variant.1 == variants[0].1);
        if alike {
            add(&variants[0].1, code(&name));
            continue;
        }
        for (full, kind) in variants {
            add(&kind, code(&full));
        }
    }
    groups.sort();
    // The largest group needs no names; what is missing is named.
    let size = |at: &usize| {
        let (kind, names) = &groups[*at];
        (!matches!(kind, Kind::Missing(_)), names.len())
    };
    let Some(unnamed) = (0..groups.len()).max_by_key(size) else {
        return "no features".to_owned();
    };
    let (kind, _) = groups.remove(unnamed);
    let rest = if groups.is_empty() {
        "all"
    } else {
        "all others"
    };
    let named = groups
        .iter()
        .map(|(kind, names)| format!("{}: {}", kind.text(), names.join(", ")));
    let mut parts: Vec<String> = named.collect();
    parts.push(format!("{rest}: {}", kind.text()));
    parts.join("; ")
}
