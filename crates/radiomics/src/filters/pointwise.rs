//! Images made of another voxel by voxel, with the range of the whole.

use ndarray::s;

use super::itk::{fitting, in_box};
use crate::error::number;
use crate::{Error, Roi, Storage, Volume};

/// A function of each voxel x, with m = max |x| over the whole image.
///
/// Each is scaled so that m is mapped to m. The results are of double
/// precision. (PyRadiomics: `getSquareImage` and the like.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointwise {
    /// x^2 / m.
    Square,
    /// sign(x) sqrt(|x| m).
    SquareRoot,
    /// sign(x) ln(|x| + 1) m / ln(m + 1).
    Logarithm,
    /// exp(x ln(m) / m).
    Exponential,
}

impl Pointwise {
    /// The new image, on the bounding box of a region.
    ///
    /// # Errors
    /// [`Error::Filter`] when the image holds NaN or infinity, be it outside
    /// of the region, and when every voxel is 0 (but for the square root, which
    /// is 0 then); [`Error::Grid`] when the box doesn't lie in the image.
    pub fn of(self, image: &Volume, around: &Roi) -> Result<Volume, Error> {
        let most = greatest(image.values());
        if !most.is_finite() {
            return Err(self.refused(format!(
                "its scale is the largest absolute value of the whole image, which is {}; repair \
                 the image",
                number(most)
            )));
        }
        if most == 0.0 && self != Self::SquareRoot {
            let problem = "every voxel is 0, so that it has no scale";
            return Err(self.refused(problem.to_owned()));
        }
        // In PyRadiomics' order of operations.
        match self {
            Self::Square => {
                let factor = 1.0 / most.sqrt();
                on_box(image, around, |x| (factor * x) * (factor * x))
            }
            Self::SquareRoot => on_box(image, around, |x| {
                // Written so that 0 keeps its sign.
                let root = (x.abs() * most).sqrt();
                if x == 0.0 { x } else { root.copysign(x) }
            }),
            Self::Logarithm => {
                let factor = most / (most + 1.0).ln();
                on_box(image, around, |x| (x.abs() + 1.0).ln().copysign(x) * factor)
            }
            Self::Exponential => {
                let factor = most.ln() / most;
                on_box(image, around, |x| (factor * x).exp())
            }
        }
    }
}

impl Pointwise {
    fn refused(self, problem: String) -> Error {
        let filter = match self {
            Self::Square => "the square",
            Self::SquareRoot => "the square root",
            Self::Logarithm => "the logarithm",
            Self::Exponential => "the exponential",
        };
        Error::Filter { filter, problem }
    }
}

/// The largest absolute value; NaN where one is NaN.
fn greatest(values: &[f64]) -> f64 {
    // In lanes, for speed; `max` passes over NaN, a sum doesn't.
    let mut lanes = [(0f64, 0f64); 8];
    let (chunks, rest) = values.as_chunks::<8>();
    let add = |lane: &mut (f64, f64), value: f64| {
        let value = value.abs();
        lane.0 = if value > lane.0 { value } else { lane.0 };
        lane.1 += value * 0.0;
    };
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            add(lane, value);
        }
    }
    for &value in rest {
        add(&mut lanes[0], value);
    }
    let most = lanes.iter().map(|lane| lane.0).fold(0.0, f64::max);
    let odd: f64 = lanes.iter().map(|lane| lane.1).sum();
    if odd.is_nan() && most.is_finite() {
        odd
    } else {
        most
    }
}

/// The bounding box of a region, its values mapped to double precision.
fn on_box(image: &Volume, around: &Roi, value: impl Fn(f64) -> f64) -> Result<Volume, Error> {
    let [x, y, z] = fitting(image, around)?;
    let part = image.voxels();
    let values = part.slice(s![z, y, x]).mapv(value);
    in_box(values, image, around, Storage::Double)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::Geometry;

    fn case(values: [f64; 4]) -> (Volume, Roi) {
        let geometry = Geometry::aligned([4, 1, 1], [2.0, 1.0, 1.0]);
        let volume = |voxels| Volume::new(voxels, geometry.clone()).unwrap();
        let mask = volume(array![[[0.0, 1.0, 1.0, 0.0]]]);
        let [a, b, c, d] = values;
        let image = volume(array![[[a, b, c, d]]]);
        (image, Roi::select(&mask, 1).unwrap())
    }

    #[test]
    fn the_scale_is_that_of_the_whole_image() {
        let (image, roi) = case([-100.0, 25.0, -4.0, 0.0]);
        for (function, expected) in [
            (Pointwise::Square, [6.25, 0.16]),
            (Pointwise::SquareRoot, [50.0, -20.0]),
            (
                Pointwise::Logarithm,
                [26f64.ln(), -(5f64.ln())].map(|v| v * 100.0 / 101f64.ln()),
            ),
            (
                Pointwise::Exponential,
                [100f64.powf(0.25), 100f64.powf(-0.04)],
            ),
        ] {
            let found = function.of(&image, &roi).unwrap();
            assert_eq!(found.geometry().origin_mm, [2.0, 0.0, 0.0]);
            for (found, expected) in found.values().iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{function:?} {found}");
            }
        }
    }

    #[test]
    fn images_without_a_scale_are_refused() {
        for (values, problem) in [
            ([0.0; 4], "no scale"),
            ([f64::NAN, 1.0, 2.0, 3.0], "NaN"),
            ([1.0, 1.0, 2.0, f64::NEG_INFINITY], "inf"),
        ] {
            let (image, roi) = case(values);
            let error = Pointwise::Square.of(&image, &roi).unwrap_err();
            assert!(error.to_string().contains(problem), "{error}");
        }
        let (image, roi) = case([0.0; 4]);
        let root = Pointwise::SquareRoot.of(&image, &roi).unwrap();
        assert_eq!(root.values(), [0.0; 2]);
    }
}
