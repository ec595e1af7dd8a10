//! MR intensities on a common scale before features are taken.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, ValueEnum};
use pipeline::manifest::{self, Case};
use pipeline::provenance::Run;
use pipeline::{batch, output, provenance};
use radiomics::io::{self, Options};
use radiomics::standardise::{Method, N4, Nyul, NyulLandmarks, Sequence, n4, nyul};
use radiomics::{Error, Protocol, Volume, align};

use crate::context::is_stdout;

/// What is written beside the table where landmarks are learnt.
pub const SIDE_FILE: &str = "landmarks.json";

/// How far brain mask and image grid may differ, as PyRadiomics has it.
const TOLERANCE: f64 = 1e-6;

/// Fewer training images than this are remarked on.
const FEW: usize = 10;

/// Options of the scale.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "MR intensities")]
pub struct Standardise {
    /// Bring MR intensities on a common scale first
    #[arg(long, value_name = "METHOD")]
    pub standardise: Option<Way>,
    /// Sequence of the images whose row names none (T1, T2, FLAIR, PD)
    #[arg(long, value_name = "NAME", requires = "standardise")]
    pub standardise_sequence: Option<String>,
    /// Landmarks of an earlier run for nyul; else they are learnt from the training rows
    #[arg(long, value_name = "FILE", requires = "standardise")]
    pub landmarks: Option<PathBuf>,
    /// Value of --cases' column cohort in the rows that landmarks are learnt from
    #[arg(long, value_name = "VALUE", default_value = "train")]
    pub train_value: String,
    /// Mask of the brain or body that the scale is measured in [default: what is brighter than
    /// the image's mean]
    #[arg(long, value_name = "FILE", conflicts_with = "cases")]
    pub brain_mask: Option<PathBuf>,
    /// Divide by the bias field first (N4), estimated on every SHRINK-th voxel along each axis
    /// [default SHRINK: 4]
    #[arg(
        long,
        value_name = "SHRINK",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "4"
    )]
    pub n4: Option<usize>,
}

/// How intensities are brought on a common scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// In standard deviations from the mean
    Zscore,
    /// On the scale of normal-appearing white matter
    WhiteStripe,
    /// By the mean histogram of the training images
    Nyul,
}

impl Way {
    /// Name in run.toml.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zscore => "zscore",
            Self::WhiteStripe => "white_stripe",
            Self::Nyul => "nyul",
        }
    }

    /// Grey levels wider than this are few on the new scale.
    fn widest_level(self) -> f64 {
        match self {
            Self::Zscore => 0.5,
            Self::WhiteStripe | Self::Nyul => 5.0,
        }
    }
}

/// What is done to the image of each case.
#[derive(Debug, Default)]
pub struct Plan {
    n4: Option<N4>,
    way: Option<Way>,
    /// Of cases that name none.
    sequence: String,
    landmarks: BTreeMap<String, NyulLandmarks>,
    learnt: bool,
    /// Remarks for run.toml.
    pub notes: Vec<String>,
}

