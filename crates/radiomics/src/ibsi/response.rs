//! Response maps to measure.

use serde::{Deserialize, Serialize};

use super::Family;
use crate::Error;
use crate::error::number;
use crate::filters::ibsi::Filter;

/// A filter whose response map is measured, and how.
///
/// ```
/// use radiomics::ibsi::Response;
///
/// let response: Response = toml::from_str("kind = 'log'\nsigma_mm = 2\nbin_count = 64").unwrap();
/// assert_eq!(response.column("stat_mean"), "log_3d_sigma2mm_stat_mean");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// What stands before the tags; by default the filter's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Families to extract; by default those of the settings. Morphology is
    /// that of the region and never measured here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub families: Option<Vec<Family>>,
    /// Width of a grey level in units of the response, from the region's least
    /// response on; in the place of the settings' binning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bin_width: Option<f64>,
    /// Number of grey levels; in the place of the settings' binning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bin_count: Option<usize>,
    /// The filter and its parameters.
    #[serde(flatten)]
    pub filter: Filter,
}

impl Response {
    /// A filter, measured as the settings say.
    pub fn of(filter: Filter) -> Self {
        Self {
            name: None,
            families: None,
            bin_width: None,
            bin_count: None,
            filter,
        }
    }

    /// What stands before the tags.
    pub fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.filter.name())
    }

    /// The column of a feature of the response map.
    pub fn column(&self, tag: &str) -> String {
        format!("{}_{tag}", self.name())
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        self.filter.validate()?;
        let name = self.name();
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-+".contains(c);
        let width = self.bin_width.filter(|w| !(w.is_finite() && *w > 0.0));
        let problem = if name.is_empty() || !name.chars().all(allowed) {
            "its name must be of letters, digits, `.`, `_`, `-` and `+`".to_owned()
        } else if let Some(width) = width {
            format!(
                "bin_width is {}; it must be positive and finite",
                number(width)
            )
        } else if self.bin_count == Some(0) {
            "bin_count is 0; it must be 1 or more".to_owned()
        } else if self.bin_width.is_some() && self.bin_count.is_some() {
            "bin_width and bin_count are both given; leave one out".to_owned()
        } else if self.families.as_ref().is_some_and(Vec::is_empty) {
            "families is empty; name at least one or leave it out".to_owned()
        } else if self
            .families
            .iter()
            .flatten()
            .any(|family| *family == Family::Morphology)
        {
            "families names morphology, which is the region's and not a filter's".to_owned()
        } else {
            return Ok(());
        };
        Err(Error::Settings(format!("filter `{name}`: {problem}")))
    }
}
