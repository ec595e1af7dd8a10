//! What an MR image is weighted by.

use serde::{Deserialize, Serialize};

/// The weighting of an MR image, which decides where white matter stands in
/// the histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Sequence {
    /// T1-weighted, with or without contrast: white matter is the last peak.
    T1,
    /// T2-weighted: white matter is the largest peak.
    T2,
    /// T2-weighted with the fluid's signal suppressed: the largest peak.
    Flair,
    /// Proton density: the first peak.
    Pd,
}

impl Sequence {
    /// The sequence that a name as tables have it stands for, whatever its
    /// case and separators: T1, T1w, T1c, T1ce, T1Gd, T2, T2w, FLAIR,
    /// T2-FLAIR, PD, PDw. None for others (T2*, diffusion and perfusion have
    /// no such peaks).
    ///
    /// ```
    /// use radiomics::standardise::Sequence;
    ///
    /// assert_eq!(Sequence::from_name("t2_flair"), Some(Sequence::Flair));
    /// assert_eq!(Sequence::from_name("ADC"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<Self> {
        let letters = name.chars().filter(|c| !matches!(c, ' ' | '_' | '-' | '.'));
        let plain = letters.collect::<String>().to_ascii_lowercase();
        Some(match plain.as_str() {
            "t1" | "t1w" | "t1c" | "t1ce" | "t1gd" | "t1wce" | "t1post" | "t1wpost" => Self::T1,
            "t2" | "t2w" => Self::T2,
            "flair" | "t2flair" | "t2wflair" => Self::Flair,
            "pd" | "pdw" => Self::Pd,
            _ => return None,
        })
    }
}
