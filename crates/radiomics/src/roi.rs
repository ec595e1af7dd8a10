//! The region of interest: one label of a mask, cut to its bounding box.

use std::collections::BTreeSet;

use crate::{Error, Settings, Volume};

/// The voxels of one label, on the crop of the grid that just holds them.
///
/// Positions in the crop count x fastest, then y, then z.
#[derive(Debug, Clone, PartialEq)]
pub struct Roi {
    lower: [usize; 3],
    size: [usize; 3],
    spacing_mm: [f64; 3],
    inside: Vec<bool>,
    count: usize,
}

impl Roi {
    /// The region of `label` in a mask.
    ///
    /// # Errors
    /// [`Error::NotLabels`] when the mask holds fractions, NaN or infinity,
    /// [`Error::EmptyMask`], or [`Error::LabelMissing`] with the labels that
    /// are there.
    pub fn select(mask: &Volume, label: u32) -> Result<Self, Error> {
        let wanted = f64::from(label);
        let (mut low, mut high) = ([usize::MAX; 3], [0; 3]);
        let mut count = 0;
        for (position, &value) in mask.values().iter().enumerate() {
            // Most of a mask is background.
            if value == 0.0 {
                continue;
            }
            if value == wanted {
                let index = mask.index_of(position);
                for axis in 0..3 {
                    low[axis] = low[axis].min(index[axis]);
                    high[axis] = high[axis].max(index[axis]);
                }
                count += 1;
            } else if value.fract() != 0.0 {
                return Err(not_labels(mask));
            }
        }
        if count == 0 {
            return Err(missing(mask, label));
        }
        let size: [usize; 3] = std::array::from_fn(|axis| high[axis] - low[axis] + 1);
        let mut roi = Self {
            lower: low,
            size,
            spacing_mm: mask.geometry().spacing_mm,
            inside: Vec::with_capacity(size.iter().product()),
            count,
        };
        for row in roi.rows(mask) {
            roi.inside.extend(row.iter().map(|&value| value == wanted));
        }
        Ok(roi)
    }

    /// The region of those voxels of a box that are `inside` (x fastest), cut
    /// to its bounding box; `None` when there are none.
    ///
    /// `lower` is the first index (x, y, z) of the box in the whole volume.
    pub(crate) fn from_inside(
        lower: [usize; 3],
        size: [usize; 3],
        spacing_mm: [f64; 3],
        inside: Vec<bool>,
    ) -> Option<Self> {
        let all = Self {
            lower,
            size,
            spacing_mm,
            count: inside.iter().filter(|&&inside| inside).count(),
            inside,
        };
        let (mut low, mut high) = ([usize::MAX; 3], [0; 3]);
        for index in all.indices() {
            for axis in 0..3 {
                low[axis] = low[axis].min(index[axis]);
                high[axis] = high[axis].max(index[axis]);
            }
        }
        if all.count == 0 {
            return None;
        }
        let [nx, ny, _] = size;
        let rows = (low[2]..=high[2]).flat_map(|z| (low[1]..=high[1]).map(move |y| z * ny + y));
        let cells = rows.flat_map(|row| &all.inside[row * nx + low[0]..=row * nx + high[0]]);
        Some(Self {
            lower: std::array::from_fn(|axis| lower[axis] + low[axis]),
            size: std::array::from_fn(|axis| high[axis] - low[axis] + 1),
            inside: cells.copied().collect(),
            ..all
        })
    }

    /// The same region on a grid on which its bounding box begins at `lower`.
    pub(crate) fn moved_to(&self, lower: [usize; 3]) -> Self {
        Self {
            lower,
            ..self.clone()
        }
    }

    /// The region of those voxels for which `keep` holds, one entry a voxel in
    /// memory order; `None` when it holds for none.
    pub fn subset(&self, keep: impl IntoIterator<Item = bool>) -> Option<Self> {
        let mut keep = keep.into_iter();
        let cells = self.inside.iter();
        let inside = cells.map(|&inside| inside && keep.next() == Some(true));
        Self::from_inside(self.lower, self.size, self.spacing_mm, inside.collect())
    }

    /// Checks the region against `minimum_roi_dimensions` and
    /// `minimum_roi_size`; one voxel alone never passes.
    ///
    /// # Errors
    /// [`Error::RoiTooSmall`] with what was found and what is needed.
    pub fn check(&self, settings: &Settings) -> Result<(), Error> {
        self.check_size(
            settings.label,
            settings.minimum_roi_dimensions,
            settings.minimum_roi_size,
        )
    }

