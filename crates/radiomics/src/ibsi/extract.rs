//! From image and mask to tagged features.

use std::borrow::Cow;

use super::measure::{Measured, Output};
use super::prepare::{Prepared, prepare};
use super::{Family, Response, Settings, diagnostics};
use crate::crop::Crop;
use crate::extraction::Extraction;
use crate::grid::check_grid;
use crate::{Error, Roi, Volume};

/// Extracts the features of one region as IBSI 1 defines them, under IBSI's
/// tags (`morph_volume`, `cm_contrast_3D_avg`).
///
/// In IBSI's order: the label is selected; image and mask are resampled, and
/// intensities rounded; the intensity mask is re-segmented, the morphological
/// mask is not; intensities are discretised; features are computed. Filters
/// take the whole resampled and rounded image to a response map each; its
/// features are those of the intensity mask that the image's own intensities
/// give, under the filter's name (`log_3d_sigma2mm_stat_mean`).
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
    let mut extraction = Extraction {
        diagnostics: diagnostics::describe(image, &roi, &prepared)?,
        ..Extraction::default()
    };
    if settings.measure_unfiltered {
        let unfiltered = unfiltered(&prepared, settings);
        Output::of(&unfiltered, &prepared, settings).add_to(&mut extraction)?;
    }
    for response in &settings.filters {
        let name = response.name();
        let grid = prepared.image.geometry();
        let warnings = response.filter.warnings(grid).into_iter();
        let warnings = warnings.map(|warning| (name.clone(), warning));
        extraction.warnings.extend(warnings);
        let part = Crop::within(&prepared.intensity, grid.size, SEEN_AROUND_MM);
        let map = response.filter.apply_within(&prepared.image, part)?;
        let measured = filtered(response, &map, &prepared, settings)?;
        Output::of(&measured, &prepared, settings).add_to(&mut extraction)?;
    }
    Ok(extraction)
}

/// Features see no farther around the region: the sphere of local intensity, and
/// a little more for rounding.
const SEEN_AROUND_MM: f64 = 6.3;

fn unfiltered<'a>(prepared: &'a Prepared<'_>, settings: &'a Settings) -> Measured<'a> {
    Measured {
        prefix: String::new(),
        image: &prepared.image,
        intensities: Cow::Borrowed(&prepared.intensities),
        families: settings.families.clone(),
        binning: settings.binning(),
        range: settings.range(),
    }
}

/// The range of the image's intensities says nothing of the responses.
fn filtered<'a>(
    response: &Response,
    map: &'a Volume,
    prepared: &Prepared<'_>,
    settings: &Settings,
) -> Result<Measured<'a>, Error> {
    let families = response.families.as_ref().unwrap_or(&settings.families);
    let families = families.iter().copied();
    Ok(Measured {
        prefix: response.column(""),
        image: map,
        intensities: Cow::Owned(prepared.intensity.intensities(map)?),
        families: families.filter(|f| *f != Family::Morphology).collect(),
        binning: settings.binning_of(response),
        range: [None; 2],
    })
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
    fn response_maps_are_measured_under_their_names() {
        let (image, mask) = case(24.0);
        let text = "resegment_range = [10, 30]\nfamilies = ['morphology', 'statistics']\n\
                    [[filters]]\nkind = 'mean'\nsupport_voxels = 1\n\
                    [[filters]]\nkind = 'log'\nsigma_mm = 1.5\nname = 'fine'\n\
                    families = ['statistics', 'intensity_histogram']\nbin_count = 8";
        let mut settings = Settings::from_toml(text).unwrap();
        let both = extract(&image, &mask, &settings).unwrap();
        let find = |name: &str| {
            let feature = both.features.iter().find(|f| f.name == name);
            feature.unwrap_or_else(|| panic!("{name}")).value
        };
        // A mean of one voxel: re-segmented by the image's intensities.
        for tag in ["stat_mean", "stat_min", "stat_energy"] {
            assert_eq!(find(&format!("mean_3d_support1_{tag}")), find(tag));
        }
        assert_eq!(find("fine_ih_max"), 8.0);
        let with = |text: &str| {
            both.features
                .iter()
                .filter(|f| f.name.contains(text))
                .count()
        };
        assert_eq!((with("morph_"), with("ih_"), with("stat_")), (29, 23, 54));
        let told: Vec<_> = both.warnings.iter().map(|w| w.0.as_str()).collect();
        assert_eq!(told, ["fine", "fine"]);
        assert!(both.warnings[0].1.contains("2 mm along z"));
        assert!(both.warnings[1].1.contains("8 grey levels"));

        settings.measure_unfiltered = false;
        let alone = extract(&image, &mask, &settings).unwrap();
        assert_eq!(alone.features, both.features[29 + 18..]);
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let (image, mask) = case(24.0);
        let settings = Settings {
            resample_mm: [0.7; 3],
            interpolation: crate::ibsi::Interpolation::Cubic,
            families: vec![Family::Statistics, Family::Glcm],
            filters: [
                "kind = 'log'\nsigma_mm = 1",
                "kind = 'laws'\nkernels = ['L5', 'E5', 'S5']\npooling = 'mean'",
                "kind = 'gabor'\nsigma_mm = 1\nlambda_mm = 1\ngamma = 0.7\n\
                 theta_step_deg = 60\nplanes = 'orthogonal'",
            ]
            .map(|text| toml::from_str(text).unwrap())
            .to_vec(),
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
