//! cases.csv and slides.csv: what is to be done.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tables::{Error, Table};

use crate::clinical;

/// A row of cases.csv: one image with its mask.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Patient.
    pub patient_id: String,
    /// Sequence name (T1, T2, ...); empty where the patient has one image.
    pub sequence: String,
    /// Image: a file, or the folder of a DICOM series.
    pub image: PathBuf,
    /// Mask file.
    pub mask: PathBuf,
    /// Labels of the regions in the mask, if the row names any.
    pub labels: Vec<u32>,
    /// Names of the regions in the mask (RTSTRUCT, SEG), if the row has any.
    pub rois: Vec<String>,
    /// Mask of the body, if the row names one.
    pub body_mask: Option<PathBuf>,
    /// Mask that intensities are standardised in, if the row names one.
    pub brain_mask: Option<PathBuf>,
    /// Cohort, if the row names one.
    pub cohort: Option<String>,
}

/// A row of slides.csv.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlideEntry {
    /// Patient.
    pub patient_id: String,
    /// Slide; unique.
    pub slide_id: String,
    /// Slide file.
    pub path: PathBuf,
    /// HE or a profile of markers.toml.
    pub stain: String,
    /// Pixel size in um, if the row gives one.
    pub mpp: Option<f64>,
    /// Pieces of tissue to leave out, as fragments.csv numbers them.
    pub exclude_fragments: Vec<u32>,
}

/// Reads cases.csv: patient_id, image, mask, and optionally label (one, or
/// several with spaces or semicolons between them), roi (names of regions, with
/// semicolons between them), sequence, body_mask, brain_mask and cohort. Relative
/// paths start at the manifest's folder.
///
/// # Errors
/// A missing column, an empty or double id (with `sequence`: a double pair of
/// both), an empty path, a label that isn't a whole number from 1 or is there
/// twice; labels and names in one row.
pub fn cases(path: &Path, id_column: &str) -> Result<Vec<Case>, Error> {
    let table = Table::read(path)?;
    let has_sequence = table.has("sequence");
    let patients = if has_sequence {
        table.repeated_ids(id_column)?
    } else {
        table.ids(id_column)?
    };
    let sequences = table.text_or_none("sequence");
    if has_sequence {
        unique_pairs(&table, id_column, &patients, &sequences)?;
    }
    let images = paths(&table, "image", path)?;
    let masks = paths(&table, "mask", path)?;
    let labels = table.text_or_none("label");
    let rois = table.text_or_none("roi");
    let bodies = table.text_or_none("body_mask");
    let brains = table.text_or_none("brain_mask");
    let cohorts = table.text_or_none("cohort");
    let folder = path.parent().unwrap_or(Path::new(""));
    let row = |row: usize| {
        let cell = labels[row].as_deref().unwrap_or_default();
        let names = rois[row].as_deref().unwrap_or_default();
        if !cell.is_empty() && !names.is_empty() {
            let problem = format!("stands beside label `{cell}`; fill one of the two columns");
            return Err(table.cell_error(row, "roi", names, &problem));
        }
        Ok(Case {
            patient_id: patients[row].clone(),
            sequence: sequences[row].clone().unwrap_or_default(),
            image: images[row].clone(),
            mask: masks[row].clone(),
            labels: parse_labels(cell)
                .map_err(|problem| table.cell_error(row, "label", cell, &problem))?,
            rois: parse_names(names)
                .map_err(|problem| table.cell_error(row, "roi", names, &problem))?,
            body_mask: bodies[row].as_ref().map(|cell| folder.join(cell)),
            brain_mask: brains[row].as_ref().map(|cell| folder.join(cell)),
            cohort: cohorts[row].clone(),
        })
    };
    let cases: Vec<Case> = (0..table.rows()).map(row).collect::<Result<_, _>>()?;
    not_empty(&table, cases)
}

fn unique_pairs(
    table: &Table,
    id_column: &str,
    patients: &[String],
    sequences: &[Option<String>],
) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for (row, pair) in patients.iter().zip(sequences).enumerate() {
        if !seen.insert(pair) {
            let (patient, sequence) = (pair.0, pair.1.as_deref().unwrap_or_default());
            let problem = format!(
                "is there twice for `{patient}` of column `{id_column}`; one image a sequence"
            );
            return Err(table.cell_error(row, "sequence", sequence, &problem));
        }
    }
    Ok(())
}

