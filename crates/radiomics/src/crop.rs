//! A box of a grid: a region and what lies around it.

use geometry::Grid3;
use ndarray::Array3;

use crate::{Error, Geometry, Roi, Volume};

/// Which cells of a grid a box holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Crop {
    /// First index (x, y, z).
    pub lower: [usize; 3],
    /// Cells along x, y, z.
    pub size: [usize; 3],
}

impl Crop {
    /// The bounding box of a region, grown by `margin` voxels (x, y, z) as far
    /// as the grid reaches.
    pub fn around(roi: &Roi, grid: [usize; 3], margin: [usize; 3]) -> Self {
        let lower: [usize; 3] =
            std::array::from_fn(|axis| roi.lower()[axis].saturating_sub(margin[axis]));
        let size = std::array::from_fn(|axis| {
            let end = roi.lower()[axis] + roi.size()[axis];
            end.saturating_add(margin[axis]).min(grid[axis]) - lower[axis]
        });
        Self { lower, size }
    }

    /// The same, grown by a distance in mm.
    pub fn within(roi: &Roi, grid: [usize; 3], distance_mm: f64) -> Self {
        let spacing = roi.spacing_mm();
        // A conversion that saturates: no distance is too large.
        let margin = spacing.map(|spacing| (distance_mm / spacing).ceil() as usize);
        Self::around(roi, grid, margin)
    }

    /// The region in this box, which must hold it.
    pub fn region(&self, roi: &Roi) -> Grid3<bool> {
        let mut cells = Grid3::filled(self.size, false);
        let offset: [usize; 3] = std::array::from_fn(|axis| roi.lower()[axis] - self.lower[axis]);
        for [x, y, z] in roi.indices() {
            let position = cells.at([x + offset[0], y + offset[1], z + offset[2]]);
            cells.data[position] = true;
        }
        cells
    }

    /// The rows (along x) of a volume that lie in this box, in memory order.
    pub fn rows<'a>(&self, volume: &'a Volume) -> impl Iterator<Item = &'a [f64]> + use<'a> {
        let [nx, ny, _] = volume.geometry().size;
        let ([x, y, z], [sx, sy, sz]) = (self.lower, self.size);
        let rows = (z..z + sz).flat_map(move |z| (y..y + sy).map(move |y| z * ny + y));
        rows.map(move |row| &volume.values()[row * nx + x..][..sx])
    }

    /// A mask with `value` where the cells of this box are true, else 0.
    pub fn mask(
        &self,
        cells: &Grid3<bool>,
        value: f64,
        geometry: Geometry,
    ) -> Result<Volume, Error> {
        let [nx, ny, nz] = geometry.size;
        let mut values = vec![0.0; nx * ny * nz];
        for (i, row) in cells.data.chunks_exact(self.size[0]).enumerate() {
            let (y, z) = (i % self.size[1], i / self.size[1]);
            let start = ((self.lower[2] + z) * ny + self.lower[1] + y) * nx + self.lower[0];
            for (out, &inside) in values[start..].iter_mut().zip(row) {
                *out = if inside { value } else { 0.0 };
            }
        }
        let voxels = Array3::from_shape_vec((nz, ny, nx), values)
            .map_err(|error| Error::Volume(error.to_string()))?;
        Volume::new(voxels, geometry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_stop_at_the_grid_and_give_the_region_back() {
        let geometry = Geometry::aligned([7, 6, 5], [1.0, 2.0, 4.0]);
        let voxels = Array3::from_shape_fn((5, 6, 7), |(z, y, x)| {
            f64::from(u8::from(x == 1 && y > 2 && z > 3))
        });
        let mask = Volume::new(voxels, geometry.clone()).unwrap();
        let roi = Roi::select(&mask, 1).unwrap();
        let crop = Crop::within(&roi, geometry.size, 2.5);
        assert_eq!((crop.lower, crop.size), ([0, 1, 3], [5, 5, 2]));
        let back = crop
            .mask(&crop.region(&roi), 1.0, geometry.clone())
            .unwrap();
        assert_eq!(back, mask);
        let values: Vec<f64> = crop.rows(&mask).flatten().copied().collect();
        assert_eq!(values.iter().sum::<f64>(), 3.0);
        assert_eq!(
            Crop::within(&roi, geometry.size, f64::MAX).size,
            geometry.size
        );
    }
}
