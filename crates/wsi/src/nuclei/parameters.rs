use serde::{Deserialize, Serialize};

/// The image in which nuclei are sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DetectionImage {
    /// Haematoxylin after unmixing: for stains of membrane or cytoplasm.
    #[serde(rename = "Hematoxylin OD")]
    HematoxylinOd,
    /// Sum of the channels' optical densities: for H&E and for nuclear DAB, which hides haematoxylin.
    #[serde(rename = "Optical density sum")]
    OdSum,
}

/// Parameters of [`super::WatershedCellDetection`], named as in QuPath with the
/// unit added, and with QuPath's default values.
///
/// One default differs in effect: the background is always found by plain
/// opening (QuPath's `backgroundByReconstruction = false`), because
/// reconstruction makes counts depend on the tile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DetectionParameters {
    /// Pixel size to work at, um.
    pub requested_pixel_size_um: f64,
    /// Image in which nuclei are sought.
    pub detection_image: DetectionImage,
    /// Radius of the opening that estimates the background, um; larger than a nucleus; 0: none.
    pub background_radius_um: f64,
    /// Radius of the median filter against texture in nuclei, um; 0: none.
    pub median_radius_um: f64,
    /// Sigma of the Gaussian before edges are sought, um; larger: fewer fragments, more nuclei merged.
    pub sigma_um: f64,
    /// Smallest nucleus, um2.
    pub min_area_um2: f64,
    /// Largest nucleus, um2.
    pub max_area_um2: f64,
    /// Least mean of the detection image over a nucleus, above background, OD.
    pub threshold: f64,
    /// Where the eroded detection image exceeds this, OD, it is too dark to judge
    /// (folds, pigment) and has no nuclei; 0 or less: no limit.
    pub max_background: f64,
    /// Split clumps by their shape.
    pub watershed_post_process: bool,
    /// Take threads narrower than three pixels off each nucleus.
    pub smooth_boundaries: bool,
    /// Leave out what is stained more by DAB than by haematoxylin.
    pub exclude_dab: bool,
    /// How far a cell reaches beyond its nucleus, um; 0: cells are their nuclei.
    pub cell_expansion_um: f64,
}

impl Default for DetectionParameters {
    fn default() -> Self {
        Self {
            requested_pixel_size_um: 0.5,
            detection_image: DetectionImage::HematoxylinOd,
            background_radius_um: 8.0,
            median_radius_um: 0.0,
            sigma_um: 1.5,
            min_area_um2: 10.0,
            max_area_um2: 400.0,
            threshold: 0.1,
            max_background: 2.0,
            watershed_post_process: true,
            smooth_boundaries: true,
            exclude_dab: false,
            cell_expansion_um: 5.0,
        }
    }
}

impl DetectionParameters {
    /// Whether every parameter is in its range.
    ///
    /// # Errors
    /// The first parameter out of range: its name, its value and the range.
    pub fn validate(&self) -> Result<(), String> {
        let ranges = [
            (
                "requested_pixel_size_um",
                self.requested_pixel_size_um,
                0.1,
                2.0,
            ),
            ("background_radius_um", self.background_radius_um, 0.0, 50.0),
            ("median_radius_um", self.median_radius_um, 0.0, 10.0),
            ("sigma_um", self.sigma_um, 0.0, 10.0),
            ("min_area_um2", self.min_area_um2, 0.0, 10_000.0),
            ("max_area_um2", self.max_area_um2, 1.0, 10_000.0),
            ("threshold", self.threshold, 0.0, 10.0),
            ("max_background", self.max_background, -1.0, 10.0),
            ("cell_expansion_um", self.cell_expansion_um, 0.0, 25.0),
        ];
        for (name, value, low, high) in ranges {
            if !(low..=high).contains(&value) {
                return Err(format!(
                    "{name} is {value}, but must lie between {low} and {high}"
                ));
            }
        }
        if self.min_area_um2 > self.max_area_um2 {
            return Err(format!(
                "min_area_um2 ({}) must not exceed max_area_um2 ({})",
                self.min_area_um2, self.max_area_um2
            ));
        }
        Ok(())
    }

    /// Context a block needs on each side, um: what the filters see, then the
    /// largest round nucleus, then the room that its cell shares with a
    /// neighbour's.
    pub fn halo_um(&self) -> f64 {
        // Opening then blurring, or the mask of what is too dark: erosion by r, dilation by 2r.
        let blurred = 2.0 * self.background_radius_um + 4.0 * self.sigma_um;
        let too_dark = 3.0 * self.background_radius_um;
        let nucleus = 2.0 * (self.max_area_um2 / std::f64::consts::PI).sqrt();
        blurred.max(too_dark) + self.median_radius_um + nucleus + 2.0 * self.cell_expansion_um
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_need_57_um_of_context() {
        let defaults = DetectionParameters::default();
        assert_eq!(defaults.validate(), Ok(()));
        assert!((defaults.halo_um() - (24.0 + 22.57 + 10.0)).abs() < 0.01);
    }

    #[test]
    fn names_are_qupaths_and_unknown_keys_are_refused() {
        let read = |text: &str| toml::from_str::<DetectionParameters>(text);
        let some = read("detection_image = \"Optical density sum\"\nthreshold = 0.2").unwrap();
        assert_eq!(
            (some.detection_image, some.threshold),
            (DetectionImage::OdSum, 0.2)
        );
        assert_eq!(some.sigma_um, 1.5);
        assert!(
            read("sigma = 3.0")
                .unwrap_err()
                .to_string()
                .contains("sigma")
        );
    }

    #[test]
    fn what_cannot_work_is_named() {
        let error = |change: &dyn Fn(&mut DetectionParameters)| {
            let mut parameters = DetectionParameters::default();
            change(&mut parameters);
            parameters.validate().unwrap_err()
        };
        assert!(error(&|p| p.sigma_um = f64::NAN).starts_with("sigma_um is NaN"));
        assert!(
            error(&|p| p.background_radius_um = f64::INFINITY).starts_with("background_radius_um")
        );
        assert!(error(&|p| p.min_area_um2 = 500.0).contains("must not exceed"));
    }
}