/// Settles the scale of every case; landmarks are read from their file, or
/// learnt from the images of the training rows alone, each sequence for itself.
///
/// # Errors
/// A sequence that WhiteStripe doesn't know or nobody names; settings that
/// normalise as well; landmarks that are no landmarks, lack a sequence, or
/// can't be learnt: no training row, a training image that can't be measured.
pub fn plan(
    args: &Standardise,
    protocol: &Protocol,
    cases: &[Case],
    options: &Options,
    out: &Path,
    threads: usize,
) -> Result<Plan> {
    let n4 = args.n4.map(|shrink| N4 {
        shrink,
        ..N4::default()
    });
    n4.iter().try_for_each(N4::validate)?;
    let Some(way) = args.standardise else {
        if args.brain_mask.is_some() && n4.is_none() {
            bail!("--brain-mask goes with --standardise or --n4");
        }
        return Ok(Plan {
            n4,
            ..Plan::default()
        });
    };
    let mut plan = Plan {
        n4,
        way: Some(way),
        sequence: args.standardise_sequence.clone().unwrap_or_default(),
        ..Plan::default()
    };
    if matches!(protocol, Protocol::PyRadiomics(settings) if settings.normalize) {
        bail!("--standardise and normalize of the settings are two scales: choose one");
    }
    plan.notes.extend(wide_levels(way, protocol));
    match (way, &args.landmarks) {
        (Way::Nyul, Some(path)) => {
            let text = super::super::read_text(path)?;
            plan.landmarks = nyul::from_json(&text).with_context(|| path.display().to_string())?;
        }
        (Way::Nyul, None) if is_stdout(out) => {
            bail!("--standardise nyul writes its landmarks beside --out: name a file")
        }
        (Way::Nyul, None) => plan.learn(args, cases, options, threads)?,
        (_, Some(_)) => bail!("--landmarks goes with --standardise nyul"),
        (_, None) => {}
    }
    for case in cases {
        plan.method(case)
            .map_err(|problem| anyhow!("{}: {problem}", super::case_name(case)))?;
    }
    for note in &plan.notes {
        tracing::warn!("{note}");
    }
    Ok(plan)
}

impl Plan {
    /// The image on its scale; measure a body mask on the image before.
    ///
    /// # Errors
    /// A brain mask that can't be read; an image that the method finds no scale
    /// in.
    pub fn apply(&self, case: &Case, image: Volume, options: &Options) -> Result<Volume, Error> {
        let method = self.method(case).map_err(Error::NotNormalisable)?;
        if self.n4.is_none() && method == Method::None {
            return Ok(image);
        }
        let brain = brain(case, &image, options)?;
        let image = self.even(image, brain.as_ref())?;
        method.apply(&image, brain.as_ref())
    }

    fn even(&self, image: Volume, brain: Option<&Volume>) -> Result<Volume, Error> {
        match &self.n4 {
            Some(settings) => n4::correct(&image, brain, settings),
            None => Ok(image),
        }
    }

    /// Whether intensities are brought on a scale.
    pub fn standardises(&self) -> bool {
        self.way.is_some()
    }

    /// Writes the landmarks that were learnt beside the table; removes those
    /// of an earlier run otherwise.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, out: &Path) -> Result<()> {
        let path = provenance::beside(out, SIDE_FILE);
        if self.learnt {
            let text = nyul::to_json(&self.landmarks)?;
            let fill = |to: &mut dyn std::io::Write| {
                to.write_all(text.as_bytes())
                    .map_err(pipeline::Error::io(&path))
            };
            output::write_file(&path, &[], fill)?;
        } else if std::fs::read_to_string(&path).is_ok_and(|text| nyul::from_json(&text).is_ok()) {
            std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
        Ok(())
    }

    fn method(&self, case: &Case) -> Result<Method, String> {
        let sequence = self.sequence_of(case);
        match self.way {
            None => Ok(Method::None),
            Some(Way::Zscore) => Ok(Method::ZScore),
            Some(Way::WhiteStripe) => match Sequence::from_name(sequence) {
                Some(sequence) => Ok(Method::WhiteStripe { sequence }),
                None => Err(format!(
                    "sequence `{sequence}` is none that WhiteStripe knows (T1, T2, FLAIR, PD); \
                     name it with --standardise-sequence or in the column `sequence`"
                )),
            },
            Some(Way::Nyul) => match self.landmarks.get(sequence) {
                Some(landmarks) => Ok(Method::Nyul(landmarks.clone())),
                None => Err(format!(
                    "there are landmarks for the sequences {} and not for `{sequence}`; learn \
                     them from training images of that sequence, or name it with \
                     --standardise-sequence",
                    quoted(self.landmarks.keys())
                )),
            },
        }
    }

