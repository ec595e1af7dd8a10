//! Stain vectors and Beer-Lambert's law.
//!
//! A pixel with stain amounts `c` has the optical density
//! `OD = sum_s c_s v_s` in each channel and the intensity `I = I0 10^(-OD)`.

/// Haematoxylin's optical density in R, G, B, unit length (QuPath's default).
pub const HAEMATOXYLIN: [f64; 3] = [0.65111, 0.70119, 0.29049];

/// Eosin's (QuPath's default).
pub const EOSIN: [f64; 3] = [0.2159, 0.8012, 0.5581];

/// Diaminobenzidine's (QuPath's default for H-DAB).
pub const DAB: [f64; 3] = [0.26917, 0.56824, 0.77759];

/// Amounts of haematoxylin and DAB at a pixel of an H-DAB slide: the least
/// squares solution over the three channels for the white point `white`
/// (grey levels). Intensities below 1 count as 1.
pub fn unmix_h_dab(rgb: [u8; 3], white: [f64; 3]) -> [f64; 2] {
    let od: [f64; 3] =
        std::array::from_fn(|c| -(f64::from(rgb[c]).max(1.0) / white[c].max(1.0)).log10());
    let dot = |a: [f64; 3], b: [f64; 3]| (0..3).map(|c| a[c] * b[c]).sum::<f64>();
    let (hh, dd) = (dot(HAEMATOXYLIN, HAEMATOXYLIN), dot(DAB, DAB));
    let (hd, h, d) = (dot(HAEMATOXYLIN, DAB), dot(HAEMATOXYLIN, od), dot(DAB, od));
    let determinant = hh * dd - hd * hd;
    [
        (h * dd - d * hd) / determinant,
        (d * hh - h * hd) / determinant,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unmixing_undoes_mixing() {
        let white = [243.0, 242.0, 244.0];
        let (h, d) = (0.5, 0.3);
        let rgb: [u8; 3] = std::array::from_fn(|c| {
            let od: f64 = h * HAEMATOXYLIN[c] + d * DAB[c];
            (white[c] * 10f64.powf(-od)).round() as u8
        });
        let [found_h, found_d] = unmix_h_dab(rgb, white);
        assert!((found_h - h).abs() < 0.01 && (found_d - d).abs() < 0.01);
        assert_eq!(unmix_h_dab([255; 3], [255.0; 3]), [0.0, 0.0]);
    }
}
