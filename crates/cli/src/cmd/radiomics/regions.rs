//! What is done with one case: its labels, their rings, their perturbations.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::path::Path;

use super::super::targets::{Target, Wanted, targets};
use super::maps::Maps;
use super::standardise::Plan;
use anyhow::Result;
use pipeline::manifest::Case;
use radiomics::io::{self, Modality, Options};
use radiomics::perturb::noise::estimate;
use radiomics::perturb::{self, Named, Noise, Perturbation};
use radiomics::standardise::{Sequence, advice};
use radiomics::{Error, Extraction, Protocol, Volume, align, body, ring};

/// What all cases share.
pub struct Job<'a> {
    /// Settings of the extraction.
    pub protocol: &'a Protocol,
    /// How files are read.
    pub options: &'a Options,
    /// The scale of MR intensities.
    pub scale: &'a Plan,
    /// Labels of cases whose row names none; empty for the settings' own.
    pub labels: &'a [u32],
    /// Names of regions of cases whose row has none.
    pub rois: &'a [String],
    /// Widths of peritumoural rings in mm.
    pub rings_mm: &'a [f64],
    /// Intensity above which the image shows the body.
    pub body_above: Option<f64>,
    /// Perturbations, each a table of its own after the unperturbed one.
    pub perturbations: &'a [Named],
    /// Where voxel-wise maps go.
    pub maps: Option<&'a Maps>,
    /// Seed of noise and contours.
    pub seed: u64,
    /// Whether any case has several regions: then all columns name theirs.
    pub name_regions: bool,
}

/// The features of one region.
pub struct Part {
    /// 0 for the images as they are, n for the n-th perturbation.
    pub variant: usize,
    /// What stands before the names of the features, `_` included.
    pub prefix: String,
    /// The features, or why there are none.
    pub outcome: Result<Extraction, String>,
}

/// What a case gave.
pub struct Measured {
    /// Its regions.
    pub parts: Vec<Part>,
    /// What was odd about its files.
    pub warnings: Vec<String>,
}

impl Job<'_> {
    /// The regions of a case that are wanted: what its row says, else what the
    /// flags say.
    fn wanted<'b>(&'b self, case: &'b Case) -> Wanted<'b> {
        let label = self.protocol.label();
        let (rois, labels) = if case.rois.is_empty() && case.labels.is_empty() {
            (self.rois, self.labels)
        } else {
            (&case.rois[..], &case.labels[..])
        };
        Wanted {
            rois,
            labels,
            label,
        }
    }

    /// Extracts every region of a case.
    ///
    /// # Errors
    /// Files that can't be read, a region that isn't there. A region that fails
    /// is a [`Part`].
    pub fn run(&self, case: &Case) -> Result<Measured> {
        let loaded = io::load(&case.image, self.options)?;
        let image = loaded.volume;
        let mask = io::read_mask(&case.mask, &self.protocol.mask_options(self.options))?;
        let tolerance = self.protocol.geometry_tolerance();
        let (targets, odd) = targets(&mask, image.geometry(), self.wanted(case), tolerance)?;
        let body = self.body(case, &image)?;
        let mut warnings = loaded.warnings;
        warnings.extend(odd);
        warnings.extend(advice(
            self.modality(case, loaded.modality),
            self.normalises(),
        ));
        let image = self.scale.apply(case, image, self.options)?;
        let (mut parts, mut failed): (Vec<Part>, _) = (Vec::new(), Vec::new());
        let mut undefined_voxels = Vec::new();
        // A part of the image, as a turned one is, has another mean.
        let perturbed = if self.perturbations.is_empty() {
            (Cow::Borrowed(&image), self.protocol.clone())
        } else {
            self.protocol.normalised(&image)?
        };
        let noise = OnceCell::new();
        let noise = || match noise.get() {
            Some(&level) => Ok(level),
            None => estimate(&perturbed.0).map(|level| *noise.get_or_init(|| level)),
        };
        for target in &targets {
            let (label, given) = (target.label, &*target.mask);
            let mask = given;
            let prefix = self.prefix(case, target);
            let mut add = |variant, image: &Volume, mask: &Volume| {
                // What is perturbed has been normalised.
                let protocol = if variant == 0 {
                    self.protocol
                } else {
                    &perturbed.1
                };
                let protocol = protocol.with_label(label);
                let bounds = |width| bounds(given, label, width, body.as_ref(), mask);
                let regions = self.regions(&prefix, protocol, image, mask, &bounds);
                parts.extend(regions.into_iter().map(|(prefix, outcome)| Part {
                    variant,
                    prefix,
                    outcome: outcome.map_err(|error| error.to_string()),
                }));
            };
            add(0, &image, mask);
            if let Some(maps) = self.maps {
                let name = map_name(case, &prefix);
                let protocol = self.protocol.with_label(label);
                match maps.write(&protocol, &image, mask, &name) {
                    Ok(undefined) => undefined_voxels.push((prefix.clone(), undefined)),
                    Err(error) => failed.push(Part {
                        variant: 0,
                        prefix: prefix.clone(),
                        outcome: Err(format!("maps: {error}")),
                    }),
                }
            }
            for (variant, Named { name, perturbation }) in (1..).zip(self.perturbations) {
                let index = index(case, &target.name, name);
                let apply = |perturbation: Perturbation| {
                    let (image, seed) = (&perturbed.0, self.seed);
                    perturb::apply(image, mask, label, &perturbation, seed, index)
                };
                match with_level(*perturbation, noise).and_then(apply) {
                    Ok((image, mask)) => add(variant, &image, &mask),
                    Err(error) => failed.push(Part {
                        variant,
                        prefix: prefix.clone(),
                        outcome: Err(error.to_string()),
                    }),
                }
            }
        }
        for (prefix, maps) in undefined_voxels {
            let of_maps = |part: &&mut Part| part.variant == 0 && part.prefix == prefix;
            if let Some(Ok(extraction)) = parts.iter_mut().find(of_maps).map(|p| &mut p.outcome) {
                extraction
                    .notes
                    .extend(maps.into_iter().map(|(map, voxels)| {
                        let reason =
                            format!("undefined at {voxels} voxels of the map, which hold NaN");
                        (map, reason)
                    }));
            }
        }
        parts.extend(failed);
        Ok(Measured { parts, warnings })
    }

    /// The label's own region and its rings, by prefix.
    fn regions<'b>(
        &self,
        prefix: &str,
        protocol: Protocol,
        image: &Volume,
        mask: &Volume,
        bounds: &dyn Fn(f64) -> Result<Option<Cow<'b, Volume>>, Error>,
    ) -> Vec<(String, Result<Extraction, Error>)> {
        let label = protocol.label();
        let own = protocol.extract(image, mask);
        let of_ring = protocol.with_label(1);
        let rings = self.rings_mm.iter().map(|&width| {
            let ring =
                bounds(width).and_then(|bounds| ring::ring(mask, label, width, bounds.as_deref()));
            let outcome = ring.and_then(|ring| of_ring.extract(image, &ring));
            (format!("{prefix}ring{width}mm_"), outcome)
        });
        let rings: Vec<_> = rings.collect();
        [(prefix.to_owned(), own)]
            .into_iter()
            .chain(rings)
            .collect()
    }

    /// What made the image; a sequence's name tells of MR where the file
    /// doesn't.
    fn modality(&self, case: &Case, of_file: Modality) -> Modality {
        match of_file {
            Modality::Unknown if Sequence::from_name(&case.sequence).is_some() => Modality::Mr,
            told => told,
        }
    }

    fn normalises(&self) -> bool {
        let by_settings = match self.protocol {
            Protocol::PyRadiomics(settings) => settings.normalize,
            Protocol::Ibsi(_) => false,
        };
        by_settings || self.scale.standardises()
    }

    fn body(&self, case: &Case, image: &Volume) -> Result<Option<Volume>, Error> {
        if self.rings_mm.is_empty() {
            return Ok(None);
        }
        if let Some(path) = &case.body_mask {
            let body = io::load(path, self.options)?.volume;
            let tolerance = self.protocol.geometry_tolerance();
            let body = align::reoriented(&body, image.geometry(), tolerance)?;
            return Ok(Some(body.into_owned()));
        }
        self.body_above
            .map(|threshold| body::body_above(image, threshold))
            .transpose()
    }

    fn prefix(&self, case: &Case, target: &Target) -> String {
        let mut prefix = String::new();
        if !case.sequence.is_empty() {
            prefix += &format!("{}_", case.sequence);
        }
        if self.name_regions {
            prefix += &format!("{}_", Target::column(&target.name));
        }
        prefix
    }
}

