//! The stationary (undecimated) wavelet transform as PyRadiomics makes it of
//! PyWavelets' `swtn`.
//!
//! Along each axis, x first, an image is convolved with the low-pass and with
//! the high-pass filter of a [`crate::filters::wavelet_bank::Wavelet`]; the letters of a band name them in
//! this order (`LLH`: low along x and y, high along z). Of n samples,
//! `out[i] = sum over j of filter[j] * in[(i + F / 2 - j) mod n]`, F the length
//! of the filter; an axis of an odd number of voxels gets its first one once
//! more at the end. The next level takes the band of low-passes and the same
//! filters: nothing is left out, and no filter is stretched.
//!
//! Filters end, so that the values of a box need only its surroundings: what
//! is computed here equals the transform of the whole image to the last bit.
//! As in PyWavelets, images of single precision are transformed in single
//! precision, all others in double precision.

mod block;

use ndarray::Array3;

use super::itk::{fitting, in_box};
use super::wavelet_bank::Wavelet;
use crate::{Error, Roi, Storage, Volume};
use block::{Block, Sample, Span};

/// Which bands of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition<'a> {
    /// The filters.
    pub wavelet: &'a Wavelet,
    /// Levels before the first whose bands are given.
    pub start_level: usize,
    /// Levels whose bands are given.
    pub level: usize,
    /// An axis (0 = x) along which nothing is done.
    pub leave_out: Option<usize>,
}

/// One band, on the bounding box of a region.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Its level, the first that is given being 1.
    pub level: usize,
    /// `L` or `H` for each axis, x first.
    pub letters: String,
    /// The values.
    pub volume: Volume,
}

impl Decomposition<'_> {
    /// Makes band after band and hands it over, in PyWavelets' order: level by
    /// level `LLH`, `LHL`, ... `HHH`, and the `LLL` of the last level at the
    /// end.
    ///
    /// # Errors
    /// Those of `take`, and [`Error::Grid`] where the box doesn't lie in the
    /// image.
    pub fn bands(
        &self,
        image: &Volume,
        around: &Roi,
        take: &mut dyn FnMut(Band) -> Result<(), Error>,
    ) -> Result<(), Error> {
        fitting(image, around)?;
        match image.storage() {
            Storage::Single => self.transform::<f32>(image, around, Storage::Single, take),
            _ => self.transform::<f64>(image, around, Storage::Double, take),
        }
    }

    fn transform<T: Sample>(
        &self,
        image: &Volume,
        around: &Roi,
        storage: Storage,
        take: &mut dyn FnMut(Band) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let size = image.geometry().size;
        let target = [0, 1, 2].map(|axis| Span {
            start: around.lower()[axis] as isize,
            len: around.size()[axis],
            period: size[axis].next_multiple_of(2),
        });
        let coiflet = self.wavelet.name.starts_with("coif");
        let [low, high] = [&self.wavelet.low, &self.wavelet.high].map(|filter| {
            let taps = filter.iter().map(|&tap| T::tap(tap, coiflet));
            taps.collect::<Vec<T>>()
        });
        let axes: Vec<usize> = (0..3)
            .filter(|axis| Some(*axis) != self.leave_out)
            .collect();
        // What the levels need that are still to come.
        let needed = |levels: usize| {
            let mut spans = target;
            for &axis in &axes {
                for _ in 0..levels {
                    spans[axis] = spans[axis].reached_by(low.len());
                }
            }
            spans
        };
        let levels = self.start_level + self.level;
        let mut block = Block::<T>::of(image, needed(levels));
        let [nx, ny, nz] = around.size();
        let volume = |block: &Block<T>| {
            let values = block.values.iter().map(|value| value.value()).collect();
            let voxels = Array3::from_shape_vec((nz, ny, nx), values)
                .map_err(|error| Error::Volume(error.to_string()))?;
            in_box(voxels, image, around, storage)
        };
        for done in 0..levels {
            if done >= self.start_level {
                let level = done - self.start_level + 1;
                let last = level == self.level;
                let mut approximation = None;
                split(
                    &block,
                    &axes,
                    target,
                    [&low, &high],
                    "",
                    &mut |letters, block| {
                        if letters.contains('H') {
                            let volume = volume(block)?;
                            let letters = letters.to_owned();
                            take(Band {
                                level,
                                letters,
                                volume,
                            })?;
                        } else if last {
                            approximation = Some(volume(block)?);
                        }
                        Ok(())
                    },
                )?;
                if let Some(volume) = approximation {
                    let letters = "L".repeat(axes.len());
                    return take(Band {
                        level,
                        letters,
                        volume,
                    });
                }
            }
            let spans = needed(levels - done - 1);
            for &axis in &axes {
                block = block.filtered(axis, &low, spans[axis]);
            }
        }
        Ok(())
    }
}

