//! Images that features are extracted from.

use serde::{Deserialize, Serialize};

/// An image made from the one that was given; several, where it has several
/// bands or settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageType {
    /// The image itself.
    Original,
    /// The Laplacian of Gaussian, for each sigma.
    LoG,
    /// The bands of a wavelet.
    Wavelet,
    /// Squares.
    Square,
    /// Square roots.
    SquareRoot,
    /// Logarithms.
    Logarithm,
    /// Exponentials.
    Exponential,
    /// The gradient's magnitude.
    Gradient,
    /// Local binary patterns within slices.
    Lbp2D,
    /// Local binary patterns in space.
    Lbp3D,
}

impl ImageType {
    /// Every type, in output order.
    pub const ALL: [Self; 10] = [
        Self::Original,
        Self::LoG,
        Self::Wavelet,
        Self::Square,
        Self::SquareRoot,
        Self::Logarithm,
        Self::Exponential,
        Self::Gradient,
        Self::Lbp2D,
        Self::Lbp3D,
    ];

    /// PyRadiomics' name in parameter files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Original => "Original",
            Self::LoG => "LoG",
            Self::Wavelet => "Wavelet",
            Self::Square => "Square",
            Self::SquareRoot => "SquareRoot",
            Self::Logarithm => "Logarithm",
            Self::Exponential => "Exponential",
            Self::Gradient => "Gradient",
            Self::Lbp2D => "LBP2D",
            Self::Lbp3D => "LBP3D",
        }
    }
}
