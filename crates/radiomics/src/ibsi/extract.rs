//! From image and mask to tagged features.

use std::cell::LazyCell;

use super::discretise::discretise;
use super::prepare::{Prepared, prepare};
use super::{Family, Settings, diagnostics};
use crate::discretise::GreyLevels;
use crate::extraction::Extraction;
use crate::features::order::ascending;
use crate::features::{
    Definition, firstorder, glcm, gldzm, glrlm, glszm, intensity_histogram, intensity_volume,
    local_intensity, morphology, ngldm, ngtdm,
};
use crate::grid::check_grid;
use crate::matrices::{Aggregation, Dimension, LevelGrid};
use crate::{Error, Roi, Volume};

/// Extracts the features of one region as IBSI 1 defines them, under IBSI's
/// tags (`morph_volume`, `cm_contrast_3D_avg`).
///
/// In IBSI's order: the label is selected; image and mask are resampled, and
/// intensities rounded; the intensity mask is re-segmented, the morphological
/// mask is not; intensities are discretised; features are computed.
///
/// # Errors
/// Settings out of range, image and mask on different grids, a label that is
/// missing or too small, nothing left of it by resampling or re-segmentation,
/// NaN or infinity inside the region, too many grey levels: see [`Error`]. A
/// single feature that is undefined is no error: it is NaN, with its reason in
/// [`Extraction::notes`].
///
/// ```
/// use ndarray::Array3;
/// use radiomics::ibsi::{Settings, extract};
/// use radiomics::{Geometry, Volume};
///
/// let geometry = Geometry::aligned([8, 8, 8], [1.0, 1.0, 2.0]);
/// let image = Array3::from_shape_fn((8, 8, 8), |(z, y, x)| (10 * x + 3 * y + z) as f64);
/// let image = Volume::new(image, geometry.clone())?;
/// let mask = Volume::new(Array3::ones((8, 8, 8)), geometry)?;
///
/// let result = extract(&image, &mask, &Settings::default())?;
/// let mean = result.features.iter().find(|f| f.name == "stat_mean");
/// assert_eq!(mean.map(|f| f.value), Some(49.0));
/// # Ok::<(), radiomics::Error>(())
/// ```
pub fn extract(image: &Volume, mask: &Volume, settings: &Settings) -> Result<Extraction, Error> {
    settings.validate()?;
    let roi = Roi::select(mask, settings.label)?;
    check_grid(
        image.geometry(),
        mask.geometry(),
        settings.geometry_tolerance,
    )?;
    let prepared = prepare(image, &roi, settings)?;
    prepared.intensity.check_size(
        settings.label,
        settings.minimum_roi_dimensions,
        settings.minimum_roi_size,
    )?;
    let mut out = Output {
        settings,
        extraction: Extraction {
            diagnostics: diagnostics::describe(image, &roi, &prepared)?,
            ..Extraction::default()
        },
    };
    out.add_form(&prepared)?;
    let grey = if OF_LEVELS.into_iter().any(|family| out.wants(family)) {
        let start = settings.range()[0];
        Some(discretise(
            &prepared.intensities,
            settings.binning(),
            start,
        )?)
    } else {
        None
    };
    out.add_intensities(&prepared, grey.as_ref())?;
    if let Some(grey) = grey.filter(|_| OF_LEVELS[1..].iter().any(|&family| out.wants(family))) {
        let grid = LevelGrid::new(&prepared.intensity, &grey, 1)?;
        out.add_textures(&grid, &prepared);
    }
    Ok(out.extraction)
}

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

/// An extraction in the making.
struct Output<'a> {
    settings: &'a Settings,
    extraction: Extraction,
}

impl Output<'_> {
    fn add_form(&mut self, prepared: &Prepared<'_>) -> Result<(), Error> {
        let (image, intensity) = (&prepared.image, &prepared.intensity);
        if self.wants(Family::Morphology) {
            use morphology::{FEATURES, UNDEFINED, ibsi};
            let values = ibsi(&prepared.morphology, intensity, image)?;
            self.add(&FEATURES, &values, "", UNDEFINED);
        }
        if self.wants(Family::LocalIntensity) {
            use local_intensity::{FEATURES, UNDEFINED, ibsi};
            self.add(&FEATURES, &ibsi(intensity, image)?, "", UNDEFINED);
        }
        Ok(())
    }

    fn add_intensities(
        &mut self,
        prepared: &Prepared<'_>,
        grey: Option<&GreyLevels>,
    ) -> Result<(), Error> {
        let ascending = LazyCell::new(|| ascending(&prepared.intensities));
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
            let (range, levels) = (self.settings.range(), self.settings.ivh_levels());
            let measures = IntensityVolume::of(&ascending, range, levels)?;
            self.add(&FEATURES, &values(&FEATURES, &measures), "", UNDEFINED);
        }
        Ok(())
    }

    fn add_textures(&mut self, grid: &LevelGrid, prepared: &Prepared<'_>) {
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
            .filter(|_| self.settings.families.contains(&family))
        {
            self.add(rows, &values(way), &format!("_{suffix}"), undefined);
        }
    }

    /// Adds those rows that have a tag.
    fn add<M>(&mut self, rows: &[Definition<M>], values: &[f64], suffix: &str, undefined: &str) {
        for (row, &value) in rows.iter().zip(values) {
            if let Some(tag) = row.tag {
                let name = format!("{tag}{suffix}");
                self.extraction.push(name, value, undefined);
            }
        }
    }

    fn wants(&self, family: Family) -> bool {
        self.settings.families.contains(&family)
    }
}

