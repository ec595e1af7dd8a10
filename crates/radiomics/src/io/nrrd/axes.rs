//! What the axes of a NRRD file are, and where its grid lies.
//!
//! The spaces LPS, RAS and LAS (also with time) become LPS; the coordinates of
//! other spaces are taken for LPS with a warning, as ITK does. Old files have
//! `spacings` instead of directions; their first voxel lies at the origin, or
//! where `axis mins` say. `measurement frame` is about vectors and is left
//! out.

use super::header::Header;
use crate::Geometry;
use crate::error::number;

/// What an axis of the file counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Axis {
    /// Voxels, this step apart, in mm of the file's space.
    Space([f64; 3]),
    /// Volumes.
    Time,
    /// Values of a voxel.
    Values,
}

/// The axes, by their directions or else by kinds and spacings.
pub(super) fn axes(header: &Header, dimension: usize) -> Result<Vec<Axis>, String> {
    let kinds: Vec<String> = header
        .get(&["kinds"])
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_ascii_lowercase)
        .collect();
    let kind = |axis: usize| kinds.get(axis).map_or("", String::as_str);
    let outside = |axis: usize| {
        if kind(axis) == "time" {
            Axis::Time
        } else {
            Axis::Values
        }
    };
    let axes: Vec<Axis> = if let Some(text) = header.get(&["space directions"]) {
        let step = |(axis, step): (usize, Option<Step>)| match step {
            None => Ok(outside(axis)),
            Some(Step { space, time: 0.0 }) => Ok(Axis::Space(space)),
            Some(Step { space, .. }) if space == [0.0; 3] => Ok(Axis::Time),
            Some(_) => Err(format!("space directions {text:?} mix space and time")),
        };
        vectors(text)?
            .into_iter()
            .enumerate()
            .map(step)
            .collect::<Result<_, _>>()?
    } else if let Some(spacings) = header.numbers(&["spacings"])? {
        let mut in_space = 0;
        let mut axis = |(axis, spacing): (usize, f64)| match kind(axis) {
            "" | "domain" | "space" | "???" | "none" if in_space < 3 => {
                in_space += 1;
                Axis::Space(std::array::from_fn(|i| {
                    if i + 1 == in_space { spacing } else { 0.0 }
                }))
            }
            "" | "domain" | "space" | "???" | "none" | "time" => Axis::Time,
            _ => Axis::Values,
        };
        spacings.into_iter().enumerate().map(&mut axis).collect()
    } else {
        return Err(
            "neither space directions nor spacings: the voxel size is unknown; add one of them"
                .to_owned(),
        );
    };
    if axes.len() != dimension {
        return Err(format!(
            "{dimension} axes, but directions or spacings for {}",
            axes.len()
        ));
    }
    Ok(axes)
}

pub(super) fn geometry(
    header: &Header,
    sizes: &[u64],
    axes: &[Axis],
    warnings: &mut Vec<String>,
) -> Result<Geometry, String> {
    for name in ["space units", "units"] {
        check_units(header, name)?;
    }
    let in_space: Vec<(usize, [f64; 3])> = axes
        .iter()
        .enumerate()
        .filter_map(|(i, axis)| match axis {
            Axis::Space(step) => Some((i, *step)),
            _ => None,
        })
        .collect();
    let Ok(in_space) = <[(usize, [f64; 3]); 3]>::try_from(in_space) else {
        let found = axes.iter().filter(|a| matches!(a, Axis::Space(_))).count();
        return Err(format!(
            "{found} spatial axes; only 3-D images are read, and volumes or components along \
             others"
        ));
    };
    // Steps came a row an axis; a matrix has them in columns.
    let columns = std::array::from_fn(|r| std::array::from_fn(|c| in_space[c].1[r]));
    let (_, spacing_mm) = Geometry::split_columns(columns);
    if let Some(axis) = spacing_mm.iter().position(|&s| !(s.is_finite() && s > 0.0)) {
        return Err(format!(
            "spacing of axis {} is {} mm; it must be positive and finite",
            axis + 1,
            number(spacing_mm[axis])
        ));
    }
    // To the last bit as ITK reads it.
    let direction: [[f64; 3]; 3] =
        columns.map(|row| std::array::from_fn(|c| row[c] * (1.0 / spacing_mm[c])));
    let origin = match header.get(&["space origin"]) {
        Some(text) => vectors(text)?
            .pop()
            .flatten()
            .map(|step| step.space)
            .ok_or_else(|| format!("space origin {text:?} is no vector"))?,
        None if header.get(&["space directions"]).is_none() => {
            old_origin(header, in_space.map(|(axis, _)| axis), spacing_mm)?
        }
        None => [0.0; 3],
    };
    let signs = signs(header, warnings);
    let turn = |row: usize, value: f64| if signs[row] < 0.0 { 0.0 - value } else { value };
    Ok(Geometry {
        size: in_space.map(|(axis, _)| usize::try_from(sizes[axis]).unwrap_or(usize::MAX)),
        spacing_mm,
        origin_mm: std::array::from_fn(|r| turn(r, origin[r])),
        direction: std::array::from_fn(|r| direction[r].map(|cosine| turn(r, cosine))),
    })
}

