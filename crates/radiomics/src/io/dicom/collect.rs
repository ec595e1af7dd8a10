//! Files of a folder, a file or a list, and the series that they make.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::classes::{self, DICOMDIR};
use super::file::{File, is_dicom};
use super::instance::Instance;
use crate::Error;

/// Folders within folders are read down to here.
const MAX_DEPTH: usize = 16;

/// The images of one series.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    pub instances: Vec<Instance>,
}

impl Series {
    fn uid(&self) -> &str {
        self.instances.first().map_or("", |first| &first.series)
    }

    fn answers(&self, wanted: &str) -> bool {
        let number = self.instances.first().and_then(|first| first.series_number);
        self.uid() == wanted || number.is_some_and(|number| number.to_string() == wanted)
    }

    /// Number, modality, count and UID; a description might name a patient.
    pub(super) fn name(&self) -> String {
        let Some(first) = self.instances.first() else {
            return String::new();
        };
        let number = first
            .series_number
            .map_or("?".to_owned(), |number| number.to_string());
        let modality = match first.modality.as_str() {
            "" => "modality unknown",
            modality if is_code(modality) => modality,
            _ => "modality odd",
        };
        let count = self.instances.len();
        let noun = if count == 1 { "file" } else { "files" };
        format!(
            "series {number} ({modality}, {count} {noun}, UID {})",
            classes::shown(self.uid())
        )
    }
}

pub(super) fn is_code(text: &str) -> bool {
    text.len() <= 16
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// All DICOM files of a folder and the folders in it, or the one file.
pub(super) fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let told = |cause| Error::Io {
        path: path.to_owned(),
        cause,
    };
    if !std::fs::metadata(path).map_err(told)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    walk(path, 0, &mut found)?;
    if found.is_empty() {
        return Err(Error::File {
            path: path.to_owned(),
            problem: "the folder holds no DICOM file; give the folder of one series".to_owned(),
        });
    }
    Ok(found)
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let told = |path: &Path| {
        let path = path.to_owned();
        move |cause| Error::Io { path, cause }
    };
    let entries = std::fs::read_dir(folder).map_err(told(folder))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(told(folder))?;
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || name == "DICOMDIR" {
            continue;
        }
        let kind = std::fs::metadata(&path).map_err(told(&path))?;
        if kind.is_dir() {
            if depth < MAX_DEPTH {
                walk(&path, depth + 1, found)?;
            }
        } else if kind.is_file() {
            let mut file = std::fs::File::open(&path).map_err(told(&path))?;
            if is_dicom(&mut file).map_err(told(&path))? {
                found.push(path);
            }
        }
    }
    Ok(())
}

/// Heads of files, in their order.
pub(super) fn instances(files: &[PathBuf]) -> Result<Vec<Instance>, Error> {
    let heads: Vec<Result<Instance, Error>> = files
        .par_iter()
        .map(|path| File::open(path).map(|file| Instance::of(&file)))
        .collect();
    let mut heads = heads.into_iter().collect::<Result<Vec<_>, _>>()?;
    heads.retain(|head| head.sop_class != DICOMDIR || files.len() == 1);
    Ok(heads)
}

/// Series in the order of their numbers and UIDs.
pub(super) fn by_series(mut instances: Vec<Instance>) -> Vec<Series> {
    let key = |it: &Instance| (it.series_number, it.series.clone());
    instances.sort_by_key(key);
    let same = |a: &Instance, b: &Instance| a.series == b.series;
    instances
        .chunk_by(same)
        .map(|chunk| Series {
            instances: chunk.to_vec(),
        })
        .collect()
}

/// The one series to read, without its copies, localizers and files that
/// aren't images, which are told in `warnings`.
pub(super) fn choose(
    instances: Vec<Instance>,
    wanted: Option<&str>,
    warnings: &mut Vec<String>,
) -> Result<Series, String> {
    let alone = instances.len() == 1;
    let mut series = by_series(instances);
    if let Some(wanted) = wanted {
        let names = list(&series);
        series.retain(|series| series.answers(wanted));
        match series.len() {
            1 => {}
            0 => {
                return Err(format!("there is no series {wanted}; there are: {names}"));
            }
            _ => {
                return Err(format!(
                    "series number {wanted} is that of several: {}; choose by UID",
                    list(&series)
                ));
            }
        }
    }
    if alone {
        // A single file tells its own problem.
        return series.pop().ok_or_else(|| "there is no file".to_owned());
    }
    for series in &mut series {
        drop_others(series, warnings);
    }
    let some_images = series.iter().any(|series| {
        series
            .instances
            .iter()
            .any(|it| it.image.is_ok() && !it.localizer)
    });
    if some_images {
        for series in &mut series {
            let before = series.instances.len();
            series.instances.retain(|it| !it.localizer);
            let count = before - series.instances.len();
            if count > 0 {
                warnings.push(format!("localizers left out: {count}"));
            }
        }
    }
    series.retain(|series| !series.instances.is_empty());
    match series.len() {
        1 => series.pop().ok_or_else(|| "there is no series".to_owned()),
        0 => Err(format!(
            "there is no image among the files ({})",
            warnings.join("; ")
        )),
        count => Err(format!(
            "there are {count} series: {}; say which to read, by number or UID",
            list(&series)
        )),
    }
}

fn list(series: &[Series]) -> String {
    let names: Vec<String> = series.iter().take(20).map(Series::name).collect();
    let more = if series.len() > 20 { "; ..." } else { "" };
    format!("{}{more}", names.join("; "))
}

/// Leaves out what is no image by its SOP class or lack of pixels, and copies
/// of the same instance.
fn drop_others(series: &mut Series, warnings: &mut Vec<String>) {
    let mut others: Vec<String> = Vec::new();
    series.instances.retain(|it| {
        let class = classes::no_image(&it.sop_class).is_some();
        let bare = it
            .image
            .as_ref()
            .is_err_and(|problem| problem == "it has no pixels");
        if class || bare {
            others.push(format!("{} ({})", it.name(), classes::name(&it.sop_class)));
        }
        !(class || bare)
    });
    if let Some(first) = others.first() {
        warnings.push(format!(
            "files without an image left out: {}, the first {first}",
            others.len()
        ));
    }
    let mut kept: Vec<Instance> = Vec::new();
    let mut order: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    for it in series.instances.drain(..) {
        if let Some(&first) = order.get(&it.sop_instance)
            && !it.sop_instance.is_empty()
        {
            warnings.push(format!(
                "{} is a copy of {} (same SOPInstanceUID) and left out",
                it.name(),
                kept[first].name()
            ));
            continue;
        }
        order.insert(it.sop_instance.clone(), kept.len());
        kept.push(it);
    }
    series.instances = kept;
}
