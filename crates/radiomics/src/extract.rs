//! From image and mask to named features.

use crate::discretise::discretise;
use crate::features::{Definition, firstorder, glcm, shape};
use crate::grid::check_grid;
use crate::matrices::LevelGrid;
use crate::{Error, FeatureClass, Roi, Settings, Volume, diagnostics};

/// One value of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Column name: `original_<class>_<feature>`.
    pub name: String,
    /// The value; NaN where it can't be computed.
    pub value: f64,
}

/// What an extraction gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// In the order shape, firstorder, glcm, by name within a class.
    pub features: Vec<Feature>,
    /// PyRadiomics' `diagnostics_*` columns; vectors as `(x, y, z)`.
    pub diagnostics: Vec<(String, String)>,
    /// For each feature that is NaN: its name and why.
    pub notes: Vec<(String, String)>,
}

/// Extracts the features of one region.
///
/// # Errors
/// Settings out of range, image and mask on different grids, a label that is
/// missing or too small, NaN or infinity inside the region, too many grey
/// levels: see [`Error`]. A single feature that is undefined is no error: it
/// is NaN, with its reason in [`Extraction::notes`].
pub fn extract(image: &Volume, mask: &Volume, settings: &Settings) -> Result<Extraction, Error> {
    settings.validate()?;
    let roi = Roi::select(mask, settings.label)?;
    check_grid(
        image.geometry(),
        mask.geometry(),
        settings.geometry_tolerance,
    )?;
    roi.check(settings)?;
    let intensities = roi.intensities(image)?;

    let mut table = Table::default();
    let wanted = |class| settings.classes.contains(&class);
    if wanted(FeatureClass::Shape) {
        table.add(
            FeatureClass::Shape,
            &shape::FEATURES,
            &shape::Shape::of(&roi),
        );
    }
    if wanted(FeatureClass::FirstOrder) || wanted(FeatureClass::Glcm) {
        let grey = discretise(&intensities, settings)?;
        if wanted(FeatureClass::FirstOrder) {
            let measures = firstorder::FirstOrder::of(
                &intensities,
                &grey,
                settings.voxel_array_shift,
                image.geometry().voxel_volume_mm3(),
            );
            table.add(FeatureClass::FirstOrder, &firstorder::FEATURES, &measures);
        }
        if wanted(FeatureClass::Glcm) {
            let reach = settings.distances.iter().copied().max().unwrap_or(1);
            let grid = LevelGrid::new(&roi, &grey, reach)?;
            let means = glcm::averaged(&grid, &settings.distances, settings.symmetrical_glcm);
            for (feature, value) in glcm::FEATURES.iter().zip(means) {
                table.push(FeatureClass::Glcm, feature.name, value);
            }
        }
    }
    let diagnostics = diagnostics::describe(image, mask, &roi);
    Ok(Extraction {
        features: table.features,
        diagnostics,
        notes: table.notes,
    })
}

#[derive(Default)]
struct Table {
    features: Vec<Feature>,
    notes: Vec<(String, String)>,
}

impl Table {
    fn add<M>(&mut self, class: FeatureClass, definitions: &[Definition<M>], measures: &M) {
        for definition in definitions {
            self.push(class, definition.name, (definition.value)(measures));
        }
    }

    fn push(&mut self, class: FeatureClass, feature: &str, value: f64) {
        let name = format!("original_{}_{feature}", class.name());
        if !value.is_finite() {
            self.notes
                .push((name.clone(), reason(class, feature, value).to_owned()));
        }
        let value = if value.is_finite() { value } else { f64::NAN };
        self.features.push(Feature { name, value });
    }
}

fn reason(class: FeatureClass, feature: &str, value: f64) -> &'static str {
    match (class, feature) {
        _ if value.is_infinite() => "the value is too large for a number of double precision",
        (FeatureClass::FirstOrder, "RobustMeanAbsoluteDeviation") => {
            "no voxel lies between the 10th and the 90th percentile"
        }
        (FeatureClass::Glcm, _) => {
            "no two voxels of the region are neighbours at the distances asked for"
        }
        _ => "a quantity it is made of is 0 or too large for a number of double precision",
    }
}
