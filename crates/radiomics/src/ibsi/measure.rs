//! The features of one image, by family.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::ops::RangeInclusive;

use super::discretise::discretise;
use super::prepare::Prepared;
use super::{Family, Settings};
use crate::discretise::{Binning, GreyLevels};
use crate::extraction::Extraction;
use crate::features::order::ascending;
use crate::features::{
    Definition, firstorder, glcm, gldzm, glrlm, glszm, intensity_histogram, intensity_volume,
    local_intensity, morphology, ngldm, ngtdm,
};
use crate::matrices::{Aggregation, Dimension, LevelGrid};
use crate::{Error, Volume};

/// Grey levels within which texture is usually measured.
const USUAL_LEVELS: RangeInclusive<u32> = 16..=128;

/// The families of grey levels; all but the first of neighbours.
const OF_LEVELS: [Family; 7] = [
    Family::IntensityHistogram,
    Family::Glcm,
    Family::Glrlm,
    Family::Glszm,
    Family::Gldzm,
    Family::Ngtdm,
    Family::Ngldm,
];

/// An image to measure: the case's own, or a response map.
pub(super) struct Measured<'a> {
    /// What stands before the tags.
    pub prefix: String,
    pub image: &'a Volume,
    /// Those of the intensity mask.
    pub intensities: Cow<'a, [f64]>,
    pub families: Vec<Family>,
    pub binning: Binning,
    /// Known ends of the intensities.
    pub range: [Option<f64>; 2],
}

/// The features of one image.
pub(super) struct Output<'a> {
    measured: &'a Measured<'a>,
    prepared: &'a Prepared<'a>,
    settings: &'a Settings,
    found: Extraction,
}

impl<'a> Output<'a> {
    pub fn of(
        measured: &'a Measured<'a>,
        prepared: &'a Prepared<'a>,
        settings: &'a Settings,
    ) -> Self {
        Self {
            measured,
            prepared,
            settings,
            found: Extraction::default(),
        }
    }

    /// Measures, and adds what there is to an extraction.
    pub fn add_to(mut self, extraction: &mut Extraction) -> Result<(), Error> {
        self.add_form()?;
        let Measured {
            intensities,
            binning,
            range,
            ..
        } = self.measured;
        let grey = if OF_LEVELS.into_iter().any(|family| self.wants(family)) {
            Some(discretise(intensities, *binning, range[0])?)
        } else {
            None
        };
        self.add_intensities(grey.as_ref())?;
        if let Some(grey) = grey {
            self.warn_of_levels(&grey);
            if OF_LEVELS[1..].iter().any(|&family| self.wants(family)) {
                let grid = LevelGrid::new(&self.prepared.intensity, &grey, 1)?;
                self.add_textures(&grid);
            }
        }
        extraction.features.extend(self.found.features);
        extraction.notes.extend(self.found.notes);
        extraction.warnings.extend(self.found.warnings);
        Ok(())
    }

    /// Texture wants neither too few levels nor too many.
    fn warn_of_levels(&mut self, grey: &GreyLevels) {
        let ends = [grey.present.first(), grey.present.last()];
        let [Some(lowest), Some(highest)] = ends else {
            return;
        };
        let levels = highest - lowest + 1;
        if USUAL_LEVELS.contains(&levels) {
            return;
        }
        let name = self.measured.prefix.trim_end_matches('_');
        let name = if name.is_empty() { "unfiltered" } else { name };
        let least = USUAL_LEVELS.start();
        let (what, change) = if levels < *least {
            (
                format!("fewer than {least}"),
                "lower bin_width or raise bin_count",
            )
        } else {
            let most = USUAL_LEVELS.end();
            (
                format!("more than {most}"),
                "raise bin_width or lower bin_count",
            )
        };
        let levels = match levels {
            1 => "1 grey level".to_owned(),
            levels => format!("{levels} grey levels"),
        };
        self.found.warnings.push((
            name.to_owned(),
            format!("{levels} from the least to the greatest intensity, {what}; {change}"),
        ));
    }

    fn add_form(&mut self) -> Result<(), Error> {
        let (image, intensity) = (self.measured.image, &self.prepared.intensity);
        if self.wants(Family::Morphology) {
            use morphology::{FEATURES, UNDEFINED, ibsi};
            let values = ibsi(&self.prepared.morphology, intensity, image)?;
            self.add(&FEATURES, &values, "", UNDEFINED);
        }
        if self.wants(Family::LocalIntensity) {
            use local_intensity::{FEATURES, UNDEFINED, ibsi};
            self.add(&FEATURES, &ibsi(intensity, image)?, "", UNDEFINED);
        }
        Ok(())
    }

