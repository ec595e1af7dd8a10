//! RGB -> optical density -> amount of each stain.
//!
//! Optical density (Beer-Lambert) is `OD_c = max(0, -log10(max(I_c, 1) / I0_c))`,
//! base 10, with `I0` the white point of the slide. Densities of stains add, so
//! `OD = (amounts) * M` with the unit stain vectors as rows of `M`, and
//! `amounts = OD * M^-1` (Ruifrok and Johnston 2001; QuPath's formulas).

mod unmix;

use serde::{Deserialize, Serialize};

use crate::error::Error;
pub use unmix::{OdTable, Planes, unmix};

/// Fixed pair of stains a profile is unmixed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StainSet {
    /// Haematoxylin and DAB (immunohistochemistry).
    #[serde(rename = "H-DAB")]
    HDab,
    /// Haematoxylin and eosin.
    #[serde(rename = "H-E")]
    HE,
}

impl StainSet {
    /// Name of the second stain as written in column names: `DAB` or `Eosin`.
    pub fn second_name(self) -> &'static str {
        match self {
            Self::HDab => "DAB",
            Self::HE => "Eosin",
        }
    }
}

/// QuPath's default haematoxylin vector, before normalisation.
const HEMATOXYLIN: [f64; 3] = [0.65, 0.70, 0.29];
/// QuPath's default DAB vector, before normalisation.
const DAB: [f64; 3] = [0.27, 0.57, 0.78];
/// QuPath's default eosin vector, before normalisation.
const EOSIN: [f64; 3] = [0.2159, 0.8012, 0.5581];

/// Unit stain vectors (haematoxylin, second, residual) and their inverse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StainMatrix {
    /// Rows: haematoxylin, second stain, residual; columns: red, green, blue.
    pub vectors: [[f64; 3]; 3],
    /// Inverse of `vectors`.
    pub inverse: [[f64; 3]; 3],
}

impl StainMatrix {
    /// The fixed vectors of a stain pair (QuPath's defaults, normalised).
    pub fn of(set: StainSet) -> Self {
        let second = match set {
            StainSet::HDab => DAB,
            StainSet::HE => EOSIN,
        };
        Self::from_vectors(HEMATOXYLIN, second).expect("the built-in vectors are independent")
    }

    /// From two stain vectors of any length; the third is their normalised
    /// cross product, which takes up what the two do not explain.
    ///
    /// # Errors
    /// [`Error::Profile`] when a vector is zero or not finite, or when the two are
    /// parallel.
    pub fn from_vectors(hematoxylin: [f64; 3], second: [f64; 3]) -> Result<Self, Error> {
        let unusable = || {
            Error::Profile(format!(
                "stain vectors {hematoxylin:?} and {second:?} must be finite, not zero and not parallel"
            ))
        };
        let first = unit(hematoxylin).ok_or_else(unusable)?;
        let second_unit = unit(second).ok_or_else(unusable)?;
        let normal = cross(first, second_unit);
        if normal.iter().map(|v| v * v).sum::<f64>().sqrt() < 1e-3 {
            return Err(unusable());
        }
        let third = unit(normal).ok_or_else(unusable)?;
        let vectors = [first, second_unit, third];
        let inverse = inverse(vectors).ok_or_else(unusable)?;
        Ok(Self { vectors, inverse })
    }

    /// Amounts of (haematoxylin, second, residual) in one optical density.
    pub fn unmix(&self, od: [f64; 3]) -> [f64; 3] {
        let inverse = &self.inverse;
        std::array::from_fn(|s| {
            od[0] * inverse[0][s] + od[1] * inverse[1][s] + od[2] * inverse[2][s]
        })
    }
}

