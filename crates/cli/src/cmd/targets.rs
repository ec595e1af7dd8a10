//! Which regions of a mask are meant, and how image files are read.

use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;
use radiomics::io::{Mask, Options};
use radiomics::{Geometry, Volume};

/// How image files are read.
#[derive(Clone, Debug, Default, Args)]
pub struct Reading {
    /// Of files with several volumes (4-D) take volume K, counted from 0
    #[arg(long, value_name = "K")]
    pub volume: Option<usize>,
    /// Of folders with several DICOM series take this one: SeriesInstanceUID or SeriesNumber
    #[arg(long, value_name = "SERIES")]
    pub series: Option<String>,
    /// Read PET in Bq/ml where SUV can't be computed
    #[arg(long)]
    pub raw_bq: bool,
}

impl Reading {
    /// What the readers want to know.
    pub fn options(&self) -> Options {
        Options {
            volume: self.volume,
            channel: None,
            series: self.series.clone(),
            raw_bq: self.raw_bq,
        }
    }

    /// The options that were typed, as run.toml names them.
    pub fn typed(&self) -> Vec<(&'static str, toml::Value)> {
        let volume = self.volume.and_then(|k| i64::try_from(k).ok());
        let raw = self.raw_bq.then_some(true);
        [
            ("volume", volume.map(Into::into)),
            ("series", self.series.clone().map(Into::into)),
            ("raw_bq", raw.map(Into::into)),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
    }
}

/// Which regions are wanted: names before labels; with neither the label of
/// the settings, or the only named region.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Names, numbers or patterns of named regions.
    pub rois: &'a [String],
    /// Labels, or numbers of named regions.
    pub labels: &'a [u32],
    /// Label where neither is given.
    pub label: u32,
}

/// One region on the image's grid.
pub struct Target {
    /// What it was asked for by: a label, or a name.
    pub name: String,
    /// The label that it has in `mask`.
    pub label: u32,
    /// Where it is.
    pub mask: Arc<Volume>,
}

impl Target {
    /// What names its columns where there are several: `label2`, or the name
    /// with hyphens for all but letters, digits and full stops.
    pub fn column(name: &str) -> String {
        if name.chars().all(|c| c.is_ascii_digit()) {
            return format!("label{name}");
        }
        let keep = |c: char| {
            if c.is_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        };
        name.chars().map(keep).collect()
    }
}

/// The regions of a mask that are wanted, in that order, on an image's grid;
/// and what was odd about the file, a sentence each.
///
/// # Errors
/// A region that isn't there, names where the mask has labels only, no choice
/// where there are several; a mask that doesn't fit the image.
pub fn targets(
    mask: &Mask,
    image: &Geometry,
    wanted: Wanted,
    tolerance: f64,
) -> Result<(Vec<Target>, Vec<String>)> {
    let mut warnings = Vec::new();
    let mut on_image = |chosen: &[usize]| {
        let (mask, odd) = mask.on_with_warnings(chosen, image, tolerance)?;
        for warning in odd {
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        anyhow::Ok(Arc::new(mask))
    };
    let Wanted {
        rois,
        labels,
        label,
    } = wanted;
    if let Mask::Labels(_) = mask {
        if let Some(name) = rois.first() {
            bail!(
                "the mask has labels and no names, so `{name}` can't be found in it: choose by \
                 label"
            );
        }
        let volume = on_image(&[])?;
        let labels = if labels.is_empty() { &[label] } else { labels };
        let target = |&label: &u32| Target {
            name: label.to_string(),
            label,
            mask: Arc::clone(&volume),
        };
        return Ok((labels.iter().map(target).collect(), warnings));
    }
    let numbers: Vec<String> = labels.iter().map(u32::to_string).collect();
    let names = if rois.is_empty() { &numbers } else { rois };
    if names.is_empty() {
        let regions = mask.regions();
        let [only] = &regions[..] else {
            let listed = regions.iter().map(|r| format!("{} `{}`", r.number, r.name));
            bail!(
                "the mask has {} regions ({}): choose by --roi, or by a column `roi` in --cases",
                regions.len(),
                listed.collect::<Vec<_>>().join(", ")
            );
        };
        let target = Target {
            name: only.name.clone(),
            label: 1,
            mask: on_image(&[0])?,
        };
        return Ok((vec![target], warnings));
    }
    let target = |name: &String| {
        let chosen = mask.choose(name)?;
        if chosen.len() > 1 {
            let all = mask.regions();
            let joined: Vec<&str> = chosen.iter().map(|&i| all[i].name.as_str()).collect();
            tracing::info!("`{name}` joins {}", joined.join(", "));
        }
        Ok(Target {
            name: name.clone(),
            label: 1,
            mask: on_image(&chosen)?,
        })
    };
    let targets = names.iter().map(target).collect::<Result<_>>()?;
    Ok((targets, warnings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_plain_names() {
        assert_eq!(Target::column("2"), "label2");
        assert_eq!(Target::column("GTV p_1"), "GTV-p-1");
        assert_eq!(Target::column("Node*"), "Node-");
    }
}
