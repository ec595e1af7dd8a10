//! The four centres' machines: small systematic differences, as in real life.

use crate::slide::Scanner;

/// Gain of each centre's MR scanner.
pub(crate) const MR_GAIN: [f64; 4] = [1.0, 1.05, 0.96, 1.03];

/// Noise (grey levels) of each centre's MR scanner.
pub(crate) const MR_NOISE_SD: [f64; 4] = [12.0, 15.0, 13.0, 10.0];

/// The slide scanner and staining of a centre.
pub(crate) fn slide_scanner(centre: usize) -> Scanner {
    let usual = Scanner::default();
    match centre {
        0 => usual,
        1 => Scanner {
            white: [240.0, 241.0, 239.0],
            haematoxylin: 1.08,
            eosin: 0.92,
            dab: 0.97,
            ..usual
        },
        2 => Scanner {
            white: [246.0, 244.0, 243.0],
            haematoxylin: 0.93,
            eosin: 1.12,
            dab: 1.04,
            ..usual
        },
        _ => Scanner {
            white: [242.0, 239.0, 243.0],
            haematoxylin: 1.03,
            eosin: 1.05,
            dab: 1.0,
            noise_sd: 2.0,
        },
    }
}
