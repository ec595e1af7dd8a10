//! Widths of Gaussians.

use serde::{Deserialize, Serialize};

/// The width (standard deviation) of a Gaussian in mm, as it was written:
/// PyRadiomics has columns `log-sigma-1-mm-3D` for 1 and `log-sigma-1-0-mm-3D`
/// for 1.0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Sigma {
    /// A whole number.
    Whole(u32),
    /// A number with a point.
    Decimal(f64),
}

impl Sigma {
    /// In mm.
    pub fn mm(self) -> f64 {
        match self {
            Self::Whole(mm) => f64::from(mm),
            Self::Decimal(mm) => mm,
        }
    }

    /// The beginning of columns of the Laplacian of this Gaussian.
    pub(super) fn prefix(self) -> String {
        let mm = match self {
            Self::Whole(mm) => mm.to_string(),
            Self::Decimal(mm) => format!("{mm:?}"),
        };
        format!("log-sigma-{}-mm-3D", mm.replace('.', "-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_the_number_was_written() {
        for (sigma, name) in [
            (Sigma::Whole(2), "log-sigma-2-mm-3D"),
            (Sigma::Decimal(2.0), "log-sigma-2-0-mm-3D"),
            (Sigma::Decimal(0.25), "log-sigma-0-25-mm-3D"),
        ] {
            assert_eq!(sigma.prefix(), name);
        }
    }
}