/// Gets the letters of a band, and its values.
type Take<'a, T> = dyn FnMut(&str, &Block<T>) -> Result<(), Error> + 'a;

/// Hands over the bands of a block, all low-passes first.
fn split<T: Sample>(
    block: &Block<T>,
    axes: &[usize],
    target: [Span; 3],
    filters: [&[T]; 2],
    letters: &str,
    take: &mut Take<T>,
) -> Result<(), Error> {
    let [axis, rest @ ..] = axes else {
        return take(letters, block);
    };
    for (letter, filter) in ["L", "H"].into_iter().zip(filters) {
        let part = block.filtered(*axis, filter, target[*axis]);
        let letters = format!("{letters}{letter}");
        split(&part, rest, target, filters, &letters, take)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Geometry;
    use crate::filters::wavelet_bank::wavelet;

    /// 5 x 4 x 3 voxels, and a region whose box is from (1, 0, 1) to (4, 3, 2).
    fn case() -> (Volume, Roi) {
        let geometry = Geometry::aligned([5, 4, 3], [1.0; 3]);
        let volume = |value: &dyn Fn(usize, usize, usize) -> f64| {
            let voxels = Array3::from_shape_fn((3, 4, 5), |(z, y, x)| value(x, y, z));
            Volume::new(voxels, geometry.clone()).unwrap()
        };
        let image = volume(&|x, y, z| ((x * x + 3 * y + 5 * z * x) % 11) as f64);
        let mask = volume(&|x, _, z| f64::from(u8::from(x > 0 && z > 0)));
        (image, Roi::select(&mask, 1).unwrap())
    }

    fn bands(image: &Volume, how: &Decomposition) -> Vec<Band> {
        let mut all = Vec::new();
        let mut take = |band| {
            all.push(band);
            Ok(())
        };
        how.bands(image, &case().1, &mut take).unwrap();
        all
    }

    /// PyWavelets 1.8: `a = (x*x + 3*y + 5*z*x) % 11`, padded with
    /// `numpy.pad(a, ((0, 1), (0, 0), (0, 1)), "wrap")`; twice
    /// `pywt.swtn(a, "db2", level=1, axes=(2, 1, 0))`, values at z, y, x =
    /// 1, 2, 1 and 2, 3, 4.
    #[test]
    fn bands_equal_pywavelets() {
        let mut how = Decomposition {
            wavelet: wavelet("db2").unwrap(),
            start_level: 0,
            level: 2,
            leave_out: None,
        };
        let found = bands(&case().0, &how);
        let names = found.iter().map(|band| (band.level, band.letters.as_str()));
        let names: Vec<_> = names.collect();
        assert_eq!(names[..3], [(1, "LLH"), (1, "LHL"), (1, "LHH")]);
        assert_eq!(names[6..8], [(1, "HHH"), (2, "LLH")]);
        assert_eq!(names[13..], [(2, "HHH"), (2, "LLL")]);
        let first = |band: &Band| band.volume.voxels()[[0, 2, 0]];
        let last = |band: &Band| band.volume.voxels()[[1, 3, 3]];
        for (found, expected) in [
            (first(&found[0]), -0.5690701566901273),
            (first(&found[3]), 3.663823722592622),
            (first(&found[7]), -2.6080827436407183),
            (last(&found[7]), 1.1944858720658784),
            (first(&found[14]), 43.16118279068864),
            (last(&found[14]), 37.48102966226348),
        ] {
            assert!((found - expected).abs() < 1e-13, "{found} {expected}");
        }
        how.start_level = 1;
        how.level = 1;
        let second: Vec<Volume> = bands(&case().0, &how)
            .into_iter()
            .map(|b| b.volume)
            .collect();
        assert!(second.iter().eq(found[7..].iter().map(|band| &band.volume)));
    }

    /// Likewise of `a.astype("float32")` with `axes=(2, 1)`.
    #[test]
    fn single_precision_stays_single() {
        let how = Decomposition {
            wavelet: wavelet("db2").unwrap(),
            start_level: 0,
            level: 1,
            leave_out: Some(2),
        };
        let found = bands(&case().0.stored_as(Storage::Single), &how);
        let values = found.iter().map(|band| {
            let value = band.volume.voxels()[[0, 2, 0]];
            (band.letters.as_str(), value as f32)
        });
        let values: Vec<_> = values.collect();
        assert_eq!(
            values,
            [
                ("LH", 1.689_582_8),
                ("HL", 2.024_519_4),
                ("HH", -1.743_43),
                ("LL", 9.689_583)
            ]
        );
        assert_eq!(found[0].volume.storage(), Storage::Single);
    }
}