    fn sequence_of<'a>(&'a self, case: &'a Case) -> &'a str {
        if case.sequence.is_empty() {
            &self.sequence
        } else {
            &case.sequence
        }
    }

    fn learn(
        &mut self,
        args: &Standardise,
        cases: &[Case],
        options: &Options,
        threads: usize,
    ) -> Result<()> {
        if args.cases_are_one_image(cases) {
            bail!("one image has no training cohort: give its --landmarks");
        }
        let training = manifest::training(cases, &args.train_value).map_err(anyhow::Error::msg)?;
        if cases.iter().all(|case| case.cohort.is_none()) {
            self.notes.push(
                "landmarks were learnt from all rows, as no column `cohort` names training \
                 rows: test patients must not be among them"
                    .to_owned(),
            );
        }
        let scheme = Nyul::default();
        let measure = |case: &&Case| {
            let image = io::load(&case.image, options)?.volume;
            let brain = brain(case, &image, options)?;
            let image = self.even(image, brain.as_ref())?;
            scheme.measure(&image, brain.as_ref())
        };
        let measured = batch::run(&training, threads, &|_| {}, &measure);
        let mut by_sequence: BTreeMap<String, Vec<Vec<f64>>> = BTreeMap::new();
        for (case, done) in training.iter().zip(measured) {
            let percentiles = done.outcome.map_err(|problem| {
                anyhow!(
                    "{}: landmarks can't be learnt: {problem}; repair it or take the row out of \
                     the training cohort",
                    super::case_name(case)
                )
            })?;
            let sequence = self.sequence_of(case).to_owned();
            by_sequence.entry(sequence).or_default().push(percentiles);
        }
        for (sequence, images) in by_sequence {
            if images.len() < FEW {
                self.notes.push(format!(
                    "landmarks of sequence `{sequence}` were learnt from {} images only",
                    images.len()
                ));
            }
            let learnt = scheme.fit(&images)?;
            self.landmarks.insert(sequence, learnt);
        }
        self.learnt = true;
        Ok(())
    }
}

impl Standardise {
    /// Notes the options in run.toml.
    pub fn record(&self, run: &mut Run) {
        if let Some(shrink) = self.n4 {
            run.set(
                "n4_shrink",
                i64::try_from(shrink).unwrap_or(i64::MAX),
                "flag",
            );
        }
        let Some(way) = self.standardise else { return };
        run.set("standardise", way.name(), "flag");
        if let Some(sequence) = &self.standardise_sequence {
            run.set("standardise_sequence", sequence.clone(), "flag");
        }
        if way == Way::Nyul && self.landmarks.is_none() {
            let typed = self.train_value != "train";
            let source = if typed { "flag" } else { "default" };
            run.set("train_value", self.train_value.clone(), source);
        }
    }

    fn cases_are_one_image(&self, cases: &[Case]) -> bool {
        self.brain_mask.is_some() || matches!(cases, [case] if case.cohort.is_none())
    }
}

/// The brain mask on the image's grid.
fn brain(case: &Case, image: &Volume, options: &Options) -> Result<Option<Volume>, Error> {
    let Some(path) = &case.brain_mask else {
        return Ok(None);
    };
    let mask = io::load(path, options)?.volume;
    let mask = align::reoriented(&mask, image.geometry(), TOLERANCE)?;
    Ok(Some(mask.into_owned()))
}

fn wide_levels(way: Way, protocol: &Protocol) -> Option<String> {
    let width = match protocol {
        Protocol::PyRadiomics(settings) if settings.bin_count.is_some() => None,
        Protocol::PyRadiomics(settings) => Some(settings.bin_width),
        Protocol::Ibsi(settings) => settings.bin_width,
    };
    width
        .filter(|&width| width > way.widest_level())
        .map(|width| {
            format!(
                "grey levels are {width} wide, which leaves few of them on the scale of {}; set \
             --bin-count, or a --bin-width of at most {}",
                way.name(),
                way.widest_level()
            )
        })
}

fn quoted<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