    /// [`Self::check`] with the limits one by one.
    pub(crate) fn check_size(
        &self,
        label: u32,
        minimum_dimensions: usize,
        minimum_size: Option<usize>,
    ) -> Result<(), Error> {
        let dimensions = self.size.iter().filter(|&&n| n > 1).count();
        let least = minimum_dimensions;
        let problem = if dimensions == 0 {
            "it is a single voxel; no feature can be extracted".to_owned()
        } else if dimensions < least {
            format!(
                "it is more than one voxel wide in {dimensions} dimension(s), \
                 minimum_roi_dimensions is {least}"
            )
        } else if let Some(least) = minimum_size.filter(|&n| self.count <= n) {
            format!(
                "it has {} voxels and needs more than minimum_roi_size = {least}",
                self.count
            )
        } else {
            return Ok(());
        };
        Err(Error::RoiTooSmall { label, problem })
    }

    /// First index (x, y, z) of the bounding box.
    pub fn lower(&self) -> [usize; 3] {
        self.lower
    }

    /// Size (x, y, z) of the bounding box in voxels.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// Voxel spacing (x, y, z) in mm.
    pub fn spacing_mm(&self) -> [f64; 3] {
        self.spacing_mm
    }

    /// Number of voxels; at least 1.
    pub fn count(&self) -> usize {
        self.count
    }

    /// For each voxel of the bounding box: does it belong to the region?
    pub fn inside(&self) -> &[bool] {
        &self.inside
    }

    /// Index (x, y, z) in the bounding box of each voxel of the region, in
    /// memory order.
    pub fn indices(&self) -> impl Iterator<Item = [usize; 3]> {
        let [nx, ny, _] = self.size;
        let rows = self.inside.chunks_exact(nx).enumerate();
        rows.flat_map(move |(row, cells)| {
            let (y, z) = (row % ny, row / ny);
            let here = cells.iter().enumerate().filter(|&(_, &inside)| inside);
            here.map(move |(x, _)| [x, y, z])
        })
    }

    /// Whether the voxel with this index (x, y, z) in the whole volume belongs
    /// to the region.
    pub(crate) fn holds(&self, index: [usize; 3]) -> bool {
        let [x, y, z] = [0, 1, 2].map(|axis| index[axis].wrapping_sub(self.lower[axis]));
        let [nx, ny, nz] = self.size;
        x < nx && y < ny && z < nz && self.inside[(z * ny + y) * nx + x]
    }

    /// Mean index (x, y, z) of the region in the whole volume.
    pub fn centre_index(&self) -> [f64; 3] {
        let mut sum = [0usize; 3];
        for index in self.indices() {
            for axis in 0..3 {
                sum[axis] += index[axis];
            }
        }
        std::array::from_fn(|axis| self.lower[axis] as f64 + sum[axis] as f64 / self.count as f64)
    }

    /// Intensities of the region, in memory order.
    ///
    /// # Errors
    /// [`Error::Grid`] when the image has another size than the mask had, so
    /// that the bounding box may not fit; [`Error::NonFinite`] when some are
    /// NaN or infinite.
    pub fn intensities(&self, image: &Volume) -> Result<Vec<f64>, Error> {
        if (0..3).any(|axis| self.lower[axis] + self.size[axis] > image.geometry().size[axis]) {
            return Err(Error::Grid {
                what: "bounding box",
                difference: format!("{:?} + {:?} voxels", self.lower, self.size),
                tolerance: format!("the image's {:?} voxels", image.geometry().size),
                adjustable: false,
            });
        }
        let mut values = Vec::with_capacity(self.count);
        let nx = self.size[0];
        for (row, inside) in self.rows(image).zip(self.inside.chunks_exact(nx)) {
            let chosen = row.iter().zip(inside).filter(|&(_, &inside)| inside);
            values.extend(chosen.map(|(&value, _)| value));
        }
        let count = values.iter().filter(|value| !value.is_finite()).count();
        if let Some((_, index)) = values
            .iter()
            .zip(self.indices())
            .find(|(value, _)| !value.is_finite())
        {
            let first = std::array::from_fn(|axis| self.lower[axis] + index[axis]);
            return Err(Error::NonFinite { count, first });
        }
        Ok(values)
    }

    /// The rows (along x) of a volume that lie in the bounding box.
    fn rows<'a>(&self, volume: &'a Volume) -> impl Iterator<Item = &'a [f64]> + use<'a> {
        let [nx, ny, _] = volume.geometry().size;
        let ([x0, y0, z0], [sx, sy, sz]) = (self.lower, self.size);
        let rows = (z0..z0 + sz).flat_map(move |z| (y0..y0 + sy).map(move |y| (z, y)));
        rows.map(move |(z, y)| {
            let start = (z * ny + y) * nx + x0;
            &volume.values()[start..start + sx]
        })
    }
}

fn not_labels(mask: &Volume) -> Error {
    // The fraction of an infinity is NaN, and NaN is not 0.
    let odd = || {
        mask.values()
            .iter()
            .enumerate()
            .filter(|(_, value)| value.fract() != 0.0)
    };
    let (position, &value) = odd().next().expect("the caller saw one");
    Error::NotLabels {
        count: odd().count(),
        value,
        index: mask.index_of(position),
    }
}