/// The rows that something may be learnt from: those of the training cohort,
/// or all where no row names a cohort.
///
/// # Errors
/// No row of the training cohort; a patient in it and outside of it.
pub fn training<'a>(cases: &'a [Case], train_value: &str) -> Result<Vec<&'a Case>, String> {
    let cohorts: BTreeSet<&str> = cases.iter().filter_map(|c| c.cohort.as_deref()).collect();
    if cohorts.is_empty() {
        return Ok(cases.iter().collect());
    }
    let trains = |case: &&Case| {
        let cohort = case.cohort.as_deref();
        cohort.is_some_and(|cohort| clinical::same(cohort, train_value))
    };
    let (inside, outside): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(trains);
    if inside.is_empty() {
        let there: Vec<&str> = cohorts.into_iter().collect();
        return Err(format!(
            "column `cohort`: no row has the training value `{train_value}` (the values there: \
             {}); name yours with --train-value",
            there.join(", ")
        ));
    }
    let patients: BTreeSet<&str> = inside.iter().map(|c| c.patient_id.as_str()).collect();
    let held_out = outside.iter().map(|case| case.patient_id.as_str());
    match held_out
        .into_iter()
        .find(|&patient| patients.contains(patient))
    {
        Some(patient) => Err(format!(
            "column `cohort`: patient `{patient}` is in the training cohort `{train_value}` and \
             outside of it; put all rows of a patient into one cohort"
        )),
        None => Ok(inside),
    }
}

/// Labels of a mask as cells and flags write them: whole numbers from 1 with
/// spaces, commas or semicolons between them.
///
/// # Errors
/// What is wrong and what to write, for a message that begins with the text.
pub fn parse_labels(text: &str) -> Result<Vec<u32>, String> {
    let mut labels = Vec::new();
    for part in text.split([' ', ';', ',']).filter(|part| !part.is_empty()) {
        // Tables that were numbers once hold 2.0.
        let whole = part.strip_suffix(".0").unwrap_or(part);
        match whole.parse() {
            Ok(label) if label > 0 && !labels.contains(&label) => labels.push(label),
            Ok(label) if label > 0 => return Err(format!("has label {label} twice")),
            _ => return Err("is not a mask label; write a whole number from 1".to_owned()),
        }
    }
    Ok(labels)
}

/// Names of regions with semicolons between them.
///
/// # Errors
/// A name that is there twice, for a message that begins with the text.
pub fn parse_names(text: &str) -> Result<Vec<String>, String> {
    let names = text
        .split(';')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let names: Vec<String> = names.map(str::to_owned).collect();
    match (1..names.len()).find(|&i| names[..i].contains(&names[i])) {
        Some(i) => Err(format!("has the name `{}` twice", names[i])),
        None => Ok(names),
    }
}

/// Reads slides.csv: patient_id, slide_id, path, stain, and optionally mpp and
/// exclude_fragments (numbers with spaces or semicolons between them).
/// Relative paths start at the manifest's folder.
///
/// # Errors
/// A missing column, an empty patient_id, an empty or double slide_id, an
/// empty path or stain, an mpp outside 0.05 to 20 um; a filled cell in
/// `regions`, which this version can't honour.
pub fn slides(path: &Path, id_column: &str) -> Result<Vec<SlideEntry>, Error> {
    let table = Table::read(path)?;
    let patients = table.repeated_ids(id_column)?;
    let slide_ids = table.ids("slide_id")?;
    let paths = paths(&table, "path", path)?;
    let stains = table.repeated_ids("stain")?;
    let mpp = if table.has("mpp") {
        table.numbers("mpp")?
    } else {
        vec![f64::NAN; table.rows()]
    };
    let regions = table.text_or_none("regions");
    if let Some((row, cell)) = regions
        .into_iter()
        .enumerate()
        .find_map(|(row, c)| Some((row, c?)))
    {
        let problem = "can't be honoured by this version of radpath, which measures whole slides; empty the column to go on without";
        return Err(table.cell_error(row, "regions", &cell, problem));
    }
    let excluded = table.text_or_none("exclude_fragments");
    let row = |row: usize| {
        let mpp = mpp[row];
        if !mpp.is_nan() && !(0.05..=20.0).contains(&mpp) {
            let problem = "is not a pixel size in um (0.05 to 20); a 40x scan has about 0.25";
            return Err(table.cell_error(row, "mpp", &mpp.to_string(), problem));
        }
        Ok(SlideEntry {
            patient_id: patients[row].clone(),
            slide_id: slide_ids[row].clone(),
            path: paths[row].clone(),
            stain: stains[row].clone(),
            mpp: (!mpp.is_nan()).then_some(mpp),
            exclude_fragments: fragments(
                &table,
                row,
                excluded[row].as_deref().unwrap_or_default(),
            )?,
        })
    };
    let slides: Vec<SlideEntry> = (0..table.rows()).map(row).collect::<Result<_, _>>()?;
    not_empty(&table, slides)
}

fn fragments(table: &Table, row: usize, cell: &str) -> Result<Vec<u32>, Error> {
    let numbers = cell.split([' ', ';']).filter(|part| !part.is_empty());
    numbers
        .map(|part| match part.parse() {
            Ok(number) if number > 0 => Ok(number),
            _ => {
                let problem = "is not a list of fragments; write their numbers from fragments.csv with spaces between them";
                Err(table.cell_error(row, "exclude_fragments", cell, problem))
            }
        })
        .collect()
}

fn not_empty<T>(table: &Table, rows: Vec<T>) -> Result<Vec<T>, Error> {
    if rows.is_empty() {
        let problem = "the table has a header and no rows: nothing to do".into();
        return Err(Error::Format {
            file: table.file().into(),
            problem,
        });
    }
    Ok(rows)
}