/// Where `axis mins` put the first voxel's centre: they are its edge unless
/// `centers` says that they are nodes.
fn old_origin(header: &Header, axes: [usize; 3], spacing: [f64; 3]) -> Result<[f64; 3], String> {
    let Some(mins) = header.numbers(&["axis mins", "axismins"])? else {
        return Ok([0.0; 3]);
    };
    let least = axes.map(|axis| mins.get(axis).copied().unwrap_or(f64::NAN));
    if least.iter().any(|m| m.is_nan()) {
        return Ok([0.0; 3]);
    }
    let centers: Vec<&str> = header
        .get(&["centers", "centerings"])
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    Ok(std::array::from_fn(|i| {
        let node = centers.get(axes[i]).is_some_and(|c| *c == "node");
        least[i] + if node { 0.0 } else { spacing[i] / 2.0 }
    }))
}

fn check_units(header: &Header, name: &str) -> Result<(), String> {
    let known = ["", "mm", "millimeter", "millimeters", "???", "none"];
    // Outside of space there may be seconds and others.
    let time = ["s", "ms", "sec", "msec", "second", "seconds"];
    match header.get(&[name]) {
        Some(units)
            if units
                .split(['"', ' '])
                .any(|unit| !known.contains(&unit) && !time.contains(&unit)) =>
        {
            Err(format!("{name} are {units}; only mm is read"))
        }
        _ => Ok(()),
    }
}

/// What each coordinate of the file's space is multiplied by to get LPS.
fn signs(header: &Header, warnings: &mut Vec<String>) -> [f64; 3] {
    let space = header.get(&["space"]).map(str::to_ascii_lowercase);
    match space.as_deref() {
        None
        | Some("left-posterior-superior" | "lps" | "left-posterior-superior-time" | "lpst") => {
            [1.0, 1.0, 1.0]
        }
        Some("right-anterior-superior" | "ras" | "right-anterior-superior-time" | "rast") => {
            [-1.0, -1.0, 1.0]
        }
        Some("left-anterior-superior" | "las" | "left-anterior-superior-time" | "last") => {
            [1.0, -1.0, 1.0]
        }
        Some(other) => {
            warnings.push(format!(
                "the NRRD space {other:?} is not anatomical; its coordinates were taken for LPS"
            ));
            [1.0, 1.0, 1.0]
        }
    }
}

struct Step {
    space: [f64; 3],
    time: f64,
}

/// `(1,0,0) none (0,1,0)` as vectors; a fourth coordinate is time.
fn vectors(text: &str) -> Result<Vec<Option<Step>>, String> {
    let wrong = || format!("{text:?} is not a list of vectors (a,b,c); only 3-D images are read");
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("none") {
            found.push(None);
            rest = after.trim_start();
            continue;
        }
        let (inner, after) = rest
            .strip_prefix('(')
            .and_then(|r| r.split_once(')'))
            .ok_or_else(wrong)?;
        let numbers: Vec<f64> = inner
            .split(',')
            .map(|number| number.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|_| wrong())?;
        found.push(Some(match numbers[..] {
            [x, y, z] => Step {
                space: [x, y, z],
                time: 0.0,
            },
            [x, y, z, time] => Step {
                space: [x, y, z],
                time,
            },
            _ => return Err(wrong()),
        }));
        rest = after.trim_start();
    }
    Ok(found)
}
