//! Intensity peaks in a sphere of 1 cm³ (IBSI's local intensity).
//!
//! Source: IBSI reference manual, section 3.2. The sphere holds all voxels of
//! the image whose centres lie within (3 / 4 pi)^(1/3) cm = 6.2 mm, in the
//! region or not; voxels that are NaN or infinite are left out.

use crate::features::{Definition, ibsi as row};
use crate::{Error, Roi, Volume, sphere};

/// What the features are made of.
#[derive(Debug, Clone)]
pub struct Peaks {
    local: f64,
    global: f64,
}

/// The features of a region, in the order of [`FEATURES`].
///
/// Always defined: a sphere holds its centre at least.
///
/// # Errors
/// Those of [`Roi::intensities`].
pub fn ibsi(intensity: &Roi, image: &Volume) -> Result<Vec<f64>, Error> {
    let intensities = intensity.intensities(image)?;
    let highest = intensities
        .iter()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    let radius_mm = 10.0 * (0.75 / std::f64::consts::PI).cbrt();
    let means = sphere::means(intensity, &intensities, image, radius_mm);
    let mut peaks = Peaks {
        local: f64::NEG_INFINITY,
        global: f64::NEG_INFINITY,
    };
    for (mean, intensity) in means.into_iter().zip(intensities) {
        peaks.global = peaks.global.max(mean);
        if intensity == highest {
            peaks.local = peaks.local.max(mean);
        }
    }
    Ok(FEATURES.iter().map(|d| (d.value)(&peaks)).collect())
}

/// Why a feature of this family can be undefined.
pub const UNDEFINED: &str = "the intensities are too large for numbers of double precision";

/// The features, in IBSI's order.
pub const FEATURES: [Definition<Peaks>; 2] = [
    row(
        "loc_peak_loc",
        "VJGA",
        "I",
        "highest mean in a sphere of 1 cm^3 around a voxel of maximum intensity",
        |p| p.local,
    ),
    row(
        "loc_peak_glob",
        "0F91",
        "I",
        "highest mean in a sphere of 1 cm^3 around any voxel",
        |p| p.global,
    ),
];

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::Geometry;

    fn peaks(value: impl Fn(usize) -> f64, inside: impl Fn(usize) -> bool) -> Vec<f64> {
        let volume = |value: &dyn Fn(usize) -> f64| {
            let voxels = Array3::from_shape_fn((1, 1, 9), |(_, _, x)| value(x));
            Volume::new(voxels, Geometry::aligned([9, 1, 1], [4.0, 1.0, 1.0])).unwrap()
        };
        let roi = Roi::select(&volume(&|x| f64::from(u8::from(inside(x)))), 1).unwrap();
        ibsi(&roi, &volume(&value)).unwrap()
    }

    /// Steps of 4 mm: the sphere holds one voxel to each side.
    #[test]
    fn peaks_in_a_row() {
        let row = [0.0, 9.0, 0.0, 0.0, 6.0, 8.0, 7.0, 9.0, f64::NAN];
        // Around 9 at 1: 3; around 9 at 7, its neighbour not finite: 8.
        assert_eq!(peaks(|x| row[x], |x| x < 8), [8.0, 8.0]);
        // Neighbours count though they lie outside of the region.
        assert_eq!(peaks(|x| row[x], |x| x == 1), [3.0, 3.0]);
        assert_eq!(peaks(|x| row[x], |x| (1..6).contains(&x)), [3.0, 7.0]);
        // At the edge of the image.
        assert_eq!(peaks(|x| row[x], |x| x == 0), [4.5, 4.5]);
    }
}