/// What bounds the rings of a mask: the body, brought to where a perturbation
/// has moved the mask, which then has lost the other labels.
fn bounds<'b>(
    given: &Volume,
    label: u32,
    width_mm: f64,
    body: Option<&'b Volume>,
    moved: &Volume,
) -> Result<Option<Cow<'b, Volume>>, Error> {
    if std::ptr::eq(given, moved) {
        return Ok(body.map(Cow::Borrowed));
    }
    ring::bounds(given, label, width_mm, body, moved.geometry())
        .map(|bounds| Some(Cow::Owned(bounds)))
}

/// The perturbation with the image's own noise as a number, so that it is
/// estimated once.
fn with_level(
    perturbation: Perturbation,
    estimated: impl Fn() -> Result<f64, Error>,
) -> Result<Perturbation, Error> {
    let noise = match perturbation.noise {
        Some(Noise::Estimated) => Some(Noise::Level(estimated()?)),
        given => given,
    };
    Ok(Perturbation {
        noise,
        ..perturbation
    })
}

/// Which random numbers a perturbation draws: the same for a patient in every
/// batch, others for every patient.
fn index(case: &Case, region: &str, perturbation: &str) -> u64 {
    let Case {
        patient_id,
        sequence,
        ..
    } = case;
    let text = format!("{patient_id}\n{sequence}\n{region}\n{perturbation}");
    let digits = &pipeline::hash::of_text(&text)[..16];
    u64::from_str_radix(digits, 16).unwrap_or_default()
}

/// Beginning of the names of a region's maps.
fn map_name(case: &Case, prefix: &str) -> String {
    let prefix = prefix.trim_end_matches('_');
    if prefix.is_empty() {
        case.patient_id.clone()
    } else {
        format!("{}_{prefix}", case.patient_id)
    }
}

/// The files of a case, by role.
pub fn files(case: &Case) -> Vec<(&'static str, &Path)> {
    let mut files = vec![
        ("image", case.image.as_path()),
        ("mask", case.mask.as_path()),
    ];
    files.extend(case.body_mask.as_deref().map(|path| ("body_mask", path)));
    files.extend(case.brain_mask.as_deref().map(|path| ("brain_mask", path)));
    files
}
