//! What was found in image and mask, under PyRadiomics' names.

use super::settings::Settings;
use crate::{Roi, Volume, components};

/// The `diagnostics_*` entries of a case, in PyRadiomics' order, its versions
/// and hashes left out. Vectors are written `(x, y, z)`; indices count voxels
/// from 0; `BoundingBox` is first index and size; `CenterOfMass` is in mm
/// (LPS); the settings are written as in this crate's TOML.
///
/// Image statistics are over finite voxels; the entry
/// `diagnostics_Image-original_NonFinite`, which PyRadiomics lacks, counts the
/// others. Every case of the same settings has the same entries, but for those
/// of a mask that had to be corrected.
pub(super) struct Diagnostics(Vec<(String, String)>);

impl Diagnostics {
    /// The settings, and image and mask as they were read.
    pub(super) fn of(settings: &Settings, image: &Volume, mask: &Volume, roi: &Roi) -> Self {
        let mut all = Self(Vec::new());
        let text = |value: Result<toml::Value, _>| match value {
            Ok(value) => value.to_string(),
            Err::<_, toml::ser::Error>(error) => error.to_string(),
        };
        all.add(
            "Configuration_Settings",
            text(toml::Value::try_from(settings)),
        );
        all.add(
            "Configuration_EnabledImageTypes",
            text(toml::Value::try_from(&settings.image_types)),
        );
        all.add("Image-original_Dimensionality", "3D".to_owned());
        let odd = all.add_image("original", image);
        all.add("Image-original_NonFinite", odd.to_string());
        all.add_region("original", mask, roi);
        all
    }

    /// Image and mask after resampling.
    pub(super) fn add_interpolated(
        &mut self,
        image: &Volume,
        mask: &Volume,
        roi: &Roi,
        intensities: &[f64],
    ) {
        self.add_image("interpolated", image);
        self.add_mask("interpolated", mask, roi, intensities);
    }

    /// A region after a step, with its intensities.
    pub(super) fn add_mask(&mut self, step: &str, mask: &Volume, roi: &Roi, intensities: &[f64]) {
        self.add_region(step, mask, roi);
        self.add_statistics(&format!("Mask-{step}"), intensities);
    }

    pub(super) fn into_entries(self) -> Vec<(String, String)> {
        self.0
    }

    fn add(&mut self, name: &str, value: String) {
        self.0.push((format!("diagnostics_{name}"), value));
    }

    /// Gives the number of voxels that are not finite.
    fn add_image(&mut self, step: &str, image: &Volume) -> usize {
        let geometry = image.geometry();
        self.add(
            &format!("Image-{step}_Spacing"),
            tuple(&geometry.spacing_mm),
        );
        self.add(&format!("Image-{step}_Size"), tuple(&geometry.size));
        self.add_statistics(&format!("Image-{step}"), image.values())
    }

    fn add_statistics(&mut self, name: &str, values: &[f64]) -> usize {
        let found = Statistics::of(values);
        let mean = found.sum / found.count;
        self.add(&format!("{name}_Mean"), format!("{mean:?}"));
        self.add(&format!("{name}_Minimum"), format!("{:?}", found.minimum));
        self.add(&format!("{name}_Maximum"), format!("{:?}", found.maximum));
        values.len() - found.count as usize
    }

    fn add_region(&mut self, step: &str, mask: &Volume, roi: &Roi) {
        let geometry = mask.geometry();
        let centre = roi.centre_index();
        for (name, value) in [
            ("Spacing", tuple(&geometry.spacing_mm)),
            ("Size", tuple(&geometry.size)),
            ("BoundingBox", tuple(&[roi.lower(), roi.size()].concat())),
            ("VoxelNum", roi.count().to_string()),
            ("VolumeNum", components::count(roi).to_string()),
            ("CenterOfMassIndex", tuple(&centre)),
            ("CenterOfMass", tuple(&geometry.position_mm(centre))),
        ] {
            self.add(&format!("Mask-{step}_{name}"), value);
        }
    }
}