fn missing(mask: &Volume, label: u32) -> Error {
    const SHOWN: usize = 10;
    let found: BTreeSet<i64> = mask
        .values()
        .iter()
        .map(|&v| v as i64)
        .filter(|&v| v != 0)
        .collect();
    if found.is_empty() {
        return Error::EmptyMask;
    }
    let mut present = found
        .iter()
        .take(SHOWN)
        .map(i64::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    if found.len() > SHOWN {
        present += &format!(" and {} more", found.len() - SHOWN);
    }
    Error::LabelMissing { label, present }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::Geometry;

    fn volume(values: impl Fn([usize; 3]) -> f64) -> Volume {
        let voxels = Array3::from_shape_fn((3, 4, 5), |(z, y, x)| values([x, y, z]));
        Volume::new(voxels, Geometry::aligned([5, 4, 3], [1.0, 2.0, 3.0])).unwrap()
    }

    #[test]
    fn region_is_cut_to_its_bounding_box() {
        let mask = volume(|i| {
            if i == [1, 2, 0] || i == [3, 1, 2] {
                7.0
            } else {
                0.0
            }
        });
        let roi = Roi::select(&mask, 7).unwrap();
        assert_eq!(
            (roi.lower(), roi.size(), roi.count()),
            ([1, 1, 0], [3, 2, 3], 2)
        );
        assert_eq!(roi.indices().collect::<Vec<_>>(), [[0, 1, 0], [2, 0, 2]]);
        assert_eq!(roi.centre_index(), [2.0, 1.5, 1.0]);
        let image = volume(|[x, y, z]| (x + 10 * y + 100 * z) as f64);
        assert_eq!(roi.intensities(&image).unwrap(), [21.0, 213.0]);
    }

    #[test]
    fn masks_without_the_label_are_refused() {
        let zero = volume(|_| 0.0);
        assert!(matches!(Roi::select(&zero, 1), Err(Error::EmptyMask)));
        let other = volume(|i| i[0] as f64);
        let message = Roi::select(&other, 9).unwrap_err().to_string();
        assert!(message.contains("1, 2, 3, 4"), "{message}");
        for odd in [0.5, f64::NAN, f64::INFINITY] {
            let soft = volume(|i| if i == [2, 0, 0] { odd } else { 1.0 });
            let error = Roi::select(&soft, 1).unwrap_err();
            assert!(matches!(
                error,
                Error::NotLabels {
                    count: 1,
                    index: [2, 0, 0],
                    ..
                }
            ));
        }
    }

    #[test]
    fn subsets_are_cut_to_their_bounding_boxes() {
        let mask = volume(|i| f64::from(u8::from(i[0] > 0 && i[2] < 2)));
        let roi = Roi::select(&mask, 1).unwrap();
        let image = volume(|[x, y, z]| (x + 10 * y + 100 * z) as f64);
        let values = roi.intensities(&image).unwrap();
        let part = roi.subset(values.iter().map(|v| [112.0, 121.0].contains(v)));
        let part = part.unwrap();
        assert_eq!(
            (part.lower(), part.size(), part.count()),
            ([1, 1, 1], [2, 2, 1], 2)
        );
        assert_eq!(part.intensities(&image).unwrap(), [112.0, 121.0]);
        assert_eq!(roi.subset(values.iter().map(|_| true)), Some(roi.clone()));
        assert_eq!(roi.subset(values.iter().map(|_| false)), None);
    }

    #[test]
    fn small_regions_are_refused() {
        let settings = |dimensions, size| Settings {
            minimum_roi_dimensions: dimensions,
            minimum_roi_size: size,
            ..Settings::default()
        };
        let of = |inside: &dyn Fn([usize; 3]) -> bool| {
            Roi::select(&volume(|i| f64::from(u8::from(inside(i)))), 1).unwrap()
        };
        let one = of(&|i| i == [0, 0, 0]);
        assert!(one.check(&settings(1, None)).is_err());
        let line = of(&|i| i[1] == 0 && i[2] == 0);
        assert!(line.check(&settings(2, None)).is_err());
        assert!(line.check(&settings(1, None)).is_ok());
        assert!(line.check(&settings(1, Some(5))).is_err());
        assert!(line.check(&settings(1, Some(4))).is_ok());
    }

    #[test]
    fn non_finite_voxels_count_only_inside() {
        let mask = volume(|i| f64::from(u8::from(i[0] >= 2)));
        let roi = Roi::select(&mask, 1).unwrap();
        let outside = volume(|i| if i[0] == 0 { f64::NAN } else { 1.0 });
        assert!(roi.intensities(&outside).is_ok());
        let inside = volume(|i| if i[1] == 3 { f64::INFINITY } else { 1.0 });
        let error = roi.intensities(&inside).unwrap_err();
        assert!(matches!(
            error,
            Error::NonFinite {
                count: 9,
                first: [2, 3, 0]
            }
        ));
    }
}
