//! Whose definitions are followed, and where each setting came from.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use radiomics::discretise::Binning;
use radiomics::{Protocol, ibsi, pyradiomics};
use serde::Serialize;

/// Source of what a settings file says.
const FILE: &str = "settings file";

/// Whose definitions are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// PyRadiomics: its names, bin edges, resampling and special values
    #[default]
    Pyradiomics,
    /// IBSI 1: its tags and all aggregations in space
    Ibsi,
    /// IBSI's configuration A: 2D, no resampling, -500 to 400 HU, 25 HU a level
    IbsiA,
    /// B: 2D, 2 mm in the plane, -500 to 400 HU, 32 levels
    IbsiB,
    /// C: 3D, 2 mm, trilinear, -1000 to 400 HU, 25 HU a level
    IbsiC,
    /// D: 3D, 2 mm, trilinear, 3 sigma, 32 levels
    IbsiD,
    /// E: 3D, 2 mm, tricubic spline, -1000 to 400 HU and 3 sigma, 32 levels
    IbsiE,
    /// IBSI 2's configuration A: response maps of its filters, by slice
    Ibsi2A,
    /// IBSI 2's configuration B: response maps of its filters in space, 1 mm
    Ibsi2B,
}

impl Preset {
    /// The preset of a name.
    ///
    /// # Errors
    /// The names there are.
    pub fn from_name(name: &str) -> Result<Self> {
        let all = Self::value_variants();
        let found = all.iter().copied().find(|preset| preset.name() == name);
        found.with_context(|| {
            let names: Vec<&str> = all.iter().map(|preset| preset.name()).collect();
            format!("`{name}` is none of {}", names.join(", "))
        })
    }

    /// Name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pyradiomics => "pyradiomics",
            Self::Ibsi => "ibsi",
            Self::IbsiA => "ibsi-a",
            Self::IbsiB => "ibsi-b",
            Self::IbsiC => "ibsi-c",
            Self::IbsiD => "ibsi-d",
            Self::IbsiE => "ibsi-e",
            Self::Ibsi2A => "ibsi2-a",
            Self::Ibsi2B => "ibsi2-b",
        }
    }
}

/// Settings of a run.
pub struct Resolved {
    /// What is followed.
    pub protocol: Protocol,
    /// Labels asked for by flag; empty for the settings' own.
    pub labels: Vec<u32>,
    /// Keys that are no defaults, and who set them.
    pub explicit: BTreeMap<String, &'static str>,
    /// What was read and has no effect.
    pub notes: Vec<String>,
}

/// What the flags say.
#[derive(Debug, Default)]
pub struct Flags<'a> {
    /// `--settings`.
    pub settings: Option<&'a Path>,
    /// `--label`.
    pub labels: &'a [u32],
    /// `--bin-width`.
    pub bin_width: Option<f64>,
    /// `--bin-count`.
    pub bin_count: Option<usize>,
    /// `--crop-filters`.
    pub crop_filters: bool,
}

/// Joins preset, settings file and flags.
///
/// # Errors
/// A settings file that can't be read or is of another preset; a value out of
/// range.
pub fn resolve(preset: Preset, flags: &Flags) -> Result<Resolved> {
    let mut resolved = match preset {
        Preset::Pyradiomics => follow_pyradiomics(flags.settings)?,
        preset => follow_ibsi(preset, flags.settings)?,
    };
    let Resolved {
        protocol, explicit, ..
    } = &mut resolved;
    let binning = [
        (
            "bin_width",
            "bin_count",
            flags.bin_width.map(Binning::Width),
        ),
        (
            "bin_count",
            "bin_width",
            flags.bin_count.map(Binning::Count),
        ),
    ];
    for (key, other, binning) in binning {
        let Some(binning) = binning else { continue };
        if explicit.get(other) == Some(&FILE) {
            let flag = key.replace('_', "-");
            bail!("--{flag} and {other} of the settings file exclude each other");
        }
        protocol.set_binning(binning);
        explicit.remove(other);
        explicit.insert(key.to_owned(), "flag");
    }
    if let [first, ..] = flags.labels {
        protocol.set_label(*first);
        explicit.insert("label".into(), "flag");
    }
    if flags.crop_filters {
        let Protocol::PyRadiomics(settings) = protocol else {
            bail!("--crop-filters goes with PyRadiomics' image types: leave --preset out");
        };
        settings.crop_filters = true;
        explicit.insert("crop_filters".into(), "flag");
    }
    protocol.validate()?;
    resolved.labels = flags.labels.to_vec();
    Ok(resolved)
}

/// A TOML of our own, or a parameter file of PyRadiomics as it is.
fn follow_pyradiomics(file: Option<&Path>) -> Result<Resolved> {
    let mut settings = pyradiomics::Settings::default();
    let (mut explicit, mut notes) = (BTreeMap::new(), Vec::new());
    if let Some(path) = file {
        let text = super::super::read_text(path)?;
        let name = || path.display().to_string();
        if is_parameter_file(path) {
            (settings, notes) =
                pyradiomics::Settings::from_pyradiomics_yaml(&text).with_context(name)?;
            let default = pyradiomics::Settings::default();
            explicit = differing(&settings, &default, FILE)?;
        } else {
            settings = pyradiomics::Settings::from_toml(&text).with_context(name)?;
            explicit = super::super::keys(&text);
        }
    }
    Ok(Resolved {
        protocol: Protocol::PyRadiomics(settings),
        labels: Vec::new(),
        explicit,
        notes,
    })
}

/// The settings file of IBSI stands over the named configuration.
fn follow_ibsi(preset: Preset, file: Option<&Path>) -> Result<Resolved> {
    let default = ibsi::Settings::default();
    let named = ibsi::Settings::named(preset.name()).unwrap_or_else(|| default.clone());
    let mut explicit = differing(&named, &default, "preset")?;
    let mut settings = named;
    if let Some(path) = file {
        if is_parameter_file(path) {
            bail!(
                "{}: a parameter file of PyRadiomics goes with --preset pyradiomics",
                path.display()
            );
        }
        let text = super::super::read_text(path)?;
        settings = settings
            .with_toml(&text)
            .with_context(|| path.display().to_string())?;
        explicit.extend(super::super::keys(&text));
    }
    Ok(Resolved {
        protocol: Protocol::Ibsi(settings),
        labels: Vec::new(),
        explicit,
        notes: Vec::new(),
    })
}

fn is_parameter_file(path: &Path) -> bool {
    let known = |ending: &std::ffi::OsStr| {
        ["yaml", "yml", "json"]
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    };
    path.extension().is_some_and(known)
}

/// The keys in which settings differ from their base.
fn differing<T: Serialize>(
    settings: &T,
    base: &T,
    source: &'static str,
) -> Result<BTreeMap<String, &'static str>> {
    let base = toml::Table::try_from(base)?;
    Ok(toml::Table::try_from(settings)?
        .into_iter()
        .filter(|(key, value)| base.get(key) != Some(value))
        .map(|(key, _)| (key, source))
        .collect())
}