/// Of the values that are finite.
#[derive(Clone, Copy)]
struct Statistics {
    count: f64,
    sum: f64,
    minimum: f64,
    maximum: f64,
}

impl Statistics {
    const NONE: Self = Self {
        count: 0.0,
        sum: 0.0,
        minimum: f64::INFINITY,
        maximum: f64::NEG_INFINITY,
    };

    /// In lanes, for speed.
    fn of(values: &[f64]) -> Self {
        let mut lanes = [Self::NONE; 8];
        let (chunks, rest) = values.as_chunks::<8>();
        for chunk in chunks {
            for (lane, &value) in lanes.iter_mut().zip(chunk) {
                lane.add(value);
            }
        }
        for &value in rest {
            lanes[0].add(value);
        }
        let mut all = Self::NONE;
        for lane in lanes {
            all.count += lane.count;
            all.sum += lane.sum;
            all.minimum = all.minimum.min(lane.minimum);
            all.maximum = all.maximum.max(lane.maximum);
        }
        all
    }

    fn add(&mut self, value: f64) {
        let finite = value.is_finite();
        self.count += f64::from(u8::from(finite));
        self.sum += if finite { value } else { 0.0 };
        self.minimum = self.minimum.min(if finite { value } else { f64::INFINITY });
        self.maximum = self
            .maximum
            .max(if finite { value } else { f64::NEG_INFINITY });
    }
}

fn tuple<T: std::fmt::Debug>(values: &[T]) -> String {
    let parts: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    format!("({})", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use crate::{Geometry, Settings, Volume, extract};

    fn cases() -> (Volume, Volume, Volume) {
        let geometry = Geometry::aligned([4; 3], [1.0; 3]);
        let volume = |voxels| Volume::new(voxels, geometry.clone()).unwrap();
        let mask = Array3::from_shape_fn((4, 4, 4), |(z, _, _)| f64::from(u8::from(z > 0)));
        let clean = Array3::from_shape_fn((4, 4, 4), |(z, y, x)| (x + y + z) as f64);
        let mut odd = clean.clone();
        odd[[0, 1, 2]] = f64::NAN;
        (volume(mask), volume(clean), volume(odd))
    }

    #[test]
    fn every_case_has_the_same_entries() {
        let (mask, clean, odd) = cases();
        let [clean, odd] = [clean, odd]
            .map(|image| extract(&image, &mask, &Settings::default()).unwrap())
            .map(|extraction| extraction.diagnostics);
        assert!(clean.iter().map(|e| &e.0).eq(odd.iter().map(|e| &e.0)));
        let entry = |entries: &[(String, String)], name: &str| {
            let name = format!("diagnostics_{name}");
            let found = entries.iter().find(|(key, _)| *key == name);
            found.unwrap().1.clone()
        };
        assert_eq!(entry(&clean, "Image-original_NonFinite"), "0");
        assert_eq!(entry(&odd, "Image-original_NonFinite"), "1");
        assert_eq!(entry(&odd, "Image-original_Maximum"), "9.0");
        assert_eq!(entry(&clean, "Image-original_Mean"), "4.5");
        let settings = entry(&clean, "Configuration_Settings");
        assert!(settings.contains("bin_width = 25.0"), "{settings}");
    }

    #[test]
    fn steps_are_described_on_demand() {
        let (mask, clean, _) = cases();
        let names = |settings: &Settings| -> Vec<String> {
            let found = extract(&clean, &mask, settings).unwrap();
            found.diagnostics.into_iter().map(|entry| entry.0).collect()
        };
        let mut settings = Settings {
            resegment_range: Some(vec![3.0]),
            ..Settings::default()
        };
        let found = names(&settings);
        assert_eq!(
            found.last().unwrap(),
            "diagnostics_Mask-resegmented_Maximum"
        );
        settings.additional_info = false;
        assert!(names(&settings).is_empty());
    }
}
