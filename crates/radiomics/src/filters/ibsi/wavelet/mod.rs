//! Separable wavelets.

mod turns;

use ndarray::{Array3, ArrayView3};
use serde::{Deserialize, Serialize};

use super::pooling::{Pool, Pooling};
use super::{border, mirror};
use crate::filters::convolve::along;
use crate::filters::{Boundary, wavelet_bank};
use crate::{Error, Volume};
use turns::{Pass, Way, grouped, turns};

/// One sub-band of a separable wavelet, undecimated: every level has a value
/// for every voxel.
///
/// Source: IBSI 2, section on separable wavelets (25BO). At level j the filters
/// have 2^(j - 1) - 1 zeros between their coefficients ("a trous"); the levels
/// before the last are low-pass along every axis. An even number of
/// coefficients is taken with a zero behind, so that the centre lies on
/// coefficient n / 2. With `pooling`, the responses of all turns by right angles
/// (4 of a slice, 24 of space) are joined; a turn takes the low-pass filters
/// along. Decimated wavelets are not offered: they give a map on another grid,
/// which moves with the image only by whole steps of 2^level voxels. Takes room
/// for seven images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wavelet {
    /// Name in the bank: `"haar"`, `"db3"`, `"coif1"`, ...
    pub wavelet: String,
    /// `L` (low-pass) or `H` (high-pass) along x and y (each slice is filtered
    /// alone), or along x, y and z.
    pub band: String,
    /// Level of the decomposition, from 1; default 1.
    #[serde(default = "one")]
    pub level: u32,
    /// How the responses of all turns by right angles are joined: `"max"`,
    /// `"mean"` or `"min"`; without it there is only the band as it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pooling: Option<Pooling>,
    /// What lies beyond the border; default `"mirror"`.
    #[serde(default = "mirror")]
    pub boundary: Boundary,
}

const fn one() -> u32 {
    1
}

/// A filter and the place in it that lies on the voxel.
struct Kernel {
    weights: Vec<f64>,
    centre: usize,
}

impl Wavelet {
    /// More would see nothing but the border.
    const DEEPEST: u32 = 10;

    /// The response map.
    ///
    /// # Errors
    /// [`Error::Settings`] where there is no such wavelet.
    pub(super) fn apply(&self, image: &Volume) -> Result<Volume, Error> {
        let bank = self.bank()?;
        let response = match self.pooling {
            Some(pooling) => self.pooled(bank, pooling, image)?,
            None => {
                let mut response = image.voxels().to_owned();
                for (axis, high) in self.bands().into_iter().enumerate() {
                    response = self.filtered(bank, response.view(), axis, (high, Way::Straight));
                }
                response
            }
        };
        Volume::new(response, image.geometry().clone())
    }

    /// The responses of all turns, joined.
    fn pooled(
        &self,
        bank: &wavelet_bank::Wavelet,
        pooling: Pooling,
        image: &Volume,
    ) -> Result<Array3<f64>, Error> {
        let turns = turns(&self.bands(), pooling);
        let mut pool = Pool::new(pooling, image.values().len());
        let mut add = |response: Array3<f64>| {
            if let Some(values) = response.as_slice() {
                pool.add(|at| values[at]);
            }
        };
        // Filters along different axes commute: turns with the same filters
        // along the first axes share them.
        for (along_x, turns) in grouped(&turns) {
            let x = self.filtered(bank, image.voxels(), 0, along_x);
            for (along_y, turns) in grouped(&turns) {
                let xy = self.filtered(bank, x.view(), 1, along_y);
                if turns.iter().any(Vec::is_empty) {
                    add(xy);
                    continue;
                }
                for along_z in turns.iter().flatten() {
                    add(self.filtered(bank, xy.view(), 2, *along_z));
                }
            }
        }
        Array3::from_shape_vec(image.voxels().dim(), pool.finish(turns.len()))
            .map_err(|error| Error::Volume(error.to_string()))
    }

    /// The filters of all levels along an axis.
    fn filtered(
        &self,
        bank: &wavelet_bank::Wavelet,
        image: ArrayView3<'_, f64>,
        axis: usize,
        (high, way): Pass,
    ) -> Array3<f64> {
        let chain = |turned: bool| {
            let mut response: Option<Array3<f64>> = None;
            for Kernel { weights, centre } in self.kernels(bank, high, turned) {
                let from = response.as_ref().map_or(image, |done| done.view());
                response = Some(along(from, axis, &weights, centre, self.boundary));
            }
            response.unwrap_or_else(|| image.to_owned())
        };
        match way {
            Way::Straight => chain(false),
            Way::Turned => chain(true),
            Way::Both => (chain(false) + chain(true)) * 0.5,
        }
    }

    fn bands(&self) -> Vec<bool> {
        self.band.chars().map(|letter| letter == 'H').collect()
    }

