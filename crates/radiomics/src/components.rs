//! Connected parts of a region.

use crate::Roi;

/// Number of parts of a region, voxels being joined by a face, an edge or a
/// corner (26 neighbours, as `diagnostics_Mask-original_VolumeNum` counts).
pub fn count(roi: &Roi) -> usize {
    let [nx, ny, nz] = roi.size();
    // A rim of background keeps every neighbour inside the array.
    let (row, plane) = (nx + 2, (nx + 2) * (ny + 2));
    let mut open = vec![false; plane * (nz + 2)];
    for [x, y, z] in roi.indices() {
        open[(z + 1) * plane + (y + 1) * row + x + 1] = true;
    }
    let mut parts = 0;
    let mut stack = Vec::new();
    for start in 0..open.len() {
        if !std::mem::take(&mut open[start]) {
            continue;
        }
        parts += 1;
        stack.push(start);
        while let Some(here) = stack.pop() {
            let corner = here - plane - row - 1;
            for neighbour in 0..27 {
                let (dx, dy, dz) = (neighbour % 3, neighbour / 3 % 3, neighbour / 9);
                let there = corner + dz * plane + dy * row + dx;
                if std::mem::take(&mut open[there]) {
                    stack.push(there);
                }
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::{Geometry, Volume};

    #[test]
    fn corners_join_and_gaps_part() {
        let count_of = |points: &[[usize; 3]]| {
            let mut voxels = Array3::zeros((6, 6, 6));
            for &[x, y, z] in points {
                voxels[[z, y, x]] = 1.0;
            }
            let mask = Volume::new(voxels, Geometry::aligned([6; 3], [1.0; 3])).unwrap();
            count(&Roi::select(&mask, 1).unwrap())
        };
        assert_eq!(count_of(&[[0, 0, 0]]), 1);
        assert_eq!(count_of(&[[0, 0, 0], [1, 1, 1]]), 1);
        assert_eq!(count_of(&[[0, 0, 0], [2, 0, 0]]), 2);
        assert_eq!(count_of(&[[5, 0, 0], [0, 1, 0], [0, 5, 5]]), 3);
    }
}
