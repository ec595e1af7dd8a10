//! Laws' kernels.

use std::collections::BTreeSet;

use ndarray::Array3;
use serde::{Deserialize, Serialize};

use super::mean::box_mean;
use super::pooling::{Pool, Pooling};
use super::{border, mirror};
use crate::filters::Boundary;
use crate::filters::convolve::along;
use crate::{Error, Volume};

/// A kernel of Laws along one axis; letter and length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LawsKernel {
    /// Level: 1, 2, 1.
    L3,
    /// Level: 1, 4, 6, 4, 1.
    L5,
    /// Edge: -1, 0, 1.
    E3,
    /// Edge: -1, -2, 0, 2, 1.
    E5,
    /// Spot: -1, 2, -1.
    S3,
    /// Spot: -1, 0, 2, 0, -1.
    S5,
    /// Wave: -1, 2, 0, -2, 1.
    W5,
    /// Ripple: 1, -4, 6, -4, 1.
    R5,
}

impl LawsKernel {
    fn name(self) -> String {
        format!("{self:?}")
    }

    /// The weights, of Euclidean length 1.
    fn weights(self) -> Vec<f64> {
        let weights: &[f64] = match self {
            Self::L3 => &[1.0, 2.0, 1.0],
            Self::L5 => &[1.0, 4.0, 6.0, 4.0, 1.0],
            Self::E3 => &[-1.0, 0.0, 1.0],
            Self::E5 => &[-1.0, -2.0, 0.0, 2.0, 1.0],
            Self::S3 => &[-1.0, 2.0, -1.0],
            Self::S5 => &[-1.0, 0.0, 2.0, 0.0, -1.0],
            Self::W5 => &[-1.0, 2.0, 0.0, -2.0, 1.0],
            Self::R5 => &[1.0, -4.0, 6.0, -4.0, 1.0],
        };
        let length = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
        weights.iter().map(|w| w / length).collect()
    }

    /// What becomes of it turned round: itself, or itself times -1.
    fn is_odd(self) -> bool {
        matches!(self, Self::E3 | Self::E5 | Self::W5)
    }
}

/// Laws' texture kernels, one along each axis, each of Euclidean length 1.
///
/// Source: IBSI 2, section on Laws kernels (JTXT). With `pooling`, the
/// responses of all turns by right angles (4 of a slice, 24 of space) are
/// joined. With `energy_distance_voxels` delta, the map holds the mean of the
/// absolute (joined) response over the (2 delta + 1)^D voxels around. Takes
/// room for six images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Laws {
    /// Kernels along x and y (each slice is filtered alone), or x, y and z.
    pub kernels: Vec<LawsKernel>,
    /// How the responses of all turns by right angles are joined: `"max"`,
    /// `"mean"` or `"min"`; without it there is only the kernel as it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pooling: Option<Pooling>,
    /// Chebyshev distance delta in voxels up to which energy is averaged;
    /// without it the map holds the response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy_distance_voxels: Option<usize>,
    /// What lies beyond the border; default `"mirror"`.
    #[serde(default = "mirror")]
    pub boundary: Boundary,
}

impl Laws {
    /// A mean over more is no texture any more.
    const FARTHEST: usize = 499;

    /// The response map.
    ///
    /// # Errors
    /// None for parameters that are valid.
    pub(super) fn apply(&self, image: &Volume) -> Result<Volume, Error> {
        let response = match self.pooling {
            Some(pooling) => self.turned(image, pooling),
            None => self.filtered(image, &self.kernels),
        };
        let response = Volume::new(response, image.geometry().clone())?;
        let Some(distance) = self.energy_distance_voxels else {
            return Ok(response);
        };
        box_mean(
            &response.map(f64::abs),
            2 * distance + 1,
            self.kernels.len(),
            self.boundary,
        )
    }

    fn filtered(&self, image: &Volume, kernels: &[LawsKernel]) -> Array3<f64> {
        let mut response = image.voxels().to_owned();
        for (axis, kernel) in kernels.iter().enumerate() {
            let weights = kernel.weights();
            response = along(
                response.view(),
                axis,
                &weights,
                weights.len() / 2,
                self.boundary,
            );
        }
        response
    }