fn paths(table: &Table, column: &str, manifest: &Path) -> Result<Vec<PathBuf>, Error> {
    let folder = manifest.parent().unwrap_or(Path::new(""));
    let cells = table.repeated_ids(column)?;
    Ok(cells.iter().map(|cell| folder.join(cell)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("manifest.csv");
        std::fs::write(&path, text).unwrap();
        (dir, path)
    }

    #[test]
    fn paths_start_at_the_manifest() {
        let (dir, path) = written(
            "patient_id,image,mask,label,roi,body_mask\n007,a.nii,/m.nii,2;5,,\n\
             8,b.nii,m.nii,,GTV p; Node*,w.nii\n",
        );
        let cases = cases(&path, "patient_id").unwrap();
        assert_eq!(cases[0].patient_id, "007");
        assert_eq!(cases[0].image, dir.path().join("a.nii"));
        assert_eq!(cases[0].mask, Path::new("/m.nii"));
        assert_eq!((&cases[0].labels, &cases[1].labels), (&vec![2, 5], &vec![]));
        assert_eq!(cases[1].rois, ["GTV p", "Node*"]);
        assert_eq!(cases[0].body_mask, None);
        assert_eq!(cases[1].body_mask, Some(dir.path().join("w.nii")));
    }

    #[test]
    fn bad_cases_are_refused() {
        let message = |text: &str| {
            let (_dir, path) = written(text);
            cases(&path, "patient_id").unwrap_err().to_string()
        };
        assert!(message("id,image,mask\n1,a,b\n").contains("no column `patient_id`"));
        assert!(message("patient_id,image,mask\n1,a,b\n1,c,d\n").contains("rows 2 and 3"));
        assert!(message("patient_id,image,mask\n1,,b\n").contains("`image` is empty"));
        assert!(message("patient_id,image,mask,label\n1,a,b,0\n").contains("whole number"));
        assert!(message("patient_id,image,mask,label\n1,a,b,x\n").contains("`x`"));
        assert!(message("patient_id,image,mask,label\n1,a,b,2 2\n").contains("twice"));
        assert!(message("patient_id,image,mask,roi\n1,a,b,GTV;GTV\n").contains("twice"));
        assert!(message("patient_id,image,mask,label,roi\n1,a,b,1,GTV\n").contains("one of"));
        assert!(
            message("patient_id,image,mask,sequence\n1,a,b,T1\n1,a,b,T1\n")
                .contains("`T1` is there twice for `1`")
        );
        assert!(message("patient_id,image,mask\n").contains("no rows"));
        let (_dir, path) = written("patient_id,image,mask,sequence\n1,a,b,T1\n1,a,b,T2\n");
        assert_eq!(cases(&path, "patient_id").unwrap().len(), 2);
    }

    #[test]
    fn only_the_training_cohort_is_learnt_from() {
        let found = |text: &str, value: &str| {
            let (_dir, path) = written(text);
            let cases = cases(&path, "patient_id").unwrap();
            let training = training(&cases, value)?;
            let ids = training.iter().map(|case| case.patient_id.clone());
            Ok::<_, String>(ids.collect::<Vec<_>>())
        };
        let text = "patient_id,image,mask,cohort,brain_mask\n1,a,b,train,w\n2,a,b,test,\n3,a,b,,\n";
        assert_eq!(found(text, "train").unwrap(), ["1"]);
        assert_eq!(found(text, "test").unwrap(), ["2"]);
        assert!(found(text, "dev").unwrap_err().contains("test, train"));
        let text = "patient_id,image,mask\n1,a,b\n2,a,b\n";
        assert_eq!(found(text, "train").unwrap(), ["1", "2"]);
        let text = "patient_id,sequence,image,mask,cohort\n1,T1,a,b,train\n1,T2,a,b,test\n";
        assert!(found(text, "train").unwrap_err().contains("patient `1`"));
    }

    #[test]
    fn bad_slides_are_refused() {
        let message = |text: &str| {
            let (_dir, path) = written(text);
            slides(&path, "patient_id").unwrap_err().to_string()
        };
        let head = "patient_id,slide_id,path,stain";
        assert!(message(&format!("{head}\n1,s,a,CD8\n2,s,b,CD8\n")).contains("`s`"));
        assert!(message(&format!("{head},mpp\n1,s,a,CD8,250\n")).contains("pixel size"));
        assert!(
            message(&format!("{head},regions\n1,s,a,CD8,r.geojson\n")).contains("whole slides")
        );
        assert!(
            message(&format!("{head},exclude_fragments\n1,s,a,CD8,1 x\n"))
                .contains("fragments.csv")
        );
        let rows = "1,s,a,CD8,,,\n1,t,a,HE,0.5,,2; 3\n";
        let (_dir, path) = written(&format!("{head},mpp,regions,exclude_fragments\n{rows}"));
        let slides = slides(&path, "patient_id").unwrap();
        assert_eq!(slides[1].exclude_fragments, [2, 3]);
        assert_eq!((slides[0].mpp, slides[1].mpp), (None, Some(0.5)));
    }
}