    fn add_intensities(&mut self, grey: Option<&GreyLevels>) -> Result<(), Error> {
        let measured = self.measured;
        let ascending = LazyCell::new(|| ascending(&measured.intensities));
        if self.wants(Family::Statistics) {
            use firstorder::{FEATURES, FirstOrder, UNDEFINED};
            let measures = FirstOrder::of_ascending(ascending.clone(), 0.0);
            self.add(&FEATURES, &values(&FEATURES, &measures), "", UNDEFINED);
        }
        if let Some(grey) = grey.filter(|_| self.wants(Family::IntensityHistogram)) {
            use intensity_histogram::{FEATURES, Histogram, UNDEFINED};
            let measures = Histogram::of(grey);
            self.add(&FEATURES, &values(&FEATURES, &measures), "", UNDEFINED);
        }
        if self.wants(Family::IntensityVolume) {
            use intensity_volume::{FEATURES, IntensityVolume, UNDEFINED};
            let (range, levels) = (measured.range, self.settings.ivh_levels());
            let measures = IntensityVolume::of(&ascending, range, levels)?;
            self.add(&FEATURES, &values(&FEATURES, &measures), "", UNDEFINED);
        }
        Ok(())
    }

    fn add_textures(&mut self, grid: &LevelGrid) {
        let prepared = self.prepared;
        let all = [Dimension::D2, Dimension::D25, Dimension::D3];
        let dimensions = all
            .into_iter()
            .filter(|d| self.settings.dimensions.contains(d));
        let dimensions: Vec<_> = dimensions.map(|d| (d, d.suffix())).collect();
        let ways = dimensions.iter().flat_map(|&(d, _)| Aggregation::of(d));
        let ways: Vec<_> = ways.map(|way| (way, way.suffix())).collect();

        let of = |way| glcm::ibsi(grid, way);
        self.add_each(Family::Glcm, &glcm::FEATURES, &ways, of, glcm::UNDEFINED);
        let of = |way| glrlm::ibsi(grid, way);
        self.add_each(Family::Glrlm, &glrlm::FEATURES, &ways, of, glrlm::UNDEFINED);
        let of = |d| glszm::ibsi(grid, d);
        self.add_each(
            Family::Glszm,
            &glszm::FEATURES,
            &dimensions,
            of,
            glszm::UNDEFINED,
        );
        let of = |d| gldzm::ibsi(grid, &prepared.intensity, &prepared.morphology, d);
        self.add_each(
            Family::Gldzm,
            &gldzm::FEATURES,
            &dimensions,
            of,
            gldzm::UNDEFINED,
        );
        let of = |d| ngtdm::ibsi(grid, d);
        self.add_each(
            Family::Ngtdm,
            &ngtdm::FEATURES,
            &dimensions,
            of,
            ngtdm::UNDEFINED,
        );
        let of = |d| ngldm::ibsi(grid, d);
        self.add_each(
            Family::Ngldm,
            &ngldm::FEATURES,
            &dimensions,
            of,
            ngldm::UNDEFINED,
        );
    }

    /// Adds a family once for each way of counting it.
    fn add_each<M, W: Copy>(
        &mut self,
        family: Family,
        rows: &[Definition<M>],
        ways: &[(W, &str)],
        values: impl Fn(W) -> Vec<f64>,
        undefined: &str,
    ) {
        for &(way, suffix) in ways
            .iter()
            .filter(|_| self.measured.families.contains(&family))
        {
            self.add(rows, &values(way), &format!("_{suffix}"), undefined);
        }
    }

    /// Adds those rows that have a tag.
    fn add<M>(&mut self, rows: &[Definition<M>], values: &[f64], suffix: &str, undefined: &str) {
        for (row, &value) in rows.iter().zip(values) {
            if let Some(tag) = row.tag {
                let name = format!("{}{tag}{suffix}", self.measured.prefix);
                self.found.push(name, value, undefined);
            }
        }
    }

    fn wants(&self, family: Family) -> bool {
        self.measured.families.contains(&family)
    }
}

fn values<M>(rows: &[Definition<M>], measures: &M) -> Vec<f64> {
    rows.iter().map(|row| (row.value)(measures)).collect()
}
