//! Planes of a volume as a screen shows them.

use geometry::Grid2;

use crate::Volume;

/// An anatomical plane of a volume whose axes run to the patient's left, back
/// and head ([`crate::align::canonical`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plane {
    /// Across the body: the patient's right on the screen's left, front on top.
    Axial,
    /// Along the body, from the front: right on the left, head on top.
    Coronal,
    /// Along the body, from the left: front on the left, head on top.
    Sagittal,
}

impl Plane {
    /// The axis (0 = x) across the plane.
    pub fn normal(self) -> usize {
        match self {
            Self::Axial => 2,
            Self::Coronal => 1,
            Self::Sagittal => 0,
        }
    }

    /// The axes along the plane: to the right, and down or up.
    pub fn axes(self) -> [usize; 2] {
        match self {
            Self::Axial => [0, 1],
            Self::Coronal => [0, 2],
            Self::Sagittal => [1, 2],
        }
    }

    /// What lies at the left, right, upper and lower edge: R, L, A, P, H, F
    /// (right, left, front, back, head, feet).
    pub fn edges(self) -> [&'static str; 4] {
        match self {
            Self::Axial => ["R", "L", "A", "P"],
            Self::Coronal => ["R", "L", "H", "F"],
            Self::Sagittal => ["A", "P", "H", "F"],
        }
    }

    /// Values of the plane at `index` along its normal, as the screen shows
    /// them: first row on top. Empty beyond the volume.
    pub fn cut(self, volume: &Volume, index: usize) -> Grid2<f64> {
        let size = volume.geometry().size;
        let [right, down] = self.axes();
        let voxels = volume.voxels();
        let height = if index < size[self.normal()] {
            size[down]
        } else {
            0
        };
        Grid2::from_fn(size[right], height, |x, y| {
            let mut at = [0; 3];
            at[self.normal()] = index;
            at[right] = x;
            // Heads are on top, where the last index is.
            at[down] = if down == 2 { size[2] - 1 - y } else { y };
            voxels[[at[2], at[1], at[0]]]
        })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::Geometry;

    #[test]
    fn planes_are_seen_as_radiologists_do() {
        let voxels = Array3::from_shape_fn((4, 3, 2), |(z, y, x)| (100 * z + 10 * y + x) as f64);
        let volume = Volume::new(voxels, Geometry::aligned([2, 3, 4], [1.0; 3])).unwrap();
        let axial = Plane::Axial.cut(&volume, 1);
        assert_eq!((axial.width, axial.height), (2, 3));
        assert_eq!(axial.data, [100.0, 101.0, 110.0, 111.0, 120.0, 121.0]);
        let coronal = Plane::Coronal.cut(&volume, 2);
        assert_eq!(coronal.data[..4], [320.0, 321.0, 220.0, 221.0]);
        let sagittal = Plane::Sagittal.cut(&volume, 0);
        assert_eq!(sagittal.data[..4], [300.0, 310.0, 320.0, 200.0]);
        assert!(Plane::Axial.cut(&volume, 4).data.is_empty());
    }
}