fn unit(v: [f64; 3]) -> Option<[f64; 3]> {
    let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
    (length.is_finite() && length > 0.0).then(|| v.map(|x| x / length))
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

/// Inverse by the adjugate: its columns are the cross products of the rows.
fn inverse(m: [[f64; 3]; 3]) -> Option<[[f64; 3]; 3]> {
    let columns = [cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1])];
    let determinant = m[0][0] * columns[0][0] + m[0][1] * columns[0][1] + m[0][2] * columns[0][2];
    (determinant.abs() > 1e-12).then(|| {
        std::array::from_fn(|row| std::array::from_fn(|column| columns[column][row] / determinant))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// QuPath 0.3.2 writes these normalised vectors for its defaults.
    #[test]
    fn vectors_are_qupaths() {
        let matrix = StainMatrix::of(StainSet::HDab);
        let expected = [[0.65111, 0.70119, 0.29049], [0.26917, 0.56824, 0.77759]];
        for (found, expected) in matrix.vectors.iter().zip(expected) {
            for (f, e) in found.iter().zip(expected) {
                assert!((f - e).abs() < 5e-6, "{f} against {e}");
            }
        }
    }

    #[test]
    fn mixtures_are_found_again() {
        for set in [StainSet::HDab, StainSet::HE] {
            let matrix = StainMatrix::of(set);
            for amounts in [
                [0.3, 0.0, 0.0],
                [0.2, 0.5, 0.0],
                [0.0, 0.9, 0.0],
                [0.7, 0.4, 0.01],
            ] {
                let od: [f64; 3] = std::array::from_fn(|c| {
                    (0..3).map(|s| amounts[s] * matrix.vectors[s][c]).sum()
                });
                for (found, expected) in matrix.unmix(od).iter().zip(amounts) {
                    assert!((found - expected).abs() < 1e-12);
                }
            }
        }
    }

    /// The block form against exact arithmetic on the same 8-bit values, to 1e-3.
    #[test]
    fn blocks_agree_with_exact_arithmetic() {
        let rgb: Vec<u8> = (0..3 * 64).map(|i| (i * 37 % 256) as u8).collect();
        let matrix = StainMatrix::of(StainSet::HDab);
        let planes = unmix(&rgb, 8, 8, &OdTable::new([250, 248, 245]), &matrix);
        for (i, pixel) in rgb.chunks(3).enumerate() {
            let od: [f64; 3] = std::array::from_fn(|c| {
                let white = [250.0, 248.0, 245.0][c];
                (-(f64::from(pixel[c]).max(1.0) / white).log10()).max(0.0)
            });
            let amounts = matrix.unmix(od);
            assert!((f64::from(planes.hematoxylin[i]) - amounts[0]).abs() < 1e-3);
            assert!((f64::from(planes.second[i]) - amounts[1]).abs() < 1e-3);
            assert!((f64::from(planes.od_sum[i]) - od.iter().sum::<f64>()).abs() < 1e-3);
        }
    }

    #[test]
    fn glass_has_no_stain_and_black_is_finite() {
        let planes = unmix(
            &[240, 240, 240, 0, 0, 0],
            2,
            1,
            &OdTable::new([240; 3]),
            &StainMatrix::of(StainSet::HE),
        );
        assert_eq!(
            (planes.hematoxylin[0], planes.second[0], planes.od_sum[0]),
            (0.0, 0.0, 0.0)
        );
        assert!(planes.od_sum[1].is_finite() && planes.od_sum[1] > 7.0);
    }

    #[test]
    fn unusable_vectors_are_refused() {
        assert!(StainMatrix::from_vectors([0.0; 3], DAB).is_err());
        assert!(StainMatrix::from_vectors(DAB, DAB).is_err());
        assert!(StainMatrix::from_vectors([f64::NAN, 1.0, 1.0], DAB).is_err());
    }

    proptest! {
        #[test]
        fn inverse_undoes_the_matrix(h in prop::array::uniform3(0.05f64..1.0), d in prop::array::uniform3(0.05f64..1.0)) {
            if let Ok(matrix) = StainMatrix::from_vectors(h, d) {
                for i in 0..3 {
                    let row = matrix.unmix(matrix.vectors[i]);
                    for (j, value) in row.iter().enumerate() {
                        prop_assert!((value - f64::from(u8::from(i == j))).abs() < 1e-6);
                    }
                }
            }
        }
    }
}
