//! PyRadiomics' parameter files (YAML, or JSON, which YAML includes).
//!
//! Types and ranges are those of its paramSchema.yaml; where PyRadiomics
//! passes a file that then fails (a text for a number, no value where one is
//! needed), the error comes here.

mod filters;
mod node;
mod setting;

use std::collections::BTreeMap;

use super::checks::check_name;
use super::classes::FeatureClass;
use super::image_types::ImageType;
use super::overrides::Overrides;
use super::settings::Settings;
use crate::Error;
use node::Node;

impl Settings {
    /// Reads a parameter file of PyRadiomics, in YAML or JSON, as it is.
    ///
    /// Beside the settings come notes: what in the file has no effect here.
    /// As in PyRadiomics, a file without `featureClass` asks for all classes,
    /// `shape2D` included.
    ///
    /// # Errors
    /// [`Error::Settings`] with place and line: no YAML, a key that PyRadiomics
    /// doesn't have, a value of the wrong type or out of range.
    ///
    /// ```
    /// let text = "setting:\n  binWidth: 10\n  label: 2\nfeatureClass:\n  glcm: [Contrast]\n";
    /// let (settings, notes) = radiomics::Settings::from_pyradiomics_yaml(text)?;
    /// assert_eq!((settings.bin_width, settings.label), (10.0, 2));
    /// assert!(notes.is_empty());
    /// # Ok::<(), radiomics::Error>(())
    /// ```
    pub fn from_pyradiomics_yaml(text: &str) -> Result<(Self, Vec<String>), Error> {
        let document = node::document(text)?;
        let mut settings = Self {
            classes: FeatureClass::ALL.to_vec(),
            ..Self::default()
        };
        let mut notes = Vec::new();
        let (mut general, mut image_types) = (None, None);
        for (section, node) in Node::root(&document).entries()? {
            match section {
                "setting" => {
                    setting::read(&mut settings, &node, &mut notes)?;
                    general = Some(node);
                }
                "voxelSetting" => setting::read_voxel(&mut settings, &node, &mut notes)?,
                "featureClass" => read_classes(&mut settings, &node, &mut notes)?,
                // After the settings, which they go over.
                "imageType" => image_types = Some(node),
                _ => {
                    return Err(node.error(
                        "is no section; there are setting, imageType, featureClass and \
                         voxelSetting",
                    ));
                }
            }
        }
        if let Some(node) = image_types {
            settings.image_types = read_image_types(&settings, &node, &mut notes)?;
        }
        if let Some(node) = general {
            setting::note_unused(&settings, &node, &mut notes)?;
        }
        note_missing_sigma(&settings, &mut notes);
        settings.validate()?;
        Ok((settings, notes))
    }
}

fn read_classes(
    settings: &mut Settings,
    node: &Node,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    let (mut classes, mut features) = (Vec::new(), BTreeMap::new());
    for (name, node) in node.entries()? {
        let class = FeatureClass::ALL.into_iter().find(|c| c.name() == name);
        let class = class.ok_or_else(|| {
            let all = FeatureClass::ALL.map(FeatureClass::name).join(", ");
            node.error(&format!("is no feature class; there are {all}"))
        })?;
        classes.push(class);
        let mut names = Vec::new();
        for item in node.option(Node::items)?.unwrap_or_default() {
            let name = item.text()?;
            check_name(class, name)
                .map_err(|problem| item.error(&format!("is wrong: {problem}")))?;
            if let Some((_, same)) = class.removed().iter().find(|(removed, _)| *removed == name) {
                notes.push(format!(
                    "featureClass.{}: {name} has no value in PyRadiomics, it equals {same}",
                    class.name()
                ));
            }
            names.push(name.to_owned());
        }
        if !names.is_empty() {
            features.insert(class, names);
        }
    }
    if !classes.is_empty() {
        settings.classes = classes;
        settings.features = features;
    }
    Ok(())
}

fn read_image_types(
    settings: &Settings,
    node: &Node,
    notes: &mut Vec<String>,
) -> Result<BTreeMap<ImageType, Overrides>, Error> {
    let mut image_types = BTreeMap::new();
    for (name, node) in node.entries()? {
        let known = ImageType::ALL
            .into_iter()
            .find(|known| known.name() == name);
        let image_type = known.ok_or_else(|| {
            let all = ImageType::ALL.map(ImageType::name).join(", ");
            node.error(&format!("is no image type of PyRadiomics; there are {all}"))
        })?;
        let overrides = setting::read_overrides(image_type, settings, &node, notes)?;
        image_types.insert(image_type, overrides);
    }
    if image_types.is_empty() {
        return Ok(settings.image_types.clone());
    }
    Ok(image_types)
}

/// PyRadiomics makes no Laplacian of Gaussian where nothing is said of sigma.
fn note_missing_sigma(settings: &Settings, notes: &mut Vec<String>) {
    let own = settings.image_types.get(&ImageType::LoG);
    if own.is_some_and(|own| settings.of_image_type(own).sigma.is_empty()) {
        notes.push("imageType.LoG has no effect: no sigma is given".to_owned());
    }
}