    /// The responses of all turns, joined. As each kernel is even or odd, a
    /// turn gives the response of kernels in another order times a sign.
    fn turned(&self, image: &Volume, pooling: Pooling) -> Array3<f64> {
        let mut pool = Pool::new(pooling, image.values().len());
        let mut last: Option<(Vec<LawsKernel>, Array3<f64>)> = None;
        let mut seen: BTreeSet<(Vec<LawsKernel>, bool)> = BTreeSet::new();
        for turn in turns(&self.kernels) {
            // Turns that give one kernel count once.
            if !seen.insert(turn.clone()) {
                continue;
            }
            let (kernels, negative) = turn;
            let response = match last.take() {
                Some((known, response)) if known == kernels => response,
                _ => self.filtered(image, &kernels),
            };
            let sign = if negative { -1.0 } else { 1.0 };
            if let Some(values) = response.as_slice() {
                pool.add(|at| sign * values[at]);
            }
            last = Some((kernels, response));
        }
        let mut joined = pool.finish(seen.len()).into_iter();
        Array3::from_shape_simple_fn(image.voxels().dim(), || joined.next().unwrap_or(f64::NAN))
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        if !matches!(self.kernels.len(), 2 | 3) {
            return Err(Error::Settings(format!(
                "laws: kernels has {} entries; name two (x and y, slice by slice) or three (x, \
                 y, z)",
                self.kernels.len()
            )));
        }
        match self.energy_distance_voxels {
            Some(distance) if distance > Self::FARTHEST => Err(Error::Settings(format!(
                "laws: energy_distance_voxels is {distance}; it must be at most {}",
                Self::FARTHEST
            ))),
            _ => Ok(()),
        }
    }

    pub(super) fn name(&self) -> String {
        let kernels: String = self.kernels.iter().map(|kernel| kernel.name()).collect();
        let mut name = format!("laws_{}d_{kernels}", self.kernels.len());
        if let Some(pooling) = self.pooling {
            name += &format!("_{}", pooling.name());
        }
        if let Some(distance) = self.energy_distance_voxels {
            name += &format!("_energy{distance}");
        }
        name + border(self.boundary)
    }
}

/// Kernels along the axes after each turn by right angles, and whether their
/// product is times -1; those of one order side by side.
fn turns(kernels: &[LawsKernel]) -> Vec<(Vec<LawsKernel>, bool)> {
    let orders: &[(&[usize], bool)] = match kernels.len() {
        2 => &[(&[0, 1], false), (&[1, 0], true)],
        _ => &[
            (&[0, 1, 2], false),
            (&[1, 2, 0], false),
            (&[2, 0, 1], false),
            (&[0, 2, 1], true),
            (&[2, 1, 0], true),
            (&[1, 0, 2], true),
        ],
    };
    let mut turns = Vec::new();
    for (order, odd) in orders {
        for flips in 0..1_u32 << kernels.len() {
            // No mirror image: an odd order needs an odd number of flips.
            if (flips.count_ones() % 2 == 1) != *odd {
                continue;
            }
            let flipped = |axis: &usize| flips >> axis & 1 == 1 && kernels[*axis].is_odd();
            let negative = order.iter().filter(|axis| flipped(axis)).count() % 2 == 1;
            turns.push((order.iter().map(|&axis| kernels[axis]).collect(), negative));
        }
    }
    turns.sort();
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_24_turns_of_space_and_4_of_a_slice() {
        use LawsKernel::{E5, L5, S5};
        assert_eq!(turns(&[E5, L5, S5]).len(), 24);
        let flat = turns(&[L5, E5]);
        let signs = [false, true];
        let expected = [vec![L5, E5], vec![E5, L5]];
        let expected = expected.map(|kernels| signs.map(|sign| (kernels.clone(), sign)));
        assert_eq!(flat, expected.concat());
        assert!(turns(&[L5, S5]).iter().all(|turn| !turn.1));
    }

    #[test]
    fn weights_have_length_one() {
        let weights = LawsKernel::E3.weights();
        assert!((weights[2] - 0.5_f64.sqrt()).abs() < 1e-15);
        assert_eq!(weights[0], -weights[2]);
    }
}