    fn bank(&self) -> Result<&'static wavelet_bank::Wavelet, Error> {
        wavelet_bank::wavelet(&self.wavelet).ok_or_else(|| {
            Error::Settings(format!(
                "wavelet: there is no wavelet {:?}; take haar, db1 to db38, sym2 to sym20, coif1 \
                 to coif17, bior1.1 to bior6.8, rbio1.1 to rbio6.8 or dmey",
                self.wavelet
            ))
        })
    }

    /// The kernels of all levels along an axis.
    fn kernels(&self, bank: &wavelet_bank::Wavelet, high: bool, turned: bool) -> Vec<Kernel> {
        let kernel = |level: u32| {
            let last = level == self.level;
            let taps = if high && last { &bank.high } else { &bank.low };
            let step = 1 << (level - 1);
            let mut weights = vec![0.0; taps.len().saturating_sub(1) * step + 1];
            for (at, tap) in taps.iter().enumerate() {
                weights[at * step] = *tap;
            }
            let mut centre = taps.len() / 2 * step;
            if turned {
                weights.reverse();
                centre = weights.len() - 1 - centre;
            }
            Kernel { weights, centre }
        };
        (1..=self.level).map(kernel).collect()
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        self.bank()?;
        let letters = self.band.chars().all(|letter| "LH".contains(letter));
        if !letters || !(2..=3).contains(&self.band.len()) {
            return Err(Error::Settings(format!(
                "wavelet: band is {:?}; it must be two letters (along x and y, by slice) or three \
                 (along x, y and z), each L or H",
                self.band
            )));
        }
        if !(1..=Self::DEEPEST).contains(&self.level) {
            return Err(Error::Settings(format!(
                "wavelet: level is {}; it must be from 1 to {}",
                self.level,
                Self::DEEPEST
            )));
        }
        Ok(())
    }

    pub(super) fn name(&self) -> String {
        let pooling = self.pooling.map(|pooling| format!("_{}", pooling.name()));
        format!(
            "wavelet_{}d_{}_{}_level{}{}{}",
            self.band.len(),
            self.wavelet,
            self.band,
            self.level,
            pooling.unwrap_or_default(),
            border(self.boundary)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Geometry;

    fn wavelet(name: &str, band: &str, level: u32, pooling: Option<Pooling>) -> Wavelet {
        Wavelet {
            wavelet: name.to_owned(),
            band: band.to_owned(),
            level,
            pooling,
            boundary: Boundary::Zero,
        }
    }

    /// What an impulse in the middle of a row of 9 becomes, in units of
    /// (1 / sqrt 2)^n.
    fn row(filter: &Wavelet, n: i32) -> Vec<f64> {
        let mut voxels = Array3::zeros((1, 1, 9));
        voxels[[0, 0, 4]] = 1.0;
        let image = Volume::new(voxels, Geometry::aligned([9, 1, 1], [1.0; 3])).unwrap();
        let response = filter.apply(&image).unwrap();
        let unit = 0.5_f64.powf(0.5 * f64::from(n));
        response
            .values()
            .iter()
            .map(|v| (v / unit).round())
            .collect()
    }

    #[test]
    fn levels_have_holes() {
        // Along y the one row meets the coefficient on the voxel: 1 / sqrt 2.
        let first = row(&wavelet("haar", "HL", 1, None), 2);
        assert_eq!(first, [0., 0., 0., -1., 1., 0., 0., 0., 0.]);
        let second = row(&wavelet("haar", "HL", 2, None), 4);
        assert_eq!(second, [0., -1., -1., 1., 1., 0., 0., 0., 0.]);
        let turned = row(&wavelet("haar", "HH", 1, Some(Pooling::Max)), 2);
        assert_eq!(turned, [0., 0., 0., 0., 1., 0., 0., 0., 0.]);
    }

    #[test]
    fn the_mean_is_that_of_all_turns() {
        let value = |(z, y, x): (usize, usize, usize)| ((7 * x + 5 * y * y + 3 * z) % 11) as f64;
        let voxels = Array3::from_shape_fn((4, 5, 6), value);
        let image = Volume::new(voxels, Geometry::aligned([6, 5, 4], [1.0; 3])).unwrap();
        let filter = wavelet("db2", "HLL", 2, Some(Pooling::Mean));
        let mut sum = Array3::<f64>::zeros((4, 5, 6));
        for turn in turns(&filter.bands(), Pooling::Max) {
            let mut response = image.voxels().to_owned();
            for (axis, (high, way)) in turn.into_iter().enumerate() {
                let bank = filter.bank().unwrap();
                for Kernel { weights, centre } in filter.kernels(bank, high, way == Way::Turned) {
                    response = along(response.view(), axis, &weights, centre, Boundary::Zero);
                }
            }
            sum += &response;
        }
        let found = filter.apply(&image).unwrap();
        for (found, sum) in found.voxels().iter().zip(&sum) {
            assert!((found - sum / 24.0).abs() < 1e-14, "{found} {sum}");
        }
    }

    #[test]
    fn bad_parameters_are_named() {
        for (name, band, level, told) in [
            ("db39", "LH", 1, "no wavelet \"db39\""),
            ("db2", "L", 1, "band is \"L\""),
            ("db2", "LHLH", 1, "band is \"LHLH\""),
            ("db2", "lh", 1, "band is \"lh\""),
            ("db2", "\u{e9}", 1, "band is"),
            ("db2", "LH", 0, "level is 0"),
            ("db2", "LH", 11, "level is 11"),
        ] {
            let message = wavelet(name, band, level, None).validate().unwrap_err();
            assert!(message.to_string().contains(told), "{message}");
        }
        assert!(toml::from_str::<Wavelet>("wavelet = 'db2'\nband = 'LH'\nlevels = 2").is_err());
    }
}
