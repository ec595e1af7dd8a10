//! What was found in image and mask, under PyRadiomics' names.

use crate::{Roi, Volume, components};

/// The `diagnostics_*` entries of a case, in PyRadiomics' order. Vectors are
/// written `(x, y, z)`; indices count voxels from 0; `BoundingBox` is first
/// index and size; `CenterOfMass` is in mm (LPS).
///
/// Image statistics are over finite voxels; the entry
/// `diagnostics_Image-original_NonFinite`, which PyRadiomics lacks, counts the
/// others. Every case has the same entries.
pub fn describe(image: &Volume, mask: &Volume, roi: &Roi) -> Vec<(String, String)> {
    let mut entries = Vec::new();
    let mut add = |name: &str, value: String| entries.push((format!("diagnostics_{name}"), value));
    let geometry = image.geometry();
    add("Image-original_Dimensionality", "3D".to_owned());
    add("Image-original_Spacing", tuple(&geometry.spacing_mm));
    add("Image-original_Size", tuple(&geometry.size));
    let (mut sum, mut count) = (0.0, 0usize);
    let (mut minimum, mut maximum) = (f64::INFINITY, f64::NEG_INFINITY);
    for &value in image.values().iter().filter(|value| value.is_finite()) {
        sum += value;
        count += 1;
        minimum = minimum.min(value);
        maximum = maximum.max(value);
    }
    add("Image-original_Mean", format!("{:?}", sum / count as f64));
    add("Image-original_Minimum", format!("{minimum:?}"));
    add("Image-original_Maximum", format!("{maximum:?}"));
    let odd = image.values().len() - count;
    add("Image-original_NonFinite", odd.to_string());
    add("Mask-original_Spacing", tuple(&mask.geometry().spacing_mm));
    add("Mask-original_Size", tuple(&mask.geometry().size));
    add(
        "Mask-original_BoundingBox",
        tuple(&[roi.lower(), roi.size()].concat()),
    );
    add("Mask-original_VoxelNum", roi.count().to_string());
    add(
        "Mask-original_VolumeNum",
        components::count(roi).to_string(),
    );
    let centre = roi.centre_index();
    add("Mask-original_CenterOfMassIndex", tuple(&centre));
    add(
        "Mask-original_CenterOfMass",
        tuple(&mask.geometry().position_mm(centre)),
    );
    entries
}

fn tuple<T: std::fmt::Debug>(values: &[T]) -> String {
    let parts: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    format!("({})", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use crate::{Geometry, Settings, Volume, extract};

    #[test]
    fn every_case_has_the_same_entries() {
        let geometry = Geometry::aligned([4; 3], [1.0; 3]);
        let volume = |voxels| Volume::new(voxels, geometry.clone()).unwrap();
        let mask = volume(Array3::from_shape_fn((4, 4, 4), |(z, _, _)| {
            f64::from(u8::from(z > 0))
        }));
        let clean = Array3::from_shape_fn((4, 4, 4), |(z, y, x)| (x + y + z) as f64);
        let mut odd = clean.clone();
        odd[[0, 1, 2]] = f64::NAN;
        let [clean, odd] = [clean, odd]
            .map(|image| extract(&volume(image), &mask, &Settings::default()).unwrap())
            .map(|extraction| extraction.diagnostics);
        assert!(clean.iter().map(|e| &e.0).eq(odd.iter().map(|e| &e.0)));
        let key = "diagnostics_Image-original_NonFinite";
        assert!(clean.contains(&(key.to_owned(), "0".to_owned())));
        assert!(odd.contains(&(key.to_owned(), "1".to_owned())));
    }
}