fn values<M>(rows: &[Definition<M>], measures: &M) -> Vec<f64> {
    rows.iter().map(|row| (row.value)(measures)).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::Geometry;

    /// A ball in a ramp; `odd` is the value of one voxel in its middle.
    fn case(odd: f64) -> (Volume, Volume) {
        let geometry = Geometry::aligned([9; 3], [1.0, 1.0, 2.0]);
        let image = Array3::from_shape_fn((9, 9, 9), |at| match at {
            (4, 4, 4) => odd,
            (z, y, x) => (x + 2 * y + 3 * z) as f64,
        });
        let mask = Array3::from_shape_fn((9, 9, 9), |(z, y, x)| {
            let square = |i: usize| (i as f64 - 4.0).powi(2);
            f64::from(u8::from(square(x) + square(y) + square(z) < 10.0))
        });
        let volume = |voxels| Volume::new(voxels, geometry.clone()).unwrap();
        (volume(image), volume(mask))
    }

    fn names(families: Vec<Family>) -> Vec<String> {
        let (image, mask) = case(24.0);
        let settings = Settings {
            families,
            ..Settings::default()
        };
        let found = extract(&image, &mask, &settings).unwrap();
        found.features.into_iter().map(|f| f.name).collect()
    }

    #[test]
    fn families_come_in_ibsis_order() {
        let some = names(vec![Family::IntensityVolume, Family::Statistics]);
        assert_eq!((some.len(), &*some[0]), (18 + 7, "stat_mean"));
        let histogram = names(vec![Family::IntensityHistogram]);
        assert_eq!((histogram.len(), &*histogram[22]), (23, "ih_min_grad_g"));
    }

    #[test]
    fn flat_regions_have_reasons_for_what_is_missing() {
        let (image, mask) = case(24.0);
        let settings = Settings {
            families: vec![Family::Statistics, Family::IntensityVolume],
            ..Settings::default()
        };
        let flat = extract(&image.map(|_| 0.0), &mask, &settings).unwrap();
        let missing: Vec<_> = flat.notes.iter().map(|note| note.0.as_str()).collect();
        let expected = [
            "stat_cov",
            "stat_qcod",
            "ivh_v10",
            "ivh_v90",
            "ivh_diff_v10_v90",
            "ivh_auc",
        ];
        assert_eq!(missing, expected);
    }

    #[test]
    fn odd_inputs_are_refused() {
        let error = |image: &Volume, mask: &Volume, text: &str| {
            let settings = Settings::from_toml(text).unwrap();
            extract(image, mask, &settings).unwrap_err().to_string()
        };
        let (image, mask) = case(f64::NAN);
        assert!(error(&image, &mask, "").contains("first at [4, 4, 4]"));
        let (image, mask) = case(24.0);
        let wide = "bin_width = 1e-7";
        assert!(error(&image, &mask, wide).contains("grey levels"));
        let one = "resegment_range = [0, 8]\nminimum_roi_size = 3";
        assert!(error(&image, &mask, one).contains("too small"));
        let moved = Geometry {
            origin_mm: [1.0; 3],
            ..mask.geometry().clone()
        };
        let moved = Volume::new(mask.voxels().to_owned(), moved).unwrap();
        assert!(error(&image, &moved, "").contains("origin"));
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let (image, mask) = case(24.0);
        let settings = Settings {
            resample_mm: [0.7; 3],
            interpolation: crate::ibsi::Interpolation::Cubic,
            ..Settings::default()
        };
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.unwrap()
                .install(|| extract(&image, &mask, &settings).unwrap())
        };
        assert_eq!(format!("{:?}", with(1)), format!("{:?}", with(3)));
    }
}
